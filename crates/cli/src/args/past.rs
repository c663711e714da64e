//! Flags of the commands that look back.

use super::{Format, moment};
use clap::Args as ClapArgs;
use std::path::PathBuf;
use tagledger_model::Timestamp;

#[derive(Debug, ClapArgs)]
pub(crate) struct Diff {
    /// The earlier side: the folder of a run, a day of the history (2026-11-01: all runs of that day, of each place the last), or the first digits of a
    /// run in it [default: what the runs before the newest knew last of its places].
    pub from: Option<String>,
    /// The later side [default: the newest run of the history].
    pub to: Option<String>,
    /// The history [default: that of tagledger.yaml, else reports/history].
    #[arg(long, value_name = "PLACE", env = "TAGLEDGER_HISTORY")]
    pub history: Option<String>,
    /// The settings [default: tagledger.yaml where it exists].
    #[arg(long, value_name = "FILE", env = "TAGLEDGER_CONFIG")]
    pub config: Option<PathBuf>,
    /// How to print it: terminal, csv or json.
    #[arg(long, value_name = "FORMAT", env = "TAGLEDGER_FORMAT", default_value = "terminal")]
    pub format: Format,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Trend {
    /// Only runs from this day on.
    #[arg(long, value_name = "DATE", value_parser = moment)]
    pub since: Option<Timestamp>,
    /// The history [default: that of tagledger.yaml, else reports/history].
    #[arg(long, value_name = "PLACE", env = "TAGLEDGER_HISTORY")]
    pub history: Option<String>,
    /// The settings [default: tagledger.yaml where it exists].
    #[arg(long, value_name = "FILE", env = "TAGLEDGER_CONFIG")]
    pub config: Option<PathBuf>,
    /// How to print it: terminal, csv or json.
    #[arg(long, value_name = "FORMAT", env = "TAGLEDGER_FORMAT", default_value = "terminal")]
    pub format: Format,
}
