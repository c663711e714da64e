//! What earlier runs knew: the state of each place as the newest run that looked at it left it, and what a run leaves behind for later ones.
//!
//! Runs need not look at the same places: one scan may ask one cloud and the next another. So the state is put together place by place. For each
//! scope it is what the newest run found there; where that run did not see the scope whole, what the run before it found there stands as well, and so
//! on to the first that saw it whole.

mod point;

pub(crate) use point::point;

use crate::failure::Failure;
use crate::seen::ScopeName;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::convert::Infallible;
use std::path::Path;
use tagledger_engine::{FindingSource, FirstSeen, Inventory, Past, resource_number};
use tagledger_model::{Coverage, Fingerprint, Timestamp};
use tagledger_report::Changes;
use tagledger_report::trend::Point;
use tagledger_store::{Cell, History, PastRun, RunFolder, Runs, StoreError, read_table_of};

/// Where the history of runs is that nobody gave a place.
pub(crate) const DEFAULT: &str = "reports/history";

/// Stands for no history.
pub(crate) const NONE: &str = "none";

/// The tables that a history keeps.
pub(crate) const TABLES: [&str; 4] = ["findings", "resources", "cube", "compliance"];

/// Where the history is that a command reads: what the flag says, else the settings, else where scans without a place have it.
pub(crate) fn at(flag: Option<&str>, config: Option<&Path>) -> Result<String, Failure> {
    let named = match flag {
        Some(at) => Some(at.to_owned()),
        None => crate::settings::File::find(config)?.history(),
    };
    let at = named.unwrap_or_else(|| DEFAULT.to_owned());
    if at == NONE { Err(Failure::Usage("no history is kept here; name one with --history".to_owned())) } else { Ok(at) }
}

/// The scopes that a run looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Scopes {
    /// Of which nothing is missing.
    pub whole: Vec<ScopeName>,
    /// The others.
    pub partly: Vec<ScopeName>,
}

/// What a run knows of itself, beside its tables.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Record {
    pub point: Point,
    pub scopes: Scopes,
}

/// Findings about no scope, such as those about waivers, are of every run.
fn nowhere() -> ScopeName {
    ("-".to_owned(), String::new())
}

impl Record {
    /// The scopes that it looked at, and whether it saw them whole.
    fn looked_at(&self) -> impl Iterator<Item = (ScopeName, bool)> + '_ {
        let whole = self.scopes.whole.iter().map(|scope| (scope.clone(), true));
        whole.chain(self.scopes.partly.iter().map(|scope| (scope.clone(), false))).chain([(nowhere(), true)])
    }
}

/// A run whose tables can be read.
pub(crate) enum Source<'h> {
    Past(&'h History, &'h PastRun<Record>),
    Folder(RunFolder, Box<Record>),
}

impl Source<'_> {
    pub fn record(&self) -> &Record {
        match self {
            Self::Past(_, run) => &run.record,
            Self::Folder(_, record) => record,
        }
    }

    /// What it is called.
    pub fn name(&self) -> String {
        match self {
            Self::Past(_, run) => run.id.clone(),
            Self::Folder(folder, _) => folder.path().display().to_string(),
        }
    }

    /// The bytes of a table.
    pub fn table(&self, table: &str) -> Result<Vec<u8>, StoreError> {
        match self {
            Self::Past(history, run) => history.table(run, table),
            Self::Folder(folder, _) => {
                let file = folder.path().join(format!("{table}.parquet"));
                std::fs::read(&file).map_err(|e| StoreError::Read { path: file.display().to_string(), what: format!("cannot be read: {e}") })
            }
        }
    }
}

/// A finding of an earlier run.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub seen: FirstSeen,
    /// Violated and not waived.
    pub open: bool,
    /// Its scope, among the state's.
    scope: u32,
    /// The number of its resource.
    resource: u64,
    /// The run that has it, among the sources that the state was made from.
    pub source: usize,
}

/// What runs left behind, place by place.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// By the number of the fingerprint.
    pub findings: HashMap<u64, Known>,
    scopes: Vec<ScopeName>,
    /// The numbers of the resources that were there.
    resources: HashSet<u64>,
    /// Scopes that one of the runs saw whole.
    pub whole: BTreeSet<ScopeName>,
    /// Sources that something was taken from, newest first.
    pub used: Vec<usize>,
    /// The newest of those that looked at one of the scopes.
    newest: Option<usize>,
    /// Runs that could not be read.
    pub damaged: Vec<String>,
}

