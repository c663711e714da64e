//! What other systems take: JUnit's XML by the schema that Jenkins published, Code Quality by the fields that GitLab documents.

use super::{bare, desk};
use serde_json::{Value, json};
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use tagledger_tests::{Desk, skipped};

/// Validates XML by a schema of the environment, and prints what does not fit.
const XML: &str = r#"
import os, sys, xmlschema
schema = xmlschema.XMLSchema(os.path.join(sys.prefix, "published", "junit-10.xsd"))
for path in sys.argv[1:]:
    for error in schema.iter_errors(path):
        print(f"{path}: {error.path}: {error.reason}")
"#;

/// Validates JSON by the schema that comes first.
const JSON: &str = r#"
import json, sys, jsonschema
schema = json.load(open(sys.argv[1], encoding="utf-8"))
checker = jsonschema.validators.validator_for(schema)
checker.check_schema(schema)
for error in checker(schema).iter_errors(json.load(open(sys.argv[2], encoding="utf-8"))):
    print(f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}")
"#;

/// The Python of `cargo xtask test`; none elsewhere.
fn python() -> Option<OsString> {
    let found = std::env::var_os("TAGLEDGER_TEST_PYTHON");
    if found.is_none() {
        skipped("TAGLEDGER_TEST_PYTHON names no Python with validators; `cargo xtask test` makes one");
    }
    found
}

fn said(python: &OsString, script: &str, files: &[&Path]) -> String {
    let output = Command::new(python).args(["-c", script]).args(files).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A template with every sort of answer, and text in it that tries to be more than text.
fn varied() -> Desk {
    let desk = Desk::laid();
    desk.put(
        "t.yaml",
        "Resources:\n  A: {Type: AWS::S3::Bucket}\n  B: {Type: AWS::S3::Bucket, Properties: {Tags: !Ref T}}\n  C: {Type: AWS::S3::BucketPolicy}\n  D: {Type: AWS::S3::Bucket, Properties: {Tags: [{Key: Environment, Value: \"<&\\u0001]]>\\\"\"}, {Key: Application, Value: shop}]}}\n  Fn::ForEach::Many: [X, [a], {}]\n",
    );
    desk
}

#[test]
fn junit_fits_the_published_schema() {
    let Some(python) = python() else { return };
    let varied = varied();
    varied.call("check t.yaml --format junit=check.xml").exits(1);
    let text = varied.text("check.xml");
    for part in ["<failure ", "<skipped ", "<error "] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(said(&python, XML, &[&varied.path("check.xml")]), "");
    // A plan that changes nothing still has a case.
    let nothing = desk(&json!({"format_version": "1.2", "resource_changes": []}));
    nothing.call("check plan.json --format junit=check.xml").exits(0);
    assert!(nothing.text("check.xml").matches("<testcase").count() == 1, "{}", nothing.text("check.xml"));
    assert_eq!(said(&python, XML, &[&nothing.path("check.xml")]), "");
    // The schema can say no.
    varied.put("wrong.xml", text.replacen("classname", "clasname", 1));
    assert!(said(&python, XML, &[&varied.path("wrong.xml")]).contains("clasname"));
}

/// <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>: all that is documented, and nothing else.
fn code_quality() -> Value {
    let text = json!({"type": "string", "minLength": 1});
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": false,
            "required": ["description", "check_name", "fingerprint", "severity", "location"],
            "properties": {
                "description": text, "check_name": text, "fingerprint": text,
                "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
                "location": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["path", "lines"],
                    "properties": {
                        "path": {"type": "string", "pattern": "^[^./]"},
                        "lines": {
                            "type": "object",
                            "additionalProperties": false,
                            "required": ["begin"],
                            "properties": {"begin": {"type": "integer", "minimum": 1}}
                        }
                    }
                }
            }
        }
    })
}

#[test]
fn code_quality_has_the_documented_fields() {
    let Some(python) = python() else { return };
    let desk = varied();
    desk.put("schema.json", code_quality().to_string());
    desk.call("check ./t.yaml --format gitlab=check.json").exits(1);
    let bytes = std::fs::read(desk.path("check.json")).unwrap();
    assert_eq!(bytes.first(), Some(&b'['), "GitLab takes no byte order mark");
    let all: Vec<Value> = serde_json::from_slice(&bytes).unwrap();
    let prints: std::collections::BTreeSet<&str> = all.iter().filter_map(|f| f["fingerprint"].as_str()).collect();
    assert!(all.len() >= 3 && prints.len() == all.len(), "{all:?}");
    let schema = desk.path("schema.json");
    assert_eq!(said(&python, JSON, &[&schema, &desk.path("check.json")]), "");
    desk.put("wrong.json", desk.text("check.json").replace("\"begin\"", "\"start\""));
    assert!(said(&python, JSON, &[&schema, &desk.path("wrong.json")]).contains("begin"));
}

#[test]
fn what_is_bare_is_one_entry_for_each_key() {
    let desk = desk(&bare());
    let all: Vec<Value> = serde_json::from_str(&desk.call("check plan.json --format gitlab").exits(1).out).unwrap();
    assert_eq!(all.iter().filter_map(|f| f["check_name"].as_str()).collect::<Vec<_>>(), ["missing-required-key", "missing-required-key"]);
}
