//! What several sources say of the state of one resource becomes one set of facts.
//!
//! Nothing is decided before every source has spoken, so that the order in which they are read cannot matter.

use rustc_hash::FxHashMap;
use std::cmp::Ordering;
use tagledger_model::{Fact, Facts};

/// What one source said, and its rank.
type Said = (u8, Box<Facts>);

/// Facts as they come in. Most resources have none, so that they lie beside the columns.
#[derive(Debug, Default)]
pub(crate) struct Given(FxHashMap<u32, Vec<Said>>);

impl Given {
    /// Notes what a source of this rank says of the resource in this row.
    pub fn add(&mut self, row: u32, rank: u8, facts: Option<&Facts>) {
        let Some(facts) = facts.filter(|f| **f != Facts::default()) else { return };
        let said = self.0.entry(row).or_default();
        if !said.iter().any(|(r, f)| *r == rank && **f == *facts) {
            said.push((rank, Box::new(facts.clone())));
        }
    }

    /// One set of facts for each resource of which anything was said.
    pub fn merged(self) -> FxHashMap<u32, Box<Facts>> {
        self.0.into_iter().filter_map(|(row, said)| Some((row, merge(said)?))).collect()
    }
}

/// Known beats unknown; of two that know, the higher rank wins, fact by fact. Since when is believed only of a source that describes the
/// state that is believed: the day of a detachment says nothing about what was attached again.
fn merge(mut said: Vec<Said>) -> Option<Box<Facts>> {
    if said.len() < 2 {
        return said.pop().map(|(_, facts)| facts);
    }
    let attached = best(&said, |f| f.attached.as_ref());
    let running = best(&said, |f| f.running.as_ref());
    let agree = |f: &Facts| !contradicts(f.attached.as_ref(), attached.as_ref()) && !contradicts(f.running.as_ref(), running.as_ref());
    let since = said.iter().filter(|(_, f)| agree(f)).filter_map(|(rank, f)| Some((*rank, f.since?))).max().map(|(_, since)| since);
    Some(Box::new(Facts {
        since,
        // What one source could not say another may: whatever its rank, an answer is one.
        unanswered: said.iter().filter_map(|(_, f)| f.unanswered.clone()).max().filter(|_| attached.is_none()),
        retention: best(&said, |f| f.retention.as_ref()),
        ends: best(&said, |f| f.ends.as_ref()),
        source: best(&said, |f| f.source.as_ref()),
        attached,
        running,
    }))
}

/// The fact of the highest rank. Of one rank, the value by which nothing is called an orphan or short-lived: in use, running, kept for longer.
fn best<T: Ord + Clone>(said: &[Said], fact: impl Fn(&Facts) -> Option<&Fact<T>>) -> Option<Fact<T>> {
    let known = said.iter().filter_map(|(rank, facts)| Some((*rank, fact(facts)?)));
    let order = |a: &(u8, &Fact<T>), b: &(u8, &Fact<T>)| -> Ordering { (a.0, &a.1.value, &a.1.proof).cmp(&(b.0, &b.1.value, &b.1.proof)) };
    known.max_by(order).map(|(_, fact)| fact.clone())
}

fn contradicts(said: Option<&Fact<bool>>, believed: Option<&Fact<bool>>) -> bool {
    said.zip(believed).is_some_and(|(said, believed)| said.value != believed.value)
}
