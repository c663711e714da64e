"""Prism between client and server, as a judge of both: what breaks the documents, it answers itself, and that is written down as a violation.

Before it stands a port of our own, which reads the verdicts, and looks itself whether each parameter is known: Prism passes over those that are not.
"""

import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time

from forecast import Drop
from listen import serve
from openapi import COLLECTIONS, merged
from wire import Answer

PROBLEM = "https://stoplight.io/prism/errors#"
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
# These belong to one connection.
HOP = ("connection", "keep-alive", "transfer-encoding", "content-length", "host", "date", "server", "content-type", "upgrade", "content-encoding")
JUDGED = re.compile(rf"/v1/({'|'.join(COLLECTIONS)})/(?!-/).*|/v3/.*")


def free():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Front:
    """Takes requests in place of the server. Its clock is the server's."""

    def __init__(self, app, port, document):
        self.app, self.port, self.now, self.violations = app, port, app.now, app.violations
        self.known = [(re.compile(re.sub(r"\\{.*?\\}", "[^/]+", re.escape(path))), {one["name"] for one in item["get"]["parameters"]})
                      for path, item in document["paths"].items()]

    def __call__(self, asked):
        if not JUDGED.fullmatch(asked.path):
            asked.headers["x-loopback-via"] = "prism"
            return self.app(asked)
        self.named(asked)
        headers = {name: value for name, value in asked.headers.items() if name not in HOP} | {"x-loopback-via": "prism"}
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
        for pattern, known in self.known:
            if pattern.fullmatch(asked.path):
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


def when_gone(process, folder):
    """Ends a process and removes a folder after this server has ended, for whatever reason: a shell waits for the end of a pipe."""
    silent = subprocess.DEVNULL
    script = 'cat > /dev/null; kill -9 "-$1"; rm -rf "$2"'
    # It is kept by who started it, so that its pipe is open as long as the server lives.
    return subprocess.Popen(["sh", "-c", script, "sh", str(process.pid), folder], stdin=subprocess.PIPE, stdout=silent, stderr=silent, start_new_session=True)


def start(app):
    """Starts Prism and the port before it, and waits until both answer; the port's number."""
    node, folder, document = os.environ["TAGLEDGER_TEST_NODE"], tempfile.mkdtemp(prefix="gcp-"), merged()
    path = os.path.join(folder, "gcp.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file)
    port = free()
    command = [os.path.join(node, "node_modules", ".bin", "prism"), "proxy", "--errors", path, f"http://127.0.0.1:{app.ports['http']}", "-h", "127.0.0.1",
               "-p", str(port)]
    judge = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    app.tidier = when_gone(judge, folder)
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
        shutil.rmtree(folder, ignore_errors=True)
        raise SystemExit("Prism did not start: " + " / ".join(said))
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.1)
    return serve(Front(app, port, document))
