//! The bill's own sums, beside the groups.

use crate::aggregate::Sums;
use crate::book::Book;
use tagledger_model::Month;

/// Neighbouring rows of one month, currency and invoice, added up before they are entered: neighbours mostly agree.
#[derive(Default)]
pub(super) struct Run {
    of: Option<(Month, u32, (u32, u32))>,
    rows: u64,
    sums: Sums,
}

impl Run {
    pub fn add(&mut self, of: (Month, u32, (u32, u32)), rows: u64, sums: &Sums, book: &mut Book<'_>) {
        if self.of != Some(of) {
            self.close(book);
            *self = Self { of: Some(of), ..Self::default() };
        }
        self.rows += rows;
        for (sum, amount) in self.sums.iter_mut().zip(sums) {
            *sum += *amount;
        }
    }

    pub fn close(&self, book: &mut Book<'_>) {
        if let Some((month, currency, invoice)) = self.of {
            book.tally(month, currency, self.rows, &self.sums);
            if book.billing.adds_invoices() {
                book.invoice(month, currency, invoice, self.rows, &self.sums);
            }
        }
    }
}
