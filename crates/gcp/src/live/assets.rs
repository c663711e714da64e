//! `ListAssets` of Cloud Asset Inventory with whole descriptions: what proves that a resource is used, runs, or keeps what is written to it; and the
//! few kinds with labels that no search shows.
//!
//! <https://cloud.google.com/asset-inventory/docs/reference/rest/v1/assets/list>

mod balancers;
mod proofs;

use super::chains::Chains;
use super::hierarchy::{self, Hierarchy};
use super::places::{self, is_project};
use super::session::{self, Session};
use crate::inventory::{self, Context, Description};
use crate::name::is_number;
use crate::projects::Projects;
use balancers::Balancers;
use google_cloud_asset_v1::model::{Asset, ContentType, ListAssetsResponse};
use proofs::{Data, canonical, text};
use serde::Deserialize;
use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use tagledger_collect::{Asked, CollectError, Collector, CollectorInfo, Discovery, Found, Job, Operation, Outlet, Rate, Target};
use tagledger_model::{CloudId, Fact, Facts, Further, NativeId, Observed, Origin, RawResource, Taggable, Text};

/// <https://cloud.google.com/asset-inventory/docs/quota>
const LIST: Operation = Operation { name: session::LIST, permission: "cloudasset.assets.listResource", rate: Some(Rate::per_minute(100)) };

pub(super) static INFO: CollectorInfo = CollectorInfo {
    id: "gcp.asset.list",
    summary: "The kinds whose state it proves, with what uses them, whether they run and how long they keep what is written to them; and those that no search shows.",
    operations: &[LIST],
    // Below a search, which shows bound tags beside the same labels.
    rank: 15,
    blind_spot: None,
    whole: false,
};

/// The largest page that the service gives.
const PAGE: i32 = 1000;

/// The kinds that are listed, in parts that are read side by side where a place is wide: regular expressions over the names of kinds as a whole. Kinds
/// that the service does not know would be refused by name, and are passed over in an expression.
const PARTS: [&str; 3] = [
    r"compute\.googleapis\.com/(Disk|RegionDisk|Snapshot)",
    r"compute\.googleapis\.com/(Instance|Address|GlobalAddress)",
    r"(compute\.googleapis\.com/((Global)?ForwardingRule|(Region)?BackendService|BackendBucket|TargetPool|(Region)?Target(Http|Https|Grpc|Tcp|Ssl)Proxy|(Region)?UrlMap|TargetInstance|TargetVpnGateway|(Region)?SslCertificate)|certificatemanager\.googleapis\.com/Certificate|sqladmin\.googleapis\.com/Instance|logging\.googleapis\.com/LogBucket|bigquery\.googleapis\.com/Dataset|pubsub\.googleapis\.com/Subscription|parametermanager\.googleapis\.com/Parameter|firebasedataconnect\.googleapis\.com/Service|networkconnectivity\.googleapis\.com/Group)",
];

/// The jobs over all that is asked.
pub(super) async fn jobs(session: &Arc<Session>, hierarchy: &Arc<Hierarchy>, discovery: &mut Discovery) -> Vec<Job> {
    let probe = |place: Text| -> Asked<'_, ()> { Box::pin(async move { page(session, &place, PARTS[0], None, 1).await.map(drop) }) };
    let places = places::widest(hierarchy, &INFO, discovery, probe).await;
    let of = |place: &Text| {
        let lists = if is_project(place) { 1 } else { PARTS.len() };
        let state = Mutex::new(State { chains: Chains::new(lists), seen: Some(Seen::default()) });
        places::job(hierarchy, place, Arc::new(Listed { session: Arc::clone(session), hierarchy: Arc::clone(hierarchy), place: place.clone(), lists, state }))
    };
    places.iter().map(of).collect()
}

async fn page(asked: &Session, place: &Text, kinds: &str, token: Option<String>, size: i32) -> Result<ListAssetsResponse, CollectError> {
    let answer = asked.ask(&LIST, |clients| {
        let call = clients.asset.list_assets().set_parent(place.as_str()).set_page_size(size).set_content_type(ContentType::Resource);
        let call = call.set_asset_types([kinds]).set_page_token(token.clone().unwrap_or_default());
        async move { call.send().await }
    });
    answer.await.map_err(|error| if let CollectError::NotEnabled(why) = error { CollectError::Incomplete(why) } else { error })
}

/// One organisation, folder or project.
struct Listed {
    session: Arc<Session>,
    hierarchy: Arc<Hierarchy>,
    place: Text,
    lists: usize,
    /// Kept from one attempt to the next.
    state: Mutex<State>,
}

struct State {
    chains: Chains,
    /// None when this program did not see the beginning: nothing can be said of what is not there.
    seen: Option<Seen>,
}

/// What can be judged only when everything was read.
#[derive(Default)]
struct Seen {
    /// Digests of the ids of disks: they are many.
    disks: HashSet<u64>,
    hasher: RandomState,
    /// Snapshots, and the disks that they were made from.
    snapshots: Vec<(Late, Text)>,
    balancers: Balancers,
}

/// A resource of which something is said later.
#[derive(Clone)]
pub(super) struct Late {
    id: Text,
    kind: Text,
    scope: Text,
}

