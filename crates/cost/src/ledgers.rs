//! Exports that hold one ledger each: what was paid for commitments, or what that is worth to whatever they cover. Both of one month in one folder look like two
//! parts of one bill, and would count twice. They are told apart by what commitments cost; where nobody has any, the two are the same rows, and nothing tells them
//! from parts.

use crate::CostError;
use crate::columns::Rows;
use crate::copies::Known;
use crate::focus::Measure;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use tagledger_model::{Amount, Month};

/// Covered rows that cost nothing, of which fewer may be there by chance, unless the other file has a cost for each of them.
const FEW: u64 = 10;

/// Covered rows that are remembered of a file.
const REMEMBERED: usize = 64;

/// Places of `Seen::covered`.
const SPREAD: usize = 0;
const FREE: usize = 1;

/// What is seen of files of such exports that lie in one folder.
#[derive(Default)]
pub(crate) struct Ledgers {
    /// The file at hand and its delivery; none where there is nothing to look for.
    at: Option<(u32, u32)>,
    /// By delivery, month and file.
    seen: BTreeMap<(u32, Month, u32), Seen>,
}

/// What one file says of commitments in one month.
#[derive(Default, Clone)]
struct Seen {
    /// Rows of what they cover that cost something: they are spread.
    spread: u64,
    /// Rows of what they cover that cost nothing.
    free: u64,
    /// Rows in which they are paid for.
    paid: u64,
    /// What covered rows are of, and when they began, those with the least digests: of those that are spread, and of those that cost nothing.
    covered: [BTreeSet<u64>; 2],
}

impl Seen {
    /// Whether the file holds what was paid, where this other one holds what that is worth: nothing in it is spread, and something is paid for, or free.
    fn is_actual(&self, amortized: &Self) -> bool {
        self.spread == 0 && (self.paid > 0 || self.free >= FEW || self.free > 0 && amortized.has(&self.covered[FREE]))
    }

    /// What is greater is not remembered; none where everything is.
    fn most(&self, which: usize) -> Option<u64> {
        self.covered[which].last().copied().filter(|_| self.covered[which].len() >= REMEMBERED)
    }

    fn remember(&mut self, which: usize, digests: impl IntoIterator<Item = u64>) {
        let most = self.most(which);
        let kept = &mut self.covered[which];
        kept.extend(digests.into_iter().filter(|digest| most.is_none_or(|most| *digest < most)));
        while kept.len() > REMEMBERED {
            kept.pop_last();
        }
    }

    /// Whether it has a cost for all of these rows, as far as it remembers.
    fn has(&self, rows: &BTreeSet<u64>) -> bool {
        let most = self.most(SPREAD);
        let mut known = rows.iter().filter(|digest| most.is_none_or(|most| **digest <= most)).peekable();
        known.peek().is_some() && known.all(|digest| self.covered[SPREAD].contains(digest))
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
        let known = Known::of(rows);
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
            seen.remember(if is_free { FREE } else { SPREAD }, is_covered.then(|| known.of_whom(row)));
        }
    }

    /// Takes in what another thread saw.
    pub fn absorb(&mut self, other: Self) {
        for (key, theirs) in other.seen {
            let mine = self.seen.entry(key).or_default();
            mine.spread += theirs.spread;
            mine.free += theirs.free;
            mine.paid += theirs.paid;
            let [spread, free] = theirs.covered;
            mine.remember(SPREAD, spread);
            mine.remember(FREE, free);
        }
    }

    /// Refuses both ledgers of one month in one delivery.
    pub fn no_two(&self, files: &[&Path]) -> Result<(), CostError> {
        let shown = |file: u32| files.get(file as usize).map_or_else(String::new, |path| path.display().to_string());
        let mut together: BTreeMap<(u32, Month), Vec<(u32, &Seen)>> = BTreeMap::new();
        for ((delivery, month, file), seen) in &self.seen {
            together.entry((*delivery, *month)).or_default().push((*file, seen));
        }
        for ((_, month), all) in together {
            // The first of each, in the order in which the files were named.
            let spread = || all.iter().filter(|(_, seen)| seen.spread > 0);
            let Some((amortized, _)) = spread().next() else { continue };
            let Some((actual, _)) = all.iter().find(|(_, seen)| spread().any(|(_, other)| seen.is_actual(other))) else { continue };
            let (amortized, actual) = (*amortized, *actual);
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
