//! `tagledger check`: plans of our own and of the public corpus, verdicts, exit codes, outputs, and mistakes with their message.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

#[path = "check/children.rs"]
mod children;
#[path = "check/corpus.rs"]
mod corpus;
#[path = "check/doors.rs"]
mod doors;
#[path = "check/lines.rs"]
mod lines;
#[path = "check/pages.rs"]
mod pages;
#[path = "check/published.rs"]
mod published;
#[path = "check/terraform.rs"]
mod terraform;

use serde_json::{Value, json};
use tagledger_tests::{Desk, TAXONOMY};

/// A plan with one change of a bucket.
fn plan(actions: &Value, before: &Value, tags: &Value) -> Value {
    let mut after = json!({"id": null, "bucket": "shop-data", "force_destroy": false});
    after["tags"] = tags.clone();
    after["tags_all"] = tags.clone();
    json!({
        "format_version": "1.2",
        "resource_changes": [{
            "address": "module.data[\"eu.1\"].aws_s3_bucket.shop", "mode": "managed", "type": "aws_s3_bucket", "name": "shop",
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "change": {"actions": actions, "before": before, "after": after, "after_unknown": {}}
        }]
    })
}

fn bare() -> Value {
    plan(&json!(["create"]), &Value::Null, &json!({}))
}

fn good() -> Value {
    plan(&json!(["create"]), &Value::Null, &json!({"Environment": "production", "Application": "shop"}))
}

fn desk(plan: &Value) -> Desk {
    let desk = Desk::new();
    desk.put("taxonomy.yaml", TAXONOMY);
    desk.put("plan.json", plan.to_string());
    desk
}

/// `check` of a desk as JSON, whatever it ends with.
fn gate(desk: &Desk, words: &str) -> Value {
    serde_json::from_str(&desk.call(&format!("check plan.json --format json {words}")).done().out).unwrap()
}

/// Standing, rule and key of every finding.
fn found(gate: &Value) -> Vec<String> {
    let word = |v: &Value| v.as_str().unwrap_or("-").to_owned();
    let all = gate["findings"].as_array().unwrap().iter();
    all.map(|f| format!("{} {} {}", word(&f["standing"]), word(&f["finding"]["rule"]), word(&f["finding"]["key"]))).collect()
}

#[test]
fn a_plan_without_tags_fails_and_one_with_them_passes() {
    let done = desk(&bare()).call("check plan.json").exits(1);
    for part in [
        "module.data[\"eu.1\"].aws_s3_bucket.shop (create, plan.json)",
        "  error[missing-required-key, untagged] It has no tags: `Environment` and\n    `Application` are missing\n",
        "\ntaxonomy.yaml\n      |\n    3 |   Environment: { required: true, aliases: [env], values: { production: …\n      |   ----------- required here, missing on 1 resource\n    4 |   Application: {",
        "+   Application = \"<Application>\" # choose one",
        "1 resource, 1 answered for, 1 failing",
    ] {
        assert!(done.out.contains(part), "{part}: {}", done.out);
    }
    assert_eq!(done.err, "");
    let done = desk(&good()).call("check plan.json").exits(0);
    assert!(done.out.contains("exit 0: no findings at level error or above"), "{}", done.out);
    assert!(done.out.lines().all(|l| l.chars().count() <= 80), "{}", done.out);
}

#[test]
fn only_what_the_plan_answers_for_fails() {
    let old = json!({"id": "shop-data", "arn": "arn:aws:s3:::shop-data", "bucket": "shop-data", "tags": {}, "tags_all": {}});
    for (actions, code) in
        [(json!(["update"]), 0), (json!(["no-op"]), 0), (json!(["delete", "create"]), 1), (json!(["create", "forget"]), 1), (json!(["delete"]), 0)]
    {
        let desk = desk(&plan(&actions, &old, &json!({})));
        let done = desk.call("check plan.json").exits(code);
        assert_eq!(done.out.contains("on resources that the plan leaves alone"), actions == json!(["update"]) || actions == json!(["no-op"]), "{}", done.out);
        desk.call("check plan.json --all").exits(i32::from(actions != json!(["delete"])));
    }
    // An update that touches tags answers for all of them.
    desk(&plan(&json!(["update"]), &old, &json!({"Environment": "production"}))).call("check plan.json").exits(1);
    let mut imported = plan(&json!(["no-op"]), &old, &json!({}));
    imported["resource_changes"][0]["change"]["importing"] = json!({"id": "shop-data"});
    desk(&imported).call("check plan.json").exits(1);
}

