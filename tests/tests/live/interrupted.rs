//! A scan that was stopped: what it had read is kept and labelled, and a later one goes on from there.

use super::seed::{self, desk, desk as desk_of_its_own, indexes};
use super::server::{Seen, Server};
use super::{EXPLORER, by_region, ids, outcome, why};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use tagledger_tests::{Desk, report, signal};

/// An account of which one page waits until it is let go, after two that came.
fn holding() -> serde_json::Value {
    seed::account(&indexes(), &json!({"hold": {"ListResources@eu-west-1": 2}}))
}

/// How often each thing was asked for that was answered.
fn asked(calls: &[Seen]) -> BTreeMap<String, usize> {
    let mut times = BTreeMap::new();
    for call in calls.iter().filter(|call| call.status == 200) {
        *times.entry(format!("{} {} {}", call.operation, call.region, call.asked)).or_default() += 1;
    }
    times
}

/// What a scan says when nobody stops it.
fn calm() -> Option<Desk> {
    let desk = desk();
    let server = Server::of(&seed::account(&indexes(), &json!({})))?;
    server.scan(&desk, "").exits(1);
    Some(desk)
}

/// Two runs found the same resources and say the same of them.
fn same(left: &Desk, right: &Desk) {
    let (own, other) = (ids(left, "run"), ids(right, "run"));
    assert_eq!(own.symmetric_difference(&other).collect::<Vec<_>>(), Vec::<&String>::new());
    let findings = |desk: &Desk| -> BTreeSet<String> { desk.report("run")["findings"].as_array().unwrap().iter().map(serde_json::Value::to_string).collect() };
    let (own, other) = (findings(left), findings(right));
    assert_eq!(own.symmetric_difference(&other).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn an_interrupted_scan_keeps_what_it_read_and_says_what_is_missing() {
    let desk = desk();
    let Some(server) = Server::of(&holding()) else { return };
    let child = server.holds(server.scan(&desk, ""));
    signal(&child, "INT");
    let output = child.wait_with_output().unwrap();
    // Findings were found: that is what the exit code says, and the rest is in the ledger.
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("interrupted") && said.contains("--resume"), "{said}");
    let told = report(&desk.path("run"));
    assert_eq!(by_region(&told, EXPLORER)["eu-west-1"], outcome("partial", 200));
    let row = &super::ledger(&told, EXPLORER)[&(seed::ACCOUNT.to_owned(), "eu-west-1".to_owned())];
    assert_eq!(row.why, "interrupted");
    assert!(why(&told).contains("incomplete"), "{}", why(&told));
    assert!(ids(&desk, "run").len() < 500);

    // The rest is asked for when somebody goes on.
    let before = server.calls().len();
    // Whoever has no time at all has not even been asked what there is: one row, and one event.
    let other = desk_of_its_own();
    let done = server.scan(&other, "--time-limit 1ms --format none --log-format json").exits(3);
    let missed: Vec<&str> = done.err.lines().filter(|line| line.contains("\"place.asked\"")).collect();
    assert!(missed.len() == 1 && missed[0].contains("\"collector\":\"discovery\""), "{}", done.err);

    server.get("/-/release");
    server.scan(&desk, "--resume").exits(1);
    let Some(calm) = calm() else { return };
    same(&desk, &calm);
    let after = server.calls();
    let pages = after[before..].iter().filter(|call| call.operation == "ListResources" && call.region == "eu-west-1").count();
    assert_eq!(pages, 1, "two of three were read before");
    assert_eq!(by_region(&desk.report("run"), EXPLORER)["eu-west-1"], outcome("complete", 250));
}

#[test]
fn a_time_limit_ends_the_asking_and_the_run_is_written_with_what_was_seen() {
    let desk = desk();
    let Some(server) = Server::of(&holding()) else { return };
    // One question is held for ever: without a limit this would not end.
    let done = server.scan(&desk, "--time-limit 6s --format none --log-format json").exits(1);
    let events: Vec<serde_json::Value> = done.err.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |event: &str| events.iter().filter(|told| told["event"] == event).collect::<Vec<_>>();
    assert!(of("warning")[0]["message"].as_str().unwrap().starts_with("the time limit was reached"), "{}", done.err);
    assert!(of("resumable")[0]["command"].as_str().unwrap().ends_with("--resume"), "{}", done.err);
    let told = report(&desk.path("run"));
    let row = &super::ledger(&told, EXPLORER)[&(seed::ACCOUNT.to_owned(), "eu-west-1".to_owned())];
    assert_eq!((row.outcome.as_str(), row.count, row.why.as_str()), ("partial", 200, "the time limit was reached"));
    assert!(why(&told).contains("incomplete"), "{}", why(&told));
    // Every place that was asked is an event, as the ledger has it; what is missing is a warning.
    let places = of("place.asked");
    let missed: Vec<_> = places.iter().filter(|place| place["why"] == "the time limit was reached").collect();
    assert!(!missed.is_empty() && missed.iter().all(|place| place["level"] == "WARN"), "{missed:?}");
    assert!(places.iter().any(|place| place["outcome"] == "complete" && place["resources"].as_u64() > Some(0) && place["seconds"].is_f64()), "{places:?}");
    let rows = told["coverage"].as_array().unwrap().iter().filter(|row| row["file"].is_null()).count();
    assert_eq!(places.len(), rows, "each row of the ledger was told");

    server.get("/-/release");
    server.scan(&desk, "--resume").exits(1);
    let Some(calm) = calm() else { return };
    same(&desk, &calm);
    assert_eq!(by_region(&desk.report("run"), EXPLORER)["eu-west-1"], outcome("complete", 250));
}

#[test]
fn a_killed_scan_is_gone_on_with_and_nothing_is_asked_for_twice() {
    let desk = desk();
    let Some(server) = Server::of(&holding()) else { return };
    let mut child = server.holds(server.scan(&desk, ""));
    signal(&child, "KILL");
    child.wait().unwrap();
    assert!(!desk.path("run").exists(), "there is no run that looks whole");
    let before = asked(&server.calls());
    server.get("/-/release");
    let done = server.scan(&desk, "--resume").exits(1);
    assert!(done.err.contains("going on from what has been collected"), "{}", done.err);
    let Some(calm) = calm() else { return };
    same(&desk, &calm);
    let report = desk.report("run");
    assert_eq!(by_region(&report, EXPLORER), by_region(&calm.report("run"), EXPLORER));
    assert!(!why(&report).contains("incomplete"), "{}", why(&report));
    // Who we are and what there is to ask has to be found out again; pages of lists do not, but for the one of each list
    // whose answer the killed scan never got.
    let pages = ["GetResources", "ListResources"];
    let after = asked(&server.calls());
    let twice: Vec<_> = after.iter().filter(|(what, times)| **times > 1 && pages.iter().any(|page| what.starts_with(page))).collect();
    let mut lists: Vec<&str> = twice.iter().filter_map(|(what, _)| what.rsplit_once(' ')).map(|(list, _)| list).collect();
    lists.dedup();
    assert!(lists.len() == twice.len() && twice.iter().all(|(_, times)| **times == 2), "{twice:?}");
    assert!(before.keys().any(|what| what.starts_with("GetResources")), "something had been read before");
    assert!(!desk.names().iter().any(|name| name.starts_with(".run")), "nothing is left of the first attempt: {:?}", desk.names());
}
