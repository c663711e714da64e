//! Crossplane's provider for Google Cloud.

use super::{Controller, crossplane_known, crossplane_only_looks, crossplane_tags, is_crossplane};
use crate::kubernetes::scope_of;

/// Where labels are written in kinds that no table has.
const PLACES: &[&str] = &["labels", "resourceLabels", "userLabels"];

pub(super) static CONTROLLER: Controller = Controller {
    has: |group| is_crossplane(group, "gcp"),
    cloud: "gcp",
    terraform: "google",
    known: |group, kind| crossplane_known("gcp", group, kind),
    tags: |manifest, attribute| match attribute {
        Some(attribute) => crossplane_tags(manifest, &[attribute]),
        None => crossplane_tags(manifest, PLACES),
    },
    shows_taggable: true,
    only_looks: crossplane_only_looks,
    scope: |manifest, _, _| scope_of(manifest.get("spec").and_then(|spec| spec.get("forProvider")).and_then(|spec| spec.get("project"))),
};
