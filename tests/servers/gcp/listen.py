"""The ports. Requests are read by hand: a bench asks for thousands of pages, and the library's reader of headers costs as much as a page."""

import http
import json
import socket
import socketserver
import threading
from email.utils import formatdate

from forecast import Drop
from wire import Answer, Asked, Headers

LONGEST = 1 << 16
REASONS = {status.value: status.phrase for status in http.HTTPStatus}


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 1024

    def handle_error(self, request, client_address):
        """Clients hang up; a test that means something by it looks at what the client says."""


class Handler(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    rbufsize = LONGEST

    def handle(self):
        try:
            while self.exchange():
                pass
        except (OSError, ValueError):
            # Whoever asked has gone, or never spoke HTTP.
            return

    def exchange(self):
        """One request and its answer; whether another may follow."""
        words = self.rfile.readline(LONGEST).decode("latin-1").split()
        if len(words) != 3:
            return False
        method, target, version = words
        headers = Headers()
        while (line := self.rfile.readline(LONGEST).decode("latin-1").strip()):
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        if headers.get("expect", "").lower() == "100-continue":
            self.connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        asked = Asked(method, target, headers, self.body(headers))
        try:
            answer = self.server.app(asked)
        except Drop:
            return self.cut()
        except Exception as error:  # A fault of this server's own: the test is to see it, and not a client that waits.
            self.server.app.violations.append(f"the server failed at {method} {target}: {error!r}")
            answer = Answer(500, json.dumps({"error": {"code": 500, "message": repr(error), "status": "INTERNAL"}}))
        stays = headers.get("connection", "").lower() != "close" and version == "HTTP/1.1"
        self.send(answer, method, stays)
        return stays and not answer.is_lost or self.cut()

    def send(self, answer, method, stays):
        lines = [f"HTTP/1.1 {answer.status} {REASONS.get(answer.status, 'Unknown')}"]
        lines += [f"Content-Type: {answer.kind}", f"Content-Length: {sum(map(len, answer.parts))}"]
        # Clients that find themselves refused set their clocks by this.
        lines.append(f"Date: {formatdate(self.server.app.now(), usegmt=True)}")
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        lines += ["Vary: Origin, X-Origin, Referer"] if stays else ["Connection: close"]
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        parts = [] if method == "HEAD" else answer.parts
        if answer.is_lost:
            parts = [answer.body[:len(answer.body) // 2]]
        # A large part goes out as it is: to copy it first would take longer than everything else.
        for part in [head, *parts] if sum(map(len, parts)) > LONGEST else [b"".join([head, *parts])]:
            self.connection.sendall(part)

    def body(self, headers):
        if "chunked" not in headers.get("transfer-encoding", ""):
            return self.rfile.read(int(headers.get("content-length") or 0))
        parts = []
        while (size := int(self.rfile.readline().split(b";")[0], 16)):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(parts)

    def cut(self):
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        return False


def serve(app):
    """Starts a server on a free port; `app` makes an Answer of an Asked, and tells the time."""
    server = Server(("127.0.0.1", 0), Handler)
    server.app = app
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]
