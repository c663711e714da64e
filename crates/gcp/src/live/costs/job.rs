//! A query as a job of BigQuery: asked what it would read, run once, waited for, and read to its last row.
//!
//! Sources: <https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs>, <https://cloud.google.com/bigquery/docs/error-messages>.

use crate::live::errors::first;
use crate::live::session::{Clients, Session};
use google_cloud_bigquery_v2::model::{GetQueryResultsResponse, Job, JobConfiguration, JobConfigurationQuery, JobReference, QueryRequest};
use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tagledger_collect::{CollectError, CostsError, Operation, pause};

pub(super) const GIB: u64 = 1 << 30;

/// Without running it; what it would read has to be allowed already.
pub(super) const QUERY: Operation = Operation { name: "jobs.query", permission: "bigquery.jobs.create", rate: None };
pub(super) const INSERT: Operation = Operation { name: "jobs.insert", permission: "bigquery.jobs.create", rate: None };
/// Whoever has made a job may look at it.
pub(super) const GET: Operation = Operation { name: "jobs.get", permission: "bigquery.jobs.create", rate: None };
pub(super) const RESULTS: Operation = Operation { name: "jobs.getQueryResults", permission: "bigquery.tables.getData", rate: None };

/// How long a job is waited for; it ends itself then.
const PATIENCE: Duration = Duration::from_mins(30);

/// The longest pause between two looks at a job.
const PAUSE: Duration = Duration::from_secs(5);

/// What a query is asked by.
pub(super) struct Asking<'a> {
    pub session: &'a Session,
    /// The project in which jobs run.
    pub payer: &'a str,
    pub location: &'a str,
    /// Bytes that may be billed.
    pub most: u64,
}

/// What a job did.
pub(super) struct Done {
    /// Rows of the answer.
    pub rows: u64,
    /// Bytes that were billed.
    pub billed: Option<u64>,
    /// The caller may not see all rows.
    pub is_filtered: bool,
}

/// What is done with each row.
pub(super) type Each<'e> = &'e mut (dyn FnMut(&[Option<&str>]) -> Result<(), CostsError> + Send);

fn bytes(count: impl Into<i64>) -> Option<u64> {
    u64::try_from(count.into()).ok()
}

