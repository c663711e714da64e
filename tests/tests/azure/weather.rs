//! Bad weather: the result is right, or it says what is missing; nothing is lost, and nothing is there twice.

use super::estate::{desk, plain, subscription};
use super::server::Server;
use super::{LISTS, RESOURCES, by_subscription, outcomes};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use tagledger_tests::{Desk, ids, why};

/// What is in both subscriptions: 250 vaults, a group and itself in each.
const ALL: usize = 504;

fn untagged(report: &Value) -> usize {
    report["findings"].as_array().unwrap().iter().filter(|f| f["rule"] == "untagged" && f["verdict"] == "violated").count()
}

/// Whether everything was found, and nobody says otherwise.
fn is_whole(desk: &Desk) {
    let report = desk.report("run");
    assert_eq!((ids(desk, "run").len(), untagged(&report)), (ALL, 100));
    assert!(!why(&report).contains("incomplete"), "{}\n{:#}", why(&report), report["coverage"]);
}

/// A scan in this weather.
fn scanned(weather: &Value, settings: &Value) -> Option<(Server, Desk)> {
    let (server, desk) = (Server::of(&plain(weather))?, desk());
    server.scan(&desk, settings, "").done().ends(&[1, 3]);
    Some((server, desk))
}

#[test]
fn of_several_waits_the_longest_is_kept() {
    let headers = json!({"Retry-After": "1", "x-ms-ratelimit-microsoft.resourcegraph-tenant-retry-after": "3", "x-ms-retry-after-ms": "200"});
    let before = Instant::now();
    let Some((server, desk)) = scanned(&json!({"throttle": {"QueryResources@resources": {"times": 1, "headers": headers}}}), &json!({})) else { return };
    assert!(before.elapsed() >= Duration::from_secs(3), "it was asked again after {:?}", before.elapsed());
    assert_eq!(server.count("QueryResources", 429), 1);
    is_whole(&desk);
}

#[test]
fn throttling_on_every_third_call_changes_nothing() {
    let Some((server, desk)) = scanned(&json!({"throttle_every": 3}), &json!({})) else { return };
    assert!(server.count("QueryResources", 429) > 0 && server.count("GetTags", 429) == 0);
    is_whole(&desk);
}

#[test]
fn a_quota_that_is_used_up_is_waited_for_and_never_overrun() {
    let mut estate = plain(&json!({}));
    estate["quota"] = json!({"queries": 4, "window": 1});
    let desk = desk();
    let Some(server) = Server::of(&estate) else { return };
    server.scan(&desk, &json!({}), "").exits(1);
    is_whole(&desk);
    let refused = server.count("QueryResources", 429);
    assert!(refused <= 1, "{refused} queries were sent when none was left");
    assert!(server.count("QueryResources", 200) >= 7);
}

#[test]
fn a_skip_token_that_expired_makes_the_list_begin_anew() {
    let Some((server, desk)) = scanned(&json!({"stale": {"QueryResources@resources": 1}}), &json!({})) else { return };
    is_whole(&desk);
    assert_eq!(server.count("QueryResources", 400), 1);
    let counts: u64 = outcomes(&desk.report("run"), RESOURCES).values().map(|(_, count)| count).sum();
    assert_eq!(counts, ALL as u64, "counted once");
}

#[test]
fn a_list_that_never_comes_to_its_end_is_labelled() {
    let Some((_server, desk)) = scanned(&json!({"stale": {"QueryResources@resources": -1}}), &json!({})) else { return };
    let report = desk.report("run");
    let rows = by_subscription(&report, RESOURCES);
    assert!(rows.values().any(|row| row.outcome == "partial") && rows.values().all(|row| row.outcome != "complete"), "{rows:?}");
    assert!(why(&report).contains("incomplete"), "{}", why(&report));
}

#[test]
fn what_the_service_leaves_out_it_says_and_so_do_we() {
    let mut estate = plain(&json!({}));
    estate["tenant_limit"] = json!(true);
    let desk_of_limit = desk();
    let Some(server) = Server::of(&estate) else { return };
    server.scan(&desk_of_limit, &json!({}), "").exits(1);
    let report = desk_of_limit.report("run");
    let rows = by_subscription(&report, RESOURCES);
    assert!(rows.values().all(|row| row.outcome == "partial" && row.why.contains("x-ms-tenant-subscription-limit-hit")), "{rows:?}");
    assert!(why(&report).contains("incomplete in 2 places"), "{}", why(&report));

    // Rows without a way to the others.
    let Some((_server, desk)) = scanned(&json!({"truncate": ["QueryResources@resources"]}), &json!({})) else { return };
    let report = desk.report("run");
    let rows = by_subscription(&report, RESOURCES);
    assert!(rows.values().all(|row| row.outcome == "partial" && row.why.contains("100 of 500 rows")), "{rows:?}");
    assert!(why(&report).contains("incomplete"), "{}", why(&report));
}

