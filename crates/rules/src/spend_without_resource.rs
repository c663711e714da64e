//! `spend-without-resource`: a scope still pays for resources that the inventory does not hold, though all of the scope was seen.

use crate::words;
use std::collections::{BTreeMap, BTreeSet};
use tagledger_engine::{Check, Context, Explanation, Family, Hit, JudgedRow, Rule, RuleMeta, Subject};
use tagledger_model::{Amount, Level, Money, Suggestion, Text, Timestamp, Verdict};
use tagledger_taxonomy::{OptionShape, RuleOption};

pub struct SpendWithoutResource;

/// The option that says how much may be paid so on a day.
const ABOVE: &str = "above";

/// Days after which a bill is too old to be held against an inventory of now.
const STALE: i64 = 7;

const DAY: i64 = 86_400;

/// Days, apart from the first of a month, on which a bill that ends on a first charges something where it is one by day.
const DAYS: usize = 3;

static META: RuleMeta = RuleMeta {
    id: "spend-without-resource",
    family: Family::Orphaned,
    level: Level::Warn,
    since: "0.1.0",
    summary: "The bill names resources that the inventory does not hold",
    options: &[RuleOption { name: ABOVE, shape: OptionShape::Amount, beside: None }],
    page: include_str!("../pages/spend-without-resource.md"),
};

/// What a scope paid on the last day of its cloud's bill, in one currency.
#[derive(Default)]
struct Sums {
    all: Amount,
    ownerless: Amount,
}

impl Rule for SpendWithoutResource {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn checks(&self, cx: &Context<'_>) -> Vec<Check> {
        let Some(spend) = cx.spend.filter(|spend| !spend.days.is_empty()) else { return Vec::new() };
        let above = cx.setting(META.id).and_then(|setting| setting.amount(ABOVE)).unwrap_or(Amount(1_000_000_000_000));
        let mut last: BTreeMap<&str, i64> = BTreeMap::new();
        // A row that is dated after the months of the bill is no newer day of it.
        for line in spend.days.iter().filter(|line| spend.covered.is_none_or(|(_, last)| line.day <= last)) {
            let day = last.entry(line.cloud.as_str()).or_insert(line.day);
            *day = line.day.max(*day);
        }
        // Charges of months all begin with one, but for a purchase or a tax on its own day.
        let mut days: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
        let is_first = |day: i64| Timestamp(day * DAY).day().ends_with("-01");
        for line in spend.days.iter().filter(|line| !is_first(line.day)) {
            days.entry(line.cloud.as_str()).or_default().insert(line.day);
        }
        let by_day = |cloud: &str| !is_first(last[cloud]) || days.get(cloud).is_some_and(|days| days.len() >= DAYS);
        let mut scopes: BTreeMap<(&str, &Text), BTreeMap<&Text, Sums>> = BTreeMap::new();
        for line in &spend.days {
            let cloud = line.cloud.as_str();
            // What is not charged any more on the last day was deleted.
            if last.get(cloud) == Some(&line.day) {
                let sums = scopes.entry((cloud, &line.scope)).or_default().entry(&line.currency).or_default();
                sums.all += line.amount;
                sums.ownerless += if line.is_ownerless { line.amount } else { Amount::ZERO };
            }
        }
        let row = |((cloud, scope), sums): ((&str, &Text), BTreeMap<&Text, Sums>)| row(cx, (cloud, scope), &sums, (last[cloud], by_day(cloud)), above);
        vec![Check::Rows { key: None, rows: scopes.into_iter().map(row).collect() }]
    }

    fn explain(&self, _: &Hit<'_>) -> Explanation {
        words::summary(&META)
    }
}

fn row(cx: &Context<'_>, (cloud, scope): (&str, &Text), sums: &BTreeMap<&Text, Sums>, (last, by_day): (i64, bool), above: Amount) -> JudgedRow {
    let broken: Vec<(&&Text, &Sums)> = sums.iter().filter(|(_, sums)| sums.ownerless > above).collect();
    let is_whole = cx.whole.is_some_and(|whole| whole.contains(&(cloud.to_owned(), scope.to_string())));
    let is_fresh = cx.now.days() - last <= STALE;
    let verdict = if broken.is_empty() { None } else { Some(if is_whole && is_fresh && by_day { Verdict::Violated } else { Verdict::Undetermined }) };
    let money: Vec<Money> = broken.iter().map(|(currency, sums)| Money { currency: (**currency).clone(), amount: sums.ownerless }).collect();
    let parts: Vec<String> = broken.iter().map(|(currency, sums)| format!("{} of {} {currency}", sums.ownerless.grouped(), sums.all.grouped())).collect();
    let day = Timestamp(last * DAY).day();
    let when = if by_day { format!("on {day}, the last day of the bill") } else { format!("in {}", Timestamp(last * DAY).month()) };
    let paid = format!("{} that {scope} paid {when}{} went to resources that the inventory does not hold", parts.join(" + "), if by_day { "," } else { "" });
    let message = match verdict {
        Some(Verdict::Undetermined) if !is_whole => format!("{paid}; the scope was not seen whole, so whether they are there cannot be said"),
        Some(Verdict::Undetermined) if !by_day => format!("{paid}; a bill by months does not say whether they were deleted since"),
        Some(Verdict::Undetermined) => format!("{paid}; so old a bill does not say whether they were deleted since"),
        _ => paid,
    };
    JudgedRow {
        verdict,
        money,
        said: Explanation {
            message,
            evidence: Some(words::evidence_of("spend without resource", Some(&parts.join(" + ")))),
            suggestion: Some(Suggestion::Other {
                text: format!(
                    "Look for the ids of these rows of the bill in {scope}: kinds that no source lists, other Regions, or what was deleted and is still charged"
                ),
            }),
            ..Explanation::default()
        },
        subject: Subject {
            cloud: cloud.into(),
            scope: scope.clone(),
            kind: "spend",
            id: if scope.is_empty() { Text::const_new("-") } else { scope.clone() },
            ..Subject::default()
        },
    }
}
