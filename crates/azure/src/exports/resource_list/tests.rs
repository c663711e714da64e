use crate::exports::tests::read;
use tagledger_model::{Observed, RawTag, Timestamp};

const ID: &str = "azure.resource.list";

fn resource(rest: &str) -> String {
    format!(
        "{{\"id\": \"/subscriptions/0000-AB/resourceGroups/RG/providers/Microsoft.Web/serverFarms/Plan\", \"name\": \"Plan\", \"type\": \"Microsoft.Web/serverFarms\"{rest}}}"
    )
}

#[test]
fn null_absent_and_empty_tags_are_all_bare() {
    let text =
        format!("[\n{},\n{},\n{},\n{}\n]\n", resource(r#", "tags": null"#), resource(""), resource(r#", "tags": {}"#), resource(r#", "tags": {"Env": ""}"#));
    let seen = read(ID, &text).unwrap();
    let bare = || Observed::Known(vec![]);
    assert_eq!(seen.resources.into_iter().map(|r| r.tags).collect::<Vec<_>>(), [bare(), bare(), bare(), Observed::Known(vec![RawTag::own("Env", "")])]);
    assert!(seen.incomplete.is_empty());
}

#[test]
fn optional_members_may_be_missing_or_null() {
    let full = resource(
        r#", "createdTime": "2026-08-01T10:00:00.123456+00:00", "changedTime": "2026-09-02T10:00:00+00:00", "location": "westeurope", "identity": null, "sku": {"name": "B1"}, "properties": null, "resourceGroup": "RG""#,
    );
    let bare = resource(r#", "createdTime": null, "location": null"#);
    let seen = read(ID, &format!("[{full},{bare}]")).unwrap();
    assert_eq!((seen.resources[0].created, seen.resources[0].region.as_deref()), (Timestamp::parse("2026-08-01T10:00:00Z"), Some("westeurope")));
    assert_eq!([seen.resources[0].changed, seen.resources[1].changed], [Timestamp::parse("2026-09-02T10:00:00Z"), None]);
    assert_eq!((seen.resources[1].created, seen.resources[1].region.as_deref()), (None, None));
    assert!(seen.resources.iter().all(|r| r.kind == "microsoft.web/serverfarms" && r.group.as_deref() == Some("/subscriptions/0000-ab/resourcegroups/rg")));
}

#[test]
fn the_managers_own_answer_reads_alike_and_says_when_more_follows() {
    let answer = |rest: &str| read(ID, &format!("{{\"value\": [{}]{rest}}}", resource(""))).unwrap();
    assert!(answer("").incomplete.is_empty());
    assert!(answer(r#", "nextLink": "https://management.azure.com/next""#).incomplete[0].contains("nextLink"));
    let lines = format!("{}\n{}\n", resource(""), resource(""));
    assert_eq!(read(ID, &lines).unwrap().resources.len(), 2);
}

#[test]
fn a_group_list_gives_containers_and_resources() {
    let group = |name: &str, tags: &str| {
        format!(
            "{{\"id\": \"/subscriptions/0000-AB/resourceGroups/{name}\", \"location\": \"westeurope\", \"name\": \"{name}\", \"tags\": {tags}, \"type\": \"Microsoft.Resources/resourceGroups\"}}"
        )
    };
    let seen = read("azure.group.list", &format!("[{}, {}]", group("RG-Shop", r#"{"Env": "prod"}"#), group("rg-two", "null"))).unwrap();
    assert_eq!((seen.containers.len(), seen.resources.len()), (2, 2));
    assert_eq!(seen.containers[0].id, "/subscriptions/0000-ab/resourcegroups/rg-shop");
    assert_eq!(seen.containers[0].name.as_deref(), Some("RG-Shop"));
    assert_eq!(seen.resources[0].kind, "microsoft.resources/subscriptions/resourcegroups");
    assert_eq!(seen.containers[1].tags, Observed::Known(vec![]));
}

#[test]
fn a_broken_file_names_the_place() {
    let whole = format!("[\n{},\n{}\n]\n", resource(""), resource(r#", "tags": {"Env": "prod"}"#));
    let error = read(ID, &whole[..whole.find("prod").unwrap()]).unwrap_err().to_string();
    assert!(error.starts_with("azure.json:3:") && error.contains("cut off"), "{error}");
}
