//! A run is a folder that can be read back: `run.json` and one Parquet table per long list.
//!
//! What the rows mean is the program's business; where a run stands and that it is never half there is this crate's. A run is written beside
//! its final name and renamed when it is whole. What is read from an object store as files is brought here first, by `Mirror`.

mod beside;
mod claim;
mod folder;
mod history;
mod mirror;
mod passes;
mod schemes;
mod table;

pub use beside::{collected, newest_collected};
pub use claim::Claim;
pub use folder::{NewRun, RUN_FILE, RunFolder};
pub use history::{History, PastRun, Runs, run_id, run_stamp};
pub use mirror::{Listing, Mirror};
pub use passes::{Finder, Later, NOBODYS, Passes, Secret};
pub use table::{Cell, Column, Kind, TableWriter, is_decoding, read_table, read_table_of};

/// Why a run could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk refused to be written: exit code 4.
    #[error("{path}: cannot be written: {source}")]
    Write {
        /// The file or folder.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another program is at work there: exit code 4.
    #[error("{path}: {what}")]
    Busy {
        /// The folder.
        path: String,
        /// Who it is and what to do.
        what: String,
    },
    /// The path is not ours to write over: exit code 2.
    #[error("{path}: {what}")]
    Occupied {
        /// The folder.
        path: String,
        /// What is wrong and what to do.
        what: String,
    },
    /// There is no such run, or it is damaged: exit code 2.
    #[error("{path}: {what}")]
    Read {
        /// The file or folder.
        path: String,
        /// What is wrong and what to do.
        what: String,
    },
}
