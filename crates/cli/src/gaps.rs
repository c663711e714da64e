//! Keys that resources carry and their rows of the bill do not, for the report and in words.

use crate::assemble::Billed;
use std::collections::BTreeMap;
use tagledger_engine::{KeyOnBill, Part};
use tagledger_model::{Amount, CloudId, TagGrammar, Text};
use tagledger_report::GapRow;
use tagledger_taxonomy::KeyId;

/// Sentences; the report has the rest.
const MOST: usize = 5;

/// Where resources carry a key and some of their rows do not, by key, cloud and currency.
pub(crate) fn gaps(billed: &Billed<'_>) -> Vec<GapRow> {
    let mut all: BTreeMap<(KeyId, &CloudId, &Text), Vec<&KeyOnBill>> = BTreeMap::new();
    for one in &billed.cube.on_bill {
        all.entry((one.key, &one.cloud, &one.currency)).or_default().push(one);
    }
    let row = |((key, cloud, currency), of): ((KeyId, &CloudId, &Text), Vec<&KeyOnBill>)| {
        let sum = |part: fn(&KeyOnBill) -> Part| of.iter().map(|one| part(one)).fold((0, Amount::ZERO), |sum, part| (sum.0 + part.rows, sum.1 + part.amount));
        let ((rows, amount), (own_rows, own)) = (sum(|one| one.gap), sum(|one| one.by_row));
        let last = of.iter().find(|one| Some(one.month) == billed.priced);
        GapRow {
            key: billed.billing.taxonomy.keys[key.index()].name.clone(),
            cloud: cloud.to_string(),
            currency: currency.to_string(),
            amount: amount.to_string(),
            rows,
            in_priced_month: last.map_or(Amount::ZERO, |one| one.gap.amount).to_string(),
            is_carried: last.and_then(|one| one.is_carried),
            own_tag_amount: own.to_string(),
            own_tag_rows: own_rows,
        }
    };
    all.into_iter().map(row).filter(|row| row.rows > 0).collect()
}

/// A sentence for each key and cloud with a gap in the last full month, the dearest first.
pub(crate) fn gap_notes(billed: &Billed<'_>) -> Vec<String> {
    let Some(month) = billed.priced else { return Vec::new() };
    let mut all: BTreeMap<(KeyId, &CloudId), Vec<&KeyOnBill>> = BTreeMap::new();
    let is_known = |one: &&KeyOnBill| one.month == month && one.gap.amount > Amount::ZERO && one.cloud.as_str() != "-";
    for one in billed.cube.on_bill.iter().filter(is_known) {
        all.entry((one.key, &one.cloud)).or_default().push(one);
    }
    let mut dearest: Vec<_> = all.into_iter().collect();
    dearest.sort_by_key(|(_, of)| std::cmp::Reverse(of.iter().map(|one| one.gap.amount).max()));
    let note = |((key, cloud), of): ((KeyId, &CloudId), Vec<&KeyOnBill>)| {
        let name = &billed.billing.taxonomy.keys[key.index()].name;
        let sums: Vec<String> = of.iter().map(|one| format!("{} {}", one.gap.amount.grouped(), one.currency)).collect();
        let known = billed.billing.clouds.known.iter().map(|(facts, _)| facts).find(|facts| facts.id == *cloud);
        let why = match of.first().and_then(|one| one.is_carried) {
            Some(false) => format!("no row carries it: {}", known.map_or(&TagGrammar::ANY, |facts| facts.grammar).onto_bill.in_short),
            Some(true) => "other rows carry it".to_owned(),
            None => "whether any row carries it the bill does not say".to_owned(),
        };
        format!("{name} is on resources and not on the bill for {} in {month} ({cloud}, {why})", sums.join(" + "))
    };
    dearest.into_iter().take(MOST).map(note).collect()
}
