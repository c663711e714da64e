//! What a bill is charged for beside use: taxes, credits, fees of commitments and the like, in every form, and together they are the bill.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use serde_json::Value;
use std::collections::BTreeMap;
use tagledger_testkit::{Estate, Spec};
use tagledger_tests::{Decimal, Desk, python, records, shared};

/// Kinds with their sums and rows; none of use alone.
type Kinds = BTreeMap<String, (Decimal, u64)>;

fn kinds(cost: &Value) -> Kinds {
    let mut all = Kinds::new();
    let mut sums: BTreeMap<(&str, &str), Decimal> = BTreeMap::new();
    for row in cost["charges"].as_array().into_iter().flatten() {
        let text = |name: &str| row[name].as_str().unwrap();
        let (amount, rows) = (Decimal::parse(text("amount")), row["rows"].as_u64().unwrap());
        let slot = all.entry(text("kind").to_owned()).or_default();
        *slot = (slot.0 + amount, slot.1 + rows);
        let sum = sums.entry((text("month"), text("currency"))).or_default();
        *sum = *sum + amount;
    }
    // Together they are the bill, month by month and currency by currency, and no row is counted twice.
    for total in cost["totals"].as_array().unwrap().iter().filter(|_| !sums.is_empty()) {
        for (month, amount) in cost["months"].as_array().unwrap().iter().zip(total["by_month"].as_array().unwrap()) {
            let (month, currency) = (month.as_str().unwrap(), total["currency"].as_str().unwrap());
            assert_eq!(sums.get(&(month, currency)).copied().unwrap_or_default(), Decimal::parse(amount.as_str().unwrap()), "{month} {currency}");
        }
        assert_eq!(all.values().map(|(_, rows)| rows).sum::<u64>(), cost["rows"].as_u64().unwrap());
    }
    all
}

fn expected(all: &[(&str, &str, u64)]) -> Kinds {
    all.iter().map(|(kind, amount, rows)| ((*kind).to_owned(), (Decimal::parse(amount), *rows))).collect()
}

const HEAD: &str = "BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ProviderName,ServiceName,ChargeCategory,ChargeClass,CommitmentDiscountId,CommitmentDiscountStatus\n";

#[test]
fn a_focus_bill_says_what_it_is_charged_for() {
    let desk = Desk::laid();
    let row = |billed: &str, effective: &str, service: &str, rest: &str| format!("{billed},{effective},EUR,2026-10-01,Cloud,{service},{rest}\n");
    let rows = [
        row("10", "10", "Machines", "Usage,,,"),
        row("0", "8", "Machines", "Usage,,r-1,Used"),
        row("0", "2", "Machines", "Usage,,r-1,Unused"),
        row("100", "100", "Machines", "Purchase,,r-1,"),
        row("5", "5", "Names", "Purchase,,,"),
        row("3", "3", "Enterprise Support", "Usage,,,"),
        row("2.5", "2.5", "Tax", "Tax,,,"),
        row("-4", "-4", "Promotion", "Credit,,,"),
        row("-1", "-1", "Machines", "Usage,Correction,,"),
        row("0.01", "0.01", "Machines", "Adjustment,,,"),
        // A corrected tax is a tax.
        row("-0.5", "-0.5", "Tax", "Tax,Correction,,"),
    ];
    desk.put("bill.csv", format!("{HEAD}{}", rows.concat()));
    let all = [
        ("adjustment", "0.01", 1),
        ("commitment fee", "100", 1),
        ("correction", "-1", 1),
        ("credit", "-4", 1),
        ("purchase", "5", 1),
        ("support", "3", 1),
        ("tax", "2", 2),
    ];
    let billed = [&all[..], &[("unused commitment", "0", 1), ("usage", "10", 2)]].concat();
    assert_eq!(kinds(&desk.cost("--measure billed --bill bill.csv")), expected(&billed));
    // What a commitment was bought for counts nothing where its use is counted.
    let mut effective = [&all[..], &[("unused commitment", "2", 1), ("usage", "18", 2)]].concat();
    effective[1].1 = "0";
    assert_eq!(kinds(&desk.cost("--bill bill.csv")), expected(&effective));
    let said = desk.call("cost --measure billed --bill bill.csv").exits(0).out;
    assert!(said.contains("Charged for: commitment fee 100.00, usage 10.00, purchase 5.00, credit -4.00,"), "{said}");
    assert!(desk.cost("--bill bill.csv --where cloud=nobody")["charges"].is_null(), "what is not shown is not told either");
    desk.put("plain.csv", format!("{HEAD}{}", rows[0]));
    assert!(desk.cost("--bill plain.csv")["charges"].is_null(), "use alone says nothing");
}

