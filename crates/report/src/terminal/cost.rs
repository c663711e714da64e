//! Cost by Environment × Application on a terminal: as many environments across as fit, the rest folded into one column and named below.

use super::Page;
use super::table::{Cell, Fit, Style, Table};
use crate::Costs;
use crate::count::{amount, percent, plural, share};
use crate::pivot::{Line, Pivot, UNATTRIBUTED, changes, charged, equality, month_before, shown_month};
use std::io;
use tagledger_model::Amount;

/// Applications that get a row of their own.
const ROWS: usize = 12;

pub(super) fn costs(costs: &Costs, page: &mut Page<'_>) -> io::Result<()> {
    let month = shown_month(costs);
    for total in &costs.totals {
        let pivot = Pivot::new(costs, &total.currency, month)?;
        let only = if costs.only.is_empty() { String::new() } else { format!(" where {}", costs.only.join(", ")) };
        let title = format!("COST BY {}{only}", costs.by.join(" × ").to_uppercase());
        let so_far = if month.is_some() && costs.open_month.as_deref() == month { " so far" } else { "" };
        page.heading(&crate::inert::visible(&title), &format!("{}{so_far} {}, {}", month.unwrap_or("all months"), total.currency, costs.measure))?;
        table(costs, &pivot, page)?;
        if pivot.is_rounded() {
            page.paragraph("", Style::Dim, "Figures are rounded one by one, and may differ from their sums by cents.")?;
        }
        if let Some(share) = pivot.attributed_share() {
            page.paragraph("", Style::Plain, &format!("{} is attributed to {}.", percent(share), costs.by.join(" and ")))?;
        }
        if let Some(change) = change(costs, &pivot, &total.currency, month)? {
            page.paragraph("", Style::Plain, &change)?;
        }
        if let Some(told) = charged(costs, &total.currency, month)? {
            page.paragraph("", Style::Plain, &format!("Charged for: {told}"))?;
        }
        for key in &costs.by {
            if let Some(known) = known_by(costs, key, &total.currency)? {
                page.paragraph("", Style::Dim, &known)?;
            }
        }
    }
    invoices(costs, page)?;
    outlook(costs, page)?;
    if costs.totals.is_empty() {
        return page.paragraph("", Style::Plain, "The bill holds no row.");
    }
    let months = match costs.months.as_slice() {
        [first, .., last] => format!("All {} {first} to {last}", plural(costs.months.len() as u64, "month")),
        [only] => only.clone(),
        [] => "No month".to_owned(),
    };
    writeln!(page.out)?;
    page.paragraph("", Style::Plain, &format!("{months}, {} of the bill:", plural(costs.rows, "row")))?;
    for total in &costs.totals {
        let (sign, style) = if total.equal { ("✓ ", Style::Green) } else { ("✗ ", Style::Red) };
        page.paragraph(sign, style, &equality(total)?)?;
    }
    Ok(())
}

