//! A bill that Cost Management is asked for: both ledgers to the last digit, whoever reads them, and never half.

use super::estate::{desk, plain, subscription};
use super::server::Server;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tagledger_tests::{Decimal, Desk, contents};

/// What two subscriptions cost in three months: resources with digits to the twelfth, refunds, purchases that only the invoice has, usage that only the other
/// ledger has, and what no resource costs.
fn costs() -> Vec<Value> {
    let mut all = Vec::new();
    for (of, month, at) in ["one", "two"].iter().flat_map(|of| [("2026-09", 1), ("2026-10", 2), ("2026-11", 3)].map(|(month, at)| (of, month, at))) {
        let id = subscription(if *of == "one" { 1 } else { 2 });
        let mut cost = |resource: String, service: &str, actual: &str, amortized: &str| {
            all.push(json!({"subscription": of, "month": month, "resource": resource, "service": service, "currency": "EUR", "actual": actual, "amortized": amortized}));
        };
        for n in 0..7 {
            let vault = format!("/subscriptions/{id}/resourcegroups/rg-one/providers/microsoft.keyvault/vaults/kv{n:03}");
            cost(vault.clone(), "Key Vault", &format!("{}.{:012}", at * n, n + 1), &format!("{}.5", at + n));
            cost(vault, "Bandwidth", "-0.25", "-0.25");
        }
        cost(String::new(), "Support", "100", "100");
        cost(format!("/subscriptions/{id}/providers/microsoft.capacity/reservationorders/r"), "Virtual Machines", "365", "0");
    }
    all
}

fn estate(weather: &Value) -> Value {
    let mut estate = plain(weather);
    (estate["costs"], estate["page"]["costs"]) = (json!(costs()), json!(4));
    estate
}

/// What was seeded, by month and subscription.
fn seeded(months: &[&str], ledger: &str) -> BTreeMap<(String, String), Decimal> {
    let mut sums: BTreeMap<(String, String), Vec<Decimal>> = BTreeMap::new();
    for cost in costs().iter().filter(|cost| months.contains(&cost["month"].as_str().unwrap())) {
        let text = |name: &str| cost[name].as_str().unwrap().to_owned();
        let of = subscription(if text("subscription") == "one" { 1 } else { 2 });
        sums.entry((text("month"), of)).or_default().push(Decimal::parse(&text(ledger)));
    }
    sums.into_iter().map(|(at, amounts)| (at, amounts.into_iter().sum())).collect()
}

fn shown(out: &str) -> BTreeMap<(String, String), Decimal> {
    let report: Value = serde_json::from_str(out).unwrap();
    let cells = report["cells"].as_array().unwrap().iter();
    cells
        .map(|cell| {
            ((cell["month"].as_str().unwrap().to_owned(), cell["values"][0].as_str().unwrap().to_owned()), Decimal::parse(cell["amount"].as_str().unwrap()))
        })
        .collect()
}

#[test]
fn both_ledgers_are_what_the_server_holds() {
    let Some(server) = Server::of(&estate(&json!({}))) else { return };
    let desk = desk();
    let months = ["2026-09", "2026-10", "2026-11"];
    for (measure, ledger) in [("billed", "actual"), ("effective", "amortized")] {
        let done = server.cost(&desk, "cost-management://?months=3", &format!("--by scope --measure {measure}")).exits(0);
        assert_eq!(shown(&done.out), seeded(&months, ledger));
    }
    // 16 groups of a month in pages of 4, for two ledgers, three months and two subscriptions; the second time nothing is asked.
    assert_eq!(server.count("Query", 200), 4 * 2 * 3 * 2);
    // Of one subscription alone, which needs no list.
    let before = server.count("ListSubscriptions", 200);
    let done = server.cost(&desk, &format!("cost-management://{}?months=1", subscription(2)), "--by scope --measure billed").exits(0);
    let mut own = seeded(&["2026-11"], "actual");
    own.retain(|(_, of), _| *of == subscription(2));
    assert_eq!((shown(&done.out), server.count("ListSubscriptions", 200)), (own, before));
}

#[test]
fn the_vendors_own_client_reads_the_same() {
    let mut estate = estate(&json!({}));
    estate["page"]["costs"] = json!(1000);
    let Some(server) = Server::of(&estate) else { return };
    let told = server.costs_witness(&subscription(1), ["2026-10-01", "2026-10-31"]);
    for (measure, ledger, name) in [("billed", "actual", "ActualCost"), ("effective", "amortized", "AmortizedCost")] {
        let done = server.cost(&desk(), &format!("cost-management://{}?months=2", subscription(1)), &format!("--by scope --measure {measure}")).exits(0);
        let at = ("2026-10".to_owned(), subscription(1));
        assert_eq!(shown(&done.out)[&at], Decimal::parse(told[name].as_str().unwrap()));
        assert_eq!(shown(&done.out)[&at], seeded(&["2026-10"], ledger)[&at]);
    }
}

