//! What the month at hand will come to, and which days stand out.
//!
//! Both are plain arithmetic over single days, by when a charge began. Usage has a pace, and fees that came on every day so far, as those of a Savings Plan by the
//! hour, go on with the median of their days; other fees, taxes, credits, corrections and support count once. The newest day that the bill holds is not over yet as far as anybody knows, and counts for neither; what is dated after today makes no day of the bill.

use crate::aggregate::{Aggregate, Context};
use crate::billing::Billing;
use crate::days::{Recurs, covered, recurs};
use crate::ladder::{LadderContext, attribute};
use crate::{Bill, CostError, Dimensions};
use std::collections::{BTreeMap, BTreeSet};
use tagledger_model::{Amount, Month, Text};
use tagledger_taxonomy::KeyId;

const WEEK: i64 = 7;
/// Weeks that a day is held against.
const WEEKS: i64 = 4;

/// The month at hand at the pace of its first days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    /// Currency.
    pub currency: Text,
    /// The newest month of the bill.
    pub month: Month,
    /// Whole days of it that the bill holds.
    pub days: i64,
    /// Days that it has.
    pub of: i64,
    /// What the bill holds of it.
    pub so_far: Amount,
    /// What of that is usage of whole days.
    pub usage: Amount,
    /// What it comes to when usage goes on as it has.
    pub expected: Amount,
}

/// A day on which something cost much more than it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusual {
    /// Days since 1970-01-01.
    pub day: i64,
    /// Currency.
    pub currency: Text,
    /// What it is of, per key asked for.
    pub values: Vec<Option<Text>>,
    /// What it cost.
    pub amount: Amount,
    /// The median of the same weekday in the four weeks before.
    pub usual: Amount,
}

/// Both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outlook {
    /// One a currency; none where the bill does not keep days apart.
    pub pace: Vec<Pace>,
    /// The dearest difference first.
    pub unusual: Vec<Unusual>,
}

/// What fees cost by currency, by what they are charged for, and by day.
type Fees = BTreeMap<(u32, u32), BTreeMap<i64, Amount>>;

/// Day, currency and values.
type Place = (i64, u32, Vec<Option<Text>>);

/// Reads a bill once more, its newest months day by day; `months` are those that it has, `today` is in days since 1970-01-01.
pub fn outlook(bill: &Bill, billing: &Billing<'_>, keys: &[KeyId], months: &[Month], today: i64) -> Result<Outlook, CostError> {
    let Some(newest) = months.last().copied() else { return Ok(Outlook::default()) };
    let daily = Billing {
        keys: keys.to_vec(),
        all_measures: false,
        dimensions: Dimensions { charge: true, ..Dimensions::default() },
        price_resources: false,
        // Five weeks before a day reach into the second month before its own at most.
        days_from: Some(Month(newest.0 - 2)),
        ..billing.clone()
    };
    let aggregate = crate::read(bill, &daily, &|_, _| {})?;
    let usage = usage(&aggregate, &daily, today)?;
    let fees = fees(&aggregate, &daily, today);
    Ok(Outlook { pace: pace(&aggregate, &daily, (&usage, &fees), newest), unusual: unusual(&aggregate, &usage) })
}

fn day_of(aggregate: &Aggregate, context: &Context) -> Option<i64> {
    crate::days::day_of(aggregate.word(context.day))
}

/// FOCUS calls it so, AWS by the sort of usage, Google `regular`.
pub(crate) fn is_usage(charge: &str) -> bool {
    charge.is_empty() || charge.eq_ignore_ascii_case("regular") || charge.to_ascii_lowercase().contains("usage")
}

/// True for what goes on like usage: a discount that has rows of its own, and what takes covered usage's price away again, as the rows do that it belongs to.
fn is_paced(charge: &str) -> bool {
    let charge = charge.to_ascii_lowercase();
    is_usage(&charge) || charge.ends_with("negation") || charge.ends_with("discount")
}

