//! Files that were added up before, and those that are.

use super::Opened;
use crate::aggregate::Repairs;
use crate::billing::Billing;
use crate::book::Book;
use crate::columns::Columns;
use crate::{CostError, closed, csv_bill, parquet_bill};
use std::path::Path;

/// What was kept cannot be read: it is made anew.
pub(super) struct Damaged;

/// A file as it was added up.
pub(super) struct AddedUp {
    pub file: parquet_bill::Opened,
    pub told: closed::Told,
}

impl AddedUp {
    /// None where it was not worth it.
    pub fn open(path: &Path, of: &Columns, billing: &Billing<'_>) -> Result<Option<Self>, Damaged> {
        let mut file = parquet_bill::Opened::new(path, &[&closed::COMPACT]).map_err(|_| Damaged)?;
        let told = closed::told(file.pairs()).ok_or(Damaged)?;
        if told.months.is_empty() {
            return Ok(None);
        }
        file.columns.schemes = Some(of.mapping().map_or(billing.prefixes, |mapping| mapping.tags.schemes));
        Ok(Some(Self { file, told }))
    }

    /// What had to be put right when it was added up.
    pub fn repairs(&self, of: &Columns, billing: &Billing<'_>) -> Repairs {
        let mut repairs = Repairs { rounded: billing.measures().map(|measure| self.told.rounded[measure.position()]).sum(), ..Repairs::default() };
        if billing.all_measures && of.may_be_rounded() {
            (repairs.integral_effective, repairs.fractional_billed) = self.told.compared;
        }
        repairs
    }
}

/// Adds up a file, and enters what is left; where that is not worth it or cannot be kept, the file as it is.
pub(super) fn add_up(path: &Path, opened: &Opened, place: &closed::Place, book: &mut Book<'_>, advance: &dyn Fn(u64)) -> Result<(), CostError> {
    let mut adding = closed::Adding::new(opened.columns());
    match opened {
        Opened::Csv(columns) => csv_bill::add_up(path, columns, &mut adding)?,
        Opened::Parquet(file) => file.add_up(&mut adding)?,
    }
    let kept = adding.write(place).ok().and_then(|()| AddedUp::open(place.path()?, opened.columns(), book.billing).ok().flatten());
    match (kept, opened) {
        (Some(added), _) => {
            book.copies.put(&added.told.sketches[book.billing.measure.position()]);
            for group in 0..added.file.row_groups() {
                added.file.enter(group, book)?;
            }
            book.repairs = book.repairs.plus(added.repairs(opened.columns(), book.billing));
            advance(std::fs::metadata(path).map_or(0, |meta| meta.len()));
            Ok(())
        }
        (None, Opened::Csv(columns)) => csv_bill::enter(path, columns, book, advance),
        (None, Opened::Parquet(file)) => (0..file.row_groups()).try_for_each(|group| file.enter(group, book).map(advance)),
    }
}
