"""How the kinds of assets are named and described: full resource names, and where in a service's own words labels stand."""

import re

MANAGER = "//cloudresourcemanager.googleapis.com/"
PROJECT, FOLDER, ORGANIZATION = (f"cloudresourcemanager.googleapis.com/{kind}" for kind in ("Project", "Folder", "Organization"))
ZONAL = {"Instance", "Disk", "InstanceGroup", "InstanceGroupManager", "Autoscaler", "NodeGroup", "Reservation", "NetworkEndpointGroup", "TargetInstance",
         "StoragePool", "InstantSnapshot"}
WIDE = {"Snapshot", "Image", "MachineImage", "Network", "Firewall", "Route", "InstanceTemplate", "BackendService", "BackendBucket", "HealthCheck", "UrlMap",
        "SslCertificate", "SslPolicy", "SecurityPolicy", "TargetHttpProxy", "TargetHttpsProxy", "TargetSslProxy", "TargetTcpProxy", "GlobalAddress",
        "GlobalForwardingRule", "ExternalVpnGateway", "Interconnect", "FirewallPolicy", "NetworkFirewallPolicy"}
# The rest of a name after its service; what Compute Engine and the generic rule below do not tell.
NAMED = {
    "storage.googleapis.com/Bucket": "{short}", "sqladmin.googleapis.com/Instance": "projects/{project}/instances/{short}",
    "container.googleapis.com/Cluster": "projects/{project}/{place}/{location}/clusters/{short}",
    "container.googleapis.com/NodePool": "projects/{project}/{place}/{location}/clusters/{0}/nodePools/{1}",
    "pubsub.googleapis.com/Topic": "projects/{project}/topics/{short}", "pubsub.googleapis.com/Snapshot": "projects/{project}/snapshots/{short}",
    "pubsub.googleapis.com/Subscription": "projects/{project}/subscriptions/{short}", "bigquery.googleapis.com/Dataset": "projects/{project}/datasets/{short}",
    "bigquery.googleapis.com/Table": "projects/{project}/datasets/{0}/tables/{1}",
    "bigquery.googleapis.com/Model": "projects/{project}/datasets/{0}/models/{1}",
    "iam.googleapis.com/ServiceAccount": "projects/{project}/serviceAccounts/{short}",
    "iam.googleapis.com/ServiceAccountKey": "projects/{project}/serviceAccounts/{0}/keys/{1}", "iam.googleapis.com/Role": "projects/{project}/roles/{short}",
    "secretmanager.googleapis.com/Secret": "projects/{number}/secrets/{short}",
    "secretmanager.googleapis.com/SecretVersion": "projects/{number}/secrets/{0}/versions/{1}",
    "serviceusage.googleapis.com/Service": "projects/{number}/services/{short}", "dns.googleapis.com/ManagedZone": "projects/{project}/managedZones/{short}",
    "spanner.googleapis.com/Instance": "projects/{project}/instances/{short}",
    "spanner.googleapis.com/Database": "projects/{project}/instances/{0}/databases/{1}",
    "bigtableadmin.googleapis.com/Instance": "projects/{project}/instances/{short}",
    "bigtableadmin.googleapis.com/Cluster": "projects/{project}/instances/{0}/clusters/{1}",
    "bigtableadmin.googleapis.com/Table": "projects/{project}/instances/{0}/tables/{1}",
    "cloudkms.googleapis.com/CryptoKey": "projects/{project}/locations/{location}/keyRings/{0}/cryptoKeys/{1}",
    "logging.googleapis.com/LogSink": "projects/{project}/sinks/{short}", "logging.googleapis.com/LogMetric": "projects/{project}/metrics/{short}",
    "monitoring.googleapis.com/AlertPolicy": "projects/{project}/alertPolicies/{short}", "appengine.googleapis.com/Application": "apps/{project}",
    "cloudbilling.googleapis.com/ProjectBillingInfo": "projects/{project}/billingInfo", "compute.googleapis.com/Project": "projects/{project}",
}
# What is known of even where nothing of it exists.
KNOWN = (*NAMED, *(f"compute.googleapis.com/{kind}" for kind in ("Address", "Disk", "ForwardingRule", "Instance", "Network", "Snapshot")))
# Its names say another host than its types do.
HOSTS = {"sqladmin.googleapis.com": "cloudsql.googleapis.com"}
# Where labels stand in the service's own description; `labels` for all others.
LABELS = {
    "sqladmin.googleapis.com/Instance": ("settings", "userLabels"), "container.googleapis.com/Cluster": ("resourceLabels",),
    "container.googleapis.com/NodePool": ("config", "resourceLabels"), "run.googleapis.com/Service": ("metadata", "labels"),
    "run.googleapis.com/DomainMapping": ("metadata", "labels"), "monitoring.googleapis.com/AlertPolicy": ("userLabels",),
    "monitoring.googleapis.com/NotificationChannel": ("userLabels",), "monitoring.googleapis.com/UptimeCheckConfig": ("userLabels",),
}
STATES = {"compute.googleapis.com/Instance": "RUNNING", "compute.googleapis.com/Disk": "READY", "compute.googleapis.com/RegionDisk": "READY",
          "compute.googleapis.com/Snapshot": "READY", "compute.googleapis.com/Image": "READY", "compute.googleapis.com/Address": "IN_USE",
          "sqladmin.googleapis.com/Instance": "RUNNABLE", "container.googleapis.com/Cluster": "RUNNING"}


