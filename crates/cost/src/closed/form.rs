//! The form of a file that was added up: the columns of FOCUS that attribution asks for, and what has to be known of the rows beside them.

use tagledger_model::{BillMapping, BillTags, ChargeKind, CostCase, Term, When};

/// How many rows of the bill a row stands for.
pub(crate) const ROWS: &str = "x_Rows";
/// What the rows are charged for.
pub(crate) const KIND: &str = "x_Kind";
/// The part of the cost that is charged for something else than the rest.
pub(crate) const PART: &str = "x_Part";
/// The measure in which the cost counts nothing.
pub(crate) const ASIDE: &str = "x_Aside";
/// The four costs, in the order of `Measure::ALL`.
pub(crate) const COSTS: [&str; 4] = ["x_Effective", "x_Billed", "x_List", "x_Contracted"];

const fn all(terms: &'static [Term], aside: &'static [When]) -> [CostCase; 2] {
    [CostCase { when: aside, terms, ratio: &[], set_aside: true }, CostCase { when: &[], terms, ratio: &[], set_aside: false }]
}

const EFFECTIVE: &[CostCase] = &all(&[Term::Plus(&[COSTS[0]])], &[When::Is(ASIDE, &["EffectiveCost"])]);
const BILLED: &[CostCase] = &all(&[Term::Plus(&[COSTS[1]])], &[When::Is(ASIDE, &["BilledCost"])]);
const LIST: &[CostCase] = &[CostCase { when: &[], terms: &[Term::Plus(&[COSTS[2]])], ratio: &[], set_aside: false }];
const CONTRACTED: &[CostCase] = &[CostCase { when: &[], terms: &[Term::Plus(&[COSTS[3]])], ratio: &[], set_aside: false }];

/// Every word that a form has for what rows are charged for.
pub(crate) const KINDS: [&str; 10] =
    ["unused commitment", "tax", "correction", "refund", "commitment fee", "credit", "adjustment", "support", "marketplace", "purchase"];

pub(crate) static COMPACT: BillMapping = BillMapping {
    name: "a month that was added up before",
    provider: "",
    known_by: &[ROWS],
    columns: &[
        ("BillingPeriodStart", &["BillingPeriodStart"]),
        ("BillingCurrency", &["BillingCurrency"]),
        ("ServiceProviderName", &["Provider"]),
        ("SubAccountId", &["SubAccountId"]),
        ("ServiceName", &["ServiceName"]),
        ("ChargeCategory", &["ChargeCategory"]),
        ("InvoiceId", &["InvoiceId"]),
        ("InvoiceIssuerName", &["InvoiceIssuerName"]),
        ("ResourceId", &["ResourceId"]),
        ("AllocatedResourceId", &["AllocatedResourceId"]),
        ("AllocatedTags", &["AllocatedTags"]),
        ("x_Tags", &["x_Tags"]),
        ("x_ProjectLabels", &["x_ProjectLabels"]),
        ("x_ProjectAncestors", &["x_ProjectAncestors"]),
        ("x_Rows", &[ROWS]),
    ],
    costs: &[("EffectiveCost", EFFECTIVE), ("BilledCost", BILLED), ("ListCost", LIST), ("ContractedCost", CONTRACTED)],
    kinds: &[
        // The one part that any form has.
        ChargeKind { kind: "credit", when: &[], part: &[Term::Plus(&[PART])] },
        ChargeKind::of(KINDS[0], &[When::Is(KIND, &[KINDS[0]])]),
        ChargeKind::of(KINDS[1], &[When::Is(KIND, &[KINDS[1]])]),
        ChargeKind::of(KINDS[2], &[When::Is(KIND, &[KINDS[2]])]),
        ChargeKind::of(KINDS[3], &[When::Is(KIND, &[KINDS[3]])]),
        ChargeKind::of(KINDS[4], &[When::Is(KIND, &[KINDS[4]])]),
        ChargeKind::of(KINDS[5], &[When::Is(KIND, &[KINDS[5]])]),
        ChargeKind::of(KINDS[6], &[When::Is(KIND, &[KINDS[6]])]),
        ChargeKind::of(KINDS[7], &[When::Is(KIND, &[KINDS[7]])]),
        ChargeKind::of(KINDS[8], &[When::Is(KIND, &[KINDS[8]])]),
        ChargeKind::of(KINDS[9], &[When::Is(KIND, &[KINDS[9]])]),
    ],
    tags: BillTags { whole: &["Tags"], spread: &[], schemes: &[] },
    known_as: None,
    ledgers_apart: false,
};
