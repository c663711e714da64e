//! The 27 columns of a bench bill, written in batches.

use super::{ROW_GROUP, Shape, resources::Fleet, resources::scope_id, totals::MonthTotals};
use crate::{bill::Amounts, calendar::Month, kinds::Cloud, money::Units, parquet_file, random::Rng};
use arrow_array::{
    Array, ArrayRef, DictionaryArray, Float64Array, Int32Array, RecordBatch, StringArray, TimestampMillisecondArray, builder::StringBuilder, types::Int32Type,
};
use parquet::{arrow::ArrowWriter, basic::Compression, file::properties::WriterProperties, schema::types::ColumnPath};
use std::{fs::File, io, path::Path, sync::Arc};

/// Rows in memory at once.
const BATCH: usize = 24_576;

/// Columns of few different texts, each with the texts it may hold.
const WORDS: [(&str, &[&str]); 12] = [
    ("BillingAccountId", &["999999999999", "8611537", "01A2B3-C4D5E6-F7A8B9"]),
    ("BillingCurrency", &["USD"]),
    ("ChargeCategory", &["Usage", "Tax", "Credit"]),
    ("ChargeClass", &[]),
    ("ChargeDescription", &["Hours of use", "Data transfer", "Requests"]),
    ("InvoiceIssuerName", &["Amazon Web Services, Inc.", "Microsoft", "Google Cloud"]),
    ("ProviderName", &["AWS", "Microsoft", "Google Cloud"]),
    ("PublisherName", &["Amazon Web Services, Inc.", "Microsoft", "Google Cloud"]),
    ("PricingUnit", &["Hrs", "GB", "Requests"]),
    ("RegionId", &["eu-central-1", "westeurope", "europe-west3"]),
    ("ServiceCategory", &["Compute", "Other", "Other"]),
    ("ServiceName", &["Amazon Elastic Compute Cloud", "Virtual Machines", "Compute Engine"]),
];

/// Writes one month.
pub struct MonthWriter<'a> {
    month: Month,
    fleet: &'a Fleet,
    texts: &'a [Option<String>],
    out: ArrowWriter<File>,
    scopes: Vec<String>,
    batch: Batch,
}

#[derive(Default)]
struct Batch {
    costs: [Vec<f64>; 5],
    times: [Vec<i64>; 4],
    words: [Vec<Option<i32>>; 12],
    sub_account: Vec<Option<i32>>,
    resource: StringBuilder,
    name: StringBuilder,
    kind: Vec<Option<i32>>,
    tags: StringBuilder,
}

impl<'a> MonthWriter<'a> {
    /// Makes the file.
    pub fn create(path: &Path, month: Month, shape: Shape, fleet: &'a Fleet, texts: &'a [Option<String>]) -> io::Result<Self> {
        let scopes: Vec<String> = Cloud::ALL.iter().flat_map(|c| (0..20).map(|s| scope_id(*c, s))).collect();
        let schema = Batch::default().take(&scopes)?.schema();
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(parquet_file::level()))
            .set_max_row_group_row_count(usize::try_from(ROW_GROUP).ok())
            .set_dictionary_page_size_limit(16 << 20);
        if shape == Shape::Hard {
            for column in ["Tags", "ResourceId", "ResourceName"] {
                properties = properties.set_column_dictionary_enabled(ColumnPath::from(column), false);
            }
        }
        let out = parquet_file::create(path, &schema, properties)?;
        Ok(Self { month, fleet, texts, out, scopes, batch: Batch::default() })
    }

    /// Adds the row of that number and counts it.
    pub fn push(&mut self, seed: u64, row: u64, totals: &mut MonthTotals) -> io::Result<()> {
        let mut rng = Rng::of(seed, 60, row);
        let resource = rng.below(self.fleet.len());
        let named = !rng.chance(104);
        let machine = self.fleet.machine(resource);
        let (money, doubles) = amounts(&mut rng);
        let b = &mut self.batch;
        for (column, value) in b.costs.iter_mut().zip(doubles) {
            column.push(value);
        }
        let hour = self.month.start() + 3600 * i64::try_from(rng.below(28 * 24)).unwrap_or(0);
        for (column, seconds) in b.times.iter_mut().zip([self.month.start(), self.month.end(), hour, hour + 3600]) {
            column.push(seconds * 1000);
        }
        let cloud = machine.cloud as i32;
        let category = if named { 0 } else { [0, 0, 1, 2][rng.index(4)] };
        let description = i32::try_from(rng.below(3)).unwrap_or(0);
        let words = [cloud, 0, category, -1, description, cloud, cloud, cloud, description, cloud, i32::from(!named), cloud];
        for (column, word) in b.words.iter_mut().zip(words) {
            column.push((word >= 0).then_some(word));
        }
        b.sub_account.push(i32::try_from(machine.scope).ok().map(|s| cloud * 20 + s));
        b.kind.push(named.then_some(cloud));
        b.resource.append_option(named.then_some(&machine.id));
        b.name.append_option((named && resource.is_multiple_of(4)).then_some(&machine.name));
        b.tags.append_option(self.texts.get(usize::try_from(resource).unwrap_or(0)).and_then(Option::as_ref).filter(|_| named));
        let known = machine.profile.as_ref().filter(|_| named);
        totals.add(
            money,
            known.filter(|p| p.environment_billed || machine.listed).map(|p| p.environment),
            known.filter(|p| p.application_billed || machine.listed).map(|p| p.application),
        );
        if self.batch.kind.len() == BATCH { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        let batch = self.batch.take(&self.scopes)?;
        Ok(self.out.write(&batch)?)
    }

    /// Writes what is left.
    pub fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        self.out.close()?;
        Ok(())
    }
}

