//! `SearchAllResources` of Cloud Asset Inventory: every searchable resource with its labels and the tags that are bound to it.
//!
//! <https://cloud.google.com/asset-inventory/docs/reference/rest/v1/TopLevel/searchAllResources>

use super::chains::Chains;
use super::emptiness::Emptiness;
use super::hierarchy::{self, Hierarchy};
use super::places::{self, is_project};
use super::session::{self, Session};
use crate::bindings::{Effective, Tag};
use crate::inventory::{Context, Hit, Timed};
use crate::labels::Labels;
use crate::projects::Projects;
use google_cloud_asset_v1::model::{self, ResourceSearchResult, SearchAllResourcesResponse};
use google_cloud_wkt::FieldMask;
use std::sync::{Arc, Mutex, PoisonError};
use tagledger_collect::{Asked, CollectError, Collector, CollectorInfo, Discovery, Found, Job, Operation, Outlet, Rate, Target};
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
const FIELDS: [&str; 12] =
    ["name", "assetType", "project", "folders", "organization", "displayName", "location", "labels", "tags", "effectiveTags", "createTime", "state"];

/// A wide place is asked in parts that are read side by side, because a page must be waited for before the next one can be asked for. A part is the
/// kinds whose names a regular expression matches as a whole: every name begins with some character, so that each kind is in exactly one.
const PARTS: [&str; 5] = ["[ab].*", "c[^o].*", "co.*", "[d-r].*", "[^a-r].*"];

/// The jobs over all that is asked.
pub(super) async fn jobs(session: &Arc<Session>, hierarchy: &Arc<Hierarchy>, discovery: &mut Discovery) -> Vec<Job> {
    let probe = |place: Text| -> Asked<'_, ()> { Box::pin(async move { page(session, &place, None, None, 1).await.map(drop) }) };
    let places = places::widest(hierarchy, &INFO, discovery, probe).await;
    let of = |place: &Text| {
        let lists = if is_project(place) { 1 } else { PARTS.len() };
        let state = Mutex::new(State { chains: Chains::new(lists), emptiness: Some(Emptiness::default()) });
        let search = Search { session: Arc::clone(session), hierarchy: Arc::clone(hierarchy), place: place.clone(), lists, state };
        places::job(hierarchy, place, Arc::new(search))
    };
    places.iter().map(of).collect()
}

async fn page(asked: &Session, place: &Text, part: Option<&str>, token: Option<String>, size: i32) -> Result<SearchAllResourcesResponse, CollectError> {
    let answer = asked.ask(&SEARCH, |clients| {
        let call = clients.asset.search_all_resources().set_scope(place.as_str()).set_page_size(size);
        let call = call.set_asset_types(part).set_read_mask(FieldMask::default().set_paths(FIELDS)).set_page_token(token.clone().unwrap_or_default());
        async move { call.send().await }
    });
    // There is no other source of what this one shows.
    answer.await.map_err(|error| if let CollectError::NotEnabled(why) = error { CollectError::Incomplete(why) } else { error })
}

/// One organisation, folder or project.
struct Search {
    session: Arc<Session>,
    hierarchy: Arc<Hierarchy>,
    place: Text,
    lists: usize,
    /// Kept from one attempt to the next.
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    chains: Chains,
    /// None when this program did not see the beginning: nothing can be said of what is empty.
    emptiness: Option<Emptiness>,
}

impl Collector for Search {
    fn info(&self) -> &'static CollectorInfo {
        &INFO
    }

    fn collect<'a>(&'a self, targets: &'a [Target], out: &'a Outlet) -> Asked<'a, ()> {
        Box::pin(async move {
            out.counts_the_rest(&targets[0]);
            let mut patience = 2;
            loop {
                let mut state = self.stands(out);
                let read = self.read(&mut state, out).await;
                let ended = match read {
                    Err(CollectError::StaleToken(_)) if patience > 0 => {
                        patience -= 1;
                        out.anew().await;
                        continue;
                    }
                    Err(CollectError::Denied { permission }) if is_project(&self.place) => {
                        let project = self.place.trim_start_matches("projects/");
                        Err(hierarchy::is_gone(&self.session, project).await.unwrap_or(CollectError::Denied { permission }))
                    }
                    Ok(()) => {
                        if let Some(emptiness) = state.emptiness.take() {
                            out.amend(emptiness.unused(&INFO, targets.iter().map(|target| &target.scope))).await;
                        }
                        Ok(())
                    }
                    other => other,
                };
                *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
                return ended;
            }
        })
    }
}

impl Search {
    /// Where an earlier attempt stopped: of this program, with what it has seen, or of one before it.
    fn stands(&self, out: &Outlet) -> State {
        let fresh = || State { chains: Chains::new(self.lists), emptiness: Some(Emptiness::default()) };
        let mut held = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(chains) = out.goes_on().and_then(|text| Chains::parse(&text, self.lists)) else { return fresh() };
        let held = std::mem::replace(&mut *held, fresh());
        if held.chains == chains { held } else { State { chains, emptiness: None } }
    }

    async fn read(&self, state: &mut State, out: &Outlet) -> Result<(), CollectError> {
        let context = Context::new(Origin::Live { collector: INFO.id }).knowing(Arc::clone(&self.hierarchy.ids));
        let State { chains, emptiness } = state;
        let ask = |list: usize, token: Option<String>| async move {
            let part = (self.lists > 1).then(|| PARTS[list]);
            let answer = page(&self.session, &self.place, part, token, PAGE).await?;
            Ok((answer.results, answer.next_page_token))
        };
        let take = |results: Vec<ResourceSearchResult>| {
            let mut found = Vec::with_capacity(results.len());
            let mut projects = Projects::default();
            for result in results.into_iter().filter(|result| !self.is_left_out(result)) {
                context.hit(hit(result), &mut projects, &mut |one| {
                    if let (Found::Resource(resource), Some(emptiness)) = (&one, emptiness.as_mut()) {
                        emptiness.take(resource);
                    }
                    found.push(one);
                });
            }
            projects.name(|container| self.hierarchy.name_of(container));
            projects.finish(&mut |scope| found.push(scope));
            found
        };
        chains.read(out, ask, take).await
    }

    /// Whether it lies in a project that is not asked, or is one.
    fn is_left_out(&self, result: &ResourceSearchResult) -> bool {
        !self.hierarchy.left_out.is_empty() && result.project.strip_prefix("projects/").is_some_and(|number| self.hierarchy.left_out.contains(number))
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
    Hit {
        name: result.name.into(),
        asset_type: result.asset_type.into(),
        project: text(result.project),
        folders: Some(result.folders.into_iter().map(Text::from).collect()),
        organization: text(result.organization),
        display_name: text(result.display_name),
        location: text(result.location),
        labels: Labels(Some(labels)),
        tags: Some(result.tags.into_iter().map(tag).collect()),
        effective_tags: Some(result.effective_tags.into_iter().map(effective).collect()),
        create_time: result.create_time.map(|time| Timed(Some(Timestamp(time.seconds())))),
        state: text(result.state),
    }
}
