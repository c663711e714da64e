//! Crossplane's providers for AWS. They add `crossplane-*` tags, which are no user's.

use super::{Controller, Table, crossplane};
use std::sync::LazyLock;

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::of(include_str!("crossplane_aws.tsv")));

/// Where kinds of the older provider have tags. Their `labels` are the nodes' of a cluster.
const CLASSIC: &[&str] = &["tags", "tagging.tagSet", "userPoolTags", "identityPoolTags"];

pub(super) static CONTROLLER: Controller = Controller {
    has: |group| crossplane::has(group, "aws"),
    cloud: "aws",
    known: |manifest| crossplane::known(&TABLE, manifest, "aws"),
    terraform: |manifest| crossplane::terraform(&TABLE, manifest, "aws", "aws"),
    tags: |manifest, known| crossplane::tags(manifest, known, &["tags"], CLASSIC),
    makes: crossplane::makes,
    only_the_cloud_knows: |_| false,
    scope: |_, _| None,
};
