use super::*;

fn field(name: &str, kind: &str, members: &[TableFieldSchema]) -> TableFieldSchema {
    let (kind, mode) = kind.strip_suffix("[]").map_or((kind, "NULLABLE"), |kind| (kind, "REPEATED"));
    TableFieldSchema::new().set_name(name).set_type(kind).set_mode(mode).set_fields(members.iter().cloned())
}

fn labels(name: &str, key: &str, value: &str) -> TableFieldSchema {
    field(name, "RECORD[]", &[field(key, "STRING", &[]), field(value, "STRING", &[])])
}

/// The columns of a standard export that are asked for.
fn standard() -> Vec<TableFieldSchema> {
    vec![
        field("invoice", "RECORD", &[field("month", "STRING", &[])]),
        field("cost_type", "STRING", &[]),
        field("usage_start_time", "TIMESTAMP", &[]),
        field("project", "RECORD", &[field("id", "STRING", &[]), field("number", "STRING", &[])]),
        field("service", "RECORD", &[field("description", "STRING", &[])]),
        labels("labels", "key", "value"),
        field("cost", "FLOAT", &[]),
        field("currency", "STRING", &[]),
        field("usage", "RECORD", &[field("unit", "STRING", &[])]),
        field("credits", "RECORD[]", &[field("amount", "FLOAT", &[])]),
    ]
}

fn months() -> Vec<Month> {
    vec![Month::parse("2026-09").unwrap(), Month::parse("2026-10").unwrap()]
}

fn asked(fields: &[TableFieldSchema]) -> Result<Query, String> {
    Query::of("`p.d.t`", fields, &months())
}

fn without(name: &str) -> Vec<TableFieldSchema> {
    standard().into_iter().filter(|field| field.name != name).collect()
}

#[test]
fn every_amount_is_rounded_before_it_is_added_up() {
    let sql = asked(&standard()).unwrap().sql;
    let cost = "ROUND(CAST(`cost` AS BIGNUMERIC), 12, 'ROUND_HALF_EVEN')";
    let credits = "(SELECT SUM(ROUND(CAST(one.`amount` AS BIGNUMERIC), 12, 'ROUND_HALF_EVEN')) FROM UNNEST(`credits`) AS one)";
    assert!(sql.contains(&format!("{cost} AS cost,\n{credits} AS credits_added\n")), "{sql}");
    assert!(sql.contains("CAST(SUM(cost) AS STRING) AS sum_cost, CAST(SUM(credits_added) AS STRING) AS sum_credits_added, CAST(COUNT(*) AS STRING)"), "{sql}");
}

#[test]
fn months_that_were_not_asked_for_are_left_where_they_are() {
    let sql = asked(&standard()).unwrap().sql;
    assert!(sql.contains("WHERE `invoice`.`month` IN ('202609', '202610')\nOR `invoice`.`month` IS NULL OR NOT REGEXP_CONTAINS("), "{sql}");
}

#[test]
fn one_list_of_all_tags_is_asked_for_sort_by_sort() {
    let text = |name: &str| field(name, "STRING", &[]);
    let members = [text("key"), text("value"), text("x_type"), field("x_inherited", "BOOL", &[]), text("x_namespace")];
    let table = |members: &[TableFieldSchema]| {
        let project = field("x_Project", "RECORD", &[text("id")]);
        let cost = field("EffectiveCost", "NUMERIC", &[]);
        vec![field("BillingPeriodStart", "TIMESTAMP", &[]), text("BillingCurrency"), text("SubAccountId"), project, field("Tags", "RECORD[]", members), cost]
    };
    let query = asked(&table(&members)).unwrap();
    assert_eq!(query.columns.join(" "), "BillingPeriodStart BillingCurrency SubAccountId x_Project.Id Tags x_Tags x_ProjectLabels EffectiveCost rows_added");
    let label = "TO_JSON_STRING(ARRAY(SELECT AS STRUCT one.`key`, one.`value` FROM UNNEST(`Tags`) AS one WHERE LOWER(one.`x_type`) = 'label')) AS Tags";
    let tag = "one.`key`, one.`value`, one.`x_namespace`, one.`x_inherited` FROM UNNEST(`Tags`) AS one WHERE LOWER(one.`x_type`) = 'tag'))";
    assert!(query.sql.contains(label) && query.sql.contains(tag), "{}", query.sql);
    assert!(!asked(&table(&members[..2])).unwrap().columns.contains(&"x_Tags"), "a list that does not say it is one of labels");
}

#[test]
fn what_a_table_does_not_have_is_not_known() {
    let columns = |fields: &[TableFieldSchema]| asked(fields).unwrap().columns;
    let all = "invoice.month usage_start_time currency project.id project.number service.description cost_type usage.unit labels cost credits_added rows_added";
    assert_eq!(columns(&standard()).join(" "), all, "a standard export has no resources; an old one no list prices");
    assert!(!columns(&without("labels")).contains(&"labels"));
    let mut detailed = standard();
    detailed.extend([field("resource", "RECORD", &[field("name", "STRING", &[])]), field("cost_at_list", "FLOAT", &[])]);
    assert!(columns(&detailed).contains(&"resource.name") && columns(&detailed).contains(&"cost_at_list"));
}

