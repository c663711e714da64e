//! `SearchAllResources` of Cloud Asset Inventory: every searchable resource with its labels and the tags that are bound to it.
//!
//! <https://cloud.google.com/asset-inventory/docs/reference/rest/v1/TopLevel/searchAllResources>

use super::chains::{self, InChains, Reading};
use super::emptiness::Emptiness;
use super::places::{self, Place};
use super::session::{self, Session};
use super::{hierarchy, settings};
use crate::bindings::{Effective, Tag};
use crate::inventory::{Context, Hit, Timed};
use crate::labels::Labels;
use crate::name::Name;
use crate::projects::Projects;
use google_cloud_asset_v1::model::{self, ResourceSearchResult, SearchAllResourcesResponse};
use google_cloud_wkt::FieldMask;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use tagledger_collect::{Asked, CollectError, Collector, CollectorInfo, Found, Job, Operation, Outlet, Rate, Target};
use tagledger_model::{Origin, RawTag, Text, Timestamp};

/// <https://cloud.google.com/asset-inventory/docs/quota>
const SEARCH: Operation = Operation { name: session::SEARCH, permission: "cloudasset.assets.searchAllResources", rate: Some(Rate::per_minute(400)) };

pub(super) static INFO: CollectorInfo = CollectorInfo {
    id: "gcp.asset.search",
    summary: "Every searchable resource, labelled or not, with its labels and the tags that are bound to it or to what is above it.",
    operations: &[SEARCH],
    rank: 20,
    blind_spot: None,
    whole: true,
};

/// The largest page that the service gives.
const PAGE: i32 = 500;

/// What is asked for of each resource. Some of it is left out of answers unless it is.
const FIELDS: [&str; 13] = [
    "name",
    "assetType",
    "project",
    "folders",
    "organization",
    "displayName",
    "location",
    "labels",
    "tags",
    "effectiveTags",
    "createTime",
    "updateTime",
    "state",
];

/// A wide place is asked in parts that are read side by side, because a page must be waited for before the next one can be asked for. A part is the
/// kinds whose names a regular expression matches as a whole: every name begins with some character, so that each kind is in exactly one.
const PARTS: [&str; 5] = ["[ab].*", "c[^o].*", "co.*", "[d-r].*", "[^a-r].*"];

/// Whether it answers at a place.
pub(super) fn probe(session: &Session, place: Text) -> Asked<'_, ()> {
    Box::pin(async move { page(session, &place, None, None, 1).await.map(drop) })
}

/// The job at a place.
pub(super) fn job(place: &Place) -> Job {
    let lists = place.lists(PARTS.len());
    places::job(place, Arc::new(Search { place: place.clone(), lists, reading: Mutex::new(Reading::new(lists)) }))
}

/// The numbers of these projects, which a search shows beside their ids: most of what lies in a project names it by its number.
pub(super) async fn numbers(session: &Session, place: &Text, ids: &[String]) -> HashSet<Text> {
    let (mut numbers, mut token): (_, Option<String>) = (HashSet::new(), None);
    // What fails here fails again when the place is read, and is told then.
    while let Ok(answer) = page(session, place, Some("cloudresourcemanager.googleapis.com/Project"), token.clone(), PAGE).await {
        let is_named = |one: &&ResourceSearchResult| Name::parse(&one.name).and_then(|name| name.project()).is_some_and(|id| ids.iter().any(|own| own == id));
        numbers.extend(answer.results.iter().filter(is_named).filter_map(|one| one.project.strip_prefix("projects/")).map(Text::new));
        if answer.next_page_token.is_empty() || token.as_ref() == Some(&answer.next_page_token) {
            break;
        }
        token = Some(answer.next_page_token);
    }
    numbers
}

async fn page(asked: &Session, place: &Text, part: Option<&str>, token: Option<String>, size: i32) -> Result<SearchAllResourcesResponse, CollectError> {
    let answer = asked.ask(&SEARCH, |clients| {
        let call = clients.asset.search_all_resources().set_scope(place.as_str()).set_page_size(size);
        let call = call.set_asset_types(part).set_read_mask(FieldMask::default().set_paths(FIELDS)).set_page_token(token.clone().unwrap_or_default());
        async move { call.send().await }
    });
    // There is no other source of what this one shows.
    answer.await.map_err(|error| match error {
        CollectError::NotEnabled(why) => CollectError::Incomplete(why),
        other => other,
    })
}

/// One organisation, folder or project.
struct Search {
    place: Place,
    lists: usize,
    /// Kept from one attempt to the next.
    reading: Mutex<Reading<Emptiness>>,
}

