//! A bill that Cost Explorer is asked for: the same to the last digit as what the server holds, for the price that was announced, and never half.

use super::server::Server;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use tagledger_tests::{Call, Decimal, Desk, contents};

const TAXONOMY: &str = "version: 1
keys:
  Environment: { required: true, aliases: [env], values: { production: [prod], test: [] } }
  Application: { required: true, aliases: [app], pattern: \"[a-z][a-z0-9-]+\" }
  Owner: {}
";

const ACCOUNTS: [(&str, &str); 3] = [("management", "100000000001"), ("shop", "100000000002"), ("data", "100000000003")];

/// Costs of three accounts in three months: every combination of two tags, spelt as people spell them, refunds, and digits to the twelfth.
fn costs() -> Vec<Value> {
    let mut all = Vec::new();
    for (month, at) in [("2026-09", 1), ("2026-10", 2), ("2026-11", 3)] {
        for (number, (_, account)) in (1..).zip(ACCOUNTS) {
            for (many, tags) in [
                (1, json!({"Environment": "prod", "Application": "shop"})),
                (2, json!({"Environment": "production", "Application": "shop"})),
                (3, json!({"Environment": "test"})),
                (4, json!({"Application": "in$gest", "Owner": "jane"})),
                (5, json!({})),
            ] {
                let billed = format!("{}.{:012}", at * number * many, many + number);
                let effective = if many == 5 { format!("-{number}.5") } else { format!("{}.25", at * many) };
                all.push(json!({"month": month, "account": account, "service": "Amazon EC2", "tags": tags, "billed": billed, "effective": effective}));
            }
        }
    }
    all
}

fn tag(status: &str) -> Value {
    json!({"status": status, "updated": "2026-03-01T00:00:00Z", "used": "2026-10-01T00:00:00Z"})
}

fn estate(weather: &Value) -> Value {
    let accounts: Vec<Value> = ACCOUNTS.iter().map(|(name, id)| json!({"name": name, "id": id})).collect();
    json!({"accounts": accounts, "caller": "management", "regions": ["eu-west-1"], "emulator": "none", "costs": costs(), "open_month": "2026-11",
        "cost_tags": {"Environment": tag("Active"), "Application": tag("Active"), "app": tag("Active"), "Owner": tag("Inactive"), "unrelated": tag("Active")},
        "page": {"GetCostAndUsage": 3, "ListCostAllocationTags": 2}, "weather": weather})
}

fn desk() -> Desk {
    let desk = Desk::new();
    desk.put("taxonomy.yaml", TAXONOMY);
    desk.put("tagledger.yaml", super::seed::file(&json!({"pace": "none"})));
    desk
}

/// `cost` as of a day in November.
fn cost_on(day: &str, server: &Server, desk: &Desk, bill: &str, more: &str) -> Call {
    let call = desk.call(&format!("cost --now 2026-11-{day} --bill {bill} {more}")).env("TAGLEDGER_BILL_CACHE", desk.path("cache"));
    server.call(call.env("TAGLEDGER_MEASURE", "billed").env("TAGLEDGER_FORMAT", "json"))
}

fn cost(server: &Server, desk: &Desk, bill: &str, more: &str) -> Call {
    cost_on("20", server, desk, bill, more)
}

/// What was seeded, by month and what `of` says of a cost.
fn seeded(months: &[&str], measure: &str, of: impl Fn(&Value) -> String) -> BTreeMap<(String, String), Decimal> {
    let mut sums: BTreeMap<(String, String), Decimal> = BTreeMap::new();
    for cost in costs().iter().filter(|cost| months.contains(&cost["month"].as_str().unwrap())) {
        let amount = Decimal::parse(cost[measure].as_str().unwrap());
        {
            let sum = sums.entry((cost["month"].as_str().unwrap().to_owned(), of(cost))).or_default();
            *sum = *sum + amount;
        }
    }
    sums
}

/// The same of a report.
fn shown(report: &Value) -> BTreeMap<(String, String), Decimal> {
    let mut sums: BTreeMap<(String, String), Decimal> = BTreeMap::new();
    for cell in report["cells"].as_array().unwrap() {
        let values: Vec<&str> = cell["values"].as_array().unwrap().iter().map(|value| value.as_str().unwrap_or("-")).collect();
        {
            let sum = sums.entry((cell["month"].as_str().unwrap().to_owned(), values.join("/"))).or_default();
            *sum = *sum + Decimal::parse(cell["amount"].as_str().unwrap());
        }
    }
    sums
}

fn both(cost: &Value) -> String {
    let environment = match cost["tags"]["Environment"].as_str() {
        Some("prod" | "production") => "production",
        Some(other) => other,
        None => "-",
    };
    // `in$gest` is no application that the taxonomy takes.
    let application = if cost["tags"]["Application"] == "shop" { "shop" } else { "-" };
    format!("{environment}/{application}")
}

fn asked(server: &Server, operation: &str) -> usize {
    server.calls().iter().filter(|call| call.operation == operation).count()
}

#[test]
fn what_is_shown_is_what_the_server_holds_to_the_last_digit() {
    let Some(server) = Server::of(&estate(&json!({}))) else { return };
    let desk = desk();
    let done = cost(&server, &desk, "cost-explorer://?months=3", "").exits(0);
    let report: Value = serde_json::from_str(&done.out).unwrap();
    let months = ["2026-09", "2026-10", "2026-11"];
    assert_eq!(shown(&report), seeded(&months, "billed", both));
    // What the first question told, and one for each account, are announced before the accounts are asked; pages come on top.
    let questions = asked(&server, "GetCostAndUsage");
    assert!(questions > 4, "answers come in pages of three groups: {questions}");
    assert!(done.err.contains("requests or more, one for each account and page") && done.err.contains("USD"), "{}", done.err);
    let accounts = cost(&server, &desk, "cost-explorer://?months=3", "--by scope").exits(0);
    assert_eq!(shown(&serde_json::from_str(&accounts.out).unwrap()), seeded(&months, "billed", |cost| cost["account"].as_str().unwrap().to_owned()));
    let effective = cost(&server, &desk, "cost-explorer://?months=3", "--measure effective").exits(0);
    assert_eq!(shown(&serde_json::from_str(&effective.out).unwrap()), seeded(&months, "effective", both));
    assert_eq!(asked(&server, "GetCostAndUsage"), questions, "answers of this hour are used again, and cost nothing");
}

#[test]
fn the_calls_that_are_made_are_those_that_are_listed() {
    let Some(server) = Server::of(&estate(&json!({}))) else { return };
    let desk = desk();
    cost(&server, &desk, "cost-explorer://", "").exits(0);
    let policy: Value = serde_json::from_str(&desk.call("permissions aws costs").exits(0).out).unwrap();
    let allowed: BTreeSet<&str> = policy["Statement"][0]["Action"].as_array().unwrap().iter().map(|action| action.as_str().unwrap()).collect();
    // Who the caller is, everybody may ask.
    let made: BTreeSet<String> =
        server.calls().iter().filter(|call| call.service != "sts").map(|call| format!("{}:{}", call.service, call.operation)).collect();
    assert_eq!(made.iter().map(String::as_str).collect::<BTreeSet<_>>(), allowed);
}

#[test]
fn a_month_that_is_over_is_asked_for_once() {
    let Some(server) = Server::of(&estate(&json!({}))) else { return };
    let desk = desk();
    let bill = "cost-explorer://Environment,Application?months=3";
    cost(&server, &desk, bill, "").exits(0);
    let first = asked(&server, "GetCostAndUsage");
    let report: Value = serde_json::from_str(&cost_on("21", &server, &desk, bill, "").exits(0).out).unwrap();
    let second = asked(&server, "GetCostAndUsage") - first;
    assert!(second > 0 && second < first, "November alone is asked for on the next day: {first}, then {second}");
    assert_eq!(shown(&report), seeded(&["2026-09", "2026-10", "2026-11"], "billed", both));
}

#[test]
fn what_was_grouped_for_another_taxonomy_is_asked_for_again() {
    let Some(server) = Server::of(&estate(&json!({}))) else { return };
    let desk = desk();
    cost(&server, &desk, "cost-explorer://?months=1", "").exits(0);
    let first = asked(&server, "GetCostAndUsage");
    desk.put("taxonomy.yaml", "version: 1\nkeys:\n  Unrelated: {}\n");
    let report: Value = serde_json::from_str(&cost(&server, &desk, "cost-explorer://?months=1", "--by Unrelated").exits(0).out).unwrap();
    assert!(asked(&server, "GetCostAndUsage") > first);
    assert_eq!(shown(&report), seeded(&["2026-11"], "billed", |_| "-".to_owned()));
}

#[test]
fn one_tag_takes_one_question() {
    let Some(server) = Server::of(&estate(&json!({}))) else { return };
    let desk = desk();
    let done = cost(&server, &desk, "cost-explorer://Environment?months=1", "--by Environment,scope").exits(0);
    let of = |cost: &Value| format!("{}/{}", both(cost).split('/').next().unwrap(), cost["account"].as_str().unwrap());
    assert_eq!(shown(&serde_json::from_str(&done.out).unwrap()), seeded(&["2026-11"], "billed", of));
}

#[test]
fn what_is_dearer_than_allowed_is_not_asked() {
    let Some(server) = Server::of(&estate(&json!({}))) else { return };
    let desk = desk();
    desk.put("tagledger.yaml", super::seed::file(&json!({"pace": "none", "cost_explorer_requests": 6})));
    let done = cost(&server, &desk, "cost-explorer://", "").exits(2);
    assert!(done.err.contains("no more than 6 (0.06 USD) are allowed: raise cost_explorer_requests of aws in tagledger.yaml"), "{}", done.err);
    assert!(done.out.is_empty() && asked(&server, "GetCostAndUsage") + asked(&server, "ListCostAllocationTags") <= 6);
    assert!(contents(&desk.path("cache")).keys().all(|name| name.ends_with('/')), "nothing is kept by halves");
}

#[test]
fn what_groups_lack_is_still_the_accounts_cost() {
    let mut estate = estate(&json!({}));
    estate["cost_groups_lack"] = json!("Environment$test");
    let Some(server) = Server::of(&estate) else { return };
    let desk = desk();
    let done = cost(&server, &desk, "cost-explorer://?months=1", "").exits(0);
    let report: Value = serde_json::from_str(&done.out).unwrap();
    let of = |cost: &Value| if cost["tags"]["Environment"] == "test" { "-/-".to_owned() } else { both(cost) };
    assert_eq!(shown(&report), seeded(&["2026-11"], "billed", of));
    let told = cost(&server, &desk, "cost-explorer://?months=1", "--format terminal").exits(0).out;
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("The groups of account 100000000002 in 2026-11 hold 18."), "{told}");
}