#[test]
fn a_subscription_without_a_role_and_one_with_a_role_on_groups_alone_are_named() {
    let mut estate = plain(&json!({}));
    estate["subscriptions"][0]["access"] = json!("none");
    estate["subscriptions"][1]["access"] = json!("groups");
    // What lies in a group that the caller has no role on.
    for resource in estate["resources"].as_array_mut().unwrap().iter_mut().rev().take(20) {
        resource["denied"] = json!(true);
    }
    for settings in [json!({}), json!({"source": "resource-manager"})] {
        let desk = desk();
        let Some(server) = Server::of(&estate) else { return };
        server.scan(&desk, &settings, "").exits(1);
        let report = desk.report("run");
        let denied = &by_subscription(&report, "azure.resource-manager.subscriptions")[&subscription(1)];
        assert_eq!((denied.outcome.as_str(), denied.why.as_str()), ("denied", "permission Microsoft.Resources/subscriptions/read is missing"));
        let collector = if settings["source"].is_null() { RESOURCES } else { LISTS };
        let narrow = &by_subscription(&report, collector)[&subscription(2)];
        // Resource Graph counts the subscription and its group as well.
        assert_eq!((narrow.outcome.as_str(), narrow.count), ("partial", if collector == RESOURCES { 232 } else { 230 }));
        assert!(narrow.why.contains("Microsoft.Resources/tags/read is missing on it"), "{}", narrow.why);
        assert!(why(&report).contains("incomplete in 2 places"), "{}", why(&report));
    }
}

#[test]
fn a_token_is_renewed_before_it_ends_and_when_it_is_refused_before_that() {
    // Good for two seconds beyond the five minutes that the SDK leaves unused.
    let mut short = plain(&json!({"slow": {"QueryResources": 0.4}}));
    short["token_seconds"] = json!(302);
    // Said to be good for an hour, and refused after a second.
    let mut liar = plain(&json!({"slow": {"QueryResources": 0.4}}));
    liar["token_real"] = json!(1);
    for (estate, refused) in [(short, false), (liar, true)] {
        let desk = desk();
        let Some(server) = Server::of(&estate) else { return };
        server.scan(&desk, &json!({}), "").exits(1);
        is_whole(&desk);
        assert!(server.count("Token", 200) > 1, "{}", server.count("Token", 200));
        assert_eq!(server.count("QueryResources", 401) > 0, refused);
    }
}

#[test]
fn a_budget_of_reads_that_is_used_up_is_waited_for() {
    let Some((server, desk)) = scanned(&json!({"bucket": {"size": 2, "refill": 3}}), &json!({"source": "resource-manager", "pace": "none"})) else { return };
    is_whole(&desk);
    assert!(server.count("ListResources", 429) > 0);
}

#[test]
fn a_gateway_that_answers_for_the_service_is_asked_again_or_named() {
    let Some((_server, desk)) = scanned(&json!({"html": {"QueryResources@resources": 2, "ListSubscriptions": 1}}), &json!({})) else { return };
    is_whole(&desk);
    let Some((_server, desk)) = scanned(&json!({"html": {"QueryResources@resources": -1}}), &json!({})) else { return };
    let report = desk.report("run");
    let rows = by_subscription(&report, RESOURCES);
    assert!(rows.values().all(|row| row.outcome == "partial" && row.count == 2 && row.why.contains("HTTP 502 without a message")), "{rows:?}");
    assert!(why(&report).contains("incomplete in 2 places"), "{}", why(&report));
}

#[test]
fn an_answer_that_breaks_off_is_asked_for_again() {
    for settings in [json!({}), json!({"source": "resource-manager"})] {
        let Some((_server, desk)) = scanned(&json!({"lost": {"QueryResources": 2, "ListResources": 2, "ListSubscriptions": 1}}), &settings) else { return };
        is_whole(&desk);
    }
}

/// Nobody answers one of the queries.
fn silent(weather: &Value) {
    let Some((_server, desk)) = scanned(weather, &json!({"timeout": 1})) else { return };
    let report = desk.report("run");
    let rows = by_subscription(&report, RESOURCES);
    assert!(rows.values().all(|row| row.outcome == "partial" && row.count == 250 && row.why.starts_with("no answer")), "{rows:?}");
    assert_eq!(ids(&desk, "run").len(), ALL - 2, "all but the groups");
}

#[test]
fn who_hangs_costs_only_what_he_was_asked() {
    silent(&json!({"hang": ["QueryResources@resourcecontainers"]}));
}

#[test]
fn who_hangs_up_costs_only_what_he_was_asked() {
    silent(&json!({"drop": ["QueryResources@resourcecontainers"]}));
}

#[test]
fn a_refused_graph_is_replaced_by_the_managers_lists() {
    let Some((server, desk)) = scanned(&json!({"deny": ["QueryResources"]}), &json!({})) else { return };
    let report = desk.report("run");
    let rows = by_subscription(&report, RESOURCES);
    assert!(rows.values().all(|row| row.outcome == "skipped" && row.why.contains("Microsoft.ResourceGraph/resources/read is missing")), "{rows:?}");
    assert!(by_subscription(&report, LISTS).values().all(|row| row.outcome == "complete" && row.count == 250));
    assert!(!why(&report).contains("incomplete"), "{}", why(&report));
    assert_eq!((ids(&desk, "run").len(), untagged(&report)), (ALL, 100));
    assert_eq!(server.count("QueryResources", 200), 0);
}

