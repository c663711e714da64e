//! A scan that was stopped: what it had read is kept and labelled, and a later one goes on from there.

use super::estate::{ORGANIZATION, desk, plain};
use super::server::Server;
use super::{SEARCH, by_scope};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tagledger_tests::{ids, signal, why};

fn told(report: &Value) -> BTreeSet<String> {
    report["findings"].as_array().unwrap().iter().map(Value::to_string).collect()
}

/// With something in it that lies in no project.
fn estate(weather: &Value) -> Value {
    let mut estate = plain(weather);
    let value = |n: u32| json!({"parent": "folders/100", "type": "cloudresourcemanager.googleapis.com/TagValue", "name": format!("//cloudresourcemanager.googleapis.com/tagValues/{n}"), "data": {}});
    estate["assets"].as_array_mut().unwrap().extend((1..=130).map(value));
    // And a project in which nothing is, and a snapshot of a disk that is gone.
    estate["projects"]
        .as_array_mut()
        .unwrap()
        .push(json!({"id": "void", "number": "1003", "name": "Void", "parent": "folders/100", "labels": {"environment": "production", "application": "shop"}}));
    let disk = "https://www.googleapis.com/compute/v1/projects/one/zones/europe-west1-b/disks/gone";
    estate["assets"].as_array_mut().unwrap().push(json!({
        "project": "one", "type": "compute.googleapis.com/Snapshot", "location": "europe", "displayName": "s", "data": {"status": "READY", "sourceDisk": disk},
        "name": "//compute.googleapis.com/projects/one/global/snapshots/s", "labels": {"environment": "production", "application": "shop"},
    }));
    estate
}

#[test]
fn an_interrupted_scan_is_labelled_and_finds_the_same_when_it_goes_on() {
    let calm = Server::of(&estate(&json!({}))).map(|server| {
        let desk = desk();
        server.scan(&desk, &json!({}), "").done().ends(&[1, 3]);
        desk
    });
    for (name, leaves_a_run) in [("INT", true), ("KILL", false)] {
        let desk = desk();
        // The probe, the first pages of all parts, and one page more.
        let Some(server) = Server::of(&estate(&json!({"hold": {"SearchAllResources@organizations/*": 9}}))) else { return };
        let mut child = server.holds(server.scan(&desk, &json!({}), ""));
        // What came is written down while the next page is waited for.
        std::thread::sleep(std::time::Duration::from_millis(300));
        signal(&child, name);
        child.wait().unwrap();
        assert_eq!(desk.path("run").exists(), leaves_a_run);
        if leaves_a_run {
            let report = desk.report("run");
            assert!(by_scope(&report, SEARCH).values().any(|row| row.why == "interrupted"));
            assert!(why(&report).contains("incomplete"), "{}", why(&report));
            assert!(ids(&desk, "run").len() < 634);
        }
        let before = server.calls().len();
        server.get("/-/release");
        server.scan(&desk, &json!({}), "--resume").exits(1);
        let report = desk.report("run");
        assert_eq!(ids(&desk, "run").len(), 634);
        assert!(!why(&report).contains("incomplete"), "{}", why(&report));
        let rows = by_scope(&report, SEARCH);
        assert_eq!((rows["one"].count, rows["two"].count, rows[ORGANIZATION].count), (252, 251, 130));
        let pages = |calls: &[Value]| calls.iter().filter(|call| call["operation"] == "SearchAllResources" && call["status"] == 200).count();
        let calls = server.calls();
        // What is empty is known only by who has seen every page: six of secrets, one each of the other parts that show anything or nothing, and the probe.
        assert!(pages(&calls[before..]) > pages(&calls[..before]), "{} after {}", pages(&calls[before..]), pages(&calls[..before]));
        let orphans = report["findings"].as_array().unwrap().iter().filter(|f| f["rule"] == "unattached").count();
        assert_eq!(orphans, 2, "the empty project and the snapshot");
        assert_eq!(told(&report), calm.as_ref().map(|calm| told(&calm.report("run"))).unwrap());
    }
}

#[test]
fn projects_that_were_read_are_not_asked_again() {
    let desk = desk();
    let weather = json!({"deny": ["*@organizations/*", "*@folders/*"], "hold": {"SearchAllResources@projects/two": 1}});
    let Some(server) = Server::of(&plain(&weather)) else { return };
    let mut child = server.holds(server.scan(&desk, &json!({}), ""));
    std::thread::sleep(std::time::Duration::from_millis(500));
    signal(&child, "KILL");
    child.wait().unwrap();
    let before = server.calls().len();
    server.get("/-/release");
    server.scan(&desk, &json!({}), "--resume").done().ends(&[1, 3]);
    assert_eq!(ids(&desk, "run").len(), 502);
    let calls = server.calls();
    let of = |project: &str| {
        calls[before..].iter().filter(|call| call["operation"] == "SearchAllResources" && call["scope"] == format!("projects/{project}")).count()
    };
    assert_eq!((of("one"), of("two")), (0, 3));
}
