"""The ports: plain and encrypted ones that the same answers come out of."""

import json
import socket
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from app import Answer, Asked
from weather import Drop


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024
    secure = None

    def finish_request(self, request, client_address):
        """In the connection's own thread, so that a slow handshake keeps nobody else waiting."""
        request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.secure:
            request = self.secure.wrap_socket(request, server_side=True)
        self.RequestHandlerClass(request, client_address, self)

    def handle_error(self, request, client_address):
        """Clients hang up; a test that means something by it looks at what the client says."""

    def server_bind(self):
        # The parent's asks for this host's name, which can take seconds.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = self.server_address[:2]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "Loopback", ""
    wbufsize = 1 << 16

    def answered(self):
        asked = Asked(self.command, self.path, self.headers, self.body(), "https" if self.server.secure else "http")
        try:
            answer = self.server.answers(asked)
        except Drop:
            self.cut()
            return
        except Exception as error:  # A fault of this server's own: the test is to see it, and not a client that waits.
            self.server.faults.append(f"the server failed at {self.command} {self.path}: {error!r}")
            answer = Answer(500, json.dumps({"error": {"code": "InternalServerError", "message": repr(error)}}).encode())
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if answer.is_lost:
            self.wfile.write(answer.body[:len(answer.body) // 2])
            self.wfile.flush()
            self.cut()
            return
        self.wfile.write(answer.body)
        self.wfile.flush()
        if answer.after:
            answer.after()

    def body(self):
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def cut(self):
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = answered

    def log_message(self, *_):
        pass


def serve(answers, faults, certificate=None):
    """Starts a server on a free port; `answers` makes an Answer of an Asked."""
    server = Server(("127.0.0.1", 0), Handler)
    server.answers, server.faults = answers, faults
    if certificate:
        server.secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.secure.load_cert_chain(*certificate)
        server.secure.set_alpn_protocols(["http/1.1"])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port
