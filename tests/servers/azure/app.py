"""What is answered to a request, by whichever port it came."""

import hashlib
import json
import re
import time
import urllib.parse
import uuid

import manager
from graph import Graph
from limits import Buckets, Quota
from problems import Problem, Refused, denied
from tokens import Tokens
from weather import HTML, Drop, Page, Redirect, Weather
from world import World

TOKEN = re.compile(r"/([^/]+)/oauth2/v2\.0/token$", re.IGNORECASE)
CONFIGURATION = re.compile(r"/([^/]+)/v2\.0/\.well-known/openid-configuration$", re.IGNORECASE)
JSON = "application/json; charset=utf-8"


class Answer:
    def __init__(self, status, body=b"", kind=JSON, headers=None, is_lost=False):
        self.status, self.kind, self.headers, self.is_lost, self.after = status, kind, headers or {}, is_lost, None
        self.body = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


class Call(dict):
    """An entry of the list of calls; what is left to do once its answer is sent."""

    after = None


class Asked:
    """One request: what it is about, and how its sender reached this server."""

    def __init__(self, method, target, headers, body, scheme):
        self.method, self.headers, self.body = method, headers, body
        self.target, _, self.search = target.partition("?")
        self.path = urllib.parse.unquote(self.target)
        self.query = {}
        for name, value in urllib.parse.parse_qsl(self.search, keep_blank_values=True):
            # Resource Manager does not look at the case of its parameters' names.
            self.query.setdefault(name.lower() if name.startswith("$") or name.lower() == "api-version" else name, value)
        self.operation, self.named = manager.route(method, self.path)
        # A link has to lead where the caller came from, which may be a proxy before this server.
        host = headers.get("X-Forwarded-Host") or headers.get("Host") or "127.0.0.1"
        self.base = f"{headers.get('X-Forwarded-Proto') or scheme}://{host}"

    def again(self, token):
        """The query of the same request with another token."""
        kept = [pair for pair in urllib.parse.parse_qsl(self.search, keep_blank_values=True) if pair[0].lower() != "$skiptoken"]
        return urllib.parse.urlencode([*kept, ("$skiptoken", token)], safe="$,")

    def hash(self):
        """Short, and the same for the same request however its address was written."""
        search = urllib.parse.urlencode(urllib.parse.parse_qsl(self.search, keep_blank_values=True))
        return hashlib.sha256(b"|".join([self.method.encode(), self.path.encode(), search.encode(), self.body])).hexdigest()[:12]


