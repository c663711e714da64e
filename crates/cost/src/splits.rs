//! Shared costs: what one value of a key costs is divided between others, to the last unit.
//!
//! Weights are what the taxonomy says, or what each value costs itself: directly, before anything is shared. Of what a division leaves over each share gets one
//! unit of 10⁻¹², the largest remainder first, so that the shares add up to what was shared.

use crate::aggregate::{Aggregate, Context};
use crate::billing::Billing;
use crate::cube::{Making, Unshared};
use crate::ladder::Basis;
use std::collections::BTreeMap;
use tagledger_model::{Amount, Month, portion};
use tagledger_taxonomy::{KeyId, Split, SplitBy};

/// Shares of one month and currency: codes of values with their weights, in order of the values.
type Weights = Vec<(u32, i128)>;

/// Applies the splits of the wanted keys to the cells, one after the other.
pub(crate) fn apply(aggregate: &Aggregate, billing: &Billing<'_>, contexts: &[Context], cells: &mut Vec<Making>) -> Vec<Unshared> {
    let position = |key: KeyId| billing.keys.iter().position(|other| *other == key);
    let splits: Vec<(&Split, usize)> = billing.taxonomy.costs.splits.iter().filter_map(|split| Some((split, position(split.key)?))).collect();
    let mut unshared: BTreeMap<(usize, Month, u32), Amount> = BTreeMap::new();
    if splits.is_empty() {
        return Vec::new();
    }
    // What everybody costs directly, before the first split.
    let direct = cells.clone();
    for (number, (split, at)) in splits.iter().enumerate() {
        let from = split.from.as_ref().map_or(0, |value| billing.dictionary.code(split.key, value));
        let mut known: BTreeMap<(Month, u32), Weights> = BTreeMap::new();
        let mut after = Vec::with_capacity(cells.len());
        for cell in cells.drain(..) {
            let context = contexts[cell.0 as usize];
            if cell.1[*at].0 != from || cell.3 == Amount::ZERO {
                after.push(cell);
                continue;
            }
            let place = (context.month, context.currency);
            let weights = known.entry(place).or_insert_with(|| weights(billing, contexts, &direct, split, *at, place));
            let Some(shares) = shares(cell.3, weights) else {
                *unshared.entry((number, context.month, context.currency)).or_default() += cell.3;
                after.push(cell);
                continue;
            };
            // Rows are counted once: they go with the largest share.
            let largest = (0..shares.len()).max_by_key(|at| (shares[*at].1.0.abs(), std::cmp::Reverse(*at)));
            for (order, (code, amount)) in shares.into_iter().enumerate() {
                let mut keys = cell.1.clone();
                keys[*at] = (code, Basis::Split);
                after.push((cell.0, keys, if Some(order) == largest { cell.2 } else { 0 }, amount));
            }
        }
        *cells = merged(after);
    }
    let named = |((number, month, currency), amount): ((usize, Month, u32), Amount)| {
        let split = splits[number].0;
        Unshared { what: split.to_string(), key: split.key, month, currency: aggregate.word(currency).clone(), amount }
    };
    unshared.into_iter().map(named).collect()
}

/// Cells that have become the same are one.
fn merged(cells: Vec<Making>) -> Vec<Making> {
    let mut places = rustc_hash::FxHashMap::default();
    let mut out: Vec<Making> = Vec::with_capacity(cells.len());
    for (context, keys, rows, amount) in cells {
        let next = out.len();
        let at = *places.entry((context, keys.clone())).or_insert(next);
        if at == next {
            out.push((context, keys, rows, amount));
        } else {
            out[at].2 += rows;
            out[at].3 += amount;
        }
    }
    out
}

fn weights(billing: &Billing<'_>, contexts: &[Context], direct: &[Making], split: &Split, at: usize, place: (Month, u32)) -> Weights {
    let code = |value: &String| billing.dictionary.code(split.key, value);
    let mut weights: BTreeMap<u32, i128> = BTreeMap::new();
    match &split.by {
        SplitBy::Even => weights.extend(split.to.iter().map(|value| (code(value), 1))),
        SplitBy::Fixed(fixed) => weights.extend(fixed.iter().map(|(value, weight)| (code(value), weight.0))),
        SplitBy::Usage(lines) => {
            // A value without a line for the month has the weight that it has whenever nothing else is said.
            let is_own = |value: &str| lines.iter().any(|line| line.value == value && line.month == Some(place.0));
            for line in lines.iter().filter(|line| line.month == is_own(&line.value).then_some(place.0)) {
                *weights.entry(code(&line.value)).or_default() += line.weight.0;
            }
        }
        SplitBy::Cost(within) => {
            let within = within.as_ref().map(|(key, value)| (billing.keys.iter().position(|other| other == key), billing.dictionary.code(*key, value)));
            // What is itself shared on is nobody's direct cost.
            let pools: Vec<u32> =
                billing.taxonomy.costs.splits.iter().filter(|other| other.key == split.key).filter_map(|other| other.from.as_ref().map(code)).collect();
            for (context, keys, _, amount) in direct {
                let context = contexts[*context as usize];
                let counts = within.is_none_or(|(other, value)| other.is_some_and(|other| keys[other].0 == value));
                let value = keys[at].0;
                if (context.month, context.currency) == place && counts && value != 0 && !pools.contains(&value) {
                    *weights.entry(value).or_default() += amount.0;
                }
            }
        }
    }
    if !split.to.is_empty() {
        let to: Vec<u32> = split.to.iter().map(code).collect();
        weights.retain(|value, _| to.contains(value));
    }
    // A credit is no reason to pay less of what others use.
    weights.retain(|_, weight| *weight > 0);
    let from = split.from.as_ref().map(code);
    let mut weights: Weights = weights.into_iter().filter(|(value, _)| Some(*value) != from).collect();
    // Codes are given out as values are met; names are the same every time.
    weights.sort_by_key(|(value, _)| billing.dictionary.value(split.key, *value));
    weights
}

