//! A whole organisation: what is found in it equals what was put into it, and a second reader comes to the same totals.

use super::seed::{self, ACTIVE, REGIONS};
use super::server::Server;
use super::truth::{desk, expected, found, undetermined};
use super::{EXPLORER, TAGGING, ids, ledger, why};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The id of an account by its name.
fn id(world: &Value, name: &str) -> String {
    world["accounts"][name]["id"].as_str().unwrap().to_owned()
}

fn is_active(resource: &Value) -> bool {
    ACTIVE.contains(&resource["account"].as_str().unwrap())
}

fn arns(world: &Value, sees: impl Fn(&Value) -> bool) -> BTreeSet<String> {
    world["resources"].as_array().unwrap().iter().filter(|r| sees(r)).map(|r| r["arn"].as_str().unwrap().to_owned()).collect()
}

/// Two sets are the same; what is not in both is shown.
#[track_caller]
fn same<T: Ord + std::fmt::Debug>(found: &BTreeSet<T>, expected: &BTreeSet<T>) {
    let (more, less): (Vec<&T>, Vec<&T>) = (found.difference(expected).collect(), expected.difference(found).collect());
    assert!(more.is_empty() && less.is_empty(), "too much: {more:#?}\nmissing: {less:#?}");
}

#[test]
fn all_that_is_wrong_in_an_organisation_is_found_and_nothing_else() {
    let desk = desk();
    let Some(server) = Server::of(&seed::organization()) else { return };
    let mut settings = seed::whole();
    settings["config_aggregator"] = json!({"name": "everything", "region": "eu-west-1"});
    server.scan_with(&desk, &settings, "").exits(1);
    let (report, world) = (desk.report("run"), server.get("/-/world"));
    same(&ids(&desk, "run"), &arns(&world, is_active));
    same(&found(&report), &expected(&world, is_active));
    assert_eq!(undetermined(&report), 0);
    let unseen: Vec<&Value> = report["coverage"].as_array().unwrap().iter().filter(|row| row["outcome"] == "failed" || row["outcome"] == "denied").collect();
    assert!(!why(&report).contains("incomplete"), "{}: {unseen:#?}", why(&report));

    // Whoever is not asked is named, with the reason.
    let organization = ledger(&report, "aws.organizations");
    for (name, state) in [("left", "SUSPENDED"), ("gone", "CLOSED")] {
        let row = &organization[&(id(&world, name), "-".to_owned())];
        assert_eq!((row.outcome.as_str(), row.why.as_str()), ("skipped", format!("the account is {state}").as_str()));
    }
    assert_eq!(organization[&(id(&world, "management"), "-".to_owned())].outcome, "complete");
    assert!(!report.to_string().contains("999988887777"), "a stranger's key is nobody's business");

    witnessed(&server, &report, &world);
}

/// AWS's own client for Python reads the same server.
fn witnessed(server: &Server, report: &Value, world: &Value) {
    let told = server.script("witness.py", &["audit/tagledger", "between-us"]);
    let states: BTreeMap<&str, &str> = told["accounts"].as_object().unwrap().iter().map(|(id, state)| (id.as_str(), state.as_str().unwrap())).collect();
    assert_eq!((states.len(), states.values().filter(|state| **state == "ACTIVE").count()), (7, ACTIVE.len()));
    let (tagging, explorer) = (ledger(report, TAGGING), ledger(report, EXPLORER));
    let count = |of: &BTreeMap<(String, String), super::Row>, account: &str, region: &str| of[&(account.to_owned(), region.to_owned())].count;
    let through_view = told["explored"].as_array().unwrap();
    let mut seen = 0;
    for account in ACTIVE.map(|name| id(world, name)) {
        for region in REGIONS {
            let listed = told["tagged"][format!("{account} {region}")]["resources"].as_u64().unwrap();
            assert_eq!(count(&tagging, &account, region), listed, "{account} {region}");
            seen += count(&explorer, &account, region);
        }
    }
    let asked = |shown: &&Value| ACTIVE.iter().any(|name| shown["account"].as_str().unwrap() == id(world, name));
    assert_eq!(seen, through_view.iter().filter(asked).count() as u64);
    assert!(through_view.len() as u64 > seen, "the view shows what was not asked for, too");
    let aggregated: u64 = ledger(report, "aws.config.select-aggregate-resource-config").values().map(|row| row.count).sum();
    assert_eq!(aggregated, told["recorded"].as_u64().unwrap());
}

#[test]
fn with_the_emulator_alone_what_services_list_is_found_and_the_rest_is_said_to_be_unseen() {
    let mut estate = seed::organization();
    // It makes everything by itself, and knows keys as what no call of ours lists.
    let resources = estate["resources"].as_array_mut().unwrap();
    resources.retain(|resource| resource.get("arn").is_none() && resource["account"] != "stranger");
    for (name, tags, template) in [("tagged", json!({"Environment": "test"}), "half"), ("bare", json!({}), "never")] {
        resources.push(json!({"account": "shop-test", "region": "us-east-1", "kind": "kms:key", "name": name, "tags": tags, "template": template}));
    }
    estate["emulator"] = json!("all");
    estate["accounts"].as_array_mut().unwrap().retain(|account| account["stranger"] != true && account["state"] != "CLOSED");
    let desk = desk();
    let Some(server) = Server::of(&estate) else { return };
    let mut settings = seed::whole();
    // It does not know which Regions are enabled, and who may assume what.
    settings["regions"] = json!(REGIONS);
    server.scan_with(&desk, &settings, "").env("AWS_MAX_ATTEMPTS", "1").exits(1);
    let (report, world) = (desk.report("run"), server.get("/-/world"));
    let is_listed = |resource: &Value| is_active(resource) && !(resource["kind"] == "kms:key" && resource["template"] == "never");
    same(&ids(&desk, "run"), &arns(&world, is_listed));
    same(&found(&report), &expected(&world, is_listed));
    for name in ACTIVE {
        for region in REGIONS {
            let row = &ledger(&report, EXPLORER)[&(id(&world, name), region.to_owned())];
            assert_eq!((row.outcome.as_str(), row.count), ("failed", 0), "{}", row.why);
            assert!(row.why.contains("HTTP 5"), "{}", row.why);
        }
    }
    assert_eq!(ledger(&report, "aws.organizations")[&(id(&world, "left"), "-".to_owned())].outcome, "skipped");
    assert!(why(&report).contains("incomplete"), "{}", why(&report));
}

