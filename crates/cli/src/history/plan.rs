//! Which runs speak for which place.

use super::Source;
use super::state::{folded, is_lately, started};
use crate::seen::Place;
use std::collections::{BTreeSet, HashMap};

/// Runs that are read at most for one place that none of them saw whole: more would make each scan read all of a history.
const MOST_RUNS: usize = 3;

/// What is about no scope: waivers, budgets, environments.
pub(super) fn nowhere() -> Place {
    Place { cloud: "-".to_owned(), scope: String::new(), region: None }
}

/// A scope in a Region, or as a whole, and the runs that speak for it.
struct Spoken {
    region: Option<String>,
    number: u32,
    runs: Vec<usize>,
}

/// The runs of the week before one.
fn lately<'s, 'h>(sources: &'s [Source<'h>], at: usize) -> impl Iterator<Item = &'s Source<'h>> {
    let moment = started(&sources[at].record().point);
    sources[at + 1..].iter().filter(move |other| is_lately(started(&other.record().point), moment))
}

/// Which runs speak for which place.
#[derive(Default)]
pub(super) struct Plan {
    /// By cloud and scope.
    scopes: HashMap<String, HashMap<String, Vec<Spoken>>>,
    pub names: Vec<Place>,
    pub whole: BTreeSet<Place>,
    pub partly: BTreeSet<Place>,
    /// Newest first.
    pub runs: BTreeSet<usize>,
    /// The newest run that speaks for a scope.
    pub newest: Option<usize>,
}

impl Plan {
    pub fn of(sources: &[Source<'_>], wanted: Option<&BTreeSet<(String, String)>>, is_damaged: impl Fn(usize) -> bool) -> Self {
        let mut plan = Self::default();
        let mut looked: HashMap<Place, usize> = HashMap::new();
        for (at, source) in sources.iter().enumerate().filter(|(at, _)| !is_damaged(*at)) {
            let places = &source.record().places;
            // What is about no scope is about all of them: it can be held against a run over the same ones only.
            let scopes = places.scopes();
            let is_among = |scopes: &BTreeSet<(&str, &str)>| {
                wanted.is_none_or(|wanted| scopes.iter().all(|(cloud, scope)| wanted.contains(&((*cloud).to_owned(), (*scope).to_owned()))))
            };
            let is_same = is_among(&scopes);
            let everything = places.whole.iter().map(|place| (place, true)).chain(places.partly.iter().map(|place| (place, false)));
            let nowhere = nowhere();
            // One that looked at less than those of the week before leaves what they found of all scopes open.
            let own = folded(scopes.iter().copied());
            let others = || lately(sources, at).map(|other| other.record().places.scopes()).filter(is_among);
            let is_all = is_same && others().all(|other| folded(other.into_iter()).is_subset(&own));
            for (place, is_whole) in everything.chain(is_same.then_some((&nowhere, is_all))) {
                let is_wanted = wanted.is_none_or(|wanted| *place == nowhere || wanted.contains(&(place.cloud.clone(), place.scope.clone())));
                let count = looked.entry(place.clone()).or_default();
                if !is_wanted || plan.whole.contains(place) || *count >= MOST_RUNS {
                    continue;
                }
                *count += 1;
                plan.add(at, place);
                if is_whole {
                    plan.partly.remove(place);
                    plan.whole.insert(place.clone());
                } else {
                    plan.partly.insert(place.clone());
                }
            }
        }
        plan
    }

    fn add(&mut self, run: usize, place: &Place) {
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let of_scope = self.scopes.entry(place.cloud.clone()).or_default().entry(place.scope.clone()).or_default();
        if let Some(spoken) = of_scope.iter_mut().find(|spoken| spoken.region == place.region) {
            spoken.runs.push(run);
        } else {
            self.names.push(place.clone());
            of_scope.push(Spoken { region: place.region.clone(), number, runs: vec![run] });
        }
        self.runs.insert(run);
        if *place != nowhere() {
            self.newest = Some(self.newest.map_or(run, |newest| newest.min(run)));
        }
    }

    /// The number of the place of a row, for which a run speaks: its Region, else the scope as a whole; what lies in no Region belongs to the first.
    pub fn place(&self, run: usize, cloud: &str, scope: &str, region: Option<&str>) -> Option<u32> {
        let places = self.scopes.get(cloud)?.get(scope)?;
        let speaks = |one: &&Spoken| one.runs.contains(&run);
        let own = places.iter().find(|one| one.region.as_deref() == region).or_else(|| places.iter().find(|one| one.region.is_none()));
        let any = || if region.is_none() { places.iter().find(speaks) } else { None };
        own.filter(speaks).or_else(any).map(|one| one.number)
    }
}
