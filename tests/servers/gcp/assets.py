"""Cloud Asset Inventory: SearchAllResources and ListAssets."""

import datetime
import json
import re
import threading
import urllib.parse

import names
import rows
from book import BARE, LISTED, Book
from paging import Place
from problems import denied, invalid
from wire import Asked, Headers

SORTABLE = ("name", "assetType", "project", "displayName", "description", "location", "createTime", "updateTime", "state", "parentFullResourceName",
            "parentAssetType")
CONTENT = {"": BARE, "0": BARE, "CONTENT_TYPE_UNSPECIFIED": BARE, "1": LISTED, "RESOURCE": LISTED}
# A type that is written out, and not a pattern.
PLAIN = re.compile(r"[a-z0-9.-]+/[A-Za-z0-9]+")
# Of pages that are kept: a scan of a big estate again costs next to nothing.
ROOM = 3 << 30
NEXT = b'"nextPageToken":'
OLDEST = 35 * 86400


class Assets:
    def __init__(self, world, weather, paging):
        self.world, self.weather, self.paging, self.book = world, weather, paging, Book(world)
        self.lock, self.lists, self.pages, self.room = threading.Lock(), {}, {}, ROOM

    def scope(self, asked, email, gone):
        scope = self.world.canonical(asked.scope)
        what = "search" if asked.operation == "SearchAllResources" else "list"
        if scope not in self.world.by_scope or scope in gone or not self.world.may(email, what, scope):
            raise denied(asked.operation, asked.scope)
        return scope

    def search(self, asked, email, gone, call, now):
        scope = self.scope(asked, email, gone)
        form, order, types = mask(asked.one("readMask")), sorting(asked.one("orderBy")), tuple(asked.all("assetTypes"))
        if asked.one("query"):
            raise invalid("This server does not search by words.", "query")
        key = ("search", scope, types, order)
        place = Place(asked, key, now)
        numbers = self.numbers(key, "searchable", self.wanted("search", types), order)
        found, following = self.page((key, form), numbers, place, self.paging.size(asked, "search"), form, gone)
        return self.told(asked, call, place, found, following, numbers, b'"results":', b"")

    def listed(self, asked, email, gone, call, now):
        scope = self.scope(asked, email, gone)
        types, form = tuple(asked.all("assetTypes")), CONTENT.get(asked.one("contentType"))
        if form is None:
            raise invalid(f"This server has no content of type {asked.one('contentType')}.", "content_type")
        read = moment(asked.one("readTime"), now)
        key = ("list", scope, types, asked.one("readTime"))
        place = Place(asked, key, now)
        numbers = self.numbers(key, "listed", self.wanted("list", types), ())
        found, following = self.page((key, form), numbers, place, self.paging.size(asked, "list"), form, gone)
        # All pages of a list tell of the same moment.
        head = b'"readTime":' + json.dumps(read or stamp(place.at)).encode()
        return self.told(asked, call, place, found, following, numbers, b'"assets":', head)

    def warm(self, target, now):
        """Answers all pages of a list to nobody, so that they are there when somebody asks."""
        token = b""
        while token is not None:
            pairs = urllib.parse.urlencode({"pageToken": token}) if token else ""
            asked = Asked("GET", f"{target}&{pairs}", Headers(), b"")
            give = self.search if asked.operation == "SearchAllResources" else self.listed
            last = give(asked, "", frozenset(), {"scope": asked.scope}, now)[-2]
            token = json.loads(b"{" + last + b"}")["nextPageToken"] if last.startswith(NEXT) else None

    def told(self, asked, call, place, found, following, numbers, member, head):
        """The answer around the rows, which leaves out what is empty."""
        call["page"], call["rows"] = place.page, found[1]
        members = [[head]] if head else []
        if found[1]:
            members.append([member + b"[", found[0], b"]"])
        if following < len(numbers):
            spot = (asked.operation, call["scope"])
            again = place.token and self.weather.any("repeat_token", spot)
            following = max(following - (self.weather.of("doubled", spot) or 0), place.offset + 1)
            members.append([NEXT + json.dumps(place.token if again else place.next(following)).encode()])
        return [b"{", *(part for n, one in enumerate(members) for part in ([b","] if n else []) + one), b"}"]

    def wanted(self, call, types):
        """A test of types. An expression that fits nothing this call knows is refused; a type that is written out is known unless the seed says otherwise."""
        unknown = [re.compile(pattern) for pattern in self.world.unsupported.get(call, [])]

        def known(kind):
            return not any(pattern.fullmatch(kind) for pattern in unknown)

        patterns = []
        for text in types:
            try:
                patterns.append(re.compile(text))
            except re.error:
                raise invalid(f"Invalid regular expression: {text}", "asset_types") from None
            fits = any(known(kind) and patterns[-1].fullmatch(kind) for kind in (*self.book.kinds, *names.KNOWN))
            if not fits and not (PLAIN.fullmatch(text) and known(text)):
                raise invalid(f"No supported asset type matches: {text}", "asset_types")
        told = {}

        def test(kind):
            if kind not in told:
                told[kind] = known(kind) and (not patterns or any(pattern.fullmatch(kind) for pattern in patterns))
            return told[kind]

        return test

    def numbers(self, key, flag, wanted, order):
        """The numbers of a list, found out once."""
        with self.lock:
            if key not in self.lists:
                found = self.book.numbers(key[1], wanted, flag)
                # The last that is asked for counts least.
                for field, is_falling in reversed(order):
                    found = sorted(found, key=lambda n, field=field: self.book.members(n, [field]).get(field, ""), reverse=is_falling)
                self.lists[key] = found
            return self.lists[key]

    def page(self, key, numbers, place, size, form, gone):
        """The rows of a page and how many they are, and where the next page begins."""
        offset = place.offset
        if gone:
            return self.without(numbers, offset, size, form, gone)
        key = (*key, offset, size)
        found = self.pages.get(key)
        if found is None:
            made = self.book.page(numbers[offset:offset + size], form)
            found = (b",".join(made), len(made))
            with self.lock:
                if self.room > len(found[0]):
                    self.room -= len(found[0])
                    self.pages[key] = found
        return found, offset + size

    def without(self, numbers, offset, size, form, gone):
        """The same where projects are gone: nothing in them is seen any more, themselves as what is to be deleted."""
        found = []
        while offset < len(numbers):
            n = numbers[offset]
            is_gone = self.book.scope_of(n) in gone
            if not is_gone or self.book.is_container(n):
                # What is left out goes with the page before it, so that no page is empty.
                if len(found) == size:
                    break
                found += [self.book.deleted_row(n, form)] if is_gone else self.book.page([n], form)
            offset += 1
        return (b",".join(found), len(found)), offset


