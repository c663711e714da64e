//! Bills: FOCUS and the clouds' own forms, as CSV, gzipped and as Parquet.

use crate::{door, found, world};
use std::path::Path;
use std::sync::Arc;
use tagledger_cost::{Aggregate, Bill, Billing, Clouds, CostError, Cube, Dimensions, Measure};
use tagledger_engine::CloudFacts;
use tagledger_fuzz::{Said, Target};
use tagledger_taxonomy::{Dictionary, Taxonomy};

const WORDS: &[&str] = &[
    "BilledCost",
    "EffectiveCost",
    "ListCost",
    "ContractedCost",
    "BillingCurrency",
    "BillingPeriodStart",
    "ChargePeriodStart",
    "ProviderName",
    "SubAccountId",
    "ServiceName",
    "ResourceId",
    "Tags",
    "x_Tags",
    "ChargeCategory",
    "ChargeClass",
    "Correction",
    "Usage",
    "Tax",
    "InvoiceId",
    "EUR",
    "USD",
    "\"\"",
    "{\"\"a\"\":\"\"b\"\"}",
    "{\"a\": null}",
    "[{\"key\":\"a\",\"value\":\"b\"}]",
    "1.5E-7",
    "-0.000000000001",
    "1,5",
    "$3",
    "2026-10-01T00:00:00Z",
    "2026-10",
    "10/01/2026",
    "20261001",
    "PAR1",
    "lineItem/UnblendedCost",
    "resourceTags/user:a",
    "MeterCategory",
    "date",
    "costInBillingCurrency",
];

/// The form in which Amazon's older reports come, and Microsoft's own.
const NATIVE: &[&str] = &[
    "identity/LineItemId,bill/BillingPeriodStartDate,bill/PayerAccountId,lineItem/UsageAccountId,lineItem/LineItemType,lineItem/UsageStartDate,lineItem/ProductCode,lineItem/CurrencyCode,lineItem/UnblendedCost,lineItem/ResourceId,resourceTags/user:Environment\nx,2026-10-01T00:00:00Z,1,2,Usage,2026-10-01T00:00:00Z,AmazonEC2,USD,1.25,i-1,production\n",
    "BillingPeriodStartDate,Date,SubscriptionId,MeterCategory,BillingCurrencyCode,CostInBillingCurrency,ResourceId,ChargeType,PricingModel,Tags\n10/01/2026,10/02/2026,s,Storage,EUR,2.5,/subscriptions/s/x,Usage,OnDemand,\"\"\"a\"\": \"\"b\"\"\"\n",
];

pub static CSV: Target = Target {
    name: "bill",
    samples: || {
        let estate = world::sample("examples/estate/bill/azure/20261001-20261031/part_0_0001.csv");
        let lines: Vec<u8> = estate.split_inclusive(|byte| *byte == b'\n').take(12).flatten().copied().collect();
        let texts = [tagledger_tests::BILL].into_iter().chain(NATIVE.iter().copied());
        let packed = world::sample("examples/estate/bill/azure/20260901-20260930/part_0_0001.csv.gz");
        texts.map(|text| text.as_bytes().to_vec()).chain([lines, packed]).collect()
    },
    words: WORDS,
    is_packed: true,
    law: |input| read("bill.csv", input),
    door: |folder, input| cost(folder, "bill.csv", input),
};

pub static PARQUET: Target = Target {
    name: "parquet",
    samples: || {
        vec![
            world::sample("examples/estate/bill/gcp/BILLING_PERIOD=2026-10/focus-000000000000.parquet"),
            world::sample("examples/estate/bill/gcp/BILLING_PERIOD=2026-08/focus-000000000000.parquet"),
        ]
    },
    words: WORDS,
    is_packed: false,
    law: |input| read("bill.parquet", input),
    door: |folder, input| cost(folder, "bill.parquet", input),
};

