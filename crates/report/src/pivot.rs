//! Cost cells of one month and currency as a table: the first key across, the others down, with sums.

use crate::count::{amount, share_of_spend};
use crate::{CostCell, Costs, CurrencyTotal};
use std::collections::BTreeMap;
use std::io;
use tagledger_model::Amount;

/// The word for spend that no key value claims.
pub(crate) const UNATTRIBUTED: &str = "unattributed";

/// A row or a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// The values; none is unattributed.
    pub name: Option<String>,
    /// Sum over the line.
    pub sum: Amount,
}

impl Line {
    /// The name to show.
    pub fn title(&self) -> &str {
        self.name.as_deref().unwrap_or(UNATTRIBUTED)
    }
}

/// True where this one of the axes is the month: its lines are in the order of time, the newest first, and all months are shown.
pub(crate) fn is_month(costs: &Costs, axis: &str) -> bool {
    axis == "month" && !costs.keys.iter().any(|key| key == axis)
}

/// A cross table. Lines come most expensive first; the unattributed one is last and always there.
#[derive(Debug)]
pub(crate) struct Pivot {
    /// Down.
    pub rows: Vec<Line>,
    /// Across.
    pub columns: Vec<Line>,
    cells: BTreeMap<(Option<String>, Option<String>), Amount>,
    /// Sum over everything.
    pub total: Amount,
    /// Sum of the cells in which every key has a value.
    pub attributed: Amount,
}

impl Pivot {
    /// Of one currency; all months when none is given.
    pub fn new(costs: &Costs, currency: &str, month: Option<&str>) -> io::Result<Self> {
        let (mut rows, mut columns): (BTreeMap<Option<String>, Amount>, BTreeMap<Option<String>, Amount>) = (BTreeMap::new(), BTreeMap::new());
        rows.insert(None, Amount::ZERO);
        // One key goes down; across there is only the cost.
        if costs.by.len() > 1 {
            columns.insert(None, Amount::ZERO);
        }
        let mut pivot = Self { rows: Vec::new(), columns: Vec::new(), cells: BTreeMap::new(), total: Amount::ZERO, attributed: Amount::ZERO };
        for cell in costs.cells.iter().filter(|c| c.currency == currency && month.is_none_or(|m| c.month == m)) {
            let value = amount(&cell.amount)?;
            let (column, row) = names(cell);
            *rows.entry(row.clone()).or_default() += value;
            *columns.entry(column.clone()).or_default() += value;
            *pivot.cells.entry((row, column)).or_default() += value;
            pivot.total += value;
            if cell.values.iter().all(Option::is_some) {
                pivot.attributed += value;
            }
        }
        pivot.rows = ranked(rows);
        pivot.columns = ranked(columns);
        let in_time = |axis: &str, lines: &mut Vec<Line>| {
            if is_month(costs, axis) {
                // Every row of a bill has one.
                lines.retain(|line| line.name.is_some());
                lines.sort_by(|a, b| a.name.is_none().cmp(&b.name.is_none()).then_with(|| b.name.cmp(&a.name)));
            }
        };
        match costs.by.as_slice() {
            [only] => in_time(only, &mut pivot.rows),
            [across, down] => {
                in_time(across, &mut pivot.columns);
                in_time(down, &mut pivot.rows);
            }
            [across, ..] => in_time(across, &mut pivot.columns),
            [] => {}
        }
        Ok(pivot)
    }

    /// What one cell holds; none when no row of the bill falls into it.
    pub fn cell(&self, row: &Line, column: &Line) -> Option<Amount> {
        self.cells.get(&(row.name.clone(), column.name.clone())).copied()
    }

    /// Whether the figures of the table, each rounded to the cent, come to something else than their sums so rounded.
    pub fn is_rounded(&self) -> bool {
        let differs = |parts: &mut dyn Iterator<Item = Amount>, sum: Amount| parts.map(Amount::cents).sum::<i128>() != sum.cents();
        differs(&mut self.rows.iter().map(|line| line.sum), self.total)
            || self.rows.iter().any(|row| differs(&mut self.columns.iter().filter_map(|column| self.cell(row, column)), row.sum))
            || self.columns.iter().any(|column| differs(&mut self.rows.iter().filter_map(|row| self.cell(row, column)), column.sum))
    }

