//! The audit of environments as the page shows it.

use super::money::Currencies;
use super::view::shown;
use crate::Summary;
use crate::count::{grouped, plural};
use serde::Serialize;
use std::io;

/// One environment.
#[derive(Serialize)]
pub(super) struct EnvironmentView {
    name: String,
    verdict: String,
    why: String,
    purpose: String,
    owner: String,
    owners: String,
    holds: String,
    resources: String,
    expired: Option<String>,
    changed: String,
    lifetime: String,
    per_day: Vec<String>,
}

/// Every environment; none for an estate of which nothing says one.
pub(super) fn environments(summary: &Summary, order: &Currencies<'_>) -> io::Result<Vec<EnvironmentView>> {
    let rows = &summary.environments;
    if rows.iter().any(|row| row.environment.is_some()) { rows.iter().map(|row| environment(row, order)).collect() } else { Ok(Vec::new()) }
}

fn environment(row: &crate::EnvironmentRow, order: &Currencies<'_>) -> io::Result<EnvironmentView> {
    let text = |text: &Option<String>| text.as_deref().map_or_else(|| "–".to_owned(), shown);
    let owners = match row.owners.as_slice() {
        [] => String::new(),
        [one] => format!("resources name {}", shown(one)),
        [one, others @ ..] => format!("resources name {} and {} more", shown(one), others.len()),
    };
    Ok(EnvironmentView {
        name: row.environment.as_deref().map_or_else(|| "none".to_owned(), shown),
        verdict: shown(&row.verdict),
        why: shown(&row.why),
        purpose: text(&row.purpose),
        owner: text(&row.owner),
        owners,
        holds: format!("{}, {}", plural(row.applications, "application"), plural(row.containers, "container")),
        resources: grouped(row.resources),
        expired: (row.expired > 0).then(|| format!("{} expired", grouped(row.expired))),
        changed: text(&row.changed),
        lifetime: row.lifetime_days.map_or_else(|| "–".to_owned(), |days| plural(days, "day")),
        per_day: order.told(&row.per_day)?,
    })
}
