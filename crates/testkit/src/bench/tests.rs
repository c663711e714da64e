#![expect(clippy::cast_possible_truncation, reason = "the numbers of a test are small")]

use super::*;
use arrow_array::{Array, Float64Array, StringArray, cast::AsArray};
use parquet::{
    arrow::arrow_reader::ParquetRecordBatchReaderBuilder,
    basic::Encoding,
    file::reader::{FileReader, SerializedFileReader},
};
use serde_json::Value;
use std::{collections::BTreeMap, fs::File};

fn files(folder: &Path) -> BTreeMap<String, std::path::PathBuf> {
    let months = std::fs::read_dir(folder.join("bill")).unwrap().map(|e| e.unwrap().path());
    months.map(|p| (p.file_name().unwrap().to_string_lossy().replace("BILLING_PERIOD=", ""), p.join("focus.parquet"))).collect()
}

/// A double of the file as units of 10^-12, rounded at eight decimals, which the generator promises to be exact.
fn units(value: f64) -> i128 {
    crate::money::ONE / 100_000_000 * (value * 100_000_000.0).round() as i128
}

#[test]
fn rows_add_up_to_the_truth_and_have_the_promised_shape() {
    for (shape, plain) in [(Shape::Typical, false), (Shape::Hard, true)] {
        let folder = tempfile::tempdir().unwrap();
        let written = BenchBill::new(30_000, shape, 9).write(folder.path()).unwrap();
        let truth: Value = serde_json::from_slice(&std::fs::read(folder.path().join("truth.json")).unwrap()).unwrap();
        let files = files(folder.path());
        assert_eq!(files.len(), 12);
        let (mut rows, mut nameless, mut bare, mut bytes) = (0, 0, 0, 0);
        for month in truth["months"].as_array().unwrap() {
            let path = &files[month["month"].as_str().unwrap()];
            let mut effective = 0;
            let mut count = 0;
            for batch in ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap().build().unwrap() {
                let batch = batch.unwrap();
                assert_eq!(batch.num_columns(), 27);
                let column: &Float64Array = batch.column_by_name("EffectiveCost").unwrap().as_primitive();
                effective += column.values().iter().map(|v| units(*v)).sum::<i128>();
                let text = |name: &str| -> StringArray { batch.column_by_name(name).unwrap().as_string::<i32>().clone() };
                nameless += text("ResourceId").null_count();
                bare += text("Tags").null_count();
                bytes += text("Tags").iter().flatten().map(str::len).sum::<usize>();
                count += batch.num_rows();
            }
            assert_eq!(crate::money::text(effective), month["effective"].as_str().unwrap());
            assert_eq!(count as u64, month["rows"].as_u64().unwrap());
            rows += count;
            let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
            for name in ["Tags", "ResourceId"] {
                let group = reader.metadata().row_group(0);
                let chunk = group.columns().iter().find(|c| c.column_path().string() == name).unwrap();
                assert_eq!(chunk.encodings().any(|e| e == Encoding::RLE_DICTIONARY), !plain, "{name}");
            }
        }
        assert_eq!(rows as u64, written.rows);
        let share = |part: usize| part as f64 / rows as f64;
        assert!((share(nameless) - 0.104).abs() < 0.01, "{}", share(nameless));
        assert!((share(bare) - 0.174).abs() < 0.04, "{}", share(bare));
        let mean = bytes as f64 / (rows - bare) as f64;
        assert!((mean - 92.0).abs() < 8.0, "{mean}");
    }
}

#[test]
fn cells_add_up_to_the_months() {
    let folder = tempfile::tempdir().unwrap();
    BenchBill::new(5_000, Shape::Hard, 3).write(folder.path()).unwrap();
    let truth: Value = serde_json::from_slice(&std::fs::read(folder.path().join("truth.json")).unwrap()).unwrap();
    let rows = |list: &str| truth[list].as_array().unwrap().iter().map(|c| c["rows"].as_u64().unwrap()).sum::<u64>();
    assert_eq!(rows("months"), 5_000);
    assert_eq!(rows("by_environment_application"), 5_000);
}
