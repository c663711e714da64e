//! `cargo xtask fuzz`: the readers against changed samples, for as long as it is told and with a seed of its own.

use crate::{Failure, arguments, process, workspace};
use std::time::{SystemTime, UNIX_EPOCH};

/// What was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Options<'w> {
    target: &'w str,
    minutes: &'w str,
    seed: Option<u64>,
    input: &'w str,
}

impl<'w> Options<'w> {
    fn parse(words: &[&'w str]) -> Result<Self, Failure> {
        let (target, rest) = match words {
            [target, rest @ ..] if !target.starts_with("--") => (*target, rest),
            rest => ("", rest),
        };
        let mut options = Self { target, minutes: "2", ..Self::default() };
        for (name, value) in arguments::options(rest, &["minutes", "seed", "input"])? {
            match name {
                "minutes" if value.parse::<f64>().is_ok_and(|minutes| minutes.is_finite() && minutes > 0.0) => options.minutes = value,
                "minutes" => return Err(Failure(format!("--minutes {value}: a number is wanted, such as 10 or 0.5."))),
                "seed" => options.seed = Some(arguments::count(name, value)?),
                _ => options.input = value,
            }
        }
        if !options.input.is_empty() && target.is_empty() {
            return Err("--input reads one file as one target would: name the target as well.".into());
        }
        Ok(options)
    }
}

/// Builds the program and the readers, and hands over.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    let options = Options::parse(words)?;
    let root = workspace::root()?;
    let folder = workspace::target(&root).join("fuzz");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let input = if options.input.is_empty() {
        String::new()
    } else {
        std::path::absolute(options.input).map_err(|e| Failure(format!("{}: {e}", options.input)))?.display().to_string()
    };
    process::run(process::cargo(&root).args(["build", "--workspace", "--bins"]))?;
    println!("Each target runs for {} minutes; what breaks a law is written below {}.", options.minutes, folder.display());
    let mut test = process::cargo(&root);
    test.args(["test", "--workspace", "--test", "fuzz", "--", "--ignored", "--exact", "for_a_long_time", "--nocapture"]);
    test.env("TAGLEDGER_FUZZ_TARGET", options.target).env("TAGLEDGER_FUZZ_MINUTES", options.minutes).env("TAGLEDGER_FUZZ_INPUT", input);
    test.env("TAGLEDGER_FUZZ_SEED", options.seed.unwrap_or(now).to_string()).env("TAGLEDGER_FUZZ_FOLDER", &folder);
    process::run(&mut test)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_and_its_options() {
        let all = Options::parse(&["bill", "--minutes", "0.5", "--seed", "7"]).unwrap();
        assert_eq!(all, Options { target: "bill", minutes: "0.5", seed: Some(7), input: "" });
        assert_eq!(Options::parse(&[]).unwrap().target, "");
        for words in [&["--minutes", "soon"][..], &["--input", "x"], &["--hours", "1"]] {
            assert!(Options::parse(words).is_err(), "{words:?}");
        }
    }
}
