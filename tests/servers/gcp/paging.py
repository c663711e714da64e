"""Pages, and the words that lead from one to the next."""

import base64
import binascii
import hashlib
import struct

from problems import invalid

# The largest page of each list, and the one that is given where nobody says.
LARGEST = {"search": 500, "list": 1000, "organizations": 300, "folders": 300, "projects": 300}
USUAL = {"search": 20, "list": 100}


class Paging:
    def __init__(self, described):
        self.largest = LARGEST | (described or {})

    def size(self, asked, name):
        """How many rows a page is to have: too many are as many as there can be, none or less than none are the usual number."""
        text = asked.one("pageSize")
        try:
            size = int(text or 0)
        except ValueError:
            raise invalid(f"Invalid value at 'page_size' (TYPE_INT32), \"{text}\"", "page_size") from None
        return min(size if size > 0 else USUAL.get(name, self.largest[name]), self.largest[name])


class Place:
    """Where a page begins: after so many rows, on which page, of a list that was begun at a time."""

    FORM = struct.Struct(">8sQII")

    def __init__(self, asked, key, now):
        """Read from the request's token, which belongs to one list only."""
        self.digest = hashlib.sha256(repr(key).encode()).digest()[:8]
        self.token, self.offset, self.page, self.at = asked.one("pageToken"), 0, 1, int(now)
        if not self.token:
            return
        try:
            digest, self.offset, self.page, self.at = self.FORM.unpack(base64.b64decode(self.token, validate=True))
        except (binascii.Error, struct.error):
            digest = b""
        if digest != self.digest:
            raise stale()

    def next(self, offset):
        """The token of the page after this one. It has signs in it that an address must not show as they are."""
        return base64.b64encode(self.FORM.pack(self.digest, offset, self.page + 1, self.at)).decode()


def stale():
    return invalid("The page token is invalid or has expired, or does not belong to this request.", "page_token")
