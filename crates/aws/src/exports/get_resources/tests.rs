use super::*;
use tagledger_model::{NativeId, Observed, RawTag};

fn read(text: &str) -> Result<(Vec<RawResource>, Vec<String>), ReadError> {
    let (mut resources, mut incomplete) = (Vec::new(), Vec::new());
    let document = Document::from_bytes("tags.json", text.as_bytes().to_vec())?;
    assert!(GetResources.recognises(&Sample::of(&document)), "{text}");
    GetResources.read(&document, &mut |found| match found {
        Found::Resource(resource) => resources.push(resource),
        Found::Incomplete(why) => incomplete.push(why),
        other => panic!("{other:?}"),
    })?;
    Ok((resources, incomplete))
}

fn page(records: &str, rest: &str) -> String {
    format!("{{\n    \"ResourceTagMappingList\": [{records}]{rest}\n}}\n")
}

fn record(arn: &str, tags: &str) -> String {
    format!("{{\"ResourceARN\": \"{arn}\", \"Tags\": {tags}}}")
}

const VOLUME: &str = "arn:aws:ec2:eu-west-1:111122223333:volume/vol-1";
const OTHER: &str = "arn:aws:rds:eu-west-1:444455556666:db:Main";

#[test]
fn a_mapping_becomes_a_resource() {
    let tags = r#"[{"Key": "Environment", "Value": "prod"}, {"Key": "environment", "Value": ""}, {"Key": "Environment", "Value": "again"}]"#;
    let (resources, incomplete) = read(&page(&record(VOLUME, tags), "")).unwrap();
    let [volume] = &resources[..] else { panic!() };
    assert_eq!(
        (volume.scope.as_str(), volume.region.as_deref(), volume.kind.as_str(), volume.name.as_deref()),
        ("111122223333", Some("eu-west-1"), "ec2:volume", Some("vol-1"))
    );
    assert_eq!(volume.id, NativeId::exact(VOLUME));
    assert_eq!(volume.taggable, Taggable::Unknown);
    assert_eq!(
        volume.tags,
        Observed::Known(vec![RawTag::own("Environment", "prod"), RawTag::own("environment", ""), RawTag::own("Environment", "again")]),
        "order and duplicates kept"
    );
    assert!(incomplete.is_empty());
}

#[test]
fn absent_null_and_empty_are_told_apart() {
    let records = [
        format!("{{\"ResourceARN\": \"{VOLUME}\"}}"),
        record(VOLUME, "null"),
        record(VOLUME, "[]"),
        record(VOLUME, r#"[{"Key": "Owner", "Value": ""}]"#),
        record(VOLUME, r#"[{"Key": "Owner", "Value": null}]"#),
        record(VOLUME, r#"[{"Key": "Owner"}]"#),
    ];
    let (resources, _) = read(&page(&records.join(","), "")).unwrap();
    let empty = || Observed::Known(vec![RawTag::own("Owner", "")]);
    let tags: Vec<_> = resources.into_iter().map(|r| r.tags).collect();
    assert_eq!(tags, [Observed::Unknown, Observed::Known(vec![]), Observed::Known(vec![]), empty(), empty(), empty()]);
}

#[test]
fn a_bucket_lives_in_the_account_that_the_rest_of_the_file_agrees_on() {
    let scope_of_bucket = |others: &[&str]| {
        let records: Vec<String> = std::iter::once("arn:aws:s3:::shop").chain(others.iter().copied()).map(|arn| record(arn, "[]")).collect();
        let (resources, _) = read(&page(&records.join(","), "")).unwrap();
        assert_eq!(resources.len(), others.len() + 1);
        let bucket = resources.iter().find(|r| r.kind == "s3:bucket").unwrap();
        assert_eq!(bucket.region, None);
        bucket.scope.to_string()
    };
    assert_eq!(scope_of_bucket(&[VOLUME, VOLUME]), "111122223333");
    assert_eq!(scope_of_bucket(&[VOLUME, OTHER]), "unknown");
    assert_eq!(scope_of_bucket(&[VOLUME, OTHER, VOLUME]), "unknown");
    assert_eq!(scope_of_bucket(&[]), "unknown");
    assert_eq!(scope_of_bucket(&["arn:aws:iam::aws:policy/x", "arn:aws:route53:::hostedzone/Z1"]), "unknown");
}

#[test]
fn only_the_last_token_counts() {
    let [first, second] = [record(VOLUME, "[]"), record(OTHER, "[]")];
    let pages = |a: &str, b: &str| read(&(page(&first, a) + &page(&second, b))).unwrap();
    let (resources, incomplete) = pages(", \"PaginationToken\": \"abc\"", ", \"PaginationToken\": \"\"");
    assert_eq!((resources.len(), incomplete.len()), (2, 0));
    for last in [", \"PaginationToken\": \"abc\"", ", \"NextToken\": \"abc\""] {
        assert_eq!(pages("", last).1, [MORE_PAGES]);
    }
    assert!(pages("", ", \"PaginationToken\": null").1.is_empty());
}

#[test]
fn every_wrapping_reads_alike() {
    let [first, second] = [record(VOLUME, "[]"), record(OTHER, "[]")];
    let one_page = |r: &str| format!("{{\"ResourceTagMappingList\":[{r}]}}");
    let wrappings = [
        page(&format!("{first},{second}"), ""),
        format!("{}\n{}\n", one_page(&first), one_page(&second)),
        format!("[{},{}]", one_page(&first), one_page(&second)),
        format!("{first}\n{second}\n"),
        format!("[{first},{second}]"),
    ];
    for text in wrappings {
        let ids: Vec<String> = read(&text).unwrap().0.into_iter().map(|r| r.id.canonical.to_string()).collect();
        assert_eq!(ids, [VOLUME, OTHER], "{text}");
    }
}

#[test]
fn hostile_text_goes_through_as_it_is() {
    let long = "é".repeat(256);
    let tags = format!(r#"[{{"Key": "=cmd|' /C calc'!A0", "Value": "<script>\u0000\u001b[31m\n{long}"}}]"#);
    let (resources, _) = read(&page(&record("not an arn: \\\"<b>", &tags), "")).unwrap();
    assert_eq!((resources[0].kind.as_str(), resources[0].scope.as_str(), resources[0].id.canonical.as_str()), ("unknown", "unknown", "not an arn: \"<b>"));
    assert_eq!(resources[0].tags.known().unwrap()[0], RawTag::own("=cmd|' /C calc'!A0", format!("<script>\0\u{1b}[31m\n{long}")));
}

#[test]
fn a_broken_file_names_the_place() {
    let whole = page(&format!("{},{}", record(OTHER, "[]"), record(VOLUME, r#"[{"Key": "a", "Value": "b"}]"#)), "");
    let cut = &whole[..whole.find("\"b\"").unwrap()];
    let error = read(cut).unwrap_err().to_string();
    assert!(error.starts_with("tags.json:2:") && error.contains("cut off"), "{error}");
    let error = read(&page(&record(VOLUME, r#"[{"Value": "b"}]"#), "")).unwrap_err().to_string();
    assert!(error.starts_with("tags.json:2:") && error.contains("Key"), "{error}");
}
