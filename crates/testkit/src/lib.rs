//! Seeded estates over three clouds with known truth: inventories in the clouds' own export formats, the bill that belongs to them, the taxonomy they
//! are judged by, and large bills to measure speed with; and smaller ones for the rules that the first says nothing of (`circumstances`, `exceptions`, `nights`).
//! Nothing of Tagledger is imported here, so that its readers, its normaliser and its ladder meet a witness that shares none of their mistakes.
//! What the program makes of an estate is tested in `tests`; the committed example is in `examples/estate`.

pub mod baseline;
mod bench;
mod bill;
mod calendar;
mod circumstances;
mod estate;
mod exceptions;
mod habits;
mod inventory;
mod kinds;
mod labels;
mod ladder;
mod money;
mod nights;
mod output;
mod parquet_file;
pub mod plan;
mod random;
mod scopes;
mod tag;
mod taxonomy;
mod truth;
mod vocabulary;
mod waiver;

pub use bench::{BenchBill, Shape};
pub use calendar::parse as parse_time;
pub use circumstances::{Bill, Circumstances, Finding};
pub use estate::{Estate, Spec};
pub use exceptions::{Exceptions, Excused};
pub use ladder::Basis;
pub use nights::Nights;
pub use truth::{Cell, Counts, Findings, Resources, Rung, Sum, Truth};

use std::{io, io::Write as _, path::Path};

impl Estate {
    /// Writes the whole estate into a folder: `inventory/`, `bill/`, `taxonomy.yaml` with its side files, and `truth.json`. Files of the same names are replaced, others stay.
    pub fn write(&self, folder: &Path) -> io::Result<Truth> {
        inventory::write(self, folder)?;
        bill::write(self, folder)?;
        taxonomy::write(self, folder)?;
        let truth = self.truth();
        write_json(&folder.join("truth.json"), &truth)?;
        Ok(truth)
    }
}

impl Estate {
    /// Writes the bill in the clouds' own forms into a folder: `aws.csv`, `azure-actual.csv`, `azure-amortized.csv` and `gcp.ndjson`.
    pub fn write_native_bills(&self, folder: &Path) -> io::Result<()> {
        bill::native::write(self, folder)
    }
}

/// Indented JSON with a line feed at its end.
fn write_json<T: serde::Serialize>(path: &Path, value: &T) -> io::Result<()> {
    let mut out = output::Output::create(path)?;
    serde_json::to_writer_pretty(&mut out, value)?;
    out.write_all(b"\n")?;
    out.finish()
}
