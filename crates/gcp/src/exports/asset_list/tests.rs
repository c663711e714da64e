use crate::exports::tests::{Seen, read};
use tagledger_collect::ReadError;
use tagledger_model::{Observed, RawTag, Timestamp};

fn assets(text: &str) -> Result<Seen, ReadError> {
    read("gcp.asset.list", text)
}

fn asset(kind: &str, name: &str, resource: &str) -> String {
    format!(
        "{{\"ancestors\": [\"projects/11\", \"folders/22\", \"organizations/33\"], \"assetType\": \"{kind}\", \"name\": \"{name}\"{resource}, \"updateTime\": \"2026-08-01T00:00:00Z\"}}"
    )
}

fn described(kind: &str, data: &str) -> String {
    asset(
        kind,
        "//x.googleapis.com/projects/shop/things/T1",
        &format!(", \"resource\": {{\"data\": {data}, \"location\": \"europe-west1\", \"version\": \"v1\"}}"),
    )
}

fn labels(kind: &str, data: &str) -> Observed<Vec<RawTag>> {
    assets(&format!("[{}]", described(kind, data))).unwrap().resources.remove(0).tags
}

fn prod() -> Observed<Vec<RawTag>> {
    Observed::Known(vec![RawTag::own("env", "prod")])
}

#[test]
fn labels_sit_in_different_places() {
    for (kind, data) in [
        ("compute.googleapis.com/Disk", r#"{"labels": {"env": "prod"}}"#),
        ("sqladmin.googleapis.com/Instance", r#"{"settings": {"userLabels": {"env": "prod"}, "tier": "x"}, "labels": {"no": "no"}}"#),
        ("container.googleapis.com/Cluster", r#"{"resourceLabels": {"env": "prod"}}"#),
        ("container.googleapis.com/NodePool", r#"{"config": {"resourceLabels": {"env": "prod"}, "labels": {"no": "no"}}}"#),
        ("run.googleapis.com/Service", r#"{"metadata": {"labels": {"env": "prod"}}}"#),
        ("run.googleapis.com/Service", r#"{"labels": {"env": "prod"}}"#),
        ("monitoring.googleapis.com/AlertPolicy", r#"{"userLabels": {"env": "prod"}}"#),
    ] {
        assert_eq!(labels(kind, data), prod(), "{kind}");
    }
}

#[test]
fn bare_and_unknown_are_told_apart() {
    let bare = || Observed::Known(vec![]);
    for data in ["{}", r#"{"labels": {}}"#, r#"{"labels": null}"#, r#"{"labels": [{"key": "method"}], "settings": [1], "metadata": "x", "config": null}"#] {
        assert_eq!(labels("compute.googleapis.com/Disk", data), bare(), "{data}");
    }
    assert_eq!(labels("compute.googleapis.com/Disk", r#"{"labels": {"env": ""}}"#), Observed::Known(vec![RawTag::own("env", "")]));
    let seen = assets(&format!("[{}, {}]", asset("a/B", "//a/b", ""), asset("a/B", "//a/c", r#", "resource": {"version": "v1"}"#))).unwrap();
    assert!(seen.resources.iter().all(|r| r.tags == Observed::Unknown));
    assert!(
        seen.incomplete.len() == 1 && seen.incomplete[0].starts_with("2 assets") && seen.incomplete[0].contains("--content-type=resource"),
        "{:?}",
        seen.incomplete
    );
}

#[test]
fn an_asset_says_where_it_is_and_since_when() {
    let text = format!(
        "[{}]",
        described("compute.googleapis.com/Disk", r#"{"creationTimestamp": "2026-08-01T02:00:00.000+02:00", "name": 7, "projectNumber": [], "state": {}}"#)
    );
    let resource = assets(&text).unwrap().resources.remove(0);
    assert_eq!(
        (resource.scope.as_str(), resource.region.as_deref(), resource.name.as_deref(), resource.created),
        ("shop", Some("europe-west1"), Some("T1"), Timestamp::parse("2026-08-01"))
    );
    let bucket = assets(&format!("[{}]", asset("storage.googleapis.com/Bucket", "//storage.googleapis.com/shop-data", ""))).unwrap().resources.remove(0);
    assert_eq!(bucket.scope, "11");
}

#[test]
fn a_project_named_by_number_is_known_by_its_id() {
    for data in [
        r#"{"projectId": "shop-prod", "projectNumber": "11", "name": "Shop", "lifecycleState": "ACTIVE", "labels": {"env": "prod"}, "createTime": "2026-08-01T00:00:00Z"}"#,
        r#"{"projectId": "shop-prod", "projectNumber": 11, "name": "projects/11", "displayName": "Shop", "state": "ACTIVE", "labels": {"env": "prod"}}"#,
    ] {
        let folder = asset(
            "cloudresourcemanager.googleapis.com/Folder",
            "//cloudresourcemanager.googleapis.com/folders/22",
            r#", "resource": {"data": {"displayName": "Production"}}"#,
        );
        let project = asset(
            "cloudresourcemanager.googleapis.com/Project",
            "//cloudresourcemanager.googleapis.com/projects/11",
            &format!(", \"resource\": {{\"data\": {data}}}"),
        );
        let seen = assets(&format!("[{project}, {folder}]")).unwrap();
        let ([scope], [resource]) = (&seen.scopes[..], &seen.resources[..]) else { panic!("{seen:?}") };
        assert_eq!((scope.id.as_str(), &scope.aliases[..], scope.name.as_deref(), &scope.tags), ("shop-prod", &["11".into()][..], Some("Shop"), &prod()));
        assert_eq!(
            scope.ancestors.iter().map(|c| (c.id.as_str(), c.name.as_deref())).collect::<Vec<_>>(),
            [("folders/22", Some("Production")), ("organizations/33", None)]
        );
        assert_eq!(
            (resource.id.canonical.as_str(), resource.id.raw.as_deref()),
            ("//cloudresourcemanager.googleapis.com/projects/shop-prod", Some("//cloudresourcemanager.googleapis.com/projects/11"))
        );
        assert_eq!((resource.scope.as_str(), resource.name.as_deref()), ("shop-prod", Some("Shop")));
    }
}

#[test]
fn every_wrapping_reads_alike() {
    let one = described("compute.googleapis.com/Disk", r#"{"labels": {"env": "prod"}}"#);
    let exported = one.replace("assetType", "asset_type").replace("updateTime", "update_time");
    let page = |rest: &str| format!("{{\"readTime\": \"2026-08-01T00:00:00Z\", \"assets\": [{one}]{rest}}}\n");
    for text in [format!("[{one},\n{one}]"), format!("{one}\n{one}\n"), format!("{exported}\n{exported}\n"), page(", \"nextPageToken\": \"a\"") + &page("")] {
        let seen = assets(&text).unwrap();
        assert_eq!((seen.resources.len(), seen.incomplete.len()), (2, 0), "{text}");
        assert!(seen.resources.iter().all(|r| r.tags == prod()));
    }
    assert_eq!(assets(&page(", \"nextPageToken\": \"a\"")).unwrap().incomplete.len(), 1);
}

#[test]
fn a_broken_file_names_the_place() {
    let whole = format!("[\n{},\n{}\n]", described("a/B", "{}"), described("a/B", r#"{"labels": {"env": "prod"}}"#));
    let error = assets(&whole[..whole.find("prod\"").unwrap()]).unwrap_err().to_string();
    assert!(error.starts_with("gcp.json:3:") && error.contains("cut off"), "{error}");
}
