//! A scan that was stopped: what it had read is kept and labelled, and a later one goes on from there.

use super::estate::{desk, plain};
use super::server::Server;
use super::{RESOURCES, by_subscription};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tagledger_tests::{Desk, ids, signal, why};

/// Groups that lend what half of their resources lack.
fn lending(weather: &Value) -> Value {
    let mut estate = plain(weather);
    estate["resources"].as_array_mut().unwrap().iter_mut().step_by(2).for_each(|resource| resource["tags"] = json!({"Application": "shop"}));
    estate
}

fn lent_desk() -> Desk {
    let desk = desk();
    let keys = "  Environment: { required: true, values: { production: [prod] }, inherit: [resource_group] }\n  Application: { required: true }\n";
    desk.put("taxonomy.yaml", format!("version: 1\nkeys:\n{keys}"));
    desk
}

fn told(report: &Value) -> BTreeSet<String> {
    report["findings"].as_array().unwrap().iter().map(Value::to_string).collect()
}

#[test]
fn an_interrupted_scan_is_labelled_and_gone_on_with_from_its_page() {
    let calm = Server::of(&lending(&json!({}))).map(|server| {
        let desk = lent_desk();
        server.scan(&desk, &json!({}), "").done().ends(&[0, 1, 3]);
        desk
    });
    for (name, leaves_a_run) in [("INT", true), ("KILL", false)] {
        let desk = lent_desk();
        let Some(server) = Server::of(&lending(&json!({"hold": {"QueryResources@resources": 4}}))) else { return };
        let mut child = server.holds(server.scan(&desk, &json!({}), ""));
        signal(&child, name);
        child.wait().unwrap();
        assert_eq!(desk.path("run").exists(), leaves_a_run);
        if leaves_a_run {
            let report = desk.report("run");
            assert!(by_subscription(&report, RESOURCES).values().any(|row| row.why == "interrupted"));
            assert!(why(&report).contains("incomplete"), "{}", why(&report));
            assert!(ids(&desk, "run").len() < 504);
        }
        server.get("/-/release");
        server.scan(&desk, &json!({}), "--resume").exits(1);
        let report = desk.report("run");
        assert_eq!(ids(&desk, "run").len(), 504);
        assert!(!why(&report).contains("incomplete"), "{}", why(&report));
        let counts: u64 = by_subscription(&report, RESOURCES).values().map(|row| row.count).sum();
        assert_eq!(counts, 504);
        // The same is said as of a scan that nobody stopped, also of what groups lend.
        assert_eq!(told(&report), calm.as_ref().map(|calm| told(&calm.report("run"))).unwrap());
    }
}

#[test]
fn a_list_of_the_manager_is_gone_on_with_from_its_page() {
    let desk = lent_desk();
    let settings = json!({"source": "resource-manager"});
    let Some(server) = Server::of(&lending(&json!({"hold": {"ListResources@one": 2}}))) else { return };
    let mut child = server.holds(server.scan(&desk, &settings, ""));
    // What came is written down while the third page is waited for.
    std::thread::sleep(std::time::Duration::from_millis(300));
    signal(&child, "KILL");
    child.wait().unwrap();
    let before = server.calls().len();
    server.get("/-/release");
    server.scan(&desk, &settings, "--resume").exits(1);
    assert_eq!(ids(&desk, "run").len(), 504);
    let pages = |calls: &[Value]| calls.iter().filter(|call| call["operation"] == "ListResources" && call["status"] == 200).count();
    assert_eq!(pages(&server.calls()[before..]), 1, "five were read before");
}
