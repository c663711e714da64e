"""Prism between client and server, as a judge of both: what breaks the documents, it answers itself, and that is written down as a violation.

Before it stands a port of our own. It tells the server by which host it was asked, so that links lead through Prism again, and it reads the verdicts.
"""

import http.client
import json
import os
import re
import socket
import subprocess
import threading
import time

import manager
from app import Answer
from leftovers import when_gone
from listen import serve
from openapi import merged
from weather import Drop

PROBLEM = "https://stoplight.io/prism/errors#"
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
# These belong to one connection.
HOP = ("connection", "keep-alive", "transfer-encoding", "content-length", "host", "date", "server", "content-type", "upgrade", "content-encoding")


def free():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Front:
    def __init__(self, app, port):
        self.app, self.port, self.host = app, port, None

    def __call__(self, asked):
        if manager.route(asked.method, asked.path)[0] is None and not asked.path.lower().startswith(("/subscriptions", "/providers")):
            return self.app(asked)
        headers = {name: value for name, value in asked.headers.items() if name.lower() not in HOP or name.lower() == "content-type"}
        headers |= {"X-Forwarded-Host": asked.headers.get("Host", self.host), "X-Forwarded-Proto": "http", "X-Loopback-Via": "prism"}
        target = asked.target + ("?" + asked.search if asked.search else "")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=150)
        try:
            connection.request(asked.method, target, asked.body or None, headers)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            raise Drop() from None
        finally:
            connection.close()
        kept = {name: value for name, value in answer.getheaders() if name.lower() not in HOP and not name.lower().startswith("access-control")}
        self.judge(asked, answer, body)
        return Answer(answer.status, body, answer.getheader("Content-Type") or "text/plain", kept)

    def judge(self, asked, answer, body):
        """Writes down what Prism found wrong; what this server answered passes."""
        if "problem+json" not in (answer.getheader("Content-Type") or ""):
            return
        problem = json.loads(body)
        if str(problem.get("type", "")).startswith(PROBLEM):
            found = problem.get("validation") or [problem.get("detail")]
            for one in found:
                said = one if isinstance(one, str) else f"{'.'.join(map(str, one.get('location', [])))}: {one.get('message')} ({one.get('code')})"
                self.app.violations.append(f"{asked.method} {asked.path}: {problem['type'].removeprefix(PROBLEM)}: {said}")


def start(app, folder):
    """Starts Prism and the port before it, and waits until both answer; the port's number."""
    node = os.environ["TAGLEDGER_TEST_NODE"]
    document = os.path.join(folder, "azure.json")
    with open(document, "w", encoding="utf-8") as file:
        json.dump(merged(node), file)
    port = free()
    command = [os.path.join(node, "node_modules", ".bin", "prism"), "proxy", "--errors", document, f"http://127.0.0.1:{app.ports['http']}", "-h", "127.0.0.1",
               "-p", str(port)]
    judge = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    when_gone('kill -9 "-$1"', str(judge.pid))
    said, ready = [], threading.Event()

    def listen():
        for line in judge.stdout:
            text = COLOURS.sub("", line.decode("utf-8", "replace")).strip()
            said.append(text)
            del said[:-50]
            if "Prism is listening" in text:
                ready.set()
        ready.set()

    threading.Thread(target=listen, daemon=True).start()
    if not ready.wait(60) or judge.poll() is not None:
        raise SystemExit("Prism did not start: " + " / ".join(said))
    front = Front(app, port)
    number = serve(front, app.violations)
    front.host = f"127.0.0.1:{number}"
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.1)
    return number

