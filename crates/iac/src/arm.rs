//! Templates of Azure Resource Manager, as people write them and as Bicep compiles them, and what `what-if` answers.
//!
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/syntax>

mod comments;
mod expression;
mod scope;
mod template;
mod what_if;

#[cfg(test)]
mod tests;

use crate::Options;
use crate::found::Found;
use tagledger_model::{CloudId, Container, Further, Observed, ScopeId, Taggable, Text};

pub(crate) use comments::{is_template, strict};
pub(crate) use template::ArmTemplate;
pub(crate) use what_if::WhatIf;

/// The cloud.
const CLOUD: &str = "azure";

/// The type of a deployment, which holds other resources, costs nothing, and is no resource of an inventory.
const DEPLOYMENT: &str = "microsoft.resources/deployments";

/// The type of a resource group as templates name it.
const GROUP: &str = "microsoft.resources/resourcegroups";

/// Node pools, whose tags are among their properties.
const NODE_POOL: &str = "microsoft.containerservice/managedclusters/agentpools";

/// The canonical id of a resource group.
pub(crate) fn group_id(subscription: &str, name: &str) -> Text {
    Text::from(format!("/subscriptions/{subscription}/resourcegroups/{name}").to_lowercase())
}

/// The type of a resource group as inventories name it.
pub(crate) const NATIVE_GROUP: &str = "microsoft.resources/subscriptions/resourcegroups";

/// The type as inventories name it.
pub(crate) fn native(kind: &str) -> Text {
    let kind = kind.to_lowercase();
    if kind == GROUP { Text::const_new(NATIVE_GROUP) } else { Text::from(kind) }
}

/// Where a type has its tags.
fn attribute(kind: &str) -> &'static str {
    if kind.eq_ignore_ascii_case(NODE_POOL) { "properties.tags" } else { "tags" }
}

/// Whether a resource can carry tags: those that it shows prove it, else the table is asked.
fn taggable(options: &Options<'_>, native: &str, shows_tags: bool) -> Taggable {
    let known = || options.kinds_of(CLOUD).and_then(|kinds| kinds.taggable(native));
    if shows_tags { Taggable::Yes } else { known().unwrap_or(Taggable::Unknown) }
}

/// A resource group that may lend its tags; what leaves any of them open leaves all of them unread.
fn container(id: Text, name: Option<Text>, scope: &ScopeId, found: &Found) -> Container {
    let tags = if found.further() == Further::None { Observed::Known(found.tags.clone()) } else { Observed::Unknown };
    Container { cloud: CloudId::new(CLOUD), kind: Text::const_new("resource_groups"), id, name, scope: scope.clone(), tags }
}
