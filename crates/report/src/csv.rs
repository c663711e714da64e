//! CSV files for spreadsheets and for programs: comma, double quotes where needed, UTF-8 without a byte order mark, `\n`, one header line.
//!
//! Amounts are plain decimals with every digit, so that sums over a file are exact. A cell that a spreadsheet would run
//! as a formula starts with `'`; line breaks and characters that cannot be seen are spelt out (`\n`, `\u{1b}`).
//!
//! Which columns there are is in `tables.rs`, and what they mean in docs/reports.md.

use crate::inert::cell;
use crate::tables::{self, Grid};
use crate::{Costs, Format, Report, Sink, Summary};
use std::io::{self, Write};
use tagledger_model::Finding;

/// CSV files.
#[derive(Debug)]
pub(crate) struct Csv;

impl Format for Csv {
    fn id(&self) -> &'static str {
        "csv"
    }

    fn write(&self, report: &Report<'_>, out: &mut dyn Sink) -> io::Result<()> {
        whole(out.file("findings.csv")?, |grid| tables::findings(report, grid))?;
        whole(out.file("resources.csv")?, |grid| tables::resources(report, grid))?;
        whole(out.file("environments.csv")?, |grid| tables::environments(report.summary, grid))?;
        match &report.summary.costs {
            Some(costs) => cells(costs, out.file(&cost_file(&costs.by))?),
            None => Ok(()),
        }
    }
}

/// `cost-by-environment-application.csv`. Keys are the user's words: what is no letter or digit stays out of the file name.
fn cost_file(by: &[String]) -> String {
    let words: Vec<String> = by.iter().map(|k| k.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()).collect();
    format!("cost-by-{}.csv", words.join("-"))
}

/// What the columns of a file mean: the rows of its table in docs/reports.md, names and meaning, without the marks of Markdown.
pub(crate) fn dictionary(file: &str) -> impl Iterator<Item = (&'static str, String)> {
    const PAGE: &str = include_str!("../../../docs/reports.md");
    let of_file = PAGE.lines().skip_while(move |line| line.trim_start_matches('#').trim() != file).skip(1).take_while(|line| !line.starts_with('#'));
    let cells = of_file.filter_map(|line| line.strip_prefix("| `")?.strip_suffix(" |")?.split_once(" | "));
    cells.map(|(names, meaning)| (names.trim_end_matches('`'), meaning.replace('`', "")))
}

/// Writes a file from its first row to its last.
fn whole<'o>(out: Box<dyn Write + 'o>, table: impl FnOnce(&mut dyn Grid) -> io::Result<()>) -> io::Result<()> {
    let mut grid = Sheet(csv::Writer::from_writer(out));
    table(&mut grid)?;
    grid.close()
}

/// Cells of the cost table.
pub(crate) fn cells(costs: &Costs, out: Box<dyn Write + '_>) -> io::Result<()> {
    whole(out, |grid| tables::cells(costs, grid))
}

/// Some findings, in the form of findings.csv.
pub(crate) fn some_findings(summary: &Summary, findings: &[Finding], out: Box<dyn Write + '_>) -> io::Result<()> {
    whole(out, |grid| tables::some_findings(summary, findings, grid))
}

/// A file under way: text is made inert, what is ours goes as it is.
struct Sheet<W: Write>(csv::Writer<W>);

impl<W: Write> Grid for Sheet<W> {
    fn text(&mut self, text: &str) -> io::Result<()> {
        self.0.write_field(cell(text).as_bytes()).map_err(io::Error::other)
    }

    fn number(&mut self, number: &str) -> io::Result<()> {
        self.0.write_field(number).map_err(io::Error::other)
    }

    fn moment(&mut self, moment: &str) -> io::Result<()> {
        // Sources write moments too, and what is none is text of theirs.
        self.text(moment)
    }

    fn end(&mut self) -> io::Result<()> {
        self.0.write_record(None::<&[u8]>).map_err(io::Error::other)
    }

    fn close(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_table_has_its_words() {
        let names: Vec<&str> = dictionary("cost-by-environment-application.csv").map(|(names, _)| names).collect();
        assert_eq!(names, ["month", "currency", "Environment`, `Application", "amount", "bill_rows"]);
        for file in ["findings.csv", "resources.csv", "environments.csv"] {
            assert!(dictionary(file).count() >= 6, "{file}");
        }
    }
}
