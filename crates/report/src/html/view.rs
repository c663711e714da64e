//! What the template shows, in words: every text from a cloud is made visible here, every amount spelt for people.

use super::cells::Cells;
use super::data::Findings;
use super::environments::EnvironmentView;
use super::money::{CostsView, Currencies, costs};
use super::runs::{Runs, runs};
use crate::count::{grouped, money_parts, percent, plural, share};
use crate::inert::visible;
use crate::pivot::{Pivot, equality, shown_month};
use crate::{Compliance, Costs, Report, Summary};
use serde::Serialize;
use std::io;
use tagledger_model::{Amount, Finding};

/// Rows of coverage and compliance that the page shows; the rest is in report.json.
const LISTED: usize = 500;

/// The whole page.
#[derive(Serialize)]
pub(super) struct Page {
    tool: String,
    started: String,
    taxonomy: String,
    inputs: Vec<String>,
    bills: Vec<String>,
    exit: u8,
    /// Nothing was found, and less was looked at than lately.
    is_less: bool,
    why: String,
    inventory: String,
    month: Option<String>,
    spend: Vec<Spend>,
    compliance: String,
    judged: String,
    findings: Counts,
    families: Vec<Family>,
    changes: Option<String>,
    coverage: CoverageView,
    costs: Option<CostsView>,
    runs: Vec<Runs>,
    rules: Vec<RuleView>,
    environments: Vec<EnvironmentView>,
    slices: Vec<Slices>,
    rows: Vec<FindingView>,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct Spend {
    currency: String,
    amount: String,
    equal: bool,
    equality: String,
    attributed: String,
}

#[derive(Serialize)]
struct Counts {
    violated: String,
    undetermined: String,
    waived: String,
    stake: Vec<String>,
    all: String,
    embedded: String,
    left_out: Option<String>,
}

#[derive(Serialize)]
struct CoverageView {
    count: String,
    of: String,
    how: String,
    extent: String,
    others: Vec<String>,
    doubt: Option<String>,
    rows: Vec<CoverageLine>,
    left_out: Option<String>,
}

#[derive(Serialize)]
struct CoverageLine {
    outcome: String,
    cloud: String,
    scope: String,
    region: String,
    collector: String,
    file: String,
    count: String,
    why: String,
    made_up_for: bool,
}

#[derive(Serialize)]
struct RuleView {
    rule: String,
    family: String,
    summary: String,
    level: String,
    population: String,
    violated: String,
    undetermined: String,
    waived: String,
    stake: Vec<String>,
}

#[derive(Serialize)]
struct Slices {
    by: &'static str,
    rows: Vec<Slice>,
    left_out: Option<String>,
}

#[derive(Serialize)]
struct Slice {
    name: String,
    percent: String,
    width: u64,
    judged: String,
    violated: String,
    waived: String,
    undetermined: String,
}

#[derive(Serialize)]
struct FindingView {
    level: String,
    verdict: String,
    waived: bool,
    rule: String,
    message: String,
    resource: String,
    environment: String,
    application: String,
    money: Vec<String>,
}

pub(super) fn shown(text: &str) -> String {
    visible(text).into_owned()
}

pub(super) fn all_shown(texts: &[String]) -> Vec<String> {
    texts.iter().map(|t| shown(t)).collect()
}

/// How many of a list stay out.
fn left_out(all: usize) -> Option<String> {
    (all > LISTED).then(|| grouped((all - LISTED) as u64))
}

/// Everything but the embedded data.
pub(super) fn page(report: &Report<'_>, data: &Findings, cells: Option<&Cells>) -> io::Result<Page> {
    let s = report.summary;
    let n = &s.inventory;
    let order = Currencies::of_bill(s.costs.as_ref())?;
    let (passed, judged) = s.compliance.iter().filter(|c| c.by == "cloud").map(|c| (c.passed, judged(c))).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    let all = report.rows.finding_count();
    let rules = s.rules.iter();
    let counts = Counts {
        violated: grouped(rules.clone().map(|r| r.violated).sum()),
        undetermined: grouped(rules.clone().map(|r| r.undetermined).sum()),
        waived: grouped(rules.map(|r| r.waived).sum()),
        stake: order.told(&s.at_stake)?,
        all: grouped(all),
        embedded: grouped(data.embedded()),
        left_out: (all > data.embedded()).then(|| grouped(all - data.embedded())),
    };
    Ok(Page {
        tool: shown(&s.tool),
        started: shown(&s.started),
        taxonomy: shown(&s.taxonomy),
        inputs: all_shown(&s.inputs),
        bills: all_shown(&s.bills),
        exit: s.exit.code,
        is_less: s.exit.code == 0 && s.seen.no_longer > 0,
        why: shown(&s.exit.why),
        inventory: format!("{} in {} of {}", plural(n.resources, "resource"), plural(n.scopes, "scope"), plural(n.clouds.len() as u64, "cloud")),
        month: s.costs.as_ref().and_then(shown_month).map(shown),
        spend: s.costs.iter().flat_map(|c| order.totals(c).into_iter().map(move |t| (c, t))).map(|(c, t)| spend(c, t)).collect::<io::Result<_>>()?,
        compliance: share(i128::from(passed), i128::from(judged)).map_or_else(|| "–".to_owned(), percent),
        judged: format!("{} of {} resources without violated findings", grouped(passed), grouped(judged)),
        findings: counts,
        families: s.families.iter().map(|of| family(of, &order)).collect::<io::Result<_>>()?,
        changes: s.history.as_ref().map(|changes| shown(&changes.sentence())),
        coverage: coverage(s),
        costs: s.costs.as_ref().map(|of| costs(of, cells, &order)).transpose()?,
        runs: runs(s, &order)?,
        rules: s.rules.iter().map(|r| rule(r, &order)).collect::<io::Result<_>>()?,
        slices: [("key", "Key"), ("cloud", "Cloud"), ("scope", "Scope")]
            .map(|(by, title)| slices(s, by, title))
            .into_iter()
            .filter(|g| !g.rows.is_empty())
            .collect(),
        environments: super::environments::environments(s, &order)?,
        rows: data.printed.iter().map(|f| finding(f, &order)).collect(),
        notes: all_shown(&s.notes),
    })
}

#[derive(Serialize)]
struct Family {
    name: String,
    stake: Vec<String>,
    resources: String,
}

fn family(of: &crate::FamilySummary, order: &Currencies<'_>) -> io::Result<Family> {
    Ok(Family { name: shown(&of.family), stake: order.told(&of.at_stake)?, resources: plural(of.resources, "resource") })
}

fn judged(c: &Compliance) -> u64 {
    c.population.saturating_sub(c.undetermined)
}

fn spend(costs: &Costs, total: &crate::CurrencyTotal) -> io::Result<Spend> {
    let pivot = Pivot::new(costs, &total.currency, shown_month(costs))?;
    Ok(Spend {
        currency: shown(&total.currency),
        amount: pivot.total.grouped(),
        equal: total.equal,
        equality: shown(&equality(total)?),
        attributed: pivot.attributed_share().map_or_else(|| "–".to_owned(), percent),
    })
}

fn coverage(summary: &Summary) -> CoverageView {
    let mut rows: Vec<_> = summary.coverage.iter().collect();
    rows.sort_by_key(|r| (r.outcome == "complete", r.made_up_for));
    let seen = &summary.seen;
    let [count, of, how] = seen.share();
    CoverageView {
        count,
        of,
        how,
        extent: seen.extent(),
        others: seen.others(),
        doubt: seen.doubt(),
        left_out: left_out(rows.len()),
        rows: rows
            .iter()
            .take(LISTED)
            .map(|r| CoverageLine {
                outcome: shown(&r.outcome),
                cloud: shown(&r.cloud),
                scope: shown(&r.scope),
                region: shown(r.region.as_deref().unwrap_or("")),
                collector: shown(&r.collector),
                file: shown(r.file.as_deref().unwrap_or("")),
                count: grouped(r.count),
                why: shown(r.why.as_deref().unwrap_or("")),
                made_up_for: r.made_up_for,
            })
            .collect(),
    }
}

fn rule(r: &crate::RuleSummary, order: &Currencies<'_>) -> io::Result<RuleView> {
    Ok(RuleView {
        rule: shown(&r.rule),
        family: shown(&r.family),
        summary: if r.in_grace > 0 { format!("{}; {} young, and so warnings for now", shown(&r.summary), grouped(r.in_grace)) } else { shown(&r.summary) },
        level: shown(&r.level),
        population: grouped(r.population),
        violated: grouped(r.violated),
        undetermined: grouped(r.undetermined),
        waived: grouped(r.waived),
        stake: order.told(&r.at_stake)?,
    })
}

/// Most violated first among the scopes, of which there may be thousands; keys and clouds keep their order.
fn slices(summary: &Summary, by: &str, title: &'static str) -> Slices {
    let mut rows: Vec<&Compliance> = summary.compliance.iter().filter(|c| c.by == by).collect();
    if by == "scope" {
        rows.sort_by_key(|c| std::cmp::Reverse(c.violated));
    }
    let slice = |c: &&Compliance| {
        let tenths = share(i128::from(c.passed), i128::from(judged(c)));
        Slice {
            name: shown(&c.name),
            percent: tenths.map_or_else(|| "–".to_owned(), percent),
            width: u64::try_from(tenths.unwrap_or(0) / 10).unwrap_or(0),
            judged: grouped(judged(c)),
            violated: grouped(c.violated),
            waived: grouped(c.waived),
            undetermined: grouped(c.undetermined),
        }
    };
    Slices { by: title, left_out: left_out(rows.len()), rows: rows.iter().take(LISTED).map(slice).collect() }
}

fn finding(f: &Finding, order: &Currencies<'_>) -> FindingView {
    let mut sums: Vec<(Amount, &str)> = f.money.iter().map(|m| (m.amount, m.currency.as_str())).collect();
    order.sort(&mut sums);
    FindingView {
        level: f.level.word().to_owned(),
        verdict: f.verdict.word().to_owned(),
        waived: f.waived.is_some(),
        rule: shown(&f.rule),
        message: shown(&f.message),
        resource: shown(&f.resource),
        environment: shown(f.environment.as_deref().unwrap_or("")),
        application: shown(f.application.as_deref().unwrap_or("")),
        money: if sums.is_empty() { Vec::new() } else { all_shown(&money_parts(&sums)) },
    }
}
