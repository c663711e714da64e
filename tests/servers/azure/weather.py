"""What goes wrong, where and how often.

{"throttle_every": N of the calls of one place; "throttle": {place: {"times": k, "headers": {...}}}; "deny", "drop", "hang", "foreign_link", "truncate",
"redirect": [place]; "html", "stale", "lost": {place: times, -1 for ever}; "hold": {place: calls that pass before one waits until it is let go, unanswered};
"slow": {place: seconds}; "spoil": {place: members that stand in the answer instead of its own}; "bucket": {"size", "refill"}}. A place is
`Operation@subscription name`, of a query `QueryResources@table`; either part may be a pattern, and the second left out.
"""

import time

from forecast import Drop, Forecast, Page
from problems import Problem

HTML = b"<!doctype html><html><head><title>502 Bad Gateway</title></head><body><h1>Our services aren't available right now</h1></body></html>"


class Redirect(Exception):
    """Somebody else is said to have the answer."""


class Weather(Forecast):
    def __init__(self, described, stopping):
        super().__init__(described, stopping)
        self.left = {name: dict(described.get(name, {})) for name in ("html", "stale", "lost")}
        self.left["throttle"] = {place: given.get("times", -1) for place, given in described.get("throttle", {}).items()}

    def spends(self, name, place):
        """The pattern that has one more time left, which is taken from it."""
        with self.lock:
            for pattern, times in self.left[name].items():
                if times and self.fits(pattern, place):
                    self.left[name][pattern] = times - 1 if times > 0 else times
                    return pattern
        return None

    def before(self, place, throttled, denied):
        """Raises what goes wrong with this call; `throttled` and `denied` make the problem that this service would tell."""
        with self.lock:
            count = self.counts[place] = self.counts.get(place, 0) + 1
        slow = self.of("slow", place)
        if slow:
            time.sleep(slow)
        self.hold(place, count)
        if self.any("hang", place):
            self.stopping.wait(120)
            raise Drop()
        if self.any("drop", place):
            raise Drop()
        if self.spends("html", place):
            raise Page()
        if self.any("redirect", place):
            raise Redirect()
        # Counted for each place: among calls in parallel, one could otherwise be hit again and again by chance.
        every = self.described.get("throttle_every")
        if every and count % every == 0:
            raise throttled({"Retry-After": "1"})
        pattern = self.spends("throttle", place)
        if pattern is not None:
            given = self.described["throttle"][pattern]
            problem = throttled(dict(given.get("headers", {})))
            raise Problem(given.get("status", 429), problem.code, problem.message, problem.details, problem.headers)
        if self.any("deny", place):
            raise denied()
