//! Templates in JSON, nested deployments included.

use super::scope::{Scope, member};
use super::{CLOUD, DEPLOYMENT, GROUP, attribute, container, group_id, native, taggable};
use crate::template::{self, Node};
use crate::{Document, Form, Options, PlanError, PlanReader, Reading};
use std::cell::Cell;
use std::sync::Arc;
use tagledger_model::{Action, CloudId, NativeId, Observed, Origin, Place, Planned, RawResource, ScopeId, TagPlace, TagSyntax, Text};

/// The reader.
pub(crate) struct ArmTemplate;

/// The name of the format in reports.
const ID: &str = "arm.template";

impl PlanReader for ArmTemplate {
    fn id(&self) -> &'static str {
        ID
    }

    fn recognises(&self, document: &Document<'_>) -> bool {
        let schema = document.member("$schema").map(|schema| schema.get().to_ascii_lowercase());
        matches!(document.form, Form::Object(_)) && schema.is_some_and(|schema| schema.contains("deploymenttemplate.json"))
    }

    fn read(&self, document: &Document<'_>, options: &Options<'_>, out: &mut Reading) -> Result<(), PlanError> {
        let documents = template::parse(document.text).map_err(|error| PlanError::At {
            path: document.path.to_string(),
            line: error.line + document.line - 1,
            column: error.column,
            what: format!("the template cannot be read: {}", error.what),
        })?;
        let mut walk = Walk { document, options, out };
        let steps = Cell::new(0);
        for root in &documents {
            walk.template(root, &Scope::root(root, &steps), &Around::default());
        }
        Ok(())
    }
}

/// What surrounds a resource.
#[derive(Debug, Clone, Default)]
struct Around {
    /// The deployments that it lies in, outermost first, with a mark between them.
    trail: Option<String>,
    /// The type and name of the resource that it is a child of.
    parent: Option<(String, String)>,
    /// The resource group that is deployed to, where the template names it.
    group: Option<Text>,
    /// The subscription, likewise.
    subscription: Option<ScopeId>,
    /// A resource of the template is nothing but the tags of others.
    lays_over: bool,
}

/// The types of resources that are the tags of another.
fn is_tags(kind: &str) -> bool {
    let kind = kind.to_lowercase();
    kind == "microsoft.resources/tags" || kind.ends_with("/providers/tags")
}

struct Walk<'w> {
    document: &'w Document<'w>,
    options: &'w Options<'w>,
    out: &'w mut Reading,
}

