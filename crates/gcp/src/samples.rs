//! The beginning of a file for each reader, for tests that hold the readers of all clouds against one another.

/// Reader id and a small export of that kind. All names in them are made up.
#[doc(hidden)]
pub const SAMPLES: &[(&str, &str)] = &[
    (
        "gcp.asset.search-all-resources",
        r#"[{"additionalAttributes": {"id": "1", "networkInterfaces": []}, "assetType": "compute.googleapis.com/Disk", "createTime": "2026-08-01T00:00:00Z", "displayName": "d1",
            "folders": ["folders/22"], "labels": {"environment": "prod"}, "location": "europe-west1-b",
            "name": "//compute.googleapis.com/projects/shop-prod/zones/europe-west1-b/disks/d1", "organization": "organizations/33",
            "parentFullResourceName": "//cloudresourcemanager.googleapis.com/projects/shop-prod", "project": "projects/11", "state": "READY"}]"#,
    ),
    (
        "gcp.asset.search-all-resources",
        r#"{"results": [{"name": "//storage.googleapis.com/shop-data", "assetType": "storage.googleapis.com/Bucket", "project": "projects/11"}]}"#,
    ),
    (
        "gcp.asset.list",
        r#"[{"ancestors": ["projects/11", "folders/22", "organizations/33"], "assetType": "storage.googleapis.com/Bucket", "name": "//storage.googleapis.com/shop-data",
            "resource": {"data": {"id": "shop-data", "labels": {"environment": "prod"}}, "location": "eu", "version": "v1"}, "updateTime": "2026-08-01T00:00:00Z"}]"#,
    ),
    (
        "gcp.asset.list",
        "{\"name\":\"//storage.googleapis.com/shop-data\",\"asset_type\":\"storage.googleapis.com/Bucket\",\"resource\":{\"version\":\"v1\",\"data\":{\"labels\":{}},\"location\":\"eu\"},\"ancestors\":[\"projects/11\"]}\n",
    ),
    (
        "gcp.projects.list",
        r#"[{"createTime": "2026-08-01T00:00:00.000Z", "labels": {"environment": "prod"}, "lifecycleState": "ACTIVE", "name": "Shop", "parent": {"id": "22", "type": "folder"},
            "projectId": "shop-prod", "projectNumber": "11"}]"#,
    ),
    (
        "gcp.projects.list",
        r#"{"projects": [{"name": "projects/11", "parent": "folders/22", "projectId": "shop-prod", "state": "ACTIVE", "displayName": "Shop", "createTime": "2026-08-01T00:00:00Z"}]}"#,
    ),
];
