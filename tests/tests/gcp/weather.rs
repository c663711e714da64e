//! Bad weather: the result is right, or it says what is missing; nothing is lost, and nothing is there twice.

use super::estate::{ORGANIZATION, desk, plain};
use super::server::Server;
use super::{LIST, PROJECTS, SEARCH, by_scope, counted};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use tagledger_tests::{Desk, ids, why};

/// What is in both projects: 250 secrets and itself in each.
const ALL: usize = 502;

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
fn the_time_that_the_service_names_is_kept() {
    for (status, throttle) in [
        (429, json!({"times": 1, "status": 429, "retry_info": "2.5s"})),
        (503, json!({"times": 1, "status": 503, "retry_info": "2.5s"})),
        (429, json!({"times": 1, "status": 429, "headers": {"Retry-After": "3"}})),
    ] {
        let before = Instant::now();
        let Some((server, desk)) = scanned(&json!({"throttle": {"SearchAllResources@organizations/*": throttle}}), &json!({})) else { return };
        assert!(before.elapsed() >= Duration::from_millis(2500), "it was asked again after {:?}", before.elapsed());
        assert_eq!(server.count("SearchAllResources", status), 1);
        is_whole(&desk);
    }
}

#[test]
fn throttling_on_every_third_call_changes_nothing() {
    let Some((server, desk)) = scanned(&json!({"throttle_every": 3}), &json!({})) else { return };
    assert!(server.count("SearchAllResources", 429) > 0);
    is_whole(&desk);
    assert_eq!(counted(&desk.report("run"), SEARCH), ALL as u64);
}

#[test]
fn unavailable_for_a_while_and_cut_off_answers_are_asked_for_again() {
    let weather = json!({"throttle": {"SearchProjects@*": {"times": 3, "status": 503}, "ListAssets@*": {"times": 3, "status": 503}}, "lost": {"SearchAllResources@*": 2}, "html": {"SearchFolders@*": 1}});
    let Some((server, desk)) = scanned(&weather, &json!({})) else { return };
    assert_eq!((server.count("SearchProjects", 503), server.count("ListAssets", 503)), (3, 3));
    is_whole(&desk);
}

#[test]
fn a_quota_of_the_day_is_not_waited_for() {
    let weather = json!({"throttle": {"ListAssets@*": {"times": -1, "status": 429, "daily": true}}});
    let before = Instant::now();
    let Some((_server, desk)) = scanned(&weather, &json!({})) else { return };
    assert!(before.elapsed() < Duration::from_mins(1));
    let report = desk.report("run");
    let rows = by_scope(&report, LIST);
    assert!(rows.values().all(|row| row.outcome == "failed" && row.why.starts_with("throttled")), "{rows:?}");
    assert_eq!(ids(&desk, "run").len(), ALL, "the search has seen everything");
    assert!(why(&report).contains("incomplete"), "{}", why(&report));
}

#[test]
fn a_page_token_that_expired_makes_the_list_begin_anew() {
    let Some((server, desk)) = scanned(&json!({"stale": {"SearchAllResources@*": 1}}), &json!({})) else { return };
    is_whole(&desk);
    assert_eq!(server.count("SearchAllResources", 400), 1);
    let rows = by_scope(&desk.report("run"), SEARCH);
    assert_eq!((rows["one"].count, rows["two"].count), (251, 251), "counted once");
}

#[test]
fn a_list_that_never_comes_to_its_end_is_labelled() {
    let Some((_server, desk)) = scanned(&json!({"stale": {"SearchAllResources@*": -1}}), &json!({})) else { return };
    let report = desk.report("run");
    let rows = by_scope(&report, SEARCH);
    assert!(rows.values().any(|row| row.outcome == "partial") && rows.values().all(|row| row.outcome != "complete"), "{rows:?}");
    assert!(why(&report).contains("incomplete"), "{}", why(&report));
    // One that names itself as the next.
    let Some((_server, desk)) = scanned(&json!({"repeat_token": ["SearchAllResources@*"]}), &json!({})) else { return };
    assert!(by_scope(&desk.report("run"), SEARCH).values().any(|row| row.why.contains("names itself as the next")));
}

