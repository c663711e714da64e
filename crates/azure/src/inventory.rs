//! From a row of any source, an export or a live answer, to what it describes.

use crate::row::Row;
use crate::tags::Tags;
use crate::{ID, MANAGEMENT_GROUPS, RESOURCE_GROUPS, arm};
use tagledger_collect::{Found, Sink};
use tagledger_model::{CloudId, Container, ContainerRef, Facts, Observed, Origin, RawResource, RawTag, Scope, Taggable, Text};

/// What every row of one source shares.
pub(crate) struct Context {
    cloud: CloudId,
    origin: Origin,
    /// What a row without a `tags` member means: in lists of Resource Manager nothing is there, in a query nothing was asked.
    absent_tags: Observed<Vec<RawTag>>,
}

impl Context {
    pub fn new(origin: Origin, absent_tags: Observed<Vec<RawTag>>) -> Self {
        Self { cloud: CloudId::new(ID), origin, absent_tags }
    }

    /// Hands a row over as what it is: a subscription is a scope, a resource group is a container, and both are resources of their own, because
    /// they carry tags that somebody must write. A management group is nothing: it carries none, and each subscription names those above it.
    pub fn emit(&self, row: Row, facts: Option<Box<Facts>>, out: &mut Sink<'_>) {
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
                out(Found::Scope(Scope {
                    cloud: self.cloud.clone(),
                    id: scope.clone(),
                    aliases: Vec::new(),
                    name: row.name.clone(),
                    ancestors: ancestors.collect(),
                    tags: tags.clone(),
                    active,
                }));
                // Nobody tags what is switched off.
                if !active {
                    return;
                }
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
            changed: row.changed,
            facts,
            origin: self.origin.clone(),
            id,
        }));
    }
}

/// Warned and past-due subscriptions still run and still cost; disabled and deleted ones do not.
pub(crate) fn is_active(state: Option<&str>) -> bool {
    state.is_none_or(|state| !state.eq_ignore_ascii_case("Disabled") && !state.eq_ignore_ascii_case("Deleted"))
}
