//! `over-budget`: a value of a key cost more than its budget, in a month or on a day.

use crate::words;
use std::collections::BTreeMap;
use tagledger_engine::{Attributed, Check, Context, Explanation, Family, Hit, JudgedRow, Rule, RuleMeta, Spend, Subject};
use tagledger_model::{Amount, Level, Money, Suggestion, Text, Timestamp, Verdict};
use tagledger_taxonomy::{Budget, KeyId, Period};
use wildmatch::WildMatch;

pub struct OverBudget;

const DAY: i64 = 86_400;

static META: RuleMeta = RuleMeta {
    id: "over-budget",
    family: Family::Spend,
    level: Level::Error,
    since: "0.1.0",
    summary: "An environment, an application or whatever has a budget cost more than that",
    options: &[],
    page: include_str!("../pages/over-budget.md"),
};

impl Rule for OverBudget {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn checks(&self, cx: &Context<'_>) -> Vec<Check> {
        let (Some(spend), budgets) = (cx.spend, &cx.taxonomy().costs.budgets) else { return Vec::new() };
        let mut keys: Vec<KeyId> = budgets.iter().map(|budget| budget.key).collect();
        keys.sort_unstable();
        keys.dedup();
        let check = |key: KeyId| {
            let name = &cx.taxonomy().keys[key.index()].name;
            Check::Rows { key: Some(key), rows: [Period::Month, Period::Day].into_iter().flat_map(|per| rows(spend, budgets, (key, name), per)).collect() }
        };
        keys.into_iter().map(check).collect()
    }

    fn explain(&self, _: &Hit<'_>) -> Explanation {
        words::summary(&META)
    }
}

/// Spend in one period and currency: by value, and what may be anybody's.
#[derive(Default)]
struct Sums<'s> {
    by_value: BTreeMap<&'s Text, Amount>,
    open: Amount,
}

/// By period, in words and in their order, and currency.
type Periods<'s> = BTreeMap<String, BTreeMap<&'s Text, Sums<'s>>>;

fn add<'s>(all: &mut Periods<'s>, period: String, currency: &'s Text, whose: Option<&'s Attributed>, amount: Amount) {
    let sums = all.entry(period).or_default().entry(currency).or_default();
    match whose {
        Some(Attributed::To(value)) => *sums.by_value.entry(value).or_default() += amount,
        Some(Attributed::Nobody { open: true, .. }) => sums.open += amount,
        _ => {}
    }
}

/// The periods that are judged: the last month that is over and what has come since.
fn periods(spend: &Spend, key: KeyId, per: Period) -> Periods<'_> {
    let mut all = Periods::new();
    match per {
        Period::Month => {
            for line in spend.lines.iter().filter(|line| Some(line.month) >= spend.month) {
                add(&mut all, line.month.to_string(), &line.currency, line.of(key), line.amount);
            }
        }
        Period::Day => {
            // Charges of a month may lie on days outside of it; they count on their day.
            for line in &spend.days {
                let whose = line.keys.iter().find(|(other, _)| *other == key).map(|(_, whose)| whose);
                add(&mut all, Timestamp(line.day * DAY).day(), &line.currency, whose, line.amount);
            }
        }
    }
    all
}

fn rows(spend: &Spend, budgets: &[Budget], key: (KeyId, &str), per: Period) -> Vec<JudgedRow> {
    let budgets: Vec<&Budget> = budgets.iter().filter(|budget| budget.key == key.0 && budget.per == per).collect();
    if budgets.is_empty() {
        return Vec::new();
    }
    let all = periods(spend, key.0, per);
    let values: std::collections::BTreeSet<&Text> = all.values().flat_map(BTreeMap::values).flat_map(|sums| sums.by_value.keys().copied()).collect();
    let mut rows = Vec::new();
    for value in values {
        let mut seen: Vec<&str> = Vec::new();
        for budget in budgets.iter().filter(|budget| WildMatch::new(&budget.value).matches(value)) {
            if !seen.contains(&budget.currency.as_str()) {
                seen.push(&budget.currency);
                rows.push(row(&all, budget, value, key.1));
            }
        }
    }
    rows
}

fn row(all: &Periods<'_>, budget: &Budget, value: &Text, key: &str) -> JudgedRow {
    let of = |sums: &Sums<'_>| sums.by_value.get(value).copied().unwrap_or_default();
    let spent = |period: &BTreeMap<&Text, Sums<'_>>| {
        period.iter().find(|(currency, _)| currency.as_str() == budget.currency).map_or((Amount::ZERO, Amount::ZERO), |(_, sums)| (of(sums), sums.open))
    };
    let over: Vec<(&String, Amount)> = all.iter().map(|(name, period)| (name, spent(period).0)).filter(|(_, amount)| *amount > budget.limit).collect();
    let shown = |amount: Amount| format!("{} {}", amount.grouped(), budget.currency);
    let limit = format!("its budget of {} a {}", shown(budget.limit), budget.per.word());
    let mut money = Vec::new();
    let (verdict, message, evidence) = if let Some((name, most)) = over.iter().max_by_key(|(name, amount)| (*amount, *name)).copied() {
        let excess: Amount = over.iter().map(|(_, amount)| Amount(amount.0 - budget.limit.0)).sum();
        money.push(Money { currency: Text::new(&budget.currency), amount: excess });
        let most_excess = Amount(most.0 - budget.limit.0);
        let message = match over.len() {
            1 => format!("{key} {value} cost {} in {name}, {} over {limit}", shown(most), shown(most_excess)),
            n => format!("{key} {value} was over {limit} in {n} {}s, by {} in all and most in {name}: {}", budget.per.word(), shown(excess), shown(most)),
        };
        (Some(Verdict::Violated), message, Some((name.clone(), shown(most))))
    } else if let Some((name, currency)) = all.iter().find_map(|(name, period)| {
        let other = period.iter().find(|(currency, sums)| currency.as_str() != budget.currency && of(sums) > Amount::ZERO);
        other.map(|(currency, sums)| (name, format!("{} {currency}", of(sums).grouped())))
    }) {
        let message = format!("{key} {value} also cost {currency} in {name}, which {limit} does not count, so whether it is kept cannot be said");
        (Some(Verdict::Undetermined), message, None)
    } else if let Some((name, (known, open))) = all.iter().map(|(name, period)| (name, spent(period))).rfind(|(_, (known, open))| *known + *open > budget.limit)
    {
        let message = format!(
            "{key} {value} cost {} in {name}, and nobody has read whose {} more is, so whether {limit} is kept cannot be said",
            shown(known),
            shown(open)
        );
        (Some(Verdict::Undetermined), message, None)
    } else {
        (None, String::new(), None)
    };
    let of_key = |name: &str| (key == name).then(|| value.clone());
    JudgedRow {
        verdict,
        money,
        said: Explanation {
            message,
            evidence: evidence.map(|(period, amount)| words::evidence_of(&format!("{key}={value} in {period}"), Some(&amount))),
            suggestion: Some(Suggestion::Other { text: format!("Find out what grew (`tagledger cost --by {key}`), and stop it or raise the budget") }),
            demanded_by: Some(budget.place.clone()),
            ..Explanation::default()
        },
        subject: Subject {
            cloud: Text::const_new("-"),
            scope: Text::default(),
            kind: "budget",
            id: Text::from(format!("{key}={value} per {} in {}", budget.per.word(), budget.currency)),
            name: None,
            environment: of_key("Environment"),
            application: of_key("Application"),
            owner: of_key("Owner"),
        },
    }
}
