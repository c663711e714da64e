//! What was not, or not wholly, seen: rows of one outcome and one reason are one line, however many places they name, and so are several reasons
//! in the same places.

use super::Page;
use super::table::{Cell, Fit, Style, Table};
use crate::count::{grouped, plural};
use crate::{CoverageRow, Summary};
use std::collections::{BTreeMap, BTreeSet};
use std::io;

/// Reasons of one outcome that are shown before the rest is only counted.
const REASONS: usize = 3;
/// Scopes that one reason names before the rest is only counted.
const SCOPES: usize = 3;

/// Reasons that one line spells before the rest is only counted.
const SPELT: usize = 2;

/// Rows of one outcome: all those with one reason, or of several reasons those that name the very same places.
struct Reason<'s> {
    outcome: &'s str,
    whys: Vec<&'s str>,
    rows: Vec<&'s CoverageRow>,
}

pub(super) fn coverage(summary: &Summary, page: &mut Page<'_>) -> io::Result<()> {
    let reasons = reasons(&summary.coverage);
    if reasons.is_empty() {
        return Ok(());
    }
    page.heading("COVERAGE", "what was not, or not wholly, seen")?;
    let mut table =
        Table::new(vec![("Outcome".into(), Fit::Left), ("Where".into(), Fit::Wrap(29)), ("Source".into(), Fit::CutMiddle(12)), ("Why".into(), Fit::Wrap(24))]);
    let shown = |at: usize| reasons[..at].iter().filter(|r| r.outcome == reasons[at].outcome).count() < REASONS;
    let (shown, left): (Vec<usize>, Vec<usize>) = (0..reasons.len()).partition(|at| shown(*at));
    for reason in shown.into_iter().map(|at| &reasons[at]) {
        let style = if matches!(reason.outcome, "denied" | "failed") { Style::Red } else { Style::Yellow };
        table.row(vec![Cell::new(reason.outcome, style), reason.places().into(), reason.source().into(), reason.why().into()]);
    }
    table.write(page.width, page.paint, page.out)?;
    let left: usize = left.into_iter().map(|at| reasons[at].rows.len()).sum();
    if left > 0 {
        page.paragraph("", Style::Dim, &format!("… and {} for other reasons in the report's files.", plural(left as u64, "row")))?;
    }
    let settled = summary.coverage.iter().filter(|row| row.made_up_for).count() as u64;
    if settled > 0 {
        let text = format!("{} of sources with a blind spot left out here: other sources saw those places whole.", plural(settled, "row"));
        page.paragraph("", Style::Dim, &text)?;
    }
    Ok(())
}

/// The worst first, then what concerns most rows.
fn reasons(rows: &[CoverageRow]) -> Vec<Reason<'_>> {
    let mut by_why: BTreeMap<(&str, &str), Vec<&CoverageRow>> = BTreeMap::new();
    for row in rows.iter().filter(|row| !row.is_settled()) {
        by_why.entry((&row.outcome, row.why.as_deref().unwrap_or(""))).or_default().push(row);
    }
    // An account that refuses everything refuses each source with a permission of its own.
    let mut by_places: BTreeMap<(&str, BTreeSet<[&str; 3]>), Reason<'_>> = BTreeMap::new();
    for ((outcome, why), rows) in by_why {
        let places = rows.iter().map(|row| [&row.cloud, &row.scope, row.region.as_deref().unwrap_or("")]).collect();
        let reason = by_places.entry((outcome, places)).or_insert_with(|| Reason { outcome, whys: Vec::new(), rows: Vec::new() });
        reason.whys.push(why);
        reason.rows.extend(rows);
    }
    let mut all: Vec<Reason<'_>> = by_places.into_values().collect();
    let rank = |outcome: &str| ["failed", "denied", "partial"].iter().position(|o| *o == outcome).unwrap_or(3);
    all.sort_by(|a, b| (rank(a.outcome), b.rows.len(), &a.whys).cmp(&(rank(b.outcome), a.rows.len(), &b.whys)));
    all
}

impl Reason<'_> {
    /// The first scopes, each with its Region or how many it has.
    fn places(&self) -> String {
        let mut scopes: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
        for row in &self.rows {
            scopes.entry((&row.cloud, &row.scope)).or_default().extend(row.region.as_deref());
        }
        let named = scopes.iter().take(SCOPES).map(|((cloud, scope), regions)| match regions.first() {
            Some(region) if regions.len() == 1 => format!("{cloud} {scope} {region}"),
            Some(_) => format!("{cloud} {scope} ({})", plural(regions.len() as u64, "Region")),
            None => format!("{cloud} {scope}"),
        });
        let mut text = named.collect::<Vec<_>>().join(", ");
        if scopes.len() > SCOPES {
            text = format!("{text} and {} more", grouped((scopes.len() - SCOPES) as u64));
        }
        text
    }

    /// The first reasons, and how many there are besides.
    fn why(&self) -> String {
        let spelt = self.whys.iter().take(SPELT).copied().collect::<Vec<_>>().join("; ");
        match self.whys.len().saturating_sub(SPELT) {
            0 => spelt,
            more => format!("{spelt}; and {more} more"),
        }
    }

    /// The one source, or how many.
    fn source(&self) -> String {
        let names: BTreeSet<&str> = self.rows.iter().map(|row| row.file.as_deref().unwrap_or(&row.collector)).collect();
        match names.first() {
            Some(name) if names.len() == 1 => (*name).to_owned(),
            _ => plural(names.len() as u64, "source"),
        }
    }
}
