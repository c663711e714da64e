//! One truth through both doors: what a scan says of an exported resource, a check says of the same resource in a plan.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use tagledger_tests::{Desk, root};

/// Rule, key, verdict and message of each finding about a resource.
type Said = BTreeSet<(String, String, String, String)>;

fn said<'v>(findings: impl Iterator<Item = &'v Value>, resource: &str) -> Said {
    let word = |f: &Value, name: &str| f[name].as_str().unwrap_or("-").to_owned();
    let of = |f: &&Value| f["resource"] == resource;
    findings.filter(of).map(|f| (word(f, "rule"), word(f, "key"), word(f, "verdict"), word(f, "message"))).collect()
}

fn tag_sets() -> Vec<Value> {
    let environments = [json!(null), json!("production"), json!("prod"), json!("PRD"), json!(""), json!("moon"), json!("test")];
    let mut all =
        vec![json!({}), json!({"env": "prod", "stage": "test"}), json!({"aws:cloudformation:stack-name": "x"}), json!({"cost_centre": "CC-1", "team": "x"})];
    for environment in &environments {
        for application in [json!(null), json!("shop"), json!("Not A Slug")] {
            let mut tags = json!({"Owner": "jane@example.com", "CostCenter": "CC-1"});
            for (key, value) in [("Environment", environment), ("Application", &application)] {
                if !value.is_null() {
                    tags[key] = value.clone();
                }
            }
            all.push(tags);
        }
    }
    all
}

#[test]
fn a_plan_is_judged_like_what_it_makes() {
    let taxonomy = std::fs::read_to_string(root().join("tests/tests/check/doors.yaml")).unwrap();
    let desk = Desk::new();
    desk.put("taxonomy.yaml", taxonomy);
    let sets = tag_sets();
    let name = |n: usize| format!("bucket-{n}");
    let mapping = |(n, tags): (usize, &Value)| {
        let tags: Vec<Value> = tags.as_object().unwrap().iter().map(|(k, v)| json!({"Key": k, "Value": v})).collect();
        json!({"ResourceARN": format!("arn:aws:sqs:eu-west-1:111122223333:{}", name(n)), "Tags": tags})
    };
    desk.put("tagging.json", json!({"ResourceTagMappingList": sets.iter().enumerate().map(mapping).collect::<Vec<_>>()}).to_string());
    let change = |(n, tags): (usize, &Value)| {
        json!({
            "address": format!("aws_sqs_queue.{}", name(n)), "mode": "managed", "type": "aws_sqs_queue", "name": name(n),
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "change": {"actions": ["create"], "before": null, "after": {"id": null, "name": name(n), "tags": tags, "tags_all": tags}, "after_unknown": {}}
        })
    };
    desk.put("plan.json", json!({"format_version": "1.2", "resource_changes": sets.iter().enumerate().map(change).collect::<Vec<_>>()}).to_string());
    desk.call("scan --from tagging.json --out run --now 2026-11-01").exits(1);
    let scanned = desk.report("run");
    let done = desk.call("check plan.json --scope 111122223333 --format json --now 2026-11-01").exits(1);
    let checked: Value = serde_json::from_str(&done.out).unwrap();
    let mut judged = 0;
    for (n, set) in sets.iter().enumerate() {
        let live = said(scanned["findings"].as_array().unwrap().iter(), &format!("arn:aws:sqs:eu-west-1:111122223333:{}", name(n)));
        let planned = said(checked["findings"].as_array().unwrap().iter().map(|f| &f["finding"]), &format!("aws_sqs_queue.{}", name(n)));
        assert_eq!(planned, live, "{set}");
        judged += live.len();
    }
    assert!(judged > 40, "{judged}");
}
