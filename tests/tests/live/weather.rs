//! Bad weather: the result is right, or it says what is missing; nothing is lost, and nothing is there twice.

use super::seed::{self, ACCOUNT, ACTIVE, REGIONS, desk, index, indexes};
use super::server::Server;
use super::{EXPLORER, Row, TAGGING, by_region, ids, ledger, missing, outcome, why};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Whether one account is found whole.
fn is_whole(desk: &tagledger_tests::Desk) -> bool {
    let report = desk.report("run");
    (report["inventory"]["resources"].as_u64(), missing(&report), ids(desk, "run").len()) == (Some(500), 100, 500)
}

/// ARNs of what these accounts have in these Regions.
fn arns(server: &Server, accounts: &[&str], regions: &[&str]) -> BTreeSet<String> {
    let world = server.get("/-/world");
    let is_in = |resource: &&Value| accounts.contains(&resource["account"].as_str().unwrap()) && regions.contains(&resource["region"].as_str().unwrap());
    world["resources"].as_array().unwrap().iter().filter(is_in).map(|resource| resource["arn"].as_str().unwrap().to_owned()).collect()
}

/// The rows of all collectors that are not complete, without those of what the Tagging API never lists.
fn rows(report: &Value, outcome: &str) -> Vec<(String, String, Row)> {
    let all = report["coverage"].as_array().unwrap().iter().filter(|row| row["outcome"] == outcome);
    all.map(|row| {
        let collector = row["collector"].as_str().unwrap().to_owned();
        let (place, row) = ledger(report, &collector)
            .into_iter()
            .find(|((scope, region), _)| row["scope"] == **scope && row["region"].as_str().unwrap_or("-") == region)
            .unwrap();
        (collector, place.1, row)
    })
    .collect()
}

#[test]
fn throttling_on_every_third_call_of_each_place_changes_nothing() {
    let desk = desk();
    let Some(server) = Server::of(&seed::account(&indexes(), &json!({"throttle_every": 3}))) else { return };
    server.scan(&desk, "").exits(1);
    assert!(is_whole(&desk));
    assert_eq!(server.count("GetResources", "eu-west-1"), 4, "three pages, one of them asked for twice");
    assert!(!why(&desk.report("run")).contains("incomplete"));
}

#[test]
fn what_is_denied_and_what_is_ill_is_told_apart() {
    let weather = json!({"deny": ["GetResources@eu-west-1"], "html": ["ListViews@us-east-1", "GetResources@us-east-1"]});
    let Some(server) = Server::of(&seed::account(&indexes(), &weather)) else { return };
    let desk = desk();
    server.scan(&desk, "").env("AWS_MAX_ATTEMPTS", "2").exits(1);
    let report = desk.report("run");
    let (tagging, explorer) = (ledger(&report, TAGGING), ledger(&report, EXPLORER));
    let at = |region: &str| (ACCOUNT.to_owned(), region.to_owned());
    assert_eq!(by_region(&report, TAGGING)["eu-west-1"], outcome("denied", 0));
    assert_eq!(tagging[&at("us-east-1")].outcome, "failed");
    assert!(tagging[&at("us-east-1")].why.contains("HTTP 500"), "{}", tagging[&at("us-east-1")].why);
    assert_eq!(by_region(&report, EXPLORER)["eu-west-1"], outcome("complete", 250));
    assert_eq!(explorer[&at("us-east-1")].outcome, "failed", "ill is not off");
    assert!(why(&report).contains("incomplete in 2 places"), "{}", why(&report));
    assert!(report["coverage"].to_string().contains("permission tag:GetResources is missing"));
    assert_eq!(ids(&desk, "run").len(), 250);
}

