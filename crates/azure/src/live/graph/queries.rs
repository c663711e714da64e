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
    factEnds = {},
    factRetention = {},
    factUser = {}
| order by id asc",
        proofs::ends_query(),
        proofs::retention_query(),
        proofs::user_query()
    )
}

/// Subscriptions and resource groups, and how many resources lie in each group.
pub(super) const CONTAINERS: &str = "resourcecontainers
| where type in~ ('microsoft.resources/subscriptions', 'microsoft.resources/subscriptions/resourcegroups')
| extend place = tolower(strcat(subscriptionId, '/', resourceGroup))
| join kind=leftouter (
    resources
    | extend place = tolower(strcat(subscriptionId, '/', resourceGroup))
    | summarize holds = count() by place
) on place
| project id, name, type, location, subscriptionId, tags, properties, factHolds = coalesce(holds, 0)
| order by id asc";

/// What is used by others that name it, and those others: who uses whom is found out here, because a query may join three times at most.
pub(super) const USERS: &str = "resources
| where type in~ ('microsoft.sql/servers/elasticpools', 'microsoft.sql/servers/databases', 'microsoft.network/virtualnetworkgateways',
    'microsoft.network/connections', 'microsoft.web/connections', 'microsoft.logic/workflows')
| where type !~ 'microsoft.sql/servers/databases' or isnotempty(tostring(properties.elasticPoolId))
| project id, name, type, location, subscriptionId,
    factUses = case(type =~ 'microsoft.sql/servers/databases', tostring(properties.elasticPoolId),
        type =~ 'microsoft.network/connections', strcat(tostring(properties.virtualNetworkGateway1.id), ',', tostring(properties.virtualNetworkGateway2.id)),
        type =~ 'microsoft.logic/workflows', tostring(properties.parameters['$connections'].value), ''),
    factUser = case(type =~ 'microsoft.network/virtualnetworkgateways', tostring(properties.vpnClientConfiguration),
        type =~ 'microsoft.web/connections' and kind =~ 'V2', 'workflows that keep their connections to themselves', '')
| order by id asc";
