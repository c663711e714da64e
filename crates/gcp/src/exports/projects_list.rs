//! `gcloud projects list`: projects with their labels.
//!
//! gcloud prints version 1 of the API (<https://cloud.google.com/resource-manager/reference/rest/v1/projects>); version 3 calls the same things
//! `displayName`, `state` and `parent` as text, and both are read.

use super::{MORE_PAGES, has_next, lists, wrapping};
use crate::labels::{Labels, Word};
use crate::projects::{Project, Projects};
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::{Map, Value};
use std::fmt;
use tagledger_collect::{Document, ExportInfo, ExportReader, Found, ReadError, Sample, Sink};
use tagledger_model::{Observed, Text};

const LIST: &str = "projects";

static INFO: ExportInfo = ExportInfo { id: "gcp.projects.list", command: "gcloud projects list --format=json", rank: 30, blind_spot: None };

pub(super) struct ProjectsList;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    project_id: Text,
    #[serde(default)]
    project_number: Word,
    #[serde(default)]
    name: Word,
    #[serde(default)]
    display_name: Word,
    #[serde(default)]
    lifecycle_state: Word,
    #[serde(default)]
    state: Word,
    #[serde(default)]
    labels: Labels,
    #[serde(default)]
    parent: Parent,
}

/// `{"type": "folder", "id": "123"}` or `"folders/123"`, as the latter.
#[derive(Debug, Default)]
struct Parent(Option<Text>);

impl<'de> Deserialize<'de> for Parent {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Parent;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a parent as `{type, id}` or as text")
            }
            fn visit_unit<E>(self) -> Result<Parent, E> {
                Ok(Parent(None))
            }
            fn visit_str<E>(self, text: &str) -> Result<Parent, E> {
                Ok(Parent(Some(Text::new(text))))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parent, A::Error> {
                let (mut kind, mut id) = (None, None);
                while let Some(member) = map.next_key::<Text>()? {
                    match member.as_str() {
                        "type" => kind = map.next_value::<Word>()?.0,
                        "id" => id = map.next_value::<Word>()?.0,
                        _ => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                Ok(Parent(kind.zip(id).map(|(kind, id)| format!("{kind}s/{id}").into())))
            }
        }
        d.deserialize_any(Either)
    }
}

fn is_project(record: &Map<String, Value>) -> bool {
    let has = |member: &str| record.contains_key(member);
    record.get("projectId").is_some_and(Value::is_string) && (has("projectNumber") || has("lifecycleState") || has("state") || has("parent"))
}

impl ExportReader for ProjectsList {
    fn info(&self) -> &'static ExportInfo {
        &INFO
    }

    fn recognises(&self, sample: &Sample) -> bool {
        wrapping(sample, LIST, is_project).is_some()
    }

    fn read(&self, document: &Document, out: &mut Sink<'_>) -> Result<(), ReadError> {
        let wrapping = wrapping(&Sample::of(document), LIST, is_project);
        let (mut projects, mut more) = (Projects::default(), false);
        let mut each = |listed: Listed| {
            let in_name = listed.name.0.as_ref().and_then(|name| name.strip_prefix("projects/")).map(Text::new);
            let name = if in_name.is_some() { listed.display_name.0 } else { listed.display_name.0.or(listed.name.0) };
            let project = Project {
                id: listed.project_id,
                number: listed.project_number.0.or(in_name),
                name,
                state: listed.lifecycle_state.0.or(listed.state.0),
                above: listed.parent.0.into_iter().collect(),
            };
            projects.add(project, Observed::Known(listed.labels.0.unwrap_or_default()));
        };
        document.records(lists(wrapping, &[LIST]), &mut each, &mut |envelope| more = has_next(&envelope))?;
        projects.finish(out);
        if more {
            out(Found::Incomplete(MORE_PAGES.to_owned()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
