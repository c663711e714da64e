//! The path of a manager through report.html, in a real browser: open it, find what a team costs, see why, take it along; on a large screen, a phone and paper.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use tagledger_testkit::{Estate, Spec};
use tagledger_tests::{Decimal, Desk, drive, records};

const MONTH: &str = "2026-10";

/// Two nights of one estate.
fn nights(size: u64) -> Desk {
    let desk = Desk::new();
    Estate::new(Spec::new(size, 11)).write(&desk.path("estate")).unwrap();
    for (now, out) in [("2026-11-01", "first"), ("2026-11-02", "run")] {
        desk.call("scan --from estate/inventory --bill estate/bill --taxonomy estate/taxonomy.yaml --format none --history history")
            .with(["--now", now, "--out", out])
            .exits(1);
    }
    desk
}

/// Where pictures are kept for people to look at.
fn kept(desk: &Desk) -> PathBuf {
    let folder = std::env::var_os("TAGLEDGER_TEST_PICTURES").map_or_else(|| desk.path("pictures"), PathBuf::from);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn url(desk: &Desk, run: &str, place: &str) -> String {
    format!("file://{}/{run}/report.html{place}", desk.path(".").canonicalize().unwrap().display())
}

/// 1234.5 as `1,234.50`, half to even.
fn shown(amount: Decimal) -> String {
    let text = amount.to_string();
    let (whole, fraction) = text.split_once('.').unwrap();
    let digits = whole.trim_start_matches('-');
    let units: i128 = format!("{digits}{}", &fraction.chars().chain("000000000000".chars()).take(12).collect::<String>()).parse().unwrap();
    let cent = 10_i128.pow(10);
    let (mut cents, rest) = (units / cent, units % cent * 2);
    if rest > cent || (rest == cent && cents % 2 == 1) {
        cents += 1;
    }
    let mut grouped = String::new();
    let whole = (cents / 100).to_string();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{}{grouped}.{:02}", if amount.to_string().starts_with('-') && cents > 0 { "-" } else { "" }, cents % 100)
}

/// What each Owner costs in a month, by currency: another command, another way through the program.
fn by_owner(desk: &Desk) -> BTreeMap<(String, String), Decimal> {
    let costs = desk.cost("--by Owner --bill estate/bill --from estate/inventory --taxonomy estate/taxonomy.yaml");
    let mut sums: BTreeMap<(String, String), Decimal> = BTreeMap::new();
    for cell in costs["cells"].as_array().unwrap().iter().filter(|cell| cell["month"] == MONTH) {
        let owner = cell["values"][0].as_str().unwrap_or("none").to_owned();
        let slot = sums.entry((owner, cell["currency"].as_str().unwrap().to_owned())).or_default();
        *slot = *slot + Decimal::parse(cell["amount"].as_str().unwrap());
    }
    sums
}

#[test]
fn what_a_team_costs_and_why_is_found_and_taken_along() {
    let desk = nights(400);
    let sums = by_owner(&desk);
    let report = desk.report("run");
    let findings = report["findings"].as_array().unwrap();
    let is_open = |f: &&Value| f["verdict"] == "violated" && f.get("waived").is_none();
    let ((owner, _), cost) = sums.iter().filter(|((owner, currency), _)| owner != "none" && currency == "USD").max_by_key(|(_, cost)| **cost).unwrap();
    let theirs: Vec<&Value> = findings.iter().filter(|f| f["owner"] == owner.as_str()).collect();
    let open = theirs.iter().filter(|f| is_open(f)).count();
    assert!(open > 0, "an owner without a finding shows nothing");
    let folder = kept(&desk);
    let steps = json!([
        {"do": "open", "url": url(&desk, "run", "")},
        {"do": "text", "of": "#headline"},
        {"do": "choose", "on": "#view [data-view=currency]", "label": "USD"},
        {"do": "click", "on": "#to-values"},
        {"do": "all", "of": "#values-table tbody tr"},
        {"do": "screenshot", "name": "owners.png"},
        {"do": "click", "on": format!("#values-table button:text-is(\"{owner}\")")},
        {"do": "text", "of": "#page"},
        {"do": "address"},
        {"do": "screenshot", "name": "owner.png", "whole": true},
        {"do": "text", "of": "#cost-tables tfoot"},
        {"do": "click", "on": "#page button"},
        {"do": "text", "of": "#status"},
        {"do": "click", "on": "#list [data-sort=money]"},
        {"do": "click", "on": "#visible tr.item"},
        {"do": "text", "of": "#details"},
        {"do": "download", "on": "#export", "name": "owner.csv"},
        {"do": "reload"},
        {"do": "text", "of": "#status"},
        {"do": "back"}, {"do": "back"},
        {"do": "text", "of": "#status"},
    ]);
    let Some(seen) = drive(&folder, &steps) else { return };
    let text = |at: usize| seen[at].as_str().unwrap();
    assert!(text(1).contains("The report equals the bill"), "{}", text(1));
    // Every owner has its row, with the number that another command gives.
    let rows: Vec<&str> = seen[4].as_array().unwrap().iter().map(|row| row.as_str().unwrap()).collect();
    for ((name, _), cost) in sums.iter().filter(|((_, currency), _)| currency == "USD") {
        let row = rows.iter().find(|row| row.split('\t').next().unwrap().trim() == name).unwrap_or_else(|| panic!("{name} is not in {rows:?}"));
        assert!(row.contains(&shown(*cost)), "{name} costs {}: {row}", shown(*cost));
    }
    assert!(text(7).contains(owner.as_str()) && text(7).contains(&shown(*cost)), "{} of {owner}: {}", shown(*cost), text(7));
    assert!(text(7).contains(&format!("Open findings\n\n{open}")) || text(7).contains(&format!("Open findings\n{open}")), "{open}: {}", text(7));
    assert!(text(8).contains("owner="), "the address says what is shown: {}", text(8));
    assert!(text(10).contains(&shown(*cost)), "the cost table adds up to it: {}", text(10));
    let begins = |said: &str, count: usize| said.replace(',', "").starts_with(&format!("{count} of "));
    assert!(begins(text(12), theirs.len()), "{}: {}", theirs.len(), text(12));
    let dearest = theirs.iter().filter_map(|f| f["money"].as_array()?.iter().find(|m| m["currency"] == report["costs"]["totals"][0]["currency"])).count();
    assert!(dearest == 0 || text(15).contains("Price"), "{}", text(15));
    assert!(text(15).contains("What to do"), "why, and what to do: {}", text(15));
    assert_eq!(text(18), text(12), "the same link shows the same");
    assert!(begins(text(21), findings.len()), "and back: {}", text(21));
    // What was taken along is what findings.csv says of the same findings.
    let all: BTreeMap<String, BTreeMap<String, String>> =
        records(&desk.text("run/findings.csv")).into_iter().map(|row| (row["fingerprint"].clone(), row)).collect();
    let taken = records(&std::fs::read_to_string(folder.join("owner.csv")).unwrap());
    assert_eq!(taken.len(), theirs.len());
    for row in taken {
        let whole = &all[&row["fingerprint"]];
        assert!(row.keys().eq(whole.keys()), "the columns are {:?}, those of findings.csv {:?}", row.keys(), whole.keys());
        for (column, value) in &row {
            assert_eq!(Some(value), whole.get(column), "{column} of {}", row["fingerprint"]);
        }
    }
}

/// A bill in two currencies: the one with less comes first by name, September's credits are more than what was used, and one machine costs something in both.
fn with_credits() -> Desk {
    let desk = Desk::laid();
    desk.put("taxonomy.yaml", "version: 1\nkeys:\n  Environment: { required: true }\n  Application: { required: true }\n  Owner: { required: true }\n");
    desk.put("inventory.csv", "cloud,scope,kind,id,name,taggable,tags\nonprem,dc-1,vm,vm-1,first machine,yes,{}\n");
    let rows = [
        ("09", "USD", "1000.60", "Machines", "", "Usage", "shop"),
        ("09", "USD", "-1600.10", "Promotion", "", "Credit", "crm"),
        ("10", "USD", "500.55", "Machines", "", "Usage", "shop"),
        ("10", "USD", "3.40", "Machines", "vm-1", "Usage", ""),
        ("10", "USD", "-70", "Promotion", "", "Credit", ""),
        ("10", "EUR", "12", "Machines", "vm-1", "Usage", ""),
        ("10", "EUR", "-4", "Promotion", "", "Credit", ""),
    ];
    let mut bill =
        "EffectiveCost,BilledCost,BillingCurrency,BillingPeriodStart,ProviderName,SubAccountId,ServiceName,ResourceId,ChargeCategory,Tags\n".to_owned();
    for (month, currency, amount, service, resource, category, application) in rows {
        let tags = if application.is_empty() {
            "{}".to_owned()
        } else {
            format!("\"{{\"\"Application\"\":\"\"{application}\"\",\"\"Environment\"\":\"\"production\"\"}}\"")
        };
        writeln!(bill, "{amount},{amount},{currency},2026-{month}-01T00:00:00Z,onprem,dc-1,{service},{resource},{category},{tags}").unwrap();
    }
    desk.put("bill.csv", bill);
    desk.call("scan --from inventory.csv --bill bill.csv --now 2026-11-01 --out run --format none --history none").exits(1);
    desk
}

#[test]
fn credits_currencies_and_months_are_told_as_they_are() {
    let desk = with_credits();
    let price = "#visible tr.item:has-text(\"vm-1\") td.price";
    let steps = json!([
        {"do": "open", "url": url(&desk, "run", "")},
        {"do": "size", "width": 1280, "height": 900},
        {"do": "text", "of": "#headline"},
        {"do": "text", "of": "#cost-tables caption"},
        {"do": "text", "of": "#months"},
        {"do": "text", "of": "#loose"},
        {"do": "text", "of": price},
        {"do": "cut", "of": "#visible td.price"},
        {"do": "choose", "on": "#view [data-view=month]", "label": "2026-09"},
        {"do": "text", "of": "#cost"},
        {"do": "text", "of": "#values-table thead"},
        {"do": "text", "of": "#status"},
        {"do": "size", "width": 400, "height": 900},
        {"do": "cut", "of": "#visible td.price"},
        {"do": "overflow"},
    ]);
    let Some(seen) = drive(&kept(&desk), &steps) else { return };
    // A sum and its currency stay on one line.
    let text = |at: usize| seen[at].as_str().unwrap().replace('\u{a0}', " ");
    let headline = text(2);
    assert!(headline.contains("At stake in 2026-10") && headline.contains("2026-10, the last full month"), "{headline}");
    assert!(headline.contains("3.40 USD + 12.00 EUR") && headline.find("433.95") < headline.find("8.00"), "the currency with more comes first: {headline}");
    assert!(headline.contains("Credits make the bill of 2026-10 smaller than what is charged: it comes to 8.00 EUR."), "{headline}");
    assert_eq!(text(3), "USD, 2026-10", "the page opens in the currency with more");
    assert!(text(4).contains("-600") && text(4).contains("434"), "−599.50 and 433.95, rounded: {}", text(4));
    assert!(text(5).contains("-70.00 USD is in 1 part that is less than nothing"), "{}", text(5));
    assert_eq!(text(6), "3.40 USD\n+ 12.00 EUR");
    assert_eq!((&seen[7], &seen[13], &seen[14]), (&json!([]), &json!([]), &json!(0)), "a price is cut, or the page is wider than its window");
    let cost = text(9);
    assert!(
        cost.contains("USD, 2026-09") && cost.contains("EffectiveCost, 2026-09") && cost.contains("Charged for in 2026-09: USD credit -1,600.10"),
        "{cost}"
    );
    assert!(!cost.contains("2026-10"), "each figure is of the month that was chosen: {cost}");
    assert!(text(10).contains("USD in 2026-09") && text(10).contains("At stake in 2026-10"), "{}", text(10));
    assert!(text(11).ends_with("that cost 3.40 USD + 12.00 EUR in 2026-10"), "{}", text(11));
}

#[test]
fn it_is_fit_for_everyone_on_any_screen_and_on_paper() {
    let desk = nights(120);
    let mut steps = vec![json!({"do": "open", "url": url(&desk, "run", "")})];
    for (scheme, width, height) in [("light", 1360, 900), ("dark", 1360, 900), ("light", 390, 844), ("dark", 320, 640)] {
        steps.push(json!({"do": "scheme", "scheme": scheme}));
        steps.push(json!({"do": "size", "width": width, "height": height}));
        if (scheme, width) != ("dark", 320) {
            steps.push(json!({"do": "axe"}));
        }
        steps.push(json!({"do": "overflow"}));
        steps.push(json!({"do": "screenshot", "name": format!("{scheme}-{width}.png"), "whole": true}));
    }
    let places = steps.len();
    steps.extend([
        json!({"do": "size", "width": 1360, "height": 900}),
        json!({"do": "click", "on": "#visible tr.item"}),
        json!({"do": "axe"}),
        json!({"do": "press", "on": "#visible tr.item[tabindex='0']", "key": "Escape"}),
        json!({"do": "open", "url": url(&desk, "run", "#findings?rule=untagged&owner=")}),
        json!({"do": "reload"}),
        json!({"do": "print", "name": "report.pdf"}),
    ]);
    let Some(seen) = drive(&kept(&desk), &Value::from(steps.clone())) else { return };
    for (at, step) in steps.iter().enumerate() {
        match step["do"].as_str().unwrap() {
            "axe" => assert_eq!(seen[at], json!([]), "{step} at {at}"),
            "overflow" => assert_eq!(seen[at], 0, "the page is wider than its window: step {at} of {places}"),
            "print" => assert!((2..40).contains(&seen[at].as_u64().unwrap()), "{} pages", seen[at]),
            _ => {}
        }
    }
}

#[test]
fn runs_are_drawn_as_lines() {
    let desk = nights(60);
    let steps = json!([
        {"do": "open", "url": url(&desk, "run", "")}, {"do": "count", "of": "#runs polyline"}, {"do": "count", "of": "#runs tbody tr"},
        {"do": "open", "url": url(&desk, "first", "")}, {"do": "count", "of": "#runs"},
    ]);
    let Some(seen) = drive(&kept(&desk), &steps) else { return };
    assert!(seen[1].as_u64().unwrap() >= 4, "{}", seen[1]);
    assert_eq!((seen[2].as_u64(), seen[4].as_u64()), (Some(4), Some(0)), "two drawings of two runs, and none of one");
}

/// More combinations of Environment, Application and Owner than anybody reads, over two months; every one has its own price.
#[test]
fn fifty_thousand_cells_of_cost_still_add_up_for_each_owner() {
    let desk = Desk::laid();
    desk.put("taxonomy.yaml", "version: 1\nkeys:\n  Environment: { values: { e0: [], e1: [], e2: [], e3: [], e4: [] } }\n  Application: {}\n  Owner: {}\n");
    let mut bill =
        "BilledCost,EffectiveCost,ListCost,ContractedCost,BillingCurrency,BillingPeriodStart,ProviderName,SubAccountId,ServiceName,ResourceId,Tags\n"
            .to_owned();
    let (mut all, mut theirs, mut cells) = (0_u64, 0_u64, 0);
    for n in 0..(5 * 200 * 24 * 2) {
        let (month, owner, application, environment) = (9 + n % 2, n / 2 % 24, n / 48 % 200, n / 9600);
        let cents = n % 9973 + 1;
        let amount = format!("{}.{:02}", cents / 100, cents % 100);
        let tags = format!("{{\"\"Environment\"\":\"\"e{environment}\"\",\"\"Application\"\":\"\"app-{application}\"\",\"\"Owner\"\":\"\"o{owner}\"\"}}");
        writeln!(bill, "{amount},{amount},{amount},{amount},EUR,2026-{month:02}-01T00:00:00Z,onprem,dc-1,Machines,,\"{tags}\"").unwrap();
        cells += 1;
        if month == 10 {
            all += cents;
            theirs += if owner == 7 { cents } else { 0 };
        }
    }
    assert!(cells > 45_000 && cells < 50_000, "{cells}: more are folded");
    desk.put("bill.csv", bill);
    desk.call("scan --from inventory.csv --bill bill.csv --now 2026-11-01 --out run --format none --history none").exits(1);
    let folder = kept(&desk);
    let steps = json!([
        {"do": "open", "url": url(&desk, "run", "")},
        {"do": "text", "of": "#cost-tables tfoot"},
        {"do": "choose", "on": "#view [data-page=owner]", "label": "o7"},
        {"do": "text", "of": "#page"},
        {"do": "text", "of": "#cost-tables tfoot"},
        {"do": "screenshot", "name": "cells.png"},
    ]);
    let Some(seen) = drive(&folder, &steps) else { return };
    let text = |at: usize| seen[at].as_str().unwrap();
    let euros = |cents: u64| shown(Decimal::parse(&format!("{}.{:02}", cents / 100, cents % 100)));
    assert!(text(1).contains(&euros(all)), "{} is not in {}", euros(all), text(1));
    assert!(text(3).contains(&euros(theirs)) && text(4).contains(&euros(theirs)), "{} is not in {} and {}", euros(theirs), text(3), text(4));
    let size = std::fs::metadata(desk.path("run/report.html")).unwrap().len();
    assert!(size < 2_000_000, "{size} bytes: a cell is a few codes");
}
