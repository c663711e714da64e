//! What is left to do is an issue, not a comment.

use super::{Break, RustFile, source::line_of, source::words};
use crate::workspace::{TextFile, extension};

pub(crate) const DEMANDS: &str = "A note about work to be done names its issue (`#123`): a note that nobody planned is never found again.";

const NOTES: &[&str] = &["TODO", "FIXME", "XXX", "HACK"];

/// Files in which `#` or markup begins a comment; there, the whole text is looked at.
const OTHER: &[&str] = &["toml", "yaml", "yml", "html", "css", "js", "md"];

pub(super) fn check(rust: &[RustFile], texts: &[TextFile]) -> Vec<Break> {
    let comments = rust.iter().map(|f| (f.path.as_str(), f.source.comments.as_str()));
    let is_other = |path: &str| OTHER.contains(&extension(path));
    let other = texts.iter().filter(|f| is_other(&f.path)).map(|f| (f.path.as_str(), f.text.as_str()));
    let mut breaks = Vec::new();
    for (path, text) in comments.chain(other) {
        for (at, word) in words(text).filter(|(_, word)| NOTES.contains(word)) {
            let line = text[at..].lines().next().unwrap_or_default();
            if !names_an_issue(line) {
                breaks.push(Break::new(path, line_of(text.as_bytes(), at), format!("`{word}` without an issue")));
            }
        }
    }
    breaks
}

fn names_an_issue(line: &str) -> bool {
    line.split('#').skip(1).any(|after| after.starts_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_needs_its_issue() {
        let said = |text: &str| check(&[RustFile::new("crates/cost/src/a.rs", text)], &[]).len();
        assert_eq!(said("fn f() {} // TODO: round\n"), 1);
        assert_eq!(said("/* FIXME */"), 1);
        assert_eq!(said("// TODO #: round"), 1);
        assert_eq!(said("// TODO(#12): round\nlet s = \"TODO\"; let todos = 1;"), 0);
        let toml = TextFile { path: "crates/cost/Cargo.toml".to_owned(), text: "# TODO\n".to_owned() };
        assert_eq!(check(&[], &[toml]).len(), 1);
    }
}