class App:
    def __init__(self, seed, stopping):
        self.world = World(seed)
        self.tokens = Tokens(seed, self.world)
        self.weather = Weather(seed.get("weather", {}), stopping)
        self.quota, self.buckets = Quota(seed.get("quota")), Buckets(seed.get("weather", {}).get("bucket"))
        self.calls, self.violations, self.ports = [], [], {}
        self.manager, self.graph = manager.Manager(seed, self.world, self.weather, self.violations), Graph(seed, self.world, self.weather, self.quota)

    def __call__(self, asked):
        """The answer; raises Drop where there is to be none."""
        path = asked.path
        if path == "/" or path.startswith("/-/"):
            return self.control(path)
        if asked.operation is None:
            return self.login(asked)
        return self.cloud(asked)

    def record(self, operation, asked, subscription=None, **more):
        via = "prism" if asked.headers.get("X-Loopback-Via") else "direct"
        call = Call({"operation": operation, "subscription": subscription, "status": None, "via": via, "code": None, "asked": asked.hash(), "began": time.monotonic(), **more})
        self.calls.append(call)
        return call

    def login(self, asked):
        """Everything that gives out tokens; what is nothing of that either does not exist."""
        token, configuration = TOKEN.match(asked.path), CONFIGURATION.match(asked.path)
        if asked.method == "POST" and token:
            form = dict(urllib.parse.parse_qsl(asked.body.decode("utf-8", "replace"), keep_blank_values=True))
            return self.tokened(asked, lambda: self.tokens.entra(token[1], form))
        if asked.method == "GET" and asked.path == "/metadata/identity/oauth2/token":
            return self.tokened(asked, lambda: self.tokens.machine(asked.headers, asked.query))
        if asked.method == "GET" and asked.path == "/msi/token":
            return self.tokened(asked, lambda: self.tokens.app(asked.headers, asked.query))
        if asked.method == "GET" and configuration:
            return Answer(200, self.tokens.configuration(configuration[1], asked.base))
        if asked.method == "GET" and asked.path == "/common/discovery/instance":
            return Answer(200, self.tokens.instances(self.world.tenant, asked.base))
        self.record(None, asked)["status"] = 404
        return Answer(404, Problem(404, "InvalidResourceType", f"The resource type could not be found for '{asked.path}'.").body())

    def tokened(self, asked, give):
        call = self.record("Token", asked)

        def throttled(headers):
            return Problem(429, "temporarily_unavailable", "The server is busy, try again later.", headers=headers)

        return self.weathered(asked, call, ("Token", ""), give, throttled, lambda: Refused(401, "invalid_client", 7000112, "Application is disabled."))

    def cloud(self, asked):
        operation = asked.operation
        named = asked.named.get("subscription")
        known = self.world.by_id.get(named.lower()) if named else None
        name = known["name"] if known else named or ""
        table = self.graph.table(asked.body) if operation == "QueryResources" else None
        call = self.record(operation, asked, name or None, **({"table": table, "rows": None, "page": None} if operation == "QueryResources" else {}))
        place = (operation, table if table is not None else name)
        client = {}

        def give():
            if not operation:
                raise Problem(405, "MethodNotAllowed", f"The HTTP method '{asked.method}' is not supported at '{asked.path}'.")
            self.manager.checked(asked.query)
            if operation == "QueryResources":
                status, headers, body = self.graph.answer(client["is"], asked.body, call)
                return Answer(status, body, headers=headers)
            headers, wait = self.buckets.headers(client["is"]["id"], named)
            if wait is not None:
                raise self.manager.throttled(operation, name)({**headers, "Retry-After": str(wait)})
            return Answer(200, self.manager.answer(client["is"], asked), headers=headers)

        def signed():
            # Who asks is looked at before anything else.
            client["is"] = self.tokens.client(asked.headers.get("Authorization"))

        def refuse():
            return denied(client["is"], manager.ACTIONS[operation], f"/subscriptions/{known['id']}" if known else "/")

        throttled = self.graph.throttled if operation == "QueryResources" else self.manager.throttled(operation, name)
        return self.weathered(asked, call, place, give, throttled, refuse, signed)

    def weathered(self, asked, call, place, give, throttled, refuse, first=lambda: None):
        """Gives an answer, or what goes wrong instead, and writes down which it was."""
        try:
            first()
            self.weather.before(place, throttled, refuse)
            given = give()
            answer = given if isinstance(given, Answer) else Answer(200, given, headers={"Cache-Control": "no-store"})
            spoilt = self.weather.of("spoil", place)
            if spoilt:
                answer = Answer(answer.status, json.loads(answer.body) | spoilt, headers=answer.headers)
            answer.is_lost = bool(self.weather.spends("lost", place))
        except (Problem, Refused) as problem:
            call["code"] = problem.code if isinstance(problem, Problem) else problem.error
            answer = Answer(problem.status, problem.body(), headers=dict(getattr(problem, "headers", {})))
        except Page:
            call["code"], answer = "html", Answer(502, HTML, "text/html")
        except Redirect:
            answer = Answer(307, b"", "text/plain", {"Location": f"https://elsewhere.example.invalid{asked.path}?{asked.search}"})
        except Drop:
            call["code"] = "dropped"
            raise
        call["status"], call["ended"], answer.after = answer.status, time.monotonic(), call.after
        answer.headers.setdefault("x-ms-request-id", str(uuid.uuid4()))
        return answer

    def rate(self):
        """Rows of resources a second, from the first question of the last scan to its last answer; a question for the first page of all begins one."""
        pages = [call for call in self.calls if call["operation"] == "QueryResources" and call.get("table") == "resources" and call.get("rows")]
        begins = max((n for n, call in enumerate(self.calls) if call["operation"] == "ListSubscriptions"), default=0)
        last = [call for call in pages if self.calls.index(call) > begins]
        return int(sum(call["rows"] for call in last) / (max(call["ended"] for call in last) - min(call["began"] for call in last))) if last else 0

    def control(self, path):
        answer = {}
        if path == "/-/rate":
            answer = {"rate": self.rate()}
        elif path == "/":
            answer = {"calls": self.calls, "violations": self.violations}
        elif path == "/-/ports":
            answer = self.ports
        elif path == "/-/world":
            answer = self.world.described()
        elif path == "/-/held":
            answer = {"held": self.weather.held.wait(60)}
        elif path == "/-/release":
            self.weather.released.set()
        return Answer(200, answer)
