"""A loopback server for what no emulator has: Resource Explorer, the Tagging API as it really answers, enabled Regions, and bad weather.

Reads its estate as JSON from standard input, prints its port, and serves until it is stopped. Shapes are those of the service models that botocore
ships. The Region and service of a call are those that its signature names.

Estate: {"account": …, "regions": {NAME: {"tagged": [{arn, tags}], "explorer": null | {"type": …, "gathers": [region], "views": [{arn, properties, filter, resources}]}}},
"weather": {"throttle_every": N (of the calls of one place), "deny": ["operation@region"], "html": ["operation@region"]}}
"""

import json
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ESTATE = json.load(sys.stdin)
WEATHER = ESTATE.get("weather", {})
CALLS = []
PAGE = 100


def page(items, token, size):
    start = int(token or 0)
    chunk = items[start:start + size]
    return chunk, str(start + size) if start + size < len(items) else None


def list_views(region, _body):
    return {"Views": [view["arn"] for view in region["explorer"]["views"]]}


def find_view(region, arn):
    return next(view for view in region["explorer"]["views"] if view["arn"] == arn)


def get_view(region, body):
    view = find_view(region, body["ViewArn"])
    return {"View": {"ViewArn": view["arn"], "Owner": ESTATE["account"], "Scope": "arn:aws:iam::%s:root" % ESTATE["account"],
                     "IncludedProperties": [{"Name": name} for name in view["properties"]], "Filters": {"FilterString": view.get("filter", "")}}}


def list_resources(region, body):
    view = find_view(region, body["ViewArn"])
    found, token = page(view["resources"], body.get("NextToken"), min(body.get("MaxResults", PAGE), PAGE))
    shown = []
    for resource in found:
        properties = []
        if "tags" in view["properties"] and resource.get("tags"):
            properties = [{"Name": "tags", "LastReportedAt": "2026-11-01T00:00:00Z", "Data": [{"Key": k, "Value": v} for k, v in resource["tags"].items()]}]
        arn = resource["arn"].split(":")
        shown.append({"Arn": resource["arn"], "OwningAccountId": arn[4] or ESTATE["account"], "Region": arn[3] or "global", "Service": arn[2],
                      "ResourceType": resource["type"], "LastReportedAt": "2026-11-01T00:00:00Z", "Properties": properties})
    answer = {"Resources": shown, "ViewArn": view["arn"]}
    return {**answer, "NextToken": token} if token else answer


def get_index(region, _body):
    return {"Arn": "arn:aws:resource-explorer-2:x:%s:index/1" % ESTATE["account"], "Type": region["explorer"]["type"], "State": "ACTIVE",
            "ReplicatingFrom": region["explorer"].get("gathers", [])}


def get_resources(region, body):
    found, token = page(region["tagged"], body.get("PaginationToken"), body.get("ResourcesPerPage", 50))
    mapped = [{"ResourceARN": r["arn"], "Tags": [{"Key": k, "Value": v} for k, v in r["tags"].items()]} for r in found]
    return {"ResourceTagMappingList": mapped, "PaginationToken": token or ""}


def list_regions(_region, _body):
    return {"Regions": [{"RegionName": name, "RegionOptStatus": "ENABLED_BY_DEFAULT"} for name in ESTATE["regions"]]}


BY_PATH = {"/ListViews": list_views, "/GetView": get_view, "/ListResources": list_resources, "/GetIndex": get_index, "/listRegions": list_regions}
IDENTITY = ('<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::%s:user/u</Arn>'
            "<UserId>U</UserId><Account>%s</Account></GetCallerIdentityResult></GetCallerIdentityResponse>")

REFUSAL = ('<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error>'
           "<RequestId>r</RequestId></ErrorResponse>")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body, kind="application/json", **headers):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def fail(self, status, code, message, operation=""):
        if operation == "GetCallerIdentity":
            # STS speaks XML, its codes without "Exception".
            return self.answer(status, (REFUSAL % (code.removesuffix("Exception"), message)).encode(), "text/xml")
        self.answer(status, json.dumps({"__type": code, "message": message}).encode(), x_amzn_ErrorType=code)

    def do_GET(self):
        self.answer(200, json.dumps(CALLS).encode())

    def do_POST(self):
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        signed = re.search(r"Credential=[^/]+/\d+/([^/]+)/", self.headers.get("Authorization", ""))
        name = signed.group(1) if signed else ""
        target = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        operation = target or self.path.strip("/")
        if b"Action=GetCallerIdentity" in raw:
            operation = "GetCallerIdentity"
        place = f"{operation}@{name}"
        CALLS.append(place)
        # Counted for each place: among calls in parallel, one could otherwise be hit again and again by chance.
        if WEATHER.get("throttle_every") and CALLS.count(place) % WEATHER["throttle_every"] == 0:
            return self.fail(400, "ThrottlingException", "Rate exceeded", operation)
        if place in WEATHER.get("deny", []):
            return self.fail(403, "AccessDeniedException", f"not authorized to perform {operation}", operation)
        if place in WEATHER.get("html", []):
            return self.answer(500, b"<html>oops</html>", "text/html")
        if operation == "GetCallerIdentity":
            return self.answer(200, (IDENTITY % (ESTATE["account"], ESTATE["account"])).encode(), "text/xml")
        region = ESTATE["regions"].get(name, {})
        call = get_resources if target == "GetResources" else BY_PATH.get(self.path)
        if call in (list_views, get_view, list_resources, get_index) and not region.get("explorer"):
            return self.fail(404, "ResourceNotFoundException", "no index in this Region")
        if call is None:
            return self.fail(400, "UnknownOperationException", operation)
        self.answer(200, json.dumps(call(region, json.loads(raw or b"{}"))).encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
