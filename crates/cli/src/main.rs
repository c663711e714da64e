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
mod log;
mod money;
mod notify;
mod output;
mod progress;
mod rows;
mod seen;
mod settings;
mod shared;
mod state;
mod stores;
mod taxonomy;
mod yaml;

use clap::Parser;
use log::Log;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    let args = match args::Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let log = Log::begin(log::asked_for(std::env::args_os().skip(1), std::env::var_os("TAGLEDGER_LOG_FORMAT")), false);
            log::misunderstood(&error);
            log.end(if error.use_stderr() { exit::BAD_INPUT } else { exit::CLEAN });
            return if error.use_stderr() { exit::BAD_INPUT.into() } else { exit::CLEAN.into() };
        }
    };
    let log = Log::begin(args.log_format, args.command.is_quiet());
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        // Readers of damaged files; what comes of it is an error that names the file.
        if std::thread::current().name() != Some(tagledger_cost::READER_THREAD) && !tagledger_store::is_decoding() {
            log::panicked(panic, &print);
        }
    }));
    // A panic is a bug; its message is printed by then, and the exit code says that nothing was decided.
    let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| commands::run(args)));
    let code = match ended {
        Ok(Ok(code)) => code,
        Ok(Err(failure)) => {
            log::failed(&failure);
            failure.exit()
        }
        Err(_) => exit::COULD_NOT_RUN,
    };
    log.end(code);
    code.into()
}
