//! What is empty: a project in which nothing lies that somebody made, and a dataset without tables. Both are known when everything was read.

use crate::ID;
use crate::inventory::{PROJECT, PROJECTS};
use crate::name::Name;
use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};
use tagledger_collect::{CollectorInfo, Found, Target};
use tagledger_model::{CloudId, Fact, Facts, Further, NativeId, Observed, Origin, RawResource, Taggable, Text, Timestamp};

pub(super) const DATASET: &str = "bigquery.googleapis.com/dataset";

/// Whether a name is one that nobody chose.
type IsGiven = fn(&str) -> bool;

/// What a project gets without anybody's asking: kinds, and how such a one's own name looks.
const CAME_ALONG: &[(&str, IsGiven)] = &[
    ("compute.googleapis.com/network", |name| name == "default"),
    ("compute.googleapis.com/subnetwork", |name| name == "default"),
    ("compute.googleapis.com/firewall", |name| name.starts_with("default-allow-")),
    ("compute.googleapis.com/route", |name| name.starts_with("default-route-")),
    ("logging.googleapis.com/logbucket", |name| name.eq_ignore_ascii_case("_default") || name.eq_ignore_ascii_case("_required")),
    ("logging.googleapis.com/logsink", |name| name.eq_ignore_ascii_case("_default") || name.eq_ignore_ascii_case("_required")),
    ("iam.googleapis.com/serviceaccount", |name| name.ends_with("-compute@developer.gserviceaccount.com") || name.ends_with("@appspot.gserviceaccount.com")),
    ("serviceusage.googleapis.com/service", |_| true),
    ("cloudbilling.googleapis.com/projectbillinginfo", |_| true),
    ("compute.googleapis.com/project", |_| true),
    // The project itself, and what says which tags it has; tags that are defined in it, and a lien, are somebody's doing.
    ("cloudresourcemanager.googleapis.com/project", |_| true),
    ("cloudresourcemanager.googleapis.com/tagbinding", |_| true),
    // A key says nothing that its account does not say.
    ("iam.googleapis.com/serviceaccountkey", |_| true),
    ("orgpolicy.googleapis.com/policy", |_| true),
];

/// Seconds in which something new may still be empty because the inventory lags behind: for some kinds that is hours.
/// <https://cloud.google.com/asset-inventory/docs/faq>
const SETTLING: i64 = 86_400;

/// What rows have said so far.
#[derive(Debug, Default)]
pub(super) struct Emptiness {
    /// Projects in which something lies, and those that are shown at all.
    used: HashSet<Text>,
    shown: HashSet<Text>,
    /// Digests of the ids of datasets in which something lies: they may be many.
    filled: HashSet<u64>,
    hasher: RandomState,
    /// Canonical ids of datasets, and their projects.
    datasets: Vec<(Text, Text)>,
}

impl Emptiness {
    /// Notes what a resource says of what it lies in.
    pub fn take(&mut self, resource: &RawResource) {
        let id = &resource.id.canonical;
        let is_new = || resource.created.is_some_and(|created| Timestamp::now().0 - created.0 < SETTLING);
        if resource.kind == PROJECT && is_new() {
            self.used.insert(resource.scope.clone());
        }
        if resource.kind.starts_with("bigquery.googleapis.com/") {
            if resource.kind == DATASET {
                if !is_new() {
                    self.datasets.push((id.clone(), resource.scope.clone()));
                }
            } else if let Some(dataset) = dataset(id) {
                self.filled.insert(self.hasher.hash_one(dataset));
            }
        }
        if !self.used.contains(&resource.scope) {
            if !self.shown.contains(&resource.scope) {
                self.shown.insert(resource.scope.clone());
            }
            if !came_along(resource) {
                self.used.insert(resource.scope.clone());
            }
        }
    }

    /// Whether anything of a project was shown, if only itself.
    pub fn has_shown(&self, project: &Text) -> bool {
        self.shown.contains(project)
    }

