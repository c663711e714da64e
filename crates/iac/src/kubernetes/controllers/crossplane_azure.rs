//! Crossplane's provider for Azure.

use super::{Controller, crossplane_known, crossplane_only_looks, crossplane_tags, is_crossplane};
use crate::found::Carries;

pub(super) static CONTROLLER: Controller = Controller {
    has: |group| is_crossplane(group, "azure"),
    cloud: "azure",
    terraform: "azurerm",
    known: |group, kind| match kind {
        "ResourceGroup" => Some(Carries::At("tags")),
        _ => crossplane_known("azure", group, kind),
    },
    tags: |manifest, attribute| crossplane_tags(manifest, &[attribute.unwrap_or("tags")]),
    shows_taggable: true,
    only_looks: crossplane_only_looks,
    scope: |_, _, _| None,
};
