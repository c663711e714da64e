//! The sections that come straight from the summary.

use super::Page;
use super::table::{Cell, Fit, Style, Table};
use crate::Summary;
use crate::count::{amount, grouped, plural};
use std::io;

/// Notes that are shown before the rest is only counted.
const MOST: usize = 20;

pub(super) fn headline(summary: &Summary, page: &mut Page<'_>) -> io::Result<()> {
    let (sign, style) = match summary.exit.code {
        0 if summary.seen.no_longer == 0 => ("✓ ", Style::Green),
        1 => ("✗ ", Style::Red),
        _ => ("! ", Style::Yellow),
    };
    page.paragraph(sign, style, &format!("{} (exit {})", summary.exit.why.trim_end_matches('.'), summary.exit.code))?;
    let n = &summary.inventory;
    let mut judged = format!("{} can carry tags", grouped(n.taggable));
    for (count, word) in [(n.not_taggable, "cannot"), (n.taggable_unknown, "not known")] {
        if count > 0 {
            judged = format!("{judged}, {} {word}", grouped(count));
        }
    }
    let clouds = plural(n.clouds.len() as u64, "cloud");
    page.paragraph("  ", Style::Plain, &format!("{} in {} of {clouds}: {judged}.", plural(n.resources, "resource"), plural(n.scopes, "scope")))?;
    if n.clouds.len() > 1 {
        let parts: Vec<String> = n.clouds.iter().map(|c| format!("{} {} in {}", c.cloud, grouped(c.resources), plural(c.scopes, "scope"))).collect();
        page.paragraph("  ", Style::Plain, &parts.join(" · "))?;
    }
    let style = if summary.seen.gaps() + summary.seen.no_longer > 0 { Style::Yellow } else { Style::Plain };
    page.paragraph("  ", style, &format!("{}.", summary.seen.sentence()))?;
    summary.history.as_ref().map_or(Ok(()), |changes| page.paragraph("  ", Style::Plain, &format!("{}.", changes.sentence())))
}

/// Eighths of a block, so that a short bar still tells 78 from 80.
fn bar(tenths: i128, cells: usize) -> String {
    let eighths = usize::try_from(tenths).unwrap_or(0) * cells * 8 / 1000;
    let mut out = "█".repeat(eighths / 8);
    out.push_str(["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]);
    let used = eighths.div_ceil(8);
    out + &"·".repeat(cells.saturating_sub(used))
}

pub(super) fn compliance(summary: &Summary, page: &mut Page<'_>) -> io::Result<()> {
    let rows: Vec<_> = summary.compliance.iter().filter(|c| c.by == "key").collect();
    if rows.is_empty() {
        return Ok(());
    }
    page.heading("COMPLIANCE BY KEY", "share of judged resources without a violated finding")?;
    let cells = if page.width >= 120 { 40 } else { 10 };
    let mut table = Table::new(vec![
        ("Key".into(), Fit::CutEnd(8)),
        ("Share".into(), Fit::Right),
        (String::new(), Fit::Left),
        ("Judged".into(), Fit::Right),
        ("Violated".into(), Fit::Right),
        ("Waived".into(), Fit::Right),
        ("Undetermined".into(), Fit::Right),
    ]);
    for row in rows {
        let judged = row.population.saturating_sub(row.undetermined);
        let tenths = crate::count::share(i128::from(row.passed), i128::from(judged));
        let required = summary.keys.iter().any(|k| k.name == row.name && k.required);
        table.row(vec![
            Cell::from(format!("{}{}", row.name, if required { "" } else { " (optional)" })),
            tenths.map_or_else(|| "–".into(), |t| Cell::new(&crate::count::percent(t), Style::Bold)),
            Cell::new(&tenths.map_or_else(String::new, |t| bar(t, cells)), Style::Cyan),
            grouped(judged).into(),
            counted(row.violated, Style::Red),
            counted(row.waived, Style::Plain),
            counted(row.undetermined, Style::Yellow),
        ]);
    }
    table.write(page.width, page.paint, page.out)
}

/// A dash is easier to pass over than a nought.
fn counted(count: u64, style: Style) -> Cell {
    if count == 0 { Cell::new("–", Style::Dim) } else { Cell::new(&grouped(count), style) }
}

pub(super) fn rules(summary: &Summary, page: &mut Page<'_>) -> io::Result<()> {
    if summary.rules.is_empty() {
        return Ok(());
    }
    let month = summary.costs.as_ref().and_then(|c| c.priced_month.as_deref());
    let wide = page.width >= 120;
    page.heading("RULES", "what was found, and what those resources cost, each once")?;
    let mut columns = vec![("Level".to_owned(), Fit::Left), ("Rule".to_owned(), Fit::CutEnd(16))];
    if wide {
        columns.push(("What it finds".to_owned(), Fit::CutEnd(20)));
    }
    columns.extend(["Violated", "Undet.", "Waived"].map(|t| (t.to_owned(), Fit::Right)));
    columns.push((month.map_or_else(|| "At stake".to_owned(), |m| format!("At stake in {m}")), Fit::Right));
    let mut table = Table::new(columns);
    let (mut found, mut silent) = (Vec::new(), Vec::new());
    for rule in &summary.rules {
        if rule.violated + rule.undetermined + rule.waived > 0 { found.push(rule) } else { silent.push(rule.rule.as_str()) }
    }
    for rule in &found {
        let style = match rule.level.as_str() {
            "error" => Style::Red,
            "warn" => Style::Yellow,
            _ => Style::Dim,
        };
        let mut stake =
            rule.at_stake.iter().map(|m| Ok(format!("{} {}", amount(&m.amount)?.grouped(), m.currency))).collect::<io::Result<Vec<_>>>()?.into_iter();
        let first = stake.next().map_or_else(|| Cell::new("–", Style::Dim), Cell::from);
        let mut row = vec![Cell::new(&rule.level, style), rule.rule.as_str().into()];
        if wide {
            row.push(Cell::new(&rule.summary, Style::Dim));
        }
        let before = row.len() + 3;
        row.extend([counted(rule.violated, Style::Bold), counted(rule.undetermined, Style::Plain), counted(rule.waived, Style::Plain), first]);
        table.row(row);
        for further in stake {
            let mut row = vec![Cell::default(); before];
            row.push(further.into());
            table.row(row);
        }
    }
    if !found.is_empty() {
        table.write(page.width, page.paint, page.out)?;
    }
    let young: Vec<String> = found.iter().filter(|rule| rule.in_grace > 0).map(|rule| format!("{} of {}", grouped(rule.in_grace), rule.rule)).collect();
    if !young.is_empty() {
        page.paragraph("Young, and so warnings for now: ", Style::Plain, &young.join(", "))?;
    }
    if !silent.is_empty() {
        page.paragraph("Nothing found: ", Style::Dim, &silent.join(", "))?;
    }
    Ok(())
}

pub(super) fn notes(notes: &[String], page: &mut Page<'_>) -> io::Result<()> {
    if notes.is_empty() {
        return Ok(());
    }
    page.heading("NOTES", "")?;
    for note in notes.iter().take(MOST) {
        page.paragraph("• ", Style::Dim, note)?;
    }
    if notes.len() > MOST {
        page.paragraph("", Style::Dim, &format!("… and {} more in the report's files.", grouped((notes.len() - MOST) as u64)))?;
    }
    Ok(())
}
