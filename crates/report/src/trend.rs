//! How compliance and attributed spend went, run by run.

use crate::MoneyRow;
use crate::count::{amount, grouped, money, percent, share, share_of_spend};
use crate::inert::cell;
use crate::terminal::{Cell, Fit, Page, Style, Table, TerminalOptions};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::io::{self, Write};

/// One run in few numbers: what a history keeps of it beside its tables.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Point {
    /// When it started, RFC 3339.
    pub started: String,
    /// Resources, each once.
    pub resources: u64,
    /// Scopes.
    pub scopes: u64,
    /// Places, and how many of them were seen whole or as listed.
    pub places: u64,
    /// See `places`.
    pub seen: u64,
    /// Resources that could be judged.
    pub judged: u64,
    /// Those of them without a violated finding.
    pub passed: u64,
    /// Violated findings that no waiver covers.
    pub violated: u64,
    /// Undetermined findings.
    pub undetermined: u64,
    /// Findings that a waiver covers.
    pub waived: u64,
    /// Compliance by key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<KeyPoint>,
    /// Violated findings by rule, rules without one left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RulePoint>,
    /// What the resources with violated findings cost in the priced month.
    pub at_stake: Vec<MoneyRow>,
    /// Spend of the bill that has a value, by key and currency.
    pub spend: Vec<SpendPoint>,
}

/// Compliance of a key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeyPoint {
    /// The key.
    pub key: String,
    /// Resources judged.
    pub judged: u64,
    /// Those that passed.
    pub passed: u64,
}

/// Violated findings of a rule.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RulePoint {
    /// The rule.
    pub rule: String,
    /// Findings.
    pub violated: u64,
}

/// Attributed spend of a key in a currency.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SpendPoint {
    /// The key.
    pub key: String,
    /// The currency.
    pub currency: String,
    /// What has a value, decimal text.
    pub attributed: String,
    /// All of it, decimal text.
    pub total: String,
}

/// The version of the JSON document.
pub const SCHEMA: &str = "tagledger.trend/1";

impl Point {
    /// Whether every amount of it is one.
    pub fn is_sound(&self) -> bool {
        let of_spend = self.spend.iter().flat_map(|spend| [&spend.attributed, &spend.total]);
        self.at_stake.iter().map(|stake| &stake.amount).chain(of_spend).all(|text| amount(text).is_ok())
    }

    /// Without what only a table of its own shows: compliance by key and findings by rule.
    #[must_use]
    pub fn brief(&self) -> Self {
        Self { keys: Vec::new(), rules: Vec::new(), ..self.clone() }
    }

    /// Resources without a violated finding, in tenths of a percent of those that could be judged.
    pub(crate) fn compliance(&self) -> Option<i128> {
        share(self.passed.into(), self.judged.into())
    }

    /// Attributed shares in tenths of a percent, by key and currency.
    pub(crate) fn attributed(&self, key: &str, currency: &str) -> io::Result<Option<i128>> {
        let Some(point) = self.spend.iter().find(|p| p.key == key && p.currency == currency) else { return Ok(None) };
        Ok(share_of_spend(amount(&point.attributed)?.0, amount(&point.total)?.0))
    }
}

/// What the columns for spend are: each key and currency that any run has.
pub(crate) fn spends(points: &[Point]) -> Vec<(&str, &str)> {
    let mut all: Vec<(&str, &str)> = Vec::new();
    for spend in points.iter().flat_map(|point| &point.spend) {
        if !all.contains(&(&spend.key, &spend.currency)) {
            all.push((&spend.key, &spend.currency));
        }
    }
    all
}

fn shown(tenths: Option<i128>) -> String {
    tenths.map_or_else(|| "–".to_owned(), percent)
}

/// For people: one line a run.
pub fn terminal(points: &[Point], notes: &[String], options: TerminalOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(options, out);
    // The first two keys, as in the cost tables, as far as there is room; --format csv has all of them.
    let spends: Vec<(&str, &str)> = spends(points).into_iter().take(2).collect();
    let mut count = spends.len();
    let mut lines = table(points, &spends)?;
    while count > 0 && !page.has_room_for(&lines) {
        count -= 1;
        lines = table(points, &spends[..count])?;
    }
    page.heading("TREND", "resources without a violated finding, spend that has a value")?;
    page.table(&lines)?;
    page.notes(notes)
}

/// A line for each run.
fn table(points: &[Point], spends: &[(&str, &str)]) -> io::Result<Table> {
    let mut columns = vec![
        ("Run".into(), Fit::Left),
        ("Resources".into(), Fit::Right),
        ("Seen".into(), Fit::Right),
        ("Compliant".into(), Fit::Right),
        ("Violated".into(), Fit::Right),
    ];
    columns.extend(spends.iter().map(|(key, currency)| (format!("{key} {currency}"), Fit::Right)));
    columns.push(("At stake".into(), Fit::Right));
    let mut table = Table::new(columns);
    for point in points {
        let when = point.started.get(..16).map_or_else(|| point.started.clone(), |text| text.replace('T', " "));
        let mut row: Vec<Cell> = vec![
            Cell::new(&when, Style::Bold),
            grouped(point.resources).into(),
            format!("{}/{}", grouped(point.seen), grouped(point.places)).into(),
            shown(point.compliance()).into(),
            grouped(point.violated).into(),
        ];
        for (key, currency) in spends {
            row.push(shown(point.attributed(key, currency)?).into());
        }
        row.push(money(&point.at_stake)?.into());
        table.row(row);
    }
    Ok(table)
}

/// One run, or one key, currency or rule of a run, a row.
pub fn csv(points: &[Point], out: &mut dyn Write) -> io::Result<()> {
    let mut sheet = csv::Writer::from_writer(out);
    sheet.write_record(["started", "measure", "name", "currency", "part", "whole"])?;
    for point in points {
        let mut row = |measure: &str, name: &str, currency: &str, part: &str, whole: &str| {
            sheet.write_record([point.started.as_str(), measure, &cell(name), &cell(currency), part, whole])
        };
        let text = |count: u64| count.to_string();
        row("resources", "", "", &text(point.resources), "")?;
        row("places seen", "", "", &text(point.seen), &text(point.places))?;
        row("compliant resources", "", "", &text(point.passed), &text(point.judged))?;
        for (measure, count) in [("violated", point.violated), ("undetermined", point.undetermined), ("waived", point.waived)] {
            row(&format!("{measure} findings"), "", "", &text(count), "")?;
        }
        for key in &point.keys {
            row("compliant by key", &key.key, "", &text(key.passed), &text(key.judged))?;
        }
        for rule in &point.rules {
            row("violated by rule", &rule.rule, "", &text(rule.violated), "")?;
        }
        for stake in &point.at_stake {
            row("at stake", "", &stake.currency, &stake.amount, "")?;
        }
        for spend in &point.spend {
            row("attributed spend", &spend.key, &spend.currency, &spend.attributed, &spend.total)?;
        }
    }
    sheet.flush()
}
