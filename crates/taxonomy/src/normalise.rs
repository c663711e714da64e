//! From raw tags to canonical keys and values.
//!
//! The order is fixed and documented: decode labels → set reserved and vendor keys aside → match the key by its folded
//! name → match the value → resolve conflicts. Inheritance and defaults follow in `engine`, which knows the containers.
//! Distinct keys and values are judged once and remembered; everything after is small integer codes.

use crate::{Bindings, Conflict, Dictionary, Domain, Key, KeyId, KeyState, Meaning, NO_TAG, Taxonomy, Value, apply, decode_label, encode_label, fold};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::sync::Arc;
use tagledger_model::{KeyCase, RawTag, Standing, TagGrammar, Text};

/// What a raw key means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KeyMeaning {
    /// Written by the platform, or bound where the taxonomy does not ask for bound tags: neither judged nor counted.
    Reserved,
    /// The user's, and not in the taxonomy.
    Other,
    /// A key of the taxonomy.
    Key { key: KeyId, rank: u8 },
}

/// What a raw value means for its key.
#[derive(Debug, Clone, Copy)]
struct ValueMeaning {
    standing: Standing,
    value: u32,
    nonstandard: bool,
    /// Tells unrecognised values apart; meaningless for any other.
    unknown: u32,
}

/// The rank of a tag that is bound to a resource: what the resource carries itself comes first.
const BOUND: u8 = 3;

/// Remembered meanings are bounded, so that hostile input cannot fill the memory.
const MEMORY: usize = 1 << 18;

/// Normalises the tags of one cloud. Holds memories that grow with use: one per thread.
#[derive(Debug, Clone)]
pub struct Normaliser {
    taxonomy: Arc<Taxonomy>,
    grammar: TagGrammar,
    dictionary: Dictionary,
    /// The spelling that this cloud uses for each key.
    spellings: Vec<Text>,
    by_fold: FxHashMap<String, (KeyId, u8)>,
    /// Per key, folded spelling → position of the listed value.
    values: Vec<FxHashMap<String, usize>>,
    /// Per key, encoded label of a listed value that is too long to be decoded → its position.
    encoded: Vec<FxHashMap<String, usize>>,
    known_keys: FxHashMap<Text, KeyMeaning>,
    /// The same for the few keys that nearly all tags have, found by two bytes and the length.
    frequent: Vec<Option<(Text, KeyMeaning)>>,
    known_values: Vec<FxHashMap<Text, ValueMeaning>>,
    /// The same for frequent values, per key.
    frequent_values: Vec<Vec<Option<(Text, ValueMeaning)>>>,
    /// A bit per key that is asked for.
    wanted: u32,
}

/// Places for frequent words: a power of two.
const FREQUENT: usize = 1 << FREQUENT_BITS;
const FREQUENT_BITS: u32 = 10;

/// Where a word would stand among the frequent ones: five of its bytes and its length, mixed by one multiplication.
fn frequent_place(word: &str) -> usize {
    let bytes = word.as_bytes();
    let Some((first, last)) = bytes.first().zip(bytes.last()) else { return 0 };
    let at = |i: usize| u64::from(bytes[i]);
    let mixed = u64::from(*first)
        | u64::from(*last) << 8
        | at(bytes.len() / 2) << 16
        | at(bytes.len() / 4) << 24
        | at(bytes.len() * 3 / 4) << 32
        | (bytes.len() as u64) << 40;
    // The top bits of the product depend on every bit of the factor.
    usize::try_from(mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - FREQUENT_BITS)).unwrap_or(0)
}

impl Normaliser {
    /// A normaliser for one cloud's grammar. `cloud` selects the spellings that the taxonomy sets by hand.
    pub fn new(taxonomy: &Arc<Taxonomy>, grammar: &TagGrammar, cloud: &str, dictionary: &Dictionary) -> Self {
        let mut by_fold = FxHashMap::default();
        for (id, key) in taxonomy.ids() {
            for alias in &key.aliases {
                by_fold.insert(fold(&alias.text), (id, 2));
            }
        }
        for (id, key) in taxonomy.ids() {
            by_fold.insert(fold(&key.name), (id, 1));
            // A spelling set by hand is a name of the key in this cloud even when no alias says so.
            by_fold.insert(fold(&spelling(key, grammar, cloud)), (id, 1));
        }
        let values = listed(taxonomy, |name| Some(fold(name)));
        let encoded = listed(taxonomy, |name| Some(encode_label(name)).filter(|label| label.contains("__h")));
        Self {
            spellings: taxonomy.keys.iter().map(|k| spelling(k, grammar, cloud)).collect(),
            known_values: vec![FxHashMap::default(); taxonomy.keys.len()],
            frequent_values: vec![vec![None; FREQUENT]; taxonomy.keys.len()],
            known_keys: FxHashMap::default(),
            frequent: vec![None; FREQUENT],
            wanted: u32::MAX,
            taxonomy: Arc::clone(taxonomy),
            grammar: *grammar,
            dictionary: dictionary.clone(),
            by_fold,
            values,
            encoded,
        }
    }

