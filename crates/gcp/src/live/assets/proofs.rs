//! What proves the state of a resource, kind by kind, in the words of its own service. What has no line here is not judged.

use serde_json::{Map, Value};
use tagledger_model::{Fact, Facts, Retention, Text, Timestamp};

/// A resource as its service describes it.
pub(super) type Data = Map<String, Value>;

pub(super) const DISK: &str = "compute.googleapis.com/disk";
pub(super) const REGION_DISK: &str = "compute.googleapis.com/regiondisk";
pub(super) const SNAPSHOT: &str = "compute.googleapis.com/snapshot";

/// What a description of a kind proves.
type Prove = fn(name: &str, data: &Data) -> Facts;

/// <https://cloud.google.com/compute/docs/reference/rest/v1> and the references of the other services.
const PROOFS: &[(&str, Prove)] = &[
    (DISK, disk),
    (REGION_DISK, disk),
    (SNAPSHOT, |_, data| Facts { source: source(data), ..Facts::default() }),
    ("compute.googleapis.com/instance", |_, data| instance(data)),
    ("compute.googleapis.com/address", |_, data| Facts { attached: address(data), ..Facts::default() }),
    ("compute.googleapis.com/globaladdress", |_, data| Facts { attached: address(data), ..Facts::default() }),
    ("compute.googleapis.com/targetpool", |_, data| Facts { attached: pool(data), ..Facts::default() }),
    ("compute.googleapis.com/backendservice", |_, data| Facts { attached: Some(service(data)), ..Facts::default() }),
    ("compute.googleapis.com/regionbackendservice", |_, data| Facts { attached: Some(service(data)), ..Facts::default() }),
    ("compute.googleapis.com/sslcertificate", |_, data| Facts { ends: own_certificate(data), ..Facts::default() }),
    ("compute.googleapis.com/regionsslcertificate", |_, data| Facts { ends: own_certificate(data), ..Facts::default() }),
    ("certificatemanager.googleapis.com/certificate", |_, data| Facts { ends: uploaded(data), ..Facts::default() }),
    ("sqladmin.googleapis.com/instance", |_, data| Facts { running: database(data), ..Facts::default() }),
    ("logging.googleapis.com/logbucket", |name, data| Facts { retention: log_bucket(name, data), ..Facts::default() }),
    ("bigquery.googleapis.com/dataset", |_, data| Facts { retention: dataset(data), ..Facts::default() }),
    ("pubsub.googleapis.com/subscription", |_, data| Facts { attached: subscription(data), ..Facts::default() }),
];

/// What a description proves; none where it proves nothing.
pub(super) fn facts(kind: &str, name: &str, data: &Data) -> Option<Box<Facts>> {
    let (_, prove) = PROOFS.iter().find(|(known, _)| *known == kind)?;
    let facts = prove(name, data);
    (facts != Facts::default()).then(|| Box::new(facts))
}

/// A text of the description; none for an empty one.
pub(super) fn text<'d>(data: &'d Data, field: &str) -> Option<&'d str> {
    data.get(field).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// The entries of a list; lists that are empty are left out of answers.
pub(super) fn list<'d>(data: &'d Data, field: &str) -> &'d [Value] {
    data.get(field).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// A number, which may be written as text.
fn number(data: &Data, field: &str) -> Option<i64> {
    let value = data.get(field)?;
    value.as_i64().or_else(|| value.as_f64().filter(|n| n.fract() == 0.0).and_then(|n| format!("{n}").parse().ok())).or_else(|| value.as_str()?.parse().ok())
}

fn time(data: &Data, field: &str) -> Option<Timestamp> {
    text(data, field).and_then(Timestamp::parse)
}

/// The canonical id of what a link of Compute Engine leads to, in whatever version it is written.
pub(super) fn canonical(link: &str) -> Option<Text> {
    let at = if link.starts_with("projects/") { 0 } else { link.find("/projects/")? + 1 };
    Some(Text::from(format!("//compute.googleapis.com/{}", &link[at..]).to_lowercase()))
}

fn source(data: &Data) -> Option<Fact<Text>> {
    let link = text(data, "sourceDisk")?;
    Some(Fact { value: canonical(link)?, proof: Text::from(format!("sourceDisk = {link}")) })
}

/// Whether a list has entries; its first is the proof.
fn members(field: &str, data: &Data) -> Fact<bool> {
    match list(data, field).first() {
        None => Fact::new(false, field, "none"),
        Some(Value::String(one)) => Fact::new(true, field, one),
        Some(other) => Fact::new(true, field, other.get("group").and_then(Value::as_str).unwrap_or("some")),
    }
}

/// One that has another to fall back on may be there for it alone.
fn pool(data: &Data) -> Option<Fact<bool>> {
    let found = members("instances", data);
    (found.value || text(data, "backupPool").is_none()).then_some(found)
}

/// One that is bound to services of a mesh has no backends of its own.
fn service(data: &Data) -> Fact<bool> {
    let bound = members("serviceBindings", data);
    if bound.value { bound } else { members("backends", data) }
}

fn disk(name: &str, data: &Data) -> Facts {
    let mut facts = Facts::default();
    let user = list(data, "users").first().and_then(Value::as_str);
    if let Some(user) = user {
        facts.attached = Some(Fact::new(true, "users", user));
        facts.since = time(data, "lastAttachTimestamp");
    } else if text(data, "status").is_none_or(|status| status == "READY") && !is_claimed(name, data) && !is_replica(data) {
        // One that is being made, restored or deleted is in somebody's hands.
        facts.attached = Some(Fact::new(false, "users", "none"));
        // One that was never attached is left behind since it was made.
        facts.since = time(data, "lastDetachTimestamp").or_else(|| time(data, "creationTimestamp"));
    }
    facts
}

