"""The emulator that others wrote, in this process: what our own services do not answer goes to it, each account in a store of its own."""

import io
import os

os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "false")

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app  # noqa: E402

APP = DomainDispatcherApplication(create_backend_app)


PAGE = "500 INTERNAL SERVER ERROR", [("Content-Type", "text/html")], b"<html><h1>Internal Server Error</h1></html>"


def ask(environ, body, account):
    """Status, headers and body of its answer; without an account it finds out by itself whose the credentials are."""
    environ = {**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    if account:
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = account
    said = {}

    def start(status, headers, _error=None):
        said.update(status=status, headers=headers)
        return lambda _bytes: None

    try:
        chunks = APP(environ, start)
        return said["status"], said["headers"], b"".join(chunks)
    except Exception:  # noqa: BLE001
        # Its own server answers what it breaks down on, as on every service that it does not know, with such a page.
        return PAGE
