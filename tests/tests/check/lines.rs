//! Findings and their lines of source: where they are, what is drawn, and what to write there.

use super::{bare, desk, plan};
use serde_json::{Value, json};
use tagledger_tests::Desk;

#[test]
fn a_finding_has_its_line_of_source() {
    let desk = desk(&bare());
    desk.put("main.tf", "module \"data\" {\n  source   = \"./data\"\n  for_each = toset([\"eu.1\"])\n}\n");
    desk.put("data/shop.tf", "# The bucket.\nresource \"aws_s3_bucket\" \"shop\" {\n  bucket = \"shop-data\"\n}\n");
    let done = desk.call("check plan.json").exits(1);
    assert!(done.out.starts_with("data/shop.tf:2:1: module.data[\"eu.1\"].aws_s3_bucket.shop (create, plan.json)"), "{}", done.out);
    assert!(desk.call("check plan.json --format github").exits(1).out.starts_with("::error file=data/shop.tf,line=2,endLine=4,"));
    let sarif: Value = serde_json::from_str(&desk.call("check plan.json --format sarif").exits(1).out).unwrap();
    let place = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!((place["artifactLocation"]["uri"].as_str(), place["region"]["startLine"].as_u64()), (Some("data/shop.tf"), Some(2)));
    // The plan may lie anywhere when it is said where its source is.
    desk.put("out/plan.json", bare().to_string());
    assert!(desk.call("check out/plan.json").exits(1).out.starts_with("module.data"));
    assert!(desk.call("check out/plan.json --source-root .").exits(1).out.starts_with("data/shop.tf:2:1: "));
    assert!(desk.call("check plan.json --source-root nowhere").exits(2).err.contains("there is no such folder"));
}

/// A plan of one bare bucket beside this source, its tags and the lines that are suggested for it.
fn suggested(file: &str, source: &str, tags: &Value) -> (Desk, Option<String>) {
    let mut one = plan(&json!(["create"]), &Value::Null, tags);
    one["resource_changes"][0]["address"] = json!("aws_s3_bucket.shop");
    let desk = desk(&one);
    desk.put(file, source);
    let gate = super::gate(&desk, "");
    assert_eq!(gate["resources"][0]["place"]["file"], file);
    let patch = gate["findings"].as_array().unwrap().iter().find_map(|f| f["patch"].as_str().map(str::to_owned));
    (desk, patch)
}

#[test]
fn a_patch_fits_what_is_written_already() {
    let environment = json!({"Environment": "production"});
    let block = |tags: &str| format!("# One.\nresource \"aws_s3_bucket\" \"shop\" {{\n  bucket = \"x\"\n{tags}}}\n");
    let line = "    Application = \"<Application>\" # choose one";
    let (desk, patch) = suggested("main.tf", &block("  tags = {\n    Environment = \"production\"\n  }\n"), &environment);
    assert_eq!(patch.as_deref(), Some(line));
    let text = desk.call("check plan.json").exits(1).out;
    let frame = "main.tf:2:1: aws_s3_bucket.shop (create, plan.json)\n  error[missing-required-key] `Application` is missing\n      |\n    2 | resource \"aws_s3_bucket\" \"shop\" {\n      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ missing here\n      +     Application = \"<Application>\" # choose one\n\n";
    assert!(text.starts_with(frame), "{text}");
    let (_, patch) = suggested("main.tf", &block("  tags = local.tags\n"), &environment);
    assert_eq!(patch, Some(format!("  tags = merge(local.tags, {{\n{line}\n  }})")));
    // The rest of the line may be a secret, so that nothing of it is shown.
    let (desk, patch) = suggested("main.tf", "resource \"aws_s3_bucket\" \"shop\" { password = \"hush\" }\n", &environment);
    assert_eq!(patch.as_deref(), Some("tags = {\n  Application = \"<Application>\" # choose one\n}\n"));
    let text = desk.call("check plan.json").exits(1).out;
    assert!(text.contains("    1 | resource \"aws_s3_bucket\" \"shop\" { …\n") && !text.contains("hush"), "{text}");
    // What is written is not understood, so that the tags stand alone.
    let (_, patch) = suggested("main.tf", &block("  tags = \"${local.tags}\"\n"), &environment);
    assert_eq!(patch.as_deref(), Some("tags = {\n  Application = \"<Application>\" # choose one\n}\n"));
}

