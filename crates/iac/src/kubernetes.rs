//! Manifests by which controllers in a Kubernetes cluster make resources in a cloud: Config Connector and Crossplane.
//!
//! What `kubectl apply` is handed is what is wanted, not what changes: every resource counts as created. Labels of the manifest are the
//! cluster's own, except where a controller hands them on.

mod controllers;
mod manifest;

#[cfg(test)]
mod tests;

use crate::found::{Carries, Found};
use crate::template::{self, Node};
use crate::{Document, Form, Options, PlanError, PlanReader, Reading};
use controllers::{Controller, Shown};
use manifest::{Manifest, is_unset};
use std::collections::BTreeSet;
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
            Form::Text => document.text.lines().any(names_a_version),
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
        let mut all = Vec::new();
        for root in &documents {
            Manifest::collect(root, &mut all);
        }
        let mut entering = Entering { all: &all, document, options, out };
        for manifest in &all {
            entering.manifest(manifest);
        }
        let passed: BTreeSet<&str> = all.iter().map(Manifest::group).filter(|group| controllers::is_unknown(group)).collect();
        if !passed.is_empty() {
            let groups = passed.into_iter().collect::<Vec<_>>().join(", ");
            out.notes.push(format!("{}: manifests of {groups} were passed over: what their controllers make in a cloud is not known", document.path));
        }
        Ok(())
    }
}

/// Whether a line of YAML says the version of a manifest, with or without quotes.
fn names_a_version(line: &str) -> bool {
    let rest = line.trim_start_matches(['-', '{', '[', '"', '\'', ' ', '\t']).strip_prefix("apiVersion");
    rest.is_some_and(|rest| rest.trim_start_matches(['"', '\'', ' ', '\t']).starts_with(':'))
}

struct Entering<'e> {
    all: &'e [Manifest<'e>],
    document: &'e Document<'e>,
    options: &'e Options<'e>,
    out: &'e mut Reading,
}

impl Entering<'_> {
    fn line(&self, line: usize) -> u32 {
        u32::try_from(line + self.document.line - 1).unwrap_or(0)
    }

    fn gap(&mut self, manifest: &Manifest<'_>, what: &str) {
        let line = self.line(manifest.node.line);
        self.out.gaps.push(format!("{}:{line}: a {} makes resources that {what}", self.document.path, manifest.kind));
    }

    fn manifest(&mut self, manifest: &Manifest<'_>) {
        let (group, kind) = (manifest.group(), manifest.kind.as_ref());
        if matches!(kind, "Composition" | "CompositeResourceDefinition") && group == controllers::COMPOSITIONS {
            return self.gap(manifest, "only the cluster decides");
        }
        let Some(controller) = Controller::of(group, kind).filter(|controller| (controller.makes)(manifest)) else { return };
        if (controller.only_the_cloud_knows)(kind) {
            return self.gap(manifest, "only the template in it names");
        }
        let known = (controller.known)(manifest).map(|entry| entry.carries);
        let Shown { attribute, found } = (controller.tags)(manifest, known);
        let taggable = match known {
            Some(Carries::At(_)) => Taggable::Yes,
            Some(Carries::Nothing) => Taggable::No,
            None if !found.tags.is_empty() => Taggable::Yes,
            None => Taggable::Unknown,
        };
        let scope = (controller.scope)(manifest, self.all).or_else(|| self.options.scope.clone());
        let shared = (controller.terraform)(manifest).iter().find_map(|name| self.options.kind_squeezed(controller.cloud, name));
        let (name, namespace) =
            (Some(manifest.word("name")).filter(|name| !name.is_empty()).unwrap_or(manifest.word("generateName")), manifest.word("namespace"));
        let address = format!("{}/{kind}/{namespace}/{name}", manifest.version);
        self.out.resources.push(RawResource {
            cloud: CloudId::new(controller.cloud),
            scope: scope.unwrap_or(Text::const_new("unknown")),
            region: region(manifest.node).map(Text::new),
            group: None,
            id: NativeId::exact(address.as_str()),
            kind: shared.map_or_else(|| Text::from(format!("{group}/{kind}")), |kind| Text::new(kind.native)),
            name: Some(Text::new(name)).filter(|name| !name.is_empty()),
            further: found.further(),
            tags: Observed::Known(found.tags),
            taggable,
            created: None,
            changed: None,
            facts: None,
            origin: Origin::Planned(Box::new(Planned {
                reader: ID,
                file: Arc::clone(self.document.path),
                address: Text::from(address),
                previous: None,
                module: Some(Text::new(namespace)).filter(|namespace| !namespace.is_empty()),
                action: Action::Create,
                kind: Text::from(format!("{group}/{kind}")),
                id: None,
                tags_at: Some(TagPlace { attribute: Text::new(attribute), syntax: TagSyntax::Map }),
                place: Some(self.place(manifest.node)),
                end_line: self.line(manifest.node.end_line),
            })),
        });
    }

    fn place(&self, node: &Node) -> Place {
        Place { file: self.document.path.as_ref().into(), line: self.line(node.line), column: u32::try_from(node.column).unwrap_or(0) }
    }
}

/// The region or location that a manifest names.
fn region(manifest: &Node) -> Option<&str> {
    let spec = manifest.get("spec")?;
    ["region", "location"].iter().find_map(|name| spec.get("forProvider").and_then(|part| part.get(name)).or_else(|| spec.get(name))?.text())
}

/// The tags of a map, or of a list of `{key, value}`. A value that is not set is no tag of a map; an item of a list has its key all the same.
fn tags_of(node: &Node) -> Found {
    let mut all = Found::default();
    for (key, value) in node.entries().iter().filter(|(_, value)| !is_unset(value)) {
        match key.text() {
            Some(key) => all.and(Found::one(key, value.text())),
            None => all.open = true,
        }
    }
    for item in node.items() {
        let word = |names: &[&str]| names.iter().find_map(|name| item.get(name)).filter(|node| !is_unset(node)).and_then(Node::text);
        match word(&["key", "tagKey", "tag"]) {
            Some(key) => all.and(Found::one(key, Some(word(&["value", "tagValue"]).unwrap_or_default()))),
            None => all.open = true,
        }
    }
    // A word in their place is one that something else fills in.
    all.open |= node.text().is_some() && !is_unset(node);
    all
}

/// A scope that is written out.
fn scope_of(node: Option<&Node>) -> Option<ScopeId> {
    node.and_then(Node::text).filter(|text| !text.is_empty()).map(Text::new)
}