impl State {
    /// Puts the state together from runs, newest first; of these scopes, or of all that they looked at. A run that is damaged is passed over.
    pub fn of(sources: &[Source<'_>], wanted: Option<&BTreeSet<ScopeName>>) -> Self {
        let mut damaged: Vec<(usize, String)> = Vec::new();
        // What stands in for a damaged run is decided anew, until all that is needed can be read.
        loop {
            let is_damaged = |at: usize| damaged.iter().any(|(other, _)| *other == at);
            let mut state = Self { damaged: damaged.iter().map(|(_, why)| why.clone()).collect(), ..Self::default() };
            let plan = Plan::of(sources, wanted, is_damaged);
            state.used = plan.runs.iter().copied().collect();
            state.newest = plan.newest;
            let used = state.used.clone();
            let failed = used.into_iter().find_map(|at| Some((at, state.take(sources, at, &plan).err()?.to_string())));
            (state.whole, state.scopes) = (plan.whole, plan.names);
            match failed {
                None => return state,
                Some(failed) => damaged.push(failed),
            }
        }
    }

    /// The scope of a finding.
    pub fn scope(&self, known: &Known) -> Option<&ScopeName> {
        self.scopes.get(known.scope as usize)
    }

    /// As the engine asks it.
    pub fn past(&self) -> Past {
        let mut past = Past::default();
        for (number, known) in &self.findings {
            past.finding(*number, known.seen);
        }
        for (cloud, scope) in &self.whole {
            past.whole(cloud, scope);
        }
        past.resources(self.resources.iter().copied());
        past
    }

    /// Whether a finding of another state would be here if it still stood: its scope was seen whole, or its resource was seen.
    pub fn looked_at(&self, scope: Option<&ScopeName>, known: &Known) -> Looked {
        match (self.resources.contains(&known.resource), scope.is_some_and(|scope| self.whole.contains(scope))) {
            (true, _) => Looked::AtResource,
            (false, true) => Looked::AtScope,
            (false, false) => Looked::Away,
        }
    }

    /// Takes what a run found in the scopes for which it speaks; what a newer run says of a finding stands.
    fn take(&mut self, sources: &[Source<'_>], at: usize, plan: &Plan) -> Result<(), StoreError> {
        let (source, name) = (&sources[at], sources[at].name());
        let started = Timestamp::parse(&source.record().point.started).unwrap_or(Timestamp(0));
        let columns = ["fingerprint", "verdict", "cloud", "scope", "resource", "waived_reason", "first_seen", "age_known"];
        let read: Result<(), Infallible> = read_table_of(&source.table("findings")?, &name, &columns, |cells| {
            let text = |at: usize| cells[at].as_text().unwrap_or_default();
            if let Some((number, scope)) = Fingerprint(text(0).into()).number().zip(plan.scope(at, text(2), text(3))) {
                // A run without a history knows of no earlier moment than its own.
                let seen = FirstSeen { at: Timestamp::parse(text(6)).unwrap_or(started), is_new: text(7) == "yes" };
                let (open, resource) = (text(1) == "violated" && cells[5] == Cell::Null, resource_number(text(2), text(4)));
                self.findings.entry(number).or_insert(Known { seen, open, scope, resource, source: at });
            }
            Ok(())
        })?;
        let Ok(()) = read;
        let read: Result<(), Infallible> = read_table_of(&source.table("resources")?, &name, &["cloud", "scope", "id"], |cells| {
            let text = |at: usize| cells[at].as_text().unwrap_or_default();
            if plan.scope(at, text(0), text(1)).is_some() {
                self.resources.insert(resource_number(text(0), text(2)));
            }
            Ok(())
        })?;
        let Ok(()) = read;
        Ok(())
    }
}

/// How near a run looked at where a finding of another one was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Looked {
    /// It saw the resource.
    AtResource,
    /// It saw the scope whole, and not the resource.
    AtScope,
    /// Neither.
    Away,
}

/// Which runs speak for which scope.
#[derive(Default)]
struct Plan {
    /// By cloud and id: the number of the scope, and its runs.
    scopes: HashMap<String, HashMap<String, (u32, Vec<usize>)>>,
    names: Vec<ScopeName>,
    whole: BTreeSet<ScopeName>,
    runs: BTreeSet<usize>,
    /// The newest run that speaks for a scope.
    newest: Option<usize>,
}

impl Plan {
    fn of(sources: &[Source<'_>], wanted: Option<&BTreeSet<ScopeName>>, is_damaged: impl Fn(usize) -> bool) -> Self {
        let mut plan = Self::default();
        for (at, source) in sources.iter().enumerate().filter(|(at, _)| !is_damaged(*at)) {
            for (scope, is_whole) in source.record().looked_at() {
                if plan.whole.contains(&scope) || wanted.is_some_and(|wanted| !wanted.contains(&scope) && scope != nowhere()) {
                    continue;
                }
                plan.add(at, &scope);
                if is_whole {
                    plan.whole.insert(scope);
                }
            }
            // The one that is nowhere is always whole.
            if wanted.is_some_and(|wanted| plan.whole.len() > wanted.len()) {
                break;
            }
        }
        plan
    }

    fn add(&mut self, run: usize, scope: &ScopeName) {
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let of_cloud = self.scopes.entry(scope.0.clone()).or_default();
        let (_, runs) = of_cloud.entry(scope.1.clone()).or_insert_with(|| {
            self.names.push(scope.clone());
            (number, Vec::new())
        });
        runs.push(run);
        self.runs.insert(run);
        if *scope != nowhere() {
            self.newest = Some(self.newest.map_or(run, |newest| newest.min(run)));
        }
    }

    /// The number of a scope for which a run speaks.
    fn scope(&self, run: usize, cloud: &str, scope: &str) -> Option<u32> {
        let (number, runs) = self.scopes.get(cloud)?.get(scope)?;
        runs.contains(&run).then_some(*number)
    }
}

/// The history of a scan: what it holds before the run.
pub(crate) struct Before {
    pub history: History,
    pub runs: Runs<Record>,
}

impl Before {
    /// Reads what is in the history; a mistake in its address, or a store that cannot be reached, is found before anything is asked.
    pub fn open(at: &str) -> Result<Self, Failure> {
        let history = History::open(at)?;
        let runs = history.runs()?;
        Ok(Self { history, runs })
    }

