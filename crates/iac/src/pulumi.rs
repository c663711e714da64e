//! What `pulumi preview --json` prints, and the log of events that the engine writes (`--event-log`, one JSON object a line).
//!
//! <https://www.pulumi.com/docs/iac/cli/commands/pulumi_preview/>. A step holds what the program wrote, not what the provider's schema has: a table of
//! types says where tags would be. One URN is one resource, in however many steps it is replaced.

mod packages;
mod steps;
mod tags;
mod types;

#[cfg(test)]
mod tests;

use crate::found::{Carries, Found};
use crate::{Document, Form, Options, PlanError, PlanReader, Reading};
use packages::Package;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use steps::{State, Step, Steps};
use tagledger_model::{Action, CloudId, NativeId, Observed, Origin, Place, Planned, RawResource, TagPlace, TagSyntax, Taggable, Text};

/// The reader.
pub(crate) struct PulumiPreview;

/// The name of the format in reports.
const ID: &str = "pulumi.preview";

impl PlanReader for PulumiPreview {
    fn id(&self) -> &'static str {
        ID
    }

    fn recognises(&self, document: &Document<'_>) -> bool {
        match document.form {
            Form::Object(_) => (document.has("steps") && document.text.contains("urn:pulumi:")) || (document.has("changeSummary") && document.has("duration")),
            Form::Events => true,
            Form::Array | Form::Text => false,
        }
    }

    fn read(&self, document: &Document<'_>, options: &Options<'_>, out: &mut Reading) -> Result<(), PlanError> {
        let steps = match document.form {
            Form::Events => Steps::of_events(document)?,
            _ => Steps::of_digest(document)?,
        };
        if let Some(said) = &steps.failure {
            let said: String = said.chars().take(300).collect();
            return Err(document.error(format!("the preview failed, so it does not hold everything; mend this and preview again: {}", said.escape_debug())));
        }
        let context = Context { document, options, steps: &steps };
        let mut others: BTreeMap<&str, usize> = BTreeMap::new();
        let mut found: BTreeMap<&str, (usize, RawResource)> = BTreeMap::new();
        for (at, step) in steps.all.iter().enumerate() {
            match context.resource(step) {
                Judged::Resource(read) => {
                    let rank = |r: &RawResource| r.origin.planned().map(|planned| strength(planned.action));
                    // Of several steps of one resource the one that does most says what happens.
                    if found.get(step.urn.as_str()).is_none_or(|(_, known)| rank(known) < rank(&read)) {
                        let place = found.get(step.urn.as_str()).map_or(at, |(place, _)| *place);
                        found.insert(&step.urn, (place, *read));
                    }
                }
                Judged::NoCloud(package) => *others.entry(package).or_default() += 1,
                Judged::Nothing => {}
            }
        }
        let mut all: Vec<(usize, RawResource)> = found.into_values().collect();
        all.sort_by_key(|(at, _)| *at);
        out.resources.extend(all.into_iter().map(|(_, read)| read));
        if !others.is_empty() {
            let named: Vec<String> = others.iter().map(|(package, count)| format!("{} ({count})", package.escape_debug())).collect();
            out.notes.push(format!("{}: steps of packages that are no cloud were not judged: {}", document.path, named.join(", ")));
        }
        Ok(())
    }
}

fn strength(action: Action) -> u8 {
    match action {
        Action::Keep => 0,
        Action::Update => 1,
        Action::Retag => 2,
        Action::Create => 3,
        Action::Import => 4,
        Action::Replace => 5,
    }
}

enum Judged<'s> {
    Resource(Box<RawResource>),
    /// A package that is no cloud's.
    NoCloud(&'s str),
    /// A component, a provider, or what is deleted or only read.
    Nothing,
}

struct Context<'c> {
    document: &'c Document<'c>,
    options: &'c Options<'c>,
    steps: &'c Steps,
}

