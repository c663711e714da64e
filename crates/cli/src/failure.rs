//! Why a command stopped, and how that is said.

use crate::exit::{self, Code};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use std::fmt::Write as _;
use std::io::{IsTerminal, Write};
use std::path::Path;
use tagledger_collect::{CostsError, JournalError, LiveError, ReadError};
use tagledger_cost::{CostError, EngineError as Unanswered, PushdownError};
use tagledger_engine::EngineError;
use tagledger_iac::PlanError;
use tagledger_model::{Diagnostic, Severity};
use tagledger_notify::{NotReady, SendError};
use tagledger_store::StoreError;
use tagledger_taxonomy::LoadError;

/// Why a command stopped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The taxonomy or the settings have mistakes.
    #[error(transparent)]
    Mistakes(#[from] LoadError),
    /// An inventory export is unusable.
    #[error(transparent)]
    Inventory(#[from] ReadError),
    /// A cloud cannot be asked.
    #[error(transparent)]
    Live(#[from] LiveError),
    /// What was collected cannot be kept.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A plan is unusable.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A bill is unusable.
    #[error(transparent)]
    Bill(#[from] CostError),
    /// A service does not say what things cost.
    #[error("{0}: {1}")]
    Costs(String, CostsError),
    /// A bill was not added up where it lies.
    #[error("{0}")]
    Pushdown(#[from] PushdownError),
    /// A run cannot be written or read.
    #[error(transparent)]
    Run(#[from] StoreError),
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Somebody cannot be told.
    #[error("{0}")]
    NotReady(#[from] NotReady),
    /// A message was not sent.
    #[error("{0}")]
    NotSent(#[from] SendError),
    /// Something that was asked for does not exist or does not fit.
    #[error("{0}")]
    Usage(String),
    /// Output could not be written.
    #[error("{what}: cannot be written: {source}")]
    Output {
        /// File or stream.
        what: String,
        /// What the system said.
        source: std::io::Error,
    },
}

impl Failure {
    /// A report that could not be written. Its rows may come from a stored run: when reading that is what failed, the run is named.
    pub fn output(what: &dyn std::fmt::Display, source: std::io::Error) -> Self {
        match source.downcast::<StoreError>() {
            Ok(error) => Self::Run(error),
            Err(source) => Self::Output { what: what.to_string(), source },
        }
    }

    /// The exit code it means.
    pub fn exit(&self) -> Code {
        // The reader of a pipe went away: it has what it wanted.
        if self.is_silent() {
            return exit::CLEAN;
        }
        match self {
            Self::Live(LiveError::System(_) | LiveError::Journal(_))
            | Self::Journal(_)
            | Self::Bill(CostError::Conservation { .. })
            | Self::Costs(_, CostsError::Write { .. })
            | Self::Engine(_)
            | Self::Pushdown(PushdownError::Engine(Unanswered::Failed(_)) | PushdownError::Write(_))
            | Self::NotSent(_)
            | Self::Run(StoreError::Write { .. } | StoreError::Busy { .. })
            | Self::Output { .. } => exit::COULD_NOT_RUN,
            Self::Mistakes(_)
            | Self::Inventory(_)
            | Self::Live(LiveError::Cloud { .. })
            | Self::Plan(_)
            | Self::Bill(_)
            | Self::Costs(..)
            | Self::Pushdown(_)
            | Self::Run(_)
            | Self::NotReady(_)
            | Self::Usage(_) => exit::BAD_INPUT,
        }
    }

    /// The mistakes in a file, where they are why.
    pub fn mistakes(&self) -> Option<&[Diagnostic]> {
        if let Self::Mistakes(LoadError::Mistakes { diagnostics, .. }) = self { Some(diagnostics) } else { None }
    }

    /// True where nothing has to be said: the reader of a pipe went away.
    pub fn is_silent(&self) -> bool {
        let Self::Output { source, .. } = self else { return false };
        // What writes a format may have wrapped what the system said.
        let mut errors = std::iter::successors(Some(source as &dyn std::error::Error), |error| error.source());
        errors.any(|error| error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe))
    }

    /// Says it on standard error.
    pub fn show(&self) {
        let mut err = std::io::stderr().lock();
        // There is nobody to tell when standard error is gone.
        let _written = match self {
            Self::Mistakes(LoadError::Mistakes { path, text, diagnostics }) => err.write_all(diagnosed((path, text), diagnostics).as_bytes()),
            silent if silent.is_silent() => Ok(()),
            // One message is one line, whatever a file is called.
            other => writeln!(err, "error: {}", inert(&other.to_string()).replace('\n', "\\n")),
        };
    }
}

/// Controls, bidi overrides and zero-width characters of hostile names do not reach the terminal; lines stay lines.
pub(crate) fn inert(text: &str) -> String {
    text.split('\n').map(tagledger_report::visible).collect::<Vec<_>>().join("\n")
}

/// Mistakes whose line is drawn; further ones have their place and what to do, and lines that no screen holds are not drawn at all. What is drawn for each
/// of thousands of mistakes in one long line would take the square of its length.
const DRAWN: usize = 100;
const LONGEST_DRAWN: usize = 1_000;

/// Mistakes in a file and in those that it names: each with its place, the line itself where it is the file's own, and what to do.
pub(crate) fn diagnosed((main, text): (&Path, &str), diagnostics: &[Diagnostic]) -> String {
    let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let mut out = String::new();
    // Writing to a string cannot fail.
    for (number, diagnostic) in diagnostics.iter().enumerate() {
        let level = if diagnostic.severity == Severity::Error { Level::ERROR } else { Level::WARNING };
        let word = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
        // The place stands first on the line, in the form that editors and terminals make a link of.
        let _written = writeln!(out, "{}: {word}: {}", diagnostic.place, inert(&diagnostic.message));
        let span = (number < DRAWN && diagnostic.place.file == main).then(|| span(text, diagnostic)).flatten();
        if let Some(span) = span {
            let path = diagnostic.place.file.display().to_string();
            let snippet = Snippet::source(text).path(path).annotation(AnnotationKind::Primary.span(span));
            let group: Group<'_> = level.primary_title("here").element(snippet);
            let drawn = renderer.render(&[group]);
            // The title and the arrow line repeat the place above.
            for line in drawn.lines().skip(2) {
                out.push_str(&inert_line(line, colour));
                out.push('\n');
            }
        }
        if let Some(help) = &diagnostic.help {
            let _written = writeln!(out, "   = help: {}", inert(help));
        }
        out.push('\n');
    }
    let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
    if errors > 0 {
        let _written = writeln!(out, "{errors} mistake{}; nothing was done", if errors == 1 { "" } else { "s" });
    }
    out
}

/// Escape sequences are the renderer's own when colour is on; otherwise none may stand.
fn inert_line(line: &str, colour: bool) -> String {
    if colour { line.to_owned() } else { inert(line) }
}

/// The bytes that a diagnostic is about.
fn span(text: &str, diagnostic: &Diagnostic) -> Option<std::ops::Range<usize>> {
    let line = usize::try_from(diagnostic.place.line).ok()?.checked_sub(1)?;
    let start_of_line = text.split_inclusive('\n').take(line).map(str::len).sum::<usize>();
    let content = text.get(start_of_line..)?.lines().next().unwrap_or("");
    if content.len() > LONGEST_DRAWN {
        return None;
    }
    let column = usize::try_from(diagnostic.place.column).ok()?.saturating_sub(1);
    let at = |chars: usize| content.char_indices().nth(chars).map_or(content.len(), |(i, _)| i);
    let (start, end) = (at(column), at(column + diagnostic.width.max(1)));
    Some(start_of_line + start..start_of_line + end.max(start))
}