/// Costs with eight decimals, as exact units and as the doubles that stand for them; below 4,096 a double tells 10^-12 apart. The fifth is a quantity.
fn amounts(rng: &mut Rng) -> (Amounts, [f64; 5]) {
    let list = rng.below(30_000_000_000) + 1;
    let contracted = list * 9 / 10;
    let effective = if rng.chance(250) { contracted * 6 / 10 } else { contracted };
    let billed = if effective == contracted { effective } else { 0 };
    let exact = |hundred_millionths: u64| Units::from(hundred_millionths) * 10_000;
    let double = |hundred_millionths: u64| hundred_millionths as f64 / 100_000_000.0;
    let money = Amounts { billed: exact(billed), effective: exact(effective), list: exact(list), contracted: exact(contracted) };
    (money, [double(billed), double(effective), double(list), double(contracted), rng.below(3_600) as f64 / 60.0])
}

fn words(keys: Vec<Option<i32>>, values: Vec<String>) -> io::Result<ArrayRef> {
    let values: ArrayRef = Arc::new(StringArray::from(values));
    let array = DictionaryArray::<Int32Type>::try_new(Int32Array::from(keys), values).map_err(io::Error::other)?;
    Ok(Arc::new(array))
}

impl Batch {
    fn take(&mut self, scopes: &[String]) -> io::Result<RecordBatch> {
        let mut full = std::mem::take(self);
        let mut columns: Vec<(&str, ArrayRef, bool)> = Vec::with_capacity(27);
        for (name, values) in ["BilledCost", "EffectiveCost", "ListCost", "ContractedCost", "ConsumedQuantity"].into_iter().zip(full.costs) {
            columns.push((name, Arc::new(Float64Array::from(values)), false));
        }
        for (name, values) in ["BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd"].into_iter().zip(full.times) {
            columns.push((name, Arc::new(TimestampMillisecondArray::from(values).with_timezone("UTC")), false));
        }
        for ((name, texts), keys) in WORDS.into_iter().zip(full.words) {
            columns.push((name, words(keys, texts.iter().map(|t| (*t).to_owned()).collect())?, true));
        }
        columns.push(("SubAccountId", words(full.sub_account.clone(), scopes.to_vec())?, true));
        columns.push(("SubAccountName", words(full.sub_account, (0..scopes.len()).map(|s| format!("bench-scope-{s:02}")).collect())?, true));
        let kinds = ["Instance", "microsoft.compute/virtualmachines", "Instance"];
        columns.push(("ResourceType", words(full.kind, kinds.map(str::to_owned).to_vec())?, true));
        let texts: [(&str, StringArray); 3] = [("ResourceId", full.resource.finish()), ("ResourceName", full.name.finish()), ("Tags", full.tags.finish())];
        for (name, array) in texts {
            columns.push((name, Arc::new(array) as ArrayRef, true));
        }
        debug_assert!(columns.iter().all(|c| c.1.len() == columns[0].1.len()), "columns of one length");
        RecordBatch::try_from_iter_with_nullable(columns).map_err(io::Error::other)
    }
}
