"""Tidies up behind a server that may be killed without a word: a shell waits until the server's end of a pipe is gone, whatever the reason."""

import subprocess


def when_gone(script, *given):
    """Runs a shell script, with arguments $1 and so on, after this process has ended."""
    silent = subprocess.DEVNULL
    command = ["sh", "-c", f"cat > /dev/null; {script}", "sh", *given]
    # Kept, so that its pipe is open as long as this process lives.
    HELD.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=silent, stderr=silent, start_new_session=True))


HELD = []
