//! The part of the page about money.

use super::cells::Cells;
use super::trend::{Trend, trend};
use super::view::{all_shown, shown};
use crate::Costs;
use crate::count::{amount, exact, percent, plural, share};
use crate::pivot::{Line, Pivot, UNATTRIBUTED, charged, shown_month};
use serde::Serialize;
use std::io;
use tagledger_model::{Amount, Text};

/// Applications that the page shows before the script takes over.
const ROWS: usize = 50;

#[derive(Serialize)]
pub(super) struct CostsView {
    by: String,
    row_key: String,
    measure: String,
    rows: String,
    months: Vec<String>,
    tables: Vec<CostTable>,
    trends: Vec<Trend>,
    charged: Vec<String>,
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

pub(super) fn costs(costs: &Costs, cells: Option<&Cells>) -> io::Result<CostsView> {
    let measures = costs.totals.iter().map(|t| {
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
        tables: costs.totals.iter().map(|t| table(costs, &t.currency)).collect::<io::Result<_>>()?,
        trends: costs.totals.iter().map(|t| trend(costs, t)).collect::<io::Result<_>>()?,
        measures: measures.collect::<io::Result<_>>()?,
        charged: charges(costs)?,
        outlook: costs.outlook.as_ref().map(outlook).transpose()?,
        loose: cells.map(|cells| loose(costs, cells)).unwrap_or_default(),
        bases: bases(costs)?,
    })
}

/// What has no value for the keys of the report, as far as the page keeps it apart.
fn loose(costs: &Costs, cells: &Cells) -> Vec<(String, Vec<[String; 4]>)> {
    const SHOWN: usize = 20;
    let of = |currency: &str| {
        let named = cells.loose(currency, shown_month(costs).unwrap_or_default());
        let row = |(of, sum): ([Text; 3], Amount)| [shown(&of[1]), shown(&of[0]), shown(&of[2]), sum.grouped()];
        (shown(currency), named.into_iter().take(SHOWN).map(row).collect())
    };
    costs.totals.iter().map(|total| of(&total.currency)).filter(|(_, rows): &(String, Vec<[String; 4]>)| !rows.is_empty()).collect()
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

fn bases(costs: &Costs) -> io::Result<Vec<Basis>> {
    let mut out: Vec<Basis> = Vec::new();
    for row in &costs.bases {
        let (key, currency) = (shown(&row.key), shown(&row.currency));
        let value = amount(&row.amount)?;
        let whole = costs.bases.iter().filter(|b| b.key == row.key && b.currency == row.currency).map(|b| amount(&b.amount)).sum::<io::Result<Amount>>()?;
        let tenths = share(value.0, whole.0);
        let line = (shown(&row.basis), value.grouped(), tenths.map_or_else(|| "–".to_owned(), percent), tenths.unwrap_or(0) / 10);
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

/// What the month is charged for, by currency, where it is not use alone.
fn charges(costs: &Costs) -> io::Result<Vec<String>> {
    let of = costs.totals.iter().map(|t| Ok(charged(costs, &t.currency, shown_month(costs))?.map(|told| shown(&format!("{} {}", t.currency, told)))));
    Ok(of.collect::<io::Result<Vec<_>>>()?.into_iter().flatten().collect())
}
