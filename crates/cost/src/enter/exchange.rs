//! Rows of other currencies, converted before anything is done with them.

use crate::book::{Book, NO_WORD};
use crate::cells::Broken;
use tagledger_model::{Amount, Month};

/// What each row of a batch is multiplied by; empty where nothing is converted.
#[derive(Default)]
pub(super) struct Exchange {
    /// The rate, and the word of the currency before; none where the row is in the wanted currency already.
    rows: Vec<Option<(Amount, u32)>>,
    /// The measure's amounts as they were.
    before: Vec<Option<Amount>>,
}

impl Exchange {
    /// Finds the rate of each row, and puts the wanted currency in the place of its own.
    pub fn begin(&mut self, months: &[Month], currency: &mut [u32], book: &mut Book<'_>) -> Result<(), Broken> {
        self.rows.clear();
        let Some(rates) = &book.billing.rates else { return Ok(()) };
        let to = book.word(&rates.to);
        let mut last = None;
        for (row, (month, currency)) in months.iter().zip(currency).enumerate() {
            let asked = (*month, *currency);
            let found = match last {
                Some((other, found)) if other == asked => found,
                _ if *currency == NO_WORD => None,
                _ => {
                    let from = book.text_of(*currency).clone();
                    match rates.of(&from, *month) {
                        _ if from.eq_ignore_ascii_case(&rates.to) => None,
                        Some(rate) => Some((rate.rate, *currency)),
                        None => {
                            let what = format!("no rate from {from} to {} of {month} or before in {}; add one with its date", rates.to, rates.file);
                            return Err(Broken { row, what });
                        }
                    }
                }
            };
            last = Some((asked, found));
            if *currency != NO_WORD {
                *currency = to;
            }
            self.rows.push(found);
        }
        Ok(())
    }

    /// Converts a column.
    pub fn amounts(&mut self, column: &mut [Option<Amount>]) -> Result<(), Broken> {
        if self.rows.is_empty() {
            return Ok(());
        }
        self.before.clear();
        self.before.extend_from_slice(column);
        for (row, (slot, rate)) in column.iter_mut().zip(&self.rows).enumerate() {
            if let (Some(amount), Some((rate, _))) = (&slot, rate) {
                *slot = Some(amount.times(*rate).ok_or_else(|| too_large(row))?);
            }
        }
        Ok(())
    }

    /// Converts single amounts, by their rows.
    pub fn aside(&self, aside: &mut [(usize, Amount)]) -> Result<(), Broken> {
        for (row, amount) in aside {
            if let Some((rate, _)) = self.rows.get(*row).copied().flatten() {
                *amount = amount.times(rate).ok_or_else(|| too_large(*row))?;
            }
        }
        Ok(())
    }

    /// Tells the book what the column that was converted last had been.
    pub fn tell(&self, months: &[Month], after: &[Option<Amount>], weights: &[u64], book: &mut Book<'_>) {
        for (row, of) in self.rows.iter().enumerate() {
            if let Some((_, from)) = of {
                book.convert(months[row], *from, weights.get(row).copied().unwrap_or(1), self.before[row].unwrap_or_default(), after[row].unwrap_or_default());
            }
        }
    }
}

fn too_large(row: usize) -> Broken {
    Broken { row, what: "the amount is larger than any sum can hold once it is converted".to_owned() }
}