impl Collector for Search {
    fn info(&self) -> &'static CollectorInfo {
        &INFO
    }

    fn beside(&self) -> Option<&'static str> {
        Some(super::assets::INFO.id)
    }

    fn collect<'a>(&'a self, targets: &'a [Target], out: &'a Outlet) -> Asked<'a, ()> {
        Box::pin(async move {
            out.counts_the_rest(&targets[0]);
            let read = chains::whole(self, &self.reading, out, self.lists).await;
            let Place { session, hierarchy, name, .. } = &self.place;
            match read {
                Err(CollectError::Denied { permission }) => Err(hierarchy::refused(session, hierarchy, name, permission, &SEARCH).await),
                Err(other) => Err(other),
                Ok(emptiness) => {
                    self.look_for_hidden(targets, out);
                    let gone = if places::is_project(name) { HashMap::new() } else { hierarchy::gone(session, hierarchy, targets).await };
                    let (left, there): (Vec<Target>, Vec<Target>) = targets.iter().cloned().partition(|target| gone.contains_key(&target.scope));
                    // What of them lay on pages to come is missing, and they themselves are not empty for that.
                    for target in &left {
                        out.missing(target, CollectError::Incomplete(gone[&target.scope].clone()));
                    }
                    out.amend(self.place.together.searched(emptiness, there)).await;
                    Ok(())
                }
            }
        })
    }
}

impl Search {
    /// All was read, by this scan or by one before it: a project of which nothing was shown, not even itself, is hidden.
    fn look_for_hidden(&self, targets: &[Target], out: &Outlet) {
        // The place itself need not show anything.
        for target in targets.iter().filter(|target| target.scope != self.place.name && !out.has_counted(target)) {
            let why = format!("Resource Manager lists it, and a search of {} shows nothing of it: name it under `{}`", self.place.name, settings::PROJECTS);
            out.missing(target, CollectError::Incomplete(why));
        }
    }

    /// Whether it lies in a project that is not asked, or is one.
    fn is_left_out(&self, result: &ResourceSearchResult) -> bool {
        let left_out = &self.place.hierarchy.left_out;
        let in_name = || Name::parse(&result.name).and_then(|name| name.project());
        !left_out.is_empty() && result.project.strip_prefix("projects/").into_iter().chain(in_name()).any(|project| left_out.contains(project))
    }
}

impl InChains for Search {
    type Seen = Emptiness;

    async fn read(&self, reading: &mut Reading<Emptiness>, out: &Outlet) -> Result<(), CollectError> {
        let Place { session, hierarchy, name, .. } = &self.place;
        let context = Context::new(Origin::Live { collector: INFO.id }).knowing(Arc::clone(&hierarchy.ids));
        let Reading { chains, seen: emptiness } = reading;
        let ask = |list: usize, token: Option<String>| async move {
            let part = (self.lists > 1).then(|| PARTS[list]);
            let answer = page(session, name, part, token, PAGE).await?;
            Ok((answer.results, answer.next_page_token))
        };
        let take = |results: Vec<ResourceSearchResult>| {
            let mut found = Vec::with_capacity(results.len());
            let mut projects = Projects::default();
            for result in results.into_iter().filter(|result| !self.is_left_out(result)) {
                context.hit(hit(result), &mut projects, &mut |one| {
                    if let Found::Resource(resource) = &one {
                        emptiness.take(resource);
                    }
                    found.push(one);
                });
            }
            projects.name(|container| hierarchy.name_of(container));
            projects.finish(&mut |scope| found.push(scope));
            found
        };
        chains.read(out, ask, take).await
    }
}

/// A result in the form that exports have, too.
fn hit(result: ResourceSearchResult) -> Hit {
    let mut labels: Vec<RawTag> = result.labels.into_iter().map(|(key, value)| RawTag::own(key, value)).collect();
    // The client hands them over in no order.
    labels.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    let text = |text: String| (!text.is_empty()).then(|| Text::from(text));
    let tag = |tag: model::Tag| Tag { tag_key: tag.tag_key.map(Text::from), tag_value: tag.tag_value.map(Text::from) };
    let effective = |one: model::EffectiveTagDetails| Effective {
        attached_resource: one.attached_resource.map(Text::from),
        effective_tags: Some(one.effective_tags.into_iter().map(tag).collect()),
    };
    // What is above matters for a project, and for what lies in none.
    let has_above = result.project.is_empty() || result.asset_type.ends_with("/Project");
    Hit {
        name: result.name.into(),
        asset_type: result.asset_type.into(),
        project: text(result.project),
        folders: has_above.then(|| result.folders.into_iter().map(Text::from).collect()),
        organization: text(result.organization).filter(|_| has_above),
        display_name: text(result.display_name),
        location: text(result.location),
        labels: Labels(Some(labels)),
        tags: Some(result.tags.into_iter().map(tag).collect()),
        effective_tags: Some(result.effective_tags.into_iter().map(effective).collect()),
        create_time: result.create_time.map(|time| Timed(Some(Timestamp(time.seconds())))),
        update_time: result.update_time.map(|time| Timed(Some(Timestamp(time.seconds())))),
        state: text(result.state),
    }
}
