//! The resources whose findings cost most. One pass over the findings; only the few best are held.

use super::Page;
use super::table::{Cell, Fit, Style, Table, cut_middle, width};
use crate::inert::visible;
use crate::{Report, Summary};
use std::io;
use tagledger_model::{Amount, Finding, Verdict};

/// How many are shown; with several currencies they share the places.
const PLACES: usize = 10;
/// From this width on, one line holds message, resource and price.
const WIDE: usize = 120;

struct Entry {
    cloud: String,
    resource: String,
    message: String,
    amount: Amount,
    /// Further findings of the same resource.
    more: u64,
}

/// Most expensive first, in one currency.
struct Ranking {
    currency: String,
    places: usize,
    entries: Vec<Entry>,
}

impl Ranking {
    fn take(&mut self, f: &Finding) {
        let Some(amount) = f.money.iter().find(|m| m.currency == self.currency).map(|m| m.amount).filter(|a| *a > Amount::ZERO) else { return };
        // All findings of a resource have one price, so they meet here or all stay out.
        if let Some(known) = self.entries.iter_mut().find(|e| e.resource == f.resource && e.cloud == f.cloud.as_str()) {
            known.more += 1;
            return;
        }
        let at = self.entries.partition_point(|e| e.amount >= amount);
        if at < self.places {
            self.entries.insert(at, Entry { cloud: f.cloud.to_string(), resource: f.resource.to_string(), message: f.message.clone(), amount, more: 0 });
            self.entries.truncate(self.places);
        }
    }
}

pub(super) fn most_expensive(report: &Report<'_>, page: &mut Page<'_>) -> io::Result<()> {
    let summary: &Summary = report.summary;
    let Some(costs) = &summary.costs else { return Ok(()) };
    let places = (PLACES / costs.totals.len().max(1)).max(3);
    let mut rankings: Vec<Ranking> = costs.totals.iter().map(|t| Ranking { currency: t.currency.clone(), places, entries: Vec::new() }).collect();
    report.rows.findings(&mut |f| {
        if f.verdict == Verdict::Violated && f.waived.is_none() && !f.is_sum() {
            for ranking in &mut rankings {
                ranking.take(f);
            }
        }
        Ok(())
    })?;
    rankings.retain(|r| !r.entries.is_empty());
    if rankings.is_empty() {
        return Ok(());
    }
    let stake = crate::count::money(&summary.at_stake)?;
    page.heading("MOST EXPENSIVE FINDINGS", &format!("of {stake} at stake{}", costs.priced_month.as_ref().map_or_else(String::new, |m| format!(" in {m}"))))?;
    let families = summary.families.iter().filter(|family| !family.at_stake.is_empty());
    let families = families.map(|family| Ok(format!("{} {}", family.family, crate::count::money(&family.at_stake)?))).collect::<io::Result<Vec<_>>>()?;
    if !families.is_empty() {
        page.paragraph("", Style::Plain, &format!("By family, some resources in several: {}", families.join("; ")))?;
    }
    for (i, ranking) in rankings.iter().enumerate() {
        if i > 0 && page.width >= WIDE {
            writeln!(page.out)?;
        }
        if page.width >= WIDE { wide(ranking, page)? } else { narrow(ranking, page)? }
    }
    Ok(())
}

fn message(entry: &Entry) -> String {
    match entry.more {
        0 => entry.message.clone(),
        more => format!("{} (and {more} more)", entry.message.trim_end_matches('.')),
    }
}

fn wide(ranking: &Ranking, page: &mut Page<'_>) -> io::Result<()> {
    let mut table = Table::new(vec![
        (format!("{} a month", ranking.currency), Fit::Right),
        ("What is wrong".into(), Fit::CutEnd(30)),
        ("Resource".into(), Fit::CutMiddle(40)),
    ]);
    for entry in &ranking.entries {
        table.row(vec![Cell::new(&entry.amount.grouped(), Style::Bold), message(entry).into(), Cell::new(&entry.resource, Style::Dim)]);
    }
    table.write(page.width, page.paint, page.out)
}

/// Two lines each: the price and what is wrong, then the resource below it.
fn narrow(ranking: &Ranking, page: &mut Page<'_>) -> io::Result<()> {
    let prices: Vec<String> = ranking.entries.iter().map(|e| format!("{} {}", e.amount.grouped(), visible(&ranking.currency))).collect();
    let column = prices.iter().map(|p| width(p)).max().unwrap_or(0);
    for (entry, price) in ranking.entries.iter().zip(&prices) {
        let lead = format!("{}{price}  ", " ".repeat(column - width(price)));
        page.paragraph(&lead, Style::Bold, &message(entry))?;
        let id = cut_middle(&visible(&entry.resource), page.width - column - 2);
        writeln!(page.out, "{}  {}", " ".repeat(column), page.paint.apply(&id, Style::Dim))?;
    }
    Ok(())
}
