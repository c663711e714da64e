//! A bill as Parquet, in the types that exports choose.

use arrow_array::builder::{MapBuilder, StringBuilder};
use arrow_array::{ArrayRef, Decimal128Array, Float64Array, NullArray, RecordBatch, StringArray, TimestampMicrosecondArray};
use parquet::arrow::ArrowWriter;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader, ParquetMetaDataWriter};
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};
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
    /// A column of the type Null.
    Null,
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
    if texts == Texts::Null {
        return Arc::new(NullArray::new(rows.len()));
    }
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
    write_columns(path, rows, vec![("EffectiveCost", amounts(rows, costs))], texts);
}

/// The same with the rows' amounts as BilledCost, and without their fractions as EffectiveCost.
pub fn write_rounded(path: &Path, rows: &[Row<'_>], costs: Costs) {
    let whole: Vec<Row<'_>> = rows.iter().map(|(units, _)| (units / 1_000_000_000 * 1_000_000_000, None)).collect();
    write_columns(path, rows, vec![("BilledCost", amounts(rows, costs)), ("EffectiveCost", amounts(&whole, costs))], Texts::Plain);
}

/// Rows of amount and resource id in one account, without tags.
pub fn write_ids(path: &Path, rows: &[(i128, &str)], texts: Texts) {
    let bare: Vec<Row<'_>> = rows.iter().map(|(units, _)| (*units, None)).collect();
    let ids: ArrayRef = Arc::new(rows.iter().map(|(_, id)| Some(*id)).collect::<StringArray>());
    let all = [("EffectiveCost", amounts(&bare, Costs::Decimal))].into_iter().chain(shared(rows.len(), "AWS", "1"));
    put(path, all.chain([("ResourceId", ids)]).collect(), properties(texts).build());
}

/// The same bill as `write` without the column that says the month, as hive-partitioned tables leave it out.
pub fn write_without_month(path: &Path, rows: &[Row<'_>]) {
    let all = [("EffectiveCost", amounts(rows, Costs::Decimal))].into_iter().chain(shared(rows.len(), "AWS", "1"));
    put(path, all.filter(|(name, _)| *name != "BillingPeriodStart").collect(), properties(Texts::Plain).build());
}

/// A bill whose tag texts outgrow their dictionary, so that each column chunk goes on in plain text; on wish without the
/// statistics that would say so, as older writers leave them out.
pub fn write_fallback(path: &Path, rows: &[Row<'_>], costs: Costs, stats: bool) {
    let all = [("EffectiveCost", amounts(rows, costs))].into_iter().chain(shared(rows.len(), "AWS", "1")).chain([("Tags", tags(rows, Texts::Dictionary))]);
    put(
        path,
        all.collect(),
        properties(Texts::Dictionary).set_dictionary_page_size_limit(2_000).set_data_page_row_count_limit(100).set_write_batch_size(50).build(),
    );
    let mut bytes = std::fs::read(path).unwrap();
    let footer = u32::from_le_bytes(bytes[bytes.len() - 8..bytes.len() - 4].try_into().unwrap()) as usize;
    let metadata = ParquetMetaDataReader::new().parse_and_finish(&File::open(path).unwrap()).unwrap();
    // The file is what it claims to be: a dictionary, and pages that do without it.
    let tags = metadata.row_group(0).columns().iter().find(|c| c.column_path().string() == "Tags").unwrap();
    assert!(tags.dictionary_page_offset().is_some() && tags.encodings().any(|e| e == parquet::basic::Encoding::PLAIN));
    if stats {
        return;
    }
    let groups = metadata.row_groups().iter().map(|group| {
        let columns = group.columns().iter().map(|c| c.clone().into_builder().clear_page_encoding_stats().build().unwrap()).collect();
        group.clone().into_builder().set_column_metadata(columns).build().unwrap()
    });
    let silent = ParquetMetaData::new(metadata.file_metadata().clone(), groups.collect());
    bytes.truncate(bytes.len() - 8 - footer);
    let mut end = Vec::new();
    ParquetMetaDataWriter::new(&mut end, &silent).finish().unwrap();
    bytes.extend(end);
    std::fs::write(path, bytes).unwrap();
}

/// Columns that say the same on every row.
fn shared(rows: usize, provider: &str, account: &str) -> Vec<(&'static str, ArrayRef)> {
    let same = |word: &str| -> ArrayRef { Arc::new(StringArray::from(vec![word; rows])) };
    vec![
        ("BillingCurrency", same("EUR")),
        ("BillingPeriodStart", Arc::new(TimestampMicrosecondArray::from(vec![OCTOBER; rows]).with_timezone("UTC"))),
        ("ProviderName", same(provider)),
        ("SubAccountId", same(account)),
    ]
}

fn properties(texts: Texts) -> WriterPropertiesBuilder {
    WriterProperties::builder().set_dictionary_enabled(texts == Texts::Dictionary).set_max_row_group_row_count(Some(1_000))
}

fn put(path: &Path, columns: Vec<(&str, ArrayRef)>, properties: WriterProperties) {
    let batch = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true))).unwrap();
    let mut out = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), Some(properties)).unwrap();
    out.write(&batch).unwrap();
    out.close().unwrap();
}

fn write_columns(path: &Path, rows: &[Row<'_>], costs: Vec<(&str, ArrayRef)>, texts: Texts) {
    let ids: ArrayRef = Arc::new(StringArray::from(vec![None::<&str>; rows.len()]));
    let all = costs.into_iter().chain(shared(rows.len(), "AWS", "111122223333")).chain([("ResourceId", ids), ("Tags", tags(rows, texts))]);
    put(path, all.collect(), properties(texts).build());
}
