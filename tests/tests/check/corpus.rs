//! Real plans from public repositories, held against an oracle that was written apart from the program (`tests/oracle/terraform.py`).

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;
use tagledger_tests::{Desk, root, shared, skipped};

/// Keys are compared without case and separators.
fn fold(key: &str) -> String {
    key.chars().filter(|c| !matches!(c, '_' | '-' | '.' | ':' | '/' | ' ')).flat_map(char::to_lowercase).collect()
}

/// Keys that platforms write, which are no user's.
fn is_reserved(key: &str) -> bool {
    ["aws:", "lambda:", "goog-", "k8s-", "hidden-"].iter().any(|prefix| key.starts_with(prefix))
}

fn oracle(plan: &std::path::Path) -> Option<Vec<Value>> {
    let done = Command::new("python3").arg(root().join("tests/oracle/terraform.py")).arg(plan).output().ok()?;
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    Some(serde_json::from_slice(&done.stdout).unwrap())
}

fn words(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// What the program should say of one resource and key: nothing when the key is there.
fn expected(answer: &Value, key: &str) -> Option<&'static str> {
    let has = answer["tags"].as_object().unwrap().keys().any(|k| fold(k) == key);
    let open = answer["complete"] == false || words(&answer["open"]).any(|k| fold(k) == key);
    match (has, open, answer["taggable"].as_bool()) {
        (true, _, _) | (_, _, Some(false)) => None,
        (false, false, Some(true)) => Some("violated"),
        (false, _, _) => Some("undetermined"),
    }
}

/// The keys that are asked for: the most frequent of the plan, and one that nothing has.
fn keys(answers: &[Value]) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for key in answers.iter().flat_map(|a| a["tags"].as_object().unwrap().keys()).filter(|k| !is_reserved(k)) {
        *counts.entry(fold(key)).or_default() += 1;
    }
    let mut all: Vec<(usize, String)> = counts.into_iter().filter(|(k, _)| k.chars().all(|c| c.is_ascii_alphanumeric())).map(|(k, n)| (n, k)).collect();
    all.sort_by(|a, b| b.cmp(a));
    all.into_iter().map(|(_, key)| key).take(6).chain(["nobodyhasthis".to_owned()]).collect()
}

fn judged(desk: &Desk, plan: &std::path::Path) -> (BTreeSet<(String, String, String)>, Value) {
    let done = desk.call("check --all --format json").with([plan.to_str().unwrap()]).done();
    assert!(matches!(done.code, 0 | 1), "{}: {}", plan.display(), done.err);
    let gate: Value = serde_json::from_str(&done.out).unwrap();
    let missing = gate["findings"].as_array().unwrap().iter().filter(|f| f["finding"]["rule"] == "missing-required-key");
    let word = |v: &Value| v.as_str().unwrap().to_owned();
    (missing.map(|f| (word(&f["finding"]["resource"]), word(&f["finding"]["key"]), word(&f["finding"]["verdict"]))).collect(), gate)
}

/// What the program says beyond the expected, and what it does not say; and whether each resource is answered for.
fn differences(plan: &std::path::Path, answers: &[Value]) -> Vec<String> {
    let keys = keys(answers);
    let mut taxonomy = String::from("version: 1\nkeys:\n");
    for key in &keys {
        writeln!(taxonomy, "  {key}: {{ required: true }}").unwrap();
    }
    let desk = Desk::new();
    desk.put("taxonomy.yaml", &taxonomy);
    let (found, gate) = judged(&desk, plan);
    let mut wanted = BTreeSet::new();
    for answer in answers {
        for key in &keys {
            if let Some(verdict) = expected(answer, key) {
                wanted.insert((answer["address"].as_str().unwrap().to_owned(), key.clone(), verdict.to_owned()));
            }
        }
    }
    let shown = |d: &(String, String, String)| format!("{}: {} {d:?}", plan.display(), if found.contains(d) { "false alarm" } else { "miss" });
    let mut all: Vec<String> = found.symmetric_difference(&wanted).map(shown).collect();
    let is_gated = |r: &Value| ["create", "replace", "import", "retag"].contains(&r["action"].as_str().unwrap());
    let mut actions: Vec<(&str, bool)> = answers.iter().map(|a| (a["address"].as_str().unwrap(), a["class"] == "gated")).collect();
    let mut seen: Vec<(&str, bool)> = gate["resources"].as_array().unwrap().iter().map(|r| (r["address"].as_str().unwrap(), is_gated(r))).collect();
    actions.sort_unstable();
    seen.sort_unstable();
    if seen != actions {
        all.push(format!("{}: answered for {seen:?}, expected {actions:?}", plan.display()));
    }
    all
}

/// Plans of our own for what the corpus does not have: default tags and aliases, awscc and azapi, deposed objects, imports, sensitive tags, odd
/// encodings. The answers beside them are those of an oracle written apart from the program, checked against answers written by hand.
#[test]
fn every_plan_of_our_own_is_judged_as_written_beside_it() {
    let folder = root().join("tests/plans");
    let (mut count, mut wrong) = (0, Vec::new());
    for entry in std::fs::read_dir(folder.join("expected")).unwrap() {
        let expected = entry.unwrap().path();
        let answers: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(&expected).unwrap()).unwrap();
        wrong.extend(differences(&folder.join(expected.file_name().unwrap()), &answers));
        count += answers.len();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 50, "{count}");
}

