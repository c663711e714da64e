//! The Cost and Usage Report, old and new, told onto FOCUS.
//!
//! Sources: the user guide of AWS Data Exports, table dictionary of CUR 2.0, and the user guide of the legacy report for its line item types. Amortised cost
//! follows the guide's own arithmetic for Savings Plans and reserved instances; where the account has private discounts, the net columns hold it. A table of
//! CUR 2.0 has the net columns, empty, for accounts without such discounts as well, so that each row says which of the two it fills.

use tagledger_model::{BillMapping, BillTags, ChargeKind, CostCase, Term, When};

const TYPE: &str = "lineItem/LineItemType";
const RESERVATION: &str = "reservation/ReservationARN";
const UNBLENDED: &[&str] = &["lineItem/UnblendedCost"];
const NET: &str = "lineItem/NetUnblendedCost";
const NET_UNBLENDED: &[&str] = &[NET, "lineItem/UnblendedCost"];

/// The amount of rows of some types.
const fn of(types: &'static [When], terms: &'static [Term]) -> CostCase {
    CostCase { when: types, terms, ratio: &[], set_aside: false }
}

/// What private discounts make of a Savings Plan's hour, whose unused part has no column of its own after them; one that was paid for upfront costs nothing by the hour.
const AFTER_DISCOUNTS: &[(&str, &str)] =
    &[(NET, "lineItem/UnblendedCost"), ("savingsPlan/NetAmortizedUpfrontCommitmentForBillingPeriod", "savingsPlan/AmortizedUpfrontCommitmentForBillingPeriod")];

/// Rows of private discounts.
const PRIVATE_DISCOUNTS: &[&str] = &["EdpDiscount", "PrivateRateDiscount"];

const EFFECTIVE: &[CostCase] = &[
    of(
        &[When::Is(TYPE, &["SavingsPlanCoveredUsage"])],
        &[Term::PlusFilled(&["savingsPlan/NetSavingsPlanEffectiveCost", "savingsPlan/SavingsPlanEffectiveCost"])],
    ),
    // What of the commitment was not used.
    CostCase {
        when: &[When::Is(TYPE, &["SavingsPlanRecurringFee"])],
        terms: &[Term::Plus(&["savingsPlan/TotalCommitmentToDate"]), Term::Minus(&["savingsPlan/UsedCommitment"])],
        ratio: AFTER_DISCOUNTS,
        set_aside: false,
    },
    // The negation takes the covered usage's price away again, and the upfront fee is in the effective cost of what it covers.
    of(&[When::Is(TYPE, &["SavingsPlanNegation", "SavingsPlanUpfrontFee"])], &[]),
    of(&[When::Is(TYPE, &["DiscountedUsage"])], &[Term::PlusFilled(&["reservation/NetEffectiveCost", "reservation/EffectiveCost"])]),
    of(
        &[When::Is(TYPE, &["RIFee"])],
        &[
            Term::PlusFilled(&["reservation/NetUnusedAmortizedUpfrontFeeForBillingPeriod", "reservation/UnusedAmortizedUpfrontFeeForBillingPeriod"]),
            Term::PlusFilled(&["reservation/NetUnusedRecurringFee", "reservation/UnusedRecurringFee"]),
        ],
    ),
    of(&[When::Is(TYPE, &["Fee"]), When::Filled(RESERVATION)], &[]),
    // Whether a fee was paid upfront for a reservation, whose effective cost is on what it covers, is not known without this column.
    of(&[When::Is(TYPE, &["Fee"]), When::With("reservation/EffectiveCost"), When::Without(RESERVATION)], &[Term::Plus(&[RESERVATION])]),
    // Who has private discounts has net costs, and these hold what the rows of such discounts give.
    of(&[When::Is(TYPE, PRIVATE_DISCOUNTS), When::With(NET)], &[]),
    of(&[], &[Term::PlusFilled(NET_UNBLENDED)]),
];

/// What is charged for apart from use. A fee of a commitment is, in the amortised cost, what of it was not used.
const KINDS: &[ChargeKind] = &[
    ChargeKind::of("tax", &[When::Is(TYPE, &["Tax"])]),
    ChargeKind::of("credit", &[When::Is(TYPE, &["Credit"])]),
    ChargeKind::of("refund", &[When::Is(TYPE, &["Refund"])]),
    ChargeKind::of("commitment fee", &[When::Is(TYPE, &["RIFee", "SavingsPlanRecurringFee", "SavingsPlanUpfrontFee"])]),
    ChargeKind::of("commitment fee", &[When::Is(TYPE, &["Fee"]), When::Filled(RESERVATION)]),
    ChargeKind::of("marketplace", &[When::Is("bill/BillingEntity", &["AWS Marketplace"])]),
    ChargeKind::of("support", &[When::Has("lineItem/ProductCode", &["AWSSupport"])]),
    ChargeKind::of("purchase", &[When::Is(TYPE, &["Fee"])]),
];

/// Bills of AWS.
pub(crate) static BILLS: &[BillMapping] = &[BillMapping {
    name: "an AWS Cost and Usage Report",
    provider: "AWS",
    known_by: &[TYPE, "lineItem/UnblendedCost", "bill/BillingPeriodStartDate"],
    columns: &[
        ("BillingCurrency", &["lineItem/CurrencyCode"]),
        ("BillingPeriodStart", &["bill/BillingPeriodStartDate"]),
        ("ChargePeriodStart", &["lineItem/UsageStartDate"]),
        ("ChargePeriodEnd", &["lineItem/UsageEndDate"]),
        ("ConsumedUnit", &["pricing/unit"]),
        ("SubAccountId", &["lineItem/UsageAccountId"]),
        ("BillingAccountId", &["bill/PayerAccountId"]),
        ("ServiceName", &["product/ProductName", "lineItem/ProductCode"]),
        ("ChargeCategory", &["lineItem/LineItemType"]),
        ("InvoiceId", &["bill/InvoiceId"]),
        ("InvoiceIssuerName", &["bill/InvoicingEntity"]),
        ("ResourceId", &["lineItem/ResourceId"]),
        // A table may have both columns of tags, and fill one of them.
        ("x_Tags", &["resource_tags"]),
    ],
    costs: &[
        ("BilledCost", &[of(&[], &[Term::Plus(UNBLENDED)])]),
        ("EffectiveCost", EFFECTIVE),
        (
            "ListCost",
            // Fees and taxes have no list price: they cost what they cost. What covers other rows is listed there.
            &[of(&[When::Is(TYPE, &["Tax", "Fee", "Refund", "Credit"])], &[Term::Plus(UNBLENDED)]), of(&[], &[Term::Plus(&["pricing/publicOnDemandCost"])])],
        ),
    ],
    kinds: KINDS,
    tags: BillTags {
        whole: &["tags", "resource_tags"],
        spread: &["resourceTags/user:", "resource_tags_user_"],
        schemes: &["resourceTags/user:", "resourceTags/user_", "resourceTags/", "user:", "user_"],
    },
    known_as: None,
    ledgers_apart: false,
}];
