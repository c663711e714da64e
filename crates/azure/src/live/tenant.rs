//! Which subscriptions there are: those that Resource Manager lists, and those that only the tree of management groups shows.

use super::session::{Page, Session};
use super::settings;
use crate::inventory::is_active;
use crate::tags::Tags;
use crate::{ID, MANAGEMENT_GROUPS, arm};
use azure_core_legacy::Method;
use futures_util::{StreamExt, stream};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use tagledger_collect::{CollectError, CollectorInfo, Discovery, Found, Operation, Rate, Settings};
use tagledger_model::{CloudId, ContainerRef, Coverage, Further, NativeId, Observed, Origin, Outcome, RawResource, Scope, Taggable, Text};

/// Reads of Resource Manager: 250 at once and 25 a second, for each subscription and caller.
/// <https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling>
pub(super) const READS: Rate = Rate::of(25).burst(250).shared("Resource Manager reads");

const LIST_SUBSCRIPTIONS: Operation = Operation { name: "ListSubscriptions", permission: "Microsoft.Resources/subscriptions/read", rate: Some(READS) };
const GET_ENTITIES: Operation = Operation { name: "GetEntities", permission: "Microsoft.Management/getEntities/action", rate: Some(READS) };
const GET_TAGS: Operation = Operation { name: "GetTags", permission: "Microsoft.Resources/tags/read", rate: Some(READS) };

/// The subscriptions that the caller may see.
pub(super) static SUBSCRIPTIONS: CollectorInfo = CollectorInfo {
    id: "azure.resource-manager.subscriptions",
    summary: "The subscriptions that the caller has a role in, with their states and tags.",
    operations: &[LIST_SUBSCRIPTIONS],
    // It is where their tags are kept.
    rank: 30,
    blind_spot: None,
    whole: false,
};

/// The tree above them.
pub(super) static ENTITIES: CollectorInfo = CollectorInfo {
    id: "azure.management.entities",
    summary: "Management groups, and the subscriptions below them, whether or not the caller has a role in them.",
    operations: &[GET_ENTITIES],
    rank: 0,
    blind_spot: None,
    whole: false,
};

/// Whether the caller's role holds for a whole subscription.
pub(super) static ACCESS: CollectorInfo = CollectorInfo {
    id: "azure.resource-manager.tags",
    summary: "The tags of each subscription, which only a role on the whole subscription may read: who has one on single groups sees those alone.",
    operations: &[GET_TAGS],
    rank: 0,
    blind_spot: None,
    whole: false,
};

/// <https://learn.microsoft.com/rest/api/resources/subscriptions/list>
const LIST: &str = "/subscriptions?api-version=2022-12-01";

/// <https://learn.microsoft.com/rest/api/managementgroups/entities/list>
const TREE: &str = "/providers/Microsoft.Management/getEntities?api-version=2020-05-01";

/// Subscriptions that are asked for one thing each at the same time.
pub(super) const AT_ONCE: usize = 32;

