//! `ListAssets` of Cloud Asset Inventory with whole descriptions: what proves that a resource is used, runs, or keeps what is written to it; and the
//! few kinds with labels that no search shows.
//!
//! <https://cloud.google.com/asset-inventory/docs/reference/rest/v1/assets/list>

mod balancers;
mod proofs;

use super::chains::{self, InChains, Reading};
use super::emptiness::{self, Listing};
use super::hierarchy;
use super::places::{self, Place};
use super::session::{self, Session};
use crate::inventory::{self, Context, Description};
use crate::name::{Name, is_number};
use crate::projects::Projects;
use balancers::Balancers;
use google_cloud_asset_v1::model::{Asset, ContentType, ListAssetsResponse};
use proofs::{Data, canonical, text};
use serde::Deserialize;
use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex};
use tagledger_collect::{Asked, CollectError, Collector, CollectorInfo, Found, Job, Operation, Outlet, Rate, Target};
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
    r"(compute\.googleapis\.com/((Global)?ForwardingRule|(Region)?BackendService|BackendBucket|TargetPool|(Region)?Target(Http|Https|Grpc|Tcp|Ssl)Proxy|(Region)?UrlMap|TargetInstance|TargetVpnGateway|(Region)?SslCertificate)|certificatemanager\.googleapis\.com/Certificate|sqladmin\.googleapis\.com/Instance|container\.googleapis\.com/(Cluster|NodePool)|run\.googleapis\.com/(Service|DomainMapping)|monitoring\.googleapis\.com/(AlertPolicy|NotificationChannel|UptimeCheckConfig|Service|ServiceLevelObjective)|logging\.googleapis\.com/LogBucket|bigquery\.googleapis\.com/Dataset|pubsub\.googleapis\.com/Subscription|parametermanager\.googleapis\.com/Parameter|firebasedataconnect\.googleapis\.com/Service|networkconnectivity\.googleapis\.com/Group)",
];

/// Whether it answers at a place.
pub(super) fn probe(session: &Session, place: Text) -> Asked<'_, ()> {
    Box::pin(async move { page(session, &place, PARTS[0], None, 1).await.map(drop) })
}

/// The job at a place.
pub(super) fn job(place: &Place) -> Job {
    let lists = place.lists(PARTS.len());
    places::job(place, Arc::new(Listed { place: place.clone(), lists, reading: Mutex::new(Reading::new(lists)) }))
}

async fn page(asked: &Session, place: &Text, kinds: &str, token: Option<String>, size: i32) -> Result<ListAssetsResponse, CollectError> {
    let answer = asked.ask(&LIST, |clients| {
        let call = clients.asset.list_assets().set_parent(place.as_str()).set_page_size(size).set_content_type(ContentType::Resource);
        let call = call.set_asset_types([kinds]).set_page_token(token.clone().unwrap_or_default());
        async move { call.send().await }
    });
    answer.await.map_err(|error| match error {
        CollectError::NotEnabled(why) => CollectError::Incomplete(why),
        other => other,
    })
}

/// Kinds that no search shows: what holds one of them is not empty.
const HIDDEN: [&str; 3] =
    ["parametermanager.googleapis.com/parameter", "firebasedataconnect.googleapis.com/service", "networkconnectivity.googleapis.com/group"];

/// One organisation, folder or project.
struct Listed {
    place: Place,
    lists: usize,
    /// Kept from one attempt to the next.
    reading: Mutex<Reading<Seen>>,
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
    listing: Listing,
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

    fn beside(&self) -> Option<&'static str> {
        Some(super::search::INFO.id)
    }

    fn collect<'a>(&'a self, targets: &'a [Target], out: &'a Outlet) -> Asked<'a, ()> {
        Box::pin(async move {
            out.counts_the_rest(&targets[0]);
            let read = chains::whole(self, &self.reading, out, self.lists).await;
            let Place { session, hierarchy, name, .. } = &self.place;
            match read {
                Err(CollectError::Denied { permission }) => Err(hierarchy::refused(session, hierarchy, name, permission, &LIST).await),
                Err(other) => Err(other),
                Ok(mut seen) => {
                    let listing = std::mem::take(&mut seen.listing);
                    // Of a project that shows nothing at all nobody knows what is there.
                    let shown = targets.iter().filter(|target| out.has_counted(target)).map(|target| target.scope.as_str()).collect();
                    out.amend(seen.judged(&shown)).await;
                    out.amend(self.place.together.listed(listing)).await;
                    Ok(())
                }
            }
        })
    }
}

impl InChains for Listed {
    type Seen = Seen;

