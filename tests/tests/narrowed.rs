//! Costs by anything, and of anything: every environment of one name in all clouds, one application everywhere.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use serde_json::Value;
use tagledger_tests::{Decimal, Desk};

const BILL: &str = r#"EffectiveCost,BillingCurrency,BillingPeriodStart,ProviderName,SubAccountId,ServiceName,Tags
60,EUR,2026-10-01,AWS,111111111111,Machines,"{""env"":""prod"",""Application"":""shop""}"
30,EUR,2026-10-01,Microsoft,/subscriptions/sub-1,Disks,"{""Environment"":""test"",""Application"":""shop""}"
10,EUR,2026-10-01,Google Cloud,my-project,Machines,"{""environment"":""test"",""application"":""crm""}"
4,EUR,2026-10-01,AWS,111111111111,Support,
50,EUR,2026-09-01,AWS,111111111111,Machines,"{""env"":""prod"",""Application"":""shop""}"
"#;

fn desk() -> Desk {
    let desk = Desk::laid();
    desk.put("bill.csv", BILL);
    desk
}

/// The cells of October, and that everything adds up to the bill.
fn cells(desk: &Desk, flags: &str) -> Vec<String> {
    let cost = desk.cost(&format!("--bill bill.csv {flags}"));
    let total = &cost["totals"][0];
    let number = |value: &Value| value.as_str().map(Decimal::parse).unwrap_or_default();
    assert_eq!(number(&total["report"]) + number(&total["elsewhere"]), Decimal::parse("154"));
    assert_eq!((number(&total["bill"]), total["equal"].as_bool()), (Decimal::parse("154"), Some(true)));
    let word = |value: &Value| value.as_str().unwrap_or("–").to_owned();
    let shown = |cell: &Value| {
        let values: Vec<String> = cell["values"].as_array().unwrap().iter().map(word).collect();
        format!("{} {}", values.join(" × "), number(&cell["amount"]))
    };
    cost["cells"].as_array().unwrap().iter().filter(|cell| cell["month"] == "2026-10").map(shown).collect()
}

#[test]
fn costs_are_broken_down_by_clouds_scopes_and_services() {
    let desk = desk();
    assert_eq!(cells(&desk, "--by cloud"), ["aws 64", "gcp 10", "azure 30"]);
    assert_eq!(cells(&desk, "--by scope"), ["111111111111 64", "my-project 10", "sub-1 30"]);
    assert_eq!(cells(&desk, "--by service,Environment"), ["Disks × test 30", "Machines × production 60", "Machines × test 10", "Support × – 4"]);
    assert_eq!(cells(&desk, "--by month,cloud"), ["2026-10 × aws 64", "2026-10 × gcp 10", "2026-10 × azure 30"]);
    let refused = desk.call("cost --bill bill.csv --by region").exits(2).err;
    assert!(refused.contains("--by: `region`") && refused.contains("Environment, Application, cloud, scope, service"), "{refused}");
}

