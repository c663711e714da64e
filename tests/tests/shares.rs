//! Costs that no tag says anything about: assigned by what they are, and shared to the last unit.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use serde_json::Value;
use tagledger_tests::{Decimal, Desk};

const KEYS: &str = "version: 1
keys:
  Environment: { values: { production: [prod], test: [] } }
  Application: { pattern: \"[a-z][a-z0-9-]+\" }
  Owner:
costs:
";

const BILL: &str = r#"EffectiveCost,BillingCurrency,BillingPeriodStart,ProviderName,SubAccountId,ServiceName,ChargeCategory,ResourceId,Tags
60,EUR,2026-10-01,AWS,111111111111,Machines,Usage,i-1,"{""env"":""prod"",""Application"":""shop""}"
30,EUR,2026-10-01,AWS,111111111111,Machines,Usage,i-2,"{""Environment"":""production"",""Application"":""crm""}"
10,EUR,2026-10-01,AWS,222222222222,Machines,Usage,i-3,"{""Environment"":""test"",""Application"":""crm""}"
10,EUR,2026-10-01,AWS,222222222222,Premium Support,Usage,,
1,EUR,2026-10-01,AWS,222222222222,Tax,Tax,,
-7,EUR,2026-10-01,AWS,222222222222,Credits,Credit,,
5,USD,2026-10-01,AWS,333333333333,Machines,Usage,arn:aws:ec2:eu-central-1:333333333333:instance/gate-1,
"#;

/// What a bill costs by some keys, each with its value and amount.
fn by(desk: &Desk, keys: &str, costs: &str) -> Vec<String> {
    desk.put("taxonomy.yaml", format!("{}{costs}", KEYS.replace("Environment: {", "Environment: { aliases: [env],")));
    desk.put("bill.csv", BILL);
    let cost = desk.cost(&format!("--bill bill.csv --by {keys}"));
    for total in cost["totals"].as_array().unwrap() {
        assert_eq!((total["equal"].as_bool(), &total["report"]), (Some(true), &total["bill"]));
    }
    assert_eq!(cost["cells"].as_array().unwrap().iter().map(|cell| cell["rows"].as_u64().unwrap()).sum::<u64>(), 7);
    let word = |value: &Value| value.as_str().unwrap_or("–").to_owned();
    let shown = |cell: &Value| {
        let values: Vec<String> = cell["values"].as_array().unwrap().iter().map(word).collect();
        format!("{} {} {}", values.join(" × "), Decimal::parse(cell["amount"].as_str().unwrap()), word(&cell["currency"]))
    };
    cost["cells"].as_array().unwrap().iter().map(shown).collect()
}

#[test]
fn costs_are_assigned_by_what_they_are() {
    let desk = Desk::new();
    let assign = r#"  assign:
    - { key: Application, value: support, service: "*support*" }
    - { key: Application, value: taxes, charge: tax, cloud: aws }
    - { key: Application, value: gates, resource: "gate-*" }
    - { key: Application, value: rest, scope: "2222*" }
    - { key: Application, value: never, scope: "2222*", cloud: azure }
    - { key: Owner, value: ops, scope: "333333333333" }
"#;
    let expected = ["– -7 EUR", "crm 40 EUR", "shop 60 EUR", "support 10 EUR", "taxes 1 EUR", "gates 5 USD"];
    // The fourth entry would match all of its account; what the first ones took is theirs, and what has a tag keeps it.
    let expected = expected.map(|line| line.replace("– -7", "rest -7"));
    let mut all = by(&desk, "Application", assign);
    all.sort();
    let mut sorted = expected.to_vec();
    sorted.sort();
    assert_eq!(all, sorted);
    assert_eq!(by(&desk, "Owner", assign), ["– 104 EUR", "ops 5 USD"]);
    // On top of the ladder an assignment is stronger than any tag.
    let first = format!("  ladder: [assign, row]\n{assign}");
    assert!(by(&desk, "Application", &first).contains(&"rest 3 EUR".to_owned()), "{:?}", by(&desk, "Application", &first));
    let said = desk.call("cost --bill bill.csv --by Application").exits(0).out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("Application: row tag 86.5 %, assigned 13.4 %"), "{said}");
}

