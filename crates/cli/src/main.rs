//! The program: commands, settings, wiring and exit codes.
//!
//! Nothing is decided here about tags, rules or money: this crate reads flags, calls the rooms in order and writes files.
//! Standard output carries the result, standard error carries progress and messages.

mod args;
mod assemble;
mod bill_notes;
mod bills;
mod clouds;
mod commands;
mod costs;
mod engine;
mod environments;
mod exit;
mod failure;
mod gaps;
mod guardrails;
mod history;
mod interrupt;
mod notify;
mod output;
mod progress;
mod rows;
mod seen;
mod settings;
mod shared;
mod state;
mod taxonomy;
mod yaml;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    let args = match args::Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help and version are printed to standard output and are no mistake.
            let _printed = error.print();
            return if error.use_stderr() { exit::BAD_INPUT.into() } else { exit::CLEAN.into() };
        }
    };
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        // Readers of damaged files; what comes of it is an error that names the file.
        if std::thread::current().name() != Some(tagledger_cost::READER_THREAD) && !tagledger_store::is_decoding() {
            print(panic);
        }
    }));
    // A panic is a bug; its message is printed by then, and the exit code says that nothing was decided.
    let Ok(ended) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| commands::run(args))) else {
        return exit::COULD_NOT_RUN.into();
    };
    match ended {
        Ok(code) => code.into(),
        Err(failure) => {
            failure.show();
            failure.exit().into()
        }
    }
}