#[test]
fn one_subscription_that_is_refused_costs_only_itself() {
    let Some((_server, desk)) = scanned(&json!({"deny": ["ListResources@one"]}), &json!({"source": "resource-manager"})) else { return };
    let report = desk.report("run");
    let rows = by_subscription(&report, LISTS);
    assert_eq!((rows[&subscription(1)].outcome.as_str(), rows[&subscription(2)].outcome.as_str()), ("denied", "complete"));
    assert_eq!(rows[&subscription(1)].why, "permission Microsoft.Resources/subscriptions/resources/read is missing");
    assert!(why(&report).contains("incomplete in 1 place"), "{}", why(&report));
}

#[test]
fn a_role_that_sees_no_resource_is_not_taken_for_an_empty_subscription() {
    let mut estate = plain(&json!({}));
    for resource in estate["resources"].as_array_mut().unwrap().iter_mut().filter(|resource| resource["subscription"] == "two") {
        resource["seen_by_graph"] = json!(false);
    }
    let desk = desk();
    let Some(server) = Server::of(&estate) else { return };
    server.scan(&desk, &json!({}), "").exits(1);
    let report = desk.report("run");
    let rows = by_subscription(&report, RESOURCES);
    let row = &rows[&subscription(2)];
    assert!(row.outcome == "partial" && row.why.contains("shows none of its resources and Resource Manager has some"), "{row:?}");
    assert!(why(&report).contains("incomplete in 1 place"), "{}", why(&report));
}

#[test]
fn who_has_no_role_anywhere_is_told_so() {
    let mut estate = plain(&json!({}));
    estate["subscriptions"].as_array_mut().unwrap().iter_mut().for_each(|subscription| subscription["access"] = json!("none"));
    let desk = desk();
    let Some(server) = Server::of(&estate) else { return };
    server.scan(&desk, &json!({}), "").exits(3);
    let report = desk.report("run");
    let rows = by_subscription(&report, "azure.resource-manager.subscriptions");
    assert_eq!(rows["subscriptions"].why, "the caller has a role in no subscription of this tenant");
    assert_eq!(rows.values().filter(|row| row.outcome == "denied").count(), 2);
}

#[test]
fn a_token_goes_to_nobody_else() {
    for weather in [json!({"foreign_link": ["ListResources@one"]}), json!({"redirect": ["ListResources@one"]})] {
        let Some((_server, desk)) = scanned(&weather, &json!({"source": "resource-manager"})) else { return };
        let report = desk.report("run");
        let rows = by_subscription(&report, LISTS);
        let row = &rows[&subscription(1)];
        assert!(row.outcome != "complete" && rows[&subscription(2)].outcome == "complete", "{rows:?}");
        assert!(row.why.contains("which is not followed") || row.why.contains("HTTP 307"), "{}", row.why);
    }
}

#[test]
fn a_tree_that_nobody_may_see_is_named_and_the_graph_knows_what_is_above() {
    let Some((_server, desk)) = scanned(&json!({"deny": ["GetEntities"]}), &json!({})) else { return };
    let report = desk.report("run");
    let rows = by_subscription(&report, "azure.management.entities");
    assert!(rows.values().all(|row| row.outcome == "denied" && row.why.contains("Microsoft.Management/getEntities/action")), "{rows:?}");
    assert_eq!(ids(&desk, "run").len(), ALL);
    assert!(why(&report).contains("incomplete in 1 place"), "{}", why(&report));
}

#[test]
fn many_subscriptions_are_asked_in_parts_and_an_empty_one_is_no_gap() {
    let mut estate = plain(&json!({}));
    let more = (3..700).map(|n| json!({"id": subscription(n), "name": format!("s{n}"), "state": "Enabled", "above": "mg-workloads", "tags": {"Environment": "prod", "Application": "shop"}}));
    estate["subscriptions"].as_array_mut().unwrap().extend(more);
    estate["page"] = json!({"graph": 1000, "subscriptions": 100, "entities": 300});
    let desk = desk();
    let Some(server) = Server::of(&estate) else { return };
    server.scan(&desk, &json!({}), "").exits(1);
    let report = desk.report("run");
    assert_eq!(ids(&desk, "run").len(), ALL + 697);
    let rows = outcomes(&report, RESOURCES);
    assert_eq!(rows.len(), 699);
    assert_eq!(rows.values().filter(|(outcome, _)| outcome == "complete").count(), 699);
    assert!(!why(&report).contains("incomplete"), "{}", why(&report));
    let asked: BTreeSet<u64> = server.calls().iter().filter_map(|call| call["scopes"].as_u64()).collect();
    assert!(asked.iter().all(|scopes| *scopes <= 300) && asked.len() > 1, "{asked:?}");
}
