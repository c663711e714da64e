//! The first sheet, and the two short lists.

use super::failed;
use super::grid::{Extent, Styles, fitting};
use super::table::double;
use crate::count::{amount, grouped, money, percent, share};
use crate::tables::Grid;
use crate::{Costs, Summary};
use rust_xlsxwriter::{Formula, Worksheet};
use std::io;
use tagledger_model::Amount;

/// A sheet that is written from its top down.
struct Page<'s> {
    sheet: &'s mut Worksheet,
    styles: &'s Styles,
    row: u32,
}

impl Page<'_> {
    fn title(&mut self, text: &str) -> io::Result<()> {
        self.row += u32::from(self.row > 0);
        self.sheet.write_string_with_format(self.row, 0, text, &self.styles.title).map_err(failed)?;
        self.row += 1;
        Ok(())
    }

    fn heads(&mut self, titles: &[&str]) -> io::Result<()> {
        for (column, title) in (0_u16..).zip(titles) {
            self.sheet.write_string_with_format(self.row, column, *title, &self.styles.head).map_err(failed)?;
        }
        self.row += 1;
        Ok(())
    }

    /// A name and what it is.
    fn line(&mut self, name: &str, texts: &[&str]) -> io::Result<()> {
        self.sheet.write_string(self.row, 0, fitting(name)).map_err(failed)?;
        for (column, text) in (1_u16..).zip(texts) {
            self.sheet.write_string(self.row, column, fitting(text)).map_err(failed)?;
        }
        self.row += 1;
        Ok(())
    }

    fn count(&mut self, column: u16, count: u64) -> io::Result<()> {
        self.sheet.write_number_with_format(self.row, column, count as f64, &self.styles.number).map_err(failed)?;
        Ok(())
    }
}

pub(super) fn write(sheet: &mut Worksheet, s: &Summary, cost: Option<&Extent>, styles: &Styles) -> io::Result<()> {
    for (column, width) in (0_u16..).zip([34, 18, 20, 20, 20, 16, 40]) {
        sheet.set_column_width(column, width).map_err(failed)?;
    }
    let mut page = Page { sheet, styles, row: 0 };
    page.title("Tags and cost")?;
    page.line("Run of", &[&s.started])?;
    page.line("Ended with", &[&s.exit.code.to_string(), &s.exit.why])?;
    page.line("Taxonomy", &[&s.taxonomy])?;
    page.line("Written by", &[&s.tool])?;
    if let Some((costs, extent)) = s.costs.as_ref().zip(cost) {
        sums(&mut page, costs, extent)?;
    }
    page.title("At stake")?;
    page.heads(&["What resources with findings cost", "Money", "Resources"])?;
    page.line("all, each once", &[&money(&s.at_stake)?])?;
    for family in &s.families {
        page.count(2, family.resources)?;
        page.line(&family.family, &[&money(&family.at_stake)?])?;
    }
    page.title("Compliance")?;
    page.heads(&["Resources without a violated finding", "Share", "Judged", "Passed", "Violated", "Undetermined"])?;
    for of in s.compliance.iter().filter(|of| of.by == "cloud" || of.by == "key") {
        let judged = of.population.saturating_sub(of.undetermined);
        for (column, count) in (2_u16..).zip([judged, of.passed, of.violated, of.undetermined]) {
            page.count(column, count)?;
        }
        let shown = share(i128::from(of.passed), i128::from(judged)).map_or_else(|| "–".to_owned(), percent);
        page.line(&format!("{} {}", of.by, of.name), &[&shown])?;
    }
    page.title("Rules")?;
    page.heads(&["Rule", "Level", "Judged", "Violated", "Undetermined", "Waived", "At stake"])?;
    for rule in &s.rules {
        for (column, count) in (2_u16..).zip([rule.population, rule.violated, rule.undetermined, rule.waived]) {
            page.count(column, count)?;
        }
        page.sheet.write_string(page.row, 6, fitting(&money(&rule.at_stake)?)).map_err(failed)?;
        let level = if rule.in_grace > 0 { format!("{}; {} in grace", rule.level, grouped(rule.in_grace)) } else { rule.level.clone() };
        page.line(&rule.rule, &[&level])?;
    }
    page.title("Seen")?;
    let [count, of, how] = s.seen.share();
    page.line("Places", &[&format!("{count} {of} {how}"), &s.seen.others().join(", ")])?;
    if !s.notes.is_empty() {
        page.title("Notes")?;
        s.notes.iter().try_for_each(|note| page.line(note, &[]))?;
    }
    Ok(())
}

