//! Exports of Cost Management in Azure's own form, actual and amortised, told onto FOCUS.
//!
//! Sources: Microsoft's documentation of the cost details file and of the conversion to FOCUS in its FinOps toolkit. Enterprise agreements and customer
//! agreements name some columns differently, and newer files differ from older ones in case.

use tagledger_model::{BillMapping, BillTags, ChargeKind, CostCase, Term, When};

const COST: &[&str] = &["CostInBillingCurrency", "Cost", "PreTaxCost"];
const COMMITMENT: When = When::Is("PricingModel", &["Reservation", "SavingsPlan"]);

/// What is charged for apart from use.
const KINDS: &[ChargeKind] = &[
    ChargeKind::of("tax", &[When::Is("ChargeType", &["Tax"])]),
    ChargeKind::of("unused commitment", &[When::Is("ChargeType", &["UnusedReservation", "UnusedSavingsPlan"])]),
    ChargeKind::of("refund", &[When::Is("ChargeType", &["Refund"])]),
    ChargeKind::of("adjustment", &[When::Is("ChargeType", &["RoundingAdjustment", "Adjustment"])]),
    ChargeKind::of("commitment fee", &[When::Is("ChargeType", &["Purchase"]), COMMITMENT]),
    ChargeKind::of("credit", &[When::Is("ChargeType", &["Credit"])]),
    ChargeKind::of("marketplace", &[When::Is("PublisherType", &["Marketplace"])]),
    ChargeKind::of("support", &[When::Has("MeterCategory", &["support"])]),
    ChargeKind::of("purchase", &[When::Is("ChargeType", &["Purchase"])]),
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
                    ratio: &[],
                    set_aside: true,
                },
                CostCase { when: &[], terms: &[Term::Plus(COST)], ratio: &[], set_aside: false },
            ],
        ),
        (
            "EffectiveCost",
            &[
                CostCase { when: &[COMMITMENT, When::Is("ChargeType", &["Purchase", "Refund"])], terms: &[Term::Plus(COST)], ratio: &[], set_aside: true },
                CostCase { when: &[], terms: &[Term::Plus(COST)], ratio: &[], set_aside: false },
            ],
        ),
        ("ListCost", &[CostCase { when: &[], terms: &[Term::Plus(&["PaygCostInBillingCurrency"])], ratio: &[], set_aside: false }]),
    ],
    kinds: KINDS,
    tags: BillTags { whole: &["Tags"], spread: &[], schemes: &[] },
    known_as: None,
    ledgers_apart: true,
}];