#[test]
fn the_first_version_of_focus_had_words_of_its_own() {
    let desk = Desk::laid();
    let head = "BilledCost,AmortizedCost,BillingCurrency,BillingPeriodStart,Provider,ServiceName,ChargeType,ChargeSubcategory,CommitmentDiscountId";
    let rows = "10,10,EUR,2026-10-01,Cloud,Machines,Usage,On-Demand,\n0,2,EUR,2026-10-01,Cloud,Machines,Usage,Unused Commitment,r-1\n\
                0,8,EUR,2026-10-01,Cloud,Machines,Usage,Used Commitment,r-1\n-1,-1,EUR,2026-10-01,Cloud,Machines,Adjustment,Refund,\n";
    desk.put("bill.csv", format!("{head}\n{rows}"));
    assert_eq!(kinds(&desk.cost("--bill bill.csv")), expected(&[("correction", "-1", 1), ("unused commitment", "2", 1), ("usage", "18", 2)]));
}

#[test]
fn reports_of_aws_say_it_by_the_type_of_a_line() {
    let desk = Desk::laid();
    let head = "lineItem/LineItemType,lineItem/UnblendedCost,bill/BillingPeriodStartDate,lineItem/CurrencyCode,bill/BillingEntity,lineItem/ProductCode,reservation/ReservationARN";
    let rows = "Usage,10,2026-10-01,USD,AWS,AmazonEC2,\nUsage,7,2026-10-01,USD,AWS Marketplace,abc,\nFee,30,2026-10-01,USD,AWS,AmazonEC2,arn:x\nFee,4,2026-10-01,USD,AWS,AWSSupportBusiness,\n\
                Fee,1,2026-10-01,USD,AWS,AmazonRegistrar,\nTax,2,2026-10-01,USD,AWS,AmazonEC2,\nCredit,-3,2026-10-01,USD,AWS,AmazonEC2,\nRefund,-0.5,2026-10-01,USD,AWS,AmazonEC2,\n";
    desk.put("cur.csv", format!("{head}\n{rows}"));
    let all = [
        ("usage", "10", 1),
        ("marketplace", "7", 1),
        ("commitment fee", "30", 1),
        ("support", "4", 1),
        ("purchase", "1", 1),
        ("tax", "2", 1),
        ("credit", "-3", 1),
        ("refund", "-0.5", 1),
    ];
    assert_eq!(kinds(&desk.cost("--measure billed --bill cur.csv")), expected(&all));
    let Some(path) = shared("data/billing/aws-cur-legacy.csv") else { return };
    let rows = records(&std::fs::read_to_string(&path).unwrap());
    let told = kinds(&desk.cost(&format!("--measure billed --bill {}", path.display())));
    let taxes = rows.iter().filter(|row| row["lineItem/LineItemType"] == "Tax").count() as u64;
    assert_eq!(told.iter().map(|(kind, (_, rows))| (kind.as_str(), *rows)).collect::<Vec<_>>(), [("tax", taxes), ("usage", rows.len() as u64 - taxes)]);
}

#[test]
fn exports_of_azure_say_it_by_the_type_of_charge() {
    let desk = Desk::laid();
    let head = "ChargeType,MeterCategory,PricingModel,CostInBillingCurrency,BillingCurrency,BillingPeriodStartDate,SubscriptionId,PublisherType";
    let rows = "Usage,Virtual Machines,OnDemand,10,EUR,10/01/2026,s,Azure\nPurchase,Virtual Machines,Reservation,100,EUR,10/01/2026,s,Azure\nPurchase,Names,OnDemand,5,EUR,10/01/2026,s,Azure\n\
                Usage,Firewalls,OnDemand,6,EUR,10/01/2026,s,Marketplace\nRefund,Virtual Machines,Reservation,-20,EUR,10/01/2026,s,Azure\nRoundingAdjustment,,OnDemand,0.01,EUR,10/01/2026,s,Azure\nTax,,OnDemand,1,EUR,10/01/2026,s,Azure\n";
    desk.put("actual.csv", format!("{head}\n{rows}"));
    let all = [
        ("usage", "10", 1),
        ("commitment fee", "100", 1),
        ("purchase", "5", 1),
        ("marketplace", "6", 1),
        ("refund", "-20", 1),
        ("adjustment", "0.01", 1),
        ("tax", "1", 1),
    ];
    assert_eq!(kinds(&desk.cost("--measure billed --bill actual.csv")), expected(&all));
}

