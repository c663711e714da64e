//! A tag as written, together with what the generator meant by it, so that the truth never has to read tags back.

use crate::vocabulary::{DATA_CLASSES, ENVIRONMENTS, Key, application};

/// A canonical value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// An index into `ENVIRONMENTS`.
    Environment(u8),
    /// An application by number.
    Application(u32),
    /// An index into `DATA_CLASSES`.
    DataClass(u8),
    /// Owner, cost centre, or any text for a key that takes any.
    Text(String),
}

impl Value {
    /// Its canonical spelling.
    pub fn canonical(&self) -> String {
        match self {
            Self::Environment(i) => ENVIRONMENTS[usize::from(*i)].name.to_owned(),
            Self::Application(i) => application(*i),
            Self::DataClass(i) => DATA_CLASSES[usize::from(*i)].0.to_owned(),
            Self::Text(text) => text.clone(),
        }
    }
}

/// What a tag of a taxonomy key says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A recognised value, and whether it is spelt as the taxonomy spells it.
    Value(Value, bool),
    /// A value that the taxonomy does not know.
    Unknown,
    /// Nothing, or white space.
    Empty,
}

/// What a tag is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// Written by the platform: `aws:…`, `hidden-…`, `goog-…`.
    Vendor,
    /// The user's, outside the taxonomy.
    Free,
    /// Says until when the resource is to live, and whether that has passed.
    Lifetime(bool),
    /// A key of the taxonomy, and whether the key is spelt as its cloud spells it.
    Key(Key, bool, Said),
}

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// As written.
    pub key: String,
    /// As written; on Google in the label encoding.
    pub value: String,
    /// What it means.
    pub meaning: Meaning,
}

/// How a set of tags stands on a key, before containers lend anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing<'a> {
    /// A recognised value.
    Recognised {
        /// Which.
        value: &'a Value,
        /// Key spelt right.
        key_standard: bool,
        /// Value spelt right.
        value_standard: bool,
    },
    /// A value that the taxonomy does not know.
    Unrecognised {
        /// Key spelt right.
        key_standard: bool,
    },
    /// Nothing, or white space.
    Empty {
        /// Key spelt right.
        key_standard: bool,
    },
    /// No tag of this key.
    Absent,
    /// Two aliases that disagree.
    Conflict,
}

impl<'a> Standing<'a> {
    /// Judges the tags: the standard spelling wins; otherwise two that say different things are a conflict, and of two that say the same the first counts.
    pub fn of(tags: impl IntoIterator<Item = &'a Tag>, key: Key) -> Self {
        let mut found: Option<(bool, &Said)> = None;
        let mut conflict = false;
        for tag in tags {
            let Meaning::Key(k, standard, said) = &tag.meaning else { continue };
            if *k != key {
                continue;
            }
            match found {
                _ if *standard => {
                    found = Some((true, said));
                    conflict = false;
                    break;
                }
                None => found = Some((false, said)),
                Some((_, first)) => conflict |= differ(first, said),
            }
        }
        match found {
            _ if conflict => Self::Conflict,
            None => Self::Absent,
            Some((key_standard, Said::Value(value, value_standard))) => Self::Recognised { value, key_standard, value_standard: *value_standard },
            Some((key_standard, Said::Unknown)) => Self::Unrecognised { key_standard },
            Some((key_standard, Said::Empty)) => Self::Empty { key_standard },
        }
    }

    /// The recognised value.
    pub fn value(self) -> Option<&'a Value> {
        if let Self::Recognised { value, .. } = self { Some(value) } else { None }
    }
}

fn differ(a: &Said, b: &Said) -> bool {
    match (a, b) {
        (Said::Value(a, _), Said::Value(b, _)) => a != b,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(standard: bool, value: u8) -> Tag {
        Tag { key: String::new(), value: String::new(), meaning: Meaning::Key(Key::Environment, standard, Said::Value(Value::Environment(value), true)) }
    }

    #[test]
    fn standard_key_wins_and_aliases_conflict() {
        let value = |tags: &[Tag]| Standing::of(tags, Key::Environment).value().cloned();
        assert_eq!(value(&[tag(false, 1), tag(true, 2), tag(false, 3)]), Some(Value::Environment(2)));
        assert_eq!(Standing::of(&[tag(false, 1), tag(false, 2)], Key::Environment), Standing::Conflict);
        assert_eq!(value(&[tag(false, 1), tag(false, 1)]), Some(Value::Environment(1)));
        assert_eq!(Standing::of(&[tag(false, 1)], Key::Owner), Standing::Absent);
    }
}
