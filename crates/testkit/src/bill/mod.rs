//! The bill that belongs to an estate: FOCUS, as each of the three providers delivers it.

mod csv;
mod extra;
pub mod native;
mod parquet;
mod rows;
mod tags;

use crate::{estate::Estate, kinds::Cloud};
use std::{io, path::Path};

pub use rows::{Amounts, Row, each_row};

/// Rows in one file at most.
const CHUNK: u64 = 500_000;

/// Writes `bill/` below the folder.
pub fn write(estate: &Estate, folder: &Path) -> io::Result<()> {
    for (position, month) in (0_u32..).zip(estate.months()) {
        let aws = folder.join(format!("bill/aws/BILLING_PERIOD={month}"));
        csv::write(estate, Cloud::Aws, position, &|part| aws.join(format!("focus-export-{part:05}.csv.gz")))?;
        let (first, last) = (crate::calendar::date(month.start()), crate::calendar::date(month.end() - 1));
        let azure = folder.join(format!("bill/azure/{}-{}", first.replace('-', ""), last.replace('-', "")));
        // Microsoft packs on request; the newest month can be read with any editor.
        let ending = if position + 1 == estate.spec().bill_months { "csv" } else { "csv.gz" };
        csv::write(estate, Cloud::Azure, position, &|part| azure.join(format!("part_0_{part:04}.{ending}")))?;
        let gcp = folder.join(format!("bill/gcp/BILLING_PERIOD={month}"));
        parquet::write(estate, position, &|part| gcp.join(format!("focus-{part:012}.parquet")))?;
    }
    Ok(())
}

/// Runs over a cloud's rows of a month and gives each to a writer that can fail; stops writing at the first failure.
fn try_rows(estate: &Estate, cloud: Cloud, position: u32, write: &mut dyn FnMut(&Row<'_>) -> io::Result<()>) -> io::Result<()> {
    let mut outcome = Ok(());
    each_row(estate, cloud, position, &mut |row| {
        if outcome.is_ok() {
            outcome = write(row);
        }
    });
    outcome
}
