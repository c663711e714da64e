"""A Prometheus of this machine scrapes a run's metrics, and every query of the dashboard is put to it for every choice of its variables:
`ask.py prometheus dashboard.json openmetrics.txt folder`, JSON on standard output. The dashboard is read by Grafana's own types first."""

import http.server
import json
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request

from grafana_foundation_sdk.models.dashboard import Dashboard

prometheus, dashboard_file, metrics_file, folder = sys.argv[1:]
dashboard = json.load(open(dashboard_file))
typed = Dashboard.from_json(dashboard)
metrics = open(metrics_file, "rb").read()


class Metrics(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/openmetrics-text; version=1.0.0; charset=utf-8")
        self.send_header("Content-Length", str(len(metrics)))
        self.end_headers()
        self.wfile.write(metrics)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Metrics)
threading.Thread(target=server.serve_forever, daemon=True).start()
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
with open(f"{folder}/prometheus.yml", "w") as config:
    config.write(f"global: {{scrape_interval: 1s}}\nscrape_configs: [{{job_name: tagledger, static_configs: [{{targets: ['127.0.0.1:{server.server_port}']}}]}}]\n")
child = subprocess.Popen(
    [prometheus, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data", f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"],
    stdout=subprocess.DEVNULL,
)


def ask(path, **parameters):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/{path}?{urllib.parse.urlencode(parameters)}", timeout=5) as answer:
        return json.load(answer)["data"]


def choices(variable):
    label, metric = variable["definition"].removeprefix("label_values(").removesuffix(")").split(", ")[::-1]
    return ask(f"label/{label}/values", **{"match[]": metric})


try:
    until = time.monotonic() + 60
    while True:
        try:
            if ask("query", query="tagledger_run_timestamp_seconds")["result"]:
                break
        except OSError:
            pass
        if time.monotonic() > until or child.poll() is not None:
            raise SystemExit("Prometheus has not scraped the metrics")
        time.sleep(0.05)
    values = {variable["name"]: choices(variable) for variable in dashboard["templating"]["list"] if variable["type"] == "query"}
    answers = []
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            used = set(re.findall(r"\$(\w+)", target["expr"]))
            unknown = used - set(values)
            if unknown:
                raise SystemExit(f"{panel['title']}: no variable gives {unknown}")
            for currency in values["currency"] if "currency" in used else [""]:
                for environment in values["environment"] + [".*"] if "environment" in used else [""]:
                    query = target["expr"].replace("$currency", currency).replace("$environment", environment).replace("$application", ".*")
                    result = ask("query", query=query)["result"]
                    found = [{"labels": one["metric"], "value": one["value"][1]} for one in result]
                    answers.append({"panel": panel["title"], "currency": currency, "environment": environment, "query": query, "found": found})
finally:
    child.terminate()
    child.wait(timeout=20)
    server.shutdown()
print(json.dumps({"title": typed.title, "panels": len(typed.panels), "values": values, "answers": answers}))
