"""What is answered to a request, by whichever port it came."""

import json
import re
import time

import problems
from assets import Assets
from bigquery import BigQuery
from forecast import Drop, Page
from limits import Quota
from manager import Manager
from paging import Paging, stale
from problems import Problem, Refused
from tokens import Tokens, missing
from weather import Weather
from wire import HTML, Answer
from world import World

# The project that calls are counted for where nobody names one: that of gcloud's own client.
SHARED = "764086051850"
BROKEN = b"<!doctype html><html><head><title>502 Bad Gateway</title></head><body><h1>The server encountered a temporary error.</h1></body></html>"


class App:
    def __init__(self, seed, stopping):
        self.seed, self.offset = seed, seed.get("clock_offset", 0)
        self.world, self.weather = World(seed), Weather(seed.get("weather", {}), stopping)
        paging = Paging(seed.get("page"))
        self.assets, self.manager = Assets(self.world, self.weather, paging), Manager(self.world, self.weather, paging)
        self.bigquery = BigQuery(seed)
        self.tokens, self.quota = Tokens(seed, self.now), Quota(seed.get("quota"))
        # Deleted from the beginning.
        self.gone = frozenset(f"projects/{one['id']}" for one in self.world.projects if one["state"] != "ACTIVE")
        self.calls, self.violations, self.ports = [], [], {}

    def now(self):
        return time.time() + self.offset

    def __call__(self, asked):
        """The answer; raises Drop where there is to be none."""
        if asked.path.startswith("/-/"):
            return self.control(asked.path)
        if asked.operation:
            return self.cloud(asked)
        give = self.tokens.answer(asked)
        if give:
            return self.tokened(asked, give)
        self.record(None, "", asked).update(status=404, code="NOT_FOUND", ended=time.monotonic())
        return Answer(404, missing(asked.path), HTML)

    def record(self, operation, scope, asked):
        via = "prism" if asked.headers.get("x-loopback-via") else "direct"
        call = {"operation": operation, "scope": scope, "status": None, "via": via, "code": None, "page": None, "rows": None,
                "user_project": asked.headers.get("x-goog-user-project"), "numbers": asked.numbers, "asset_types": asked.all("assetTypes"), "path": asked.path, "caller": None,
                "page_size": asked.one("pageSize") or None, "began": time.monotonic(), "ended": None}
        self.calls.append(call)
        return call

    def tokened(self, asked, give):
        call, place = self.record("Token", "", asked), ("Token", "")

        def answer():
            self.weather.waits(place)
            pattern = self.weather.spends("throttle", place)
            if pattern is not None:
                raise Refused("internal_failure", "Backend Error", self.weather.described["throttle"][pattern].get("status", 503))
            if self.weather.any("deny", place):
                raise Refused("access_denied", "Account restricted", 403)
            return give()

        return self.written(call, place, answer)

    def cloud(self, asked):
        operation = asked.operation
        scope = self.world.canonical(asked.one("parent") if operation.startswith("List") and operation != "ListAssets" else asked.scope)
        call, place = self.record(operation, scope, asked), (operation, scope)

        def answer():
            # Who asks is looked at before anything else.
            email = call["caller"] = self.tokens.caller(asked.headers.get("authorization"), operation, f"http://{asked.host}")
            self.weather.counted()
            consumer = self.consumer(email, call["user_project"])
            self.weather.before(place, consumer)
            wanted = self.seed.get("quota_project")
            if wanted and self.canonical(call["user_project"]) != self.canonical(wanted):
                raise problems.unusable(operation, consumer)
            spent = self.quota.spent(operation, consumer)
            if spent:
                raise problems.exhausted(operation, consumer, value=spent[0], is_daily=spent[1])
            if asked.one("pageToken") and self.weather.spends("stale", place):
                raise stale()
            if asked.one("fields"):
                raise problems.invalid("This server gives whole answers only.", "fields")
            gone = self.gone | {f"projects/{project}" for project in self.weather.gone}
            if operation in self.bigquery.answers:
                return Answer(200, self.bigquery.answer(asked, call))
            give = {"SearchAllResources": self.assets.search, "ListAssets": self.assets.listed}.get(operation, self.manager.answer)
            return Answer(200, give(asked, email, gone, call, self.now()), headers={"Cache-Control": "private"})

        return self.written(call, place, answer)

    def canonical(self, project):
        return self.world.canonical(f"projects/{project}")

    def consumer(self, email, named):
        """The project that a call is counted for: one that is named, the service account's own, or the one that all share."""
        own = re.search(r"@([^.]+)\.iam\.gserviceaccount\.com$", email)
        scope = self.canonical(named or (own[1] if own else self.seed.get("consumer", SHARED)))
        return self.world.numbered(scope) if scope in self.world.by_scope else scope

    def written(self, call, place, give):
        """Gives an answer, or what goes wrong instead, and writes down which it was."""
        try:
            answer = give()
            spoilt = self.weather.of("spoil", place)
            if spoilt:
                answer = Answer(answer.status, json.loads(answer.body) | spoilt, headers=answer.headers)
            answer.is_lost = bool(self.weather.spends("lost", place))
        except (Problem, Refused) as problem:
            call["code"] = problem.code
            answer = Answer(problem.status, problem.body(), headers=dict(problem.headers))
        except Page:
            call["code"], answer = "html", Answer(502, BROKEN, HTML)
        except Drop:
            call["code"], call["ended"] = "dropped", time.monotonic()
            raise
        call["status"], call["ended"] = answer.status, time.monotonic()
        return answer

    def rate(self):
        """Rows of SearchAllResources a second, from the first question of the last scan to its last answer; a search for containers begins one."""
        begins = max((n for n, call in enumerate(self.calls) if call["operation"] == "SearchOrganizations"), default=0)
        last = [call for call in self.calls[begins:] if call["operation"] == "SearchAllResources" and call["rows"] and call["ended"]]
        return int(sum(call["rows"] for call in last) / (max(call["ended"] for call in last) - min(call["began"] for call in last))) if last else 0

    def released(self):
        self.weather.released.set()
        return {}

    def control(self, path):
        """What tests ask the server itself, without a token."""
        answers = {
            "/-/ports": lambda: self.ports, "/-/state": lambda: {"calls": self.calls, "violations": self.violations},
            "/-/world": self.world.described, "/-/rate": lambda: {"rate": self.rate()},
            "/-/held": lambda: {"held": self.weather.held.wait(60)}, "/-/release": self.released,
        }
        return Answer(200, answers[path]()) if path in answers else Answer(404, missing(path), HTML)
