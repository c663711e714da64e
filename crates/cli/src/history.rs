//! What earlier runs knew: the state of each place as the newest run that looked at it left it, and what a run leaves behind for later ones.
//!
//! Runs need not look at the same places: one scan may ask one cloud and the next another, or some Regions only. So the state is put together place by
//! place. For each it is what the newest run found there; where that run did not see the place whole, what the run before it found there stands as well, as
//! far as no newer one saw the same resource, and so on to the first that saw it whole.

mod changes;
mod plan;
mod point;
mod state;

pub(crate) use changes::{fate, words_of};
pub(crate) use point::point;
pub(crate) use state::{Known, Looked, Standing, State};

use crate::failure::Failure;
use crate::seen::Place;
use crate::stores;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::Path;
use tagledger_engine::{Audit, Context, FindingSource, Inventory, Release, Rule, resource_number};
use tagledger_model::{Coverage, Timestamp};
use tagledger_report::Changes;
use tagledger_report::trend::Point;
use tagledger_store::{History, NOBODYS, PastRun, RunFolder, Runs, StoreError};

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

/// The places that a run looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Places {
    /// Of which nothing is missing.
    pub whole: Vec<Place>,
    /// The others.
    pub partly: Vec<Place>,
}

impl Places {
    /// Cloud and id of the scopes that the places are in.
    fn scopes(&self) -> BTreeSet<(&str, &str)> {
        self.whole.iter().chain(&self.partly).map(|place| (place.cloud.as_str(), place.scope.as_str())).collect()
    }
}

/// What a run knows of itself, beside its tables.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Record {
    pub point: Point,
    pub places: Places,
    /// The rules that ran, each with the key that it was about: `rule key`, or `rule -`.
    pub checks: BTreeSet<String>,
    /// Which versions ran where.
    #[serde(default)]
    pub releases: BTreeSet<Release>,
}

/// How a record names a check.
pub(crate) fn check_name(rule: &str, key: Option<&str>) -> String {
    format!("{rule} {}", key.unwrap_or("-"))
}

