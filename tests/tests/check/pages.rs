//! The pages of the rules through the plan door: what an example says of a resource in an inventory is said of the same resource in a plan
//! that makes it. The pages themselves are held to what the live door says by the tests of the rules.

#[path = "../../../crates/rules/tests/page/mod.rs"]
#[expect(dead_code, reason = "the tests of the rules look at the expectations as well; here one door is held against the other")]
mod page;

use page::{Example, Page};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use tagledger_tests::{Desk, root};

/// What of an example no plan can show: page, heading, the record that is left out, and why.
const LEFT_OUT: &[(&str, &str, &str, &str)] = &[
    ("missing-required-key", "Undetermined: a kind that nobody knows", "r-1", "no provider makes it, so a plan's other resources are not judged"),
    ("untagged", "Undetermined: a kind that nobody knows", "r-1", "no provider makes it, so a plan's other resources are not judged"),
    ("untagged", "Undetermined: a kind that nobody knows", "r-2", "no provider makes it, so a plan's other resources are not judged"),
    ("untagged", "Passes: a kind that cannot carry tags", "c-7", "no provider makes it, so a plan's other resources are not judged"),
    ("expired", "Breaks: a duration from its creation", "v-1", "a plan does not show when something was made"),
    ("expired", "Undetermined: a lifetime that cannot be read", "v-2", "what a plan makes has its lifetime before it"),
    ("expired", "Breaks: older than its Environment lets anything be", "v-1", "a plan does not show when something was made"),
    ("expired", "Breaks: older than its Environment lets anything be", "v-2", "a plan does not show when something was made"),
    ("expired", "Breaks: a week in an ephemeral Environment", "v-1", "a plan does not show when something was made"),
    ("expired", "Undetermined: when it was made nobody says", "v-1", "a plan does not show when something was made"),
    ("unattached", "Breaks: a disk without a machine", "v-1", "whether anything uses it only its cloud knows"),
    ("unattached", "Breaks: a disk without a machine", "v-2", "whether anything uses it only its cloud knows"),
    ("unattached", "Undetermined: its source was asked, and could not say", "v-1", "whether anything uses it only its cloud knows"),
    ("unattached", "Passes: in use, or nobody was asked", "i-1", "whether it runs only its cloud knows"),
    ("stopped-too-long", "Breaks: a machine that nobody has started for months", "i-1", "whether it runs only its cloud knows"),
    ("stopped-too-long", "Breaks: sooner, where the taxonomy says so", "i-1", "whether it runs only its cloud knows"),
    ("stopped-too-long", "Undetermined: since when it is stopped nobody says", "i-1", "whether it runs only its cloud knows"),
    ("log-retention", "Breaks: too short, too long, or for ever", "g-1", "how long it keeps logs is not read from plans"),
    ("log-retention", "Breaks: too short, too long, or for ever", "g-2", "how long it keeps logs is not read from plans"),
    ("log-retention", "Breaks: too short, too long, or for ever", "g-3", "how long it keeps logs is not read from plans"),
    ("log-retention", "Breaks: too short, too long, or for ever", "g-4", "how long it keeps logs is not read from plans"),
    ("log-retention", "Undetermined: nobody says which Environment it is", "g-1", "how long it keeps logs is not read from plans"),
];

/// Rules about something other than a resource: a check says nothing of accounts and of waivers as a whole.
const NOT_OF_RESOURCES: &[&str] = &["stage-containers-disagree", "stage-name-mismatch", "stage-undeclared", "waiver-expired", "waiver-unused"];

/// The type that a provider makes of a kind, and its attributes for tags, own first.
fn planned_as(kind: &str) -> Option<(&'static str, &'static str, &'static [&'static str])> {
    const AWS: &[&str] = &["tags", "tags_all"];
    const AZURE: &[&str] = &["tags"];
    const GOOGLE: &[&str] = &["labels", "terraform_labels", "effective_labels"];
    Some(match kind {
        "ec2:volume" => ("aws_ebs_volume", "hashicorp/aws", AWS),
        "logs:log-group" => ("aws_cloudwatch_log_group", "hashicorp/aws", AWS),
        "ec2:instance" => ("aws_instance", "hashicorp/aws", AWS),
        "lambda:function" => ("aws_lambda_function", "hashicorp/aws", AWS),
        "s3:bucket" => ("aws_s3_bucket", "hashicorp/aws", AWS),
        "cloudfront:cache-policy" => ("aws_cloudfront_cache_policy", "hashicorp/aws", &[]),
        "microsoft.compute/disks" => ("azurerm_managed_disk", "hashicorp/azurerm", AZURE),
        "microsoft.network/azurefirewalls" => ("azurerm_firewall", "hashicorp/azurerm", AZURE),
        "resource_group" => ("azurerm_resource_group", "hashicorp/azurerm", AZURE),
        "storage.googleapis.com/Bucket" => ("google_storage_bucket", "hashicorp/google", GOOGLE),
        "compute.googleapis.com/Disk" => ("google_compute_disk", "hashicorp/google", GOOGLE),
        _ => return None,
    })
}

