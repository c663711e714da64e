"""Stands between the program and another server, and refuses what it is told to.

Arguments: the other server's address, then what to refuse: `WORD=deny` for every call, `WORD=throttle` for the first one. A call is meant by a word that
its target header, its path, or `Action@Version` of its form ends in. Prints its port, and serves until it is stopped.
"""

import sys
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

UPSTREAM, RULES = sys.argv[1], dict(rule.rsplit("=", 1) for rule in sys.argv[2:])
CODES = {"deny": (403, "AccessDeniedException"), "throttle": (400, "ThrottlingException")}
SEEN = set()
EC2 = "2016-11-15"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def call(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        form = dict(urllib.parse.parse_qsl(body.decode("utf-8", "replace"))) if b"Action=" in body else {}
        names = (self.headers.get("X-Amz-Target") or "", self.path, f"{form.get('Action')}@{form.get('Version')}")
        for word, what in RULES.items():
            if any(name.endswith(word) for name in names) and not (what == "throttle" and word in SEEN):
                SEEN.add(word)
                return self.refuse(form.get("Version"), *CODES[what])
        request = urllib.request.Request(UPSTREAM + self.path, body or None, dict(self.headers), method=self.command)
        try:
            answer = urllib.request.urlopen(request)
        except urllib.error.HTTPError as error:
            answer = error
        self.answer(answer.status, answer.headers.get("Content-Type"), answer.read())

    def refuse(self, version, status, code):
        """As each protocol says it: JSON, EC2's own, the other forms, and S3's."""
        if self.headers.get("X-Amz-Target"):
            return self.answer(status, "application/x-amz-json-1.1", b'{"__type": "%s", "message": "refused"}' % code.encode())
        error = "<Error><Code>%s</Code><Message>refused</Message></Error>" % code.removesuffix("Exception")
        if version == EC2:
            error = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors><RequestID>r</RequestID></Response>"
        elif version:
            error = f"<ErrorResponse>{error}<RequestId>r</RequestId></ErrorResponse>"
        self.answer(status, "text/xml", error.encode())

    def answer(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind or "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = call

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
