//! Every kind of which something is proven, used and unused, as its own service describes it; and a few of which nothing is to be said.

use serde_json::{Value, json};

/// A kind in a project.
pub struct Kind {
    pub asset_type: &'static str,
    /// The end of its full name, with `{p}` for the project's id and `{n}` for its number.
    pub name: &'static str,
    /// What its service says of it.
    pub data: fn(project: &str) -> Value,
    /// Whether anything uses it; none where nothing is to be said.
    pub used: Option<bool>,
    /// Whether it can be labelled.
    pub labelled: bool,
}

const fn kind(kind: &'static str, name: &'static str, used: Option<bool>, data: fn(&str) -> Value) -> Kind {
    Kind { asset_type: kind, name, data, used, labelled: true }
}

/// One that cannot be labelled.
const fn plain(kind: &'static str, name: &'static str, used: Option<bool>, data: fn(&str) -> Value) -> Kind {
    Kind { asset_type: kind, name, data, used, labelled: false }
}

fn link(project: &str, rest: &str) -> String {
    format!("https://www.googleapis.com/compute/v1/projects/{project}/{rest}")
}

const DISK: &str = "compute.googleapis.com/Disk";
const ADDRESS: &str = "compute.googleapis.com/Address";
const RULE: &str = "compute.googleapis.com/ForwardingRule";

