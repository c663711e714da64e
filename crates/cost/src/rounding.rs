//! Was EffectiveCost rounded before it came to us? Some exports write it in whole units, and every report on it is then wrong.
//!
//! BilledCost gives it away: its fractions cannot have come from whole amounts, row after row.

use crate::aggregate::{Repairs, Sums};
use crate::focus::Measure;

/// The two costs that are compared.
pub(crate) const COMPARED: [Measure; 2] = [Measure::Effective, Measure::Billed];

/// Where only EffectiveCost is read, a sample is compared: so many files, spread over the bill, and in each its first rows.
pub(crate) const SAMPLED_FILES: usize = 4;
pub(crate) const SAMPLED_ROWS: usize = 2_000;

/// Units of an `Amount` in 1.
const ONE: i128 = 10_i128.pow(12);

impl Repairs {
    /// Counts a row by whether its EffectiveCost is whole although its BilledCost is not.
    #[inline]
    pub(crate) fn compare(&mut self, sums: &Sums) {
        // A multiple of 10¹² ends in twelve zero bits, which most other amounts do not: few rows come to a division.
        let whole = |m: Measure| sums[m.position()].0.trailing_zeros() >= 12 && sums[m.position()].0 % ONE == 0;
        if !whole(Measure::Billed) {
            self.fractional_billed += 1;
            self.integral_effective += u64::from(whole(Measure::Effective));
        }
    }

    /// True when EffectiveCost is whole on more than half of the rows on which BilledCost is not.
    pub fn effective_seems_rounded(&self) -> bool {
        self.integral_effective > 0 && self.integral_effective * 2 > self.fractional_billed
    }
}