#[test]
fn shared_costs_are_divided_to_the_last_unit() {
    let desk = Desk::new();
    let to = |split: &str| {
        format!("  assign:\n    - {{ key: Application, value: platform, service: \"*support*\" }}\n  splits:\n    - {{ key: Application, {split} }}\n")
    };
    assert_eq!(
        by(&desk, "Application", &to("from: platform, by: even, to: [shop, crm, search]")),
        ["– -6 EUR", "crm 43.333333333334 EUR", "search 3.333333333333 EUR", "shop 63.333333333333 EUR", "– 5 USD"]
    );
    assert_eq!(by(&desk, "Application", &to("from: platform, by: cost")), ["– -6 EUR", "crm 44 EUR", "shop 66 EUR", "– 5 USD"]);
    assert_eq!(
        by(&desk, "Application", &to("from: platform, by: cost, where: { Environment: production }")),
        ["– -6 EUR", "crm 43.333333333333 EUR", "shop 66.666666666667 EUR", "– 5 USD"],
        "the same as with the other key beside it"
    );
    assert_eq!(
        by(&desk, "Application,Environment", &to("from: platform, by: cost, where: { Environment: production }")),
        [
            "– × – -6 EUR",
            "crm × – 3.333333333333 EUR",
            "crm × production 30 EUR",
            "crm × test 10 EUR",
            "shop × – 6.666666666667 EUR",
            "shop × production 60 EUR",
            "– × – 5 USD"
        ]
    );
    assert_eq!(
        by(&desk, "Application", &to("from: platform, by: fixed, weights: { shop: 1, search: 0.5, none: 0 }")),
        ["– -6 EUR", "crm 40 EUR", "search 3.333333333333 EUR", "shop 66.666666666667 EUR", "– 5 USD"]
    );
    desk.put("usage.csv", "value,weight,month\nshop,3,2026-09\ncrm,1,2026-10\nsearch,3,2026-10\n");
    assert_eq!(
        by(&desk, "Application", &to("from: platform, by: usage, usage: usage.csv")),
        ["– -6 EUR", "crm 42.5 EUR", "search 7.5 EUR", "shop 60 EUR", "– 5 USD"]
    );
    // A value that no line of the month names has the weight that it has in every other.
    desk.put("usage.csv", "value,weight,month\nshop,3,2026-09\ncrm,1,\nsearch,9,\nsearch,3,2026-10\n");
    assert_eq!(
        by(&desk, "Application", &to("from: platform, by: usage, usage: usage.csv")),
        ["– -6 EUR", "crm 42.5 EUR", "search 7.5 EUR", "shop 60 EUR", "– 5 USD"]
    );
    // Any spelling of a value is the value; what is none, and a comma in a number, are mistakes with their lines.
    let wrong = |text: &str| {
        desk.put("usage.csv", text);
        desk.call("cost --bill bill.csv").exits(2).err
    };
    let said = wrong("value,weight\nshop,1,200\ncrm,1\n");
    assert!(said.contains("usage.csv:2") && said.contains("This row has 3 cells, the first line 2"), "{said}");
    assert!(!said.contains("version: 1"), "the line of another file is drawn: {said}");
    let said = wrong("value,weight\nshop,1\nshop,5\n");
    assert!(said.contains("usage.csv:3") && said.contains("named twice for one month"), "{said}");
    let said = wrong("value,weight\nshop,1\n,5\n");
    assert!(said.contains("usage.csv:3") && said.contains("is no value of Application"), "{said}");
    // What is unattributed may be shared as well, credits included; where nothing weighs it stays, and that is said.
    assert_eq!(
        by(&desk, "Application", &to("unattributed: true, by: cost")),
        ["crm 37.818181818182 EUR", "platform 9.454545454545 EUR", "shop 56.727272727273 EUR", "– 5 USD"]
    );
    let said = desk.call("cost --bill bill.csv --by Application").exits(0).out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("5.00 USD of what is unattributed in 2026-10 could not be shared by Application"), "{said}");
    let bases = desk.cost("--bill bill.csv --by Application")["bases"].clone();
    let shared = bases.as_array().unwrap().iter().find(|row| row["basis"] == "shared cost").unwrap();
    assert_eq!(Decimal::parse(shared["amount"].as_str().unwrap()), Decimal::parse("-6"));
}

#[test]
fn what_is_shared_on_arrives_first() {
    let desk = Desk::new();
    let chain = r#"  assign:
    - { key: Application, value: support, service: "*support*" }
    - { key: Application, value: platform, charge: Tax }
  splits:
    - { key: Application, from: platform, by: even, to: [shop, crm] }
    - { key: Application, from: support, by: even, to: [platform, shop] }
"#;
    assert_eq!(by(&desk, "Application", chain), ["– -7 EUR", "crm 43 EUR", "shop 68 EUR", "– 5 USD"]);
    // Weights lead on as well, and what leads back is refused wherever it stands.
    desk.put("back.csv", "value,weight\nplatform,1\nshop,1\n");
    for way in ["by: fixed, weights: { platform: 1, shop: 1 }", "by: usage, usage: back.csv", "by: even, to: [platform]"] {
        for (from, word) in [("support", "{ key: Application, from: platform, by: fixed, weights: { support: 1, shop: 1 } }"), ("platform", "")] {
            let second = if word.is_empty() { String::new() } else { format!("\n    - {word}") };
            let text = format!("version: 1\nkeys: {{ Application: {{}} }}\ncosts:\n  splits:\n    - {{ key: Application, from: {from}, {way} }}{second}\n");
            desk.put("circle.yaml", text);
            let said = desk.call("cost --taxonomy circle.yaml --bill bill.csv").exits(2).err;
            assert!(said.contains("circle") || said.contains("itself"), "{way}: {said}");
        }
    }
}
