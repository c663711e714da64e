//! `gcloud asset list`: assets with their whole description, when `--content-type=resource` asked for it.
//!
//! <https://cloud.google.com/asset-inventory/docs/reference/rest/v1/assets#Asset>. Without that content type an asset is a name and a type, and
//! nothing is known about its labels. `gcloud asset export` writes the same records with underscores in the member names, one a line.

use super::{
    FOLDER, MORE_PAGES, ORGANIZATION, PROJECT,
    asset_data::Data,
    has_next, is_asset, is_listed, kind, lists, native_id, origin,
    projects::{Project, Projects},
    scope, wrapping,
};
use crate::{
    ID,
    name::{Name, is_number},
};
use serde::Deserialize;
use serde_json::{Map, Value};
use tagledger_collect::{Document, ExportInfo, ExportReader, Found, ReadError, Sample, Sink};
use tagledger_model::{CloudId, NativeId, Observed, RawResource, Taggable, Text};

const LIST: &str = "assets";

static INFO: ExportInfo =
    ExportInfo { id: "gcp.asset.list", command: "gcloud asset list --organization=<number> --content-type=resource --format=json", rank: 30, blind_spot: None };

pub(super) struct AssetList;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    name: Text,
    #[serde(alias = "asset_type")]
    asset_type: Text,
    ancestors: Option<Vec<Text>>,
    resource: Option<Resource>,
}

#[derive(Deserialize)]
struct Resource {
    data: Option<Data>,
    location: Option<Text>,
}

fn is_record(record: &Map<String, Value>) -> bool {
    is_asset(record) && is_listed(record)
}

/// A project by the id it is known by. Its asset is named by number here and by id in a search; the id wins, so that both are one resource.
fn project(asset: &Listed, data: &Data) -> Project {
    let in_ancestors = || asset.ancestors.iter().flatten().find_map(|step| step.strip_prefix("projects/")).map(Text::new);
    Project {
        id: data.project_id.clone().unwrap_or_default(),
        number: data.project_number.clone().or_else(in_ancestors),
        // In the first version `name` is what people call it; from the third on it is `projects/{number}`.
        name: data.display_name.clone().or_else(|| data.name.clone()),
        state: data.state.clone(),
        above: asset.ancestors.iter().flatten().cloned().collect(),
    }
}

impl ExportReader for AssetList {
    fn info(&self) -> &'static ExportInfo {
        &INFO
    }

    fn recognises(&self, sample: &Sample) -> bool {
        wrapping(sample, LIST, is_record).is_some()
    }

    fn read(&self, document: &Document, out: &mut Sink<'_>) -> Result<(), ReadError> {
        let wrapping = wrapping(&Sample::of(document), LIST, is_record);
        let (cloud, origin) = (CloudId::new(ID), origin(INFO.id, document));
        let (mut projects, mut more, mut blind) = (Projects::default(), false, 0_u64);
        let mut each = |mut asset: Listed| {
            let kind = kind(std::mem::take(&mut asset.asset_type));
            let (data, location) = asset.resource.take().map_or((None, None), |resource| (resource.data, resource.location));
            let name = Name::parse(&asset.name);
            if matches!(kind.as_str(), FOLDER | ORGANIZATION) {
                return projects.named(name.map(|name| Text::new(name.path)).unwrap_or_default(), data.and_then(|data| data.display_name));
            }
            blind += u64::from(data.is_none());
            let created = data.as_ref().and_then(|data| data.created);
            let found = data.as_ref().filter(|_| kind == PROJECT).map(|data| project(&asset, data));
            let tags = data.map_or(Observed::Unknown, |data| Observed::Known(data.labels(&kind)));
            let mut resource = RawResource {
                cloud: cloud.clone(),
                scope: scope(name, asset.ancestors.iter().flatten().next().map(Text::as_str)),
                region: location.filter(|location| !location.is_empty()),
                group: None,
                kind,
                name: name.and_then(|name| name.last()).map(Text::new),
                tags,
                further: tagledger_model::Further::None,
                taggable: Taggable::Unknown,
                created,
                facts: None,
                origin: origin.clone(),
                id: native_id(asset.name),
            };
            if let Some(project) = found {
                if !project.id.is_empty() && !is_number(&project.id) {
                    let raw = std::mem::replace(&mut resource.id, NativeId::lowered(&format!("//cloudresourcemanager.googleapis.com/projects/{}", project.id)));
                    resource.id.raw = Some(raw.raw.unwrap_or(raw.canonical)).filter(|raw| *raw != resource.id.canonical);
                    resource.scope.clone_from(&project.id);
                }
                resource.name = project.name.clone().or(resource.name);
                projects.add(project, resource.tags.clone());
            }
            out(Found::Resource(resource));
        };
        document.records(lists(wrapping, &[LIST]), &mut each, &mut |envelope| more = has_next(&envelope))?;
        projects.finish(out);
        if blind > 0 {
            out(Found::Incomplete(format!(
                "{blind} assets came without their description: nothing is known about their labels; export with --content-type=resource"
            )));
        }
        if more {
            out(Found::Incomplete(MORE_PAGES.to_owned()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
