//! The question: from what columns mean and from those that a table has to SQL, and from rows of the answer to those of a bill.
//!
//! The answer has the export's own columns, without lists and with sums in the place of amounts, so that whoever reads it does so by what they mean in a file.
//! Amounts are rounded row by row before they are added up, as `model::Amount` rounds those of files: half to even at the twelfth digit. A double becomes a
//! BIGNUMERIC of 38 digits after the point, and that cannot take it to or from a tie at the twelfth: what is no tie is more than 10⁻³⁷ away from one.

#[cfg(test)]
mod tests;

use crate::bills::{self, CREDITS, ROWS};
use google_cloud_bigquery_v2::model::TableFieldSchema;
use serde_json::{Map, Value};
use tagledger_model::{Binding, Month, When};

/// The columns that an answer may have, in order: those of an export, and those of a table in FOCUS.
pub(super) const COLUMNS: &[&str] = &[
    "invoice.month",
    "BillingPeriodStart",
    "usage_start_time",
    "ChargePeriodStart",
    "currency",
    "BillingCurrency",
    "billing_account_id",
    "project.id",
    "project.number",
    "ServiceProviderName",
    "ProviderName",
    "SubAccountId",
    "x_Project.Id",
    "service.description",
    "sku.description",
    "ServiceName",
    "ServiceSubcategory",
    "cost_type",
    "transaction_type",
    "ChargeCategory",
    "ChargeClass",
    "ChargeSubcategory",
    "CommitmentDiscountId",
    "CommitmentDiscountStatus",
    "InvoiceId",
    "InvoiceIssuerName",
    "x_PublisherCategory",
    "resource.global_name",
    "resource.name",
    "ResourceId",
    "ResourceName",
    "usage.unit",
    "ConsumedUnit",
    "PricingUnit",
    "labels",
    "tags",
    "project.labels",
    "project.ancestors",
    "Tags",
    "x_Labels",
    "x_Tags",
    "x_ProjectLabels",
    "x_ProjectAncestors",
    "x_Project.Ancestors",
    "cost",
    CREDITS,
    "cost_at_list",
    "BilledCost",
    "EffectiveCost",
    "ListCost",
    "ContractedCost",
    ROWS,
];

/// Columns of FOCUS that are costs.
const COSTS: [&str; 4] = ["BilledCost", "EffectiveCost", "ListCost", "ContractedCost"];

/// Columns of FOCUS that split a cost between others, which no export of Google's has: whoever left them out would count wrongly.
const SPLIT: [&str; 2] = ["AllocatedResourceId", "AllocatedTags"];

/// There are too many of these texts to tell rows apart by them: of each, the words count that somebody asks for.
const LONG: &str = "sku.description";

/// What stands in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cell {
    Month,
    Text,
    /// A list of keys and values.
    Pairs,
}

/// What is asked of one table.
#[derive(Debug)]
pub(super) struct Query {
    pub sql: String,
    /// The columns of its answer.
    pub columns: Vec<&'static str>,
    cells: Vec<Cell>,
    is_focus: bool,
    months: Vec<Month>,
}

/// A row of an answer.
pub(super) struct Row {
    pub month: Month,
    /// A text for each column.
    pub fields: Vec<String>,
    /// How many rows of the export are in it.
    pub rows: u64,
}

/// A column by its name in the mapping: how it is written in SQL.
struct Found<'t> {
    sql: String,
    field: &'t TableFieldSchema,
}

/// The columns of a table.
struct Table<'t>(&'t [TableFieldSchema]);

/// Names are compared as those of files are.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '/' | ' ')).flat_map(char::to_lowercase).collect()
}

fn named<'t>(fields: &'t [TableFieldSchema], name: &str) -> Option<&'t TableFieldSchema> {
    fields.iter().find(|field| plain(&field.name) == plain(name))
}

fn is_list(field: &TableFieldSchema) -> bool {
    field.mode.eq_ignore_ascii_case("REPEATED")
}

