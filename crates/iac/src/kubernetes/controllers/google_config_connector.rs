//! Config Connector: <https://cloud.google.com/config-connector/docs/how-to/labels>.
//!
//! Of many kinds, labels of the manifest become labels of the resource, without those whose key has a prefix (`app.kubernetes.io/name`); others have
//! a field for them, and others none. That a manifest has labels proves nothing: a table says where the cloud's are.

use super::table::{Entry, Table};
use super::{Controller, Shown};
use crate::found::{Carries, Found};
use crate::kubernetes::{Manifest, scope_of, tags_of};
use crate::reader::squeezed;
use crate::template::Node;
use std::sync::LazyLock;

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::of(include_str!("google_config_connector.tsv")));

/// The end of every group.
const GROUPS: &str = ".cnrm.cloud.google.com";

/// The annotation that names the project, on a resource or on its namespace.
const PROJECT: &str = "cnrm.cloud.google.com/project-id";

/// Where labels of the manifest are, and where most of the other kinds have theirs.
const METADATA: &str = "metadata.labels";
const SPEC: &str = "spec.labels";

pub(super) static CONTROLLER: Controller = Controller {
    has: |group| group.ends_with(GROUPS) && !super::CONFIGURING.contains(&group),
    cloud: "gcp",
    known,
    terraform,
    tags,
    makes: |_| true,
    only_the_cloud_knows: |_| false,
    scope: |manifest, all| {
        let annotated = |node: &Node| scope_of(node.get("metadata").and_then(|m| m.get("annotations")).and_then(|a| a.get(PROJECT)));
        let is_namespace = |other: &&Manifest<'_>| other.kind == "Namespace" && other.word("name") == manifest.word("namespace");
        let referenced = manifest.node.get("spec").and_then(|spec| spec.get("projectRef")).and_then(|project| project.get("external"));
        let of_namespace = || all.iter().find(is_namespace).and_then(|other| annotated(other.node));
        scope_of(referenced).or_else(|| annotated(manifest.node)).or_else(of_namespace)
    },
};

fn known(manifest: &Manifest<'_>) -> Option<Entry> {
    TABLE.find(manifest.group().strip_suffix(GROUPS)?, &manifest.kind)
}

/// What Terraform calls a kind. It has names of their own for what is global or regional, which to this controller is a matter of the location.
fn terraform(manifest: &Manifest<'_>) -> Vec<String> {
    let kind = manifest.kind.as_ref();
    let Some(entry) = known(manifest) else { return vec![squeezed(&format!("google{kind}"))] };
    let usual = entry.terraform(&format!("google{kind}"));
    let location = manifest.node.get("spec").and_then(|spec| spec.get("location")).and_then(Node::text).unwrap_or_default();
    let extent = match (location, location.matches('-').count()) {
        ("global", _) => Some("global"),
        (_, 1) => Some("region"),
        _ => None,
    };
    let special = extent.and_then(|extent| Some(squeezed(&format!("googlecompute{extent}{}", kind.strip_prefix("Compute")?))));
    special.into_iter().chain([usual]).collect()
}

fn tags(manifest: &Manifest<'_>, known: Option<Carries>) -> Shown {
    let at = |path: &str| path.split('.').try_fold(manifest.node, |node, name| node.get(name)).map(tags_of);
    let of_manifest = || {
        let mut found = at(METADATA).unwrap_or_default();
        found.tags.retain(|tag| !tag.key.contains('/'));
        found
    };
    let own = at(SPEC).filter(|own| own.open || !own.tags.is_empty());
    match known {
        Some(Carries::Nothing) => Shown { attribute: METADATA, found: Found::default() },
        Some(Carries::At(METADATA)) => Shown { attribute: METADATA, found: of_manifest() },
        // Which of the two counts is the matter of versions of the controller.
        Some(Carries::At(either)) if either.contains('|') => match own {
            Some(own) => Shown { attribute: SPEC, found: own.either(&of_manifest()) },
            None => Shown { attribute: METADATA, found: of_manifest() },
        },
        Some(Carries::At(path)) => Shown { attribute: path, found: at(path).unwrap_or_default() },
        None => Shown { attribute: SPEC, found: own.unwrap_or_else(Found::anything) },
    }
}
