//! What a row is charged for, apart from use: taxes, credits, fees of commitments and the like, each told by the columns of FOCUS.

use tagledger_model::{ChargeKind, When};

const fn kind(kind: &'static str, when: &'static [When]) -> ChargeKind {
    ChargeKind { kind, when, part: &[] }
}

/// The kinds of a FOCUS bill; the first whose conditions hold counts.
pub(crate) static FOCUS: &[ChargeKind] = &[
    kind("unused commitment", &[When::Is("CommitmentDiscountStatus", &["Unused"])]),
    kind("tax", &[When::Is("ChargeCategory", &["Tax"])]),
    kind("correction", &[When::Is("ChargeClass", &["Correction"])]),
    // As 1.0-preview says it.
    kind("correction", &[When::Is("ChargeSubcategory", &["Refund"])]),
    kind("commitment fee", &[When::Is("ChargeCategory", &["Purchase"]), When::Filled("CommitmentDiscountId")]),
    kind("credit", &[When::Is("ChargeCategory", &["Credit"])]),
    kind("adjustment", &[When::Is("ChargeCategory", &["Adjustment"])]),
    kind("support", &[When::Has("ServiceName", &["support"])]),
    kind("support", &[When::Is("ServiceSubcategory", &["Support"])]),
    kind("marketplace", &[When::Is("x_PublisherCategory", &["Vendor"])]),
    kind("marketplace", &[When::Has("ProviderName", &["marketplace"])]),
    kind("purchase", &[When::Is("ChargeCategory", &["Purchase"])]),
];