pub const KINDS: &[Kind] = &[
    kind(DISK, "zones/europe-west1-b/disks/used", Some(true), |p| json!({"status": "READY", "users": [link(p, "zones/europe-west1-b/instances/i")]})),
    kind(
        DISK,
        "zones/europe-west1-b/disks/Free",
        Some(false),
        |_| json!({"status": "READY", "lastDetachTimestamp": "2026-09-01T00:00:00.000-07:00", "sizeGb": "100"}),
    ),
    kind(DISK, "zones/europe-west1-b/disks/claimed", None, |_| json!({"status": "READY", "description": "{\"kubernetes.io/created-for/pvc/name\":\"d\"}"})),
    kind(DISK, "zones/europe-west1-b/disks/new", None, |_| json!({"status": "CREATING"})),
    kind("compute.googleapis.com/RegionDisk", "regions/europe-west1/disks/r", Some(false), |_| json!({"status": "READY"})),
    kind(
        "compute.googleapis.com/Snapshot",
        "global/snapshots/of-used",
        None,
        |p| json!({"status": "READY", "sourceDisk": link(p, "zones/europe-west1-b/disks/used")}),
    ),
    kind(
        "compute.googleapis.com/Snapshot",
        "global/snapshots/of-gone",
        Some(false),
        |p| json!({"status": "READY", "sourceDisk": link(p, "zones/europe-west1-b/disks/gone")}),
    ),
    kind(
        "compute.googleapis.com/Snapshot",
        "global/snapshots/of-elsewhere",
        None,
        |_| json!({"status": "READY", "sourceDisk": link("somebody-else", "zones/europe-west1-b/disks/gone")}),
    ),
    kind("compute.googleapis.com/Instance", "zones/europe-west1-b/instances/i", None, |_| json!({"status": "RUNNING"})),
    kind(
        "compute.googleapis.com/Instance",
        "zones/europe-west1-b/instances/off",
        None,
        |_| json!({"status": "TERMINATED", "lastStopTimestamp": "2026-07-01T00:00:00Z"}),
    ),
    kind(ADDRESS, "regions/europe-west1/addresses/reserved", Some(false), |_| json!({"status": "RESERVED", "addressType": "EXTERNAL"})),
    kind(ADDRESS, "regions/europe-west1/addresses/used", Some(true), |p| json!({"status": "IN_USE", "users": [link(p, "zones/europe-west1-b/instances/i")]})),
    kind(
        "compute.googleapis.com/GlobalAddress",
        "global/addresses/range",
        None,
        |_| json!({"status": "RESERVED", "purpose": "VPC_PEERING", "prefixLength": 16}),
    ),
    kind("compute.googleapis.com/GlobalAddress", "global/addresses/free", Some(false), |_| json!({"status": "RESERVED"})),
    kind(RULE, "regions/europe-west1/forwardingRules/to-empty", Some(false), |p| json!({"target": link(p, "regions/europe-west1/targetPools/empty")})),
    kind(RULE, "regions/europe-west1/forwardingRules/to-full", Some(true), |p| json!({"target": link(p, "regions/europe-west1/targetPools/full")})),
    kind(RULE, "regions/europe-west1/forwardingRules/to-unknown", None, |p| json!({"target": link(p, "regions/europe-west1/targetPools/unseen")})),
    kind(
        "compute.googleapis.com/GlobalForwardingRule",
        "global/forwardingRules/web",
        Some(true),
        |p| json!({"target": link(p, "global/targetHttpsProxies/web")}),
    ),
    kind(
        "compute.googleapis.com/GlobalForwardingRule",
        "global/forwardingRules/dead",
        Some(false),
        |p| json!({"target": link(p, "global/targetHttpProxies/dead")}),
    ),
    plain("compute.googleapis.com/TargetPool", "regions/europe-west1/targetPools/empty", Some(false), |_| json!({"sessionAffinity": "NONE"})),
    plain(
        "compute.googleapis.com/TargetPool",
        "regions/europe-west1/targetPools/full",
        Some(true),
        |p| json!({"instances": [link(p, "zones/europe-west1-b/instances/i")]}),
    ),
    plain("compute.googleapis.com/TargetHttpsProxy", "global/targetHttpsProxies/web", None, |p| json!({"urlMap": link(p, "global/urlMaps/web")})),
    plain("compute.googleapis.com/TargetHttpProxy", "global/targetHttpProxies/dead", None, |p| json!({"urlMap": link(p, "global/urlMaps/dead")})),
    plain(
        "compute.googleapis.com/UrlMap",
        "global/urlMaps/web",
        None,
        |p| json!({"defaultService": link(p, "global/backendServices/none"), "pathMatchers": [{"name": "m", "defaultService": link(p, "global/backendServices/some")}]}),
    ),
    plain("compute.googleapis.com/UrlMap", "global/urlMaps/dead", None, |p| json!({"defaultService": link(p, "global/backendServices/none")})),
    plain("compute.googleapis.com/BackendService", "global/backendServices/none", Some(false), |_| json!({"protocol": "HTTP"})),
    plain(
        "compute.googleapis.com/BackendService",
        "global/backendServices/some",
        Some(true),
        |p| json!({"backends": [{"group": link(p, "zones/europe-west1-b/instanceGroups/g")}]}),
    ),
    plain(
        "compute.googleapis.com/SslCertificate",
        "global/sslCertificates/old",
        None,
        |_| json!({"type": "SELF_MANAGED", "expireTime": "2026-05-01T00:00:00.000-07:00"}),
    ),
    plain(
        "compute.googleapis.com/SslCertificate",
        "global/sslCertificates/fresh",
        None,
        |_| json!({"type": "SELF_MANAGED", "expireTime": "2027-05-01T00:00:00.000-07:00"}),
    ),
    plain("compute.googleapis.com/Firewall", "global/firewalls/f", None, |_| json!({})),
    kind(
        "sqladmin.googleapis.com/Instance",
        "instances/db",
        None,
        |_| json!({"state": "RUNNABLE", "settings": {"activationPolicy": "NEVER", "tier": "db-custom-1-3840"}}),
    ),
    kind("bigquery.googleapis.com/Dataset", "datasets/full", None, |_| json!({"defaultTableExpirationMs": "604800000"})),
    kind("bigquery.googleapis.com/Dataset", "datasets/Hollow", Some(false), |_| json!({})),
    kind("bigquery.googleapis.com/Table", "datasets/full/tables/t", None, |_| json!({"type": "TABLE"})),
    kind("pubsub.googleapis.com/Topic", "topics/t", None, |_| json!({})),
    kind("pubsub.googleapis.com/Subscription", "subscriptions/s", Some(true), |p| json!({"topic": format!("projects/{p}/topics/t")})),
    kind("pubsub.googleapis.com/Subscription", "subscriptions/left", Some(false), |_| json!({"topic": "_deleted-topic_"})),
    plain("logging.googleapis.com/LogBucket", "locations/global/buckets/audit", None, |_| json!({"retentionDays": 400, "lifecycleState": "ACTIVE"})),
    plain("logging.googleapis.com/LogBucket", "locations/global/buckets/short", None, |_| json!({"retentionDays": 7, "lifecycleState": "ACTIVE"})),
    // Without a word it is thirty days; and what Google keeps for its own audit nobody can change.
    plain("logging.googleapis.com/LogBucket", "locations/global/buckets/_Default", None, |_| json!({"lifecycleState": "ACTIVE"})),
    plain(
        "logging.googleapis.com/LogBucket",
        "locations/global/buckets/_Required",
        None,
        |_| json!({"retentionDays": 400, "lifecycleState": "ACTIVE", "locked": true}),
    ),
    kind("storage.googleapis.com/Bucket", "", None, |_| json!({"storageClass": "STANDARD"})),
    kind("secretmanager.googleapis.com/Secret", "secrets/s", None, |_| json!({})),
];
