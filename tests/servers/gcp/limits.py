"""How often one may ask: buckets of calls for each consumer project, and the day's calls of an organisation."""

import threading
import time

NAMES = {"SearchAllResources": "search", "ListAssets": "list"}


class Quota:
    """{"search": [calls, per seconds, burst], "list": the same, "daily_list": calls}; without, nothing is ever used up."""

    def __init__(self, described):
        self.described, self.lock = described or {}, threading.Lock()
        self.levels, self.today = {}, 0

    def spent(self, operation, consumer):
        """Takes one call. What refuses it: the limit's value and whether it is the day's, or nothing."""
        name = NAMES.get(operation)
        with self.lock:
            if name in self.described:
                calls, seconds, burst = self.described[name]
                now = time.monotonic()
                level, at = self.levels.get((name, consumer), (burst, now))
                level = min(burst, level + (now - at) * calls / seconds)
                self.levels[name, consumer] = (level - 1 if level >= 1 else level, now)
                if level < 1:
                    return calls, False
            if name == "list" and "daily_list" in self.described:
                self.today += 1
                if self.today > self.described["daily_list"]:
                    return self.described["daily_list"], True
        return None
