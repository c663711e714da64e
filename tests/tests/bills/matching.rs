//! Whose a bill row is, and that no row counts twice: ids within their own cloud, files named twice, containers that hide a
//! second dictionary, amounts that no sum can hold.

use crate::parquet_file::{self, Costs, Texts};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use tagledger_tests::{Decimal, Desk, TAXONOMY};

const HEAD: &str = "EffectiveCost,BillingCurrency,BillingPeriodStart,ProviderName,SubAccountId,ServiceName,ResourceId,Tags\n";

/// Application → amount.
fn by_application(cost: &Value) -> BTreeMap<String, String> {
    let mut sums: BTreeMap<String, Decimal> = BTreeMap::new();
    for cell in cost["cells"].as_array().unwrap() {
        let slot = sums.entry(cell["values"][1].as_str().unwrap_or("–").to_owned()).or_default();
        *slot = *slot + Decimal::parse(cell["amount"].as_str().unwrap());
    }
    assert!(cost["totals"].as_array().unwrap().iter().all(|t| t["equal"] == true));
    sums.into_iter().map(|(name, sum)| (name, sum.to_string())).collect()
}

#[track_caller]
fn holds(cost: &Value, expected: &[(&str, &str)]) {
    assert_eq!(by_application(cost), expected.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect());
}

#[test]
fn one_id_in_two_clouds_is_two_resources() {
    let desk = Desk::laid();
    desk.put(
        "inventory.csv",
        "cloud,scope,kind,id,tag:Environment,tag:Application\naws,1,vm,ping,production,upper\ngcp,1,vm,ping,production,lower\nonprem,1,vm,pong,production,cellar\naws,1,vm,pang,production,upper\nedge,1,vm,peng,production,field\n",
    );
    let row = |amount: &str, provider: &str, id: &str| format!("{amount},EUR,2026-10-01,{provider},1,Machines,{id},\n");
    let rows = [
        row("1", "AWS", "ping"),
        row("2", "Google Cloud", "ping"),
        // An unknown provider may be any cloud: an id that two of them have is nobody's, one that only one has is found.
        row("4", "Somebody", "ping"),
        row("8", "Somebody", "pong"),
        row("32", "Somebody", "pang"),
        row("64", "Somebody", "peng"),
        // A known provider's row never belongs to another cloud's resource.
        row("16", "AWS", "pong"),
    ];
    desk.put("bill.csv", HEAD.to_owned() + &rows.concat());
    let cost = desk.cost("--bill bill.csv --from inventory.csv");
    holds(&cost, &[("upper", "33"), ("lower", "2"), ("cellar", "8"), ("field", "64"), ("–", "20")]);
}

#[test]
fn the_scope_of_a_row_says_which_cloud_it_is_where_the_provider_does_not() {
    let desk = Desk::laid();
    desk.put("inventory.csv", "cloud,scope,kind,id,tag:Environment,tag:Application\nonprem,dc,vm,vm-1,production,cellar\nedge,site,vm,vm-1,production,field\n");
    let row = |amount: &str, scope: &str| format!("{amount},EUR,2026-10-01,Somebody,{scope},Machines,vm-1,\n");
    desk.put("bill.csv", [HEAD.to_owned(), row("1", "dc"), row("2", "site"), row("4", "")].concat());
    holds(&desk.cost("--bill bill.csv --from inventory.csv"), &[("cellar", "1"), ("field", "2"), ("–", "4")]);
}

