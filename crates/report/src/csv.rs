//! CSV files for spreadsheets and for programs: comma, double quotes where needed, UTF-8 without a byte order mark, `\n`, one header line.
//!
//! Amounts are plain decimals with every digit, so that sums over a file are exact. A cell that a spreadsheet would run
//! as a formula starts with `'`; line breaks and characters that cannot be seen are spelt out (`\n`, `\u{1b}`).
//!
//! # findings.csv: one finding a row, the report's order
//!
//! | column | meaning |
//! |---|---|
//! | `level` | `error`, `warn` or `info` |
//! | `verdict` | `violated`, or `undetermined` where what was seen does not suffice to say |
//! | `waived` | `yes` when a waiver covers it, else `no` |
//! | `rule` | rule id |
//! | `key` | taxonomy key it is about |
//! | `cloud`, `scope`, `region`, `kind` | where the resource is and what its cloud calls it; scope is the account, subscription or project |
//! | `resource`, `name` | id in the source's spelling; display name |
//! | `environment`, `application` | the resource's effective values, where known |
//! | `message` | what is wrong |
//! | `evidence_field`, `evidence_value` | the field and value that prove it; no value when the field is absent, or, of what is undetermined, when its value was not read |
//! | `provenance` | where the value came from |
//! | `demanded_by` | place in taxonomy.yaml, `file:line:column` |
//! | `suggestion` | what to do |
//! | `cost_<currency>` | what the resource cost in the last full month of the bill; one column per currency of the bill, empty when it cost nothing. Several findings of one resource repeat it: never add it up over findings |
//! | `waiver_reason`, `waiver_owner`, `waiver_expires` | the waiver, `YYYY-MM-DD` |
//! | `fingerprint` | stable name of the finding from run to run |
//! | `first_seen` | when a run first had it, RFC 3339, UTC; empty without a history |
//!
//! # resources.csv: one resource a row, by cloud, scope and id
//!
//! | column | meaning |
//! |---|---|
//! | `cloud`, `scope`, `scope_name`, `region`, `group`, `kind`, `id`, `name` | where it is and what it is; group is the resource group |
//! | `taggable` | `yes`, `no` or `unknown` |
//! | `created` | RFC 3339, UTC |
//! | `stage` | Environment that its container is declared for |
//! | `<Key>` | effective canonical value of each taxonomy key; empty where there is none, or none is known: its standing says which |
//! | `<Key>_standing` | canonical, unrecognised, empty, absent, undetermined, not taggable |
//! | `<Key>_provenance` | own tag, provider default, the container that lent it, stage, default |
//! | `cost_<currency>` | cost in the last full month; may be added up |
//! | `sources` | readers that knew it, joined by `+` |
//! | `attached`, `running` | whether anything uses it, and whether it runs: `yes`, `no`, `unknown` where a source was asked and could not say, or empty where no source shows it |
//! | `state_since` | since when it is attached, detached, running or stopped; RFC 3339, UTC |
//! | `retention_days` | how many days it keeps what is written to it, or `forever` |
//! | `made_from` | id of the resource that it was made from |
//! | `proof` | the field and value of the source that prove each of these |
//! | `only_blind_sources` | `yes` where each of its sources has a blind spot, else `no` |
//!
//! # environments.csv: one environment a row; the last may have no name
//!
//! | column | meaning |
//! |---|---|
//! | `environment` | canonical value; empty for what is in none |
//! | `verdict`, `why` | `keep`, `expired` or `nobody knows`, and the reason |
//! | `registered`, `purpose`, `owner`, `lifetime_days` | what `environments:` of the taxonomy says |
//! | `owners_found` | the Owners that most of its resources name |
//! | `containers`, `applications`, `resources`, `expired` | how many there are; `expired` are resources whose time is over |
//! | `changed` | the day on which the newest was made, or on which the state of one changed |
//! | `cost_<currency>` | what it cost in the last full month; the column adds up to the bill of that month |
//!
//! # cost-by-environment-application.csv: one month × currency × value × value a row
//!
//! Written when a bill was read; other keys than the two name the file and the columns.
//!
//! | column | meaning |
//! |---|---|
//! | `month` | billing month, `YYYY-MM` |
//! | `currency` | as the bill spells it; never add up over it |
//! | `Environment`, `Application` | canonical value, or `unattributed` |
//! | `amount` | in the measure of the report; the sum per currency is the bill's sum to the last digit |
//! | `bill_rows` | rows of the bill behind it |

