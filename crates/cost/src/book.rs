//! Where bill rows are entered: one book per thread, merged at the end.
//!
//! Everything that repeats (a provider, a sub-account, a tag text, a resource id) is turned into a number once; a row is
//! then a few numbers and its amounts.

use crate::Measure;
use crate::aggregate::{Aggregate, Context, Group, OwnerKind, Repairs, Said, Sums, Totals};
use crate::owners::{Digest, NONE, Owner, Owners};
use rustc_hash::FxHashMap;
use std::sync::Arc;
use tagledger_engine::CloudFacts;
use tagledger_model::{Amount, Month, Standing, TagGrammar, Text};
use tagledger_taxonomy::{Dictionary, KeyId, KeyState, Normaliser, Rung, Scanned, Taxonomy};

/// A cloud, and the names by which bills call it.
#[derive(Debug, Clone)]
pub struct Clouds {
    /// Each cloud with its names in the provider column.
    pub known: Vec<(CloudFacts, &'static [&'static str])>,
}

impl Clouds {
    /// Position of the cloud that a provider name means; the number of clouds for one that is not known.
    fn position(&self, provider: &str) -> usize {
        self.known.iter().position(|(_, names)| names.iter().any(|n| n.eq_ignore_ascii_case(provider.trim()))).unwrap_or(self.known.len())
    }
}

/// How a bill is to be read.
#[derive(Debug, Clone)]
pub struct Billing<'a> {
    /// The taxonomy.
    pub taxonomy: Arc<Taxonomy>,
    /// Value codes, shared with the inventory.
    pub dictionary: Dictionary,
    /// Clouds and their names in bills.
    pub clouds: Clouds,
    /// The inventory, when there is one.
    pub owners: Option<&'a Owners<'a>>,
    /// The measure that is attributed.
    pub measure: Measure,
    /// Read the other three measures too, for the totals.
    pub all_measures: bool,
    /// Keys to attribute by.
    pub keys: Vec<KeyId>,
    /// Keep provider, sub-account and service apart in the cube.
    pub dimensions: crate::Dimensions,
    /// Add up what each resource cost.
    pub price_resources: bool,
    /// Read the bill's tags with these schemes taken off user keys.
    pub prefixes: &'static [&'static str],
}

impl Billing<'_> {
    /// True when attribution looks at sub-accounts.
    pub(crate) fn needs_account(&self) -> bool {
        let ladder = &self.taxonomy.costs.ladder;
        self.dimensions.scope || (self.owners.is_some() && (ladder.contains(&Rung::Scope) || ladder.contains(&Rung::Stage)))
    }

    /// The measures that are read.
    pub(crate) fn measures(&self) -> impl Iterator<Item = Measure> + '_ {
        Measure::ALL.into_iter().filter(|m| self.all_measures || *m == self.measure)
    }
}

/// No word: a column that the bill does not have, or a null.
pub(crate) const NO_WORD: u32 = 0;

/// Remembered texts are bounded, so that a bill with a new tag text on every row does not fill the memory.
const MEMORY: usize = 1 << 20;

/// One thread's rows.
pub(crate) struct Book<'a> {
    pub billing: &'a Billing<'a>,
    normalisers: Vec<Normaliser>,
    words: FxHashMap<Text, u32>,
    word_list: Vec<Text>,
    cloud_of: Vec<u8>,
    scope_of: Vec<u32>,
    /// Contexts without their account, and per context the number of each account in it.
    contexts: FxHashMap<Context, u32>,
    by_account: Vec<Vec<u32>>,
    context_list: Vec<Context>,
    last: Option<(Context, u32)>,
    tag_states: FxHashMap<Vec<Said>, u32>,
    tag_list: Vec<Vec<Said>>,
    /// Per tag state, a bit for each wanted key that it answers.
    answered: Vec<u32>,
    /// The same per owner, by the resource's own tags.
    owner_answered: Vec<u32>,
    /// Every wanted key answered.
    all_answered: u32,
    /// How many rungs of the ladder, from the first, need no account: the row's tags, then those of the resource.
    rungs_without_account: usize,
    said: Vec<Said>,
    states: Vec<KeyState>,
    owner_index: FxHashMap<OwnerKind, u32>,
    owner_list: Vec<OwnerKind>,
    /// Per owner and set of answered keys, the owner with those keys left out; `u32::MAX` where not made yet.
    narrowed: Vec<u32>,
    /// Owner number by resource row; `u32::MAX` where not made yet.
    owner_of_row: Vec<u32>,
    /// Tag-state number per state of the inventory.
    inventory_states: FxHashMap<u32, u32>,
    ids: FxHashMap<u128, Owned>,
    texts: FxHashMap<u128, u32>,
    digest: Digest,
    groups: FxHashMap<(u32, u32, u32), u32>,
    group_list: Vec<Group>,
    totals: FxHashMap<(Month, u32), u32>,
    total_list: Vec<Totals>,
    prices: FxHashMap<(Month, u32), Vec<Amount>>,
    pub repairs: Repairs,
}

