//! Packages `azure-native`, made from the Resource Manager's own descriptions, and `azure`, made from the Terraform provider. Neither has default tags.

use super::{Package, types};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use tagledger_model::{NativeId, ScopeId, Text};

pub(super) static NATIVE: Package = Package {
    name: "azure-native",
    cloud: "azure",
    terraform: "azurerm",
    known: types::find,
    attributes: &["tags"],
    merged: None,
    defaults: None,
    no_defaults: &[],
    bare: &["resources", "compute", "network", "storage", "keyvault", "operationalinsights", "sql"],
    named: &[],
    region: "azure-native:location",
    live_id,
    scope: |id, _, config| scope(id, config, "azure-native:subscriptionId"),
};

pub(super) static CLASSIC: Package = Package {
    name: "azure",
    cloud: "azure",
    terraform: "azurerm",
    known: types::find,
    attributes: &["tags"],
    merged: None,
    defaults: None,
    no_defaults: &[],
    bare: &["core", "compute", "network", "storage", "keyvault", "containerservice", "dns", "lb"],
    named: &[],
    region: "azure:location",
    live_id,
    scope: |id, _, config| scope(id, config, "azure:subscriptionId"),
};

fn live_id(id: &str, _: &Map<String, Value>) -> Option<NativeId> {
    id.to_ascii_lowercase().starts_with("/subscriptions/").then(|| NativeId::lowered(id))
}

fn scope(id: Option<&NativeId>, config: &BTreeMap<String, String>, setting: &str) -> Option<ScopeId> {
    let of_id = id.and_then(|id| id.canonical.split('/').nth(2)).map(Text::new);
    of_id.or_else(|| config.get(setting).map(|id| Text::from(id.to_lowercase())))
}
