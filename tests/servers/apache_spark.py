"""Apache Spark as a server of Spark Connect on this machine: `python tests/servers/apache_spark.py` prints its port once it listens, and serves until it is stopped."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time

import pyspark

sys.dont_write_bytecode = True

from leftovers import when_gone  # noqa: E402


def ends_with_parent():
    """Whoever started this ends it by a signal that nothing here can answer."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl:
        prctl(1, signal.SIGKILL)


sys.stdin.read()
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
home, parent = os.path.dirname(pyspark.__file__), os.getppid()
folder = tempfile.mkdtemp(prefix="spark-")
when_gone('rm -rf "$1"', folder)
settings = {
    "spark.master": "local[2]",
    "spark.driver.memory": "2g",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.connect.grpc.binding.address": "127.0.0.1",
    "spark.connect.grpc.binding.port": str(port),
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.warehouse.dir": folder,
    "spark.local.dir": folder,
    "spark.driver.extraJavaOptions": f"-Djava.io.tmpdir={folder}",
}
command = [f"{home}/bin/spark-submit", "--class", "org.apache.spark.sql.connect.service.SparkConnectServer"]
command += [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")] + ["spark-internal"]
with open(f"{folder}/log", "w", encoding="utf-8") as log:
    child = subprocess.Popen(command, cwd=folder, env=os.environ | {"SPARK_HOME": home}, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=ends_with_parent)
try:
    while socket.socket().connect_ex(("127.0.0.1", port)):
        if child.poll() is not None:
            sys.exit(open(f"{folder}/log", encoding="utf-8").read())
        time.sleep(0.2)
    print(port, flush=True)
    # Ends with whoever started this, however that ended.
    while os.getppid() == parent and child.poll() is None:
        time.sleep(0.5)
finally:
    child.kill()