    /// What is empty, as facts alone: the rows themselves were handed over already.
    fn unused(&self, info: &'static CollectorInfo, listing: &Listing, targets: &[Target]) -> Vec<Found> {
        let scopes = targets.iter().map(|target| &target.scope).filter(|scope| !scope.contains('/') && !is_of_a_script(scope) && self.has_shown(scope));
        let projects = scopes.filter(|scope| !self.used.contains(*scope) && !listing.used.contains(*scope));
        let projects = projects.map(|scope| row(info, NativeId::lowered(&format!("{PROJECTS}{scope}")), PROJECT, scope, "resources of its own"));
        let datasets = self.datasets.iter().filter(|(id, _)| !self.filled.contains(&self.hasher.hash_one(id.as_str())) && !listing.lent.contains(id));
        let datasets = datasets.map(|(id, scope)| row(info, NativeId::exact(id.clone()), DATASET, scope, "tables, models, routines"));
        projects.chain(datasets).collect()
    }
}

/// What the list of assets adds to what a search shows.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Projects that hold something that no search shows.
    pub used: HashSet<Text>,
    /// Canonical ids of datasets whose tables are somebody else's.
    pub lent: HashSet<Text>,
}

/// What both calls have seen of a place: what is empty is said by whichever comes to its end last. With what was searched stands of what it was seen whole.
#[derive(Debug, Default)]
pub(super) struct Together(Mutex<(Option<Searched>, Option<Listing>)>);

/// What a search has seen, and of which targets.
type Searched = (Emptiness, Vec<Target>);

impl Together {
    /// All was searched, of these targets.
    pub fn searched(&self, emptiness: Emptiness, targets: Vec<Target>) -> Vec<Found> {
        let mut both = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = both.1.as_ref().map(|listing| emptiness.unused(&super::search::INFO, listing, &targets));
        both.0 = Some((emptiness, targets));
        found.unwrap_or_default()
    }

    /// All was listed.
    pub fn listed(&self, listing: Listing) -> Vec<Found> {
        let mut both = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = both.0.as_ref().map(|(emptiness, targets)| emptiness.unused(&super::search::INFO, &listing, targets));
        both.1 = Some(listing);
        found.unwrap_or_default()
    }
}

/// Every script of a user of Workspace has a project of its own, which nobody made and nobody sees.
/// <https://developers.google.com/apps-script/guides/cloud-platform-projects>
fn is_of_a_script(project: &str) -> bool {
    project.strip_prefix("sys-").is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
}

/// The dataset that a table, model or routine lies in.
fn dataset(id: &str) -> Option<&str> {
    let from = id.find("/datasets/")? + "/datasets/".len();
    let length = id[from..].find('/')?;
    Some(&id[..from + length])
}

fn came_along(resource: &RawResource) -> bool {
    let name = Name::parse(&resource.id.canonical).and_then(|name| name.last()).unwrap_or_default();
    CAME_ALONG.iter().any(|(kind, is)| *kind == resource.kind && is(name))
}