def mask(text):
    """The members that are wanted."""
    if not text:
        return rows.DEFAULT
    fields = {re.sub("_([a-z])", lambda found: found[1].upper(), field.strip()) for field in text.split(",")}
    if "*" in fields:
        return frozenset(rows.FIELDS)
    for field in fields:
        if field not in rows.FIELDS:
            raise invalid(f"Invalid field path: {field}", "read_mask")
    return frozenset(fields)


def sorting(text):
    """Pairs of a member and whether it falls."""
    found = []
    for part in filter(None, (part.split() for part in text.split(","))):
        field = re.sub("_([a-z])", lambda one: one[1].upper(), part[0])
        if field not in SORTABLE or len(part) > 2 or part[1:] not in ([], ["DESC"], ["desc"], ["ASC"], ["asc"]):
            raise invalid(f"Cannot be sorted by: {' '.join(part)}", "order_by")
        found.append((field, part[1:] in (["DESC"], ["desc"])))
    return tuple(found)


def stamp(at):
    return datetime.datetime.fromtimestamp(at, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text, now):
    """A time that a snapshot can be of: none, or one of the last weeks. A minute ahead is still now."""
    if not text:
        return ""
    try:
        at = datetime.datetime.fromisoformat(re.sub(r"\.(\d{6})\d*", r".\1", text.replace("Z", "+00:00"))).timestamp()
    except ValueError:
        raise invalid(f"Invalid value at 'read_time' (type.googleapis.com/google.protobuf.Timestamp), \"{text}\"", "read_time") from None
    if not now - OLDEST <= at <= now + 60:
        raise invalid("The read time must be between now and 35 days ago.", "read_time")
    return text
