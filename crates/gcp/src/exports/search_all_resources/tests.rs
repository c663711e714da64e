use crate::exports::tests::{Seen, read};
use tagledger_collect::ReadError;
use tagledger_model::{Observed, RawTag, Timestamp};

fn search(text: &str) -> Result<Seen, ReadError> {
    read("gcp.asset.search-all-resources", text)
}

fn hit(kind: &str, name: &str, rest: &str) -> String {
    format!("{{\"assetType\": \"{kind}\", \"name\": \"{name}\"{rest}}}")
}

fn disk(rest: &str) -> String {
    hit("compute.googleapis.com/Disk", "//compute.googleapis.com/projects/shop-prod/zones/europe-west1-b/disks/D1", rest)
}

fn list(hits: &[String]) -> String {
    format!("[\n{}\n]\n", hits.join(",\n"))
}

#[test]
fn a_hit_becomes_a_resource() {
    let rest = r#", "displayName": "d1", "location": "europe-west1-b", "createTime": "2026-08-01T00:00:00Z", "updateTime": "2026-09-02T00:00:00Z", "project": "projects/11", "labels": {"env": "prod", "empty": ""}, "state": "READY", "networkTags": ["env"], "tags": [{"tagKey": "x/env"}], "effectiveTags": [{"effectiveTags": []}]"#;
    let resource = search(&list(&[disk(rest)])).unwrap().resources.remove(0);
    assert_eq!(resource.id.canonical, "//compute.googleapis.com/projects/shop-prod/zones/europe-west1-b/disks/d1");
    assert!(resource.id.raw.as_deref().is_some_and(|raw| raw.ends_with("/D1")));
    assert_eq!(
        (resource.scope.as_str(), resource.region.as_deref(), resource.kind.as_str(), resource.name.as_deref()),
        ("shop-prod", Some("europe-west1-b"), "compute.googleapis.com/disk", Some("d1"))
    );
    assert_eq!((resource.created, resource.changed), (Timestamp::parse("2026-08-01"), Timestamp::parse("2026-09-02")));
    assert_eq!(resource.tags, Observed::Known(vec![RawTag::own("env", "prod"), RawTag::own("empty", "")]), "labels only: neither bindings nor network tags");
}

#[test]
fn a_hit_without_labels_is_bare() {
    let hits = ["", r#", "labels": null"#, r#", "labels": {}"#].map(disk);
    let seen = search(&list(&hits)).unwrap();
    assert!(seen.resources.len() == 3 && seen.resources.iter().all(|r| r.tags == Observed::Known(vec![])));
    assert!(seen.incomplete.is_empty());
}

#[test]
fn the_scope_is_the_projects_id_where_the_name_holds_it() {
    let scope = |name: &str, rest: &str| search(&list(&[hit("x.googleapis.com/Y", name, rest)])).unwrap().resources[0].scope.to_string();
    assert_eq!(scope("//x.googleapis.com/projects/shop/y/1", r#", "project": "projects/11""#), "shop");
    assert_eq!(scope("//x.googleapis.com/projects/11/y/1", ""), "11");
    assert_eq!(scope("//x.googleapis.com/bucket", r#", "project": "projects/11""#), "11");
    assert_eq!(scope("//x.googleapis.com/projects/example.com:shop/y/1", ""), "example.com:shop");
    assert_eq!(scope("//x.googleapis.com/y", r#", "folders": ["folders/22"], "organization": "organizations/33""#), "folders/22");
    assert_eq!(scope("//x.googleapis.com/y", r#", "organization": "organizations/33""#), "organizations/33");
    assert_eq!(scope("//x.googleapis.com/y", ""), "unknown");
}

#[test]
fn a_project_is_a_scope_and_a_resource_and_folders_lend_their_names() {
    let hits = [
        hit(
            "cloudresourcemanager.googleapis.com/Project",
            "//cloudresourcemanager.googleapis.com/projects/shop-prod",
            r#", "displayName": "Shop <b>", "project": "projects/11", "folders": ["folders/22", "folders/21"], "organization": "organizations/33", "labels": {"env": "prod"}, "state": "ACTIVE""#,
        ),
        hit("cloudresourcemanager.googleapis.com/Project", "//cloudresourcemanager.googleapis.com/projects/gone", r#", "state": "DELETE_REQUESTED""#),
        hit("cloudresourcemanager.googleapis.com/Folder", "//cloudresourcemanager.googleapis.com/folders/22", r#", "displayName": "Production""#),
        hit("cloudresourcemanager.googleapis.com/Organization", "//cloudresourcemanager.googleapis.com/organizations/33", r#", "displayName": "example.com""#),
    ];
    let seen = search(&list(&hits)).unwrap();
    assert_eq!((seen.scopes.len(), seen.resources.len()), (2, 2));
    let shop = &seen.scopes[0];
    assert_eq!((shop.id.as_str(), &shop.aliases[..], shop.name.as_deref(), shop.active), ("shop-prod", &["11".into()][..], Some("Shop <b>"), true));
    let above: Vec<_> = shop.ancestors.iter().map(|c| (c.kind.as_str(), c.id.as_str(), c.name.as_deref())).collect();
    assert_eq!(
        above,
        [("folders", "folders/22", Some("Production")), ("folders", "folders/21", None), ("organizations", "organizations/33", Some("example.com"))]
    );
    assert_eq!(shop.tags, seen.resources[0].tags);
    assert_eq!(seen.resources[0].kind, "cloudresourcemanager.googleapis.com/project");
    assert!(!seen.scopes[1].active);
}

#[test]
fn every_wrapping_reads_alike() {
    let one = disk(r#", "tags": [{"tagKey": "x"}], "project": "projects/11""#);
    let page = |rest: &str| format!("{{\"results\": [{one}]{rest}}}\n");
    for text in
        [list(&[one.clone(), one.clone()]), format!("{one}\n{one}\n"), page(", \"nextPageToken\": \"abc\"") + &page(""), format!("[{},{}]", page(""), page(""))]
    {
        let seen = search(&text).unwrap();
        assert_eq!((seen.resources.len(), seen.incomplete.len()), (2, 0), "{text}");
    }
    assert!(search(&page(", \"nextPageToken\": \"abc\"")).unwrap().incomplete[0].contains("nextPageToken"));
}

#[test]
fn hostile_text_goes_through_as_it_is_and_a_broken_file_names_the_place() {
    let text = list(&[hit("a/b", "//é/<b>\\u001b", r#", "labels": {"=cmd|'x'!A0": "<script>\n"}"#.replace('\n', "\\n").as_str())]);
    let resource = search(&text).unwrap().resources.remove(0);
    assert_eq!((resource.id.canonical.as_str(), &resource.tags), ("//é/<b>\u{1b}", &Observed::Known(vec![RawTag::own("=cmd|'x'!A0", "<script>\n")])));
    let whole = list(&[disk(""), disk(r#", "labels": {"env": "prod"}"#)]);
    let error = search(&whole[..whole.find("prod\"}").unwrap()]).unwrap_err().to_string();
    assert!(error.starts_with("gcp.json:3:") && error.contains("cut off"), "{error}");
    let error = search(&list(&[disk(""), "{\"name\": \"//x/y\"}".to_owned()])).unwrap_err().to_string();
    assert!(error.starts_with("gcp.json:3:") && error.contains("assetType"), "{error}");
}
