//! A bill that is too large to move is added up where it lies: the question, in the words of the engine there.
//!
//! What comes back is a bill as well: FOCUS columns, and in `x_TagledgerRows` how many rows each of its rows stands for. It is read like any other, so that tags are parsed,
//! costs attributed and sums checked by the code that always does it. The question parses no tag and knows no taxonomy: both may change without asking again.

use crate::columns::FOCUS_KINDS;
use crate::focus::{Column, Measure, same_name};
use crate::parquet_bill::Opened;
use crate::{CostError, csv_bill};
use std::path::Path;
use tagledger_model::When;

/// How many rows of the bill a row stands for: a name that no bill of anybody else has.
pub(crate) const ROWS: &str = "x_TagledgerRows";

/// An engine's way to say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// DuckDB.
    Duckdb,
    /// Apache Spark, Databricks, Sail.
    Spark,
    /// Google BigQuery.
    Bigquery,
    /// Amazon Athena.
    Athena,
    /// ClickHouse, chDB.
    Clickhouse,
    /// Trino.
    Trino,
}

/// What a column holds, as far as the question is another for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LakeKind {
    /// Text, a decimal, a moment.
    Plain,
    /// A map of tags.
    Map,
    /// Binary numbers.
    Float,
    /// A record with an `id`.
    Record,
}

/// A column of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LakeColumn {
    /// Its name as it stands there.
    pub name: String,
    /// What it holds.
    pub kind: LakeKind,
}

impl LakeColumn {
    /// `Tags`, `Tags:map`, `EffectiveCost:double` or `x_Project:record`.
    pub fn parse(text: &str) -> Self {
        let (name, kind) = text.trim().rsplit_once(':').unwrap_or((text.trim(), ""));
        let kinds = [("map", LakeKind::Map), ("double", LakeKind::Float), ("float", LakeKind::Float), ("record", LakeKind::Record)];
        match kinds.iter().find(|(word, _)| kind.eq_ignore_ascii_case(word)) {
            Some((_, kind)) => Self { name: name.to_owned(), kind: *kind },
            None => Self { name: text.trim().to_owned(), kind: LakeKind::Plain },
        }
    }
}

/// The columns of a bill's file, as `question` asks for them.
pub fn columns(path: &Path) -> Result<Vec<LakeColumn>, CostError> {
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("parquet")) {
        let opened = Opened::new(path, &[])?;
        return Ok(opened.tops().map(|(name, kind)| LakeColumn { name: name.to_owned(), kind }).collect());
    }
    Ok(csv_bill::header(path)?.top.into_iter().map(|name| LakeColumn { name, kind: LakeKind::Plain }).collect())
}

/// The texts that rows are kept apart by; everything that attribution, owners, checks per invoice and kinds of charges ask for.
const APART: [Column; 11] = [
    Column::BillingPeriodStart,
    Column::BillingCurrency,
    Column::Provider,
    Column::SubAccountId,
    Column::ServiceName,
    Column::ChargeCategory,
    Column::InvoiceId,
    Column::InvoiceIssuerName,
    Column::ResourceId,
    Column::AllocatedResourceId,
    Column::ChargePeriodStart,
];
/// What may be a map or a list there, and is asked for as text.
const TAGS: [Column; 5] = [Column::Tags, Column::AllocatedTags, Column::FurtherTags, Column::ScopeTags, Column::ScopeAncestors];

/// The month in which something was charged for, as it is called in the answer.
const CHARGE_MONTH: &str = "x_TagledgerChargeMonth";

/// What is asked, and what has to come back.
#[derive(Debug, Clone)]
pub struct Question {
    /// In the engine's own words.
    pub sql: String,
    /// The names of the answer's columns that are sums, the count of rows last.
    pub(crate) sums: Vec<String>,
}