#[test]
fn a_source_that_cannot_be_read_is_told() {
    let desk = desk(&bare());
    // The only file there is: nothing else shows that there is a source at all.
    desk.put("main.tf", "resource \"aws_s3_bucket\" \"shop\" {\n  bucket = \n");
    let text = desk.call("check plan.json").exits(1).out;
    assert!(text.starts_with("module.data") && text.contains("main.tf: cannot be read (line 2"), "{text}");
}

#[test]
fn json_has_lines_and_no_patch_of_hcl() {
    let source = "{\"resource\": {\"aws_s3_bucket\": {\n  \"shop\": {\"password\": \"hush\"}\n}}}\n";
    let (desk, patch) = suggested("main.tf.json", source, &json!({}));
    assert_eq!(patch, None);
    let text = desk.call("check plan.json").exits(1).out;
    assert!(
        text.starts_with("main.tf.json:2:3: ") && text.contains("    2 |   \"shop\": { …\n      |   ^^^^^^^ missing here\n  = set Environment, Application\n"),
        "{text}"
    );
    for format in ["text", "json", "sarif", "markdown"] {
        assert!(!desk.call(&format!("check plan.json --format {format}")).exits(1).out.contains("hush"), "{format}");
    }
}

#[test]
fn a_call_of_a_module_gets_no_patch() {
    let desk = desk(&bare());
    desk.put("main.tf", "module \"data\" {\n  source   = \"example/data/x\"\n  for_each = toset([\"eu.1\"])\n}\n");
    let gate = super::gate(&desk, "");
    assert_eq!((gate["resources"][0]["place"]["line"].as_u64(), gate["resources"][0]["block"].as_str()), (Some(1), Some("module.data.aws_s3_bucket.shop")));
    assert!(gate["findings"].as_array().unwrap().iter().all(|f| f["patch"].is_null()));
}

#[test]
fn many_instances_are_one_frame_and_one_alert() {
    let mut many = bare();
    let first = many["resource_changes"][0].clone();
    let instance = |n: usize| {
        let mut one = first.clone();
        one["address"] = json!(format!("aws_s3_bucket.shop[{n}]"));
        one
    };
    many["resource_changes"] = (0..200).map(instance).collect();
    let desk = desk(&many);
    desk.put("main.tf", "resource \"aws_s3_bucket\" \"shop\" {\n  count = 200\n}\n");
    for columns in ["80", "160"] {
        let text = desk.call("check plan.json").env("COLUMNS", columns).exits(1).out;
        assert!(text.lines().count() < 25 && text.contains("200 instances: aws_s3_bucket.shop[0], "), "{text}");
        assert!(text.contains("required here, missing on 200 resources") && text.contains("200 resources, 200 answered for, 200 failing"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= columns.parse().unwrap()), "{text}");
    }
    let sarif: Value = serde_json::from_str(&desk.call("check plan.json --format sarif").exits(1).out).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 1);
    // For programs every finding is there.
    assert_eq!(super::found(&super::gate(&desk, "")).len(), 600);
}