#[test]
fn bad_weather_costs_time_and_never_the_total() {
    let Some(server) = Server::of(&estate(&json!({"throttle_every": 3}))) else { return };
    let report: Value = serde_json::from_str(&cost(&server, &desk(), "cost-explorer://?months=1", "").exits(0).out).unwrap();
    assert_eq!(shown(&report), seeded(&["2026-11"], "billed", both));
    for (weather, words) in [
        (json!({"deny": ["GetCostAndUsage"]}), "permission ce:GetCostAndUsage is missing"),
        (json!({"html": ["GetCostAndUsage"]}), "HTTP 500"),
        (json!({"deny": ["ListCostAllocationTags"]}), "permission ce:ListCostAllocationTags is missing"),
    ] {
        let Some(server) = Server::of(&estate(&weather)) else { return };
        let desk = desk();
        let done = cost(&server, &desk, "cost-explorer://", "").exits(2);
        assert!(done.err.contains(words) && done.err.contains("cost-explorer://: ") && done.out.is_empty(), "{}", done.err);
        assert!(contents(&desk.path("cache")).keys().all(|name| name.ends_with('/')), "{weather}");
    }
    // Without the list, what the address names can still be asked for.
    let Some(server) = Server::of(&estate(&json!({"deny": ["ListCostAllocationTags"]}))) else { return };
    let report: Value = serde_json::from_str(&cost(&server, &desk(), "cost-explorer://Environment,Application?months=1", "").exits(0).out).unwrap();
    assert_eq!(shown(&report), seeded(&["2026-11"], "billed", both));
}

