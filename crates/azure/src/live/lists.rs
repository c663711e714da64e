//! Resource Manager's own lists, one subscription after the other: where Resource Graph is refused, or not wanted.
//! <https://learn.microsoft.com/rest/api/resources/resources/list>, <https://learn.microsoft.com/rest/api/resources/resource-groups/list>
//!
//! The generated client cannot be used for them: it takes identities only as they are documented, and some providers write them otherwise, so that one
//! such resource would cost the whole list; and it cannot begin at a page, so that a list that broke off could not be gone on with.

use super::session::{Page, Session};
use super::tenant::{READS, Tenant};
use crate::inventory::Context;
use crate::row::Row;
use azure_core_legacy::Method;
use std::sync::Arc;
use tagledger_collect::{Asked, CollectError, Collector, CollectorInfo, Job, Operation, Outlet, Target, pages};
use tagledger_model::{Observed, Origin, Text};

pub(super) const LIST_RESOURCES: Operation =
    Operation { name: "ListResources", permission: "Microsoft.Resources/subscriptions/resources/read", rate: Some(READS) };
const LIST_GROUPS: Operation = Operation { name: "ListGroups", permission: "Microsoft.Resources/subscriptions/resourceGroups/read", rate: Some(READS) };

/// It is where tags are kept.
const RANK: u8 = 30;

pub(super) static RESOURCES: CollectorInfo = CollectorInfo {
    id: "azure.resource-manager.resources",
    summary: "Every resource of a subscription, tagged or not, and when it was made; not what state it is in.",
    operations: &[LIST_RESOURCES],
    rank: RANK,
    blind_spot: None,
    whole: true,
};

pub(super) static GROUPS: CollectorInfo = CollectorInfo {
    id: "azure.resource-manager.groups",
    summary: "The resource groups of a subscription and their tags.",
    operations: &[LIST_GROUPS],
    rank: RANK,
    blind_spot: None,
    whole: false,
};

/// The jobs over all subscriptions.
pub(super) fn jobs(session: &Arc<Session>, tenant: &Tenant) -> Vec<Job> {
    let job = |info: &'static CollectorInfo, id: &Text| Job {
        collector: Arc::new(List { info, session: Arc::clone(session), narrow: tenant.narrow.get(id).cloned() }),
        targets: vec![Target { scope: id.clone(), region: None }],
    };
    [&RESOURCES, &GROUPS].into_iter().flat_map(|info| tenant.subscriptions.iter().map(move |id| job(info, id))).collect()
}

/// Whether a subscription has any resource.
pub(super) async fn any(session: &Session, subscription: &Text) -> Result<bool, CollectError> {
    let link = format!("/subscriptions/{subscription}/resources?api-version=2021-04-01&$top=1");
    let page: Page<Row> = session.ask(&LIST_RESOURCES, subscription, session.call(Method::Get, &link)).await?;
    Ok(!page.value.is_empty())
}

struct List {
    info: &'static CollectorInfo,
    session: Arc<Session>,
    narrow: Option<CollectError>,
}

impl Collector for List {
    fn info(&self) -> &'static CollectorInfo {
        self.info
    }

    fn collect<'a>(&'a self, targets: &'a [Target], out: &'a Outlet) -> Asked<'a, ()> {
        Box::pin(async move {
            let Some(target) = targets.first() else { return Ok(()) };
            if let Some(why) = &self.narrow {
                out.missing(target, why.clone());
            }
            let (list, more) = if self.info.id == GROUPS.id { ("resourcegroups", "") } else { ("resources", "&$expand=createdTime,changedTime") };
            let first = format!("/subscriptions/{}/{list}?api-version=2021-04-01{more}", target.scope);
            // Absent, null and `{}` are all bare here.
            let context = Context::new(Origin::Live { collector: self.info.id }, Observed::Known(Vec::new()));
            pages(out, |link| {
                let (link, context) = (link.unwrap_or_else(|| first.clone()), &context);
                async move {
                    let page: Page<Row> = self.session.ask(&self.info.operations[0], &target.scope, self.session.call(Method::Get, &link)).await?;
                    let mut found = Vec::with_capacity(page.value.len());
                    page.value.into_iter().for_each(|row| context.emit(row, None, &mut |one| found.push(one)));
                    Ok((found, page.next_link))
                }
            })
            .await
        })
    }
}