/// The invoices of the month that is shown, where billed cost is.
fn invoices(costs: &Costs, page: &mut Page<'_>) -> io::Result<()> {
    const SHOWN: usize = 12;
    if costs.measure != "BilledCost" || costs.invoices.is_empty() || !costs.only.is_empty() {
        return Ok(());
    }
    let month = shown_month(costs);
    let own: Vec<_> = costs.invoices.iter().filter(|one| month.is_none_or(|month| one.month == month)).collect();
    page.heading("INVOICES", &format!("{}, BilledCost of every row", month.unwrap_or("all months")))?;
    let by_month = month.is_none() && costs.months.len() > 1;
    let mut columns = vec![("invoice".into(), Fit::CutEnd(12)), ("issuer".into(), Fit::CutEnd(10)), ("rows".into(), Fit::Right), ("billed".into(), Fit::Right)];
    if by_month {
        columns.insert(1, ("month".into(), Fit::Right));
    }
    let mut table = Table::new(columns);
    for one in own.iter().take(SHOWN) {
        let id = if one.invoice.is_empty() { Cell::new("none named", Style::Dim) } else { one.invoice.as_str().into() };
        let rows = plural(one.rows, "row");
        let mut cells =
            vec![id, one.issuer.as_str().into(), rows.as_str().into(), format!("{} {}", amount(&one.billed)?.grouped(), one.currency).as_str().into()];
        if by_month {
            cells.insert(1, one.month.as_str().into());
        }
        table.row(cells);
    }
    table.write(page.width, page.paint, page.out)?;
    let more = own.len().saturating_sub(SHOWN);
    if more > 0 {
        page.paragraph("", Style::Dim, &format!("… and {more} more; --format json has them all"))?;
    }
    let named = own.iter().filter(|one| month.is_some() && !one.invoice.is_empty());
    let others =
        |invoice: &str, issuer: &str| costs.invoices.iter().any(|one| one.invoice == invoice && one.issuer == issuer && Some(one.month.as_str()) != month);
    let spread = named.filter(|one| others(&one.invoice, &one.issuer)).count();
    if spread > 0 {
        let told =
            format!("{} {} rows of other months as well; --by month has them all", plural(spread as u64, "invoice"), if spread == 1 { "has" } else { "have" });
        page.paragraph("", Style::Dim, &told)?;
    }
    Ok(())
}

/// What the newest month will come to, and the days that stand out.
fn outlook(costs: &Costs, page: &mut Page<'_>) -> io::Result<()> {
    const SHOWN: usize = 10;
    let Some(outlook) = &costs.outlook else { return Ok(()) };
    page.heading("OUTLOOK", "usage and what comes every day at its pace, all else once; days against the same weekday of four weeks")?;
    for pace in &outlook.pace {
        let (so_far, expected) = (amount(&pace.so_far)?.grouped(), amount(&pace.expected)?.grouped());
        let days = format!("{} of {} days", pace.days, pace.of);
        page.paragraph(
            "",
            Style::Plain,
            &format!("{}: {so_far} {currency} so far; {expected} {currency} at the pace of its first {days}", pace.month, currency = pace.currency),
        )?;
    }
    if outlook.pace.is_empty() {
        page.paragraph("", Style::Plain, "No pace: the bill holds its newest month as a whole, or does not keep days apart.")?;
    }
    for one in outlook.unusual.iter().take(SHOWN) {
        let of: Vec<&str> = one.values.iter().map(|value| value.as_deref().unwrap_or(UNATTRIBUTED)).collect();
        let (cost, usual) = (amount(&one.amount)?.grouped(), amount(&one.usual)?.grouped());
        page.paragraph("• ", Style::Yellow, &format!("{} {}: {cost} {}, usually {usual}", one.day, of.join(" / "), one.currency))?;
    }
    let more = outlook.unusual.len().saturating_sub(SHOWN);
    if more > 0 {
        page.paragraph("", Style::Dim, &format!("… and {more} more; --format json has them all"))?;
    }
    if outlook.unusual.is_empty() {
        page.paragraph("", Style::Plain, "No day stands out.")?;
    }
    Ok(())
}

/// What changed since the month before, in all and where most.
fn change(costs: &Costs, pivot: &Pivot, currency: &str, month: Option<&str>) -> io::Result<Option<String>> {
    const SHOWN: usize = 3;
    // What is not over is not held against what is.
    let whole = month.filter(|month| costs.open_month.as_deref() != Some(*month));
    let Some(before) = whole.and_then(|month| month_before(costs, month)) else { return Ok(None) };
    let then = Pivot::new(costs, currency, Some(before))?;
    let signed = |amount: Amount| format!("{}{}", if amount.0 > 0 { "+" } else { "" }, amount.grouped());
    let difference = pivot.total - then.total;
    // A share of nothing, or of a credit, says nothing.
    let share =
        share(difference.0.abs(), then.total.0).map_or_else(String::new, |tenths| format!(" ({})", percent(if difference.0 < 0 { -tenths } else { tenths })));
    let largest: Vec<String> = changes(&pivot.rows, &then.rows).into_iter().take(SHOWN).map(|(name, amount)| format!("{name} {}", signed(amount))).collect();
    let largest = if largest.is_empty() { String::new() } else { format!("; most: {}", largest.join(", ")) };
    Ok(Some(format!("Against {before}: {} {currency}{share}{largest}", signed(difference))))
}