#[test]
fn an_address_says_what_is_wrong_with_it() {
    let desk = desk();
    for (bill, words) in [
        ("cost-explorer://a,b,c", "groups by 2 tags at most, and 3 are named; an address is cost-explorer:// for"),
        ("cost-explorer://a,a", "one tag is named twice"),
        ("cost-explorer://a?months=0", "`?months=0` is nothing to ask for; write ?months=1 to ?months=38"),
        ("cost-explorer://a?since=2026", "`?since=2026` is nothing to ask for"),
    ] {
        let done = desk.call(&format!("cost --bill {bill}")).env("TAGLEDGER_BILL_CACHE", desk.path("cache")).exits(2);
        assert!(done.err.contains(words) && done.err.contains(bill), "{}", done.err);
    }
}

#[test]
fn a_tag_that_is_not_activated_is_found() {
    let Some(server) = Server::of(&estate(&json!({}))) else { return };
    let desk = desk();
    desk.put("inventory.csv", "cloud,scope,kind,id,tag:Environment,tag:Application,tag:Owner\naws,100000000002,ec2:volume,vol-1,prod,shop,jane\n");
    let scan = desk.call("scan --from inventory.csv --bill cost-explorer:// --now 2026-11-20 --out run --format none");
    server.call(scan).env("TAGLEDGER_BILL_CACHE", desk.path("cache")).exits(0);
    let report = desk.report("run");
    let found: Vec<&Value> = report["findings"].as_array().unwrap().iter().filter(|one| one["rule"] == "inactive-cost-key").collect();
    let [one] = found[..] else { panic!("{found:#?}") };
    assert_eq!((&one["key"], &one["verdict"]), (&json!("Owner"), &json!("violated")));
    let said = one["evidence"]["value"].as_str().unwrap();
    assert_eq!(said, "AWS says that `Owner` is inactive as a cost allocation tag since 2026-03-01, last on a resource in 2026-10");
    let notes = report["notes"].to_string();
    assert!(
        notes.contains("not by app, which are activated as well") && notes.contains("AWS Cost Explorer, cost-explorer://: 2026-10 was asked on 2026-11-20"),
        "{notes}"
    );
}

