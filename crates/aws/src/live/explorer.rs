//! Resource Explorer: everything that a view sees, tagged or not.
//!
//! Only views that a user made can include tags; where there is none the service answers by one of its own, whose resources all look bare. So a
//! view is named, and read first: <https://docs.aws.amazon.com/resource-explorer/latest/apireference/API_GetView.html>.

mod indexes;
mod resource;
mod views;

use super::accounts::Opened;
use super::session::Session;
use super::settings;
use aws_sdk_resourceexplorer2::Client;
use aws_sdk_resourceexplorer2::types::{Resource, View};
use indexes::Gathering;
use resource::resource;
use std::collections::BTreeSet;
use std::sync::Arc;
use tagledger_collect::{Asked, CollectError, Collector, CollectorInfo, Found, Job, Operation, Outlet, Rate, Settings, Target, pages};
use tagledger_model::Text;

/// One number for all calls that are no searches: <https://docs.aws.amazon.com/resource-explorer/latest/userguide/quotas.html>.
const RATE: Option<Rate> = Some(Rate::of(3).shared("resource-explorer-2"));
const LIST_VIEWS: Operation = Operation { name: "ListViews", permission: "resource-explorer-2:ListViews", rate: RATE };
const GET_VIEW: Operation = Operation { name: "GetView", permission: "resource-explorer-2:GetView", rate: RATE };
const LIST_RESOURCES: Operation = Operation { name: "ListResources", permission: "resource-explorer-2:Search", rate: RATE };
const GET_INDEX: Operation = Operation { name: "GetIndex", permission: "resource-explorer-2:GetIndex", rate: RATE };
const LIST_INDEXES: Operation = Operation { name: "ListIndexesForMembers", permission: "resource-explorer-2:ListIndexesForMembers", rate: RATE };

pub(super) static INFO: CollectorInfo = CollectorInfo {
    id: "aws.resource-explorer-2",
    summary: "Every resource of the types that Resource Explorer indexes, tagged or not, through a view that includes tags.",
    operations: &[LIST_VIEWS, GET_VIEW, LIST_RESOURCES, GET_INDEX, LIST_INDEXES],
    rank: 20,
    blind_spot: None,
    whole: true,
};

const PAGE: i32 = 1000;

/// The Region of what has none.
const EVERYWHERE: &str = "global";

struct Explorer {
    session: Arc<Session>,
    /// Where the view is.
    region: Text,
    /// The view; looked for when it is read where none is named.
    view: Option<View>,
    /// Of an index that gathers many Regions, only these; all of them when none is named.
    wanted: Vec<String>,
    /// Targets that the view would see if there were an index.
    dark: Vec<Target>,
}

/// The fewest reads that see everything: one for the whole organisation, one for each account, or one for each Region.
pub(super) async fn jobs(own: &Arc<Session>, accounts: &[Opened], settings: &Settings) -> Vec<Job> {
    if let Some(job) = wide(own, accounts, settings).await {
        return vec![job];
    }
    let mut jobs = Vec::new();
    for (account, gathering) in accounts.iter().zip(indexes::gatherings(accounts).await) {
        let explorer = |region: &str, wanted: &[String]| -> Arc<dyn Collector> {
            let session = Arc::clone(&account.session);
            Arc::new(Explorer { session, region: Text::new(region), view: None, wanted: wanted.to_vec(), dark: Vec::new() })
        };
        let scope = &account.session.account;
        // A Region that the gathering index leaves out answers for itself, or its row says that it does not.
        for region in account.regions.iter().filter(|region| gathering.as_ref().is_none_or(|index| !index.gathers(region))) {
            jobs.push(Job { collector: explorer(region, &[]), targets: vec![Target { scope: scope.clone(), region: Some(Text::new(region)) }] });
        }
        if let Some(index) = gathering {
            jobs.push(Job {
                collector: explorer(&index.region, settings.texts(settings::REGIONS)),
                targets: vec![Target { scope: scope.clone(), region: None }],
            });
        }
    }
    jobs
}

