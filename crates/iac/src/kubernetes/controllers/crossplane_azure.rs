//! Crossplane's providers for Azure.

use super::{Controller, Table, crossplane};
use std::sync::LazyLock;

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::of(include_str!("crossplane_azure.tsv")));

pub(super) static CONTROLLER: Controller = Controller {
    has: |group| crossplane::has(group, "azure"),
    cloud: "azure",
    known: |manifest| crossplane::known(&TABLE, manifest, "azure"),
    terraform: |manifest| crossplane::terraform(&TABLE, manifest, "azure", "azurerm"),
    tags: |manifest, known| crossplane::tags(manifest, known, &["tags"], &["tags"]),
    makes: crossplane::makes,
    // A deployment is no resource; what it deploys is in a text.
    only_the_cloud_knows: |kind| kind.ends_with("TemplateDeployment"),
    scope: |_, _| None,
};
