//! What each resource cost in the one month that findings are priced by.

use rustc_hash::FxHashMap;
use tagledger_model::{Amount, Month};

/// Costs by currency and resource row, of one month. Which month that is turns out while reading: the last one that is
/// over, else the last one. A better one than before makes room for itself, so that memory does not grow with the bill's months.
#[derive(Debug, Default)]
pub(crate) struct Prices {
    month: Option<Month>,
    by_currency: FxHashMap<u32, Vec<Amount>>,
}

/// A month that is over beats one that is not, and that one a month to come; then the later one wins.
fn rank(before: Option<Month>, month: Month) -> (bool, bool, Month) {
    (before.is_some_and(|b| month < b), before.is_some_and(|b| month <= b), month)
}

impl Prices {
    /// Adds a row's amount; `before` is the current month, `height` the number of resources.
    pub fn add(&mut self, before: Option<Month>, month: Month, currency: u32, resource: u32, amount: Amount, height: usize) {
        if self.make_room(before, month) {
            self.by_currency.entry(currency).or_insert_with(|| vec![Amount::ZERO; height])[resource as usize] += amount;
        }
    }

    /// True when the month is the priced one, as far as is known now.
    fn make_room(&mut self, before: Option<Month>, month: Month) -> bool {
        if self.month != Some(month) {
            if self.month.is_some_and(|held| rank(before, held) > rank(before, month)) {
                return false;
            }
            self.by_currency.clear();
            self.month = Some(month);
        }
        true
    }

    /// Takes over what another thread added; `word` translates its currencies.
    pub fn absorb(&mut self, before: Option<Month>, other: Self, word: impl Fn(u32) -> u32) {
        let Some(month) = other.month.filter(|m| self.make_room(before, *m)) else { return };
        debug_assert_eq!(self.month, Some(month));
        for (currency, by_row) in other.by_currency {
            match self.by_currency.entry(word(currency)) {
                std::collections::hash_map::Entry::Vacant(entry) => drop(entry.insert(by_row)),
                std::collections::hash_map::Entry::Occupied(mut entry) => {
                    for (sum, amount) in entry.get_mut().iter_mut().zip(by_row) {
                        *sum += amount;
                    }
                }
            }
        }
    }

    /// Costs by month (there is one at most) and currency word, and resource row.
    pub fn into_parts(self) -> Vec<((Month, u32), Vec<Amount>)> {
        self.month.map_or_else(Vec::new, |month| self.by_currency.into_iter().map(|(currency, by_row)| ((month, currency), by_row)).collect())
    }
}
