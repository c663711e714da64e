//! A real browser, driven step by step.

use crate::{root, skipped};
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// The browser; none where somebody said to go without it.
pub fn browser() -> Option<PathBuf> {
    if std::env::var_os("TAGLEDGER_SKIP_BROWSER").is_some_and(|v| !v.is_empty()) {
        skipped("TAGLEDGER_SKIP_BROWSER is set");
        return None;
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).flat_map(|f| BROWSERS.map(|name| f.join(name))).find(|f| f.is_file());
    assert!(found.is_some(), "none of {} is on PATH; TAGLEDGER_SKIP_BROWSER=1 goes without this test", BROWSERS.join(", "));
    found
}

/// Does these steps (`tests/browser/drive.js` says which there are) and gives an answer for each; files go to the folder. Nothing may be said on the console,
/// and nothing be asked of any network.
pub fn drive(kept: &Path, steps: &Value) -> Option<Vec<Value>> {
    let browser = browser()?;
    let Some(packages) = std::env::var_os("TAGLEDGER_TEST_NODE") else {
        skipped("TAGLEDGER_TEST_NODE names no folder with what drives a browser; `cargo xtask test` makes one");
        return None;
    };
    let mut node = Command::new("node");
    node.arg(root().join("tests/browser/drive.js")).arg(browser).arg(kept).env("TAGLEDGER_TEST_NODE", packages);
    let mut child = node.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(steps.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut answers: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let said = answers.pop().unwrap_or_default();
    assert!(said.as_array().is_some_and(Vec::is_empty), "the page complains: {said}");
    Some(answers)
}
