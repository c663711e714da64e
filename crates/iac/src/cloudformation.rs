//! Templates of CloudFormation and SAM, and the assemblies that the CDK writes.
//!
//! A template says less than a plan: parameters, mappings and conditions are decided by the deploy. A tag is there, there with a value that
//! only the deploy knows, or perhaps there; where a function stands for the whole list, any tag may be there. Parameters count as
//! unknown even with a default, because a deploy may override it.

mod assembly;
mod children;
mod tags;
mod types;

#[cfg(test)]
mod tests;

use crate::found::Found;
use crate::template::{self, Node};
use crate::{Document, Form, Options, PlanError, PlanReader, Reading};
use std::path::Path;
use std::sync::Arc;
use tagledger_model::{Action, CloudId, Layer, NativeId, Observed, Origin, Place, Planned, RawResource, RawTag, ScopeId, TagPlace, TagSyntax, Taggable, Text};
use types::Shape;

pub(crate) use assembly::Assembly;
pub(crate) use types::tags_of_type;

/// The cloud.
const CLOUD: &str = "aws";

/// Brings a part of the template in from elsewhere, wherever it stands.
const TRANSFORM: &str = "Fn::Transform";

const NESTED_STACK: &str = "AWS::CloudFormation::Stack";

/// The reader of templates.
pub(crate) struct Template;

const CLOUDFORMATION: &str = "cloudformation.template";
const SAM: &str = "sam.template";

impl PlanReader for Template {
    fn id(&self) -> &'static str {
        CLOUDFORMATION
    }

    fn recognises(&self, document: &Document<'_>) -> bool {
        let has_types = || document.text.contains("::");
        match document.form {
            Form::Object(_) => document.has("Resources") && !document.has("$schema") && has_types(),
            Form::Text => document.text.lines().any(|line| line.starts_with("Resources:")) && has_types(),
            Form::Array | Form::Events => false,
        }
    }

    fn read(&self, document: &Document<'_>, options: &Options<'_>, out: &mut Reading) -> Result<(), PlanError> {
        let stack = Stack {
            path: document.path,
            first_line: document.line,
            module: None,
            lent: lent(options.stack_tags.iter().cloned()),
            scope: options.scope.clone(),
            region: None,
            folder: None,
        };
        stack.read(document.text, options, out)
    }
}

/// What surrounds a template: who deploys it where, with which tags.
struct Stack<'s> {
    path: &'s Arc<str>,
    first_line: usize,
    module: Option<Text>,
    /// Tags of the stack, which its resources get.
    lent: Found,
    scope: Option<ScopeId>,
    region: Option<Text>,
    /// The assembly in which the templates of nested stacks lie.
    folder: Option<&'s Path>,
}

/// Tags that a stack lends.
fn lent(tags: impl Iterator<Item = (Text, Text)>) -> Found {
    let tags = tags.map(|(key, value)| RawTag { key, value: Observed::Known(value), layer: Layer::ProviderDefault });
    Found { tags: tags.collect(), ..Found::default() }
}

