//! The summary on a terminal: what a person reads after a scan, in 80 columns or up to 160.
//!
//! Colour is written by hand and only when asked for; every colour stands beside a word or sign that says the same.

mod cost;
mod coverage;
mod environments;
mod sections;
pub(crate) mod table;
mod top;

use crate::Report;
use std::io::{self, Write};
use table::Paint;
pub(crate) use table::{Cell, Fit, Style, Table};

/// How the terminal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TerminalOptions {
    /// Columns; fewer than 80 count as 80 and more than 160 as 160.
    pub width: usize,
    /// Whether ANSI colours may be used.
    pub colour: bool,
}

/// Writes the summary.
pub fn terminal(report: &Report<'_>, options: TerminalOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(options, out);
    sections::headline(report.summary, &mut page)?;
    sections::compliance(report.summary, &mut page)?;
    sections::rules(report.summary, &mut page)?;
    top::most_expensive(report, &mut page)?;
    if let Some(costs) = &report.summary.costs {
        cost::costs(costs, &mut page)?;
    }
    environments::environments(report.summary, &mut page)?;
    coverage::coverage(report.summary, &mut page)?;
    sections::notes(&report.summary.notes, &mut page)
}

/// Writes costs alone, with what a reader must know of them.
pub(crate) fn costs_alone(costs: &crate::Costs, notes: &[String], options: TerminalOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(options, out);
    cost::costs(costs, &mut page)?;
    sections::notes(notes, &mut page)
}

/// Where the sections write.
pub(crate) struct Page<'o> {
    width: usize,
    paint: Paint,
    out: &'o mut dyn Write,
}

impl<'o> Page<'o> {
    pub fn new(options: TerminalOptions, out: &'o mut dyn Write) -> Self {
        Self { width: options.width.clamp(80, 160), paint: Paint { colour: options.colour }, out }
    }

    /// Whether a table fits without anything cut off.
    pub fn has_room_for(&self, table: &Table) -> bool {
        table.natural_width() <= self.width
    }

    /// A table as wide as the page lets it be.
    pub fn table(&mut self, table: &Table) -> io::Result<()> {
        table.write(self.width, self.paint, self.out)
    }

    /// What a reader must know.
    pub fn notes(&mut self, notes: &[String]) -> io::Result<()> {
        sections::notes(notes, self)
    }

    /// An empty line, the section's name, and beside it what its numbers mean.
    pub fn heading(&mut self, title: &str, aside: &str) -> io::Result<()> {
        let aside = table::cut_end(&crate::inert::visible(aside), self.width.saturating_sub(table::width(title) + 2));
        let line = format!("{}  {}", self.paint.apply(title, Style::Bold), self.paint.apply(&aside, Style::Dim));
        writeln!(self.out, "\n{}", line.trim_end())
    }

    /// A paragraph, broken between words; lines after the first are indented like the text behind its `lead`. A no-break space holds a name and its number together.
    pub fn paragraph(&mut self, lead: &str, style: Style, text: &str) -> io::Result<()> {
        let indent = table::width(lead);
        for (i, line) in table::wrap(&crate::inert::visible(text), self.width - indent).into_iter().enumerate() {
            let lead = if i == 0 { self.paint.apply(lead, style) } else { " ".repeat(indent) };
            writeln!(self.out, "{lead}{}", line.replace('\u{a0}', " "))?;
        }
        Ok(())
    }
}
