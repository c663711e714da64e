//! Collects raw resources, scopes and containers, each once, into columns.

use crate::facts::{CloudFacts, Reader};
use crate::intern::{Table, Words, hash, number, room};
use crate::inventory::{GroupRow, Inventory, NONE, ScopeRow};
use crate::resources::{LAST_READER, NewResource, Resources, bit};
use crate::tag_sets::{Pair, TagSets};
use rustc_hash::FxHashMap;
use std::sync::Arc;
use tagledger_model::{Container, ContainerRef, Further, KeyCase, Observed, Place, RawResource, RawTag, Scope, Standing, TagGrammar, Taggable, Text};
use tagledger_taxonomy::{Declared, Dictionary, KeyState, Meaning, Normaliser, StageSource, Stages, Taxonomy, apply};

/// The scope that readers write where an export does not say it.
pub const UNKNOWN_SCOPE: &str = "unknown";

/// Clouds that one inventory may hold; a position among them is a byte.
pub const MOST_CLOUDS: usize = 250;

/// The tag set of which nothing is known.
pub(crate) const UNKNOWN_SET: u32 = NONE;

/// Builds an [`Inventory`]. Several sources of one resource merge: the highest rank's tags win, the others fill gaps,
/// and all are listed.
pub struct InventoryBuilder {
    taxonomy: Arc<Taxonomy>,
    dictionary: Dictionary,
    clouds: Vec<CloudFacts>,
    normalisers: Vec<Normaliser>,
    resources: Resources,
    by_id: Table,
    regions: Words,
    kinds: Words,
    readers: Vec<Reader>,
    scopes: Vec<ScopeRow>,
    scope_index: FxHashMap<(u8, Text), u32>,
    groups: Vec<GroupRow>,
    /// By scope row as well: a generic inventory may use one group name in two scopes.
    group_index: FxHashMap<(u32, Text), u32>,
    sets: TagSets,
    pairs: Table,
    set_index: Table,
    too_many_clouds: bool,
    target: Option<Declared>,
    scratch: Vec<u32>,
    states: Vec<KeyState>,
}

impl InventoryBuilder {
    /// A builder for the clouds that the program knows; a cloud that turns up beside them gets the generic grammar.
    /// `readers` are the export readers and collectors that resources may come from: the higher rank's tags and facts win.
    pub fn new(taxonomy: &Arc<Taxonomy>, clouds: &[CloudFacts], readers: &[Reader]) -> Self {
        let dictionary = Dictionary::new(taxonomy);
        let normalisers = clouds.iter().map(|c| Normaliser::new(taxonomy, c.grammar, c.id.as_str(), &dictionary)).collect();
        Self {
            taxonomy: Arc::clone(taxonomy),
            dictionary,
            clouds: clouds.to_vec(),
            normalisers,
            resources: Resources::default(),
            by_id: Table::default(),
            regions: Words::default(),
            kinds: Words::default(),
            readers: readers.to_vec(),
            scopes: Vec::new(),
            scope_index: FxHashMap::default(),
            groups: Vec::new(),
            group_index: FxHashMap::default(),
            sets: TagSets::new(),
            pairs: Table::default(),
            set_index: Table::default(),
            too_many_clouds: false,
            target: None,
            scratch: Vec::new(),
            states: Vec::new(),
        }
    }

    /// True when the sources name more clouds than can be told apart: nothing of this inventory may be used then.
    pub fn has_too_many_clouds(&self) -> bool {
        self.too_many_clouds
    }

    /// Says which Environment everything is deployed to; this beats what the taxonomy declares of containers.
    pub fn deploy_to(&mut self, environment: &str) {
        let environments = vec![environment.to_owned()];
        self.target = Some(Declared { environments, by: "the deploy target".to_owned(), source: StageSource::Entry, place: Place::default() });
    }

    /// How many resources there are so far.
    pub fn len(&self) -> usize {
        self.resources.len()
    }

