//! The environments, and whether anybody knows what each is for.

use super::{Cell, Fit, Page, Style, Table};
use crate::Summary;
use crate::count::{grouped, money};
use std::io;

/// From this width on, the reason and the purpose stand beside the verdict.
const WIDE: usize = 120;

pub(super) fn environments(summary: &Summary, page: &mut Page<'_>) -> io::Result<()> {
    // An estate of which nothing says an environment has nothing to show.
    if summary.environments.iter().all(|row| row.environment.is_none()) {
        return Ok(());
    }
    page.heading("ENVIRONMENTS", "what each is for, and what it cost a day in the last full month")?;
    let wide = page.width >= WIDE;
    let mut columns = vec![("Environment".into(), Fit::CutEnd(11)), ("Verdict".into(), Fit::Left)];
    if wide {
        columns.push(("Why".into(), Fit::CutEnd(20)));
    }
    if wide {
        columns.push(("Purpose".into(), Fit::CutEnd(7)));
    }
    columns.extend([("Resources".into(), Fit::Right), ("Changed".into(), Fit::Left), ("A day".into(), Fit::Right)]);
    let mut table = Table::new(columns);
    for row in &summary.environments {
        let style = match row.verdict.as_str() {
            "keep" => Style::Green,
            "expired" => Style::Red,
            _ => Style::Yellow,
        };
        let mut cells = vec![Cell::new(row.environment.as_deref().unwrap_or("(none)"), Style::Bold), Cell::new(&row.verdict, style)];
        if wide {
            cells.extend([Cell::new(&row.why, Style::Dim), Cell::new(row.purpose.as_deref().unwrap_or("–"), Style::Plain)]);
        }
        cells.extend([grouped(row.resources).into(), Cell::new(row.changed.as_deref().unwrap_or("–"), Style::Plain), money(&row.per_day)?.into()]);
        table.row(cells);
    }
    page.table(&table)
}
