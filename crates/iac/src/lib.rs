//! What is about to exist: one reader per plan format, and the map back to file and line.
//!
//! A plan becomes the same `RawResource` as a live or an exported resource, with `Origin::Planned`. What is wrong with it is judged in
//! `rules`, how the verdict is shown is in `report`; here is only what a plan says, and what it leaves open.

pub mod address;
mod arm;
mod asset_links;
mod cloudformation;
mod found;
mod input;
mod kubernetes;
mod patch;
mod pulumi;
mod reader;
mod source;
mod template;
mod terraform;

pub use input::{Document, Form, PlanFile, open};
pub use patch::{patch, patch_block};
pub use reader::{Lacks, Options, PlanReader, READERS, Reading, Unseen, read};

/// Why a plan cannot be used. All of these are the user's to mend: exit code 2.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
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
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong and what to do.
        what: String,
    },
    /// The file as a whole is no plan that can be judged.
    #[error("{path}: {what}")]
    File {
        /// The file or folder.
        path: String,
        /// What is wrong and what to do.
        what: String,
    },
}
