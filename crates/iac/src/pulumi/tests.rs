//! What previews say, by ones of our own.

use super::packages::{self, Package};
use crate::{Options, PlanError, PlanFile, Reading};
use serde_json::{Value, json};
use std::path::PathBuf;
use tagledger_model::{Action, Further, RawResource, Taggable, Text};

fn try_read(path: &str, text: String, options: &Options<'_>) -> Result<Reading, PlanError> {
    let file = PlanFile::from_bytes(path, text.into_bytes())?;
    let mut out = Reading::default();
    crate::read(&file, options, &mut out)?;
    Ok(out)
}

const UNKNOWN: &str = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

fn step(op: &str, kind: &str, inputs: &Value) -> Value {
    let urn = format!("urn:pulumi:dev::shop::{kind}::one");
    let provider = "urn:pulumi:dev::shop::pulumi:providers:aws::default_7_1_0::x";
    json!({"op": op, "urn": urn, "provider": provider, "newState": {"urn": urn, "custom": true, "type": kind, "inputs": inputs}})
}

fn read(config: &Value, steps: &Value) -> Reading {
    try_read("preview.json", json!({"config": config, "steps": steps}).to_string(), &Options::default()).unwrap()
}

fn shown(resource: &RawResource) -> (Vec<String>, Further) {
    let mut tags: Vec<String> = resource.tags.known().unwrap().iter().map(|t| format!("{}={}", t.key, t.value.known().map_or("?", Text::as_str))).collect();
    tags.sort();
    (tags, resource.further.clone())
}

const BUCKET: &str = "aws:s3/bucket:Bucket";

#[track_caller]
fn says(config: &Value, inputs: &Value, expected: &[&str], further: Further) {
    let read = read(config, &json!([step("create", BUCKET, inputs)]));
    assert_eq!(shown(&read.resources[0]), (expected.iter().map(|t| (*t).to_owned()).collect(), further), "{inputs}");
}

#[test]
fn own_tags_join_the_defaults_of_the_provider() {
    let none = json!({"pulumi:tags": "{\"Owner\":\"of the stack, not of resources\"}"});
    let config = json!({"aws:defaultTags": "{\"tags\":{\"Team\":\"x\",\"A\":\"0\"}}"});
    says(&none, &json!({}), &[], Further::None);
    says(&none, &json!({"tags": {"A": "1", "B": UNKNOWN, "C": "[secret]", "__defaults": []}}), &["A=1", "B=?", "C=?"], Further::None);
    says(&config, &json!({"tags": {"A": "1"}}), &["A=1", "Team=x"], Further::None);
    // One unknown value makes the merged attribute the mark for unknown: what it holds is still told by the two that it is made of.
    says(&config, &json!({"tags": {"A": "1", "B": UNKNOWN}, "tagsAll": UNKNOWN}), &["A=1", "B=?", "Team=x"], Further::None);
    says(&config, &json!({"tags": {"A": "1"}, "tagsAll": {"A": "1", "Z": "9"}}), &["A=1", "Z=9"], Further::None);
    says(&config, &json!({"tags": UNKNOWN}), &["A=?", "Team=x"].map(|t| if t == "Team=x" { "Team=?" } else { t }), Further::Any);
    says(&json!({"aws:defaultTags": "[secret]"}), &json!({"tags": {"A": "1"}}), &["A=1"], Further::Any);
}

#[test]
fn the_table_says_what_can_carry_tags() {
    let kinds = [
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "azure-native:storage/v20240101:StorageAccount",
        "aws:nowhere/thing:Thing",
        BUCKET,
        "aws-native:s3:Bucket",
        "aws-native:iam:RolePolicy",
        "azure-native_storage_v20240101:storage:StorageAccount",
    ];
    let steps: Vec<Value> = kinds.iter().map(|kind| step("create", kind, &json!({}))).collect();
    let found: Vec<Taggable> = read(&json!({}), &json!(steps)).resources.iter().map(|r| r.taggable).collect();
    assert_eq!(found, [Taggable::No, Taggable::Yes, Taggable::Unknown, Taggable::Yes, Taggable::Yes, Taggable::No, Taggable::Yes]);
    let nested = json!([step("create", "gcp:sql/databaseInstance:DatabaseInstance", &json!({"settings": {"userLabels": {"a": "b"}}, "tags": ["network"]}))]);
    assert_eq!(shown(&read(&json!({"gcp:defaultLabels": "{\"d\":\"1\"}"}), &nested).resources[0]).0, ["a=b"]);
}