    /// Restricts the normaliser to some keys: tags about the others count as the user's own and are not judged.
    pub fn only(mut self, keys: &[KeyId]) -> Self {
        self.wanted = keys.iter().fold(0, |bits, key| bits | 1 << key.0);
        self
    }

    /// This cloud's spelling of a key.
    pub fn spelling(&self, key: KeyId) -> &Text {
        &self.spellings[key.index()]
    }

    /// A listed value in this cloud's spelling.
    fn value_spelling(&self, value: &str) -> String {
        if !self.grammar.encoded {
            return value.to_owned();
        }
        let lower = value.to_lowercase();
        if encode_label(&lower) == lower { lower } else { encode_label(value) }
    }

    /// A canonical value of a key in this cloud's spelling. Only a listed value may lose its case where labels are lower-case: the
    /// list finds it again. Any other value is encoded, so that it reads back as it was.
    pub fn value_spelling_of(&self, key: KeyId, value: &str) -> String {
        match &self.taxonomy.keys[key.index()].domain {
            Domain::Values(_) => self.value_spelling(value),
            _ if self.grammar.encoded => encode_label(value),
            _ => value.to_owned(),
        }
    }

    /// How many keys the taxonomy has.
    pub fn key_count(&self) -> usize {
        self.spellings.len()
    }

    /// Begins a tag set: nothing said about any key yet. The buffer is reused from set to set.
    pub fn begin(&self, states: &mut Vec<KeyState>) {
        states.clear();
        states.resize(self.key_count(), KeyState::ABSENT);
    }

    /// Judges a whole tag set; tags are numbered by position. Returns how many tags are the user's own (reserved and
    /// vendor keys are not).
    pub fn tags(&mut self, tags: &[RawTag], states: &mut Vec<KeyState>) -> u32 {
        self.begin(states);
        let mut own = 0;
        for is_read in [true, false] {
            for (number, tag) in (0_u32..).zip(tags).filter(|(_, tag)| tag.value.known().is_some() == is_read) {
                let meaning = self.meaning(&tag.key, tag.value.known().map(Text::as_str));
                own += u32::from(apply(states, number, &meaning));
            }
        }
        own
    }

    /// What one tag means; `None` for a value that is not known.
    pub fn meaning(&mut self, key: &str, value: Option<&str>) -> Meaning {
        let (key, rank) = match self.key_meaning(key) {
            KeyMeaning::Reserved => return Meaning::Reserved,
            KeyMeaning::Other => return Meaning::Other,
            KeyMeaning::Key { key, .. } if self.wanted & 1 << key.0 == 0 => return Meaning::Other,
            KeyMeaning::Key { key, rank } => (key, rank),
        };
        let meaning = match value {
            Some(value) => self.value_meaning(key, value),
            None => ValueMeaning { standing: Standing::Undetermined, value: 0, nonstandard: false, unknown: 0 },
        };
        let state = KeyState {
            standing: meaning.standing,
            value: meaning.value,
            tag: NO_TAG,
            // Names and values of bound tags are defined once for all: that they are spelt otherwise is nobody's slip.
            nonstandard_key: (1..BOUND).contains(&rank),
            nonstandard_value: meaning.nonstandard && rank < BOUND,
            conflict: Conflict::None,
            unknown: if meaning.standing == Standing::Unrecognised { meaning.unknown } else { 0 },
            rank,
        };
        Meaning::Key { key, state }
    }

    fn key_meaning(&mut self, key: &str) -> KeyMeaning {
        let place = frequent_place(key);
        if let Some((known, meaning)) = &self.frequent[place]
            && known == key
        {
            return *meaning;
        }
        if let Some(meaning) = self.known_keys.get(key) {
            return *meaning;
        }
        let meaning = if self.grammar.is_reserved(key) {
            KeyMeaning::Reserved
        } else if let Some(binding) = self.grammar.binding(key) {
            let found = self.by_fold.get(&fold(binding.name)).map(|(id, _)| *id);
            let asked = if binding.inherited { Bindings::Effective } else { Bindings::Direct };
            match found.filter(|id| self.taxonomy.keys[id.index()].bindings >= asked) {
                Some(key) => KeyMeaning::Key { key, rank: BOUND + u8::from(binding.inherited) },
                None => KeyMeaning::Reserved,
            }
        } else {
            let plain: Cow<'_, str> = if self.grammar.encoded { decode_label(key) } else { key.into() };
            match self.by_fold.get(&fold(&plain)) {
                None => KeyMeaning::Other,
                Some((id, _)) if self.spellings[id.index()] == key => KeyMeaning::Key { key: *id, rank: 0 },
                Some((id, rank)) => KeyMeaning::Key { key: *id, rank: *rank },
            }
        };
        // First come, first kept: a key that shares its place with another is found in the map.
        if self.frequent[place].is_none() && key.len() <= 64 {
            self.frequent[place] = Some((Text::new(key), meaning));
        }
        if self.known_keys.len() < MEMORY {
            self.known_keys.insert(Text::new(key), meaning);
        }
        meaning
    }