#[test]
fn what_is_known_only_after_apply_is_no_failure_and_no_pass() {
    let mut unknown = good();
    let change = &mut unknown["resource_changes"][0]["change"];
    change["after"]["tags"] = json!({"Environment": "production"});
    change["after"]["tags_all"] = json!({"Environment": "production"});
    change["after_unknown"] = json!({"tags": {"Application": true}, "tags_all": {"Application": true}});
    let desk = desk(&unknown);
    assert_eq!(found(&gate(&desk, "")), ["undetermined unknown-value Application"]);
    desk.call("check plan.json").exits(0);
    desk.call("check plan.json --fail-on-undetermined").exits(1);
    let mut open = good();
    let change = &mut open["resource_changes"][0]["change"];
    for name in ["tags", "tags_all"] {
        change["after"].as_object_mut().unwrap().remove(name);
    }
    change["after_unknown"] = json!({"tags": true, "tags_all": true});
    open["configuration"] = json!({"root_module": {"module_calls": {"data": {"module": {"resources": [
        {"address": "aws_s3_bucket.shop", "provider_config_key": "aws", "expressions": {"tags": {"references": ["var.tags"]}}}
    ]}}}}});
    desk.put("plan.json", open.to_string());
    let open = gate(&desk, "");
    assert_eq!(found(&open), ["undetermined missing-required-key Environment", "undetermined missing-required-key Application", "undetermined untagged -"]);
    assert!(open["findings"][0]["finding"]["message"].as_str().unwrap().contains("only the deploy decides"));
}

#[test]
fn the_target_decides_the_stage() {
    let desk = desk(&good());
    desk.call("check plan.json --environment prod").exits(0);
    let done = desk.call("check plan.json --environment test").exits(1);
    assert!(done.out.contains("Environment says production, but the deploy target is\n    declared test"), "{}", done.out);
    let done = desk.call("check plan.json --environment moon").exits(2);
    assert!(done.err.contains("--environment moon: the taxonomy knows production, test"), "{}", done.err);
    // The account of the provider says it as well, through the stages of the taxonomy.
    desk.put("taxonomy.yaml", format!("{TAXONOMY}stages:\n  - environment: test\n    aws: {{ accounts: [\"111122223333\"] }}\n"));
    desk.call("check plan.json").exits(0);
    let done = desk.call("check plan.json --scope 111122223333").exits(1);
    assert!(done.out.contains("account 111122223333\n    is declared test"), "{}", done.out);
    let mut assumed = good();
    let role = json!({"constant_value": "arn:aws:iam::111122223333:role/deploy"});
    assumed["configuration"] = json!({"provider_config": {"aws": {"name": "aws", "expressions": {"assume_role": [{"role_arn": role}]}}}, "root_module": {}});
    desk.put("plan.json", assumed.to_string());
    desk.call("check plan.json").exits(1);
}

