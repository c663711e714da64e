//! Clouds, scopes and the containers around them.

use crate::{Observed, RawTag, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which cloud something lies in: `aws`, `azure`, `gcp`, or whatever a generic inventory calls itself.
///
/// Shared code can compare and print it but cannot `match` on it: what differs between clouds is data behind
/// the `Cloud` trait.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct CloudId(#[schemars(with = "String")] Text);

impl CloudId {
    /// A cloud by its short name.
    pub fn new(name: &str) -> Self {
        Self(Text::new(name))
    }

    /// The short name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for CloudId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// An AWS account id, an Azure subscription id (lower case), a Google project id: what bills and inventories join on.
pub type ScopeId = Text;

/// An AWS account, an Azure subscription, a Google project.
#[derive(Debug, Clone, PartialEq)]
pub struct Scope {
    /// The cloud it belongs to.
    pub cloud: CloudId,
    /// The canonical id.
    pub id: ScopeId,
    /// Other ids of the same scope, such as a Google project's number.
    pub aliases: Vec<Text>,
    /// The name people know it by.
    pub name: Option<Text>,
    /// From the nearest to the root: units and organisation, management groups, folders.
    pub ancestors: Vec<ContainerRef>,
    /// Tags of the scope itself.
    pub tags: Observed<Vec<RawTag>>,
    /// False when the cloud says that it is suspended, disabled or being deleted; such a scope is skipped with a coverage row.
    pub active: bool,
}

/// One step on the way from a scope to its root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerRef {
    /// A kind that the cloud's `containers()` lists: `units`, `management_groups`, `folders`, `resource_groups`.
    pub kind: Text,
    /// The id in the cloud's own form.
    pub id: Text,
    /// The display name or path, where known.
    pub name: Option<Text>,
    /// Its own tags.
    pub tags: Observed<Vec<RawTag>>,
}

impl ContainerRef {
    /// A step whose tags nobody has read.
    pub fn new(kind: impl Into<Text>, id: impl Into<Text>, name: Option<Text>) -> Self {
        Self { kind: kind.into(), id: id.into(), name, tags: Observed::Unknown }
    }
}

/// What a resource sits in, below the scope: today a resource group; it can lend its tags.
#[derive(Debug, Clone, PartialEq)]
pub struct Container {
    /// The cloud it belongs to.
    pub cloud: CloudId,
    /// A kind that the cloud's `containers()` lists.
    pub kind: Text,
    /// Canonical id: what `RawResource::group` holds.
    pub id: Text,
    /// Display name.
    pub name: Option<Text>,
    /// The scope it lies in.
    pub scope: ScopeId,
    /// Its own tags.
    pub tags: Observed<Vec<RawTag>>,
}

/// A kind of container of one cloud, as `stages:` and `inherit:` in taxonomy.yaml name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContainerKind {
    /// The word under `stages:`, e.g. `accounts`, `units`, `resource_groups`.
    pub word: &'static str,
    /// True for the kind that is the scope itself.
    pub is_scope: bool,
    /// How this kind is called in a sentence, e.g. "account".
    pub noun: &'static str,
}
