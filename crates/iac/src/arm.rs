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

use tagledger_model::Text;

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
fn group_id(subscription: &str, name: &str) -> Text {
    Text::from(format!("/subscriptions/{subscription}/resourcegroups/{name}").to_lowercase())
}

/// The type as inventories name it.
fn native(kind: &str) -> Text {
    let kind = kind.to_lowercase();
    if kind == GROUP { Text::const_new("microsoft.resources/subscriptions/resourcegroups") } else { Text::from(kind) }
}
