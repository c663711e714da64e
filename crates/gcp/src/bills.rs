//! The standard and the detailed billing export of Google Cloud, as BigQuery writes them to Parquet, told onto FOCUS.
//!
//! Source: Google's reference of the two tables' schemas. The cost is before credits; an invoice is the cost with every credit of every row, by invoice month.

use tagledger_model::{BillMapping, BillTags, ChargeKind, CostCase, Term, When};

/// The cost with all credits of the row.
const NET: &[CostCase] = &[CostCase { when: &[], terms: &[Term::Plus(&["cost"]), Term::PlusEach("credits", "amount")], set_aside: false }];

const fn kind(kind: &'static str, when: &'static [When]) -> ChargeKind {
    ChargeKind { kind, when, part: &[] }
}

/// What is charged for apart from use. Credits are parts of the rows that they are given for.
const KINDS: &[ChargeKind] = &[
    ChargeKind { kind: "credit", when: &[], part: &[Term::PlusEach("credits", "amount")] },
    kind("tax", &[When::Is("cost_type", &["tax"])]),
    kind("adjustment", &[When::Is("cost_type", &["adjustment", "rounding_error"])]),
    kind("commitment fee", &[When::Has("sku.description", &["commitment"])]),
    kind("support", &[When::Has("service.description", &["support"])]),
];

/// Bills of Google Cloud.
pub(crate) static BILLS: &[BillMapping] = &[BillMapping {
    name: "a billing export of Google Cloud",
    provider: "Google Cloud",
    known_by: &["cost_type", "invoice.month", "usage_start_time"],
    columns: &[
        ("BillingCurrency", &["currency"]),
        ("BillingPeriodStart", &["invoice.month"]),
        ("ChargePeriodStart", &["usage_start_time"]),
        ("ConsumedUnit", &["usage.unit"]),
        ("SubAccountId", &["project.id", "project.number"]),
        ("BillingAccountId", &["billing_account_id"]),
        ("ServiceName", &["service.description"]),
        ("ChargeCategory", &["cost_type"]),
        ("ResourceId", &["resource.global_name", "resource.name"]),
    ],
    // Commitments are a fee and a credit: there is nothing to spread.
    costs: &[("BilledCost", NET), ("EffectiveCost", NET), ("ListCost", &[CostCase { when: &[], terms: &[Term::Plus(&["cost_at_list"])], set_aside: false }])],
    kinds: KINDS,
    tags: BillTags { whole: &["labels"], spread: &[], schemes: &[] },
}];