/// Each month's sum as a formula over the sheet `Cost`, the bill, and whether they are equal.
fn sums(page: &mut Page<'_>, costs: &Costs, cost: &Extent) -> io::Result<()> {
    page.title("Cost and bill")?;
    page.heads(&["Month", "Currency", "Sum of the sheet Cost", "Bill", "Difference", "Equal"])?;
    let [amounts, currencies, months] = ["amount", "currency", "month"].map(|column| cost.ranges(column));
    for total in &costs.totals {
        let bill = costs.months.iter().zip(&total.by_month).map(|(month, sum)| Ok((Some(month.as_str()), amount(sum)?)));
        for (month, bill) in bill.chain([Ok((None, amount(&total.bill)?))]).collect::<io::Result<Vec<(Option<&str>, Amount)>>>()? {
            let row = page.row + 1;
            let part = |at: usize| {
                let of_month = if month.is_some() { format!(",{},$A{row}", months[at]) } else { String::new() };
                format!("SUMIFS({},{},$B{row}{of_month})", amounts[at], currencies[at])
            };
            let formula = (0..amounts.len()).map(part).collect::<Vec<_>>().join("+");
            // What Excel works out: doubles added up from the top.
            let mut sum = 0.0;
            for cell in costs.cells.iter().filter(|cell| cell.currency == total.currency && month.is_none_or(|month| cell.month == month)) {
                sum += double(amount(&cell.amount)?);
            }
            let bill = double(bill);
            let is_equal = (sum - bill).abs() < 0.005;
            let styles = page.styles;
            let (sheet, at) = (&mut *page.sheet, page.row);
            let result = |value: f64| value.to_string();
            sheet.write_formula_with_format(at, 2, Formula::new(format!("={formula}")).set_result(result(sum)), &styles.money).map_err(failed)?;
            sheet.write_number_with_format(at, 3, bill, &styles.money).map_err(failed)?;
            let apart = Formula::new(format!("=ROUND(C{row}-D{row},2)")).set_result(result(((sum - bill) * 100.0).round() / 100.0));
            sheet.write_formula_with_format(at, 4, apart, &styles.money).map_err(failed)?;
            let word = Formula::new(format!("=IF(ABS(C{row}-D{row})<0.005,\"equal\",\"NOT EQUAL\")")).set_result(if is_equal { "equal" } else { "NOT EQUAL" });
            sheet.write_formula(at, 5, word).map_err(failed)?;
            page.line(month.unwrap_or("all months"), &[&total.currency])?;
        }
    }
    Ok(())
}

/// The ledger.
pub(super) fn coverage(s: &Summary, grid: &mut dyn Grid) -> io::Result<()> {
    ["outcome", "cloud", "scope", "region", "source", "file", "resources", "why"].iter().try_for_each(|title| grid.text(title))?;
    grid.end()?;
    for row in &s.coverage {
        let optional = |text: &'_ Option<String>| text.clone().unwrap_or_default();
        for text in [&row.outcome, &row.cloud, &row.scope, &optional(&row.region), &row.collector, &optional(&row.file)] {
            grid.text(text)?;
        }
        grid.number(&row.count.to_string())?;
        grid.text(&optional(&row.why))?;
        grid.end()?;
    }
    Ok(())
}

/// What the columns mean, in the words of docs/reports.md.
pub(super) fn columns(grid: &mut dyn Grid) -> io::Result<()> {
    const SHEETS: [(&str, &str); 4] =
        [("Findings", "findings.csv"), ("Resources", "resources.csv"), ("Environments", "environments.csv"), ("Cost", "cost-by-environment-application.csv")];
    ["sheet", "column", "meaning"].iter().try_for_each(|title| grid.text(title))?;
    grid.end()?;
    for (sheet, file) in SHEETS {
        for (names, meaning) in crate::csv::dictionary(file) {
            grid.text(sheet)?;
            grid.text(&names.replace('`', ""))?;
            grid.text(&meaning)?;
            grid.end()?;
        }
    }
    Ok(())
}