/// One read for all accounts, where a view sees the organisation.
async fn wide(own: &Arc<Session>, accounts: &[Opened], settings: &Settings) -> Option<Job> {
    let named = settings.text(settings::VIEW);
    let others: Vec<&Opened> = accounts.iter().filter(|account| account.session.account != own.account).collect();
    if named.is_none() && others.is_empty() {
        return None;
    }
    let index: Gathering = if let Some(region) = named.and_then(|arn| arn.split(':').nth(3)) {
        indexes::at(own, region).await?
    } else {
        let mine = accounts.iter().find(|account| account.session.account == own.account);
        let regions = mine.map_or_else(|| vec![own.home()], |account| account.regions.clone());
        indexes::gathering(own, &regions).await?
    };
    let client = Client::new(&own.at(&index.region));
    let view = views::find(own, &client, &Text::new(&index.region), named).await.ok()?;
    let is_wide = view.scope().is_some_and(|scope| scope.contains(":organization/"));
    if !is_wide && (named.is_none() || !others.is_empty()) {
        return None;
    }
    let ids: Vec<&str> = others.iter().map(|account| account.session.account.as_str()).collect();
    let lit = indexes::of_members(own, &index, &ids).await;
    let all = accounts.iter().flat_map(|account| {
        let scope = &account.session.account;
        account.regions.iter().map(move |region| Target { scope: scope.clone(), region: Some(Text::new(region)) })
    });
    let targets: Vec<Target> = all.collect();
    let is_lit = |target: &Target| {
        let region = target.region.as_deref().unwrap_or_default();
        if target.scope == own.account { index.gathers(region) } else { index.gathers(region) && lit.contains(&(target.scope.to_string(), region.to_owned())) }
    };
    let dark = targets.iter().filter(|target| !is_lit(target)).cloned().collect();
    let wanted = settings.texts(settings::REGIONS).to_vec();
    let explorer = Explorer { session: Arc::clone(own), region: Text::new(&index.region), view: Some(view), wanted, dark };
    Some(Job { collector: Arc::new(explorer), targets })
}

impl Explorer {
    /// A view may see a whole organisation, and an index all Regions: what nobody asked for stays out.
    fn is_wanted(&self, found: &Resource, scopes: &BTreeSet<&str>) -> bool {
        let is_asked = found.owning_account_id().is_none_or(|owner| scopes.contains(owner));
        let is_here = |region: &str| region == EVERYWHERE || self.wanted.iter().any(|wanted| wanted == region);
        is_asked && (self.wanted.is_empty() || found.region().is_none_or(is_here))
    }
}

impl Collector for Explorer {
    fn info(&self) -> &'static CollectorInfo {
        &INFO
    }

    fn collect<'a>(&'a self, targets: &'a [Target], out: &'a Outlet) -> Asked<'a, ()> {
        Box::pin(async move {
            let client = Client::new(&self.session.at(&self.region));
            let view = match &self.view {
                Some(view) => view.clone(),
                None => views::find(&self.session, &client, &self.region, None).await?,
            };
            for target in &self.dark {
                out.missing(target, CollectError::NotEnabled("Resource Explorer has no index here that the organisation's view could read".to_owned()));
            }
            let scopes: BTreeSet<&str> = targets.iter().map(|target| target.scope.as_str()).collect();
            let own = targets.first().map(|target| target.scope.clone()).unwrap_or_default();
            pages(out, |token| {
                let call = client.list_resources().set_view_arn(view.view_arn().map(str::to_owned)).max_results(PAGE).set_next_token(token).send();
                let (scopes, own) = (&scopes, &own);
                async move {
                    let page = self.session.ask(&LIST_RESOURCES, &self.region, call).await?;
                    let wanted = page.resources().iter().filter(|found| self.is_wanted(found, scopes));
                    Ok((wanted.filter_map(|found| resource(found, own, &self.region)).map(Found::Resource).collect(), page.next_token.clone()))
                }
            })
            .await?;
            if views::is_narrow(&view) {
                let name = view.view_arn().unwrap_or_default();
                return Err(CollectError::Incomplete(format!("the view {name} has a filter; a view without one that includes tags sees everything")));
            }
            Ok(())
        })
    }
}