fn quoted(name: &str) -> String {
    format!("`{name}`")
}

/// The name of a column in SQL's answer, which knows no dots.
fn alias(column: &str) -> String {
    column.replace('.', "_")
}

impl<'t> Table<'t> {
    /// A column at the top, or a member of a record.
    fn find(&self, name: &str) -> Option<Found<'t>> {
        let (top, member) = name.split_once('.').map_or((name, None), |(top, member)| (top, Some(member)));
        let field = named(self.0, top)?;
        let Some(member) = member else { return Some(Found { sql: quoted(&field.name), field }) };
        let inner = named(&field.fields, member).filter(|_| !is_list(field))?;
        Some(Found { sql: format!("{}.{}", quoted(&field.name), quoted(&inner.name)), field: inner })
    }

    fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }
}

/// That a column cannot be what it has to be.
fn unfit(found: &Found<'_>, what: &str) -> String {
    let list = if is_list(found.field) { "a list of " } else { "" };
    format!("the column {} has the type {list}{}, which holds no {what}", found.sql, found.field.r#type)
}

/// A column that rows are told apart by.
fn group(column: &str, found: &Found<'_>) -> Result<(Cell, String), String> {
    let (sql, is_month) = (&found.sql, matches!(column, "invoice.month" | "BillingPeriodStart"));
    let has = |name| named(&found.field.fields, name).is_some();
    let cell = if is_month { Cell::Month } else { Cell::Text };
    match (found.field.r#type.as_str(), is_list(found.field)) {
        ("RECORD" | "STRUCT", true) if has("key") && has("value") => Ok((Cell::Pairs, format!("TO_JSON_STRING({sql})"))),
        // What lies around a project; whoever reads the bill takes it apart.
        ("RECORD" | "STRUCT", true) if has("resource_name") => Ok((cell, format!("TO_JSON_STRING({sql})"))),
        ("TIMESTAMP" | "DATETIME" | "DATE", false) if is_month => Ok((cell, format!("FORMAT_DATE('%Y%m', DATE({sql}))"))),
        ("TIMESTAMP" | "DATETIME" | "DATE", false) => Ok((cell, format!("CAST(DATE({sql}) AS STRING)"))),
        ("JSON", false) => Ok((cell, format!("TO_JSON_STRING({sql})"))),
        ("INTEGER" | "INT64", false) => Ok((cell, format!("CAST({sql} AS STRING)"))),
        ("STRING", false) => Ok((cell, sql.clone())),
        _ => Err(unfit(found, "text")),
    }
}

/// The entries of one sort of the list that Google's own view in FOCUS has for all of them, in the place of a column that the table does not have.
fn of_sort(table: &Table<'_>, column: &str) -> Option<String> {
    let (sort, members) = match column {
        "Tags" => ("label", &["key", "value"][..]),
        "x_Tags" => ("tag", &["key", "value", "x_namespace", "x_inherited"][..]),
        "x_ProjectLabels" => ("project_label", &["key", "value"][..]),
        _ => return None,
    };
    let list = table.find("Tags").filter(|list| is_list(list.field) && (column == "Tags" || !table.has(column)))?;
    let own = named(&list.field.fields, "x_type")?;
    let found: Vec<String> = members.iter().filter_map(|name| Some(format!("one.{}", quoted(&named(&list.field.fields, name)?.name)))).collect();
    let entries = format!("SELECT AS STRUCT {} FROM UNNEST({}) AS one WHERE LOWER(one.{}) = '{sort}'", found.join(", "), list.sql, quoted(&own.name));
    Some(format!("TO_JSON_STRING(ARRAY({entries}))"))
}

/// The words that kinds of charges ask a long text for.
fn words(found: &Found<'_>) -> String {
    let asked = bills::EXPORT.kinds.iter().flat_map(|kind| kind.when).filter_map(|when| match when {
        When::Has(LONG, parts) => Some(*parts),
        _ => None,
    });
    let cases: Vec<String> = asked.flatten().map(|part| format!("WHEN STRPOS(LOWER({}), '{part}') > 0 THEN '{part}'", found.sql)).collect();
    format!("CASE {} END", cases.join(" "))
}

/// An amount, rounded.
fn amount(field: &TableFieldSchema, sql: &str) -> Result<String, String> {
    match field.r#type.as_str() {
        "FLOAT" | "FLOAT64" | "NUMERIC" | "BIGNUMERIC" | "INTEGER" | "INT64" if !is_list(field) => {
            Ok(format!("ROUND(CAST({sql} AS BIGNUMERIC), 12, 'ROUND_HALF_EVEN')"))
        }
        _ => Err(unfit(&Found { sql: sql.to_owned(), field }, "amounts")),
    }
}

