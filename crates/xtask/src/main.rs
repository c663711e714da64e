//! The tasks of the project: `cargo xtask test`, `tidy`, `fuzz`, `deny`, `bench`, `book` and `new rule`.
//!
//! What the program does is not here but in the crates that it is made of; data for tests and benches comes from `testkit`.
//! This crate has no dependencies and must not get any: `cargo xtask` builds it alone, and a feature asked for here would
//! compile the shared dependencies twice.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the output of a task is text on a terminal")]

mod arguments;
mod bench;
mod book;
mod deny;
mod engines;
mod features;
mod fuzz;
mod judges;
mod new_rule;
mod process;
mod suite;
mod tidy;
mod validator;
mod workspace;

use std::{fmt, process::ExitCode};

const USAGE: &str = "\
Tasks of the project.

  cargo xtask test [--all]     everything: set-up, formatting, tidy, tests, lints; with --all also what takes long, such as a whole Apache Spark
  cargo xtask tidy             the laws of ARCHITECTURE.md
  cargo xtask fuzz [target] [options]  readers against changed samples; tells the seed of what breaks
      --minutes N                 how long each target runs (2)
      --seed N                    repeats a run
      --input FILE                reads one file, as the target would
  cargo xtask deny             licences, banned crates, sources and advisories of all dependencies
  cargo xtask bench [options]  speed and memory as ratios, both sides in the same run
      --only a|b-typical|b-hard   one part of it (may be repeated)
      --resources N               resources of part a (1,000,000)
      --rows N                    bill rows of part b (10,000,000)
      --reps N                    repetitions, of which the median counts (3)
  cargo xtask book             the documentation as a site, built with mdBook
  cargo xtask new rule <id>    a rule, its page and its line in the list
";

/// Why a task did not succeed, in a sentence for the person who started it.
#[derive(Debug)]
struct Failure(String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<String> for Failure {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Failure {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["test"] => suite::run(false),
        ["test", "--all"] => suite::run(true),
        ["tidy"] => tidy::run(),
        ["fuzz", options @ ..] => fuzz::run(options),
        ["deny"] => deny::run(),
        ["bench", options @ ..] => bench::run(options),
        ["book"] => book::run(),
        ["new", "rule", id] => new_rule::run(id),
        [] | ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        other => {
            eprintln!("No such task: {}\n\n{USAGE}", other.join(" "));
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\n{failure}");
            ExitCode::FAILURE
        }
    }
}
