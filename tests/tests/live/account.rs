//! The caller's own account, without a file of settings.

use super::seed::{self, ACCOUNT, desk, index, indexes};
use super::server::Server;
use super::{EXPLORER, TAGGING, by_region, missing, outcome, why};
use serde_json::json;
use std::collections::BTreeMap;

#[test]
fn what_was_never_tagged_is_seen_where_a_view_includes_tags() {
    let desk = desk();
    let Some(server) = Server::of(&seed::account(&indexes(), &json!({}))) else { return };
    server.scan(&desk, "--cloud aws").exits(1);
    let report = desk.report("run");
    assert_eq!((report["inventory"]["resources"].as_u64(), missing(&report)), (Some(500), 100));
    let (tagging, explorer) = (by_region(&report, TAGGING), by_region(&report, EXPLORER));
    for region in ["eu-west-1", "us-east-1"] {
        assert_eq!(tagging[region], outcome("partial", 225));
        assert_eq!(explorer[region], outcome("complete", 250));
    }
    // What the Tagging API never lists is made up for by the view.
    assert!(!why(&report).contains("incomplete"), "{}", why(&report));
    // A cloud that is named twice is asked once.
    assert_eq!(server.count("GetCallerIdentity", "eu-west-1"), 1);
}

#[test]
fn without_a_view_the_ledger_says_what_was_not_seen() {
    let desk = desk();
    let Some(server) = Server::of(&seed::account(&json!([]), &json!({}))) else { return };
    server.scan(&desk, "").exits(1);
    let report = desk.report("run");
    assert_eq!((report["inventory"]["resources"].as_u64(), missing(&report)), (Some(450), 50));
    assert_eq!(by_region(&report, EXPLORER)["eu-west-1"].0, "skipped");
    assert!(why(&report).contains("coverage is incomplete in 2 places"), "{}", why(&report));
}

#[test]
fn a_view_without_tags_is_no_view() {
    let bare = |region: &str| json!({"account": "one", "region": region, "views": [{"name": "bare"}, {"name": "more", "properties": ["relationships"]}]});
    let desk = desk();
    let Some(server) = Server::of(&seed::account(&json!([bare("eu-west-1"), index("us-east-1")]), &json!({}))) else { return };
    server.scan(&desk, "").exits(1);
    let report = desk.report("run");
    let explorer = super::ledger(&report, EXPLORER);
    let row = &explorer[&(ACCOUNT.to_owned(), "eu-west-1".to_owned())];
    assert_eq!(row.outcome, "skipped");
    assert!(row.why.contains("no view here that includes tags"), "{}", row.why);
    assert_eq!(server.count("ListResources", "eu-west-1"), 0, "what would look bare is not read");
    assert_eq!((report["inventory"]["resources"].as_u64(), missing(&report)), (Some(475), 75));
}

#[test]
fn a_view_with_a_filter_does_not_see_everything() {
    let narrow = |region: &str| json!({"account": "one", "region": region, "views": [{"name": "some", "properties": ["tags"], "filter": "service:kms"}]});
    let desk = desk();
    let Some(server) = Server::of(&seed::account(&json!([narrow("eu-west-1"), narrow("us-east-1")]), &json!({}))) else { return };
    server.scan(&desk, "").exits(1);
    let report = desk.report("run");
    assert_eq!(by_region(&report, EXPLORER)["eu-west-1"], outcome("partial", 250));
    assert!(why(&report).contains("incomplete"), "{}", why(&report));
}

#[test]
fn an_account_is_called_clean_only_where_all_of_it_was_seen() {
    for (explorer, code) in [(indexes(), 0), (json!([]), 3)] {
        let mut estate = seed::account(&explorer, &json!({}));
        estate["resources"].as_array_mut().unwrap().retain(|resource| resource["tags"] != json!({}));
        let desk = desk();
        let Some(server) = Server::of(&estate) else { return };
        server.scan(&desk, "").exits(code);
        assert_eq!(desk.report("run")["inventory"]["resources"].as_u64(), Some(400));
    }
}

#[test]
fn one_index_answers_for_the_regions_that_it_gathers_and_for_no_other() {
    let mut whole = index("eu-west-1");
    whole["gathers"] = json!(["us-east-1"]);
    // Its view sees another account's key too.
    whole["views"][1]["strangers"] = json!(true);
    let mut estate = seed::account(&json!([whole, {"account": "one", "region": "us-east-1", "views": []}]), &json!({}));
    estate["regions"] = json!(["eu-west-1", "us-east-1", "ap-south-1"]);
    estate["accounts"].as_array_mut().unwrap().push(json!({"name": "theirs", "id": "999988887777", "stranger": true}));
    let theirs = json!({"account": "theirs", "region": "eu-west-1", "kind": "kms:key", "name": "k", "arn": "arn:aws:kms:{region}:{account}:key/theirs"});
    estate["resources"].as_array_mut().unwrap().push(theirs);
    let desk = desk();
    let Some(server) = Server::of(&estate) else { return };
    server.scan(&desk, "").exits(1);
    let report = desk.report("run");
    assert_eq!((report["inventory"]["resources"].as_u64(), report["inventory"]["scopes"].as_u64(), missing(&report)), (Some(500), Some(1), 100));
    let expected = [("-".to_owned(), outcome("complete", 500)), ("ap-south-1".to_owned(), outcome("skipped", 0))];
    assert_eq!(by_region(&report, EXPLORER), BTreeMap::from(expected));
    assert!(why(&report).contains("incomplete in 1 place"), "{}", why(&report));
    // Whoever names a Region gets that Region; the terminal says how much was seen.
    let desk = seed::desk();
    let done = server.scan(&desk, "--region eu-west-1").exits(1);
    assert_eq!(desk.report("run")["inventory"]["resources"].as_u64(), Some(250));
    assert!(done.out.contains("Seen: 1 of 1 place whole (1 scope, 1 Region)"), "{}", done.out);
}

#[test]
fn nobody_is_told_how_to_become_somebody() {
    let desk = desk();
    let Some(server) = Server::of(&seed::account(&indexes(), &json!({"deny": ["GetCallerIdentity"]}))) else { return };
    let done = server.scan(&desk, "").exits(2);
    assert!(done.err.contains("aws: permission sts:GetCallerIdentity is missing"), "{}", done.err);
    let done = server.scan(&desk, "").env("AWS_ACCESS_KEY_ID", "").env("AWS_SECRET_ACCESS_KEY", "").exits(2);
    assert!(done.err.contains("no credentials") && done.err.contains("see `aws configure`"), "{}", done.err);
    // Whoever has logged in through a browser once has to do so again.
    let session = "[sso-session office]\nsso_start_url = https://office.awsapps.com/start\nsso_region = eu-west-1\n";
    let profile = "[profile office]\nsso_session = office\nsso_account_id = 111122223333\nsso_role_name = Reader\nregion = eu-west-1\n";
    desk.put("config", format!("{session}{profile}"));
    let config = desk.path("config").to_str().unwrap().to_owned();
    let nobody = server.scan(&desk, "").env("AWS_ACCESS_KEY_ID", "").env("AWS_SECRET_ACCESS_KEY", "");
    let done = nobody.env("AWS_CONFIG_FILE", &config).env("AWS_PROFILE", "office").env("HOME", desk.path("").to_str().unwrap()).exits(2);
    assert!(done.err.contains("no credentials") && done.err.contains("`aws sso login`"), "{}", done.err);
    let done = desk.call("scan --cloud moon --out run").exits(2);
    assert!(done.err.contains("known aws"), "{}", done.err);
    assert!(!desk.path("run").exists());
}
