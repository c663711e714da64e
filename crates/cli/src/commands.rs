//! One module per command.

mod check;
mod cost;
mod demo;
mod diff;
mod explain;
mod fix;
mod init;
mod man;
mod notify;
mod permissions;
pub(crate) mod report;
pub(crate) mod scan;
mod settings;
mod taxonomy;
mod trend;

use crate::args::{Args, Command};
use crate::clouds;
use crate::exit::{self, Code};
use crate::failure::Failure;
use clap::CommandFactory;
use std::io::Write;
use tagledger_collect::Cloud;

/// Runs a command.
pub(crate) fn run(args: Args) -> Result<Code, Failure> {
    match args.command {
        Command::Scan(scan) => scan::run(&scan),
        Command::Check(check) => check::run(&check),
        Command::Cost(cost) => cost::run(&cost),
        Command::Report(report) => report::run(&report),
        Command::Diff(diff) => diff::run(&diff),
        Command::Trend(trend) => trend::run(&trend),
        Command::Explain(explain) => explain::run(&explain),
        Command::Fix(fix) => fix::run(&fix),
        Command::Notify(notify) => notify::run(&notify),
        Command::Taxonomy(taxonomy) => taxonomy::run(&taxonomy),
        Command::Settings(settings) => settings::run(&settings),
        Command::Permissions(permissions) => permissions::run(&permissions),
        Command::Init(init) => init::run(&init),
        Command::Demo(demo) => demo::run(&demo),
        Command::Man { folder } => man::run(folder.as_deref()),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "tagledger", &mut script);
            print(&script)?;
            Ok(exit::CLEAN)
        }
    }
}

/// A cloud that can be asked itself.
pub(crate) fn live_cloud(name: &str) -> Result<&'static dyn Cloud, Failure> {
    clouds::live().find(|c| c.id().as_str() == name).ok_or_else(|| {
        let all: Vec<String> = clouds::live().map(|c| c.id().to_string()).collect();
        Failure::Usage(format!(
            "{}: no cloud that can be asked live; known {}; others are read from exports (docs/exports.md)",
            name.escape_debug(),
            all.join(", ")
        ))
    })
}

/// Writes to standard output.
pub(crate) fn print(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    heard(out.write_all(bytes).and_then(|()| out.flush()).map_err(|source| Failure::Output { what: "standard output".to_owned(), source }))
}

/// A reader of standard output who went away has what it wanted, and the command ends as it would have.
pub(crate) fn heard(printed: Result<(), Failure>) -> Result<(), Failure> {
    printed.or_else(|failure| if failure.is_silent() { Ok(()) } else { Err(failure) })
}
