//! Clouds asked themselves: the program, real sockets, the vendor's own SDK, and servers that answer as the cloud does.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

#[path = "live/account.rs"]
mod account;
#[path = "live/costs.rs"]
mod costs;
#[path = "live/interrupted.rs"]
mod interrupted;
#[path = "live/narrow.rs"]
mod narrow;
#[path = "live/organization.rs"]
mod organization;
#[path = "live/permissions.rs"]
mod permissions;
#[path = "live/seed.rs"]
mod seed;
#[path = "live/server.rs"]
mod server;
#[path = "live/traces.rs"]
mod traces;
#[path = "live/truth.rs"]
mod truth;
#[path = "live/weather.rs"]
mod weather;

use serde_json::Value;
use std::collections::BTreeMap;
use tagledger_tests::{Row, ids, ledger, why};

const TAGGING: &str = "aws.resourcegroupstaggingapi";
const EXPLORER: &str = "aws.resource-explorer-2";

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
