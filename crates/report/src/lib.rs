//! How a report looks: one document, one file per format, and the summary on a terminal.
//!
//! What the numbers are is decided before a format sees them (`engine`, `cost`); where files go is the sink's business (`cli`).
//! Whatever a cloud said is hostile text: `inert` holds the one rule of each format that makes it harmless.

pub mod cost_report;
mod count;
mod coverage;
mod csv;
pub mod diff;
pub mod digest;
mod document;
mod environments;
mod format;
pub mod gate;
mod html;
mod inert;
mod json;
mod openmetrics;
mod pivot;
mod schema;
mod tables;
mod terminal;
pub mod trend;
mod xlsx;

pub use count::{exact, grouped, plural};
pub use coverage::{CoverageRow, Seen};
pub use diff::Changes;
pub use document::*;
pub use environments::EnvironmentRow;
pub use format::{FORMATS, Format, Sink};
pub use html::site;
pub use inert::visible;
pub use schema::json_schema;
pub use terminal::{TerminalOptions, terminal};