/// What fees cost, up to today.
fn fees(aggregate: &Aggregate, billing: &Billing<'_>, today: i64) -> Fees {
    let mut sums = Fees::new();
    for group in &aggregate.groups {
        let context = &aggregate.contexts[group.context as usize];
        let is_fee = recurs(aggregate.word(context.day)) == Recurs::Fee;
        if let Some(day) = day_of(aggregate, context).filter(|day| is_fee && *day <= today) {
            *sums.entry((context.currency, context.charge)).or_default().entry(day).or_default() += group.sums[billing.measure.position()];
        }
    }
    sums
}

/// What a fee adds to the rest of a month when it came on each of its whole days: the median of them for each day to come, and for the newest what it has not
/// of that yet. What is bought once does not come every day, and does not change a median.
fn to_come(by_day: &BTreeMap<i64, Amount>, (first, newest, next): (i64, i64, i64)) -> Amount {
    const FEWEST: i64 = 3;
    let whole: Vec<Amount> = (first..newest).map_while(|day| by_day.get(&day).copied()).collect();
    if newest - first < FEWEST || i64::try_from(whole.len()) != Ok(newest - first) {
        return Amount::ZERO;
    }
    let usual = median(whole);
    // Fees may be told of later days than usage is.
    let has = |amount: &Amount| (*amount).clamp(usual.min(Amount::ZERO), usual.max(Amount::ZERO));
    Amount(usual.0 * i128::from(next - newest)) - by_day.range(newest..next).map(|(_, amount)| has(amount)).sum()
}

/// What usage cost by day, currency and values, up to today.
fn usage(aggregate: &Aggregate, billing: &Billing<'_>, today: i64) -> Result<BTreeMap<Place, Amount>, CostError> {
    let cx = LadderContext::new(aggregate, billing);
    let attributions = billing.keys.iter().map(|key| attribute(&cx, *key)).collect::<Result<Vec<_>, _>>()?;
    let mut sums: BTreeMap<Place, Amount> = BTreeMap::new();
    for (number, group) in aggregate.groups.iter().enumerate() {
        let context = &aggregate.contexts[group.context as usize];
        let is_paced = is_paced(aggregate.word(context.charge)) && recurs(aggregate.word(context.day)) == Recurs::Use;
        let Some(day) = day_of(aggregate, context).filter(|day| is_paced && *day <= today) else { continue };
        let value = |(key, attribution): (&KeyId, &crate::ladder::Attribution)| billing.dictionary.value(*key, attribution.values[number]);
        let values = billing.keys.iter().zip(&attributions).map(value).collect();
        *sums.entry((day, context.currency, values)).or_default() += group.sums[billing.measure.position()];
    }
    Ok(sums)
}

fn pace(aggregate: &Aggregate, billing: &Billing<'_>, (usage, fees): (&BTreeMap<Place, Amount>, &Fees), month: Month) -> Vec<Pace> {
    let (first, next) = (month.start().days(), month.next().start().days());
    let one = |currency: u32| {
        let of_month = || usage.iter().filter(move |((day, other, _), _)| *other == currency && (first..next).contains(day));
        // Today, as far as the bill knows: it is not over.
        let mut by_day: BTreeMap<i64, Amount> = BTreeMap::new();
        of_month().for_each(|((day, _, _), amount)| *by_day.entry(*day).or_default() += *amount);
        let newest = newest_day(&by_day)?;
        let days = newest - first;
        let whole: Amount = of_month().filter(|((day, _, _), _)| *day < newest).map(|(_, amount)| *amount).sum();
        let so_far = aggregate.total(billing.measure, month, currency);
        let today: Amount = of_month().filter(|((day, _, _), _)| *day == newest).map(|(_, amount)| *amount).sum();
        // A bill whose charges all begin on the first of a month does not keep days apart.
        (days > 0 && newest + 1 < next).then(|| {
            let once = so_far - whole - today;
            let of_fees = fees.iter().filter(|((other, _), _)| *other == currency).map(|(_, by_day)| to_come(by_day, (first, newest, next))).sum();
            // A day that is not over costs at least what it has cost already.
            let ahead = Amount((today.0 - whole.0 / i128::from(days)).max(0));
            let ahead = if whole.0 < 0 { Amount::ZERO } else { ahead };
            let expected = Amount(whole.0 * i128::from(next - first) / i128::from(days)) + ahead + once + of_fees;
            Pace { currency: aggregate.word(currency).clone(), month, days, of: next - first, so_far, usage: whole, expected }
        })
    };
    aggregate.currencies().into_iter().filter_map(one).collect()
}

