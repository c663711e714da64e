//! Azure Resource Graph: every resource of up to 300 subscriptions in one query, page by page.
//!
//! <https://learn.microsoft.com/azure/governance/resource-graph/overview>. It keeps a copy, which is minutes old at most, and shows what the caller
//! may read: of a subscription without a role it shows nothing, and says nothing about that (`tenant.rs` finds out).

mod proofs;
mod queries;
mod users;

use super::session::Session;
use super::tenant::Tenant;
use crate::arm;
use crate::inventory::Context;
use crate::row::Row;
use crate::tags::Tags;
use azure_mgmt_resourcegraph::package_preview_2023_09::models::{QueryRequest, QueryRequestOptions, query_request_options::ResultFormat};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tagledger_collect::{Asked, CollectError, Collector, CollectorInfo, Found, Job, Operation, Outlet, Target, pages};
use tagledger_model::{Fact, Facts, Observed, Origin, Text};

/// Its rate is what each answer says is left (`quota.rs`).
const QUERY: Operation = Operation { name: "QueryResources", permission: "Microsoft.ResourceGraph/resources/read", rate: None };

/// A copy, a few minutes old at most; Resource Manager is where tags are kept.
const RANK: u8 = 20;

pub(super) static RESOURCES: CollectorInfo = CollectorInfo {
    id: "azure.resource-graph.resources",
    summary: "Every resource, tagged or not, with what uses it, whether it runs and how long it keeps what is written to it.",
    operations: &[QUERY],
    rank: RANK,
    blind_spot: None,
    whole: true,
};

pub(super) static CONTAINERS: CollectorInfo = CollectorInfo {
    id: "azure.resource-graph.containers",
    summary: "Subscriptions and resource groups with their tags, and whether a group is empty.",
    operations: &[QUERY],
    rank: RANK,
    blind_spot: None,
    whole: false,
};

pub(super) static USERS: CollectorInfo = CollectorInfo {
    id: "azure.resource-graph.users",
    summary: "What is used by others that name it: elastic pools, gateways, API connections.",
    operations: &[QUERY],
    rank: RANK,
    blind_spot: None,
    whole: false,
};

/// The largest page that the service gives.
const PAGE: i32 = 1000;

/// Subscriptions of one query, as the service advises.
/// <https://learn.microsoft.com/azure/governance/resource-graph/concepts/guidance-for-throttled-requests#grouping-queries>
const TOGETHER: usize = 300;

/// The jobs over all subscriptions.
pub(super) fn jobs(session: &Arc<Session>, tenant: &Tenant) -> Vec<Job> {
    let all = &tenant.subscriptions;
    // Two queries at a time hide the way of one behind the other; more would only wait for the same quota.
    let groups = all.len().div_ceil(TOGETHER).max(usize::from(all.len() > 20) + 1);
    let narrow = Arc::new(tenant.narrow.clone());
    let parts: Vec<Arc<[Text]>> = all.chunks(all.len().div_ceil(groups).max(1)).map(Arc::from).collect();
    let job = |info: &'static CollectorInfo, part: &Arc<[Text]>| Job {
        collector: Arc::new(Graph { info, session: Arc::clone(session), subscriptions: Arc::clone(part), narrow: Arc::clone(&narrow) }),
        targets: part.iter().map(|id| Target { scope: id.clone(), region: None }).collect(),
    };
    [&RESOURCES, &CONTAINERS, &USERS].into_iter().flat_map(|info| parts.iter().map(move |part| job(info, part))).collect()
}

/// Whether it answers at all; a refusal is an error.
pub(super) async fn probe(session: &Session, subscription: &Text) -> Result<(), CollectError> {
    let request = request("resourcecontainers | project id | limit 1", &[subscription.clone()], None);
    session.ask(&QUERY, &Text::const_new(""), async { session.graph.resources(request).send().await.map(drop) }).await
}

/// One query over some subscriptions.
struct Graph {
    info: &'static CollectorInfo,
    session: Arc<Session>,
    subscriptions: Arc<[Text]>,
    narrow: Arc<HashMap<Text, CollectError>>,
}

struct Query<'a> {
    text: &'a str,
    info: &'static CollectorInfo,
}

/// A query while it is read.
struct Reading<'a> {
    graph: &'a Graph,
    out: &'a Outlet,
    /// Rows so far, where the list was read from its beginning.
    seen: AtomicU64,
}

struct Read {
    rows: Vec<Row>,
    next: Option<String>,
}

/// The answer, without the tree of values that the generated model would make of its rows.
#[derive(Deserialize)]
struct Answer {
    data: Vec<Row>,
    #[serde(rename = "$skipToken")]
    skip_token: Option<String>,
    #[serde(rename = "resultTruncated")]
    truncated: Option<Text>,
    #[serde(rename = "totalRecords")]
    total: u64,
}

