//! `man`: the manual pages, made of the same words as `--help`.

use crate::args::Args;
use crate::exit::{self, Code};
use crate::failure::Failure;
use crate::output::Delivery;
use clap::{Command, CommandFactory as _};
use clap_mangen::Man;
use std::io::Write as _;
use std::path::Path;
use tagledger_report::Sink as _;

pub(super) fn run(folder: Option<&Path>) -> Result<Code, Failure> {
    let mut command = Args::command().disable_help_subcommand(true);
    command.build();
    let Some(folder) = folder else {
        super::print(&page(&command, &"standard output")?)?;
        return Ok(exit::CLEAN);
    };
    let delivery = Delivery::begin(folder)?;
    write(&command, &delivery, folder)?;
    delivery.commit()?;
    Ok(exit::CLEAN)
}

fn page(command: &Command, what: &dyn std::fmt::Display) -> Result<Vec<u8>, Failure> {
    let mut page = Vec::new();
    let man = Man::new(command.clone()).title(name(command)).source(concat!("tagledger ", env!("CARGO_PKG_VERSION"))).date("").manual("Tagledger");
    man.render(&mut page).map_err(|source| Failure::output(what, source))?;
    Ok(page)
}

fn name(command: &Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

/// A page for a command, and one for each below it: `tagledger.1`, `tagledger-scan.1`.
fn write(command: &Command, delivery: &Delivery, folder: &Path) -> Result<(), Failure> {
    let name = format!("{}.1", name(command));
    let shown = folder.join(&name);
    let page = page(command, &shown.display())?;
    let mut staged = delivery.folder();
    let mut file = staged.file(&name).map_err(|source| Failure::output(&shown.display(), source))?;
    file.write_all(&page).and_then(|()| file.flush()).map_err(|source| Failure::output(&shown.display(), source))?;
    drop(file);
    command.get_subcommands().filter(|below| !below.is_hide_set()).try_for_each(|below| write(below, delivery, folder))
}
