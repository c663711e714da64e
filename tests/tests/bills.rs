//! FOCUS bills in every version and container that exports come in: each sum is the bill's to the last digit.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

#[path = "bills/matching.rs"]
mod matching;
#[path = "bills/parquet_file.rs"]
mod parquet_file;

use flate2::{Compression, write::GzEncoder};
use parquet_file::{Costs, Texts};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use tagledger_tests::{Decimal, Desk, TAXONOMY, records, shared};

/// An amount without zeros at its end.
fn plain(amount: &Value) -> String {
    Decimal::parse(amount.as_str().unwrap()).to_string()
}

fn sum_of(cell: &Value) -> String {
    plain(&cell["amount"])
}

fn sum(cost: &Value) -> String {
    plain(&cost["totals"][0]["bill"])
}

/// Environment × Application → amount and rows.
fn cells(cost: &Value) -> Vec<(String, String)> {
    let word = |v: &Value| v.as_str().unwrap_or("–").to_owned();
    let cell = |c: &Value| {
        let place = format!("{} {} {} × {}", word(&c["month"]), word(&c["currency"]), word(&c["values"][0]), word(&c["values"][1]));
        (place, format!("{} in {}", plain(&c["amount"]), c["rows"]))
    };
    cost["cells"].as_array().unwrap().iter().map(cell).collect()
}

#[track_caller]
fn holds(cost: &Value, expected: &[(&str, &str)]) {
    let expected: Vec<(String, String)> = expected.iter().map(|(place, amount)| ((*place).to_owned(), (*amount).to_owned())).collect();
    assert_eq!(cells(cost), expected);
    assert!(cost["totals"].as_array().unwrap().iter().all(|t| t["equal"] == true));
}

fn desk(bill: &str) -> Desk {
    let desk = Desk::laid();
    desk.put("bill.csv", bill);
    desk
}

#[test]
fn the_sample_of_the_specification_is_reproduced() {
    let Some(sample) = shared("data/billing/focus-1.0-sample.csv") else { return };
    let rows = records(&std::fs::read_to_string(&sample).unwrap());
    let desk = Desk::laid();
    let sample = sample.to_str().unwrap();
    desk.call("scan --from inventory.csv --now 2026-11-01 --out run --bill").with([sample]).exits(0);
    let report = desk.report("run");
    assert_eq!(report["costs"]["rows"], rows.len());
    let total = &report["costs"]["totals"][0];
    assert_eq!(report["costs"]["totals"].as_array().unwrap().len(), 1);
    let measures = [("EffectiveCost", "effective"), ("BilledCost", "billed"), ("ListCost", "list"), ("ContractedCost", "contracted")];
    for ((column, flag), said) in measures.into_iter().zip(total["measures"].as_array().unwrap()) {
        let sum: Decimal = rows.iter().map(|r| r[column].as_str()).filter(|c| *c != "NULL").map(Decimal::parse).sum();
        assert_eq!((said["measure"].as_str(), plain(&said["amount"])), (Some(column), sum.to_string()));
        let cost = desk.cost(&format!("--measure {flag} --bill {sample}"));
        assert_eq!([plain(&cost["totals"][0]["bill"]), plain(&cost["totals"][0]["report"])], [sum.to_string(), sum.to_string()], "{flag}");
        let cells: Decimal = cost["cells"].as_array().unwrap().iter().map(|c| Decimal::parse(c["amount"].as_str().unwrap())).sum();
        assert_eq!(cells, sum, "{flag}");
    }
    // Its EffectiveCost was rounded to whole dollars by whoever made it; nobody should believe such a report without being told.
    let notes = report["notes"].to_string();
    assert!(notes.contains("EffectiveCost is a whole number") && notes.contains("--measure billed"), "{notes}");
    let is_whole = |r: &BTreeMap<String, String>, column: &str| !Decimal::parse(&r[column]).to_string().contains('.');
    let fractional: Vec<_> = rows.iter().filter(|r| !is_whole(r, "BilledCost")).collect();
    let whole = fractional.iter().filter(|r| is_whole(r, "EffectiveCost")).count();
    let expected = format!("EffectiveCost is a whole number on {whole} of the {} rows whose BilledCost is not", fractional.len());
    assert!(whole > 500 && notes.contains(&expected) && said(&desk, sample, "").contains(&expected), "{expected}");
    assert!(!said(&desk, sample, "--measure billed").contains("whole number"));
    // Its own tags attribute some of it: `environment` is one of its keys.
    let billed = desk.cost(&format!("--measure billed --by Environment --bill {sample}"));
    let dev: Decimal = rows.iter().filter(|r| r["Tags"].contains("\"environment\": \"prod\"")).map(|r| Decimal::parse(&r["BilledCost"])).sum();
    let production: Decimal =
        billed["cells"].as_array().unwrap().iter().filter(|c| c["values"][0] == "production").map(|c| Decimal::parse(c["amount"].as_str().unwrap())).sum();
    assert!(dev > Decimal::default() && production >= dev, "{dev} of {production}");
}

