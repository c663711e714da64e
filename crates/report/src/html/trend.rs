//! Spend per month as bars: attributed below, unattributed on top; what credits made less than nothing hangs below the line of nought.
//! Geometry in whole pixels out of exact amounts.

use crate::count::{amount, whole};
use crate::inert::visible;
use crate::pivot::{Pivot, shown_month};
use crate::{Costs, CurrencyTotal};
use serde::Serialize;
use std::io;
use tagledger_model::Amount;

/// From the top of the highest bar to the end of what hangs lowest.
const HEIGHT: i128 = 120;
/// Above the bars.
const TOP: i128 = 20;
/// Room below them for the label of a month that is negative.
const LABEL: i128 = 16;
/// From one bar to the next.
const STEP: usize = 72;
/// How wide a bar is.
const BAR: usize = 40;

/// The drawing of one currency.
#[derive(Serialize)]
pub(super) struct Trend {
    currency: String,
    width: usize,
    /// The line of nought, and what the names of the months stand below.
    base: i128,
    foot: i128,
    bars: Vec<Bar>,
}

#[derive(Serialize)]
struct Bar {
    month: String,
    amount: String,
    /// Rounded to a whole: the label of the bar.
    whole: String,
    unattributed: String,
    x: usize,
    middle: usize,
    width: usize,
    /// Where the label stands.
    label: i128,
    /// Top and height of the attributed part, and of the other.
    attributed: (i128, i128),
    loose: (i128, i128),
    shown: bool,
    /// Later than the last whole month.
    partial: bool,
}

pub(super) fn trend(costs: &Costs, total: &CurrencyTotal) -> io::Result<Trend> {
    let pivots = costs.months.iter().map(|m| Pivot::new(costs, &total.currency, Some(m))).collect::<io::Result<Vec<Pivot>>>()?;
    let sums = total.by_month.iter().map(|a| amount(a)).collect::<io::Result<Vec<Amount>>>()?;
    let parts: Vec<[Amount; 2]> = sums.iter().zip(&pivots).map(|(sum, pivot)| [pivot.attributed, *sum - pivot.attributed]).collect();
    let side = |sign: i128| parts.iter().map(|of| of.iter().map(|part| (part.0 * sign).max(0)).sum::<i128>()).max().unwrap_or(0);
    let (highest, lowest) = (side(1), side(-1));
    let tall = |units: i128| units * HEIGHT / (highest + lowest).max(1);
    let base = TOP + tall(highest);
    let foot = base + if lowest > 0 { tall(lowest) + LABEL } else { 0 };
    let bars = costs.months.iter().zip(&sums).zip(&parts).enumerate().map(|(i, ((month, sum), [attributed, loose]))| {
        let (mut top, mut bottom) = (base, base);
        let mut stand = |part: Amount| {
            let height = tall(part.0.abs());
            if part.0 < 0 {
                bottom += height;
                (bottom - height, height)
            } else {
                top -= height;
                (top, height)
            }
        };
        let (of_attributed, of_loose) = (stand(*attributed), stand(*loose));
        let x = i * STEP + (STEP - BAR) / 2;
        Bar {
            month: visible(month).into_owned(),
            amount: sum.grouped(),
            whole: whole(*sum),
            unattributed: loose.grouped(),
            x,
            middle: x + BAR / 2,
            width: BAR,
            label: if sum.0 < 0 { bottom + 12 } else { top - 5 },
            attributed: of_attributed,
            loose: of_loose,
            shown: shown_month(costs) == Some(month),
            partial: costs.priced_month.as_ref().is_some_and(|p| month > p),
        }
    });
    let bars = bars.collect();
    Ok(Trend { currency: visible(&total.currency).into_owned(), width: costs.months.len().max(1) * STEP, base, foot, bars })
}
