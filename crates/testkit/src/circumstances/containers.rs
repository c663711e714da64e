//! Accounts, subscriptions, projects and the like, the groups in them and the containers above, and what each of them is for.

use super::applications::Application;
use super::finding::{Finding, Sure};
use super::names::{Name, Shape};
use super::tags::{Habit, Tags};
use super::words::{DEVELOPMENT, ENVIRONMENTS, Home, PRODUCTION, Said, TEST};
use crate::random::{Rng, mix};

/// A unit, a management group or a folder. Inventories say of it no more than its name.
#[derive(Debug, Clone)]
pub struct Above {
    /// Whose.
    pub home: Home,
    /// Its name.
    pub name: Name,
    /// What its entry under `stages:` says; nothing without one.
    pub entry: Vec<usize>,
}

/// A scope, or a group in one.
#[derive(Debug, Clone)]
pub struct Container {
    /// Its id.
    pub id: String,
    /// What its record calls it.
    pub name: Option<String>,
    /// What the words of its name say, or those of its id where it has no name.
    pub says: Vec<usize>,
    /// What no other name holds: entries under `stages:` name it so where they do not write the id.
    pub serial: String,
    /// There is a record of it.
    pub is_described: bool,
    /// Its tags; none where nobody read them.
    pub tags: Option<Tags>,
    /// What its entry under `stages:` says; nothing without one.
    pub entry: Vec<usize>,
}

/// An account, a subscription, a project.
#[derive(Debug, Clone)]
pub struct Scope {
    /// Whose.
    pub home: Home,
    /// What it is.
    pub own: Container,
    /// The containers above, by position, from the nearest.
    pub above: Vec<usize>,
    /// The groups in it.
    pub groups: Vec<Container>,
    /// What it is there for.
    pub part: Part,
}

/// What a scope is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Resources and charges of all sorts.
    Any,
    /// Nothing speaks for it, and only what tests a limit is charged to it.
    Limit(usize),
    /// The stands lie in it.
    Stands,
    /// It is described, and the inventory holds nothing of it.
    Empty,
}

/// Scopes in which a limit is tested.
pub const LIMITS: usize = 8;

const HABIT: Habit = Habit { environment: [330, 120, 100, 80], application: [120, 50, 50, 50], class: [200, 50, 50, 50] };

/// What a container is for.
#[derive(Debug, Clone)]
pub struct Stage {
    /// One Environment, or several that share it.
    pub environments: Vec<usize>,
    /// Only a name says so.
    pub is_by_name: bool,
}

impl Stage {
    /// The one Environment that it is for.
    pub fn single(&self) -> Option<usize> {
        if let [one] = self.environments.as_slice() { Some(*one) } else { None }
    }
}

/// One container on the way to the root, as far as it says what it is for.
struct Step<'a> {
    entry: &'a [usize],
    tag: Said<usize>,
    says: &'a [usize],
}

impl Step<'_> {
    /// The first that speaks: its entry, then its tag.
    fn said(&self) -> Option<Vec<usize>> {
        if self.entry.is_empty() { self.tag.known().map(|one| vec![one]) } else { Some(self.entry.to_vec()) }
    }
}

impl Container {
    fn step(&self) -> Step<'_> {
        Step { entry: &self.entry, tag: self.tags.as_ref().map_or(Said::Nothing, |tags| tags.environment), says: &self.says }
    }
}

impl Scope {
    fn way<'a>(&'a self, above: &'a [Above], group: Option<usize>) -> Vec<Step<'a>> {
        let high = self.above.iter().map(|at| &above[*at]).map(|one| Step { entry: &one.entry, tag: Said::Nothing, says: &one.name.says });
        group.map(|at| self.groups[at].step()).into_iter().chain([self.own.step()]).chain(high).collect()
    }

    /// What the scope, or a group in it, is for.
    pub fn stage(&self, above: &[Above], group: Option<usize>, do_names_count: bool) -> Option<Stage> {
        let way = self.way(above, group);
        let said = way.iter().find_map(Step::said).map(|environments| Stage { environments, is_by_name: false });
        let named = || way.iter().find(|step| step.says.len() == 1).map(|step| Stage { environments: step.says.to_vec(), is_by_name: true });
        said.or_else(|| if do_names_count { named() } else { None })
    }