impl Asking<'_> {
    /// How many bytes a query would read, as far as the service says.
    pub async fn would_read(&self, sql: &str) -> Result<Option<u64>, CostsError> {
        let request = QueryRequest::new().set_query(sql).set_use_legacy_sql(false).set_dry_run(true).set_location(self.location);
        let call = |clients: Arc<Clients>| {
            let call = clients.jobs.query().set_project_id(self.payer).set_query_request(request.clone());
            async move { call.send().await }
        };
        let answer = self.session.ask(&QUERY, call).await.map_err(first)?;
        Ok(answer.total_bytes_processed.and_then(bytes))
    }

    /// Runs a query and hands over every row. None counts unless this ends well: the job may fail after it has begun, and its answer break off.
    pub async fn run(&self, sql: &str, each: Each<'_>) -> Result<Done, CostsError> {
        let id = new_id();
        let job = Box::pin(self.begun(&id, sql)).await?;
        let job = self.ended(&id, job).await?;
        if let Some(error) = job.status.as_ref().and_then(|status| status.error_result.as_ref()) {
            let what = format!("the job {id} failed ({}): {}", error.reason, error.message);
            let is_capped = error.reason == "bytesBilledLimitExceeded";
            return Err(if is_capped { CostsError::OverCap(what) } else { CollectError::Incomplete(what).into() });
        }
        let statistics = job.statistics.unwrap_or_default();
        if statistics.data_masking_statistics.is_some_and(|masking| masking.data_masking_applied) {
            let what = "columns of the table are masked for the caller, so that sums of them would be wrong: allow it to read them unmasked";
            return Err(CollectError::Incomplete(what.to_owned()).into());
        }
        let rows = self.read(&id, each).await?;
        let is_filtered = statistics.row_level_security_statistics.is_some_and(|filter| filter.row_level_security_applied);
        Ok(Done { rows, billed: statistics.query.and_then(|query| query.total_bytes_billed).and_then(bytes), is_filtered })
    }

    /// Begins a job; none where it had begun, and that answer was lost. The name is ours, so that to ask again does not run it again.
    async fn begun(&self, id: &str, sql: &str) -> Result<Option<Box<Job>>, CostsError> {
        let most = i64::try_from(self.most).unwrap_or(i64::MAX);
        let query = JobConfigurationQuery::new().set_query(sql).set_use_legacy_sql(false).set_maximum_bytes_billed(most);
        let patience = i64::try_from(PATIENCE.as_millis()).unwrap_or(i64::MAX);
        let configuration = JobConfiguration::new().set_query(query).set_job_timeout_ms(patience).set_labels([("made_by", "tagledger")]);
        let reference = JobReference::new().set_project_id(self.payer).set_job_id(id);
        let reference = if self.location.is_empty() { reference } else { reference.set_location(self.location) };
        let job = Job::new().set_configuration(configuration).set_job_reference(reference);
        let call = |clients: Arc<Clients>| {
            let call = clients.jobs.insert_job().set_project_id(self.payer).set_job(job.clone());
            Box::pin(async move {
                match call.send().await {
                    Err(error) if error.http_status_code() == Some(409) => Ok(None),
                    answer => answer.map(|job| Some(Box::new(job))),
                }
            })
        };
        Ok(self.session.ask(&INSERT, call).await.map_err(first)?)
    }

    /// Waits until a job has ended, well or not.
    async fn ended(&self, id: &str, mut job: Option<Box<Job>>) -> Result<Box<Job>, CostsError> {
        let (began, mut wait) = (Instant::now(), Duration::from_millis(100));
        loop {
            match job.take() {
                Some(job) if job.status.as_ref().is_some_and(|status| status.state == "DONE") => return Ok(job),
                Some(_) if began.elapsed() > PATIENCE => {
                    return Err(CollectError::Unreachable(format!("the job {id} has not ended after {} minutes", PATIENCE.as_secs() / 60)).into());
                }
                Some(_) => {
                    pause(wait).await;
                    wait = (wait * 2).min(PAUSE);
                }
                None => {}
            }
            let call = |clients: Arc<Clients>| {
                let call = clients.jobs.get_job().set_project_id(self.payer).set_job_id(id).set_location(self.location);
                Box::pin(async move { call.send().await.map(Box::new) })
            };
            job = Some(self.session.ask(&GET, call).await.map_err(first)?);
        }
    }

    /// Reads an answer page by page; how many rows it had.
    async fn read(&self, id: &str, each: Each<'_>) -> Result<u64, CostsError> {
        let (mut token, mut tokens, mut rows, mut total) = (String::new(), HashSet::new(), 0_u64, None);
        loop {
            let call = |clients: Arc<Clients>| {
                let call = clients.jobs.get_query_results().set_project_id(self.payer).set_job_id(id).set_location(self.location);
                let call = call.set_page_token(&token);
                async move { call.send().await }
            };
            let page = self.session.ask(&RESULTS, call).await.map_err(|error| if token.is_empty() { first(error) } else { error })?;
            let said = page.total_rows.filter(|_| page.job_complete == Some(true)).ok_or_else(|| malformed("a page of an answer that is not there yet"))?;
            if *total.get_or_insert(said) != said {
                return Err(malformed(format!("an answer of {} rows, and of {said} on another page", total.unwrap_or_default())));
            }
            rows += page_rows(&page, each)?;
            token = page.page_token;
            if token.is_empty() {
                break;
            }
            if !tokens.insert(token.clone()) {
                return Err(malformed("a page that is followed by itself"));
            }
        }
        match total {
            Some(total) if total == rows => Ok(rows),
            _ => Err(malformed(format!("{rows} rows where the answer has {}", total.unwrap_or_default()))),
        }
    }
}

fn malformed(what: impl Into<String>) -> CostsError {
    CollectError::Malformed(what.into()).into()
}

/// Rows are `{"f": [{"v": "…"}, {"v": null}]}`.
fn page_rows(page: &GetQueryResultsResponse, each: Each<'_>) -> Result<u64, CostsError> {
    for row in &page.rows {
        let cells = row.get("f").and_then(|cells| cells.as_array()).ok_or_else(|| malformed("a row without cells"))?;
        let cell = |cell: &serde_json::Value| match cell.get("v") {
            Some(serde_json::Value::String(_) | serde_json::Value::Null) => Ok(()),
            _ => Err(malformed("a cell that holds no text")),
        };
        cells.iter().try_for_each(cell)?;
        let cells: Vec<Option<&str>> = cells.iter().map(|cell| cell.get("v").and_then(serde_json::Value::as_str)).collect();
        each(&cells)?;
    }
    Ok(page.rows.len() as u64)
}

/// A name that no other job has.
fn new_id() -> String {
    let random = || RandomState::new().hash_one(Instant::now());
    format!("tagledger_{:016x}{:016x}", random(), random())
}
