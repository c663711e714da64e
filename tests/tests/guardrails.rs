//! `taxonomy export` and `taxonomy import`: what the clouds' own guardrails would say of resources is what the taxonomy says of them, by an oracle that
//! knows the clouds' documented meaning and nothing of the program (`tests/oracle/guardrails.py`).
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use serde_json::{Value, json};
use std::io::Write;
use std::process::Stdio;
use tagledger_tests::{Desk, is_invisible, python, root};

const TAXONOMY: &str = r#"version: 1
keys:
  Environment:
    required: true
    aliases: [env]
    values: { production: [prod], test: [] }
    inherit: [resource_group]
  Application: { required: true, pattern: "[a-z][a-z0-9-]{1,20}" }
  CostCenter: { pattern: "CC-[0-9]{4}" }
  Contact: { pattern: "[a-z.]+@example\\.com", spelling: { azure: contact-mail } }
  Team: { pattern: "(platform|shop-.*)" }
  DataClass: { required: true, values: { none: [], personal: [] } }
  Tier: { required: true, default: bronze, values: { bronze: [], gold: [] } }
requirements:
  - { key: DataClass, kinds: ["storage.*"] }
"#;

/// The files that an export wrote, in order.
fn export(desk: &Desk, arguments: &str) -> (Vec<String>, String) {
    let done = desk.call(&format!("taxonomy export {arguments}")).exits(0);
    (done.out.lines().map(str::to_owned).collect(), done.err)
}

/// What the cloud would say of each resource; none without the Python of the tests.
fn judged(desk: &Desk, cloud: &str, files: &[String], samples: &Value) -> Option<Vec<Vec<String>>> {
    let mut oracle = python()?;
    oracle.arg(root().join("tests/oracle/guardrails.py")).arg(cloud).args(files.iter().map(|file| desk.path(file)));
    let mut child = oracle.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(samples.to_string().as_bytes()).unwrap();
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success(), "{cloud}: {}", String::from_utf8_lossy(&done.stderr));
    Some(serde_json::from_slice(&done.stdout).unwrap())
}

fn desk() -> Desk {
    let desk = Desk::new();
    desk.put("taxonomy.yaml", TAXONOMY);
    desk
}

/// Each sample beside what it breaks.
#[track_caller]
fn told(desk: &Desk, cloud: &str, files: &[String], cases: &[(Value, &[&str])]) {
    let samples: Value = cases.iter().map(|(sample, _)| sample.clone()).collect();
    let Some(found) = judged(desk, cloud, files, &samples) else { return };
    for ((sample, expected), found) in cases.iter().zip(found) {
        assert_eq!(found, *expected, "{cloud}: {sample}");
    }
}

#[test]
fn a_tag_policy_says_what_the_taxonomy_says() {
    let desk = desk();
    let (files, notes) = export(&desk, "aws-tag-policy --out policies");
    assert_eq!(files, ["policies/aws-tag-policy.json"]);
    let fine = json!({"Environment": "test", "Application": "shop"});
    let with = |tags: Value| {
        let mut all = fine.clone();
        all.as_object_mut().unwrap().extend(tags.as_object().unwrap().clone());
        json!({"type": "ec2:instance", "tags": all})
    };
    let bucket = |tags: Value| json!({"type": "s3:bucket", "tags": tags});
    told(
        &desk,
        "aws",
        &files,
        &[
            (with(json!({})), &[]),
            (json!({"type": "ec2:instance", "tags": {}}), &["application: missing", "environment: missing"]),
            (json!({"type": "sns:topic", "tags": {"environment": "test", "Application": "shop"}}), &["environment: case", "environment: missing"]),
            (with(json!({"Environment": "prod"})), &["environment: value"]),
            (with(json!({"Team": "platform"})), &[]),
            (with(json!({"Team": "shop-"})), &[]),
            (with(json!({"Team": "shop"})), &["team: value"]),
            (with(json!({"Tier": "silver"})), &["tier: value"]),
            (with(json!({"DataClass": "personal"})), &[]),
            (bucket(fine.clone()), &["dataclass: missing"]),
            (bucket(json!({"Environment": "test", "Application": "shop", "DataClass": "none"})), &[]),
        ],
    );
    // What no policy can say is said.
    for note in [
        "Application: the pattern",
        "CostCenter: the pattern",
        "Contact: the pattern",
        "Environment: a tag policy knows no value that an account lends",
        "Environment: a tag policy cannot require it of ",
        "Tier: a resource without it has the value `bronze`",
    ] {
        assert!(notes.contains(note), "{note} is not in {notes}");
    }
    assert!(!notes.contains("Team:"), "{notes}");
    let policy: Value = serde_json::from_str(&desk.text("policies/aws-tag-policy.json")).unwrap();
    assert_eq!(policy["tags"]["environment"].get("enforced_for"), None);
    let (files, _) = export(&desk, "aws-tag-policy --enforce --out enforced");
    let policy: Value = serde_json::from_str(&desk.text(&files[0])).unwrap();
    assert!(policy["tags"]["environment"]["enforced_for"]["@@assign"].as_array().unwrap().contains(&json!("ec2:ALL_SUPPORTED")));
}

