//! The sheet `Table`: the last full month by the keys of the report, a block for each currency.

use super::failed;
use super::grid::{Styles, fitting};
use crate::Costs;
use crate::pivot::{Line, Pivot, shown_month};
use rust_xlsxwriter::utility::column_number_to_name;
use rust_xlsxwriter::{ConditionalFormat2ColorScale, Formula, Worksheet};
use std::io;
use tagledger_model::Amount;

/// An amount as a workbook holds it.
pub(super) fn double(amount: Amount) -> f64 {
    // The nearest double of the decimal, which is what a person who types it gets.
    amount.to_string().parse().unwrap_or(f64::NAN)
}

pub(super) fn write(sheet: &mut Worksheet, costs: &Costs, styles: &Styles) -> io::Result<()> {
    sheet.set_name("Table").map_err(failed)?;
    sheet.set_column_width(0, 28).map_err(failed)?;
    let month = shown_month(costs);
    let titles = format!("Cost by {} in {}, {}", costs.by.join(" × "), month.unwrap_or("all months"), costs.measure);
    sheet.write_string_with_format(0, 0, fitting(&titles), &styles.title).map_err(failed)?;
    let mut row = 2;
    for total in &costs.totals {
        row = block(sheet, row, &total.currency, &Pivot::new(costs, &total.currency, month)?, styles)? + 2;
    }
    Ok(())
}

/// One currency; gives the row after it.
fn block(sheet: &mut Worksheet, top: u32, currency: &str, pivot: &Pivot, styles: &Styles) -> io::Result<u32> {
    let across = u16::try_from(pivot.columns.len()).unwrap_or(u16::MAX - 2);
    let down = u32::try_from(pivot.rows.len()).unwrap_or(u32::MAX / 2);
    sheet.write_string_with_format(top, 0, fitting(currency), &styles.head).map_err(failed)?;
    for (column, line) in (1_u16..).zip(&pivot.columns) {
        sheet.set_column_width(column, 16).map_err(failed)?;
        sheet.write_string_with_format(top, column, fitting(line.title()), &styles.head).map_err(failed)?;
    }
    sheet.write_string_with_format(top, across + 1, "Sum", &styles.head).map_err(failed)?;
    sheet.set_column_width(across + 1, 16).map_err(failed)?;
    let cell = |row: &Line, column: &Line| pivot.cell(row, column).map(double);
    let last = column_number_to_name(across);
    for (row, line) in (top + 1..).zip(&pivot.rows) {
        sheet.write_string(row, 0, fitting(line.title())).map_err(failed)?;
        let values: Vec<Option<f64>> = pivot.columns.iter().map(|column| cell(line, column)).collect();
        for (column, value) in (1_u16..).zip(&values) {
            if let Some(value) = value {
                sheet.write_number_with_format(row, column, *value, &styles.money).map_err(failed)?;
            }
        }
        let sum = Formula::new(format!("=SUM(B{0}:{last}{0})", row + 1)).set_result(values.iter().flatten().sum::<f64>().to_string());
        sheet.write_formula_with_format(row, across + 1, sum, &styles.money).map_err(failed)?;
    }
    let bottom = top + 1 + down;
    sheet.write_string_with_format(bottom, 0, "Sum", &styles.strong).map_err(failed)?;
    for column in 1..=across + 1 {
        let letters = column_number_to_name(column);
        let of_column = |line: &Line| match pivot.columns.get(usize::from(column) - 1) {
            Some(of) => cell(line, of).unwrap_or(0.0),
            None => pivot.columns.iter().filter_map(|of| cell(line, of)).sum(),
        };
        let result: f64 = pivot.rows.iter().map(of_column).sum();
        let sum = Formula::new(format!("=SUM({letters}{}:{letters}{bottom})", top + 2)).set_result(result.to_string());
        sheet.write_formula_with_format(bottom, column, sum, &styles.sum).map_err(failed)?;
    }
    if across > 0 && down > 0 {
        let heat = ConditionalFormat2ColorScale::new().set_minimum_color("FFFFFF").set_maximum_color("8CC5D2");
        sheet.add_conditional_format(top + 1, 1, bottom - 1, across, &heat).map_err(failed)?;
    }
    Ok(bottom + 1)
}
