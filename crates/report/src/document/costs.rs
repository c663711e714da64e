//! The money of a report.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What it costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Costs {
    /// `EffectiveCost`, `BilledCost`, `ListCost` or `ContractedCost`.
    pub measure: String,
    /// One per currency: the cube's sum, the bill's sum, and that they are equal.
    pub totals: Vec<CurrencyTotal>,
    /// Months in the bill, oldest first, `YYYY-MM`.
    pub months: Vec<String>,
    /// The month that findings are priced by: the last one that the bill holds as a whole.
    pub priced_month: Option<String>,
    /// The newest month, where it is not over, or the bill ends before it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_month: Option<String>,
    /// Keys the cube has, in taxonomy order.
    pub keys: Vec<String>,
    /// What `cells` are broken down by, in order: keys, or the words cloud, scope, service and month; Environment and Application unless others were asked for.
    pub by: Vec<String>,
    /// What is shown where not everything is, such as `Environment=demo`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// Spend by month × currency × the keys of `by`, sorted.
    pub cells: Vec<CostCell>,
    /// Spend by key × currency × basis: where each key's attribution came from.
    pub bases: Vec<BasisRow>,
    /// Where resources carry a key and rows of theirs do not, by key, cloud and currency.
    #[serde(default)]
    pub gaps: Vec<GapRow>,
    /// What the bill is charged for: use, and beside it taxes, credits, fees of commitments and the like, by month and currency; together they are the bill.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub charges: Vec<ChargeRow>,
    /// What was converted from other currencies, by month, where one currency was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub converted: Vec<ConvertedRow>,
    /// What was billed by invoice, as far as the bill says which; one without an id is of rows that name none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub invoices: Vec<InvoiceRow>,
    /// What the newest month will come to and which days stand out, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outlook: Option<Outlook>,
    /// Amounts that had more than 12 digits after the point and were rounded half to even on entry.
    pub rounded: u64,
    /// Bill rows read.
    pub rows: u64,
}

/// What a part of the bill is charged for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChargeRow {
    /// `YYYY-MM`, the billing month.
    pub month: String,
    /// Currency.
    pub currency: String,
    /// `usage`, `tax`, `credit`, `refund`, `correction`, `adjustment`, `commitment fee`, `unused commitment`, `support`, `marketplace` or `purchase`.
    pub kind: String,
    /// Its sum in the measure.
    pub amount: String,
    /// Bill rows; 0 where it is a part of rows that are charged for use, as credits of some bills are.
    pub rows: u64,
}

/// What was converted from another currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConvertedRow {
    /// `YYYY-MM`, the billing month.
    pub month: String,
    /// The currency on the bill.
    pub from: String,
    /// The currency of the report.
    pub to: String,
    /// What one unit of the former is worth in the latter.
    pub rate: String,
    /// The day of the rate, `YYYY-MM-DD`: the last one up to the end of the month that the file has.
    pub date: String,
    /// Who says so; empty where the file does not say.
    pub source: String,
    /// The measure's sum on the bill.
    pub before: String,
    /// The sum of the converted rows, each rounded half to even at the 12th digit.
    pub after: String,
    /// Bill rows.
    pub rows: u64,
}

/// What was billed on an invoice: the number to hold against the paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InvoiceRow {
    /// `YYYY-MM`, the billing month.
    pub month: String,
    /// Who issues it; empty where the bill does not say.
    pub issuer: String,
    /// Its id; empty where rows name none, as those of an open month and of a bill without such a column.
    pub invoice: String,
    /// Currency.
    pub currency: String,
    /// Sum of BilledCost over every row: usage, purchases, taxes, credits, adjustments.
    pub billed: String,
    /// Bill rows.
    pub rows: u64,
}

/// What the newest month will come to, and which days stand out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Outlook {
    /// One a currency; none where the bill does not keep days apart, or holds the whole month.
    pub pace: Vec<PaceRow>,
    /// Days on which something cost much more than on the same weekday of the four weeks before; the largest difference first.
    pub unusual: Vec<UnusualRow>,
}

/// The newest month at the pace of its first days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PaceRow {
    /// Currency.
    pub currency: String,
    /// `YYYY-MM`.
    pub month: String,
    /// Whole days of it that the bill holds.
    pub days: i64,
    /// Days that it has.
    pub of: i64,
    /// What the bill holds of it.
    pub so_far: String,
    /// What of that is usage of whole days: it has a pace; all else counts once.
    pub usage: String,
    /// `usage / days × of`, and what counts once.
    pub expected: String,
}

/// A day that stands out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UnusualRow {
    /// `YYYY-MM-DD`.
    pub day: String,
    /// Currency.
    pub currency: String,
    /// Values of the keys in `Costs::by`, in order; null = unattributed.
    pub values: Vec<Option<String>>,
    /// What usage cost on that day.
    pub amount: String,
    /// The median of the same weekday in the four weeks before.
    pub usual: String,
}

/// Sum check of one currency over the whole bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CurrencyTotal {
    /// Currency.
    pub currency: String,
    /// Sum over the report's cells.
    pub report: String,
    /// Sum of what is not shown, where `Costs::only` says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<String>,
    /// Sum over the bill's rows, added up on its own while reading.
    pub bill: String,
    /// Whether both are the same number, with what is not shown.
    pub equal: bool,
    /// The sum by month, `YYYY-MM`, in the same order as `Costs::months`.
    pub by_month: Vec<String>,
    /// Sum of all four measures over the bill: billed, effective, list, contracted; null where the bill has no such column.
    pub measures: Vec<MeasureTotal>,
}

/// The bill's sum of one measure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MeasureTotal {
    /// FOCUS column.
    pub measure: String,
    /// Sum; null where the bill has no such column.
    pub amount: Option<String>,
}

/// One cell of the cost table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CostCell {
    /// `YYYY-MM`.
    pub month: String,
    /// Currency.
    pub currency: String,
    /// Values of the keys in `Costs::by`, in order; null = unattributed.
    pub values: Vec<Option<String>>,
    /// Decimal text.
    pub amount: String,
    /// Bill rows in the cell.
    pub rows: u64,
}

/// Where a key's attribution came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BasisRow {
    /// Key.
    pub key: String,
    /// Currency.
    pub currency: String,
    /// row tag, resource tag, resource group, scope, stage, or `unattributed: reason`.
    pub basis: String,
    /// Decimal text.
    pub amount: String,
    /// Bill rows.
    pub rows: u64,
}

/// A key that resources carry and rows of theirs do not: not activated, not inherited, or tagged after use. Rows whose kind puts no tags on the bill do not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GapRow {
    /// Key.
    pub key: String,
    /// Cloud; `-` where the bill names none that is known.
    pub cloud: String,
    /// Currency.
    pub currency: String,
    /// What those rows cost, over the whole bill. Decimal text.
    pub amount: String,
    /// Those rows.
    pub rows: u64,
    /// What they cost in `priced_month`.
    pub in_priced_month: String,
    /// Whether any row of the cloud carries the key in `priced_month`; null where the bill does not say.
    pub is_carried: Option<bool>,
    /// What rows cost that carry the key themselves, with a known value, over the whole bill.
    pub own_tag_amount: String,
    /// Those rows.
    pub own_tag_rows: u64,
}