/// The question for a table of FOCUS rows with these columns; `table` goes into it as it is. With `days`, days are kept apart, which rules about single days need.
/// Why it cannot be asked, in words, where columns are missing that no report can do without.
pub fn question(dialect: Dialect, table: &str, columns: &[LakeColumn], days: bool) -> Result<Question, String> {
    let find = |name: &str| columns.iter().find(|column| same_name(&column.name, name));
    let missing: Vec<&str> =
        [Column::BillingCurrency, Column::BillingPeriodStart].into_iter().map(|c| c.names()[0]).filter(|name| find(name).is_none()).collect();
    let costs: Vec<(&str, &LakeColumn)> =
        Measure::ALL.into_iter().filter_map(|m| Some((m.column(), m.wanted().names().iter().find_map(|name| find(name))?))).collect();
    if !missing.is_empty() || costs.is_empty() {
        let lacking = if missing.is_empty() { "a cost (EffectiveCost, BilledCost, ListCost or ContractedCost)".to_owned() } else { missing.join(" and ") };
        return Err(format!("the table has no column for {lacking}; name its columns as they stand there, those of FOCUS 1.0 or later"));
    }
    let mut parts: Vec<(String, String)> = Vec::new();
    let mut add = |expression: String, name: &str| {
        if !parts.iter().any(|(_, other)| same_name(other, name)) {
            parts.push((expression, name.to_owned()));
        }
    };
    for column in APART.into_iter().filter(|column| days || *column != Column::ChargePeriodStart) {
        // Files of a transition carry an old name and a new one, each filled on some rows.
        for found in column.names().iter().filter_map(|name| find(name)) {
            add(dialect.quoted(&found.name), &found.name);
        }
    }
    // Google's own view in FOCUS names the project in a record, and what Compute Engine's rows number beside its number.
    if let Some(project) = find("x_Project").filter(|column| column.kind == LakeKind::Record) {
        add(format!("{}.{}", dialect.quoted(&project.name), dialect.quoted("id")), "x_ProjectId");
        if let Some(named) = find("ResourceName") {
            add(dialect.quoted(&named.name), &named.name);
        }
    }
    // Where days do not matter, months still may: what is charged now for an earlier one.
    for found in Column::ChargePeriodStart.names().iter().filter(|_| !days).filter_map(|name| find(name)).take(1) {
        add(dialect.month(&dialect.quoted(&found.name)), CHARGE_MONTH);
    }
    for found in TAGS.iter().flat_map(|column| column.names()).filter_map(|name| find(name)) {
        let text = dialect.quoted(&found.name);
        add(if found.kind == LakeKind::Map { dialect.json(&text) } else { text }, &found.name);
    }
    for when in FOCUS_KINDS.iter().flat_map(|kind| kind.when) {
        match when {
            When::Is(name, _) | When::Has(name, _) => {
                if let Some(found) = find(name) {
                    add(dialect.quoted(&found.name), &found.name);
                }
            }
            // Which commitment it is does not matter, only whether there is one.
            When::Filled(name) => {
                if let Some(found) = find(name) {
                    let text = dialect.quoted(&found.name);
                    add(format!("CASE WHEN {text} IS NOT NULL AND {text} <> '' THEN 'yes' END"), &found.name);
                }
            }
            When::With(_) | When::Without(_) => {}
        }
    }
    let rows = find(ROWS).map_or_else(|| "1".to_owned(), |found| dialect.quoted(&found.name));
    // The inner question gives plain names, so that no engine takes a column of the result for one of the table.
    let inner = parts.iter().map(|(expression, _)| expression.clone()).chain(costs.iter().map(|(_, found)| dialect.cost(found)));
    let inner: Vec<String> = inner.chain([rows]).zip(1..).map(|(expression, at)| format!("    {expression} AS c{at}")).collect();
    let names = parts.iter().map(|(_, name)| name.as_str()).chain(costs.iter().map(|(name, _)| *name)).chain([ROWS]);
    let last = parts.len() + costs.len() + 1;
    let sums = |at: usize| match at {
        at if at <= parts.len() => format!("c{at}"),
        at if at < last => format!("SUM(c{at})"),
        at => dialect.whole(&format!("SUM(c{at})")),
    };
    let outer: Vec<String> = names.zip(1..).map(|(name, at)| format!("  {} AS {}", sums(at), dialect.quoted(name))).collect();
    let by: Vec<String> = (1..=parts.len()).map(|at| format!("c{at}")).collect();
    let sql = format!("SELECT\n{}\nFROM (\n  SELECT\n{}\n  FROM {table}\n) AS bill\nGROUP BY {}\n", outer.join(",\n"), inner.join(",\n"), by.join(", "));
    Ok(Question { sql, sums: costs.iter().map(|(name, _)| (*name).to_owned()).chain([ROWS.to_owned()]).collect() })
}

