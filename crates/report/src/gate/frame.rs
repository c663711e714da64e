//! Lines of source with a mark below and a label beside it, as compilers draw them.

use super::{Excerpt, GateOptions};
use crate::inert::visible;
use crate::terminal::table::{cut_end, take, width, wrap};
use std::fmt::Write as _;

/// Columns of the numbers beside the lines.
pub(super) const GUTTER: usize = 5;
/// Columns for a tab: a terminal would jump to where the mark below does not follow.
const TAB: &str = "    ";

/// An excerpt with what is said about it.
pub(super) struct Mark<'g> {
    pub excerpt: &'g Excerpt,
    /// What the marked part is underlined with.
    pub sign: char,
    pub label: String,
    /// Number of the colour of sign and label.
    pub colour: &'static str,
}

/// Columns that texts may take: a narrow terminal breaks lines itself.
pub(super) fn room(options: &GateOptions) -> usize {
    options.width.clamp(40, 400)
}

/// Draws lines of one file, which come in order.
pub(super) fn draw(out: &mut String, marks: &[Mark<'_>], options: &GateOptions) {
    let gutter = marks.iter().map(|mark| mark.excerpt.place.line.to_string().len() + 3).max().unwrap_or(0).max(GUTTER);
    let room = room(options).saturating_sub(gutter + 3);
    let _ = writeln!(out, "{:gutter$} |", "");
    let mut last = None;
    for mark in marks {
        let line = mark.excerpt.place.line;
        if last.is_some_and(|last| last + 1 < line) {
            let _ = writeln!(out, "{:>gutter$}", "...");
        }
        last = Some(line);
        draw_one(out, mark, gutter, room, options.colour);
    }
}

fn draw_one(out: &mut String, mark: &Mark<'_>, gutter: usize, room: usize, colour: bool) {
    let (before, marked, after) = fitted(mark.excerpt, room);
    let _ = writeln!(out, "{:>gutter$} | {}", mark.excerpt.place.line, format!("{before}{marked}{after}").trim_end());
    let (indent, length) = (width(&before), width(&marked).max(1));
    let (on, off) = if colour { (format!("\u{1b}[{}m", mark.colour), "\u{1b}[0m") } else { (String::new(), "") };
    let signs: String = std::iter::repeat_n(mark.sign, length).collect();
    if indent + length + 1 + width(&mark.label) <= room {
        let _ = writeln!(out, "{:gutter$} | {:indent$}{on}{signs} {}{off}", "", "", mark.label);
        return;
    }
    let _ = writeln!(out, "{:gutter$} | {:indent$}{on}{signs}{off}", "", "");
    let indent = indent.min(room / 2);
    for line in wrap(&mark.label, room - indent) {
        let _ = writeln!(out, "{:gutter$} | {:indent$}{on}{line}{off}", "", "");
    }
}

/// The three parts of a line, harmless, and together no wider than there is room. Of what stands before the mark its end is kept.
fn fitted(excerpt: &Excerpt, room: usize) -> (String, String, String) {
    let mut before = plain(&excerpt.before);
    if width(&before) > room / 3 {
        let tail: String = take(before.chars().rev(), room / 4).chars().rev().collect();
        before = format!("…{tail}");
    }
    let (all, left) = (plain(&excerpt.marked), room - width(&before));
    let marked = cut_end(&all, left);
    let left = left - width(&marked);
    let after = if left == 0 || marked.len() < all.len() { String::new() } else { cut_end(&plain(&excerpt.after), left) };
    (before, marked, after)
}

/// A line of source without anything that moves a cursor.
pub(super) fn plain(line: &str) -> String {
    no_command(&visible(&line.replace('\t', TAB)))
}

/// Some pipelines take `##vso[…]` for a command wherever it stands in a line of the log.
pub(super) fn no_command(text: &str) -> String {
    text.replace("##vso[", "# #vso[").replace("##[", "# #[")
}

#[cfg(test)]
mod tests {
    use super::*;
    use tagledger_model::Place;

    fn drawn(before: &str, marked: &str, after: &str, label: &str, columns: usize) -> String {
        let excerpt =
            Excerpt { place: Place { file: "f".into(), line: 7, column: 1 }, before: before.to_owned(), marked: marked.to_owned(), after: after.to_owned() };
        let mut out = String::new();
        let options = GateOptions { width: columns, colour: false, category: None, repository: None };
        draw(&mut out, &[Mark { excerpt: &excerpt, sign: '^', label: label.to_owned(), colour: "31" }], &options);
        out
    }

    #[test]
    fn the_mark_stands_below_what_it_marks() {
        assert_eq!(drawn("  ", "Owner", ": {}", "required here", 80), "      |\n    7 |   Owner: {}\n      |   ^^^^^ required here\n");
        // Tabs and wide letters take the columns that they are drawn with.
        assert_eq!(drawn("\t", "所有", ":", "x", 80), "      |\n    7 |     所有:\n      |     ^^^^ x\n");
    }

    #[test]
    fn nothing_is_wider_than_the_terminal() {
        for columns in [0, 40, 80, 160] {
            for (before, marked) in [(" ".repeat(500), "x".repeat(9)), ("東".repeat(500), "京".repeat(500)), (String::new(), "\u{1b}[2J".repeat(100))] {
                let out = drawn(&before, &marked, &"y".repeat(500), "a label that says a lot about what is missing here", columns);
                assert!(out.lines().all(|line| width(line) <= columns.max(40)), "{columns}: {out}");
                assert!(out.contains('^') && !out.contains('\u{1b}') && out.replace("\n      |", "").contains("label"), "{out}");
            }
        }
    }
}
