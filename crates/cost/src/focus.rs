//! The FOCUS columns that are needed, and the names under which versions 1.0-preview to 1.4 carry them.
//!
//! A version is told by the columns that are present, never by a file's name: each column is looked for under each of
//! its names, without case and without `_`.

use crate::rounding::COMPARED;
use std::fmt;
use std::path::Path;
use tagledger_model::{Month, Timestamp};

/// Which cost is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Measure {
    /// Amortised: what usage really cost, for showback.
    Effective,
    /// What the invoice says.
    Billed,
    /// At list prices.
    List,
    /// At contracted prices, before commitments.
    Contracted,
}

impl Measure {
    /// All, in the order in which amounts are kept.
    pub const ALL: [Self; 4] = [Self::Effective, Self::Billed, Self::List, Self::Contracted];

    /// The FOCUS column.
    pub fn column(self) -> &'static str {
        match self {
            Self::Effective => "EffectiveCost",
            Self::Billed => "BilledCost",
            Self::List => "ListCost",
            Self::Contracted => "ContractedCost",
        }
    }

    /// The column as the reader asks for it.
    pub(crate) fn wanted(self) -> Column {
        match self {
            Self::Effective => Column::EffectiveCost,
            Self::Billed => Column::BilledCost,
            Self::List => Column::ListCost,
            Self::Contracted => Column::ContractedCost,
        }
    }
}

/// A column that the reader may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are the columns of the FOCUS specification, and mean what it says")]
pub enum Column {
    EffectiveCost,
    BilledCost,
    ListCost,
    ContractedCost,
    BillingCurrency,
    BillingPeriodStart,
    Provider,
    FormerProvider,
    ChargePeriodStart,
    ConsumedUnit,
    PricingUnit,
    SubAccountId,
    ServiceName,
    ResourceId,
    AllocatedResourceId,
    Tags,
    AllocatedTags,
}

impl Column {
    /// The names it goes by, newest first.
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Self::EffectiveCost => &["EffectiveCost", "AmortizedCost"],
            Self::BilledCost => &["BilledCost"],
            Self::ListCost => &["ListCost"],
            Self::ContractedCost => &["ContractedCost"],
            Self::BillingCurrency => &["BillingCurrency"],
            Self::BillingPeriodStart => &["BillingPeriodStart"],
            // 1.3 renamed it, 1.4 dropped the old name.
            Self::Provider => &["ServiceProviderName", "ProviderName", "Provider"],
            // Files of the transition carry both, and fill the old one on some rows only.
            Self::FormerProvider => &["ProviderName"],
            Self::ChargePeriodStart => &["ChargePeriodStart"],
            Self::ConsumedUnit => &["ConsumedUnit"],
            Self::PricingUnit => &["PricingUnit"],
            Self::SubAccountId => &["SubAccountId"],
            Self::ServiceName => &["ServiceName"],
            Self::ResourceId => &["ResourceId"],
            Self::AllocatedResourceId => &["AllocatedResourceId"],
            Self::Tags => &["Tags"],
            Self::AllocatedTags => &["AllocatedTags"],
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.names()[0])
    }
}

fn same_name(a: &str, b: &str) -> bool {
    let plain = |t: &str| t.trim().chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect::<String>();
    plain(a) == plain(b)
}

/// Where each wanted column stands in a file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layout {
    at: Vec<(Column, usize)>,
    /// The month that the file's hive partition names; it counts where the file has no column for it.
    pub month: Option<Month>,
}

impl Layout {
    /// Finds the columns of a file's header; the first name that is present wins.
    pub fn of(header: &[String], path: &Path) -> Self {
        let all = [
            Column::EffectiveCost,
            Column::BilledCost,
            Column::ListCost,
            Column::ContractedCost,
            Column::BillingCurrency,
            Column::BillingPeriodStart,
            Column::Provider,
            Column::FormerProvider,
            Column::ChargePeriodStart,
            Column::ConsumedUnit,
            Column::PricingUnit,
            Column::SubAccountId,
            Column::ServiceName,
            Column::ResourceId,
            Column::AllocatedResourceId,
            Column::Tags,
            Column::AllocatedTags,
        ];
        let find = |c: &Column| c.names().iter().find_map(|name| header.iter().position(|h| same_name(h, name))).map(|at| (*c, at));
        Self { at: all.iter().filter_map(find).collect(), month: partition(path) }
    }

    /// Position of a column.
    pub fn position(&self, column: Column) -> Option<usize> {
        self.at.iter().find(|(c, _)| *c == column).map(|(_, at)| *at)
    }

    /// True where EffectiveCost and BilledCost can be held against each other.
    pub fn has_both_costs(&self) -> bool {
        COMPARED.into_iter().all(|measure| self.position(measure.wanted()).is_some())
    }

    /// What a bill must have for this measure, by name; empty when nothing is missing.
    pub fn missing(&self, measure: Measure) -> Vec<String> {
        [measure.wanted(), Column::BillingCurrency, Column::BillingPeriodStart]
            .into_iter()
            .filter(|c| self.position(*c).is_none() && !(*c == Column::BillingPeriodStart && self.month.is_some()))
            .map(|c| c.to_string())
            .collect()
    }
}

/// The billing month in the path of a hive-partitioned table, which leaves the column out of its files:
/// `BillingPeriodStart=2026-10-01`, `BILLING_PERIOD=2026-10`, with `:` written as `%3A`.
fn partition(path: &Path) -> Option<Month> {
    path.components().rev().find_map(|folder| {
        let (name, value) = folder.as_os_str().to_str()?.split_once('=')?;
        let value = value.replace("%3A", ":").replace("%3a", ":").replace("%20", " ");
        let named = same_name(name, "BillingPeriodStart") || same_name(name, "BillingPeriod");
        named.then(|| Month::parse(&value).or_else(|| Timestamp::parse(&value).map(Timestamp::month)))?
    })
}

/// What to say about a file that lacks columns.
pub(crate) fn lacks(missing: &[String], header: &[String]) -> String {
    let found: Vec<String> = header.iter().take(8).map(|h| format!("`{}`", h.chars().take(40).collect::<String>().escape_debug())).collect();
    let more = if header.len() > 8 { format!(" and {} more", header.len() - 8) } else { String::new() };
    format!(
        "this is no FOCUS bill: the column{} {} {} missing; found {}{more}; export the bill as FOCUS 1.0 or later, or choose a measure that it holds with --measure",
        if missing.len() == 1 { "" } else { "s" },
        missing.join(", "),
        if missing.len() == 1 { "is" } else { "are" },
        found.join(", ")
    )
}

/// True for the ways in which bills write "nothing".
pub(crate) fn is_null(text: &str) -> bool {
    matches!(text, "" | "NULL" | "null" | "Null" | "\\N")
}

impl Measure {
    /// Position in `Measure::ALL`.
    pub fn position(self) -> usize {
        match self {
            Self::Effective => 0,
            Self::Billed => 1,
            Self::List => 2,
            Self::Contracted => 3,
        }
    }
}
