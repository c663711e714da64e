//! A bill as Parquet, in the types that exports choose.

use arrow_array::builder::{MapBuilder, StringBuilder};
use arrow_array::{ArrayRef, Decimal128Array, Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

/// Amount in 10⁻⁹, tags.
pub type Row<'a> = (i128, Option<BTreeMap<&'a str, String>>);

/// How amounts are written.
#[derive(Debug, Clone, Copy)]
pub enum Costs {
    Decimal,
    Double,
    Text,
}

/// How tags are written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Texts {
    Dictionary,
    Plain,
    Map,
}

/// 2026-10-01 in microseconds since 1970.
const OCTOBER: i64 = 1_790_812_800_000_000;

fn amounts(rows: &[Row<'_>], costs: Costs) -> ArrayRef {
    let text = |units: i128| format!("{}.{:09}", units / 1_000_000_000, units % 1_000_000_000);
    match costs {
        Costs::Decimal => Arc::new(Decimal128Array::from_iter_values(rows.iter().map(|r| r.0)).with_precision_and_scale(38, 9).unwrap()),
        // The nearest double of a decimal with nine digits; the program rounds it back to twelve.
        Costs::Double => Arc::new(Float64Array::from_iter_values(rows.iter().map(|r| text(r.0).parse::<f64>().unwrap()))),
        Costs::Text => Arc::new(StringArray::from_iter_values(rows.iter().map(|r| text(r.0)))),
    }
}

fn tags(rows: &[Row<'_>], texts: Texts) -> ArrayRef {
    if texts != Texts::Map {
        return Arc::new(rows.iter().map(|r| r.1.as_ref().map(|t| serde_json::json!(t).to_string())).collect::<StringArray>());
    }
    let mut map = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
    for (_, tags) in rows {
        for (key, value) in tags.iter().flatten() {
            map.keys().append_value(key);
            map.values().append_value(value);
        }
        map.append(tags.is_some()).unwrap();
    }
    Arc::new(map.finish())
}

/// Writes a bill in row groups of a thousand rows.
pub fn write(path: &Path, rows: &[Row<'_>], costs: Costs, texts: Texts) {
    write_columns(path, rows, vec![("EffectiveCost", amounts(rows, costs), false)], texts);
}

/// The same with the rows' amounts as BilledCost, and without their fractions as EffectiveCost.
pub fn write_rounded(path: &Path, rows: &[Row<'_>], costs: Costs) {
    let whole: Vec<Row<'_>> = rows.iter().map(|(units, _)| (units / 1_000_000_000 * 1_000_000_000, None)).collect();
    write_columns(path, rows, vec![("BilledCost", amounts(rows, costs), false), ("EffectiveCost", amounts(&whole, costs), false)], Texts::Plain);
}

fn write_columns(path: &Path, rows: &[Row<'_>], mut columns: Vec<(&str, ArrayRef, bool)>, texts: Texts) {
    let same = |word: &str| -> ArrayRef { Arc::new(StringArray::from(vec![word; rows.len()])) };
    columns.extend([
        ("BillingCurrency", same("EUR"), true),
        ("BillingPeriodStart", Arc::new(TimestampMicrosecondArray::from(vec![OCTOBER; rows.len()]).with_timezone("UTC")) as ArrayRef, true),
        ("ProviderName", same("AWS"), true),
        ("SubAccountId", same("111122223333"), true),
        ("ResourceId", Arc::new(StringArray::from(vec![None::<&str>; rows.len()])) as ArrayRef, true),
        ("Tags", tags(rows, texts), true),
    ]);
    let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    let properties = WriterProperties::builder().set_dictionary_enabled(texts == Texts::Dictionary).set_max_row_group_row_count(Some(1_000)).build();
    let mut out = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), Some(properties)).unwrap();
    out.write(&batch).unwrap();
    out.close().unwrap();
}
