//! The resources of a run as columns: what grows with an estate, and therefore is kept small.

use crate::intern::{Table, hash, number, room};
use crate::inventory::NONE;
use crate::merge::Given;
use crate::names::{Names, Phrases};
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

/// What neighbours have in common: most resources of one kind in one place have all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Common {
    pub cloud: u8,
    pub scope: u32,
    pub group: u32,
    pub region: u32,
    pub kind: u32,
    pub taggable: Taggable,
    pub rank: u8,
    /// Position in `Resources::masks`: few combinations of readers are ever met.
    pub source: u32,
}

/// The resources as columns.
#[derive(Debug, Default)]
pub(crate) struct Resources {
    /// Canonical ids and names.
    pub names: Names,
    /// Ids of those whose source spells them otherwise.
    raw_ids: FxHashMap<u32, u32>,
    spelt: Phrases,
    /// Ids of what exists already, for planned resources.
    pub live_ids: FxHashMap<u32, Text>,
    /// Rows that a plan makes or makes anew: their life begins with the deploy.
    pub unborn: FxHashSet<u32>,
    /// Positions in `commons`.
    common: Vec<u32>,
    commons: Vec<Common>,
    by_common: Table,
    pub sets: Vec<u32>,
    pub created: Times,
    /// The youngest change that any source knows.
    pub changed: Times,
    pub masks: Vec<SourceMask>,
    /// What is said of the state of some, by each of their sources.
    pub given: Given,
}

/// `created` of a resource whose age is not known.
pub(crate) const NO_TIME: i64 = i64::MIN;

/// Seconds since 1970, one for each row: in half the room where they are of our days.
#[derive(Debug, Default)]
pub(crate) struct Times {
    near: Vec<u32>,
    far: FxHashMap<u32, i64>,
}

impl Times {
    const NONE: u32 = 0;
    const FAR: u32 = u32::MAX;

    fn push(&mut self, at: i64) {
        room(&mut self.near, 1);
        self.near.push(Self::NONE);
        self.set(self.near.len() - 1, at);
    }

    pub fn get(&self, row: usize) -> i64 {
        match self.near[row] {
            Self::NONE => NO_TIME,
            Self::FAR => self.far.get(&number(row)).copied().unwrap_or(NO_TIME),
            near => i64::from(near),
        }
    }

    fn set(&mut self, row: usize, at: i64) {
        self.near[row] = match u32::try_from(at) {
            _ if at == NO_TIME => Self::NONE,
            Ok(near) if near != Self::NONE && near != Self::FAR => near,
            _ => {
                self.far.insert(number(row), at);
                Self::FAR
            }
        };
    }
}

impl Resources {
    pub fn len(&self) -> usize {
        self.common.len()
    }

    /// What a row has in common with others.
    pub fn at(&self, row: usize) -> &Common {
        &self.commons[self.common[row] as usize]
    }

    /// The same for every row, in order.
    pub fn every(&self) -> impl Iterator<Item = &Common> {
        self.common.iter().map(|at| &self.commons[*at as usize])
    }

    /// Gives every resource of a scope another.
    pub fn rescope(&mut self, target: &[u32]) {
        for common in &mut self.commons {
            common.scope = target[common.scope as usize];
        }
        // They do not lie any more where their hashes say.
        self.by_common = Table::default();
    }

    fn numbered(&mut self, common: Common) -> u32 {
        match self.by_common.find(hash(&common), |at| self.commons[at as usize] == common) {
            Ok(at) => at,
            Err(place) => {
                let at = number(self.commons.len());
                self.by_common.insert(place, at);
                self.commons.push(common);
                at
            }
        }
    }

    /// Changes what one row has in common with others.
    pub fn change(&mut self, row: usize, change: impl FnOnce(&mut Common)) {
        let mut common = *self.at(row);
        change(&mut common);
        self.common[row] = self.numbered(common);
    }

