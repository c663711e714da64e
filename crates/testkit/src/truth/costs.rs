//! What the bill adds up to: sums by month, cells by Environment and Application, and what each rung of the ladder answered.

use crate::{
    bill::Amounts,
    kinds::Cloud,
    ladder::Basis,
    money,
    vocabulary::{ENVIRONMENTS, Key, application},
};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// Sums of one month in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sum {
    /// Invoice month.
    pub month: String,
    /// BillingCurrency.
    pub currency: &'static str,
    /// Only in the table by cloud.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloud: Option<&'static str>,
    /// Rows.
    pub rows: u64,
    /// BilledCost.
    pub billed: String,
    /// EffectiveCost.
    pub effective: String,
    /// ListCost.
    pub list: String,
    /// ContractedCost.
    pub contracted: String,
}

/// A cell of the cost table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// Invoice month.
    pub month: String,
    /// BillingCurrency.
    pub currency: &'static str,
    /// Canonical value; null is not attributed.
    pub environment: Option<&'static str>,
    /// Canonical value; null is not attributed.
    pub application: Option<String>,
    /// EffectiveCost.
    pub effective: String,
    /// Rows.
    pub rows: u64,
}

/// What one rung answered for one key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rung {
    /// Invoice month.
    pub month: String,
    /// BillingCurrency.
    pub currency: &'static str,
    /// The key.
    pub key: &'static str,
    /// The rung.
    pub basis: Basis,
    /// EffectiveCost.
    pub effective: String,
    /// Rows.
    pub rows: u64,
}

/// Month and currency.
type Period = (i64, &'static str);

/// Environment and application of a period.
type CellKey = (Period, Option<u8>, Option<u32>);

/// Key and rung of a period.
type RungKey = (Period, Key, Basis);

/// Money and rows.
type Share = (i128, u64);

#[derive(Default)]
pub struct CostTables {
    sums: HashMap<(Period, Cloud), (Amounts, u64)>,
    cells: HashMap<CellKey, Share>,
    rungs: HashMap<RungKey, Share>,
}

fn month_text(period: Period) -> String {
    crate::calendar::Month(period.0).to_string()
}

impl CostTables {
    pub fn add(&mut self, period: Period, cloud: Cloud, row: &crate::bill::Row<'_>) {
        let sum = self.sums.entry((period, cloud)).or_default();
        sum.0.add(row.amounts);
        sum.1 += 1;
        let effective = row.amounts.effective;
        let count = |cell: &mut Share| {
            cell.0 += effective;
            cell.1 += 1;
        };
        count(self.cells.entry((period, row.environment.0, row.application.0)).or_default());
        count(self.rungs.entry((period, Key::Environment, row.environment.1)).or_default());
        count(self.rungs.entry((period, Key::Application, row.application.1)).or_default());
    }

    fn sum(period: Period, cloud: Option<Cloud>, (amounts, rows): (Amounts, u64)) -> Sum {
        Sum {
            month: month_text(period),
            currency: period.1,
            cloud: cloud.map(Cloud::id),
            rows,
            billed: money::text(amounts.billed),
            effective: money::text(amounts.effective),
            list: money::text(amounts.list),
            contracted: money::text(amounts.contracted),
        }
    }

    pub fn sums(&self) -> Vec<Sum> {
        let mut all: BTreeMap<Period, (Amounts, u64)> = BTreeMap::new();
        for ((period, _), (amounts, rows)) in &self.sums {
            let sum = all.entry(*period).or_default();
            sum.0.add(*amounts);
            sum.1 += rows;
        }
        all.into_iter().map(|(period, sum)| Self::sum(period, None, sum)).collect()
    }

    pub fn sums_by_cloud(&self) -> Vec<Sum> {
        let sorted: BTreeMap<_, _> = self.sums.iter().collect();
        sorted.into_iter().map(|((period, cloud), sum)| Self::sum(*period, Some(*cloud), *sum)).collect()
    }

    pub fn cells(&self) -> Vec<Cell> {
        let sorted: BTreeMap<_, _> = self.cells.iter().collect();
        let cell = |((period, environment, app), (effective, rows)): (&CellKey, &Share)| Cell {
            month: month_text(*period),
            currency: period.1,
            environment: environment.map(|e| ENVIRONMENTS[usize::from(e)].name),
            application: app.map(application),
            effective: money::text(*effective),
            rows: *rows,
        };
        sorted.into_iter().map(cell).collect()
    }

    pub fn rungs(&self) -> Vec<Rung> {
        let sorted: BTreeMap<_, _> = self.rungs.iter().collect();
        let rung = |((period, key, basis), (effective, rows)): (&RungKey, &Share)| Rung {
            month: month_text(*period),
            currency: period.1,
            key: key.name(),
            basis: *basis,
            effective: money::text(*effective),
            rows: *rows,
        };
        sorted.into_iter().map(rung).collect()
    }
}
