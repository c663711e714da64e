//! One snapshot of each month: manifests decide what counts, and what would count twice is an error that names both.

use std::fs::File;
use std::time::{Duration, SystemTime};
use tagledger_tests::{Desk, contents};

const HEAD: &str = "EffectiveCost,BillingCurrency,BillingPeriodStart,ProviderName,SubAccountId\n";

fn row(amount: &str, month: &str, account: &str) -> String {
    format!("{HEAD}{amount},EUR,2026-{month}-01,Microsoft,{account}\n")
}

fn sum(desk: &Desk, bill: &str) -> String {
    desk.cost(&format!("--bill {bill}"))["totals"][0]["bill"].as_str().unwrap_or_default().trim_end_matches(".00").to_owned()
}

#[track_caller]
fn refused(desk: &Desk, bill: &str, words: &[&str]) {
    let said = desk.call(&format!("cost --bill {bill}")).exits(2).err;
    for word in words {
        assert!(said.contains(word), "`{word}` is missing:\n{said}");
    }
}

#[test]
fn two_runs_of_one_month_are_an_error_and_parts_are_not() {
    let desk = Desk::laid();
    // Azure without overwriting: each run is a whole month to date.
    desk.put("azure/20261001-20261031/run-1/part_0.csv", row("1", "10", "sub-1"));
    desk.put("azure/20261001-20261031/run-2/part_0.csv", row("2", "10", "sub-1"));
    refused(
        &desk,
        "azure",
        &["2026-10 for sub-1 is in azure/20261001-20261031/run-1 and in azure/20261001-20261031/run-2", "would count twice", "name one of them"],
    );
    assert_eq!(sum(&desk, "azure/20261001-20261031/run-2"), "2");
    // An id is one id, whatever form a bill has.
    desk.put("native/a.csv", "ChargeType,MeterCategory,PricingModel,CostInBillingCurrency,BillingCurrency,BillingPeriodStartDate,SubscriptionId\nUsage,VM,OnDemand,5,EUR,10/01/2026,SUB-1\n");
    desk.put("focus/a.csv", row("5", "10", "/subscriptions/sub-1"));
    refused(&desk, "native focus", &["in native (a cost export of Azure) and in focus:"]);
    // Nor are two forms of one bill in one folder parts of it.
    desk.put("both/a.csv", std::fs::read(desk.path("native/a.csv")).unwrap_or_default());
    desk.put("both/b.csv", row("5", "10", "/subscriptions/sub-1"));
    refused(&desk, "both", &["in both (a cost export of Azure) and in both:"]);
    // Parts, months, accounts, clouds and partitions are no snapshots.
    desk.put("parts/a.csv", row("1", "10", "sub-1"));
    desk.put("parts/b.csv", row("2", "10", "sub-1"));
    desk.put("more/c.csv", row("4", "11", "sub-1"));
    desk.put("more/d.csv", row("8", "10", "sub-2"));
    desk.put("aws/e.csv", row("16", "10", "sub-1").replace("Microsoft", "AWS"));
    desk.put("none/f.csv", row("32", "10", ""));
    desk.put("none/g/h.csv", row("64", "10", ""));
    assert_eq!(sum(&desk, "parts more aws none"), "127");
    desk.put("hive/BILLING_PERIOD=2026-10/day=01/a.csv", row("1", "10", "sub-1"));
    desk.put("hive/BILLING_PERIOD=2026-10/day=02/a.csv", row("2", "10", "sub-1"));
    assert_eq!(sum(&desk, "hive"), "3");
}

