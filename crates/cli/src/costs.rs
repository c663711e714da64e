//! The part of a report about money: the cube sliced, and held against the bill.

use crate::assemble::Billed;
use tagledger_cost::{Aggregate, Axis, Clouds, Cube, Measure};
use tagledger_model::{Amount, Text};
use tagledger_report::{BasisRow, ChargeRow, ConvertedRow, CostCell, Costs, CurrencyTotal, InvoiceRow, MeasureTotal, Outlook, PaceRow, UnusualRow};
use tagledger_taxonomy::{KeyId, Taxonomy};

/// Which cells are shown, and how that is said: `Environment=demo`.
pub(crate) struct Only<'a> {
    pub keeps: &'a dyn Fn(&tagledger_cost::CubeCell) -> bool,
    pub said: Vec<String>,
}

/// The keys that costs are sliced by where nobody says: Environment and Application where the taxonomy has both, else its first two.
pub(crate) fn usual_keys(taxonomy: &Taxonomy) -> Vec<KeyId> {
    let named: Vec<KeyId> = ["Environment", "Application"].iter().filter_map(|name| taxonomy.key(name)).collect();
    if named.len() < 2 { (0..taxonomy.keys.len()).take(2).filter_map(|at| u8::try_from(at).ok()).map(KeyId).collect() } else { named }
}

/// The keys that the cost table is sliced by.
pub(crate) fn sliced(billed: &Billed<'_>) -> Vec<Axis> {
    let keys = &billed.cube.keys;
    let positions = usual_keys(&billed.billing.taxonomy).into_iter().filter_map(|key| keys.iter().position(|other| *other == key));
    positions.map(Axis::Key).collect()
}

/// The part about money, sliced by these axes. What is not shown is counted as elsewhere, so that the sum is the bill's in any case.
pub(crate) fn costs(billed: &Billed<'_>, axes: &[Axis], only: Option<&Only<'_>>) -> Costs {
    let (aggregate, whole, measure) = (billed.aggregate, billed.cube, billed.billing.measure);
    let taxonomy = &billed.billing.taxonomy;
    let shown: Option<Cube> = only.map(|only| Cube { cells: whole.cells.iter().filter(|cell| (only.keeps)(cell)).cloned().collect(), ..whole.clone() });
    let cube = shown.as_ref().unwrap_or(whole);
    let slices = cube.by(axes);
    let months = aggregate.months();
    let sum = |cells: &[tagledger_cost::CubeCell], currency: &Text| -> Amount { cells.iter().filter(|c| c.currency == *currency).map(|c| c.amount).sum() };
    let totals = aggregate.currencies().into_iter().map(|currency| {
        let word = aggregate.word(currency);
        let report: Amount = slices.iter().filter(|s| s.currency == *word).map(|s| s.amount).sum();
        let elsewhere = only.map(|_| sum(&whole.cells, word) - report);
        let bill: Amount = months.iter().map(|m| aggregate.total(measure, *m, currency)).sum();
        let measures = Measure::ALL.into_iter().map(|m| MeasureTotal {
            measure: m.column().to_owned(),
            amount: aggregate.measures[m.position()].then(|| months.iter().map(|month| aggregate.total(m, *month, currency)).sum::<Amount>().to_string()),
        });
        let of_month = |month: &tagledger_model::Month| match only {
            Some(_) => slices.iter().filter(|s| s.currency == *word && s.month == *month).map(|s| s.amount).sum(),
            None => aggregate.total(measure, *month, currency),
        };
        CurrencyTotal {
            currency: word.to_string(),
            report: report.to_string(),
            elsewhere: elsewhere.map(|amount| amount.to_string()),
            bill: bill.to_string(),
            equal: report + elsewhere.unwrap_or_default() == bill,
            by_month: months.iter().map(|m| of_month(m).to_string()).collect(),
            measures: measures.collect(),
        }
    });
    let name = |key: &KeyId| taxonomy.keys[key.index()].name.clone();
    let title = |axis: &Axis| match axis {
        Axis::Key(at) => name(&cube.keys[*at]),
        other => word(*other).to_owned(),
    };
    let value = |axis: &Axis, value: Text| match axis {
        Axis::Provider => cloud(&billed.billing.clouds, &value),
        _ => value.to_string(),
    };
    Costs {
        measure: measure.column().to_owned(),
        totals: totals.collect(),
        months: months.iter().map(ToString::to_string).collect(),
        priced_month: billed.priced.map(|m| m.to_string()),
        open_month: billed.open.map(|m| m.to_string()),
        keys: cube.keys.iter().map(name).collect(),
        by: axes.iter().map(title).collect(),
        only: only.map(|only| only.said.clone()).unwrap_or_default(),
        cells: slices
            .into_iter()
            .map(|slice| CostCell {
                month: slice.month.to_string(),
                currency: slice.currency.to_string(),
                values: slice.values.into_iter().zip(axes).map(|(v, axis)| v.map(|v| value(axis, v))).collect(),
                amount: slice.amount.to_string(),
                rows: slice.rows,
            })
            .collect(),
        bases: cube
            .by_basis()
            .into_iter()
            .map(|b| BasisRow {
                key: name(&b.key),
                currency: b.currency.to_string(),
                basis: b.basis.words().to_owned(),
                amount: b.amount.to_string(),
                rows: b.rows,
            })
            .collect(),
        gaps: crate::gaps::gaps(billed),
        charges: if only.is_none() { charges(aggregate, measure) } else { Vec::new() },
        converted: converted(billed),
        invoices: invoices(aggregate),
        outlook: None,
        rounded: aggregate.repairs.rounded,
        rows: cube.cells.iter().map(|cell| cell.rows).sum(),
    }
}

