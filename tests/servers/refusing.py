"""A loopback server in front of another one, whose URL is the first argument: it refuses the calls that the others name, `operation@version`, as AWS
refuses what no policy allows, and passes everything else on. Prints its port, and serves until it is stopped."""

import sys
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

UPSTREAM, REFUSED = sys.argv[1], set(sys.argv[2:])
EC2 = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors><RequestID>r</RequestID></Response>"
OTHERS = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error><RequestId>r</RequestId></ErrorResponse>"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body, kind):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        form = dict(urllib.parse.parse_qsl(body.decode("utf-8", "replace")))
        version = form.get("Version", "")
        if f"{form.get('Action')}@{version}" in REFUSED:
            return self.answer(403, (EC2 if version == "2016-11-15" else OTHERS).encode(), "text/xml")
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("connection", "content-length")}
        try:
            answer = urllib.request.urlopen(urllib.request.Request(UPSTREAM + self.path, data=body, headers=headers, method="POST"))
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            self.answer(answer.status, answer.read(), answer.headers.get("Content-Type", "text/xml"))

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