use crate::inert::cell;
use crate::pivot::UNATTRIBUTED;
use crate::{Costs, Format, MoneyRow, Report, Sink, StateCells, Summary};
use std::io::{self, Write};
use tagledger_model::Finding;

/// CSV files.
#[derive(Debug)]
pub(crate) struct Csv;

impl Format for Csv {
    fn id(&self) -> &'static str {
        "csv"
    }

    fn write(&self, report: &Report<'_>, out: &mut dyn Sink) -> io::Result<()> {
        findings(report, out.file("findings.csv")?)?;
        resources(report, out.file("resources.csv")?)?;
        environments(report.summary, out.file("environments.csv")?)?;
        match &report.summary.costs {
            Some(costs) => cells(costs, out.file(&cost_file(&costs.by))?),
            None => Ok(()),
        }
    }
}

/// `cost-by-environment-application.csv`. Keys are the user's words: what is no letter or digit stays out of the file name.
fn cost_file(by: &[String]) -> String {
    let words: Vec<String> = by.iter().map(|k| k.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()).collect();
    format!("cost-by-{}.csv", words.join("-"))
}

/// A row under way: text is made inert, amounts are ours and go as they are.
struct Sheet<W: Write> {
    writer: csv::Writer<W>,
    currencies: Vec<String>,
}

impl<W: Write> Sheet<W> {
    fn new(out: W, summary: &Summary) -> Self {
        let currencies = summary.costs.iter().flat_map(|c| &c.totals).map(|t| t.currency.clone()).collect();
        Self { writer: csv::Writer::from_writer(out), currencies }
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        self.writer.write_field(cell(text).as_bytes()).map_err(io::Error::other)
    }

    fn texts<'t>(&mut self, texts: impl IntoIterator<Item = &'t str>) -> io::Result<()> {
        texts.into_iter().try_for_each(|t| self.text(t))
    }

    fn cost_titles(&mut self) -> io::Result<()> {
        let titles: Vec<String> = self.currencies.iter().map(|c| format!("cost_{c}")).collect();
        self.texts(titles.iter().map(String::as_str))
    }

    /// One cell per currency of the bill. Money in a currency that the bill's totals do not name must not vanish.
    fn costs(&mut self, money: &[(&str, String)]) -> io::Result<()> {
        if let Some((stray, _)) = money.iter().find(|(c, _)| !self.currencies.iter().any(|k| k == c)) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, format!("a price is in `{stray}`, which the bill's totals do not name")));
        }
        for i in 0..self.currencies.len() {
            let amount = money.iter().find(|(c, _)| *c == self.currencies[i]).map_or("", |(_, a)| a);
            self.writer.write_field(amount).map_err(io::Error::other)?;
        }
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        self.writer.write_record(None::<&[u8]>).map_err(io::Error::other)
    }
}

fn findings(report: &Report<'_>, out: Box<dyn Write + '_>) -> io::Result<()> {
    let mut sheet = findings_sheet(report.summary, out)?;
    report.rows.findings(&mut |f| finding(&mut sheet, f))?;
    sheet.writer.flush()
}

/// Some findings, in the form of findings.csv.
pub(crate) fn some_findings(summary: &Summary, findings: &[Finding], out: Box<dyn Write + '_>) -> io::Result<()> {
    let mut sheet = findings_sheet(summary, out)?;
    findings.iter().try_for_each(|f| finding(&mut sheet, f))?;
    sheet.writer.flush()
}

/// A sheet of findings with its titles.
fn findings_sheet<'o>(summary: &Summary, out: Box<dyn Write + 'o>) -> io::Result<Sheet<Box<dyn Write + 'o>>> {
    let mut sheet = Sheet::new(out, summary);
    sheet.texts(["level", "verdict", "waived", "rule", "key", "cloud", "scope", "region", "kind", "resource", "name", "environment", "application"])?;
    sheet.texts(["message", "evidence_field", "evidence_value", "provenance", "demanded_by", "suggestion"])?;
    sheet.cost_titles()?;
    sheet.texts(["waiver_reason", "waiver_owner", "waiver_expires", "fingerprint", "first_seen"])?;
    sheet.end()?;
    Ok(sheet)
}

