//! A whole tenant: what is found in it is exactly what is wrong with it.

use super::estate::{ASKED, desk, is_asked, subscription, whole};
use super::server::Server;
use super::truth::{expected, found, undetermined};
use super::{CONTAINERS, LISTS, RESOURCES, by_subscription, outcomes};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tagledger_tests::{ids, ledger, why};

fn difference(report: &Value, world: &Value, sees: impl Fn(&Value) -> bool) -> (Vec<String>, Vec<String>) {
    let (wanted, told) = (expected(world, sees), found(report));
    let words = |(rule, key, id): &(String, String, String)| format!("{rule} {key} {id}");
    (wanted.difference(&told).map(words).collect(), told.difference(&wanted).map(words).collect())
}

#[test]
fn all_that_is_wrong_in_a_tenant_is_found_and_nothing_else() {
    let desk = desk();
    let Some(server) = Server::of(&whole()) else { return };
    let done = server.scan(&desk, &json!({}), "").exits(1);
    let (report, world) = (desk.report("run"), server.get("/-/world"));
    assert_eq!(difference(&report, &world, is_asked), (Vec::new(), Vec::new()), "missed, and false alarms\n{}", done.err);
    assert_eq!(undetermined(&report), 0);
    let asked: BTreeSet<String> = (1..=4).map(subscription).collect();
    for collector in [RESOURCES, CONTAINERS] {
        let rows = by_subscription(&report, collector);
        assert_eq!(rows.keys().cloned().collect::<BTreeSet<_>>(), asked);
        assert!(rows.values().all(|row| row.outcome == "complete"), "{rows:?}");
    }
    assert!(ledger(&report, LISTS).is_empty());
    let skipped = by_subscription(&report, "azure.resource-manager.subscriptions");
    assert_eq!(skipped[&subscription(5)].why, "the subscription is Disabled");
    assert!(!why(&report).contains("incomplete"), "{}", why(&report));
    // Four subscriptions, their groups and what lies in them.
    let all: usize = ["subscriptions", "groups", "resources"].iter().map(|list| world[*list].as_array().unwrap().iter().filter(|t| is_asked(t)).count()).sum();
    assert_eq!(ids(&desk, "run").len(), all);

    // Microsoft's own clients read the same.
    let witness = server.witness();
    let rows = outcomes(&report, RESOURCES);
    for (n, name) in (1..).zip(ASKED) {
        let told = &witness["resources_by_graph"][name];
        assert_eq!(told.as_u64(), Some(rows[&subscription(n)].1), "{name}");
        assert_eq!(witness["resources_by_manager"][name], *told);
    }
    assert_eq!(witness["subscriptions"], 5);
}