/// A row's owner: its number for grouping, and the resource it is priced on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Owned {
    pub owner: u32,
    pub resource: u32,
}

/// The owner number of rows whose tags answer everything.
const NOT_NEEDED: u32 = 0;
const NO_ID: u32 = 1;
const NOT_FOUND: u32 = 2;

/// A bit for each key that has a value.
fn answered(said: &[Said]) -> u32 {
    said.iter().enumerate().fold(0, |bits, (at, said)| bits | u32::from(said.value != 0) << at)
}

impl<'a> Book<'a> {
    pub fn new(billing: &'a Billing<'a>) -> Self {
        let normaliser = |grammar: &TagGrammar, cloud: &str| Normaliser::new(&billing.taxonomy, grammar, cloud, &billing.dictionary).only(&billing.keys);
        let mut normalisers: Vec<_> = billing.clouds.known.iter().map(|(c, _)| normaliser(c.grammar, c.id.as_str())).collect();
        normalisers.push(normaliser(&TagGrammar::ANY, ""));
        let mut book = Self {
            billing,
            normalisers,
            words: FxHashMap::default(),
            word_list: Vec::new(),
            cloud_of: Vec::new(),
            scope_of: Vec::new(),
            contexts: FxHashMap::default(),
            by_account: Vec::new(),
            context_list: Vec::new(),
            last: None,
            tag_states: FxHashMap::default(),
            tag_list: Vec::new(),
            answered: Vec::new(),
            owner_answered: Vec::new(),
            all_answered: billing.keys.iter().enumerate().fold(0, |bits, (at, _)| bits | 1 << at),
            rungs_without_account: [Rung::Row, Rung::Resource].iter().zip(&billing.taxonomy.costs.ladder).take_while(|(a, b)| a == b).count(),
            said: Vec::new(),
            states: Vec::new(),
            owner_index: FxHashMap::default(),
            owner_list: Vec::new(),
            narrowed: Vec::new(),
            owner_of_row: vec![u32::MAX; billing.owners.map_or(0, |o| o.inventory().len())],
            inventory_states: FxHashMap::default(),
            ids: FxHashMap::default(),
            texts: FxHashMap::default(),
            digest: Digest::default(),
            groups: FxHashMap::default(),
            group_list: Vec::new(),
            totals: FxHashMap::default(),
            total_list: Vec::new(),
            prices: FxHashMap::default(),
            repairs: Repairs::default(),
        };
        book.word("");
        book.owner(OwnerKind::NotNeeded);
        book.owner(OwnerKind::NoId);
        book.owner(OwnerKind::Unknown { group: NONE });
        book
    }

    /// The number of a word.
    pub fn word(&mut self, word: &str) -> u32 {
        if let Some(number) = self.words.get(word) {
            return *number;
        }
        let number = u32::try_from(self.word_list.len()).unwrap_or(u32::MAX);
        self.words.insert(Text::new(word), number);
        self.word_list.push(Text::new(word));
        self.cloud_of.push(u8::try_from(self.billing.clouds.position(word)).unwrap_or(u8::MAX));
        self.scope_of.push(self.billing.owners.map_or(NONE, |o| o.scope(word)));
        number
    }

    /// Which normaliser reads the tags of a provider.
    pub fn cloud(&self, provider: u32) -> u8 {
        self.cloud_of[provider as usize]
    }

    /// How many normalisers there are.
    pub fn clouds(&self) -> usize {
        self.normalisers.len()
    }

    /// The number of a context. Neighbouring rows mostly share theirs but for the account, which is an index.
    pub fn context(&mut self, context: Context) -> u32 {
        let bare = Context { account: NO_WORD, ..context };
        let base = match self.last {
            Some((last, number)) if last == bare => number,
            _ => {
                let next = u32::try_from(self.by_account.len()).unwrap_or(u32::MAX);
                let number = *self.contexts.entry(bare).or_insert(next);
                if number == next {
                    self.by_account.push(Vec::new());
                }
                self.last = Some((bare, number));
                number
            }
        };
        let accounts = &mut self.by_account[base as usize];
        let at = context.account as usize;
        if accounts.len() <= at {
            accounts.resize(at + 1, u32::MAX);
        }
        if accounts[at] == u32::MAX {
            accounts[at] = u32::try_from(self.context_list.len()).unwrap_or(u32::MAX);
            self.context_list.push(context);
        }
        accounts[at]
    }

