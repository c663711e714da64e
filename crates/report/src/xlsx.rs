//! `report.xlsx`: the report as a workbook. Its tables are those of the CSV files with typed columns; its sums are formulas, so that whoever filters or edits sees
//! them follow.
//!
//! | sheet | what it holds |
//! |---|---|
//! | `Summary` | how the run ended; per month and currency the sum of the sheet `Cost` as a formula, the bill, and whether both are equal; rules, coverage, notes |
//! | `Table` | the last full month by the keys of the report, with sums of rows and columns as formulas |
//! | `Cost`, `Findings`, `Resources`, `Environments`, `Coverage` | the tables of the CSV files; row 1 stays in view, columns can be filtered |
//! | `Columns` | what each column means |
//!
//! A workbook's numbers are binary doubles of 15 digits: a sum is compared with the bill to the hundredth. Every digit is in the CSV files. A sheet ends at
//! 1,048,576 rows; what is more goes on in another.

mod grid;
mod summary;
mod table;

use crate::tables;
use crate::{Format, Report, Sink};
use grid::{List, Styles};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};
use std::io;

/// One workbook.
#[derive(Debug)]
pub(crate) struct Xlsx;

impl Format for Xlsx {
    fn id(&self) -> &'static str {
        "xlsx"
    }

    fn is_in_every_run(&self) -> bool {
        false
    }

    fn write(&self, report: &Report<'_>, out: &mut dyn Sink) -> io::Result<()> {
        let bytes = workbook(report)?;
        out.file("report.xlsx")?.write_all(&bytes)
    }
}

/// What a library of workbooks complains of is a mistake of ours, or a full disk.
fn failed(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) => error,
        other => io::Error::other(other),
    }
}

fn workbook(report: &Report<'_>) -> io::Result<Vec<u8>> {
    let s = report.summary;
    let mut book = Workbook::new();
    let mut properties = DocProperties::new().set_title("Tagledger report").set_author("Tagledger").set_comment(&s.tool);
    // Not the time of writing: the same run makes the same bytes.
    if let Some(at) = s.started.get(..19).and_then(|text| ExcelDateTime::parse_from_str(text).ok()) {
        properties = properties.set_creation_datetime(&at);
    }
    book.set_properties(&properties);
    let styles = Styles::new();
    book.add_worksheet().set_name("Summary").map_err(failed)?;
    if let Some(costs) = &s.costs {
        table::write(book.add_worksheet(), costs, &styles)?;
    }
    let cost = match &s.costs {
        Some(costs) => Some(list(&mut book, &styles, "Cost", |grid| tables::cells(costs, grid))?),
        None => None,
    };
    list(&mut book, &styles, "Findings", |grid| tables::findings(report, grid))?;
    list(&mut book, &styles, "Resources", |grid| tables::resources(report, grid))?;
    list(&mut book, &styles, "Environments", |grid| tables::environments(s, grid))?;
    list(&mut book, &styles, "Coverage", |grid| summary::coverage(s, grid))?;
    list(&mut book, &styles, "Columns", summary::columns)?;
    let first = book.worksheet_from_index(0).map_err(failed)?;
    summary::write(first, s, cost.as_ref(), &styles)?;
    book.save_to_buffer().map_err(failed)
}

/// Writes a table into sheets of this name.
fn list(book: &mut Workbook, styles: &Styles, name: &'static str, table: impl FnOnce(&mut dyn tables::Grid) -> io::Result<()>) -> io::Result<grid::Extent> {
    let mut list = List::new(book, styles, name)?;
    table(&mut list)?;
    list.finish()
}
