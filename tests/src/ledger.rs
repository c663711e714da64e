//! What a run says of what was seen.

use crate::{Desk, records};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A text, or a dash.
pub fn word(value: &Value) -> &str {
    value.as_str().unwrap_or("-")
}

/// A row of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// In a word.
    pub outcome: String,
    /// Resources.
    pub count: u64,
    /// The reason, or a dash.
    pub why: String,
}

/// The rows of one collector by account and Region.
pub fn ledger(report: &Value, collector: &str) -> BTreeMap<(String, String), Row> {
    let rows = report["coverage"].as_array().unwrap().iter().filter(|row| row["collector"] == collector);
    rows.map(|row| {
        let told = Row { outcome: word(&row["outcome"]).to_owned(), count: row["count"].as_u64().unwrap_or(0), why: word(&row["why"]).to_owned() };
        ((word(&row["scope"]).to_owned(), word(&row["region"]).to_owned()), told)
    })
    .collect()
}

/// The sentence behind the exit code.
pub fn why(report: &Value) -> &str {
    word(&report["exit"]["why"])
}

/// The ids of all resources of a run; none may be there twice.
pub fn ids(desk: &Desk, run: &str) -> BTreeSet<String> {
    let rows = records(&desk.text(&format!("{run}/resources.csv")));
    let all: BTreeSet<String> = rows.iter().map(|row| row["id"].clone()).collect();
    assert_eq!(all.len(), rows.len(), "a resource is there twice");
    all
}