    /// What a tag text says, as a number.
    pub fn tag_text(&mut self, cloud: u8, text: Option<&str>) -> u32 {
        let normaliser = &mut self.normalisers[usize::from(cloud)];
        match text {
            Some(text) => {
                if normaliser.scan(text, self.billing.prefixes, &mut self.states) == Scanned::Malformed {
                    self.repairs.malformed_tags += 1;
                }
            }
            None => normaliser.begin(&mut self.states),
        }
        self.state_number()
    }

    /// The same, remembering texts: for sources without a dictionary of their own where texts repeat.
    pub fn tag_text_remembered(&mut self, cloud: u8, text: &str) -> u32 {
        let digest = self.digest.of(cloud.into(), text);
        if let Some(number) = self.texts.get(&digest) {
            return *number;
        }
        let number = self.tag_text(cloud, Some(text));
        if self.texts.len() < MEMORY {
            self.texts.insert(digest, number);
        }
        number
    }

    /// What tags say that come as pairs.
    pub fn tag_pairs<'t>(&mut self, cloud: u8, pairs: impl Iterator<Item = (&'t str, Option<&'t str>)>) -> u32 {
        let normaliser = &mut self.normalisers[usize::from(cloud)];
        normaliser.begin(&mut self.states);
        for (position, (key, value)) in (0_u32..).zip(pairs) {
            let key = self.billing.prefixes.iter().find_map(|p| key.strip_prefix(p)).unwrap_or(key);
            let meaning = normaliser.meaning(key, Some(value.unwrap_or("")));
            tagledger_taxonomy::apply(&mut self.states, position, &meaning);
        }
        self.state_number()
    }

    fn state_number(&mut self) -> u32 {
        self.said.clear();
        for key in &self.billing.keys {
            let state = &self.states[key.index()];
            self.said.push(Said { value: state.value, standing: state.standing });
        }
        self.said_number()
    }

    /// The number of `said`.
    fn said_number(&mut self) -> u32 {
        if let Some(number) = self.tag_states.get(&self.said) {
            return *number;
        }
        let number = u32::try_from(self.tag_list.len()).unwrap_or(u32::MAX);
        self.tag_states.insert(self.said.clone(), number);
        self.answered.push(answered(&self.said));
        self.tag_list.push(self.said.clone());
        number
    }

    fn owner(&mut self, kind: OwnerKind) -> u32 {
        let next = u32::try_from(self.owner_list.len()).unwrap_or(u32::MAX);
        let number = *self.owner_index.entry(kind).or_insert(next);
        if number == next {
            self.owner_list.push(kind);
            let OwnerKind::Known { state, .. } = kind else {
                self.owner_answered.push(0);
                return number;
            };
            self.owner_answered.push(self.answered[state as usize]);
        }
        number
    }

    /// The owner as far as attribution still asks: keys that the row's own tags answer are left out, and so is the group
    /// when nothing is left to ask. Resources that differ in nothing else share a number.
    fn narrow(&mut self, tags: u32, owner: u32) -> u32 {
        let answered = if self.rungs_without_account > 0 { self.answered[tags as usize] } else { 0 };
        // A table for all sets of keys is small for the few keys that taxonomies have.
        if self.billing.keys.len() > 8 || owner <= NOT_FOUND {
            return owner;
        }
        let at = (owner as usize) << self.billing.keys.len() | answered as usize;
        if let Some(number) = self.narrowed.get(at).copied().filter(|n| *n != u32::MAX) {
            return number;
        }
        let kind = match self.owner_list[owner as usize] {
            OwnerKind::Known { state, group } => {
                let mut said = self.tag_list[state as usize].clone();
                for (_, said) in said.iter_mut().enumerate().filter(|(position, _)| answered & 1 << position != 0) {
                    *said = Said { value: 0, standing: Standing::Absent };
                }
                let complete = self.rungs_without_account > 1 && answered | self.answered[state as usize] == self.all_answered;
                self.said = said;
                OwnerKind::Known { state: self.said_number(), group: if complete { NONE } else { group } }
            }
            kind => kind,
        };
        let number = self.owner(kind);
        if self.narrowed.len() <= at {
            self.narrowed.resize(at + 1, u32::MAX);
        }
        self.narrowed[at] = number;
        number
    }

    /// True when attribution asks for the account of such a row: its tags and its resource leave a key open, or the
    /// ladder asks in another order. Rows that need none fall into fewer groups.
    pub fn needs_account(&self, tags: u32, owned: Owned) -> bool {
        let mut known = 0;
        if self.rungs_without_account > 0 {
            known |= self.answered[tags as usize];
        }
        if self.rungs_without_account > 1 {
            known |= self.owner_answered[owned.owner as usize];
        }
        self.billing.dimensions.scope || (self.billing.needs_account() && known != self.all_answered)
    }

    /// True when a row with these tags needs no resource: neither for attribution nor for prices.
    pub fn needs_no_owner(&self, tags: u32) -> bool {
        !self.billing.price_resources && self.rungs_without_account > 0 && self.answered[tags as usize] == self.all_answered
    }

    /// The owner of a row whose tags answer everything.
    pub fn not_needed() -> Owned {
        Owned { owner: NOT_NEEDED, resource: NONE }
    }

    /// The owner that a resource id names, looked up each time.
    pub fn owned(&mut self, account: u32, id: Option<&str>) -> Owned {
        let Some(id) = id else { return Owned { owner: NO_ID, resource: NONE } };
        if self.billing.owners.is_none() {
            return Owned { owner: NOT_FOUND, resource: NONE };
        }
        let scope = self.scope_of[account as usize];
        let owner = self.billing.owners.map_or(Owner::NOBODY, |o| o.resource(scope, id));
        let kind = match (owner.resource, self.billing.owners) {
            (NONE, _) | (_, None) => OwnerKind::Unknown { group: owner.group },
            (row, Some(owners)) => OwnerKind::Known { state: self.inventory_state(owners, row), group: owner.group },
        };
        Owned { owner: self.owner(kind), resource: owner.resource }
    }

    /// The owner number of a resource.
    fn owner_of(&mut self, owners: &Owners<'_>, resource: u32) -> u32 {
        let group = owners.inventory().group_of(resource).unwrap_or(NONE);
        let state = self.inventory_state(owners, resource);
        let owner = self.owner(OwnerKind::Known { state, group });
        self.owner_of_row[resource as usize] = owner;
        owner
    }

    /// What a resource's own tags say about the wanted keys, as the number of a tag state.
    fn inventory_state(&mut self, owners: &Owners<'_>, row: u32) -> u32 {
        let id = owners.inventory().own_state_id(row);
        if let Some(number) = self.inventory_states.get(&id) {
            return *number;
        }
        let states = owners.inventory().own_states(row);
        let said = |key: &KeyId| {
            states.map_or(Said { value: 0, standing: Standing::Undetermined }, |s| Said { value: s[key.index()].value, standing: s[key.index()].standing })
        };
        self.said = self.billing.keys.iter().map(said).collect();
        let number = self.said_number();
        self.inventory_states.insert(id, number);
        number
    }

    /// The same, remembering ids together with the account they were seen in.
    pub fn owned_remembered(&mut self, account: u32, id: &str) -> Owned {
        let Some(owners) = self.billing.owners else { return Owned { owner: NOT_FOUND, resource: NONE } };
        if let Some(resource) = owners.exactly(id) {
            let known = self.owner_of_row[resource as usize];
            let owner = if known == u32::MAX { self.owner_of(owners, resource) } else { known };
            return Owned { owner, resource };
        }
        let digest = self.digest.of(account, id);
        if let Some(owned) = self.ids.get(&digest) {
            return *owned;
        }
        let owned = self.owned(account, Some(id));
        if self.ids.len() < MEMORY {
            self.ids.insert(digest, owned);
        }
        owned
    }

    /// Enters one row.
    pub fn enter(&mut self, context: u32, tags: u32, owned: Owned, sums: &Sums) {
        let owned = Owned { owner: self.narrow(tags, owned.owner), ..owned };
        let next = u32::try_from(self.group_list.len()).unwrap_or(u32::MAX);
        let at = *self.groups.entry((context, tags, owned.owner)).or_insert(next);
        if at == next {
            self.group_list.push(Group { context, tags, owner: owned.owner, rows: 0, sums: Sums::default() });
        }
        let group = &mut self.group_list[at as usize];
        group.rows += 1;
        for (sum, amount) in group.sums.iter_mut().zip(sums) {
            *sum += *amount;
        }
        if self.billing.price_resources && owned.resource != NONE {
            let context = self.context_list[context as usize];
            let height = self.billing.owners.map_or(0, |o| o.inventory().len());
            let prices = self.prices.entry((context.month, context.currency)).or_insert_with(|| vec![Amount::ZERO; height]);
            prices[owned.resource as usize] += sums[self.billing.measure.position()];
        }
    }

    /// Adds to the bill's own sums, which the groups are held against later.
    pub fn tally(&mut self, month: Month, currency: u32, rows: u64, sums: &Sums) {
        let next = u32::try_from(self.total_list.len()).unwrap_or(u32::MAX);
        let at = *self.totals.entry((month, currency)).or_insert(next);
        if at == next {
            self.total_list.push(Totals { month, currency, rows: 0, sums: Sums::default() });
        }
        let total = &mut self.total_list[at as usize];
        total.rows += rows;
        for (sum, amount) in total.sums.iter_mut().zip(sums) {
            *sum += *amount;
        }
    }

    /// Takes over what another thread entered.
    pub fn absorb(&mut self, other: Book<'_>) {
        let words: Vec<u32> = other.word_list.iter().map(|w| self.word(w)).collect();
        let word = |n: u32| words[n as usize];
        let translated =
            |c: &Context| Context { currency: word(c.currency), provider: word(c.provider), account: word(c.account), service: word(c.service), ..*c };
        let contexts: Vec<Context> = other.context_list.iter().map(translated).collect();
        let contexts: Vec<u32> = contexts.into_iter().map(|c| self.context(c)).collect();
        let mut tags = Vec::with_capacity(other.tag_list.len());
        for said in other.tag_list {
            self.said = said;
            let next = u32::try_from(self.tag_list.len()).unwrap_or(u32::MAX);
            let number = *self.tag_states.entry(self.said.clone()).or_insert(next);
            if number == next {
                self.answered.push(answered(&self.said));
                self.tag_list.push(self.said.clone());
            }
            tags.push(number);
        }
        let translated = |kind: &OwnerKind| match *kind {
            OwnerKind::Known { state, group } => OwnerKind::Known { state: tags[state as usize], group },
            kind => kind,
        };
        let owners: Vec<u32> = other.owner_list.iter().map(translated).collect::<Vec<_>>().into_iter().map(|kind| self.owner(kind)).collect();
        for group in other.group_list {
            let key = (contexts[group.context as usize], tags[group.tags as usize], owners[group.owner as usize]);
            let next = u32::try_from(self.group_list.len()).unwrap_or(u32::MAX);
            let at = *self.groups.entry(key).or_insert(next);
            if at == next {
                self.group_list.push(Group { context: key.0, tags: key.1, owner: key.2, ..group });
            } else {
                let own = &mut self.group_list[at as usize];
                own.rows += group.rows;
                for (sum, amount) in own.sums.iter_mut().zip(&group.sums) {
                    *sum += *amount;
                }
            }
        }
        for total in other.total_list {
            self.tally(total.month, word(total.currency), total.rows, &total.sums);
        }
        for ((month, currency), by_row) in other.prices {
            match self.prices.entry((month, word(currency))) {
                std::collections::hash_map::Entry::Vacant(entry) => drop(entry.insert(by_row)),
                std::collections::hash_map::Entry::Occupied(mut entry) => {
                    for (sum, amount) in entry.get_mut().iter_mut().zip(by_row) {
                        *sum += amount;
                    }
                }
            }
        }
        self.repairs = self.repairs.plus(other.repairs);
    }

    /// The aggregate of everything entered.
    pub fn close(self, measures: [bool; 4], files: Vec<String>) -> Aggregate {
        let mut totals = self.total_list;
        totals.sort_by(|a, b| (a.month, &self.word_list[a.currency as usize]).cmp(&(b.month, &self.word_list[b.currency as usize])));
        let mut by_resource: Vec<_> = self.prices.into_iter().collect();
        by_resource.sort_by(|a, b| (a.0.0, &self.word_list[a.0.1 as usize]).cmp(&(b.0.0, &self.word_list[b.0.1 as usize])));
        Aggregate {
            words: self.word_list,
            contexts: self.context_list,
            tag_states: self.tag_list,
            owners: self.owner_list,
            groups: self.group_list,
            totals,
            by_resource,
            measures,
            repairs: self.repairs,
            files,
        }
    }
}
