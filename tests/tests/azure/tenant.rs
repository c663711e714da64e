//! A whole tenant: what is found in it is exactly what is wrong with it.

use super::estate::{ASKED, desk, is_asked, subscription, whole};
use super::server::Server;
use super::truth::{expected, found, undetermined};
use super::{LISTS, RESOURCES, by_subscription, outcomes};
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
    // A machine that is stopped, and since when nobody says: one in each subscription. And what says nothing that is known, in a group that says something.
    let (unclear, others): (Vec<String>, Vec<String>) = undetermined(&report).into_iter().partition(|rule| rule == "stage-mismatch");
    assert_eq!((others, unclear.is_empty()), (vec!["stopped-too-long".to_owned(); ASKED.len()], false));
    let asked: BTreeSet<String> = (1..=4).map(subscription).collect();
    let rows = by_subscription(&report, RESOURCES);
    assert_eq!(rows.keys().cloned().collect::<BTreeSet<_>>(), asked);
    assert!(rows.values().all(|row| row.outcome == "complete"), "{rows:?}");
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
        // Itself and its three groups are counted as well.
        assert_eq!(told.as_u64(), Some(rows[&subscription(n)].1 - 4), "{name}");
        assert_eq!(witness["resources_by_manager"][name], *told);
    }
    assert_eq!(witness["subscriptions"], 5);
}

#[test]
fn only_what_is_wanted_is_asked_and_what_is_not_there_is_named() {
    let desk = desk();
    let Some(server) = Server::of(&whole()) else { return };
    let asked = |settings: Value| -> (Vec<String>, Value) {
        server.scan(&desk, &settings, "").done().ends(&[1, 3]);
        let report = desk.report("run");
        let asked = by_subscription(&report, RESOURCES).into_keys().collect();
        std::fs::remove_dir_all(desk.path("run")).unwrap();
        (asked, report)
    };
    // Below a group is also what is below the groups below it; ids are ids in any case.
    assert_eq!(asked(json!({"management_groups": ["MG-Workloads"]})).0, [1, 2, 3].map(subscription));
    assert_eq!(asked(json!({"management_groups": ["mg-production"], "skip_subscriptions": [subscription(1)]})).0, [subscription(3)]);
    let (some, report) =
        asked(json!({"subscriptions": [subscription(4).to_uppercase(), subscription(77)], "management_groups": [super::estate::TENANT, "mg-nowhere"]}));
    assert_eq!(some, [subscription(4)]);
    let row = &by_subscription(&report, "azure.resource-manager.subscriptions")[&subscription(77)];
    assert_eq!((row.outcome.as_str(), row.why.as_str()), ("failed", "there is no such subscription in this tenant, or the caller has no role in it"));
    let row = &by_subscription(&report, "azure.management.entities")["mg-nowhere"];
    assert!(row.outcome == "failed" && row.why.contains("no such management group"), "{row:?}");
    assert!(why(&report).contains("incomplete in 2 places"), "{}", why(&report));
}

#[test]
fn management_groups_give_stages_and_containers_lend_what_the_taxonomy_says() {
    let desk = desk();
    desk.put(
        "taxonomy.yaml",
        "version: 1
keys:
  Environment: { required: true, values: { production: [prod, prd], test: [] }, inherit: [resource_group, scope] }
stages:
  - { environment: production, azure: { management_groups: [mg-production] } }
  - { environment: test, azure: { management_groups: [mg-workloads] } }
",
    );
    let Some(server) = Server::of(&whole()) else { return };
    server.scan(&desk, &json!({}), "").done().ends(&[1, 3]);
    let rows = tagledger_tests::records(&desk.text("run/resources.csv"));
    // A group may say another stage by its own tag.
    let outside = rows.iter().filter(|row| row["group"].is_empty());
    let stages: BTreeSet<(&str, &str)> = outside.map(|row| (row["scope"].as_str(), row["stage"].as_str())).collect();
    // The nearest counts; what is below neither has none.
    let ids = [1, 2, 3, 4].map(subscription);
    let wanted = [(ids[0].as_str(), "production"), (ids[1].as_str(), "test"), (ids[2].as_str(), "production"), (ids[3].as_str(), "")];
    assert_eq!(stages, BTreeSet::from(wanted));
    let lent = rows.iter().filter(|row| ["resource group", "scope"].contains(&row["Environment_provenance"].as_str())).count();
    assert!(lent > 0, "{:?}", rows[0].keys());
}