/// The word for what is no key.
fn word(axis: Axis) -> &'static str {
    match axis {
        Axis::Key(_) => "",
        Axis::Provider => "cloud",
        Axis::Scope => "scope",
        Axis::Service => "service",
        Axis::Month => "month",
    }
}

/// Kinds of charges, use among them, so that they add up to the bill; nothing where there is nothing but use.
fn charges(aggregate: &Aggregate, measure: Measure) -> Vec<ChargeRow> {
    if aggregate.charges.is_empty() {
        return Vec::new();
    }
    let (at, mut rows) = (measure.position(), Vec::new());
    for total in &aggregate.totals {
        let row = |kind: &str, amount: Amount, rows| ChargeRow {
            month: total.month.to_string(),
            currency: aggregate.word(total.currency).to_string(),
            kind: kind.to_owned(),
            amount: amount.to_string(),
            rows,
        };
        let own: Vec<_> = aggregate.charges.iter().filter(|one| (one.month, one.currency) == (total.month, total.currency)).collect();
        let (count, sum) = own.iter().fold((0, Amount::ZERO), |(count, sum), one| (count + one.rows, sum + one.sums[at]));
        rows.push(row("usage", total.sums[at] - sum, total.rows - count));
        rows.extend(own.iter().filter(|one| one.sums[at] != Amount::ZERO || one.rows > 0).map(|one| row(one.kind, one.sums[at], one.rows)));
    }
    rows
}

/// What was converted, and at which rates.
pub(crate) fn converted(billed: &Billed<'_>) -> Vec<ConvertedRow> {
    let (aggregate, Some(rates)) = (billed.aggregate, &billed.billing.rates) else { return Vec::new() };
    let row = |one: &tagledger_cost::Converted| {
        let from = aggregate.word(one.from);
        let rate = rates.of(from, one.month)?;
        Some(ConvertedRow {
            month: one.month.to_string(),
            from: from.to_string(),
            to: rates.to.to_string(),
            rate: rate.rate.to_string(),
            date: tagledger_model::Timestamp(rate.day * 86_400).day(),
            source: rate.source.to_string(),
            before: one.before.to_string(),
            after: one.after.to_string(),
            rows: one.rows,
        })
    };
    aggregate.converted.iter().filter_map(row).collect()
}

fn invoices(aggregate: &Aggregate) -> Vec<InvoiceRow> {
    let word = |number| aggregate.word(number).to_string();
    let row = |one: &tagledger_cost::Invoice| InvoiceRow {
        month: one.month.to_string(),
        issuer: word(one.issuer),
        invoice: word(one.id),
        currency: word(one.currency),
        billed: one.billed.to_string(),
        rows: one.rows,
    };
    aggregate.invoices.iter().map(row).collect()
}

/// The outlook as reports hold it.
pub(crate) fn outlook(of: tagledger_cost::Outlook) -> Outlook {
    let pace = |pace: tagledger_cost::Pace| PaceRow {
        currency: pace.currency.to_string(),
        month: pace.month.to_string(),
        days: pace.days,
        of: pace.of,
        so_far: pace.so_far.to_string(),
        usage: pace.usage.to_string(),
        expected: pace.expected.to_string(),
    };
    let unusual = |one: tagledger_cost::Unusual| UnusualRow {
        day: tagledger_model::Timestamp(one.day * 86_400).day(),
        currency: one.currency.to_string(),
        values: one.values.into_iter().map(|value| value.map(|text| text.to_string())).collect(),
        amount: one.amount.to_string(),
        usual: one.usual.to_string(),
    };
    Outlook { pace: of.pace.into_iter().map(pace).collect(), unusual: of.unusual.into_iter().map(unusual).collect() }
}

/// A cloud by its short name, or a provider as the bill calls it.
pub(crate) fn cloud(clouds: &Clouds, provider: &str) -> String {
    clouds.id(provider).map_or_else(|| provider.to_owned(), ToString::to_string)
}