impl Collector for Listed {
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
                        if let Some(seen) = state.seen.take() {
                            out.amend(seen.judged(targets)).await;
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

impl Listed {
    /// Where an earlier attempt stopped: of this program, with what it has seen, or of one before it.
    fn stands(&self, out: &Outlet) -> State {
        let fresh = || State { chains: Chains::new(self.lists), seen: Some(Seen::default()) };
        let mut held = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(chains) = out.goes_on().and_then(|text| Chains::parse(&text, self.lists)) else { return fresh() };
        let held = std::mem::replace(&mut *held, fresh());
        if held.chains == chains { held } else { State { chains, seen: None } }
    }

    async fn read(&self, state: &mut State, out: &Outlet) -> Result<(), CollectError> {
        let context = Context::new(Origin::Live { collector: INFO.id }).knowing(Arc::clone(&self.hierarchy.ids));
        let State { chains, seen } = state;
        let everything = PARTS.join("|");
        let ask = |list: usize, token: Option<String>| {
            let kinds = if self.lists > 1 { PARTS[list] } else { everything.as_str() };
            async move {
                let answer = page(&self.session, &self.place, kinds, token, PAGE).await?;
                Ok((answer.assets, answer.next_page_token))
            }
        };
        let take = |assets: Vec<Asset>| {
            let mut found = Vec::with_capacity(assets.len());
            for asset in assets.into_iter().filter(|asset| !self.is_left_out(asset)) {
                self.take(asset, &context, seen.as_mut(), &mut found);
            }
            found
        };
        chains.read(out, ask, take).await
    }

    fn take(&self, mut asset: Asset, context: &Context, seen: Option<&mut Seen>, found: &mut Vec<Found>) {
        let kind = inventory::kind(Text::from(asset.asset_type.as_str()));
        let resource = asset.resource.take();
        let (data, location) = resource.map_or((None, None), |resource| (resource.data, Some(Text::from(resource.location))));
        let facts = data.as_ref().and_then(|data| proofs::facts(&kind, &asset.name, data));
        if let (Some(seen), Some(data)) = (seen, data.as_ref()) {
            let late = || {
                let project = asset.ancestors.first().and_then(|step| step.strip_prefix("projects/")).unwrap_or_default();
                let scope = self.hierarchy.ids.get(project).cloned().unwrap_or_else(|| Text::new(project));
                Late { id: asset.name.to_lowercase().into(), kind: kind.clone(), scope }
            };
            seen.take(&kind, &asset.name, data, late);
        }
        let data = data.and_then(|data| crate::asset_data::Data::deserialize(serde_json::Value::Object(data)).ok());
        let asset = inventory::Asset {
            name: asset.name.into(),
            kind: asset.asset_type.into(),
            ancestors: Some(asset.ancestors.into_iter().map(Text::from).collect()),
            resource: Some(Description { data, location }),
        };
        context.asset(asset, facts, &mut Projects::default(), &mut |one| found.push(one));
    }

    /// Whether it lies in a project that is not asked.
    fn is_left_out(&self, asset: &Asset) -> bool {
        let number = || asset.ancestors.first().and_then(|step| step.strip_prefix("projects/"));
        !self.hierarchy.left_out.is_empty() && number().is_some_and(|number| self.hierarchy.left_out.contains(number))
    }
}

impl Seen {
    fn take(&mut self, kind: &str, name: &str, data: &Data, late: impl FnOnce() -> Late) {
        match kind {
            proofs::DISK | proofs::REGION_DISK => drop(self.disks.insert(self.hasher.hash_one(name.to_lowercase().as_str()))),
            proofs::SNAPSHOT => {
                if let Some(disk) = text(data, "sourceDisk").and_then(canonical) {
                    self.snapshots.push((late(), disk));
                }
            }
            _ => self.balancers.take(kind, name, data, late),
        }
    }

    /// What is known now that everything was read: snapshots whose disks are gone, and rules with nothing behind them.
    fn judged(self, targets: &[Target]) -> Vec<Found> {
        let asked: HashSet<&str> = targets.iter().map(|target| target.scope.as_str()).collect();
        // Of a disk in a project that was not asked nothing is known; a number may be that of any.
        let is_seen = |disk: &str| {
            let project = disk.split_once("/projects/").and_then(|(_, rest)| rest.split('/').next()).unwrap_or_default();
            !is_number(project) && asked.contains(project)
        };
        let gone = self.snapshots.iter().filter(|(_, disk)| is_seen(disk) && !self.disks.contains(&self.hasher.hash_one(disk.as_str())));
        let gone = gone.map(|(late, disk)| late.found(Fact { value: false, proof: Text::from(format!("sourceDisk = {disk}, which is not there any more")) }));
        gone.chain(self.balancers.judged().into_iter().map(|(late, fact)| late.found(fact))).collect()
    }
}

impl Late {
    /// Facts alone: the row itself was handed over already.
    fn found(&self, attached: Fact<bool>) -> Found {
        Found::Resource(RawResource {
            cloud: CloudId::new(crate::ID),
            scope: self.scope.clone(),
            region: None,
            group: None,
            id: NativeId::exact(self.id.clone()),
            kind: self.kind.clone(),
            name: None,
            tags: Observed::Unknown,
            further: Further::None,
            taggable: Taggable::Unknown,
            created: None,
            facts: Some(Box::new(Facts { attached: Some(attached), ..Facts::default() })),
            origin: Origin::Live { collector: INFO.id },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_search_shows_is_listed() {
        let table = include_str!("../kinds.tsv").lines().filter(|line| !line.starts_with('#'));
        let hidden: Vec<&str> = table.filter_map(|line| line.strip_suffix("\tno")?.split('\t').next()).collect();
        let listed = PARTS.join("|").to_lowercase().replace('\\', "");
        assert!(!hidden.is_empty());
        for kind in hidden {
            assert!(listed.contains(kind), "{kind} is neither shown nor listed");
        }
    }
}
