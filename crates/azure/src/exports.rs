//! The readers, one file for each call whose output they understand.

mod account_list;
mod group_list;
mod resource_graph;
mod resource_list;
mod row;
mod tags;

use crate::{ID, MANAGEMENT_GROUPS, RESOURCE_GROUPS, arm};
use row::Row;
use serde_json::{Map, Value};
use tagledger_collect::{Document, ExportReader, Found, Sample, Sink};
use tagledger_model::{CloudId, Container, ContainerRef, Observed, Origin, RawResource, RawTag, Scope, Taggable, Text};
use tags::Tags;

/// Every reader of this crate. A new one is a file and a line here.
pub(crate) static READERS: &[&dyn ExportReader] =
    &[&resource_graph::ResourceGraph, &resource_list::ResourceList, &group_list::GroupList, &account_list::AccountList];

/// What every record of one file shares.
struct Context {
    cloud: CloudId,
    origin: Origin,
    /// What a row without a `tags` member means: in lists of Resource Manager nothing is there, in a query nothing was asked.
    absent_tags: Observed<Vec<RawTag>>,
}

impl Context {
    fn new(reader: &'static str, document: &Document, absent_tags: Observed<Vec<RawTag>>) -> Self {
        Self { cloud: CloudId::new(ID), origin: Origin::Exported { reader, file: document.path().clone() }, absent_tags }
    }

    /// Hands a row over as what it is: a subscription is a scope, a resource group is a container and a resource of its own (it carries tags
    /// that somebody must write), and a management group is nothing, because it carries none and each subscription names those above it.
    fn emit(&self, row: Row, out: &mut Sink<'_>) {
        let id = arm::native_id(row.id);
        let tags = match row.tags {
            Tags::Absent => self.absent_tags.clone(),
            Tags::Known(tags) => Observed::Known(tags),
        };
        let kind = row.kind.map_or_else(|| arm::kind_of(&id.canonical), arm::kind);
        let scope = arm::subscription(&id.canonical).map(Text::new).or_else(|| row.subscription.map(|s| s.to_lowercase()));
        let scope = scope.unwrap_or_else(|| Text::const_new("unknown"));
        match kind.as_str() {
            arm::MANAGEMENT_GROUP => return,
            arm::SUBSCRIPTION => {
                let ancestors = row.properties.chain.into_iter().map(|(id, name)| ContainerRef::new(MANAGEMENT_GROUPS, id, name));
                let active = is_active(row.properties.state.as_deref());
                let scope = Scope { cloud: self.cloud.clone(), id: scope, aliases: Vec::new(), name: row.name, ancestors: ancestors.collect(), tags, active };
                return out(Found::Scope(scope));
            }
            arm::GROUP => out(Found::Container(Container {
                cloud: self.cloud.clone(),
                kind: Text::const_new(RESOURCE_GROUPS),
                id: id.canonical.clone(),
                name: row.name.clone(),
                scope: scope.clone(),
                tags: tags.clone(),
            })),
            _ => {}
        }
        out(Found::Resource(RawResource {
            cloud: self.cloud.clone(),
            scope,
            region: row.location.filter(|location| !location.is_empty()),
            group: arm::group(&id.canonical).map(Text::new),
            kind,
            name: row.name,
            tags,
            further: tagledger_model::Further::None,
            taggable: Taggable::Unknown,
            created: row.created.or(row.properties.created),
            facts: None,
            origin: self.origin.clone(),
            id,
        }));
    }
}

/// Warned and past-due subscriptions still run and still cost; disabled and deleted ones do not.
fn is_active(state: Option<&str>) -> bool {
    state.is_none_or(|state| !state.eq_ignore_ascii_case("Disabled") && !state.eq_ignore_ascii_case("Deleted"))
}

/// How the records of a call lie in a file: in the `value` list that Resource Manager itself answers, or bare, in an array or one a line, as `az` prints them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrapping {
    Enveloped,
    Bare,
}

/// The list of an answer of Resource Manager.
const VALUE: &str = "value";

/// Finds the wrapping, none for another export; `is_record` knows the call's records.
fn wrapping(sample: &Sample, is_record: impl Fn(&Map<String, Value>) -> bool) -> Option<Wrapping> {
    if sample.list.as_deref() == Some(VALUE) {
        return sample.record.as_ref().is_some_and(&is_record).then_some(Wrapping::Enveloped);
    }
    let first = if sample.is_array { sample.record.as_ref()? } else { &sample.envelope };
    is_record(first).then_some(Wrapping::Bare)
}

/// The lists that `Document::records` is to look for.
fn lists(wrapping: Option<Wrapping>) -> &'static [&'static str] {
    if wrapping == Some(Wrapping::Enveloped) { &[VALUE] } else { &[] }
}

/// True when an answer of Resource Manager names a page that should follow.
fn has_next(envelope: &Map<String, Value>) -> bool {
    envelope.get("nextLink").and_then(Value::as_str).is_some_and(|link| !link.is_empty())
}

/// What a leftover link means, in a sentence.
const MORE_PAGES: &str = "the answer names a next page (`nextLink`) that is not in the file; export with the `az … list` command, which follows it";

/// True for a record with an id of Resource Manager.
fn has_arm_id(record: &Map<String, Value>) -> bool {
    record.get("id").and_then(Value::as_str).is_some_and(|id| id.starts_with('/'))
}

/// True for a record of a resource group.
fn is_group(record: &Map<String, Value>) -> bool {
    record.get("type").and_then(Value::as_str).is_some_and(|kind| arm::kind(Text::new(kind)) == arm::GROUP)
}

/// True for a record that Resource Graph made: it alone says subscription and tenant in members of their own.
fn is_from_graph(record: &Map<String, Value>) -> bool {
    record.contains_key("subscriptionId") || record.contains_key("tenantId")
}

#[cfg(test)]
mod tests;
