//! Google Cloud: `gcloud asset search-all-resources` and `gcloud projects list`.
//!
//! gcloud prints members in the order of their names.

use super::{CHUNK, chunk_name, layout, pairs};
use crate::{
    calendar,
    estate::{Estate, Resource},
    kinds::Cloud,
    output::{List, Pairs, chunks},
    scopes::Scope,
    vocabulary::ENVIRONMENTS,
};
use serde::Serialize;
use std::{io, path::Path};

const ORGANIZATION: &str = "742190385561";

/// A row of the search.
#[expect(clippy::struct_field_names, reason = "the members are called as the API calls them")]
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Asset<'a> {
    pub asset_type: &'a str,
    pub create_time: String,
    pub display_name: &'a str,
    pub folders: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<Pairs<'a>>,
    pub location: String,
    pub name: &'a str,
    pub organization: String,
    pub parent_asset_type: &'static str,
    pub parent_full_resource_name: String,
    pub project: String,
}

impl<'a> Asset<'a> {
    /// A row; a resource without labels has no such member, as the API leaves empty members out.
    pub fn new(
        kind: &'a str,
        id: &'a str,
        name: &'a str,
        location: &str,
        (project, number, folder): (&str, u64, u64),
        created: i64,
        labels: Vec<(&'a str, &'a str)>,
    ) -> Self {
        Self {
            asset_type: kind,
            create_time: calendar::rfc3339(created),
            display_name: name,
            folders: vec![format!("folders/{folder}")],
            labels: (!labels.is_empty()).then_some(Pairs(labels)),
            location: location.to_owned(),
            name: id,
            organization: format!("organizations/{ORGANIZATION}"),
            parent_asset_type: "cloudresourcemanager.googleapis.com/Project",
            parent_full_resource_name: format!("//cloudresourcemanager.googleapis.com/projects/{project}"),
            project: format!("projects/{number}"),
        }
    }
}

/// The folder that a project lies in.
pub fn folder_number(stage: Option<u8>) -> u64 {
    match stage.map(|s| ENVIRONMENTS[usize::from(s)].name) {
        Some("production" | "recovery") => 300_100_200_301,
        Some(_) => 300_100_200_302,
        None => 300_100_200_303,
    }
}

/// A project.
#[expect(clippy::struct_field_names, reason = "the members are called as the API calls them")]
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Project<'a> {
    create_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<Pairs<'a>>,
    lifecycle_state: &'static str,
    name: &'a str,
    parent: Parent,
    project_id: &'a str,
    project_number: String,
}

impl<'a> Project<'a> {
    /// An active project below a folder.
    pub fn new(id: &'a str, name: &'a str, number: u64, folder: u64, labels: Vec<(&'a str, &'a str)>) -> Self {
        Self {
            create_time: calendar::rfc3339(calendar::days(2023, 2, 1) * calendar::DAY + 30_600).replace('Z', ".471000Z"),
            labels: (!labels.is_empty()).then_some(Pairs(labels)),
            lifecycle_state: "ACTIVE",
            name,
            parent: Parent { id: folder.to_string(), type_: "folder" },
            project_id: id,
            project_number: number.to_string(),
        }
    }
}

#[derive(Debug, Serialize)]
struct Parent {
    id: String,
    #[serde(rename = "type")]
    type_: &'static str,
}

pub(super) fn write(estate: &Estate, folder: &Path) -> io::Result<()> {
    projects(estate, folder)?;
    let range = estate.range(Cloud::Gcp);
    let files = (range.end - range.start).div_ceil(CHUNK);
    for (at, range) in chunks(range, CHUNK).enumerate() {
        let path = folder.join(chunk_name("search-all-resources", at, files, "json"));
        let mut out = List::open(&path, layout(estate, 2), "", "")?;
        for index in range {
            let resource = estate.resource(index);
            out.push(&row(&resource, &estate.scopes()[resource.scope]))?;
        }
        out.close()?;
    }
    Ok(())
}

fn row<'a>(resource: &'a Resource, scope: &Scope) -> Asset<'a> {
    let location = match resource.id.as_str() {
        id if id.contains("/zones/") => format!("{}-a", resource.region),
        id if id.contains("/global/") => "global".to_owned(),
        _ => resource.region.to_owned(),
    };
    let place = (scope.id.as_str(), scope.number, folder_number(scope.stage));
    Asset::new(resource.kind.native, &resource.id, &resource.name, &location, place, resource.created, pairs(&resource.tags))
}

fn projects(estate: &Estate, folder: &Path) -> io::Result<()> {
    let mut out = List::open(&folder.join("projects.json"), layout(estate, 2), "", "")?;
    for scope in estate.scopes().iter().filter(|s| s.cloud == Cloud::Gcp) {
        out.push(&Project::new(&scope.id, &scope.name, scope.number, folder_number(scope.stage), pairs(&scope.tags)))?;
    }
    out.close()
}
