"""A loopback server that answers as Azure does: `python tests/servers/azure < seed.json` prints its plain port, and serves until it is stopped.

It is Entra's token endpoint, Resource Manager and Resource Graph at once, on a plain and on an encrypted port; where the seed wants it, requests can also
come by Prism, which holds both sides against Microsoft's OpenAPI documents. GET /-/ports tells the ports and the certificate authority's file, / the calls
and violations, /-/world what exists, /-/held waits until a call is held, /-/release lets it go.
"""

import os
import sys

sys.dont_write_bytecode = True
# What the servers share lies beside them.
sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import gc  # noqa: E402
import json  # noqa: E402
import tempfile  # noqa: E402
import threading  # noqa: E402
import time  # noqa: E402

import certificates  # noqa: E402
from app import App  # noqa: E402
from leftovers import when_gone  # noqa: E402
from listen import serve  # noqa: E402


def main():
    parent = os.getppid()
    seed = json.load(sys.stdin)
    folder = tempfile.mkdtemp(prefix="azure-")
    when_gone('rm -rf "$1"', folder)
    app = App(seed, threading.Event())
    app.graph.tables.prepare()
    # A large estate lives as long as the server: looking through it for garbage again and again would cost more than all answers.
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
    authority, certificate, key = certificates.make(folder)
    app.ports = {"http": serve(app, app.violations), "https": serve(app, app.violations, (certificate, key)), "prism": None, "ca": authority}
    if seed.get("prism"):
        import prism

        app.ports["prism"] = prism.start(app, folder)
    print(app.ports["http"], flush=True)
    # Nobody reads on: a word too many would end the server in the middle of an answer.
    sys.stdout = open(os.devnull, "w")
    while os.getppid() == parent:
        time.sleep(0.5)


main()