impl Walk<'_> {
    fn template(&mut self, template: &Node, scope: &Scope<'_>, around: &Around) {
        let Some(all) = member(template, "resources") else { return };
        let all: Vec<&Node> = all.entries().iter().map(|(_, resource)| resource).chain(all.items()).collect();
        let lays_over = |node: &&Node| member(node, "type").and_then(Node::text).is_some_and(is_tags);
        let around = Around { lays_over: around.lays_over || all.iter().any(lays_over), ..around.clone() };
        for resource in all {
            self.resource(resource, scope, &around);
        }
    }

    fn line(&self, line: usize) -> u32 {
        u32::try_from(line + self.document.line - 1).unwrap_or(0)
    }

    fn resource(&mut self, node: &Node, scope: &Scope<'_>, around: &Around) {
        let word = |name: &str| member(node, name).and_then(Node::text);
        let (Some(kind), Some(name)) = (word("type"), word("name")) else { return };
        let is_off = |name: &str, off: &str| word(name).is_some_and(|said| said.eq_ignore_ascii_case(off));
        if is_tags(kind) || is_off("existing", "true") || is_off("condition", "false") || is_off("condition", "[false()]") {
            return;
        }
        // A child may write its name and type without those of what it lies in.
        let (kind, name) = match &around.parent {
            Some((outer, of)) if !kind.to_lowercase().starts_with(&format!("{}/", outer.to_lowercase())) => (format!("{outer}/{kind}"), format!("{of}/{name}")),
            _ => (kind.to_owned(), name.to_owned()),
        };
        let own = format!("{kind}/{name}");
        let address = around.trail.as_ref().map_or_else(|| own.clone(), |trail| format!("{trail} > {own}"));
        if kind.eq_ignore_ascii_case(DEPLOYMENT) {
            self.deployment(node, scope, around, &address);
            return;
        }
        let subscription = around.subscription.clone().or_else(|| self.options.scope.clone());
        let read = self.read(node, scope, around, &kind, &address, subscription);
        self.out.resources.push(read);
        let children = Around { parent: Some((kind, name)), ..around.clone() };
        self.template(node, scope, &children);
    }

    /// What a deployment within the template deploys.
    fn deployment(&mut self, node: &Node, scope: &Scope<'_>, around: &Around, address: &str) {
        let Some(properties) = member(node, "properties") else { return };
        let literal = |name: &str| member(node, name).and_then(|value| scope.text(value));
        let subscription = literal("subscriptionId").map(|id| Text::from(id.to_lowercase())).or_else(|| around.subscription.clone());
        let group = match (literal("resourceGroup"), member(node, "resourceGroup")) {
            (Some(name), _) => Some(group_id(subscription.as_ref().or(self.options.scope.as_ref()).map_or("unknown", Text::as_str), &name)),
            (None, Some(_)) => None,
            (None, None) => around.group.clone(),
        };
        let inside = Around { trail: Some(address.to_owned()), parent: None, group, subscription, lays_over: around.lays_over };
        match member(properties, "template") {
            Some(inner) => {
                let options = member(properties, "expressionEvaluationOptions").and_then(|o| member(o, "scope")).and_then(Node::text);
                if options.is_some_and(|scope| scope.eq_ignore_ascii_case("inner")) {
                    self.template(inner, &Scope::inner(inner, member(properties, "parameters"), scope), &inside);
                } else {
                    self.template(inner, scope, &inside);
                }
            }
            None if member(properties, "templateLink").is_some() => self.out.gaps.push(format!(
                "{}:{}: {address} deploys a template that lies elsewhere; check that as well, or hand over what `what-if` answers",
                self.document.path,
                self.line(node.line)
            )),
            None => {}
        }
    }

    fn read(&mut self, node: &Node, scope: &Scope<'_>, around: &Around, kind: &str, address: &str, subscription: Option<ScopeId>) -> RawResource {
        let tags = attribute(kind).split('.').try_fold(node, member).or_else(|| member(node, "tags"));
        let mut found = tags.map(|tags| scope.tags(tags)).unwrap_or_default();
        // Which resource they are laid over is an expression that only the deploy resolves.
        found.open |= around.lays_over;
        let further = found.further();
        let native = native(kind);
        let text = |name: &str| member(node, name).and_then(|value| scope.text(value)).map(Text::from);
        let name = text("name").filter(|name| !name.is_empty());
        let scope_id = subscription.unwrap_or(Text::const_new("unknown"));
        if let Some(name) = name.as_ref().filter(|_| kind.eq_ignore_ascii_case(GROUP)) {
            self.out.containers.push(container(group_id(&scope_id, name), Some(name.clone()), &scope_id, &found));
        }
        let taggable = taggable(self.options, &native, tags.is_some());
        RawResource {
            cloud: CloudId::new(CLOUD),
            scope: scope_id,
            region: text("location"),
            group: around.group.clone(),
            id: NativeId::exact(address),
            kind: native,
            name,
            tags: Observed::Known(found.tags),
            further,
            taggable,
            created: None,
            changed: None,
            facts: None,
            origin: Origin::Planned(Box::new(Planned {
                reader: ID,
                file: Arc::clone(self.document.path),
                address: Text::new(address),
                previous: None,
                module: around.trail.as_deref().map(Text::new),
                action: Action::Create,
                kind: Text::new(kind),
                id: None,
                tags_at: Some(TagPlace { attribute: Text::const_new(attribute(kind)), syntax: TagSyntax::Map }),
                place: Some(Place { file: self.document.path.as_ref().into(), line: self.line(node.line), column: u32::try_from(node.column).unwrap_or(0) }),
                end_line: self.line(node.end_line),
            })),
        }
    }
}
