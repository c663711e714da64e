//! Two moments of an estate side by side: what is new, what is fixed, what still stands, and what cannot be said.

use crate::MoneyRow;
use crate::count::{grouped, money, plural};
use crate::inert::cell;
use crate::terminal::{Page, Style, TerminalOptions};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::io::{self, Write};
use tagledger_model::Finding;

/// How the open findings of a run compare with those of the runs before it. Open is what is violated and not waived.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Changes {
    /// When the last of the earlier runs started, RFC 3339; none before the second run.
    pub since: Option<String>,
    /// Not there before, where the resource, or its place whole, had been seen before.
    pub new: u64,
    /// Not there before, where neither had been seen: they may be old.
    pub first_looked_at: u64,
    /// Waived or undetermined before.
    pub reopened: u64,
    /// Open before, and not there any more, where the resource was seen and judged.
    pub fixed: u64,
    /// Open before, and not there any more, and neither is the resource, where the place was seen whole.
    pub gone: u64,
    /// Open before, and waived now.
    pub waived: u64,
    /// Open before, and undetermined now.
    pub unclear: u64,
    /// Open before and now.
    pub still: u64,
    /// Open before, and not found now, where nobody looked: they may well be there.
    pub not_seen: u64,
}

impl Changes {
    /// In a sentence, without a full stop: `since 2026-11-26: 12 new, 5 fixed, 100 still there`.
    pub fn sentence(&self) -> String {
        let Some(since) = &self.since else { return "No earlier run of this history looked at these places".to_owned() };
        let all = [
            (self.new, "new"),
            (self.reopened, "open again"),
            (self.first_looked_at, "where nobody had looked before"),
            (self.fixed, "fixed"),
            (self.gone, "gone with their resources"),
            (self.waived, "waived"),
            (self.unclear, "undetermined now"),
            (self.still, "still there"),
        ];
        let mut words: Vec<String> = all
            .iter()
            .filter(|(count, word)| *count > 0 || matches!(*word, "new" | "fixed"))
            .map(|(count, word)| format!("{} {word}", grouped(*count)))
            .collect();
        if self.not_seen > 0 {
            words.push(format!("{} not seen again, nor their places whole", grouped(self.not_seen)));
        }
        format!("Since {since}: {}", words.join(", "))
    }
}

/// What became of a finding between two moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It was not there, and somebody had looked.
    New,
    /// It was waived or undetermined.
    Reopened,
    /// It was not there, and nobody had seen its resource, nor its place whole, or its rule did not run.
    FirstLookedAt,
    /// It is not there any more; its resource is.
    Fixed,
    /// It is not there any more, and neither is its resource.
    Gone,
    /// A waiver covers it now.
    Waived,
    /// It cannot be decided now.
    Unclear,
    /// It was not found, and nobody looked: neither its resource nor its place whole was seen, what it is about was not shown, or its rule did not run.
    NotSeen,
}

impl Change {
    /// Each, in the order of reports.
    pub const ALL: [Self; 8] = [Self::New, Self::Reopened, Self::FirstLookedAt, Self::Fixed, Self::Gone, Self::Waived, Self::Unclear, Self::NotSeen];

    /// The word in tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Reopened => "open again",
            Self::FirstLookedAt => "first looked at",
            Self::Fixed => "fixed",
            Self::Gone => "gone",
            Self::Waived => "waived",
            Self::Unclear => "undetermined",
            Self::NotSeen => "not seen",
        }
    }
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Side {
    /// As it was asked for, or what stands for that.
    pub what: String,
    /// The runs that it was put together from, newest first.
    pub runs: Vec<String>,
    /// Open findings.
    pub open: u64,
}

/// A finding that differs between the two sides.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// What became of it.
    pub change: Change,
    /// The finding, as the side has it that holds it.
    #[serde(flatten)]
    pub finding: Finding,
}

/// How many findings changed in one way, and what their resources cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Total {
    /// In which way.
    pub change: Change,
    /// Findings.
    pub findings: u64,
    /// What their resources cost in the priced month of the run that has them, each resource once.
    pub at_stake: Vec<MoneyRow>,
}

