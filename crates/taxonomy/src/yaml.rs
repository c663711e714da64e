//! Files that people write in YAML, read so that every mistake can be named at once, each with its place and what to do about it.
//!
//! `taxonomy.yaml` is read by this, and the program's settings are; what the fields mean is the business of whoever asks for them.

mod node;
mod reader;

pub use node::{At, Node, Shape, Unreadable, tree};
pub use reader::{Fields, Reader, Word, nearest, suggest};

use std::io;
use std::path::{Path, PathBuf};
use tagledger_model::{Diagnostic, Place};

/// Why a file was not loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file was read, and it or a side file has mistakes: all of them, warnings included, the file's own first, in
    /// the order of each file.
    #[error("{}", listed(diagnostics))]
    Mistakes {
        /// The file as the user named it.
        path: PathBuf,
        /// Its text, to underline the mistakes whose place is in it.
        text: String,
        /// At least one error.
        diagnostics: Vec<Diagnostic>,
    },
    /// The file could not be read.
    #[error("{}: cannot be read: {source}", path.display())]
    Io {
        /// The file as the user named it.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

fn listed(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The text of a file, without an editor's byte order mark: that is no content, and would move every column of the first line.
pub fn text(path: &Path) -> Result<String, LoadError> {
    let bytes = std::fs::read(path).map_err(|source| LoadError::Io { path: path.to_owned(), source })?;
    let text = String::from_utf8(bytes).map_err(|error| wrong_encoding(path, error.as_bytes()))?;
    Ok(without_mark(&text).to_owned())
}

pub(crate) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

fn wrong_encoding(path: &Path, bytes: &[u8]) -> LoadError {
    let valid = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let (line, column) = (valid.matches('\n').count() + 1, valid.rsplit('\n').next().unwrap_or("").chars().count() + 1);
    let place = Place { file: path.to_owned(), line: u32::try_from(line).unwrap_or(u32::MAX), column: u32::try_from(column).unwrap_or(u32::MAX) };
    let message = if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) { "The file is UTF-16" } else { "The file is not UTF-8" };
    let diagnostics = vec![Diagnostic::error(place, message).with_help("Save it as UTF-8")];
    LoadError::Mistakes { path: path.to_owned(), text: String::from_utf8_lossy(bytes).into_owned(), diagnostics }
}
