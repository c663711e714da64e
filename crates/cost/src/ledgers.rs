//! Exports that hold one ledger each: what was paid for commitments, or what that is worth to whatever they cover. Both of one month in one folder look like two
//! parts of one bill, and would count twice. They are told apart by what commitments cost; where nobody has any, the two are the same rows, and nothing tells them
//! from parts.

use crate::CostError;
use crate::columns::Rows;
use crate::focus::Measure;
use std::collections::BTreeMap;
use std::path::Path;
use tagledger_model::{Amount, Month};

/// Covered rows that cost nothing, of which fewer may be there by chance.
const FEW: u64 = 10;

/// What is seen of files of such exports that lie in one folder.
#[derive(Default)]
pub(crate) struct Ledgers {
    /// The file at hand and its delivery; none where there is nothing to look for.
    at: Option<(u32, u32)>,
    /// By delivery, month and file.
    seen: BTreeMap<(u32, Month, u32), Seen>,
}

/// What one file says of commitments in one month.
#[derive(Default, Clone, Copy)]
struct Seen {
    /// Rows of what they cover that cost something: they are spread.
    spread: u64,
    /// Rows of what they cover that cost nothing.
    free: u64,
    /// Rows in which they are paid for.
    paid: u64,
}

impl Seen {
    /// Whether the file holds what was paid: nothing in it is spread, and something is paid for, or free.
    fn is_actual(self) -> bool {
        self.spread == 0 && (self.paid > 0 || self.free >= FEW)
    }
}

impl Ledgers {
    /// Begins with a file; `is_one_of_some` where its delivery has others, and its form tells ledgers apart.
    pub fn begin(&mut self, file: usize, delivery: u32, is_one_of_some: bool) {
        self.at = is_one_of_some.then(|| (u32::try_from(file).unwrap_or(u32::MAX), delivery));
    }

    /// Notes rows as they are in this measure; `aside` are those whose amount counts nothing in it, and `weights` says how many rows each stands for.
    pub fn note(&mut self, rows: &Rows<'_>, measure: Measure, months: &[Month], (amounts, aside): (&[Option<Amount>], &[(usize, Amount)]), weights: &[u64]) {
        // What is listed says nothing of what was paid.
        let Some((file, delivery)) = self.at.filter(|_| matches!(measure, Measure::Billed | Measure::Effective)) else { return };
        let (covered, bought) = (rows.kept_out(Measure::Billed), rows.kept_out(Measure::Effective));
        if covered.is_empty() && bought.is_empty() {
            return;
        }
        let mut told: Vec<Amount> = amounts.iter().map(|amount| amount.unwrap_or_default()).collect();
        for (row, amount) in aside {
            told[*row] = *amount;
        }
        let is = |held: &[bool], row: usize| held.get(row).copied().unwrap_or_default();
        for (row, amount) in told.iter().enumerate() {
            let (is_covered, is_bought, is_free) = (is(&covered, row), is(&bought, row), *amount == Amount::ZERO);
            if !is_covered && !is_bought {
                continue;
            }
            let weight = weights.get(row).copied().unwrap_or(1);
            let seen = self.seen.entry((delivery, months[row], file)).or_default();
            seen.free += if is_covered && is_free { weight } else { 0 };
            seen.spread += if is_covered && !is_free { weight } else { 0 };
            seen.paid += if is_bought && !is_free { weight } else { 0 };
        }
    }

    /// Takes in what another thread saw.
    pub fn absorb(&mut self, other: Self) {
        for (key, theirs) in other.seen {
            let mine = self.seen.entry(key).or_default();
            *mine = Seen { spread: mine.spread + theirs.spread, free: mine.free + theirs.free, paid: mine.paid + theirs.paid };
        }
    }

    /// Refuses both ledgers of one month in one delivery.
    pub fn no_two(&self, files: &[&Path]) -> Result<(), CostError> {
        let shown = |file: u32| files.get(file as usize).map_or_else(String::new, |path| path.display().to_string());
        // The first file of each, in the order in which the files were named.
        let mut first: BTreeMap<(u32, Month), [Option<u32>; 2]> = BTreeMap::new();
        for ((delivery, month, file), seen) in &self.seen {
            for (slot, is) in first.entry((*delivery, *month)).or_default().iter_mut().zip([seen.spread > 0, seen.is_actual()]) {
                *slot = slot.or(is.then_some(*file));
            }
        }
        for ((_, month), pair) in first {
            let [Some(amortized), Some(actual)] = pair else { continue };
            return Err(CostError::File {
                path: shown(amortized),
                what: format!(
                    "what commitments cover in {month} has a cost here and none in {}: an amortised and an actual export would count twice; put them into folders of their own and name one",
                    shown(actual)
                ),
            });
        }
        Ok(())
    }
}
