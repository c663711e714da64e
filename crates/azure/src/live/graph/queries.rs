//! The queries, in the Kusto language as Resource Graph speaks it.
//! <https://learn.microsoft.com/azure/governance/resource-graph/concepts/query-language>
//!
//! Pages are stable only where rows are ordered by a column that is unique: the id.

use super::proofs;

/// Every resource, with what proves the state that its kind can be in.
pub(super) fn resources() -> String {
    format!(
        "resources
| project id, name, type, location, subscriptionId, tags, managedBy,
    createdTime = coalesce(tostring(properties.timeCreated), tostring(properties.creationTime), tostring(properties.createdDate), tostring(properties.creationDate)),
    factPower = tostring(properties.extended.instanceView.powerState.code),
    factSource = tostring(properties.creationData.sourceResourceId),
    factUses = {},
    factEnds = {},
    factRetention = {},
    factUser = {}
| order by id asc",
        proofs::uses_query(),
        proofs::ends_query(),
        proofs::retention_query(),
        proofs::user_query()
    )
}

/// Subscriptions and resource groups.
pub(super) const CONTAINERS: &str = "resourcecontainers
| where type in~ ('microsoft.resources/subscriptions', 'microsoft.resources/subscriptions/resourcegroups')
| project id, name, type, location, subscriptionId, tags, properties
| order by id asc";
