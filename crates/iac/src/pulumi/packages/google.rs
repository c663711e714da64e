//! Packages `gcp`, made from the Terraform provider, and `google-native`. What is called `tags` there are network tags.

use super::{Package, types};
use crate::asset_links;
use crate::pulumi::steps::{State, text};
use std::collections::BTreeMap;
use tagledger_model::{ScopeId, Text};

pub(super) static CLASSIC: Package = Package {
    name: "gcp",
    cloud: "gcp",
    terraform: "google",
    known: types::find,
    attributes: &["labels", "userLabels", "resourceLabels"],
    merged: None,
    defaults: Some(("defaultLabels", None)),
    no_defaults: &["gcp:monitoring/notificationChannel:NotificationChannel", "gcp:deploymentmanager/deployment:Deployment"],
    bare: &["organizations"],
    named: &[],
    region: "gcp:region",
    live_id: |_, outputs| asset_links::asset(text(outputs.get("selfLink"))?),
    scope: |_, state, config| scope(state, config, "gcp:project"),
};

pub(super) static NATIVE: Package = Package {
    name: "google-native",
    defaults: None,
    no_defaults: &[],
    bare: &[],
    named: &[],
    region: "google-native:region",
    scope: |_, state, config| scope(state, config, "google-native:project"),
    known: types::find,
    attributes: CLASSIC.attributes,
    cloud: CLASSIC.cloud,
    merged: None,
    terraform: CLASSIC.terraform,
    live_id: CLASSIC.live_id,
};

fn scope(state: &State, config: &BTreeMap<String, String>, setting: &str) -> Option<ScopeId> {
    text(state.inputs.get("project")).or_else(|| text(state.outputs.get("project"))).map(Text::new).or_else(|| config.get(setting).map(Text::new))
}