#[test]
fn what_is_undetermined_is_told_once_as_well() {
    let mut open = bare();
    let change = &mut open["resource_changes"][0]["change"];
    for name in ["tags", "tags_all"] {
        change["after"].as_object_mut().unwrap().remove(name);
    }
    change["after_unknown"] = json!({"tags": true, "tags_all": true});
    open["configuration"] = json!({"root_module": {"module_calls": {"data": {"module": {"resources": [
        {"address": "aws_s3_bucket.shop", "provider_config_key": "aws", "expressions": {"tags": {"references": ["var.tags"]}}}
    ]}}}}});
    let text = desk(&open).call("check plan.json").exits(0).out;
    assert!(text.contains("  undetermined[missing-required-key, untagged] Whether it has `Environment`\n    and `Application` depends on"), "{text}");
    assert!(text.contains("required here, undetermined for 1 resource"), "{text}");
}

#[test]
fn a_key_of_any_length_is_aligned_with_none() {
    let long = "k".repeat(70_000);
    let source = format!("resource \"aws_s3_bucket\" \"shop\" {{\n  tags = merge(local.tags, {{\n    {long} = \"x\"\n  }})\n}}\n");
    let (_, patch) = suggested("main.tf", &source, &json!({"Environment": "production"}));
    let patch = patch.unwrap();
    assert!(patch.contains("Application") && patch.len() < 200_000, "{patch:.300}");
}

#[test]
fn hostile_lines_are_drawn_harmless() {
    let source = "\t/* \u{1b}[2J\u{202e} ##vso[task.x] */ resource \"aws_s3_bucket\" \"shop\" { # \u{1b}[31m\n\tbucket = \"x\"\n}\n";
    let (desk, patch) = suggested("main.tf", source, &json!({}));
    assert!(patch.is_some_and(|patch| patch.starts_with("\ttags = {\n")));
    let long = "é東\u{301}".repeat(3_000);
    desk.put("taxonomy.yaml", tagledger_tests::TAXONOMY.replacen("Environment:", &format!("Environment: #\t\u{202e} ##[error] {long}\n   "), 1));
    let text = desk.call("check plan.json").exits(1).out;
    assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}', '\t']) && !text.contains("##"), "{text}");
    assert!(
        text.contains(" | … resource \"aws_s3_bucket\" \"shop\" { …\n      |   ^^^^^^^") && text.contains("    3 |   Environment: #    � # #[error] é東"),
        "{text}"
    );
    assert!(text.lines().all(|line| tagledger_tests::columns(line) <= 80), "{text}");
    // Without the files the places are named. The taxonomy itself must be there.
    std::fs::remove_file(desk.path("main.tf")).unwrap();
    let text = desk.call("check plan.json").exits(1).out;
    assert!(text.starts_with("aws_s3_bucket.shop (create, plan.json)\n") && text.contains("required here"), "{text}");
}

#[test]
fn services_are_told_paths_from_the_root_of_the_repository() {
    let desk = desk(&bare());
    desk.put("infra/live/plan.json", desk.text("plan.json"));
    let written = |repository: bool| {
        if repository {
            desk.put(".git/HEAD", "ref: refs/heads/main\n");
        }
        let call = desk.call("check plan.json --taxonomy ../../taxonomy.yaml --format text --format sarif=c.sarif --format gitlab=c.gl --format github=c.gh");
        let said = call.within(&desk.path("infra/live")).exits(1).out;
        assert!(said.contains("plan.json") && !said.contains("infra/live/plan.json"), "people are where they are: {said}");
        ["c.sarif", "c.gl", "c.gh"].map(|name| desk.text(&format!("infra/live/{name}")))
    };
    let [sarif, gitlab, github] = written(false);
    assert!(sarif.contains("\"uri\": \"plan.json\"") && gitlab.contains("\"path\": \"plan.json\"") && github.contains("file=plan.json,"), "{github}");
    let [sarif, gitlab, github] = written(true);
    assert!(sarif.contains("\"uri\": \"infra/live/plan.json\"") && sarif.contains("\"uri\": \"taxonomy.yaml\""), "{sarif}");
    assert!(gitlab.contains("\"path\": \"infra/live/plan.json\"") && github.contains("file=infra/live/plan.json,"), "{gitlab} {github}");
}