#[test]
fn a_tag_policy_that_would_be_too_long_is_several_or_refused() {
    let desk = Desk::new();
    let keys = (0..9).map(|at| format!("  Key{at}: {{ required: true }}\n")).collect::<Vec<_>>().concat();
    desk.put("taxonomy.yaml", format!("version: 1\nkeys:\n{keys}"));
    let (files, notes) = export(&desk, "aws-tag-policy --out policies");
    assert!(files.len() > 1 && notes.contains("attach all"), "{files:?}: {notes}");
    let bare = json!({"type": "ec2:instance", "tags": {}});
    if let Some(found) = judged(&desk, "aws", &files, &json!([bare])) {
        assert_eq!(found[0].len(), 9, "every key is in one of them: {found:?}");
    }
    let printed = desk.call("taxonomy export aws-tag-policy").exits(2);
    assert!(printed.out.is_empty() && printed.err.contains("--out"), "{}", printed.err);
    let values = (0..900).map(|at| format!("value-number-{at}: [], ")).collect::<Vec<_>>().concat();
    desk.put("taxonomy.yaml", format!("version: 1\nkeys:\n  Key: {{ values: {{ {values} }} }}\n"));
    let refused = desk.call("taxonomy export aws-tag-policy --out refused").exits(2);
    assert!(refused.err.contains("AWS takes 10000") && !desk.path("refused").exists(), "{}", refused.err);
}

#[test]
fn an_initiative_says_what_the_taxonomy_says() {
    let desk = desk();
    let (files, notes) = export(&desk, "azure-policy --out policies");
    let vm = |tags: Value, group: Value| json!({"type": "Microsoft.Compute/virtualMachines", "tags": tags, "group": group});
    let fine = |more: Value| {
        let mut all = json!({"environment": "TEST", "Application": "shop"});
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        vm(all, json!({}))
    };
    told(
        &desk,
        "azure",
        &files,
        &[
            (fine(json!({})), &[]),
            (vm(json!({}), json!({})), &["required-application: audit", "required-environment: audit"]),
            (vm(json!({"Application": ""}), json!({"Environment": "test", "Application": "shop"})), &["required-application: audit"]),
            (vm(json!({"Environment": "prod", "Application": "shop"}), json!({})), &["values-environment: audit"]),
            (fine(json!({"CostCenter": "CC-1234"})), &[]),
            (fine(json!({"CostCenter": "cc-1234"})), &["values-costcenter: audit"]),
            (fine(json!({"CostCenter": "CC-12345"})), &["values-costcenter: audit"]),
            (fine(json!({"Team": "shop-web"})), &[]),
            (fine(json!({"Team": "shop"})), &["values-team: audit"]),
            (json!({"type": "Microsoft.Storage/storageAccounts", "tags": {"Environment": "test", "Application": "x1"}}), &["required-dataclass: audit"]),
            (
                json!({"type": "Microsoft.Resources/subscriptions/resourceGroups", "tags": {"Environment": "none"}}),
                &["required-of-groups-application: audit", "values-environment: audit"],
            ),
        ],
    );
    for note in [
        "Application: the pattern",
        "Contact: the pattern",
        "Team: Azure Policy compares what has an open end without case",
        "with --enforce the initiative also writes",
    ] {
        assert!(notes.contains(note), "{note} is not in {notes}");
    }
    assert!(!desk.text(&files[0]).contains("contact-mail"), "a key of which nothing can be said is not in it");
    let (files, _) = export(&desk, "azure-policy --enforce --out enforced");
    let lent = vm(json!({"Application": "shop"}), json!({"Environment": "test"}));
    told(
        &desk,
        "azure",
        &files,
        &[(lent, &["from-group-environment: written"]), (vm(json!({"Application": "shop"}), json!({})), &["required-environment: deny"])],
    );
}