/// The document of `tagledger diff`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Diff {
    /// `tagledger.diff/1`.
    pub schema: &'static str,
    /// The earlier side.
    pub from: Side,
    /// The later side.
    pub to: Side,
    /// Open on both sides.
    pub still: u64,
    /// One of each change, in the order of `Change::ALL`.
    pub totals: Vec<Total>,
    /// What a reader must know to trust it, such as a run that is damaged.
    pub notes: Vec<String>,
    /// By change, then as the side has them.
    pub differences: Vec<Difference>,
}

/// The document's version.
pub const SCHEMA: &str = "tagledger.diff/1";

/// Differences of one kind that a terminal shows.
const SHOWN: usize = 10;

/// For people: the counts, and the first of each kind.
pub fn terminal(diff: &Diff, options: TerminalOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(options, out);
    let side = |side: &Side| format!("{} ({}, {} open)", side.what, plural(side.runs.len() as u64, "run"), grouped(side.open));
    page.paragraph("  ", Style::Plain, &format!("From {} to {}", side(&diff.from), side(&diff.to)))?;
    for total in diff.totals.iter().filter(|total| total.findings > 0 || matches!(total.change, Change::New | Change::Fixed)) {
        let stake = if total.at_stake.is_empty() { String::new() } else { format!(", {} a month", money(&total.at_stake)?) };
        let style = match total.change {
            Change::New | Change::Reopened => Style::Red,
            Change::Fixed | Change::Gone => Style::Green,
            Change::FirstLookedAt | Change::Unclear | Change::NotSeen => Style::Yellow,
            Change::Waived => Style::Plain,
        };
        page.paragraph("  ", style, &format!("{} {}{stake}{}", grouped(total.findings), total.change.word(), meaning(total.change)))?;
    }
    page.paragraph("  ", Style::Plain, &format!("{} still there", grouped(diff.still)))?;
    for total in diff.totals.iter().filter(|total| total.findings > 0) {
        page.heading(&total.change.word().to_uppercase(), "")?;
        for difference in diff.differences.iter().filter(|d| d.change == total.change).take(SHOWN) {
            let f = &difference.finding;
            page.paragraph(&format!("{:<6} ", f.level.word()), Style::Bold, &format!("{}: {}", f.rule, f.message))?;
            page.paragraph("       ", Style::Dim, &f.resource)?;
        }
        if total.findings > SHOWN as u64 {
            page.paragraph("       ", Style::Dim, &format!("and {} more; --format csv lists them all", grouped(total.findings - SHOWN as u64)))?;
        }
    }
    page.notes(&diff.notes)
}

fn meaning(change: Change) -> &'static str {
    match change {
        Change::New | Change::Fixed | Change::Waived => "",
        Change::Reopened => ": they were waived or undetermined before",
        Change::Unclear => " now: what was seen does not suffice to say",
        Change::FirstLookedAt => ": nobody had looked there before, so they may be old",
        Change::Gone => ": so are their resources",
        Change::NotSeen => ": nobody looked, so they may well be there",
    }
}

/// One difference a row.
pub fn csv(diff: &Diff, out: &mut dyn Write) -> io::Result<()> {
    let mut sheet = csv::Writer::from_writer(out);
    let columns = [
        "change",
        "level",
        "verdict",
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
        "message",
        "suggestion",
        "money",
        "first_seen",
        "fingerprint",
    ];
    sheet.write_record(columns)?;
    for Difference { change, finding: f } in &diff.differences {
        let optional = |text: &Option<tagledger_model::Text>| text.as_ref().map(ToString::to_string).unwrap_or_default();
        let money: Vec<String> = f.money.iter().map(ToString::to_string).collect();
        let row = [
            change.word().to_owned(),
            f.level.word().to_owned(),
            f.verdict.word().to_owned(),
            f.rule.to_string(),
            optional(&f.key),
            f.cloud.to_string(),
            f.scope.to_string(),
            optional(&f.region),
            f.kind.to_string(),
            f.resource.to_string(),
            optional(&f.name),
            optional(&f.environment),
            optional(&f.application),
            optional(&f.owner),
            f.message.clone(),
            f.suggestion.as_ref().map(ToString::to_string).unwrap_or_default(),
            money.join(" + "),
            optional(&f.first_seen),
            f.fingerprint.0.to_string(),
        ];
        sheet.write_record(row.iter().map(|text| cell(text).into_owned()))?;
    }
    sheet.flush()
}
