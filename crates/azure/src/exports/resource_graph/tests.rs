use crate::exports::tests::{Seen, read};
use tagledger_collect::ReadError;
use tagledger_model::{NativeId, Observed, RawTag, Text, Timestamp};

const ID: &str = "azure.resource-graph.query";
const DISK: &str = "/subscriptions/0000-AB/resourceGroups/RG-Shop/providers/Microsoft.Compute/disks/D1";

fn graph(text: &str) -> Result<Seen, ReadError> {
    read(ID, text)
}

fn row(rest: &str) -> String {
    format!("{{\"id\": \"{DISK}\", \"location\": \"westeurope\", \"name\": \"D1\", \"type\": \"Microsoft.Compute/disks\"{rest}}}")
}

fn page(rows: &[String], rest: &str) -> String {
    format!("{{\n  \"count\": {},\n  \"data\": [\n{}\n  ]{rest}\n}}\n", rows.len(), rows.join(",\n"))
}

#[test]
fn ids_are_lowered_for_joins_and_kept_for_people() {
    let text = page(&[row(r#", "tags": {"Env": "prod"}, "properties": {"timeCreated": "2026-08-01T00:00:00Z", "state": {"x": 1}}"#)], "");
    let disk = graph(&text).unwrap().resources.remove(0);
    let lowered = DISK.to_lowercase();
    assert_eq!(disk.id, NativeId { canonical: Text::from(lowered.as_str()), raw: Some(Text::from(DISK)) });
    assert_eq!(
        (disk.scope.as_str(), disk.group.as_deref(), disk.kind.as_str()),
        ("0000-ab", Some("/subscriptions/0000-ab/resourcegroups/rg-shop"), "microsoft.compute/disks")
    );
    assert_eq!((disk.region.as_deref(), disk.name.as_deref(), disk.created), (Some("westeurope"), Some("D1"), Timestamp::parse("2026-08-01")));
    assert_eq!(disk.tags, Observed::Known(vec![RawTag::own("Env", "prod")]));
}

#[test]
fn absent_null_and_empty_are_told_apart() {
    let tags = [
        r#", "tags": null"#,
        r#", "tags": {}"#,
        r#", "tags": {"Owner": "", "App": null, "Env": "a", "env": "b", "Env": "c"}"#,
        r#", "tags": {"Port": 80, "On": true}"#,
        r#", "tags": "{\"Env\":\"prod\"}""#,
    ];
    let seen = graph(&page(&tags.map(row), "")).unwrap();
    let known = |tags: &[(&str, &str)]| Observed::Known(tags.iter().map(|(k, v)| RawTag::own(*k, *v)).collect());
    let expected = [
        known(&[]),
        known(&[]),
        known(&[("Owner", ""), ("App", ""), ("Env", "a"), ("env", "b"), ("Env", "c")]),
        known(&[("Port", "80"), ("On", "true")]),
        known(&[("Env", "prod")]),
    ];
    assert_eq!(seen.resources.into_iter().map(|r| r.tags).collect::<Vec<_>>(), expected, "order and duplicates kept");
    assert!(seen.incomplete.is_empty());
    let seen = graph(&page(&[row(""), row("")], "")).unwrap();
    assert!(seen.resources.iter().all(|r| r.tags == Observed::Unknown));
    assert!(seen.incomplete.len() == 1 && seen.incomplete[0].contains("for 2 rows"), "{:?}", seen.incomplete);
}

#[test]
fn containers_become_what_they_are() {
    let rows = [
        r#"{"id": "/subscriptions/0000-AB", "name": "Prod <1>", "type": "microsoft.resources/subscriptions", "subscriptionId": "0000-AB", "tags": {"Environment": "prod"},
            "properties": {"state": "Disabled", "managementGroupAncestorsChain": [{"displayName": "Production", "name": "mg-prod"}, {"name": "root"}]}}"#,
        r#"{"id": "/subscriptions/0000-ab/resourceGroups/RG", "name": "RG", "type": "microsoft.resources/subscriptions/resourcegroups", "location": "westeurope", "tags": {"Owner": "linda"}}"#,
        r#"{"id": "/providers/Microsoft.Management/managementGroups/mg-prod", "name": "mg-prod", "type": "microsoft.management/managementgroups", "tags": null}"#,
    ];
    let seen = graph(&page(&rows.map(str::to_owned), "")).unwrap();
    let [scope] = &seen.scopes[..] else { panic!("{seen:?}") };
    assert_eq!((scope.id.as_str(), scope.name.as_deref(), scope.active), ("0000-ab", Some("Prod <1>"), false));
    assert_eq!(scope.tags, Observed::Known(vec![RawTag::own("Environment", "prod")]));
    let chain: Vec<_> = scope.ancestors.iter().map(|c| (c.kind.as_str(), c.id.as_str(), c.name.as_deref())).collect();
    assert_eq!(chain, [("management_groups", "mg-prod", Some("Production")), ("management_groups", "root", None)]);
    let ([group], [resource]) = (&seen.containers[..], &seen.resources[..]) else { panic!("{seen:?}") };
    assert_eq!((group.kind.as_str(), group.id.as_str(), group.scope.as_str()), ("resource_groups", "/subscriptions/0000-ab/resourcegroups/rg", "0000-ab"));
    assert_eq!(
        (resource.kind.as_str(), resource.id.canonical.as_str(), resource.group.as_deref()),
        ("microsoft.resources/subscriptions/resourcegroups", group.id.as_str(), None)
    );
    assert_eq!(group.tags, resource.tags);
}

#[test]
fn both_result_formats_read_alike() {
    let table = format!(
        r#"{{"totalRecords": 2, "count": 2, "data": {{"columns": [{{"name": "zones", "type": "object"}}, {{"name": "id", "type": "string"}}, {{"name": "tags", "type": "object"}}, {{"name": "name", "type": "string"}}],
            "rows": [[["1"], "{DISK}", {{"Env": "prod"}}, "D1"], [null, "{DISK}2", null, null]]}}, "facets": [], "resultTruncated": "false"}}"#
    );
    let seen = graph(&table).unwrap();
    assert_eq!(seen.resources.iter().map(|r| r.tags.clone()).collect::<Vec<_>>(), [Observed::Known(vec![RawTag::own("Env", "prod")]), Observed::Known(vec![])]);
    assert!(seen.resources.iter().all(|r| r.kind == "microsoft.compute/disks" && r.scope == "0000-ab"), "kind and scope come from the id");
    assert!(seen.incomplete.is_empty());
    assert_eq!(graph(&format!("[{table},{table}]")).unwrap().resources.len(), 4);
    let error = graph(&table.replace(", null, null]", "]")).unwrap_err().to_string();
    assert!(error.starts_with("azure.json:2:") && error.contains("fewer cells"), "{error}");
}

