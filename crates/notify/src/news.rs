//! What a route is told, whatever its channel: the document that a webhook is sent, and that every other message is made of.

use schemars::JsonSchema;
use serde::Serialize;
use tagledger_model::{Finding, Money};
use tagledger_report::Exit;
use tagledger_report::diff::Change;

/// Version of the document's shape; a receiver checks it first.
pub const SCHEMA_VERSION: &str = "tagledger.notification/1";

/// One message to one route about one run. Amounts are decimal text with all their digits.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct News {
    /// `tagledger.notification/1`.
    pub schema: String,
    /// The same for the same run and route, however often it is sent: a receiver drops what it has seen.
    pub id: String,
    /// The route.
    pub route: String,
    /// Program and version.
    pub tool: String,
    /// When the run started, RFC 3339, UTC.
    pub started: String,
    /// Exit code that the run ended with, and why in a sentence.
    pub exit: Exit,
    /// Whether everything was seen that was asked for.
    pub is_complete: bool,
    /// How much was seen, in a sentence.
    pub seen: String,
    /// When the last of the earlier runs started that this one is compared with; none for the first.
    pub since: Option<String>,
    /// The sum of costs of each currency, and whether it is the bill's; empty without a bill.
    pub totals: Vec<Total>,
    /// The month that findings are priced by, `YYYY-MM`.
    pub priced_month: Option<String>,
    /// How many findings of this route there are, and what became of those before.
    pub counts: Counts,
    /// What the resources cost in the priced month that the findings are about, each resource once, one entry a currency.
    pub at_stake: Vec<Money>,
    /// The findings: what is new first, then dearest first; currencies take turns, because amounts of two are not compared.
    pub findings: Vec<Told>,
    /// Findings that are not listed, because there are more than the route asks for.
    pub not_listed: u64,
    /// Where the report is.
    pub report_url: Option<String>,
}

/// The sum of costs in a currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Total {
    /// Currency.
    pub currency: String,
    /// Sum over the report.
    pub report: String,
    /// Sum over the bill's rows.
    pub bill: String,
    /// Whether both, with what is not shown, are the same number.
    pub equal: bool,
}

/// How many findings of a route there are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Counts {
    /// Not there before, where somebody had looked.
    pub new: u64,
    /// Not there before, where nobody had looked: they may be old.
    pub first_looked_at: u64,
    /// Waived or undetermined before, and open now.
    pub reopened: u64,
    /// Open before and now.
    pub still: u64,
    /// What became of findings that are not open any more; null where the earlier runs could not be read.
    pub away: Option<Away>,
}

impl Counts {
    /// Those that the route was not told of before.
    pub fn fresh(&self) -> u64 {
        self.new + self.first_looked_at + self.reopened
    }
}

/// What became of findings of a route that are not open any more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Away {
    /// Not there any more, where the resource was seen and judged.
    pub fixed: u64,
    /// Gone with their resources.
    pub gone: u64,
    /// Waived now.
    pub waived: u64,
    /// Undetermined now.
    pub unclear: u64,
    /// Not found, where nobody looked.
    pub not_seen: u64,
}

/// A finding that a route is told of.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Told {
    /// `new`, `first_looked_at` or `reopened`; null for what was open before.
    pub change: Option<Change>,
    /// The finding.
    #[serde(flatten)]
    pub finding: Finding,
}
