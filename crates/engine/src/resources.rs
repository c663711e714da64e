//! The resources of a run as columns: what grows with an estate, and therefore is kept small.

use crate::intern::{number, room};
use crate::inventory::NONE;
use crate::merge::Given;
use crate::names::Names;
use crate::tag_sets::TagSets;
use rustc_hash::{FxHashMap, FxHashSet};
use tagledger_model::{Action, RawResource, Taggable, Text};

/// Readers as bits, in the order of the run's readers.
pub(crate) type SourceMask = u128;

/// The last bit of a mask; readers beyond share it.
pub(crate) const LAST_READER: usize = 127;

/// A reader's place in a mask.
pub(crate) fn bit(reader: usize) -> SourceMask {
    1 << reader.min(LAST_READER)
}

/// One resource on its way in.
pub(crate) struct NewResource<'a> {
    pub cloud: u8,
    pub scope: u32,
    pub group: u32,
    pub region: u32,
    pub kind: u32,
    pub set: u32,
    pub rank: u8,
    pub source: SourceMask,
    pub raw: &'a RawResource,
}

/// The resources as columns.
#[derive(Debug, Default)]
pub(crate) struct Resources {
    /// Canonical ids and names.
    pub names: Names,
    pub raw_ids: FxHashMap<u32, Text>,
    /// Ids of what exists already, for planned resources.
    pub live_ids: FxHashMap<u32, Text>,
    /// Rows that a plan makes or makes anew: their life begins with the deploy.
    pub unborn: FxHashSet<u32>,
    pub clouds: Vec<u8>,
    pub scopes: Vec<u32>,
    pub groups: Vec<u32>,
    pub regions: Vec<u32>,
    pub kinds: Vec<u32>,
    pub sets: Vec<u32>,
    pub taggable: Vec<Taggable>,
    pub created: Vec<i64>,
    /// The youngest change that any source knows.
    pub changed: Vec<i64>,
    pub ranks: Vec<u8>,
    /// Positions in `masks`: few combinations of readers are ever met.
    pub sources: Vec<u32>,
    pub masks: Vec<SourceMask>,
    /// What is said of the state of some, by each of their sources.
    pub given: Given,
}

/// `created` of a resource whose age is not known.
pub(crate) const NO_TIME: i64 = i64::MIN;

impl Resources {
    pub fn len(&self) -> usize {
        self.clouds.len()
    }

    pub fn is(&self, row: u32, cloud: u8, id: &Text) -> bool {
        self.clouds[row as usize] == cloud && self.names.is(row, id)
    }

    pub fn push(&mut self, new: &NewResource<'_>) {
        let row = number(self.len());
        if let Some(raw) = &new.raw.id.raw {
            self.raw_ids.insert(row, raw.clone());
        }
        if let Some(id) = new.raw.origin.planned().and_then(|p| p.id.as_ref()) {
            self.live_ids.insert(row, id.canonical.clone());
        }
        if new.raw.origin.planned().is_some_and(|p| matches!(p.action, Action::Create | Action::Replace)) {
            self.unborn.insert(row);
        }
        self.given.add(row, new.rank, new.raw.facts.as_deref());
        self.names.push(&new.raw.id.canonical, new.raw.name.as_deref());
        for column in [&mut self.scopes, &mut self.groups, &mut self.regions, &mut self.kinds, &mut self.sets, &mut self.sources] {
            room(column, 1);
        }
        room(&mut self.created, 1);
        room(&mut self.changed, 1);
        self.clouds.push(new.cloud);
        self.scopes.push(new.scope);
        self.groups.push(new.group);
        self.regions.push(new.region);
        self.kinds.push(new.kind);
        self.sets.push(new.set);
        self.taggable.push(new.raw.taggable);
        self.created.push(new.raw.created.map_or(NO_TIME, |t| t.0));
        self.changed.push(new.raw.changed.map_or(NO_TIME, |t| t.0));
        self.ranks.push(new.rank);
        let source = self.mask(new.source);
        self.sources.push(source);
    }

    /// The position of a mask.
    fn mask(&mut self, mask: SourceMask) -> u32 {
        let known = self.masks.iter().position(|known| *known == mask);
        number(known.unwrap_or_else(|| {
            self.masks.push(mask);
            self.masks.len() - 1
        }))
    }

    /// The readers that knew a row.
    pub fn readers(&self, row: usize) -> SourceMask {
        self.masks[self.sources[row] as usize]
    }

    /// A second source of a resource. Known tags beat unknown ones, then the higher rank wins; of two sources of one
    /// rank the larger tag set wins, then the later set in the order of its words, so that file order does not matter.
    pub fn merge(&mut self, row: usize, new: &NewResource<'_>, sets: &TagSets, kinds: &[Text]) {
        self.sources[row] = self.mask(self.readers(row) | new.source);
        self.given.add(number(row), new.rank, new.raw.facts.as_deref());
        let weight = |set: u32, rank: u8, kind: u32| (set != NONE, rank, sets.weight(set), &kinds[kind as usize]);
        let wins = weight(new.set, new.rank, new.kind) > weight(self.sets[row], self.ranks[row], self.kinds[row]);
        if wins {
            (self.sets[row], self.ranks[row], self.kinds[row]) = (new.set, new.rank, new.kind);
        }
        let fill = |old: &mut u32, new: u32| *old = if *old == NONE || (wins && new != NONE) { new } else { *old };
        fill(&mut self.groups[row], new.group);
        fill(&mut self.regions[row], new.region);
        if let Some(name) = new.raw.name.as_ref().filter(|_| wins || self.names.name(number(row)).is_none()) {
            self.names.rename(number(row), name);
        }
        if let Some(created) = new.raw.created.filter(|_| wins || self.created[row] == NO_TIME) {
            self.created[row] = created.0;
        }
        self.changed[row] = self.changed[row].max(new.raw.changed.map_or(NO_TIME, |t| t.0));
        if self.taggable[row] == Taggable::Unknown {
            self.taggable[row] = new.raw.taggable;
        }
    }
}
