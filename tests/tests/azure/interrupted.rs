//! A scan that was stopped: what it had read is kept and labelled, and a later one goes on from there.

use super::estate::{desk, plain};
use super::server::Server;
use super::{RESOURCES, by_subscription};
use serde_json::json;
use std::process::{Child, Command, Stdio};
use tagledger_tests::{Call, ids, why};

/// Begins a scan, and comes back when the third page of all resources is waited for.
fn begun(server: &Server, mut call: Call) -> Child {
    let child = call.0.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    assert_eq!(server.get("/-/held")["held"], true);
    child
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap().success());
}

#[test]
fn an_interrupted_scan_is_labelled_and_gone_on_with_from_its_page() {
    for (name, leaves_a_run) in [("INT", true), ("KILL", false)] {
        let desk = desk();
        let Some(server) = Server::of(&plain(&json!({"hold": {"QueryResources@resources": 2}}))) else { return };
        let mut child = begun(&server, server.scan(&desk, &json!({}), ""));
        signal(&child, name);
        child.wait().unwrap();
        assert_eq!(desk.path("run").exists(), leaves_a_run);
        if leaves_a_run {
            let report = desk.report("run");
            assert!(by_subscription(&report, RESOURCES).values().any(|row| row.why == "interrupted"));
            assert!(why(&report).contains("incomplete"), "{}", why(&report));
            assert!(ids(&desk, "run").len() < 504);
        }
        let before = server.calls().len();
        server.get("/-/release");
        server.scan(&desk, &json!({}), "--resume").exits(1);
        let report = desk.report("run");
        assert_eq!(ids(&desk, "run").len(), 504);
        assert!(!why(&report).contains("incomplete"), "{}", why(&report));
        let counts: u64 = by_subscription(&report, RESOURCES).values().map(|row| row.count).sum();
        assert_eq!(counts, 500);
        let calls = server.calls();
        let first = calls[before..].iter().filter(|call| call["table"] == "resources" && call["page"] == 1 && call["rows"] == 100).count();
        assert_eq!(first, 0, "no page that came is asked for again");
    }
}
