//! The IAM policy that allows what the collectors call, and nothing else.

use serde_json::json;
use tagledger_collect::CollectorInfo;

/// One statement: every call reads, and none of them can be narrowed to resources that a scan knows beforehand.
pub(crate) fn policy(collectors: &[&CollectorInfo]) -> String {
    let mut actions: Vec<&str> = collectors.iter().flat_map(|info| info.operations).map(|operation| operation.permission).collect();
    actions.sort_unstable();
    actions.dedup();
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Sid": "Tagledger", "Effect": "Allow", "Action": actions, "Resource": "*"}]});
    format!("{policy:#}\n")
}
