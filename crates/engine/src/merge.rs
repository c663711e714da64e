//! What several sources say of the state of one resource becomes one set of facts.
//!
//! Nothing is decided before every source has spoken, so that the order in which they are read cannot matter. Each fact has a list of its own: most
//! resources have none, and few have more than two.

use crate::intern::room;
use std::cmp::Ordering;
use tagledger_model::{Fact, Facts, Retention, Text, Timestamp};

/// What a source of this rank said of the resource in this row.
#[derive(Debug)]
struct Said<T> {
    row: u32,
    rank: u8,
    what: T,
}

/// Since when it has been as this source describes it.
#[derive(Debug)]
struct Since {
    at: Timestamp,
    attached: Option<bool>,
    running: Option<bool>,
}

/// Facts as they come in.
#[derive(Debug, Default)]
pub(crate) struct Given {
    attached: Vec<Said<Fact<bool>>>,
    unanswered: Vec<Said<Text>>,
    running: Vec<Said<Fact<bool>>>,
    since: Vec<Said<Since>>,
    retention: Vec<Said<Fact<Retention>>>,
    ends: Vec<Said<Fact<Timestamp>>>,
    source: Vec<Said<Fact<Text>>>,
}

fn note<T>(list: &mut Vec<Said<T>>, row: u32, rank: u8, what: Option<T>) {
    if let Some(what) = what {
        room(list, 1);
        list.push(Said { row, rank, what });
    }
}

impl Given {
    /// Notes what a source of this rank says of the resource in this row.
    pub fn add(&mut self, row: u32, rank: u8, facts: Option<&Facts>) {
        let Some(Facts { attached, unanswered, running, since, retention, ends, source }) = facts else { return };
        let value = |fact: &Option<Fact<bool>>| fact.as_ref().map(|fact| fact.value);
        note(&mut self.attached, row, rank, attached.clone());
        note(&mut self.unanswered, row, rank, unanswered.clone());
        note(&mut self.running, row, rank, running.clone());
        note(&mut self.since, row, rank, since.map(|at| Since { at, attached: value(attached), running: value(running) }));
        note(&mut self.retention, row, rank, retention.clone());
        note(&mut self.ends, row, rank, ends.clone());
        note(&mut self.source, row, rank, source.clone());
    }

    /// One set of facts for each resource of which anything was said. Known beats unknown; of two that know, the higher rank wins, fact by fact.
    pub fn merged(self) -> Merged {
        let (attached, running) = (believed(self.attached), believed(self.running));
        // What one source could not say another may: whatever its rank, an answer is one.
        let open = self.unanswered.into_iter().filter(|said| attached.get(said.row).is_none()).map(|said| (said.row, said.what));
        let unanswered = List::of(open.collect(), Ord::cmp);
        // Since when is believed only of a source that describes the state that is believed: the day of a detachment says nothing about what was attached again.
        let agrees = |said: Option<bool>, believed: Option<&Fact<bool>>| said.zip(believed).is_none_or(|(said, believed)| said == believed.value);
        let agreeing =
            self.since.into_iter().filter(|Said { row, what, .. }| agrees(what.attached, attached.get(*row)) && agrees(what.running, running.get(*row)));
        let since = List::of(agreeing.map(|said| (said.row, (said.rank, said.what.at))).collect(), Ord::cmp);
        let since = List(since.0.into_iter().map(|(row, (_, at))| (row, at)).collect());
        Merged { unanswered, since, retention: believed(self.retention), ends: believed(self.ends), source: believed(self.source), attached, running }
    }
}

/// The fact of the highest rank for each row. Of one rank, the value by which nothing is called an orphan or short-lived: in use, running, kept for longer.
fn believed<T: Ord>(said: Vec<Said<Fact<T>>>) -> List<Fact<T>> {
    let order = |a: &(u8, Fact<T>), b: &(u8, Fact<T>)| (a.0, &a.1.value, &a.1.proof).cmp(&(b.0, &b.1.value, &b.1.proof));
    let best = List::of(said.into_iter().map(|said| (said.row, (said.rank, said.what))).collect(), order);
    List(best.0.into_iter().map(|(row, (_, fact))| (row, fact)).collect())
}

/// One fact of those resources of which it is known, by row.
#[derive(Debug)]
pub(crate) struct List<T>(Vec<(u32, T)>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> List<T> {
    /// The greatest of each row.
    fn of(mut all: Vec<(u32, T)>, order: impl Fn(&T, &T) -> Ordering) -> Self {
        all.sort_by(|(row, one), (other, two)| row.cmp(other).then_with(|| order(two, one)));
        all.dedup_by_key(|(row, _)| *row);
        all.shrink_to_fit();
        Self(all)
    }

    pub fn get(&self, row: u32) -> Option<&T> {
        let at = self.0.binary_search_by_key(&row, |(row, _)| *row).ok()?;
        Some(&self.0[at].1)
    }

    fn first(&self) -> Option<&T> {
        self.0.first().map(|(_, what)| what)
    }

    /// What is made of it for each of so many rows.
    pub fn over<V: Clone>(&self, rows: usize, make: impl Fn(&T) -> Option<V>) -> Vec<Option<V>> {
        let mut all = vec![None; rows];
        for (row, what) in &self.0 {
            all[*row as usize] = make(what);
        }
        all
    }
}

/// The facts of those resources of which anything is known.
#[derive(Debug, Default)]
pub(crate) struct Merged {
    pub attached: List<Fact<bool>>,
    pub unanswered: List<Text>,
    pub running: List<Fact<bool>>,
    pub since: List<Timestamp>,
    pub retention: List<Fact<Retention>>,
    pub ends: List<Fact<Timestamp>>,
    pub source: List<Fact<Text>>,
}

impl Merged {
    /// All that is known of a row; none where nothing is.
    pub fn get(&self, row: u32) -> Option<Facts> {
        let facts = Facts {
            attached: self.attached.get(row).cloned(),
            unanswered: self.unanswered.get(row).cloned(),
            running: self.running.get(row).cloned(),
            since: self.since.get(row).copied(),
            retention: self.retention.get(row).cloned(),
            ends: self.ends.get(row).cloned(),
            source: self.source.get(row).cloned(),
        };
        Some(facts).filter(|facts| *facts != Facts::default())
    }

    /// Every fact that is known of any row.
    pub fn of_any(&self) -> Facts {
        Facts {
            attached: self.attached.first().cloned(),
            unanswered: self.unanswered.first().cloned(),
            running: self.running.first().cloned(),
            since: self.since.first().copied(),
            retention: self.retention.first().cloned(),
            ends: self.ends.first().cloned(),
            source: self.source.first().cloned(),
        }
    }
}