fn row(info: &'static CollectorInfo, id: NativeId, kind: &'static str, scope: &Text, field: &str) -> Found {
    Found::Resource(RawResource {
        cloud: CloudId::new(ID),
        scope: scope.clone(),
        region: None,
        group: None,
        id,
        kind: Text::const_new(kind),
        name: None,
        tags: Observed::Unknown,
        further: Further::None,
        taggable: Taggable::Unknown,
        created: None,
        changed: None,
        facts: Some(Box::new(Facts { attached: Some(Fact::new(false, field, "none")), ..Facts::default() })),
        origin: Origin::Live { collector: info.id },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(names: &[(&str, &str)], listing: Listing) -> Vec<String> {
        let info = &super::super::search::INFO;
        let mut emptiness = Emptiness::default();
        for (kind, name) in names {
            let Found::Resource(mut one) = row(info, NativeId::lowered(name), PROJECT, &"shop".into(), "x") else { unreachable!() };
            one.kind = Text::new(kind);
            emptiness.take(&one);
        }
        let targets = ["organizations/1", "shop", "unseen"].map(|scope| Target { scope: scope.into(), region: None });
        let together = Together::default();
        assert!(together.listed(listing).is_empty(), "one half alone says nothing");
        let id = |found: Found| if let Found::Resource(one) = found { one.id.canonical.to_string() } else { String::new() };
        together.searched(emptiness, targets.to_vec()).into_iter().map(id).collect()
    }

    #[test]
    fn a_project_is_empty_when_nothing_lies_in_it_but_what_came_along() {
        let along = [
            (PROJECT, "//cloudresourcemanager.googleapis.com/projects/shop"),
            ("serviceusage.googleapis.com/service", "//serviceusage.googleapis.com/projects/1/services/compute.googleapis.com"),
            ("compute.googleapis.com/network", "//compute.googleapis.com/projects/shop/global/networks/default"),
            ("logging.googleapis.com/logbucket", "//logging.googleapis.com/projects/1/locations/global/buckets/_Default"),
            ("iam.googleapis.com/serviceaccount", "//iam.googleapis.com/projects/shop/serviceAccounts/1-compute@developer.gserviceaccount.com"),
        ];
        assert_eq!(seen(&along, Listing::default()), ["//cloudresourcemanager.googleapis.com/projects/shop"]);
        let made = ("compute.googleapis.com/network", "//compute.googleapis.com/projects/shop/global/networks/own");
        assert!(seen(&[along[0], made], Listing::default()).is_empty());
        for made in ["tagKeys/1", "liens/1"].map(|path| format!("//cloudresourcemanager.googleapis.com/{path}")) {
            let kind = if made.contains("lien") { "cloudresourcemanager.googleapis.com/lien" } else { "cloudresourcemanager.googleapis.com/tagkey" };
            assert!(seen(&[along[0], (kind, &made)], Listing::default()).is_empty(), "somebody defined tags in it, or wants it to stay");
        }
        let hidden = Listing { used: HashSet::from(["shop".into()]), ..Listing::default() };
        assert!(seen(&along, hidden).is_empty(), "what only a list shows is there as well");
        assert!(is_of_a_script("sys-4711") && !is_of_a_script("sys-tools") && !is_of_a_script("sys-"));
        assert!(
            seen(&[("new.googleapis.com/Thing", "//new.googleapis.com/projects/shop/things/x")], Listing::default()).is_empty(),
            "what is not known is somebody's"
        );
    }

    #[test]
    fn what_was_made_today_may_have_more_in_it_than_is_shown() {
        let info = &super::super::search::INFO;
        let made = |kind: &'static str, name: &str, ago: i64| {
            let Found::Resource(mut one) = row(info, NativeId::exact(name.to_owned()), kind, &"shop".into(), "x") else { unreachable!() };
            one.created = Some(Timestamp(Timestamp::now().0 - ago));
            one
        };
        let empty = |ago: i64| {
            let mut emptiness = Emptiness::default();
            emptiness.take(&made(PROJECT, "//cloudresourcemanager.googleapis.com/projects/shop", ago));
            emptiness.take(&made(DATASET, "//bigquery.googleapis.com/projects/shop/datasets/d", ago));
            let targets = [Target { scope: "shop".into(), region: None }];
            emptiness.unused(info, &Listing::default(), &targets).len()
        };
        assert_eq!((empty(3_600), empty(2 * SETTLING)), (0, 1), "the dataset; the project holds it");
    }

    #[test]
    fn a_dataset_is_empty_when_nothing_names_it() {
        let (one, two) = ("//bigquery.googleapis.com/projects/shop/datasets/one", "//bigquery.googleapis.com/projects/shop/datasets/Two");
        let found = seen(&[(DATASET, one), (DATASET, two), ("bigquery.googleapis.com/table", &format!("{two}/tables/t"))], Listing::default());
        let thing = ("new.googleapis.com/thing", "//new.googleapis.com/projects/shop/things/x");
        assert_eq!(found, [one]);
        let lent = Listing { lent: HashSet::from([one.into()]), ..Listing::default() };
        assert!(seen(&[(DATASET, one), thing], lent).is_empty(), "its tables are somebody else's");
    }
}