/// What a call prints, with single spaces.
fn said(desk: &Desk, words: &str) -> String {
    desk.call(words).exits(0).out.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn months_stand_side_by_side_and_one_that_is_not_over_is_no_whole_one() {
    let desk = desk();
    let text = said(&desk, "cost --bill bill.csv --by month --now 2026-11-10");
    assert!(text.contains("COST BY MONTH all months EUR") && text.contains("2026-10 104.00 2026-09 50.00 ") && text.contains("sum 154.00"), "{text}");
    let text = said(&desk, "cost --bill bill.csv --by month,Environment --where month=2026-1* --now 2026-11-10");
    assert!(text.contains("Environment 2026-10 ─") && text.contains("production 60.00 test 40.00"), "{text}");
    assert_eq!(
        desk.call("cost --bill bill.csv --by Environment,month --format csv").exits(0).out.lines().next(),
        Some("month,currency,Environment,amount,bill_rows")
    );
    // The month before is what a whole month is held against.
    let text = said(&desk, "cost --bill bill.csv --now 2026-11-10");
    assert!(text.contains("2026-10 EUR") && text.contains("Against 2026-09: +54.00 EUR"), "{text}");
    let text = said(&desk, "cost --bill bill.csv --now 2026-10-20");
    assert!(text.contains("2026-10 so far EUR") && !text.contains("Against"), "{text}");
    // One that ends long before its month does, as its days show where they are read.
    let head = "EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ProviderName,SubAccountId,ServiceName,Tags";
    desk.put("short.csv", format!("{head}\n1,EUR,2026-10-01,2026-10-01,AWS,1,S,\n2,EUR,2026-10-01,2026-10-09,AWS,1,S,\n"));
    desk.put("inventory.csv", "cloud,scope,kind,id\naws,1,vm,i-1\n");
    desk.call("scan --from inventory.csv --bill short.csv --out run --now 2026-11-10").done();
    let notes = desk.report("run")["notes"].to_string();
    assert!(notes.contains("does not hold the whole of 2026-10, by which findings are priced"), "{notes}");
    // What the bill does not name is not measurable, and that is said.
    desk.put("inventory.csv", "cloud,scope,kind,id,taggable,tags\naws,1,vm,i-2,yes,{}\n");
    desk.call("scan --from inventory.csv --bill short.csv --out run --now 2026-11-10").done();
    let report = desk.report("run");
    let found = report["findings"].as_array().unwrap().iter().find(|f| f["resource"] == "i-2").unwrap();
    let chain = desk.call(&format!("explain --run run {}", found["fingerprint"].as_str().unwrap())).exits(0).out;
    assert!(chain.contains("at stake      not measurable: the bill names no cost of it in 2026-10"), "{chain}");
    desk.put("nothing.csv", format!("{head}\n"));
    assert_eq!(said(&desk, "cost --bill nothing.csv"), "The bill holds no row.");
}

#[test]
fn what_is_not_there_is_not_nothing() {
    let desk = desk();
    assert!(said(&desk, "cost --bill bill.csv --where service=nosuch").contains("Nothing of the bill is of service=nosuch"));
    assert!(!said(&desk, "cost --bill bill.csv --where service=Disks").contains("Nothing of the bill"));
    desk.put("semicolons.csv", BILL.replace(',', ";"));
    let refused = desk.call("cost --bill semicolons.csv").exits(2).err;
    assert!(refused.contains("the columns of this file are parted by semicolons (`;`); save it with commas"), "{refused}");
    desk.put("comma.csv", BILL.replace("60,EUR", "\"1.060,50\",EUR"));
    let refused = desk.call("cost --bill comma.csv").exits(2).err;
    assert!(refused.contains("comma.csv:2:EffectiveCost: `1.060,50`") && refused.contains("with a point before its fraction"), "{refused}");
}

#[test]
fn figures_that_do_not_add_up_by_cents_say_so() {
    let desk = desk();
    desk.put("cents.csv", format!("{}\n0.004,EUR,2026-10-01,AWS,1,A,\n0.004,EUR,2026-10-01,AWS,1,B,\n", BILL.lines().next().unwrap()));
    let text = said(&desk, "cost --bill cents.csv --by service");
    assert!(text.contains("A 0.00 B 0.00") && text.contains("sum 0.01 Figures are rounded one by one"), "{text}");
    assert!(!said(&desk, "cost --bill bill.csv --by service").contains("rounded"));
}

#[test]
fn one_environment_everywhere_and_one_application_across_clouds() {
    let desk = desk();
    assert_eq!(cells(&desk, "--where Environment=test --by cloud,Application"), ["gcp × crm 10", "azure × shop 30"]);
    // Any spelling of the taxonomy means the value; alternatives on one key, conditions on several.
    assert_eq!(cells(&desk, "--where Environment=PROD --by Application"), ["shop 60"]);
    assert_eq!(cells(&desk, "--where Application=shop --by cloud"), ["aws 60", "azure 30"]);
    assert_eq!(cells(&desk, "--where Application=shop --where cloud=aws --where cloud=gcp --by Environment"), ["production 60"]);
    assert_eq!(cells(&desk, "--where Application= --by service"), ["Support 4"]);
    assert_eq!(cells(&desk, "--where service=*machine* --by Application"), ["crm 10", "shop 60"]);
    let said = desk.call("cost --bill bill.csv --where Environment=test --by cloud").exits(0).out;
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("COST BY CLOUD where Environment=test 2026-10 EUR"), "{said}");
    assert!(said.contains("sum 40.00 EUR + 114.00 EUR elsewhere = bill 154.00 EUR (equal)"), "{said}");
    for (flag, word) in [("Environment", "KEY=VALUE"), ("Environment=tset", "it has production, test"), ("Team=a", "`Team` is no key")] {
        let refused = desk.call(&format!("cost --bill bill.csv --where {flag}")).exits(2).err;
        assert!(refused.contains("--where") && refused.contains(word), "{refused}");
    }
}

#[test]
fn what_changed_since_the_month_before_is_said() {
    let said = desk().call("cost --bill bill.csv --by Application").exits(0).out;
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("Against 2026-09: +54.00 EUR (108.0 %); most: shop +40.00, crm +10.00, unattributed +4.00"), "{said}");
}
