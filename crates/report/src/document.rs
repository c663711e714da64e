//! The one report document that every format writes.

mod costs;

pub use costs::*;

use crate::trend::Point;
use crate::{Changes, CoverageRow, EnvironmentRow, Seen};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::io;
use tagledger_model::{Finding, Text};

/// Version of the document's shape; a reader of `report.json` checks it first.
pub const SCHEMA_VERSION: &str = "tagledger.report/1";

/// Everything but the long lists: small enough to hold in memory whatever the size of the estate.
/// Amounts are decimal text with all their digits, so that no reader makes a double of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// `tagledger.report/1`.
    pub schema: String,
    /// Program and version that made the run.
    pub tool: String,
    /// When the run started, RFC 3339, UTC.
    pub started: String,
    /// The taxonomy file, as the user named it.
    pub taxonomy: String,
    /// Inventory files read.
    pub inputs: Vec<String>,
    /// Bill files read.
    pub bills: Vec<String>,
    /// Exit code that the run ended with, and why in a sentence.
    pub exit: Exit,
    /// Counts of resources.
    pub inventory: InventoryCounts,
    /// Taxonomy keys in file order.
    pub keys: Vec<KeyInfo>,
    /// One row per rule that ran, most violated findings first.
    pub rules: Vec<RuleSummary>,
    /// What the resources with violated findings that no waiver covers cost in the last full month, each resource once.
    pub at_stake: Vec<MoneyRow>,
    /// The same by family of rules: what untagged, mis-staged and orphaned resources cost. One resource can be in several.
    #[serde(default)]
    pub families: Vec<FamilySummary>,
    /// Compliance by rule, key, scope and cloud.
    pub compliance: Vec<Compliance>,
    /// How much of what was asked was seen.
    pub seen: Seen,
    /// What was asked and what was seen, source by source.
    pub coverage: Vec<CoverageRow>,
    /// Every environment that resources, money or the register name, by name; at last what is in none.
    #[serde(default)]
    pub environments: Vec<EnvironmentRow>,
    /// How the open findings compare with those of earlier runs, where there is a history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<Changes>,
    /// Where there is a history: its newest runs and this one at last, oldest first, each in few numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<Point>,
    /// Costs, when a bill was read.
    pub costs: Option<Costs>,
    /// Things a reader must know to trust the numbers: repairs, roundings, assumptions. One sentence each.
    pub notes: Vec<String>,
}

/// How the run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Exit {
    /// 0 clean, 1 findings, 3 incomplete coverage.
    pub code: u8,
    /// Why, in a sentence.
    pub why: String,
}

/// Counts of resources.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InventoryCounts {
    /// All resources, each once.
    pub resources: u64,
    /// Those that can carry tags.
    pub taggable: u64,
    /// Those that cannot.
    pub not_taggable: u64,
    /// Those of which it is not known.
    pub taggable_unknown: u64,
    /// Accounts, subscriptions and projects.
    pub scopes: u64,
    /// The same per cloud.
    pub clouds: Vec<CloudCounts>,
}

/// Counts of one cloud.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CloudCounts {
    /// Cloud.
    pub cloud: String,
    /// Resources.
    pub resources: u64,
    /// Scopes.
    pub scopes: u64,
}

/// A taxonomy key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeyInfo {
    /// Name.
    pub name: String,
    /// Required on every taggable resource.
    pub required: bool,
}

/// What one rule found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleSummary {
    /// Rule id.
    pub rule: String,
    /// Family: untagged, mis-staged, orphaned, spend, housekeeping.
    pub family: String,
    /// One line.
    pub summary: String,
    /// Level it ran at.
    pub level: String,
    /// Rows it judged.
    pub population: u64,
    /// Violated findings that no waiver covers.
    pub violated: u64,
    /// Of these, findings that are a warning for now, whatever the rule's level: `grace:` of the taxonomy.
    #[serde(default, skip_serializing_if = "crate::coverage::is_none")]
    pub in_grace: u64,
    /// Undetermined findings.
    pub undetermined: u64,
    /// Findings that a waiver covers.
    pub waived: u64,
    /// What the resources with violated findings cost in the last full month, each resource once; of a rule that judges a bill key by key, that of the key with most of it.
    pub at_stake: Vec<MoneyRow>,
}

/// What the rules of one family found together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FamilySummary {
    /// Family: untagged, mis-staged, orphaned.
    pub family: String,
    /// Resources with a violated finding that no waiver covers.
    pub resources: u64,
    /// What they cost in the last full month, each once.
    pub at_stake: Vec<MoneyRow>,
}

/// An amount of one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MoneyRow {
    /// Currency as the bill spells it.
    pub currency: String,
    /// Decimal text.
    pub amount: String,
}

