use super::*;
use serde_json::json;

#[expect(clippy::needless_pass_by_value, reason = "tests make one for each call")]
fn proven(kind: &str, data: Value) -> Facts {
    facts(kind, "//x.googleapis.com/projects/shop/things/one", data.as_object().unwrap()).map_or_else(Facts::default, |facts| *facts)
}

fn attached(kind: &str, data: Value) -> Option<bool> {
    proven(&format!("compute.googleapis.com/{kind}"), data).attached.map(|fact| fact.value)
}

#[test]
fn a_disk_without_users_is_left_behind_unless_somebody_holds_it() {
    assert_eq!(attached("disk", json!({"users": ["https://x/instances/i"], "status": "READY"})), Some(true));
    let detached =
        proven(DISK, json!({"status": "READY", "lastDetachTimestamp": "2026-10-01T00:00:00.000-07:00", "creationTimestamp": "2026-01-01T00:00:00Z"}));
    assert_eq!((detached.attached.unwrap().proof.as_str(), detached.since), ("users = none", Timestamp::parse("2026-10-01T07:00:00Z")));
    assert_eq!(attached("regiondisk", json!({"status": "READY"})), Some(false));
    assert_eq!(attached("disk", json!({"status": "CREATING"})), None);
    for claimed in [
        json!({"status": "READY", "description": "{\"kubernetes.io/created-for/pvc/name\":\"data\"}"}),
        json!({"status": "READY", "labels": {"goog-gke-volume": ""}}),
        json!({"status": "READY", "asyncPrimaryDisk": {"disk": "p"}}),
        json!({"status": "READY", "asyncPrimaryDisk": {"disk": "p"}, "resourceStatus": {"asyncPrimaryDisk": {"state": "ACTIVE"}}}),
    ] {
        assert_eq!(attached("disk", claimed), None);
    }
    let stopped = json!({"status": "READY", "asyncPrimaryDisk": {"disk": "p"}, "resourceStatus": {"asyncPrimaryDisk": {"state": "STOPPED"}}});
    assert_eq!(attached("disk", stopped), Some(false));
    assert!(is_claimed("//compute.googleapis.com/projects/p/zones/z/disks/pvc-0b1f", &Data::new()));
}

#[test]
fn an_address_that_is_reserved_is_unused_unless_it_is_a_range() {
    assert_eq!(attached("address", json!({"status": "RESERVED", "addressType": "EXTERNAL"})), Some(false));
    assert_eq!(attached("globaladdress", json!({"status": "IN_USE"})), Some(true));
    assert_eq!(attached("address", json!({"status": "RESERVED", "purpose": "GCE_ENDPOINT"})), Some(false));
    assert_eq!(attached("globaladdress", json!({"status": "RESERVED", "purpose": "VPC_PEERING", "prefixLength": 16})), None);
    assert_eq!(attached("address", json!({"status": "RESERVED", "user": "https://x"})), Some(true), "an older name");
    assert_eq!(attached("address", json!({"status": "RESERVING"})), None);
}

#[test]
fn machines_and_databases_run_or_do_not() {
    let stopped = proven("compute.googleapis.com/instance", json!({"status": "TERMINATED", "lastStopTimestamp": "2026-10-01T00:00:00Z"}));
    assert_eq!((stopped.running.unwrap().value, stopped.since), (false, Timestamp::parse("2026-10-01")));
    assert!(proven("compute.googleapis.com/instance", json!({"status": "RUNNING"})).running.unwrap().value);
    assert_eq!(proven("compute.googleapis.com/instance", json!({"status": "STAGING"})), Facts::default());
    let policy = |policy: &str, state: &str| {
        proven("sqladmin.googleapis.com/instance", json!({"state": state, "settings": {"activationPolicy": policy}})).running.map(|fact| fact.value)
    };
    assert_eq!([policy("NEVER", "RUNNABLE"), policy("ALWAYS", "RUNNABLE"), policy("ALWAYS", "SUSPENDED")], [Some(false), Some(true), None]);
}

#[test]
fn what_is_kept_and_what_ends() {
    let days = |kind: &str, data: Value| proven(kind, data).retention.map(|fact| fact.value);
    assert_eq!(days("logging.googleapis.com/logbucket", json!({"retentionDays": 400.0})), Some(Retention::Days(400)));
    assert_eq!(days("logging.googleapis.com/logbucket", json!({"lifecycleState": "ACTIVE"})), Some(Retention::Days(30)));
    let name = "//logging.googleapis.com/projects/1/locations/global/buckets/_Required";
    let required = facts("logging.googleapis.com/logbucket", name, json!({"retentionDays": 400, "locked": true}).as_object().unwrap());
    assert_eq!(required, None, "nobody can change it");
    assert_eq!(days("bigquery.googleapis.com/dataset", json!({"defaultTableExpirationMs": "604800000"})), Some(Retention::Days(7)));
    assert_eq!(days("bigquery.googleapis.com/dataset", json!({})), None);
    let ends = |kind: &str, data: Value| proven(kind, data).ends.map(|fact| fact.value);
    let when = json!({"type": "SELF_MANAGED", "expireTime": "2026-05-01T00:00:00Z"});
    assert_eq!(ends("compute.googleapis.com/sslcertificate", when), Timestamp::parse("2026-05-01"));
    assert_eq!(ends("compute.googleapis.com/sslcertificate", json!({"type": "MANAGED", "expireTime": "2026-05-01T00:00:00Z"})), None);
    assert_eq!(ends("certificatemanager.googleapis.com/certificate", json!({"managed": {}, "expireTime": "2026-05-01T00:00:00Z"})), None);
}

#[test]
fn subscriptions_pools_and_snapshots() {
    let topic = |data: Value| proven("pubsub.googleapis.com/subscription", data).attached.map(|fact| fact.value);
    assert_eq!([topic(json!({"topic": "projects/p/topics/t"})), topic(json!({"topic": "_deleted-topic_"})), topic(json!({}))], [Some(true), Some(false), None]);
    assert_eq!(attached("targetpool", json!({"instances": []})), Some(false));
    assert_eq!(attached("backendservice", json!({"backends": [{"group": "https://x/g"}]})), Some(true));
    assert_eq!(attached("targetpool", json!({"backupPool": "https://x/projects/p/regions/r/targetPools/b"})), None);
    assert_eq!(attached("backendservice", json!({"serviceBindings": ["projects/p/locations/global/serviceBindings/b"]})), Some(true));
    let made = proven(SNAPSHOT, json!({"sourceDisk": "https://www.googleapis.com/compute/v1/projects/shop/zones/z/disks/D"}));
    assert_eq!(made.source.unwrap().value, "//compute.googleapis.com/projects/shop/zones/z/disks/d");
    assert_eq!(canonical("projects/p/zones/z/disks/d").as_deref(), Some("//compute.googleapis.com/projects/p/zones/z/disks/d"));
    assert_eq!(canonical("all-apis"), None);
}
