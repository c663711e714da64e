//! What several sources say of the state of one resource becomes one set of facts.
//!
//! Nothing is decided before every source has spoken, so that the order in which they are read cannot matter. Each fact has a list of its own: most
//! resources have none, and few have more than two.

use crate::intern::room;
use crate::names::Phrases;
use std::cmp::Ordering;
use tagledger_model::{Fact, Facts, Retention, Text, Timestamp};

/// What a source of this rank said of the resource in this row.
#[derive(Debug)]
struct Said<T> {
    row: u32,
    rank: u8,
    what: T,
}

/// A fact; its proof is a number of a phrase.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known<T> {
    pub value: T,
    proof: u32,
}

/// Since when it has been as this source describes it.
#[derive(Debug)]
struct Since {
    at: Timestamp,
    attached: Option<bool>,
    running: Option<bool>,
}

/// Facts as they come in. Words are numbers of phrases.
#[derive(Debug, Default)]
pub(crate) struct Given {
    phrases: Phrases,
    attached: Vec<Said<Known<bool>>>,
    unanswered: Vec<Said<u32>>,
    running: Vec<Said<Known<bool>>>,
    since: Vec<Said<Since>>,
    retention: Vec<Said<Known<Retention>>>,
    ends: Vec<Said<Known<Timestamp>>>,
    source: Vec<Said<Known<u32>>>,
}

fn note<T>(list: &mut Vec<Said<T>>, row: u32, rank: u8, what: Option<T>) {
    if let Some(what) = what {
        room(list, 1);
        list.push(Said { row, rank, what });
    }
}

fn known<T: Copy>(phrases: &mut Phrases, fact: Option<&Fact<T>>) -> Option<Known<T>> {
    fact.map(|fact| Known { value: fact.value, proof: phrases.push(&fact.proof) })
}

impl Given {
    /// Notes what a source of this rank says of the resource in this row.
    pub fn add(&mut self, row: u32, rank: u8, facts: Option<&Facts>) {
        let Some(Facts { attached, unanswered, running, since, retention, ends, source }) = facts else { return };
        let value = |fact: &Option<Fact<bool>>| fact.as_ref().map(|fact| fact.value);
        let phrases = &mut self.phrases;
        note(&mut self.attached, row, rank, known(phrases, attached.as_ref()));
        note(&mut self.unanswered, row, rank, unanswered.as_ref().map(|field| phrases.push(field)));
        note(&mut self.running, row, rank, known(phrases, running.as_ref()));
        note(&mut self.since, row, rank, since.map(|at| Since { at, attached: value(attached), running: value(running) }));
        note(&mut self.retention, row, rank, known(phrases, retention.as_ref()));
        note(&mut self.ends, row, rank, known(phrases, ends.as_ref()));
        let source = source.as_ref().map(|fact| Known { value: phrases.push(&fact.value), proof: phrases.push(&fact.proof) });
        note(&mut self.source, row, rank, source);
    }

    /// One set of facts for each resource of which anything was said. Known beats unknown; of two that know, the higher rank wins, fact by fact.
    pub fn merged(self) -> Merged {
        let phrases = self.phrases;
        let words = |one: &u32, other: &u32| phrases.get(*one).cmp(&phrases.get(*other));
        let (attached, running) = (believed(self.attached, &phrases, Ord::cmp), believed(self.running, &phrases, Ord::cmp));
        // What one source could not say another may: whatever its rank, an answer is one.
        let open = self.unanswered.into_iter().filter(|said| attached.get(said.row).is_none()).map(|said| (said.row, said.what));
        let unanswered = List::of(open.collect(), words);
        // Since when is believed only of a source that describes the state that is believed: the day of a detachment says nothing about what was attached again.
        let agrees = |said: Option<bool>, believed: Option<&Known<bool>>| said.zip(believed).is_none_or(|(said, believed)| said == believed.value);
        let agreeing =
            self.since.into_iter().filter(|Said { row, what, .. }| agrees(what.attached, attached.get(*row)) && agrees(what.running, running.get(*row)));
        let since = List::of(agreeing.map(|said| (said.row, (said.rank, said.what.at))).collect(), Ord::cmp);
        let since = List(since.0.into_iter().map(|(row, (_, at))| (row, at)).collect());
        let (retention, ends) = (believed(self.retention, &phrases, Ord::cmp), believed(self.ends, &phrases, Ord::cmp));
        let source = believed(self.source, &phrases, words);
        Merged { attached, unanswered, running, since, retention, ends, source, phrases }
    }
}

/// The fact of the highest rank for each row. Of one rank, the value by which nothing is called an orphan or short-lived: in use, running, kept for longer.
fn believed<T>(said: Vec<Said<Known<T>>>, phrases: &Phrases, order: impl Fn(&T, &T) -> Ordering) -> List<Known<T>> {
    let proofs = |one: u32, other: u32| phrases.get(one).cmp(&phrases.get(other));
    let better = |a: &(u8, Known<T>), b: &(u8, Known<T>)| {
        let values = || order(&a.1.value, &b.1.value);
        a.0.cmp(&b.0).then_with(values).then_with(|| proofs(a.1.proof, b.1.proof))
    };
    let best = List::of(said.into_iter().map(|said| (said.row, (said.rank, said.what))).collect(), better);
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
    pub attached: List<Known<bool>>,
    pub unanswered: List<u32>,
    pub running: List<Known<bool>>,
    pub since: List<Timestamp>,
    pub retention: List<Known<Retention>>,
    pub ends: List<Known<Timestamp>>,
    source: List<Known<u32>>,
    phrases: Phrases,
}

impl Merged {
    /// All that is known of a row; none where nothing is.
    pub fn get(&self, row: u32) -> Option<Facts> {
        let facts = Facts {
            attached: self.attached.get(row).map(|known| self.fact(known)),
            unanswered: self.unanswered.get(row).map(|field| self.phrases.get(*field)),
            running: self.running.get(row).map(|known| self.fact(known)),
            since: self.since.get(row).copied(),
            retention: self.retention.get(row).map(|known| self.fact(known)),
            ends: self.ends.get(row).map(|known| self.fact(known)),
            source: self.source.get(row).map(|known| self.named(*known)),
        };
        Some(facts).filter(|facts| *facts != Facts::default())
    }

    /// Every fact that is known of any row.
    pub fn of_any(&self) -> Facts {
        Facts {
            attached: self.attached.first().map(|known| self.fact(known)),
            unanswered: self.unanswered.first().map(|field| self.phrases.get(*field)),
            running: self.running.first().map(|known| self.fact(known)),
            since: self.since.first().copied(),
            retention: self.retention.first().map(|known| self.fact(known)),
            ends: self.ends.first().map(|known| self.fact(known)),
            source: self.source.first().map(|known| self.named(*known)),
        }
    }

    fn fact<T: Copy>(&self, known: &Known<T>) -> Fact<T> {
        Fact { value: known.value, proof: self.phrases.get(known.proof) }
    }

    fn named(&self, known: Known<u32>) -> Fact<Text> {
        Fact { value: self.phrases.get(known.value), proof: self.phrases.get(known.proof) }
    }
}