    /// Whether what it says, or a group in it, is contradicted.
    fn disagrees(&self, above: &[Above], group: Option<usize>) -> Option<Sure> {
        let way = self.way(above, group);
        let (own, around) = way.split_first()?;
        let around = around.iter().find_map(Step::said);
        let entry = Some(own.entry).filter(|entry| !entry.is_empty());
        let clash = |one: &[usize], other: &[usize]| !one.iter().any(|environment| other.contains(environment));
        let tag = own.tag.known();
        let against_entry = tag.zip(entry).is_some_and(|(tag, entry)| clash(&[tag], entry));
        // A group with an entry of its own is an exception of what lies around it.
        let speaks = match (entry, tag, group) {
            (Some(entry), _, None) => Some(entry.to_vec()),
            (Some(_), _, Some(_)) => None,
            (None, tag, _) => tag.map(|tag| vec![tag]),
        };
        let against_around = speaks.zip(around.as_ref()).is_some_and(|(own, around)| clash(&own, around));
        let is_unclear = matches!(own.tag, Said::Strange | Said::Torn) && (entry.is_some() || around.is_some());
        if against_entry || against_around { Some(Sure::Violated) } else { is_unclear.then_some(Sure::Undetermined) }
    }

    /// Whether its name, or that of a group in it, says another Environment than the one it is for.
    fn is_misnamed(&self, above: &[Above], group: Option<usize>, do_names_count: bool) -> Option<Sure> {
        let stage = self.stage(above, group, do_names_count).filter(|stage| !stage.is_by_name)?;
        let says = group.map_or(&self.own.says, |at| &self.groups[at].says);
        let right = says.iter().filter(|one| stage.environments.contains(one)).count();
        match (right, says.len()) {
            (right, all) if right == all => None,
            (0, _) => Some(Sure::Violated),
            _ => Some(Sure::Undetermined),
        }
    }

    /// What is found of it and its groups.
    pub fn findings(&self, above: &[Above], do_names_count: bool, out: &mut Vec<Finding>) {
        for group in std::iter::once(None).chain((0..self.groups.len()).map(Some)) {
            let id = group.map_or(&self.own.id, |at| &self.groups[at].id);
            let mut find = |rule, sure: Option<Sure>| out.extend(sure.map(|sure| Finding::of(rule, Some("Environment"), id, sure)));
            find("stage-containers-disagree", self.disagrees(above, group));
            find("stage-name-mismatch", self.is_misnamed(above, group, do_names_count));
        }
    }
}

/// What is rolled, and how many there are so far, so that each has a word of its own.
pub struct Lay<'a> {
    /// The seed.
    pub seed: u64,
    /// The stream.
    pub rng: Rng,
    /// The applications.
    pub applications: &'a [Application],
    /// Containers so far.
    pub count: usize,
}

