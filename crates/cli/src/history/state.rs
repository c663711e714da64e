//! The state of places, put together from runs.

use super::plan::{Plan, nowhere};
use super::{Record, Source, check_name};
use crate::seen::Place;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::convert::Infallible;
use tagledger_engine::{FirstSeen, Past, resource_number};
use tagledger_model::{Fingerprint, KINDS_OF_SUMS, Timestamp};
use tagledger_report::trend::Point;
use tagledger_store::{Cell, StoreError, read_table_of};

/// Seconds since a run looked, after which nobody can say how young a finding is that was not there then, and nobody misses where it looked.
const LATELY: i64 = 7 * 86_400;

/// How a finding stands in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Violated and not waived.
    Open,
    /// A waiver covers it.
    Waived,
    /// It could not be decided.
    Undetermined,
}

/// A finding of an earlier run.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub seen: FirstSeen,
    pub standing: Standing,
    /// The run that has it, among the sources that the state was made from.
    pub source: usize,
    /// Its place, among the state's.
    place: u32,
    /// The number of its resource.
    resource: u64,
    /// Its check, among the state's.
    check: u32,
    /// Its rule judges what sources show of the state of a resource.
    judges_facts: bool,
    /// It is about a resource, not about a container or something that a rule has put together.
    pub is_about_resource: bool,
}

/// How near a run looked at where a finding of another one was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Looked {
    /// It saw the resource, and judged it.
    AtResource,
    /// It saw the place whole, and not the resource.
    AtPlace,
    /// Neither.
    Away,
}

/// What runs left behind, place by place.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// By the number of the fingerprint.
    pub findings: HashMap<u64, Known>,
    /// Sources that something was taken from, newest first.
    pub used: Vec<usize>,
    /// The newest of those that looked at one of the scopes.
    pub newest: Option<usize>,
    /// Scopes that runs lately looked at beside those that are asked for.
    pub no_longer: BTreeSet<(String, String)>,
    /// Runs that could not be read.
    pub damaged: Vec<String>,
    places: Vec<Place>,
    checks: Vec<String>,
    /// The numbers of the resources that were there, and of those whose state was shown.
    resources: HashSet<u64>,
    with_facts: HashSet<u64>,
    whole: BTreeSet<Place>,
    partly: BTreeSet<Place>,
    ran: BTreeSet<String>,
    /// When each of `used` started.
    started: Vec<Timestamp>,
    /// The numbers of the resources that each of `used` saw.
    seen_by: Vec<HashSet<u64>>,
    /// The places that each of `used` saw whole.
    whole_by: Vec<Vec<Place>>,
}

pub(super) fn started(point: &Point) -> Timestamp {
    Timestamp::parse(&point.started).unwrap_or(Timestamp(0))
}

/// Scopes without the case of their ids, which clouds change from one day to the next.
pub(super) fn folded<'s>(scopes: impl Iterator<Item = (&'s str, &'s str)>) -> BTreeSet<(&'s str, String)> {
    scopes.map(|(cloud, scope)| (cloud, scope.to_lowercase())).collect()
}

/// Whether a run is young enough to say something of the present.
pub(super) fn is_lately(started: Timestamp, now: Timestamp) -> bool {
    now.0 - started.0 <= LATELY
}

