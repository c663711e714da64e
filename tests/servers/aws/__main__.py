"""A loopback server that answers as AWS does: `python tests/servers/aws < seed.json` prints its port, and serves until it is stopped.

What no emulator has is answered by `services`, each request and answer held against AWS's own service model; the rest goes to the emulator. The service,
Region and account of a call are those that its signature names. Where the seed wants no emulator, services have nothing to list. Without a signature: GET / tells the calls and violations, /-/world what exists,
/-/held waits until a call is held, /-/release lets it go.
"""

import os
import sys

sys.dont_write_bytecode = True
# What the servers share lies beside them.
sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import hashlib  # noqa: E402
import json  # noqa: E402
import re  # noqa: E402
import threading  # noqa: E402
import time  # noqa: E402
from types import SimpleNamespace  # noqa: E402

from werkzeug.datastructures import EnvironHeaders  # noqa: E402
from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: E402

import models  # noqa: E402
import protocol  # noqa: E402
from services import OWN  # noqa: E402
from weather import Drop, Page, Weather, ended  # noqa: E402
from world import World  # noqa: E402

SIGNED = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/")
HTML = b"<!doctype html><html><title>500 Internal Server Error</title><h1>oops</h1></html>"


class Keys:
    """Whose an access key is, and until when."""

    def __init__(self, caller):
        self.caller, self.issued, self.lock = caller, {}, threading.Lock()

    def issue(self, account, until):
        with self.lock:
            key = f"ASIA{account}{len(self.issued):04d}"
            self.issued[key] = (account, until)
            return key

    def account(self, key, service):
        if key.startswith("SEED"):
            return key[4:]
        if not key.startswith("ASIA"):
            return self.caller()
        if key not in self.issued:
            raise protocol.Refusal("UnrecognizedClientException", "The security token included in the request is invalid.", 403)
        account, until = self.issued[key]
        if time.time() > until:
            raise ended(service)
        return account


class Server:
    def __init__(self, seed):
        self.world, self.stopping = World(seed), threading.Event()
        self.keys, self.weather = Keys(self.world.caller), Weather(seed.get("weather", {}), self.stopping)
        self.calls, self.violations = [], []
        self.emulated = seed.get("emulator", "services")

    def __call__(self, environ, start):
        headers = EnvironHeaders(environ)
        signed = SIGNED.search(headers.get("Authorization", ""))
        if signed is None:
            status, kind, more, body = self.control(environ["PATH_INFO"])
        else:
            raw = environ["wsgi.input"].read(int(headers.get("Content-Length") or 0))
            try:
                status, kind, more, body = self.answer(environ, headers, raw, *signed.groups())
            except Drop:
                environ["werkzeug.socket"].shutdown(2)
                status, kind, more, body = 500, "text/html", {}, b""
        text = status if isinstance(status, str) else f"{status} {'OK' if status == 200 else 'Refused'}"
        start(text, [("Content-Type", kind), ("Content-Length", str(len(body))), *more.items()] if kind else list(more))
        return [body]

    def answer(self, environ, headers, raw, key, region, signed):
        fields = protocol.form(headers, raw)
        service = models.service(signed, fields)
        if key.startswith("SEED"):
            return self.emulate(environ, raw, key[4:])
        path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
        name = models.operation(service, environ["REQUEST_METHOD"], path, query, headers, fields)
        call = {"service": service, "operation": name, "region": region, "account": None, "status": None}
        asked = hashlib.sha256(b"|".join([service.encode(), str(name).encode(), region.encode(), path.encode(), query.encode(), raw])).hexdigest()
        self.calls.append(call)
        is_own = service in OWN and self.emulated != "all"
        if name is None or (is_own and name not in models.model(service).operation_names):
            self.violations.append(f"{service}: {environ['REQUEST_METHOD']} {path} is no operation of the model")
            call["status"] = 500
            return 500, "text/html", {}, HTML
        try:
            operation = models.model(service).operation_model(name) if is_own else None
            given = protocol.read(operation, headers, raw, fields) if is_own else {}
            account = self.keys.account(key, service) if self.emulated != "all" else key
            call["account"] = self.world.name(account) or account
            call["asked"] = hashlib.sha256((asked + account).encode()).hexdigest()[:12]
            tokens = [given.get(member) for member in ("NextToken", "PaginationToken") if given.get(member)]
            place = (name, region, call["account"])
            is_caller = not key.startswith("ASIA")
            self.weather.before(service, place, tokens[0] if tokens else None, self.world.spent.add, is_caller)
            if not is_own and self.emulated == "none":
                call["status"] = 200
                return protocol.nothing(service, name, headers)
            if not is_own:
                answer = self.emulate(environ, raw, account if self.emulated != "all" else None)
                call["status"] = int(answer[0][:3])
                return answer
            at = SimpleNamespace(region=region, account=account, key=key, keys=self.keys)
            result = self.own(service, operation, at, given)
        except protocol.Refusal as refused:
            call["status"], call["code"] = refused.status, refused.code
            return protocol.refusal(models.model(service), headers, refused)
        except Page:
            call["status"] = 500
            return 500, "text/html", {}, HTML
        if result is None:
            call["status"] = 500
            return 500, "text/html", {}, HTML
        call["status"] = 200
        return protocol.answer(operation, headers, result)

    def own(self, service, operation, at, given):
        """The answer of one of our own services; none where either side is not what the model says."""
        found = models.faults(given, operation.input_shape) if operation.input_shape else []
        answer = OWN[service].get(operation.name)
        if answer is None:
            found.append("our server has no such operation")
        if not found:
            result = answer(self.world, at, given)
            found = models.faults(result, operation.output_shape)
        self.violations.extend(f"{service} {operation.name}: {fault}" for fault in found)
        return None if found else result

    def emulate(self, environ, raw, account):
        import emulator

        status, headers, body = emulator.ask(environ, raw, account)
        return status, "", headers, body

    def control(self, path):
        answer = {}
        if path == "/":
            answer = {"calls": self.calls, "violations": self.violations}
        elif path == "/-/world":
            answer = {"resources": self.world.resources, "accounts": self.world.accounts}
        elif path == "/-/held":
            answer = {"held": self.weather.held.wait(60)}
        elif path == "/-/release":
            self.weather.released.set()
        return 200, "application/json", {}, json.dumps(answer).encode()


class Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_):
        pass


def main():
    seed = json.load(sys.stdin)
    server = Server(seed)
    http = make_server("127.0.0.1", 0, server, threaded=True, request_handler=Handler)
    http.daemon_threads = True
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{http.server_port}"
    if any("arn" not in resource for resource in seed.get("resources", [])) or server.emulated == "all":
        import seeding

        if server.emulated == "all" and seed.get("organization"):
            seeding.organization(server.world, url)
        seeding.fill(server.world, url)
    server.world.settle()
    print(http.server_port, flush=True)
    # Nobody reads on, and the emulator talks: of services that it does not know, in the middle of an answer, which a broken pipe would end.
    sys.stdout = open(os.devnull, "w")
    thread.join()


main()
