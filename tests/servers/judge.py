"""Prism as a program: started with a document before a server, and ended after it."""

import os
import re
import socket
import subprocess
import threading
import time

from leftovers import when_gone

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
# These belong to one connection.
HOP = ("connection", "keep-alive", "transfer-encoding", "content-length", "host", "date", "server", "content-type", "upgrade", "content-encoding")


def free():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def start(document, behind):
    """Starts Prism with the document at this path before the server at port `behind`, and waits until it answers; its port."""
    port = free()
    command = [os.path.join(os.environ["TAGLEDGER_TEST_NODE"], "node_modules", ".bin", "prism"), "proxy", "--errors", document, f"http://127.0.0.1:{behind}",
               "-h", "127.0.0.1", "-p", str(port)]
    judge = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    when_gone('kill -9 "-$1"', str(judge.pid))
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
        raise SystemExit("Prism did not start: " + " / ".join(said))
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.1)
    return port