#[test]
fn custom_constraints_say_what_the_taxonomy_says() {
    let desk = desk();
    let (files, notes) = export(&desk, "gcp-org-policy --out policies");
    assert!(files.iter().all(|file| file.starts_with("policies/constraint-") || file.starts_with("policies/policy-")), "{files:?}");
    let on = |kind: &str, tags: Value| json!({"type": kind, "tags": tags});
    let vm = |more: Value| {
        let mut all = json!({"environment": "test", "application": "shop"});
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        on("compute.googleapis.com/Instance", all)
    };
    told(
        &desk,
        "gcp",
        &files,
        &[
            (vm(json!({})), &[]),
            (
                on("compute.googleapis.com/Instance", json!({})),
                &["requireApplicationOnComputeInstance: dry run", "requireEnvironmentOnComputeInstance: dry run"],
            ),
            (
                on("container.googleapis.com/NodePool", json!({"environment": "prod", "application": "1"})),
                &["valuesApplicationOnContainerNodePool: dry run", "valuesEnvironmentOnContainerNodePool: dry run"],
            ),
            (vm(json!({"costcenter": "__43__43-1234"})), &[]),
            (vm(json!({"costcenter": "cc-1234"})), &["valuesCostCenterOnComputeInstance: dry run"]),
            (vm(json!({"contact": "jane__2edoe__40example__2ecom"})), &[]),
            (vm(json!({"contact": "jane__2fdoe__40example__2ecom"})), &["valuesContactOnComputeInstance: dry run"]),
            (vm(json!({"team": "shop-web"})), &[]),
            (vm(json!({"team": "web"})), &["valuesTeamOnComputeInstance: dry run"]),
            (on("storage.googleapis.com/Bucket", json!({"environment": "test", "application": "shop"})), &["requireDataClassOnStorageBucket: dry run"]),
            (on("pubsub.googleapis.com/Topic", json!({})), &[]),
        ],
    );
    assert!(notes.contains("no other type is held to"), "{notes}");
    desk.put("tagledger.yaml", "version: 1\nclouds:\n  gcp: { organizations: [\"123456\"] }\n");
    let printed = desk.call("taxonomy export gcp-org-policy --enforce").exits(0).out;
    assert!(printed.contains("name: organizations/123456/policies/custom.requireEnvironmentOnStorageBucket\nspec:\n"), "{printed}");
    desk.put("all.yaml", &printed);
    told(
        &desk,
        "gcp",
        &["all.yaml".to_owned()],
        &[(on("storage.googleapis.com/Bucket", json!({"environment": "test", "application": "shop"})), &["requireDataClassOnStorageBucket: deny"])],
    );
}

/// The keys of policies, whichever file they are in.
fn keys_of(desk: &Desk, files: &[String]) -> serde_json::Map<String, Value> {
    let policy = |file: &String| serde_json::from_str::<Value>(&desk.text(file)).unwrap()["tags"].as_object().unwrap().clone();
    files.iter().flat_map(policy).collect()
}

#[test]
fn a_tag_policy_comes_back_as_it_went() {
    let desk = desk();
    for (name, taxonomy) in
        [("small", TAXONOMY.to_owned()), ("reference", std::fs::read_to_string(root().join("taxonomy.yaml")).unwrap().replace("examples/registers/", ""))]
    {
        for register in ["applications.csv", "owners.csv", "cost-centers.csv"] {
            desk.put(register, std::fs::read(root().join("examples/registers").join(register)).unwrap());
        }
        desk.put("taxonomy.yaml", taxonomy);
        let (first, _) = export(&desk, &format!("aws-tag-policy --out {name}-1"));
        let done = desk.call(&format!("taxonomy import --aws-tag-policy {} --out {name}.yaml", first.join(" "))).exits(0);
        assert!(done.out.contains("keys written"), "{}", done.out);
        desk.call(&format!("taxonomy check {name}.yaml")).exits(0);
        let (second, _) = export(&desk, &format!("aws-tag-policy --taxonomy {name}.yaml --out {name}-2"));
        assert_eq!(keys_of(&desk, &first), keys_of(&desk, &second), "{name}");
        // What is there stays there.
        let again = desk.call(&format!("taxonomy import --aws-tag-policy {} --out {name}.yaml", first.join(" "))).exits(2);
        assert!(again.err.contains("is there already"), "{}", again.err);
    }
}

