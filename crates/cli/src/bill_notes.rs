//! What a reader must know of a bill to trust its sums.

use crate::assemble::Billed;
use crate::costs::converted;
use crate::gaps::gap_notes;
use std::collections::{BTreeMap, BTreeSet};
use tagledger_cost::{Extent, Measure};
use tagledger_model::{Amount, Month, Timestamp};
use tagledger_report::{grouped, plural};

/// What a reader must know to trust the money.
pub(crate) fn bill_notes(billed: &Billed<'_>) -> Vec<String> {
    let (repairs, measure) = (billed.aggregate.repairs, billed.billing.measure);
    let mut notes = of_months(billed);
    if repairs.rounded > 0 {
        notes.push(format!("{} amounts had more than 12 digits after the point (binary doubles do) and were rounded half to even", grouped(repairs.rounded)));
    }
    if repairs.without_amount > 0 {
        notes.push(format!("{} bill rows have no {}; they count as 0", grouped(repairs.without_amount), measure.column()));
    }
    if repairs.malformed_tags > 0 {
        notes.push(format!(
            "{} bill rows have tags that could not be read; they are attributed by their resource, or not at all",
            grouped(repairs.malformed_tags)
        ));
    }
    if repairs.files_without_tags > 0 {
        notes.push(format!(
            "{} no Tags column; what it says is attributed by the resource on the row, or not at all",
            if repairs.files_without_tags == 1 { "1 bill file has".to_owned() } else { format!("{} bill files have", grouped(repairs.files_without_tags)) }
        ));
    }
    if repairs.effective_seems_rounded() {
        notes.push(format!(
            "{}EffectiveCost is a whole number on {} of the {} rows whose BilledCost is not: the export seems to have rounded it; compare --measure billed",
            if billed.billing.all_measures { "" } else { "In a sample of the bill, " },
            grouped(repairs.integral_effective),
            grouped(repairs.fractional_billed)
        ));
    }
    for aside in &billed.aggregate.set_aside {
        let rows = if aside.rows == 1 { "1 row".to_owned() } else { format!("{} rows", grouped(aside.rows)) };
        let sum = format!("{} {} on {rows}", aside.amount.grouped(), billed.aggregate.word(aside.currency));
        notes.push(match measure {
            Measure::Billed => format!("{sum} that commitments cover count nothing as BilledCost: an export of amortised cost spreads what the invoice shows as purchases"),
            _ => format!(
                "Purchases of commitments, {sum}, count nothing as EffectiveCost: the rows that they cover carry it, unless the export is one of actual cost; compare --measure billed"
            ),
        });
    }
    notes.extend(purchases(billed));
    // The newest months say enough; the report has all of them.
    for one in converted(billed).iter().rev().take(4) {
        let by = if one.source.is_empty() { String::new() } else { format!(", {}", one.source) };
        let age = if one.date.as_str() < one.month.as_str() { ", which is older than the month" } else { "" };
        notes.push(format!("{} {} of {} count as {} {}, at {} of {}{by}{age}", one.before, one.from, one.month, one.after, one.to, one.rate, one.date));
    }
    for unshared in &billed.cube.unshared {
        notes.push(format!(
            "{} {} of {} in {} could not be shared by {}: nothing weighs there; it stays where it was",
            unshared.amount.grouped(),
            unshared.currency,
            unshared.what,
            unshared.month,
            billed.billing.taxonomy.keys[unshared.key.index()].name
        ));
    }
    notes.extend(gap_notes(billed));
    if !billed.aggregate.forms.is_empty() {
        notes.push(format!("Not FOCUS, but told onto it: {}", billed.aggregate.forms.join(", ")));
    }
    if billed.aggregate.currencies().len() > 1 {
        notes.push("The bill has several currencies; they are never added together".to_owned());
    }
    notes
}