#[test]
fn rows_in_every_wrapping_read_alike() {
    let rest = r#", "tags": null, "subscriptionId": "0000-AB""#;
    let one = page(&[row(rest)], "").replace('\n', "");
    for text in [
        page(&[row(rest), row(rest)], ""),
        format!("{one}\n{one}\n"),
        format!("[{one},{one}]"),
        format!("[{},{}]", row(rest), row(rest)),
        format!("{}\n{}\n", row(rest), row(rest)),
    ] {
        assert_eq!(graph(&text).unwrap().resources.len(), 2, "{text}");
    }
}

#[test]
fn what_a_query_leaves_out_is_said() {
    let one = || [row(r#", "tags": null"#)];
    let pages = |ends: &[&str]| graph(&ends.iter().map(|end| page(&one(), end)).collect::<String>()).unwrap().incomplete;
    assert!(pages(&[r#", "skip_token": null, "total_records": 1"#]).is_empty());
    assert!(pages(&[r#", "skip_token": "abc", "total_records": 3"#])[0].contains("1 of 3"));
    assert!(pages(&[r#", "resultTruncated": "true", "totalRecords": 3"#])[0].contains("1 of 3"));
    assert!(pages(&[r#", "$skipToken": "abc", "resultTruncated": "false""#])[0].contains("more rows"));
    assert!(pages(&[r#", "skip_token": "", "total_records": 3"#])[0].contains("1 of 3"));
    let [more, last] = [r#", "skip_token": "abc", "total_records": 2"#, r#", "skip_token": null, "total_records": 2"#];
    assert!(pages(&[more, last]).is_empty(), "pages of one query, appended");
    let other = r#", "skip_token": null, "total_records": 1"#;
    assert_eq!(pages(&[more, other]).len(), 1, "another query does not complete the one before");
    assert!(pages(&[other, more, last, other]).is_empty());
}

#[test]
fn rows_without_their_envelope_that_fill_a_page_are_not_taken_for_all() {
    let bare = |rows: usize| graph(&format!("[{}]", vec![row(r#", "tags": null, "tenantId": "t""#); rows].join(","))).unwrap().incomplete.len();
    assert_eq!([99, 100, 101, 1000, 1001, 2000].map(bare), [0, 1, 0, 1, 0, 1]);
}

#[test]
fn hostile_text_goes_through_as_it_is() {
    let value = format!(r"=cmd|'x'!A0<script>\u001b[31m\n{}", "é".repeat(256));
    let text = page(&[format!("{{\"id\": \"/é/../<b>\", \"type\": \"\", \"tags\": {{\"<&>\": \"{value}\"}}}}")], "");
    let seen = graph(&text).unwrap();
    assert_eq!((seen.resources[0].id.canonical.as_str(), seen.resources[0].scope.as_str()), ("/é/../<b>", "unknown"));
    assert_eq!(seen.resources[0].tags.known().unwrap()[0], RawTag::own("<&>", format!("=cmd|'x'!A0<script>\u{1b}[31m\n{}", "é".repeat(256))));
}

#[test]
fn a_broken_file_names_the_place() {
    let whole = page(&[row(r#", "tags": null"#), row(r#", "tags": {"Env": "prod"}"#)], "");
    let error = graph(&whole[..whole.rfind("prod").unwrap()]).unwrap_err().to_string();
    assert!(error.starts_with("azure.json:5:") && error.contains("cut off"), "{error}");
    for (broken, what) in
        [(r#"{"name": "x"}"#, "no `id`"), (r#"{"id": "/x", "tags": [1]}"#, "object of tags"), (r#"{"id": "/x", "tags": {"a": {}}}"#, "text of a tag")]
    {
        let error = graph(&page(&[row(r#", "tags": null"#), broken.to_owned()], "")).unwrap_err().to_string();
        assert!(error.starts_with("azure.json:5:") && error.contains(what), "{error}");
    }
}
