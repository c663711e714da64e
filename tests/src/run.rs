//! Scanning an estate, and reading what the run wrote.

use crate::{Call, tagledger};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// The moment for which the estates of the testkit are made.
pub const NOW: &str = "2026-11-01T00:00:00Z";

/// A scan of an estate as the testkit writes it: `inventory/`, `bill/` and `taxonomy.yaml` in one folder.
pub fn scan(estate: &Path, out: &Path) -> Call {
    tagledger(["scan", "--now", NOW, "--from"])
        .with([&estate.join("inventory")])
        .with(["--bill"])
        .with([&estate.join("bill")])
        .with(["--taxonomy"])
        .with([&estate.join("taxonomy.yaml")])
        .with(["--out"])
        .with([out])
}

/// `report.json` of a run.
pub fn report(run: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(run.join("report.json")).unwrap()).unwrap()
}

/// The waiver that covers a finding of a report, as the testkit tells it: its reason, who answers for it, and its last day.
pub fn waived(finding: &Value) -> Option<String> {
    let waiver = finding.get("waived")?;
    let text = |name: &str| waiver[name].as_str().unwrap();
    Some([text("reason"), text("owner"), text("expires")].join("; "))
}

/// Rows of a CSV text by the names of its columns.
pub fn records(text: &str) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_reader(text.as_bytes()).deserialize().map(Result::unwrap).collect()
}
