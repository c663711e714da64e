//! What `az deployment … what-if --no-pretty-print` prints, and what the service itself answers: every resource with what it is and will be.
//!
//! <https://learn.microsoft.com/rest/api/resources/deployments/what-if>

use super::expression::{Expression, read};
use super::{CLOUD, DEPLOYMENT, NATIVE_GROUP, attribute, container, group_id, native, taggable};
use crate::found::Found;
use crate::{Document, Options, PlanError, PlanReader, Reading};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;
use tagledger_model::{Action, CloudId, NativeId, Observed, Origin, Planned, RawResource, TagPlace, TagSyntax, Text};

/// The reader.
pub(crate) struct WhatIf;

/// The name of the format in reports.
const ID: &str = "azure.what-if";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status: Option<String>,
    error: Option<Value>,
    properties: Option<Payload>,
    #[serde(flatten)]
    bare: Payload,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    changes: Option<Vec<Change>>,
    potential_changes: Option<Vec<Change>>,
    diagnostics: Option<Vec<Diagnostic>>,
}

/// What the service could not look into: limits of time and size, nested deployments that it passed over.
#[derive(Deserialize)]
struct Diagnostic {
    #[serde(default)]
    level: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    resource_id: Option<String>,
    #[serde(rename = "changeType", default)]
    kind: String,
    before: Option<Map<String, Value>>,
    after: Option<Map<String, Value>>,
    delta: Option<Vec<Delta>>,
    unsupported_reason: Option<String>,
}

#[derive(Deserialize)]
struct Delta {
    #[serde(default)]
    path: String,
}

impl PlanReader for WhatIf {
    fn id(&self) -> &'static str {
        ID
    }

    fn recognises(&self, document: &Document<'_>) -> bool {
        (document.has("changes") || document.has("properties") || document.has("error")) && document.text.contains("\"changeType\"")
            || (document.has("status") && document.has("error") && document.has("changes"))
    }

    fn read(&self, document: &Document<'_>, options: &Options<'_>, out: &mut Reading) -> Result<(), PlanError> {
        let answer: Answer = serde_json::from_str(document.text).map_err(|error| {
            document.error(format!("this is not what `what-if` answers: {}", error.to_string().split(" at line ").next().unwrap_or_default()))
        })?;
        let failure = answer.error.as_ref().filter(|error| !error.is_null());
        if failure.is_some() || answer.status.as_deref().is_some_and(|status| !status.eq_ignore_ascii_case("Succeeded")) {
            let said = failure.and_then(|error| error.get("message")).and_then(Value::as_str).unwrap_or("it does not say why");
            return Err(document.error(format!("what-if failed, so it does not hold everything; mend this and run it again: {}", short(said))));
        }
        let changes = answer.properties.unwrap_or(answer.bare);
        for diagnostic in changes.diagnostics.iter().flatten().filter(|d| !d.level.eq_ignore_ascii_case("Info")) {
            out.gaps.push(format!("{}: what-if could not see everything: {} {}", document.path, short(&diagnostic.code), short(&diagnostic.message)));
        }
        let mut over: BTreeMap<String, Found> = changes.changes.iter().flatten().filter_map(laid_over).collect();
        for (id, _) in changes.potential_changes.iter().flatten().filter_map(laid_over) {
            // They may be laid over it, or not.
            over.entry(id).or_default().open = true;
        }
        let reader = ReadChange { document, options, laid_over: over };
        let certain = changes.changes.iter().flatten().map(|c| (c, true));
        for (change, is_certain) in certain.chain(changes.potential_changes.iter().flatten().map(|c| (c, false))) {
            reader.enter(change, is_certain, out);
        }
        Ok(())
    }
}

fn short(text: &str) -> String {
    text.chars().take(300).collect::<String>().escape_debug().to_string()
}

struct ReadChange<'r> {
    document: &'r Document<'r>,
    options: &'r Options<'r>,
    /// Tags that resources of their own lay over others, by the id of these in lower case.
    laid_over: BTreeMap<String, Found>,
}

/// How the id of a resource ends that is nothing but the tags of another.
const TAGS: &str = "/providers/microsoft.resources/tags/default";

fn laid_over(change: &Change) -> Option<(String, Found)> {
    let id = change.resource_id.as_ref()?.to_lowercase();
    let after = change.after.as_ref()?;
    Some((id.strip_suffix(TAGS)?.to_owned(), tags(after.get("properties").and_then(|properties| properties.get("tags")))))
}

