use crate::exports::tests::{Seen, read};
use tagledger_collect::ReadError;
use tagledger_model::{Observed, RawTag};

fn projects(text: &str) -> Result<Seen, ReadError> {
    read("gcp.projects.list", text)
}

const V1: &str = r#"{"createTime": "2026-08-01T00:00:00.000Z", "labels": {"env": "prod", "empty": ""}, "lifecycleState": "ACTIVE", "name": "Shop <b>", "parent": {"id": "22", "type": "folder"}, "projectId": "shop-prod", "projectNumber": "11"}"#;
const V3: &str = r#"{"name": "projects/11", "displayName": "Shop <b>", "labels": {"env": "prod", "empty": ""}, "state": "ACTIVE", "parent": "folders/22", "projectId": "shop-prod"}"#;

#[test]
fn both_versions_read_alike() {
    for text in [V1, V3] {
        let scope = projects(&format!("[{text}]")).unwrap().scopes.remove(0);
        assert_eq!((scope.id.as_str(), &scope.aliases[..], scope.name.as_deref(), scope.active), ("shop-prod", &["11".into()][..], Some("Shop <b>"), true));
        assert_eq!(scope.ancestors.iter().map(|c| (c.kind.as_str(), c.id.as_str())).collect::<Vec<_>>(), [("folders", "folders/22")]);
        assert_eq!(scope.tags, Observed::Known(vec![RawTag::own("env", "prod"), RawTag::own("empty", "")]));
    }
}

#[test]
fn what_may_be_missing_may_be_missing() {
    let bare = r#"{"projectId": "shop", "projectNumber": 11, "lifecycleState": "DELETE_REQUESTED", "parent": null, "labels": null}"#;
    let scope = projects(&format!("[{bare}]")).unwrap().scopes.remove(0);
    assert_eq!((scope.name.as_deref(), scope.active, &scope.aliases[..], scope.ancestors.len()), (None, false, &["11".into()][..], 0));
    assert_eq!(scope.tags, Observed::Known(vec![]));
    let organization = V1.replace("folder", "organization");
    assert_eq!(projects(&format!("[{organization}]")).unwrap().scopes[0].ancestors[0].kind, "organizations");
}

#[test]
fn every_wrapping_reads_alike() {
    let page = |rest: &str| format!("{{\"projects\": [{V1}]{rest}}}\n");
    for text in [format!("[{V1}, {V1}]"), format!("{V1}\n{V1}\n"), page(", \"nextPageToken\": \"a\"") + &page("")] {
        let seen = projects(&text).unwrap();
        assert_eq!((seen.scopes.len(), seen.incomplete.len()), (2, 0), "{text}");
    }
    assert_eq!(projects(&page(", \"nextPageToken\": \"a\"")).unwrap().incomplete.len(), 1);
}

#[test]
fn a_broken_file_names_the_place() {
    let whole = format!("[{V1},\n{V1}]");
    let error = projects(&whole[..whole.len() - 20]).unwrap_err().to_string();
    assert!(error.starts_with("gcp.json:2:") && error.contains("cut off"), "{error}");
}
