//! What a bench bill must add up to.

use super::profile::{APPLICATIONS, ENVIRONMENTS, application};
use crate::{bill::Amounts, calendar::Month, money};
use serde::Serialize;

/// Sums of one month.
#[derive(Debug, Clone)]
pub struct MonthTotals {
    rows: u64,
    amounts: Amounts,
    /// By environment and application, each with one place more for what is not attributed.
    cells: Vec<(i128, u64)>,
}

const WIDTH: usize = APPLICATIONS as usize + 1;

impl Default for MonthTotals {
    fn default() -> Self {
        Self { rows: 0, amounts: Amounts::default(), cells: vec![(0, 0); (ENVIRONMENTS.len() + 1) * WIDTH] }
    }
}

impl MonthTotals {
    /// Counts a row.
    pub fn add(&mut self, amounts: Amounts, environment: Option<usize>, app: Option<u32>) {
        self.rows += 1;
        self.amounts.add(amounts);
        let app = app.map_or(WIDTH - 1, |a| a as usize);
        let cell = &mut self.cells[environment.unwrap_or(ENVIRONMENTS.len()) * WIDTH + app];
        cell.0 += amounts.effective;
        cell.1 += 1;
    }
}

/// The same as text.
#[derive(Debug)]
pub struct Totals {
    /// By month.
    pub months: Vec<MonthSum>,
    /// By month, environment and application.
    pub by_environment_application: Vec<Cell>,
}

/// Sums of a month.
#[derive(Debug, Serialize)]
pub struct MonthSum {
    month: String,
    currency: &'static str,
    rows: u64,
    billed: String,
    effective: String,
    list: String,
    contracted: String,
}

/// EffectiveCost of one environment and application in a month.
#[derive(Debug, Serialize)]
pub struct Cell {
    month: String,
    currency: &'static str,
    environment: Option<&'static str>,
    application: Option<String>,
    effective: String,
    rows: u64,
}

impl Totals {
    /// Puts months in order.
    pub fn of(mut months: Vec<(Month, MonthTotals)>) -> Self {
        months.sort_by_key(|m| m.0);
        let sum = |(month, totals): &(Month, MonthTotals)| MonthSum {
            month: month.to_string(),
            currency: "USD",
            rows: totals.rows,
            billed: money::text(totals.amounts.billed),
            effective: money::text(totals.amounts.effective),
            list: money::text(totals.amounts.list),
            contracted: money::text(totals.amounts.contracted),
        };
        let cells = months.iter().flat_map(|(month, totals)| {
            let full = totals.cells.iter().enumerate().filter(|(_, c)| c.1 > 0);
            full.map(|(at, (effective, rows))| Cell {
                month: month.to_string(),
                currency: "USD",
                environment: ENVIRONMENTS.get(at / WIDTH).map(|e| e.0),
                application: u32::try_from(at % WIDTH).ok().filter(|a| *a < APPLICATIONS).map(application),
                effective: money::text(*effective),
                rows: *rows,
            })
        });
        Self { by_environment_application: cells.collect(), months: months.iter().map(sum).collect() }
    }
}
