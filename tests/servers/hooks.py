"""Takes messages by HTTP, and answers as it is told.

Standard input: {path: [answer, …]}; an answer is [status, {header: value}, body], or "drop" (the connection ends) or "rubbish". What is asked more often
than there are answers for is answered with 200. GET /-/asked tells what came; /-/tls where the same is served with TLS, whose authority is written into the
folder that the argument names. Prints its port, and serves until it is stopped.
"""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import authority

ANSWERS, ASKED, TLS = json.load(sys.stdin), [], {}


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        ASKED.append({"path": self.path, "headers": headers, "body": body})
        waiting = ANSWERS.get(self.path) or [[200, {}, "ok"]]
        answer = waiting.pop(0)
        if answer == "drop":
            self.connection.close()
        elif answer == "rubbish":
            self.wfile.write(b"rubbish\r\n\r\n")
        else:
            self.answer(*answer)

    def do_GET(self):
        self.answer(200, {}, json.dumps(ASKED if self.path == "/-/asked" else TLS))

    def answer(self, status, headers, body):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


plain = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
if len(sys.argv) > 1:
    wrapped = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    wrapped.socket = authority.context(sys.argv[1]).wrap_socket(wrapped.socket, server_side=True)
    TLS["port"] = wrapped.server_address[1]
    threading.Thread(target=wrapped.serve_forever, daemon=True).start()
print(plain.server_address[1], flush=True)
plain.serve_forever()
