//! Rows whose own tags answer everything that is asked.

use super::{Book, NOT_NEEDED};
use crate::aggregate::{Context, Sums};
use tagledger_model::Amount;

/// The groups of such rows in one context, by what their tags say; `u32::MAX` where not made yet.
#[derive(Default)]
pub(super) struct Whole {
    of: Option<u32>,
    groups: Vec<u32>,
    /// Positions of such rows.
    rows: Vec<u32>,
}

impl Book<'_> {
    /// Whether a row whose tags answer everything is kept apart from others by nothing but these, its month and its currency.
    pub fn tells_by_tags(&self) -> bool {
        let (billing, apart) = (self.billing, &self.billing.dimensions);
        let is_simple = !billing.all_measures && !billing.adds_invoices() && billing.days_from.is_none() && !billing.price_resources && !self.watches;
        is_simple
            && self.rungs_without_account > 0
            && !(apart.provider || apart.scope || billing.needs_service() || billing.needs_charge() || billing.needs_named())
    }

    /// Enters the rows of a context whose tags answer everything, and notes the positions of the others.
    pub fn enter_whole(&mut self, context: Context, tags: &[u32], amounts: &[Option<Amount>], weights: &[u64], left: &mut Vec<u32>) {
        let (number, at) = (self.context(context), self.billing.measure.position());
        let mut whole = std::mem::take(&mut self.whole);
        if whole.of != Some(number) {
            whole.of = Some(number);
            whole.groups.clear();
        }
        whole.groups.resize(self.answered.len(), u32::MAX);
        // Which rows are whole is no pattern that a processor could foresee: both lists are written for every row, and one of them is kept.
        left.resize(tags.len(), 0);
        whole.rows.resize(tags.len(), 0);
        let (mut others, mut own) = (0, 0);
        for (row, tags) in (0_u32..).zip(tags) {
            let is_whole = self.answered[*tags as usize] == self.all_answered;
            left[others] = row;
            whole.rows[own] = row;
            others += usize::from(!is_whole);
            own += usize::from(is_whole);
        }
        left.truncate(others);
        let (mut rows, mut sum) = (0, Amount::ZERO);
        for row in &whole.rows[..own] {
            let row = *row as usize;
            let tags = tags[row];
            let group = &mut whole.groups[tags as usize];
            if *group == u32::MAX {
                *group = self.group(number, tags, NOT_NEEDED);
            }
            let weight = weights.get(row).copied().unwrap_or(1);
            let amount = amounts.get(row).copied().flatten().unwrap_or_else(|| {
                self.repairs.without_amount += weight;
                Amount::ZERO
            });
            let group = &mut self.group_list[*group as usize];
            group.rows += weight;
            group.sums[at] += amount;
            rows += weight;
            sum += amount;
        }
        self.whole = whole;
        if rows > 0 {
            let mut sums = Sums::default();
            sums[at] = sum;
            self.tally(context.month, context.currency, rows, &sums);
        }
    }
}