/// What `cost` prints, on one line.
fn said(desk: &Desk, bill: &str, flags: &str) -> String {
    let out = desk.call(&format!("cost --bill {bill} {flags}")).exits(0).out;
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_must_be_known_of_a_bill_stands_beside_every_form_of_it() {
    let desk = desk("EffectiveCost,BillingCurrency,BillingPeriodStart,ProviderName\n1,EUR,2026-10-01,AWS\n,EUR,2026-10-01,AWS\n");
    let expected = "1 bill rows have no EffectiveCost; they count as 0";
    assert!(said(&desk, "bill.csv", "").contains(expected));
    assert!(desk.cost("--bill bill.csv")["notes"].to_string().contains(expected));
    let csv = desk.call("cost --bill bill.csv --format csv").exits(0);
    assert!(csv.err.contains(&format!("note: {expected}")) && !csv.out.contains("note"), "{}", csv.err);
    assert_eq!(desk.call("cost --bill bill.csv --format csv --quiet").exits(0).err, "");
}

#[test]
fn purchases_that_may_be_of_commitments_are_told_with_their_sum() {
    let head = "EffectiveCost,BillingCurrency,BillingPeriodStart,ProviderName,ChargeCategory";
    let desk = desk(&format!("{head}\n90,EUR,2026-10-01,AWS,Usage\n10,EUR,2026-10-01,AWS,Purchase\n"));
    let note = "Purchases of 10.00 EUR count in EffectiveCost: 1 bill file without CommitmentDiscountId";
    assert!(said(&desk, "bill.csv", "").contains(note));
    desk.put("known.csv", format!("{head},CommitmentDiscountId\n90,EUR,2026-10-01,AWS,Usage,\n10,EUR,2026-10-01,AWS,Purchase,\n"));
    assert!(!said(&desk, "known.csv", "").contains("Purchases of"));
    // The same in the words of FOCUS 0.5.
    desk.put("old.csv", format!("{}\n90,EUR,2026-10-01,AWS,Usage\n10,EUR,2026-10-01,AWS,Tax\n", head.replace("ChargeCategory", "ChargeType")));
    assert!(said(&desk, "old.csv", "").contains("Charged for: usage 90.00, tax 10.00"));
}

#[test]
fn an_account_that_a_bill_alone_knows_is_for_what_the_taxonomy_declares() {
    let desk = desk(
        "EffectiveCost,BillingCurrency,BillingPeriodStart,ProviderName,SubAccountId\n5,EUR,2026-10-01,AWS,111122223333\n7,EUR,2026-10-01,AWS,444455556666\n",
    );
    desk.put("taxonomy.yaml", format!("{TAXONOMY}stages:\n  - environment: test\n    aws: {{ accounts: [\"1111*\"] }}\n"));
    let cost = desk.cost("--bill bill.csv --by Environment");
    let cells: Vec<_> = cost["cells"].as_array().unwrap().iter().map(|cell| (cell["values"][0].as_str(), sum_of(cell))).collect();
    assert_eq!(cells, [(None, "7".to_owned()), (Some("test"), "5".to_owned())]);
    assert!(cost["bases"].to_string().contains("stage"), "{}", cost["bases"]);
}

#[test]
fn without_by_a_taxonomy_of_other_keys_has_its_first_two() {
    let desk = desk("EffectiveCost,BillingCurrency,BillingPeriodStart,ProviderName,Tags\n1,EUR,2026-10-01,AWS,\"{\"\"Team\"\":\"\"web\"\"}\"\n");
    desk.put("taxonomy.yaml", "version: 1\nkeys:\n  Team: { required: false }\n  Shop: { required: false }\n  Third: { required: false }\n");
    let cost = desk.cost("--bill bill.csv");
    assert_eq!((&cost["by"], &cost["cells"][0]["values"]), (&json!(["Team", "Shop"]), &json!(["web", null])));
}

#[test]
fn an_effective_cost_that_somebody_rounded_is_told_from_others() {
    let row = |n: i128| (n * 1_000_000_000 + 250_000_000, None);
    let rows: Vec<_> = (0..2_500).map(row).collect();
    let csv = |name: &str, desk: &Desk, whole: fn(usize) -> bool| {
        let row = |n: usize| format!("{n}{},{n}.25,EUR,2026-10-01,AWS\n", if whole(n) { "" } else { ".5" });
        desk.put(name, format!("EffectiveCost,BilledCost,BillingCurrency,BillingPeriodStart,ProviderName\n{}", (0..2_500).map(row).collect::<String>()));
    };
    let desk = Desk::laid();
    csv("rounded.csv", &desk, |_| true);
    csv("exact.csv", &desk, |n| n % 3 == 0);
    // Amounts that are whole on both sides tell nothing.
    desk.put("whole.csv", "EffectiveCost,BilledCost,BillingCurrency,BillingPeriodStart,ProviderName\n1,2,EUR,2026-10-01,AWS\n2,2,EUR,2026-10-01,AWS\n");
    desk.put("alone.csv", "EffectiveCost,BillingCurrency,BillingPeriodStart,ProviderName\n1,EUR,2026-10-01,AWS\n");
    for costs in [Costs::Decimal, Costs::Double, Costs::Text] {
        parquet_file::write_rounded(&desk.path(&format!("{costs:?}.parquet")), &rows, costs);
    }
    // Only a sample of the file is looked at by `cost`, which otherwise has no use for BilledCost.
    for bill in ["rounded.csv", "Decimal.parquet", "Double.parquet", "Text.parquet"] {
        let sampled = if bill.ends_with("csv") { "2,000" } else { "1,000" };
        let expected = format!("In a sample of the bill, EffectiveCost is a whole number on {sampled} of the {sampled} rows whose BilledCost is not");
        assert!(said(&desk, bill, "").contains(&expected), "{bill}");
        let scan = desk.call(&format!("scan --from inventory.csv --now 2026-11-01 --bill {bill} --out run")).exits(0).out;
        let scan = scan.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(scan.contains("• EffectiveCost is a whole number on 2,500 of the 2,500 rows whose BilledCost is not"), "{scan}");
        assert!(!said(&desk, bill, "--measure billed").contains("whole number"), "{bill}");
    }
    for bill in ["exact.csv", "whole.csv", "alone.csv"] {
        assert!(!said(&desk, bill, "").contains("whole number"), "{bill}");
    }
    // A measure that the bill does not have is no amount of nothing.
    desk.put("billed.csv", "BilledCost,BillingCurrency,BillingPeriodStart,ProviderName\n1.25,EUR,2026-10-01,AWS\n");
    desk.call("scan --from inventory.csv --now 2026-11-01 --measure billed --bill billed.csv --out run").exits(0);
    assert!(!desk.report("run")["notes"].to_string().contains("whole number"));
}

#[test]
fn versions_are_told_by_their_columns() {
    let tags = r#""{""env"":""prod"",""Application"":""shop""}""#;
    let month = "2026-10-01T00:00:00Z";
    let bills = [
        ("preview", format!("AmortizedCost,BillingCurrency,BillingPeriodStart,Provider,SubAccountId,ResourceId,Tags\n7.5,EUR,{month},AWS,1,,{tags}\n")),
        (
            "snake case",
            format!("effective_cost,billing_currency,billing_period_start,provider_name,sub_account_id,resource_id,tags\n7.5,EUR,{month},AWS,1,,{tags}\n"),
        ),
        (
            "1.0",
            format!("EffectiveCost,BillingCurrency,BillingPeriodStart,ProviderName,SubAccountId,ResourceId,Tags\n7.5,EUR,2026-10-01 00:00:00,AWS,1,,{tags}\n"),
        ),
        (
            "1.2",
            format!(
                "BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ProviderName,SubAccountId,SubAccountType,InvoiceId,PricingCurrency,Tags\n9,7.5,EUR,{month},AWS,1,Account,I-1,USD,{tags}\n"
            ),
        ),
        (
            "1.3",
            format!(
                "BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ServiceProviderName,ProviderName,HostProviderName,SubAccountId,AllocatedMethodId,AllocatedResourceId,AllocatedTags,Tags\n9,7.5,EUR,{month},AWS,Amazon,AWS,1,,,,{tags}\n"
            ),
        ),
        (
            "1.4",
            format!(
                "BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ServiceProviderName,SubAccountId,AllocatedTags,Tags,InvoiceIssuerName\n9,7.5,EUR,{month},AWS,1,NULL,{tags},AWS\n"
            ),
        ),
    ];
    for (version, bill) in bills {
        let cost = desk(&bill).cost("--bill bill.csv");
        assert_eq!(cells(&cost), [("2026-10 EUR production × shop".to_owned(), "7.5 in 1".to_owned())], "{version}");
    }
}

#[test]
fn split_rows_belong_to_what_they_were_split_to() {
    let bill = r#"EffectiveCost,BillingCurrency,BillingPeriodStart,ServiceProviderName,SubAccountId,ResourceId,Tags,AllocatedResourceId,AllocatedTags
1,EUR,2026-10-01,onprem,dc-1,cluster,"{""Environment"":""production"",""Application"":""cluster""}",pod-a,"{""Environment"":""test"",""Application"":""crm""}"
2,EUR,2026-10-01,onprem,dc-1,cluster,,pod-a,
4,EUR,2026-10-01,onprem,dc-1,cluster,,,
8,EUR,2026-10-01,onprem,dc-1,cluster,"{""Environment"":""production"",""Application"":""cluster""}",,{}
"#;
    let desk = desk(bill);
    desk.put(
        "inventory.csv",
        "cloud,scope,kind,id,tag:Environment,tag:Application\nonprem,dc-1,pod,pod-a,test,search\nonprem,dc-1,cluster,cluster,production,platform\n",
    );
    let cost = desk.cost("--bill bill.csv --from inventory.csv");
    let own = ("2026-10 EUR production × cluster", "8 in 1");
    holds(&cost, &[own, ("2026-10 EUR production × platform", "4 in 1"), ("2026-10 EUR test × crm", "1 in 1"), ("2026-10 EUR test × search", "2 in 1")]);
}

#[test]
fn a_month_begins_with_the_day_that_is_written() {
    let row = |at: &str| format!("1,EUR,{at},AWS\n");
    let rows = ["2026-10-01T00:00:00+02:00", "2026-10-01 00:00:00", "2026-09-30T22:00:00Z", "2026-10-01T00:00:00-07:00"].map(row).concat();
    let cost = desk(&format!("EffectiveCost,BillingCurrency,BillingPeriodStart,ProviderName\n{rows}")).cost("--bill bill.csv");
    holds(&cost, &[("2026-09 EUR – × –", "1 in 1"), ("2026-10 EUR – × –", "3 in 3")]);
}

#[test]
fn a_sum_may_be_larger_than_any_of_its_amounts() {
    let row = "900000000000000000.25,EUR,2026-10-01,AWS,1,i,\n";
    let desk = desk(&format!("EffectiveCost,BillingCurrency,BillingPeriodStart,ProviderName,SubAccountId,ResourceId,Tags\n{row}{row}"));
    let said = desk.call("cost --bill bill.csv").exits(0).out;
    assert!(said.contains("1,800,000,000,000,000,000.50") && said.contains("(equal)"), "{said}");
}

#[test]
fn nothing_has_many_names_and_currencies_stay_apart() {
    let bill = "EffectiveCost,BilledCost,BillingCurrency,BillingPeriodStart,ProviderName,SubAccountId,ResourceId,Tags
0.1,NULL,EUR,2026-10-01,AWS,NULL,null,NULL
0.2,1,USD,2026-10-01,AWS,,\\N,{}
NULL,1,EUR,2026-11-01,AWS,1,,null
-0.30,1,EUR,2026-11-01,AWS,1,,\"[]\"
1.5e-3,1,USD,2026-10-01,AWS,1,,\"{\"\"env\"\": null}\"
";
    let cost = desk(bill).cost("--bill bill.csv");
    holds(&cost, &[("2026-10 EUR – × –", "0.1 in 1"), ("2026-10 USD – × –", "0.2015 in 2"), ("2026-11 EUR – × –", "-0.3 in 2")]);
    let totals: Vec<(&str, String)> = cost["totals"].as_array().unwrap().iter().map(|t| (t["currency"].as_str().unwrap(), plain(&t["bill"]))).collect();
    assert_eq!(totals, [("EUR", "-0.2".to_owned()), ("USD", "0.2015".to_owned())]);
    let said = desk(bill).call("cost --bill bill.csv").exits(0).out;
    assert!(said.contains("several currencies") && said.contains("no EffectiveCost"), "{said}");
}

#[test]
fn more_digits_than_money_has_are_rounded_and_said() {
    let bill = "EffectiveCost,BillingCurrency,BillingPeriodStart,ProviderName\n0.1000000000000000055,EUR,2026-10-01,AWS\n0.0000000000005,EUR,2026-10-01,AWS\n0.0000000000015,EUR,2026-10-01,AWS\n";
    let cost = desk(bill).cost("--bill bill.csv --by Environment");
    assert_eq!((cost["totals"][0]["bill"].as_str().unwrap(), cost["rounded"].as_u64().unwrap()), ("0.100000000002", 3));
}

const HEAD: &str = "EffectiveCost,BillingCurrency,BillingPeriodStart,ProviderName,SubAccountId,ResourceId,Tags\n";

#[test]
fn a_file_a_folder_a_pattern_and_hive_partitions() {
    let row = |n: u32| format!("{HEAD}{n},EUR,2026-{:02}-01,AWS,1,,\n", 7 + n);
    let desk = Desk::laid();
    let gzipped = |text: &str| {
        let mut out = GzEncoder::new(Vec::new(), Compression::default());
        out.write_all(text.as_bytes()).unwrap();
        out.finish().unwrap()
    };
    desk.put("b/BILLING_PERIOD=2026-08/part-1.csv", row(1));
    desk.put("b/BILLING_PERIOD=2026-09/part-1.csv.gz", gzipped(&row(2)));
    // Two gzip members in one file, as tools that append write it; and a name that says nothing.
    desk.put("b/x/y/part-2.CSV", row(3));
    desk.put("b/BILLING_PERIOD=2026-08/manifest.json", "{}");
    desk.put("b/_delta/part-9.csv", "broken");
    desk.put("b/.hidden.csv", "broken");
    for (words, expected) in [
        ("b", "6"),
        ("b/BILLING_PERIOD=2026-08", "1"),
        ("b/BILLING_PERIOD=2026-09/part-1.csv.gz", "2"),
        ("b/BILLING_PERIOD=*/part-1.csv*", "3"),
        ("b/*/*.csv.gz b/x", "5"),
    ] {
        let cost = desk.cost(&format!("--bill {words}"));
        assert_eq!(sum(&cost), expected, "{words}");
    }
    let mut members = gzipped(&row(1));
    members.extend(gzipped("2,EUR,2026-08-01,AWS,1,,\n"));
    desk.put("members.csv.gz", members);
    assert_eq!(sum(&desk.cost("--bill members.csv.gz")), "3");
    let files: Value = {
        desk.call("scan --from inventory.csv --bill b --now 2026-11-01 --out run").exits(0);
        desk.report("run")["bills"].clone()
    };
    assert_eq!(files, json!(["b/BILLING_PERIOD=2026-08/part-1.csv", "b/BILLING_PERIOD=2026-09/part-1.csv.gz", "b/x/y/part-2.CSV"]));
}

/// Rows of one bill: amount in 10⁻⁹, tags.
fn rows() -> Vec<(i128, Option<BTreeMap<&'static str, String>>)> {
    (0..3_000_i128)
        .map(|n| {
            let tags = BTreeMap::from([
                ("environment", ["prod", "PROD", "test", "what?"][usize::try_from(n % 4).unwrap()].to_owned()),
                ("Application", format!("app-{}", n % 7)),
                ("note", "x".repeat(usize::try_from(n % 50).unwrap())),
            ]);
            (n * 1_000_003 + 125_000_000 * (n % 3), (n % 5 > 0).then_some(tags))
        })
        .collect()
}

#[test]
fn one_bill_has_the_same_cells_in_every_container() {
    let desk = Desk::new();
    desk.put("taxonomy.yaml", TAXONOMY.replace("aliases: [env]", "aliases: [environment]"));
    let mut text = csv::Writer::from_writer(Vec::new());
    text.write_record(HEAD.trim_end().split(',')).unwrap();
    for (units, tags) in rows() {
        let amount = format!("{}.{:09}", units / 1_000_000_000, units % 1_000_000_000);
        let tags = tags.map(|t| json!(t).to_string()).unwrap_or_default();
        text.write_record([&amount, "EUR", "2026-10-01T00:00:00Z", "AWS", "111122223333", "", &tags]).unwrap();
    }
    desk.put("b.csv", text.into_inner().unwrap());
    let expected = desk.cost("--bill b.csv");
    assert_eq!(expected["rows"], 3_000);
    assert!(expected["cells"].as_array().unwrap().len() > 20);
    for costs in [Costs::Decimal, Costs::Double, Costs::Text] {
        for texts in [Texts::Dictionary, Texts::Plain, Texts::Map] {
            parquet_file::write(&desk.path("b.parquet"), &rows(), costs, texts);
            let cost = desk.cost("--bill b.parquet");
            assert_eq!(cost["cells"], expected["cells"], "{costs:?} {texts:?}");
            assert_eq!(cost["totals"], expected["totals"], "{costs:?} {texts:?}");
            assert_eq!(cost["bases"], expected["bases"], "{costs:?} {texts:?}");
        }
    }
}

#[test]
fn files_of_several_containers_and_versions_are_one_bill() {
    let desk = Desk::new();
    desk.put("taxonomy.yaml", TAXONOMY);
    std::fs::create_dir(desk.path("b")).unwrap();
    parquet_file::write(&desk.path("b/1.parquet"), &rows()[..10], Costs::Decimal, Texts::Map);
    desk.put("b/2.csv", format!("{HEAD}0.5,EUR,2026-10-01,AWS,1,,\n"));
    desk.put("b/3.csv", "EffectiveCost,BillingCurrency,BillingPeriodStart,ServiceProviderName\n0.25,EUR,2026-10-01,AWS\n");
    let units: i128 = rows()[..10].iter().map(|(u, _)| u).sum::<i128>() + 750_000_000;
    let expected = Decimal::parse(&format!("{}.{:09}", units / 1_000_000_000, units % 1_000_000_000));
    assert_eq!(sum(&desk.cost("--bill b")), expected.to_string());
}
