//! Spend per month as bars: attributed below, unattributed on top. Geometry in whole pixels out of exact amounts.

use crate::count::amount;
use crate::inert::visible;
use crate::pivot::{Pivot, shown_month};
use crate::{Costs, CurrencyTotal};
use serde::Serialize;
use std::io;
use tagledger_model::Amount;

/// Height of the tallest bar.
const HEIGHT: i128 = 120;
/// From one bar to the next.
const STEP: usize = 72;
/// How wide a bar is.
const BAR: usize = 40;

/// The drawing of one currency.
#[derive(Serialize)]
pub(super) struct Trend {
    currency: String,
    width: usize,
    bars: Vec<Bar>,
}

#[derive(Serialize)]
struct Bar {
    month: String,
    amount: String,
    /// Without its cents: the label of the bar.
    whole: String,
    unattributed: String,
    x: usize,
    middle: usize,
    width: usize,
    top: i128,
    /// Of the attributed part.
    y: i128,
    attributed_height: i128,
    unattributed_height: i128,
    shown: bool,
    /// Later than the last whole month.
    partial: bool,
}

pub(super) fn trend(costs: &Costs, total: &CurrencyTotal) -> io::Result<Trend> {
    let pivots = costs.months.iter().map(|m| Pivot::new(costs, &total.currency, Some(m))).collect::<io::Result<Vec<Pivot>>>()?;
    let sums = total.by_month.iter().map(|a| amount(a)).collect::<io::Result<Vec<Amount>>>()?;
    let most = sums.iter().map(|a| a.0).max().unwrap_or(0).max(1);
    let bars = costs.months.iter().zip(&sums).zip(&pivots).enumerate().map(|(i, ((month, sum), pivot))| {
        // Credits can make a month, or a part of it, negative: such a part has no height.
        let height = |a: i128| a.clamp(0, most) * HEIGHT / most;
        let all = height(sum.0);
        let attributed = height(pivot.attributed.0).min(all);
        let x = i * STEP + (STEP - BAR) / 2;
        Bar {
            month: visible(month).into_owned(),
            amount: sum.grouped(),
            whole: sum.grouped().split('.').next().unwrap_or_default().to_owned(),
            unattributed: (*sum - pivot.attributed).grouped(),
            x,
            middle: x + BAR / 2,
            width: BAR,
            top: 20 + HEIGHT - all,
            y: 20 + HEIGHT - attributed,
            attributed_height: attributed,
            unattributed_height: all - attributed,
            shown: shown_month(costs) == Some(month),
            partial: costs.priced_month.as_ref().is_some_and(|p| month > p),
        }
    });
    Ok(Trend { currency: visible(&total.currency).into_owned(), width: costs.months.len().max(1) * STEP, bars: bars.collect() })
}
