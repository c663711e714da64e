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
