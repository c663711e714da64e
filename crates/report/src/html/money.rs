//! The part of the page about money.

use super::cells::Cells;
use super::trend::{Trend, trend};
use super::view::{all_shown, shown};
use crate::count::{amount, exact, money_parts, percent, plural, share_of_parts};
use crate::pivot::{Line, Pivot, UNATTRIBUTED, charged, shown_month};
use crate::{Costs, CurrencyTotal, MoneyRow};
use serde::Serialize;
use std::io;
use tagledger_model::{Amount, Text};

/// Applications that the page shows before the script takes over.
const ROWS: usize = 50;

/// One order of currencies all over a page: the one with the largest sum first, whichever its sign, then by name.
pub(super) struct Currencies<'c>(Vec<&'c str>);

impl<'c> Currencies<'c> {
    /// Of currencies and their sums, decimal text.
    pub fn of(sums: impl IntoIterator<Item = (&'c str, &'c str)>) -> io::Result<Self> {
        let sums = sums.into_iter().map(|(currency, sum)| Ok((amount(sum)?.0.unsigned_abs(), currency)));
        let mut sized = sums.collect::<io::Result<Vec<(u128, &str)>>>()?;
        sized.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
        Ok(Self(sized.into_iter().map(|(_, currency)| currency).collect()))
    }

    pub fn of_bill(costs: Option<&'c Costs>) -> io::Result<Self> {
        Self::of(costs.into_iter().flat_map(|costs| &costs.totals).map(|total| (total.currency.as_str(), total.report.as_str())))
    }

    /// Where a currency stands; what is not of the bill comes last.
    pub fn place(&self, currency: &str) -> usize {
        self.0.iter().position(|known| *known == currency).unwrap_or(usize::MAX)
    }

    pub fn sort(&self, sums: &mut [(Amount, &str)]) {
        sums.sort_by_key(|(_, currency)| self.place(currency));
    }

    pub fn totals<'t>(&self, costs: &'t Costs) -> Vec<&'t CurrencyTotal> {
        let mut totals: Vec<&CurrencyTotal> = costs.totals.iter().collect();
        totals.sort_by_key(|total| self.place(&total.currency));
        totals
    }

    /// Money in words, a part for each currency; a dash when there is nothing.
    pub fn told(&self, rows: &[MoneyRow]) -> io::Result<Vec<String>> {
        let mut sums = rows.iter().map(|row| Ok((amount(&row.amount)?, row.currency.as_str()))).collect::<io::Result<Vec<_>>>()?;
        self.sort(&mut sums);
        Ok(all_shown(&money_parts(&sums)))
    }
}

#[derive(Serialize)]
pub(super) struct CostsView {
    by: String,
    row_key: String,
    measure: String,
    rows: String,
    months: Vec<String>,
    tables: Vec<CostTable>,
    trends: Vec<Trend>,
    /// What each month is charged for: the month, and what is said of it in one currency.
    charged: Vec<(String, String)>,
    outlook: Option<OutlookView>,
    /// What is unattributed in the month, by currency: the sum, and service, cloud, reason and amount of the dearest.
    loose: Vec<(String, Vec<[String; 4]>)>,
    bases: Vec<Basis>,
    measures: Vec<(String, Vec<(String, String)>)>,
}

#[derive(Serialize)]
struct CostTable {
    currency: String,
    columns: Vec<String>,
    rows: Vec<CostRow>,
    folded: usize,
    sums: Vec<String>,
    total: String,
}

#[derive(Serialize)]
struct CostRow {
    title: String,
    unattributed: bool,
    cells: Vec<(String, u8)>,
    sum: String,
}

#[derive(Serialize)]
struct Basis {
    key: String,
    currency: String,
    rows: Vec<(String, String, String, i128)>,
}

pub(super) fn costs(costs: &Costs, cells: Option<&Cells>, order: &Currencies<'_>) -> io::Result<CostsView> {
    let totals = order.totals(costs);
    let measures = totals.iter().map(|t| {
        let of =
            t.measures.iter().map(|m| Ok((shown(&m.measure), m.amount.as_deref().map_or_else(|| Ok("not in the bill".to_owned()), |a| amount(a).map(exact))?)));
        Ok((shown(&t.currency), of.collect::<io::Result<_>>()?))
    });
    Ok(CostsView {
        by: shown(&costs.by.join(" × ")),
        row_key: shown(&costs.by.get(1..).filter(|rest| !rest.is_empty()).unwrap_or(&costs.by).join(" / ")),
        measure: shown(&costs.measure),
        rows: plural(costs.rows, "row"),
        months: all_shown(&costs.months),
        tables: totals.iter().map(|t| table(costs, &t.currency)).collect::<io::Result<_>>()?,
        trends: totals.iter().map(|t| trend(costs, t)).collect::<io::Result<_>>()?,
        measures: measures.collect::<io::Result<_>>()?,
        charged: charges(costs, &totals)?,
        outlook: costs.outlook.as_ref().map(outlook).transpose()?,
        loose: cells.map(|cells| loose(costs, &totals, cells)).unwrap_or_default(),
        bases: bases(costs, order)?,
    })
}

