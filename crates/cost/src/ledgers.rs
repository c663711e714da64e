//! Exports that hold one ledger each: what was paid for commitments, or what that is worth to whatever they cover. Both of one month in one folder look like two
//! parts of one bill, and would count twice.

use crate::CostError;
use crate::columns::Rows;
use crate::focus::Measure;
use std::collections::BTreeMap;
use std::path::Path;
use tagledger_model::{Amount, Month};

/// Files of fewer rows may well come to the same by chance.
const FEW: u64 = 10;

/// What is seen of files of such exports that lie in one folder.
#[derive(Default)]
pub(crate) struct Ledgers {
    /// The file at hand and its delivery; none where there is nothing to look for.
    at: Option<(u32, u32)>,
    /// By delivery and month, the first file in which commitments are spread over what they cover.
    spread: BTreeMap<(u32, Month), u32>,
    /// By delivery and month, the first file in which they are paid for.
    paid: BTreeMap<(u32, Month), u32>,
    /// By delivery and file, rows and what they come to.
    sums: BTreeMap<(u32, u32), (u64, Amount)>,
}

impl Ledgers {
    /// Begins with a file; `is_one_of_some` where its delivery has others, and its form tells ledgers apart.
    pub fn begin(&mut self, file: usize, delivery: u32, is_one_of_some: bool) {
        self.at = is_one_of_some.then(|| (u32::try_from(file).unwrap_or(u32::MAX), delivery));
    }

    /// Notes rows as they are in this measure; `aside` are those whose amount counts nothing in it, and `weights` says how many rows each stands for.
    pub fn note(&mut self, rows: &Rows<'_>, measure: Measure, months: &[Month], (amounts, aside): (&[Option<Amount>], &[(usize, Amount)]), weights: &[u64]) {
        let Some((file, delivery)) = self.at else { return };
        let mut told: Vec<Amount> = amounts.iter().map(|amount| amount.unwrap_or_default()).collect();
        for (row, amount) in aside {
            told[*row] = *amount;
        }
        let sum = self.sums.entry((delivery, file)).or_default();
        for (row, amount) in told.iter().enumerate() {
            *sum = (sum.0 + weights.get(row).copied().unwrap_or(1), sum.1 + *amount);
        }
        // What is listed says nothing of what was paid.
        if !matches!(measure, Measure::Billed | Measure::Effective) {
            return;
        }
        for (of, seen) in [(Measure::Billed, &mut self.spread), (Measure::Effective, &mut self.paid)] {
            let held = rows.kept_out(of);
            for row in (0..held.len()).filter(|row| held[*row] && told[*row] != Amount::ZERO) {
                let first = seen.entry((delivery, months[row])).or_insert(file);
                *first = (*first).min(file);
            }
        }
    }

    /// Takes in what another thread saw.
    pub fn absorb(&mut self, other: Self) {
        for (mine, theirs) in [(&mut self.spread, other.spread), (&mut self.paid, other.paid)] {
            for (key, file) in theirs {
                let first = mine.entry(key).or_insert(file);
                *first = (*first).min(file);
            }
        }
        for (key, (rows, sum)) in other.sums {
            let slot = self.sums.entry(key).or_default();
            *slot = (slot.0 + rows, slot.1 + sum);
        }
    }

    /// Refuses both ledgers of one month in one delivery, and two files that hold the same.
    pub fn no_two(&self, files: &[&Path]) -> Result<(), CostError> {
        let shown = |file: u32| files.get(file as usize).map_or_else(String::new, |path| path.display().to_string());
        let refused = |file: u32, what: String| Err(CostError::File { path: shown(file), what });
        for ((delivery, month), file) in &self.spread {
            if let Some(other) = self.paid.get(&(*delivery, *month)).filter(|other| *other != file) {
                let what = format!(
                    "what commitments cover in {month} has a cost here, and {} has what was paid for them: an amortised and an actual export would count twice; put them into folders of their own and name one",
                    shown(*other)
                );
                return refused(*file, what);
            }
        }
        let mut alike: BTreeMap<(u32, u64, Amount), u32> = BTreeMap::new();
        for ((delivery, file), (rows, sum)) in &self.sums {
            if *rows < FEW || *sum == Amount::ZERO {
                continue;
            }
            let first = *alike.entry((*delivery, *rows, *sum)).or_insert(*file);
            if first != *file {
                let what = format!(
                    "its {rows} rows come to {sum}, and so do those of {}: an amortised and an actual export would count twice; put them into folders of their own and name one",
                    shown(first)
                );
                return refused(*file, what);
            }
        }
        Ok(())
    }
}
