//! What is known of the state of a resource, from a file to the reports: attached, running, since when, kept for how long, made from what.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use serde_json::json;
use std::collections::BTreeMap;
use tagledger_tests::{Desk, contents, records};

const SCAN: &str = "scan --from in --allow-partial --now 2026-11-01 --out run";

const FACTS: &str = "cloud,scope,kind,id,taggable,tag:Environment,tag:Application,attached,running,state_since,retention_days,made_from
aws,111122223333,ec2:volume,arn:aws:ec2:eu-west-1:111122223333:volume/vol-1,yes,production,shop,no,,2026-03-05T10:00:00Z,,
aws,111122223333,ec2:volume,arn:aws:ec2:eu-west-1:111122223333:volume/vol-2,yes,production,shop,yes,,,,
aws,111122223333,ec2:instance,arn:aws:ec2:eu-west-1:111122223333:instance/i-1,yes,production,shop,,no,2026-10-01,,
aws,111122223333,logs:log-group,arn:aws:logs:eu-west-1:111122223333:log-group:a,yes,production,shop,,,,30,
aws,111122223333,logs:log-group,arn:aws:logs:eu-west-1:111122223333:log-group:b,yes,production,shop,,,,forever,
aws,111122223333,ec2:snapshot,arn:aws:ec2:eu-west-1:111122223333:snapshot/s-1,yes,production,shop,,,,,arn:aws:ec2:eu-west-1:111122223333:volume/vol-9
onprem,dc-1,disk,d-1,yes,production,shop,,,,,
";

const COLUMNS: [&str; 6] = ["attached", "running", "state_since", "retention_days", "made_from", "proof"];

/// `resources.csv` by the last part of the id.
fn resources(desk: &Desk) -> BTreeMap<String, BTreeMap<String, String>> {
    records(&desk.text("run/resources.csv")).into_iter().map(|r| (r["id"].rsplit(['/', ':']).next().unwrap().to_owned(), r)).collect()
}

fn state(row: &BTreeMap<String, String>) -> [&str; 6] {
    COLUMNS.map(|column| row[column].as_str())
}

#[test]
fn facts_reach_the_reports_and_the_stored_run() {
    let desk = Desk::laid();
    desk.put("in/facts.csv", FACTS);
    let done = desk.call(SCAN).exits(0);
    assert!(done.out.contains("Seen: 2 places as listed (2 scopes)."), "{}", done.out);
    let rows = resources(&desk);
    assert_eq!(state(&rows["vol-1"]), ["no", "", "2026-03-05T10:00:00Z", "", "", "attached: attached = no"]);
    assert_eq!(state(&rows["vol-2"]), ["yes", "", "", "", "", "attached: attached = yes"]);
    assert_eq!(state(&rows["i-1"]), ["", "no", "2026-10-01T00:00:00Z", "", "", "running: running = no"]);
    assert_eq!(state(&rows["a"]), ["", "", "", "30", "", "retention_days: retention_days = 30"]);
    assert_eq!(state(&rows["b"])[3], "forever");
    assert_eq!(state(&rows["s-1"])[4], "arn:aws:ec2:eu-west-1:111122223333:volume/vol-9");
    assert_eq!(state(&rows["d-1"]), [""; 6]);
    // The one orphan is found, with its proof.
    let findings = desk.report("run")["findings"].as_array().unwrap().clone();
    let orphans: Vec<_> = findings.iter().filter(|f| f["rule"] == "unattached").collect();
    assert_eq!(orphans.len(), 1, "{findings:?}");
    assert_eq!((&orphans[0]["level"], &orphans[0]["evidence"]), (&json!("warn"), &json!({"field": "attached", "value": "no"})));
    assert!(orphans[0]["resource"].as_str().unwrap().ends_with("volume/vol-1"));
    let told = desk.call("explain --run run").with([orphans[0]["fingerprint"].as_str().unwrap()]).exits(0).out;
    for part in ["Nothing uses it, since 2026-03-05", "state         not attached, since 2026-03-05T10:00:00Z", "proved by     attached: attached = no"] {
        assert!(told.contains(part), "{part} in\n{told}");
    }
    // What is stored is what was written.
    desk.call("report --from run --out again").exits(0);
    for (name, bytes) in contents(&desk.path("again")) {
        assert!(bytes == std::fs::read(desk.path("run").join(&name)).unwrap(), "{name}");
    }
}

#[test]
fn an_estate_without_facts_is_told_nothing_of_them() {
    let desk = Desk::laid();
    desk.call("scan --from inventory.csv --now 2026-11-01 --out run").exits(0);
    assert!(!desk.report("run")["rules"].to_string().contains("unattached"));
    let row = records(&desk.text("run/resources.csv")).remove(0);
    assert_eq!((state(&row), row["only_blind_sources"].as_str()), ([""; 6], "no"));
}

