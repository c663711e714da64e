//! The tables of a report, whatever kind of file holds them: which columns there are, in which order, and what is in them. Their meaning stands in `csv.rs`.

use crate::pivot::UNATTRIBUTED;
use crate::{Costs, MoneyRow, Report, StateCells, Summary};
use std::io;
use tagledger_model::Finding;

/// One row after the other: what a kind of file makes of cells.
pub(crate) trait Grid {
    /// Words, of anybody's.
    fn text(&mut self, text: &str) -> io::Result<()>;
    /// A decimal or a whole number of ours; none where it is empty.
    fn number(&mut self, number: &str) -> io::Result<()>;
    /// A moment, RFC 3339, or a day; none where it is empty.
    fn moment(&mut self, moment: &str) -> io::Result<()>;
    /// The end of the row.
    fn end(&mut self) -> io::Result<()>;
    /// The end of the table.
    fn close(&mut self) -> io::Result<()>;
}

/// A row under way.
struct Sheet<'g> {
    grid: &'g mut dyn Grid,
    currencies: Vec<String>,
}

impl<'g> Sheet<'g> {
    fn new(grid: &'g mut dyn Grid, summary: &Summary) -> Self {
        let currencies = summary.costs.iter().flat_map(|c| &c.totals).map(|t| t.currency.clone()).collect();
        Self { grid, currencies }
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        self.grid.text(text)
    }

    fn texts<'t>(&mut self, texts: impl IntoIterator<Item = &'t str>) -> io::Result<()> {
        texts.into_iter().try_for_each(|t| self.text(t))
    }

    fn cost_titles(&mut self) -> io::Result<()> {
        (0..self.currencies.len()).try_for_each(|at| self.grid.text(&format!("cost_{}", self.currencies[at])))
    }

    /// One cell per currency of the bill. Money in a currency that the bill's totals do not name must not vanish.
    fn costs(&mut self, money: &[(&str, String)]) -> io::Result<()> {
        if let Some((stray, _)) = money.iter().find(|(c, _)| !self.currencies.iter().any(|k| k == c)) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, format!("a price is in `{stray}`, which the bill's totals do not name")));
        }
        for i in 0..self.currencies.len() {
            let amount = money.iter().find(|(c, _)| *c == self.currencies[i]).map_or("", |(_, a)| a);
            self.grid.number(amount)?;
        }
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        self.grid.end()
    }
}

/// Every finding; the table stays open.
pub(crate) fn findings(report: &Report<'_>, grid: &mut dyn Grid) -> io::Result<()> {
    let mut sheet = findings_sheet(report.summary, grid)?;
    report.rows.findings(&mut |f| finding(&mut sheet, f))
}

/// Some findings, in the form of findings.csv.
pub(crate) fn some_findings(summary: &Summary, findings: &[Finding], grid: &mut dyn Grid) -> io::Result<()> {
    let mut sheet = findings_sheet(summary, grid)?;
    findings.iter().try_for_each(|f| finding(&mut sheet, f))
}

/// A sheet of findings with its titles.
fn findings_sheet<'g>(summary: &Summary, grid: &'g mut dyn Grid) -> io::Result<Sheet<'g>> {
    let mut sheet = Sheet::new(grid, summary);
    sheet.texts([
        "level",
        "verdict",
        "waived",
        "rule",
        "key",
        "cloud",
        "scope",
        "region",
        "kind",
        "resource",
        "name",
        "environment",
        "application",
        "owner",
    ])?;
    sheet.texts(["message", "evidence_field", "evidence_value", "provenance", "demanded_by", "suggestion"])?;
    sheet.cost_titles()?;
    sheet.texts(["waiver_reason", "waiver_owner", "waiver_expires", "fingerprint", "first_seen"])?;
    sheet.end()?;
    Ok(sheet)
}

fn finding(sheet: &mut Sheet<'_>, f: &Finding) -> io::Result<()> {
    let waived = if f.waived.is_some() { "yes" } else { "no" };
    sheet.texts([f.level.word(), f.verdict.word(), waived, &f.rule, f.key.as_deref().unwrap_or("")])?;
    sheet.texts([f.cloud.as_str(), &f.scope, f.region.as_deref().unwrap_or(""), &f.kind, &f.resource])?;
    sheet.texts([&f.name, &f.environment, &f.application, &f.owner].map(|t| t.as_deref().unwrap_or("")))?;
    let (field, value) = f.evidence.as_ref().map_or(("", ""), |e| (e.field.as_str(), e.value.as_deref().unwrap_or("")));
    sheet.texts([&f.message, field, value, f.provenance.as_deref().unwrap_or("")])?;
    sheet.text(&f.demanded_by.as_ref().map_or_else(String::new, ToString::to_string))?;
    sheet.text(&f.suggestion.as_ref().map_or_else(String::new, ToString::to_string))?;
    let money: Vec<(&str, String)> = f.money.iter().map(|m| (m.currency.as_str(), m.amount.to_string())).collect();
    sheet.costs(&money)?;
    let waived = f.waived.as_ref();
    sheet.texts(waived.map_or(["", ""], |w| [&w.reason, &w.owner]))?;
    sheet.grid.moment(waived.map_or("", |w| &w.expires))?;
    sheet.text(&f.fingerprint.0)?;
    sheet.grid.moment(f.first_seen.as_deref().unwrap_or(""))?;
    sheet.end()
}

