//! What the newest month will come to, and the days that stand out.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use serde_json::json;
use std::fmt::Write;
use tagledger_tests::Desk;

/// A bill from the first of September to the 20th of November: two applications by day, and things that count once.
fn bill(spike: bool) -> String {
    let mut text = "EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ProviderName,ChargeCategory,Tags\n".to_owned();
    let days = (1..=30).map(|d| (9, d)).chain((1..=31).map(|d| (10, d))).chain((1..=20).map(|d| (11, d)));
    for (month, day) in days {
        let mut row = |amount: &str, category: &str, application: &str| {
            let tags = format!("\"{{\"\"Application\"\":\"\"{application}\"\"}}\"");
            writeln!(text, "{amount},EUR,2026-{month:02}-01,2026-{month:02}-{day:02}T00:00:00Z,AWS,{category},{tags}").unwrap();
        };
        row(if spike && (month, day) == (11, 18) { "40" } else { "10" }, "Usage", "shop");
        row("1", "Usage", "crm");
        if day == 1 {
            row("100", "Purchase", "shop");
            row("-7", "Credit", "shop");
        }
    }
    text
}

fn outlook(bill: &str) -> serde_json::Value {
    let desk = Desk::laid();
    desk.put("bill.csv", bill);
    desk.cost("--bill bill.csv --by Application --outlook --now 2026-11-21")["outlook"].clone()
}

#[test]
fn a_month_goes_on_at_its_pace_and_what_counts_once_counts_once() {
    // Nineteen whole days of 11; the twentieth is not over. 11 × 30 = 330, and 93 once.
    let pace = json!({"currency": "EUR", "month": "2026-11", "days": 19, "of": 30, "so_far": "313.00", "usage": "209.00", "expected": "423.00"});
    assert_eq!(outlook(&bill(false)), json!({"pace": [pace], "unusual": []}));
}

#[test]
fn corrections_support_and_rows_dated_ahead_have_no_pace() {
    let row = "EUR,2026-11-01";
    let header = "EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ProviderName,ChargeCategory,Tags";
    let month = "2026-11-01T00:00:00Z,AWS,Usage,,,Compute,2026-12-01T00:00:00Z";
    let with = |extra: &[&str]| {
        let text = bill(false).replace(header, &format!("{header},ChargeClass,ServiceName,ChargePeriodEnd"));
        let mut lines: Vec<String> = text.lines().map(|line| if line.starts_with("Eff") { line.to_owned() } else { format!("{line},,Compute,") }).collect();
        lines.extend(extra.iter().map(|line| (*line).to_owned()));
        let pace = outlook(&lines.join("\n"))["pace"][0].clone();
        (pace["days"].as_i64().unwrap(), pace["expected"].as_str().unwrap().to_owned())
    };
    assert_eq!(with(&[]), (19, "423.00".to_owned()));
    // All are usage by their category, and count once; so does what is dated ahead, whatever it is.
    assert_eq!(with(&[&format!("300,{row},{month}")]), (19, "723.00".to_owned()), "a month's licence is no day's use");
    assert_eq!(with(&[&format!("19,{row},2026-11-03T00:00:00Z,AWS,Usage,,Correction,Compute,")]), (19, "442.00".to_owned()));
    assert_eq!(with(&[&format!("19,{row},2026-11-01T00:00:00Z,AWS,Usage,,,AWS Support (Business),")]), (19, "442.00".to_owned()));
    assert_eq!(with(&[&format!("0.01,{row},2026-11-24T00:00:00Z,AWS,Usage,,,Compute,")]), (19, "423.01".to_owned()));
    // A little behind a gap is of a bill to come, though the day is over by now.
    let late = |day: &str, amount: &str| {
        let desk = Desk::laid();
        desk.put("bill.csv", format!("{}{amount},EUR,2026-11-01,{day}T00:00:00Z,AWS,Usage,\n", bill(false)));
        desk.cost("--bill bill.csv --by Application --outlook --now 2026-11-29")["outlook"]["pace"][0]["days"].clone()
    };
    assert_eq!([late("2026-11-27", "0.01"), late("2026-11-27", "9")], [json!(19), json!(26)]);
    assert_eq!(with(&[&format!("50,{row},2026-11-30T00:00:00Z,AWS,Usage,,,Compute,")]), (19, "473.00".to_owned()));
}