#[test]
fn accounts_lend_tags_where_the_taxonomy_says_so() {
    let desk = desk(&plan(&json!(["create"]), &Value::Null, &json!({"Application": "shop"})));
    desk.put("taxonomy.yaml", TAXONOMY.replace("aliases: [env],", "aliases: [env], inherit: [scope],"));
    let done = desk.call("check plan.json --scope 111122223333").exits(0);
    assert!(done.out.contains("undetermined[missing-required-key]") && done.out.contains("--from"), "{}", done.out);
    for (tags, code) in [(r#"{"Environment":"production"}"#, 0), ("{}", 1)] {
        desk.put("accounts.ndjson", format!("{{\"cloud\":\"aws\",\"scope\":\"111122223333\",\"kind\":\"scope\",\"name\":\"shop\",\"tags\":{tags}}}\n"));
        let done = desk.call("check plan.json --scope 111122223333 --from accounts.ndjson").exits(code);
        assert!(!done.out.contains("undetermined"), "{}", done.out);
    }
}

#[test]
fn waivers_and_fingerprints_are_those_of_the_scan() {
    let old = json!({"id": "shop-data", "arn": "arn:aws:s3:::shop-data", "bucket": "shop-data", "tags": {"x": "y"}, "tags_all": {"x": "y"}});
    let desk = desk(&plan(&json!(["update"]), &old, &json!({"Environment": "production"})));
    let gate_of = |taxonomy: &str| {
        desk.put("taxonomy.yaml", taxonomy);
        gate(&desk, "--now 2026-11-01")
    };
    let plain = gate_of(TAXONOMY);
    assert_eq!(found(&plain), ["failing missing-required-key Application"]);
    assert_eq!(plain["resources"][0]["id"], "arn:aws:s3:::shop-data");
    let waiver = |what: &str| format!("{TAXONOMY}waivers:\n  - {{ rule: missing-required-key, {what}, reason: old, owner: linda, expires: 2027-01-01 }}\n");
    let (address, live) = (&plain["findings"][0]["finding"]["fingerprint"], &plain["findings"][0]["live_fingerprint"]);
    for what in [
        "resource: \"arn:aws:s3:::shop-*\"".to_owned(),
        "resource: \"module.data*\"".to_owned(),
        format!("fingerprint: {address}"),
        format!("fingerprint: {live}"),
    ] {
        assert_eq!(found(&gate_of(&waiver(&what))), ["waived missing-required-key Application"], "{what}");
    }
    // The scan of the same bucket gives the same fingerprint.
    desk.put("taxonomy.yaml", TAXONOMY);
    desk.put("tagging.json", r#"{"ResourceTagMappingList":[{"ResourceARN":"arn:aws:s3:::shop-data","Tags":[{"Key":"Environment","Value":"production"}]}]}"#);
    desk.call("scan --from tagging.json --out run --now 2026-11-01").exits(1);
    let scanned = desk.report("run");
    assert_eq!(&scanned["findings"][0]["fingerprint"], live);
}

#[test]
fn a_baseline_is_written_read_and_follows_moves() {
    let desk = desk(&bare());
    desk.call("check plan.json --write-baseline known.json").exits(0);
    desk.call("check plan.json --baseline known.json").exits(0);
    let mut moved = bare();
    moved["resource_changes"][0]["address"] = json!("aws_s3_bucket.moved");
    desk.put("plan.json", moved.to_string());
    desk.call("check plan.json --baseline known.json").exits(1);
    moved["resource_changes"][0]["previous_address"] = json!("module.data[\"eu.1\"].aws_s3_bucket.shop");
    desk.put("plan.json", moved.to_string());
    let done = desk.call("check plan.json --baseline known.json").exits(0);
    assert!(done.out.contains("3 findings in the baseline"), "{}", done.out);
    for (text, said) in [("{}", "known.json:1:2: this is no baseline"), (r#"{"schema":"x","findings":[]}"#, "schema `x`"), ("nonsense", "known.json:1:")] {
        desk.put("known.json", text);
        let done = desk.call("check plan.json --baseline known.json").exits(2);
        assert!(done.err.contains(said), "{}", done.err);
    }
}

#[test]
fn warn_mode_ends_on_its_day() {
    let desk = desk(&bare());
    let early = desk.call("check plan.json --warn-until 2026-12-01 --now 2026-11-30").exits(0);
    assert!(early.out.contains("warning[missing-required-key, untagged]") && early.out.contains("only warn until 2026-12-01"), "{}", early.out);
    desk.call("check plan.json --warn-until 2026-12-01 --now 2026-12-01").exits(1);
}

#[test]
fn several_outputs_at_once() {
    let desk = desk(&bare());
    let all = [
        "text",
        "json=out/c.json",
        "sarif=out/c.sarif",
        "junit=out/c.xml",
        "gitlab=out/c.gl",
        "github=out/c.gh",
        "github-summary=out/c.md",
        "markdown=out/c.pr",
    ];
    let done = desk.call("check plan.json --category stack").with(all.iter().flat_map(|f| ["--format", *f])).exits(1);
    assert!(done.out.contains("error[missing-required-key, untagged]"));
    assert_eq!(desk.names().iter().filter(|n| n.starts_with("out/c")).count(), 7);
    assert!(desk.text("out/c.pr").starts_with("<!-- tagledger stack -->") && desk.text("out/c.gh").starts_with("::error file=plan.json,line=1,"));
    assert!(desk.text("out/c.xml").contains("failures=\"1\""));
    for (words, said) in [("--format json --format text", "only one format"), ("--format pdf", "the formats are text, json, sarif")] {
        assert!(desk.call(&format!("check plan.json {words}")).exits(2).err.contains(said));
    }
    assert!(desk.call("check plan.json --format json=plan.json/x").exits(4).err.contains("plan.json/x"));
}

#[test]
fn the_cost_of_what_exists_is_shown() {
    let old = json!({"id": "shop-data", "arn": "arn:aws:s3:::shop-data", "bucket": "shop-data", "tags": {"x": "y"}, "tags_all": {"x": "y"}});
    let desk = desk(&plan(&json!(["update"]), &old, &json!({"Environment": "production"})));
    desk.put(
        "b.csv",
        "EffectiveCost,BillingCurrency,BillingPeriodStart,ProviderName,SubAccountId,ResourceId,Tags\n7.25,USD,2026-10-01,AWS,1,arn:aws:s3:::shop-data,\n",
    );
    let done = desk.call("check plan.json --bill b.csv --format markdown --now 2026-11-10").exits(1);
    assert!(done.out.contains("| costs today |") && done.out.contains("7.25 USD"), "{}", done.out);
}

#[test]
fn secrets_are_never_printed() {
    let mut secret = plan(&json!(["create"]), &Value::Null, &json!({"Environment": "hush-hush", "Application": "shop"}));
    secret["resource_changes"][0]["change"]["after_sensitive"] = json!({"tags": {"Environment": true}, "tags_all": {"Environment": true}});
    let desk = desk(&secret);
    for format in ["text", "json", "sarif", "junit", "gitlab", "github", "markdown"] {
        let done = desk.call(&format!("check plan.json --all --format {format}")).exits(0);
        assert!(!done.out.contains("hush"), "{format}: {}", done.out);
    }
}

#[test]
fn plans_as_people_pass_them() {
    let desk = desk(&bare());
    let text = bare().to_string();
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    desk.put("utf16.json", utf16);
    desk.put("bom.json", format!("\u{feff}{text}"));
    desk.put("noise.json", format!("[command]/usr/bin/terraform show -json tfplan\n{text}\n"));
    desk.put("two.json", format!("{text}\n{text}"));
    for name in ["utf16.json", "bom.json", "noise.json"] {
        assert!(desk.call(&format!("check {name}")).exits(1).out.contains("1 resource, 1 answered for, 1 failing"), "{name}");
    }
    assert!(desk.call("check two.json").exits(1).out.contains("2 resources, 2 answered for, 2 failing"));
    desk.put("d/a/plan.json", &text);
    desk.put("d/package.json", r#"{"name": "x"}"#);
    desk.put("d/.terraform/modules/modules.json", "{}");
    assert!(desk.call("check d").exits(1).out.contains("1 resource, 1 answered for"));
    assert!(desk.call("check d/a/plan.json plan.json").exits(1).out.contains("2 resources, 2 answered for"));
}

#[test]
fn every_mistake_has_its_own_message() {
    let desk = desk(&bare());
    let text = bare().to_string();
    for (name, bytes, said) in [
        ("empty.json", Vec::new(), "the file is empty (0 bytes)"),
        ("binary.json", b"PK\x03\x04rest".to_vec(), "this is a binary plan"),
        ("cut.json", text.as_bytes()[..200].to_vec(), "the JSON ends too early"),
        ("state.json", br#"{"version":4,"serial":3,"lineage":"x","resources":[]}"#.to_vec(), "this is a state file"),
        ("show.json", br#"{"format_version":"1.0","terraform_version":"1.5.0","values":{"root_module":{}}}"#.to_vec(), "prints it without a plan"),
        ("log.json", b"{\"@level\":\"info\",\"@message\":\"x\"}\n{\"@level\":\"info\",\"@message\":\"y\"}\n".to_vec(), "messages of `terraform plan -json`"),
        ("schemas.json", br#"{"format_version":"1.0","provider_schemas":{}}"#.to_vec(), "provider schemas"),
        ("array.json", b"[1, 2]".to_vec(), "a JSON array is no plan"),
        ("other.json", br#"{"hello": 1}"#.to_vec(), "an object with `hello`"),
        ("words.json", b"Hello there".to_vec(), "neither a plan nor a template"),
        ("new.json", text.replace("\"1.2\"", "\"2.0\"").into_bytes(), "the plan has format 2.0"),
        ("errored.json", text.replacen('{', "{\"errored\":true,", 1).into_bytes(), "planning failed part-way"),
        ("latin.json", text.replace("shop-data", "sh\u{1}p").bytes().map(|b| if b == 1 { 0xfc } else { b }).collect(), "not UTF-8"),
        ("types.json", text.replace("[\"create\"]", "7").into_bytes(), "this is not what a plan holds here"),
    ] {
        desk.put(name, bytes);
        let done = desk.call(&format!("check {name}")).exits(2);
        assert!(done.out.is_empty() && done.err.starts_with(&format!("error: {name}:")) && done.err.contains(said), "{name}: {}", done.err);
    }
    assert!(desk.call("check nowhere.json").exits(2).err.contains("nowhere.json: cannot be read"));
    std::fs::create_dir(desk.path("hollow")).unwrap();
    assert!(desk.call("check hollow").exits(2).err.contains("there is no plan in the folder"));
    assert!(desk.call("check --tf nowhere.tfplan").exits(2).err.contains("there is no such file"));
    desk.call("check").exits(2);
}

#[test]
fn templates_have_lines_and_stack_tags() {
    let desk = desk(&bare());
    let text = "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  Data:\n    Type: AWS::S3::Bucket\n    Properties:\n      Tags:\n        - {Key: Environment, Value: prod}\n  Rule: {Type: AWS::S3::BucketPolicy}\n";
    desk.put("d/stack.yaml", text);
    desk.put("d/values.yml", "replicas: 3\n");
    let done = desk.call("check d --format github").exits(1);
    assert!(done.out.starts_with("::error file=d/stack.yaml,line=3,endLine=7,"), "{}", done.out);
    let done = desk.call("check d").exits(1);
    assert!(done.out.starts_with("d/stack.yaml:3:3: Data (create, d/stack.yaml)") && done.out.contains("1 cannot carry tags"), "{}", done.out);
    desk.call("check d --stack-tags Application=shop,Owner=x").exits(0);
    assert!(desk.call("check d --stack-tags Application").exits(2).err.contains("write KEY=VALUE"));
    desk.put("cdk.out/manifest.json", r#"{"version":"36.0.0","artifacts":{"S":{"type":"aws:cloudformation:stack","properties":{"templateFile":"s.template.json","tags":{"Application":"shop","Environment":"production"}}}}}"#);
    desk.put("cdk.out/s.template.json", r#"{"Resources":{"B":{"Type":"AWS::S3::Bucket"}}}"#);
    // The template is read with the tags of its stack, and only once.
    assert!(desk.call("check cdk.out").exits(0).out.contains("1 resource, 1 answered for, 0 failing"));
    // A stack within it lends what it has and what it is lent; one whose template is elsewhere is a gap.
    let nested =
        |path: &str, tags: &str| format!(r#"{{"Type":"AWS::CloudFormation::Stack","Metadata":{{"aws:asset:path":"{path}"}},"Properties":{{"Tags":{tags}}}}}"#);
    let all = format!(
        r#"{{"Resources":{{"N":{},"M":{}}}}}"#,
        nested("n.nested.template.json", r#"[{"Key":"Environment","Value":"production"}]"#),
        nested("../gone.json", "[]")
    );
    desk.put("cdk.out/s.template.json", all);
    desk.put(
        "cdk.out/n.nested.template.json",
        r#"{"Resources":{"B":{"Type":"AWS::S3::Bucket"},"C":{"Type":"AWS::S3::Bucket","Properties":{"Tags":[{"Key":"Environment","Value":"nowhere"}]}}}}"#,
    );
    let out = desk.call("check cdk.out").exits(1).out;
    assert!(out.contains("4 resources, 4 answered for, 1 failing") && out.contains("S/N/C"), "{out}");
    assert!(out.contains("S/M is a nested stack, and its template is not in the assembly"), "{out}");
    desk.put("broken.yaml", "Resources:\n  A:\n    Type: AWS::S3::Bucket\n   B: [\n");
    let done = desk.call("check broken.yaml").exits(2);
    assert!(done.err.starts_with("error: broken.yaml:4:") && done.err.contains("cannot be read"), "{}", done.err);
}

#[test]
fn what_a_plan_leaves_open_is_said() {
    let mut open = good();
    open["complete"] = json!(false);
    open["deferred_changes"] = json!([{"reason": "instance_count_unknown", "resource_change": {"address": "aws_s3_bucket.later"}}]);
    let desk = desk(&open);
    let said = desk.call("check plan.json").exits(0).said();
    assert!(said.contains("the plan is not complete") && said.contains("aws_s3_bucket.later is deferred"), "{said}");
    desk.call("check plan.json --fail-on-undetermined").exits(1);
}

#[test]
fn a_hook_may_hand_over_every_changed_file() {
    let desk = desk(&bare());
    desk.put("values.yml", "replicas: 3\n");
    desk.put("empty.json", "");
    desk.put("picture.json", [0xff, 0x00, 0xfe]);
    let others = "values.yml empty.json picture.json taxonomy.yaml";
    desk.call(&format!("check {others}")).exits(2);
    assert!(desk.call(&format!("check --skip-others {others}")).exits(0).out.contains("0 resources"));
    assert!(desk.call(&format!("check --skip-others {others} plan.json")).exits(1).out.contains("1 resource, 1 answered for, 1 failing"));
    // A template that is broken is no other file, and neither is one that is not there.
    desk.put("broken.yaml", "Resources:\n  A:\n    Type: AWS::S3::Bucket\n   B: [\n");
    desk.call("check --skip-others broken.yaml").exits(2);
    assert!(desk.call("check --skip-others nowhere.yaml").exits(2).err.contains("nowhere.yaml: cannot be read"));
}

#[test]
fn charts_and_strangers_among_manifests_hide_nothing() {
    let desk = Desk::laid();
    let bucket = "apiVersion: storage.cnrm.cloud.google.com/v1beta1\nkind: StorageBucket\nmetadata: { name: NAME }\n";
    desk.put("all/good.yaml", bucket.replace("NAME", "good"));
    desk.put("all/chart/templates/b.yaml", bucket.replace("NAME", "{{ .Values.name }}-x"));
    let done = desk.call("check all").exits(1);
    assert!(done.said().contains("chart/templates/b.yaml:3:") && done.said().contains("helm template"), "{}", done.out);
    assert!(done.out.contains("StorageBucket//good"), "{}", done.out);
    let json = |name: &str, version: &str, kind: &str| json!({"apiVersion": version, "kind": kind, "metadata": {"name": name}}).to_string();
    let stream = json("map", "v1", "ConfigMap") + "\n" + &json("b", "storage.cnrm.cloud.google.com/v1beta1", "StorageBucket");
    desk.put("stream.json", stream);
    assert!(desk.call("check stream.json").exits(1).out.contains("StorageBucket//b"));
    desk.put("alone.json", json("map", "v1", "ConfigMap"));
    assert!(desk.call("check alone.json").exits(2).err.contains("alone.json:1:1"));
}
