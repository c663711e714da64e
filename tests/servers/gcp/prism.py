"""Prism between client and server, as a judge of both: what breaks the documents, it answers itself, and that is written down as a violation.

Before it stands a port of our own, which reads the verdicts, and looks itself whether each parameter is known: Prism passes over those that are not.
"""

import http.client
import json
import os
import re
import tempfile

import judge
from forecast import Drop
from judge import HOP
from leftovers import when_gone
from listen import serve
from openapi import COLLECTIONS, merged
from wire import Answer

PROBLEM = "https://stoplight.io/prism/errors#"
JUDGED = re.compile(rf"/v1/({'|'.join(COLLECTIONS)})/(?!-/).*|/v3/.*|/bigquery/v2/.*")


class Front:
    """Takes requests in place of the server. Its clock is the server's."""

    def __init__(self, app, port, document):
        self.app, self.port, self.now, self.violations = app, port, app.now, app.violations
        self.known = [(method.upper(), re.compile(re.sub(r"\\{.*?\\}", "[^/]+", re.escape(path))), {one["name"] for one in spoken["parameters"]})
                      for path, item in document["paths"].items() for method, spoken in item.items()]

    def __call__(self, asked):
        if not JUDGED.fullmatch(asked.path):
            asked.headers["x-loopback-via"] = "prism"
            return self.app(asked)
        self.named(asked)
        headers = {name: value for name, value in asked.headers.items() if name not in HOP} | {"x-loopback-via": "prism"}
        if asked.body:
            headers["Content-Type"] = asked.headers.get("content-type")
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

    def named(self, asked):
        """Writes down the parameters that the operation does not know."""
        for method, pattern, known in self.known:
            if method == asked.method and pattern.fullmatch(asked.path):
                for name in dict.fromkeys(name for name, _ in asked.pairs if name not in known):
                    self.violations.append(f"{asked.method} {asked.path}: UNKNOWN_PARAMETER: {name}")
                return

    def judge(self, asked, answer, body):
        """Writes down what Prism found wrong; what this server answered passes."""
        if "problem+json" not in (answer.getheader("Content-Type") or ""):
            return
        problem = json.loads(body)
        if problem.get("type") == "FetchError":
            # The server hung up on Prism, which is told as it was.
            raise Drop()
        if str(problem.get("type", "")).startswith(PROBLEM):
            found = problem.get("validation") or [problem.get("detail")]
            for one in found:
                said = one if isinstance(one, str) else f"{'.'.join(map(str, one.get('location', [])))}: {one.get('message')} ({one.get('code')})"
                self.violations.append(f"{asked.method} {asked.path}: {problem['type'].removeprefix(PROBLEM)}: {said}")


def start(app):
    """Starts Prism and the port before it, and waits until both answer; the port's number."""
    folder, document = tempfile.mkdtemp(prefix="gcp-"), merged()
    when_gone('rm -rf "$1"', folder)
    path = os.path.join(folder, "gcp.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file)
    return serve(Front(app, judge.start(path, app.ports["http"]), document))
