"""What goes wrong, where and how often.

{"throttle_every": N of the calls of one place, or {"every": N, "retry_info": "0.2s", "headers": {...}}; "throttle": {place: {"times": k, "status": 429 or
503, "retry_info": "1s", "headers": {...}, "daily": the day's quota is gone}}; "deny", "disabled", "drop", "hang", "repeat_token": [place]; "html", "stale",
"lost", "unauthenticated": {place: times, -1 for ever}; "hold": {place: calls that pass before one waits until it is let go, unanswered}; "slow": {place:
seconds}; "spoil": {place: members that stand in the answer instead of its own}; "doubled": {place: rows that the next page begins with once more};
"deleted": {project's id: calls in total after which it is gone}}. A place is `Operation@scope`, a scope `organizations/1`, `folders/2`, `projects/shop-prod`
or nothing; either part may be a pattern, and the second left out. By Prism, whose own answers come in between, "html" and "lost" tell nothing.
"""

import time

import problems
from forecast import Drop, Forecast, Page


class Weather(Forecast):
    def __init__(self, described, stopping):
        super().__init__(described, stopping)
        self.left = {name: dict(described.get(name, {})) for name in ("html", "stale", "lost", "unauthenticated")}
        self.left["throttle"] = {place: given.get("times", -1) for place, given in described.get("throttle", {}).items()}
        self.total = 0
        # The projects that are gone by now.
        self.gone = frozenset()

    def spends(self, name, place):
        """The pattern that has one more time left, which is taken from it."""
        with self.lock:
            found = next((pattern for pattern, times in self.left[name].items() if times and self.fits(pattern, place)), None)
            if found is not None and self.left[name][found] > 0:
                self.left[name][found] -= 1
        return found

    def counted(self):
        """One more call of any kind: another project may be gone before it."""
        with self.lock:
            self.total += 1
            self.gone = frozenset(project for project, calls in self.described.get("deleted", {}).items() if self.total > calls)

    def before(self, place, consumer):
        """Raises what goes wrong with a call of the cloud."""
        operation, scope = place
        count = self.waits(place)
        if self.spends("unauthenticated", place):
            raise problems.unsigned(operation, "ACCESS_TOKEN_EXPIRED")
        # Counted for each place: among calls in parallel, one could otherwise be hit again and again by chance.
        every = self.described.get("throttle_every")
        every = every if isinstance(every, dict) else {"every": every}
        if every["every"] and count % every["every"] == 0:
            raise problems.exhausted(operation, consumer, retry_info=every.get("retry_info"), headers=every.get("headers"))
        pattern = self.spends("throttle", place)
        if pattern is not None:
            given = self.described["throttle"][pattern]
            raise problems.exhausted(operation, consumer, given.get("status", 429), None, given.get("daily", False), given.get("retry_info"),
                                     given.get("headers"))
        if self.any("disabled", place):
            raise problems.disabled(operation, consumer)
        if self.any("deny", place):
            raise problems.denied(operation, scope)

    def waits(self, place):
        """What can happen to any call, those for tokens too; the number of the call among those of its place."""
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
        return count
