//! Exports of Cost Management in Azure's own form, actual and amortised, told onto FOCUS.
//!
//! Sources: Microsoft's documentation of the cost details file and of the conversion to FOCUS in its FinOps toolkit. Enterprise agreements and customer
//! agreements name some columns differently, and newer files differ from older ones in case.

use tagledger_model::{BillMapping, BillTags, ChargeKind, CostCase, Term, When};

const COST: &[&str] = &["CostInBillingCurrency", "Cost", "PreTaxCost"];
const COMMITMENT: When = When::Is("PricingModel", &["Reservation", "SavingsPlan"]);

const fn kind(kind: &'static str, when: &'static [When]) -> ChargeKind {
    ChargeKind { kind, when, part: &[] }
}

/// What is charged for apart from use.
const KINDS: &[ChargeKind] = &[
    kind("tax", &[When::Is("ChargeType", &["Tax"])]),
    kind("unused commitment", &[When::Is("ChargeType", &["UnusedReservation", "UnusedSavingsPlan"])]),
    kind("refund", &[When::Is("ChargeType", &["Refund"])]),
    kind("adjustment", &[When::Is("ChargeType", &["RoundingAdjustment", "Adjustment"])]),
    kind("commitment fee", &[When::Is("ChargeType", &["Purchase"]), COMMITMENT]),
    kind("credit", &[When::Is("ChargeType", &["Credit"])]),
    kind("marketplace", &[When::Is("PublisherType", &["Marketplace"])]),
    kind("support", &[When::Has("MeterCategory", &["support"])]),
    kind("purchase", &[When::Is("ChargeType", &["Purchase"])]),
];

/// Bills of Azure.
pub(crate) static BILLS: &[BillMapping] = &[BillMapping {
    name: "a cost export of Azure",
    provider: "Microsoft",
    known_by: &["ChargeType", "MeterCategory", "PricingModel"],
    columns: &[
        ("BillingCurrency", &["BillingCurrency", "BillingCurrencyCode"]),
        ("BillingPeriodStart", &["BillingPeriodStartDate"]),
        ("ChargePeriodStart", &["Date", "UsageDateTime"]),
        ("ConsumedUnit", &["UnitOfMeasure"]),
        ("SubAccountId", &["SubscriptionId", "SubscriptionGuid"]),
        ("BillingAccountId", &["BillingAccountId"]),
        ("ServiceName", &["MeterCategory"]),
        ("ChargeCategory", &["ChargeType"]),
        ("InvoiceId", &["InvoiceId"]),
        ("ResourceId", &["ResourceId", "InstanceId", "InstanceName"]),
    ],
    costs: &[
        (
            "BilledCost",
            // An amortised export spreads what was paid for a commitment over what it covers, which the invoice does not.
            &[
                CostCase {
                    when: &[COMMITMENT, When::Is("ChargeType", &["Usage", "UnusedReservation", "UnusedSavingsPlan"])],
                    terms: &[Term::Plus(COST)],
                    set_aside: true,
                },
                CostCase { when: &[], terms: &[Term::Plus(COST)], set_aside: false },
            ],
        ),
        (
            "EffectiveCost",
            &[
                CostCase { when: &[COMMITMENT, When::Is("ChargeType", &["Purchase", "Refund"])], terms: &[Term::Plus(COST)], set_aside: true },
                CostCase { when: &[], terms: &[Term::Plus(COST)], set_aside: false },
            ],
        ),
        ("ListCost", &[CostCase { when: &[], terms: &[Term::Plus(&["PaygCostInBillingCurrency"])], set_aside: false }]),
    ],
    kinds: KINDS,
    tags: BillTags { whole: &["Tags"], spread: &[], schemes: &[] },
}];
