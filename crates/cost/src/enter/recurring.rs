//! On which day each row was charged for, and how that goes on.

use super::{Work, words};
use crate::book::{Book, NO_WORD};
use crate::cells::days;
use crate::columns::{Fault, Rows};
use crate::days::Recurs;
use crate::focus::Column;

impl Work {
    /// Finds the rows that are charged for something that has no pace, whatever their category says: a correction, support, or what is charged for more than a day.
    fn mark_once(&mut self, rows: &Rows<'_>) {
        const ONCE: [&str; 4] = ["tax", "correction", "credit", "adjustment"];
        const FEES: [&str; 3] = ["commitment fee", "support", "purchase"];
        self.recurs.clear();
        self.recurs.resize(rows.len(), Recurs::Use);
        let mut held = Vec::new();
        for (kinds, recurs) in [(&FEES[..], Recurs::Fee), (&ONCE, Recurs::Once)] {
            for (_, case) in rows.columns.kinds.iter().filter(|(kind, case)| kinds.contains(kind) && case.is_of_whole_rows()) {
                if rows.held(case, &mut held) {
                    self.recurs.iter_mut().zip(&held).filter(|(_, holds)| **holds).for_each(|(slot, _)| *slot = recurs);
                }
            }
        }
        if let Some(ends) = rows.get(Column::ChargePeriodEnd) {
            let mut until = Vec::new();
            days(ends, &mut until);
            let spans = |(start, end): (&Option<i64>, &Option<i64>)| start.zip(*end).is_some_and(|(start, end)| end - start > 1);
            self.recurs.iter_mut().zip(self.days.iter().zip(&until)).filter(|(_, days)| spans(*days)).for_each(|(slot, _)| *slot = Recurs::Once);
        }
    }

    /// The day of each row.
    pub(super) fn day_words(&mut self, rows: &Rows<'_>, book: &mut Book<'_>) -> Result<(), Fault> {
        self.days.clear();
        match rows.get(Column::ChargePeriodStart) {
            Some(array) => days(array, &mut self.days),
            None => self.days.resize(rows.len(), None),
        }
        words(rows, Column::ConsumedUnit, &mut self.words[5], &mut self.units, book)?;
        self.mark_once(rows);
        self.day.clear();
        let mut last = None;
        for row in 0..rows.len() {
            let asked = (self.months[row], self.days[row], self.units[row], self.recurs[row]);
            let number = match last {
                Some((other, number)) if other == asked => number,
                _ => {
                    let word = book.text_of(asked.2);
                    book.day(asked.0, asked.1, (asked.2 != NO_WORD).then_some(word.as_str()), asked.3)
                }
            };
            last = Some((asked, number));
            self.day.push(number);
        }
        Ok(())
    }
}