#[test]
fn a_token_that_is_refused_on_retry_makes_the_list_begin_anew() {
    // The answer to one page of each is lost after its token was used up.
    let weather = json!({"spoil": {"GetResources@eu-west-1": 1, "ListResources@us-east-1": 1}});
    let desk = desk();
    let Some(server) = Server::of(&seed::account(&indexes(), &weather)) else { return };
    server.scan(&desk, "").exits(1);
    assert!(is_whole(&desk));
    let report = desk.report("run");
    assert_eq!(by_region(&report, TAGGING)["eu-west-1"], outcome("partial", 225), "counted once");
    assert_eq!(by_region(&report, EXPLORER)["us-east-1"], outcome("complete", 250));
    assert!(!why(&report).contains("incomplete"), "{}", why(&report));
    assert!(server.calls().iter().any(|call| call.operation == "GetResources" && call.status == 400), "the token was refused");
}

#[test]
fn a_list_that_never_comes_to_its_end_is_labelled() {
    let weather = json!({"spoil": {"ListResources@us-east-1": 100}});
    let desk = desk();
    let Some(server) = Server::of(&seed::account(&indexes(), &weather)) else { return };
    server.scan(&desk, "").env("AWS_MAX_ATTEMPTS", "2").exits(1);
    let report = desk.report("run");
    assert_eq!(by_region(&report, EXPLORER)["us-east-1"], outcome("partial", 100));
    assert!(why(&report).contains("incomplete"), "{}", why(&report));
    // What the Tagging API lists, and what was never tagged in the other Region and on the first page.
    let mut names: Vec<String> = (0..250).map(|n| format!("k{n}")).collect();
    names.sort();
    let never = names[..100].iter().filter(|name| name.ends_with('0')).count();
    assert_eq!(ids(&desk, "run").len(), 450 + 25 + never);
}

#[test]
fn a_region_that_does_not_answer_costs_only_itself() {
    for weather in [json!({"hang": ["*@ap-southeast-2"]}), json!({"drop": ["*@ap-southeast-2"]})] {
        let desk = super::truth::desk();
        let Some(server) = Server::of(&seed::light(&weather)) else { return };
        let mut settings = seed::whole();
        // Long enough for a machine that does many things at once: what answers does so in time.
        settings["timeout"] = json!(2);
        server.scan_with(&desk, &settings, "").env("AWS_MAX_ATTEMPTS", "1").exits(1);
        let report = desk.report("run");
        // The index of the organisation is elsewhere, and saw it; the services' own calls and the Tagging API say that they did not.
        assert_eq!(ids(&desk, "run"), arns(&server, &ACTIVE, &REGIONS));
        let failed = rows(&report, "failed");
        assert!(failed.iter().all(|(_, region, row)| region == "ap-southeast-2" && row.why.starts_with("no answer")), "{failed:?}");
        let silent = |collector: &str| failed.iter().filter(|(found, ..)| found == collector).count();
        assert_eq!((silent(TAGGING), silent(EXPLORER), silent("aws.ec2.describe-volumes")), (ACTIVE.len(), 0, ACTIVE.len()));
        assert!(why(&report).contains("incomplete"), "{}", why(&report));
    }
}

#[test]
fn an_account_that_lets_nobody_in_is_named_and_the_others_are_read() {
    let mut estate = seed::light(&json!({}));
    estate["role"]["refused"] = json!(["data-prod"]);
    let desk = super::truth::desk();
    let Some(server) = Server::of(&estate) else { return };
    server.scan_with(&desk, &seed::whole(), "").exits(1);
    let report = desk.report("run");
    let others: Vec<&str> = ACTIVE.into_iter().filter(|name| *name != "data-prod").collect();
    assert_eq!(ids(&desk, "run"), arns(&server, &others, &REGIONS));
    let denied = rows(&report, "denied");
    let [(collector, _, row)] = &denied[..] else { panic!("{denied:?}") };
    assert_eq!(collector, "aws.sts.assume-role");
    assert!(row.why.contains("sts:AssumeRole on arn:aws:iam::100000000004:role/audit/tagledger"), "{}", row.why);
    assert!(why(&report).contains("incomplete in 1 place"), "{}", why(&report));

    // With a wrong external id nobody lets us in.
    let desk = super::truth::desk();
    let mut settings = seed::whole();
    settings["role"]["external_id"] = json!("guessed");
    server.scan_with(&desk, &settings, "").exits(1);
    assert_eq!(rows(&desk.report("run"), "denied").len(), ACTIVE.len() - 1);
    assert_eq!(ids(&desk, "run"), arns(&server, &["management"], &REGIONS));
}