    fn value_meaning(&mut self, key: KeyId, raw: &str) -> ValueMeaning {
        let place = frequent_place(raw);
        if let Some((known, meaning)) = &self.frequent_values[key.index()][place]
            && known == raw
        {
            return *meaning;
        }
        if let Some(meaning) = self.known_values[key.index()].get(raw) {
            return *meaning;
        }
        let meaning = self.judge(key, raw);
        let slot = &mut self.frequent_values[key.index()][place];
        if slot.is_none() && raw.len() <= 64 {
            *slot = Some((Text::new(raw), meaning));
        }
        let memory = &mut self.known_values[key.index()];
        if memory.len() < MEMORY {
            memory.insert(Text::new(raw), meaning);
        }
        meaning
    }

    fn judge(&self, key: KeyId, raw: &str) -> ValueMeaning {
        let unrecognised = ValueMeaning { standing: Standing::Unrecognised, value: 0, nonstandard: false, unknown: unknown_number(raw) };
        // What looks like a credential stays out of bills as well, whose tags nobody else looks at.
        let redacted = crate::redacted(&self.taxonomy.keys[key.index()].name, raw);
        let raw = redacted.as_deref().unwrap_or(raw);
        let trimmed = raw.trim();
        if trimmed.is_empty() {
            return ValueMeaning { standing: Standing::Empty, ..unrecognised };
        }
        let plain: Cow<'_, str> = if self.grammar.encoded { decode_label(trimmed) } else { trimmed.into() };
        if plain.trim().is_empty() {
            return ValueMeaning { standing: Standing::Empty, ..unrecognised };
        }
        let canonical: Text = match &self.taxonomy.keys[key.index()].domain {
            Domain::Any => Text::new(plain.trim()),
            Domain::Pattern { regex, .. } => {
                if !regex.is_match(&plain) {
                    return unrecognised;
                }
                Text::new(&plain)
            }
            Domain::Values(values) => {
                let folded = fold(&plain);
                let found = self.values[key.index()].get(&folded).or_else(|| self.encoded[key.index()].get(raw));
                match found {
                    Some(position) => Text::new(&values[*position].name),
                    None => return unrecognised,
                }
            }
        };
        let nonstandard = raw != canonical && !(self.grammar.encoded && (raw == self.value_spelling_of(key, &canonical) || raw == encode_label(&canonical)));
        ValueMeaning { standing: Standing::Canonical, value: self.dictionary.code(key, &canonical), nonstandard, unknown: 0 }
    }
}

/// Per key, every name of a listed value, spelt this way → the value's position.
fn listed(taxonomy: &Taxonomy, spell: fn(&str) -> Option<String>) -> Vec<FxHashMap<String, usize>> {
    let names = |value: &Value| std::iter::once(&value.name).chain(&value.aliases).filter_map(|name| spell(name)).collect::<Vec<_>>();
    let of = |key: &Key| match &key.domain {
        Domain::Values(values) => values.iter().enumerate().flat_map(|(at, value)| names(value).into_iter().map(move |name| (name, at))).collect(),
        Domain::Any | Domain::Pattern { .. } => FxHashMap::default(),
    };
    taxonomy.keys.iter().map(of).collect()
}

/// The one spelling of a key in one cloud: as the taxonomy sets it, else derived from its name and the grammar.
fn spelling(key: &Key, grammar: &TagGrammar, cloud: &str) -> Text {
    if let Some(set) = key.spelling.get(cloud) {
        return Text::new(set);
    }
    match grammar.key_case {
        KeyCase::Exact | KeyCase::Ignored => Text::new(&key.name),
        KeyCase::Lower => Text::new(encode_label(&key.name.to_lowercase())),
    }
}

/// A number that two spellings of one unrecognised value share: FNV-1a over the folded text.
fn unknown_number(raw: &str) -> u32 {
    fold(raw).bytes().fold(0x811c_9dc5, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193))
}
