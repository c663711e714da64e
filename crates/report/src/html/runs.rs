//! How it went from run to run: shares and counts as lines. Geometry in whole tenths of a pixel out of exact numbers.

use super::money::Currencies;
use super::view::shown;
use crate::Summary;
use crate::count::{grouped, percent};
use crate::trend::Point;
use serde::Serialize;
use std::io;

const WIDTH: i128 = 6_200;
const HEIGHT: i128 = 1_400;
/// Lines of one drawing; each has a colour of its own.
const LINES: usize = 5;

/// One drawing.
#[derive(Serialize)]
pub(super) struct Runs {
    title: String,
    from: String,
    to: String,
    /// What the upper edge stands for.
    top: String,
    lines: Vec<LineView>,
    /// A row for each run: its time and the value of each line.
    rows: Vec<(String, Vec<String>)>,
}

#[derive(Serialize)]
struct LineView {
    name: String,
    style: usize,
    /// `x,y x,y …`, one piece for each stretch of runs that have the number.
    pieces: Vec<String>,
    last: String,
}

/// A number of every run; none where a run does not have it.
struct Series {
    name: String,
    values: Vec<Option<i128>>,
}

/// What the history has to show.
pub(super) fn runs(summary: &Summary, order: &Currencies<'_>) -> io::Result<Vec<Runs>> {
    // The keys that the report is sliced by, in each currency.
    let mut sliced = Vec::new();
    if let Some(costs) = &summary.costs {
        for total in order.totals(costs) {
            sliced.extend(costs.by.iter().map(|key| (key.as_str(), total.currency.as_str())));
        }
    }
    lines(&summary.runs, &sliced)
}

/// How these runs went, oldest first, with the attributed spend of these keys and currencies; nothing of a single run.
pub(super) fn lines(points: &[Point], sliced: &[(&str, &str)]) -> io::Result<Vec<Runs>> {
    if points.len() < 2 {
        return Ok(Vec::new());
    }
    let mut shares = vec![Series { name: "Resources without a violated finding".to_owned(), values: points.iter().map(Point::compliance).collect() }];
    for (key, currency) in sliced {
        let values = points.iter().map(|point| point.attributed(key, currency)).collect::<io::Result<_>>()?;
        shares.push(Series { name: format!("{currency} with a value for {key}"), values });
    }
    shares.retain(|series| series.values.iter().any(Option::is_some));
    shares.truncate(LINES);
    let count = |name: &str, of: fn(&Point) -> u64| Series { name: name.to_owned(), values: points.iter().map(|point| Some(i128::from(of(point)))).collect() };
    let counts = vec![count("Violated findings", |point| point.violated), count("Resources", |point| point.resources)];
    let most = counts.iter().flat_map(|series| series.values.iter().flatten()).copied().max().unwrap_or(0).max(1);
    let number = |value: i128| grouped(u64::try_from(value).unwrap_or(0));
    Ok(vec![drawing("Shares", points, &shares, 1_000, percent), drawing("Counts", points, &counts, most, number)])
}

fn drawing(title: &str, points: &[Point], series: &[Series], most: i128, said: impl Fn(i128) -> String) -> Runs {
    let last = points.len() as i128 - 1;
    let tenths = |value: i128| format!("{}.{}", value / 10, value % 10);
    let place = |at: usize, value: i128| format!("{},{}", tenths(at as i128 * WIDTH / last.max(1)), tenths(HEIGHT - value.clamp(0, most) * HEIGHT / most));
    let pieces = |values: &[Option<i128>]| -> Vec<String> {
        let known = |at: &usize| values[*at].map(|value| place(*at, value));
        let all: Vec<usize> = (0..values.len()).collect();
        let stretches = all.chunk_by(|a, b| values[*a].is_some() == values[*b].is_some());
        stretches.map(|stretch| stretch.iter().filter_map(known).collect::<Vec<_>>().join(" ")).filter(|piece| !piece.is_empty()).collect()
    };
    let value = |value: Option<i128>| value.map_or_else(|| "–".to_owned(), &said);
    let lines = series.iter().enumerate().map(|(style, one)| LineView {
        name: shown(&one.name),
        style,
        pieces: pieces(&one.values),
        last: value(one.values.last().copied().flatten()),
    });
    let when = |point: &Point| shown(point.started.get(..16).unwrap_or(&point.started)).replace('T', " ");
    Runs {
        title: title.to_owned(),
        from: points.first().map(when).unwrap_or_default(),
        to: points.last().map(when).unwrap_or_default(),
        top: said(most),
        lines: lines.collect(),
        rows: points.iter().enumerate().map(|(at, point)| (when(point), series.iter().map(|one| value(one.values[at])).collect())).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_a_gap_where_a_run_has_no_number() {
        let points: Vec<Point> = (1..=4).map(|day| Point { started: format!("2026-11-0{day}T06:00:00Z"), ..Point::default() }).collect();
        let series = [Series { name: "share".to_owned(), values: vec![Some(0), Some(1_000), None, Some(500)] }];
        let drawn = drawing("Shares", &points, &series, 1_000, percent);
        assert_eq!(drawn.lines[0].pieces, ["0.0,140.0 206.6,0.0", "620.0,70.0"]);
        assert_eq!((drawn.from.as_str(), drawn.lines[0].last.as_str(), drawn.rows[2].1[0].as_str()), ("2026-11-01 06:00", "50.0 %", "–"));
    }
}
