//! The same bill in the clouds' own forms: the Cost and Usage Report of AWS, actual and amortised exports of Azure, and the billing export of Google Cloud as
//! records, which any engine turns into the Parquet that BigQuery writes.
//!
//! Each amount is split the way its cloud splits it, so that what comes of reading it is the FOCUS amount again:
//!
//! * AWS: usage that a savings plan covers is priced as if it were not, and a negation takes that away again; the fee says how much of the plan was used.
//! * Azure: the amortised export has no purchases and spreads them, the actual one has them and nothing on what they cover.
//! * Google: the cost is before credits, of which a row has several. There is no amortised cost, so that the net is EffectiveCost here.

use super::{Row, try_rows};
use crate::{calendar, estate::Estate, kinds::Cloud, money, output::Output};
use csv::Writer;
use serde_json::{Map, Value, json};
use std::{
    collections::BTreeSet,
    io::{self, Write},
    path::Path,
};

/// Writes `aws.csv`, `azure-actual.csv`, `azure-amortized.csv` and `gcp.ndjson` into the folder, all months in each.
pub fn write(estate: &Estate, folder: &Path) -> io::Result<()> {
    aws(estate, &folder.join("aws.csv"))?;
    azure(estate, &folder.join("azure-actual.csv"), false)?;
    azure(estate, &folder.join("azure-amortized.csv"), true)?;
    gcp(estate, &folder.join("gcp.ndjson"))
}

