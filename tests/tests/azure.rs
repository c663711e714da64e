//! Azure asked itself: the program, real sockets, Microsoft's generated clients, and a server that answers as Resource Manager and Resource Graph do.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

#[path = "azure/costs.rs"]
mod costs;
#[path = "azure/credentials.rs"]
mod credentials;
#[path = "azure/estate.rs"]
mod estate;
#[path = "azure/interrupted.rs"]
mod interrupted;
#[path = "azure/judges.rs"]
mod judges;
#[path = "azure/server.rs"]
mod server;
#[path = "azure/tenant.rs"]
mod tenant;
#[path = "azure/truth.rs"]
mod truth;
#[path = "azure/weather.rs"]
mod weather;

use serde_json::Value;
use std::collections::BTreeMap;
use tagledger_tests::{Row, ledger};

const RESOURCES: &str = "azure.resource-graph";
const LISTS: &str = "azure.resource-manager.resources";

/// The rows of one collector by subscription.
fn by_subscription(report: &Value, collector: &str) -> BTreeMap<String, Row> {
    ledger(report, collector).into_iter().map(|((scope, _), row)| (scope, row)).collect()
}

fn outcomes(report: &Value, collector: &str) -> BTreeMap<String, (String, u64)> {
    by_subscription(report, collector).into_iter().map(|(scope, row)| (scope, (row.outcome, row.count))).collect()
}
