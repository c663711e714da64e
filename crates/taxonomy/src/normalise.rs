//! From raw tags to canonical keys and values.
//!
//! The order is fixed and documented: decode labels → set reserved and vendor keys aside → match the key by its folded
//! name → match the value → resolve conflicts. Inheritance and defaults follow in `engine`, which knows the containers.
//! Distinct keys and values are judged once and remembered; everything after is small integer codes.

use crate::{Domain, KeyId, Taxonomy, decode_label, encode_label, fold};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};
use tagledger_model::{KeyCase, RawTag, Standing, TagGrammar, Text};

/// The canonical values that occur, per key, by code. Code 0 is "none". Shared by everything that compares codes.
#[derive(Debug, Clone)]
pub struct Dictionary {
    keys: Arc<Vec<Mutex<Words>>>,
}

#[derive(Debug, Default)]
struct Words {
    by_text: FxHashMap<Text, u32>,
    texts: Vec<Text>,
}

impl Dictionary {
    /// A dictionary that already knows the listed values of each key, in the taxonomy's order.
    pub fn new(taxonomy: &Taxonomy) -> Self {
        let keys = taxonomy.keys.iter().map(|key| {
            let mut words = Words::default();
            if let Domain::Values(values) = &key.domain {
                for value in values {
                    words.code(&value.name);
                }
            }
            Mutex::new(words)
        });
        Self { keys: Arc::new(keys.collect()) }
    }

    /// The code of a canonical value, given out on first use.
    pub fn code(&self, key: KeyId, value: &str) -> u32 {
        self.keys[key.index()].lock().unwrap_or_else(PoisonError::into_inner).code(value)
    }

    /// All values of a key; the value with code `n` is at `n - 1`.
    pub fn values(&self, key: KeyId) -> Vec<Text> {
        self.keys[key.index()].lock().unwrap_or_else(PoisonError::into_inner).texts.clone()
    }

    /// The value with a code; none for 0.
    pub fn value(&self, key: KeyId, code: u32) -> Option<Text> {
        let words = self.keys[key.index()].lock().unwrap_or_else(PoisonError::into_inner);
        words.texts.get(usize::try_from(code).ok()?.checked_sub(1)?).cloned()
    }
}

impl Words {
    fn code(&mut self, value: &str) -> u32 {
        if let Some(code) = self.by_text.get(value) {
            return *code;
        }
        let text = Text::new(value);
        self.texts.push(text.clone());
        let code = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.by_text.insert(text, code);
        code
    }
}

/// How a tag set stands on one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyState {
    /// Canonical, unrecognised, empty, absent or undetermined.
    pub standing: Standing,
    /// Code of the canonical value; 0 unless the standing is canonical.
    pub value: u32,
    /// The caller's number of the tag that speaks for the key; `NO_TAG` when there is none.
    pub tag: u32,
    /// The key is there, spelt otherwise than this cloud's spelling.
    pub nonstandard_key: bool,
    /// The value is known, spelt otherwise than the canonical spelling.
    pub nonstandard_value: bool,
    /// Two tags of equal rank disagree.
    pub conflict: bool,
    /// 0 exact spelling, 1 the key's own name spelt otherwise, 2 an alias, 3 nothing.
    rank: u8,
}

/// `KeyState::tag` when no tag speaks for the key.
pub const NO_TAG: u32 = u32::MAX;

impl KeyState {
    /// Nothing was said about the key.
    pub const ABSENT: Self =
        Self { standing: Standing::Absent, value: 0, tag: NO_TAG, nonstandard_key: false, nonstandard_value: false, conflict: false, rank: 3 };

    /// The source did not say.
    pub const UNDETERMINED: Self = Self { standing: Standing::Undetermined, ..Self::ABSENT };
}

