//! Config Connector: <https://cloud.google.com/config-connector/docs/how-to/labels>.
//!
//! Labels of the manifest become labels of the resource, without those whose key has a prefix (`app.kubernetes.io/name`), where the kind has
//! labels at all: that there are some proves nothing.

use super::Controller;
use crate::found::Carries;
use crate::kubernetes::{scope_of, tags_of};
use crate::template::Node;

/// The annotation that names the project, on a resource or on its namespace.
const PROJECT: &str = "cnrm.cloud.google.com/project-id";

/// Groups that configure the controller itself.
const OWN: &[&str] = &["core.cnrm.cloud.google.com", "customize.core.cnrm.cloud.google.com", "addons.cnrm.cloud.google.com"];

pub(super) static CONTROLLER: Controller = Controller {
    has: |group| group.ends_with(".cnrm.cloud.google.com") && !OWN.contains(&group),
    cloud: "gcp",
    terraform: "google",
    known: |_, kind| match kind {
        // The table has these under other names.
        "SQLInstance" | "RunService" | "RunJob" | "Project" => Some(Carries::At("labels")),
        _ => crate::pulumi::fold("gcp", kind),
    },
    tags: |manifest, _| {
        if let Some(own) = manifest.get("spec").and_then(|spec| spec.get("labels")).filter(|labels| !labels.entries().is_empty()) {
            return ("spec.labels", tags_of(own));
        }
        let mut found = manifest.get("metadata").and_then(|m| m.get("labels")).map(tags_of).unwrap_or_default();
        found.tags.retain(|tag| !tag.key.contains('/'));
        ("metadata.labels", found)
    },
    shows_taggable: false,
    only_looks: |_| false,
    scope: |manifest, namespace, all| {
        let annotated = |node: &Node| scope_of(node.get("metadata").and_then(|m| m.get("annotations")).and_then(|a| a.get(PROJECT)));
        let is_namespace = |node: &Node| {
            let named = node.get("metadata").and_then(|m| m.get("name")).and_then(Node::text);
            node.get("kind").and_then(Node::text) == Some("Namespace") && named == Some(namespace)
        };
        let referenced = manifest.get("spec").and_then(|spec| spec.get("projectRef")).and_then(|project| project.get("external"));
        let of_namespace = || all.iter().copied().find(|node| is_namespace(node)).and_then(annotated);
        scope_of(referenced).or_else(|| annotated(manifest)).or_else(of_namespace)
    },
};