#[test]
fn policies_of_an_organisation_become_one_taxonomy() {
    let desk = Desk::new();
    let root = json!({"tags": {
        "costcenter": {"tag_key": {"@@assign": "CostCenter"}, "tag_value": {"@@assign": ["100", "200"]}, "enforced_for": {"@@assign": ["ec2:ALL_SUPPORTED"]}},
        "owner": {"report_required_tag_for": {"@@assign": ["s3:bucket", "rds:ALL_SUPPORTED"]}},
    }});
    let unit = json!({"tags": {"CostCenter": {"tag_value": {"@@append": ["300*"], "@@remove": ["100"]}}, "cost-center": {}}});
    desk.put("root.json", root.to_string());
    desk.put("unit.json", json!({"Policy": {"Content": unit.to_string(), "PolicySummary": {"Type": "TAG_POLICY"}}}).to_string());
    let done = desk.call("taxonomy import --aws-tag-policy root.json unit.json").exits(0);
    desk.put("taxonomy.yaml", &done.out);
    desk.call("taxonomy check").exits(0);
    for line in [
        "  \"CostCenter\":\n    pattern: \"200|300.*\"",
        "  \"owner\":\n    required: true",
        "{ key: \"owner\", clouds: [aws], kinds: [\"s3:bucket\", \"rds:*\"] }",
    ] {
        assert!(done.out.contains(line), "{line} is not in {}", done.out);
    }
    for note in ["`enforced_for` (ec2:ALL_SUPPORTED)", "is the same as"] {
        assert!(done.err.contains(note) && done.out.contains(note), "{note} is not in {}", done.err);
    }
    let empty = desk.put("empty.json", "{\"tags\": {}}");
    assert!(desk.call("taxonomy import --aws-tag-policy empty.json").exits(2).err.contains("no key"), "{}", empty.display());
    desk.put("broken.json", "{\n \"tags\": {,}}");
    assert!(desk.call("taxonomy import --aws-tag-policy broken.json").exits(2).err.contains("broken.json:2:11: No JSON"));
}

#[test]
fn hostile_text_is_inert_in_guardrails_and_in_what_is_read_from_them() {
    let desk = Desk::new();
    let hostile = "a\u{1b}[31m\u{202e}\"]}\n\u{85}- [x";
    let policy = json!({"tags": {hostile.to_lowercase(): {"tag_key": {"@@assign": hostile}, "tag_value": {"@@assign": [format!("{hostile}1"), format!("'{hostile}2")]}}}});
    desk.put("policy.json", policy.to_string());
    let done = desk.call("taxonomy import --aws-tag-policy policy.json --out taxonomy.yaml").exits(0);
    desk.call("taxonomy check").exits(0);
    assert!(!done.out.contains(is_invisible) && !done.err.contains(is_invisible) && !desk.text("taxonomy.yaml").contains(is_invisible));
    let (files, _) = export(&desk, "aws-tag-policy --out aws");
    assert_eq!(keys_of(&desk, &files), *policy["tags"].as_object().unwrap());
    for (format, cloud) in [("azure-policy", "azure"), ("gcp-org-policy", "gcp")] {
        let (files, _) = export(&desk, &format!("{format} --out {cloud}"));
        judged(&desk, cloud, &files, &json!([]));
        assert!(files.iter().all(|file| !desk.text(file).contains('\u{1b}')), "{cloud}");
    }
    // An expression of a template that somebody chose for a value is a text.
    desk.put("taxonomy.yaml", "version: 1\nkeys:\n  Key: { values: { \"[concat('a', 'b')]\": [], \"[[x\": [] } }\n");
    let (files, _) = export(&desk, "azure-policy --out text");
    let text: Value = serde_json::from_str(&desk.text(&files[0])).unwrap();
    let values = text.pointer("/resources/1/properties/policyDefinitions/0/parameters/values/value").unwrap();
    assert_eq!(*values, json!(["[[[concat('a', 'b')]", "[[x"]));
    let vm = |value: &str| json!({"type": "Microsoft.Compute/virtualMachines", "tags": {"Key": value}});
    told(&desk, "azure", &files, &[(vm("[concat('a', 'b')]"), &[]), (vm("[[x"), &[]), (vm("ab"), &["values-key: audit"])]);
}

#[test]
fn what_is_asked_wrongly_is_said() {
    let desk = desk();
    let listed = desk.call("taxonomy export").exits(0).out;
    assert!(["aws-tag-policy", "azure-policy", "gcp-org-policy"].iter().all(|name| listed.contains(name)), "{listed}");
    assert!(desk.call("taxonomy export aws-tag-polcy").exits(2).err.contains("aws-tag-policy"));
    assert!(desk.call("taxonomy import").exits(2).err.contains("--aws-tag-policy"));
}
