//! The beginning of a file for each reader, for tests that hold the readers of all clouds against one another.

/// Reader id and a small export of that kind. All names in them are made up.
#[doc(hidden)]
pub const SAMPLES: &[(&str, &str)] = &[
    (
        "azure.resource-graph.query",
        r#"{"count": 1, "data": [{"id": "/subscriptions/0000-01/resourceGroups/rg-shop/providers/Microsoft.Compute/disks/d1", "location": "westeurope", "name": "d1",
            "resourceGroup": "rg-shop", "subscriptionId": "0000-01", "tags": {"Environment": "prod"}, "type": "microsoft.compute/disks"}], "skip_token": null, "total_records": 1}"#,
    ),
    (
        "azure.resource-graph.query",
        r#"{"totalRecords": 1, "count": 1, "data": {"columns": [{"name": "id", "type": "string"}, {"name": "tags", "type": "object"}],
            "rows": [["/subscriptions/0000-01/resourceGroups/rg-shop", null]]}, "facets": [], "resultTruncated": "false"}"#,
    ),
    (
        "azure.resource-graph.query",
        r#"[{"id": "/subscriptions/0000-01", "name": "prod", "subscriptionId": "0000-01", "tenantId": "t-1", "tags": {}, "type": "microsoft.resources/subscriptions"}]"#,
    ),
    (
        "azure.resource.list",
        r#"[{"createdTime": "2026-08-01T00:00:00+00:00", "id": "/subscriptions/0000-01/resourceGroups/rg-shop/providers/Microsoft.Web/serverFarms/plan", "location": "westeurope",
            "name": "plan", "resourceGroup": "rg-shop", "sku": {"name": "B1"}, "tags": null, "type": "Microsoft.Web/serverFarms"}]"#,
    ),
    (
        "azure.resource.list",
        r#"{"value": [{"id": "/subscriptions/0000-01/resourceGroups/rg-shop/providers/Microsoft.Compute/disks/d1", "name": "d1", "type": "Microsoft.Compute/disks", "location": "westeurope"}]}"#,
    ),
    (
        "azure.group.list",
        r#"[{"id": "/subscriptions/0000-01/resourceGroups/rg-shop", "location": "westeurope", "managedBy": null, "name": "rg-shop",
            "properties": {"provisioningState": "Succeeded"}, "tags": {"Owner": "linda"}, "type": "Microsoft.Resources/resourceGroups"}]"#,
    ),
    (
        "azure.account.list",
        r#"[{"cloudName": "AzureCloud", "homeTenantId": "t-1", "id": "0000-01", "isDefault": true, "managedByTenants": [], "name": "prod", "state": "Enabled",
            "tenantId": "t-1", "user": {"name": "linda@example.com", "type": "user"}}]"#,
    ),
    (
        "azure.account.list",
        r#"{"value": [{"id": "/subscriptions/0000-01", "authorizationSource": "RoleBased", "managedByTenants": [], "tags": {"Environment": "prod"}, "subscriptionId": "0000-01",
            "tenantId": "t-1", "displayName": "prod", "state": "Enabled"}], "count": {"type": "Total", "value": 1}}"#,
    ),
];
