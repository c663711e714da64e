//! Where bill rows are entered: one book per thread, merged at the end.
//!
//! Everything that repeats (a provider, a sub-account, a tag text, a resource id) is turned into a number once; a row is
//! then a few numbers and its amounts.

use crate::Measure;
use crate::aggregate::{Aggregate, Context, Group, OwnerKind, Repairs, Said, Sums, Totals};
use crate::owners::{NONE, Owner, Owners};
use rustc_hash::FxHashMap;
use std::sync::Arc;
use tagledger_engine::CloudFacts;
use tagledger_model::{Amount, Month, TagGrammar, Text};
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
    contexts: FxHashMap<Context, u32>,
    context_list: Vec<Context>,
    last: Option<(Context, u32)>,
    tag_states: FxHashMap<Vec<Said>, u32>,
    tag_list: Vec<Vec<Said>>,
    answers_all: Vec<bool>,
    said: Vec<Said>,
    states: Vec<KeyState>,
    owner_index: FxHashMap<OwnerKind, u32>,
    owner_list: Vec<(OwnerKind, u32)>,
    ids: FxHashMap<Text, (u32, Owned)>,
    texts: FxHashMap<(u8, Text), u32>,
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

impl<'a> Book<'a> {
    pub fn new(billing: &'a Billing<'a>) -> Self {
        let normaliser = |grammar: &TagGrammar, cloud: &str| Normaliser::new(&billing.taxonomy, grammar, cloud, &billing.dictionary);
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
            context_list: Vec::new(),
            last: None,
            tag_states: FxHashMap::default(),
            tag_list: Vec::new(),
            answers_all: Vec::new(),
            said: Vec::new(),
            states: Vec::new(),
            owner_index: FxHashMap::default(),
            owner_list: Vec::new(),
            ids: FxHashMap::default(),
            texts: FxHashMap::default(),
            groups: FxHashMap::default(),
            group_list: Vec::new(),
            totals: FxHashMap::default(),
            total_list: Vec::new(),
            prices: FxHashMap::default(),
            repairs: Repairs::default(),
        };
        book.word("");
        book.owner(OwnerKind::NotNeeded, NONE);
        book.owner(OwnerKind::NoId, NONE);
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

    /// The number of a context; neighbouring rows mostly share theirs.
    pub fn context(&mut self, context: Context) -> u32 {
        if let Some((last, number)) = self.last
            && last == context
        {
            return number;
        }
        let next = u32::try_from(self.context_list.len()).unwrap_or(u32::MAX);
        let number = *self.contexts.entry(context).or_insert(next);
        if number == next {
            self.context_list.push(context);
        }
        self.last = Some((context, number));
        number
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
        if let Some(number) = self.texts.get(&(cloud, Text::new(text))) {
            return *number;
        }
        let number = self.tag_text(cloud, Some(text));
        if self.texts.len() < MEMORY {
            self.texts.insert((cloud, Text::new(text)), number);
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
        if let Some(number) = self.tag_states.get(&self.said) {
            return *number;
        }
        let number = u32::try_from(self.tag_list.len()).unwrap_or(u32::MAX);
        self.tag_states.insert(self.said.clone(), number);
        self.answers_all.push(self.said.iter().all(|s| s.value != 0));
        self.tag_list.push(self.said.clone());
        number
    }

    fn owner(&mut self, kind: OwnerKind, example: u32) -> u32 {
        let next = u32::try_from(self.owner_list.len()).unwrap_or(u32::MAX);
        let number = *self.owner_index.entry(kind).or_insert(next);
        if number == next {
            self.owner_list.push((kind, example));
        }
        number
    }

    /// True when a row with these tags needs no resource: neither for attribution nor for prices.
    pub fn needs_no_owner(&self, tags: u32) -> bool {
        !self.billing.price_resources && self.answers_all[tags as usize]
    }

    /// The owner of a row whose tags answer everything.
    pub fn not_needed() -> Owned {
        Owned { owner: NOT_NEEDED, resource: NONE }
    }

    /// The owner that a resource id names, looked up each time.
    pub fn owned(&mut self, account: u32, id: Option<&str>) -> Owned {
        let Some(id) = id else { return Owned { owner: NO_ID, resource: NONE } };
        let scope = self.scope_of[account as usize];
        let owner = self.billing.owners.map_or(Owner::NOBODY, |o| o.resource(scope, id));
        let (kind, example) = match (owner.resource, self.billing.owners) {
            (NONE, _) | (_, None) => (OwnerKind::Unknown { group: owner.group }, NONE),
            (row, Some(owners)) => (OwnerKind::Known { state: owners.inventory().own_state_id(row), group: owner.group }, row),
        };
        Owned { owner: self.owner(kind, example), resource: owner.resource }
    }

    /// The same, remembering ids together with the account they were seen in.
    pub fn owned_remembered(&mut self, account: u32, id: &str) -> Owned {
        if let Some((seen, owned)) = self.ids.get(id)
            && *seen == account
        {
            return *owned;
        }
        let owned = self.owned(account, Some(id));
        if self.ids.len() < MEMORY {
            self.ids.insert(Text::new(id), (account, owned));
        }
        owned
    }

    /// Enters one row.
    pub fn enter(&mut self, context: u32, tags: u32, owned: Owned, sums: &Sums) {
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
                self.answers_all.push(self.said.iter().all(|s| s.value != 0));
                self.tag_list.push(self.said.clone());
            }
            tags.push(number);
        }
        let owners: Vec<u32> = other.owner_list.iter().map(|(kind, example)| self.owner(*kind, *example)).collect();
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