#[test]
fn the_stage_of_a_group_counts_before_that_of_the_scope_around_it() {
    let desk = Desk::laid();
    let taxonomy = "version: 1
keys:
  Environment: { values: { production: [], test: [] } }
  Application: {}
stages:
  - { environment: production, azure: { subscriptions: [sub-a] } }
  - { environment: test, azure: { resource_groups: [try-rg] } }
";
    desk.put("taxonomy.yaml", taxonomy);
    let path = |group: &str, name: &str| format!("/subscriptions/sub-a/resourcegroups/{group}/providers/microsoft.compute/disks/{name}");
    let resource = |group: &str| {
        let id = path(group, "d-1");
        format!(
            r#"{{"cloud":"azure","scope":"sub-a","group":"/subscriptions/sub-a/resourcegroups/{group}","kind":"microsoft.compute/disks","id":"{id}","tags":{{}}}}"#
        )
    };
    desk.put("in.ndjson", format!("{}\n{}\n", resource("try-rg"), resource("shop-rg")));
    let row = |amount: &str, id: &str| format!("{amount},EUR,2026-10-01,Microsoft,sub-a,Disks,{id},\n");
    // What is gone still names the group that it lay in, and a row without a resource is the scope's.
    let rows = [row("1", &path("try-rg", "d-1")), row("2", &path("try-rg", "d-9")), row("4", &path("shop-rg", "d-1")), row("8", "")];
    desk.put("bill.csv", HEAD.to_owned() + &rows.concat());
    let cost = desk.cost("--bill bill.csv --from in.ndjson");
    let sums: BTreeMap<&str, String> = cost["cells"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cell| (cell["values"][0].as_str().unwrap_or("–"), Decimal::parse(cell["amount"].as_str().unwrap()).to_string()))
        .collect();
    assert_eq!(sums, BTreeMap::from([("test", "3".to_owned()), ("production", "12".to_owned())]));
}

#[test]
fn ids_that_differ_only_in_case_are_told_apart_in_every_container() {
    let desk = Desk::laid();
    desk.put("inventory.csv", "cloud,scope,kind,id,tag:Environment,tag:Application\naws,1,vm,Ping,production,upper\naws,1,vm,ping,production,lower\n");
    let rows: Vec<_> = (0..12_i128).map(|n| (1_000_000_000 * (n % 3 + 1), ["Ping", "ping", "PING"][usize::try_from(n % 3).unwrap()])).collect();
    let line = |(units, id): &(i128, &str)| format!("{},EUR,2026-10-01,AWS,1,Machines,{id},\n", units / 1_000_000_000);
    desk.put("b.csv", HEAD.to_owned() + &rows.iter().map(line).collect::<String>());
    parquet_file::write_ids(&desk.path("plain.parquet"), &rows, Texts::Plain);
    parquet_file::write_ids(&desk.path("dictionary.parquet"), &rows, Texts::Dictionary);
    for bill in ["b.csv", "plain.parquet", "dictionary.parquet"] {
        // The third spelling could be either, so it is neither.
        holds(&desk.cost(&format!("--bill {bill} --from inventory.csv")), &[("upper", "4"), ("lower", "8"), ("–", "12")]);
    }
}

