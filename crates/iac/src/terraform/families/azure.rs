//! Plans with the providers `azurerm` and `azapi`. `azurerm` has no default tags; `azapi` has `default_tags`, and older code writes tags into
//! `body`.

use super::super::change::Change;
use super::{Family, Reach, TagsAt, azure_children, constant, text};
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
    group: |change, scope| {
        let name = change.group.as_ref()?;
        Some(group_id(scope, name))
    },
    container: |change, scope| {
        let name = change.name.as_ref().filter(|_| change.kind == "azurerm_resource_group")?;
        Some(group_id(scope, name))
    },
};

fn group_id(scope: &ScopeId, name: &str) -> Text {
    Text::from(format!("/subscriptions/{scope}/resourcegroups/{name}").to_lowercase())
}

fn live_id(_: &str, before: &Map<String, Value>) -> Option<NativeId> {
    text(before.get("id")).filter(|id| id.to_ascii_lowercase().starts_with("/subscriptions/")).map(NativeId::lowered)
}

/// The subscription of the resource's own id, else the provider's.
fn scope(change: &Change, provider: Option<&Value>, variables: &Map<String, Value>) -> Option<ScopeId> {
    if let Some(id) = &change.live_id {
        return id.canonical.split('/').nth(2).map(Text::new);
    }
    text(constant(provider?.get("subscription_id"), variables)).map(|id| Text::from(id.to_lowercase()))
}
