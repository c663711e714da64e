//! Columns aligned by hand: terminal width of each text, cut where it does not fit, colour around it.

use crate::inert::visible;
use std::io::{self, Write};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How a text looks. Never the only carrier of a meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Style {
    #[default]
    Plain,
    Bold,
    Dim,
    Red,
    Yellow,
    Green,
    Cyan,
}

/// Writes ANSI codes, or none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paint {
    pub colour: bool,
}

impl Paint {
    pub fn apply(self, text: &str, style: Style) -> String {
        let code = match style {
            Style::Plain => return text.to_owned(),
            Style::Bold => "1",
            Style::Dim => "2",
            Style::Red => "1;31",
            Style::Yellow => "33",
            Style::Green => "32",
            Style::Cyan => "36",
        };
        if self.colour && !text.trim().is_empty() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// Columns that a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// At most `max` columns, with `…` at the end where cut.
pub(crate) fn cut_end(text: &str, max: usize) -> String {
    if width(text) <= max { text.to_owned() } else { format!("{}…", take(text.chars(), max.saturating_sub(1))) }
}

/// At most `max` columns, with `…` in the middle: of an id both ends tell something, the last one more.
pub(crate) fn cut_middle(text: &str, max: usize) -> String {
    if width(text) <= max {
        return text.to_owned();
    }
    let room = max.saturating_sub(1);
    let tail: String = take(text.chars().rev(), room - room * 2 / 5).chars().rev().collect();
    format!("{}…{tail}", take(text.chars(), room * 2 / 5))
}

/// The first characters, as far as `max` columns reach.
pub(crate) fn take(chars: impl Iterator<Item = char>, max: usize) -> String {
    let mut used = 0;
    chars
        .take_while(|c| {
            used += c.width().unwrap_or(0);
            used <= max
        })
        .collect()
}

/// Lines of at most `max` columns, broken at blanks; a longer word is cut into pieces.
pub(crate) fn wrap(text: &str, max: usize) -> Vec<String> {
    let max = max.max(1);
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in text.split(' ') {
        if !line.is_empty() && width(&line) + 1 + width(word) > max {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        while width(&line) > max {
            let head = take(line.chars(), max);
            if head.is_empty() {
                break;
            }
            line = line.split_off(head.len());
            lines.push(head);
        }
    }
    lines.push(line);
    lines
}

/// What happens to a text that is wider than its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fit {
    /// It must not be cut: the column is as wide as its widest text.
    Left,
    /// The same, aligned right: numbers.
    Right,
    /// Cut at the end; not below this width.
    CutEnd(usize),
    /// Cut in the middle; not below this width.
    CutMiddle(usize),
    /// Broken into lines; not below this width.
    Wrap(usize),
}

impl Fit {
    fn least(self) -> Option<usize> {
        match self {
            Self::Left | Self::Right => None,
            Self::CutEnd(n) | Self::CutMiddle(n) | Self::Wrap(n) => Some(n),
        }
    }
}

/// One cell.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    /// A cell whose text may come from a cloud.
    pub fn new(text: &str, style: Style) -> Self {
        Self { text: visible(text).into_owned(), style }
    }
}

impl<T: AsRef<str>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::new(text.as_ref(), Style::Plain)
    }
}

/// A table with a header line.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<(String, Fit)>,
    /// A row without cells is a line across.
    rows: Vec<Vec<Cell>>,
}

/// Blanks between two columns.
const GAP: usize = 2;

impl Table {
    pub fn new(columns: Vec<(String, Fit)>) -> Self {
        Self { columns: columns.into_iter().map(|(title, fit)| (visible(&title).into_owned(), fit)).collect(), rows: Vec::new() }
    }

    pub fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// A line across, before sums.
    pub fn line(&mut self) {
        self.rows.push(Vec::new());
    }

    /// Columns that the table takes when nothing is cut.
    pub fn natural_width(&self) -> usize {
        self.natural().iter().sum::<usize>() + GAP * self.columns.len().saturating_sub(1)
    }

