//! FOCUS as Parquet, the way Google's table arrives when it is exported: decimals of nine digits, times in microseconds, and without the columns
//! that Google leaves out (ServiceCategory, ResourceType, InvoiceId, InvoiceIssuerName).

use super::{CHUNK, Row, try_rows};
use crate::{estate::Estate, kinds::Cloud, parquet_file};
use arrow_array::{ArrayRef, Decimal128Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use parquet::{arrow::ArrowWriter, basic::Compression, file::properties::WriterProperties};
use std::{fs::File, io, path::PathBuf, sync::Arc};

/// Rows in memory at most.
const BATCH: usize = 20_000;

/// Units of 10^-12 in one of Google's NUMERIC.
const STEP: i128 = 1000;

/// Columns under way.
#[derive(Default)]
struct Columns {
    costs: [Vec<i128>; 4],
    times: [Vec<i64>; 4],
    texts: [Vec<Option<String>>; 14],
}

const COSTS: [&str; 4] = ["BilledCost", "EffectiveCost", "ListCost", "ContractedCost"];
const TIMES: [&str; 4] = ["BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd"];
const TEXTS: [&str; 14] = [
    "BillingAccountId",
    "BillingCurrency",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ProviderName",
    "PublisherName",
    "SubAccountId",
    "SubAccountName",
    "RegionId",
    "ServiceName",
    "ResourceId",
    "ResourceName",
    "Tags",
];

impl Columns {
    fn push(&mut self, estate: &Estate, row: &Row<'_>) {
        let a = row.amounts;
        for (column, units) in self.costs.iter_mut().zip([a.billed, a.effective, a.list, a.contracted]) {
            column.push(units / STEP);
        }
        let times = [row.month.start(), row.month.end(), row.charge.0, row.charge.1];
        for (column, seconds) in self.times.iter_mut().zip(times) {
            column.push(seconds * 1_000_000);
        }
        let scope = row.scope.map(|s| &estate.scopes()[s]);
        let cloud = Cloud::Gcp;
        let texts = [
            Some("01A2B3-C4D5E6-F7A8B9".to_owned()),
            Some(cloud.currency().to_owned()),
            Some(row.category.to_owned()),
            row.class.map(str::to_owned),
            Some(row.description.to_owned()),
            Some(cloud.provider().to_owned()),
            Some(cloud.issuer().to_owned()),
            scope.map(|s| s.id.clone()),
            scope.map(|s| s.name.clone()),
            row.region.map(str::to_owned),
            Some(row.service.0.to_owned()),
            row.resource_id.clone(),
            row.resource_name.clone(),
            row.tags.clone(),
        ];
        for (column, text) in self.texts.iter_mut().zip(texts) {
            column.push(text);
        }
    }

    fn len(&self) -> usize {
        self.costs[0].len()
    }

    fn take(&mut self) -> io::Result<RecordBatch> {
        let full = std::mem::take(self);
        let mut columns: Vec<(&str, ArrayRef, bool)> = Vec::new();
        for (name, values) in COSTS.into_iter().zip(full.costs) {
            let array = Decimal128Array::from(values).with_precision_and_scale(38, 9).map_err(io::Error::other)?;
            columns.push((name, Arc::new(array), false));
        }
        for (name, values) in TIMES.into_iter().zip(full.times) {
            columns.push((name, Arc::new(TimestampMicrosecondArray::from(values).with_timezone("UTC")), false));
        }
        for (name, values) in TEXTS.into_iter().zip(full.texts) {
            columns.push((name, Arc::new(StringArray::from(values)), true));
        }
        RecordBatch::try_from_iter_with_nullable(columns).map_err(io::Error::other)
    }
}

/// Writes a month of Google's bill in files of at most `CHUNK` rows; `path` names a file, counted from 0.
pub fn write(estate: &Estate, position: u32, path: &dyn Fn(u64) -> PathBuf) -> io::Result<()> {
    let mut columns = Columns::default();
    let mut writer: Option<ArrowWriter<File>> = None;
    let (mut part, mut count) = (0, 0);
    let mut flush = |columns: &mut Columns, last: bool| -> io::Result<()> {
        let batch = columns.take()?;
        let properties = WriterProperties::builder().set_compression(Compression::ZSTD(parquet_file::level()));
        let mut out = match writer.take() {
            Some(out) => out,
            None => parquet_file::create(&path(part), &batch.schema(), properties)?,
        };
        out.write(&batch)?;
        count += batch.num_rows() as u64;
        if last || count >= CHUNK {
            out.close()?;
            part += 1;
            count = 0;
        } else {
            writer = Some(out);
        }
        Ok(())
    };
    try_rows(estate, Cloud::Gcp, position, &mut |row| {
        columns.push(estate, row);
        if columns.len() == BATCH { flush(&mut columns, false) } else { Ok(()) }
    })?;
    flush(&mut columns, true)
}