    /// True before the first resource.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn cloud(&mut self, id: &tagledger_model::CloudId) -> u8 {
        if self.clouds.len() >= MOST_CLOUDS && self.clouds.iter().all(|c| c.id != *id) {
            self.too_many_clouds = true;
            return 0;
        }
        let position = self.clouds.iter().position(|c| c.id == *id).unwrap_or_else(|| {
            static NO_KINDS: std::sync::LazyLock<tagledger_model::Kinds> = std::sync::LazyLock::new(tagledger_model::Kinds::default);
            let facts = CloudFacts { id: id.clone(), grammar: &TagGrammar::ANY, kinds: &NO_KINDS, containers: &[] };
            self.normalisers.push(Normaliser::new(&self.taxonomy, facts.grammar, id.as_str(), &self.dictionary));
            self.clouds.push(facts);
            self.clouds.len() - 1
        });
        u8::try_from(position).unwrap_or(u8::MAX)
    }

    /// The row of a scope; one that only resources name gets a row without a name.
    fn scope_row(&mut self, cloud: u8, id: &str) -> u32 {
        if let Some(row) = self.scope_index.get(&(cloud, Text::new(id))) {
            return *row;
        }
        let row = number(self.scopes.len());
        self.scopes.push(ScopeRow::named_only(cloud, Text::new(id)));
        self.scope_index.insert((cloud, Text::new(id)), row);
        row
    }

    fn group_row(&mut self, cloud: u8, id: &Text, scope: u32) -> u32 {
        if let Some(row) = self.group_index.get(&(scope, id.clone())) {
            return *row;
        }
        let row = number(self.groups.len());
        self.groups.push(GroupRow { cloud, kind: Text::new("resource_groups"), id: id.clone(), name: None, scope, set: UNKNOWN_SET });
        self.group_index.insert((scope, id.clone()), row);
        row
    }

    /// Adds what a source knows of a scope. Two descriptions merge: what is known beats what is not.
    pub fn scope(&mut self, scope: &Scope) {
        let cloud = self.cloud(&scope.cloud);
        let set = self.tag_set(cloud, &scope.tags, &Further::None);
        let ancestor_sets: Vec<u32> = scope.ancestors.iter().map(|step| self.tag_set(cloud, &step.tags, &Further::None)).collect();
        let row = self.scope_row(cloud, &scope.id);
        let entry = &mut self.scopes[row as usize];
        entry.described = true;
        entry.active &= scope.active;
        // Of two names the later in the alphabet stays, of two tag sets the larger: file order must not decide.
        entry.name = entry.name.take().max(scope.name.clone());
        // Of two ways to the root the longer was seen further, of two of one length the later in the alphabet stays; of two that are one, each step is
        // known by what either says of it.
        let way = |steps: &[ContainerRef]| (steps.len(), steps.iter().map(|step| step.id.clone()).collect::<Vec<_>>());
        if way(&entry.ancestors) < way(&scope.ancestors) {
            entry.ancestors.clone_from(&scope.ancestors);
            entry.ancestor_sets = ancestor_sets;
        } else if entry.ancestors.iter().map(|step| &step.id).eq(scope.ancestors.iter().map(|step| &step.id)) {
            for ((old, old_set), (new, set)) in entry.ancestors.iter_mut().zip(&mut entry.ancestor_sets).zip(scope.ancestors.iter().zip(ancestor_sets)) {
                old.name = old.name.take().max(new.name.clone());
                if self.sets.weight(set) > self.sets.weight(*old_set) {
                    *old_set = set;
                }
            }
        }
        if self.sets.weight(set) > self.sets.weight(entry.set) {
            entry.set = set;
        }
        for alias in &scope.aliases {
            entry.aliases.push(alias.clone());
        }
    }

    /// Adds a container that can lend tags.
    pub fn container(&mut self, container: &Container) {
        let cloud = self.cloud(&container.cloud);
        let set = self.tag_set(cloud, &container.tags, &Further::None);
        let scope = self.scope_row(cloud, &container.scope);
        let row = self.group_row(cloud, &container.id, scope);
        let entry = &mut self.groups[row as usize];
        entry.kind.clone_from(&container.kind);
        entry.name = entry.name.take().max(container.name.clone());
        if self.sets.weight(set) > self.sets.weight(entry.set) {
            entry.set = set;
        }
    }

    /// Adds a resource, or what another source knows of one that is already there.
    pub fn resource(&mut self, raw: &RawResource) {
        let cloud = self.cloud(&raw.cloud);
        let set = self.tag_set(cloud, &raw.tags, &raw.further);
        let scope = self.scope_row(cloud, &raw.scope);
        let group = raw.group.as_ref().map_or(NONE, |g| self.group_row(cloud, g, scope));
        let region = raw.region.as_ref().map_or(NONE, |r| self.regions.intern(r));
        let kind = self.kinds.intern(&raw.kind);
        let reader = self.readers.iter().position(|r| r.id == raw.origin.reader());
        let rank = reader.map_or(0, |at| self.readers[at].rank);
        let new = NewResource { cloud, scope, group, region, kind, set, rank, source: bit(reader.unwrap_or(LAST_READER)), raw };
        let place = self.by_id.find(hash(&(cloud, &raw.id.canonical)), |row| self.resources.is(row, cloud, &raw.id.canonical));
        match place {
            Ok(row) => {
                // A source that could not say whose a resource is gives way to one that can.
                let nobody = self.scopes[self.resources.at(row as usize).scope as usize].id == UNKNOWN_SCOPE;
                if nobody {
                    self.resources.change(row as usize, |common| common.scope = scope);
                }
                let joined = self.joined(cloud, self.resources.sets[row as usize], set);
                self.resources.merge(row as usize, &new, &self.sets, self.kinds.words());
                if let Some(joined) = joined {
                    self.resources.sets[row as usize] = joined;
                }
            }
            Err(place) => {
                self.by_id.insert(place, number(self.len()));
                self.resources.push(&new);
            }
        }
    }

    /// Of two sources of one resource, one may show a part of its tags and leave the others open, which the other shows: together they are all.
    fn joined(&mut self, cloud: u8, one: u32, other: u32) -> Option<u32> {
        let is_open = |set: u32| self.sets.is_open(set);
        let (open, closed) = if is_open(one) { (one, other) } else { (other, one) };
        if one == NONE || other == NONE || !is_open(open) || is_open(closed) {
            return None;
        }
        self.scratch.clear();
        let shown = self.sets.pairs_of(closed).iter().chain(self.sets.pairs_of(open)).filter(|pair| !self.sets.pairs[**pair as usize].possible);
        for pair in shown {
            if !self.scratch.contains(pair) {
                self.scratch.push(*pair);
            }
        }
        let repeats = self.sets.repeats(closed).unwrap_or_default();
        Some(self.entered(cloud, self.scratch.len(), repeats))
    }

    /// Interns a tag set; its keys are judged here, once per distinct pair.
    fn tag_set(&mut self, cloud: u8, tags: &Observed<Vec<RawTag>>, further: &Further) -> u32 {
        let Observed::Known(tags) = tags else { return UNKNOWN_SET };
        self.scratch.clear();
        for tag in tags {
            let pair = self.pair(cloud, &tag.key, tag.value.known(), false);
            self.scratch.push(pair);
        }
        let possible: &[Text] = match further {
            Further::None => &[],
            Further::Keys(keys) => keys,
            Further::Any => &[Text::const_new("")],
        };
        for key in possible {
            let pair = self.pair(cloud, key, None, true);
            self.scratch.push(pair);
        }
        let grammar = self.clouds[usize::from(cloud)].grammar;
        self.entered(cloud, tags.len(), grammar.key_case == KeyCase::Ignored && repeats(grammar, tags))
    }

    /// The number of the set in `scratch`, of which the first so many are shown, and the others possible.
    fn entered(&mut self, cloud: u8, shown: usize, repeats: bool) -> u32 {
        let (scratch, sets) = (&self.scratch, &self.sets);
        let place = self.set_index.find(hash(&(cloud, scratch)), |row| sets.cloud(row) == cloud && sets.pairs_of(row) == scratch.as_slice());
        match place {
            Ok(row) => row,
            Err(place) => {
                self.normalisers[usize::from(cloud)].begin(&mut self.states);
                let mut own = 0;
                let is_read = |pair: &&u32| self.sets.pairs[**pair as usize].value.is_some();
                let all = || self.scratch[..shown].iter();
                for pair in all().filter(is_read).chain(all().filter(|pair| !is_read(pair))) {
                    own += u32::from(apply(&mut self.states, *pair, &self.sets.meanings[*pair as usize]));
                }
                let mut open = false;
                for pair in &self.scratch[shown..] {
                    open |= leave_open(&mut self.states, &self.sets.meanings[*pair as usize], self.sets.pairs[*pair as usize].key.is_empty());
                }
                let own = if open && own == 0 { NONE } else { own };
                let row = self.sets.push(cloud, &self.scratch, &self.states, own, repeats);
                self.set_index.insert(place, row);
                row
            }
        }
    }

    fn pair(&mut self, cloud: u8, key: &Text, value: Option<&Text>, possible: bool) -> u32 {
        let sets = &self.sets;
        let same = |row: u32| {
            let pair = &sets.pairs[row as usize];
            pair.cloud == cloud && pair.key == *key && pair.value.as_ref() == value && pair.possible == possible
        };
        match self.pairs.find(hash(&(cloud, key, value, possible)), same) {
            Ok(row) => row,
            Err(place) => {
                // Only what is met for the first time is looked at, so that nobody pays for what is hardly ever there.
                if let Some(redacted) = value.and_then(|value| tagledger_taxonomy::redacted(key, value)) {
                    return self.pair(cloud, key, Some(&redacted), possible);
                }
                let row = number(self.sets.pairs.len());
                let meaning: Meaning = self.normalisers[usize::from(cloud)].meaning(key, value.map(Text::as_str));
                room(&mut self.sets.meanings, 1);
                room(&mut self.sets.pairs, 1);
                self.sets.meanings.push(meaning);
                self.sets.pairs.push(Pair { cloud, key: key.clone(), value: value.cloned(), possible });
                self.pairs.insert(place, row);
                row
            }
        }
    }

    /// Everything read: scopes known under two ids become one, containers lend their values, stages are looked up.
    pub fn finish(mut self) -> Inventory {
        self.merge_aliases();
        // What found rows while they came in is of no use any more, and as large as some columns.
        (self.by_id, self.pairs, self.set_index) = Default::default();
        let stages = Stages::new(&self.taxonomy);
        Inventory::assemble(crate::inventory::Parts {
            taxonomy: self.taxonomy,
            dictionary: self.dictionary,
            clouds: self.clouds,
            normalisers: self.normalisers,
            resources: self.resources,
            regions: self.regions.into_vec(),
            kinds: self.kinds.into_vec(),
            readers: self.readers,
            scopes: self.scopes,
            groups: self.groups,
            sets: self.sets,
            stages,
            target: self.target,
        })
    }

    /// A source may know a scope only by another id (a project's number): such rows are folded into the described one.
    fn merge_aliases(&mut self) {
        let mut target: Vec<u32> = (0..number(self.scopes.len())).collect();
        for (row, scope) in self.scopes.iter().enumerate() {
            for alias in &scope.aliases {
                if let Some(other) = self.scope_index.get(&(scope.cloud, alias.clone())) {
                    target[*other as usize] = number(row);
                }
            }
        }
        self.resources.rescope(&target);
        for group in &mut self.groups {
            group.scope = target[group.scope as usize];
        }
        for (row, scope) in self.scopes.iter_mut().enumerate() {
            scope.merged = target[row] as usize != row;
        }
    }
}

