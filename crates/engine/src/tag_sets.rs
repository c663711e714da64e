//! Distinct tag sets: runs of distinct pairs, each normalised once however many resources carry it.

use crate::intern::{Table, hash, number, room};
use crate::inventory::{Inventory, NONE, Parts};
use tagledger_model::{KeyCase, TagGrammar, Text};
use tagledger_taxonomy::{KeyState, Meaning, Spelt, decode_label, fold};

/// A distinct pair of raw key and raw value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    pub(crate) cloud: u8,
    /// Key as it is spelt.
    pub key: Text,
    /// Value as it is spelt; none when the source did not say.
    pub value: Option<Text>,
    /// Not known to be there: the source left open whether the resource has this tag, or, for an empty key, which others it has.
    pub(crate) possible: bool,
}

impl Pair {
    /// Whose it is, as a place in the inventory's clouds.
    pub fn cloud(&self) -> u8 {
        self.cloud
    }

    /// Its value as it is spelt; none where the source did not say, or left open whether there is such a tag.
    pub fn value(&self) -> Option<&Text> {
        self.value.as_ref().filter(|_| !self.possible)
    }

    /// Whether its value, which was not read, is of a key that says it is to be kept secret.
    pub fn may_be_secret(&self) -> bool {
        self.value.is_none() && !self.possible && tagledger_taxonomy::names_a_secret(&self.key)
    }

    /// What its value looks like, where it was left out because it looks like a credential.
    pub fn secret(&self) -> Option<&str> {
        tagledger_taxonomy::was_redacted(self.value.as_deref()?)
    }
}

impl Inventory {
    /// The number of the distinct set of tags that a resource has; none where its tags were not read.
    pub fn tag_set(&self, row: u32) -> Option<u32> {
        Some(self.parts.resources.sets[row as usize]).filter(|set| *set != NONE)
    }

    /// The tags of a distinct set, but for those that are only perhaps there.
    pub fn tags_of_set(&self, set: u32) -> impl Iterator<Item = &Pair> {
        let sets = &self.parts.sets;
        sets.pairs_of(set).iter().map(|pair| &sets.pairs[*pair as usize]).filter(|pair| !pair.possible)
    }
}

/// How many pairs a tag set has, and which.
pub(crate) type Weight<'s> = (usize, Vec<(&'s Text, &'s Option<Text>)>);

/// Distinct tag sets: runs of pairs, and how each stands on every key.
#[derive(Debug, Default)]
pub(crate) struct TagSets {
    pub pairs: Vec<Pair>,
    pub meanings: Vec<Meaning>,
    starts: Vec<u32>,
    members: Vec<u32>,
    clouds: Vec<u8>,
    own: Vec<u32>,
    repeats: Vec<bool>,
    state_ids: Vec<u32>,
    states: Vec<KeyState>,
    state_index: Table,
    keys: usize,
}

impl TagSets {
    pub fn new() -> Self {
        Self { starts: vec![0], ..Self::default() }
    }

    /// `own` counts the user's own tags; [`NONE`] when that is not known. `repeats` says that one name is there more than once, in the cloud's own sense.
    pub fn push(&mut self, cloud: u8, pairs: &[u32], states: &[KeyState], own: u32, repeats: bool) -> u32 {
        self.keys = states.len();
        let place = self.state_index.find(hash(&states), |id| self.states_of(id) == states);
        let state = place.unwrap_or_else(|place| {
            let id = number(self.states.len() / states.len().max(1));
            self.state_index.insert(place, id);
            room(&mut self.states, states.len());
            self.states.extend_from_slice(states);
            id
        });
        room(&mut self.members, pairs.len());
        self.members.extend_from_slice(pairs);
        self.starts.push(number(self.members.len()));
        self.clouds.push(cloud);
        self.own.push(own);
        self.repeats.push(repeats);
        self.state_ids.push(state);
        number(self.clouds.len() - 1)
    }

    pub fn cloud(&self, set: u32) -> u8 {
        self.clouds[set as usize]
    }

    pub fn pairs_of(&self, set: u32) -> &[u32] {
        let set = set as usize;
        &self.members[self.starts[set] as usize..self.starts[set + 1] as usize]
    }

    /// What decides between two tag sets of one thing: a known one beats an unknown one, then the larger, then its words.
    pub fn weight(&self, set: u32) -> Option<Weight<'_>> {
        let words: Vec<_> = (set != NONE).then(|| self.pairs_of(set))?.iter().map(|p| (&self.pairs[*p as usize].key, &self.pairs[*p as usize].value)).collect();
        Some((words.len(), words))
    }

    /// Whether any other tag may be there as well.
    pub fn is_open(&self, set: u32) -> bool {
        set != NONE && self.pairs_of(set).iter().map(|pair| &self.pairs[*pair as usize]).any(|pair| pair.possible && pair.key.is_empty())
    }

    /// User's own tags in a set; none for the unknown set, and for one that shows none and may have some.
    pub fn own(&self, set: u32) -> Option<u32> {
        self.own.get(set as usize).copied().filter(|own| *own != NONE)
    }

    /// Whether the tags in a set show that a resource can carry such: those that are bound to it as objects of their own can be bound to anything.
    pub fn shows_that_it_can(&self, set: u32, grammar: &TagGrammar) -> bool {
        let own = || self.pairs_of(set).iter().map(|pair| *pair as usize);
        let is_carried = |pair: usize| !matches!(self.meanings[pair], Meaning::Reserved) && grammar.binding(&self.pairs[pair].key).is_none();
        self.own(set).is_some_and(|own| own > 0) && (!grammar.bindings || own().any(is_carried))
    }

    /// Whether one name is there more than once; none for the unknown set.
    pub fn repeats(&self, set: u32) -> Option<bool> {
        self.repeats.get(set as usize).copied()
    }

    /// The states of a set; none for the unknown set.
    pub fn states(&self, set: u32) -> Option<&[KeyState]> {
        Some(self.states_of(*self.state_ids.get(set as usize)?))
    }

    fn states_of(&self, state: u32) -> &[KeyState] {
        &self.states[state as usize * self.keys..(state as usize + 1) * self.keys]
    }

    /// Forgets what only serves to add more.
    pub fn seal(&mut self) {
        self.state_index = Table::default();
    }

    /// The number of the distinct state of a set, for grouping.
    pub fn state_id(&self, set: u32) -> u32 {
        self.state_ids.get(set as usize).copied().unwrap_or(NONE)
    }
}

impl Parts {
    /// Whether a tag's key is one of these, ignoring case and punctuation.
    pub fn names(&self, keys: &[Spelt], tag: &Pair) -> bool {
        let is_label = self.clouds[usize::from(tag.cloud)].grammar.key_case == KeyCase::Lower;
        let name = fold(&if is_label { decode_label(&tag.key) } else { tag.key.as_str().into() });
        keys.iter().any(|key| fold(&key.text) == name)
    }
}
