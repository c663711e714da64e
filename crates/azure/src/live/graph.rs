//! Azure Resource Graph: every resource of up to 300 subscriptions in one query, page by page.
//!
//! <https://learn.microsoft.com/azure/governance/resource-graph/overview>. It keeps a copy, which is minutes old at most, and shows what the caller
//! may read: of a subscription without a role it shows nothing, and says nothing about that (`tenant.rs` finds out).
//!
//! That nothing uses a resource is said only when all of its subscription was read: any row may name what another one holds (`usage.rs`). A part that
//! broke off is therefore read from its beginning again.

mod proofs;
mod queries;
mod usage;

use super::lists;
use super::session::Session;
use super::tenant::{AT_ONCE, Tenant};
use crate::arm;
use crate::inventory::Context;
use crate::row::Row;
use crate::tags::Tags;
use azure_mgmt_resourcegraph::package_preview_2023_09::models::{QueryRequest, QueryRequestOptions, query_request_options::ResultFormat};
use futures_util::{StreamExt, stream};
use serde::Deserialize;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use tagledger_collect::{Asked, CollectError, Collector, CollectorInfo, Found, Job, Operation, Outlet, Target};
use tagledger_model::{Observed, Origin, Text};
use usage::Usage;

/// Its rate is what each answer says is left (`quota.rs`).
const QUERY: Operation = Operation { name: "QueryResources", permission: "Microsoft.ResourceGraph/resources/read", rate: None };

pub(super) static INFO: CollectorInfo = CollectorInfo {
    id: "azure.resource-graph",
    summary: "Every resource and resource group, tagged or not, with what uses it, whether it runs and how long it keeps what is written to it.",
    operations: &[QUERY, lists::LIST_RESOURCES],
    // A copy, a few minutes old at most; Resource Manager is where tags are kept.
    rank: 20,
    blind_spot: None,
    whole: true,
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
    let parts = all.len().div_ceil(TOGETHER).max(usize::from(all.len() > 20) + 1);
    let narrow = Arc::new(tenant.narrow.clone());
    let job = |part: &[Text]| Job {
        collector: Arc::new(Graph { session: Arc::clone(session), subscriptions: Arc::from(part), narrow: Arc::clone(&narrow) }),
        targets: part.iter().map(|id| Target { scope: id.clone(), region: None }).collect(),
    };
    all.chunks(all.len().div_ceil(parts).max(1)).map(job).collect()
}

/// Whether it answers at all; a refusal is an error. Asked of those that the caller has a role in for certain.
pub(super) async fn probe(session: &Session, tenant: &Tenant) -> Result<(), CollectError> {
    let sure: Vec<Text> = tenant.subscriptions.iter().filter(|id| !tenant.narrow.contains_key(*id)).take(TOGETHER).cloned().collect();
    let request = request("resourcecontainers | project id | limit 1", if sure.is_empty() { &tenant.subscriptions } else { &sure }, None);
    session.ask(&QUERY, &Text::const_new(""), async { session.graph.resources(request).send().await.map(drop) }).await
}

/// Some subscriptions, asked together.
struct Graph {
    session: Arc<Session>,
    subscriptions: Arc<[Text]>,
    narrow: Arc<HashMap<Text, CollectError>>,
}

/// What is known of them so far.
#[derive(Default)]
struct Seen {
    usage: Usage,
    /// Subscriptions of which any resource was shown.
    subscriptions: HashSet<Text>,
    /// Something was left out, as the service says.
    is_flawed: bool,
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
        &INFO
    }

    fn collect<'a>(&'a self, targets: &'a [Target], out: &'a Outlet) -> Asked<'a, ()> {
        Box::pin(async move {
            for target in targets {
                if let Some(why) = self.narrow.get(&target.scope) {
                    out.missing(target, why.clone());
                }
            }
            let mut patience = 2;
            loop {
                match self.read_all(targets, out).await {
                    Err(CollectError::StaleToken(_)) if patience > 0 => patience -= 1,
                    ended => return ended,
                }
                out.anew().await;
            }
        })
    }
}

impl Graph {
    /// Everything, from the beginning.
    async fn read_all(&self, targets: &[Target], out: &Outlet) -> Result<(), CollectError> {
        let mut seen = Seen::default();
        let containers = self.read(queries::CONTAINERS, out, &mut seen).await;
        if let Err(CollectError::StaleToken(_)) = containers {
            return containers;
        }
        self.read(&queries::resources(), out, &mut seen).await?;
        // Of what is known to be cut off nothing can be concluded.
        if !seen.is_flawed {
            self.look_for_hidden(targets, &seen, out).await;
            let is_known = |subscription: &str| !self.narrow.contains_key(subscription);
            out.amend(seen.usage.unused(&INFO, containers.is_ok(), is_known)).await;
        }
        containers
    }

