//! What the page's cost tables and drawings are made from: the cube, folded until it is small enough to travel.
//!
//! A cell is month × currency × the keys of the report × Owner; where a key of the report has no value, also cloud, service and the reason. Folding adds cells up
//! and drops none, so that the sum stays the bill's: first cloud, service and reason go, then Owner.

use super::data::Columns;
use crate::count::amount;
use crate::pivot::names;
use crate::{CostCell, Costs, CubeRow, Report};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io;
use tagledger_model::{Amount, Text};

/// Cells that the page holds, unless months, currencies and the keys of the report alone make more.
const MOST: usize = 50_000;
/// The key that the page can be narrowed to beside those of the report.
const OWNER: &str = "Owner";

#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Cell {
    month: String,
    currency: Text,
    /// Values of the keys that the report is sliced by.
    values: Vec<Option<Text>>,
    owner: Option<Text>,
    /// Cloud, service and reason of what is unattributed.
    loose: Option<[Text; 3]>,
}

/// The cells of the page.
pub(super) struct Cells {
    sums: BTreeMap<Cell, Amount>,
    /// How many times cells were folded.
    folded: u8,
    /// The keys that the report is sliced by.
    by: Vec<String>,
    has_owner: bool,
}

impl Cells {
    /// Reads the cube; where the report is sliced by anything but keys, or there is no cube, the cells of the summary.
    pub fn collect(report: &Report<'_>, costs: &Costs) -> io::Result<Self> {
        let places: Option<Vec<usize>> = costs.by.iter().map(|name| costs.keys.iter().position(|key| key == name)).collect();
        let owner = costs.keys.iter().position(|key| key == OWNER).filter(|_| !costs.by.iter().any(|name| name == OWNER));
        let mut cells = Self { sums: BTreeMap::new(), folded: 0, by: costs.by.clone(), has_owner: owner.is_some() };
        if let Some(places) = places {
            report.rows.cube(&mut |row| cells.add(row, &places, owner))?;
        }
        if cells.sums.is_empty() {
            cells.has_owner = false;
            costs.cells.iter().try_for_each(|cell| cells.add_summed(cell))?;
        }
        Ok(cells)
    }

    fn add(&mut self, row: &CubeRow, places: &[usize], owner: Option<usize>) -> io::Result<()> {
        let key = |at: usize| row.keys.get(at);
        let without = places.iter().filter_map(|at| key(*at)).find(|(value, _)| value.is_none());
        let cell = Cell {
            month: row.month.clone(),
            currency: row.currency.clone(),
            values: places.iter().map(|at| key(*at).and_then(|(value, _)| value.clone())).collect(),
            owner: owner.and_then(key).and_then(|(value, _)| value.clone()),
            loose: without.map(|(_, basis)| [row.provider.clone(), row.service.clone(), Text::new(basis.strip_prefix("unattributed: ").unwrap_or(basis))]),
        };
        *self.sums.entry(cell.folded(self.folded)).or_default() += amount(&row.amount)?;
        while self.sums.len() > MOST && self.folded < 2 {
            self.fold();
        }
        Ok(())
    }

    fn add_summed(&mut self, cell: &CostCell) -> io::Result<()> {
        let values = cell.values.iter().map(|value| value.as_deref().map(Text::new)).collect();
        let key = Cell { month: cell.month.clone(), currency: Text::new(&cell.currency), values, ..Cell::default() };
        *self.sums.entry(key).or_default() += amount(&cell.amount)?;
        Ok(())
    }

    fn fold(&mut self) {
        self.folded += 1;
        self.has_owner &= self.folded < 2;
        for (cell, sum) in std::mem::take(&mut self.sums) {
            *self.sums.entry(cell.folded(self.folded)).or_default() += sum;
        }
    }

    /// Cloud, service and reason of what is unattributed in a month, the dearest first.
    pub fn loose(&self, currency: &str, month: &str) -> Vec<([Text; 3], Amount)> {
        let mut sums: BTreeMap<&[Text; 3], Amount> = BTreeMap::new();
        for (cell, sum) in self.sums.iter().filter(|(cell, _)| cell.currency == currency && cell.month == month) {
            if let Some(of) = &cell.loose {
                *sums.entry(of).or_default() += *sum;
            }
        }
        let mut all: Vec<([Text; 3], Amount)> = sums.into_iter().map(|(of, sum)| (of.clone(), sum)).collect();
        all.sort_by_key(|(_, sum)| std::cmp::Reverse(*sum));
        all
    }

    /// The cells as columns, and which column is which key.
    pub fn json(&self) -> io::Result<Value> {
        let mut columns = Columns::default();
        for (cell, sum) in &self.sums {
            let summed = CostCell {
                month: cell.month.clone(),
                currency: cell.currency.to_string(),
                values: cell.values.iter().map(|value| value.as_ref().map(ToString::to_string)).collect(),
                amount: String::new(),
                rows: 0,
            };
            let (column, row) = names(&summed);
            let loose = |at: usize| cell.loose.as_ref().map(|of| of[at].as_str());
            let sum = sum.to_string();
            columns.push(&[
                ("month", Some(&cell.month)),
                ("currency", Some(&cell.currency)),
                ("column", column.as_deref()),
                ("row", row.as_deref()),
                ("owner", cell.owner.as_deref()),
                ("cloud", loose(0)),
                ("service", loose(1)),
                ("reason", loose(2)),
                ("amount", Some(&sum)),
            ])?;
        }
        let mut value = serde_json::to_value(&columns)?;
        // What the page can be narrowed to, by the names that findings have for it.
        let of_two: &[&str] = if self.by.len() == 1 { &["row"] } else { &["column", "row"] };
        let sliced = if self.by.len() > 2 { &of_two[..1] } else { of_two };
        let named = self.by.iter().map(String::as_str).zip(sliced.iter().copied()).chain(self.has_owner.then_some((OWNER, "owner")));
        let known = named.filter(|(key, _)| ["Environment", "Application", OWNER].contains(key));
        value["keys"] = known.map(|(key, column)| serde_json::json!({ "key": key, "finding": key.to_ascii_lowercase(), "column": column })).collect();
        value["loose"] = Value::Bool(self.folded == 0);
        Ok(value)
    }
}

impl Cell {
    fn folded(mut self, times: u8) -> Self {
        if times > 0 {
            self.loose = None;
        }
        if times > 1 {
            self.owner = None;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(n: usize) -> CubeRow {
        let value = |text: String| (Some(Text::from(text)), Text::const_new("row tag"));
        CubeRow {
            month: "2026-10".into(),
            currency: "USD".into(),
            provider: "p".into(),
            service: Text::from(format!("service {n}")),
            keys: vec![value("prod".into()), (None, "unattributed: untagged".into()), value(format!("owner {}", n % 40_000))],
            amount: "0.000000000001".into(),
            ..CubeRow::default()
        }
    }

    #[test]
    fn folding_drops_detail_and_no_money() -> io::Result<()> {
        let mut cells = Cells { sums: BTreeMap::new(), folded: 0, by: vec!["Environment".into(), "Application".into()], has_owner: true };
        (0..=MOST).try_for_each(|n| cells.add(&row(n), &[0, 1], Some(2)))?;
        assert_eq!((cells.folded, cells.sums.len(), cells.has_owner), (1, 40_000, true));
        assert_eq!(cells.sums.values().map(|sum| sum.0).sum::<i128>(), MOST as i128 + 1);
        let json = cells.json()?;
        assert_eq!((&json["rows"], &json["loose"], json["keys"][2]["column"].as_str()), (&40_000.into(), &false.into(), Some("owner")));
        Ok(())
    }
}