/// The records of an example as a plan, and the id of each by its address. What has an ARN exists already and is imported; all else is made.
#[derive(Default)]
struct Plan {
    changes: Vec<Value>,
    sources: Vec<Value>,
    providers: Map<String, Value>,
    ids: BTreeMap<String, String>,
}

impl Plan {
    fn enter(&mut self, record: &Value) {
        let word = |name: &str| record[name].as_str().unwrap();
        let (kind, provider, attributes) = planned_as(word("kind")).unwrap_or_else(|| panic!("no type for {}", word("kind")));
        let (id, name) = (word("id"), format!("n{}", self.changes.len()));
        let address = format!("{kind}.{name}");
        let mut after = json!({"name": record["name"].as_str().unwrap_or(&name)});
        let mut unknown = json!({"id": true});
        let mut source = json!({"address": address, "expressions": {"name": {"constant_value": name}}});
        let mut is_open = record.get("tags").is_none();
        for attribute in attributes {
            match record.get("tags") {
                Some(Value::Object(tags)) => {
                    // What was not read is an object in an inventory; a plan marks it as known only after apply.
                    let (unread, read): (Vec<_>, Vec<_>) = tags.iter().partition(|(_, v)| v.is_object());
                    // A tag with nothing in it is null in an inventory; in Terraform a null is no tag at all.
                    after[*attribute] = read.into_iter().map(|(k, v)| (k.clone(), if v.is_null() { json!("") } else { v.clone() })).collect();
                    if !unread.is_empty() {
                        is_open = true;
                        unknown[*attribute] = unread.into_iter().map(|(k, _)| (k.clone(), json!(true))).collect();
                    }
                }
                Some(_) => after[*attribute] = Value::Null,
                None => unknown[*attribute] = json!(true),
            }
        }
        if let Some(own) = attributes.first().filter(|_| is_open) {
            source["expressions"][*own] = json!({"references": ["var.tags"]});
        }
        if let Some(region) = record["region"].as_str() {
            after[if provider == "hashicorp/aws" { "region" } else { "location" }] = json!(region);
        }
        if let Some(group) = record["group"].as_str() {
            after["resource_group_name"] = json!(group.rsplit('/').next().unwrap());
        }
        source["provider_config_key"] = json!(self.provider(provider, word("scope")));
        let mut change = json!({"actions": ["create"], "before": null, "after": after, "after_unknown": unknown});
        if id.starts_with("arn:") {
            change["actions"] = json!(["no-op"]);
            change["before"] = json!({"id": id, "arn": id});
            change["importing"] = json!({"id": id});
        }
        self.changes.push(json!({
            "address": address, "mode": "managed", "type": kind, "name": name,
            "provider_name": format!("registry.terraform.io/{provider}"), "change": change
        }));
        self.sources.push(source);
        self.ids.insert(address, id.to_owned());
    }

    /// The key of a provider that is held to this account, subscription or project.
    fn provider(&mut self, provider: &str, scope: &str) -> String {
        let name = provider.rsplit('/').next().unwrap();
        let key = format!("{name}.{scope}");
        let (attribute, value) = match name {
            "aws" => ("allowed_account_ids", json!([scope])),
            "azurerm" => ("subscription_id", json!(scope)),
            _ => ("project", json!(scope)),
        };
        self.providers.insert(key.clone(), json!({"name": name, "alias": scope, "expressions": {attribute: {"constant_value": value}}}));
        key
    }

    fn text(&self) -> String {
        json!({
            "format_version": "1.2", "resource_changes": self.changes,
            "configuration": {"provider_config": self.providers, "root_module": {"resources": self.sources}}
        })
        .to_string()
    }
}

/// What is said about a resource: its id, rule, key, verdict, message, suggestion, waived or not, fingerprint where both doors know it.
type Said = BTreeSet<[String; 8]>;

/// The words of a finding. What was not read in an inventory is decided by the deploy in a plan, so that those messages differ.
fn words(finding: &Value, id: &str, fingerprint: &Value, unread: bool) -> [String; 8] {
    let word = |name: &str| finding[name].as_str().unwrap_or("-").to_owned();
    let message = if unread { String::new() } else { word("message") };
    let fingerprint = if id.starts_with("arn:") { fingerprint.to_string() } else { String::new() };
    [id.to_owned(), word("rule"), word("key"), word("verdict"), message, finding["suggestion"].to_string(), finding["waived"].to_string(), fingerprint]
}

/// Everything that breaks a rule, and what is open of the page's own: of several open answers about a key, a check tells one.
fn is_compared(finding: &Value, page: &str) -> bool {
    finding["verdict"] == "violated" || finding["rule"] == page
}