impl Context<'_> {
    fn resource<'s>(&self, step: &'s Step) -> Judged<'s> {
        let Some(state) = step.new.as_ref().or(step.old.as_ref()) else { return Judged::Nothing };
        if !state.custom || state.kind.starts_with("pulumi:") {
            return Judged::Nothing;
        }
        let Some(package) = Package::of(&state.kind) else { return Judged::NoCloud(state.kind.split(':').next().unwrap_or_default()) };
        let at = (package.known)(&state.kind);
        let attribute = match at {
            Some(Carries::At(attribute)) => Some(attribute),
            _ => package.shown(state),
        };
        let Some(action) = action(step, state, package, attribute) else { return Judged::Nothing };
        let found = match (attribute, at) {
            (Some(attribute), _) => self.tags(step, state, package, attribute),
            (None, Some(_)) => Found::default(),
            // Where it would have its tags nobody knows.
            (None, None) => Found::anything(),
        };
        let further = found.further();
        let taggable = match (attribute, at) {
            (Some(_), _) => Taggable::Yes,
            (None, Some(_)) => Taggable::No,
            (None, None) => Taggable::Unknown,
        };
        let word = |name: &str| steps::text(state.inputs.get(name)).or_else(|| steps::text(state.outputs.get(name))).map(Text::new);
        let live_id = step.old.as_ref().and_then(|old| (package.live_id)(&old.id, &old.outputs));
        let scope = (package.scope)(live_id.as_ref(), state, &self.steps.config).or_else(|| self.options.scope.clone());
        let kind = packages::terraform_names(&state.kind, package).find_map(|name| self.options.kind_squeezed(package.cloud, &name));
        let place = self.place(state);
        Judged::Resource(Box::new(RawResource {
            cloud: CloudId::new(package.cloud),
            scope: scope.unwrap_or(Text::const_new("unknown")),
            region: word("region").or_else(|| word("location")).or_else(|| self.steps.config.get(package.region).map(Text::new)),
            group: None,
            id: NativeId::exact(step.urn.as_str()),
            kind: kind.map_or_else(|| Text::new(&state.kind), |kind| Text::new(kind.native)),
            name: step.urn.rsplit("::").next().map(Text::new),
            tags: Observed::Known(found.tags),
            further,
            taggable,
            created: None,
            changed: None,
            facts: None,
            origin: Origin::Planned(Box::new(Planned {
                reader: ID,
                file: Arc::clone(self.document.path),
                address: Text::new(&step.urn),
                previous: None,
                module: None,
                action,
                kind: Text::new(&state.kind),
                id: live_id.filter(|_| !matches!(action, Action::Create)),
                tags_at: attribute.map(|attribute| TagPlace { attribute: Text::new(attribute), syntax: TagSyntax::Map }),
                end_line: 0,
                place,
            })),
        }))
    }

    /// `project:///index.ts#5,20`. A line within an installed package is none that the user owns.
    fn place(&self, state: &State) -> Option<Place> {
        let (file, at) = state.source_position.as_deref()?.strip_prefix("project:///")?.rsplit_once('#')?;
        let (line, column) = at.split_once(',')?;
        let is_installed = file.split('/').any(|folder| matches!(folder, "node_modules" | "site-packages" | "vendor"));
        let below = |root: &PathBuf| root.join(file);
        let beside = || Path::new(self.document.path.as_ref()).parent().map_or_else(|| PathBuf::from(file), |folder| folder.join(file));
        (!is_installed).then_some(Place {
            file: self.options.source_root.as_ref().map_or_else(beside, below),
            line: line.parse().ok()?,
            column: column.parse().ok()?,
        })
    }

    fn tags(&self, step: &Step, state: &State, package: &Package, attribute: &str) -> Found {
        let own = tags::of(tags::dig(&state.inputs, attribute));
        // Defaults reach an attribute of the resource itself only.
        let merged = package.merged.filter(|_| attribute == "tags").and_then(|name| state.inputs.get(name));
        if let Some(merged @ Value::Object(map)) = merged
            && !tags::is_hidden_map(map)
        {
            return tags::of(Some(merged)).with_defaults(&own);
        }
        if attribute.contains('.') || package.no_defaults.contains(&state.kind.as_str()) {
            return own;
        }
        let provider = step.provider.as_deref().or(state.provider.as_deref());
        own.over(self.steps.defaults(package, provider))
    }
}

/// What the step does; none for what goes, or is only read.
fn action(step: &Step, state: &State, package: &Package, attribute: Option<&str>) -> Option<Action> {
    if state.external || step.new.is_none() {
        return None;
    }
    let touches_tags = || {
        let attributes = [attribute.and_then(|a| a.split('.').next()), package.merged];
        let is_tags = |name: &str| attributes.iter().flatten().any(|a| *a == name);
        let side = |state: Option<&State>, name: &str| state.and_then(|s| s.inputs.get(name)).cloned().unwrap_or(Value::Null);
        step.differs.iter().any(|path| is_tags(path.split(['.', '[']).next().unwrap_or(path)))
            || attributes.iter().flatten().any(|name| {
                let (old, new) = (side(step.old.as_ref(), name), side(step.new.as_ref(), name));
                old != new && !(tags::is_nothing(&old) && tags::is_nothing(&new))
            })
    };
    match step.op.as_str() {
        "create" => Some(Action::Create),
        "replace" | "create-replacement" | "import-replacement" => Some(Action::Replace),
        "import" => Some(Action::Import),
        "update" if touches_tags() => Some(Action::Retag),
        "update" => Some(Action::Update),
        "same" | "refresh" => Some(Action::Keep),
        _ => None,
    }
}
