"""How often one may ask: Resource Graph's quota of queries, Resource Manager's buckets of reads."""

import math
import threading
import time


class Quota:
    """So many queries in a window that begins with the first of them. Without one, the headers tell of a quota that never gets less."""

    def __init__(self, described):
        self.described, self.lock = described, threading.Lock()
        self.windows = {}

    def headers(self, client):
        """Takes one query. The headers to send, and the seconds to wait where none was left."""
        if not self.described:
            return self.told(14, 5), None
        queries, length = self.described.get("queries", 15), self.described.get("window", 5)
        now = time.monotonic()
        with self.lock:
            begun, used = self.windows.get(client, (now, 0))
            if now - begun >= length:
                begun, used = now, 0
            ends = begun + length - now
            if used >= queries:
                return self.told(0, ends), math.ceil(ends)
            self.windows[client] = (begun, used + 1)
            return self.told(queries - used - 1, ends), None

    @staticmethod
    def told(remaining, ends):
        seconds = max(0, math.ceil(ends))
        return {"x-ms-user-quota-remaining": str(remaining), "x-ms-user-quota-resets-after": f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"}


class Buckets:
    """Reads of one subscription by one caller: a bucket that fills up again by so many a second."""

    def __init__(self, described):
        self.described, self.lock = described, threading.Lock()
        self.levels = {}

    def headers(self, client, subscription):
        """Takes one read. The headers to send, and the seconds to wait where none was left."""
        named = "subscription" if subscription else "tenant"
        if not self.described:
            return {f"x-ms-ratelimit-remaining-{named}-reads": "249"}, None
        size, refill = self.described.get("size", 250), self.described.get("refill", 25)
        now = time.monotonic()
        with self.lock:
            level, at = self.levels.get((client, subscription), (size, now))
            level = min(size, level + (now - at) * refill)
            is_left = level >= 1
            self.levels[client, subscription] = (level - 1 if is_left else level, now)
        headers = {f"x-ms-ratelimit-remaining-{named}-reads": str(int(level - 1) if is_left else 0)}
        return headers, None if is_left else max(1, math.ceil((1 - level) / refill) if refill else 1)