fn cost(folder: &Path, name: &str, input: &[u8]) -> Result<(), String> {
    door::put(folder, "taxonomy.yaml", tagledger_tests::TAXONOMY);
    door::put(folder, name, input);
    let format = door::one_of(input, &["terminal", "csv", "json"]);
    let done = door::ends(folder, &format!("cost --bill {name} --format {format}"), &[0])?;
    if done.code == 2 || format != "json" {
        return Ok(());
    }
    let costs: serde_json::Value = serde_json::from_str(&done.out).map_err(|error| error.to_string())?;
    let is_equal = costs["totals"].as_array().is_some_and(|totals| totals.iter().all(|total| total["equal"] == true));
    if is_equal { Ok(()) } else { Err(format!("the report is not the bill: {}", costs["totals"])) }
}

fn billing(taxonomy: &Arc<Taxonomy>) -> Billing<'static> {
    let facts = |c: &'static dyn tagledger_collect::Cloud| CloudFacts { id: c.id(), grammar: c.grammar(), kinds: c.kinds(), containers: c.containers() };
    let names: [&'static [&'static str]; 3] = [&["AWS"], &["Microsoft"], &["Google Cloud"]];
    let known = world::clouds().into_iter().map(facts).zip(names).collect();
    Billing {
        dictionary: Dictionary::new(taxonomy),
        taxonomy: Arc::clone(taxonomy),
        clouds: Clouds { known, mappings: world::clouds().iter().flat_map(|c| c.bills()).collect() },
        owners: None,
        measure: Measure::Effective,
        all_measures: true,
        keys: taxonomy.ids().map(|(id, _)| id).collect(),
        dimensions: Dimensions::default(),
        price_resources: false,
        price_before: None,
        days_from: None,
        rates: None,
        prefixes: &["user:"],
    }
}

/// The sums of a bill by month and currency.
fn sums(path: &Path) -> Result<(u64, Vec<String>), CostError> {
    let taxonomy = world::file("taxonomy.yaml", tagledger_tests::TAXONOMY.as_bytes());
    let taxonomy = Arc::new(world::taxonomy(&taxonomy).unwrap().taxonomy);
    let billing = billing(&taxonomy);
    let aggregate: Aggregate = tagledger_cost::read(&Bill::find(&[path.to_owned()])?, &billing, &|_, _| {})?;
    // The ladder holds the sum after every rung, and says so when it does not.
    Cube::new(&aggregate, &billing)?;
    let sum = |month, currency| format!("{month} {} {}", aggregate.word(currency), aggregate.total(Measure::Effective, month, currency));
    Ok((
        aggregate.rows(),
        aggregate.months().into_iter().flat_map(|month| aggregate.currencies().into_iter().map(move |c| (month, c))).map(|(m, c)| sum(m, c)).collect(),
    ))
}

fn read(name: &str, input: &[u8]) -> Result<Said, String> {
    let path = world::file(name, input);
    let judged = || {
        sums(&path).map_err(|error| match error {
            CostError::At { line, what, column, .. } if line > 0 && !what.is_empty() && !column.is_empty() => format!("at: {what}"),
            CostError::File { what, .. } if !what.is_empty() => format!("file: {what}"),
            other => format!("broken: {other}"),
        })
    };
    let mut said = found::repeated(input, |(rows, sums)| (usize::try_from(*rows).unwrap_or(usize::MAX), "s".repeat(sums.len().min(5))), judged)?;
    if input.starts_with(&[0x1f, 0x8b]) || input.starts_with(b"PAR1") {
        // A packed row takes less than a bit.
        said.most = input.len() * 2000;
    } else if said.answer.starts_with("read") {
        let packed = world::file("packed.csv.gz", &tagledger_fuzz::packed(input));
        let (plain, other) = (judged(), sums(&packed).map_err(|error| error.to_string()));
        if plain != other {
            return Err(format!("packed, it is another bill: {plain:?}\n{other:?}"));
        }
    }
    said.answer.strip_prefix("broken: ").map_or(Ok(said.clone()), |law| Err(law.to_owned()))
}
