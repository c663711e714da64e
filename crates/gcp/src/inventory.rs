//! From a row of either call of Cloud Asset Inventory, exported or live, to what it describes.
//!
//! <https://cloud.google.com/asset-inventory/docs/reference/rest/v1/ResourceSearchResult> and
//! <https://cloud.google.com/asset-inventory/docs/reference/rest/v1/assets#Asset>.

use crate::ID;
use crate::asset_data::Data;
use crate::bindings::{self, Effective, Tag};
use crate::labels::Labels;
use crate::name::{Name, is_number};
use crate::projects::{Project, Projects};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::Arc;
use tagledger_collect::{Found, Sink};
use tagledger_model::{CloudId, Facts, Further, NativeId, Observed, Origin, RawResource, Taggable, Text, Timestamp};

/// The asset type of a project, in the form of the kinds table.
pub(crate) const PROJECT: &str = "cloudresourcemanager.googleapis.com/project";

/// The asset types of folders and organisations: containers that carry no labels, and no resources.
pub(crate) const FOLDER: &str = "cloudresourcemanager.googleapis.com/folder";
pub(crate) const ORGANIZATION: &str = "cloudresourcemanager.googleapis.com/organization";

/// What full names of projects begin with.
pub(crate) const PROJECTS: &str = "//cloudresourcemanager.googleapis.com/projects/";

/// What a search shows of a resource. Of the three things that are called tag, labels and bound tags are read; `networkTags` are names that
/// firewall rules give to machines, and no tags at all.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Hit {
    pub name: Text,
    pub asset_type: Text,
    pub project: Option<Text>,
    pub folders: Option<Vec<Text>>,
    pub organization: Option<Text>,
    pub display_name: Option<Text>,
    pub location: Option<Text>,
    #[serde(default)]
    pub labels: Labels,
    pub tags: Option<Vec<Tag>>,
    pub effective_tags: Option<Vec<Effective>>,
    pub create_time: Option<Timed>,
    pub update_time: Option<Timed>,
    pub state: Option<Text>,
}

/// A time that may be written in any way; what is none is none.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(from = "Text")]
pub(crate) struct Timed(pub Option<Timestamp>);

impl From<Text> for Timed {
    fn from(text: Text) -> Self {
        Self(Timestamp::parse(&text))
    }
}

/// What the other call lists of an asset.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Asset {
    pub name: Text,
    #[serde(rename = "assetType", alias = "asset_type")]
    pub kind: Text,
    pub ancestors: Option<Vec<Text>>,
    pub resource: Option<Description>,
}

/// The asset in its service's own words.
#[derive(Deserialize)]
pub(crate) struct Description {
    pub data: Option<Data>,
    pub location: Option<Text>,
}

/// What every row of one source shares.
pub(crate) struct Context {
    cloud: CloudId,
    origin: Origin,
    /// Whether the other call shows the labels of kinds that keep them elsewhere than others: a search that shows none of them says nothing then.
    is_one_of_two: bool,
    /// Ids of projects by their numbers, as far as they are known already; the engine joins what is not.
    ids: Arc<HashMap<Text, Text>>,
}

impl Context {
    pub fn new(origin: Origin) -> Self {
        Self { cloud: CloudId::new(ID), origin, is_one_of_two: false, ids: Arc::default() }
    }

    /// For a live scan, which knows the projects and reads both calls.
    pub fn knowing(self, ids: Arc<HashMap<Text, Text>>) -> Self {
        Self { ids, is_one_of_two: true, ..self }
    }

    /// The project a resource lies in: the id that its name holds, else the number that the inventory says beside it (`projects/123`). What lies in
    /// no project has its folder or organisation for a scope.
    fn scope(&self, name: Option<Name<'_>>, said: Option<&str>) -> Text {
        let in_name = name.and_then(|name| name.project());
        let said = said.map(|said| said.strip_prefix("projects/").unwrap_or(said)).filter(|said| !said.is_empty());
        let found = in_name.filter(|project| !is_number(project)).or(said).or(in_name).unwrap_or("unknown");
        self.ids.get(found).cloned().unwrap_or_else(|| Text::new(found))
    }