    /// Reads a query to its end.
    async fn read(&self, query: &str, out: &Outlet, seen: &mut Seen) -> Result<(), CollectError> {
        let context = Context::new(Origin::Live { collector: INFO.id }, Observed::Known(Vec::new()));
        let (mut token, mut read) = (None, 0);
        loop {
            let (answer, limited) = self.answer(query, token.clone()).await?;
            read += answer.data.len() as u64;
            let next = answer.skip_token.filter(|next| !next.is_empty());
            let is_cut = answer.truncated.as_deref().is_some_and(|flag| flag.eq_ignore_ascii_case("true"));
            let mut flaw = |why: String| {
                seen.is_flawed = true;
                out.flaw(CollectError::Incomplete(why));
            };
            if limited {
                flaw("the service says that it left subscriptions out (x-ms-tenant-subscription-limit-hit)".to_owned());
            }
            if next.is_none() && (is_cut || read < answer.total) {
                flaw(format!("the service gave {read} of {} rows and no way to the others", answer.total));
            }
            let mut found = Vec::with_capacity(answer.data.len());
            answer.data.into_iter().for_each(|row| seen.take(row, &context, &mut found));
            out.give(found).await;
            match next {
                None => return Ok(()),
                next if next == token => return Err(CollectError::Malformed("one page names itself as the next".to_owned())),
                next => token = next,
            }
        }
    }

    /// Who may ask for a list but not read the kinds in it is shown nothing at all, as if nothing were there: Resource Manager is asked for one
    /// resource of each subscription that looks empty.
    async fn look_for_hidden(&self, targets: &[Target], seen: &Seen, out: &Outlet) {
        let bare = targets.iter().filter(|target| !seen.subscriptions.contains(&target.scope));
        let asking: Vec<_> = bare.map(|target| async move { (target, lists::any(&self.session, &target.scope).await) }).collect();
        let mut answers = stream::iter(asking).buffer_unordered(AT_ONCE);
        while let Some((target, answer)) = answers.next().await {
            match answer {
                Ok(false) | Err(CollectError::Gone(_)) => {}
                Ok(true) => {
                    let why = "Resource Graph shows none of its resources and Resource Manager has some: the caller's role may not read them (*/read)";
                    out.missing(target, CollectError::Incomplete(why.to_owned()));
                }
                Err(error) => out.missing(target, error),
            }
        }
    }

    async fn answer(&self, query: &str, token: Option<String>) -> Result<(Answer, bool), CollectError> {
        let goes_on = token.is_some();
        let request = request(query, &self.subscriptions, token);
        let call = async {
            let answer = self.session.graph.resources(request).send().await?.into_raw_response();
            let is_limit = |name: &str, value: &str| name == "x-ms-tenant-subscription-limit-hit" && value.eq_ignore_ascii_case("true");
            let limited = answer.headers().iter().any(|(name, value)| is_limit(name.as_str(), value.as_str()));
            Ok((answer.into_body().collect().await?, limited))
        };
        let (body, limited): (azure_core::Bytes, bool) = match self.session.ask(&QUERY, &Text::const_new(""), call).await {
            // The first page of the same query was answered: it can only be the token that is not accepted any more. Its code is nowhere documented.
            Err(CollectError::Malformed(why)) if goes_on => return Err(CollectError::StaleToken(why)),
            answer => answer?,
        };
        let answer = serde_json::from_slice(&body).map_err(|error| CollectError::Malformed(error.to_string()))?;
        Ok((answer, limited))
    }
}

impl Seen {
    /// Hands a row over with what it proves by itself.
    fn take(&mut self, mut row: Row, context: &Context, found: &mut Vec<Found>) {
        let kind = row.kind.take().map(arm::kind).unwrap_or_default();
        let is_container = kind == arm::GROUP || kind == arm::SUBSCRIPTION;
        if !is_container && let Some(subscription) = row.subscription.as_deref().filter(|id| !self.subscriptions.contains(*id)) {
            self.subscriptions.insert(subscription.to_lowercase().into());
        }
        let tags = if let Tags::Known(tags) = &row.tags { tags.as_slice() } else { &[] };
        let mut facts = proofs::facts(&kind, row.name.as_deref(), tags, &row.proof);
        self.usage.take(&row, &kind, facts.as_deref_mut());
        row.kind = Some(kind);
        context.emit(row, facts.filter(|facts| **facts != tagledger_model::Facts::default()), &mut |one| found.push(one));
    }
}

fn request(query: &str, subscriptions: &[Text], token: Option<String>) -> QueryRequest {
    let options = QueryRequestOptions { skip_token: token, top: Some(PAGE), result_format: Some(ResultFormat::ObjectArray), ..QueryRequestOptions::default() };
    QueryRequest { subscriptions: subscriptions.iter().map(ToString::to_string).collect(), options: Some(options), ..QueryRequest::new(query.to_owned()) }
}
