"""Resource Graph: POST /providers/Microsoft.ResourceGraph/resources.

A result is kept as it was computed, and each page of it as it was written: what is asked a second time costs nothing, and a large estate can be read about
as fast as a client reads.
"""

import base64
import collections
import hashlib
import json
import threading
import uuid
from json.encoder import encode_basestring

from kql import Query, Unreadable
from kql.values import compact
from problems import Problem, of_graph, of_query, support
from tables import Tables

TYPES = {"long": "integer", "real": "number", "bool": "boolean", "dynamic": "object"}
KEPT = 12


class Writer:
    """Rows as JSON objects, column by column: nearly all of it runs outside of Python's own loop. An object that many rows have is written once."""

    def __init__(self, columns):
        self.known, self.columns = {}, columns

    def written(self, rows):
        members, texts = [], []
        for (name, kind), column in zip(self.columns, zip(*rows)):
            # Where nothing in a whole column has to be escaped, which can be seen quickly, quotes round each text are enough.
            joined = "".join(column) if kind == "string" else '"'
            is_plain = joined.isprintable() and '"' not in joined and "\\" not in joined
            members.append(encode_basestring(name).replace("%", "%%") + (':"%s"' if is_plain else ":%s"))
            texts.append(column if is_plain else map(encode_basestring, column) if kind == "string" else self.any(column))
        return "[" + ",".join(map(("{" + ",".join(members) + "}").__mod__, zip(*texts))) + "]"

    def any(self, column):
        known, texts = self.known, []
        for value in column:
            text = "null" if value is None else known.get(id(value))
            if text is None:
                text = compact(value)
                # The rows keep these alive, so that no other value gets the same identity.
                if isinstance(value, (dict, list)):
                    known[id(value)] = text
            texts.append(text)
        return texts


class Result:
    """The rows of one query, and its pages as text."""

    def __init__(self, query):
        self.query, self.columns = query, query.columns
        self.rows = query.run()
        self.is_stable = query.is_stable
        # Without a column of some simple type there is nothing that a page could go on from.
        self.is_paged = not query.is_limited and any(kind != "dynamic" for _, kind in self.columns)
        self.other, self.pages, self.lock, self.writer = None, {}, threading.Lock(), Writer(self.columns)

    def arranged(self, number):
        """Where the query leaves the order open, every second page sees the rows in another one, so that some come twice and some not at all."""
        if self.is_stable or number % 2 or not self.is_paged:
            return self.rows
        with self.lock:
            if self.other is None:
                self.query.is_backward = True
                self.other = self.query.run()
            return self.other

    def page(self, number, start, size, layout):
        key = (number % 2 or self.is_stable, start, size, layout)
        if key not in self.pages:
            rows = self.arranged(number)[start:start + size]
            if layout == "table":
                data = compact({"columns": [{"name": name, "type": TYPES.get(kind, "string")} for name, kind in self.columns], "rows": rows})
            else:
                data = self.writer.written(rows)
            self.pages[key] = (len(rows), data.encode())
        return self.pages[key]


