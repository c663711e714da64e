//! A table as a sheet, row by row.

use super::failed;
use crate::inert::cell;
use crate::tables::Grid;
use rust_xlsxwriter::{Color, ExcelDateTime, Format, FormatBorder, Workbook, Worksheet};
use std::io;

/// Rows that a sheet can hold.
const ROWS: u32 = 1_048_576;
/// Characters that a cell can hold.
const CHARACTERS: usize = 32_767;

/// How cells look.
pub(super) struct Styles {
    pub head: Format,
    pub money: Format,
    pub number: Format,
    pub moment: Format,
    pub day: Format,
    pub title: Format,
    pub strong: Format,
    pub sum: Format,
}

impl Styles {
    pub fn new() -> Self {
        let money = Format::new().set_num_format("#,##0.00");
        Self {
            head: Format::new().set_bold().set_background_color(Color::RGB(0xE6_EEF1)).set_border_bottom(FormatBorder::Thin),
            number: Format::new().set_num_format("#,##0"),
            moment: Format::new().set_num_format("yyyy-mm-dd hh:mm"),
            day: Format::new().set_num_format("yyyy-mm-dd"),
            title: Format::new().set_bold().set_font_size(16),
            strong: Format::new().set_bold(),
            sum: money.clone().set_bold().set_border_top(FormatBorder::Thin),
            money,
        }
    }
}

/// Where a table lies.
pub(super) struct Extent {
    /// Its sheets, with the number of their last row as Excel counts; the first row is the head.
    pub sheets: Vec<(String, u32)>,
    /// The columns by name.
    pub columns: Vec<String>,
}

impl Extent {
    /// Its rows of a column, one range for each sheet: `Cost!$E$2:$E$40`.
    pub fn ranges(&self, column: &str) -> Vec<String> {
        let Some(at) = self.columns.iter().position(|name| name == column) else { return Vec::new() };
        let letters = rust_xlsxwriter::utility::column_number_to_name(u16::try_from(at).unwrap_or(u16::MAX));
        self.sheets.iter().map(|(sheet, last)| format!("'{sheet}'!${letters}$2:${letters}${}", (*last).max(2))).collect()
    }
}

/// A table under way.
pub(super) struct List<'b> {
    book: &'b mut Workbook,
    styles: &'b Styles,
    name: &'static str,
    sheets: Vec<(String, u32)>,
    titles: Vec<String>,
    /// The sheet that is written.
    sheet: usize,
    row: u32,
    column: u16,
}

impl<'b> List<'b> {
    pub fn new(book: &'b mut Workbook, styles: &'b Styles, name: &'static str) -> io::Result<Self> {
        let mut list = Self { book, styles, name, sheets: Vec::new(), titles: Vec::new(), sheet: 0, row: 0, column: 0 };
        list.open()?;
        Ok(list)
    }

    fn open(&mut self) -> io::Result<()> {
        let name = if self.sheets.is_empty() { self.name.to_owned() } else { format!("{} {}", self.name, self.sheets.len() + 1) };
        self.sheet = self.book.worksheets().len();
        let sheet = self.book.add_worksheet_with_constant_memory().map_err(failed)?;
        sheet.set_name(&name).map_err(failed)?;
        sheet.set_freeze_panes(1, 0).map_err(failed)?;
        self.sheets.push((name, 0));
        (self.row, self.column) = (0, 0);
        Ok(())
    }

    fn sheet(&mut self) -> io::Result<&mut Worksheet> {
        self.book.worksheet_from_index(self.sheet).map_err(failed)
    }

    fn close_sheet(&mut self) -> io::Result<()> {
        let (last, columns) = (self.row.saturating_sub(1), u16::try_from(self.titles.len()).unwrap_or(u16::MAX).saturating_sub(1));
        if let Some(sheet) = self.sheets.last_mut() {
            sheet.1 = self.row;
        }
        self.sheet()?.autofilter(0, 0, last, columns).map_err(failed)?;
        Ok(())
    }

    pub fn finish(mut self) -> io::Result<Extent> {
        self.close_sheet()?;
        Ok(Extent { sheets: self.sheets, columns: self.titles })
    }
}

/// What fits into a cell: words of anybody's are made inert by the rule of the CSV files, since workbooks are saved as such.
pub(super) fn fitting(text: &str) -> String {
    let text = cell(text);
    // Excel counts UTF-16 units.
    if text.encode_utf16().count() <= CHARACTERS {
        return text.into_owned();
    }
    let mut units = 0;
    let kept = text.chars().take_while(|c| {
        units += c.len_utf16();
        units < CHARACTERS
    });
    kept.chain(['…']).collect()
}

impl Grid for List<'_> {
    fn text(&mut self, text: &str) -> io::Result<()> {
        let (row, column, styles) = (self.row, self.column, self.styles);
        self.column += 1;
        if row == 0 {
            self.titles.push(text.to_owned());
            let width = if text.starts_with("cost_") || text == "amount" { 16.0 } else { 20.0_f64.min(text.len() as f64 + 8.0) };
            let sheet = self.sheet()?;
            sheet.set_column_width(column, width).map_err(failed)?;
            sheet.write_string_with_format(row, column, fitting(text), &styles.head).map_err(failed)?;
        } else if !text.is_empty() {
            self.sheet()?.write_string(row, column, fitting(text)).map_err(failed)?;
        }
        Ok(())
    }

    fn number(&mut self, number: &str) -> io::Result<()> {
        let Some(value) = number.parse::<f64>().ok().filter(|value| value.is_finite()) else { return self.text(number) };
        let styles = self.styles;
        let (row, column, style) = (self.row, self.column, if number.contains('.') { &styles.money } else { &styles.number });
        self.column += 1;
        self.sheet()?.write_number_with_format(row, column, value, style).map_err(failed)?;
        Ok(())
    }

    fn moment(&mut self, moment: &str) -> io::Result<()> {
        let plain = moment.strip_suffix('Z').unwrap_or(moment);
        let Some(at) = ExcelDateTime::parse_from_str(plain).ok().filter(|_| matches!(plain.len(), 10 | 19..)) else { return self.text(moment) };
        let styles = self.styles;
        let (row, column, style) = (self.row, self.column, if plain.len() == 10 { &styles.day } else { &styles.moment });
        self.column += 1;
        self.sheet()?.write_datetime_with_format(row, column, &at, style).map_err(failed)?;
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        (self.row, self.column) = (self.row + 1, 0);
        if self.row == ROWS {
            self.close_sheet()?;
            self.open()?;
            for title in std::mem::take(&mut self.titles) {
                self.text(&title)?;
            }
            (self.row, self.column) = (1, 0);
        }
        Ok(())
    }

    fn close(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_holds_what_it_can_and_runs_nothing() {
        assert_eq!(fitting("=1+1"), "'=1+1");
        let long = fitting(&"é".repeat(40_000));
        assert_eq!((long.encode_utf16().count(), long.ends_with('…')), (CHARACTERS, true));
    }
}
