//! Values that nobody read, from a file to the reports: never shown as if they were empty, and never taken for a pass or a failure.

use serde_json::{Value, json};
use tagledger_tests::{Desk, contents, records};

const SCAN: &str = "scan --from in --allow-partial --now 2026-11-01 --out run";

fn record(id: &str, tags: &Value) -> String {
    json!({"cloud": "onprem", "scope": "dc-1", "kind": "vm", "id": id, "taggable": "yes", "tags": tags}).to_string()
}

fn unread(desk: &Desk) {
    let records = [
        record("vm-1", &json!({"Environment": {"read": false}, "Application": "shop"})),
        record("vm-2", &json!({"Environment": "production", "Application": "shop"})),
        record("vm-3", &json!({"Environment": "", "Application": "shop"})),
    ];
    desk.put("in/a.ndjson", records.join("\n"));
}

#[test]
fn a_value_that_was_not_read_is_undetermined_once_and_nowhere_empty() {
    let desk = Desk::laid();
    unread(&desk);
    desk.call(SCAN).exits(1);
    let rows = records(&desk.text("run/resources.csv"));
    let of = |id: &str| rows.iter().find(|row| row["id"] == id).map(|row| (row["Environment"].as_str(), row["Environment_standing"].as_str())).unwrap();
    assert_eq!([of("vm-1"), of("vm-2"), of("vm-3")], [("", "undetermined"), ("production", "canonical"), ("", "empty")]);
    let findings = records(&desk.text("run/findings.csv"));
    let about: Vec<_> = findings.iter().filter(|f| f["resource"] == "vm-1").collect();
    assert_eq!(about.len(), 1, "one rule says it: {about:?}");
    let said = about[0];
    assert_eq!((said["rule"].as_str(), said["verdict"].as_str(), said["suggestion"].as_str()), ("unknown-value", "undetermined", ""));
    assert_eq!(said["message"], "The value of `Environment` was not read, so whether it is a known one cannot be said");
    let told = desk.call("explain --run run").with([said["fingerprint"].as_str()]).exits(0).out;
    assert!(told.contains("evidence      Environment was not read\n"), "{told}");
    // What is not there, and what is there with nothing in it, is still told apart from it.
    let empty = findings.iter().find(|f| f["resource"] == "vm-3" && f["rule"] == "empty-value").unwrap();
    let told = desk.call("explain --run run").with([empty["fingerprint"].as_str()]).exits(0).out;
    assert!(told.contains("evidence      Environment = ``\n"), "{told}");
    // Compliance counts it neither as a pass nor as a failure.
    let rules = desk.report("run")["rules"].as_array().unwrap().clone();
    let counts =
        |id: &str| rules.iter().find(|r| r["rule"] == id).map(|r| [&r["population"], &r["violated"], &r["undetermined"]].map(|n| n.as_u64().unwrap())).unwrap();
    assert_eq!(counts("unknown-value"), [5, 0, 1], "the empty one is not judged");
    assert_eq!(counts("empty-value"), [5, 1, 0], "what another rule tells is not judged here");
    desk.call("report --from run --out again").exits(0);
    for (name, bytes) in contents(&desk.path("again")) {
        assert!(bytes == std::fs::read(desk.path("run").join(&name)).unwrap(), "{name}");
    }
}

#[test]
fn a_scan_that_could_not_read_a_value_is_not_a_clean_one() {
    let desk = Desk::laid();
    desk.put("in/a.ndjson", record("vm-1", &json!({"Environment": {"read": false}, "Application": "shop", "Note": {"read": false}})));
    desk.call("scan --from in --now 2026-11-01 --out run").exits(3);
    let report = desk.report("run");
    let gaps: Vec<_> = report["coverage"].as_array().unwrap().iter().filter(|row| row["outcome"] == "partial").map(|row| &row["why"]).collect();
    assert_eq!(gaps, ["the values of tags of 1 resource were not read"]);
    // What says nothing of the four questions leaves none of them open.
    desk.put("in/a.ndjson", record("vm-1", &json!({"Environment": "production", "Application": "shop", "Note": {"read": false}})));
    desk.call("scan --from in --now 2026-11-01 --out run").exits(0);
}

#[test]
fn a_tags_cell_says_it_as_well_and_a_tag_column_is_always_text() {
    let desk = Desk::laid();
    let text = "cloud,scope,kind,id,taggable,tag:Application,tag:Environment,tags\n\
        onprem,dc-1,vm,vm-1,yes,shop,,\"{\"\"Environment\"\": {\"\"read\"\": false}}\"\n\
        onprem,dc-1,vm,vm-2,yes,shop,\"{\"\"read\"\": false}\",\n";
    desk.put("in/a.csv", text);
    desk.call(SCAN).exits(1);
    let findings = records(&desk.text("run/findings.csv"));
    let said: Vec<_> = findings.iter().map(|f| [&f["resource"], &f["rule"], &f["verdict"]].map(String::as_str)).collect();
    assert_eq!(said, [["vm-2", "unknown-value", "violated"], ["vm-1", "unknown-value", "undetermined"]]);
}