class Graph:
    def __init__(self, seed, world, weather, quota):
        self.world, self.weather, self.quota = world, weather, quota
        self.tables = Tables(world)
        self.largest = seed.get("page", {}).get("graph", 1000)
        self.is_limited, self.is_lenient = seed.get("tenant_limit", False), seed.get("lenient", False)
        self.results, self.lock = collections.OrderedDict(), threading.Lock()
        self.known = {}

    def throttled(self, headers):
        message = "Client application has been throttled and should not attempt to repeat the request until an amount of time has elapsed. " \
                  "Please see https://aka.ms/resourcegraph-throttling for help."
        return Problem(429, "RateLimiting", support(), [{"code": "RateLimiting", "message": message}], headers)

    def asked(self, body):
        """The request as it was meant; raises where it cannot be."""
        try:
            body = json.loads(body)
        except ValueError:
            raise of_graph("InvalidRequestBody", "The request body is no JSON.") from None
        if not isinstance(body, dict) or not isinstance(body.get("query"), str) or not body["query"].strip():
            raise of_graph("MissingQuery", "The query has to be specified in the request.")
        options = body.get("options") or {}
        for name, least, most in (("$top", 1, 1000), ("$skip", 0, 2**31 - 1)):
            value = options.get(name)
            if value is not None and (not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most):
                raise of_graph("InvalidQueryOptions", f"The value of {name} has to be between {least} and {most}.")
        if options.get("resultFormat", "objectArray") not in ("objectArray", "table"):
            raise of_graph("InvalidQueryOptions", "The value of resultFormat has to be table or objectArray.")
        return body, options

    def scope(self, client, body):
        """The subscriptions asked about, without those that the caller may not see: nothing says that they were left out."""
        named, groups = body.get("subscriptions"), body.get("managementGroups")
        seen = self.world.seen(client)
        if named and groups:
            raise of_graph("InvalidScope", "Subscriptions and management groups cannot be specified together.")
        if groups:
            wanted = {group.lower() for group in groups}
            seen = [one for one in seen if wanted & {group["id"].lower() for group in self.world.ancestors(one["above"])}]
        elif named:
            wrong = next((one for one in named if not is_guid(one)), None)
            if wrong is not None:
                raise of_graph("SubscriptionsContainInvalidGuids", f"The list of subscriptions contains invalid GUIDs: '{wrong}'.")
            wanted = {one.lower() for one in named}
            seen = [one for one in seen if one["id"].lower() in wanted]
        if not seen:
            given = ",".join(named or groups or [])
            raise of_graph("NoValidSubscriptionsInQueryRequest",
                           f"There must be at least one subscription that is eligible to contain resources. Given: '{given}'.")
        return seen, not named

    def table(self, body):
        """Which table a request is about, for the list of calls and for what goes wrong; a query that cannot be read has none."""
        try:
            text = json.loads(body)["query"]
            # The same few queries come again for every page.
            if text not in self.known:
                self.known[text] = Query(text, self.tables.of([], False), True).table
            return self.known[text]
        except (ValueError, KeyError, TypeError, AttributeError, Unreadable):
            return ""

    def answer(self, client, raw, call):
        """Status, headers and body."""
        body, options = self.asked(raw)
        headers, wait = self.quota.headers(client["id"])
        headers["x-ms-correlation-request-id"] = str(uuid.uuid4())
        if self.is_limited:
            headers["x-ms-tenant-subscription-limit-hit"] = "true"
        if wait is not None:
            raise self.throttled({**headers, "Retry-After": str(wait)})
        try:
            return 200, headers, self.page(client, body, options, call)
        except Problem as problem:
            problem.headers = {**headers, **problem.headers}
            raise

    def page(self, client, body, options, call):
        subscriptions, is_whole = self.scope(client, body)
        key = hashlib.sha256(json.dumps([body["query"], is_whole, [one["id"] for one in subscriptions]]).encode()).hexdigest()
        place = ("QueryResources", call["table"])
        token = options.get("$skipToken")
        start, number, size = 0, 1, options.get("$top", 100)
        if token:
            given = self.read(token, key)
            if self.weather.spends("stale", place):
                raise of_graph("InvalidSkipToken", "The skip token has expired. Run the query again from its first page.")
            start, number, size = given["at"], given["page"], options.get("$top", given["size"])
        start = options.get("$skip", start)
        result = self.result(key, body["query"], subscriptions, is_whole)
        size = min(size, self.largest)
        layout = options.get("resultFormat", "objectArray")
        count, data = result.page(number, start, size, layout)
        call["rows"], call["page"] = count, number
        call["query"], call["scopes"] = body["query"], len(body.get("subscriptions") or [])
        is_more = start + count < len(result.rows) and count > 0
        if is_more and result.is_paged:
            # While the client reads this page, the next one can be written.
            call.after = lambda: result.page(number + 1, start + count, size, layout)
        is_truncated = (is_more or result.query.is_limited) and (not result.is_paged or self.weather.any("truncate", place))
        parts = [f'{{"totalRecords":{len(result.rows)},"count":{count},"data":'.encode(), data, b',"facets":[],"resultTruncated":']
        parts.append(b'"true"' if is_truncated else b'"false"')
        if is_more and not is_truncated:
            parts.append(f',"$skipToken":"{written(start + count, number + 1, size, key)}"'.encode())
        parts.append(b"}")
        return b"".join(parts)

    def result(self, key, text, subscriptions, is_whole):
        with self.lock:
            if key in self.results:
                self.results.move_to_end(key)
                return self.results[key]
            try:
                result = Result(Query(text, self.tables.of(subscriptions, is_whole), self.is_lenient))
            except Unreadable as unreadable:
                raise of_query(unreadable) from None
            self.results[key] = result
            while len(self.results) > KEPT:
                self.results.popitem(last=False)
            return result

    @staticmethod
    def read(token, key):
        try:
            given = json.loads(base64.b64decode(token, validate=True))
            if given["of"] == key[:24]:
                return given
        except (ValueError, KeyError, TypeError):
            pass
        raise of_graph("InvalidSkipToken", "The skip token does not belong to this query and its scope.")


def written(at, page, size, key):
    return base64.b64encode(json.dumps({"at": at, "page": page, "size": size, "of": key[:24]}, separators=(",", ":")).encode()).decode()


def is_guid(text):
    try:
        return isinstance(text, str) and len(text) == 36 and bool(uuid.UUID(text))
    except ValueError:
        return False
