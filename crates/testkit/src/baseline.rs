//! The physical limits that benches compare with: parsing the same inventory files with serde and nothing else, and decoding the
//! same columns of a bill and nothing else.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType};
use arrow_array::{Array, ArrayRef};
use flate2::read::MultiGzDecoder;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ResourceExplorer {
    resources: Vec<Explored>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(dead_code, reason = "parsing the members is what is measured")]
struct Explored {
    arn: String,
    owning_account_id: String,
    region: String,
    resource_type: String,
    service: String,
    last_reported_at: Option<String>,
    #[serde(default)]
    properties: Vec<Property>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(dead_code, reason = "parsing the members is what is measured")]
struct Property {
    name: String,
    last_reported_at: Option<String>,
    data: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(dead_code, reason = "parsing the members is what is measured")]
struct Tag {
    key: String,
    value: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tagging {
    resource_tag_mapping_list: Vec<Tagged>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "parsing the members is what is measured")]
struct Tagged {
    #[serde(rename = "ResourceARN")]
    arn: String,
    #[serde(rename = "Tags")]
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
struct Graph {
    data: Vec<Arm>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "parsing the members is what is measured")]
struct Arm {
    id: String,
    name: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    location: Option<String>,
    resource_group: Option<String>,
    subscription_id: Option<String>,
    tags: Option<BTreeMap<String, Option<String>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "parsing the members is what is measured")]
struct Asset {
    name: String,
    #[serde(rename = "assetType")]
    kind: Option<String>,
    project: Option<String>,
    display_name: Option<String>,
    location: Option<String>,
    create_time: Option<String>,
    labels: Option<BTreeMap<String, String>>,
}

/// Parses every file below a folder into typed records with strings of their own, and gives the number of records.
pub fn parse(folder: &Path) -> io::Result<u64> {
    let mut records = 0;
    for path in files(folder)? {
        let mut bytes = std::fs::read(&path)?;
        if bytes.starts_with(&[0x1f, 0x8b]) {
            let mut plain = Vec::new();
            MultiGzDecoder::new(&bytes[..]).read_to_end(&mut plain)?;
            bytes = plain;
        }
        let start = String::from_utf8_lossy(&bytes[..bytes.len().min(512)]).into_owned();
        let count = if start.contains("\"ResourceTagMappingList\"") {
            serde_json::from_slice::<Tagging>(&bytes)?.resource_tag_mapping_list.len()
        } else if start.contains("\"Resources\"") {
            serde_json::from_slice::<ResourceExplorer>(&bytes)?.resources.len()
        } else if start.contains("\"data\"") {
            serde_json::from_slice::<Graph>(&bytes)?.data.len()
        } else if start.contains("\"assetType\"") || start.trim_start().starts_with("[{\"name\"") {
            serde_json::from_slice::<Vec<Asset>>(&bytes)?.len()
        } else {
            // Lists of accounts, subscriptions and projects: a few records, not worth a type.
            serde_json::from_slice::<serde_json::Value>(&bytes)?;
            0
        };
        records += count as u64;
    }
    Ok(records)
}

/// Decodes some columns of every Parquet file below a folder and touches every value; gives the rows.
pub fn decode(folder: &Path, columns: &[&str]) -> io::Result<u64> {
    let mut rows = 0;
    let mut touched = 0_u64;
    for path in files(folder)? {
        let builder = ParquetRecordBatchReaderBuilder::try_new(std::fs::File::open(&path)?).map_err(io::Error::other)?;
        let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
        let reader = builder.with_projection(mask).with_batch_size(16 * 1024).build().map_err(io::Error::other)?;
        for batch in reader {
            let batch = batch.map_err(io::Error::other)?;
            rows += batch.num_rows() as u64;
            for column in batch.columns() {
                touched = touched.wrapping_add(touch(column));
            }
        }
    }
    // The sum is used, so that no optimiser can leave the work out.
    Ok(rows + u64::from(touched == u64::MAX))
}

/// Reads every value once.
fn touch(array: &ArrayRef) -> u64 {
    use arrow_schema::{DataType, TimeUnit};
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().iter().flatten().map(|t| t.len() as u64 + u64::from(t.as_bytes().first().copied().unwrap_or(0))).sum(),
        DataType::Float64 => array.as_primitive::<Float64Type>().iter().flatten().map(f64::to_bits).fold(0, u64::wrapping_add),
        DataType::Int64 => array.as_primitive::<Int64Type>().iter().flatten().map(i64::cast_unsigned).fold(0, u64::wrapping_add),
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            array.as_primitive::<TimestampMillisecondType>().iter().flatten().map(i64::cast_unsigned).fold(0, u64::wrapping_add)
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            array.as_primitive::<TimestampMicrosecondType>().iter().flatten().map(i64::cast_unsigned).fold(0, u64::wrapping_add)
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            array.as_primitive::<TimestampNanosecondType>().iter().flatten().map(i64::cast_unsigned).fold(0, u64::wrapping_add)
        }
        _ => array.len() as u64,
    }
}

/// Every file below a folder, sorted.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { all.push(path) }
        }
    }
    all.sort();
    Ok(all)
}