/// True where one name of the user's own is there more than once, in whatever case.
fn repeats(grammar: &TagGrammar, tags: &[RawTag]) -> bool {
    let own = || tags.iter().filter(|tag| !grammar.is_reserved(&tag.key));
    own().enumerate().any(|(at, tag)| own().take(at).any(|other| other.key.to_lowercase() == tag.key.to_lowercase()))
}

impl std::fmt::Debug for InventoryBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InventoryBuilder").field("resources", &self.len()).finish_non_exhaustive()
    }
}

/// A tag that may be there leaves open what is not said otherwise: one key, or every key. False for a key that the platform writes.
fn leave_open(states: &mut [KeyState], meaning: &Meaning, any: bool) -> bool {
    let open = |state: &mut KeyState| {
        if state.standing == Standing::Absent {
            *state = KeyState::UNDETERMINED;
        }
    };
    match meaning {
        _ if any => states.iter_mut().for_each(open),
        Meaning::Key { key, .. } => open(&mut states[key.index()]),
        Meaning::Other => {}
        Meaning::Reserved => return false,
    }
    true
}

/// Whether the table, the source or the tags themselves say that a resource can carry tags.
pub(crate) fn taggable(said: Taggable, table: Option<Taggable>, has_tags: bool) -> Taggable {
    if has_tags || said == Taggable::Yes {
        return Taggable::Yes;
    }
    match said {
        Taggable::No => Taggable::No,
        _ => table.unwrap_or(Taggable::Unknown),
    }
}
