//! Flags of `report`.

use super::Format;
use clap::Args as ClapArgs;
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
pub(crate) struct Report {
    /// The run: a folder that `scan` wrote; for --site also a folder of such folders.
    #[arg(long, value_name = "DIR")]
    pub from: PathBuf,
    /// What to print on standard output, unless --out is given.
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    pub format: Format,
    /// Write the files of the format here (all that a scan writes, unless --format is given) instead of printing.
    #[arg(long, short, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Write a digest for each value of this key instead, such as Owner or Application: one CSV and one Markdown file with only what they must mend, dearest
    /// first.
    #[arg(long, value_name = "KEY", requires = "out", conflicts_with = "format")]
    pub digest: Option<String>,
    /// Add the run, or every run in the folder, to a site for any static host: a folder for each night, and a page over all of them.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["out", "digest", "format"])]
    pub site: Option<PathBuf>,
}
