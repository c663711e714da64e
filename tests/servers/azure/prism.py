"""Prism between client and server, as a judge of both: what breaks the documents, it answers itself, and that is written down as a violation.

Before it stands a port of our own. It tells the server by which host it was asked, so that links lead through Prism again, and it reads the verdicts.
"""

import http.client
import json
import os

import judge
import manager
from app import Answer
from judge import HOP
from listen import serve
from openapi import merged
from weather import Drop

PROBLEM = "https://stoplight.io/prism/errors#"


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
    document = os.path.join(folder, "azure.json")
    with open(document, "w", encoding="utf-8") as file:
        json.dump(merged(os.environ["TAGLEDGER_TEST_NODE"]), file)
    front = Front(app, judge.start(document, app.ports["http"]))
    number = serve(front, app.violations)
    front.host = f"127.0.0.1:{number}"
    return number