/// What has no value for the keys of the report, as far as the page keeps it apart.
fn loose(costs: &Costs, totals: &[&CurrencyTotal], cells: &Cells) -> Vec<(String, Vec<[String; 4]>)> {
    const SHOWN: usize = 20;
    let of = |currency: &str| {
        let named = cells.loose(currency, shown_month(costs).unwrap_or_default());
        let row = |(of, sum): ([Text; 3], Amount)| [shown(&of[1]), shown(&of[0]), shown(&of[2]), sum.grouped()];
        (shown(currency), named.into_iter().take(SHOWN).map(row).collect())
    };
    totals.iter().map(|total| of(&total.currency)).filter(|(_, rows): &(String, Vec<[String; 4]>)| !rows.is_empty()).collect()
}

/// 0 to 9 by the root of the share of the dearest cell: a linear scale would leave all but one cell pale.
fn heat(value: Amount, most: i128) -> u8 {
    u8::try_from((value.0.max(0).saturating_mul(81) / most.max(1)).isqrt().min(9)).unwrap_or(9)
}

fn table(costs: &Costs, currency: &str) -> io::Result<CostTable> {
    let pivot = Pivot::new(costs, currency, shown_month(costs))?;
    let cells = pivot.rows.iter().flat_map(|r| pivot.columns.iter().filter_map(|c| pivot.cell(r, c)));
    let most = cells.map(|a| a.0).max().unwrap_or(1);
    let line = |row: &Line| CostRow {
        title: shown(row.title()),
        unattributed: row.name.is_none(),
        cells: pivot.columns.iter().map(|c| pivot.cell(row, c).map_or_else(|| ("–".to_owned(), 0), |a| (a.grouped(), heat(a, most)))).collect(),
        sum: row.sum.grouped(),
    };
    let named = pivot.rows.len() - 1;
    let mut rows: Vec<CostRow> = pivot.rows.iter().take(named.min(ROWS)).map(line).collect();
    rows.extend(pivot.rows.last().map(line));
    Ok(CostTable {
        currency: shown(currency),
        columns: pivot.columns.iter().map(|c| shown(c.title())).collect(),
        rows,
        folded: named.saturating_sub(ROWS),
        sums: pivot.columns.iter().map(|c| c.sum.grouped()).collect(),
        total: pivot.total.grouped(),
    })
}

fn bases(costs: &Costs, order: &Currencies<'_>) -> io::Result<Vec<Basis>> {
    let mut out: Vec<Basis> = Vec::new();
    let mut rows: Vec<_> = costs.bases.iter().collect();
    rows.sort_by_key(|row| (costs.bases.iter().position(|first| first.key == row.key), order.place(&row.currency)));
    for row in rows {
        let (key, currency) = (shown(&row.key), shown(&row.currency));
        let value = amount(&row.amount)?;
        let whole = costs.bases.iter().filter(|b| b.key == row.key && b.currency == row.currency).map(|b| amount(&b.amount)).sum::<io::Result<Amount>>()?;
        let tenths = share_of_parts(value.0, whole.0);
        // Beside a part that credits made less than nothing another is more than all; its bar is full.
        let line = (shown(&row.basis), value.grouped(), tenths.map_or_else(|| "–".to_owned(), percent), tenths.unwrap_or(0).clamp(0, 1000) / 10);
        match out.iter_mut().find(|b| b.key == key && b.currency == currency) {
            Some(known) => known.rows.push(line),
            None => out.push(Basis { key, currency, rows: vec![line] }),
        }
    }
    Ok(out)
}

#[derive(Serialize)]
struct OutlookView {
    pace: Vec<String>,
    /// Day, what, cost and what is usual.
    unusual: Vec<[String; 4]>,
}

/// What the newest month will come to, and days that stand out.
fn outlook(of: &crate::Outlook) -> io::Result<OutlookView> {
    const SHOWN: usize = 20;
    let pace = of.pace.iter().map(|one| {
        let (so_far, expected) = (amount(&one.so_far)?.grouped(), amount(&one.expected)?.grouped());
        Ok(shown(&format!("{}: {expected} {} at the pace of its first {} of {} days; {so_far} so far", one.month, one.currency, one.days, one.of)))
    });
    let unusual = of.unusual.iter().take(SHOWN).map(|one| {
        let named: Vec<&str> = one.values.iter().map(|value| value.as_deref().unwrap_or(UNATTRIBUTED)).collect();
        let money = |text: &str| Ok::<_, io::Error>(format!("{} {}", amount(text)?.grouped(), one.currency));
        Ok([shown(&one.day), shown(&named.join(" / ")), shown(&money(&one.amount)?), shown(&money(&one.usual)?)])
    });
    Ok(OutlookView { pace: pace.collect::<io::Result<_>>()?, unusual: unusual.collect::<io::Result<_>>()? })
}

/// What each month is charged for, by currency, where it is not use alone: the page shows the month that is chosen.
fn charges(costs: &Costs, totals: &[&CurrencyTotal]) -> io::Result<Vec<(String, String)>> {
    let mut all = Vec::new();
    for month in &costs.months {
        for total in totals {
            if let Some(told) = charged(costs, &total.currency, Some(month))? {
                all.push((shown(month), shown(&format!("{} {told}", total.currency))));
            }
        }
    }
    Ok(all)
}