    async fn read(&self, reading: &mut Reading<Seen>, out: &Outlet) -> Result<(), CollectError> {
        let Place { session, hierarchy, name, .. } = &self.place;
        let context = Context::new(Origin::Live { collector: INFO.id }).knowing(Arc::clone(&hierarchy.ids));
        let Reading { chains, seen } = reading;
        let everything = PARTS.join("|");
        let ask = |list: usize, token: Option<String>| {
            let kinds = if self.lists > 1 { PARTS[list] } else { everything.as_str() };
            async move {
                let answer = page(session, name, kinds, token, PAGE).await?;
                Ok((answer.assets, answer.next_page_token))
            }
        };
        let take = |assets: Vec<Asset>| {
            let mut found = Vec::with_capacity(assets.len());
            for asset in assets.into_iter().filter(|asset| !self.is_left_out(asset)) {
                self.take(asset, &context, seen, &mut found);
            }
            found
        };
        chains.read(out, ask, take).await
    }
}

impl Listed {
    fn take(&self, mut asset: Asset, context: &Context, seen: &mut Seen, found: &mut Vec<Found>) {
        let kind = inventory::kind(Text::from(asset.asset_type.as_str()));
        let resource = asset.resource.take();
        let (data, location) = resource.map_or((None, None), |resource| (resource.data, Some(Text::from(resource.location))));
        let facts = data.as_ref().and_then(|data| proofs::facts(&kind, &asset.name, data));
        if let Some(data) = data.as_ref() {
            let late = || {
                let project = asset.ancestors.first().and_then(|step| step.strip_prefix("projects/")).unwrap_or_default();
                let scope = self.place.hierarchy.ids.get(project).cloned().unwrap_or_else(|| Text::new(project));
                Late { id: inventory::native_id(asset.name.as_str().into()).canonical, kind: kind.clone(), scope }
            };
            seen.take(&kind, &asset.name, data, late);
        }
        let data = data.and_then(|data| crate::asset_data::Data::deserialize(&data).ok());
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
        let left_out = &self.place.hierarchy.left_out;
        let number = asset.ancestors.first().and_then(|step| step.strip_prefix("projects/"));
        let in_name = || Name::parse(&asset.name).and_then(|name| name.project());
        !left_out.is_empty() && number.into_iter().chain(in_name()).any(|project| left_out.contains(project))
    }
}

impl Seen {
    fn take(&mut self, kind: &str, name: &str, data: &Data, late: impl FnOnce() -> Late) {
        match kind {
            proofs::DISK | proofs::REGION_DISK => drop(self.disks.insert(self.hasher.hash_one(name.to_lowercase().as_str()))),
            proofs::SNAPSHOT => {
                // One that is being deleted is left behind by nobody.
                let disk = text(data, "sourceDisk").filter(|_| text(data, "status") != Some("DELETING"));
                if let Some(disk) = disk.and_then(canonical) {
                    self.snapshots.push((late(), disk));
                }
            }
            emptiness::DATASET => {
                // The tables of such a dataset are somebody else's: that it has none of its own says nothing.
                if text(data, "type").is_some_and(|kind| kind != "DEFAULT")
                    || data.contains_key("linkedDatasetSource")
                    || data.contains_key("externalDatasetReference")
                {
                    self.listing.lent.insert(inventory::native_id(name.into()).canonical);
                }
            }
            kind if HIDDEN.contains(&kind) => drop(self.listing.used.insert(late().scope)),
            _ => self.balancers.take(kind, name, data, late),
        }
    }

    /// What is known now that everything was read: snapshots whose disks are gone, and rules with nothing behind them.
    fn judged<'a>(&'a self, shown: &'a HashSet<&'a str>) -> impl Iterator<Item = Found> + Send + 'a {
        // Of a disk in a project that was not shown nothing is known; a number may be that of any.
        let is_seen = move |disk: &str| {
            let project = disk.split_once("/projects/").and_then(|(_, rest)| rest.split('/').next()).unwrap_or_default();
            !is_number(project) && shown.contains(project)
        };
        let gone = self.snapshots.iter().filter(move |(_, disk)| is_seen(disk) && !self.disks.contains(&self.hasher.hash_one(disk.as_str())));
        let gone = gone.map(|(late, disk)| late.found(Fact { value: false, proof: Text::from(format!("sourceDisk = {disk}, which is not there any more")) }));
        gone.chain(self.balancers.judged().map(|(late, fact)| late.found(fact)))
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
            changed: None,
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
            assert!(listed.contains(kind) && HIDDEN.contains(&kind), "{kind} is neither shown nor listed");
        }
    }

    #[test]
    fn what_keeps_its_labels_elsewhere_is_listed() {
        let listed = PARTS.join("|").to_lowercase().replace('\\', "");
        for kind in crate::asset_data::kinds_with_labels_elsewhere() {
            let (service, thing) = kind.split_once('/').unwrap();
            assert!(listed.contains(&format!("{service}/")) && listed.contains(thing), "{kind}");
        }
    }
}