/// How a key was known, dearest first: in shares, or in sums where credits make shares meaningless; none where everything was known in one way.
fn known_by(costs: &Costs, key: &str, currency: &str) -> io::Result<Option<String>> {
    let rows = costs.bases.iter().filter(|row| row.key == key && row.currency == currency);
    let mut bases: Vec<(&str, Amount)> = rows.map(|row| Ok((row.basis.as_str(), amount(&row.amount)?))).collect::<io::Result<_>>()?;
    bases.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let whole: Amount = bases.iter().map(|(_, sum)| *sum).sum();
    let shares: Option<Vec<String>> =
        bases.iter().map(|(basis, sum)| Some(format!("{basis} {}", percent(share(sum.0, whole.0)?).replace(' ', "\u{a0}")))).collect();
    let sums = || bases.iter().map(|(basis, sum)| format!("{basis} {}\u{a0}{currency}", sum.grouped())).collect();
    let months = if costs.months.len() > 1 { " in all months" } else { "" };
    let is_told = bases.len() > 1 || bases.iter().any(|(basis, _)| basis.starts_with(UNATTRIBUTED));
    Ok(is_told.then(|| format!("{key}{months}: {}", shares.unwrap_or_else(sums).join(", "))))
}

/// Tries the most columns first; a cross table of one named environment says too little, so below two the long form is used.
fn table(costs: &Costs, pivot: &Pivot, page: &mut Page<'_>) -> io::Result<()> {
    let named = pivot.columns.iter().filter(|c| c.name.is_some()).count();
    for shown in (named.min(2)..=named).rev() {
        let cross = cross(costs, pivot, shown);
        if cross.natural_width() <= page.width {
            cross.write(page.width, page.paint, page.out)?;
            return folded(pivot, shown, page);
        }
    }
    long(costs, pivot).write(page.width, page.paint, page.out)
}

fn money(value: Option<Amount>) -> Cell {
    value.map_or_else(|| Cell::new("–", Style::Dim), |v| v.grouped().into())
}

/// The key that goes down; the first of several goes across.
fn row_title(costs: &Costs) -> String {
    costs.by.get(1..).filter(|rest| !rest.is_empty()).unwrap_or(&costs.by).join(" / ")
}

fn sum<'l>(row: &Line, columns: impl Iterator<Item = &'l Line>, pivot: &Pivot) -> Option<Amount> {
    columns.filter_map(|c| pivot.cell(row, c)).reduce(|a, b| a + b)
}

