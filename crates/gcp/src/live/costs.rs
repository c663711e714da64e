//! BigQuery: a billing export, added up where it lies. Only the sums come over, by everything that rows of an export are told apart by.
//!
//! What the columns of an export mean is said once, in `bills.rs`, for the same export as a file: the query is written from it and from the schema of the
//! table. How much is read is asked first, and bounded twice: here, and by the job itself.

mod job;
mod query;

use super::errors::first;
use super::session::{Clients, Session};
use super::settings;
use google_cloud_bigquery_v2::model::TableFieldSchema;
use google_cloud_bigquery_v2::model::get_table_request::TableMetadataView;
use job::{Asking, GIB};
use query::Query;
use std::sync::Arc;
use tagledger_collect::{AskedCosts, CollectError, CostAddress, CostRows, CostService, CostSource, CostsError, OpeningCosts, Operation, Settings};
use tagledger_model::Month;

const GET_TABLE: Operation = Operation { name: "tables.get", permission: "bigquery.tables.get", rate: None };

/// What can be asked.
pub(crate) static SERVICES: &[&CostService] = &[&BIGQUERY];

/// Of the service.
pub(crate) static BIGQUERY: CostService = CostService {
    scheme: "bigquery",
    name: "BigQuery",
    example: "bigquery://PROJECT.DATASET.TABLE for the table or view of a billing export",
    columns: query::COLUMNS,
    operations: &[GET_TABLE, job::QUERY, job::INSERT, job::GET, job::RESULTS],
    gib_setting: Some(settings::BIGQUERY_GIB),
    open,
};

/// GiB that a question may read where nobody says otherwise.
const MOST: u32 = 100;

/// Where a table is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    project: String,
    dataset: String,
    table: String,
}

impl Place {
    /// `PROJECT.DATASET.TABLE`; projects of old have dots of their own.
    fn of(text: &str) -> Option<Self> {
        let mut parts = text.rsplitn(3, '.');
        let (table, dataset, project) = (parts.next()?, parts.next()?, parts.next()?);
        let is_name = |text: &str, more: &[u8]| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || more.contains(&b));
        let is_place = settings::is_project(project) && is_name(dataset, b"-") && is_name(table, b"-");
        is_place.then(|| Self { project: project.to_owned(), dataset: dataset.to_owned(), table: table.to_owned() })
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.project, self.dataset, self.table)
    }
}

fn open(address: &CostAddress, settings: &Settings) -> Result<OpeningCosts, String> {
    let place = Place::of(&address.rest).ok_or("this names no table")?;
    let settings = settings.clone();
    Ok(Box::pin(async move {
        let session = Session::open(settings.clone()).await?;
        let call = |clients: Arc<Clients>| {
            let call = clients.tables.get_table().set_project_id(&place.project).set_dataset_id(&place.dataset).set_table_id(&place.table);
            let call = call.set_view(TableMetadataView::Basic);
            async move { call.send().await }
        };
        let table = session.ask(&GET_TABLE, call).await.map_err(|error| missing(first(error)))?;
        let payer = settings.text(settings::QUOTA_PROJECT).unwrap_or(&place.project).to_owned();
        let most = settings.count(settings::BIGQUERY_GIB).unwrap_or(MOST);
        let fields = table.schema.map(|schema| schema.fields).unwrap_or_default();
        let export: Box<dyn CostSource> = Box::new(Export { session, place, payer, location: table.location, made: table.creation_time, fields, most });
        Ok(export)
    }))
}

/// What is not there was never there, as far as an address knows.
fn missing(error: CollectError) -> CollectError {
    if let CollectError::Gone(why) = error { CollectError::Incomplete(format!("there is nothing at this address: {why}")) } else { error }
}

/// A table with credentials for it.
struct Export {
    session: Session,
    place: Place,
    /// The project in which jobs run, and that pays for them.
    payer: String,
    location: String,
    /// When the table was made.
    made: i64,
    fields: Vec<TableFieldSchema>,
    most: u32,
}

impl CostSource for Export {
    fn identity(&self) -> String {
        // A table that was made anew under the same name is another one.
        format!("{} {}", self.place, self.made)
    }

    fn ask<'a>(&'a self, months: &'a [Month], out: &'a mut CostRows) -> AskedCosts<'a> {
        Box::pin(async move {
            let query = Query::of(&format!("`{}`", self.place), &self.fields, months);
            let query = query.map_err(|what| CostsError::Address(format!("{} cannot be read: {what}", self.place)))?;
            let asking = Asking { session: &self.session, payer: &self.payer, location: &self.location, most: u64::from(self.most) * GIB };
            self.allow(asking.would_read(&query.sql).await?, out)?;
            out.holds(&query.columns);
            let mut rows = 0;
            let done = asking
                .run(&query.sql, &mut |cells| {
                    let row = query.row(cells).map_err(CollectError::Malformed)?;
                    rows += row.rows;
                    let fields: Vec<&str> = row.fields.iter().map(String::as_str).collect();
                    out.row(row.month, &fields)
                })
                .await?;
            let billed = done.billed.map_or_else(String::new, |bytes| format!(", {} billed to {}", size(bytes), self.payer));
            out.note(format!("BigQuery added up {rows} rows of {} into {}{billed}", self.place, done.rows));
            if done.is_filtered {
                out.is_part(format!("Row access policies of {} hide rows from the caller: what they cost is not in this bill", self.place));
            }
            Ok(())
        })
    }
}

impl Export {
    /// Says what will be read, and whether that is allowed.
    fn allow(&self, bytes: Option<u64>, out: &CostRows) -> Result<(), CostsError> {
        let Some(bytes) = bytes else {
            out.announce(&format!("BigQuery does not say how much of {} it would read; it is to stop before it bills {} GiB", self.place, self.most));
            return Ok(());
        };
        if bytes > u64::from(self.most) * GIB {
            return Err(CostsError::OverCap(format!(
                "this reads {} of {}, and no more than {} GiB are allowed: raise {} of gcp in tagledger.yaml, or export the months to files",
                size(bytes),
                self.place,
                self.most,
                settings::BIGQUERY_GIB
            )));
        }
        out.announce(&format!("BigQuery: {} of {} are read, billed to {}; at most {} GiB are", size(bytes), self.place, self.payer, self.most));
        Ok(())
    }
}

/// Bytes for people, rounded up.
fn size(bytes: u64) -> String {
    const MIB: u64 = 1 << 20;
    if bytes < GIB {
        return format!("{} MiB", bytes.div_ceil(MIB));
    }
    let hundredths = (u128::from(bytes) * 100).div_ceil(u128::from(GIB));
    format!("{}.{:02} GiB", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_table_and_nothing_else() {
        let of = |text| Place::of(text).map(|place| [place.project, place.dataset, place.table]);
        assert_eq!(of("finops.billing.gcp_billing_export_v1_01AA-BB"), Some(["finops", "billing", "gcp_billing_export_v1_01AA-BB"].map(str::to_owned)));
        assert_eq!(of("example.com:finops.billing.t"), Some(["example.com:finops", "billing", "t"].map(str::to_owned)));
        for text in ["", "billing.t", "finops..t", "finops.billing.", "finops.billing.t`; DROP", "finops.bill ing.t", "Finops.billing.t"] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn sizes_are_never_told_too_small() {
        assert_eq!((size(0), size(1), size(GIB), size(GIB * 3 / 2 + 1)), ("0 MiB".into(), "1 MiB".into(), "1.00 GiB".into(), "1.51 GiB".into()));
    }
}
