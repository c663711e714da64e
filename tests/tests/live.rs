//! Clouds asked themselves: the program, real sockets, the vendor's own SDK, and servers that answer as the cloud does.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

#[path = "live/account.rs"]
mod account;
#[path = "live/interrupted.rs"]
mod interrupted;
#[path = "live/organization.rs"]
mod organization;
#[path = "live/permissions.rs"]
mod permissions;
#[path = "live/seed.rs"]
mod seed;
#[path = "live/server.rs"]
mod server;
#[path = "live/truth.rs"]
mod truth;
#[path = "live/weather.rs"]
mod weather;

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use tagledger_tests::Desk;

const TAGGING: &str = "aws.resourcegroupstaggingapi";
const EXPLORER: &str = "aws.resource-explorer-2";

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or("-")
}

/// A row of the ledger: outcome, count and reason.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    outcome: String,
    count: u64,
    why: String,
}

/// The rows of one collector by account and Region.
fn ledger(report: &Value, collector: &str) -> BTreeMap<(String, String), Row> {
    let rows = report["coverage"].as_array().unwrap().iter().filter(|row| row["collector"] == collector);
    rows.map(|row| {
        let told = Row { outcome: word(&row["outcome"]).to_owned(), count: row["count"].as_u64().unwrap_or(0), why: word(&row["why"]).to_owned() };
        ((word(&row["scope"]).to_owned(), word(&row["region"]).to_owned()), told)
    })
    .collect()
}

/// Outcome and count alone, by Region, of the only account.
fn by_region(report: &Value, collector: &str) -> BTreeMap<String, (String, u64)> {
    ledger(report, collector).into_iter().map(|((_, region), row)| (region, (row.outcome, row.count))).collect()
}

fn outcome(word: &str, count: u64) -> (String, u64) {
    (word.to_owned(), count)
}

/// How many resources miss what the taxonomy of one key requires.
fn missing(report: &Value) -> usize {
    report["findings"].as_array().unwrap().iter().filter(|f| f["rule"] == "missing-required-key" && f["verdict"] == "violated").count()
}

fn why(report: &Value) -> &str {
    word(&report["exit"]["why"])
}

/// The ids of all resources of a run; none may be there twice.
fn ids(desk: &Desk, run: &str) -> BTreeSet<String> {
    let rows = tagledger_tests::records(&desk.text(&format!("{run}/resources.csv")));
    let all: BTreeSet<String> = rows.iter().map(|row| row["id"].clone()).collect();
    assert_eq!(all.len(), rows.len(), "a resource is there twice");
    all
}