/// What another disk is replicated to can be attached to nothing for as long as it is, and names that disk for good.
/// <https://cloud.google.com/compute/docs/disks/async-pd/manage>
fn is_replica(data: &Data) -> bool {
    let primary = |of: &Value| of.get("asyncPrimaryDisk").filter(|primary| !primary.is_null()).cloned();
    match data.get("resourceStatus").and_then(primary) {
        Some(status) => status.get("state").and_then(Value::as_str) != Some("STOPPED"),
        None => data.get("asyncPrimaryDisk").is_some_and(|primary| !primary.is_null()),
    }
}

/// A claim of Kubernetes keeps its disk without a machine: by the driver's description, by the label that it gives, and by the name that older ones gave.
/// <https://cloud.google.com/kubernetes-engine/docs/concepts/persistent-volumes>
fn is_claimed(name: &str, data: &Data) -> bool {
    let is_described = || text(data, "description").is_some_and(|description| description.contains("kubernetes.io/created-for/pvc"));
    let is_labelled = || data.get("labels").and_then(Value::as_object).is_some_and(|labels| labels.contains_key("goog-gke-volume"));
    let last = name.rsplit('/').next().unwrap_or_default();
    is_described() || is_labelled() || last.starts_with("pvc-") || last.contains("-dynamic-pvc-")
}

/// Ranges, and what other services hold, are in use without a user of their own.
const FREE_TO_USE: [&str; 2] = ["GCE_ENDPOINT", "SHARED_LOADBALANCER_VIP"];

fn address(data: &Data) -> Option<Fact<bool>> {
    let user = ["users", "user"].iter().find_map(|field| match data.get(*field)? {
        Value::String(one) => Some(one.as_str()).filter(|one| !one.is_empty()),
        Value::Array(many) => many.first().and_then(Value::as_str),
        _ => None,
    });
    if let Some(user) = user {
        return Some(Fact::new(true, "users", user));
    }
    if text(data, "purpose").is_some_and(|purpose| !FREE_TO_USE.contains(&purpose)) || number(data, "prefixLength").is_some_and(|length| length > 0) {
        return None;
    }
    match text(data, "status")? {
        status @ "IN_USE" => Some(Fact::new(true, "status", status)),
        status @ "RESERVED" => Some(Fact::new(false, "status", status)),
        _ => None,
    }
}

fn instance(data: &Data) -> Facts {
    let Some(status) = text(data, "status") else { return Facts::default() };
    let (running, since) = match status {
        "RUNNING" => (true, "lastStartTimestamp"),
        "TERMINATED" | "STOPPED" => (false, "lastStopTimestamp"),
        "SUSPENDED" => (false, "lastSuspendedTimestamp"),
        // On the way from one to another.
        _ => return Facts::default(),
    };
    Facts { running: Some(Fact::new(running, "status", status)), since: time(data, since), ..Facts::default() }
}

/// A database that is stopped is still called runnable: its policy says that it does not run.
fn database(data: &Data) -> Option<Fact<bool>> {
    let policy = data.get("settings")?.get("activationPolicy")?.as_str()?;
    if text(data, "state") != Some("RUNNABLE") {
        return None;
    }
    match policy {
        "NEVER" => Some(Fact::new(false, "settings.activationPolicy", policy)),
        "ALWAYS" | "ON_DEMAND" => Some(Fact::new(true, "settings.activationPolicy", policy)),
        _ => None,
    }
}

/// What Google manages is renewed in time; what somebody uploaded is not.
fn own_certificate(data: &Data) -> Option<Fact<Timestamp>> {
    let is_managed = text(data, "type") == Some("MANAGED") || data.contains_key("managed");
    if is_managed { None } else { expires(data) }
}

fn uploaded(data: &Data) -> Option<Fact<Timestamp>> {
    if data.contains_key("managed") { None } else { expires(data) }
}

fn expires(data: &Data) -> Option<Fact<Timestamp>> {
    let said = text(data, "expireTime")?;
    Some(Fact::new(Timestamp::parse(said)?, "expireTime", said))
}

/// <https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.locations.buckets>: one for which nothing is said keeps for thirty days. What Google itself
/// keeps of every project for 400 days is nobody's to change: <https://cloud.google.com/logging/docs/buckets>.
fn log_bucket(name: &str, data: &Data) -> Option<Fact<Retention>> {
    let is_given = name.rsplit('/').next().is_some_and(|last| last.eq_ignore_ascii_case("_Required"));
    if is_given || text(data, "lifecycleState").is_some_and(|state| state != "ACTIVE") {
        return None;
    }
    let days = number(data, "retentionDays").filter(|days| *days > 0);
    let proof = days.map_or_else(|| "default".to_owned(), |days| days.to_string());
    Some(Fact::new(Retention::Days(u32::try_from(days.unwrap_or(30)).ok()?), "retentionDays", &proof))
}

fn dataset(data: &Data) -> Option<Fact<Retention>> {
    let said = number(data, "defaultTableExpirationMs").filter(|ms| *ms > 0)?;
    let days = u32::try_from(said / 86_400_000).ok()?;
    Some(Fact::new(Retention::Days(days), "defaultTableExpirationMs", &said.to_string()))
}

fn subscription(data: &Data) -> Option<Fact<bool>> {
    if data.get("detached").and_then(Value::as_bool) == Some(true) {
        return Some(Fact::new(false, "detached", "true"));
    }
    let topic = text(data, "topic")?;
    Some(Fact::new(topic != "_deleted-topic_", "topic", topic))
}

#[cfg(test)]
mod tests;