/// Both doors on one example: the live one first.
fn judged(page: (&str, &Page), example: &Example, taxonomy: &str, records: &[Value], groups_are_planned: bool) -> (Said, Said) {
    let desk = Desk::new();
    let (page, files) = (page.0, &page.1.files);
    for (name, block) in files {
        desk.put(name, block.text());
    }
    desk.put("taxonomy.yaml", taxonomy);
    let lines = |records: &mut dyn Iterator<Item = &Value>| records.map(Value::to_string).collect::<Vec<_>>().join("\n");
    desk.put("inventory.ndjson", lines(&mut records.iter()));
    let is = |r: &Value, kind: &str| r["kind"] == kind;
    let is_handed_over = |r: &&Value| is(r, "scope") || (is(r, "resource_group") && !groups_are_planned);
    let mut plan = Plan::default();
    records.iter().filter(|r| !is_handed_over(r)).for_each(|r| plan.enter(r));
    desk.put("plan.json", plan.text());
    let now = format!("--now {}", example.now);
    desk.call(&format!("scan --from inventory.ndjson --out run --allow-partial {now}")).done().ends(&[0, 1]);
    let mut call = desk.call(&format!("check plan.json --format json {now}"));
    if records.iter().any(|r| is_handed_over(&r)) {
        desk.put("containers.ndjson", lines(&mut records.iter().filter(is_handed_over)));
        call = call.with(["--from", "containers.ndjson"]);
    }
    let gate: Value = serde_json::from_str(&call.done().ends(&[0, 1]).out).unwrap();
    let unread: BTreeSet<&str> = records.iter().filter(|r| r.get("tags").is_none()).filter_map(|r| r["id"].as_str()).collect();
    let resources: BTreeSet<&str> = records.iter().filter(|r| !is(r, "scope") && !is(r, "resource_group")).map(|r| r["id"].as_str().unwrap()).collect();
    let report = desk.report("run");
    let of_live = report["findings"].as_array().unwrap().iter().filter(|f| is_compared(f, page)).filter_map(|f| {
        let id = f["resource"].as_str().filter(|id| resources.contains(id))?;
        Some(words(f, id, &f["fingerprint"], unread.contains(id)))
    });
    let mut of_plan = Said::new();
    for said in gate["findings"].as_array().unwrap() {
        let finding = &said["finding"];
        assert!(!NOT_OF_RESOURCES.contains(&finding["rule"].as_str().unwrap()), "{finding}");
        let id = plan.ids[finding["resource"].as_str().unwrap()].as_str();
        if unread.contains(id) && finding["verdict"] == "undetermined" {
            assert!(finding["message"].as_str().unwrap().contains("only the deploy decides"), "{finding}");
        }
        if is_compared(finding, page) && resources.contains(id) {
            of_plan.insert(words(finding, id, &said["live_fingerprint"], unread.contains(id)));
        }
    }
    (of_live.collect(), of_plan)
}

#[test]
fn every_example_is_judged_alike_through_both_doors() {
    let folder = root().join("crates/rules/pages");
    let text = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let common = page::parse(&text("README.md")).unwrap().taxonomy.unwrap().in_place();
    let mut names: Vec<String> = std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name != "README.md");
    names.sort();
    let (mut whole, mut findings, mut wrong, mut left) = (0, 0, Vec::new(), BTreeSet::new());
    let mut ways = BTreeSet::new();
    for name in &names {
        let (id, text) = (name.trim_end_matches(".md"), text(name));
        let page = page::parse(&text).unwrap();
        for example in &page.examples {
            let heading = text.lines().nth(example.line - 1).unwrap().trim_start_matches("### ");
            let taxonomy = example.taxonomy.as_ref().or(page.taxonomy.as_ref()).map_or_else(|| common.clone(), page::Block::in_place);
            let all = example.inventory.as_ref().unwrap().in_place();
            let mut records: Vec<Value> = all.lines().filter(|l| !l.trim().is_empty()).map(|l| serde_json::from_str(l).unwrap()).collect();
            let with_all = records.clone();
            records.retain(|r| !LEFT_OUT.iter().any(|(p, h, record, _)| (*p, *h) == (id, heading) && r["id"] == *record && left.insert((*p, *h, *record))));
            if records.len() == with_all.len() {
                whole += 1;
            } else if with_all.iter().all(|r| planned_as(r["kind"].as_str().unwrap()).is_some()) {
                let (live, planned) = judged((id, &page), example, &taxonomy, &with_all, true);
                assert_ne!(live, planned, "{name}:{}: nothing need be left out here", example.line);
            }
            if records.is_empty() {
                continue;
            }
            // Groups of the plan lend at once; those that exist are handed over.
            let has_groups = records.iter().any(|r| r["kind"] == "resource_group");
            for groups_are_planned in if has_groups { &[true, false][..] } else { &[true] } {
                let (live, planned) = judged((id, &page), example, &taxonomy, &records, *groups_are_planned);
                findings += live.len();
                ways.extend(has_groups.then_some(*groups_are_planned));
                for said in live.symmetric_difference(&planned) {
                    wrong.push(format!("{name}:{} only {}: {said:?}", example.line, if live.contains(said) { "live" } else { "planned" }));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    let stale: Vec<_> = LEFT_OUT.iter().filter(|(p, h, record, _)| !left.contains(&(*p, *h, *record))).collect();
    assert!(stale.is_empty(), "no example has these: {stale:?}");
    assert_eq!(ways.len(), 2, "groups are planned in some examples, and handed over in some");
    assert!(whole >= 56 && findings >= 130, "{whole} examples whole, {findings} findings");
}