impl Dialect {
    /// A name as an identifier.
    fn quoted(self, name: &str) -> String {
        match self {
            Self::Duckdb | Self::Athena | Self::Trino => format!("\"{}\"", name.replace('"', "\"\"")),
            Self::Spark => format!("`{}`", name.replace('`', "``")),
            Self::Bigquery | Self::Clickhouse => format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`")),
        }
    }

    /// A cost of a row. A binary number counts as what it is, rounded at the 12th digit, as it does in files.
    fn cost(self, column: &LakeColumn) -> String {
        let name = self.quoted(&column.name);
        match (column.kind, self) {
            (LakeKind::Float, Self::Clickhouse) => self.binary(&format!("toFloat64({name})")),
            (LakeKind::Float, Self::Duckdb | Self::Spark | Self::Athena | Self::Trino) => self.binary(&format!("CAST({name} AS DOUBLE)")),
            // Its BIGNUMERIC holds 38 digits after the point.
            (LakeKind::Float, Self::Bigquery) | (LakeKind::Plain | LakeKind::Map | LakeKind::Record, _) => self.decimal(&name),
        }
    }

    /// A binary number as a decimal. Engines multiply it by 10^12 in binary, or go by its text, and either is another number in the last digits. So it is taken apart, and
    /// nothing has more digits than a binary number holds: what is before the point; the first 20 binary digits behind it, which times 10^12 are exact; and the rest, which
    /// with what is left of those is rounded to a whole number.
    fn binary(self, number: &str) -> String {
        let whole = format!("FLOOR(ABS({number}))");
        let behind = format!("(ABS({number}) - {whole})");
        let first = format!("(FLOOR({behind} * 1048576) / 1048576)");
        let units = format!("FLOOR({first} * 1000000000000)");
        let rest = format!("ROUND({first} * 1000000000000 - {units} + ({behind} - {first}) * 1000000000000)");
        let (whole, units) = (format!("SIGN({number}) * {whole}"), format!("SIGN({number}) * ({units} + {rest})"));
        match self {
            Self::Clickhouse => format!("toDecimal128(toInt64({whole}), 12) + toDecimal128(toInt64({units}), 12) / 1000000000000"),
            _ => format!("CAST(CAST(CAST({whole} AS BIGINT) AS DECIMAL(32, 12)) + CAST({units} / 1000000000000 AS DECIMAL(32, 12)) AS DECIMAL(38, 12))"),
        }
    }

    /// A cost as an exact decimal of 12 digits after the point; sums of binary numbers would differ from engine to engine.
    fn decimal(self, text: &str) -> String {
        match self {
            Self::Duckdb | Self::Spark | Self::Athena | Self::Trino => format!("CAST({text} AS DECIMAL(38, 12))"),
            Self::Bigquery => format!("ROUND(CAST({text} AS BIGNUMERIC), 12)"),
            // From a binary number it would cut digits off; its text is the shortest that means it.
            Self::Clickhouse => format!("toDecimal128(toString({text}), 12)"),
        }
    }

    /// A count as a whole number of 64 bits, whatever the engine makes of a sum.
    fn whole(self, text: &str) -> String {
        match self {
            Self::Bigquery => format!("CAST({text} AS INT64)"),
            Self::Clickhouse => format!("toInt64({text})"),
            Self::Duckdb | Self::Spark | Self::Athena | Self::Trino => format!("CAST({text} AS BIGINT)"),
        }
    }

    /// The month of a moment, which is a time or text that begins with the year.
    fn month(self, moment: &str) -> String {
        match self {
            Self::Duckdb | Self::Athena | Self::Trino => format!("SUBSTR(CAST({moment} AS VARCHAR), 1, 7)"),
            Self::Spark | Self::Bigquery => format!("SUBSTR(CAST({moment} AS STRING), 1, 7)"),
            Self::Clickhouse => format!("substring(toString({moment}), 1, 7)"),
        }
    }

    /// A map as JSON text.
    fn json(self, text: &str) -> String {
        match self {
            Self::Duckdb => format!("CAST(to_json({text}) AS VARCHAR)"),
            Self::Spark => format!("to_json({text})"),
            Self::Bigquery => format!("TO_JSON_STRING({text})"),
            Self::Athena | Self::Trino => format!("json_format(CAST({text} AS JSON))"),
            Self::Clickhouse => format!("toJSONString({text})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(names: &str) -> Vec<LakeColumn> {
        names.split(',').map(LakeColumn::parse).collect()
    }

    #[test]
    fn columns_are_found_by_presence_and_maps_become_text() {
        let all = columns("billing_period_start, BillingCurrency, EffectiveCost, Tags:map, CommitmentDiscountId, ChargePeriodStart, Note");
        let sql = question(Dialect::Trino, "focus", &all, false).map(|asked| asked.sql).unwrap_or_default();
        assert!(sql.contains("    \"billing_period_start\" AS c1") && sql.contains("json_format(CAST(\"Tags\" AS JSON)) AS c4"), "{sql}");
        assert!(sql.contains("CAST(\"EffectiveCost\" AS DECIMAL(38, 12)) AS c6") && sql.contains("  SUM(c6) AS \"EffectiveCost\""), "{sql}");
        assert!(
            sql.contains("    1 AS c7") && sql.contains("CAST(SUM(c7) AS BIGINT) AS \"x_TagledgerRows\"") && sql.ends_with("GROUP BY c1, c2, c3, c4, c5\n"),
            "{sql}"
        );
        assert!(sql.contains("    SUBSTR(CAST(\"ChargePeriodStart\" AS VARCHAR), 1, 7) AS c3,") && sql.contains("  c3 AS \"x_TagledgerChargeMonth\""), "{sql}");
        assert!(!sql.contains("AS \"ChargePeriodStart\"") && !sql.contains("Note") && sql.contains("THEN 'yes' END"), "{sql}");
        assert!(question(Dialect::Trino, "focus", &all, true).is_ok_and(|asked| asked.sql.contains("ChargePeriodStart")));
    }

    #[test]
    fn binary_costs_are_taken_apart() {
        let all = columns("BillingPeriodStart,BillingCurrency,EffectiveCost:double,Weird:column");
        let of = |dialect| question(dialect, "t", &all, false).map(|asked| asked.sql).unwrap_or_default();
        for dialect in [Dialect::Duckdb, Dialect::Spark, Dialect::Athena, Dialect::Trino, Dialect::Clickhouse] {
            assert!(of(dialect).contains("* 1048576"), "{}", of(dialect));
        }
        assert!(of(Dialect::Bigquery).contains("ROUND(CAST(`EffectiveCost` AS BIGNUMERIC), 12)"), "{}", of(Dialect::Bigquery));
        assert_eq!(all[3].name, "Weird:column");
    }

    #[test]
    fn names_stay_names_and_what_is_missing_is_said() {
        let hostile = columns("BillingPeriodStart,BillingCurrency,EffectiveCost");
        assert!(question(Dialect::Spark, "t", &hostile, false).is_ok());
        assert_eq!(Dialect::Duckdb.quoted("a\"; DROP"), "\"a\"\"; DROP\"");
        assert_eq!(Dialect::Bigquery.quoted("a`\\"), "`a\\`\\\\`");
        let said = question(Dialect::Duckdb, "t", &columns("EffectiveCost,BillingCurrency"), false).unwrap_err();
        assert!(said.contains("BillingPeriodStart"), "{said}");
        assert!(question(Dialect::Duckdb, "t", &columns("BillingPeriodStart,BillingCurrency"), false).unwrap_err().contains("EffectiveCost"));
    }
}
