//! How any cloud is asked: what a cloud must offer (`Cloud`), how files written by its command line are recognised
//! and read (`ExportReader`, `Document`), and the import that turns a set of paths into resources and coverage rows.
//!
//! What one vendor calls things is in `aws`, `azure` and `gcp`; what the resources are judged by is in `engine`.

mod cloud;
mod document;
mod generic;
mod import;
mod records;
mod shell;

pub use cloud::{Cloud, ExportInfo, ExportReader, Found, ResourceRef, Sink};
pub use document::{Document, ReadError};
pub use generic::GENERIC;
pub use import::{Import, Imported, Progress, import};
pub use records::{Broken, Sample};
pub use shell::shell_quote;
