//! Terraform itself: plans that it writes here and now, with resources that need no provider from a registry.

use std::path::{Path, PathBuf};
use std::process::Command;
use tagledger_tests::{Desk, TAXONOMY, skipped};

const MAIN: &str = r#"resource "terraform_data" "shop" {
  input = { Environment = "production" }
}
resource "terraform_data" "later" {
  triggers_replace = terraform_data.shop.id
}
"#;

/// A desk with a binary plan `tfplan`, and the same under a name that promises JSON; none where there is no Terraform.
fn planned() -> Option<Desk> {
    if Command::new("terraform").arg("version").output().is_err() {
        skipped("terraform is not installed");
        return None;
    }
    let desk = Desk::new();
    desk.put("taxonomy.yaml", TAXONOMY);
    let main = desk.put("main.tf", MAIN);
    for words in [&["init", "-input=false", "-no-color"][..], &["plan", "-input=false", "-no-color", "-out=tfplan"]] {
        let done = Command::new("terraform").args(words).current_dir(main.parent().unwrap()).output().unwrap();
        assert!(done.status.success(), "{words:?}: {}", String::from_utf8_lossy(&done.stderr));
    }
    desk.put("plan.json", std::fs::read(desk.path("tfplan")).unwrap());
    Some(desk)
}

/// A folder with a program called `terraform` that runs this script.
fn program(desk: &Desk, folder: &str, script: &str) -> PathBuf {
    let path = desk.put(&format!("{folder}/terraform"), format!("#!/bin/sh\n{script}\n"));
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    path.parent().unwrap().to_owned()
}

#[test]
fn a_binary_plan_is_shown_by_terraform() {
    let Some(desk) = planned() else { return };
    let said = desk.call("check --tf tfplan").exits(0).said();
    assert!(said.contains("2 resources of providers that are no cloud were not judged"), "{said}");
    assert!(said.contains("0 resources, 0 answered for, 0 failing"), "{said}");
    // The same plan as its JSON, and several at once.
    let shown = Command::new("terraform").args(["show", "-json", "tfplan"]).current_dir(desk.path("")).output().unwrap();
    desk.put("shown.json", &shown.stdout);
    let said = desk.call("check shown.json --tf tfplan").exits(0).said();
    assert_eq!(said.matches("2 resources of providers that are no cloud were not judged").count(), 2, "{said}");
}

#[test]
fn a_binary_plan_called_json_is_told_from_one() {
    let Some(desk) = planned() else { return };
    let done = desk.call("check plan.json").exits(2);
    assert!(done.err.contains("plan.json: this is a binary plan, whatever its name says") && done.err.contains("--tf"), "{}", done.err);
    // With --tf its name does not matter.
    desk.call("check --tf plan.json").exits(0);
}

#[test]
fn a_terraform_that_is_missing_or_fails_is_said() {
    let desk = Desk::new();
    desk.put("taxonomy.yaml", TAXONOMY);
    desk.put("tfplan", "PK\u{3}\u{4}");
    desk.put("none/x", "");
    let call = |path: &Path| desk.call("check --tf tfplan").env("PATH", path).exits(2).err;
    let said = call(&desk.path("none"));
    assert!(said.contains("neither `terraform` nor `tofu` is installed here; run `terraform show -json` where the plan was made"), "{said}");
    let said = call(&program(&desk, "failing", "echo 'Error: plan file was created by another version' >&2; exit 1"));
    assert!(said.contains("`terraform show -json` failed: Error: plan file was created by another version"), "{said}");
    let said = call(&program(&desk, "silent", "exit 0"));
    assert!(said.contains("tfplan: the file is empty"), "{said}");
    let said = call(&program(&desk, "talking", "echo nothing to show"));
    assert!(said.contains("tfplan:1:1: this is neither a plan nor a template"), "{said}");
}