impl Record {
    pub fn new(point: Point, places: Places, audit: &Audit, rules: &[&dyn Rule], cx: &Context<'_>) -> Self {
        let taxonomy = cx.taxonomy();
        let name = |check: &tagledger_engine::CheckRun| check_name(rules[check.rule].meta().id, check.key.map(|key| taxonomy.keys[key.index()].name.as_str()));
        Self { point, places, checks: audit.checks.iter().map(name).collect(), releases: cx.releases() }
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

/// Cloud and id of scopes.
type Scopes = BTreeSet<(String, String)>;

/// Scopes that runs of the last week looked at: those that are wanted, in whatever case (clouds change it from one day to the next), and those that are not,
/// of runs that looked at some of the wanted ones. An export that did not arrive leaves no other trace; runs over other scopes altogether are somebody else's.
fn lately(sources: &[Source<'_>], wanted: &Scopes, now: Timestamp) -> (Scopes, Scopes) {
    let known = state::folded(wanted.iter().map(|(cloud, scope)| (cloud.as_str(), scope.as_str())));
    let is_wanted = |(cloud, scope): &(&str, &str)| known.contains(&(*cloud, scope.to_lowercase()));
    let records = sources.iter().map(Source::record).filter(|record| state::is_lately(state::started(&record.point), now));
    let scopes = records.map(|record| record.places.scopes()).filter(|scopes| scopes.iter().any(is_wanted)).flatten();
    let (same, other): (Vec<_>, Vec<_>) = scopes.partition(is_wanted);
    let owned = |all: Vec<(&str, &str)>| all.into_iter().map(|(cloud, scope)| (cloud.to_owned(), scope.to_owned())).collect();
    (owned(same), owned(other))
}

/// The history of a scan: what it holds before the run.
pub(crate) struct Before {
    history: History,
    runs: Runs<Record>,
}

/// The runs of a history; one whose numbers cannot be read is damaged.
pub(crate) fn runs(history: &History) -> Result<Runs<Record>, StoreError> {
    let mut all = history.runs::<Record>()?;
    let (sound, unsound): (Vec<_>, Vec<_>) = all.runs.into_iter().partition(|run| run.record.point.is_sound());
    all.damaged.extend(unsound.into_iter().map(|run| format!("{}: its record holds an amount that is none", run.id)));
    Ok(Runs { runs: sound, damaged: all.damaged })
}

/// The history at an address.
pub(crate) fn open(at: &str, config: Option<&Path>) -> Result<History, Failure> {
    // A folder needs no credentials, and so no settings.
    if !at.contains("://") {
        return Ok(History::open(at, NOBODYS)?);
    }
    Ok(History::open(at, &stores::finder(config)?)?)
}

impl Before {
    /// Reads what is in the history; a mistake in its address, or a store that cannot be reached, is found before anything is asked.
    pub fn open(at: &str, config: Option<&Path>) -> Result<Self, Failure> {
        let history = open(at, config)?;
        let runs = runs(&history)?;
        Ok(Self { history, runs })
    }

    /// Runs that are passed over, and why.
    pub fn damaged(&self) -> &[String] {
        &self.runs.damaged
    }

    /// Every version that a run before a moment saw running somewhere.
    pub fn releases(&self, now: Timestamp) -> BTreeSet<Release> {
        self.before(now).iter().flat_map(|source| source.record().releases.iter().cloned()).collect()
    }

    /// What earlier runs knew of the scopes that this one looks at, and of those that it no longer does.
    pub fn state(&self, inventory: &Inventory, coverage: &[Coverage], now: Timestamp) -> State {
        let named = inventory.scopes().iter().filter(|scope| !scope.merged).flat_map(|scope| {
            let cloud = inventory.clouds()[usize::from(scope.cloud)].id.to_string();
            std::iter::once(&scope.id).chain(&scope.aliases).map(move |id| (cloud.clone(), id.to_string()))
        });
        let mut wanted: BTreeSet<(String, String)> = named.chain(coverage.iter().map(|row| (row.cloud.to_string(), row.scope.to_string()))).collect();
        let sources = self.before(now);
        let (same, no_longer) = lately(&sources, &wanted, now);
        wanted.extend(same.into_iter().chain(no_longer.iter().cloned()));
        let mut state = State::of(&sources, Some(&wanted));
        // One that is named in two cases is one.
        let mut folded = BTreeSet::new();
        state.no_longer = no_longer.into_iter().filter(|(cloud, scope)| folded.insert((cloud.clone(), scope.to_lowercase()))).collect();
        state
    }

    /// The runs that started before a moment, newest first.
    pub fn before(&self, now: Timestamp) -> Vec<Source<'_>> {
        let stamp = tagledger_store::run_stamp(Timestamp(now.0 + 1));
        self.runs.runs.iter().rev().filter(|run| run.id < stamp).map(|run| Source::Past(&self.history, run)).collect()
    }

    /// How the findings of this run compare with what was known.
    pub fn changes(&self, inventory: &Inventory, findings: &FindingSource<'_>, state: &State, record: &Record, now: Timestamp) -> Changes {
        let rows = 0..u32::try_from(inventory.len()).unwrap_or(u32::MAX);
        let number = |row: u32| resource_number(inventory.resource(row).cloud().as_str(), &inventory.resource(row).id());
        let with_facts = |row: &u32| inventory.resource(*row).facts().is_some();
        let here = State::here(record, rows.clone().map(number).collect(), rows.filter(with_facts).map(number).collect());
        let mut changes = changes::count(findings, state, &here);
        changes.since = state.newest.and_then(|at| Some(self.before(now).get(at)?.record().point.started.clone()));
        changes
    }

    /// The newest runs before this one and this one, oldest first: what a report draws as lines.
    pub fn points(&self, record: &Record, now: Timestamp) -> Vec<Point> {
        const SHOWN: usize = 90;
        let mut points: Vec<Point> = self.before(now).iter().take(SHOWN - 1).map(|source| source.record().point.brief()).collect();
        points.reverse();
        points.push(record.point.brief());
        points
    }

    /// Adds a run that stands, and takes away what is too old.
    pub fn keep(&self, run: &Path, record: &Record, now: Timestamp, days: Option<u32>) -> Result<(), Failure> {
        let apart = format!("{} {} {:?}", run.display(), std::process::id(), std::time::SystemTime::now());
        self.history.add(&tagledger_store::run_id(now, &apart), run, &TABLES, record)?;
        if let Some(days) = days {
            // An audit of a moment to come is a question, not a reason to forget.
            let now = now.min(Timestamp::now());
            self.history.prune(Timestamp(now.0 - i64::from(days) * 86_400), &TABLES)?;
        }
        Ok(())
    }
}