/// Eleven days and a half of a report of AWS: a machine, one that a Savings Plan covers, its fee by the hour, and a private discount.
fn by_the_hour() -> String {
    let mut text =
        "lineItem/LineItemType,lineItem/UnblendedCost,lineItem/CurrencyCode,bill/BillingPeriodStartDate,lineItem/UsageStartDate,lineItem/UsageEndDate,\
                    savingsPlan/SavingsPlanEffectiveCost,savingsPlan/TotalCommitmentToDate,savingsPlan/UsedCommitment\n"
            .to_owned();
    for (day, half) in (1..=12).flat_map(|day| [(day, "00"), (day, "12")]).take(23) {
        let until = if half == "00" { format!("{day:02}T12") } else { format!("{:02}T00", day + 1) };
        let times = format!("USD,2026-11-01T00:00:00Z,2026-11-{day:02}T{half}:00:00Z,2026-11-{until}:00:00Z");
        let mut row = |kind: &str, cost: &str, plan: &str| writeln!(text, "{kind},{cost},{times},{plan}").unwrap();
        row("Usage", "50", ",,");
        row("SavingsPlanCoveredUsage", "10", "7,,");
        row("SavingsPlanNegation", "-10", ",,");
        row("SavingsPlanRecurringFee", "8.5", ",8.5,7");
        row("EdpDiscount", "-1", ",,");
    }
    text
}

#[test]
fn what_comes_by_the_hour_beside_usage_goes_on_as_well() {
    let pace = |bill: &str, measure: &str| {
        let desk = Desk::laid();
        desk.put("bill.csv", bill);
        let pace = desk.cost(&format!("--bill bill.csv --measure {measure} --by Application --outlook --now 2026-11-16"))["outlook"]["pace"][0].clone();
        (pace["so_far"].as_str().unwrap().to_owned(), pace["expected"].as_str().unwrap().to_owned())
    };
    let of = |so_far: &str, expected: &str| (so_far.to_owned(), expected.to_owned());
    // 115 a day in both: 50 − 1 + 8.5 each half day as it is billed, 50 − 1 + 7 + 1.5 as it is worth.
    for measure in ["billed", "effective"] {
        assert_eq!(pace(&by_the_hour(), measure), of("1322.50", "3450.00"), "{measure}");
    }
    // What is paid once among such fees is paid once, on whatever day; so is what came on most days only.
    let upfront = "SavingsPlanUpfrontFee,500,USD,2026-11-01T00:00:00Z,2026-11-05T00:00:00Z,2026-11-05T01:00:00Z,,,\n";
    assert_eq!(pace(&(by_the_hour() + upfront), "billed"), of("1822.50", "3950.00"));
    assert_eq!(pace(&(by_the_hour() + &upfront.replace("-05T", "-12T")), "billed"), of("1822.50", "3950.00"));
    let some: String = by_the_hour()
        .lines()
        .filter(|line| !(line.starts_with("SavingsPlanRecurringFee") && line.contains("-01T00:00:00Z,2026-11-06T")))
        .map(|line| [line, "\n"].concat())
        .collect();
    assert_eq!(pace(&some, "billed"), of("1305.50", "3118.50"), "49 a half day and 178.50 of fees so far");
    // Fees are told of three days on which no usage is told of yet, and one of them is paid back on the last.
    let mut later = by_the_hour();
    for day in 13..=15 {
        let times = format!("USD,2026-11-01T00:00:00Z,2026-11-{day}T00:00:00Z,2026-11-{}T00:00:00Z", day + 1);
        writeln!(later, "SavingsPlanRecurringFee,17,{times},,17,14").unwrap();
    }
    assert_eq!(pace(&later, "billed").1, "3450.00");
    let back = "SavingsPlanRecurringFee,-60,USD,2026-11-01T00:00:00Z,2026-11-12T00:00:00Z,2026-11-12T01:00:00Z,,,\n";
    assert_eq!(pace(&(by_the_hour() + back), "billed").1, "3398.50", "60 less, and the newest day has nothing of its fee left");
    // In FOCUS a commitment's fee by the hour is a purchase, and its use is billed at nothing.
    let mut focus =
        "BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ChargePeriodEnd,ProviderName,ChargeCategory,CommitmentDiscountId\n"
            .to_owned();
    for day in 1..=12 {
        let times = format!("USD,2026-11-01,2026-11-{day:02}T00:00:00Z,2026-11-{:02}T00:00:00Z,AWS", day + 1);
        writeln!(focus, "0,17,{times},Usage,sp-1\n17,0,{times},Purchase,sp-1").unwrap();
    }
    assert_eq!(pace(&focus, "billed"), of("204.00", "510.00"));
    assert_eq!(pace(&focus, "effective"), of("204.00", "510.00"));
}