/// The amount of a row that is added up in a column; none where the column is none of amounts, or the table has none.
fn summand(table: &Table<'_>, column: &str) -> Result<Option<String>, String> {
    if column == CREDITS {
        let Some(list) = table.find("credits") else { return Ok(None) };
        let inner = named(&list.field.fields, "amount").filter(|_| is_list(list.field)).ok_or_else(|| unfit(&list, "amounts"))?;
        let each = amount(inner, &format!("one.{}", quoted(&inner.name)))?;
        return Ok(Some(format!("(SELECT SUM({each}) FROM UNNEST({}) AS one)", list.sql)));
    }
    let is_cost = COSTS.contains(&column) || ["cost", "cost_at_list"].contains(&column);
    table.find(column).filter(|_| is_cost).map(|found| amount(found.field, &found.sql)).transpose()
}

/// Whether a table is in FOCUS, as files are told. The error says what it lacks to be any bill.
fn is_focus(table: &Table<'_>) -> Result<bool, String> {
    let is_focus = COSTS.iter().any(|cost| table.has(cost));
    let needed: &[&str] =
        if is_focus { &["BillingCurrency", "BillingPeriodStart"] } else { &["cost", "cost_type", "credits", "currency", "invoice.month", "usage_start_time"] };
    let lacking: Vec<&str> = needed.iter().copied().filter(|name| !table.has(name)).collect();
    if !lacking.is_empty() {
        return Err(format!("it is neither a standard nor a detailed billing export, nor a table in FOCUS: it has no {}", lacking.join(", no ")));
    }
    match SPLIT.iter().find(|name| is_focus && table.has(name)) {
        Some(split) => Err(format!("its column {split} splits costs between others, which is read from files only: export it to Parquet")),
        None => Ok(is_focus),
    }
}

impl Query {
    /// The query for these months of a table, whose name is written as SQL wants it. The error says what the table lacks.
    pub fn of(name: &str, fields: &[TableFieldSchema], months: &[Month]) -> Result<Self, String> {
        let table = Table(fields);
        let is_focus = is_focus(&table)?;
        // Names of FOCUS have capitals; of an export, none.
        let own = |column: &&&str| column.contains(char::is_uppercase) == is_focus && **column != ROWS;
        let (mut columns, mut cells, mut inner, mut outer, mut by) = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for column in COLUMNS.iter().filter(own) {
            let alias = alias(column);
            if let Some(sql) = summand(&table, column)? {
                inner.push(format!("{sql} AS {alias}"));
                outer.push(format!("CAST(SUM({alias}) AS STRING) AS sum_{alias}"));
                cells.push(Cell::Text);
            } else if let Some(sql) = of_sort(&table, column) {
                inner.push(format!("{sql} AS {alias}"));
                outer.push(alias);
                by.push(outer.len().to_string());
                cells.push(Cell::Pairs);
            } else if let Some(found) = table.find(column) {
                // What lies around a project is asked for where it is written as it is documented; no bill is refused for it.
                let (cell, sql) = match group(column, &found) {
                    Err(_) if column.to_lowercase().ends_with("ancestors") => continue,
                    asked => asked?,
                };
                let sql = if *column == LONG { words(&found) } else { sql };
                inner.push(format!("{sql} AS {alias}"));
                outer.push(alias);
                by.push(outer.len().to_string());
                cells.push(cell);
            } else {
                continue;
            }
            columns.push(*column);
        }
        outer.push(format!("CAST(COUNT(*) AS STRING) AS {ROWS}"));
        columns.push(ROWS);
        cells.push(Cell::Text);
        let found = table.find(columns[0]).ok_or("it has no months")?;
        let (_, period) = group(columns[0], &found)?;
        let wanted: Vec<String> = months.iter().map(|month| format!("'{}'", month.to_string().replace('-', ""))).collect();
        // Rows of no month that can be read are asked for as well, so that somebody is told of them.
        let sql = format!(
            "SELECT {}\nFROM (\nSELECT\n{}\nFROM {name}\nWHERE {period} IN ({})\n\
             OR {period} IS NULL OR NOT REGEXP_CONTAINS({period}, r'^[0-9]{{4}}(0[1-9]|1[0-2])$')\n)\nGROUP BY {}",
            outer.join(", "),
            inner.join(",\n"),
            wanted.join(", "),
            by.join(", ")
        );
        Ok(Self { sql, columns, cells, is_focus, months: months.to_vec() })
    }

