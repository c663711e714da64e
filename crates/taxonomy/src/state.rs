//! What the tags of one set say together about each key.

use crate::KeyId;
use tagledger_model::Standing;

/// Whether tags of equal rank disagree about a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Conflict {
    /// They do not, or there is but one.
    None,
    /// They may: the value of one was not read.
    Possible,
    /// They do.
    Certain,
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
    /// Whether two tags of equal rank disagree.
    pub conflict: Conflict,
    /// Tells unrecognised values apart, so that one said twice is no conflict; 0 for any other standing.
    pub(crate) unknown: u32,
    /// 0 exact spelling, 1 the key's own name spelt otherwise, 2 an alias, 3 bound to the resource, 4 bound to something above it, 5 nothing.
    pub rank: u8,
}

/// `KeyState::tag` when no tag speaks for the key.
pub const NO_TAG: u32 = u32::MAX;

impl KeyState {
    /// Nothing was said about the key.
    pub const ABSENT: Self = Self {
        standing: Standing::Absent,
        value: 0,
        tag: NO_TAG,
        nonstandard_key: false,
        nonstandard_value: false,
        conflict: Conflict::None,
        unknown: 0,
        rank: 5,
    };

    /// A tag speaks for the key, and its value was not read.
    pub fn is_unread(&self) -> bool {
        self.standing == Standing::Undetermined && self.tag != NO_TAG && self.conflict != Conflict::Certain
    }

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

/// Adds what one tag means to the states of its set; `tag` is the caller's number of it. False for a key that the platform wrote. Tags whose values
/// were not read come after all others, so that those which were read can be seen to disagree.
#[inline]
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
    if old.conflict == Conflict::Certain || new.standing == Standing::Empty {
        return old;
    }
    if old.standing == Standing::Empty {
        return new;
    }
    if new.standing == Standing::Undetermined {
        return KeyState { conflict: Conflict::Possible, ..new };
    }
    let same = old.standing == new.standing && (old.value, old.unknown) == (new.value, new.unknown);
    if same && matches!(old.standing, Standing::Canonical | Standing::Unrecognised) {
        // Which of two spellings speaks must not depend on their order: the cleaner one does.
        return if (new.nonstandard_value, new.nonstandard_key) < (old.nonstandard_value, old.nonstandard_key) { new } else { old };
    }
    KeyState { standing: Standing::Undetermined, value: 0, conflict: Conflict::Certain, nonstandard_value: false, unknown: 0, ..old }
}