/// The last day that the bill tells of; a little that is dated behind a gap after days without one is of a bill to come.
pub(crate) fn newest_day(by_day: &BTreeMap<i64, Amount>) -> Option<i64> {
    const GAP: i64 = 3;
    let days: Vec<(i64, Amount)> = by_day.iter().map(|(day, amount)| (*day, *amount)).collect();
    let newest = days.last()?.0;
    let Some(gap) = (1..days.len()).find(|at| days[*at].0 - days[at - 1].0 > GAP) else { return Some(newest) };
    let (before, behind) = days.split_at(gap);
    let usual = median(before.iter().map(|(_, amount)| Amount(amount.0.abs())).collect());
    let is_dense = i64::try_from(before.len() * 2).is_ok_and(|twice| twice > before[gap - 1].0 - before[0].0);
    let is_little = behind.iter().all(|(_, amount)| amount.0.abs() * 10 < usual.0);
    Some(if is_dense && is_little { before[gap - 1].0 } else { newest })
}

/// The middle of some amounts, or the mean of the two middles.
fn median(mut amounts: Vec<Amount>) -> Amount {
    amounts.sort_unstable();
    let at = |position: usize| amounts.get(position).copied().unwrap_or_default();
    Amount((at(amounts.len().saturating_sub(1) / 2) + at(amounts.len() / 2)).0.div_euclid(2))
}

fn unusual(aggregate: &Aggregate, usage: &BTreeMap<Place, Amount>) -> Vec<Unusual> {
    let mut found = Vec::new();
    // A correction of a day before the bill's months, or a day after them, says nothing of the days between.
    let covered = covered(aggregate);
    let within = |day: &i64| covered.is_some_and(|(first, last)| (first..=last).contains(day));
    for currency in aggregate.currencies() {
        let days: BTreeSet<i64> = usage.keys().filter(|(_, other, _)| *other == currency).map(|(day, _, _)| *day).filter(within).collect();
        let (Some(first), Some(newest)) = (days.first().copied(), days.last().copied()) else { continue };
        let values: BTreeSet<&Vec<Option<Text>>> = usage.keys().filter(|(_, other, _)| *other == currency).map(|(_, _, values)| values).collect();
        let on = |day: i64, values: &Vec<Option<Text>>| usage.get(&(day, currency, values.clone())).copied().unwrap_or_default();
        for day in (newest - WEEK)..newest {
            let before: Vec<i64> = (1..=WEEKS).map(|week| day - WEEK * week).collect();
            // Without four weeks before it nothing is known of what is usual.
            if before.iter().any(|day| *day < first) {
                continue;
            }
            let total = median(before.iter().map(|day| values.iter().map(|values| on(*day, values)).sum()).collect());
            for values in &values {
                let past: Vec<Amount> = before.iter().map(|day| on(*day, values)).collect();
                let (amount, usual) = (on(day, values), median(past.clone()));
                let spread = median(past.iter().map(|other| Amount((*other - usual).0.abs())).collect());
                let difference = amount - usual;
                // Half as much again, more than it varies, and worth a look beside what a whole day costs.
                let stands_out =
                    difference.0 * 2 > usual.0.abs() && difference.0 > 3 * spread.0 && difference.0 * 50 > total.0.abs() && difference > Amount::ZERO;
                if stands_out {
                    found.push(Unusual { day, currency: aggregate.word(currency).clone(), values: (*values).clone(), amount, usual });
                }
            }
        }
    }
    found.sort_by(|a, b| (b.amount - b.usual).cmp(&(a.amount - a.usual)).then_with(|| (a.day, &a.values).cmp(&(b.day, &b.values))));
    found
}
