//! Packages `azure-native`, made from the Resource Manager's own descriptions, and `azure`, made from the Terraform provider. Neither has default tags.

use super::{Package, types};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use tagledger_model::{NativeId, ScopeId, Text};

const COMMON: Package = Package {
    name: "azure",
    cloud: "azure",
    terraform: "azurerm",
    known: types::find,
    attributes: &["tags"],
    merged: None,
    defaults: None,
    no_defaults: &[],
    bare: &[],
    named: &[],
    region: "azure:location",
    live_id,
    scope: |id, _, config| scope(id, config, "azure:subscriptionId"),
};

pub(super) static NATIVE: Package = Package {
    name: "azure-native",
    bare: &["resources", "compute", "network", "storage", "keyvault", "operationalinsights", "sql"],
    region: "azure-native:location",
    scope: |id, _, config| scope(id, config, "azure-native:subscriptionId"),
    ..COMMON
};

pub(super) static CLASSIC: Package = Package { bare: &["core", "compute", "network", "storage", "keyvault", "containerservice", "dns", "lb"], ..COMMON };

fn live_id(id: &str, _: &Map<String, Value>) -> Option<NativeId> {
    id.to_ascii_lowercase().starts_with("/subscriptions/").then(|| NativeId::lowered(id))
}

fn scope(id: Option<&NativeId>, config: &BTreeMap<String, String>, setting: &str) -> Option<ScopeId> {
    let of_id = id.and_then(|id| id.canonical.split('/').nth(2)).map(Text::new);
    of_id.or_else(|| config.get(setting).map(|id| Text::from(id.to_lowercase())))
}
