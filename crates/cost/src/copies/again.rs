//! Rows that look alike, read once more with everything that their files say of them.

use super::{Among, Digest, Suspected, cell};
use crate::cells::months;
use crate::columns::{Columns, Rows};
use crate::focus::{Column, Measure, same_name};
use crate::{CostError, csv_bill, parquet_bill};
use arrow_array::RecordBatch;
use foldhash::fast::FixedState;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, Hasher};
use std::path::Path;

/// A file whose header was read.
pub(crate) trait Open {
    /// Where its columns stand.
    fn columns(&self) -> &Columns;
    /// The columns that hold lists, maps or records.
    fn nested(&self) -> Vec<&str>;
    /// Hands over all of its rows with all of their columns.
    fn read(&self, path: &Path, each: &mut dyn FnMut(&RecordBatch)) -> Result<(), CostError>;
}

/// A CSV file.
impl Open for Columns {
    fn columns(&self) -> &Columns {
        self
    }

    fn nested(&self) -> Vec<&str> {
        Vec::new()
    }

    fn read(&self, path: &Path, each: &mut dyn FnMut(&RecordBatch)) -> Result<(), CostError> {
        csv_bill::whole(path, self, each)
    }
}

impl Open for parquet_bill::Opened {
    fn columns(&self) -> &Columns {
        &self.columns
    }

    fn nested(&self) -> Vec<&str> {
        Self::nested(self)
    }

    fn read(&self, _: &Path, each: &mut dyn FnMut(&RecordBatch)) -> Result<(), CostError> {
        self.whole(each)
    }
}

/// Columns that differ from snapshot to snapshot of one bill: AWS numbers lines anew, and invoices come later.
fn is_fleeting(name: &str) -> bool {
    const ENDS: [&str; 5] = ["lineitemid", "invoiceid", "invoicedetailid", "exporttime", "snapshotdate"];
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    ENDS.iter().any(|end| plain.ends_with(end))
}

/// The rows of a file that are in question, and how often it holds each, by everything that is compared.
type Held = FxHashMap<(Digest, u64), u64>;

/// Everything that is compared of some files: columns that all of them have.
type Compared = Vec<String>;

/// A file that is one.
pub(crate) struct Copy {
    /// Which of those that were suspected.
    pub number: usize,
    /// Rows that were compared.
    pub compared: u64,
    /// How many of them are in the others as well.
    pub both: u64,
}

/// The first of these files that is a copy, whatever its rows are compared by.
pub(crate) fn proven<'f>(all: &[Suspected], file: &dyn Fn(usize) -> (&'f Path, &'f dyn Open), measure: Measure) -> Result<Option<Copy>, CostError> {
    // Files of one form are mostly compared by the same columns, and each is read once for all who ask.
    let mut asked: BTreeMap<Compared, Vec<usize>> = BTreeMap::new();
    for (number, one) in all.iter().enumerate() {
        asked.entry(compared(one, file, measure)).or_default().push(number);
    }
    for (compared, numbers) in asked {
        let among = Among::new(numbers.iter().flat_map(|number| &all[*number].rows).copied());
        let files: BTreeSet<usize> = numbers.iter().flat_map(|number| all[*number].others.iter().copied().chain([all[*number].file])).collect();
        let mut held: BTreeMap<usize, Held> = BTreeMap::new();
        for at in files {
            let (path, opened) = file(at);
            let own = held.entry(at).or_default();
            opened.read(path, &mut |batch| take(opened.columns(), batch, measure, &among, &compared, own))?;
        }
        for number in numbers {
            let one = &all[number];
            let own = || held[&one.file].iter().filter(|((digest, _), _)| one.rows.contains(digest));
            let count: u64 = own().map(|(_, count)| count).sum();
            let elsewhere = |row: &(Digest, u64)| one.others.iter().filter_map(|other| held[other].get(row)).sum::<u64>();
            let both: u64 = own().map(|(row, count)| elsewhere(row).min(*count)).sum();
            // Without anything more to compare it takes more rows.
            if count > 0 && both * 4 >= count * 3 && (!compared.is_empty() || count >= BARE) {
                return Ok(Some(Copy { number, compared: count, both }));
            }
        }
    }
    Ok(None)
}

/// Columns that all of these files have, and that are not compared already.
fn compared<'f>(one: &Suspected, file: &dyn Fn(usize) -> (&'f Path, &'f dyn Open), measure: Measure) -> Compared {
    let (_, opened) = file(one.file);
    // Days that could not be read are compared as they are written.
    // Of days that are shared ids are compared whole, of which a digest knows the end: disks of two groups may have one name.
    let known = if one.days.is_empty() { &KNOWN[..KNOWN.len() - 1] } else { &KNOWN[..KNOWN.len() - 2] };
    let known = opened.columns().tops(known, &[measure]);
    let others = || one.others.iter().map(|other| file(*other).1);
    let has = |opened: &dyn Open, name: &str| opened.columns().tops_of_all().iter().any(|other| same_name(other, name));
    // What is nested in one container is text in another, and compared with nothing.
    let is_nested = |opened: &dyn Open, name: &str| opened.nested().iter().any(|other| same_name(other, name));
    let is_common = |name: &str| others().all(|other| has(other, name) && is_nested(other, name) == is_nested(opened, name));
    let names = opened.columns().tops_of_all().iter().enumerate();
    names.filter(|(at, name)| !known.contains(at) && !is_fleeting(name) && is_common(name)).map(|(_, name)| name.clone()).collect()
}

fn column<'b>(batch: &'b RecordBatch, name: &str) -> Option<&'b arrow_array::ArrayRef> {
    let schema = batch.schema_ref();
    schema.fields().iter().position(|field| same_name(field.name(), name)).map(|at| batch.column(at))
}

/// What rows are known by, and their month; the beginning last.
const KNOWN: [Column; 5] = [Column::BillingPeriodStart, Column::BillingCurrency, Column::SubAccountId, Column::ResourceId, Column::ChargePeriodStart];

/// Rows that have to be alike where nothing but what they are known by can be compared.
const BARE: u64 = 16;

/// Notes the rows of a batch that are in question.
fn take(columns: &Columns, batch: &RecordBatch, measure: Measure, among: &Among, compared: &[String], all: &mut Held) {
    let rows = Rows::new(columns, batch, &KNOWN);
    let (mut of_month, mut amounts, mut aside, mut rounded) = (Vec::new(), Vec::new(), Vec::new(), 0);
    match (rows.get(Column::BillingPeriodStart), columns.month) {
        (Some(array), _) => drop(months(array, &mut of_month)),
        (None, month) => of_month.resize(rows.len(), month.unwrap_or(tagledger_model::Month(0))),
    }
    // What could not be read was told when it was read first.
    if rows.amounts(measure, &mut amounts, &mut aside, &mut rounded).is_err() || of_month.len() < rows.len() {
        return;
    }
    let cells: Vec<_> = compared.iter().filter_map(|name| column(batch, name)).collect();
    among.found(&rows, &of_month, &amounts, &mut |row, digest| {
        let mut hasher = FixedState::default().build_hasher();
        for array in &cells {
            cell::write(array, row, &mut hasher);
        }
        *all.entry((digest, hasher.finish())).or_default() += 1;
    });
}