def plural(word):
    if word.endswith(("s", "x", "ch")):
        return word + "es"
    return word[:-1] + "ies" if word.endswith("y") and word[-2] not in "aeiou" else word + "s"


def collection(kind):
    return plural(kind[0].lower() + kind[1:])


def location(kind):
    """Where such a thing is if nobody says."""
    service, _, name = kind.partition("/")
    if service == "compute.googleapis.com":
        return "europe-west1-b" if name in ZONAL else "global" if name in WIDE else "europe-west1"
    if service in ("pubsub.googleapis.com", "iam.googleapis.com", "secretmanager.googleapis.com", "dns.googleapis.com", "serviceusage.googleapis.com"):
        return "global"
    return "europe-west1"


def place(where):
    return "global" if where == "global" else "zones" if re.search(r"-[a-z]$", where) else "regions"


def full_name(asset, project):
    """The full resource name of an asset of a project, which is none where it hangs under a folder or an organisation."""
    service, _, kind = asset["type"].partition("/")
    where = asset["location"]
    within = f"projects/{project['id']}" if project else asset["parent"]
    if asset["type"] in NAMED and project:
        words = {"project": project["id"], "number": project["number"], "location": where, "short": asset["short"],
                 "place": "zones" if place(where) == "zones" else "locations"}
        rest = NAMED[asset["type"]].format(*asset["short"].split("/"), **words)
    elif service == "compute.googleapis.com":
        at = place(where)
        kind = kind.removeprefix("Global") if kind.startswith("Global") else kind.removeprefix("Region") if at == "regions" else kind
        rest = f"{within}/global/{collection(kind)}/{asset['short']}" if at == "global" else f"{within}/{at}/{where}/{collection(kind)}/{asset['short']}"
    else:
        rest = f"{within}/locations/{where}/{collection(kind)}/{asset['short']}"
    return f"//{HOSTS.get(service, service)}/{rest}"


def parent(asset, project):
    """Full name and type of what an asset is directly in."""
    if asset["type"] in ("bigquery.googleapis.com/Table", "bigquery.googleapis.com/Model"):
        return asset["name"].rsplit("/", 2)[0], "bigquery.googleapis.com/Dataset"
    if asset["type"] == "container.googleapis.com/NodePool":
        return asset["name"].rsplit("/", 2)[0], "container.googleapis.com/Cluster"
    if project:
        return f"{MANAGER}projects/{project['id']}", PROJECT
    return MANAGER + asset["parent"], FOLDER if asset["parent"].startswith("folders/") else ORGANIZATION


def described(asset):
    """A service's own description of an asset: what all of its kind have, then what the seed says, and the labels where they belong."""
    service = asset["type"].partition("/")[0]
    path = asset["name"].split("/", 3)[-1]
    if service == "compute.googleapis.com":
        kind = discovery(asset["type"])["discoveryName"]
        data = {"kind": f"compute#{kind[0].lower()}{kind[1:]}", "name": asset["short"], "selfLink": f"https://www.googleapis.com/compute/v1/{path}",
                "creationTimestamp": asset["createTime"], "status": asset["state"]}
    elif service == "storage.googleapis.com":
        data = {"kind": "storage#bucket", "id": asset["short"], "name": asset["short"], "timeCreated": asset["createTime"], "location": asset["location"]}
    elif service in ("sqladmin.googleapis.com", "container.googleapis.com"):
        data = {"name": asset["short"].rsplit("/", 1)[-1], "createTime": asset["createTime"], "status": asset["state"]}
    elif asset["type"] == "run.googleapis.com/Service":
        data = {"apiVersion": "serving.knative.dev/v1", "kind": "Service", "metadata": {"name": asset["short"], "creationTimestamp": asset["createTime"]}}
    else:
        data = {"name": path, "createTime": asset["createTime"], "state": asset["state"]}
    data = {key: value for key, value in data.items() if value is not None}
    for key, value in asset["data"].items():
        data[key] = {**data[key], **value} if isinstance(value, dict) and isinstance(data.get(key), dict) else value
    if asset["labels"]:
        *way, last = LABELS.get(asset["type"], ("labels",))
        at = data
        for word in way:
            at[word] = dict(at.get(word) or {})
            at = at[word]
        at.setdefault(last, asset["labels"])
    return data


def discovery(kind):
    """Where the schema of a description is published."""
    service, _, name = kind.partition("/")
    uri = "https://www.googleapis.com/discovery/v1/apis/compute/v1/rest"
    return {"version": "v1", "discoveryDocumentUri": uri if service == "compute.googleapis.com" else f"https://{service}/$discovery/rest?version=v1",
            "discoveryName": name.removeprefix("Global").removeprefix("Region") if service == "compute.googleapis.com" else name}
