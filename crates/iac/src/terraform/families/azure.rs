//! Plans with the providers `azurerm` and `azapi`. `azurerm` has no default tags; `azapi` has `default_tags`, and older code writes tags into
//! `body`.

use super::super::change::Change;
use super::super::said::Side;
use super::{Family, Lies, Reach, TagsAt, azure_children, constant, text};
use crate::arm;
use serde_json::{Map, Value};
use tagledger_model::{NativeId, ScopeId, TagSyntax, Text};

pub(super) static FAMILY: Family = Family {
    cloud: "azure",
    providers: &["azurerm", "azapi"],
    places: &[
        TagsAt { own: "body.tags", merged: &[], syntax: TagSyntax::HclMap, defaults: Reach::Always, types: &[] },
        TagsAt { own: "tags", merged: &[], syntax: TagSyntax::HclMap, defaults: Reach::Always, types: &[] },
    ],
    // A list of words that is called tags: <https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/api_management_named_value>.
    never: &[
        "azurerm_api_management_named_value",
        "azurerm_api_management_property",
        "azurerm_api_management_workspace_named_value",
        "azurerm_sentinel_threat_intelligence_indicator",
        // A deployment of a template holds resources and is none: nothing is billed for it, and no inventory lists it.
        "azurerm_template_deployment",
        "azurerm_resource_group_template_deployment",
        "azurerm_subscription_template_deployment",
        "azurerm_management_group_template_deployment",
        "azurerm_tenant_template_deployment",
    ],
    except: &[],
    defaulting: &["azapi"],
    no_defaults: &[],
    defaults_stand_in: true,
    partial: &["azapi_update_resource"],
    defaults: &[("default_tags", None)],
    live_id,
    scope,
    children: azure_children::children,
    lies,
    group: |lies, scope| match lies {
        Lies::Nowhere => None,
        Lies::In(name) => Some(arm::group_id(scope, name)),
        Lies::Id(id) => Some(id.clone()),
        // A group of which nothing is known: whatever it would lend is undetermined.
        Lies::Somewhere => Some(arm::group_id(scope, "(known after apply)")),
    },
    names_type: |kind, side| {
        let named = text(side.values.get("type")).filter(|_| kind.starts_with("azapi_"))?;
        Some(arm::native(named.split('@').next().unwrap_or(named)))
    },
    container: |change, scope| {
        let is_group = change.kind == "azurerm_resource_group" || change.names_type.as_deref() == Some(arm::NATIVE_GROUP);
        let name = change.name.as_ref().filter(|_| is_group)?;
        Some(arm::group_id(scope, name))
    },
};

/// What lies in a subscription itself.
const IN_NO_GROUP: [&str; 2] = ["azurerm_resource_group", "azurerm_subscription"];

/// The name of the group, else the group of the resource's own id, else that of what it is a part of: a database names its server by its id.
fn lies(kind: &str, side: &Side<'_>, live: Option<&NativeId>) -> Lies {
    let own_type = (FAMILY.names_type)(kind, side);
    if IN_NO_GROUP.contains(&kind) || own_type.as_deref() == Some(arm::NATIVE_GROUP) {
        return Lies::Nowhere;
    }
    if let Some(name) = text(side.values.get("resource_group_name")) {
        return Lies::In(Text::new(name));
    }
    if let Some(id) = live.and_then(|id| group_of(&id.canonical)) {
        return Lies::Id(id);
    }
    let is_parent = |name: &str| if kind.starts_with("azapi_") { matches!(name, "parent_id" | "resource_id") } else { name.ends_with("_id") };
    let mut groups: Vec<Text> = side.values.iter().filter(|(name, _)| is_parent(name)).filter_map(|(_, id)| group_of(id.as_str()?)).collect();
    groups.sort_unstable();
    groups.dedup();
    let is_open = || side.unknown.keys().any(|name| (is_parent(name) || name == "resource_group_name") && side.is_unknown(name));
    match (groups.pop(), groups.is_empty()) {
        (Some(id), true) => Lies::Id(id),
        (None, _) if !is_open() => Lies::Nowhere,
        _ => Lies::Somewhere,
    }
}

/// The id of the group in which the resource with this id lies.
fn group_of(id: &str) -> Option<Text> {
    const GROUPS: &str = "/resourcegroups/";
    let id = id.to_lowercase();
    let start = id.find(GROUPS).filter(|_| id.starts_with("/subscriptions/"))? + GROUPS.len();
    let length = id[start..].find('/').unwrap_or(id.len() - start);
    (length > 0).then(|| Text::new(&id[..start + length]))
}

fn live_id(_: &str, before: &Map<String, Value>) -> Option<NativeId> {
    text(before.get("id")).filter(|id| id.to_ascii_lowercase().starts_with("/subscriptions/")).map(NativeId::lowered)
}

/// The subscription of the resource's own id, else that of what it lies in, else the provider's.
fn scope(change: &Change, provider: Option<&Value>, variables: &Map<String, Value>) -> Option<ScopeId> {
    let of_group = || if let Lies::Id(id) = &change.lies { Some(id) } else { None };
    if let Some(id) = change.live_id.as_ref().map(|id| &id.canonical).or_else(of_group) {
        return id.split('/').nth(2).map(Text::new);
    }
    text(constant(provider?.get("subscription_id"), variables)).map(|id| Text::from(id.to_lowercase()))
}
