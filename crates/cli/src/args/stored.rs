//! Flags of the commands that read a stored run.

use clap::Args as ClapArgs;
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
pub(crate) struct Explain {
    /// A rule's id, or the fingerprint of a finding (its first digits suffice).
    pub what: String,
    /// The run that holds the finding [default: the newest below reports/].
    #[arg(long, value_name = "DIR")]
    pub run: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Fix {
    /// The run that holds the findings [default: the newest below reports/].
    #[arg(long, value_name = "DIR")]
    pub run: Option<PathBuf>,
    /// Only of these clouds.
    #[arg(long, value_name = "CLOUD")]
    pub cloud: Vec<String>,
    /// Only of findings of these rules.
    #[arg(long, value_name = "RULE")]
    pub rule: Vec<String>,
    /// Write a script for each cloud here instead of printing them.
    #[arg(long, short, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Notify {
    /// The run that is told of [default: the newest below reports/].
    #[arg(value_name = "RUN")]
    pub run: Option<PathBuf>,
    /// The settings that say who is told, of what, and how [default: tagledger.yaml].
    #[arg(long, value_name = "FILE", env = "TAGLEDGER_CONFIG")]
    pub config: Option<PathBuf>,
    /// The history that the run was compared with: what became of earlier findings is told where it can be read [default: that of tagledger.yaml, else
    /// reports/history].
    #[arg(long, value_name = "PLACE", env = "TAGLEDGER_HISTORY")]
    pub history: Option<String>,
    /// Tell these routes, in place of a run, that something went wrong: a line, or `-` for the lines of standard input, such as the end of a log.
    #[arg(long, value_name = "TEXT", conflicts_with = "run", requires = "route")]
    pub alarm: Option<String>,
    /// Only these routes.
    #[arg(long, value_name = "NAME")]
    pub route: Vec<String>,
    /// Print every message as it would be sent, without its secrets, and send nothing.
    #[arg(long)]
    pub dry_run: bool,
}
