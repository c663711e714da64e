"""Takes e-mail by SMTP: aiosmtpd, with STARTTLS that must be used, with TLS from the first byte, and without any; and says what came.

Arguments: a folder, where `ca.pem` is written; then the answers to the first messages, such as `451 later`, before any is taken. With TLS, user `tagledger`
must sign in with the password `correct horse`. GET /-/ports names the ports; /-/mails what came, taken apart by Python's `email`.
"""

import asyncio
import email
import email.policy
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.smtp import SMTP, AuthResult

import authority

FOLDER, REFUSALS, MAILS, PORTS = sys.argv[1], sys.argv[2:], [], {}
CONTEXT = authority.context(FOLDER)


class Taker:
    async def handle_DATA(self, server, session, envelope):
        if REFUSALS:
            return REFUSALS.pop(0)
        parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
        MAILS.append({
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "tls": server.transport.get_extra_info("sslcontext") is not None,
            "user": session.auth_data.login.decode() if session.authenticated else None,
            "headers": [[name, str(value)] for name, value in parsed.items()],
            "parts": [[part.get_content_type(), part.get_content()] for part in parsed.iter_parts()],
            "defects": [str(defect) for part in parsed.walk() for defect in part.defects],
            "longest": max(len(line) for line in envelope.original_content.split(b"\r\n")),
        })
        return "250 taken"


def authenticator(server, session, envelope, mechanism, data):
    is_known = (data.login, data.password) == (b"tagledger", b"correct horse")
    return AuthResult(success=is_known, handled=False, auth_data=data)


SIGN_IN = {"auth_required": True, "authenticator": authenticator}
WAYS = {
    "starttls": (None, {"tls_context": CONTEXT, "require_starttls": True, **SIGN_IN}),
    "implicit": (CONTEXT, {"auth_require_tls": False, **SIGN_IN}),
    "none": (None, {}),
}


class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(PORTS if self.path == "/-/ports" else MAILS).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


async def main():
    loop = asyncio.get_running_loop()
    for name, (context, options) in WAYS.items():
        server = await loop.create_server(lambda options=options: SMTP(Taker(), loop=loop, **options), "127.0.0.1", 0, ssl=context)
        PORTS[name] = server.sockets[0].getsockname()[1]
    answers = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=answers.serve_forever, daemon=True).start()
    print(answers.server_address[1], flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
