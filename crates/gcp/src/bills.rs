//! The standard and the detailed billing export of Google Cloud, as BigQuery writes them to Parquet or adds them up, told onto FOCUS.
//!
//! Source: Google's reference of the two tables' schemas. The cost is before credits; an invoice is the cost with every credit of every row, by invoice month.

use tagledger_model::{BillMapping, BillTags, ChargeKind, CostCase, Term, When};

/// The sum of all credits, where rows were added up.
pub(crate) const CREDITS: &str = "credits_added";

/// How many rows were.
pub(crate) const ROWS: &str = "rows_added";

/// The cost with all credits of the row.
const NET: &[CostCase] = &[CostCase { when: &[], terms: &[Term::Plus(&["cost"]), Term::PlusEach("credits", "amount")], ratio: &[], set_aside: false }];
const NET_ADDED: &[CostCase] = &[CostCase { when: &[], terms: &[Term::Plus(&["cost"]), Term::Plus(&[CREDITS])], ratio: &[], set_aside: false }];
const LIST: &[CostCase] = &[CostCase { when: &[], terms: &[Term::Plus(&["cost_at_list"])], ratio: &[], set_aside: false }];

// What is charged for apart from use. Credits are parts of the rows that they are given for.
const CREDIT: ChargeKind = ChargeKind { kind: "credit", when: &[], part: &[Term::PlusEach("credits", "amount")] };
const CREDIT_ADDED: ChargeKind = ChargeKind { kind: "credit", when: &[], part: &[Term::Plus(&[CREDITS])] };
const TAX: ChargeKind = ChargeKind::of("tax", &[When::Is("cost_type", &["tax"])]);
const ADJUSTMENT: ChargeKind = ChargeKind::of("adjustment", &[When::Is("cost_type", &["adjustment", "rounding_error"])]);
const FEE: ChargeKind = ChargeKind::of("commitment fee", &[When::Has("sku.description", &["commitment"])]);
const MARKETPLACE: ChargeKind = ChargeKind::of("marketplace", &[When::Is("transaction_type", &["THIRD_PARTY_RESELLER", "THIRD_PARTY_AGENCY"])]);
const SUPPORT: ChargeKind = ChargeKind::of("support", &[When::Has("service.description", &["support"])]);

/// The full name by which the inventory knows what Compute Engine's rows name by a number, in a collection that may be in the singular:
/// `//compute.googleapis.com/projects/1/zones/z/disk/57` called `d` is `…/disks/d`. Rows of the detailed export carry both.
fn by_name(id: &str, name: &str) -> Option<String> {
    let (parent, number) = id.strip_prefix("//compute.googleapis.com/")?.rsplit_once('/')?;
    let (place, collection) = parent.rsplit_once('/')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(number) || is_number(name) || name.is_empty() || name.contains(['/', ':']) {
        return None;
    }
    let ending = match collection {
        "address" => "es",
        collection if collection.ends_with('s') => "",
        _ => "s",
    };
    Some(format!("//compute.googleapis.com/{place}/{collection}{ending}/{name}"))
}

const COLUMNS: &[(&str, &[&str])] = &[
    ("BillingCurrency", &["currency"]),
    ("BillingPeriodStart", &["invoice.month"]),
    ("ChargePeriodStart", &["usage_start_time"]),
    ("ChargePeriodEnd", &["usage_end_time"]),
    ("ConsumedUnit", &["usage.unit"]),
    ("SubAccountId", &["project.id", "project.number"]),
    ("BillingAccountId", &["billing_account_id"]),
    ("ServiceName", &["service.description"]),
    ("ChargeCategory", &["cost_type"]),
    ("ResourceId", &["resource.global_name", "resource.name"]),
    ("x_Tags", &["tags"]),
    ("x_ProjectLabels", &["project.labels"]),
    ("x_ProjectAncestors", &["project.ancestors"]),
    ("x_Rows", &[ROWS]),
];

/// The export itself.
pub(crate) const EXPORT: BillMapping = BillMapping {
    name: "a billing export of Google Cloud",
    provider: "Google Cloud",
    known_by: &["cost_type", "invoice.month", "usage_start_time"],
    columns: COLUMNS,
    // Commitments are a fee and a credit: there is nothing to spread.
    costs: &[("BilledCost", NET), ("EffectiveCost", NET), ("ListCost", LIST)],
    kinds: &[CREDIT, TAX, ADJUSTMENT, MARKETPLACE, FEE, SUPPORT],
    tags: BillTags { whole: &["labels"], spread: &[], schemes: &[] },
    known_as: Some(by_name),
    ledgers_apart: false,
};

/// The same columns on fewer rows, with sums of costs.
const ADDED_UP: BillMapping = BillMapping {
    name: "a billing export of Google Cloud that BigQuery added up",
    known_by: &["cost_type", "invoice.month", CREDITS, ROWS],
    costs: &[("BilledCost", NET_ADDED), ("EffectiveCost", NET_ADDED), ("ListCost", LIST)],
    kinds: &[CREDIT_ADDED, TAX, ADJUSTMENT, MARKETPLACE, FEE, SUPPORT],
    ..EXPORT
};

/// Bills of Google Cloud. What was added up has the columns of the export as well: it comes first.
pub(crate) static BILLS: &[BillMapping] = &[ADDED_UP, EXPORT];