/// What is missing from the month that findings are priced by.
fn of_months(billed: &Billed<'_>) -> Vec<String> {
    let (Some(priced), Some(now)) = (billed.priced, billed.now) else { return Vec::new() };
    let mut notes = Vec::new();
    let last = Month(now.month().0 - 1);
    if priced < last && !billed.aggregate.months().contains(&last) {
        notes.push(format!("The bill holds nothing of {last}, the last month that is over: findings are priced by {priced}"));
    }
    if priced >= now.month() {
        notes.push(format!("{priced} is not over, and findings are priced by what the bill holds of it: they cost more than is said"));
    }
    if let Some(partial) = billed.partial {
        let (first, last) = (day(partial.days.0), day(partial.days.1));
        let month = partial.month;
        let lacking = match partial.extent {
            Extent::BeginsLate => format!("no charges of a day before {first} in {month}"),
            Extent::Few if first == last => format!("charges of no day of {month} but {first}"),
            Extent::Few => format!("charges of no days of {month} but {first} and {last}"),
            _ => format!("no charges of a day after {last} in {month}"),
        };
        let priced_by = if partial.month == priced {
            format!("unless nothing was used then, it does not hold the whole of {priced}, by which findings are priced, and they cost more than is said")
        } else {
            format!("it is not all there, or nothing was used then, and findings are priced by {priced}, the last month that it holds as a whole")
        };
        notes.push(format!("The bill has {lacking}: {priced_by}"));
    }
    for (provider, last) in billed.early {
        notes.push(format!("The bill has no charges of a day of {provider} after {}: the rest of {priced} is missing, or nothing was used there", day(*last)));
    }
    notes.extend(gone(billed, priced));
    for one in billed.cube.unlooked(billed.billing, priced) {
        let accounts = if one.scopes.len() == 1 { "1 account".to_owned() } else { format!("{} accounts", grouped(one.scopes.len() as u64)) };
        notes.push(format!("{} {} of {priced} is of {accounts} that this scan did not look at: {}", one.amount.grouped(), one.currency, named(&one.scopes)));
    }
    notes
}

fn day(days: i64) -> String {
    Timestamp(days * 86_400).day()
}

/// Clouds that the month before has, and the priced one does not.
fn gone(billed: &Billed<'_>, priced: Month) -> Vec<String> {
    let before = Month(priced.0 - 1);
    let clouds = &billed.billing.clouds;
    // What costs nothing, or comes to nothing with its credits, is there all the same; what was left over of a month that is gone is not missed.
    let of = |month: Month| -> BTreeSet<&str> {
        let cells = billed.cube.cells.iter().filter(|cell| cell.month == month && (month == priced || cell.amount > Amount::ZERO));
        cells.filter_map(|cell| clouds.known.iter().find(|(cloud, _)| clouds.id(&cell.provider) == Some(&cloud.id))?.1.first().copied()).collect()
    };
    let (earlier, now) = (of(before), of(priced));
    earlier
        .difference(&now)
        .map(|cloud| format!("The bill holds nothing of {cloud} in {priced}, as it does in {before}: it is missing, or nothing was used there"))
        .collect()
}

/// The first of some names, and how many more there are.
pub(crate) fn named(all: impl IntoIterator<Item = impl std::fmt::Display, IntoIter: ExactSizeIterator>) -> String {
    const SHOWN: usize = 5;
    let all = all.into_iter();
    let more = all.len().saturating_sub(SHOWN);
    let first = all.take(SHOWN).map(|name| name.to_string()).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{first} and {more} more") } else { first }
}

/// Purchases of which nobody can say whether they are of commitments: a sentence for each currency.
fn purchases(billed: &Billed<'_>) -> Vec<String> {
    let (files, measure) = (billed.aggregate.repairs.files_without_commitments, billed.billing.measure);
    if files == 0 || measure != Measure::Effective {
        return Vec::new();
    }
    let mut sums: BTreeMap<u32, Amount> = BTreeMap::new();
    for charge in billed.aggregate.charges.iter().filter(|charge| charge.kind == "purchase") {
        *sums.entry(charge.currency).or_default() += charge.sums[measure.position()];
    }
    let told = |(currency, sum): (u32, Amount)| {
        format!(
            "Purchases of {} {} count in EffectiveCost: {} without CommitmentDiscountId cannot say which are of commitments, whose cost other rows may carry as well; compare --measure billed",
            sum.grouped(),
            billed.aggregate.word(currency),
            plural(files, "bill file")
        )
    };
    sums.into_iter().filter(|(_, sum)| *sum != Amount::ZERO).map(told).collect()
}