#[test]
fn a_role_is_assumed_again_before_its_credentials_end() {
    // Told to last twelve seconds, of which the client leaves ten unused; refused after ten, which a busy machine does not reach from two.
    let mut estate = seed::light(&json!({"credentials": {"told": 12, "real": 10}, "slow": {"GetResources": 0.7}}));
    let key = |n: usize| {
        json!({"account": "shop-prod", "region": "eu-west-1", "kind": "kms:key", "name": format!("k{n}"), "arn": format!("arn:aws:kms:{{region}}:{{account}}:key/{n}"),
        "tags": {"Environment": "test", "Application": "shop"}})
    };
    estate["resources"].as_array_mut().unwrap().extend((0..100).map(key));
    let desk = super::truth::desk();
    let Some(server) = Server::of(&estate) else { return };
    server.scan_with(&desk, &seed::whole(), "").exits(1);
    let report = desk.report("run");
    assert!(!why(&report).contains("incomplete"), "{}", why(&report));
    assert_eq!(ids(&desk, "run"), arns(&server, &ACTIVE, &REGIONS));
    let assumed = server.calls().iter().filter(|call| call.operation == "AssumeRole").count();
    assert!(assumed > 2 * (ACTIVE.len() - 1), "{assumed}");
}

#[test]
fn credentials_that_end_in_the_middle_leave_rows_that_say_so() {
    let desk = desk();
    // One thing after the other: both views are read, and of the Tagging API one page.
    let Some(server) = Server::of(&seed::account(&indexes(), &json!({"caller_calls": 17}))) else { return };
    server.scan(&desk, "--concurrency 1").env("AWS_SESSION_TOKEN", "token").exits(1);
    let report = desk.report("run");
    let ended: Vec<_> = [rows(&report, "failed"), rows(&report, "partial")].concat().into_iter().filter(|(.., row)| row.why.contains("not accepted")).collect();
    assert!(!ended.is_empty());
    // EC2 has a code of its own for it.
    assert!(ended.iter().any(|(collector, _, row)| collector.starts_with("aws.ec2.") && row.why.contains("RequestExpired")), "{ended:?}");
    assert!(why(&report).contains("incomplete"), "{}", why(&report));
    assert_eq!(by_region(&report, TAGGING)["eu-west-1"], outcome("partial", 100));
    assert!(is_whole(&desk), "what was read before is kept");
}

#[test]
fn what_two_regions_list_is_there_once() {
    let twice = json!({"account": "one", "region": "us-east-1", "kind": "ecr:repository", "name": "twice", "also_in": ["eu-west-1"],
        "arn": "arn:aws:ecr:us-east-1:{account}:repository/twice", "tags": {"Environment": "prod"}});
    let valueless = json!({"account": "one", "region": "us-east-1", "kind": "ecr:repository", "name": "bare", "arn": "arn:aws:ecr:us-east-1:{account}:repository/bare",
        "tags": {"Environment": null}});
    let mut estate = seed::account(&json!([index("eu-west-1"), index("us-east-1")]), &json!({}));
    estate["resources"].as_array_mut().unwrap().extend([twice, valueless]);
    let desk = desk();
    let Some(server) = Server::of(&estate) else { return };
    server.scan(&desk, "").exits(1);
    let report = desk.report("run");
    assert_eq!((ids(&desk, "run").len(), report["inventory"]["resources"].as_u64()), (502, Some(502)));
    assert_eq!(by_region(&report, EXPLORER)["eu-west-1"], outcome("complete", 251), "each Region says what it lists");
    // A tag without its value is there, and empty.
    let empty = report["findings"].as_array().unwrap().iter().filter(|f| f["rule"] == "empty-value").map(|f| f["resource"].as_str().unwrap());
    assert_eq!(empty.collect::<Vec<_>>(), [format!("arn:aws:ecr:us-east-1:{ACCOUNT}:repository/bare")]);
}