impl State {
    /// Puts the state together from runs, newest first; of these scopes, or of all that they looked at. A run that is damaged is passed over.
    pub fn of(sources: &[Source<'_>], wanted: Option<&BTreeSet<(String, String)>>) -> Self {
        let mut damaged: Vec<(usize, String)> = Vec::new();
        // What stands in for a damaged run is decided anew, until all that is needed can be read.
        loop {
            let is_damaged = |at: usize| damaged.iter().any(|(other, _)| *other == at);
            let plan = Plan::of(sources, wanted, is_damaged);
            let mut state = Self { damaged: damaged.iter().map(|(_, why)| why.clone()).collect(), newest: plan.newest, ..Self::default() };
            let failed = plan.runs.iter().find_map(|at| Some((*at, state.take(sources, *at, &plan).err()?.to_string())));
            match failed {
                None => {
                    (state.whole, state.partly, state.places) = (plan.whole, plan.partly, plan.names);
                    return state;
                }
                Some(failed) => damaged.push(failed),
            }
        }
    }

    /// The state that a run leaves, as far as it says where it looked.
    pub fn here(record: &Record, resources: HashSet<u64>, with_facts: HashSet<u64>) -> Self {
        let whole = record.places.whole.iter().cloned().chain([nowhere()]).collect();
        Self { whole, partly: record.places.partly.iter().cloned().collect(), ran: record.checks.clone(), resources, with_facts, ..Self::default() }
    }

    /// As the engine asks it. What was looked at long ago says nothing about how young a finding is.
    pub fn past(&self, now: Timestamp) -> Past {
        let mut past = Past::default();
        for (number, known) in &self.findings {
            past.finding(*number, known.seen);
        }
        for at in (0..self.used.len()).filter(|at| is_lately(self.started[*at], now)) {
            past.resources(self.seen_by[at].iter().copied());
            for place in &self.whole_by[at] {
                past.whole(&place.cloud, &place.scope, place.region.as_deref());
            }
        }
        for check in &self.ran {
            past.ran(check);
        }
        past
    }

    /// How near this state's runs looked at where a finding of another state was.
    pub fn looked_at(&self, other: &Self, known: &Known) -> Looked {
        let (Some(place), Some(check)) = (other.places.get(known.place as usize), other.checks.get(known.check as usize)) else { return Looked::Away };
        if !self.ran.contains(check) {
            return Looked::Away;
        }
        if self.resources.contains(&known.resource) {
            let is_judged = !known.judges_facts || self.with_facts.contains(&known.resource);
            return if is_judged { Looked::AtResource } else { Looked::Away };
        }
        if self.saw_whole(place, other) { Looked::AtPlace } else { Looked::Away }
    }

    /// Whether a place was seen whole. What lies in no Region may be shown by any: all of those have to be whole that either state names.
    fn saw_whole(&self, place: &Place, other: &Self) -> bool {
        let everywhere = Place { region: None, ..place.clone() };
        if *place == nowhere() {
            // What is about no scope is about all of them: whoever looked at fewer cannot miss it.
            return self.whole.contains(place) && other.scopes().is_subset(&self.scopes());
        }
        if self.whole.contains(place) {
            return true;
        }
        if place.region.is_some() {
            return self.whole.contains(&everywhere) && !self.partly.contains(place);
        }
        let in_scope =
            |all: &BTreeSet<Place>| -> Vec<Place> { all.iter().filter(|one| one.cloud == place.cloud && one.scope == place.scope).cloned().collect() };
        let mine = in_scope(&self.whole);
        !mine.is_empty()
            && in_scope(&self.partly).is_empty()
            && in_scope(&other.whole).into_iter().chain(in_scope(&other.partly)).all(|one| one.region.is_none() || mine.contains(&one))
    }

    /// Cloud and id of the scopes that its places are in, in lower case.
    fn scopes(&self) -> BTreeSet<(&str, String)> {
        folded(self.whole.iter().chain(&self.partly).filter(|place| **place != nowhere()).map(|place| (place.cloud.as_str(), place.scope.as_str())))
    }

    /// Takes what a run found in the places for which it speaks. What a newer run says of a finding, or of its resource, stands.
    fn take(&mut self, sources: &[Source<'_>], at: usize, plan: &Plan) -> Result<(), StoreError> {
        let (source, name) = (&sources[at], sources[at].name());
        let record = source.record();
        let started = started(&record.point);
        let (findings, resources) = (source.table("findings")?, source.table("resources")?);
        let mut seen: HashSet<u64> = HashSet::new();
        let mut facts: HashSet<u64> = HashSet::new();
        let columns = ["cloud", "scope", "region", "id", "attached", "running", "retention_days"];
        let read: Result<(), Infallible> = read_table_of(&resources, &name, &columns, |cells| {
            let text = |at: usize| cells[at].as_text().unwrap_or_default();
            if plan.place(at, text(0), text(1), cells[2].as_text()).is_some() {
                let number = resource_number(text(0), text(3));
                seen.insert(number);
                if cells[4..].iter().any(|cell| *cell != Cell::Null) {
                    facts.insert(number);
                }
            }
            Ok(())
        })?;
        let Ok(()) = read;
        let mut checks: HashMap<String, u32> = self.checks.iter().cloned().zip(0..).collect();
        let columns = ["fingerprint", "verdict", "cloud", "scope", "region", "resource", "waived_reason", "first_seen", "age_known", "rule", "key", "kind"];
        let read: Result<(), Infallible> = read_table_of(&findings, &name, &columns, |cells| {
            let text = |at: usize| cells[at].as_text().unwrap_or_default();
            // What is about the bill of a whole cloud is about no scope of it.
            let cloud = if text(3).is_empty() { "-" } else { text(2) };
            let Some((number, place)) = Fingerprint(text(0).into()).number().zip(plan.place(at, cloud, text(3), cells[4].as_text())) else { return Ok(()) };
            let resource = resource_number(text(2), text(5));
            let check = check_name(text(9), cells[10].as_text());
            let judges_facts = tagledger_rules::find(text(9)).is_some_and(tagledger_engine::Rule::judges_facts);
            let has_newer = self.resources.contains(&resource) && self.ran.contains(&check) && (!judges_facts || self.with_facts.contains(&resource));
            if has_newer {
                return Ok(());
            }
            // A run without a history knows of no earlier moment than its own.
            let since = FirstSeen { at: Timestamp::parse(text(7)).unwrap_or(started), is_new: text(8) == "yes" };
            let standing = match (text(1), &cells[6]) {
                ("violated", Cell::Null) => Standing::Open,
                ("violated", _) => Standing::Waived,
                _ => Standing::Undetermined,
            };
            let next = u32::try_from(self.checks.len()).unwrap_or(u32::MAX);
            let check = *checks.entry(check).or_insert_with_key(|check| {
                self.checks.push(check.clone());
                next
            });
            let is_about_resource = is_about_resource(text(2), text(11));
            self.findings.entry(number).or_insert(Known { seen: since, standing, source: at, place, resource, check, judges_facts, is_about_resource });
            Ok(())
        })?;
        let Ok(()) = read;
        self.resources.extend(&seen);
        self.with_facts.extend(facts);
        self.ran.extend(record.checks.iter().cloned());
        self.used.push(at);
        self.started.push(started);
        self.seen_by.push(seen);
        self.whole_by.push(record.places.whole.clone());
        Ok(())
    }
}

/// Findings about containers, and about what a rule has put together, are about no row of the table of resources.
fn is_about_resource(cloud: &str, kind: &str) -> bool {
    let containers = crate::clouds::find(cloud).map(tagledger_collect::Cloud::containers).unwrap_or_default();
    !containers.iter().any(|container| container.noun == kind) && !matches!(kind, "scope" | "resource_groups" | "waiver") && !KINDS_OF_SUMS.contains(&kind)
}