#[test]
fn what_is_no_value_is_refused_with_its_place() {
    for (value, shown) in [
        (json!({"read": true}), "{\"read\":true}"),
        (json!({"read": "no"}), "{\"read\":\"no\"}"),
        (json!({"read": false, "value": "x"}), "{\"read\":false,\"value\":\"x\"}"),
        (json!({}), "{}"),
        (json!(["production"]), "[\"production\"]"),
    ] {
        let desk = Desk::laid();
        desk.put("in/a.ndjson", format!("{}\n{}\n", record("vm-0", &json!({})), record("vm-1", &json!({"Environment": value}))));
        let told = desk.call(SCAN).exits(2).err;
        let what =
            format!("in/a.ndjson: record 2: the tag `Environment` of vm-1 is `{shown}`; write a text, or {{\"read\": false}} where its value was not read");
        assert!(told.contains(&what), "{told}");
    }
}

#[test]
fn what_a_container_may_lend_and_nobody_read_leaves_its_resources_open() {
    let desk = Desk::laid();
    let inherits = "version: 1\nkeys:\n  Environment: { required: true, values: { production: [] }, inherit: [scope] }\n";
    desk.put("taxonomy.yaml", inherits);
    let scope = json!({"cloud": "onprem", "scope": "dc-1", "kind": "scope", "tags": {"Environment": {"read": false}}});
    desk.put("in/a.ndjson", format!("{scope}\n{}\n", record("vm-1", &json!({}))));
    desk.call(SCAN).done();
    let findings = records(&desk.text("run/findings.csv"));
    let of_key = findings.iter().find(|f| f["rule"] == "missing-required-key").unwrap();
    assert_eq!(of_key["verdict"], "undetermined");
}

#[test]
fn an_attachment_that_was_asked_for_and_not_told_reaches_the_reports() {
    let desk = Desk::laid();
    let one = |id: &str, attached: &str| {
        json!({"cloud": "onprem", "scope": "dc-1", "kind": "disk", "id": id, "tags": {"Environment": "production", "Application": "shop"}, "attached": attached})
            .to_string()
    };
    desk.put("in/a.ndjson", [one("d-1", "unknown"), one("d-2", "yes")].join("\n"));
    desk.call(SCAN).exits(0);
    let row = records(&desk.text("run/resources.csv")).into_iter().find(|row| row["id"] == "d-1").unwrap();
    assert_eq!((row["attached"].as_str(), row["proof"].as_str()), ("unknown", "attached: attached = unknown"));
    let findings = records(&desk.text("run/findings.csv"));
    let said: Vec<_> = findings.iter().filter(|f| f["rule"] == "unattached").collect();
    assert_eq!(said.len(), 1, "{findings:?}");
    assert_eq!((said[0]["resource"].as_str(), said[0]["verdict"].as_str()), ("d-1", "undetermined"));
    let told = desk.call("explain --run run").with([said[0]["fingerprint"].as_str()]).exits(0).out;
    assert!(told.contains("evidence      attached = `unknown`\nstate         whether attached is unknown\n"), "{told}");
}

#[test]
fn a_waiver_is_called_unused_only_where_everything_was_seen() {
    let desk = Desk::laid();
    let waiver = |what: &str| format!("waivers: [{{ rule: unknown-value, {what}, reason: r, owner: o, expires: 2099-01-01 }}]\n");
    let taxonomy = desk.text("taxonomy.yaml");
    unread(&desk);
    let said = |what: &str| -> Vec<[String; 2]> {
        desk.put("taxonomy.yaml", taxonomy.clone() + &waiver(what));
        desk.call(SCAN).done();
        let findings = records(&desk.text("run/findings.csv"));
        findings.into_iter().filter(|f| f["rule"] == "waiver-unused").map(|f| [f["verdict"].clone(), f["message"].clone()]).collect()
    };
    let covers_none = |of: &str| format!("The waiver of unknown-value for {of} covers no finding");
    assert_eq!(said("resource: 'old-*'"), [["violated".to_owned(), covers_none("old-*")]]);
    assert_eq!(said("resource: vm-1"), Vec::<[String; 2]>::new(), "it covers what is undetermined as well");
    // A file that nobody understands may have held anything.
    desk.put("in/notes.txt", "nothing that is an export");
    let what = ", and not everything was seen in a source that names no scope, scope dc-1, so whether it is of use cannot be said";
    assert_eq!(said("resource: 'old-*'"), [["undetermined".to_owned(), covers_none("old-*") + what]]);
    std::fs::remove_file(desk.path("in/notes.txt")).unwrap();
    // A scope that is listed, and of which nothing was read.
    let listed = json!({"cloud": "onprem", "scope": "dc-2", "kind": "scope", "name": "Archive"});
    desk.put("in/scopes.ndjson", listed.to_string());
    let what = ", and not everything was seen in scope Archive (dc-2), so whether it is of use cannot be said";
    assert_eq!(said("resource: 'old-*'"), [["undetermined".to_owned(), covers_none("old-*") + what]]);
    assert_eq!(said("scope: 'arch*'"), [["undetermined".to_owned(), covers_none("scope arch*") + what]]);
    assert_eq!(said("scope: 'dc-1', resource: 'old-*'"), [["violated".to_owned(), covers_none("old-*, scope dc-1")]]);
}
