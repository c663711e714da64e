//! FOCUS as CSV, the way AWS and Microsoft deliver it.
//!
//! AWS: gzip, the word NULL, times with a blank; the oldest month is FOCUS 1.0, without InvoiceId. Microsoft: byte-order mark, empty fields, times with T and Z,
//! ids in lower case, and tiny amounts with an exponent.

use super::{CHUNK, Row, try_rows};
use crate::{calendar, estate::Estate, kinds::Cloud, money, output::Output};
use csv::Writer;
use std::{
    io::{self, Write},
    path::PathBuf,
};

/// Columns of both; the last four are FOCUS 1.2.
const COLUMNS: [&str; 32] = [
    "BilledCost",
    "BillingAccountId",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "CommitmentDiscountId",
    "CommitmentDiscountStatus",
    "ContractedCost",
    "EffectiveCost",
    "InvoiceIssuerName",
    "ListCost",
    "ProviderName",
    "PublisherName",
    "RegionId",
    "ResourceId",
    "ResourceName",
    "ResourceType",
    "ServiceCategory",
    "ServiceName",
    "SubAccountId",
    "SubAccountName",
    "Tags",
    "x_Operation",
    "InvoiceId",
    "BillingAccountType",
    "SubAccountType",
    "PricingCurrency",
];

/// How many of them FOCUS 1.0 has.
const COLUMNS_1_0: usize = 28;

/// Writes a month, in parts of at most `CHUNK` rows; `path` names a part, counted from 1.
pub fn write(estate: &Estate, cloud: Cloud, position: u32, path: &dyn Fn(u64) -> PathBuf) -> io::Result<()> {
    let columns = if cloud == Cloud::Aws && position == 0 && estate.spec().bill_months > 1 { COLUMNS_1_0 } else { COLUMNS.len() };
    let mut part = 1;
    let mut out = open(cloud, &path(part), columns)?;
    let mut count = 0;
    try_rows(estate, cloud, position, &mut |row| {
        if count == CHUNK {
            part += 1;
            count = 0;
            let full = std::mem::replace(&mut out, open(cloud, &path(part), columns)?);
            close(full)?;
        }
        count += 1;
        out.write_record(&fields(estate, cloud, row)[..columns])?;
        Ok(())
    })?;
    close(out)
}

fn open(cloud: Cloud, path: &std::path::Path, columns: usize) -> io::Result<Writer<Output>> {
    let mut file = Output::create(path)?;
    if cloud == Cloud::Azure {
        file.write_all("\u{feff}".as_bytes())?;
    }
    let mut out = csv::WriterBuilder::new().from_writer(file);
    out.write_record(&COLUMNS[..columns])?;
    Ok(out)
}

fn close(out: Writer<Output>) -> io::Result<()> {
    out.into_inner().map_err(|e| io::Error::other(e.to_string()))?.finish()
}

fn fields(estate: &Estate, cloud: Cloud, row: &Row<'_>) -> [String; COLUMNS.len()] {
    let null = if cloud == Cloud::Aws { "NULL" } else { "" };
    let or_null = |text: Option<&str>| text.filter(|t| !t.is_empty()).unwrap_or(null).to_owned();
    let time = |seconds| if cloud == Cloud::Aws { calendar::blank(seconds) } else { calendar::rfc3339(seconds) };
    let cost = |units: money::Units| if cloud == Cloud::Azure && (1..10).contains(&units) { format!("{units}E-12") } else { money::text(units) };
    let scope = row.scope.map(|s| &estate.scopes()[s]);
    let (account, account_type, scope_type) = match cloud {
        Cloud::Aws => ("999999999999", "Payer", "Account"),
        _ => ("/providers/Microsoft.Billing/billingAccounts/8611537", "Billing Account", "Subscription"),
    };
    let sub_account = scope.map(|s| if cloud == Cloud::Azure { format!("/subscriptions/{}", s.id) } else { s.id.clone() });
    [
        cost(row.amounts.billed),
        account.to_owned(),
        cloud.currency().to_owned(),
        time(row.month.end()),
        time(row.month.start()),
        row.category.to_owned(),
        or_null(row.class),
        row.description.to_owned(),
        time(row.charge.1),
        time(row.charge.0),
        or_null(row.commitment.map(|c| c.0)),
        or_null(row.commitment.map(|c| c.1)),
        cost(row.amounts.contracted),
        cost(row.amounts.effective),
        cloud.issuer().to_owned(),
        cost(row.amounts.list),
        cloud.provider().to_owned(),
        cloud.issuer().to_owned(),
        or_null(row.region),
        or_null(row.resource_id.as_deref()),
        or_null(row.resource_name.as_deref()),
        or_null(row.resource_type),
        row.service.1.to_owned(),
        row.service.0.to_owned(),
        or_null(sub_account.as_deref()),
        or_null(scope.map(|s| s.name.as_str())),
        or_null(row.tags.as_deref()),
        or_null(None),
        format!("{}-{}", if cloud == Cloud::Aws { "EUINDE26" } else { "E0800X" }, row.month),
        account_type.to_owned(),
        or_null(scope.map(|_| scope_type)),
        cloud.currency().to_owned(),
    ]
}