#[test]
fn a_month_comes_to_no_less_than_it_has_cost() {
    // The twentieth is not over, and has cost 51 already, where a day costs 11: ten more days of 11.
    let last = bill(false).replace("\n10,EUR,2026-11-01,2026-11-20", "\n50,EUR,2026-11-01,2026-11-20");
    let pace = outlook(&last)["pace"][0].clone();
    assert_eq!((pace["so_far"].as_str(), pace["expected"].as_str()), (Some("353.00"), Some("463.00")));
    // Of four weekdays of 10, 10, 20 and 20 fifteen is the middle, and they vary by five: 21 is nothing unusual.
    let amount = |line: &str| match line {
        line if ["-11-04T", "-11-11T"].iter().any(|day| line.contains(day)) => "20,",
        line if line.contains("-11-18T") => "21,",
        _ => "10,",
    };
    let lines = bill(false);
    let lines: Vec<String> =
        lines.lines().map(|line| line.strip_prefix("10,").map_or_else(|| line.to_owned(), |rest| amount(line).to_owned() + rest)).collect();
    let text = lines.join("\n");
    assert_eq!(outlook(&text)["unusual"], json!([]));
}

#[test]
fn a_day_that_costs_more_than_its_weekdays_stands_out() {
    let found = outlook(&bill(true));
    assert_eq!(found["unusual"], json!([{"day": "2026-11-18", "currency": "EUR", "values": ["shop"], "amount": "40.00", "usual": "10.00"}]));
    let desk = Desk::laid();
    desk.put("bill.csv", bill(true));
    let said = desk.call("cost --bill bill.csv --by Application --outlook").exits(0).out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("2026-11: 343.00 EUR so far; 470.37 EUR at the pace of its first 19 of 30 days"), "{said}");
    assert!(said.contains("• 2026-11-18 shop: 40.00 EUR, usually 10.00"), "{said}");
    assert!(!desk.call("cost --bill bill.csv --by Application").exits(0).out.contains("OUTLOOK"));
    let refused = desk.call("cost --bill bill.csv --outlook --where Application=shop").exits(2).err;
    assert!(refused.contains("--outlook is of the whole bill"), "{refused}");
}

#[test]
fn a_bill_without_days_and_a_month_that_is_whole_have_no_pace() {
    let monthly =
        "EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ProviderName\n5,EUR,2026-10-01,2026-10-01,AWS\n6,EUR,2026-11-01,2026-11-01,AWS\n";
    assert_eq!(outlook(monthly), json!({"pace": [], "unusual": []}));
    let bill = bill(false);
    let whole: Vec<&str> = bill.lines().filter(|line| !line.contains(",2026-11-01,")).collect();
    assert_eq!(outlook(&whole.join("\n")), json!({"pace": [], "unusual": []}));
    let nothing = "EffectiveCost,BillingCurrency,BillingPeriodStart,ProviderName\n5,EUR,2026-10-01,AWS\n";
    assert_eq!(outlook(nothing), json!({"pace": [], "unusual": []}));
}

#[test]
fn a_scan_has_it_in_every_report() {
    let desk = Desk::laid();
    desk.put("bill.csv", bill(true));
    desk.put("tagledger.yaml", "version: 1\nscan: { from: [inventory.csv], bill: [bill.csv], outlook: true }\n");
    let said = desk.call("scan --now 2026-11-21 --out run --history none").exits(0).out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("2026-11: 343.00 EUR so far; 470.37 EUR at the pace of its first 19 of 30 days"), "{said}");
    let report = desk.report("run");
    assert_eq!(report["costs"]["outlook"]["unusual"][0]["values"], json!([null, "shop"]), "by Environment and Application");
    let page = desk.call("report --from run --format html").exits(0).out;
    assert!(
        page.contains("470.37 EUR at the pace of its first 19 of 30 days; 343.00 so far") && page.contains("Days that stand out"),
        "no outlook on the page"
    );
}
