//! What is said on standard error beside progress: lines for people, or with `--log-format json` one object for each event; and spans, for those who collect
//! traces. docs/night.md is the dictionary of both. Nothing goes in here that is not in a message, the coverage ledger or the summary: no secret, and no tag.

mod traces;

use crate::args::LogFormat;
use crate::exit::Code;
use crate::failure::{Failure, inert};
use std::ffi::OsString;
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use traces::Traces;
use tracing::{Level, Metadata};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Set once, before anything is said.
static JSON: AtomicBool = AtomicBool::new(false);

/// True where events are wanted and no lines.
pub(crate) fn is_json() -> bool {
    JSON.load(Ordering::Relaxed)
}

/// The log of one call of the program.
pub(crate) struct Log {
    begun: Instant,
    traces: Option<Traces>,
}

/// Libraries below ours have events of their own, which may show what they send.
fn is_ours(about: &Metadata<'_>) -> bool {
    about.target().starts_with("tagledger")
}

impl Log {
    /// Begins it. What is only informative is left out where nobody wants to be told.
    pub fn begin(format: LogFormat, quiet: bool) -> Self {
        let is_json = format == LogFormat::Json;
        JSON.store(is_json, Ordering::Relaxed);
        let traces = Traces::wanted();
        if is_json || traces.as_ref().is_ok_and(Option::is_some) {
            let most = if quiet { Level::WARN } else { Level::INFO };
            let lines = is_json.then(|| {
                let layer = tracing_subscriber::fmt::layer().json().flatten_event(true).with_current_span(false).with_span_list(false);
                layer.with_target(false).with_writer(std::io::stderr).with_filter(filter_fn(move |about| is_ours(about) && *about.level() <= most))
            });
            let spans = traces.as_ref().ok().and_then(Option::as_ref).map(|traces| traces.layer().with_filter(filter_fn(is_ours)));
            // Nobody else sets one; were one set, it would be told.
            let _set = tracing_subscriber::registry().with(spans).with(lines).try_init();
        }
        let traces = traces.unwrap_or_else(|error| {
            warn(&format!("no traces are sent: {error}"));
            None
        });
        Self { begun: Instant::now(), traces }
    }

    /// Ends it, after everything else: with how the program ends.
    pub fn end(self, code: Code) {
        if let Some(error) = self.traces.and_then(Traces::send) {
            warn(&format!("not every trace was sent: {error}"));
        }
        tracing::info!(event = "ended", exit_code = code.0, seconds = self.begun.elapsed().as_secs_f64());
    }
}

/// The format that a call asks for which cannot be read: its mistakes are told in it.
pub(crate) fn asked_for(words: impl Iterator<Item = OsString>, variable: Option<OsString>) -> LogFormat {
    let (mut last, mut is_next) = (variable, false);
    for word in words {
        let text = word.to_string_lossy();
        if std::mem::replace(&mut is_next, text == "--log-format") {
            last = Some(word);
        } else if let Some(format) = text.strip_prefix("--log-format=") {
            last = Some(format.into());
        }
    }
    if last.is_some_and(|format| format == "json") { LogFormat::Json } else { LogFormat::Text }
}

/// One message is one line, whatever a file is called.
fn line(text: &str) {
    // There is nobody to tell when standard error is gone.
    let _written = writeln!(std::io::stderr().lock(), "{}", inert(text).replace('\n', "\\n"));
}

/// A text of several lines that is drawn for people.
pub(crate) fn drawn(text: &str) {
    // There is nobody to tell when standard error is gone.
    let _written = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Says something that is good to know.
pub(crate) fn say(text: &str) {
    if is_json() { tracing::info!(event = "note", message = text) } else { line(text) }
}

/// Says what a reader of the result has to know.
pub(crate) fn note(text: &str) {
    if is_json() { tracing::info!(event = "note", message = text) } else { line(&format!("note: {text}")) }
}

/// Says what is not as it was asked for.
pub(crate) fn warn(text: &str) {
    if is_json() { tracing::warn!(event = "warning", message = text) } else { line(&format!("warning: {text}")) }
}

/// Says how to go on: a command to copy, on a line of its own for people.
pub(crate) fn go_on(text: &str, command: &str) {
    if is_json() {
        tracing::warn!(event = "resumable", message = text, command);
    } else {
        drawn(&format!("{}\n{}\n", inert(text), inert(command)));
    }
}

/// Says why a command stopped.
pub(crate) fn failed(failure: &Failure) {
    if !is_json() {
        return failure.show();
    }
    let exit_code = failure.exit().0;
    match failure.mistakes() {
        Some(mistakes) => {
            for mistake in mistakes {
                diagnosed(mistake, Some(exit_code));
            }
        }
        None if failure.is_silent() => {}
        None => tracing::error!(event = "failed", exit_code, message = failure.to_string()),
    }
}

/// A mistake, or a warning, in a file that a person wrote.
fn diagnosed(about: &tagledger_model::Diagnostic, exit_code: Option<u8>) {
    let (file, line, column) = (about.place.file.display().to_string(), about.place.line, about.place.column);
    let (message, help) = (about.message.as_str(), about.help.as_deref());
    if about.severity == tagledger_model::Severity::Error {
        tracing::error!(event = "mistake", exit_code, file, line, column, help, message);
    } else {
        tracing::warn!(event = "mistake", file, line, column, help, message);
    }
}

/// Warnings about a file that can be used.
pub(crate) fn warnings(file: (&std::path::Path, &str), warnings: &[tagledger_model::Diagnostic]) {
    if is_json() {
        for warning in warnings {
            diagnosed(warning, None);
        }
    } else if !warnings.is_empty() {
        drawn(&crate::failure::diagnosed(file, warnings));
    }
}

/// Says that a call was not understood: what clap says of it.
pub(crate) fn misunderstood(error: &clap::Error) {
    if is_json() && error.use_stderr() {
        tracing::error!(event = "failed", exit_code = crate::exit::BAD_INPUT.0, message = error.to_string().trim_start_matches("error: ").trim_end());
    } else {
        // Help and version are printed to standard output and are no mistake.
        let _printed = error.print();
    }
}

/// Says that the program broke down: a mistake of ours.
pub(crate) fn panicked(panic: &std::panic::PanicHookInfo<'_>, print: impl FnOnce(&std::panic::PanicHookInfo<'_>)) {
    if is_json() {
        tracing::error!(event = "failed", exit_code = crate::exit::COULD_NOT_RUN.0, message = panic.to_string());
    } else {
        print(panic);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_of_a_call_that_is_not_understood() {
        let asked = |words: &str, variable: Option<&str>| asked_for(words.split(' ').map(OsString::from), variable.map(OsString::from));
        assert_eq!(asked("scan --log-format json --nonsense", None), LogFormat::Json);
        assert_eq!(asked("--log-format=json scan", None), LogFormat::Json);
        assert_eq!(asked("scan", Some("json")), LogFormat::Json);
        assert_eq!(asked("scan --log-format text", Some("json")), LogFormat::Text);
        assert_eq!(asked("scan --log-format", None), LogFormat::Text);
    }
}
