//! The FOCUS columns that are needed, and the names under which versions 1.0-preview to 1.4 carry them.
//!
//! A version is told by the columns that are present, never by a file's name: each column is looked for under each of
//! its names, without case and without `_`. Bills in a cloud's own form are told onto these columns (`columns`).

use std::fmt;

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
    ChargePeriodStart,
    ChargePeriodEnd,
    ConsumedUnit,
    SubAccountId,
    ServiceName,
    ChargeCategory,
    /// How many rows of the bill a row stands for, in files that were added up.
    Rows,
    /// No column of its own: what `ChargeKind`s are told by.
    ChargeKind,
    InvoiceId,
    InvoiceIssuerName,
    ResourceId,
    AllocatedResourceId,
    Tags,
    AllocatedTags,
    /// Tags that stand in a column of their own beside labels.
    FurtherTags,
    /// Tags of the scope that the row names.
    ScopeTags,
    /// The containers around the scope that the row names.
    ScopeAncestors,
}

impl Column {
    /// All of them.
    pub(crate) const ALL: [Self; 24] = [
        Self::EffectiveCost,
        Self::BilledCost,
        Self::ListCost,
        Self::ContractedCost,
        Self::BillingCurrency,
        Self::BillingPeriodStart,
        Self::Provider,
        Self::ChargePeriodStart,
        Self::ChargePeriodEnd,
        Self::ConsumedUnit,
        Self::SubAccountId,
        Self::ServiceName,
        Self::ChargeCategory,
        Self::Rows,
        Self::ChargeKind,
        Self::InvoiceId,
        Self::InvoiceIssuerName,
        Self::ResourceId,
        Self::AllocatedResourceId,
        Self::Tags,
        Self::AllocatedTags,
        Self::FurtherTags,
        Self::ScopeTags,
        Self::ScopeAncestors,
    ];

    /// What FOCUS calls it, which mappings of other forms know it by.
    pub fn focus(self) -> &'static str {
        if self == Self::SubAccountId { "SubAccountId" } else { self.names()[0] }
    }

    /// The names it goes by, newest first.
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Self::EffectiveCost => &["EffectiveCost", "AmortizedCost"],
            Self::BilledCost => &["BilledCost"],
            Self::ListCost => &["ListCost"],
            Self::ContractedCost => &["ContractedCost"],
            Self::BillingCurrency => &["BillingCurrency"],
            Self::BillingPeriodStart => &["BillingPeriodStart"],
            // 1.3 renamed it, 1.4 dropped the old name; files of the transition carry both, and fill the old one on some rows only.
            Self::Provider => &["ServiceProviderName", "ProviderName", "Provider"],
            Self::ChargePeriodStart => &["ChargePeriodStart"],
            Self::ChargePeriodEnd => &["ChargePeriodEnd"],
            // What was consumed says more than what it was priced by, where a row says it.
            Self::ConsumedUnit => &["ConsumedUnit", "PricingUnit"],
            // Google's own view in FOCUS names the billing account there, and keeps the project beside it.
            Self::SubAccountId => &["x_Project.Id", "x_ProjectId", "SubAccountId"],
            Self::ServiceName => &["ServiceName"],
            Self::ChargeCategory => &["ChargeCategory", "ChargeType"],
            Self::Rows => &["x_Rows"],
            Self::ChargeKind => &["(kind of charge)"],
            Self::InvoiceId => &["InvoiceId"],
            Self::InvoiceIssuerName => &["InvoiceIssuerName", "InvoiceIssuer"],
            Self::ResourceId => &["ResourceId"],
            Self::AllocatedResourceId => &["AllocatedResourceId"],
            // Google's own FOCUS table has labels in their place.
            Self::Tags => &["Tags", "x_Labels"],
            Self::AllocatedTags => &["AllocatedTags"],
            Self::FurtherTags => &["x_Tags"],
            Self::ScopeTags => &["x_ProjectLabels"],
            Self::ScopeAncestors => &["x_ProjectAncestors", "x_Project.Ancestors"],
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.focus())
    }
}

/// True for two spellings of one name: without case, and without what joins its words.
pub(crate) fn same_name(a: &str, b: &str) -> bool {
    let plain = |t: &str| t.trim().chars().filter(|c| !matches!(c, '_' | '/' | ' ')).flat_map(char::to_lowercase).collect::<String>();
    plain(a) == plain(b)
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
