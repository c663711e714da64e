//! Crossplane's provider for AWS. It adds `crossplane-*` tags, which are no user's.

use super::{Controller, crossplane_known, crossplane_only_looks, crossplane_tags, is_crossplane};

pub(super) static CONTROLLER: Controller = Controller {
    has: |group| is_crossplane(group, "aws"),
    cloud: "aws",
    terraform: "aws",
    known: |group, kind| crossplane_known("aws", group, kind),
    tags: |manifest, attribute| crossplane_tags(manifest, &[attribute.unwrap_or("tags")]),
    shows_taggable: true,
    only_looks: crossplane_only_looks,
    scope: |_, _, _| None,
};