#[test]
fn a_manifest_decides_which_files_count() {
    let desk = Desk::laid();
    let azure = |run: &str, files: &[&str]| {
        let blobs: Vec<String> = files.iter().map(|file| format!(r#"{{"blobName": "root/export/20261001-20261031/{run}/{file}", "byteCount": 1}}"#)).collect();
        format!(r#"{{"manifestVersion": "2024-04-01", "blobCount": {}, "runInfo": {{"runId": "{run}"}}, "blobs": [{}]}}"#, files.len(), blobs.join(","))
    };
    desk.put("azure/20261001-20261031/run-1/part_0.csv", row("1", "10", "sub-1"));
    desk.put("azure/20261001-20261031/run-1/part_1.csv", row("2", "10", "sub-1"));
    desk.put("azure/20261001-20261031/run-1/part_1 - copy.csv", row("4", "10", "sub-1"));
    desk.put("azure/20261001-20261031/run-1/manifest.json", azure("run-1", &["part_0.csv", "part_1.csv"]));
    assert_eq!(sum(&desk, "azure"), "3");
    desk.put("azure/20261001-20261031/run-1/manifest.json", azure("run-1", &["part_0.csv", "part_2.csv"]));
    refused(&desk, "azure", &["run-1/manifest.json: the manifest lists root/export/20261001-20261031/run-1/part_2.csv, which is not here"]);

    // Data Exports of AWS: the manifest stands beside the data, in a tree of its own, and leaves behind what an earlier delivery wrote.
    let row = |amount| row(amount, "10", "111122223333").replace("Microsoft", "AWS");
    desk.put("aws/data/BILLING_PERIOD=2026-10/cur-00001.csv", row("1"));
    desk.put("aws/data/BILLING_PERIOD=2026-10/cur-00002.csv", row("2"));
    desk.put("aws/metadata/BILLING_PERIOD=2026-10/cur-Manifest.json", r#"{"dataFiles": ["s3://bucket/p/aws/data/BILLING_PERIOD=2026-10/cur-00001.csv"]}"#);
    assert_eq!(sum(&desk, "aws"), "1");

    // Older reports keep every version, each with its manifest, and above them that of the newest.
    let manifest = |version: &str| format!(r#"{{"assemblyId": "{version}", "reportKeys": ["p/cur/20261001-20261101/{version}/cur-1.csv"]}}"#);
    for (version, amount) in [("20261002T000000Z", "1"), ("20261003T000000Z", "2")] {
        desk.put(&format!("legacy/cur/20261001-20261101/{version}/cur-1.csv"), row(amount));
        desk.put(&format!("legacy/cur/20261001-20261101/{version}/cur-Manifest.json"), manifest(version));
    }
    refused(&desk, "legacy", &["20261002T000000Z and in", "20261003T000000Z"]);
    desk.put("legacy/cur/20261001-20261101/cur-Manifest.json", manifest("20261003T000000Z"));
    assert_eq!(sum(&desk, "legacy"), "2");
    // What is no manifest of a bill says nothing.
    desk.put("legacy/other-manifest.json", r#"["a"]"#);
    desk.put("legacy/manifest.json", r#"{"name": "web app"}"#);
    assert_eq!(sum(&desk, "legacy"), "2");
}

#[test]
fn a_manifest_is_read_whole_and_means_its_own_month() {
    let desk = Desk::laid();
    let azure = |month: &str| format!(r#"{{"blobs": [{{"blobName": "e/{month}/run/part_0.csv"}}]}}"#);
    desk.put("azure/20260801-20260831/run/part_0.csv", row("1", "08", "sub-1"));
    desk.put("azure/20260801-20260831/run/manifest.json", azure("20260801-20260831"));
    assert_eq!(sum(&desk, "azure"), "1");
    // Every month has a file of this name; another month's is not it.
    desk.put("azure/20260901-20260930/other/manifest.json", r#"{"blobs": [{"blobName": "e/20260901-20260930/other/part_0.csv"}]}"#);
    refused(&desk, "azure", &["other/manifest.json: the manifest lists e/20260901-20260930/other/part_0.csv, which is not here"]);
    // One that was put beside its manifest is meant, whatever it was called before.
    desk.put("flat/part_0.csv", row("2", "10", "sub-1"));
    desk.put("flat/part_1.csv", row("4", "10", "sub-1"));
    desk.put("flat/manifest.json", format!("\u{feff}{}", azure("20261001-20261031")));
    assert_eq!(sum(&desk, "flat"), "2");
    desk.put("flat/manifest.json", r#"{"blobs": [{"blobName": "e/part_"#);
    refused(&desk, "flat", &["flat/manifest.json:1:", "this is a manifest by its name, and cannot be read"]);
}

#[test]
fn a_row_has_its_line_however_lines_end() {
    let desk = Desk::laid();
    let bad = format!("{}EUR,2026-10-01,Microsoft,s\n", row("1", "10", "s")).replace("EUR,2026-10-01,Microsoft,s\nEUR", "EUR,2026-10-01,Microsoft,s\nabc,EUR");
    for text in [bad.clone(), bad.replace('\n', "\r\n")] {
        desk.put("bad.csv", text);
        refused(&desk, "bad.csv", &["bad.csv:3:EffectiveCost: `abc`"]);
    }
}

/// The days of a month from its first, a few charges each.
fn days(of: std::ops::RangeInclusive<u32>) -> Vec<String> {
    let charge = |day: u32, id: u32| {
        format!("{}.{id:02}{day:02},EUR,2026-10-01,2026-10-{day:02}T00:00:00Z,Microsoft,{},/vm/{id}", id + 1, ["s-1", ""][day as usize % 2])
    };
    of.flat_map(|day| (0..20).map(move |id| charge(day, id))).collect()
}

const DATED: &str = "EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ProviderName,SubAccountId,ResourceId";

#[test]
fn one_month_twice_is_known_by_its_rows_wherever_it_lies() {
    let desk = Desk::laid();
    let whole = |rows: &[String]| format!("{DATED}\n{}\n", rows.join("\n"));
    let (first, second) = (whole(&days(1..=5)), whole(&days(1..=6)));
    // Months to date of two days: in one folder, in folders that look like partitions, and named one by one.
    desk.put("daily/1.csv", &first);
    desk.put("daily/2.csv", &second);
    desk.put("hive/snap=1/a.csv", &first);
    desk.put("hive/snap=2/a.csv", &second);
    for bill in ["daily", "daily/1.csv daily/2.csv"] {
        refused(&desk, bill, &["it holds the same rows as", "100 of 100", "would count twice"]);
    }
    refused(&desk, "hive", &["2026-10 for s-1 is in hive/snap=1 and in hive/snap=2"]);
    // The same rows in another order, with other ends of lines, without accounts, packed, and in another container.
    let mut turned = days(1..=5);
    turned.reverse();
    let bare: Vec<String> = days(1..=5).iter().map(|row| row.replace(",s-1,", ",,")).collect();
    desk.put("order/1.csv", &first);
    desk.put("order/2.csv", whole(&turned).replace('\n', "\r\n"));
    desk.put("bare/1/a.csv", whole(&bare));
    desk.put("bare/2/a.csv", whole(&bare) + "\n");
    for bill in ["order", "bare"] {
        refused(&desk, bill, &["it holds the same rows as", "100 of 100"]);
    }
    // Two rows are few; under one name they are one bill in two containers.
    desk.put("few/a.csv", format!("{HEAD}1,EUR,2026-10-01,Microsoft,s\n2,EUR,2026-10-01,Microsoft,s\n"));
    desk.put("few/a.csv.gz", format!("{HEAD}2,EUR,2026-10-01,Microsoft,s\n1,EUR,2026-10-01,Microsoft,s\n"));
    refused(&desk, "few", &["it holds the same rows as few/a.csv", "(2 of 2"]);
    // One month cut in two ways, and a whole beside its parts.
    let all = days(1..=6);
    for (part, rows) in all.chunks(40).enumerate() {
        desk.put(&format!("cut/one-{part}.csv"), whole(rows));
        desk.put(&format!("parts/{part}.csv"), whole(rows));
    }
    for (part, rows) in all.chunks(70).enumerate() {
        desk.put(&format!("cut/two-{part}.csv"), whole(rows));
    }
    desk.put("parts/whole.csv", whole(&all));
    for bill in ["cut", "parts"] {
        refused(&desk, bill, &["it holds the same rows as", "would count twice"]);
    }
    // Machines of fixed prices, whose hours differ in nothing but when they began.
    let fixed = |hours: u32| {
        let hour = |hour: u32| (0..10).map(move |id| format!("0.5,EUR,2026-10-01,2026-10-{:02}T{:02}:00:00Z,AWS,1,i-{id}", 1 + hour / 24, hour % 24));
        whole(&(0..hours).flat_map(hour).collect::<Vec<_>>())
    };
    desk.put("fixed/a.csv", fixed(100));
    desk.put("fixed/b.csv", fixed(200));
    refused(&desk, "fixed", &["it holds the same rows as", "would count twice"]);
    // What was kept added up knows it as well.
    let hours = |row: &String| (0..60).map(|minute| row.replace("T00:00", &format!("T00:{minute:02}"))).collect::<Vec<_>>();
    for (name, days) in [("kept/1.csv", days(1..=5)), ("kept/2.csv", days(1..=6))] {
        desk.put(name, whole(&days.iter().flat_map(hours).collect::<Vec<_>>()));
        let long_ago = SystemTime::now() - Duration::from_hours(100);
        assert!(File::options().write(true).open(desk.path(name)).is_ok_and(|file| file.set_modified(long_ago).is_ok()));
    }
    for _ in 0..2 {
        let said = desk.call("cost --bill kept --bill-cache cache").exits(2).err;
        assert!(said.contains("it holds the same rows as kept/"), "{said}");
        assert_eq!(contents(&desk.path("cache")).keys().filter(|name| name.ends_with(".parquet")).count(), 2);
    }
}

#[test]
fn parts_of_one_bill_are_no_copies() {
    let desk = Desk::laid();
    let whole = |rows: &[String]| format!("{DATED}\n{}\n", rows.join("\n"));
    // A file for each day, and parts with any rows.
    for day in 1..=6 {
        desk.put(&format!("days/{day}.csv"), whole(&days(day..=day)));
    }
    let all = days(1..=6);
    for (part, rows) in all.chunks(17).enumerate() {
        desk.put(&format!("parts/{part}.csv"), whole(rows));
    }
    desk.put("whole.csv", whole(&all));
    let expected = sum(&desk, "whole.csv");
    assert_eq!(sum(&desk, "days"), expected);
    assert_eq!(sum(&desk, "parts"), expected);
    // What is alike in what rows are known by differs in something else: a region, an operation, a part of a node, tags of a correction.
    let part = |more: &str| {
        let row = |hour: u32| format!("0.5,EUR,2026-10-01,2026-10-01T00:{hour:02}:00Z,AWS,1,i-1,{more}");
        format!("{DATED},Region,Tags\n{}\n", (0..40).map(row).collect::<Vec<_>>().join("\n"))
    };
    desk.put("alike/a.csv", part("eu-west-1,"));
    desk.put("alike/b.csv", part("eu-west-2,"));
    desk.put("alike/c.csv", part(r#"eu-west-1,"{""Environment"":""production""}""#));
    assert_eq!(sum(&desk, "alike"), "60");
    // Dates that cannot be read are still not the same, and one row is none in question.
    for day in 1..=3 {
        let rows: Vec<String> = (0..20).map(|id| format!("1,EUR,2026-10-01,0{day}.10.2026,AWS,1,i-{id}")).collect();
        desk.put(&format!("dotted/{day}.csv"), format!("{DATED}\n{}\n", rows.join("\n")));
        desk.put(&format!("seat/{day}.csv"), format!("{DATED},Seat\n29,EUR,2026-10-01,2026-10-01,AWS,1,,{day}\n"));
    }
    assert_eq!((sum(&desk, "dotted"), sum(&desk, "seat")), ("60".to_owned(), "87".to_owned()));
    // A resource that costs the same every day, in files that do not say which day is theirs.
    let row = |id: u32| format!("{id},EUR,2026-10-01,Microsoft,s-1\n");
    for day in 1..=3 {
        desk.put(&format!("undated/day={day}/a.csv"), format!("{HEAD}{}", (1..=20).map(row).collect::<String>()) + &"\n".repeat(day));
    }
    assert_eq!(sum(&desk, "undated"), "630");
}

#[test]
fn what_cannot_be_the_whole_bill_is_refused() {
    let desk = Desk::laid();
    let head = HEAD.trim_end().to_owned() + ",Tags\n";
    let row = "1,EUR,2026-10-01,AWS,1,\"{\"\"env\"\":\"\"prod\"\"}\"\n";
    // Cut off within a cell, and a quote that nobody closes: the rest of the file would be one cell.
    desk.put("cut.csv", format!("{head}{row}{row}{}", &row[..row.len() - 3]));
    refused(&desk, "cut.csv", &["cut.csv:4:1: a quote that begins here is never closed"]);
    desk.put("open.csv", format!("{head}{row}1,EUR,2026-10-01,AWS,1,\"x\n{}", "1,EUR,2026-10-01,AWS,1,\n".repeat(5)));
    refused(&desk, "open.csv", &["open.csv:3:1: a quote that begins here is never closed"]);
    desk.put("inch.csv", format!("{head}1,EUR,2026-10-01,AWS,5\" disks,\n{row}"));
    assert_eq!(sum(&desk, "inch.csv"), "2");
    // A cost that nobody filled, and one that is there twice.
    desk.put("empty.csv", "EffectiveCost,BilledCost,BillingCurrency,BillingPeriodStart\n,1,EUR,2026-10-01\n");
    refused(&desk, "empty.csv", &["EffectiveCost is empty on every row", "--measure"]);
    desk.put("twice.csv", "EffectiveCost,effective_cost,BillingCurrency,BillingPeriodStart\n1,100,EUR,2026-10-01\n");
    refused(&desk, "twice.csv", &["two columns are called EffectiveCost"]);
    // Rows that contradict the month of their folder, and snapshots in folders that look like partitions.
    desk.put("months/BILLING_PERIOD=2026-09/a.csv", format!("{head}{row}"));
    refused(&desk, "months", &["a.csv:2:BillingPeriodStart: the row is of 2026-10, and its file lies in a folder of 2026-09"]);
    desk.put("snapshots/snapshot_date=2026-10-12/a.csv", format!("{head}{row}"));
    desk.put("snapshots/snapshot_date=2026-10-13/a.csv", format!("{head}{}", row.replace("1,EUR", "3,EUR")));
    refused(&desk, "snapshots", &["2026-10 for 1 is in snapshots/snapshot_date=2026-10-12 and in snapshots/snapshot_date=2026-10-13"]);
    // One that was cut off at the end of a line, as its manifest tells.
    let whole = format!("{head}{row}{row}");
    desk.put("cut/part_0.csv", &whole[..whole.len() - row.len()]);
    desk.put("cut/manifest.json", format!(r#"{{"blobs": [{{"blobName": "e/cut/part_0.csv", "byteCount": {}, "dataRowCount": 2}}]}}"#, whole.len()));
    refused(&desk, "cut", &["cut/part_0.csv: the file has", "bytes that cut/manifest.json says; copy it again"]);
    desk.put("cut/part_0.csv", &whole);
    assert_eq!(sum(&desk, "cut"), "2");
    // An export of Azure that wrote nothing, beside files of another run.
    desk.put("azure/run/part_0.csv", format!("{head}{row}"));
    desk.put("azure/run/manifest.json", r#"{"blobs": []}"#);
    refused(&desk, "azure", &["holds no .csv"]);
    // A subscription is one, by its path and by its id, in either case.
    let subscription = "1caaa5a3-2b66-438e-8ab4-bce37d518c5d";
    let named = [
        subscription.to_owned(),
        subscription.to_uppercase(),
        format!("/subscriptions/{subscription}"),
        format!("/Subscriptions/{}", subscription.to_uppercase()),
    ];
    desk.put("named.csv", HEAD.to_owned() + &named.map(|name| format!("1,EUR,2026-10-01,Microsoft,{name}\n")).concat());
    let cells = desk.cost("--bill named.csv --by scope")["cells"].clone();
    assert_eq!((cells.as_array().map(Vec::len), &cells[0]["values"][0]), (Some(1), &subscription.into()), "{cells}");
    // What the taxonomy says of one form of it counts for that form, and what is asked for is the account.
    let asked = desk.cost(&format!("--bill named.csv --by scope --where scope=/subscriptions/{}", subscription.to_uppercase()));
    assert_eq!(asked["cells"][0]["amount"], "4.00", "{asked}");
    // 5 October, as a spreadsheet writes it: read with the month first, it would be of May. The bills' own order stays.
    let dated = |period: &str, day: &str| format!("EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart\n1,EUR,{period},{day}\n");
    desk.put("day.csv", dated("01/10/2026", "05/10/2026") + "1,EUR,01/10/2026,13/10/2026\n");
    refused(&desk, "day.csv", &["day.csv:3:ChargePeriodStart: `13/10/2026` has the day before the month", "2026-10-31"]);
    // In order of days the first thousands of rows say nothing, and one whose last day is the twelfth never does.
    let first = dated("01/10/2026", "01/10/2026") + &"1,EUR,01/10/2026,02/10/2026\n".repeat(4_000);
    desk.put("sorted.csv", format!("{first}1,EUR,01/10/2026,31/10/2026\n"));
    refused(&desk, "sorted.csv", &["sorted.csv:4003:ChargePeriodStart: `31/10/2026` has the day before the month"]);
    desk.put("doubt.csv", &first);
    refused(&desk, "doubt.csv", &["doubt.csv:2:BillingPeriodStart: `01/10/2026` may have the day before the month"]);
    desk.put("end.csv", first.replace("ChargePeriodStart", "BillingPeriodEnd").replace(",02/10/2026", ",31/10/2026"));
    refused(&desk, "end.csv", &["end.csv:3:BillingPeriodEnd: `31/10/2026` has the day before the month"]);
    // A period of the 5th to the 4th is about a month in one order only, and so is one that ends on the first.
    let period = |start: &str, end: &str| {
        format!("EffectiveCost,BillingCurrency,BillingPeriodStartDate,BillingPeriodEndDate,BillingPeriodStart\n1,EUR,{start},{end},{start}\n")
    };
    desk.put("period.csv", period("1/5/2026 12:00:00 AM", "2/4/2026 12:00:00 AM"));
    assert_eq!(desk.cost("--bill period.csv")["cells"][0]["month"], "2026-01");
    desk.put("period.csv", period("10/1/2026", "11/1/2026"));
    assert_eq!(desk.cost("--bill period.csv")["cells"][0]["month"], "2026-10");
    desk.put("period.csv", period("5/1/2026", "4/2/2026"));
    refused(&desk, "period.csv", &["period.csv:2:BillingPeriodStart: `5/1/2026` has the day before the month, as the end of its period shows"]);
    // A tag is no date of the bill, whatever it is called and whatever order it is in.
    let tagged = |period: &str, tag: &str| {
        format!(
            "lineItem/LineItemType,lineItem/UnblendedCost,bill/BillingPeriodStartDate,lineItem/CurrencyCode,resourceTags/user:EndDate\nUsage,5,{period},USD,{tag}\n"
        )
    };
    desk.put("tagged.csv", tagged("2026-10-01T00:00:00Z", "31/12/2026"));
    assert_eq!(sum(&desk, "tagged.csv"), "5");
    desk.put("tagged.csv", tagged("1/10/2026", "12/31/2026"));
    refused(&desk, "tagged.csv", &["`1/10/2026` may have the day before the month"]);
    desk.put("month.csv", dated("10/01/2026", "10/13/2026") + "2,eur ,10/01/2026,10/05/2026\n");
    assert_eq!(sum(&desk, "month.csv"), "3", "`eur ` is EUR");
    desk.put("rates.csv", "date,from,to,rate,source\n2026-10-31,USD,EUR,0,9,ECB\n");
    let said = desk.call("cost --bill inch.csv --currency EUR --rates rates.csv").exits(2).err;
    assert!(said.contains("rates.csv:2:1: the row has 6 cells where the header has 5"), "{said}");
}

#[test]
fn a_copied_file_counts_once_or_not_at_all() {
    let desk = Desk::laid();
    desk.put("b/october.csv", row("1", "10", ""));
    desk.put("b/october (1).csv", row("1", "10", ""));
    refused(&desk, "b", &["b/october.csv", "the same as b/october (1).csv, byte by byte"]);
    desk.put("packed/1.csv", row("1", "10", ""));
    desk.put("packed/2.csv.zip", "PK");
    refused(&desk, "packed", &["packed/2.csv.zip: this may be a part of the bill", "unpack it"]);
    // Parts with a header and nothing else are often many.
    desk.put("c/1.csv", row("1", "10", ""));
    desk.put("c/2.csv", HEAD);
    desk.put("c/3.csv", HEAD);
    assert_eq!(sum(&desk, "c"), "1");
}

#[test]
fn periods_that_overlap_are_refused_and_those_that_meet_are_not() {
    let desk = Desk::laid();
    let of = |days: std::ops::RangeInclusive<u32>| {
        let rows = days.flat_map(|day| (0..20).map(move |n| format!("{day}.{n:02},EUR,2026-10-01,AWS,1,2026-10-{day:02}T00:00:00Z,i-{n}\n")));
        HEAD.trim_end().to_owned() + ",ChargePeriodStart,ResourceId\n" + &rows.collect::<String>()
    };
    desk.put("two/a.csv", of(1..=15));
    desk.put("two/b.csv", of(10..=31));
    refused(&desk, "two", &["two/", "its rows of 2026-10-10 to 2026-10-15 are in two/", "export each day once"]);
    desk.put("two/b.csv", of(15..=31));
    refused(&desk, "two", &["its rows of 2026-10-15 are in two/"]);
    desk.put("two/b.csv", of(16..=31));
    assert_eq!(desk.cost("--bill two")["totals"][0]["equal"], true);
    // Flat fees without a resource, and disks of one name in two groups, are not in both.
    let flat = |own: &str| {
        let rows = (1..=31).map(|day| {
            let own = if day % 7 < 5 { format!("{own}.{day:02},EUR,2026-10-01,AWS,1,2026-10-{day:02}T00:00:00Z,\n") } else { String::new() };
            format!("1.08,EUR,2026-10-01,AWS,1,2026-10-{day:02}T00:00:00Z,\n0.81,EUR,2026-10-01,AWS,1,2026-10-{day:02}T00:00:00Z,\n{own}")
        });
        HEAD.trim_end().to_owned() + ",ChargePeriodStart,ResourceId\n" + &rows.collect::<String>()
    };
    desk.put("flat/us.csv", flat("5"));
    desk.put("flat/eu.csv", flat("7"));
    assert_eq!(desk.cost("--bill flat")["totals"][0]["equal"], true);
    let disks = |group: &str, own: u32| {
        let named =
            |day: u32| (0..4).map(move |n| format!("/subscriptions/1/resourceGroups/rg-{group}-test/providers/Microsoft.Compute/disks/osdisk-{day}-{n}"));
        let row = |day: u32, id: String, amount: &str| format!("{amount},EUR,2026-10-01,Microsoft,1,2026-10-{day:02}T00:00:00Z,{id}\n");
        let rows = (1..=31).flat_map(|day| {
            named(day).map(move |id| {
                row(
                    day,
                    id,
                    if day < 8 {
                        "0.25"
                    } else if own == 1 {
                        "0.11"
                    } else {
                        "0.12"
                    },
                )
            })
        });
        HEAD.trim_end().to_owned() + ",ChargePeriodStart,ResourceId\n" + &rows.collect::<String>()
    };
    desk.put("disks/a.csv", disks("shop", 1));
    desk.put("disks/b.csv", disks("blog", 2));
    assert_eq!(desk.cost("--bill disks")["rows"], 248);
    // Parts that are cut within a day, and those of one day that are alike but for their Region, have no row in common.
    let (all, region) = (of(1..=20), |name: &str| of(1..=31).replace(",ResourceId", ",ResourceId,RegionId").replace(",i-1\n", &format!(",i-1,{name}\n")));
    let at = all.match_indices('\n').nth(190).unwrap().0 + 1;
    desk.put("cut/a.csv", &all[..at]);
    desk.put("cut/b.csv", HEAD.trim_end().to_owned() + ",ChargePeriodStart,ResourceId\n" + &all[at..]);
    assert_eq!(desk.cost("--bill cut")["rows"], 400);
    let named = |name: &str| {
        region(name).lines().map(|line| if line.matches(',').count() == 6 { format!("{line},{name}\n") } else { format!("{line}\n") }).collect::<String>()
    };
    desk.put("regions/a.csv", named("eu-west-1"));
    desk.put("regions/b.csv", named("eu-north-1"));
    assert_eq!(desk.cost("--bill regions")["rows"], 1240);
}
