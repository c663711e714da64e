//! Spend by day, and what of it was charged for use: for rules about single days and about what nobody uses any more.
//!
//! A pass of its own over the bill, with few keys and no services, so that the pass that everything else is made of stays as small as it is.

use crate::aggregate::{Aggregate, OwnerKind};
use crate::billing::Billing;
use crate::book::Book;
use crate::focus::Measure;
use crate::ladder::{LadderContext, attribute};
use crate::outlook::{is_usage, newest_day};
use crate::spend::{Scoped, attributed};
use crate::{Bill, CostError, Dimensions};
use std::collections::BTreeMap;
use tagledger_engine::{Attributed, ChargedFor, DayLine, Spend};
use tagledger_model::{Amount, Month, Text};
use tagledger_taxonomy::KeyId;

/// Mark the day of what was charged for use, of what does not say by what it is counted, of fees, and of what is charged for once.
const USE: char = '+';
const UNSAID: char = '?';
const FEE: char = '~';
const ONCE: char = '=';

/// How what is charged for a day goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Recurs {
    /// As it is used.
    Use,
    /// It may come every day, or never again: a purchase, the fee of a commitment, support.
    Fee,
    /// Not at all, or for longer than a day.
    Once,
}

/// The day of a word for one.
pub(crate) fn day_of(word: &str) -> Option<i64> {
    word.trim_end_matches([USE, UNSAID, FEE, ONCE]).parse().ok()
}

/// How what was charged for on such a day goes on.
pub(crate) fn recurs(word: &str) -> Recurs {
    match word.chars().next_back() {
        Some(FEE) => Recurs::Fee,
        Some(ONCE) => Recurs::Once,
        _ => Recurs::Use,
    }
}

/// True for the day of what is charged for apart from use.
fn is_once(word: &str) -> bool {
    recurs(word) != Recurs::Use
}

/// True for units of what merely stands there: hours, months, and amounts that are kept for such a time. All else is counted when something is done.
fn is_time(unit: &str) -> bool {
    const TIMES: [&str; 20] = [
        "second", "seconds", "sec", "secs", "s", "minute", "minutes", "min", "mins", "hour", "hours", "hr", "hrs", "h", "day", "days", "month", "months", "mo",
        "year",
    ];
    let words: Vec<String> = unit.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_ascii_lowercase).collect();
    let has = |these: &[&str]| words.iter().any(|word| these.contains(&word.as_str()));
    // What runs for each call is charged by memory and seconds; what stands there, by hours and months, or by seconds alone.
    let is_call = has(&["gb", "gib"]) && has(&["second", "seconds", "sec", "secs"]);
    has(&TIMES) && !is_call
}

impl Book<'_> {
    /// The word for a day and whether its charge was for use; none for days before those that are kept apart.
    pub(crate) fn day(&mut self, month: Month, day: Option<i64>, unit: Option<&str>, recurs: Recurs) -> u32 {
        let wanted = self.billing.days_from.is_some_and(|from| month >= from);
        let Some(day) = day.filter(|_| wanted) else { return crate::book::NO_WORD };
        let mut word = day.to_string();
        match unit {
            Some(unit) if is_time(unit) => {}
            Some(_) => word.push(USE),
            None => word.push(UNSAID),
        }
        match recurs {
            Recurs::Use => {}
            Recurs::Fee => word.push(FEE),
            Recurs::Once => word.push(ONCE),
        }
        self.word(&word)
    }
}

/// How much of a month a bill holds, by the days on which something was charged for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Days do not tell: most of it is dated on the first or charged for more than a day, or most days have nothing.
    Unsaid,
    /// There are one or two days: all of a bill by months, or what a bill by days has of a month that broke off at once.
    Few,
    /// From its beginning to its end.
    Whole,
    /// There is nothing of its last days.
    EndsEarly,
    /// There is nothing of its first days.
    BeginsLate,
}

/// What days say of a month of a bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthDays {
    /// The month.
    pub month: Month,
    /// How much of it there is.
    pub extent: Extent,
    /// The first and the last day on which something was charged for, in days since 1970; equal where there is none.
    pub days: (i64, i64),
    /// Providers of which the bill holds nothing after a day, though it goes on with others: each with the last day, in days since 1970.
    pub early: Vec<(Text, i64)>,
}

/// Reads a bill day by day, from a month on, by these keys, and adds what it says to the spend. Hands back what days say of each of these months.
pub fn read_days(bill: &Bill, billing: &Billing<'_>, keys: &[KeyId], from: Month, spend: &mut Spend) -> Result<Vec<MonthDays>, CostError> {
    let daily = Billing {
        keys: keys.to_vec(),
        all_measures: false,
        dimensions: Dimensions { provider: true, scope: true, charge: true, ..Dimensions::default() },
        price_resources: false,
        days_from: Some(from),
        ..billing.clone()
    };
    let aggregate = crate::read(bill, &daily, &|_, _| {})?;
    spend.knows_use = aggregate.knows_units;
    spend.days = lines(&aggregate, &daily)?;
    spend.covered = covered(&aggregate);
    Ok(months(&aggregate, &daily, from))
}

