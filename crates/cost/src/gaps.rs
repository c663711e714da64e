//! Keys that resources carry and their rows of the bill do not: what the ladder has to ask the inventory for, nobody sees who reads the bill alone.
//!
//! Counted on the aggregate, whatever rungs the ladder has.

use crate::aggregate::{Aggregate, OwnerKind, Said};
use crate::billing::Billing;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use tagledger_engine::{KeyOnBill, Part};
use tagledger_model::{Amount, CloudId, Month, Standing};

/// How rows and resources stand on one key.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    by_row: Part,
    gap: Part,
    unread: Part,
    is_carried: bool,
    /// Tags of some row disagree, or could not be read: of one whose tags could be, that is to carry the key.
    is_torn: bool,
}

impl Sums {
    /// Adds rows that are alike: what they say of the key, and what their resource says, where its tags could reach them.
    fn add(&mut self, row: Said, owner: Option<Said>, rows: u64, amount: Amount) {
        self.is_carried |= !matches!(row.standing, Standing::Absent | Standing::Undetermined);
        self.is_torn |= row.standing == Standing::Undetermined;
        let part = match (row, owner) {
            (Said { value: 1.., .. }, _) => &mut self.by_row,
            (Said { standing: Standing::Absent, .. }, Some(Said { value: 1.., .. })) => &mut self.gap,
            (Said { standing: Standing::Absent, .. }, Some(Said { standing: Standing::Undetermined, .. })) => &mut self.unread,
            _ => return,
        };
        *part = plus(*part, Part { rows, amount });
    }

    fn plus(self, other: Self) -> Self {
        Self {
            by_row: plus(self.by_row, other.by_row),
            gap: plus(self.gap, other.gap),
            unread: plus(self.unread, other.unread),
            is_carried: self.is_carried || other.is_carried,
            is_torn: self.is_torn || other.is_torn,
        }
    }
}

fn plus(one: Part, other: Part) -> Part {
    Part { rows: one.rows + other.rows, amount: one.amount + other.amount }
}

/// How rows and resources stand on the keys, by month, cloud, key and currency; empty where providers are not kept apart.
pub(crate) fn on_bill(aggregate: &Aggregate, billing: &Billing<'_>) -> Vec<KeyOnBill> {
    if !billing.dimensions.provider {
        return Vec::new();
    }
    let at = billing.measure.position();
    let mut by_provider: FxHashMap<(Month, u32, u32), Vec<Sums>> = FxHashMap::default();
    for group in &aggregate.groups {
        let context = aggregate.contexts[group.context as usize];
        let sums = by_provider.entry((context.month, context.provider, context.currency)).or_insert_with(|| vec![Sums::default(); billing.keys.len()]);
        let row = &aggregate.tag_states[group.tags as usize];
        let owner = match aggregate.owners[group.owner as usize] {
            OwnerKind::Known { state, is_mute: false, .. } => Some(&aggregate.tag_states[state as usize]),
            _ => None,
        };
        for (key, sums) in sums.iter_mut().enumerate() {
            sums.add(row[key], owner.map(|said| said[key]), group.rows, group.sums[at]);
        }
    }
    // One cloud may have several names in a bill, and several currencies: whether a row carries a key is asked over all of them.
    let cloud = |provider: u32| {
        billing.clouds.known.get(billing.clouds.position(aggregate.word(provider))).map_or_else(|| CloudId::new("-"), |(facts, _)| facts.id.clone())
    };
    let mut by_currency = BTreeMap::new();
    let mut carried: BTreeMap<(Month, CloudId, usize), (bool, bool)> = BTreeMap::new();
    for ((month, provider, currency), sums) in by_provider {
        let (cloud, currency, is_untold) = (cloud(provider), aggregate.word(currency), aggregate.untold.binary_search(&(month, provider)).is_ok());
        for (key, sums) in sums.into_iter().enumerate() {
            let slot = carried.entry((month, cloud.clone(), key)).or_default();
            *slot = (slot.0 || sums.is_carried || (sums.is_torn && !is_untold), slot.1 || is_untold);
            let slot: &mut Sums = by_currency.entry((month, cloud.clone(), key, currency)).or_default();
            *slot = slot.plus(sums);
        }
    }
    let one = |((month, cloud, key, currency), sums): ((Month, CloudId, usize, &tagledger_model::Text), Sums)| {
        let (is_carried, is_untold) = carried.get(&(month, cloud.clone(), key)).copied().unwrap_or_default();
        KeyOnBill {
            month,
            cloud,
            currency: currency.clone(),
            key: billing.keys[key],
            by_row: sums.by_row,
            gap: sums.gap,
            unread: sums.unread,
            is_carried: (is_carried || !is_untold).then_some(is_carried),
        }
    };
    by_currency.into_iter().map(one).filter(|one| one.by_row.rows + one.gap.rows + one.unread.rows > 0).collect()
}