fn cross(costs: &Costs, pivot: &Pivot, shown: usize) -> Table {
    let named: Vec<&Line> = pivot.columns.iter().filter(|c| c.name.is_some()).collect();
    let (own, other) = named.split_at(shown.min(named.len()));
    let unattributed = pivot.columns.iter().find(|c| c.name.is_none());
    let mut columns = vec![(row_title(costs), Fit::CutEnd(12))];
    columns.extend(own.iter().map(|c| (c.title().to_owned(), Fit::Right)));
    if !other.is_empty() {
        columns.push((format!("{} other", other.len()), Fit::Right));
    }
    columns.extend(unattributed.map(|_| (UNATTRIBUTED.to_owned(), Fit::Right)));
    if pivot.columns.len() > 1 {
        columns.push(("sum".into(), Fit::Right));
    }
    let mut table = Table::new(columns);
    let (rows, folded, rest) = split_rows(pivot);
    // One line of the table out of one or several rows.
    let add = |title: Cell, lines: &[&Line], style: Style| {
        let over = |columns: &[&Line]| lines.iter().filter_map(|row| sum(row, columns.iter().copied(), pivot)).reduce(|a, b| a + b);
        let mut cells = vec![title];
        cells.extend(own.iter().map(|c| money(over(&[*c]))));
        if !other.is_empty() {
            cells.push(money(over(other)));
        }
        cells.extend(unattributed.map(|c| money(over(&[c]))));
        if pivot.columns.len() > 1 {
            let total: Amount = lines.iter().map(|l| l.sum).sum();
            cells.push(Cell::new(&total.grouped(), style));
        }
        cells
    };
    for row in rows {
        let cells = add(row.title().into(), &[row], Style::Bold);
        table.row(cells);
    }
    if !folded.is_empty() {
        let cells = add(Cell::new(&format!("{} others", folded.len()), Style::Plain), &folded, Style::Bold);
        table.row(cells);
    }
    if let Some(row) = rest {
        let cells = add(Cell::new(UNATTRIBUTED, Style::Yellow), &[row], Style::Bold);
        table.row(cells);
    }
    table.line();
    let all: Vec<&Line> = pivot.rows.iter().collect();
    let cells = add(Cell::new("sum", Style::Bold), &all, Style::Bold);
    table.row(cells);
    table
}

/// The rows that are shown, those that are folded into one, and the unattributed one. A single row is never folded.
fn split_rows(pivot: &Pivot) -> (Vec<&Line>, Vec<&Line>, Option<&Line>) {
    let mut named: Vec<&Line> = pivot.rows.iter().filter(|r| r.name.is_some()).collect();
    let folded = if named.len() > ROWS + 1 { named.split_off(ROWS) } else { Vec::new() };
    (named, folded, pivot.rows.iter().find(|r| r.name.is_none()))
}

/// What the folded column holds, so that no environment goes unnamed.
fn folded(pivot: &Pivot, shown: usize, page: &mut Page<'_>) -> io::Result<()> {
    let other: Vec<String> = pivot.columns.iter().filter(|c| c.name.is_some()).skip(shown).map(|c| format!("{}\u{a0}{}", c.title(), c.sum.grouped())).collect();
    if other.is_empty() {
        return Ok(());
    }
    page.paragraph("", Style::Plain, &format!("{} other: {}", other.len(), other.join(" · ")))
}

/// For a terminal too narrow: one cell a row, the dearest ones.
fn long(costs: &Costs, pivot: &Pivot) -> Table {
    let mut table =
        Table::new(vec![(row_title(costs), Fit::CutEnd(10)), (costs.by.first().cloned().unwrap_or_default(), Fit::CutEnd(10)), ("cost".into(), Fit::Right)]);
    let mut cells: Vec<(&Line, &Line, Amount)> = Vec::new();
    for row in &pivot.rows {
        cells.extend(pivot.columns.iter().filter_map(|column| pivot.cell(row, column).map(|a| (row, column, a))));
    }
    cells.sort_by_key(|c| std::cmp::Reverse(c.2));
    let (shown, rest) = cells.split_at(cells.len().min(ROWS));
    for (row, column, amount) in shown {
        table.row(vec![row.title().into(), column.title().into(), amount.grouped().into()]);
    }
    if !rest.is_empty() {
        let sum: Amount = rest.iter().map(|c| c.2).sum();
        table.row(vec![Cell::from(format!("{} others", rest.len())), Cell::default(), sum.grouped().into()]);
    }
    table.line();
    let loose: Amount = cells.iter().filter(|(r, c, _)| r.name.is_none() || c.name.is_none()).map(|c| c.2).sum();
    table.row(vec![Cell::new("of which", Style::Dim), Cell::new(UNATTRIBUTED, Style::Yellow), loose.grouped().into()]);
    table.row(vec![Cell::new("sum", Style::Bold), Cell::default(), Cell::new(&pivot.total.grouped(), Style::Bold)]);
    table
}