impl Lay<'_> {
    fn serial(&mut self) -> usize {
        self.count += 1;
        self.count
    }

    /// An entry under `stages:`, or none.
    fn entry(&mut self, per_mille: u64) -> Vec<usize> {
        if !self.rng.chance(per_mille) {
            return Vec::new();
        }
        let one = self.rng.index(ENVIRONMENTS.len());
        if self.rng.chance(250) { vec![one, (one + 1) % ENVIRONMENTS.len()] } else { vec![one] }
    }

    /// The containers above.
    pub fn above(&mut self) -> Vec<Above> {
        let mut all = Vec::new();
        for home in Home::ALL.into_iter().filter(|home| home.above().is_some()) {
            for _ in 0..5 {
                let serial = self.serial();
                all.push(Above { home, name: Name::roll(&mut self.rng, serial, Shape::Free), entry: self.entry(500) });
            }
        }
        all
    }

    /// All scopes.
    pub fn scopes(&mut self, above: &[Above]) -> Vec<Scope> {
        let counts = [(Home::Aws, 9), (Home::Azure, 7), (Home::Gcp, 7), (Home::Cellar, 4), (Home::Field, 3)];
        let mut all: Vec<Scope> = Vec::new();
        for (home, count) in counts {
            let high: Vec<usize> = (0..above.len()).filter(|at| above[*at].home == home).collect();
            all.extend((0..count).map(|_| self.scope(home, &high, Part::Any)).collect::<Vec<_>>());
        }
        let parts = (0..LIMITS).map(Part::Limit).chain([Part::Stands, Part::Empty]);
        all.extend(parts.map(|part| self.scope(Home::Aws, &[], part)).collect::<Vec<_>>());
        self.set_pieces(&mut all);
        all
    }

    /// What every estate must have, whatever is rolled.
    fn set_pieces(&mut self, all: &mut [Scope]) {
        let pieces: [(&[usize], Said<usize>, &[usize]); 6] = [
            (&[PRODUCTION], Said::Known(TEST), &[]),
            (&[PRODUCTION], Said::Strange, &[]),
            (&[TEST], Said::Torn, &[DEVELOPMENT]),
            (&[PRODUCTION], Said::Nothing, &[TEST, PRODUCTION]),
            (&[DEVELOPMENT, TEST], Said::Known(TEST), &[TEST]),
            (&[DEVELOPMENT, TEST], Said::Blank, &[PRODUCTION]),
        ];
        for (scope, (entry, tag, says)) in all.iter_mut().zip(pieces) {
            let serial = self.serial();
            let name = Name::saying(&mut self.rng, serial, Shape::Free, says);
            let tags = Tags::saying(&mut self.rng, scope.home, self.applications, (tag, Said::Nothing, Said::Nothing));
            let own = Container {
                id: scope.own.id.clone(),
                name: Some(name.text),
                says: name.says,
                serial: name.serial,
                is_described: true,
                tags: Some(tags),
                entry: entry.to_vec(),
            };
            *scope = Scope { own, above: Vec::new(), ..scope.clone() };
        }
    }

    fn container(&mut self, home: Home, part: Part, id: impl FnOnce(&str, usize) -> Option<String>) -> Container {
        let number = self.serial();
        let is_quiet = part != Part::Any;
        let is_described = is_quiet || self.rng.chance(850);
        let spoken = if is_quiet { Name::saying(&mut self.rng, number, Shape::Id, &[]) } else { Name::roll(&mut self.rng, number, Shape::Id) };
        // Where the id is a name by itself the record mostly has no other; elsewhere a name is free, and may be missing.
        let (id, name, spoken) = match id(&spoken.text, number) {
            None => (spoken.text.clone(), self.rng.chance(400).then(|| spoken.text.clone()), spoken),
            Some(id) => {
                let free = if is_quiet { spoken } else { Name::roll(&mut self.rng, number, Shape::Free) };
                let is_named = is_described && self.rng.chance(900);
                let says = if is_named { free.says.clone() } else { Vec::new() };
                (id, is_named.then(|| free.text.clone()), Name { says, ..free })
            }
        };
        let tags = match (is_quiet, is_described && self.rng.chance(800)) {
            (true, _) => Some(Tags::none()),
            (false, true) => Some(Tags::roll(&mut self.rng, home, self.applications, HABIT)),
            (false, false) => None,
        };
        Container { id, name: name.filter(|_| is_described), says: spoken.says, serial: spoken.serial, is_described, tags, entry: Vec::new() }
    }

    fn scope(&mut self, home: Home, high: &[usize], part: Part) -> Scope {
        let seed = self.seed;
        let id = move |_: &str, number: usize| {
            let bits = mix(seed ^ mix(number as u64));
            match home {
                Home::Aws => Some(format!("{:012}", 100_000_000_000 + bits % 800_000_000_000)),
                Home::Azure => Some(format!("{:08x}-0000-4000-8000-{:012x}", bits >> 32, bits & 0xffff_ffff)),
                Home::Gcp | Home::Cellar | Home::Field => None,
            }
        };
        let mut own = self.container(home, part, id);
        if part == Part::Any && home.scopes().is_some() {
            own.entry = self.entry(450);
        }
        let mut above = Vec::new();
        if own.is_described && !high.is_empty() && self.rng.chance(600) {
            above = (0..=self.rng.index(3)).map(|_| *self.rng.pick(high)).collect();
            above.dedup();
        }
        let groups = if home.has_groups() { 1 + self.rng.index(3) } else { 0 };
        let groups = (0..groups).map(|_| self.group(home, &own.id)).collect();
        Scope { home, own, above, groups, part }
    }

    fn group(&mut self, home: Home, scope: &str) -> Container {
        let mut group = self.container(home, Part::Any, |_, _| None);
        if home == Home::Azure {
            group.id = format!("/subscriptions/{scope}/resourcegroups/{}", group.id);
            group.entry = self.entry(300);
        }
        group
    }
}
