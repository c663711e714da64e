use super::*;

fn read(text: &str) -> Result<(Vec<RawResource>, Vec<String>), ReadError> {
    let (mut resources, mut incomplete) = (Vec::new(), Vec::new());
    let document = Document::from_bytes("explorer.json", text.as_bytes().to_vec())?;
    assert!(ResourceExplorer.recognises(&Sample::of(&document)), "{text}");
    ResourceExplorer.read(&document, &mut |found| match found {
        Found::Resource(resource) => resources.push(resource),
        Found::Incomplete(why) => incomplete.push(why),
        other => panic!("{other:?}"),
    })?;
    Ok((resources, incomplete))
}

fn record(arn: &str, kind: &str, properties: &str) -> String {
    format!(
        "{{\"Arn\": \"{arn}\", \"LastReportedAt\": \"2026-08-01T00:00:00+00:00\", \"OwningAccountId\": \"111122223333\", \"Properties\": {properties}, \"Region\": \"eu-west-1\", \"ResourceType\": \"{kind}\", \"Service\": \"x\"}}"
    )
}

fn bucket(properties: &str) -> String {
    record("arn:aws:s3:::shop", "s3:bucket", properties)
}

fn page(records: &[String], rest: &str) -> String {
    format!("{{\n    \"Resources\": [\n{}\n]{rest}\n}}\n", records.join(",\n"))
}

const TAGGED: &str = r#"[{"Name": "tags", "LastReportedAt": "2026-08-01T00:00:00+00:00", "Data": [{"Key": "Owner", "Value": "linda"}]}]"#;

fn owner() -> Observed<Vec<RawTag>> {
    Observed::Known(vec![RawTag::own("Owner", "linda")])
}

#[test]
fn a_resource_takes_account_region_and_kind_from_its_own_members() {
    let (resources, incomplete) = read(&page(&[record("arn:aws:states:eu-west-1:111122223333:stateMachine:Flow", "states:stateMachine", TAGGED)], "")).unwrap();
    let [flow] = &resources[..] else { panic!() };
    assert_eq!(
        (flow.scope.as_str(), flow.region.as_deref(), flow.kind.as_str(), flow.name.as_deref()),
        ("111122223333", Some("eu-west-1"), "states:statemachine", Some("Flow"))
    );
    assert_eq!(flow.tags, owner());
    assert!(incomplete.is_empty());
}

#[test]
fn a_view_without_tags_makes_nothing_bare() {
    let (resources, incomplete) = read(&page(&[bucket("[]"), bucket("null"), bucket(r#"[{"Name": "other", "Data": {"tags": 1}}]"#)], "")).unwrap();
    assert_eq!(resources.len(), 3);
    assert!(resources.iter().all(|r| r.tags == Observed::Unknown));
    assert!(incomplete.len() == 1 && incomplete[0].contains("does not include tags"), "{incomplete:?}");
}

#[test]
fn once_one_resource_has_tags_the_others_are_bare() {
    let iam = record("arn:aws:iam::111122223333:role/r", "iam:role", "[]");
    let records = [bucket("[]"), iam, bucket(TAGGED), bucket("[]"), bucket(r#"[{"Name": "tags", "Data": []}]"#)];
    let (resources, incomplete) = read(&page(&records, "")).unwrap();
    let tags: Vec<_> = resources.into_iter().map(|r| r.tags).collect();
    let bare = || Observed::Known(vec![]);
    assert_eq!(tags, [bare(), Observed::Unknown, owner(), bare(), bare()], "file order; IAM tags are not indexed");
    assert!(incomplete.is_empty());
}

#[test]
fn the_order_of_a_propertys_members_means_nothing() {
    let turned = r#"[{"Data": [1, {"x": []}], "Name": "other"}, {"Data": [{"Value": "linda", "Key": "Owner"}], "LastReportedAt": "x", "Name": "tags"}]"#;
    assert_eq!(read(&page(&[bucket(turned)], "")).unwrap().0[0].tags, owner());
    let empty = r#"[{"Name": "tags", "Data": [{"Key": "Owner"}, {"Key": "App", "Value": null}, {"Key": "Env", "Value": ""}]}]"#;
    assert_eq!(
        read(&page(&[bucket(empty)], "")).unwrap().0[0].tags,
        Observed::Known(vec![RawTag::own("Owner", ""), RawTag::own("App", ""), RawTag::own("Env", "")])
    );
}

#[test]
fn what_a_search_leaves_out_is_said() {
    let one = |rest: &str| read(&page(&[bucket(TAGGED)], rest)).unwrap().1;
    assert!(one(r#", "ViewArn": "v", "Count": {"TotalResources": 1, "Complete": true}"#).is_empty());
    assert!(one(r#", "Count": {"TotalResources": 1000, "Complete": false}"#)[0].contains("first 1000"));
    assert!(one(r#", "Count": {"TotalResources": 1000, "Complete": true}"#)[0].contains("first 1000"));
    assert!(one(r#", "Count": {"TotalResources": 7, "Complete": true}"#)[0].contains("counted 7"));
    assert_eq!(one(r#", "NextToken": "abc""#), [MORE_PAGES]);
    let pages = page(&[bucket(TAGGED)], r#", "NextToken": "abc""#) + &page(&[bucket("[]")], "");
    let (resources, incomplete) = read(&pages).unwrap();
    assert_eq!((resources.len(), incomplete.len()), (2, 0));
}

#[test]
fn a_broken_file_names_the_place() {
    let whole = page(&[bucket(TAGGED), bucket(TAGGED)], "");
    let error = read(&whole[..whole.rfind("linda").unwrap()]).unwrap_err().to_string();
    assert!(error.starts_with("explorer.json:4:") && error.contains("cut off"), "{error}");
    let error = read(&page(&[bucket(r#"[{"Name": "tags", "Data": "Owner"}]"#)], "")).unwrap_err().to_string();
    assert!(error.starts_with("explorer.json:3:") && error.contains("expected"), "{error}");
}

#[test]
fn records_by_themselves_are_read_too() {
    let lines = format!("{}\n{}\n", bucket(TAGGED), bucket("[]"));
    assert_eq!(read(&lines).unwrap().0.len(), 2);
    assert_eq!(read(&format!("[{}]", bucket(TAGGED))).unwrap().0.len(), 1);
}
