//! What a row is charged for, apart from use: taxes, credits, fees of commitments and the like, each told by the columns of FOCUS.

use tagledger_model::{ChargeKind, When};

/// The kinds of a FOCUS bill; the first whose conditions hold counts.
pub(crate) static FOCUS: &[ChargeKind] = &[
    ChargeKind::of("unused commitment", &[When::Is("CommitmentDiscountStatus", &["Unused"])]),
    // As 1.0-preview says it.
    ChargeKind::of("unused commitment", &[When::Is("ChargeSubcategory", &["Unused Commitment"])]),
    ChargeKind::of("tax", &[When::Is("ChargeCategory", &["Tax"])]),
    ChargeKind::of("correction", &[When::Is("ChargeClass", &["Correction"])]),
    ChargeKind::of("correction", &[When::Is("ChargeSubcategory", &["Refund"])]),
    ChargeKind::of("commitment fee", &[When::Is("ChargeCategory", &["Purchase"]), When::Filled("CommitmentDiscountId")]),
    ChargeKind::of("credit", &[When::Is("ChargeCategory", &["Credit"])]),
    ChargeKind::of("adjustment", &[When::Is("ChargeCategory", &["Adjustment"])]),
    ChargeKind::of("support", &[When::Has("ServiceName", &["support"])]),
    ChargeKind::of("support", &[When::Is("ServiceSubcategory", &["Support"])]),
    ChargeKind::of("marketplace", &[When::Is("x_PublisherCategory", &["Vendor"])]),
    ChargeKind::of("marketplace", &[When::Has("ProviderName", &["marketplace"])]),
    ChargeKind::of("purchase", &[When::Is("ChargeCategory", &["Purchase"])]),
];
