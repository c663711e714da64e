//! Environments as they stand: what the resources of an Application in an Environment have in common.

use crate::context::Context;
use crate::judge::environment_code;
use crate::resources::NO_TIME;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use tagledger_model::{Text, Timestamp};
use tagledger_taxonomy::KeyId;

/// The resources of one Application in one Environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stand {
    /// The Environment; none for resources of which nothing says it.
    pub environment: Option<Text>,
    /// The Application; none likewise.
    pub application: Option<Text>,
    /// How many there are.
    pub resources: u64,
    /// When the newest was made, or was attached, detached, started or stopped.
    pub changed: Option<Timestamp>,
    /// When the oldest was made.
    pub oldest: Option<Timestamp>,
    /// Of how many nobody knows when they were made.
    pub ageless: u64,
    /// Those that do nothing: they are known to be stopped, or that nothing uses them.
    pub idle: u64,
    /// How many each Owner has.
    pub owners: BTreeMap<Text, u64>,
}

impl Context<'_> {
    /// Every Application in every Environment, in the order of their words.
    pub fn stands(&self) -> Vec<Stand> {
        let inventory = self.inventory;
        let key = |name: &str| self.taxonomy().key(name);
        let (environment, application, owner) = (key("Environment"), key("Application"), key("Owner"));
        let parts = &inventory.parts;
        let code = |row: usize, key: Option<KeyId>| key.map_or(0, |key| inventory.resolved.effective(parts, row, key).value);
        let word = |key: Option<KeyId>, code: u32| parts.dictionary.value(key?, code);
        let mut stands: FxHashMap<(u32, u32), (Stand, FxHashMap<u32, u64>)> = FxHashMap::default();
        for row in 0..inventory.len() {
            let place = (environment.map_or(0, |key| environment_code(inventory, key, row)), code(row, application));
            let (stand, owners) = stands.entry(place).or_default();
            stand.resources += 1;
            *owners.entry(code(row, owner)).or_default() += 1;
            let created = Some(parts.resources.created.get(row)).filter(|at| *at != NO_TIME).map(Timestamp);
            stand.ageless += u64::from(created.is_none());
            stand.oldest = [stand.oldest, created].into_iter().flatten().min();
            let (number, facts) = (crate::intern::number(row), &inventory.facts);
            let since = facts.since.get(number).copied();
            let changed = Some(parts.resources.changed.get(row)).filter(|at| *at != NO_TIME).map(Timestamp);
            stand.changed = [stand.changed, created, changed, since].into_iter().flatten().max();
            let is_off = |fact: Option<&crate::merge::Known<bool>>| fact.is_some_and(|fact| !fact.value);
            stand.idle += u64::from(is_off(facts.running.get(number)) || is_off(facts.attached.get(number)));
        }
        let mut all: Vec<Stand> = stands
            .into_iter()
            .map(|((e, a), (stand, owners))| Stand {
                environment: word(environment, e),
                application: word(application, a),
                owners: owners.into_iter().filter_map(|(code, count)| Some((word(owner, code)?, count))).collect(),
                ..stand
            })
            .collect();
        all.sort_by(|a, b| (&a.environment, &a.application).cmp(&(&b.environment, &b.application)));
        all
    }
}