#[test]
fn of_a_long_text_the_words_count_that_are_asked_for() {
    let mut all = standard();
    all.push(field("sku", "RECORD", &[field("description", "STRING", &[])]));
    let sql = asked(&all).unwrap().sql;
    assert!(sql.contains("CASE WHEN STRPOS(LOWER(`sku`.`description`), 'commitment') > 0 THEN 'commitment' END AS sku_description"), "{sql}");
    let is_plain = |part: &&str| part.bytes().all(|b| b.is_ascii_lowercase() || b == b' ');
    for kind in bills::EXPORT.kinds {
        assert!(kind.when.iter().all(|when| !matches!(when, When::Has(_, parts) if !parts.iter().all(is_plain))), "{}", kind.kind);
    }
}

#[test]
fn what_lies_around_a_project_is_asked_for_as_it_is_documented_and_refuses_no_table() {
    let with = |name: &str| {
        let mut all = without("project");
        let ancestors = field("ancestors", "RECORD[]", &[field(name, "STRING", &[]), field("display_name", "STRING", &[])]);
        all.push(field("project", "RECORD", &[field("id", "STRING", &[]), ancestors]));
        asked(&all).unwrap()
    };
    assert!(with("resource_name").sql.contains("TO_JSON_STRING(`project`.`ancestors`) AS project_ancestors"), "{}", with("resource_name").sql);
    assert!(!with("something").columns.contains(&"project.ancestors"));
}

#[test]
fn a_table_that_is_no_bill_is_refused_with_what_it_lacks() {
    let refused = |fields: &[TableFieldSchema]| asked(fields).unwrap_err();
    assert!(refused(&without("currency")).ends_with("it has no currency"), "{}", refused(&without("currency")));
    assert!(refused(&[field("a", "STRING", &[])]).contains("it has no cost, no cost_type, no credits, no currency, no invoice.month, no usage_start_time"));
    assert!(refused(&without("credits")).ends_with("it has no credits"), "an invoice is the cost with its credits");
    let mut other = without("cost");
    other.push(field("cost", "STRING", &[]));
    assert_eq!(refused(&other), "the column `cost` has the type STRING, which holds no amounts");
    let mut list = without("currency");
    list.push(field("currency", "STRING[]", &[]));
    assert_eq!(refused(&list), "the column `currency` has the type a list of STRING, which holds no text");
}

#[test]
fn a_table_in_focus_is_what_its_columns_say() {
    let mut focus = vec![
        field("BillingPeriodStart", "DATETIME", &[]),
        field("BillingCurrency", "STRING", &[]),
        field("ProviderName", "STRING", &[]),
        field("ServiceProviderName", "STRING", &[]),
        field("EffectiveCost", "NUMERIC", &[]),
        field("BilledCost", "NUMERIC", &[]),
        labels("x_Labels", "Key", "Value"),
    ];
    let query = asked(&focus).unwrap();
    let all = "BillingPeriodStart BillingCurrency ServiceProviderName ProviderName x_Labels BilledCost EffectiveCost rows_added";
    assert_eq!(query.columns.join(" "), all);
    assert!(query.sql.contains("FORMAT_DATE('%Y%m', DATE(`BillingPeriodStart`)) IN ('202609', '202610')"), "{}", query.sql);
    let row = query.row(&[Some("202610"), Some("EUR"), None, Some("x"), Some(r#"[{"Key":"env","Value":"prod"}]"#), Some("1.5"), Some("2"), Some("7")]).unwrap();
    assert_eq!(row.fields, ["2026-10-01", "EUR", "", "x", r#"{"env":"prod"}"#, "1.5", "2", "7"]);
    assert_eq!(row.rows, 7);
    focus.push(field("AllocatedTags", "STRING", &[]));
    assert!(asked(&focus).unwrap_err().contains("AllocatedTags splits costs between others"));
}

#[test]
fn labels_stay_in_their_order_and_as_often_as_they_are_there() {
    let of = |list: &str| object(list).unwrap();
    assert_eq!(
        of(r#"[{"key":"b","value":"1"},{"key":"a","value":null},{"key":null,"value":"2"},{"key":"b","value":"\"x\\"}]"#),
        r#"{"b":"1","a":"","b":"\"x\\"}"#
    );
    assert_eq!((of("[]"), of("null")), (String::new(), String::new()));
    let bound = r#"[{"key":"env","value":"prod","inherited":true,"namespace":"12"},{"Key":"app","Value":"shop","x_Inherited":false,"x_Namespace":"p"}]"#;
    assert_eq!(of(bound), r#"{"inherited:12/env":"prod","bound:p/app":"shop"}"#);
    assert!(object(r#"[{"name":"b"}]"#).is_err() && object("{").is_err());
}

#[test]
fn rows_that_cannot_be_read_are_none() {
    let query = asked(&standard()).unwrap();
    let mut cells = vec![None; query.columns.len()];
    let added = cells.len() - 1;
    (cells[0], cells[added]) = (Some("202610"), Some("3"));
    let row = query.row(&cells).unwrap();
    assert_eq!((row.month, row.rows), (Month::parse("2026-10").unwrap(), 3));
    for (month, words) in [(None, "3 rows of the export have `` in the place"), (Some("2026-1"), "`2026-1`"), (Some("202611"), "`202611`")] {
        cells[0] = month;
        let why = query.row(&cells).err().unwrap();
        assert!(why.contains(words), "{why}");
    }
    assert!(query.row(&cells[1..]).is_err_and(|why| why.starts_with("a row of")));
}
