//! A run in few numbers.

use tagledger_model::Amount;
use tagledger_report::Summary;
use tagledger_report::trend::{KeyPoint, Point, RulePoint, SpendPoint};

/// What a summary says, as a trend shows it.
pub(crate) fn point(summary: &Summary) -> Point {
    let by = |what: &'static str| summary.compliance.iter().filter(move |row| row.by == what);
    let judged = |population: u64, undetermined: u64| population.saturating_sub(undetermined);
    Point {
        started: summary.started.clone(),
        resources: summary.inventory.resources,
        scopes: summary.inventory.scopes,
        places: summary.seen.places,
        seen: summary.seen.whole + summary.seen.listed,
        judged: by("cloud").map(|row| judged(row.population, row.undetermined)).sum(),
        passed: by("cloud").map(|row| row.passed).sum(),
        violated: summary.rules.iter().map(|rule| rule.violated).sum(),
        undetermined: summary.rules.iter().map(|rule| rule.undetermined).sum(),
        waived: summary.rules.iter().map(|rule| rule.waived).sum(),
        keys: by("key").map(|row| KeyPoint { key: row.name.clone(), judged: judged(row.population, row.undetermined), passed: row.passed }).collect(),
        rules: summary.rules.iter().filter(|r| r.violated > 0).map(|r| RulePoint { rule: r.rule.clone(), violated: r.violated }).collect(),
        at_stake: summary.at_stake.clone(),
        spend: spend(summary),
    }
}

/// Spend by key and currency: what has a value, and all of it.
fn spend(summary: &Summary) -> Vec<SpendPoint> {
    let Some(costs) = &summary.costs else { return Vec::new() };
    let mut points = Vec::new();
    for key in &costs.keys {
        for total in &costs.totals {
            let rows = costs.bases.iter().filter(|row| row.key == *key && row.currency == total.currency && !row.basis.starts_with("unattributed"));
            // The document's amounts are our own decimals.
            let attributed: Amount = rows.filter_map(|row| Amount::of_sum(&row.amount).ok()).sum();
            points.push(SpendPoint { key: key.clone(), currency: total.currency.clone(), attributed: attributed.to_string(), total: total.bill.clone() });
        }
    }
    points
}