/// What a pair of raw key and raw value means.
#[derive(Debug, Clone, Copy)]
pub enum Meaning {
    /// Written by the platform: neither judged nor counted.
    Reserved,
    /// The user's, and about no key of the taxonomy.
    Other,
    /// Speaks about a key.
    Key {
        /// Which key.
        key: KeyId,
        /// What it says, without the number of the tag.
        state: KeyState,
    },
}

/// What a raw key means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KeyMeaning {
    /// Written by the platform: neither judged nor counted.
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
}

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
        let listed = |of: &dyn Fn(usize, &crate::Value) -> Vec<(String, usize)>| -> Vec<FxHashMap<String, usize>> {
            let one = |domain: &Domain| match domain {
                Domain::Values(values) => values.iter().enumerate().flat_map(|(i, v)| of(i, v)).collect(),
                _ => FxHashMap::default(),
            };
            taxonomy.keys.iter().map(|k| one(&k.domain)).collect()
        };
        let values = listed(&|i, v| std::iter::once(&v.name).chain(&v.aliases).map(|s| (fold(s), i)).collect());
        let encoded = listed(&|i, v| std::iter::once(&v.name).chain(&v.aliases).map(|s| (encode_label(s), i)).filter(|(l, _)| l.contains("__h")).collect());
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
        for (number, tag) in (0_u32..).zip(tags) {
            let meaning = self.meaning(&tag.key, tag.value.known().map(Text::as_str));
            own += u32::from(apply(states, number, &meaning));
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
            None => ValueMeaning { standing: Standing::Undetermined, value: 0, nonstandard: false },
        };
        let state = KeyState {
            standing: meaning.standing,
            value: meaning.value,
            tag: NO_TAG,
            nonstandard_key: rank > 0,
            nonstandard_value: meaning.nonstandard,
            conflict: false,
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
        let unrecognised = ValueMeaning { standing: Standing::Unrecognised, value: 0, nonstandard: false };
        let trimmed = raw.trim();
        if trimmed.is_empty() {
            return ValueMeaning { standing: Standing::Empty, ..unrecognised };
        }
        let plain: Cow<'_, str> = if self.grammar.encoded { decode_label(trimmed) } else { trimmed.into() };
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
        ValueMeaning { standing: Standing::Canonical, value: self.dictionary.code(key, &canonical), nonstandard }
    }
}

/// Adds what one tag means to the states of its set; `tag` is the caller's number of it. False for a key that the platform wrote.
pub fn apply(states: &mut [KeyState], tag: u32, meaning: &Meaning) -> bool {
    let Meaning::Key { key, state } = meaning else { return matches!(meaning, Meaning::Other) };
    let new = KeyState { tag, ..*state };
    let old = &mut states[key.index()];
    if new.rank < old.rank {
        *old = new;
    } else if new.rank == old.rank {
        *old = resolve(*old, new);
    }
    true
}

/// Two tags of equal rank about one key: the same value twice is one value, an empty one gives way, anything else disagrees.
fn resolve(old: KeyState, new: KeyState) -> KeyState {
    if old.conflict || new.standing == Standing::Empty {
        return old;
    }
    if old.standing == Standing::Empty {
        return new;
    }
    if old.standing == Standing::Canonical && new.standing == Standing::Canonical && old.value == new.value {
        // Which of two spellings speaks must not depend on their order: the cleaner one does.
        return if (new.nonstandard_value, new.nonstandard_key) < (old.nonstandard_value, old.nonstandard_key) { new } else { old };
    }
    KeyState { standing: Standing::Undetermined, value: 0, conflict: true, nonstandard_value: false, ..old }
}

/// The one spelling of a key in one cloud: as the taxonomy sets it, else derived from its name and the grammar.
fn spelling(key: &crate::Key, grammar: &TagGrammar, cloud: &str) -> Text {
    if let Some(set) = key.spelling.get(cloud) {
        return Text::new(set);
    }
    match grammar.key_case {
        KeyCase::Exact | KeyCase::Ignored => Text::new(&key.name),
        KeyCase::Lower => Text::new(encode_label(&key.name.to_lowercase())),
    }
}