#[test]
fn a_resource_brings_its_tags_and_its_price() {
    let Some(server) = Server::of(&estate(&json!({}))) else { return };
    let desk = desk();
    let scan =
        server.scan(&desk, &json!({"pace": "none"}), "--cloud azure --bill cost-management:// --format none").env("TAGLEDGER_BILL_CACHE", desk.path("cache"));
    scan.env("TAGLEDGER_NOW", "2026-11-01").exits(1);
    let report = desk.report("run");
    // kv000 and kv005 carry no tags; each costs 2 + n + half less a quarter in October.
    let priced: Vec<(&str, &str)> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["rule"] == "untagged" && !one["money"].as_array().is_none_or(Vec::is_empty))
        .map(|one| (one["resource"].as_str().unwrap().rsplit('/').next().unwrap(), one["money"][0]["amount"].as_str().unwrap()))
        .collect();
    assert_eq!(priced, [("kv005", "7.25"), ("kv005", "7.25"), ("kv000", "2.25"), ("kv000", "2.25")], "{:#}", report["findings"][0]);
}

/// Nothing is printed and nothing kept where the costs are not known.
fn refused(desk: &Desk, server: &Server, bill: &str, words: &str) {
    let done = server.cost(desk, bill, "").exits(2);
    assert!(done.out.is_empty() && done.err.contains(words) && done.err.contains(bill), "{}", done.err);
    assert!(!desk.path("cache").exists() || contents(&desk.path("cache")).keys().all(|name| name.ends_with('/')));
}

#[test]
fn bad_weather_costs_time_and_never_the_total() {
    // Six headers that ask to wait: the longest counts.
    let names = ["clienttype", "entity", "tenant", "client", "qpu"].map(|of| format!("x-ms-ratelimit-microsoft.costmanagement-{of}-retry-after"));
    let mut headers: serde_json::Map<String, Value> = names.into_iter().zip(["1", "2", "1", "2", "1"]).map(|(name, seconds)| (name, json!(seconds))).collect();
    headers.insert("Retry-After".to_owned(), json!("1"));
    let begun = Instant::now();
    let Some(server) = Server::of(&estate(&json!({"throttle": {"Query@one": {"times": 1, "headers": headers}}, "html": {"Query@two": 1}}))) else { return };
    let done = server.cost(&desk(), "cost-management://?months=1", "--by scope --measure billed").exits(0);
    assert_eq!(shown(&done.out), seeded(&["2026-11"], "actual"));
    assert!(begun.elapsed() >= Duration::from_secs(2) && server.count("Query", 429) == 1);
    let two = subscription(2);
    for (weather, words) in [
        (
            json!({"deny": ["Query@two"]}),
            format!("permission Microsoft.CostManagement/query/read on subscription {two} (role Cost Management Reader) is missing"),
        ),
        (json!({"html": {"Query@two": -1}}), "HTTP 502".to_owned()),
        (
            json!({"spoil": {"Query@two": {"properties": {"columns": [{"name": "Cost", "type": "Number"}], "rows": []}}}}),
            format!("subscription {two}: an answer without the column BillingMonth"),
        ),
    ] {
        let Some(server) = Server::of(&estate(&weather)) else { return };
        refused(&desk(), &server, "cost-management://", &words);
    }
    refused(&desk(), &server, "cost-management://me", "`me` is no id of a subscription; an address is cost-management:// for every");
}

#[test]
fn a_closed_subscription_may_hide_its_costs_and_may_not_be_ill() {
    let closed = |weather: &Value| {
        let mut estate = estate(weather);
        estate["subscriptions"][1]["state"] = json!("Disabled");
        estate
    };
    let Some(server) = Server::of(&closed(&json!({"deny": ["Query@two"]}))) else { return };
    let done = server.cost(&desk(), "cost-management://?months=1", "--by scope --measure billed --format terminal").env("COLUMNS", "200").exits(0);
    let told = done.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains(&format!("Costs of the closed subscription {} are not known", subscription(2))), "{told}");
    // What may pass would be kept as if it had cost nothing.
    let Some(server) = Server::of(&closed(&json!({"html": {"Query@two": -1}}))) else { return };
    refused(&desk(), &server, "cost-management://", "HTTP 502");
}

#[test]
fn a_subscription_that_nobody_sees_is_named() {
    let mut estate = estate(&json!({}));
    estate["subscriptions"][1]["access"] = json!("none");
    let Some(server) = Server::of(&estate) else { return };
    let done = server.cost(&desk(), "cost-management://?months=1", "--by scope --measure billed --format terminal").env("COLUMNS", "200").exits(0);
    let told = done.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        told.contains(&format!(
            "Not in the costs of Azure Cost Management: {}, since permission Microsoft.Resources/subscriptions/read is missing",
            subscription(2)
        )),
        "{told}"
    );
}