#[test]
fn every_real_plan_is_judged_as_the_oracle_says() {
    let Some(folder) = shared("data/iac/tfplan") else { return };
    let edges = ["missing-format-version", "invalid-actions", "terragrunt-multi-document", "trimmed-no-format-version-google", "utf16le-bom-2"];
    let mut plans: Vec<PathBuf> =
        std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).filter(|p| p.extension().is_some_and(|e| e == "json")).collect();
    plans.extend(edges.iter().map(|name| folder.join(format!("../tfplan-edge/{name}.json"))));
    plans.sort();
    let (mut resources, mut wrong) = (0, Vec::new());
    for plan in &plans {
        let Some(answers) = oracle(plan) else { return skipped("python3 is not installed") };
        wrong.extend(differences(plan, &answers));
        resources += answers.len();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // The corpus is what makes this test worth anything.
    assert!(plans.len() > 40 && resources > 200, "{} plans, {resources} resources", plans.len());
}

#[test]
fn a_table_without_changes_says_so() {
    let Some(folder) = shared("data/iac/tfplan-edge") else { return };
    let desk = Desk::laid();
    let done = desk.call("check").with([folder.join("no-resource-changes-providers-only.json").to_str().unwrap()]).exits(0);
    assert!(done.out.contains("0 resources"), "{}", done.out);
}

#[test]
fn every_real_template_is_judged_as_the_oracle_says() {
    let Some(folder) = shared("data/iac") else { return };
    let Some(python) = std::env::var_os("TAGLEDGER_TEST_PYTHON") else {
        return skipped("TAGLEDGER_TEST_PYTHON names no Python with PyYAML; `cargo xtask test` makes one");
    };
    let mut templates: Vec<PathBuf> =
        ["cfn", "cdk", "sam"].iter().flat_map(|kind| std::fs::read_dir(folder.join(kind)).unwrap().map(|e| e.unwrap().path())).collect();
    templates.sort();
    let types = root().join("crates/iac/src/cloudformation/types.tsv");
    let (mut resources, mut wrong) = (0, Vec::new());
    for template in &templates {
        let done = Command::new(&python).arg(root().join("tests/oracle/cloudformation.py")).arg(&types).arg(template).output().unwrap();
        assert!(done.status.success(), "{}: {}", template.display(), String::from_utf8_lossy(&done.stderr));
        let answers: Vec<Value> = serde_json::from_slice(&done.stdout).unwrap();
        wrong.extend(differences(template, &answers));
        resources += answers.len();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(templates.len() >= 15 && resources > 300, "{} templates, {resources} resources", templates.len());
}

/// What-if answers, ARM templates, Pulumi previews and Kubernetes manifests, held against `tests/oracle/others.py`, which was written apart from
/// the program and looks types up in a list of its own.
#[test]
fn every_real_file_of_the_other_tools_is_judged_as_the_oracle_says() {
    let Some(folder) = shared("data/iac") else { return };
    let files = ["arm", "pulumi", "k8s"].iter().flat_map(|kind| std::fs::read_dir(folder.join(kind)).unwrap().map(|e| e.unwrap().path())).collect();
    let Some((states, resources)) = held_against_others(&files) else { return };
    assert!(files.len() >= 13 && states == 1 && resources > 70, "{} files, {states} states, {resources} resources", files.len());
}

/// The same for files of our own, which hold what the real ones do not: secret and unknown values, default tags of providers, imports, scopes of
/// nested deployments, labels with prefixes.
#[test]
fn every_file_of_our_own_for_the_other_tools_is_judged_as_the_oracle_says() {
    let files = std::fs::read_dir(root().join("tests/plans/others")).unwrap().map(|e| e.unwrap().path()).collect();
    let Some((_, resources)) = held_against_others(&files) else { return };
    assert!(files.len() == 4 && resources > 20, "{} files, {resources} resources", files.len());
}

/// How many files are states, and how many resources the others have; nothing without Python.
fn held_against_others(files: &Vec<PathBuf>) -> Option<(usize, usize)> {
    let Some(python) = std::env::var_os("TAGLEDGER_TEST_PYTHON") else {
        skipped("TAGLEDGER_TEST_PYTHON names no Python with PyYAML; `cargo xtask test` makes one");
        return None;
    };
    let (mut resources, mut states, mut wrong) = (0, 0, Vec::new());
    for file in files {
        let done = Command::new(&python).arg(root().join("tests/oracle/others.py")).arg(file).output().unwrap();
        assert!(done.status.success(), "{}: {}", file.display(), String::from_utf8_lossy(&done.stderr));
        let answer: Value = serde_json::from_slice(&done.stdout).unwrap();
        if answer["error"] == "state-file" {
            let done = Desk::laid().call("check").with([file.to_str().unwrap()]).exits(2);
            assert!(done.err.contains("pulumi preview --json"), "{}", done.err);
            states += 1;
            continue;
        }
        let answers: Vec<Value> =
            answer["resources"].as_array().unwrap().iter().filter(|r| r["class"] != "ignored" && r["cloud"] != "other").cloned().collect();
        wrong.extend(differences(file, &answers));
        resources += answers.len();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Some((states, resources))
}