    fn natural(&self) -> Vec<usize> {
        let cell = |i: usize| self.rows.iter().filter_map(move |r| r.get(i)).map(|c| width(&c.text));
        self.columns.iter().enumerate().map(|(i, (title, _))| cell(i).chain([width(title)]).max().unwrap_or(0)).collect()
    }

    /// Takes columns from what may be cut, the widest first, until it fits.
    fn widths(&self, max: usize) -> Vec<usize> {
        let mut widths = self.natural();
        let mut excess = self.natural_width().saturating_sub(max);
        while excess > 0 {
            let spare = |i: usize, widths: &[usize]| self.columns[i].1.least().is_some_and(|least| widths[i] > least);
            let Some(widest) = (0..widths.len()).filter(|i| spare(*i, &widths)).max_by_key(|i| widths[*i]) else { break };
            widths[widest] -= 1;
            excess -= 1;
        }
        widths
    }

    /// Writes it into at most `max` columns, as long as what must not be cut leaves room.
    pub fn write(&self, max: usize, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
        let widths = self.widths(max);
        let across = widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1);
        let header: Vec<Cell> = self.columns.iter().map(|(title, _)| Cell { text: title.clone(), style: Style::Dim }).collect();
        self.write_row(&header, &widths, paint, out)?;
        let line = paint.apply(&"─".repeat(across), Style::Dim);
        writeln!(out, "{line}")?;
        for row in &self.rows {
            if row.is_empty() {
                writeln!(out, "{line}")?;
            } else {
                self.write_row(row, &widths, paint, out)?;
            }
        }
        Ok(())
    }

    fn write_row(&self, row: &[Cell], widths: &[usize], paint: Paint, out: &mut dyn Write) -> io::Result<()> {
        let cells: Vec<Vec<String>> = row
            .iter()
            .zip(widths)
            .zip(&self.columns)
            .map(|((cell, width), (_, fit))| match fit {
                Fit::CutMiddle(_) => vec![cut_middle(&cell.text, *width)],
                Fit::Wrap(_) => wrap(&cell.text, *width),
                _ => vec![cut_end(&cell.text, *width)],
            })
            .collect();
        for n in 0..cells.iter().map(Vec::len).max().unwrap_or(0) {
            let mut line = String::new();
            for (i, lines) in cells.iter().enumerate() {
                let text = lines.get(n).map_or("", String::as_str);
                let blank = " ".repeat(widths[i].saturating_sub(width(text)));
                let text = paint.apply(text, row[i].style);
                line.push_str(&if self.columns[i].1 == Fit::Right { blank + &text } else { text + &blank });
                line.push_str(&" ".repeat(GAP));
            }
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_by_what_they_take_on_a_terminal() {
        assert_eq!(cut_end("東京東京", 5), "東京…");
        assert_eq!(cut_middle("arn:aws:ec2:eu-central-1:1:instance/i-0a1b2c", 20), "arn:aws…nce/i-0a1b2c");
        assert_eq!(cut_middle("short", 20), "short");
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij k", 4), ["abcd", "efgh", "ij k"]);
    }

    #[test]
    fn a_table_fits_and_colour_does_not_change_its_columns() {
        let mut table = Table::new(vec![("Name".into(), Fit::CutMiddle(6)), ("Sum".into(), Fit::Right)]);
        table.row(vec![Cell::new("a-very-long-name-\u{1b}[2J-of-a-resource", Style::Red), "12.00".into()]);
        let write = |colour| {
            let mut out = Vec::new();
            table.write(20, Paint { colour }, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let plain = write(false);
        assert!(plain.lines().all(|l| width(l) <= 20), "{plain}");
        assert!(!plain.contains('\u{1b}'));
        let stripped = ["\u{1b}[1;31m", "\u{1b}[2m", "\u{1b}[0m"].iter().fold(write(true), |text, code| text.replace(code, ""));
        assert_eq!(stripped, plain);
    }
}
