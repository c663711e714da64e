"""Runs a command and prints its CPU seconds, wall seconds, peak memory in MB and exit code.

usage: measure.py STDOUT_FILE COMMAND [ARGUMENT...]

The kernel's own account of the child (wait4) is exact for the whole life of the process, threads included. Peak memory
has a floor of about 10 MB, which is this interpreter before it becomes the command.
"""

import os
import sys
import time

output, command = sys.argv[1], sys.argv[2:]
start = time.monotonic()
child = os.fork()
if child == 0:
    for path, descriptor in ((output, 1), (output + ".stderr", 2)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), descriptor)
    try:
        os.execvp(command[0], command)
    except OSError as e:
        print(e, file=sys.stderr, flush=True)
        os._exit(127)
_, status, usage = os.wait4(child, 0)
wall = time.monotonic() - start
# Linux counts kilobytes, macOS bytes.
unit = 1e6 if sys.platform == "darwin" else 1e3
print(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / unit, os.waitstatus_to_exitcode(status))
