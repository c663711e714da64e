//! The calls that are made are those that `permissions aws` lists, and each that it lists is made.

use super::seed;
use super::server::{Seen, Server};
use super::truth::desk;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tagledger_tests::Desk;

/// The permission of a call, by IAM's own reference and not by the program's lists.
fn permission(call: &Seen) -> String {
    let prefix = match call.service.as_str() {
        "resourcegroupstaggingapi" => "tag",
        "elb" | "elbv2" => "elasticloadbalancing",
        same => same,
    };
    let action = match (prefix, call.operation.as_str()) {
        ("resource-explorer-2", "ListResources") => "Search",
        ("s3", "ListBuckets") => "ListAllMyBuckets",
        (_, same) => same,
    };
    format!("{prefix}:{action}")
}

/// What a document allows.
fn allowed(desk: &Desk, document: &str) -> BTreeSet<String> {
    let text = desk.call(&format!("permissions aws {document} --config tagledger.yaml")).exits(0).out;
    let policy: Value = serde_json::from_str(&text).unwrap();
    let statements = policy["Statement"].as_array().unwrap().iter();
    statements.flat_map(|statement| statement["Action"].as_array().unwrap().iter().map(|action| action.as_str().unwrap().to_owned())).collect()
}

#[test]
fn the_calls_that_are_made_are_those_that_are_listed() {
    let mut settings = seed::whole();
    settings["config_aggregator"] = json!({"name": "everything", "region": "eu-west-1"});
    let (mut above, mut members, mut own) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let desk = desk();
    // With one index for the organisation, and with none but the accounts' own; with the paths of accounts, and without.
    for wide in [true, false] {
        let mut estate = seed::organization();
        estate["organization"]["paths"] = json!(wide);
        // Never tagged, so that whoever lists it asks for its tags as well. The caller has the view, the other what is seen.
        estate["resources"].as_array_mut().unwrap().retain_mut(|resource| {
            resource["tags"] = json!({});
            resource["life"] = json!("never");
            resource["account"] == "shop-prod"
        });
        for kind in ["ecs:service", "eks:nodegroup"] {
            let bare = json!({"account": "shop-prod", "region": "eu-west-1", "kind": kind, "name": "further", "tags": {}, "life": "never"});
            estate["resources"].as_array_mut().unwrap().push(bare);
        }
        if !wide {
            let view = json!({"name": "own", "properties": ["tags"]});
            estate["explorer"] = json!([{"account": "shop-prod", "region": "us-east-1", "gathers": ["eu-west-1"], "views": [view]}]);
        }
        let Some(server) = Server::of(&estate) else { return };
        server.scan_with(&desk, &settings, "").exits(1);
        for call in server.calls() {
            assert!(call.status < 500, "{call:?}");
            let into = if call.account == "management" { &mut own } else { &mut members };
            into.insert(permission(&call));
        }
    }
    let (policy, organization, aggregator) = (allowed(&desk, "policy"), allowed(&desk, "organization"), allowed(&desk, "aggregator"));
    above.extend(own.iter().filter(|call| !policy.contains(*call)).cloned());
    assert_eq!(above, organization.union(&aggregator).cloned().collect(), "what the caller alone may do");
    let everywhere: BTreeSet<String> = own.difference(&above).chain(&members).cloned().collect();
    let never: Vec<&String> = policy.difference(&everywhere).collect();
    assert_eq!(never, Vec::<&String>::new(), "allowed in every account, and never called");
    assert_eq!(everywhere, policy, "what is allowed in every account");
    assert!(members.is_subset(&policy));
}