    /// Share with a value for every key, in tenths of a percent.
    pub fn attributed_share(&self) -> Option<i128> {
        share_of_spend(self.attributed.0, self.total.0)
    }
}

/// Across and down. With one key the table has one column; the row of several keys is unattributed when none of them has a value.
pub(crate) fn names(cell: &CostCell) -> (Option<String>, Option<String>) {
    match cell.values.as_slice() {
        [] => (None, None),
        [only] => (Some("cost".to_owned()), only.clone()),
        [column, row] => (column.clone(), row.clone()),
        [column, rest @ ..] => {
            let row = rest.iter().any(Option::is_some).then(|| rest.iter().map(|v| v.as_deref().unwrap_or(UNATTRIBUTED)).collect::<Vec<_>>().join(" / "));
            (column.clone(), row)
        }
    }
}

fn ranked(lines: BTreeMap<Option<String>, Amount>) -> Vec<Line> {
    let mut lines: Vec<Line> = lines.into_iter().map(|(name, sum)| Line { name, sum }).collect();
    lines.sort_by(|a, b| a.name.is_none().cmp(&b.name.is_none()).then(b.sum.cmp(&a.sum)).then_with(|| a.name.cmp(&b.name)));
    lines
}

/// The month that the tables open with: the last one the bill holds as a whole, else the last one at all; none where they show all months.
pub(crate) fn shown_month(costs: &Costs) -> Option<&str> {
    let is_all = costs.by.iter().any(|axis| is_month(costs, axis));
    // Where not everything is shown, the newest month of which anything is.
    let of_only = || costs.cells.iter().map(|cell| cell.month.as_str()).max().filter(|_| !costs.only.is_empty());
    costs.priced_month.as_deref().or_else(of_only).or(costs.months.last().map(String::as_str)).filter(|_| !is_all)
}

/// The month before, where the bill holds one.
pub(crate) fn month_before<'c>(costs: &'c Costs, month: &str) -> Option<&'c str> {
    let at = costs.months.iter().position(|other| other == month)?;
    let before = costs.months.get(at.checked_sub(1)?).map(String::as_str);
    // Of a month that was left out nothing is known here.
    let is_left_out = |month: &str| costs.only.iter().any(|only| only.starts_with("month=")) && !costs.cells.iter().any(|cell| cell.month == month);
    before.filter(|before| !is_left_out(before))
}

/// How lines differ from those of another table, the largest change first; lines that did not change are left out.
pub(crate) fn changes(now: &[Line], before: &[Line]) -> Vec<(String, Amount)> {
    let mut sums: BTreeMap<&str, Amount> = now.iter().map(|line| (line.title(), line.sum)).collect();
    for line in before {
        let slot = sums.entry(line.title()).or_default();
        *slot = *slot - line.sum;
    }
    let mut all: Vec<(String, Amount)> =
        sums.into_iter().filter(|(_, change)| *change != Amount::ZERO).map(|(name, change)| (name.to_owned(), change)).collect();
    all.sort_by(|a, b| b.1.0.abs().cmp(&a.1.0.abs()).then_with(|| a.0.cmp(&b.0)));
    all
}

/// `sum 1,234.56 USD = bill 1,234.56 USD (equal)`, with every digit.
pub(crate) fn equality(total: &CurrencyTotal) -> io::Result<String> {
    let (report, bill) = (amount(&total.report)?, amount(&total.bill)?);
    let elsewhere = total.elsewhere.as_deref().map(amount).transpose()?;
    let (sign, word) = if total.equal {
        ("=", "equal".to_owned())
    } else {
        ("≠", format!("NOT EQUAL: {} apart", crate::count::exact(report + elsewhere.unwrap_or_default() - bill)))
    };
    let currency = &total.currency;
    let elsewhere = elsewhere.map_or_else(String::new, |amount| {
        let (plus, size) = if amount.0 < 0 { ("−", Amount(-amount.0)) } else { ("+", amount) };
        format!(" {plus} {} {currency} elsewhere", crate::count::exact(size))
    });
    Ok(format!("sum {} {currency}{elsewhere} {sign} bill {} {currency} ({word})", crate::count::exact(report), crate::count::exact(bill)))
}