#[test]
fn credits_of_google_are_parts_of_the_rows_that_they_are_given_for() {
    let desk = Desk::laid();
    let row = |kind: &str, cost: &str, credits: &str, sku: &str| {
        let seller = if sku == "Scanner" { "THIRD_PARTY_RESELLER" } else { "GOOGLE" };
        format!(
            "SELECT '{kind}' AS cost_type, '{seller}' AS transaction_type, {cost}::DECIMAL(38,12) AS cost, [{credits}]::STRUCT(name VARCHAR, amount DECIMAL(38,12))[] AS credits, {{'month': '202610'}} AS invoice, \
                 TIMESTAMP '2026-10-02' AS usage_start_time, 'USD' AS currency, {{'description': '{sku}'}} AS sku, {{'description': 'Compute Engine'}} AS service"
        )
    };
    let credit = |amount: &str| format!("{{'name': 'c', 'amount': {amount}}}");
    let rows = [
        row("regular", "10", &format!("{}, {}", credit("-1.5"), credit("-0.25")), "Core"),
        row("regular", "20", "", "Commitment v1: Cpu"),
        row("regular", "4", "", "Scanner"),
        // A credit on a tax is a credit, and the rest of it a tax.
        row("tax", "3", &credit("-1"), "Tax"),
        row("rounding_error", "0.004", "", ""),
    ];
    let script = format!("import duckdb; duckdb.sql(\"\"\"COPY ({}) TO 'bill.parquet' (FORMAT parquet)\"\"\")", rows.join(" UNION ALL "));
    let Some(mut python) = python() else { return };
    assert!(python.current_dir(desk.path(".")).args(["-c", &script]).status().unwrap().success());
    let all = [("usage", "10", 1), ("commitment fee", "20", 1), ("credit", "-2.75", 0), ("marketplace", "4", 1), ("tax", "3", 1), ("adjustment", "0.004", 1)];
    assert_eq!(kinds(&desk.cost("--bill bill.parquet")), expected(&all));
}

#[test]
fn real_and_seeded_bills_are_told_apart_row_by_row() {
    let desk = Desk::laid();
    let estate = Estate::new(Spec::new(300, 5));
    estate.write(&desk.path("estate")).unwrap();
    let told = kinds(&desk.cost("--taxonomy estate/taxonomy.yaml --measure billed --bill estate/bill"));
    // The generator has taxes, a credit, support and commitments; every one is there, and use is by far the most.
    for kind in ["tax", "credit", "commitment fee", "usage"] {
        assert!(told.contains_key(kind), "{kind} is missing: {told:?}");
    }
    let Some(path) = shared("data/billing/focus-1.0-sample.csv") else { return };
    let rows = records(&std::fs::read_to_string(&path).unwrap());
    let told = kinds(&desk.cost(&format!("--measure billed --bill {}", path.display())));
    let count = |category: &str| rows.iter().filter(|row| row["ChargeCategory"] == category).count() as u64;
    assert_eq!((told["credit"].1, told["adjustment"].1), (count("Credit"), count("Adjustment")));
}

const RATES: &str = "date,from,to,rate,source\n2026-09-30,USD,EUR,0.9,ECB\n2026-10-31,USD,EUR,0.92,ECB\n2026-11-30,USD,EUR,0.5,ECB\n2026-10-31,EUR,USD,1.1,\n";

