//! Bills in, money out: FOCUS bills are read into a small exact aggregate, the attribution ladder decides who pays,
//! and the cube is what reports slice.
//!
//! What a tag means is decided in `taxonomy`; which resource exists, in `engine`; how money looks, in `report`.

mod aggregate;
mod billing;
mod book;
mod cells;
mod closed;
mod columns;
mod copies;
mod csv_bill;
mod cube;
mod days;
mod deliveries;
mod elsewhere;
mod enter;
mod focus;
mod gaps;
mod ladder;
mod lake;
mod ledgers;
mod outlook;
mod owners;
mod parquet_bill;
mod pushdown;
mod rates;
mod recognise;
pub mod reference;
mod rounding;
mod source;
mod spend;
mod splits;

pub use aggregate::{Aggregate, Charge, Converted, Group, Invoice, SetAside, Totals};
pub use billing::{Billing, Clouds};
pub use cube::{Axis, BasisTotal, Cube, CubeCell, Dimensions, Slice, Unshared, account};
pub use days::{Extent, MonthDays, read_days};
pub use elsewhere::{Elsewhere, Names};
pub use focus::{Column, Measure};
pub use ladder::{Basis, Reason};
pub use lake::{Dialect, LakeColumn, LakeKind, Question, columns as lake_columns, question};
pub use outlook::{Outlook, Pace, Unusual, outlook};
pub use owners::Owners;
pub use pushdown::{Asked, Engine, EngineError, Piece, PushdownError, Summed, push_down};
pub use rates::{Rate, Rates};
pub use recognise::form_of;
pub use source::{Bill, READER_THREAD, read};
pub use spend::Unlooked;

/// Why a bill could not be used. All but `Io`, `Engine` and `Conservation` are the user's to mend: exit code 2.
#[derive(Debug, thiserror::Error)]
pub enum CostError {
    /// The file system refused.
    #[error("{path}: cannot be read: {source}")]
    Io {
        /// The file or folder.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Something in the file is not as it must be.
    #[error("{path}:{line}:{column}: {what}")]
    At {
        /// The file.
        path: String,
        /// Line (of a Parquet file: row), from 1.
        line: u64,
        /// Column: its name.
        column: String,
        /// What is wrong and what to do.
        what: String,
    },
    /// The file as a whole is unusable.
    #[error("{path}: {what}")]
    File {
        /// The file or folder.
        path: String,
        /// What is wrong and what to do.
        what: String,
    },
    /// Money was lost or made between the bill and the report: a bug, never printed away.
    #[error(
        "the sum changed from {before} to {after} {currency} in {month} at `{at}`; this is a bug in Tagledger, and no report was written: report it with the bill's columns"
    )]
    Conservation {
        /// Where in the ladder.
        at: String,
        /// Currency.
        currency: String,
        /// Month.
        month: String,
        /// Sum before.
        before: String,
        /// Sum after.
        after: String,
    },
}
