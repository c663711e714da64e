//! Resource Manager's own lists, one subscription after the other: where Resource Graph is refused, or not wanted.
//! <https://learn.microsoft.com/rest/api/resources/resources/list>, <https://learn.microsoft.com/rest/api/resources/resource-groups/list>

use super::session::Session;
use super::tenant::{READS, Tenant};
use crate::inventory::Context;
use crate::row::Row;
use crate::tags::Tags;
use azure_core_legacy as legacy;
use azure_mgmt_resources::package_resources_2021_04::models::{GenericResourceExpanded, ResourceGroup};
use futures_util::{Stream, StreamExt};
use std::sync::Arc;
use tagledger_collect::{Asked, CollectError, Collector, CollectorInfo, Job, Operation, Outlet, Target};
use tagledger_model::{Observed, Origin, Text, Timestamp};

const LIST_RESOURCES: Operation = Operation { name: "ListResources", permission: "Microsoft.Resources/subscriptions/resources/read", rate: Some(READS) };
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
            let subscription = target.scope.to_string();
            if self.info.id == GROUPS.id {
                let list = self.session.resources.resource_groups_client().list(subscription).into_stream();
                return self.read(list, target, out, |page| page.value.into_iter().map(group).collect()).await;
            }
            let list = self.session.resources.resources_client().list(subscription).expand("createdTime,changedTime").into_stream();
            self.read(list, target, out, |page| page.value.into_iter().map(resource).collect()).await
        })
    }
}

impl List {
    /// The generated client follows the links between pages by itself; it cannot begin at one, so that a list that broke off is read anew.
    async fn read<P>(
        &self,
        list: impl Stream<Item = legacy::Result<P>>,
        target: &Target,
        out: &Outlet,
        rows: impl Fn(P) -> Vec<Row>,
    ) -> Result<(), CollectError> {
        let context = Context::new(Origin::Live { collector: self.info.id }, Observed::Known(Vec::new()));
        let mut list = std::pin::pin!(list);
        loop {
            let next = async { list.next().await.transpose() };
            let Some(page) = self.session.ask(&self.info.operations[0], &target.scope, next).await? else { return Ok(()) };
            let mut found = Vec::new();
            for row in rows(page) {
                context.emit(row, None, &mut |one| found.push(one));
            }
            out.give(found).await;
        }
    }
}

fn resource(from: GenericResourceExpanded) -> Row {
    let created = from.created_time.map(|time| Timestamp(time.unix_timestamp()));
    let from = from.generic_resource.resource;
    Row {
        id: word(from.id).unwrap_or_default(),
        name: word(from.name),
        kind: word(from.type_),
        location: word(from.location),
        tags: tags(from.tags),
        created,
        ..Row::default()
    }
}

fn group(from: ResourceGroup) -> Row {
    Row {
        id: word(from.id).unwrap_or_default(),
        name: word(from.name),
        kind: word(from.type_),
        location: word(Some(from.location)),
        tags: tags(from.tags),
        ..Row::default()
    }
}

fn word(text: Option<String>) -> Option<Text> {
    text.map(Text::from)
}

/// Absent, null and `{}` are all bare here.
fn tags(value: Option<serde_json::Value>) -> Tags {
    value.and_then(|value| serde_json::from_value(value).ok()).unwrap_or(Tags::Absent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_null_and_empty_tags_are_bare_and_the_order_of_others_is_kept() {
        assert_eq!(tags(None), Tags::Absent);
        assert_eq!(tags(Some(serde_json::Value::Null)), Tags::Known(Vec::new()));
        assert_eq!(tags(Some(serde_json::json!({}))), Tags::Known(Vec::new()));
        let Tags::Known(some) = tags(Some(serde_json::json!({"Env": "prod", "n": null}))) else { panic!() };
        assert_eq!(some.iter().map(|tag| tag.key.as_str()).collect::<Vec<_>>(), ["Env", "n"]);
    }
}
