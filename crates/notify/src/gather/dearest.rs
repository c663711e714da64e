//! The dearest findings of each currency. Amounts of two currencies are not compared: they take turns.

use crate::news::Told;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;
use tagledger_model::{Amount, Finding, Level, Text};

/// Dearest first, then the loudest, then the first that came.
type Place = (Reverse<Amount>, Reverse<Level>, usize);

/// The few that are held.
#[derive(Debug)]
pub(super) struct Dearest {
    most: usize,
    came: usize,
    /// By currency; what has no price is in none.
    lists: BTreeMap<Option<Text>, Vec<(Place, Rc<Told>)>>,
}

impl Dearest {
    pub fn new(most: usize) -> Self {
        Self { most, came: 0, lists: BTreeMap::new() }
    }

    /// Takes a finding, which is put together only where it has a place.
    pub fn take(&mut self, finding: &Finding, told: impl FnOnce() -> Told) {
        self.came += 1;
        let free = Amount::ZERO;
        let prices = finding.money.iter().map(|money| (Some(money.currency.clone()), money.amount));
        let prices: Vec<_> = if finding.money.is_empty() { vec![(None, free)] } else { prices.collect() };
        let (mut made, mut unmade) = (None::<Rc<Told>>, Some(told));
        for (currency, amount) in prices {
            let list = self.lists.entry(currency).or_default();
            let place = (Reverse(amount), Reverse(finding.level), self.came);
            let at = list.partition_point(|(other, _)| *other < place);
            if at >= self.most {
                continue;
            }
            let told = match (&made, unmade.take()) {
                (Some(made), _) => Rc::clone(made),
                (None, Some(told)) => Rc::clone(made.insert(Rc::new(told()))),
                (None, None) => continue,
            };
            list.insert(at, (place, told));
            list.truncate(self.most);
        }
    }

    /// All that are held, each once: the first of each currency, the second of each, and what has no price last.
    pub fn list(mut self) -> Vec<Told> {
        let free = self.lists.remove(&None).unwrap_or_default();
        let longest = self.lists.values().map(Vec::len).max().unwrap_or(0);
        let turns = (0..longest).flat_map(|rank| self.lists.values().filter_map(move |list| list.get(rank)));
        let mut seen = HashSet::new();
        let all = turns.chain(&free).filter(|(place, _)| seen.insert(place.2)).map(|(_, told)| Told::clone(told));
        all.take(self.most).collect()
    }
}