/// Compliance of one slice: passed ÷ (population − undetermined).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Compliance {
    /// `rule`, `key`, `scope` or `cloud`.
    pub by: String,
    /// Which one.
    pub name: String,
    /// Resources (for rules: rows) judged.
    pub population: u64,
    /// Those without a violated finding.
    pub passed: u64,
    /// Those with one that no waiver covers.
    pub violated: u64,
    /// Those that could not be judged.
    pub undetermined: u64,
    /// Those whose every violated finding is waived.
    pub waived: u64,
}

impl Compliance {
    /// In percent with one digit, rounded down so that 100 % means all; none when nothing could be judged.
    pub fn percent(&self) -> Option<f64> {
        let judged = self.population.saturating_sub(self.undetermined);
        (judged > 0).then(|| (self.passed as f64 * 1000.0 / judged as f64).floor() / 10.0)
    }
}

/// A resource as `resources.csv` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ResourceRow {
    /// Cloud.
    pub cloud: Text,
    /// Scope id.
    pub scope: Text,
    /// Scope name.
    pub scope_name: Option<Text>,
    /// Region.
    pub region: Option<Text>,
    /// Resource group.
    pub group: Option<Text>,
    /// The cloud's own kind.
    pub kind: Text,
    /// Id as the source spells it.
    pub id: Text,
    /// Name.
    pub name: Option<Text>,
    /// yes, no, unknown.
    pub taggable: &'static str,
    /// RFC 3339.
    pub created: Option<String>,
    /// Stage that its container is declared for.
    pub stage: Option<Text>,
    /// In the order of `Summary::keys`.
    pub keys: Vec<KeyCell>,
    /// What it cost in the priced month.
    pub cost: Vec<MoneyRow>,
    /// Readers that knew it, joined by `+`.
    pub sources: Text,
    /// The state it is in.
    pub state: StateCells,
    /// True where each of these readers has a blind spot.
    pub has_only_blind_sources: bool,
}

/// The state of a resource, in words; none where no source shows it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct StateCells {
    /// Whether anything uses it: `yes`, `no`, or `unknown` where a source was asked and could not say.
    pub attached: Option<Text>,
    /// Whether it runs: `yes` or `no`.
    pub running: Option<Text>,
    /// Since when it is so, RFC 3339.
    pub since: Option<Text>,
    /// How many days it keeps what is written to it, or `forever`.
    pub retention_days: Option<Text>,
    /// Id of the resource that it was made from.
    pub made_from: Option<Text>,
    /// The field and value of the source that prove each of these, after its column's name.
    pub proof: Option<Text>,
}

impl StateCells {
    /// The names of the columns.
    pub const COLUMNS: [&'static str; 6] = ["attached", "running", "state_since", "retention_days", "made_from", "proof"];

    /// The cells in the order of the columns.
    pub fn cells(&self) -> [Option<&str>; 6] {
        [&self.attached, &self.running, &self.since, &self.retention_days, &self.made_from, &self.proof].map(Option::as_deref)
    }
}

/// How a resource stands on one key.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct KeyCell {
    /// Effective canonical value.
    pub value: Option<Text>,
    /// Standing word.
    pub standing: &'static str,
    /// Where the value came from.
    pub provenance: Option<Text>,
}

/// A cell of the cost cube: the finest that a run keeps of its bill.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct CubeRow {
    /// Billing month, `YYYY-MM`.
    pub month: String,
    /// Provider as the bill names it.
    pub provider: Text,
    /// Scope id.
    pub scope: Text,
    /// Service.
    pub service: Text,
    /// Currency.
    pub currency: Text,
    /// In the order of `Costs::keys`: value and basis.
    pub keys: Vec<(Option<Text>, Text)>,
    /// Decimal text.
    pub amount: String,
    /// Bill rows.
    pub rows: u64,
}

/// Called for each row of a long list.
pub type Each<'f, T> = dyn FnMut(&T) -> io::Result<()> + 'f;

/// The long lists, handed over row by row, as often as asked, in the same order each time.
pub trait Rows {
    /// Findings: violated before undetermined before waived, higher level first, then most expensive first, then by id.
    fn findings(&self, each: &mut Each<'_, Finding>) -> io::Result<()>;
    /// How many findings there are.
    fn finding_count(&self) -> u64;
    /// Resources by cloud, scope and id.
    fn resources(&self, each: &mut Each<'_, ResourceRow>) -> io::Result<()>;
    /// Cells of the cost cube, all of them; none without a bill.
    fn cube(&self, each: &mut Each<'_, CubeRow>) -> io::Result<()>;
}

/// What a format writes.
#[derive(Clone, Copy)]
pub struct Report<'a> {
    /// The short part.
    pub summary: &'a Summary,
    /// The long part.
    pub rows: &'a (dyn Rows + Sync),
}

impl std::fmt::Debug for Report<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Report").field("summary", self.summary).finish_non_exhaustive()
    }
}
