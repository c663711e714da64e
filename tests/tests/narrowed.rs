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
    let days: Vec<String> = (1..10).map(|day| format!("1,EUR,2026-10-01,2026-10-0{day},AWS,1,S,\n")).collect();
    desk.put("short.csv", format!("{head}\n{}", days.concat()));
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
fn findings_are_priced_by_the_last_month_that_the_bill_holds_whole() {
    let desk = desk();
    desk.put("inventory.csv", "cloud,scope,kind,id,taggable,tags\naws,1,vm,i-1,yes,{}\n");
    let head = "EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ChargePeriodEnd,ChargeCategory,ProviderName,SubAccountId,ServiceName,ResourceId,Tags";
    let row = |month: &str, day: u32, cost: u32, category: &str| {
        let next = if category == "Usage" { format!("{month}-{:02}T00:00:00Z", day.min(29) + 1) } else { format!("{month}-28T00:00:00Z") };
        format!("{cost},EUR,{month}-01,{month}-{day:02}T00:00:00Z,{next},{category},AWS,1,S,i-1,\n")
    };
    let days = |month: &str, from: u32, to: u32, cost: u32| (from..=to).map(|day| row(month, day, cost, "Usage")).collect::<String>();
    let told = |rows: &[String], now: &str| {
        desk.put("days.csv", format!("{head}\n{}", rows.concat()));
        desk.call(&format!("scan --from inventory.csv --bill days.csv --out run --now {now}")).done();
        let report = desk.report("run");
        let notes =
            report["notes"].as_array().unwrap().iter().filter_map(|note| note.as_str().filter(|note| note.contains("findings are priced"))).collect::<String>();
        let cost = report["findings"].as_array().unwrap().iter().find(|f| f["resource"] == "i-1").map(|f| f["money"][0]["amount"].clone());
        (report["costs"]["priced_month"].as_str().unwrap().to_owned(), cost.unwrap().as_str().unwrap().to_owned(), notes)
    };
    let wanted = |month: &str, cost: &str, note: &str| (month.to_owned(), cost.to_owned(), note.to_owned());
    let (september, october) = (days("2026-09", 1, 30, 2), days("2026-10", 1, 31, 3));
    let cut = days("2026-10", 1, 20, 3);
    let back = "The bill has no charges of a day after 2026-10-20 in 2026-10: it is not all there, or nothing was used then, and findings are priced by 2026-09, the last month that it holds as a whole";
    let low = "The bill has no charges of a day after 2026-10-20 in 2026-10: unless nothing was used then, it does not hold the whole of 2026-10, by which findings are priced, and they cost more than is said";
    assert_eq!(told(&[september.clone(), october.clone()], "2026-11-10"), wanted("2026-10", "93.00", ""));
    // A month that ends early, behind which the next has begun or not.
    assert_eq!(told(&[september.clone(), cut.clone()], "2026-11-10"), wanted("2026-09", "60.00", back));
    assert_eq!(told(&[september.clone(), cut.clone(), days("2026-11", 1, 8, 5)], "2026-11-10"), wanted("2026-09", "60.00", back));
    // A tail of one row, a fee and a tax do not make a month whole.
    let tail = [row("2026-10", 31, 1, "Usage"), row("2026-10", 30, 1, "Tax"), row("2026-10", 29, 1, "Purchase")].concat();
    let many = (1..=12).map(|cost| days("2026-10", 1, 20, cost)).collect();
    assert_eq!(told(&[september.clone(), many, tail], "2026-11-10").0, "2026-09");
    // The month before must be whole itself, and lie next to it; one further back will do.
    assert_eq!(told(&[days("2026-09", 15, 30, 2), cut.clone()], "2026-11-10"), wanted("2026-10", "60.00", low));
    assert_eq!(told(&[days("2026-06", 1, 30, 2), cut.clone()], "2026-11-10"), wanted("2026-10", "60.00", low));
    assert_eq!(told(&[days("2026-08", 1, 31, 1), days("2026-09", 15, 30, 2), cut.clone()], "2026-11-10").0, "2026-08");
    assert_eq!(told(&[row("2026-09", 1, 7, "Usage"), cut.clone()], "2026-11-10"), wanted("2026-10", "60.00", low));
    // One that broke off at once was by days before.
    assert_eq!(told(&[september.clone(), days("2026-10", 1, 2, 3), days("2026-11", 1, 8, 5)], "2026-11-10").0, "2026-09");
    assert_eq!(told(&[days("2026-10", 1, 2, 3)], "2026-11-10"), wanted("2026-10", "6.00", ""));
    let (_, _, note) = told(&[september.clone(), days("2026-10", 30, 31, 3)], "2026-11-10");
    assert!(note.starts_with("The bill has charges of no days of 2026-10 but 2026-10-30 and 2026-10-31: it is not all there"), "{note}");
    // What comes to nothing with its credits is there all the same, and what is to come prices nothing.
    told(&[september.clone(), october.clone(), days("2026-10", 1, 31, 3).replace("3,EUR", "-3,EUR").replace("i-1", "")], "2026-11-10");
    assert!(!desk.report("run")["notes"].to_string().contains("holds nothing"));
    assert_eq!(told(&[days("2026-11", 1, 8, 5), row("2026-12", 1, 9, "Usage")], "2026-11-10").1, "40.00");
    // Whether rules ask for days or not, and whatever the keys are called.
    desk.put("taxonomy.yaml", "version: 1\nkeys:\n  Stage: { required: true }\n");
    assert_eq!(told(&[september.clone(), cut.clone()], "2026-11-10"), wanted("2026-09", "60.00", back));
    // A month that is not there at all, and a cloud that is not there any more.
    let nothing = "The bill holds nothing of 2026-10, the last month that is over: findings are priced by 2026-09";
    assert_eq!(told(&[september.clone(), days("2026-11", 1, 8, 5)], "2026-11-10"), wanted("2026-09", "60.00", nothing));
    told(&[september.replace("AWS", "Microsoft"), september.clone(), october.clone()], "2026-11-10");
    let notes = desk.report("run")["notes"].to_string();
    assert!(notes.contains("The bill holds nothing of Microsoft in 2026-10, as it does in 2026-09: it is missing, or nothing was used there"), "{notes}");
    // A bill by months says nothing of days, whatever a fee is dated; and one that begins late is of whoever began then.
    let by_month = |month: &str| {
        [row(month, 1, 50, "Usage"), row(month, 1, 4, "Usage"), row(month, 1, 3, "Usage"), row(month, 9, 2, "Usage"), row(month, 12, 2, "Tax")].concat()
    };
    assert_eq!(told(&[by_month("2026-09"), by_month("2026-10")], "2026-11-10"), wanted("2026-10", "61.00", ""));
    assert_eq!(told(&[days("2026-10", 12, 31, 1)], "2026-11-10"), wanted("2026-10", "20.00", ""));
    // One of two providers ends early: what it cost is told, as far as it is there.
    let azure = days("2026-10", 1, 12, 1).replace("AWS", "Microsoft").replace("i-1", "");
    let (month, _, _) = told(&[october.clone(), azure], "2026-11-10");
    let notes = desk.report("run")["notes"].to_string();
    assert!(
        month == "2026-10"
            && notes.contains("The bill has no charges of a day of Microsoft after 2026-10-12: the rest of 2026-10 is missing, or nothing was used there"),
        "{notes}"
    );
    // What is not over is no whole month, and all that there is.
    assert_eq!(told(&[days("2026-11", 1, 8, 5)], "2026-11-10").0, "2026-11");
    assert_eq!(told(&[september, october, days("2026-11", 1, 8, 5)], "2026-11-10"), wanted("2026-10", "93.00", ""));
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