/// Rows of a month by their days, and those that are charged for once or for more than a day: bills by months have no others, but for some on days of their own.
#[derive(Debug, Default, Clone)]
struct Rows {
    /// The provider, as the bill or everybody calls it.
    name: Text,
    by_day: BTreeMap<i64, Amount>,
    once: Amount,
}

fn months(aggregate: &Aggregate, billing: &Billing<'_>, from: Month) -> Vec<MonthDays> {
    // A cloud has several names, and who is no cloud has its own.
    let mut by_provider: BTreeMap<Month, BTreeMap<(usize, String), Rows>> = BTreeMap::new();
    for group in &aggregate.groups {
        let context = aggregate.contexts[group.context as usize];
        let (word, provider) = (aggregate.word(context.day), aggregate.word(context.provider).as_str());
        let within = context.month.start().days()..context.month.next().start().days();
        let Some(day) = day_of(word).filter(|day| within.contains(day)) else { continue };
        let position = billing.clouds.position(provider);
        let name = billing.clouds.known.get(position).map_or(provider, |(_, names)| names.first().copied().unwrap_or_default());
        let rows = by_provider.entry(context.month).or_default().entry((position, name.to_lowercase())).or_default();
        if rows.name.is_empty() {
            rows.name = Text::from(name);
        }
        *if is_once(word) { &mut rows.once } else { rows.by_day.entry(day).or_default() } += Amount(group.rows.into());
    }
    let of = |month: Month| {
        let (mut all, mut by_month) = (Rows::default(), false);
        for ((position, _), rows) in by_provider.get(&month).into_iter().flatten() {
            by_month |= *position < billing.clouds.known.len() && rows.are_by_month(month);
            all.once += rows.once;
            rows.by_day.iter().for_each(|(day, count)| *all.by_day.entry(*day).or_default() += *count);
        }
        // Where one cloud charges by months, days of the others say nothing of the whole; what a vendor charges once a month is little.
        let whole = if by_month && by_provider[&month].len() > 1 { Extent::Unsaid } else { all.extent(month) };
        let ends = |rows: &Rows| {
            let last = *rows.by_day.keys().next_back()?;
            let is_early = rows.extent(month) == Extent::EndsEarly && whole != Extent::EndsEarly && newest_day(&rows.by_day) == Some(last);
            is_early.then(|| (rows.name.clone(), last))
        };
        let early = by_provider.get(&month).into_iter().flat_map(BTreeMap::values).filter(|rows| !rows.name.is_empty()).filter_map(ends).collect();
        let first = all.by_day.keys().next().copied().unwrap_or_default();
        MonthDays { month, extent: whole, days: (first, newest_day(&all.by_day).unwrap_or(first)), early }
    };
    aggregate.months().into_iter().filter(|month| *month >= from).map(of).collect()
}

impl Rows {
    /// Whether most of it is dated on the first, or charged for more than a day.
    fn are_by_month(&self, month: Month) -> bool {
        let of_first = self.by_day.get(&month.start().days()).copied().unwrap_or_default();
        (of_first + self.once).0 * 2 > (self.by_day.values().copied().sum::<Amount>() + self.once).0
    }

    /// How much of a month there is.
    fn extent(&self, month: Month) -> Extent {
        // Bills come late, and begin where something does.
        const LATE: i64 = 5;
        let (first, next) = (month.start().days(), month.next().start().days());
        let (Some(oldest), Some(newest)) = (self.by_day.keys().next().copied(), newest_day(&self.by_day)) else { return Extent::Unsaid };
        let days = i64::try_from(self.by_day.range(..=newest).count()).unwrap_or(i64::MAX);
        match () {
            () if days < 3 && self.once.0 * 2 < self.by_day.values().copied().sum::<Amount>().0 => Extent::Few,
            () if days < 3 || self.are_by_month(month) || days * 2 < newest - oldest + 1 => Extent::Unsaid,
            () if newest + LATE < next => Extent::EndsEarly,
            () if oldest > first + LATE => Extent::BeginsLate,
            () => Extent::Whole,
        }
    }
}

/// The days that the bill covers: from its first to its last, as far as they lie within its months.
pub(crate) fn covered(aggregate: &Aggregate) -> Option<(i64, i64)> {
    let dated = || aggregate.contexts.iter().filter_map(|context| Some((context.month, day_of(aggregate.word(context.day))?)));
    let (oldest, newest) = (dated().map(|(month, _)| month).min()?, dated().map(|(month, _)| month).max()?);
    let (start, end) = (oldest.start().days(), newest.next().start().days());
    let (first, last) = (dated().map(|(_, day)| day).min()?, dated().map(|(_, day)| day).max()?);
    Some((first.max(start), last.min(end - 1)))
}

/// Words of currency, provider, account and day.
type Placed = (u32, u32, u32, u32);

