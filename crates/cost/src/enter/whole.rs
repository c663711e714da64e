//! Rows whose own tags answer everything that is asked: in a bill that is tagged, nearly all. Which group they are of follows from their tags alone.

use super::Work;
use crate::aggregate::Context;
use crate::book::{Book, NO_WORD};
use tagledger_model::Month;

impl Work {
    /// Enters the rows whose tags answer everything, where nothing but tags, month and currency keeps rows apart, and leaves the others in `left`.
    pub(super) fn enter_whole(&mut self, book: &mut Book<'_>) {
        self.left.clear();
        let all = u32::try_from(self.tags.len()).unwrap_or(u32::MAX);
        let (month, currency) = (self.months.first().copied().unwrap_or(Month(0)), self.currency.first().copied().unwrap_or(NO_WORD));
        let is_one = currency != NO_WORD && self.months.iter().all(|other| *other == month) && self.currency.iter().all(|other| *other == currency);
        if !is_one || !book.tells_by_tags() {
            self.left.extend(0..all);
            return;
        }
        let context = Context {
            month,
            currency,
            provider: NO_WORD,
            account: NO_WORD,
            ancestors: NO_WORD,
            service: NO_WORD,
            charge: NO_WORD,
            named: NO_WORD,
            day: NO_WORD,
        };
        let amounts = &self.amounts[book.billing.measure.position()];
        book.enter_whole(context, &self.tags, amounts, &self.weights, &mut self.left);
    }
}
