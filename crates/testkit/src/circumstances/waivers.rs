//! Waivers over what these estates hold: what each of them covers, which are over and which are of no use.

use super::Circumstances;
use super::containers::{Container, Part, Scope};
use super::finding::{Finding, Sure};
use super::resources::Resource;
use crate::calendar::DAY;
use crate::random::Rng;
use crate::waiver::{On, Waiver, ends};
use std::collections::{BTreeMap, BTreeSet};

/// Rules, each with a pattern that fits it and no other rule.
const PATTERNS: [(&str, &str); 14] = [
    ("stopped-too-long", "stopped-*"),
    ("log-retention", "log-*"),
    ("region-outside-residency", "region-*-residency"),
    ("unreleased-artifact", "unreleased-artifac?"),
    ("application-unknown", "application-*"),
    ("secret-in-tag", "*-in-tag"),
    ("unattached", "unattach??"),
    ("repeated-key", "repeated-*"),
    ("stage-containers-disagree", "stage-containers-*"),
    ("stage-name-mismatch", "stage-name-*"),
    ("untagged-spend", "untagged-?pend"),
    ("over-budget", "over-*"),
    ("spend-without-resource", "spend-*"),
    ("abandoned-environment", "abandoned-*"),
];

/// The rules that judge containers, by what their tags say.
const OF_CONTAINERS: [&str; 2] = ["stage-containers-disagree", "stage-name-mismatch"];

/// Waivers of each rule, beside those that every estate has.
const EACH: usize = 4;

/// What has an id.
#[derive(Clone, Copy)]
enum Place<'a> {
    Resource(&'a Resource),
    Scope(&'a Scope),
    Group(&'a Scope, &'a Container),
}

type Places<'a> = BTreeMap<&'a str, Place<'a>>;

impl Circumstances {
    /// Marks what waivers cover, and adds what is found of the waivers themselves.
    pub(super) fn excuse(&self, found: Vec<Finding>) -> BTreeSet<Finding> {
        let places = self.places();
        let mut used = vec![false; self.waivers.len()];
        let mut all = BTreeSet::new();
        for mut finding in found {
            let on = self.on(&places, &finding.rule, &finding.subject);
            let covers = |waiver: &Waiver| waiver.is_about(&finding.rule, &finding.key) && waiver.counts(self.now) && waiver.names(&on);
            if let Some(at) = self.waivers.iter().position(covers) {
                used[at] = true;
                finding.waived = Some(self.waivers[at].told());
            }
            all.insert(finding);
        }
        for (waiver, used) in self.waivers.iter().zip(used) {
            if !waiver.counts(self.now) {
                all.insert(Finding::of("waiver-expired", None, &waiver.shown(), Sure::Violated));
            } else if !used {
                let sure = if self.may_be_of_use(waiver) { Sure::Undetermined } else { Sure::Violated };
                all.insert(Finding::of("waiver-unused", None, &waiver.shown(), sure));
            }
        }
        all
    }

    /// Whether a waiver that covers nothing names what was not seen: a scope that is described and holds nothing, or something whose tags nobody read.
    fn may_be_of_use(&self, waiver: &Waiver) -> bool {
        let empty = || self.scopes.iter().filter(|scope| scope.part == Part::Empty);
        let resources = || self.resources.iter().filter(|one| one.tags.is_none() && !one.kind.is_bare);
        let of = |scope: &Scope| std::iter::once(&scope.own).chain(&scope.groups).any(|own| own.tags.is_none() && waiver.names(&on_container(scope, own)));
        let judges_containers = OF_CONTAINERS.iter().any(|rule| waiver.is_about(rule, "Environment"));
        empty().any(|scope| waiver.may_lie_in(&scope.own.id, scope.own.name.as_deref()))
            || resources().any(|one| waiver.names(&self.on_resource(one)))
            || judges_containers && self.scopes.iter().any(of)
    }

    /// Everything that has an id.
    fn places(&self) -> Places<'_> {
        let resources = self.resources.iter().map(|one| (one.id.as_str(), Place::Resource(one)));
        let scopes = self.scopes.iter().map(|one| (one.own.id.as_str(), Place::Scope(one)));
        let groups = self.scopes.iter().flat_map(|scope| scope.groups.iter().map(move |group| (group.id.as_str(), Place::Group(scope, group))));
        resources.chain(scopes).chain(groups).collect()
    }

    /// What a waiver may name of what a rule judges.
    fn on<'a>(&'a self, places: &Places<'a>, rule: &str, subject: &'a str) -> On<'a> {
        match places.get(subject) {
            Some(Place::Resource(one)) => self.on_resource(one),
            Some(Place::Scope(scope)) => on_container(scope, &scope.own),
            Some(Place::Group(scope, group)) => on_container(scope, group),
            // The bill names accounts that nothing describes, and sometimes nobody; budgets and stands are of no account.
            None => {
                let is_of_scope = subject != "-" && ["untagged-spend", "spend-without-resource"].contains(&rule);
                On { id: subject, scopes: is_of_scope.then_some(subject).into_iter().collect(), kinds: Vec::new() }
            }
        }
    }

    fn on_resource<'a>(&'a self, resource: &'a Resource) -> On<'a> {
        On { id: &resource.id, scopes: named(&self.scopes[resource.scope]), kinds: std::iter::once(resource.kind.word).chain(resource.kind.shared).collect() }
    }

    /// Rolls waivers over what is found, and over what is not.
    pub(super) fn roll_waivers(&self) -> Vec<Waiver> {
        let found = self.before_waivers(super::Bill::WithoutUnits);
        let mut roll = RollWaivers { all: self, rng: Rng::of(self.seed, 96, 0), made: Vec::new() };
        roll.set_pieces(&found);
        let places = self.places();
        for (rule, pattern) in PATTERNS {
            let of_rule: Vec<&Finding> = found.iter().filter(|finding| finding.rule == rule).collect();
            for _ in 0..EACH.min(of_rule.len()) {
                let aim = *roll.rng.pick(&of_rule);
                let rule = if roll.rng.chance(600) { rule } else { pattern };
                roll.aimed(rule, &aim.key, &self.on(&places, &aim.rule, &aim.subject));
            }
        }
        roll.made
    }
}

