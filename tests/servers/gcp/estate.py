"""A big estate that nobody wants to write down: `{"assets": 1000000, "projects": 2000}` makes so many assets, spread evenly over the projects.
With "warm": [targets of searches and lists, with a query], their pages are made before the server says that it is there.

Everything follows from the numbers alone, so that two runs are asked about the same assets. They repeat after PERIOD: rows are made from that many
templates, in which projects and serial numbers are left to fill in.
"""

import names

# Of forty assets, how many are of each kind; those in the upper part are what ListAssets is asked for.
MIX = [
    ("compute.googleapis.com/Disk", "disk", 4), ("compute.googleapis.com/Instance", "vm", 3), ("compute.googleapis.com/Address", "ip", 1),
    ("compute.googleapis.com/Snapshot", "snap", 2), ("compute.googleapis.com/ForwardingRule", "fr", 1), ("compute.googleapis.com/BackendService", "be", 1),
    ("storage.googleapis.com/Bucket", "bucket", 4), ("pubsub.googleapis.com/Topic", "topic", 3), ("pubsub.googleapis.com/Subscription", "sub", 3),
    ("iam.googleapis.com/ServiceAccount", "sa", 3), ("bigquery.googleapis.com/Dataset", "set", 1), ("bigquery.googleapis.com/Table", "set/t", 5),
    ("secretmanager.googleapis.com/Secret", "secret", 3), ("cloudfunctions.googleapis.com/Function", "fn", 2), ("run.googleapis.com/Service", "run", 2),
    ("artifactregistry.googleapis.com/Repository", "repo", 1), ("sqladmin.googleapis.com/Instance", "sql", 1),
]
PERIOD = 120
# Stands in templates where an asset's number belongs.
SERIAL = "~serial~"
ENVIRONMENTS = ("prod", "production", "prd", "staging", "stage", "test", "dev", "development")
APPLICATIONS = ("shop", "billing", "search", "crm", "portal", "ledger", "mail")
OWNERS = ("team-shop", "team-billing", "jane-doe", "platform", "data")
CLASSES = ("public", "internal", "confidential", "restricted")
ZONES = ("europe-west1-b", "europe-west1-c", "europe-west4-a", "us-central1-a")
COMPUTE = "https://www.googleapis.com/compute/v1/projects/%s"
# The rows of forty interleaved, so that a page has something of everything.
ORDER = [(n * 11) % 40 for n in range(40)]
KINDS = [kind for kind, _, many in MIX for _ in range(many)]
SHORT = {kind: short for kind, short, _ in MIX}


def kind_at(index):
    return KINDS[ORDER[index % 40]]


