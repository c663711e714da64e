"""What the weather of every server is told in: places, patterns of places, and calls that are held.

A place is a tuple of words. A pattern has them parted by `@`; each may be a pattern of its own, and words can be left out from the end.
"""

import fnmatch
import threading


class Drop(Exception):
    """The connection ends without an answer."""


class Page(Exception):
    """A page of something between, which no service defines."""


class Forecast:
    def __init__(self, described, stopping):
        self.described, self.stopping = described, stopping
        self.counts, self.lock = {}, threading.Lock()
        self.held, self.released = threading.Event(), threading.Event()

    @staticmethod
    def fits(pattern, place):
        return all(fnmatch.fnmatchcase(word, part) for word, part in zip(place, pattern.split("@")))

    def any(self, name, place):
        return any(self.fits(pattern, place) for pattern in self.described.get(name, []))

    def of(self, name, place):
        return next((value for pattern, value in self.described.get(name, {}).items() if self.fits(pattern, place)), None)

    def hold(self, place, count):
        """Holds a call of a place that lets so many pass, until it is let go: whoever asked is not there any more then, or may ask again."""
        passes = self.of("hold", place)
        if passes is not None and count > passes and not self.released.is_set():
            self.held.set()
            self.released.wait(120)
            raise Drop()