/// What can be asked.
#[derive(Default)]
pub(super) struct Tenant {
    /// In the order of their ids.
    pub subscriptions: Vec<Text>,
    /// Those of which only a part can be seen, and why.
    pub narrow: HashMap<Text, CollectError>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Subscription {
    #[serde(rename = "subscriptionId")]
    id: Text,
    display_name: Option<Text>,
    state: Option<Text>,
    #[serde(default)]
    tags: Tags,
}

#[derive(Deserialize)]
struct Entity {
    name: Text,
    #[serde(rename = "type")]
    kind: Text,
    #[serde(default)]
    properties: EntityProperties,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct EntityProperties {
    display_name: Option<Text>,
    /// From the root to the one right above.
    parent_name_chain: Option<Vec<Text>>,
    parent_display_name_chain: Option<Vec<Text>>,
}

impl Entity {
    /// Nearest first.
    fn ancestors(&self) -> Vec<ContainerRef> {
        let names = self.properties.parent_display_name_chain.as_deref().unwrap_or_default();
        let ids = self.properties.parent_name_chain.iter().flatten().enumerate();
        let above = ids.map(|(at, id)| ContainerRef::new(MANAGEMENT_GROUPS, id.clone(), names.get(at).cloned()));
        above.collect::<Vec<_>>().into_iter().rev().collect()
    }
}

/// Reads both, and leaves a row for whatever is not asked.
pub(super) async fn discover(session: &Session, settings: &Settings, discovery: &mut Discovery) -> Result<Tenant, CollectError> {
    let listed: Vec<Subscription> = pages(session, &LIST_SUBSCRIPTIONS, Method::Get, LIST).await?;
    let tree: Vec<Entity> = match pages(session, &GET_ENTITIES, Method::Post, TREE).await {
        Ok(tree) => tree,
        Err(error) => {
            discovery.coverage.push(row(Text::const_new("management groups"), ENTITIES.id, outcome(error)));
            Vec::new()
        }
    };
    if listed.is_empty() {
        let why = "the caller has a role in no subscription of this tenant".to_owned();
        discovery.coverage.push(row(Text::const_new("subscriptions"), SUBSCRIPTIONS.id, Outcome::Failed { why }));
    }
    let above: HashMap<Text, Vec<ContainerRef>> =
        tree.iter().filter(|entity| is_subscription(entity)).map(|entity| (entity.name.to_lowercase(), entity.ancestors())).collect();
    let wanted = Wanted { settings, above: &above };
    let mut known = BTreeMap::new();
    for subscription in listed {
        let id = subscription.id.to_lowercase();
        let state = subscription.state.clone().unwrap_or_default();
        let scope = Scope {
            cloud: CloudId::new(ID),
            id: id.clone(),
            aliases: Vec::new(),
            name: subscription.display_name,
            ancestors: above.get(&id).cloned().unwrap_or_default(),
            // A subscription without tags has no such member.
            tags: if let Tags::Known(tags) = subscription.tags { Observed::Known(tags) } else { Observed::Known(Vec::new()) },
            active: is_active(subscription.state.as_deref()),
        };
        known.insert(id, (scope, state));
    }
    let mut tenant = Tenant::default();
    unseen(&tree, &known, &wanted, discovery);
    for (id, (scope, state)) in known.into_iter().filter(|(id, _)| wanted.has(id)) {
        if wanted.skips(&id) {
            let why = format!("{} names it", settings::SKIP_SUBSCRIPTIONS);
            discovery.coverage.push(row(id, SUBSCRIPTIONS.id, Outcome::Skipped { why }));
        } else if scope.active {
            tenant.subscriptions.push(id);
            discovery.found.push(Found::Resource(subject(&scope)));
        } else {
            discovery.coverage.push(row(id, SUBSCRIPTIONS.id, Outcome::Skipped { why: format!("the subscription is {state}") }));
        }
        discovery.found.push(Found::Scope(scope));
    }
    access(session, &mut tenant, discovery).await;
    // What lies below a group leaves rows of its own, whatever became of it.
    let is_above = |group: &&String| above.values().flatten().any(|one| one.id.eq_ignore_ascii_case(group));
    for group in settings.texts(settings::MANAGEMENT_GROUPS).iter().filter(|group| !is_above(group)) {
        let why = "there is no such management group in this tenant, or no subscription below it that the caller can see".to_owned();
        discovery.coverage.push(row(Text::new(group), ENTITIES.id, Outcome::Failed { why }));
    }
    Ok(tenant)
}

/// A subscription as a resource of its own: its tags are somebody's to write, as those of what lies in it.
fn subject(scope: &Scope) -> RawResource {
    RawResource {
        cloud: scope.cloud.clone(),
        scope: scope.id.clone(),
        region: None,
        group: None,
        id: NativeId::exact(format!("/subscriptions/{}", scope.id)),
        kind: Text::const_new(arm::SUBSCRIPTION),
        name: scope.name.clone(),
        tags: scope.tags.clone(),
        further: Further::None,
        taggable: Taggable::Unknown,
        created: None,
        changed: None,
        facts: None,
        origin: Origin::Live { collector: SUBSCRIPTIONS.id },
    }
}

fn is_subscription(entity: &Entity) -> bool {
    entity.kind.to_ascii_lowercase().ends_with("subscriptions")
}

/// Which subscriptions are asked for.
struct Wanted<'a> {
    settings: &'a Settings,
    above: &'a HashMap<Text, Vec<ContainerRef>>,
}

impl Wanted<'_> {
    fn has(&self, id: &str) -> bool {
        let is_in = |list: &[String], word: &str| list.iter().any(|named| named.eq_ignore_ascii_case(word));
        let (groups, named) = (self.settings.texts(settings::MANAGEMENT_GROUPS), self.settings.texts(settings::SUBSCRIPTIONS));
        let below = || self.above.get(id).is_some_and(|above| above.iter().any(|group| is_in(groups, &group.id)));
        (groups.is_empty() || below()) && (named.is_empty() || is_in(named, id))
    }