impl Stack<'_> {
    fn read(&self, text: &str, options: &Options<'_>, out: &mut Reading) -> Result<(), PlanError> {
        let documents = template::parse(text).map_err(|error| PlanError::At {
            path: self.path.to_string(),
            line: error.line + self.first_line - 1,
            column: error.column,
            what: format!("the template cannot be read: {}", error.what),
        })?;
        for root in &documents {
            let is_sam = transforms(root).any(|name| name.starts_with("AWS::Serverless"));
            for name in transforms(root).filter(|name| !name.starts_with("AWS::")) {
                out.notes.push(format!("{}: the macro {name} may change resources and tags in ways that the template does not show", self.path));
            }
            for (key, resource) in root.get("Resources").map_or(&[][..], Node::entries) {
                let Some(id) = key.text() else { continue };
                if id.starts_with("Fn::ForEach") {
                    out.gaps.push(format!("{}:{}: {id} makes resources that only the deploy decides", self.path, self.line(key)));
                    continue;
                }
                if id == TRANSFORM {
                    out.gaps.push(format!("{}:{}: {id} brings in resources that the template does not show", self.path, self.line(key)));
                    continue;
                }
                if let Some(read) = self.resource(root, key, id, resource, is_sam, options) {
                    let kind = resource.get("Type").and_then(Node::text).unwrap_or_default();
                    if kind == NESTED_STACK {
                        assembly::nested(self, id, key, resource, options, out)?;
                    }
                    out.unseen.extend(children::unseen(kind, resource.get("Properties"), &read));
                    out.resources.push(read);
                }
            }
        }
        Ok(())
    }

    fn line(&self, node: &Node) -> usize {
        node.line + self.first_line - 1
    }

    fn resource(&self, root: &Node, key: &Node, id: &str, resource: &Node, is_sam: bool, options: &Options<'_>) -> Option<RawResource> {
        let kind = resource.get("Type")?.text()?;
        let properties = resource.get("Properties");
        let of_type = types::find(kind, properties);
        let mut found = of_type.and_then(|at| Some(tags::of(dig(properties?, at.attribute)?, at.shape))).unwrap_or_default();
        if is_sam {
            let section = kind.rsplit("::").next().unwrap_or(kind);
            if let Some(shared) = root.get("Globals").and_then(|g| g.get(section)).and_then(|s| s.get("Tags")) {
                found = found.over(tags::of(shared, Shape::Map));
            }
        }
        let taggable = types::taggable(kind, of_type);
        if taggable == Taggable::Yes {
            found = found.over(self.lent.clone());
            // What is brought in from elsewhere may be tags.
            found.open |= [Some(resource), properties].into_iter().flatten().any(|node| node.get(TRANSFORM).is_some());
        }
        let line = |line: usize| u32::try_from(line + self.first_line - 1).unwrap_or(0);
        let name = resource.get("Metadata").and_then(|m| m.get("aws:cdk:path")).and_then(Node::text);
        let further = found.further();
        let reader = if is_sam { SAM } else { CLOUDFORMATION };
        Some(RawResource {
            cloud: CloudId::new(CLOUD),
            scope: self.scope.clone().unwrap_or(Text::const_new("unknown")),
            region: self.region.clone(),
            group: None,
            id: NativeId::exact(self.module.as_ref().map_or_else(|| id.to_owned(), |module| format!("{module}/{id}"))),
            kind: types::native(kind, options),
            name: name.map(Text::new),
            tags: Observed::Known(found.tags),
            further,
            taggable,
            created: None,
            changed: None,
            facts: None,
            origin: Origin::Planned(Box::new(Planned {
                reader,
                file: Arc::clone(self.path),
                address: self.module.as_ref().map_or_else(|| Text::new(id), |module| Text::from(format!("{module}/{id}"))),
                previous: None,
                module: self.module.clone(),
                action: Action::Create,
                kind: Text::new(kind),
                id: None,
                tags_at: of_type.map(|at| TagPlace {
                    attribute: Text::new(at.attribute),
                    syntax: if at.shape == Shape::Map { TagSyntax::Map } else { TagSyntax::KeyValueList },
                }),
                place: Some(Place { file: self.path.as_ref().into(), line: line(key.line), column: u32::try_from(key.column).unwrap_or(0) }),
                end_line: line(resource.end_line),
            })),
        })
    }
}

/// The value at a path with dots.
fn dig<'n>(node: &'n Node, path: &str) -> Option<&'n Node> {
    path.split('.').try_fold(node, |node, name| node.get(name))
}

/// The macros that a template names at its top.
fn transforms(root: &Node) -> impl Iterator<Item = &str> {
    let all = root.get("Transform");
    all.into_iter().flat_map(|all| std::iter::once(all).chain(all.items())).filter_map(Node::text)
}