    /// The id of a row as its source spells it; none where that is the canonical one.
    pub fn raw_id(&self, row: u32) -> Option<Text> {
        self.raw_ids.get(&row).map(|phrase| self.spelt.get(*phrase))
    }

    pub fn is(&self, row: u32, cloud: u8, id: &Text) -> bool {
        self.at(row as usize).cloud == cloud && self.names.is(row, id)
    }

    pub fn push(&mut self, new: &NewResource<'_>) {
        let row = number(self.len());
        if let Some(raw) = &new.raw.id.raw {
            self.raw_ids.insert(row, self.spelt.push(raw));
        }
        if let Some(id) = new.raw.origin.planned().and_then(|p| p.id.as_ref()) {
            self.live_ids.insert(row, id.canonical.clone());
        }
        if new.raw.origin.planned().is_some_and(|p| matches!(p.action, Action::Create | Action::Replace)) {
            self.unborn.insert(row);
        }
        self.given.add(row, new.rank, new.raw.facts.as_deref());
        self.names.push(&new.raw.id.canonical, new.raw.name.as_deref());
        let NewResource { cloud, scope, group, region, kind, rank, .. } = *new;
        let source = self.mask(new.source);
        let common = self.numbered(Common { cloud, scope, group, region, kind, taggable: new.raw.taggable, rank, source });
        room(&mut self.common, 1);
        room(&mut self.sets, 1);
        self.common.push(common);
        self.sets.push(new.set);
        self.created.push(new.raw.created.map_or(NO_TIME, |t| t.0));
        self.changed.push(new.raw.changed.map_or(NO_TIME, |t| t.0));
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
        self.masks[self.at(row).source as usize]
    }

    /// A second source of a resource. Known tags beat unknown ones, then the higher rank wins; of two sources of one
    /// rank the larger tag set wins, then the later set in the order of its words, so that file order does not matter.
    pub fn merge(&mut self, row: usize, new: &NewResource<'_>, sets: &TagSets, kinds: &[Text]) {
        let source = self.mask(self.readers(row) | new.source);
        self.given.add(number(row), new.rank, new.raw.facts.as_deref());
        let old = *self.at(row);
        let weight = |set: u32, rank: u8, kind: u32| (set != NONE, rank, sets.weight(set), &kinds[kind as usize]);
        let wins = weight(new.set, new.rank, new.kind) > weight(self.sets[row], old.rank, old.kind);
        let fill = |old: u32, new: u32| if old == NONE || (wins && new != NONE) { new } else { old };
        self.change(row, |common| {
            common.source = source;
            if wins {
                (common.rank, common.kind) = (new.rank, new.kind);
            }
            (common.group, common.region) = (fill(old.group, new.group), fill(old.region, new.region));
            if old.taggable == Taggable::Unknown {
                common.taggable = new.raw.taggable;
            }
        });
        if wins {
            self.sets[row] = new.set;
        }
        if let Some(name) = new.raw.name.as_ref().filter(|_| wins || self.names.name(number(row)).is_none()) {
            self.names.rename(number(row), name);
        }
        if let Some(created) = new.raw.created.filter(|_| wins || self.created.get(row) == NO_TIME) {
            self.created.set(row, created.0);
        }
        let changed = self.changed.get(row).max(new.raw.changed.map_or(NO_TIME, |t| t.0));
        self.changed.set(row, changed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_second_there_is_comes_back() {
        let all = [NO_TIME, 0, 1, -1, 1_793_232_000, i64::from(u32::MAX) - 1, i64::from(u32::MAX), i64::MAX, i64::MIN + 1];
        let mut times = Times::default();
        for at in all {
            times.push(at);
        }
        assert_eq!((0..all.len()).map(|row| times.get(row)).collect::<Vec<_>>(), all);
        for (row, at) in all.iter().rev().enumerate() {
            times.set(row, *at);
            assert_eq!(times.get(row), *at);
        }
    }
}
