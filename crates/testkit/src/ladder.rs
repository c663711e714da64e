//! Where a row's cost belongs, from what the generator knows: own tags, resource, group, scope, nobody.

use crate::{
    estate::Resource,
    scopes::{Group, Scope},
    tag::{Standing, Tag, Value},
    vocabulary::Key,
};
use serde::Serialize;

/// The rung that answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// A tag on the row.
    Row,
    /// A tag of the resource in the inventory.
    Resource,
    /// A tag of its resource group.
    Group,
    /// A tag or label of its account, subscription or project.
    Scope,
    /// None of them.
    Unattributed,
}

/// What a row can be attributed by.
#[derive(Debug, Clone, Copy, Default)]
pub struct Around<'a> {
    /// The tags that the row itself carries.
    pub row: &'a [&'a Tag],
    /// Its resource, when the inventory holds it.
    pub resource: Option<&'a Resource>,
    /// That resource's group.
    pub group: Option<&'a Group>,
    /// The scope that the row names.
    pub scope: Option<&'a Scope>,
}

impl<'a> Around<'a> {
    /// The first rung with a recognised value. Unknown and empty values and conflicts do not answer: the next rung is asked.
    pub fn attribute(&self, key: Key) -> (Option<&'a Value>, Basis) {
        let of = |tags: Option<&'a Vec<Tag>>| tags.and_then(|t| Standing::of(t, key).value());
        let rungs = [
            (Standing::of(self.row.iter().copied(), key).value(), Basis::Row),
            (of(self.resource.map(|r| &r.tags)), Basis::Resource),
            (of(self.group.map(|g| &g.tags)), Basis::Group),
            (of(self.scope.map(|s| &s.tags)), Basis::Scope),
        ];
        rungs.into_iter().find(|r| r.0.is_some()).unwrap_or((None, Basis::Unattributed))
    }
}