#[test]
fn what_the_emulator_holds_is_shown_as_well() {
    let Some(moto) = tagledger_tests::Server::moto() else { return };
    let group = |keys: [&str; 2], amount: &str| json!({"Keys": keys, "Metrics": {"UnblendedCost": {"Amount": amount, "Unit": "USD"}, "NetAmortizedCost": {"Amount": amount, "Unit": "USD"}}});
    let groups = [group(["100000000001", "Environment$prod"], "12.3456789012"), group(["100000000002", "Environment$"], "-0.5")];
    let result = json!({"ResultsByTime": [{"TimePeriod": {"Start": "2026-11-01", "End": "2026-12-01"}, "Total": {}, "Groups": groups, "Estimated": true}],
        "GroupDefinitions": [], "DimensionValueAttributes": []});
    moto.post("/moto-api/static/ce/cost-and-usage-results", &json!({"results": [result]}));
    let desk = desk();
    let words = "cost --format json --measure billed --now 2026-11-20 --by Environment,scope --bill cost-explorer://Environment?months=1";
    let done = moto.is_asked_by(desk.call(words)).env("TAGLEDGER_BILL_CACHE", desk.path("cache")).exits(0);
    let expected = [("production/100000000001", "12.3456789012"), ("-/100000000002", "-0.5")];
    let expected = expected.map(|(of, amount)| (("2026-11".to_owned(), of.to_owned()), Decimal::parse(amount)));
    assert_eq!(shown(&serde_json::from_str(&done.out).unwrap()), BTreeMap::from(expected));
}
