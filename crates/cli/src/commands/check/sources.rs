//! The text that findings point at: files are read once, and only when a finding names them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use tagledger_model::Place;
use tagledger_report::gate::Excerpt;

/// Larger than any file that a person wrote.
const MOST_BYTES: u64 = 64 << 20;
/// Characters kept of each part of a line; formats cut further.
const MOST: usize = 300;

/// Files by their path; none for what cannot be read as text.
#[derive(Debug, Default)]
pub(super) struct Sources {
    files: HashMap<PathBuf, Option<Text>>,
}

#[derive(Debug)]
struct Text {
    whole: String,
    /// Where the lines begin.
    starts: Vec<usize>,
}

impl Text {
    fn read(file: &Path) -> Option<Self> {
        // Anything that is no plain file would block or never end.
        std::fs::metadata(file).ok().filter(|about| about.is_file() && about.len() <= MOST_BYTES)?;
        Some(Self::new(std::fs::read_to_string(file).ok()?))
    }

    fn new(whole: String) -> Self {
        let whole = whole.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(whole);
        let starts = std::iter::once(0).chain(whole.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { whole, starts }
    }

    /// Lines from one to another, both from 1, without the last line break; none where the file is shorter.
    fn lines(&self, first: u32, last: u32) -> Option<&str> {
        let at = |line: u32| self.starts.get(usize::try_from(line).ok()?).copied();
        let start = at(first.checked_sub(1)?)?;
        let end = at(last).unwrap_or(self.whole.len());
        at(last.checked_sub(1)?)?;
        let lines = self.whole.get(start..end)?;
        let lines = lines.strip_suffix('\n').unwrap_or(lines);
        Some(lines.strip_suffix('\r').unwrap_or(lines))
    }
}

impl Sources {
    fn lines(&mut self, file: &Path, first: u32, last: u32) -> Option<&str> {
        if !self.files.contains_key(file) {
            self.files.insert(file.to_owned(), Text::read(file));
        }
        self.files.get(file)?.as_ref()?.lines(first, last)
    }

    /// All lines of a block; none where they cannot be read.
    pub fn block(&mut self, place: &Place, end_line: u32) -> Option<&str> {
        self.lines(&place.file, place.line, end_line)
    }

    /// The head of a block, up to where its inside begins: what stands in it may be a secret, and is never shown.
    pub fn head(&mut self, place: &Place) -> Option<Excerpt> {
        let (before, rest) = split(self.lines(&place.file, place.line, place.line)?, place.column)?;
        let end = rest.find('{').or_else(|| rest.find(':')).unwrap_or(rest.len());
        let (head, inside) = rest.split_at(end);
        let (open, inside) = inside.split_at(inside.chars().next().map_or(0, char::len_utf8));
        let marked = head.trim_end();
        let after = format!("{}{open}{}", &head[marked.len()..], if inside.trim().is_empty() { "" } else { " …" });
        let before = if before.trim().is_empty() { before } else { "… " };
        excerpt(place, before, marked, &after)
    }

    /// A line of the taxonomy with the word that demands something.
    pub fn demand(&mut self, place: &Place) -> Option<Excerpt> {
        let (before, rest) = split(self.lines(&place.file, place.line, place.line)?, place.column)?;
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
        let end = match quote {
            Some(quote) => rest[1..].find(quote).map(|at| at + 2),
            None => rest.find(|c: char| c.is_whitespace() || matches!(c, ':' | ',' | '}' | ']')),
        };
        let (marked, after) = rest.split_at(end.unwrap_or(rest.len()));
        excerpt(place, before, marked, after)
    }
}

/// A line in two, before a column that counts characters from 1; none where it is shorter.
fn split(line: &str, column: u32) -> Option<(&str, &str)> {
    let before = usize::try_from(column.max(1) - 1).ok()?;
    let (at, _) = line.char_indices().nth(before)?;
    Some(line.split_at(at))
}

fn excerpt(place: &Place, before: &str, marked: &str, after: &str) -> Option<Excerpt> {
    let cut = |text: &str| if text.chars().nth(MOST).is_some() { text.chars().take(MOST).chain(['…']).collect() } else { text.to_owned() };
    // Of a long beginning the end is what stands beside the mark.
    let skipped = before.chars().count().saturating_sub(MOST);
    let before = if skipped > 0 { std::iter::once('…').chain(before.chars().skip(skipped)).collect() } else { before.to_owned() };
    (!marked.trim().is_empty()).then(|| Excerpt { place: place.clone(), before, marked: cut(marked), after: cut(after) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holding(file: &Path, text: &str) -> Sources {
        Sources { files: HashMap::from([(file.to_owned(), Some(Text::new(text.to_owned())))]) }
    }

    fn parts(found: Option<Excerpt>) -> Option<(String, String, String)> {
        found.map(|e| (e.before, e.marked, e.after))
    }

    fn three(before: &str, marked: &str, after: &str) -> (String, String, String) {
        (before.to_owned(), marked.to_owned(), after.to_owned())
    }

    #[test]
    fn a_block_shows_its_head_and_never_its_inside() {
        let file = PathBuf::from("a");
        let text =
            "\u{feff}resource \"a\" \"b\" {\r\n  x {\n}\nresource \"a\" \"c\" { password = \"hush\" }\n  Data:\n{\"k\":\"hush\",\"B\":{\"x\":\"hush\"}}\n\n";
        let mut sources = holding(&file, text);
        let mut at = |line, column| parts(sources.head(&Place { file: file.clone(), line, column }));
        assert_eq!(at(1, 1), Some(three("", "resource \"a\" \"b\"", " {")));
        assert_eq!(at(4, 1), Some(three("", "resource \"a\" \"c\"", " { …")));
        assert_eq!(at(5, 3), Some(three("  ", "Data", ":")));
        assert_eq!(at(6, 13), Some(three("… ", "\"B\":", "{ …")));
        for (line, column) in [(7, 1), (8, 1), (9, 1), (0, 1), (5, 99)] {
            assert_eq!(at(line, column), None, "{line}:{column}");
        }
        let place = Place { file: file.clone(), line: 1, column: 1 };
        assert_eq!(sources.block(&place, 3), Some("resource \"a\" \"b\" {\r\n  x {\n}"));
        assert_eq!(sources.block(&place, 99), None);
        assert_eq!(sources.head(&Place { file: ".".into(), line: 1, column: 1 }), None);
    }

    #[test]
    fn a_demand_shows_its_line() {
        let file = PathBuf::from("t.yaml");
        let mut sources = holding(&file, &format!("keys:\n  Öwner: {{ required: true }}\n  \"a: b\": {{}}\n  {}: 1\n", "k".repeat(1000)));
        let mut at = |line, column| parts(sources.demand(&Place { file: file.clone(), line, column }));
        assert_eq!(at(2, 3), Some(three("  ", "Öwner", ": { required: true }")));
        assert_eq!(at(3, 3), Some(three("  ", "\"a: b\"", ": {}")));
        assert_eq!(at(4, 3).unwrap().1.chars().count(), MOST + 1);
        assert_eq!(at(4, 903).unwrap().0.chars().count(), MOST + 1);
    }
}