/// Hands over every row of a cloud, month by month.
fn each(estate: &Estate, cloud: Cloud, write: &mut dyn FnMut(&Row<'_>) -> io::Result<()>) -> io::Result<()> {
    (0..estate.spec().bill_months).try_for_each(|position| try_rows(estate, cloud, position, write))
}

fn tags(row: &Row<'_>) -> Map<String, Value> {
    row.tags.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

fn close(out: Writer<Output>) -> io::Result<()> {
    out.into_inner().map_err(|e| io::Error::other(e.to_string()))?.finish()
}

const AWS: [&str; 17] = [
    "identity/LineItemId",
    "bill/PayerAccountId",
    "bill/BillingPeriodStartDate",
    "lineItem/UsageAccountId",
    "lineItem/LineItemType",
    "lineItem/UsageStartDate",
    "lineItem/ProductCode",
    "lineItem/ResourceId",
    "lineItem/CurrencyCode",
    "lineItem/UnblendedCost",
    "product/ProductName",
    "pricing/publicOnDemandCost",
    "pricing/unit",
    "reservation/EffectiveCost",
    "savingsPlan/TotalCommitmentToDate",
    "savingsPlan/UsedCommitment",
    "savingsPlan/SavingsPlanEffectiveCost",
];

fn aws(estate: &Estate, path: &Path) -> io::Result<()> {
    let mut keys = BTreeSet::new();
    each(estate, Cloud::Aws, &mut |row| {
        keys.extend(tags(row).keys().cloned());
        Ok(())
    })?;
    let mut out = Writer::from_writer(Output::create(path)?);
    out.write_record(AWS.iter().map(|name| (*name).to_owned()).chain(keys.iter().map(|key| format!("resourceTags/user:{key}"))))?;
    each(estate, Cloud::Aws, &mut |row| {
        let amounts = row.amounts;
        let (kind, unblended, plan) = match (row.commitment, row.category) {
            (Some((_, "Used")), _) => ("SavingsPlanCoveredUsage", amounts.contracted, [None, None, Some(amounts.effective)]),
            (Some(_), _) => ("SavingsPlanRecurringFee", amounts.billed, [Some(amounts.billed + amounts.effective), Some(amounts.billed), None]),
            (None, "Tax") => ("Tax", amounts.billed, [None; 3]),
            (None, "Credit") => ("Credit", amounts.billed, [None; 3]),
            (None, _) => ("Usage", amounts.billed, [None; 3]),
        };
        let said = tags(row);
        let mut line = |kind: &str, unblended: money::Units, plan: [Option<money::Units>; 3]| {
            let scope = row.scope.map_or("999999999999", |s| estate.scopes()[s].id.as_str());
            let start = |seconds| format!("{}.000Z", calendar::rfc3339(seconds).trim_end_matches('Z'));
            let text = |units: Option<money::Units>| units.map(money::text).unwrap_or_default();
            let fields = [
                String::new(),
                "999999999999".to_owned(),
                start(row.month.start()),
                scope.to_owned(),
                kind.to_owned(),
                start(row.charge.0),
                row.service.0.replace(' ', ""),
                row.resource_id.clone().unwrap_or_default(),
                "USD".to_owned(),
                money::text(unblended),
                row.service.0.to_owned(),
                if kind == "SavingsPlanNegation" { String::new() } else { money::text(amounts.list) },
                "Hrs".to_owned(),
                String::new(),
                text(plan[0]),
                text(plan[1]),
                text(plan[2]),
            ];
            // A tag without a value is an empty cell, like one that is not there.
            let cell = |key: &String| said.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            out.write_record(fields.into_iter().chain(keys.iter().map(cell))).map_err(io::Error::from)
        };
        line(kind, unblended, plan)?;
        if kind == "SavingsPlanCoveredUsage" {
            line("SavingsPlanNegation", amounts.billed - unblended, [None; 3])?;
        }
        Ok(())
    })?;
    close(out)
}

const AZURE: [&str; 13] = [
    "BillingAccountId",
    "BillingPeriodStartDate",
    "SubscriptionId",
    "Date",
    "MeterCategory",
    "CostInBillingCurrency",
    "BillingCurrencyCode",
    "ResourceId",
    "Tags",
    "UnitOfMeasure",
    "ChargeType",
    "PricingModel",
    "ReservationName",
];

fn azure(estate: &Estate, path: &Path, amortized: bool) -> io::Result<()> {
    let mut file = Output::create(path)?;
    file.write_all("\u{feff}".as_bytes())?;
    let mut out = Writer::from_writer(file);
    out.write_record(AZURE)?;
    let date = |seconds: i64| {
        let day = calendar::date(seconds);
        format!("{}/{}/{}", &day[5..7], &day[8..10], &day[..4])
    };
    each(estate, Cloud::Azure, &mut |row| {
        let kind = match (row.commitment, row.category) {
            (Some((_, "Unused")), _) => "UnusedSavingsPlan",
            (Some(_), "Purchase") => "Purchase",
            (None, "Adjustment") => "RoundingAdjustment",
            _ => "Usage",
        };
        // Each export leaves out what the other is for.
        if if amortized { kind == "Purchase" } else { kind == "UnusedSavingsPlan" } {
            return Ok(());
        }
        let braces = row.tags.clone().unwrap_or_default();
        out.write_record([
            "8611537".to_owned(),
            date(row.month.start()),
            row.scope.map_or_else(String::new, |s| estate.scopes()[s].id.clone()),
            date(row.charge.0),
            row.service.0.to_owned(),
            money::text(if amortized { row.amounts.effective } else { row.amounts.billed }),
            "EUR".to_owned(),
            row.resource_id.clone().unwrap_or_default(),
            braces.trim_start_matches('{').trim_end_matches('}').to_owned(),
            "1 Hour".to_owned(),
            kind.to_owned(),
            if row.commitment.is_some() { "SavingsPlan" } else { "OnDemand" }.to_owned(),
            String::new(),
        ])?;
        Ok(())
    })?;
    close(out)
}

fn gcp(estate: &Estate, path: &Path) -> io::Result<()> {
    let mut out = Output::create(path)?;
    each(estate, Cloud::Gcp, &mut |row| {
        let project = row.scope.map(|s| &estate.scopes()[s]);
        let credit = row.amounts.effective - row.amounts.contracted;
        let credits: Vec<Value> =
            [credit / 3, credit - credit / 3].iter().filter(|c| **c != 0).map(|c| json!({"name": "credit", "amount": money::text(*c)})).collect();
        let labels: Vec<Value> = tags(row).into_iter().map(|(key, value)| json!({"key": key, "value": value})).collect();
        let record = json!({
            "billing_account_id": "01AAAA-BBBBBB-CCCCCC",
            "invoice": {"month": row.month.to_string().replace('-', "")},
            "cost_type": if row.category == "Tax" { "tax" } else { "regular" },
            "service": {"description": row.service.0},
            "usage_start_time": calendar::blank(row.charge.0),
            "project": {
                "id": project.map(|p| p.id.clone()),
                "number": project.map(|p| p.number.to_string()),
                // What the project is labelled with, and what it lies in, is none of the row's own.
                "labels": [{"key": "environment", "value": "the-project"}],
                "ancestors": [{"resource_name": "folders/100", "display_name": "the-folder"}],
            },
            "labels": labels,
            "system_labels": [{"key": "compute.googleapis.com/cores", "value": "2"}],
            "tags": [{"key": "environment", "value": "the-tag", "inherited": true, "namespace": "123456789012"}],
            "cost": money::text(row.amounts.contracted),
            "cost_at_list": money::text(row.amounts.list),
            "currency": "USD",
            "usage": {"unit": "seconds"},
            "credits": credits,
            "resource": {"name": row.resource_name, "global_name": row.resource_id},
        });
        writeln!(out, "{record}")
    })?;
    out.finish()
}