impl Collector for Graph {
    fn info(&self) -> &'static CollectorInfo {
        self.info
    }

    fn collect<'a>(&'a self, targets: &'a [Target], out: &'a Outlet) -> Asked<'a, ()> {
        Box::pin(async move {
            for target in targets {
                if let Some(why) = self.narrow.get(&target.scope) {
                    out.missing(target, why.clone());
                }
            }
            // What an earlier attempt read is not counted here.
            let reading = Reading { graph: self, out, seen: AtomicU64::new(0) };
            if self.info.id == USERS.id {
                return users::read(&reading, self.info).await;
            }
            let text = if self.info.id == RESOURCES.id { queries::resources() } else { queries::CONTAINERS.to_owned() };
            let context = Context::new(Origin::Live { collector: self.info.id }, Observed::Known(Vec::new()));
            let whole = out.goes_on().is_none();
            pages(out, |token| {
                let (reading, context, query) = (&reading, &context, Query { text: &text, info: self.info });
                async move {
                    if token.is_none() {
                        reading.seen.store(0, Ordering::Relaxed);
                    }
                    let page = reading.checked(&query, token, whole).await?;
                    let mut found = Vec::with_capacity(page.rows.len());
                    for row in page.rows {
                        emit(row, context, &mut found);
                    }
                    Ok((found, page.next))
                }
            })
            .await
        })
    }
}

/// Hands a row over with what it proves.
fn emit(row: Row, context: &Context, found: &mut Vec<Found>) {
    let kind = row.kind.as_deref().map(str::to_ascii_lowercase).unwrap_or_default();
    let tags = if let Tags::Known(tags) = &row.tags { tags.as_slice() } else { &[] };
    let facts = match row.proof.holds {
        // An empty group costs nothing, and often is all that is left of something that somebody deleted.
        Some(holds) if kind == arm::GROUP => {
            let attached = Fact::new(holds > 0, "resources", &holds.to_string());
            Some(Box::new(Facts { attached: Some(attached), ..Facts::default() }))
        }
        _ => proofs::facts(&kind, row.name.as_deref(), tags, &row.proof),
    };
    context.emit(row, facts, &mut |one| found.push(one));
}

impl Reading<'_> {
    /// A page, and what the service says of those that it leaves out.
    async fn checked(&self, query: &Query<'_>, token: Option<String>, whole: bool) -> Result<Read, CollectError> {
        let (answer, limited) = self.answer(query, token).await?;
        let count = answer.data.len() as u64;
        let seen = self.seen.fetch_add(count, Ordering::Relaxed) + count;
        let next = answer.skip_token.filter(|token| !token.is_empty());
        let is_cut = answer.truncated.as_deref().is_some_and(|flag| flag.eq_ignore_ascii_case("true"));
        if limited {
            self.out.flaw(CollectError::Incomplete("the service says that it left subscriptions out (x-ms-tenant-subscription-limit-hit)".to_owned()));
        }
        if next.is_none() && (is_cut || (whole && seen < answer.total)) {
            self.out.flaw(CollectError::Incomplete(format!("the service gave {seen} of {} rows and no way to the others", answer.total)));
        }
        Ok(Read { rows: answer.data, next })
    }

    /// A page of a query of which nothing more is asked.
    async fn page(&self, query: &Query<'_>, token: Option<String>) -> Result<Read, CollectError> {
        self.checked(query, token, true).await
    }

    async fn answer(&self, query: &Query<'_>, token: Option<String>) -> Result<(Answer, bool), CollectError> {
        let session = &self.graph.session;
        let goes_on = token.is_some();
        let request = request(query.text, &self.graph.subscriptions, token);
        let call = async {
            let answer = session.graph.resources(request).send().await?.into_raw_response();
            let limited = answer
                .headers()
                .iter()
                .any(|(name, value)| name.as_str() == "x-ms-tenant-subscription-limit-hit" && value.as_str().eq_ignore_ascii_case("true"));
            Ok((answer.into_body().collect().await?, limited))
        };
        let (body, limited): (azure_core::Bytes, bool) = match session.ask(&query.info.operations[0], &Text::const_new(""), call).await {
            // The first page of the same query was answered: it can only be the token that is not accepted any more. Its code is nowhere documented.
            Err(CollectError::Malformed(why)) if goes_on => return Err(CollectError::StaleToken(why)),
            answer => answer?,
        };
        let answer = serde_json::from_slice(&body).map_err(|error| CollectError::Malformed(error.to_string()))?;
        Ok((answer, limited))
    }
}

fn request(query: &str, subscriptions: &[Text], token: Option<String>) -> QueryRequest {
    let options = QueryRequestOptions { skip_token: token, top: Some(PAGE), result_format: Some(ResultFormat::ObjectArray), ..QueryRequestOptions::default() };
    QueryRequest { subscriptions: subscriptions.iter().map(ToString::to_string).collect(), options: Some(options), ..QueryRequest::new(query.to_owned()) }
}
