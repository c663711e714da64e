//! Large FOCUS bills for measuring speed, with the inventory that belongs to them and the sums they must give.
//!
//! Shape: 12 monthly Parquet files, row groups of 122,880 rows, 27 columns, three providers, a tenth of the rows without ResourceId, a sixth without tags, tag texts of
//! about 92 bytes, six spellings of every key and five of every environment.

mod columns;
mod profile;
mod resources;
mod totals;

use crate::{calendar::Month, estate::Spec, taxonomy, write_json};
use columns::MonthWriter;
use profile::Profiles;
use resources::Fleet;
use serde::Serialize;
use std::{
    collections::HashSet,
    io,
    path::Path,
    sync::atomic::{AtomicI64, Ordering},
    thread,
};
use totals::{Cell, MonthSum, MonthTotals, Totals};

/// Rows in a row group.
const ROW_GROUP: u64 = 122_880;

/// How repetitive the bill is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// 500 rows for each resource; tags and ids dictionary-encoded.
    Typical,
    /// 50 rows for each resource; tags and ids plain.
    Hard,
}

/// A bill to write.
#[derive(Debug)]
pub struct BenchBill {
    rows: u64,
    seed: u64,
    shape: Shape,
    fleet: Fleet,
}

/// What was written.
#[derive(Debug, Clone, Serialize)]
pub struct Written {
    /// Rows of the bill.
    pub rows: u64,
    /// Resources that the bill names.
    pub resources: u64,
    /// Resources of the inventory files.
    pub inventory: u64,
    /// Distinct texts of the Tags column.
    pub distinct_texts: u64,
    /// Their mean length over resources with tags.
    pub text_bytes: f64,
    /// The first month.
    pub first_month: String,
}

/// The truth beside it.
#[derive(Debug, Serialize)]
struct BenchTruth {
    seed: u64,
    shape: &'static str,
    written: Written,
    months: Vec<MonthSum>,
    by_environment_application: Vec<Cell>,
}

impl BenchBill {
    /// A bill of that many rows over the twelve months before the estate's `now`.
    pub fn new(rows: u64, shape: Shape, seed: u64) -> Self {
        let resources = (rows / if shape == Shape::Typical { 500 } else { 50 }).max(100);
        // So many possible tag texts that the resources draw about 17,655 (typical) and 132,544 (hard) distinct ones at 10,000,000 rows.
        let space = if shape == Shape::Typical { resources * 74 / 10 } else { resources * 862 / 1000 };
        Self { rows, seed, shape, fleet: Fleet::new(seed, resources, Profiles::new(seed, space)) }
    }

    /// Writes `bill/BILLING_PERIOD=…/focus.parquet`, `inventory/`, `taxonomy.yaml` with side files and `truth.json`; on as many threads as there are processors.
    pub fn write(&self, folder: &Path) -> io::Result<Written> {
        let months: Vec<Month> = (1..=12).rev().map(|back| Month(Month::of(Spec::NOW).0 - back)).collect();
        let texts = self.texts();
        let next = AtomicI64::new(0);
        let totals = thread::scope(|scope| {
            let work = || -> io::Result<Vec<(Month, MonthTotals)>> {
                let mut done = Vec::new();
                while let Some(month) = usize::try_from(next.fetch_add(1, Ordering::Relaxed)).ok().and_then(|at| months.get(at)) {
                    done.push((*month, self.month(folder, &months, *month, &texts)?));
                }
                Ok(done)
            };
            let threads = thread::available_parallelism().map_or(1, usize::from).min(months.len());
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            let mut all = Vec::new();
            for worker in workers {
                all.extend(worker.join().map_err(|_| io::Error::other("a thread that wrote the bill panicked"))??);
            }
            Ok::<_, io::Error>(all)
        })?;
        let inventory = self.fleet.write(&folder.join("inventory"))?;
        let applications: Vec<String> = (0..profile::APPLICATIONS).map(profile::application).collect();
        taxonomy::write_plain(folder, &applications)?;
        let tagged: Vec<&String> = texts.iter().flatten().collect();
        let distinct = tagged.iter().collect::<HashSet<_>>().len() as u64;
        let bytes = tagged.iter().map(|t| t.len()).sum::<usize>() as f64 / tagged.len().max(1) as f64;
        let first_month = months.first().map_or_else(String::new, ToString::to_string);
        let written = Written { rows: self.rows, resources: self.fleet.len(), inventory, distinct_texts: distinct, text_bytes: bytes, first_month };
        let shape = if self.shape == Shape::Typical { "typical" } else { "hard" };
        let Totals { months, by_environment_application } = Totals::of(totals);
        write_json(&folder.join("truth.json"), &BenchTruth { seed: self.seed, shape, written: written.clone(), months, by_environment_application })?;
        Ok(written)
    }

    /// The text of the Tags column by resource: 200,000 of them at most are worth their 18 MB.
    fn texts(&self) -> Vec<Option<String>> {
        (0..self.fleet.len()).map(|r| self.fleet.billed_text(r)).collect()
    }

    fn month(&self, folder: &Path, months: &[Month], month: Month, texts: &[Option<String>]) -> io::Result<MonthTotals> {
        let count = months.len() as u64;
        let at = months.iter().position(|m| *m == month).unwrap_or(0) as u64;
        let rows = self.rows * at / count..self.rows * (at + 1) / count;
        let path = folder.join(format!("bill/BILLING_PERIOD={month}/focus.parquet"));
        let mut writer = MonthWriter::create(&path, month, self.shape, &self.fleet, texts)?;
        let mut totals = MonthTotals::default();
        for row in rows {
            writer.push(self.seed, row, &mut totals)?;
        }
        writer.finish()?;
        Ok(totals)
    }
}

#[cfg(test)]
mod tests;
