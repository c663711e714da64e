//! A bill that BigQuery adds up: the same to the last unit as the same export read as a file, for no more than was allowed, and never half.

use super::estate::file;
use super::server::Server;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use tagledger_testkit::{Estate, Spec};
use tagledger_tests::{Call, Decimal, Desk, contents, python};

const TAXONOMY: &str = "version: 1
keys:
  Environment: { required: true, aliases: [env], values: { production: [prod], test: [] } }
  Application: { required: true, pattern: \"[a-z][a-z0-9-]+\" }
";

const TABLE: &str = "finops.billing.gcp_billing_export_resource_v1_01AAAA_BBBBBB_CCCCCC";

/// A column in BigQuery's own words: a record has members, a list ends in `[]`.
fn field(name: &str, kind: &str, members: &[Value]) -> Value {
    let (kind, mode) = kind.strip_suffix("[]").map_or((kind, "NULLABLE"), |kind| (kind, "REPEATED"));
    let mut field = json!({"name": name, "type": kind, "mode": mode});
    if !members.is_empty() {
        field["fields"] = json!(members);
    }
    field
}

fn texts(names: &[&str]) -> Vec<Value> {
    names.iter().map(|name| field(name, "STRING", &[])).collect()
}

/// The detailed export as Google documents it, as far as it is read, and what could be taken for that.
/// <https://cloud.google.com/billing/docs/how-to/export-data-bigquery-tables/detailed-usage>
fn schema() -> Vec<Value> {
    let pairs = texts(&["key", "value"]);
    let mut project = texts(&["id", "number", "name", "ancestry_numbers"]);
    project.extend([field("labels", "RECORD[]", &pairs), field("ancestors", "RECORD[]", &texts(&["resource_name", "display_name"]))]);
    let mut tags = pairs.clone();
    tags.extend([field("inherited", "BOOLEAN", &[]), field("namespace", "STRING", &[])]);
    let mut credits = texts(&["name", "full_name", "id", "type"]);
    credits.push(field("amount", "FLOAT", &[]));
    vec![
        field("billing_account_id", "STRING", &[]),
        field("service", "RECORD", &texts(&["id", "description"])),
        field("sku", "RECORD", &texts(&["id", "description"])),
        field("usage_start_time", "TIMESTAMP", &[]),
        field("usage_end_time", "TIMESTAMP", &[]),
        field("project", "RECORD", &project),
        field("labels", "RECORD[]", &pairs),
        field("system_labels", "RECORD[]", &pairs),
        field("tags", "RECORD[]", &tags),
        field("export_time", "TIMESTAMP", &[]),
        field("cost", "FLOAT", &[]),
        field("currency", "STRING", &[]),
        field("currency_conversion_rate", "FLOAT", &[]),
        field("usage", "RECORD", &[field("amount", "FLOAT", &[]), field("unit", "STRING", &[])]),
        field("credits", "RECORD[]", &credits),
        field("invoice", "RECORD", &texts(&["month", "publisher_type"])),
        field("cost_type", "STRING", &[]),
        field("cost_at_list", "FLOAT", &[]),
        field("resource", "RECORD", &texts(&["name", "global_name"])),
    ]
}

/// One row of an answer.
fn row(month: &str, day: &str, labels: &Value, sum: &str, added: u64) -> Value {
    json!({
        "invoice_month": month, "usage_start_time": day, "currency": "EUR", "project_id": "shop-prod", "project_number": "1001",
        "service_description": "Compute Engine", "cost_type": "regular", "usage_unit": "seconds", "labels": labels.to_string(), "sum_cost": sum,
        "sum_credits_added": null, "sum_cost_at_list": sum, "rows_added": added.to_string(),
    })
}

fn rows() -> Vec<Value> {
    let shop = json!([{"key": "env", "value": "prod"}, {"key": "application", "value": "shop"}]);
    vec![
        row("202610", "2026-10-01", &shop, "12.345678901234", 100),
        row("202610", "2026-10-02", &shop, "-0.000000000001", 20),
        row("202610", "2026-10-02", &json!([{"key": "env", "value": "test"}]), "0.1", 3),
        row("202611", "2026-10-31", &json!([]), "1000000.5", 4),
        row("202611", "2026-11-01", &shop, "7", 5),
        row("202609", "2026-09-01", &shop, "99", 6),
    ]
}

/// A world with this table, and more of it.
fn world(more: &Value) -> Value {
    let mut table = json!({"table": TABLE, "fields": schema(), "bytes": 5_u64 << 30, "rows": rows(), "page": 2, "looks": 2});
    for (name, value) in more["bigquery"].as_object().into_iter().flatten() {
        table[name] = value.clone();
    }
    let mut world = json!({"bigquery": table});
    for (name, value) in more.as_object().unwrap().iter().filter(|(name, _)| *name != "bigquery") {
        world[name] = value.clone();
    }
    world
}

fn desk() -> Desk {
    let desk = Desk::new();
    desk.put("taxonomy.yaml", TAXONOMY);
    desk
}

/// A call with a token of the machine's own, and BigQuery at an address.
fn led(server: &Server, desk: &Desk, at: &str, settings: &Value, words: &str) -> Call {
    let mut all = json!({"bigquery": at, "pace": "none"});
    for (name, value) in settings.as_object().unwrap() {
        all[name] = value.clone();
    }
    desk.put("tagledger.yaml", file(&all));
    let call = desk.call(words).env("TAGLEDGER_BILL_CACHE", desk.path("cache")).env("HOME", desk.path("nobody").display().to_string());
    call.env("GCE_METADATA_HOST", server.direct().trim_start_matches("http://")).env("NO_PROXY", "127.0.0.1,localhost")
}

fn cost(server: &Server, desk: &Desk, settings: &Value, more: &str) -> Call {
    led(server, desk, &server.url, settings, &format!("cost --now 2026-11-20 --bill bigquery://{TABLE} {more}")).env("TAGLEDGER_FORMAT", "json")
}

/// What cells say, as far as they cost anything.
fn cells(report: &Value) -> BTreeMap<String, Decimal> {
    let word = |value: &Value| value.as_str().unwrap_or("–").to_owned();
    let place = |cell: &Value| format!("{} {} {}", word(&cell["month"]), word(&cell["currency"]), cell["values"]);
    let cells = report["cells"].as_array().unwrap().iter().map(|cell| (place(cell), Decimal::parse(cell["amount"].as_str().unwrap())));
    cells.filter(|(_, sum)| *sum != Decimal::default()).collect()
}

fn plain(table: &[(&str, &str)]) -> BTreeMap<String, Decimal> {
    table.iter().map(|(place, sum)| ((*place).to_owned(), Decimal::parse(sum))).collect()
}

/// What the rows of October and November come to.
fn seeded() -> BTreeMap<String, Decimal> {
    plain(&[
        (r#"2026-10 EUR ["production","shop"]"#, "12.345678901233"),
        (r#"2026-10 EUR ["test",null]"#, "0.1"),
        ("2026-11 EUR [null,null]", "1000000.5"),
        (r#"2026-11 EUR ["production","shop"]"#, "7"),
    ])
}

fn report(done: &str) -> Value {
    serde_json::from_str(done).unwrap()
}

fn keeps_nothing(desk: &Desk) -> bool {
    let cache = desk.path("cache");
    !cache.exists() || contents(&cache).keys().all(|name| name.ends_with('/'))
}

#[test]
fn what_is_added_up_is_announced_first_and_asked_once() {
    let Some(server) = Server::of(&world(&json!({}))) else { return };
    let desk = desk();
    let done = cost(&server, &desk, &json!({"quota_project": "payer"}), "").exits(0);
    assert_eq!(cells(&report(&done.out)), seeded());
    let announced = format!("BigQuery: 5.00 GiB of {TABLE} are read, billed to payer; at most 100 GiB are");
    assert!(done.err.contains(&announced), "{}", done.err);
    let calls = server.calls();
    let made = |operation: &str| calls.iter().filter(|call| call["operation"] == operation).count();
    assert_eq!((made("Query"), made("InsertJob"), made("GetQueryResults")), (1, 1, 3), "five rows in pages of two");
    assert!(calls.iter().filter(|call| call["operation"] != "Token" && call["operation"] != "GetTable").all(|call| call["scope"] == "projects/payer"));
    let told = cost(&server, &desk, &json!({}), "--format terminal").exits(0).out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains(&format!("BigQuery added up 132 rows of {TABLE} into 5, 5.00 GiB billed to payer")), "{told}");
    let again = server.calls();
    assert_eq!(again.iter().filter(|call| call["operation"] == "InsertJob").count(), 1, "answers of this hour are used again");
}

#[test]
fn what_reads_more_than_is_allowed_is_not_asked() {
    let Some(server) = Server::of(&world(&json!({}))) else { return };
    let desk = desk();
    let done = cost(&server, &desk, &json!({"bigquery_gib": 4}), "").exits(2);
    let words = format!("this reads 5.00 GiB of {TABLE}, and no more than 4 GiB are allowed: raise bigquery_gib of gcp in tagledger.yaml");
    assert!(done.err.contains(&words), "{}", done.err);
    assert!(done.out.is_empty() && keeps_nothing(&desk) && server.calls().iter().all(|call| call["operation"] != "InsertJob"));
    // A flag counts more than the settings.
    let done = cost(&server, &desk, &json!({"bigquery_gib": 100}), "--max-bytes-billed 4.5GiB").exits(2);
    assert!(done.err.contains("is no number of bytes"), "{}", done.err);
    let done = cost(&server, &desk, &json!({"bigquery_gib": 100}), "--max-bytes-billed 4999999999").exits(2);
    assert!(done.err.contains("no more than 4 GiB are allowed"), "{}", done.err);
    let done = cost(&server, &desk, &json!({}), "--max-bytes-billed 1MiB").exits(2);
    assert!(done.err.contains("at least 1GiB"), "{}", done.err);
    // What a dry run does not see, the job itself refuses.
    let Some(server) = Server::of(&world(&json!({"weather": {"spoil": {"Query@*": {"totalBytesProcessed": null}}}}))) else { return };
    let done = cost(&server, &desk, &json!({"bigquery_gib": 4}), "").exits(2);
    assert!(done.err.contains("does not say how much") && done.err.contains("stop before it bills 4 GiB"), "{}", done.err);
    assert!(done.err.contains("(bytesBilledLimitExceeded): Query exceeded limit"), "{}", done.err);
    assert!(done.out.is_empty() && keeps_nothing(&desk));
}

#[test]
fn a_job_that_fails_late_is_no_total() {
    let fails = json!({"reason": "resourcesExceeded", "message": "Resources exceeded during query execution"});
    let Some(server) = Server::of(&world(&json!({"bigquery": {"fails": fails, "looks": 3}}))) else { return };
    let desk = desk();
    let done = cost(&server, &desk, &json!({}), "").exits(2);
    assert!(done.err.contains("failed (resourcesExceeded): Resources exceeded during query execution"), "{}", done.err);
    assert!(done.out.is_empty() && keeps_nothing(&desk));
}

#[test]
fn bad_weather_costs_time_and_runs_nothing_twice() {
    for weather in [
        json!({"lost": {"InsertJob@*": 1}}),
        json!({"throttle": {"InsertJob@*": {"times": 1, "status": 429}, "GetQueryResults@*": {"times": 1, "status": 503}}}),
        json!({"lost": {"GetQueryResults@*": 2}, "html": {"GetJob@*": 1}, "throttle": {"Query@*": {"times": 1, "status": 503}}}),
    ] {
        let Some(server) = Server::of(&world(&json!({"weather": weather}))) else { return };
        let done = cost(&server, &desk(), &json!({}), "").exits(0);
        assert_eq!(cells(&report(&done.out)), seeded(), "{weather}");
        let jobs: BTreeSet<String> = server.calls().iter().filter_map(|call| call["job"].as_str().map(str::to_owned)).collect();
        assert_eq!(jobs.len(), 1, "{weather}");
    }
}

#[test]
fn an_answer_that_does_not_add_up_is_none() {
    let mut odd = rows();
    odd.push(row("2026-1", "2026-10-01", &json!([]), "3", 8));
    for (table, words) in [
        (json!({"total": 6}), "5 rows where the answer has 6"),
        (json!({"repeats": true}), "a page that is followed by itself"),
        (json!({"rows": odd}), "8 rows of the export have `2026-1` in the place of the month of their invoice"),
        (json!({"statistics": {"dataMaskingStatistics": {"dataMaskingApplied": true}}}), "columns of the table are masked for the caller"),
    ] {
        let Some(server) = Server::of(&world(&json!({"bigquery": table}))) else { return };
        let desk = desk();
        let done = cost(&server, &desk, &json!({}), "").exits(2);
        assert!(done.err.contains(words) && done.err.contains(&format!("bigquery://{TABLE}: ")), "{}", done.err);
        assert!(done.out.is_empty() && keeps_nothing(&desk), "{table}");
    }
}

#[test]
fn whoever_may_not_is_told_what_has_to_be_allowed() {
    for (denied, words) in [
        ("GetTable", "permission bigquery.tables.get (Access Denied"),
        ("Query", "permission bigquery.jobs.create (Access Denied"),
        ("GetQueryResults", "permission bigquery.tables.getData (Access Denied"),
    ] {
        let Some(server) = Server::of(&world(&json!({"weather": {"deny": [denied]}}))) else { return };
        let desk = desk();
        let done = cost(&server, &desk, &json!({}), "").exits(2);
        assert!(done.err.contains(words) && done.out.is_empty() && keeps_nothing(&desk), "{}", done.err);
    }
    let Some(server) = Server::of(&world(&json!({"bigquery": {"statistics": {"rowLevelSecurityStatistics": {"rowLevelSecurityApplied": true}}}}))) else {
        return;
    };
    let told = cost(&server, &desk(), &json!({}), "--format terminal").exits(0).out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains(&format!("Row access policies of {TABLE} hide rows from the caller")), "{told}");
}

#[test]
fn an_address_has_to_name_a_table_that_is_a_bill() {
    let desk = desk();
    for bill in ["bigquery://billing.t", "bigquery://", "bigquery://finops.billing.t;x"] {
        let done = desk.call(&format!("cost --bill {bill}")).env("TAGLEDGER_BILL_CACHE", desk.path("cache")).exits(2);
        assert!(done.err.contains("this names no table; an address is bigquery://PROJECT.DATASET.TABLE"), "{}", done.err);
    }
    let Some(server) = Server::of(&world(&json!({"bigquery": {"fields": texts(&["a", "currency"])}}))) else { return };
    let done = cost(&server, &desk, &json!({}), "").exits(2);
    assert!(done.err.contains("it has no cost, no cost_type, no credits, no invoice.month, no usage_start_time"), "{}", done.err);
    let done = led(&server, &desk, &server.url, &json!({}), "cost --bill bigquery://finops.other.t").exits(2);
    assert!(done.err.contains("there is nothing at this address: Not found: Dataset finops:other"), "{}", done.err);
}

#[test]
fn the_calls_that_are_made_are_those_that_are_allowed() {
    let Some(server) = Server::of(&world(&json!({}))) else { return };
    let desk = desk();
    cost(&server, &desk, &json!({}), "").exits(0);
    let needs = |operation: &str| match operation {
        "GetTable" => "bigquery.tables.get",
        // Whoever makes a job may look at it.
        "Query" | "InsertJob" | "GetJob" => "bigquery.jobs.create",
        "GetQueryResults" => "bigquery.tables.getData",
        other => panic!("{other} is called"),
    };
    let made: BTreeSet<String> =
        server.calls().iter().filter_map(|call| call["operation"].as_str().filter(|name| *name != "Token").map(|name| needs(name).to_owned())).collect();
    let role = desk.call("permissions gcp costs").exits(0).out;
    assert_eq!(made, role.lines().filter_map(|line| line.strip_prefix("- ")).map(str::to_owned).collect::<BTreeSet<_>>());
}

#[test]
fn prism_finds_nothing_wrong_with_what_is_asked_of_bigquery() {
    if std::env::var_os("TAGLEDGER_TEST_NODE").is_none() {
        return tagledger_tests::skipped("TAGLEDGER_TEST_NODE names no folder with Node packages; `cargo xtask test` makes one");
    }
    let weather = json!({"throttle": {"InsertJob@*": {"times": 1, "status": 429}}});
    let Some(server) = Server::of(&world(&json!({"prism": true, "weather": weather}))) else { return };
    let done = cost(&server, &desk(), &json!({}), "").exits(0);
    assert_eq!(cells(&report(&done.out)), seeded());
    assert!(server.calls().iter().filter(|call| call["operation"] != "Token").all(|call| call["via"] == "prism"));
}

/// Rows as an export may have them, each of them odd in its own way.
fn odd() -> String {
    let labels = |pairs: &[(&str, Option<&str>)]| pairs.iter().map(|(key, value)| json!({"key": key, "value": value})).collect::<Vec<_>>();
    let prod = || labels(&[("env", Some("prod")), ("application", Some("shop"))]);
    let around = |names: &[&str]| {
        let one = |(at, name): (usize, &&str)| json!({"resource_name": if at == 0 { "projects/1001".to_owned() } else { format!("folders/{at}") }, "display_name": name});
        names.iter().enumerate().map(one).collect::<Vec<_>>()
    };
    let row = |more: Value| {
        let mut row = json!({
            "billing_account_id": "01AAAA-BBBBBB-CCCCCC", "invoice": {"month": "202610"}, "cost_type": "regular", "service": {"description": "Compute Engine"}, "sku": {"description": "N2 Instance Core"},
            "usage_start_time": "2026-10-03 23:59:59", "project": {"id": "shop-prod", "number": "1001", "labels": labels(&[("env", Some("test"))]), "ancestors": around(&["Shop", "Live"])},
            "labels": prod(), "cost": 1.25, "cost_at_list": 2.5, "currency": "EUR", "usage": {"unit": "seconds"}, "credits": [],
            "resource": {"name": "vm", "global_name": "//compute.googleapis.com/projects/1001/zones/z/instances/7"},
        });
        for (name, value) in more.as_object().unwrap() {
            row[name] = value.clone();
        }
        row.to_string()
    };
    let credit = |amount: f64| json!({"name": "credit", "amount": amount});
    let rows = [
        row(json!({})),
        // Ties at the twelfth digit, on either side of zero, and what is next to one.
        row(json!({"cost": 0.000_122_070_312_5, "credits": [credit(0.000_366_210_937_5), credit(-0.000_122_070_312_5)]})),
        row(json!({"cost": -0.000_610_351_562_5, "cost_at_list": 0.000_122_070_312_500_000_02})),
        row(json!({"cost": 0.1, "credits": [credit(-0.03), credit(-0.000_000_000_000_4), credit(-0.000_000_000_000_6)]})),
        row(json!({"cost": 123_456.789_012_345_67, "credits": [credit(-1e-300), credit(1e15)]})),
        row(json!({"cost": null, "credits": [credit(-5.5)], "cost_at_list": null})),
        row(json!({"cost": null, "cost_at_list": null})),
        row(json!({"credits": null, "labels": null})),
        // Labels: twice, without a value, without a key, with letters that have to be escaped.
        row(json!({"labels": labels(&[("env", Some("test")), ("env", Some("prod"))])})),
        row(json!({"labels": labels(&[("env", None), ("application", Some("")), ("owner", Some("é\"\\\n<x>"))])})),
        row(json!({"labels": [{"key": null, "value": "prod"}, {"key": "application", "value": "shop"}]})),
        // Places: without a project, without its id, without a resource's full name.
        row(json!({"project": null, "resource": null, "cost_type": "tax", "service": null})),
        row(json!({"project": {"id": "", "number": "1002"}})),
        // What lies around it: another folder, whose name has to be escaped, and none.
        row(json!({"project": {"id": "shop-test", "number": "1003", "ancestors": around(&["T", "é\"\\\n<x>", "Tries"])}, "labels": []})),
        row(json!({"project": {"id": "shop-prod", "number": "1001", "ancestors": around(&["Shop", "Live"])}, "labels": []})),
        row(json!({"project": {"id": "alone", "number": "1004", "ancestors": []}, "labels": []})),
        row(json!({"resource": {"name": "lone", "global_name": "NULL"}, "usage": null, "usage_start_time": null})),
        // Other months, and other money.
        row(json!({"invoice": {"month": "202609"}, "usage_start_time": "2026-10-01 00:00:00", "cost_type": "rounding_error", "cost": -0.01})),
        row(json!({"invoice": {"month": "202609"}, "currency": "USD"})),
        row(json!({"usage_start_time": "2026-10-04 00:00:00", "usage": {"unit": "requests"}})),
        // What is charged for beside use.
        row(json!({"sku": {"description": "Commitment v1: Cpu in Frankfurt"}, "credits": [credit(-0.25)]})),
        row(json!({"service": {"description": "Premium Support"}, "cost": 100.0})),
        row(json!({"cost_type": "adjustment", "cost": -3.0})),
    ];
    rows.join("\n") + "\n"
}

/// Rows of a table in FOCUS as Google has them: labels in the place of tags, and a unit in one of two columns.
fn focus() -> (Vec<Value>, String) {
    let names =
        ["BillingCurrency", "ServiceProviderName", "SubAccountId", "ServiceName", "ChargeCategory", "ResourceId", "ConsumedUnit", "PricingUnit", "InvoiceId"];
    let mut fields = texts(&names);
    fields.extend(["BillingPeriodStart", "ChargePeriodStart"].map(|name| field(name, "TIMESTAMP", &[])));
    fields.extend(["EffectiveCost", "BilledCost", "ContractedCost"].map(|name| field(name, "NUMERIC", &[])));
    fields.push(field("x_Labels", "RECORD[]", &texts(&["Key", "Value"])));
    let row = |day: &str, env: &str, effective: &str, unit: Option<&str>| {
        json!({
            "BillingCurrency": "EUR", "ServiceProviderName": "Google Cloud", "SubAccountId": "shop-prod", "ServiceName": "Cloud SQL", "ChargeCategory": "Usage",
            "ResourceId": null, "ConsumedUnit": unit, "PricingUnit": "requests", "InvoiceId": "I-1", "BillingPeriodStart": "2026-10-01 00:00:00",
            "ChargePeriodStart": format!("{day} 07:00:00"), "EffectiveCost": effective, "BilledCost": "1.000000001", "ContractedCost": null,
            "x_Labels": [{"Key": "env", "Value": env}, {"Key": "application", "Value": "shop"}],
        })
        .to_string()
    };
    let days = ["2026-10-01", "2026-10-02", "2026-10-03"]
        .into_iter()
        .flat_map(|day| [row(day, "prod", "2.25", Some("hours")), row(day, "prod", "0.750000001", Some("hours")), row(day, "dev", "-0.5", None)]);
    (fields, days.collect::<Vec<_>>().join("\n") + "\n")
}

/// The rows of a file as BigQuery writes them to Parquet, by an engine that is none of ours.
fn parquet(desk: &Desk, name: &str, types: &str) {
    let script = format!(
        "import duckdb; duckdb.sql(\"\"\"COPY (SELECT * REPLACE ({types}) FROM read_json('{name}.ndjson', format='newline_delimited', sample_size=-1)) TO '{name}.parquet'\"\"\")"
    );
    assert!(python().unwrap().current_dir(desk.path(".")).args(["-c", &script]).status().unwrap().success());
}

/// Takes members of these names away, wherever they are.
fn unsaid(value: &mut Value, names: &[&str]) {
    match value {
        Value::Object(members) => {
            members.retain(|name, _| !names.contains(&name.as_str()));
            members.values_mut().for_each(|member| unsaid(member, names));
        }
        Value::Array(all) => all.iter_mut().for_each(|one| unsaid(one, names)),
        _ => {}
    }
}

#[test]
fn the_emulator_adds_up_what_the_same_rows_say_as_a_file() {
    if python().is_none() {
        return;
    }
    let desk = Desk::new();
    let estate = Estate::new(Spec::new(700, 21));
    let truth = serde_json::to_value(estate.write(&desk.path("estate")).unwrap()).unwrap();
    std::fs::create_dir(desk.path("native")).unwrap();
    estate.write_native_bills(&desk.path("native")).unwrap();
    desk.put("native/odd.ndjson", odd());
    let (focus, focus_rows) = focus();
    desk.put("native/focus.ndjson", focus_rows);
    let pairs = "STRUCT(\"key\" VARCHAR, \"value\" VARCHAR)[]";
    let native = format!(
        "cost::DOUBLE AS cost, cost_at_list::DOUBLE AS cost_at_list, labels::{pairs} AS labels, credits::STRUCT(name VARCHAR, amount DOUBLE)[] AS credits"
    );
    parquet(&desk, "native/gcp", &native);
    parquet(&desk, "native/odd", &native);
    let costs = ["EffectiveCost", "BilledCost", "ContractedCost"].map(|name| format!("{name}::DECIMAL(38, 9) AS {name}")).join(", ");
    let times = ["BillingPeriodStart", "ChargePeriodStart"].map(|name| format!("{name}::TIMESTAMP AS {name}")).join(", ");
    parquet(&desk, "native/focus", &format!("{costs}, {times}"));
    let standard: Vec<Value> = schema().into_iter().filter(|field| !["resource", "cost_at_list"].contains(&field["name"].as_str().unwrap())).collect();
    let rows = |name: &str| desk.path(&format!("native/{name}.ndjson"));
    let tables = json!({
        "detailed": {"fields": schema(), "rows": rows("gcp")}, "standard": {"fields": standard, "rows": rows("gcp")}, "odd": {"fields": schema(), "rows": rows("odd")},
        "focus": {"fields": focus, "rows": rows("focus")},
    });
    let seed = json!({"project": "finops", "dataset": "billing", "tables": tables}).to_string();
    let (Some(emulator), Some(tokens)) = (tagledger_tests::Server::script("bigquery.py", &[], &seed), Server::of(&world(&json!({})))) else { return };
    let asked = |bill: &str, more: &str| {
        let words = format!("cost --taxonomy estate/taxonomy.yaml --from estate/inventory --now 2026-10-31 --bill {bill} {more}");
        led(&tokens, &desk, &emulator.url(), &json!({}), &words)
    };
    // All that is said of costs, but for what is said of rows and of files.
    let of = |bill: &str, more: &str| {
        let mut report = report(&asked(bill, &format!("--format json {more}")).exits(0).out);
        assert!(report["cells"].as_array().is_some_and(|cells| !cells.is_empty()), "{report:#}");
        unsaid(&mut report, if bill.contains("focus") { &["notes", "rounded", "rows"] } else { &["notes", "rounded"] });
        report
    };
    let detailed = "bigquery://finops.billing.detailed?months=12";
    for (file, table, other) in [
        ("native/gcp.parquet", detailed, "list"),
        ("native/odd.parquet", "bigquery://finops.billing.odd?months=12", "list"),
        ("native/focus.parquet", "bigquery://finops.billing.focus?months=1", "billed"),
    ] {
        let other = format!("--measure {other}");
        for more in ["", "--measure billed", &other, "--by service,scope,cloud", "--by Owner,CostCenter", "--outlook"] {
            let (added, read) = (of(table, more), of(file, more));
            assert!(!(file.contains("odd") && more.is_empty()) || read["charges"].as_array().is_some_and(|charges| charges.len() > 3), "{read:#}");
            for (name, said) in read.as_object().unwrap() {
                assert_eq!(added[name], *said, "{name} of {file} {more}");
            }
        }
    }
    // Where no inventory knows the projects, what they lie in says their stage.
    desk.put(
        "stages.yaml",
        format!("{TAXONOMY}stages:\n  - {{ environment: production, gcp: {{ folders: [Live] }} }}\n  - {{ environment: test, gcp: {{ folders: [Tries] }} }}\n"),
    );
    let staged = |bill: &str| {
        let words = format!("cost --taxonomy stages.yaml --now 2026-10-31 --format json --by Environment,scope --bill {bill}");
        let cells = cells(&report(&led(&tokens, &desk, &emulator.url(), &json!({}), &words).exits(0).out));
        assert!(cells.contains_key(r#"2026-10 EUR ["test","shop-test"]"#) && cells.contains_key(r#"2026-10 EUR [null,"alone"]"#), "{cells:#?}");
        cells
    };
    assert_eq!(staged("bigquery://finops.billing.odd?months=12"), staged("native/odd.parquet"));
    // All clouds together say the truth of the seed.
    let whole = report(&asked(&format!("native/aws.csv native/azure-amortized.csv {detailed}"), "--format json").exits(0).out);
    let mut seeded: BTreeMap<String, Decimal> = BTreeMap::new();
    for cell in truth["by_environment_application"].as_array().unwrap() {
        let place = format!("{} {} {}", cell["month"].as_str().unwrap(), cell["currency"].as_str().unwrap(), json!([cell["environment"], cell["application"]]));
        seeded.insert(place, Decimal::parse(cell["effective"].as_str().unwrap()));
    }
    seeded.retain(|_, sum| *sum != Decimal::default());
    assert_eq!(cells(&whole), seeded);
    // A standard export costs the same, has no resources that could lend anything, and knows no list prices.
    let standard = "bigquery://finops.billing.standard?months=12";
    assert_eq!(of(standard, "")["totals"][0]["bill"], of(detailed, "")["totals"][0]["bill"]);
    let refused = asked(standard, "--measure list").exits(2).err;
    assert!(refused.contains("that BigQuery added up holds no ListCost"), "{refused}");
}
