//! What a live scan keeps beside its run until the run stands, and how it is gone on with.

use crate::args::Scan;
use crate::failure::Failure;
use crate::log;
use std::path::Path;
use tagledger_collect::{Journal, shell_quote};
use tagledger_model::{Coverage, Outcome, Timestamp};
use tagledger_store::collected;

/// A new journal, or with `resume` the one that an earlier scan left.
pub(super) fn open(target: &Path, resume: bool) -> Result<Journal, Failure> {
    // The age of what was collected is a matter of clocks, not of the moment that is audited.
    let (path, now) = (collected(target), Timestamp::now());
    if !resume {
        return Ok(Journal::begin(&path, now)?);
    }
    let before = Journal::started(&path);
    let journal = Journal::resume(&path, now)?;
    match (journal.began(), before) {
        (Some(began), _) => log::say(&format!("going on from what has been collected since {began}")),
        (None, Some(before)) => log::say(&format!("what was collected since {before} is older than a day: everything is asked for anew")),
        (None, None) => log::say(&format!("{}: nothing was kept to go on from; everything is asked for", target.display())),
    }
    Ok(journal)
}

/// True when asking again would find nothing more: what is off, what is forbidden and what a source never holds stays so until somebody acts.
pub(super) fn is_whole(rows: &[Coverage]) -> bool {
    rows.iter().all(|row| row.blind || matches!(row.outcome, Outcome::Complete { .. } | Outcome::Skipped { .. } | Outcome::Denied { .. }))
}

/// After the run stands: takes the journal away, or says how to go on from it.
pub(super) fn close(journal: Journal, is_whole: bool, args: &Scan, out: &Path) -> Result<(), Failure> {
    if is_whole {
        return Ok(journal.remove()?);
    }
    log::go_on("Not everything was seen. Within a day, this asks again only for what is missing:", &command(args, out));
    Ok(())
}

/// The command that goes on: the one that was given, and what it takes to find the same run.
fn command(args: &Scan, out: &Path) -> String {
    let given = std::env::args_os().skip(1).map(|word| shell_quote(&word.to_string_lossy()));
    let mut words: Vec<String> = std::iter::once("tagledger".to_owned()).chain(given).collect();
    if !args.resume {
        words.push("--resume".to_owned());
    }
    if args.out.is_none() {
        words.extend(["--out".to_owned(), shell_quote(&out.to_string_lossy())]);
    }
    words.join(" ")
}