/// Divides an amount by weights, by the largest remainder; none where nothing weighs anything.
fn shares(amount: Amount, weights: &[(u32, i128)]) -> Option<Vec<(u32, Amount)>> {
    let size = amount.0.unsigned_abs();
    let total: u128 = weights.iter().map(|(_, weight)| weight.unsigned_abs()).fold(0, u128::saturating_add);
    if total == 0 {
        return None;
    }
    let divided = weights.iter().map(|(value, weight)| {
        let (share, rest) = portion(size, weight.unsigned_abs(), total);
        (*value, share, rest)
    });
    let mut divided: Vec<(u32, u128, u128)> = divided.collect();
    let left = size - divided.iter().map(|(_, share, _)| share).sum::<u128>();
    let mut order: Vec<usize> = (0..divided.len()).collect();
    order.sort_by_key(|at| (std::cmp::Reverse(divided[*at].2), *at));
    for at in order.into_iter().take(usize::try_from(left).unwrap_or(usize::MAX)) {
        divided[at].1 += 1;
    }
    let sign = if amount.0 < 0 { -1 } else { 1 };
    Some(
        divided
            .into_iter()
            .map(|(value, share, _)| (value, Amount(sign * i128::try_from(share).unwrap_or(i128::MAX))))
            .filter(|(_, share)| *share != Amount::ZERO)
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn shares_add_up_and_are_within_a_unit_of_their_weight(amount in -10_i128.pow(30)..10_i128.pow(30), weights in prop::collection::vec(0..10_i128.pow(24), 0..12)) {
            let weights: Weights = (1..).zip(weights).filter(|(_, weight)| *weight > 0).collect();
            match shares(Amount(amount), &weights) {
                None => prop_assert!(weights.is_empty()),
                Some(shares) => {
                    prop_assert_eq!(shares.iter().map(|(_, share)| *share).sum::<Amount>(), Amount(amount));
                    prop_assert!(shares.iter().all(|(_, share)| (share.0 < 0) == (amount < 0)));
                }
            }
        }
    }

    #[test]
    fn no_product_is_too_large() {
        let unit = 10_i128.pow(12);
        // 10^18 between 10^18 and 10^6: the small one has its millionth of a millionth.
        let of = |amount: i128, weights: &[i128]| -> Vec<i128> {
            let weights: Weights = (1..).zip(weights.iter().copied()).collect();
            shares(Amount(amount), &weights).unwrap_or_default().into_iter().map(|(_, share)| share.0).collect()
        };
        let large = 10_i128.pow(18) * unit;
        // 10^18 × 10^6 ÷ (10^18 + 10^6) = 10^6 − 10^-6 + …
        assert_eq!(of(large, &[large, 10_i128.pow(6) * unit])[1], 10_i128.pow(6) * unit - unit / 1_000_000);
        assert_eq!(of(large - 1, &[1, 1, large]).iter().sum::<i128>(), large - 1);
        assert_eq!(portion(u128::MAX, u128::MAX, u128::MAX), (u128::MAX, 0));
        assert_eq!(portion(u128::MAX, 1, 3), (u128::MAX / 3, 0));
        let half = u128::MAX / 2;
        assert_eq!(portion(u128::MAX - 1, half, u128::MAX), (half - 1, u128::MAX - half));
    }

    #[test]
    fn what_a_division_leaves_goes_to_the_largest_remainders() {
        let of = |amount: i128, weights: &[i128]| -> Vec<i128> {
            let weights: Weights = (1..).zip(weights.iter().copied()).collect();
            shares(Amount(amount), &weights).unwrap_or_default().into_iter().map(|(_, share)| share.0).collect()
        };
        assert_eq!(of(10, &[1, 1, 1]), [4, 3, 3]);
        assert_eq!(of(-10, &[1, 1, 1]), [-4, -3, -3]);
        assert_eq!(of(11, &[2, 3, 6]), [2, 3, 6]);
        assert_eq!(of(7, &[1, 2, 4, 4]), [1, 1, 3, 2]);
        assert!(of(7, &[0, 0]).is_empty());
    }
}
