//! Judges that are none of ours: Prism with Microsoft's API descriptions, the Kusto parser, and what the role allows.

use super::estate::{CLIENT, SECRET, desk, is_asked, whole};
use super::server::Server;
use super::truth::{expected, found};
use super::{LISTS, RESOURCES, by_subscription};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};
use tagledger_tests::{root, skipped};

/// Where the Node packages are; none where nobody installed them, which is said.
fn node() -> Option<std::ffi::OsString> {
    let folder = std::env::var_os("TAGLEDGER_TEST_NODE");
    if folder.is_none() {
        skipped("TAGLEDGER_TEST_NODE names no Node packages; `cargo xtask test` installs them");
    }
    folder
}

#[test]
fn nothing_that_is_said_or_answered_differs_from_the_contract() {
    if node().is_none() {
        return;
    }
    let mut estate = whole();
    estate["prism"] = json!(true);
    let Some(server) = Server::of(&estate) else { return };
    for (settings, collector) in [(json!({}), RESOURCES), (json!({"source": "resource-manager"}), LISTS)] {
        let desk = desk();
        server.scan(&desk, &settings, "").exits(1);
        let report = desk.report("run");
        assert!(by_subscription(&report, collector).values().filter(|row| row.outcome == "complete").count() == 4, "{:#}", report["coverage"]);
    }
    let calls = server.calls();
    let by_prism: BTreeSet<&str> =
        calls.iter().filter(|call| call["via"] == "prism" && call["status"] == 200).filter_map(|call| call["operation"].as_str()).collect();
    assert_eq!(by_prism, BTreeSet::from(["GetEntities", "GetTags", "ListGroups", "ListResources", "ListSubscriptions", "QueryResources"]));
    assert!(calls.iter().all(|call| call["via"] == "prism" || call["operation"] == "Token"));
    // That Prism saw nothing wrong, the server says when it ends.
}

#[test]
fn the_queries_are_kusto() {
    let Some(folder) = node() else { return };
    let desk = desk();
    let Some(server) = Server::of(&whole()) else { return };
    server.scan(&desk, &json!({}), "").exits(1);
    let queries: BTreeSet<String> = server.calls().iter().filter_map(|call| call["query"].as_str()).map(str::to_owned).collect();
    assert_eq!(queries.len(), 3, "resources, containers and the question whether it answers");
    let judged = |queries: &[String]| -> Vec<Value> {
        let mut command = Command::new("node");
        let command = command.arg(root().join("tests/servers/kusto.js")).env("TAGLEDGER_TEST_NODE", &folder).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(json!(queries).to_string().as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let queries: Vec<String> = queries.into_iter().collect();
    for (query, verdict) in queries.iter().zip(judged(&queries)) {
        assert!(verdict["diagnostics"] == json!([]), "{query}\n{verdict:#}");
    }
    let wrong = judged(&[queries[0].replace("project", "projekt")]);
    assert!(wrong[0]["diagnostics"] != json!([]), "the judge sees what is wrong");
}

/// The action of an operation, by Microsoft's list of them and not by the program's.
fn action(operation: &str) -> &'static str {
    match operation {
        "ListSubscriptions" => "Microsoft.Resources/subscriptions/read",
        "GetEntities" => "Microsoft.Management/getEntities/action",
        "GetTags" => "Microsoft.Resources/tags/read",
        "QueryResources" => "Microsoft.ResourceGraph/resources/read",
        "ListResources" => "Microsoft.Resources/subscriptions/resources/read",
        "ListGroups" => "Microsoft.Resources/subscriptions/resourceGroups/read",
        other => panic!("{other} is in no list"),
    }
}

#[test]
fn the_calls_that_are_made_are_those_that_the_role_lists() {
    let desk = desk();
    let Some(server) = Server::of(&whole()) else { return };
    for settings in [json!({}), json!({"source": "resource-manager"})] {
        server.scan(&desk, &settings, "").exits(1);
    }
    let calls = server.calls();
    let mut made: BTreeSet<String> =
        calls.iter().filter_map(|call| call["operation"].as_str()).filter(|name| *name != "Token").map(|name| action(name).to_owned()).collect();
    // To see a resource is to read it, whichever call shows it.
    made.insert("*/read".to_owned());
    let text = desk.call("permissions azure").exits(0).out;
    let role: Value = serde_json::from_str(&text).unwrap();
    let listed: BTreeSet<String> = role["Actions"].as_array().unwrap().iter().map(|action| action.as_str().unwrap().to_owned()).collect();
    assert_eq!(made, listed);
    assert!(role["DataActions"] == json!([]) && role["IsCustom"] == json!(true));
    assert!(listed.iter().all(|action| action.ends_with("/read") || action == "Microsoft.Management/getEntities/action"), "it reads and nothing else");
    let commands = desk.call("permissions azure assignment").exits(0).out;
    assert!(commands.contains("az role definition create --role-definition @tagledger-role.json") && commands.contains("--role Tagledger"), "{commands}");
}

#[test]
fn the_managers_lists_say_the_same_of_tags() {
    let desk = desk();
    let Some(server) = Server::of(&whole()) else { return };
    server.scan(&desk, &json!({"source": "resource-manager"}), "").env("AZURE_CLIENT_ID", CLIENT).env("AZURE_CLIENT_SECRET", SECRET).exits(1);
    let world = server.get("/-/world");
    // What state things are in is not in these lists.
    let wanted: BTreeSet<_> = expected(&world, is_asked).into_iter().filter(|(rule, ..)| !["unattached", "expired"].contains(&rule.as_str())).collect();
    let told = found(&desk.report("run"));
    assert_eq!(told.symmetric_difference(&wanted).collect::<Vec<_>>(), Vec::<&(String, String, String)>::new());
}
