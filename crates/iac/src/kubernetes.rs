//! Manifests by which controllers in a Kubernetes cluster make resources in a cloud: Config Connector and Crossplane.
//!
//! What `kubectl apply` is handed is what is wanted, not what changes: every resource counts as created. Labels of the manifest are the
//! cluster's own, except where a controller hands them on.

mod controllers;

#[cfg(test)]
mod tests;

use crate::found::{Carries, Found};
use crate::template::{self, Node, Value};
use crate::{Document, Form, Options, PlanError, PlanReader, Reading};
use controllers::Controller;
use std::sync::Arc;
use tagledger_model::{Action, CloudId, NativeId, Observed, Origin, Place, Planned, RawResource, ScopeId, TagPlace, TagSyntax, Taggable, Text};

/// The reader.
pub(crate) struct Manifests;

/// The name of the format in reports.
const ID: &str = "kubernetes.manifest";

impl PlanReader for Manifests {
    fn id(&self) -> &'static str {
        ID
    }

    fn recognises(&self, document: &Document<'_>) -> bool {
        let is_manifest = match document.form {
            Form::Object(_) => document.has("apiVersion") && document.has("kind"),
            Form::Text => document.text.lines().any(|line| line.trim_start_matches("- ").trim_start().starts_with("apiVersion:")),
            Form::Array | Form::Events => false,
        };
        is_manifest && Controller::is_named_in(document.text)
    }

    fn read(&self, document: &Document<'_>, options: &Options<'_>, out: &mut Reading) -> Result<(), PlanError> {
        let documents = template::parse(document.text).map_err(|error| {
            let hint = if document.text.contains("{{") { "; a chart has to be rendered first (`helm template`), and what that prints checked" } else { "" };
            PlanError::At {
                path: document.path.to_string(),
                line: error.line + document.line - 1,
                column: error.column,
                what: format!("the manifest cannot be read: {}{hint}", error.what),
            }
        })?;
        let listed = |root: &'_ Node| root.get("kind").and_then(Node::text).is_some_and(|kind| kind == "List");
        let all: Vec<&Node> =
            documents.iter().flat_map(|root| if listed(root) { root.get("items").map_or(&[][..], Node::items).iter().collect() } else { vec![root] }).collect();
        for manifest in &all {
            enter(manifest, &all, document, options, out);
        }
        Ok(())
    }
}

fn enter(manifest: &Node, all: &[&Node], document: &Document<'_>, options: &Options<'_>, out: &mut Reading) {
    let word = |node: Option<&Node>| node.and_then(Node::text).map(str::to_owned);
    let (Some(version), Some(kind)) = (word(manifest.get("apiVersion")), word(manifest.get("kind"))) else { return };
    let line = |line: usize| u32::try_from(line + document.line - 1).unwrap_or(0);
    let group = version.split('/').next().unwrap_or_default();
    if matches!(kind.as_str(), "Composition" | "CompositeResourceDefinition") && group == controllers::COMPOSITIONS {
        out.gaps.push(format!("{}:{}: a {kind} makes resources that only the cluster decides", document.path, line(manifest.line)));
        return;
    }
    let Some(controller) = Controller::of(group, &kind) else { return };
    if (controller.only_looks)(manifest) {
        return;
    }
    let metadata = manifest.get("metadata");
    let name = metadata.and_then(|m| m.get("name").or_else(|| m.get("generateName"))).and_then(Node::text).unwrap_or_default();
    let namespace = metadata.and_then(|m| m.get("namespace")).and_then(Node::text).unwrap_or_default();
    let address = format!("{version}/{kind}/{namespace}/{name}");
    let known = (controller.known)(group, &kind);
    let attribute = if let Some(Carries::At(attribute)) = known { Some(attribute) } else { None };
    let (attribute, found) = (controller.tags)(manifest, attribute);
    let taggable = match known {
        Some(Carries::At(_)) => Taggable::Yes,
        Some(Carries::Nothing) => Taggable::No,
        None if controller.shows_taggable && !found.tags.is_empty() => Taggable::Yes,
        None => Taggable::Unknown,
    };
    let found = if taggable == Taggable::No { Found::default() } else { found };
    let further = found.further();
    let scope = (controller.scope)(manifest, namespace, all).or_else(|| options.scope.clone());
    let shared = controllers::terraform_names(controller, group, &kind).find_map(|name| options.kind_squeezed(controller.cloud, &name));
    let spec = manifest.get("spec");
    let region = ["region", "location"].iter().find_map(|name| spec?.get("forProvider").and_then(|p| p.get(name)).or_else(|| spec?.get(name))?.text());
    out.resources.push(RawResource {
        cloud: CloudId::new(controller.cloud),
        scope: scope.unwrap_or(Text::const_new("unknown")),
        region: region.map(Text::new),
        group: None,
        id: NativeId::exact(address.as_str()),
        kind: shared.map_or_else(|| Text::from(format!("{group}/{kind}")), |kind| Text::new(kind.native)),
        name: Some(Text::new(name)).filter(|name| !name.is_empty()),
        tags: Observed::Known(found.tags),
        further,
        taggable,
        created: None,
        origin: Origin::Planned(Box::new(Planned {
            reader: ID,
            file: Arc::clone(document.path),
            address: Text::from(address),
            previous: None,
            module: Some(Text::new(namespace)).filter(|namespace| !namespace.is_empty()),
            action: Action::Create,
            kind: Text::from(format!("{group}/{kind}")),
            id: None,
            tags_at: Some(TagPlace { attribute: Text::new(attribute), syntax: TagSyntax::Map }),
            place: Some(Place { file: document.path.as_ref().into(), line: line(manifest.line), column: u32::try_from(manifest.column).unwrap_or(0) }),
            end_line: line(manifest.end_line),
        })),
    });
}

/// The tags of a map, or of a list of `{key, value}`.
fn tags_of(node: &Node) -> Found {
    let mut all = Found::default();
    match &node.value {
        Value::Map(entries) => {
            for (key, value) in entries {
                match key.text() {
                    Some(key) => all.and(Found::one(key, value.text())),
                    None => all.open = true,
                }
            }
        }
        Value::List(items) => {
            for item in items {
                match item.get("key").and_then(Node::text) {
                    Some(key) => all.and(Found::one(key, Some(item.get("value").and_then(Node::text).unwrap_or_default()))),
                    None => all.open = true,
                }
            }
        }
        Value::Null | Value::Scalar(_) => {}
    }
    all
}

/// A scope that is written out.
fn scope_of(node: Option<&Node>) -> Option<ScopeId> {
    node.and_then(Node::text).filter(|text| !text.is_empty()).map(Text::new)
}