    /// Hands a hit over as what it is: a project is found as a scope, beside being a resource with labels of its own; folders and organisations
    /// lend their names.
    pub fn hit(&self, mut hit: Hit, projects: &mut Projects, out: &mut Sink<'_>) {
        let kind = kind(std::mem::take(&mut hit.asset_type));
        let name = Name::parse(&hit.name);
        let mut tags = std::mem::take(&mut hit.labels).0.unwrap_or_default();
        let is_open = self.is_one_of_two && tags.is_empty() && crate::asset_data::keeps_labels_elsewhere(&kind);
        let (direct, effective) = (hit.tags.take().unwrap_or_default(), hit.effective_tags.take().unwrap_or_default());
        if !direct.is_empty() || !effective.is_empty() {
            let number = hit.project.as_deref().and_then(|project| project.strip_prefix("projects/"));
            // What is bound to a project may name it by its number.
            let is_itself = |on: &str| on == hit.name || (kind == PROJECT && number.is_some_and(|number| on.strip_prefix(PROJECTS) == Some(number)));
            tags.extend(bindings::tags(&direct, &effective, &hit.name, is_itself));
        }
        // What is bound to one is shown all the same, as a part of its tags.
        let further = if is_open && !tags.is_empty() { Further::Any } else { Further::None };
        let tags = if is_open && tags.is_empty() { Observed::Unknown } else { Observed::Known(tags) };
        match kind.as_str() {
            FOLDER | ORGANIZATION => return projects.named(name.map(|name| Text::new(name.path)).unwrap_or_default(), hit.display_name),
            PROJECT => projects.add(self.project_of_hit(&hit, name), tags.clone()),
            _ => {}
        }
        // A project that is named by its number is the one that is known by its id.
        let known = name.and_then(|name| name.project()).filter(|_| kind == PROJECT).and_then(|number| self.ids.get(number));
        let known = known.map(|id| NativeId { raw: Some(hit.name.clone()), ..NativeId::lowered(&format!("{PROJECTS}{id}")) });
        let nearest = hit.project.as_deref().or_else(|| hit.folders.iter().flatten().next().map(Text::as_str)).or(hit.organization.as_deref());
        out(Found::Resource(RawResource {
            cloud: self.cloud.clone(),
            scope: self.scope(name, nearest),
            region: hit.location.filter(|location| !location.is_empty()),
            group: None,
            kind,
            name: hit.display_name.filter(|shown| !shown.is_empty()).or_else(|| name.and_then(|name| name.last()).map(Text::new)),
            tags,
            further,
            taggable: Taggable::Unknown,
            created: hit.create_time.and_then(|time| time.0),
            changed: hit.update_time.and_then(|time| time.0),
            facts: None,
            origin: self.origin.clone(),
            id: known.unwrap_or_else(|| native_id(hit.name)),
        }));
    }

    fn project_of_hit(&self, hit: &Hit, name: Option<Name<'_>>) -> Project {
        let in_name = name.and_then(|name| name.project());
        Project {
            id: in_name.map(|id| self.ids.get(id).cloned().unwrap_or_else(|| Text::new(id))).unwrap_or_default(),
            number: hit.project.as_ref().and_then(|project| project.strip_prefix("projects/")).map(Text::new),
            name: hit.display_name.clone(),
            state: hit.state.clone(),
            above: hit.folders.iter().flatten().chain(&hit.organization).cloned().collect(),
        }
    }

    /// Hands a listed asset over; false where it came without its description, so that nothing is known of its labels.
    pub fn asset(&self, mut asset: Asset, facts: Option<Box<Facts>>, projects: &mut Projects, out: &mut Sink<'_>) -> bool {
        let kind = kind(std::mem::take(&mut asset.kind));
        let (data, location) = asset.resource.take().map_or((None, None), |resource| (resource.data, resource.location));
        let name = Name::parse(&asset.name);
        if matches!(kind.as_str(), FOLDER | ORGANIZATION) {
            projects.named(name.map(|name| Text::new(name.path)).unwrap_or_default(), data.and_then(|data| data.display_name));
            return true;
        }
        let is_described = data.is_some();
        let created = data.as_ref().and_then(|data| data.created);
        let found = data.as_ref().filter(|_| kind == PROJECT).map(|data| project_of_asset(&asset, data));
        let tags = data.map_or(Observed::Unknown, |data| Observed::Known(data.labels(&kind)));
        let mut resource = RawResource {
            cloud: self.cloud.clone(),
            scope: self.scope(name, asset.ancestors.iter().flatten().next().map(Text::as_str)),
            region: location.filter(|location| !location.is_empty()),
            group: None,
            kind,
            name: name.and_then(|name| name.last()).map(Text::new),
            tags,
            further: Further::None,
            taggable: Taggable::Unknown,
            created,
            changed: None,
            facts,
            origin: self.origin.clone(),
            id: native_id(asset.name),
        };
        if let Some(project) = found {
            if !project.id.is_empty() && !is_number(&project.id) {
                let raw = std::mem::replace(&mut resource.id, NativeId::lowered(&format!("{PROJECTS}{}", project.id)));
                resource.id.raw = Some(raw.raw.unwrap_or(raw.canonical)).filter(|raw| *raw != resource.id.canonical);
                resource.scope.clone_from(&project.id);
            }
            resource.name = project.name.clone().or(resource.name);
            projects.add(project, resource.tags.clone());
        }
        out(Found::Resource(resource));
        is_described
    }
}

/// A project by the id it is known by. Its asset is named by number here and by id in a search; the id wins, so that both are one resource.
fn project_of_asset(asset: &Asset, data: &Data) -> Project {
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

/// The id of a full resource name. Compute Engine and projects know lower case alone, however a link to them is written; elsewhere two secrets or two tables may differ in nothing
/// but case.
pub(crate) fn native_id(name: Text) -> NativeId {
    let folds = || ["//compute.googleapis.com/", PROJECTS].iter().any(|start| name.get(..start.len()).is_some_and(|own| own.eq_ignore_ascii_case(start)));
    // One that is lower case already costs nothing.
    if name.bytes().any(|b| b.is_ascii_uppercase()) && folds() { NativeId::lowered(&name) } else { NativeId::exact(name) }
}

/// A kind in the form of the kinds table.
pub(crate) fn kind(mut asset_type: Text) -> Text {
    asset_type.make_ascii_lowercase();
    asset_type
}
