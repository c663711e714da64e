//! The steps of a preview, in either of its two forms.

use super::packages::Package;
use super::tags;
use crate::found::Found;
use crate::{Document, PlanError};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use tagledger_model::Layer;

/// A resource on one side of a step.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct State {
    #[serde(rename = "type", default)]
    pub kind: String,
    #[serde(default)]
    pub custom: bool,
    #[serde(default)]
    pub external: bool,
    #[serde(default)]
    pub id: String,
    #[serde(default, deserialize_with = "or_empty")]
    pub inputs: Map<String, Value>,
    #[serde(default, deserialize_with = "or_empty")]
    pub outputs: Map<String, Value>,
    pub provider: Option<String>,
    pub source_position: Option<String>,
}

fn or_empty<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Map<String, Value>, D::Error> {
    Ok(Option::<Map<String, Value>>::deserialize(d)?.unwrap_or_default())
}

/// What happens to one resource.
#[derive(Debug)]
pub(super) struct Step {
    pub op: String,
    pub urn: String,
    pub provider: Option<String>,
    pub old: Option<State>,
    pub new: Option<State>,
    /// Paths of inputs that are not what they were.
    pub differs: Vec<String>,
}

/// A preview.
#[derive(Debug, Default)]
pub(super) struct Steps {
    pub config: BTreeMap<String, String>,
    pub all: Vec<Step>,
    /// The first error that the preview met.
    pub failure: Option<String>,
    /// Inputs of the providers that the preview shows, by URN.
    providers: BTreeMap<String, Map<String, Value>>,
}

#[derive(Deserialize)]
struct Digest {
    #[serde(default)]
    config: Option<BTreeMap<String, Value>>,
    #[serde(default)]
    steps: Option<Vec<Entry>>,
    #[serde(default)]
    diagnostics: Option<Vec<Diagnostic>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    op: String,
    urn: String,
    provider: Option<String>,
    #[serde(alias = "old")]
    old_state: Option<State>,
    #[serde(alias = "new")]
    new_state: Option<State>,
    #[serde(default, alias = "diffs")]
    diff_reasons: Option<Vec<String>>,
    #[serde(default)]
    detailed_diff: Option<BTreeMap<String, Value>>,
}

#[derive(Deserialize)]
struct Diagnostic {
    #[serde(default)]
    message: String,
    #[serde(default)]
    severity: String,
}

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "preludeEvent")]
    prelude: Option<Prelude>,
    #[serde(rename = "resourcePreEvent")]
    before: Option<WithStep>,
    #[serde(rename = "resOutputsEvent")]
    after: Option<WithStep>,
    #[serde(rename = "diagnosticEvent")]
    diagnostic: Option<Diagnostic>,
}

#[derive(Deserialize)]
struct Prelude {
    #[serde(default)]
    config: Option<BTreeMap<String, Value>>,
}

#[derive(Deserialize)]
struct WithStep {
    metadata: Entry,
}

impl Steps {
    pub fn of_digest(document: &Document<'_>) -> Result<Self, PlanError> {
        let digest: Digest = serde_json::from_str(document.text).map_err(|error| broken(document, 0, &error))?;
        let mut steps = Self::default();
        steps.configure(digest.config);
        digest.diagnostics.into_iter().flatten().for_each(|d| steps.note(&d));
        digest.steps.into_iter().flatten().for_each(|entry| steps.enter(entry));
        Ok(steps)
    }

    pub fn of_events(document: &Document<'_>) -> Result<Self, PlanError> {
        let mut steps = Self::default();
        for (line, text) in document.text.lines().enumerate() {
            // What a wrapper prints among the events is none.
            if text.trim_start().starts_with('{') {
                let event: Event = serde_json::from_str(text).map_err(|error| broken(document, line, &error))?;
                steps.configure(event.prelude.and_then(|prelude| prelude.config));
                event.diagnostic.into_iter().for_each(|d| steps.note(&d));
                event.before.into_iter().chain(event.after).for_each(|with| steps.enter(with.metadata));
            }
        }
        Ok(steps)
    }

    fn configure(&mut self, config: Option<BTreeMap<String, Value>>) {
        for (name, value) in config.into_iter().flatten() {
            let text = match value {
                Value::String(text) => text,
                other => other.to_string(),
            };
            self.config.insert(name, text);
        }
    }

    fn note(&mut self, diagnostic: &Diagnostic) {
        if diagnostic.severity == "error" && self.failure.is_none() {
            self.failure = Some(diagnostic.message.trim().to_owned());
        }
    }

    fn enter(&mut self, entry: Entry) {
        let state = entry.new_state.as_ref().or(entry.old_state.as_ref());
        if let Some(state) = state.filter(|state| state.kind.starts_with("pulumi:providers:")) {
            self.providers.insert(entry.urn.clone(), state.inputs.clone());
        }
        let mut differs = entry.diff_reasons.unwrap_or_default();
        differs.extend(entry.detailed_diff.into_iter().flatten().map(|(path, _)| path));
        self.all.push(Step { op: entry.op, urn: entry.urn, provider: entry.provider, old: entry.old_state, new: entry.new_state, differs });
    }

    /// The tags that a provider puts on every resource. The default provider is not among the steps: its settings are the stack's.
    pub fn defaults(&self, package: &Package, provider: Option<&str>) -> Found {
        let Some((name, inner)) = package.defaults else { return Found::default() };
        let Some(reference) = provider.filter(|reference| !reference.is_empty()) else { return Found::default() };
        // A reference is a URN of four parts with the provider's id behind it.
        let parts: Vec<&str> = reference.splitn(5, "::").take(4).collect();
        let setting = if let Some(inputs) = self.providers.get(&parts.join("::")) {
            inputs.get(name).cloned()
        } else if parts.last().is_some_and(|name| is_default(name)) {
            let of = parts.get(2).and_then(|kind| kind.rsplit(':').next()).unwrap_or_default();
            self.config.get(&format!("{of}:{name}")).map(|text| Value::String(text.clone()))
        } else {
            return Found::anything();
        };
        let setting = match setting {
            None | Some(Value::Null) => return Found::default(),
            // A provider takes texts only, so what has parts is JSON within a text.
            Some(Value::String(text)) => match serde_json::from_str(&text) {
                Ok(value) => value,
                Err(_) => return Found::anything(),
            },
            Some(value) => value,
        };
        let tags = match (&setting, inner) {
            (Value::Object(map), Some(inner)) if !tags::is_hidden_map(map) => map.get(inner),
            _ => Some(&setting),
        };
        let mut found = tags::of(tags);
        found.tags.iter_mut().for_each(|tag| tag.layer = Layer::ProviderDefault);
        found
    }
}

/// `default`, or `default_7_1_0` with the version of the package: the provider that nobody wrote.
fn is_default(name: &str) -> bool {
    name.strip_prefix("default")
        .is_some_and(|rest| rest.is_empty() || rest.strip_prefix('_').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())))
}

fn broken(document: &Document<'_>, line: usize, error: &serde_json::Error) -> PlanError {
    let said = error.to_string();
    PlanError::At {
        path: document.path.to_string(),
        line: document.line + line + error.line().saturating_sub(1),
        column: error.column(),
        what: format!("this is not what a preview holds here: {}", said.split(" at line ").next().unwrap_or(&said)),
    }
}

/// A text that says something.
pub(super) fn text(value: Option<&Value>) -> Option<&str> {
    value?.as_str().filter(|text| !text.is_empty() && !tags::is_hidden(text))
}