#[test]
fn one_currency_is_that_of_every_row_at_the_rate_of_its_month() {
    let desk = Desk::laid();
    let head = "BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ProviderName,ChargeCategory,CommitmentDiscountId,Tags";
    let tag = r#""{""env"":""prod""}""#;
    let rows = format!(
        "10,10,USD,2026-09-01,AWS,Usage,,{tag}\n0.000000000003,0.000000000003,USD,2026-10-01,AWS,Usage,,{tag}\n100,50,USD,2026-10-01,AWS,Purchase,r,\n-5,-5,USD,2026-10-01,AWS,Credit,,\n7,7,EUR,2026-10-01,AWS,Usage,,\n"
    );
    desk.put("bill.csv", format!("{head}\n{rows}"));
    desk.put("rates.csv", RATES);
    let cost = desk.cost("--bill bill.csv --measure billed --by Environment --currency EUR --rates rates.csv");
    let cells: Vec<String> = cost["cells"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cell| format!("{} {} {} {}", cell["month"], cell["currency"], cell["values"][0], cell["amount"]).replace('"', ""))
        .collect();
    // 3e-12 × 0.92 is 2.76e-12, and 3e-12 at twelve digits.
    assert_eq!(cells, ["2026-09 EUR production 9.00", "2026-10 EUR null 94.40", "2026-10 EUR production 0.000000000003"]);
    let converted: Vec<String> = cost["converted"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {} {} {} {} {}", one["month"], one["rate"], one["date"], one["before"], one["after"], one["rows"]).replace('"', ""))
        .collect();
    assert_eq!(converted, ["2026-09 0.90 2026-09-30 10.00 9.00 1", "2026-10 0.92 2026-10-31 95.000000000003 87.400000000003 3"]);
    let told = kinds(&cost);
    assert_eq!((told["credit"].0, told["commitment fee"].0), (Decimal::parse("-4.6"), Decimal::parse("92")));
    // What is set aside is told in the same currency, and printed with the rate.
    let said = desk.call("cost --bill bill.csv --currency EUR --rates rates.csv").exits(0).out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("46.00 EUR on 1 row, count nothing as EffectiveCost"), "{said}");
    assert!(said.contains("10.00 USD of 2026-09 count as 9.00 EUR, at 0.90 of 2026-09-30, ECB"), "{said}");
    // The other way round, and without any, nothing is mixed.
    assert_eq!(desk.cost("--bill bill.csv --currency USD --rates rates.csv")["totals"][0]["currency"], "USD");
    // What the settings say of a scan holds for a cost on its own as well.
    desk.put("tagledger.yaml", "version: 1\nscan: { currency: EUR, rates: rates.csv }\n");
    let currencies = |cost: &Value| cost["totals"].as_array().unwrap().iter().map(|total| total["currency"].to_string()).collect::<Vec<_>>();
    assert_eq!(currencies(&desk.cost("--bill bill.csv")), [r#""EUR""#]);
    desk.put("tagledger.yaml", "version: 1\n");
    assert_eq!(desk.cost("--bill bill.csv")["totals"].as_array().unwrap().len(), 2);
}

#[test]
fn a_rate_that_is_missing_is_named() {
    let desk = Desk::laid();
    desk.put("rates.csv", RATES);
    desk.put("old.csv", "EffectiveCost,BillingCurrency,BillingPeriodStart,ProviderName\n1,EUR,2026-10-01,AWS\n1,USD,2026-08-01,AWS\n");
    for (words, said) in [
        (
            "--bill old.csv --currency EUR --rates rates.csv",
            "old.csv:3:BillingCurrency: no rate from USD to EUR of 2026-08 or before in rates.csv; add one with its date",
        ),
        ("--bill bill.csv --currency GBP --rates rates.csv", "rates.csv: no rate into GBP"),
        ("--bill bill.csv --currency EUR", "--currency EUR: name a file of rates with --rates"),
        ("--bill bill.csv --rates rates.csv", "--rates rates.csv: say with --currency into which currency"),
        ("--bill bill.csv --currency EUR --rates none.csv", "none.csv: cannot be read"),
    ] {
        let done = desk.call(&format!("cost {words}")).exits(2);
        assert!(done.err.contains(said) && done.out.is_empty(), "{words}: {}", done.err);
    }
}

#[test]
fn findings_are_priced_in_the_currency_of_the_report() {
    let desk = Desk::laid();
    desk.put("inventory.csv", "cloud,scope,kind,id,taggable,tag:Owner\nonprem,dc-1,vm,vm-1,yes,jane\n");
    desk.put("bill.csv", "EffectiveCost,BillingCurrency,BillingPeriodStart,ProviderName,SubAccountId,ResourceId\n10,USD,2026-10-01,onprem,dc-1,vm-1\n");
    desk.put("rates.csv", RATES);
    desk.put("tagledger.yaml", "version: 1\nscan: { from: [inventory.csv], bill: [bill.csv], currency: EUR, rates: rates.csv }\n");
    desk.call("scan --now 2026-11-20 --out run --format none --history none").exits(1);
    let report = desk.report("run");
    assert_eq!(report["at_stake"], serde_json::json!([{"currency": "EUR", "amount": "9.20"}]));
}