#[test]
fn accounts_can_be_chosen_and_left_out() {
    let estate = seed::light(&json!({}));
    let desk = desk();
    let Some(server) = Server::of(&estate) else { return };
    let world = server.get("/-/world");
    // One that is not in the organisation is named beside those that are.
    let mut settings = seed::whole();
    settings["accounts"] = json!([id(&world, "shop-prod"), id(&world, "left"), "999988887777"]);
    settings["skip_accounts"] = json!([id(&world, "shop-test")]);
    server.scan_with(&desk, &settings, "").exits(1);
    let report = desk.report("run");
    same(&ids(&desk, "run"), &arns(&world, |resource| resource["account"] == "shop-prod"));
    let organization = ledger(&report, "aws.organizations");
    let row = |account: String| organization[&(account, "-".to_owned())].clone();
    assert_eq!(row(id(&world, "left")).outcome, "skipped");
    let stranger = row("999988887777".to_owned());
    assert_eq!(stranger.outcome, "failed");
    assert!(stranger.why.contains("the organisation has no account 999988887777"), "{}", stranger.why);
    assert!(server.calls().iter().all(|call| call.operation != "AssumeRole" || call.status == 200), "nobody asked for the stranger's role");
    assert!(why(&report).contains("incomplete in 1 place"), "{}", why(&report));

    // Without the organisation, each account by itself.
    settings["organization"] = json!(false);
    settings["accounts"] = json!([id(&world, "shop-prod"), id(&world, "sandbox")]);
    settings["regions"] = json!(["us-east-1"]);
    let desk = super::truth::desk();
    server.scan_with(&desk, &settings, "").exits(1);
    let report = desk.report("run");
    let tagging: Vec<(String, String)> = ledger(&report, TAGGING).into_keys().collect();
    assert_eq!(tagging, [(id(&world, "shop-prod"), "us-east-1".to_owned()), (id(&world, "sandbox"), "us-east-1".to_owned())]);
    // The view of the organisation is the caller's, who is not asked for anything else.
    assert_eq!(super::by_region(&report, EXPLORER)["us-east-1"].0, "complete");
    let is_chosen = |resource: &Value| (resource["account"] == "shop-prod" || resource["account"] == "sandbox") && resource["region"] == "us-east-1";
    same(&ids(&desk, "run"), &arns(&world, is_chosen));
}

const STAGES: &str = "version: 1
keys:
  Environment: { values: { production: [] } }
  Owner: { required: true, inherit: [scope] }
stages:
  - { environment: production, aws: { units: [Workloads] } }
";

#[test]
fn units_say_the_stage_and_accounts_lend_their_tags() {
    for paths in [true, false] {
        let mut estate = seed::light(&json!({}));
        // Where the service gives no paths, the units above an account are asked for one by one.
        estate["organization"]["paths"] = json!(paths);
        let desk = tagledger_tests::Desk::new();
        desk.put("taxonomy.yaml", STAGES);
        let Some(server) = Server::of(&estate) else { return };
        server.scan_with(&desk, &seed::whole(), "").exits(1);
        let (report, world) = (desk.report("run"), server.get("/-/world"));
        assert_eq!(server.count("ListParents", "us-east-1") > 0, !paths);
        let scopes = |rule: &str| -> BTreeSet<String> {
            let all = report["findings"].as_array().unwrap().iter().filter(|f| f["rule"] == rule && f["verdict"] == "violated");
            all.map(|f| f["scope"].as_str().unwrap().to_owned()).collect()
        };
        let open = report["findings"].as_array().unwrap().iter().filter(|f| f["verdict"] == "undetermined" && f["rule"] != "stage-mismatch");
        assert_eq!(open.count(), 0, "what lends was read, and what is above everybody");
        // Every account but the management's is below the unit, one of them by another unit.
        assert_eq!(scopes("stage-undeclared"), BTreeSet::from([id(&world, "management")]));
        assert_eq!(scopes("missing-required-key"), BTreeSet::from(["shop-test", "data-prod"].map(|name| id(&world, name))));
    }
}

#[test]
fn a_profile_that_assumes_a_role_is_the_caller() {
    let desk = desk();
    let Some(server) = Server::of(&seed::light(&json!({}))) else { return };
    let account = id(&server.get("/-/world"), "shop-prod");
    let role = format!("role_arn = arn:aws:iam::{account}:role/audit/tagledger\nexternal_id = between-us\nrole_session_name = night\n");
    desk.put("config", format!("[profile other]\n{role}credential_source = Environment\nregion = eu-west-1\n"));
    // The keys of the environment are what the role is assumed with, and not who asks.
    server.scan(&desk, "--profile other --region eu-west-1").env("AWS_CONFIG_FILE", desk.path("config")).exits(1);
    let scopes: BTreeSet<(String, String)> = ledger(&desk.report("run"), TAGGING).into_keys().collect();
    assert_eq!(scopes, BTreeSet::from([(account, "eu-west-1".to_owned())]));
}