    /// What earlier runs knew of the scopes that this one looks at.
    pub fn state(&self, inventory: &Inventory, coverage: &[Coverage], now: Timestamp) -> State {
        let cloud = |at: u8| inventory.clouds()[usize::from(at)].id.to_string();
        let named = inventory.scopes().iter().filter(|scope| !scope.merged).map(|scope| (cloud(scope.cloud), scope.id.to_string()));
        let wanted = named.chain(coverage.iter().map(|row| (row.cloud.to_string(), row.scope.to_string()))).collect();
        State::of(&self.before(now), Some(&wanted))
    }

    /// The runs that started before a moment, newest first.
    fn before(&self, now: Timestamp) -> Vec<Source<'_>> {
        let stamp = tagledger_store::run_stamp(Timestamp(now.0 + 1));
        self.runs.runs.iter().rev().filter(|run| run.id < stamp).map(|run| Source::Past(&self.history, run)).collect()
    }

    /// When the newest of the runs started that looked at one of the scopes.
    fn since(&self, now: Timestamp, state: &State) -> Option<String> {
        Some(self.before(now).get(state.newest?)?.record().point.started.clone())
    }

    /// How the findings of this run compare with what was known.
    pub fn changes(&self, inventory: &Inventory, findings: &FindingSource<'_>, state: &State, scopes: &Scopes, now: Timestamp) -> Changes {
        let mut changes = Changes { since: self.since(now, state), ..Changes::default() };
        let mut present = HashSet::new();
        for (number, is_open, seen) in findings.known_since() {
            present.insert(number);
            if is_open {
                *match state.findings.get(&number) {
                    Some(_) => &mut changes.still,
                    None if seen.is_new => &mut changes.new,
                    None => &mut changes.first_looked_at,
                } += 1;
            }
        }
        let rows = 0..u32::try_from(inventory.len()).unwrap_or(u32::MAX);
        let number = |row: u32| resource_number(inventory.resource(row).cloud().as_str(), inventory.resource(row).id());
        let whole = scopes.whole.iter().cloned().chain([nowhere()]).collect();
        let here = State { whole, resources: rows.map(number).collect(), ..State::default() };
        for (_, known) in state.findings.iter().filter(|(number, known)| known.open && !present.contains(*number)) {
            *if here.looked_at(state.scope(known), known) == Looked::Away { &mut changes.not_seen } else { &mut changes.fixed } += 1;
        }
        changes
    }

    /// Adds a run that stands, and takes away what is too old.
    pub fn keep(&self, run: &Path, record: &Record, now: Timestamp, days: Option<u32>) -> Result<(), Failure> {
        let apart = format!("{} {} {:?}", run.display(), std::process::id(), std::time::SystemTime::now());
        self.history.add(&tagledger_store::run_id(now, &apart), run, &TABLES, record)?;
        if let Some(days) = days {
            self.history.prune(Timestamp(now.0 - i64::from(days) * 86_400), now)?;
        }
        Ok(())
    }
}