#[test]
fn rows_that_come_twice_are_there_once() {
    let Some((_server, desk)) = scanned(&json!({"doubled": {"SearchAllResources@*": 7}}), &json!({})) else { return };
    is_whole(&desk);
}

#[test]
fn an_organisation_that_refuses_is_asked_folder_by_folder_and_then_project_by_project() {
    for (deny, asked) in [
        (json!(["SearchAllResources@organizations/*", "ListAssets@organizations/*"]), ["folders/100", "folders/200", "one", "two"].as_slice()),
        (json!(["SearchAllResources@organizations/*", "SearchAllResources@folders/100"]), &["folders/200", "one", "two"]),
        (json!(["*@organizations/*", "*@folders/*"]), &["one", "two"]),
    ] {
        let Some((server, desk)) = scanned(&json!({"deny": deny}), &json!({})) else { return };
        let report = desk.report("run");
        assert_eq!((ids(&desk, "run").len(), untagged(&report)), (ALL, 100), "{deny}");
        let rows = by_scope(&report, SEARCH);
        let whole: BTreeSet<&str> = rows.iter().filter(|(_, row)| row.outcome == "complete").map(|(scope, _)| scope.as_str()).collect();
        assert_eq!(whole, asked.iter().copied().collect(), "{deny}");
        let refused = &rows[ORGANIZATION];
        assert_eq!((refused.outcome.as_str(), refused.why.as_str()), ("denied", "permission cloudasset.assets.searchAllResources is missing"));
        assert!(why(&report).contains("incomplete"), "{}", why(&report));
        // Nothing is asked both widely and narrowly.
        let places: BTreeSet<String> = server
            .calls()
            .iter()
            .filter(|c| c["operation"] == "SearchAllResources" && c["status"] == 200)
            .map(|c| c["scope"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(places.len(), 2, "{places:?}");
    }
}

#[test]
fn what_was_shown_before_a_search_broke_off_is_asked() {
    let mut seed = plain(&json!({"deny": ["*@organizations/*", "*@folders/*"], "stale": {"SearchProjects@*": -1}}));
    seed["page"] = json!({"projects": 1});
    let Some(server) = Server::of(&seed) else { return };
    let desk = desk();
    server.scan(&desk, &json!({}), "").done().ends(&[1, 3]);
    let report = desk.report("run");
    assert_eq!((by_scope(&report, SEARCH)["one"].count, by_scope(&report, SEARCH).contains_key("two")), (251, false));
    let row = &by_scope(&report, PROJECTS)["projects"];
    assert_eq!((row.outcome.as_str(), row.count), ("partial", 1), "{row:?}");
    assert!(row.why.starts_with("after 1 of them, no further projects were shown: "), "{row:?}");
    assert!(why(&report).contains("incomplete"), "{}", why(&report));
}

#[test]
fn what_refuses_everywhere_is_named_with_what_is_missing() {
    let Some((_server, desk)) = scanned(&json!({"deny": ["SearchAllResources@*", "ListAssets@*"]}), &json!({})) else { return };
    let report = desk.report("run");
    let rows = by_scope(&report, SEARCH);
    assert_eq!(rows.keys().collect::<Vec<_>>(), ["folders/100", "folders/200", "one", ORGANIZATION, "two"]);
    assert!(rows.values().all(|row| row.why == "permission cloudasset.assets.searchAllResources is missing"), "{rows:?}");
    assert!(by_scope(&report, LIST).values().all(|row| row.why == "permission cloudasset.assets.listResource is missing"));
    assert_eq!(ids(&desk, "run").len(), 2, "the projects themselves, as Resource Manager shows them");
}

#[test]
fn an_api_that_is_not_enabled_is_no_clean_result() {
    let Some((_server, desk)) = scanned(&json!({"disabled": ["SearchAllResources@*", "ListAssets@*"]}), &json!({})) else { return };
    let report = desk.report("run");
    let rows = by_scope(&report, SEARCH);
    assert!(
        !rows.is_empty() && rows.values().all(|row| row.outcome == "partial" && row.why.contains("gcloud services enable cloudasset.googleapis.com")),
        "{rows:?}"
    );
    assert!(why(&report).contains("incomplete"), "{}", why(&report));
    let Some((server, desk)) = scanned(&json!({"disabled": ["SearchFolders@*"]}), &json!({})) else { return };
    let row = &by_scope(&desk.report("run"), "gcp.resource-manager.folders")["folders"];
    assert!(row.outcome == "failed" && row.why.contains("cloudresourcemanager.googleapis.com is not enabled"), "{row:?}");
    assert_eq!(ids(&desk, "run").len(), ALL);
    // Where the projects lie is not known then; the only organisation shows them, and they are not asked once more.
    let asked: BTreeSet<String> =
        server.calls().iter().filter(|c| c["operation"] == "SearchAllResources").map(|c| c["scope"].as_str().unwrap().to_owned()).collect();
    assert_eq!(asked, BTreeSet::from([ORGANIZATION.to_owned()]));
}

#[test]
fn a_project_that_is_deleted_meanwhile_is_gone_and_not_refused() {
    // Asked one by one; the first three calls still see it.
    let mut estate = plain(&json!({"deny": ["*@organizations/*", "*@folders/*"], "deleted": {"two": 3}, "slow": {"SearchAllResources@projects/*": 0.3}}));
    estate["page"] = json!({"search": 50, "list": 50});
    let desk = desk();
    let Some(server) = Server::of(&estate) else { return };
    server.scan(&desk, &json!({}), "").done().ends(&[1, 3]);
    let report = desk.report("run");
    let row = &by_scope(&report, SEARCH)["two"];
    assert!(row.outcome != "complete" && row.why.starts_with("gone since it was listed"), "{row:?}");
    assert_eq!(by_scope(&report, SEARCH)["one"].outcome, "complete");
    assert!(server.count("GetProject", 200) >= 1);
    assert!(why(&report).contains("incomplete"), "{}", why(&report));
}

#[test]
fn a_project_that_is_deleted_while_its_organisation_is_read_was_not_seen_whole_and_is_not_empty() {
    let mut estate = plain(&json!({"deleted": {"two": 10}}));
    estate["page"] = json!({"search": 10, "list": 10});
    let desk = desk();
    let Some(server) = Server::of(&estate) else { return };
    server.scan(&desk, &json!({}), "").done().ends(&[1, 3]);
    let report = desk.report("run");
    let rows = by_scope(&report, SEARCH);
    assert!(rows["two"].outcome == "partial" && rows["two"].why.contains("the project is DELETE_REQUESTED since it was listed"), "{:?}", rows["two"]);
    assert_eq!((rows["one"].outcome.as_str(), rows["one"].count), ("complete", 251));
    assert!(!report["findings"].to_string().contains("resources of its own"), "it is not empty because its resources went");
    assert!(why(&report).contains("incomplete"), "{}", why(&report));
}

#[test]
fn enumerations_come_as_numbers_and_one_that_nobody_knows_is_told() {
    let mut estate = plain(&json!({}));
    // A state that this client was not generated with.
    estate["projects"].as_array_mut().unwrap().push(json!({"id": "odd", "number": "1003", "name": "Odd", "parent": "folders/200", "state": 77}));
    let (desk, Some(server)) = (desk(), Server::of(&estate)) else { return };
    server.scan(&desk, &json!({}), "").done().ends(&[1, 3]);
    let calls = server.calls();
    for operation in ["SearchProjects", "SearchFolders", "SearchAllResources", "ListAssets"] {
        let of_it: Vec<&Value> = calls.iter().filter(|call| call["operation"] == operation).collect();
        assert!(!of_it.is_empty() && of_it.iter().all(|call| call["numbers"] == true), "{operation}: {of_it:?}");
    }
    let report = desk.report("run");
    assert_eq!((ids(&desk, "run").len(), untagged(&report)), (ALL, 100));
    assert_eq!(by_scope(&report, PROJECTS)["odd"].why, "the project is in a state that is not known");
    assert!(why(&report).contains("incomplete"), "{}", why(&report));
}

#[test]
fn a_token_of_a_list_that_is_not_taken_any_more_begins_it_anew() {
    let mut estate = plain(&json!({"stale": {"ListAssets@organizations/*": 2}}));
    let made = |n: u32| {
        json!({
            "project": "one", "type": "compute.googleapis.com/Disk", "location": "europe-west1-b", "displayName": format!("d{n}"),
            "name": format!("//compute.googleapis.com/projects/one/zones/europe-west1-b/disks/d{n}"), "data": {"status": "READY"},
            "labels": {"environment": "production", "application": "shop"},
        })
    };
    estate["assets"].as_array_mut().unwrap().extend((0..40).map(made));
    estate["page"] = json!({"search": 100, "list": 10});
    let desk = desk();
    let Some(server) = Server::of(&estate) else { return };
    server.scan(&desk, &json!({}), "").done().ends(&[1, 3]);
    let report = desk.report("run");
    assert!(by_scope(&report, LIST).values().all(|row| row.outcome == "complete"));
    let found = report["findings"].as_array().unwrap().iter().filter(|f| f["rule"] == "unattached");
    assert_eq!(found.count(), 40, "each once");
}

#[test]
fn a_token_that_ends_early_is_asked_for_anew() {
    let mut estate = plain(&json!({"slow": {"SearchAllResources@*": 0.4}}));
    // It is said to last for an hour, and lasts for less than a second: the two clocks disagree.
    estate["token"] = json!({"told": 3600, "real": 0.9});
    let desk = desk();
    let Some(server) = Server::of(&estate) else { return };
    server.scan(&desk, &json!({}), "").done().ends(&[1, 3]);
    assert!(server.count("SearchAllResources", 401) >= 1 && server.count("Token", 200) >= 2, "{:?}", server.calls());
    is_whole(&desk);
}

#[test]
fn a_token_that_nobody_takes_ends_the_scan_with_the_reason() {
    let desk = desk();
    let mut estate = plain(&json!({"unauthenticated": {"Search*@*": -1}}));
    estate["clock_offset"] = json!(-900);
    let Some(server) = Server::of(&estate) else { return };
    let done = server.scan(&desk, &json!({}), "").done();
    let done = done.ends(&[2, 3, 4]);
    assert!(done.err.contains("the token is not accepted"), "{}", done.err);
    assert!(done.err.contains("this machine's clock is 15 minutes ahead of the service's"), "{}", done.err);
    assert!(!desk.path("run").exists(), "nothing is half-written");
}

#[test]
fn a_service_that_does_not_answer_leaves_rows_and_the_others_go_on() {
    for weather in [json!({"drop": ["ListAssets@*"]}), json!({"hang": ["ListAssets@*"]}), json!({"html": {"ListAssets@*": -1}})] {
        let Some((_server, desk)) = scanned(&weather, &json!({"timeout": 1})) else { return };
        let report = desk.report("run");
        let rows = by_scope(&report, LIST);
        assert!(rows.values().all(|row| row.outcome == "failed"), "{weather}: {rows:?}");
        assert_eq!(ids(&desk, "run").len(), ALL, "{weather}");
        assert!(why(&report).contains("incomplete"), "{weather}: {}", why(&report));
    }
}

#[test]
fn a_caller_who_sees_nothing_is_told_so() {
    let mut estate = plain(&json!({}));
    estate["access"] = json!({"get": [], "search": [], "list": []});
    let desk = desk();
    let Some(server) = Server::of(&estate) else { return };
    server.scan(&desk, &json!({}), "").done().ends(&[0, 1, 3]);
    let report = desk.report("run");
    let row = &by_scope(&report, PROJECTS)["projects"];
    assert!(row.outcome == "failed" && row.why.contains("sees no organisation and no project"), "{row:?}");
    assert!(why(&report).contains("incomplete"), "{}", why(&report));
}

#[test]
fn the_quotas_that_are_documented_are_kept() {
    let mut estate = plain(&json!({}));
    // A third of what a minute allows, at once; then the documented rate.
    estate["quota"] = json!({"search": [400, 60, 8], "list": [100, 60, 4]});
    estate["page"] = json!({"search": 20, "list": 100});
    let desk = desk();
    let Some(server) = Server::of(&estate) else { return };
    server.scan(&desk, &json!({"pace": "documented"}), "").done().ends(&[1, 3]);
    is_whole(&desk);
    assert_eq!(server.count("SearchAllResources", 429) + server.count("ListAssets", 429), 0, "none was refused");
    assert!(server.count("SearchAllResources", 200) > 25);
}