/// Every resource; the table stays open.
pub(crate) fn resources(report: &Report<'_>, grid: &mut dyn Grid) -> io::Result<()> {
    let mut sheet = Sheet::new(grid, report.summary);
    sheet.texts(["cloud", "scope", "scope_name", "region", "group", "kind", "id", "name", "taggable", "created", "stage"])?;
    for key in &report.summary.keys {
        sheet.texts([&key.name, &format!("{}_standing", key.name), &format!("{}_provenance", key.name)].map(String::as_str))?;
    }
    sheet.cost_titles()?;
    sheet.text("sources")?;
    sheet.texts(StateCells::COLUMNS)?;
    sheet.text("only_blind_sources")?;
    sheet.end()?;
    report.rows.resources(&mut |r| {
        let optional = |t: &'_ Option<tagledger_model::Text>| t.clone().unwrap_or_default();
        sheet.texts([r.cloud.as_str(), &r.scope, &optional(&r.scope_name), &optional(&r.region), &optional(&r.group), &r.kind, &r.id, &optional(&r.name)])?;
        sheet.text(r.taggable)?;
        sheet.grid.moment(r.created.as_deref().unwrap_or(""))?;
        sheet.text(&optional(&r.stage))?;
        for key in &r.keys {
            sheet.texts([&optional(&key.value), key.standing, &optional(&key.provenance)])?;
        }
        let money: Vec<(&str, String)> = r.cost.iter().map(|MoneyRow { currency, amount }| (currency.as_str(), amount.clone())).collect();
        sheet.costs(&money)?;
        sheet.text(&r.sources)?;
        let [attached, running, since, retention, made_from, proof] = r.state.cells().map(Option::unwrap_or_default);
        sheet.texts([attached, running])?;
        sheet.grid.moment(since)?;
        sheet.grid.number(retention)?;
        sheet.texts([made_from, proof])?;
        sheet.text(if r.has_only_blind_sources { "yes" } else { "no" })?;
        sheet.end()
    })
}

/// Every environment; the table stays open.
pub(crate) fn environments(summary: &Summary, grid: &mut dyn Grid) -> io::Result<()> {
    let mut sheet = Sheet::new(grid, summary);
    sheet.texts(["environment", "verdict", "why", "registered", "purpose", "owner", "owners_found", "containers", "applications", "resources", "expired"])?;
    sheet.texts(["changed", "lifetime_days"])?;
    sheet.cost_titles()?;
    sheet.end()?;
    for row in &summary.environments {
        let text = |text: &'_ Option<String>| text.clone().unwrap_or_default();
        let registered = if row.registered { "yes" } else { "no" };
        sheet.texts([text(&row.environment).as_str(), &row.verdict, &row.why, registered, &text(&row.purpose), &text(&row.owner), &row.owners.join("; ")])?;
        let counts = [row.containers, row.applications, row.resources, row.expired].map(|count| count.to_string());
        counts.iter().try_for_each(|count| sheet.grid.number(count))?;
        sheet.grid.moment(&text(&row.changed))?;
        sheet.grid.number(&row.lifetime_days.map(|days| days.to_string()).unwrap_or_default())?;
        let money: Vec<(&str, String)> = row.cost.iter().map(|MoneyRow { currency, amount }| (currency.as_str(), amount.clone())).collect();
        sheet.costs(&money)?;
        sheet.end()?;
    }
    Ok(())
}

/// Cells of the cost table; the table stays open.
pub(crate) fn cells(costs: &Costs, grid: &mut dyn Grid) -> io::Result<()> {
    // The month stands there already.
    let shown: Vec<usize> = (0..costs.by.len()).filter(|at| !crate::pivot::is_month(costs, &costs.by[*at])).collect();
    let titles = ["month", "currency"].into_iter().chain(shown.iter().map(|at| costs.by[*at].as_str())).chain(["amount", "bill_rows"]);
    titles.into_iter().try_for_each(|title| grid.text(title))?;
    grid.end()?;
    for c in &costs.cells {
        grid.text(&c.month)?;
        grid.text(&c.currency)?;
        shown.iter().filter_map(|at| c.values.get(*at)).try_for_each(|v| grid.text(v.as_deref().unwrap_or(UNATTRIBUTED)))?;
        grid.number(&c.amount)?;
        grid.number(&c.rows.to_string())?;
        grid.end()?;
    }
    Ok(())
}
