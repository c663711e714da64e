use super::*;
use crate::route::{Address, Filter, Hook, Values};
use tagledger_model::{CloudId, Fingerprint, Suggestion, Waived};
use tagledger_report::{Changes, Exit, Seen};

/// A summary with little in it.
pub(crate) fn summary() -> Summary {
    let changes = Changes { since: Some("2026-11-01T01:00:00Z".into()), ..Changes::default() };
    Summary {
        schema: String::new(),
        tool: "tagledger 0.1.0".into(),
        started: "2026-11-02T01:00:00Z".into(),
        taxonomy: "taxonomy.yaml".into(),
        inputs: vec![],
        bills: vec![],
        exit: Exit { code: 1, why: "3 violated findings at level error or above".into() },
        inventory: tagledger_report::InventoryCounts::default(),
        keys: vec![],
        rules: vec![tagledger_report::RuleSummary {
            rule: "missing-required-key".into(),
            family: "untagged".into(),
            summary: String::new(),
            level: "error".into(),
            population: 9,
            violated: 3,
            in_grace: 0,
            undetermined: 0,
            waived: 0,
            at_stake: vec![],
        }],
        at_stake: vec![],
        families: vec![],
        compliance: vec![],
        seen: Seen { places: 1, whole: 1, scopes: 1, ..Seen::default() },
        coverage: vec![],
        environments: vec![],
        history: Some(changes),
        runs: vec![],
        costs: None,
        notes: vec![],
    }
}

/// An open finding.
pub(crate) fn finding(resource: &str, environment: Option<&str>, money: &[(&str, &str)]) -> Finding {
    let money = money.iter().map(|(amount, currency)| Money { currency: Text::new(currency), amount: Amount::parse(amount).unwrap().0 }).collect();
    Finding {
        fingerprint: Fingerprint("0123456789abcdef".into()),
        rule: "missing-required-key".into(),
        level: Level::Error,
        verdict: Verdict::Violated,
        cloud: CloudId::new("onprem"),
        scope: "dc-1".into(),
        region: None,
        kind: "vm".into(),
        resource: resource.into(),
        name: None,
        environment: environment.map(Text::new),
        application: Some("shop".into()),
        owner: Some("jane".into()),
        key: Some("Owner".into()),
        message: "Owner is missing".into(),
        evidence: None,
        provenance: None,
        demanded_by: None,
        suggestion: Some(Suggestion::SetTag { key: "Owner".into(), value: None }),
        money,
        waived: None,
        first_seen: None,
        age_known: false,
    }
}

/// A route to a webhook that admits everything.
pub(crate) fn route() -> Route {
    let hook = Hook { address: Address::Written("https://siem.example.com/in".into()), ca: None };
    Route {
        name: "platform".into(),
        filter: Filter { level: Level::Error, environments: Values::default(), applications: Values::default(), owners: Values::default() },
        when: When::New,
        findings_only: false,
        top: 2,
        channel: Channel::Slack(hook),
    }
}

pub(crate) fn news_of(summary: &Summary, route: &Route, findings: &[(Finding, Option<Change>)]) -> Option<News> {
    let run = Run::new(summary, None, true);
    let mut gather = Gather::new(&run, route);
    for (finding, change) in findings {
        gather.take(finding, *change);
    }
    gather.news()
}

fn names(news: &News) -> Vec<&str> {
    news.findings.iter().map(|told| told.finding.resource.as_str()).collect()
}

#[test]
fn a_route_hears_of_what_is_new_dearest_first_and_currencies_take_turns() {
    let new = Some(Change::New);
    let findings = [
        (finding("cheap", None, &[("1", "EUR")]), new),
        (finding("dear", None, &[("900.125", "EUR")]), new),
        (finding("free", None, &[]), new),
        (finding("yen", None, &[("20000", "JPY")]), new),
        (finding("dear", None, &[("900.125", "EUR")]), Some(Change::Reopened)),
        (finding("old", None, &[("5000", "EUR")]), None),
        (finding("mended", None, &[("7", "EUR")]), Some(Change::Fixed)),
    ];
    let news = news_of(&summary(), &Route { top: 9, ..route() }, &findings).unwrap();
    assert_eq!(names(&news), ["dear", "yen", "dear", "cheap", "free"]);
    let stake: Vec<String> = news.at_stake.iter().map(|money| format!("{} {}", money.amount, money.currency)).collect();
    assert_eq!(stake, ["901.125 EUR", "20000.00 JPY"], "each resource once, and currencies apart");
    let away = Some(Away { fixed: 1, ..Away::default() });
    assert_eq!(news.counts, Counts { new: 4, first_looked_at: 0, reopened: 1, still: 1, away });
    let short = news_of(&summary(), &route(), &findings).unwrap();
    assert_eq!((names(&short), short.not_listed), (vec!["dear", "yen"], 3));
    let always = news_of(&summary(), &Route { when: When::Always, top: 6, ..route() }, &findings).unwrap();
    assert_eq!(names(&always), ["dear", "yen", "dear", "cheap", "free", "old"], "what is new comes first");
}

#[test]
fn nobody_is_woken_for_what_they_did_not_ask_for() {
    let filter = Filter { environments: Values { only: vec![], except: vec!["development".into()] }, ..route().filter };
    let route = Route { filter, ..route() };
    let told = |finding: Finding, change| news_of(&summary(), &route, &[(finding, change)]).is_some();
    assert!(!told(finding("vm", Some("development"), &[]), Some(Change::New)));
    assert!(told(finding("vm", Some("production"), &[]), Some(Change::New)));
    assert!(told(finding("vm", None, &[]), Some(Change::New)), "what has no Environment is not development");
    assert!(!told(finding("vm", Some("production"), &[]), None), "it was open before");
    let waived = Waived { reason: "r".into(), owner: "o".into(), expires: "2099-01-01".into() };
    assert!(!told(Finding { waived: Some(waived), ..finding("vm", None, &[]) }, Some(Change::New)));
    assert!(!told(Finding { verdict: Verdict::Undetermined, ..finding("vm", None, &[]) }, Some(Change::New)));
    assert!(!told(Finding { rule: "unread".into(), level: Level::Warn, ..finding("vm", None, &[]) }, Some(Change::New)), "no error");
    assert!(told(Finding { level: Level::Warn, ..finding("vm", None, &[]) }, Some(Change::New)), "an error that is still in its grace");
}

#[test]
fn incomplete_coverage_is_news_unless_only_findings_are_wanted() {
    let blind = Summary { seen: Seen { places: 2, whole: 1, denied: 1, scopes: 2, ..Seen::default() }, ..summary() };
    let news = news_of(&blind, &route(), &[]).unwrap();
    assert_eq!((news.is_complete, news.seen.as_str()), (false, "Seen: 1 of 2 places whole (2 scopes); 1 denied"));
    assert_eq!(news_of(&blind, &Route { findings_only: true, ..route() }, &[]), None);
    assert_eq!(news_of(&summary(), &route(), &[]), None);
    assert!(news_of(&summary(), &Route { when: When::Always, ..route() }, &[]).is_some());
}

#[test]
fn a_message_has_one_name_however_often_it_is_made() {
    let id = |summary: &Summary, name: &str| Run::new(summary, None, true).id(name);
    assert_eq!(id(&summary(), "a"), id(&summary(), "a"));
    assert_ne!(id(&summary(), "a"), id(&summary(), "b"));
    assert_ne!(id(&summary(), "a"), id(&Summary { notes: vec!["another run".into()], ..summary() }, "a"));
}