    fn skips(&self, id: &str) -> bool {
        self.settings.texts(settings::SKIP_SUBSCRIPTIONS).iter().any(|named| named.eq_ignore_ascii_case(id))
    }
}

/// Subscriptions that were asked for, and that the caller cannot see.
fn unseen(tree: &[Entity], known: &BTreeMap<Text, (Scope, Text)>, wanted: &Wanted<'_>, discovery: &mut Discovery) {
    let mut shown: Vec<Text> = Vec::new();
    for entity in tree.iter().filter(|entity| is_subscription(entity)) {
        let id = entity.name.to_lowercase();
        if known.contains_key(&id) || !wanted.has(&id) {
            continue;
        }
        let outcome = if wanted.skips(&id) {
            Outcome::Skipped { why: format!("{} names it", settings::SKIP_SUBSCRIPTIONS) }
        } else {
            Outcome::Denied { permission: LIST_SUBSCRIPTIONS.permission.to_owned() }
        };
        discovery.coverage.push(row(id.clone(), SUBSCRIPTIONS.id, outcome));
        discovery.found.push(Found::Scope(Scope {
            cloud: CloudId::new(ID),
            id: id.clone(),
            aliases: Vec::new(),
            name: entity.properties.display_name.clone(),
            ancestors: entity.ancestors(),
            tags: Observed::Unknown,
            // Whether it is one, nobody told; the row says that it was not seen.
            active: false,
        }));
        shown.push(id);
    }
    let is_nowhere = |id: &Text| !known.contains_key(id) && !shown.contains(id);
    for id in wanted.settings.texts(settings::SUBSCRIPTIONS).iter().map(|id| Text::new(id.to_lowercase())).filter(is_nowhere) {
        let why = "there is no such subscription in this tenant, or the caller has no role in it".to_owned();
        discovery.coverage.push(row(id, SUBSCRIPTIONS.id, Outcome::Failed { why }));
    }
}

/// Asks for the tags of each subscription, which a role on single groups or resources does not allow. A list that such a role sees only in part
/// looks like any other: this is what tells them apart.
async fn access(session: &Session, tenant: &mut Tenant, discovery: &mut Discovery) {
    let asking: Vec<_> = tenant.subscriptions.iter().map(|id| async move { (id, session.ask(&GET_TAGS, id, tags(session, id)).await) }).collect();
    let mut answers = stream::iter(asking).buffered(AT_ONCE);
    while let Some((id, answer)) = answers.next().await {
        match answer {
            // What does not know the call cannot deny it.
            Ok(()) | Err(CollectError::Gone(_)) => {}
            Err(CollectError::Denied { permission }) => {
                let why =
                    format!("the caller's role does not hold for the whole subscription ({permission} is missing on it): what lies outside of it was not seen");
                tenant.narrow.insert(id.clone(), CollectError::Incomplete(why));
            }
            Err(other) => discovery.coverage.push(row(id.clone(), ACCESS.id, outcome(other))),
        }
    }
}

async fn tags(session: &Session, subscription: &str) -> azure_core_legacy::Result<()> {
    session.resources.tags_client().get_at_scope(format!("subscriptions/{subscription}")).send().await.map(drop)
}

/// Reads a list to its end.
async fn pages<T: serde::de::DeserializeOwned>(session: &Session, operation: &Operation, method: Method, link: &str) -> Result<Vec<T>, CollectError> {
    let (mut all, mut link) = (Vec::new(), link.to_owned());
    loop {
        let page: Page<T> = session.ask(operation, &Text::const_new(""), session.call(method, &link)).await?;
        all.extend(page.value);
        match page.next_link.filter(|next| !next.is_empty()) {
            Some(next) if next == link => return Err(CollectError::Malformed("one page names itself as the next".to_owned())),
            Some(next) => link = next,
            None => return Ok(all),
        }
    }
}

fn outcome(error: CollectError) -> Outcome {
    match error {
        CollectError::Denied { permission } => Outcome::Denied { permission },
        other => Outcome::Failed { why: other.to_string() },
    }
}

pub(super) fn row(scope: Text, collector: &'static str, outcome: Outcome) -> Coverage {
    Coverage { cloud: CloudId::new(ID), scope, region: None, collector: Text::const_new(collector), file: None, blind: false, whole: false, outcome }
}