def containers(count):
    """One organisation, eight folders in two levels, and the projects below them."""
    folders = [{"id": str(10 + n), "name": f"unit-{n}", "parent": "organizations/1"} for n in range(2)]
    folders += [{"id": str(100 + n), "name": f"stage-{n}", "parent": f"folders/{10 + n % 2}"} for n in range(6)]
    projects = [{"id": f"made-{n:05}", "parent": f"folders/{100 + n % 6}", "labels": labels(n)} for n in range(count.get("projects", 1))]
    bindings = [{"on": f"folders/{100 + n}", "key": "1/environment", "value": ("production", "staging", "development")[n // 2]} for n in range(6)]
    bindings += [{"on": "organizations/1", "key": "1/company", "value": "example"}]
    return {"organizations": [{"id": "1", "name": "example.com"}], "folders": folders, "projects": projects, "bindings": bindings}


def labels(n):
    found = {"environment": ENVIRONMENTS[n % 8], "application": APPLICATIONS[n * 3 % 7]}
    if n % 3:
        found["owner"] = OWNERS[n % 5]
    if n % 4 == 1:
        found["costcenter"] = str(4700 + n % 20)
    if n % 5 == 2:
        found["dataclass"] = CLASSES[n % 4]
    return found


def template(index, project):
    """The asset of a place in the period, as a seed would describe it."""
    kind = kind_at(index)
    short = f"{SHORT[kind]}{SERIAL}"
    where = names.location(kind)
    where = ZONES[index % 4] if where.endswith("-b") else where
    found = {"project": project["id"], "type": kind, "short": short, "location": where, "data": data(kind, index, project["id"], where),
             "createTime": f"2025-{1 + index % 12:02}-{1 + index % 28:02}T08:15:{index % 60:02}Z"}
    if index % 10 not in (2, 5, 8):
        found["labels"] = labels(index)
    if kind.endswith("/Instance") and kind.startswith("compute"):
        found["networkTags"] = ["http-server", "internal"]
    return found


def data(kind, index, project, zone):
    """A description of the size that it has in real life."""
    base, serial = COMPUTE % project, SERIAL
    at, name = f"{base}/zones/{zone if zone in ZONES else ZONES[0]}", kind.partition("/")[2]
    if name == "Disk":
        return {
            "id": f"77{serial}1", "sizeGb": "200", "type": f"{at}/diskTypes/pd-balanced", "zone": at, "physicalBlockSizeBytes": "4096", "guestOsFeatures": [
                {"type": "UEFI_COMPATIBLE"}, {"type": "VIRTIO_SCSI_MULTIQUEUE"}, {"type": "GVNIC"}], "labelFingerprint": "Xv2kqbzSqk8=",
            "lastAttachTimestamp": "2026-01-05T03:12:44.120-08:00", **({"users": [f"{at}/instances/vm{serial}"]} if index % 9 else {}),
            "licenses": [f"{COMPUTE % 'debian-cloud'}/global/licenses/debian-12-bookworm"], "sourceImage": f"{COMPUTE % 'debian-cloud'}/global/images/d12"}
    if name == "Instance" and kind.startswith("compute"):
        return {
            "id": f"88{serial}2", "machineType": f"{at}/machineTypes/e2-standard-4", "zone": at, "cpuPlatform": "Intel Broadwell", "canIpForward": False,
            "tags": {"items": ["http-server", "internal"], "fingerprint": "FYLDgkTKlA4="}, "fingerprint": "9kX1dUP0mEk=", "startRestricted": False,
            "networkInterfaces": [{"kind": "compute#networkInterface", "name": "nic0", "network": f"{base}/global/networks/default", "networkIP": "10.0.0.7",
                                   "subnetwork": f"{base}/regions/europe-west1/subnetworks/default", "stackType": "IPV4_ONLY"}],
            "disks": [{"kind": "compute#attachedDisk", "boot": True, "autoDelete": True, "deviceName": "boot", "diskSizeGb": "50", "mode": "READ_WRITE",
                       "source": f"{at}/disks/disk{serial}", "type": "PERSISTENT", "interface": "SCSI"}],
            "serviceAccounts": [{"email": f"vm@{project}.iam.gserviceaccount.com", "scopes": ["https://www.googleapis.com/auth/cloud-platform"]}],
            "scheduling": {"automaticRestart": True, "onHostMaintenance": "MIGRATE", "preemptible": False, "provisioningModel": "STANDARD"},
            "shieldedInstanceConfig": {"enableIntegrityMonitoring": True, "enableSecureBoot": False, "enableVtpm": True}}
    if name == "Address":
        return {"id": f"99{serial}3", "address": "34.77.1.2", "addressType": "EXTERNAL", "networkTier": "PREMIUM", "region": f"{base}/regions/europe-west1",
                "status": "IN_USE" if index % 3 else "RESERVED", **({"users": [f"{at}/instances/vm{serial}"]} if index % 3 else {})}
    if name == "Snapshot":
        return {"id": f"66{serial}4", "sourceDisk": f"{base}/zones/{ZONES[0]}/disks/disk{serial}", "sourceDiskId": f"77{serial}1", "diskSizeGb": "200",
                "storageBytes": "7311654912", "storageBytesStatus": "UP_TO_DATE", "storageLocations": ["eu"], "autoCreated": bool(index % 2)}
    if name == "ForwardingRule":
        return {"id": f"55{serial}5", "IPAddress": "10.0.0.9", "IPProtocol": "TCP", "loadBalancingScheme": "INTERNAL", "ports": ["443"],
                "backendService": f"{base}/regions/europe-west1/backendServices/be{serial}", "network": f"{base}/global/networks/default"}
    if name == "BackendService":
        return {"id": f"44{serial}6", "protocol": "HTTPS", "timeoutSec": 30, "loadBalancingScheme": "EXTERNAL_MANAGED", "sessionAffinity": "NONE",
                "backends": [{"group": f"{at}/instanceGroups/ig{serial}", "balancingMode": "UTILIZATION", "maxUtilization": 0.8, "capacityScaler": 1}],
                "healthChecks": [f"{base}/global/healthChecks/hc"]}
    return {"etag": f"CAE{serial}="}
