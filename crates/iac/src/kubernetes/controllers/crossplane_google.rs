//! Crossplane's providers for Google Cloud.

use super::{Controller, Table, crossplane};
use crate::kubernetes::scope_of;
use std::sync::LazyLock;

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::of(include_str!("crossplane_google.tsv")));

/// Where kinds that the table does not have may show labels.
const PLACES: &[&str] = &["labels", "resourceLabels", "userLabels", "settings.userLabels"];

pub(super) static CONTROLLER: Controller = Controller {
    has: |group| crossplane::has(group, "gcp"),
    cloud: "gcp",
    known: |manifest| crossplane::known(&TABLE, manifest, "gcp"),
    terraform: |manifest| crossplane::terraform(&TABLE, manifest, "gcp", "google"),
    tags: |manifest, known| crossplane::tags(manifest, known, PLACES, PLACES),
    makes: crossplane::makes,
    only_the_cloud_knows: |_| false,
    scope: |manifest, _| scope_of(manifest.node.get("spec").and_then(|spec| spec.get("forProvider")).and_then(|spec| spec.get("project"))),
};
