"""BigQuery as `bqemulator` plays it, with tables in it: `python tests/servers/bigquery.py < seed.json` prints its port, and serves until it is stopped.

{"project", "dataset", "tables": {name: {"fields": a schema in BigQuery's own words, "rows": a file with a record in JSON on each line}}}

Its engine keeps five digits of a BIGNUMERIC after the point, where BigQuery keeps 38. What is rounded by `ROUND_HALF_EVEN` is rounded here by Python's
decimals instead, from the exact value of the double, and what is rounded by `ROUND`, from its text; all else is the emulator's.
"""

import decimal
import json
import os
import shutil
import socket
import sys
import tempfile
import threading
import time
import urllib.request

sys.dont_write_bytecode = True

from leftovers import when_gone  # noqa: E402

# The engine looks for its extensions below this, and would fetch them from elsewhere.
HOME = tempfile.mkdtemp(prefix="bigquery-")
when_gone('rm -rf "$1"', HOME)
os.environ.update(HOME=HOME, BQEMU_ENABLE_FORMAT_EXTENSIONS="false", BQEMU_GCS_LOCAL_ROOT=HOME)
EXACT, EXACT_TEXT, PLACES = "half_even", "half_up", 12
DIGITS = decimal.Context(prec=400, rounding=decimal.ROUND_HALF_EVEN)


def half_even(value):
    """To as many digits after the point; a double becomes a BIGNUMERIC of 38 before."""
    if value is None:
        return None
    long = decimal.Decimal(value).quantize(decimal.Decimal(1).scaleb(-38), decimal.ROUND_HALF_UP, DIGITS)
    return long.quantize(decimal.Decimal(1).scaleb(-PLACES), context=DIGITS)


def half_up(value):
    """A text that is a number, to as many digits after the point, as ROUND does."""
    return None if value is None else decimal.Decimal(value).quantize(decimal.Decimal(1).scaleb(-PLACES), decimal.ROUND_HALF_UP, DIGITS)


def repair():
    """Puts the rounding in the place of the emulator's."""
    from bqemulator.sql.rules import register
    from bqemulator.sql.rules._base import TranslationRule
    from bqemulator.storage.engine import DuckDBEngine
    from sqlglot import exp

    @register
    class Rounding(TranslationRule):
        name = "ROUND_HALF_EVEN"

        def applies_to(self, node):
            return isinstance(node, exp.Anonymous) and node.name == "ROUND_EVEN" and isinstance(node.expressions[0], exp.Cast)

        def rewrite(self, node):
            # To other digits than these, nothing is rounded here.
            assert node.expressions[1].name == str(PLACES), node.sql()
            return exp.Anonymous(this=EXACT, expressions=[node.expressions[0].this.copy()])

    @register
    class PlainRounding(TranslationRule):
        name = "ROUND of a BIGNUMERIC"

        def applies_to(self, node):
            is_round = isinstance(node, exp.Round) and isinstance(node.this, exp.Cast) and node.args.get("decimals") is not None
            return is_round and node.args["decimals"].name == str(PLACES)

        def rewrite(self, node):
            text = exp.Cast(this=node.this.this.copy(), to=exp.DataType.build("VARCHAR"))
            return exp.Anonymous(this=EXACT_TEXT, expressions=[text])

    own = DuckDBEngine._register_builtin_udfs

    def register_all(engine):
        own(engine)
        engine._connection.create_function(EXACT_TEXT, half_up, ["VARCHAR"], f"DECIMAL(38, {PLACES})", null_handling="special")
        engine._connection.create_function(EXACT, half_even, ["DOUBLE"], f"DECIMAL(38, {PLACES})", null_handling="special")

    DuckDBEngine._register_builtin_udfs = register_all


def extension():
    """Puts the extension that the emulator cannot do without where its engine looks for it."""
    import duckdb
    import duckdb_extension_spatial

    name, version = "spatial.duckdb_extension", f"v{duckdb.__version__}"
    own = os.path.join(os.path.dirname(duckdb_extension_spatial.__file__), "extensions", version, name)
    folder = os.path.join(HOME, ".duckdb", "extensions", version, duckdb.sql("PRAGMA platform").fetchone()[0])
    os.makedirs(folder)
    os.symlink(own, os.path.join(folder, name))


def ask(port, method, path, body):
    request = urllib.request.Request(f"http://127.0.0.1:{port}/bigquery/v2/projects/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"},
                                     method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def fill(seed, port, out):
    """Makes the tables once there is an answer, and tells the port."""
    while socket.socket().connect_ex(("127.0.0.1", port)):
        time.sleep(0.05)
    project, dataset = seed["project"], seed["dataset"]
    ask(port, "POST", f"{project}/datasets", {"datasetReference": {"projectId": project, "datasetId": dataset}})
    for name, table in seed["tables"].items():
        reference = {"projectId": project, "datasetId": dataset, "tableId": name}
        ask(port, "POST", f"{project}/datasets/{dataset}/tables", {"tableReference": reference, "schema": {"fields": table["fields"]}})
        os.makedirs(os.path.join(HOME, "seed"), exist_ok=True)
        shutil.copy(table["rows"], os.path.join(HOME, "seed", f"{name}.json"))
        load = {"sourceUris": [f"gs://seed/{name}.json"], "sourceFormat": "NEWLINE_DELIMITED_JSON", "destinationTable": reference,
                "schema": {"fields": table["fields"]}, "writeDisposition": "WRITE_APPEND"}
        job = ask(port, "POST", f"{project}/jobs", {"configuration": {"load": load}})
        if job["status"]["state"] != "DONE" or "errorResult" in job["status"]:
            sys.exit(f"{name} cannot be filled: {json.dumps(job['status'])}")
    out.write(f"{port}\n")
    out.close()


def follow(parent):
    """Ends with whoever started this."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


def main():
    seed, parent = json.load(sys.stdin), os.getppid()
    # The port alone is told; what the emulator says of itself nobody reads.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    extension()
    repair()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for work in [(follow, parent), (fill, seed, port, out)]:
        threading.Thread(target=work[0], args=work[1:], daemon=True).start()
    from bqemulator.cli import main as start

    sys.argv = ["bqemulator", "start", "--rest-host", "127.0.0.1", "--rest-port", str(port), "--grpc-port", "0", "--log-level", "error"]
    start()


main()