#[test]
fn two_sources_of_one_resource_are_one_row_and_blind_ones_are_marked() {
    let id = |n: u32| format!("arn:aws:ec2:eu-west-1:111122223333:volume/vol-{n}");
    let tagged = |n: u32| json!({"ResourceARN": id(n), "Tags": [{"Key": "Environment", "Value": "production"}, {"Key": "Application", "Value": "shop"}]});
    let tags = json!([{"Name": "tags", "LastReportedAt": "2026-10-01T00:00:00Z", "Data": [{"Key": "Environment", "Value": "production"}]}]);
    let seen = |n: u32| json!({"Arn": id(n), "Service": "ec2", "ResourceType": "ec2:volume", "Region": "eu-west-1", "OwningAccountId": "111122223333", "Properties": tags});
    let desk = Desk::laid();
    desk.put("in/tagging.json", json!({"ResourceTagMappingList": [tagged(1), tagged(2), tagged(3)]}).to_string());
    desk.put("in/facts.ndjson", format!("{}\n", json!({"cloud": "aws", "scope": "111122223333", "kind": "ec2:volume", "id": id(2), "attached": false})));
    let done = desk.call(SCAN).done();
    assert!(done.out.contains("Seen: 0 of 1 place whole (1 scope); 1 in part; 2 resources known only to"), "{}", done.out);
    let marked = |desk: &Desk| -> Vec<String> { resources(desk).into_values().map(|r| r["only_blind_sources"].clone()).collect() };
    assert_eq!(marked(&desk), ["yes", "no", "yes"]);
    assert_eq!(resources(&desk)["vol-2"]["attached"], "no", "the tags of one source, the fact of the other");
    assert_eq!(resources(&desk)["vol-2"]["sources"].split('+').count(), 2);
    assert_eq!(desk.report("run")["seen"]["only_blind_sources"], 2);
    // A source that sees everything, of which one is not yet in its index, makes the place whole; that one stays marked.
    desk.put(
        "in/explorer.json",
        json!({"Resources": [seen(1), seen(2)], "ViewArn": "arn:aws:resource-explorer-2:eu-west-1:111122223333:view/v/1"}).to_string(),
    );
    let done = desk.call(SCAN).done();
    assert!(done.out.contains("Seen: 1 of 1 place whole (1 scope); 1 resource known only to"), "{}", done.out);
    assert!(!done.out.contains("\nCOVERAGE"), "nothing is left to say: {}", done.out);
    assert_eq!(marked(&desk), ["no", "no", "yes"]);
    let report = desk.report("run");
    let made_up: Vec<bool> = report["coverage"].as_array().unwrap().iter().map(|row| row["made_up_for"] == true).collect();
    assert_eq!(made_up.iter().filter(|m| **m).count(), 1, "{}", report["coverage"]);
    assert_eq!(report["seen"]["whole"], 1);
}

#[test]
fn what_can_carry_no_tags_is_what_its_container_is_for() {
    let desk = Desk::laid();
    let taxonomy = "version: 1
keys: { Environment: { required: true, values: { production: [], test: [] } } }
stages: [{ environment: production, gcp: { projects: [shop] } }]
retention: { production: { min: 30d } }
";
    desk.put("taxonomy.yaml", taxonomy);
    let record = |id: &str, kind: &str| json!({"cloud": "gcp", "scope": "shop", "kind": kind, "id": id, "retention_days": 7});
    // A bucket for logs has no labels, whoever reads it; of one of another sort nobody looked.
    desk.put("in/a.ndjson", format!("{}\n{}\n", record("b-1", "logging.googleapis.com/logbucket"), record("b-2", "storage.googleapis.com/bucket")));
    desk.call(SCAN).exits(0);
    let report = desk.report("run");
    let findings = report["findings"].as_array().unwrap();
    let found: Vec<_> = findings.iter().map(|f| [&f["rule"], &f["resource"], &f["verdict"]].map(|v| v.as_str().unwrap())).collect();
    assert_eq!(found, [["log-retention", "b-1", "violated"], ["missing-required-key", "b-2", "undetermined"], ["untagged", "b-2", "undetermined"]]);
}

#[test]
fn what_is_no_fact_is_refused_with_its_place() {
    let json = |field: &str| {
        format!(
            "{{\"cloud\":\"onprem\",\"scope\":\"dc\",\"kind\":\"disk\",\"id\":\"d-0\"}}\n{{\"cloud\":\"onprem\",\"scope\":\"dc\",\"kind\":\"disk\",\"id\":\"d-1\",{field}}}\n"
        )
    };
    let csv = |field: &str, cell: &str| format!("cloud,scope,kind,id,{field}\nonprem,dc,disk,d-0,\nonprem,dc,disk,d-1,{cell}\n");
    let cases = [
        ("in/a.ndjson", json("\"attached\":\"maybe\""), "in/a.ndjson:2:", "`attached` is `maybe`; write yes, no or unknown"),
        ("in/a.ndjson", json("\"running\":1"), "in/a.ndjson:2:", "`running` is `1`; write yes or no"),
        ("in/a.ndjson", json("\"attached\":\"no\",\"state_since\":\"yesterday\""), "in/a.ndjson:2:", "`state_since` is `yesterday`; write 2026-01-31"),
        ("in/a.ndjson", json("\"retention_days\":-1"), "in/a.ndjson:2:", "`retention_days` is `-1`; write a whole number of days from 1, or forever"),
        ("in/a.ndjson", json("\"state_since\":\"2026-01-31\""), "in/a.ndjson: record 2: ", "write `attached` or `running` beside it"),
        ("in/a.csv", csv("attached", "maybe"), "in/a.csv:3:1: ", "`attached` is `maybe`; write yes, no or unknown"),
        ("in/a.csv", csv("running", "unknown"), "in/a.csv:3:1: ", "`running` is `unknown`; write yes or no"),
        ("in/a.ndjson", json("\"attached\":\"unknown\",\"state_since\":\"2026-01-31\""), "in/a.ndjson: record 2: ", "write `attached` or `running` beside it"),
        ("in/a.csv", csv("retention_days", "0"), "in/a.csv:3:1: ", "`retention_days` is `0`; write a whole number of days from 1, or forever"),
        ("in/a.csv", csv("state_since", "2026-01-31"), "in/a.csv:3:1: ", "write `attached` or `running` beside it"),
    ];
    for (name, text, place, what) in cases {
        let desk = Desk::laid();
        desk.put(name, &text);
        let done = desk.call(SCAN).exits(2);
        assert!(done.err.contains(place) && done.err.contains(what), "{text}\n{}", done.err);
    }
}