    /// A row of the answer as one of a bill. The error says what it is not.
    pub fn row(&self, cells: &[Option<&str>]) -> Result<Row, String> {
        if cells.len() != self.cells.len() {
            return Err(format!("a row of {} cells where {} were asked for", cells.len(), self.cells.len()));
        }
        let added = cells.last().copied().flatten().unwrap_or_default();
        let rows = added.parse().map_err(|_| format!("a row that adds up `{}` rows", short(added)))?;
        let said = cells[0].unwrap_or_default();
        let month = said.get(..4).zip(said.get(4..)).and_then(|(year, month)| Month::parse(&format!("{year}-{month}")));
        let month = month.filter(|month| self.months.contains(month));
        let month = month.ok_or_else(|| format!("{rows} rows of the export have `{}` in the place of the month of their invoice", short(said)))?;
        let field = |(cell, text): (&Cell, Option<&str>)| match cell {
            Cell::Month if self.is_focus => Ok(format!("{month}-01")),
            Cell::Pairs => object(text.unwrap_or("null")),
            Cell::Month | Cell::Text => Ok(text.unwrap_or_default().to_owned()),
        };
        Ok(Row { month, fields: self.cells.iter().zip(cells.iter().copied()).map(field).collect::<Result<_, _>>()?, rows })
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

/// A list of keys and values as an object, in its order; nothing where there are none. A key that is there twice stays there twice.
fn object(list: &str) -> Result<String, String> {
    let broken = |what: String| format!("labels that are no list of keys and values: {what}");
    // A view may have no list at all.
    let labels: Option<Vec<Map<String, Value>>> = serde_json::from_str(list).map_err(|error| broken(error.to_string()))?;
    let member = |label: &Map<String, Value>, name: &str| match label.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value) {
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(Value::Null) => Ok(None),
        _ => Err(broken(short(list))),
    };
    let mut pairs = Vec::new();
    for label in &labels.unwrap_or_default() {
        // As files of the same export are read: what has no key is nothing, and what has no value is there.
        if let Some(key) = member(label, "key")? {
            let value = member(label, "value")?.unwrap_or_default();
            // What is bound has a namespace, and is told from labels by it.
            let namespace = ["namespace", "x_namespace"].iter().find_map(|name| member(label, name).ok().flatten()).filter(|of| of != "n/a");
            let is_lent = |(name, value): (&String, &Value)| plain(name).ends_with("inherited") && *value == Value::Bool(true);
            let key = namespace.map_or_else(|| key.clone(), |of| Binding { namespace: &of, name: &key, inherited: label.iter().any(is_lent) }.to_string());
            pairs.push(format!("{}:{}", Value::String(key), Value::String(value)));
        }
    }
    Ok(if pairs.is_empty() { String::new() } else { format!("{{{}}}", pairs.join(",")) })
}
