//! Google Cloud asked itself: the program, real sockets, Google's generated clients, and a server that answers as Cloud Asset Inventory and Resource
//! Manager do.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

#[path = "gcp/costs.rs"]
mod costs;
#[path = "gcp/credentials.rs"]
mod credentials;
#[path = "gcp/estate.rs"]
mod estate;
#[path = "gcp/interrupted.rs"]
mod interrupted;
#[path = "gcp/judges.rs"]
mod judges;
#[path = "gcp/kinds.rs"]
mod kinds;
#[path = "gcp/organization.rs"]
mod organization;
#[path = "gcp/server.rs"]
mod server;
#[path = "gcp/truth.rs"]
mod truth;
#[path = "gcp/weather.rs"]
mod weather;

use serde_json::Value;
use std::collections::BTreeMap;
use tagledger_tests::{Row, ledger};

const SEARCH: &str = "gcp.asset.search";
const LIST: &str = "gcp.asset.list";
const PROJECTS: &str = "gcp.resource-manager.projects";

/// The rows of one collector by scope.
fn by_scope(report: &Value, collector: &str) -> BTreeMap<String, Row> {
    ledger(report, collector).into_iter().map(|((scope, _), row)| (scope, row)).collect()
}

/// How many resources a collector says that it has read.
fn counted(report: &Value, collector: &str) -> u64 {
    by_scope(report, collector).values().map(|row| row.count).sum()
}
