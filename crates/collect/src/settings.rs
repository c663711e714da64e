//! What a cloud can be told in `tagledger.yaml`, as data: names, shapes and words, from which the file is read, its schema made and its mistakes named.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// One setting.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Its name in the file.
    pub name: &'static str,
    /// What it may be.
    pub shape: Shape,
    /// What it does, in a sentence.
    pub summary: &'static str,
}

/// What a setting may be.
#[derive(Debug, Clone)]
pub enum Shape {
    /// One text.
    Text(Form),
    /// A list of texts.
    Texts(Form),
    /// `true` or `false`; false when it is not given.
    Flag,
    /// A whole number between these.
    Count(RangeInclusive<u32>),
    /// One of these words; the first when it is not given.
    Choice(&'static [&'static str]),
    /// A map of further settings.
    Section(&'static [Setting]),
    /// A list of maps of further settings.
    Sections(&'static [Setting]),
    /// Where a secret is, never the secret itself: a map with one of [`SECRET`].
    Secret,
}

/// The name of the environment variable that holds a secret.
pub const ENV: &str = "env";
/// The path of the file that holds a secret.
pub const FILE: &str = "file";

/// Where a secret may be.
pub static SECRET: &[Setting] = &[
    Setting {
        name: ENV,
        shape: Shape::Text(Form {
            is: |text| !text.is_empty() && !text.starts_with(|c: char| c.is_ascii_digit()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'),
            words: "the name of an environment variable",
            pattern: "^[A-Za-z_][A-Za-z0-9_]*$",
        }),
        summary: "The environment variable that holds it.",
    },
    Setting { name: FILE, shape: Shape::Text(Form { words: "a path", ..Form::ANY }), summary: "The file that holds it, and nothing else." },
];

/// What a text looks like.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// True for a text of this form.
    pub is: fn(&str) -> bool,
    /// The form in words, such as "an account id of twelve digits".
    pub words: &'static str,
    /// The same as a regular expression over the whole text, for the schema.
    pub pattern: &'static str,
}

impl Form {
    /// Any text that is not empty.
    pub const ANY: Self = Self { is: |text| !text.trim().is_empty(), words: "a text", pattern: r"\S" };
}

/// Settings that contradict each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The name of one of them.
    pub setting: &'static str,
    /// What they say, in a sentence.
    pub what: String,
    /// What to do about it.
    pub mend: String,
}

/// What somebody set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// One text, or the word that was chosen.
    Text(String),
    /// A list of texts.
    Texts(Vec<String>),
    /// `true` or `false`.
    Flag(bool),
    /// A whole number.
    Count(u32),
    /// A map of further settings.
    Section(Settings),
    /// A list of maps of further settings.
    Sections(Vec<Settings>),
}

/// The settings of one cloud, or of one section of them. What was not set is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings(BTreeMap<&'static str, Value>);

impl Settings {
    /// Sets one, in the place of what was set before.
    pub fn set(&mut self, name: &'static str, value: Value) {
        self.0.insert(name, value);
    }

    /// True when it was set at all.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// A text, or the word that was chosen.
    pub fn text(&self, name: &str) -> Option<&str> {
        if let Some(Value::Text(text)) = self.0.get(name) { Some(text) } else { None }
    }

    /// A list of texts; empty when it was not set.
    pub fn texts(&self, name: &str) -> &[String] {
        if let Some(Value::Texts(texts)) = self.0.get(name) { texts } else { &[] }
    }

    /// `true` or `false`; false when it was not set.
    pub fn flag(&self, name: &str) -> bool {
        matches!(self.0.get(name), Some(Value::Flag(true)))
    }

    /// A whole number.
    pub fn count(&self, name: &str) -> Option<u32> {
        if let Some(Value::Count(count)) = self.0.get(name) { Some(*count) } else { None }
    }

    /// A section.
    pub fn section(&self, name: &str) -> Option<&Self> {
        if let Some(Value::Section(section)) = self.0.get(name) { Some(section) } else { None }
    }

    /// A list of sections; empty when it was not set.
    pub fn sections(&self, name: &str) -> &[Self] {
        if let Some(Value::Sections(sections)) = self.0.get(name) { sections } else { &[] }
    }
}