fn finding<W: Write>(sheet: &mut Sheet<W>, f: &Finding) -> io::Result<()> {
    let waived = if f.waived.is_some() { "yes" } else { "no" };
    sheet.texts([f.level.word(), f.verdict.word(), waived, &f.rule, f.key.as_deref().unwrap_or("")])?;
    sheet.texts([f.cloud.as_str(), &f.scope, f.region.as_deref().unwrap_or(""), &f.kind, &f.resource])?;
    sheet.texts([&f.name, &f.environment, &f.application].map(|t| t.as_deref().unwrap_or("")))?;
    let (field, value) = f.evidence.as_ref().map_or(("", ""), |e| (e.field.as_str(), e.value.as_deref().unwrap_or("")));
    sheet.texts([&f.message, field, value, f.provenance.as_deref().unwrap_or("")])?;
    sheet.text(&f.demanded_by.as_ref().map_or_else(String::new, ToString::to_string))?;
    sheet.text(&f.suggestion.as_ref().map_or_else(String::new, ToString::to_string))?;
    let money: Vec<(&str, String)> = f.money.iter().map(|m| (m.currency.as_str(), m.amount.to_string())).collect();
    sheet.costs(&money)?;
    sheet.texts(f.waived.as_ref().map_or(["", "", ""], |w| [&w.reason, &w.owner, &w.expires]))?;
    sheet.texts([f.fingerprint.0.as_str(), f.first_seen.as_deref().unwrap_or("")])?;
    sheet.end()
}

fn resources(report: &Report<'_>, out: Box<dyn Write + '_>) -> io::Result<()> {
    let mut sheet = Sheet::new(out, report.summary);
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
        sheet.texts([r.taggable, r.created.as_deref().unwrap_or(""), &optional(&r.stage)])?;
        for key in &r.keys {
            sheet.texts([&optional(&key.value), key.standing, &optional(&key.provenance)])?;
        }
        let money: Vec<(&str, String)> = r.cost.iter().map(|MoneyRow { currency, amount }| (currency.as_str(), amount.clone())).collect();
        sheet.costs(&money)?;
        sheet.text(&r.sources)?;
        sheet.texts(r.state.cells().map(Option::unwrap_or_default))?;
        sheet.text(if r.has_only_blind_sources { "yes" } else { "no" })?;
        sheet.end()
    })?;
    sheet.writer.flush()
}

fn environments(summary: &Summary, out: Box<dyn Write + '_>) -> io::Result<()> {
    let mut sheet = Sheet::new(out, summary);
    sheet.texts(["environment", "verdict", "why", "registered", "purpose", "owner", "owners_found", "containers", "applications", "resources", "expired"])?;
    sheet.texts(["changed", "lifetime_days"])?;
    sheet.cost_titles()?;
    sheet.end()?;
    for row in &summary.environments {
        let text = |text: &'_ Option<String>| text.clone().unwrap_or_default();
        let registered = if row.registered { "yes" } else { "no" };
        sheet.texts([text(&row.environment).as_str(), &row.verdict, &row.why, registered, &text(&row.purpose), &text(&row.owner), &row.owners.join("; ")])?;
        let counts = [row.containers, row.applications, row.resources, row.expired].map(|count| count.to_string());
        sheet.texts(counts.iter().map(String::as_str))?;
        sheet.texts([text(&row.changed), row.lifetime_days.map(|days| days.to_string()).unwrap_or_default()].iter().map(String::as_str))?;
        let money: Vec<(&str, String)> = row.cost.iter().map(|MoneyRow { currency, amount }| (currency.as_str(), amount.clone())).collect();
        sheet.costs(&money)?;
        sheet.end()?;
    }
    sheet.writer.flush()
}

pub(crate) fn cells(costs: &Costs, out: Box<dyn Write + '_>) -> io::Result<()> {
    let mut sheet = Sheet { writer: csv::Writer::from_writer(out), currencies: Vec::new() };
    sheet.texts(["month", "currency"].into_iter().chain(costs.by.iter().map(String::as_str)).chain(["amount", "bill_rows"]))?;
    sheet.end()?;
    for c in &costs.cells {
        sheet.texts([c.month.as_str(), &c.currency])?;
        sheet.texts(c.values.iter().map(|v| v.as_deref().unwrap_or(UNATTRIBUTED)))?;
        sheet.texts([c.amount.as_str(), &c.rows.to_string()])?;
        sheet.end()?;
    }
    sheet.writer.flush()
}