impl ReadChange<'_> {
    fn enter(&self, change: &Change, is_certain: bool, out: &mut Reading) {
        let Some(id) = change.resource_id.as_deref().filter(|id| !id.is_empty()) else { return };
        let side = change.after.as_ref().or(change.before.as_ref());
        let word = |name: &str| side.and_then(|side| side.get(name)).and_then(Value::as_str);
        let kind = word("type").map_or_else(|| type_of(id), str::to_owned);
        let is_deployment = kind.eq_ignore_ascii_case(DEPLOYMENT);
        if is_deployment && change.kind.eq_ignore_ascii_case("Ignore") {
            out.gaps.push(format!("{}: {id} was not looked into, so what it deploys is not here", self.document.path));
        }
        let lower = id.to_lowercase();
        let Some(action) = action(change).filter(|_| !is_deployment && !lower.ends_with(TAGS)) else { return };
        let mut found = change.after.as_ref().map_or_else(Found::anything, |after| tags(tags_in(&kind, after)));
        if let Some(laid_over) = self.laid_over.get(&lower) {
            found = laid_over.clone().over(found);
        }
        // Whether it will be there at all is not certain: nothing that is not seen is surely missing.
        found.open |= !is_certain;
        if let Some(reason) = &change.unsupported_reason {
            out.notes.push(format!("{}: {id}: what-if could not say what happens to it: {}", self.document.path, short(reason)));
        }
        let native = native(&kind);
        let has_tags = |side: &Option<Map<String, Value>>| side.as_ref().is_some_and(|side| tags_in(&kind, side).is_some_and(|tags| !tags.is_null()));
        let taggable = taggable(self.options, &native, has_tags(&change.after) || has_tags(&change.before));
        let segments: Vec<&str> = id.split('/').collect();
        let after_word = |word: &str| segments.iter().position(|s| s.eq_ignore_ascii_case(word)).and_then(|at| segments.get(at + 1)).copied();
        let scope = after_word("subscriptions").map(|id| Text::from(id.to_lowercase())).or_else(|| self.options.scope.clone());
        let scope = scope.unwrap_or(Text::const_new("unknown"));
        let group = after_word("resourceGroups").map(|name| group_id(&scope, name));
        let name = word("name").or(segments.last().copied()).map(Text::new);
        let further = found.further();
        let is_group = native == NATIVE_GROUP;
        if let Some(group) = group.as_ref().filter(|_| is_group) {
            out.containers.push(container(group.clone(), name.clone(), &scope, &found));
        }
        out.resources.push(RawResource {
            cloud: CloudId::new(CLOUD),
            scope,
            region: word("location").map(Text::new),
            group: group.filter(|_| !is_group),
            id: NativeId::exact(id),
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
                address: Text::new(id),
                previous: None,
                module: None,
                action,
                kind: Text::new(&kind),
                id: (action != Action::Create).then(|| NativeId::lowered(id)),
                tags_at: Some(TagPlace { attribute: Text::const_new(attribute(&kind)), syntax: TagSyntax::Map }),
                place: None,
                end_line: 0,
            })),
        });
    }
}

/// What happens; none for what is deleted, and for what the deployment does not speak of.
fn action(change: &Change) -> Option<Action> {
    let touches_tags = || {
        let kind = change.resource_id.as_deref().map(type_of).unwrap_or_default();
        let of = |side: &Option<Map<String, Value>>| side.as_ref().and_then(|side| tags_in(&kind, side)).filter(|tags| !tags.is_null()).cloned();
        let empty = |tags: Option<Value>| tags.filter(|tags| tags.as_object().is_none_or(|tags| !tags.is_empty()));
        empty(of(&change.before)) != empty(of(&change.after))
            || change.delta.iter().flatten().any(|delta| {
                let rest = delta.path.to_lowercase();
                rest.strip_prefix(attribute(&kind)).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            })
    };
    match change.kind.to_ascii_lowercase().as_str() {
        "delete" | "ignore" => None,
        "modify" if touches_tags() => Some(Action::Retag),
        // It will be deployed, and the service does not say whether that changes anything.
        "modify" | "deploy" => Some(Action::Update),
        "nochange" | "noeffect" => Some(Action::Keep),
        // Create, and Unsupported: what is deployed without being shown leaves everything open.
        _ => Some(Action::Create),
    }
}

/// The tags of a payload. What the service cannot resolve it leaves as the expression that it was.
fn tags(value: Option<&Value>) -> Found {
    match value {
        None | Some(Value::Null) => Found::default(),
        Some(Value::Object(map)) => {
            let mut all = Found::default();
            // A null is a tag that is not set.
            for (key, value) in map.iter().filter(|(_, value)| !value.is_null()) {
                let value = match value {
                    Value::String(text) => read(text).err().map(str::to_owned),
                    other => Some(other.to_string()),
                };
                match read(key) {
                    Err(key) => all.and(Found::one(key, value.as_deref())),
                    Ok(_) => all.open = true,
                }
            }
            all
        }
        Some(_) => Found::anything(),
    }
}

/// The tags of a payload.
fn tags_in<'c>(kind: &str, side: &'c Map<String, Value>) -> Option<&'c Value> {
    let mut path = attribute(kind).split('.');
    let first = path.next().and_then(|name| side.get(name));
    path.fold(first, |at, name| at.and_then(|value| value.get(name))).or_else(|| side.get("tags"))
}

/// The type that an id names: the namespace behind the last `providers`, then every second part. An id that the service could not resolve is the
/// expression that it was, with the type in it.
fn type_of(id: &str) -> String {
    if let Ok(Expression::Call { arguments, .. }) = read(id) {
        let is_type =
            |text: &&String| text.split_once('/').is_some_and(|(namespace, rest)| namespace.contains('.') && !namespace.is_empty() && !rest.is_empty());
        let texts = arguments.iter().filter_map(|argument| if let Expression::Text(text) = argument { Some(text) } else { None });
        return texts.into_iter().find(is_type).cloned().unwrap_or_else(|| "unknown".to_owned());
    }
    let segments: Vec<&str> = id.split('/').filter(|s| !s.is_empty()).collect();
    let Some(at) = segments.iter().rposition(|s| s.eq_ignore_ascii_case("providers")) else {
        let is_group = segments.iter().any(|s| s.eq_ignore_ascii_case("resourceGroups"));
        return if is_group { "Microsoft.Resources/resourceGroups" } else { "Microsoft.Resources/subscriptions" }.to_owned();
    };
    let mut parts = segments[at + 1..].iter();
    let namespace = parts.next().copied().unwrap_or_default();
    let types: Vec<&str> = parts.step_by(2).copied().collect();
    format!("{namespace}/{}", types.join("/"))
}