fn lines(aggregate: &Aggregate, billing: &Billing<'_>) -> Result<Vec<DayLine>, CostError> {
    let cx = LadderContext::new(aggregate, billing);
    let attributions = billing.keys.iter().map(|key| attribute(&cx, *key)).collect::<Result<Vec<_>, _>>()?;
    let values: Vec<Vec<Text>> = billing.keys.iter().map(|key| billing.dictionary.values(*key)).collect();
    let at = Measure::position(billing.measure);
    // What assignments ask for beside is no part of a line.
    let mut sums: BTreeMap<(Placed, Vec<Attributed>, bool, ChargedFor), Amount> = BTreeMap::new();
    for (number, group) in aggregate.groups.iter().enumerate() {
        let whose = |(key, attribution): (usize, &crate::ladder::Attribution)| {
            let code = attribution.values[number] as usize;
            attributed(code.checked_sub(1).map(|code| &values[key][code]), attribution.bases[number])
        };
        let keys = attributions.iter().enumerate().map(whose).collect();
        let is_ownerless = matches!(aggregate.owners[group.owner as usize], OwnerKind::Unknown { .. });
        let context = aggregate.contexts[group.context as usize];
        let place = (context.currency, context.provider, context.account, context.day);
        let charged = match aggregate.word(context.day).trim_end_matches([FEE, ONCE]).chars().next_back() {
            Some(USE) => ChargedFor::Use,
            Some(UNSAID) if is_usage(aggregate.word(context.charge)) => ChargedFor::Unsaid,
            _ => ChargedFor::Standing,
        };
        *sums.entry((place, keys, is_ownerless, charged)).or_default() += group.sums[at];
    }
    let line = |(((currency, provider, account, day), keys, is_ownerless, charged), amount): ((Placed, Vec<Attributed>, bool, ChargedFor), Amount)| {
        let place = Scoped::of(billing, aggregate.word(provider), aggregate.word(account));
        Some(DayLine {
            day: day_of(aggregate.word(day))?,
            currency: aggregate.word(currency).clone(),
            cloud: place.cloud,
            scope: place.scope,
            keys: billing.keys.iter().copied().zip(keys).collect(),
            is_ownerless,
            charged,
            amount,
        })
    };
    let mut lines: Vec<DayLine> = sums.into_iter().filter_map(line).collect();
    let place = |line: &DayLine| (line.day, line.cloud.clone(), line.scope.clone(), line.currency.clone(), line.charged, line.is_ownerless, line.keys.clone());
    lines.sort_by_key(place);
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::{Extent, Rows, is_time};
    use std::collections::BTreeMap;
    use tagledger_model::{Amount, Month};

    #[test]
    fn days_tell_how_much_of_a_month_there_is_or_do_not_tell() {
        let october = Month::parse("2026-10").unwrap_or(Month(0));
        let first = october.start().days();
        let of = |rows: &dyn Fn(i64) -> i128| {
            let by_day: BTreeMap<i64, Amount> = (1..=31).map(|day| (first + day - 1, Amount(rows(day)))).filter(|(_, rows)| rows.0 > 0).collect();
            Rows { by_day, ..Rows::default() }.extent(october)
        };
        let within = |from: i64, to: i64| move |day: i64| if (from..=to).contains(&day) { 20 } else { 0 };
        assert_eq!(of(&within(1, 31)), Extent::Whole);
        assert_eq!(of(&within(6, 27)), Extent::Whole);
        assert_eq!(of(&within(1, 20)), Extent::EndsEarly);
        assert_eq!(of(&within(12, 31)), Extent::BeginsLate);
        assert_eq!(of(&within(12, 20)), Extent::EndsEarly);
        // A little that is dated behind the end is of a bill to come.
        assert_eq!(of(&|day| within(1, 20)(day) + i128::from(day == 31)), Extent::EndsEarly);
        // A bill by months with a few fees, one that says nothing of days, and a month with little in it.
        assert_eq!(of(&|day| if day == 1 { 500 } else { i128::from(day % 9 == 0) }), Extent::Few);
        assert_eq!(of(&|day| if day == 1 { 500 } else { i128::from(day % 3 == 0) }), Extent::Unsaid);
        assert_eq!(of(&|day| i128::from(day < 3) * 500), Extent::Few);
        assert_eq!(of(&|day| i128::from(day % 5 == 0)), Extent::Unsaid);
        assert_eq!(of(&|_| 0), Extent::Unsaid);
        let by_day: BTreeMap<i64, Amount> = (4..15).map(|day| (first + day, Amount(1))).collect();
        assert_eq!(Rows { by_day, once: Amount(100), ..Rows::default() }.extent(october), Extent::Unsaid, "what is charged for a whole month is no day's");
    }

    #[test]
    fn what_stands_there_is_told_from_what_is_done() {
        for unit in ["Hrs", "Hours", "GB-Mo", "GiB-month", "1 Hour", "10 GB/Month", "seconds", "byte-seconds", "vCPU-Hours", "IOPS-Mo"] {
            assert!(is_time(unit), "{unit}");
        }
        for unit in ["Requests", "GB", "Lambda-GB-Second", "50000 GB Seconds", "10K", "Messages", "Count", "Lambda-GB", "1M", "Operations", "Units"] {
            assert!(!is_time(unit), "{unit}");
        }
    }
}