/// What the month is charged for, where it is not use alone; the largest first.
pub(crate) fn charged(costs: &Costs, currency: &str, month: Option<&str>) -> io::Result<Option<String>> {
    let of_month = costs.charges.iter().filter(|row| row.currency == currency && month.is_none_or(|month| row.month == month));
    let mut by_kind: BTreeMap<&str, Amount> = BTreeMap::new();
    for row in of_month {
        *by_kind.entry(&row.kind).or_default() += amount(&row.amount)?;
    }
    let mut sums: Vec<(&str, Amount)> = by_kind.into_iter().collect();
    sums.sort_by_key(|(_, sum)| std::cmp::Reverse(sum.0.abs()));
    let told: Vec<String> = sums.iter().filter(|(_, sum)| sum.0 != 0).map(|(kind, sum)| format!("{kind} {}", sum.grouped())).collect();
    Ok((sums.len() > 1 && !told.is_empty()).then(|| told.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn costs(by: &[&str], cells: &[(&str, &str, &[Option<&str>], &str)]) -> Costs {
        let cells = cells
            .iter()
            .map(|(month, currency, values, amount)| CostCell {
                month: (*month).into(),
                currency: (*currency).into(),
                values: values.iter().map(|v| v.map(str::to_owned)).collect(),
                amount: (*amount).into(),
                rows: 1,
            })
            .collect();
        Costs {
            measure: String::new(),
            totals: vec![],
            months: vec![],
            priced_month: None,
            open_month: None,
            keys: vec![],
            by: by.iter().map(|k| (*k).to_owned()).collect(),
            cells,
            bases: vec![],
            gaps: vec![],
            only: Vec::new(),
            charges: Vec::new(),
            converted: Vec::new(),
            invoices: Vec::new(),
            outlook: None,
            rounded: 0,
            rows: 0,
        }
    }

    #[test]
    fn sums_are_exact_and_unattributed_is_always_last() -> io::Result<()> {
        let costs = costs(
            &["Environment", "Application"],
            &[
                ("2026-10", "USD", &[Some("production"), Some("shop")], "0.10"),
                ("2026-10", "USD", &[Some("test"), Some("shop")], "0.20"),
                ("2026-10", "USD", &[None, Some("shop")], "99.00"),
                ("2026-10", "EUR", &[None, None], "7.00"),
                ("2026-09", "USD", &[Some("test"), Some("blog")], "5.00"),
            ],
        );
        let october = Pivot::new(&costs, "USD", Some("2026-10"))?;
        assert_eq!(october.total.to_string(), "99.30");
        assert_eq!(october.attributed.to_string(), "0.30");
        assert_eq!(october.columns.iter().map(Line::title).collect::<Vec<_>>(), ["test", "production", "unattributed"]);
        assert_eq!(october.rows.iter().map(Line::title).collect::<Vec<_>>(), ["shop", "unattributed"]);
        assert_eq!(october.cell(&october.rows[1], &october.columns[0]), None);
        assert_eq!(Pivot::new(&costs, "USD", None)?.total.to_string(), "104.30");
        Ok(())
    }

    #[test]
    fn one_key_is_one_column_and_three_keys_join_in_the_row() -> io::Result<()> {
        let one = Pivot::new(&costs(&["CostCenter"], &[("2026-10", "USD", &[Some("cc-1")], "1.00")]), "USD", None)?;
        assert_eq!((one.rows[0].title(), one.columns[0].title()), ("cc-1", "cost"));
        let three =
            Pivot::new(&costs(&["Environment", "Application", "Owner"], &[("2026-10", "USD", &[Some("test"), None, Some("linda")], "1.00")]), "USD", None)?;
        assert_eq!((three.rows[0].title(), three.columns[0].title()), ("unattributed / linda", "test"));
        Ok(())
    }
}