fn on_container<'a>(scope: &'a Scope, own: &'a Container) -> On<'a> {
    On { id: &own.id, scopes: named(scope), kinds: Vec::new() }
}

/// The id of a scope, and the name that it is described with.
fn named(scope: &Scope) -> Vec<&str> {
    std::iter::once(scope.own.id.as_str()).chain(scope.own.name.as_deref()).collect()
}

/// What is rolled.
struct RollWaivers<'a> {
    all: &'a Circumstances,
    rng: Rng,
    made: Vec<Waiver>,
}

impl RollWaivers<'_> {
    /// Adds one, unless another goes by its name already.
    fn add(&mut self, waiver: Waiver) {
        if self.made.iter().all(|other| other.shown() != waiver.shown()) {
            let reason = format!("reason {}: it will be mended", self.made.len());
            self.made.push(Waiver { reason, ..waiver });
        }
    }

    /// What every estate must have, whatever is rolled.
    fn set_pieces(&mut self, found: &[Finding]) {
        let all = self.all;
        let today = all.now.div_euclid(DAY) * DAY;
        let waiver = |rule: &str, scope: Option<&str>, resource: Option<&str>, ends: i64| Waiver {
            rule: rule.to_owned(),
            scope: scope.map(str::to_owned),
            resource: resource.map(str::to_owned),
            ends,
            ..Waiver::default()
        };
        let later = today + 40 * DAY;
        // Its last day has just passed; its last day it is; and behind that one a third that would cover the same.
        let mut unattached = found.iter().filter(|one| one.rule == "unattached").map(|one| one.subject.as_str());
        for id in [unattached.next(), unattached.next()].into_iter().flatten() {
            self.add(waiver("unattached", None, Some(id), today));
            self.add(waiver("unattached*", None, Some(id), today + DAY));
            self.add(waiver("?nattached", None, Some(id), later));
        }
        // A name serves as well as an id, also for what only the bill says.
        let places = all.places();
        let mut paid = found.iter().filter(|one| one.rule == "spend-without-resource");
        let by_name = paid.find_map(|one| all.on(&places, &one.rule, &one.subject).scopes.get(1).map(|name| (*name).to_owned()));
        self.add(waiver("spend-without-*", by_name.as_deref().or(Some("nobody-*")), None, later));
        // Nothing is found where a limit is tested, and everything was read there; of a scope that is empty nobody knows.
        let scope = |part: Part| all.scopes.iter().find(|one| one.part == part).map(|one| one.own.id.as_str());
        self.add(waiver("log-retention", scope(Part::Limit(0)), None, later));
        self.add(waiver("log-retention", scope(Part::Empty), None, later));
        // Waivers cannot be waived.
        self.add(waiver("waiver-*", scope(Part::Limit(1)), None, later));
        // Of this one resource tags were not read, and of this one container.
        if let Some(one) = all.resources.iter().find(|one| one.tags.is_none() && !one.kind.is_bare) {
            self.add(waiver("secret-*", Some(&all.scopes[one.scope].own.id), Some(&one.id), later));
        }
        for one in all.scopes.iter().filter(|one| one.own.tags.is_none()).take(2) {
            self.add(waiver("stage-name-mismatch", Some(&one.own.id), Some(&one.own.id), later));
            self.add(waiver("unattached", Some(&one.own.id), Some(&one.own.id), later));
        }
    }

    /// One that is aimed at a finding, and may miss it.
    fn aimed(&mut self, rule: &str, key: &str, on: &On<'_>) {
        let mut waiver = Waiver { rule: rule.to_owned(), ends: ends(self.all.now, &mut self.rng), ..Waiver::default() };
        let scope = (!on.scopes.is_empty()).then(|| self.scope(&on.scopes));
        let kind = (!on.kinds.is_empty()).then(|| self.kind(&on.kinds));
        match self.rng.below(9) {
            2 | 3 if scope.is_some() => waiver.scope = scope,
            4 if scope.is_some() => (waiver.scope, waiver.resource) = (scope, Some(self.id(on.id))),
            5 if scope.is_some() && kind.is_some() => (waiver.scope, waiver.kind) = (scope, kind),
            6 if kind.is_some() => waiver.kind = kind,
            // Slips: an id that is not there, and one in another case.
            7 => waiver.resource = Some(if self.rng.chance(500) { format!("{}-gone", on.id) } else { on.id.to_uppercase() }),
            _ => waiver.resource = Some(self.id(on.id)),
        }
        // Some name the key that the finding is about, or another, or one where it is about none.
        waiver.key = match self.rng.below(10) {
            0 => Some("Owner".to_owned()),
            1 | 2 if key != "-" => Some(key.to_owned()),
            3 if key != "-" => Some(format!("{}*", &key[..3])),
            4 if key != "-" => Some("?nvironment".to_owned()),
            _ => None,
        };
        self.add(waiver);
    }

    fn id(&mut self, id: &str) -> String {
        let half = (1..=id.len() / 2).rev().find(|at| id.is_char_boundary(*at)).unwrap_or(0);
        match self.rng.below(5) {
            0 => format!("*{}", &id[half..]),
            1 => format!("{}*{}", &id[..1], &id[id.len() - 1..]),
            2 => format!("{}?", &id[..id.len() - 1]),
            _ => id.to_owned(),
        }
    }

    fn scope(&mut self, names: &[&str]) -> String {
        let name = *self.rng.pick(names);
        match self.rng.below(6) {
            0 => name.to_uppercase(),
            1 => name.to_lowercase(),
            2 => format!("{}*", &name[..4]),
            3 => format!("*{}", &name[name.len() - 3..]),
            4 => format!("{name}-gone"),
            _ => name.to_owned(),
        }
    }

    fn kind(&mut self, kinds: &[&str]) -> String {
        let kind = *self.rng.pick(kinds);
        match self.rng.below(4) {
            0 => kind.to_uppercase(),
            1 => format!("{}*", &kind[..2]),
            2 => format!("{kind}s"),
            _ => kind.to_owned(),
        }
    }
}