#[test]
fn a_bucket_is_found_by_its_bare_name_when_no_export_says_whose_it_is() {
    let desk = Desk::laid();
    let tags = |app: &str| format!(r#"[{{"Key":"Environment","Value":"production"}},{{"Key":"Application","Value":"{app}"}}]"#);
    let mapping = |arn: &str, app: &str| format!(r#"{{"ResourceARN":"{arn}","Tags":{}}}"#, tags(app));
    let list = [mapping("arn:aws:s3:::shop-data", "shop"), mapping("arn:aws:s3:eu-west-1:111122223333:accesspoint/other", "points")];
    desk.put("tagging.json", format!(r#"{{"ResourceTagMappingList":[{}]}}"#, list.join(",")));
    let row = |amount: u8, id: &str| format!("{amount},EUR,2026-10-01,AWS,111122223333,Amazon S3,{id},\n");
    desk.put("b.csv", HEAD.to_owned() + &row(1, "shop-data") + &row(2, "unknown-data"));
    holds(&desk.cost("--bill b.csv --from tagging.json"), &[("shop", "1"), ("–", "2")]);
}

#[test]
fn a_bare_name_means_a_bucket_and_nothing_else_of_that_name() {
    let desk = Desk::laid();
    let line = |id: &str, app: &str| format!("aws,111122223333,x,{id},production,{app}\n");
    let own = ["sqs:eu-west-1:111122223333:data", "dynamodb:eu-west-1:111122223333:table/data", "dynamodb:eu-west-1:111122223333:table/gone"];
    let own: String = own.iter().map(|id| line(&format!("arn:aws:{id}"), "tables")).collect();
    let made = line("arn:aws:ec2:eu-west-1:111122223333:volume/vol-0ab12cd34ef56a789", "volume");
    desk.put("inventory.csv", format!("cloud,scope,kind,id,tag:Environment,tag:Application\n{own}{made}{}", line("arn:aws:s3:::data", "lake")));
    let row = |amount: u8, id: &str| format!("{amount},EUR,2026-10-01,AWS,111122223333,S,{id},\n");
    // The bucket of the third is not there any more, and nobody's.
    desk.put("b.csv", HEAD.to_owned() + &row(1, "data") + &row(2, "vol-0ab12cd34ef56a789") + &row(4, "gone"));
    holds(&desk.cost("--bill b.csv --from inventory.csv"), &[("lake", "1"), ("volume", "2"), ("–", "4")]);
    // What is called after a machine, or like a bucket with a number behind it, is neither.
    let named = [
        "ssm:eu-west-1:111122223333:parameter/hosts/i-0ab12cd34ef56a789",
        "logs:eu-west-1:111122223333:log-group:/ssm/i-0ab12cd34ef56a789",
        "sqs:eu-west-1:111122223333:shop-111122223333",
    ];
    let named: String = named.iter().map(|id| line(&format!("arn:aws:{id}"), "named")).collect();
    let machine = line("arn:aws:ec2:eu-west-1:111122223333:instance/i-0ab12cd34ef56a789", "machine");
    desk.put("b.csv", HEAD.to_owned() + &row(1, "i-0ab12cd34ef56a789") + &row(2, "shop-111122223333"));
    desk.put("inventory.csv", format!("cloud,scope,kind,id,tag:Environment,tag:Application\n{named}{machine}"));
    holds(&desk.cost("--bill b.csv --from inventory.csv"), &[("machine", "1"), ("–", "2")]);
    desk.put("inventory.csv", format!("cloud,scope,kind,id,tag:Environment,tag:Application\n{named}"));
    holds(&desk.cost("--bill b.csv --from inventory.csv"), &[("–", "3")]);
}

#[test]
fn an_id_of_a_part_or_in_another_form_finds_its_resource() {
    let desk = Desk::laid();
    let line = |cloud: &str, scope: &str, id: &str, app: &str| format!("{cloud},{scope},x,{id},production,{app}\n");
    let function = "arn:aws:lambda:eu-west-1:111122223333:function:ping";
    let vault = "/subscriptions/s-1/resourcegroups/g/providers/microsoft.keyvault/vaults/v";
    desk.put(
        "inventory.csv",
        [
            "cloud,scope,kind,id,tag:Environment,tag:Application\n".to_owned(),
            line("aws", "111122223333", function, "ping"),
            line("aws", "111122223333", "arn:aws:s3:::lake", "lake"),
            line("aws", "111122223333", "arn:aws:apigateway:eu-west-1::/restapis/a1b2c3", "api"),
            line("aws", "111122223333", "arn:aws:ecr:eu-west-1:111122223333:repository/team/api", "images"),
            line("aws", "111122223333", "arn:aws:dynamodb:eu-west-1:111122223333:table/carts", "carts"),
            line("azure", "s-1", vault, "vault"),
            line("gcp", "p-1", "//compute.googleapis.com/projects/p-1/zones/z/instances/i", "machine"),
            line("gcp", "p-1", "//redis.googleapis.com/projects/p-1/locations/l/instances/r", "cache"),
            line("gcp", "p-1", "//storage.googleapis.com/bucket", "files"),
        ]
        .concat(),
    );
    let row = |amount: u16, cloud: &str, scope: &str, id: &str| format!("{amount},EUR,2026-10-01,{cloud},{scope},S,{id},\n");
    let rows = [
        row(1, "AWS", "111122223333", &format!("{function}:7")),
        row(2, "AWS", "111122223333", "arn:aws:s3:::lake/a/b.parquet"),
        row(2048, "AWS", "111122223333", "arn:aws:apigateway:eu-west-1::/restapis/a1b2c3/stages/prod"),
        row(4096, "AWS", "111122223333", "arn:aws:dynamodb:eu-west-1:111122223333:table/carts/index/by-day"),
        row(8192, "AWS", "111122223333", "arn:aws:ecr:eu-west-1:111122223333:repository/team/api/blue/x"),
        row(4, "Microsoft", "s-1", &format!("{vault}/")),
        row(8, "Google Cloud", "p-1", "projects/p-1/zones/z/instances/i"),
        row(16, "Google Cloud", "p-1", "https://www.googleapis.com/compute/v1/projects/p-1/zones/z/instances/i"),
        row(32, "Google Cloud", "p-1", "projects/p-1/locations/l/instances/r"),
        row(64, "Google Cloud", "p-1", "projects/_/buckets/bucket"),
        row(512, "Google Cloud", "p-1", "//storage.googleapis.com/projects/_/buckets/bucket"),
        row(128, "Google Cloud", "p-1", "projects/p-1/zones/z/instances/another"),
        row(1024, "Google Cloud", "p-1", "//sql.googleapis.com/projects/p-1/zones/z/instances/i"),
        row(256, "AWS", "111122223333", "arn:aws:lambda:eu-west-1:111122223333:function:pong:7"),
    ];
    desk.put("b.csv", HEAD.to_owned() + &rows.concat());
    holds(
        &desk.cost("--bill b.csv --from inventory.csv"),
        &[
            ("ping", "1"),
            ("lake", "2"),
            ("vault", "4"),
            ("machine", "24"),
            ("cache", "32"),
            ("files", "576"),
            ("api", "2048"),
            ("carts", "4096"),
            ("–", "9600"),
        ],
    );
}

#[test]
fn a_file_named_twice_is_refused_however_it_is_named() {
    let desk = Desk::laid();
    desk.put("b/1.csv", format!("{HEAD}1,EUR,2026-10-01,AWS,1,S,,\n"));
    for words in ["b/1.csv b/1.csv", "b b/1.csv", "b/*.csv b", "b/1.csv b/../b/1.csv"] {
        let done = desk.call(&format!("cost --bill {words}")).exits(2);
        assert!(done.err.contains("was named before") && done.err.contains("count twice"), "{}", done.err);
    }
    std::os::unix::fs::symlink(desk.path("b/1.csv"), desk.path("b/2.csv")).unwrap();
    assert!(desk.call("cost --bill b").exits(2).err.contains("b/2.csv: the file was named before, as b/1.csv"));
}

#[test]
fn amounts_that_no_sum_can_hold_are_refused_with_their_place() {
    for amount in ["100000000000000000000000000", "1e2147483647", "-1e19", "170141183460469231731687303715884105728"] {
        let desk = Desk::laid();
        desk.put("b.csv", format!("{HEAD}1,EUR,2026-10-01,AWS,1,S,,\n{amount},EUR,2026-10-01,AWS,1,S,,\n"));
        let done = desk.call("cost --bill b.csv").exits(2);
        assert!(done.err.starts_with("error: b.csv:3:EffectiveCost: "), "{}", done.err);
    }
}

#[test]
fn a_chunk_that_leaves_its_dictionary_half_way_is_read_right() {
    let desk = Desk::new();
    desk.put("taxonomy.yaml", TAXONOMY);
    let rows: Vec<_> = (0..4_000_i128)
        .map(|n| (1_000_000_000, Some(BTreeMap::from([("Environment", "production".to_owned()), ("Application", format!("app-{}", n % 400))]))))
        .collect();
    let expected: BTreeMap<String, String> = (0..400).map(|n| (format!("app-{n}"), "10".to_owned())).collect();
    for stats in [true, false] {
        parquet_file::write_fallback(&desk.path("b.parquet"), &rows, Costs::Decimal, stats);
        assert_eq!(by_application(&desk.cost("--bill b.parquet")), expected, "with encoding statistics: {stats}");
    }
}

#[test]
fn a_column_without_any_value_is_as_if_it_were_not_there() {
    let desk = Desk::laid();
    let rows: Vec<_> = (0..10_i128).map(|n| (n * 1_000_000_000, None)).collect();
    parquet_file::write(&desk.path("b.parquet"), &rows, Costs::Decimal, Texts::Null);
    holds(&desk.cost("--bill b.parquet"), &[("–", "45")]);
}

#[test]
fn more_accounts_than_a_table_holds_lose_no_row() {
    let desk = Desk::laid();
    let mut bill = HEAD.to_owned();
    // Two rows each, far apart, in two services: what is beyond the table of contexts must be found again.
    for round in 0..2 {
        for account in 0..6_000 {
            for service in ["Compute", "Storage"] {
                writeln!(bill, "{},EUR,2026-10-01,AWS,{account:012},{service},,", round + 1).unwrap();
            }
        }
    }
    desk.put("b.csv", bill);
    desk.call("scan --from inventory.csv --bill b.csv --now 2026-11-01 --out run").exits(0);
    let report = desk.report("run");
    assert_eq!((&report["costs"]["rows"], report["costs"]["totals"][0]["bill"].as_str()), (&Value::from(24_000), Some("36000.00")));
    assert_eq!(report["costs"]["totals"][0]["equal"], true);
}

#[test]
fn the_month_of_a_hive_partition_stands_in_for_a_column_that_is_not_there() {
    let desk = Desk::laid();
    let head = HEAD.replace("BillingPeriodStart,", "");
    desk.put("b/BillingPeriodStart=2026-09-01/part.csv", format!("{head}1,EUR,AWS,1,S,,\n"));
    desk.put("b/BILLING_PERIOD=2026-10/part.csv", format!("{head}2,EUR,AWS,1,S,,\n"));
    let rows: Vec<_> = (0..3_i128).map(|n| (n * 1_000_000_000, None)).collect();
    std::fs::create_dir_all(desk.path("b/billing_period_start=2026-11-01T00%3A00%3A00Z")).unwrap();
    parquet_file::write_without_month(&desk.path("b/billing_period_start=2026-11-01T00%3A00%3A00Z/part.parquet"), &rows);
    let cost = desk.cost("--bill b");
    let months: Vec<(&str, &str)> = cost["cells"].as_array().unwrap().iter().map(|c| (c["month"].as_str().unwrap(), c["amount"].as_str().unwrap())).collect();
    assert_eq!(months, [("2026-09", "1.00"), ("2026-10", "2.00"), ("2026-11", "3.00")]);
    // A column that contradicts the path is no bill of that month, and a path that says no month helps nobody.
    desk.put("c/BILLING_PERIOD=2026-10/part.csv", format!("{HEAD}1,EUR,2026-08-01,AWS,1,S,,\n"));
    let done = desk.call("cost --bill c").exits(2);
    assert!(done.err.contains("part.csv:2:BillingPeriodStart: the row is of 2026-08"), "{}", done.err);
    desk.put("d/BILLING_PERIOD=October/part.csv", format!("{head}1,EUR,AWS,1,S,,\n"));
    let done = desk.call("cost --bill d").exits(2);
    assert!(done.err.contains("BillingPeriodStart is missing"), "{}", done.err);
}

#[test]
fn a_bill_without_a_column_for_tags_says_so() {
    let desk = Desk::laid();
    desk.put("b.csv", "EffectiveCost,BillingCurrency,BillingPeriodStart,ProviderName\n1,EUR,2026-10-01,Google Cloud\n");
    let said = desk.call("cost --bill b.csv").exits(0).said();
    assert!(said.contains("1 bill file has no Tags column"), "{said}");
    desk.put("b.csv", "EffectiveCost,BillingCurrency,BillingPeriodStart,ProviderName,Tags\n1,EUR,2026-10-01,Google Cloud,\n");
    let said = desk.call("cost --bill b.csv").exits(0).said();
    assert!(!said.contains("no Tags column"), "{said}");
}

#[test]
fn lists_without_a_resource_prove_nothing() {
    let desk = Desk::laid();
    for (name, text) in [
        ("explorer.json", r#"{"Resources": []}"#),
        ("tagging.json", r#"{"ResourceTagMappingList": []}"#),
        ("graph.json", r#"{"count":0,"data":[],"total_records":0}"#),
    ] {
        desk.put(name, text);
        let done = desk.call(&format!("scan --from {name} --out run")).exits(3);
        assert!(done.said().contains("coverage is incomplete"), "{name}: {}", done.out);
    }
}
