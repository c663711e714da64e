"""A loopback server that answers as Google Cloud does: `python tests/servers/gcp < seed.json` prints its plain port, and serves until it is stopped.

It is Cloud Asset Inventory v1, Resource Manager v3, the metadata server and everything that gives out tokens at once; where the seed wants it, requests can
also come by Prism, which holds both sides against Google's discovery documents. GET /-/ports tells the ports, /-/state the calls and violations, /-/world
what exists, /-/rate how fast the last scan was, /-/held waits until a call is held, /-/release lets it go.
"""

import os
import sys

sys.dont_write_bytecode = True
# What the servers share lies beside them.
sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import gc  # noqa: E402
import json  # noqa: E402
import threading  # noqa: E402
import time  # noqa: E402

from app import App  # noqa: E402
from listen import serve  # noqa: E402


def main():
    parent = os.getppid()
    app = App(json.load(sys.stdin), threading.Event())
    for target in (app.seed.get("count") or {}).get("warm", []):
        app.assets.warm(target, app.now())
    # What was made lives as long as the server: looking through it for garbage again and again would cost more than all answers.
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
    app.ports = {"http": serve(app), "prism": None}
    if app.seed.get("prism"):
        import prism

        app.ports["prism"] = prism.start(app)
    print(app.ports["http"], flush=True)
    # Nobody reads on: a word too many would end the server in the middle of an answer.
    sys.stdout = open(os.devnull, "w")
    while os.getppid() == parent:
        time.sleep(0.5)


main()
