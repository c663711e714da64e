//! `gcloud asset search-all-resources`: every searchable resource, with its labels.
//!
//! <https://cloud.google.com/asset-inventory/docs/reference/rest/v1/ResourceSearchResult>. Of the three things that are called tag here, labels speak:
//! `tags` and `effectiveTags` are bindings of another kind, and `networkTags` are firewall rules' names for machines.

use super::{
    FOLDER, MORE_PAGES, ORGANIZATION, PROJECT, has_next, is_asset, is_listed, kind,
    labels::Labels,
    lists, native_id, origin,
    projects::{Project, Projects},
    scope, wrapping,
};
use crate::{ID, name::Name};
use serde::Deserialize;
use serde_json::{Map, Value};
use tagledger_collect::{Document, ExportInfo, ExportReader, Found, ReadError, Sample, Sink};
use tagledger_model::{CloudId, Observed, RawResource, Taggable, Text, Timestamp};

const LIST: &str = "results";

static INFO: ExportInfo = ExportInfo {
    id: "gcp.asset.search-all-resources",
    command: "gcloud asset search-all-resources --scope=organizations/<number> --format=json",
    rank: 20,
    blind_spot: None,
};

pub(super) struct SearchAllResources;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Hit {
    name: Text,
    asset_type: Text,
    project: Option<Text>,
    folders: Option<Vec<Text>>,
    organization: Option<Text>,
    display_name: Option<Text>,
    location: Option<Text>,
    #[serde(default)]
    labels: Labels,
    create_time: Option<Text>,
    state: Option<Text>,
}

fn is_hit(record: &Map<String, Value>) -> bool {
    is_asset(record) && !is_listed(record)
}

/// A project is found as a scope, beside being a resource with labels of its own.
fn project(hit: &Hit, name: Option<Name<'_>>) -> Project {
    Project {
        id: name.and_then(|name| name.project()).map(Text::new).unwrap_or_default(),
        number: hit.project.as_ref().and_then(|project| project.strip_prefix("projects/")).map(Text::new),
        name: hit.display_name.clone(),
        state: hit.state.clone(),
        above: hit.folders.iter().flatten().chain(&hit.organization).cloned().collect(),
    }
}

impl ExportReader for SearchAllResources {
    fn info(&self) -> &'static ExportInfo {
        &INFO
    }

    fn recognises(&self, sample: &Sample) -> bool {
        wrapping(sample, LIST, is_hit).is_some()
    }

    fn read(&self, document: &Document, out: &mut Sink<'_>) -> Result<(), ReadError> {
        let wrapping = wrapping(&Sample::of(document), LIST, is_hit);
        let (cloud, origin) = (CloudId::new(ID), origin(INFO.id, document));
        let (mut projects, mut more) = (Projects::default(), false);
        let mut each = |mut hit: Hit| {
            let kind = kind(std::mem::take(&mut hit.asset_type));
            let name = Name::parse(&hit.name);
            let labels = Observed::Known(std::mem::take(&mut hit.labels).0.unwrap_or_default());
            match kind.as_str() {
                FOLDER | ORGANIZATION => return projects.named(name.map(|name| Text::new(name.path)).unwrap_or_default(), hit.display_name),
                PROJECT => projects.add(project(&hit, name), labels.clone()),
                _ => {}
            }
            let nearest = hit.project.as_deref().or_else(|| hit.folders.iter().flatten().next().map(Text::as_str)).or(hit.organization.as_deref());
            out(Found::Resource(RawResource {
                cloud: cloud.clone(),
                scope: scope(name, nearest),
                region: hit.location.filter(|location| !location.is_empty()),
                group: None,
                kind,
                name: hit.display_name.filter(|shown| !shown.is_empty()).or_else(|| name.and_then(|name| name.last()).map(Text::new)),
                tags: labels,
                further: tagledger_model::Further::None,
                taggable: Taggable::Unknown,
                created: hit.create_time.as_deref().and_then(Timestamp::parse),
                facts: None,
                origin: origin.clone(),
                id: native_id(hit.name),
            }));
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