#[test]
fn one_urn_is_one_resource_and_what_happens_is_the_most() {
    let steps = json!([step("create-replacement", BUCKET, &json!({})), step("replace", BUCKET, &json!({})), step("delete-replaced", BUCKET, &json!({}))]);
    let read_steps = read(&json!({}), &steps);
    assert_eq!(read_steps.resources.iter().map(|r| r.origin.planned().unwrap().action).collect::<Vec<_>>(), [Action::Replace]);
    let mut update = step("update", BUCKET, &json!({"tags": {"A": "1"}, "acl": "x"}));
    update["oldState"] = json!({"custom": true, "type": BUCKET, "inputs": {"tags": {"A": "1"}}, "outputs": {"arn": "arn:aws:s3:::one"}});
    let action = |step: &Value| read(&json!({}), &json!([step])).resources[0].origin.planned().unwrap().action;
    assert_eq!(action(&update), Action::Update);
    update["oldState"]["inputs"]["tags"]["A"] = json!("2");
    assert_eq!(action(&update), Action::Retag);
    assert_eq!(read(&json!({}), &json!([update])).resources[0].origin.planned().unwrap().id.as_ref().unwrap().canonical, "arn:aws:s3:::one");
}

#[test]
fn a_position_in_the_program_is_a_place_and_one_in_a_package_is_none() {
    let placed = |position: &str| {
        let mut step = step("create", BUCKET, &json!({}));
        step["newState"]["sourcePosition"] = json!(position);
        let options = Options { source_root: Some("infra".into()), ..Options::default() };
        let read = try_read("preview.json", json!({"steps": [step]}).to_string(), &options).unwrap();
        read.resources[0].origin.planned().unwrap().place.clone().map(|p| (p.file, p.line, p.column))
    };
    assert_eq!(placed("project:///src/index.ts#5,20"), Some((PathBuf::from("infra/src/index.ts"), 5, 20)));
    assert_eq!(placed("project:///node_modules/@pulumi/x.ts#5,20"), None);
    assert_eq!(placed("nonsense"), None);
}

#[test]
fn logs_of_events_are_read_line_by_line_and_failures_are_refused() {
    let event = |body: &str| format!("{{\"sequence\":1,\"timestamp\":1,{body}}}\n");
    let state = format!(
        "{{\"op\":\"create\",\"urn\":\"urn:pulumi:d::p::{BUCKET}::b\",\"new\":{{\"custom\":true,\"type\":\"{BUCKET}\",\"inputs\":{{\"tags\":{{\"A\":\"1\"}}}}}}}}"
    );
    let good = event("\"preludeEvent\":{\"config\":{}}") + &event(&format!("\"resourcePreEvent\":{{\"metadata\":{state}}}"));
    let read = try_read("events.json", good.clone(), &Options::default()).unwrap();
    assert_eq!(shown(&read.resources[0]).0, ["A=1"]);
    let failed = good.clone() + &event("\"diagnosticEvent\":{\"message\":\"no credentials\\n\",\"severity\":\"error\"}");
    assert!(try_read("events.json", failed, &Options::default()).unwrap_err().to_string().contains("no credentials"));
    let broken = good + "{\"sequence\":2,\"resourcePreEvent\":{\"metadata\":7}}\n";
    assert!(try_read("events.json", broken, &Options::default()).unwrap_err().to_string().starts_with("events.json:3:"));
}

#[test]
fn what_has_its_tags_elsewhere_or_nowhere_known_is_no_bare_resource() {
    let one = |kind: &str, inputs: Value| shown(&read(&json!({}), &json!([step("create", kind, &inputs)])).resources[0]);
    let pair = json!([{"key": "A", "value": "1"}]);
    assert_eq!(one("aws-native:efs:FileSystem", json!({"fileSystemTags": pair})), (vec!["A=1".to_owned()], Further::None));
    assert_eq!(one("aws-native:cognito:UserPool", json!({"userPoolTags": {"A": "1"}})), (vec!["A=1".to_owned()], Further::None));
    assert_eq!(one("aws-native:nowhere:Thing", json!({"thingTags": pair})), (Vec::new(), Further::Any));
    assert_eq!(one("google-native:container/v1:NodePool", json!({"config": {"resourceLabels": {"a": "b"}}})), (Vec::new(), Further::Any));
}

#[test]
fn an_explicit_provider_that_is_not_shown_leaves_its_defaults_open() {
    let mut one = step("create", BUCKET, &json!({}));
    for (name, further) in [("default-tags-eu", Further::Any), ("default", Further::None), ("default_7_1_0", Further::None)] {
        one["provider"] = json!(format!("urn:pulumi:dev::shop::pulumi:providers:aws::{name}::id"));
        assert_eq!(read(&json!({}), &json!([one])).resources[0].further, further, "{name}");
    }
}

#[test]
fn names_of_terraform_are_those_of_the_same_type() {
    let names = |kind: &str| packages::terraform_names(kind, Package::of(kind).unwrap()).collect::<Vec<_>>();
    assert_eq!(names("aws:rds/instance:Instance"), ["awsdbinstance"]);
    assert_eq!(names("aws:ec2/instance:Instance"), ["awsec2instance", "awsinstance"]);
    assert_eq!(names("aws:connect/instance:Instance"), ["awsconnectinstance"]);
    assert_eq!(names("azure-native:storage/v20240101:StorageAccount"), ["azurermstoragestorageaccount", "azurermstorageaccount"]);
    assert_eq!(names("gcp:compute/disk:Disk"), ["googlecomputedisk"]);
}
