//! What we say about a resource.

use crate::{CloudId, Money, Place, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a resource stands on a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Standing {
    /// A value the taxonomy knows.
    Canonical = 0,
    /// A value the taxonomy does not know.
    Unrecognised = 1,
    /// Present with nothing in it, or only white space.
    Empty = 2,
    /// Not there.
    Absent = 3,
    /// The source did not say, or two spellings disagree.
    Undetermined = 4,
    /// The kind cannot carry tags.
    NotTaggable = 5,
}

impl Standing {
    /// Back from its number in a frame.
    pub fn from_code(code: u8) -> Self {
        [Self::Canonical, Self::Unrecognised, Self::Empty, Self::Absent, Self::Undetermined, Self::NotTaggable]
            .get(usize::from(code))
            .copied()
            .unwrap_or(Self::Undetermined)
    }

    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Canonical => "canonical",
            Self::Unrecognised => "unrecognised",
            Self::Empty => "empty",
            Self::Absent => "absent",
            Self::Undetermined => "undetermined",
            Self::NotTaggable => "not taggable",
        }
    }
}

/// How much a rule's findings matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The rule is not run.
    Off,
    /// Worth knowing.
    Info,
    /// Should be mended.
    Warn,
    /// Must be mended.
    Error,
}

impl Level {
    /// The word in taxonomy.yaml and in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Off, Self::Info, Self::Warn, Self::Error].into_iter().find(|l| l.word() == word)
    }
}

/// The answer of a check. A passing row is no finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The rule is broken.
    Violated,
    /// What was seen does not suffice to say.
    Undetermined,
}

impl Verdict {
    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Violated => "violated",
            Self::Undetermined => "undetermined",
        }
    }
}

/// Stable name of a finding from run to run: 16 hexadecimal digits over cloud, canonical id, rule and key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Fingerprint(#[schemars(with = "String")] pub Text);

impl Fingerprint {
    /// Its digits as a number; none for a text that is no fingerprint.
    pub fn number(&self) -> Option<u64> {
        u64::from_str_radix(&self.0, 16).ok()
    }
}

/// The field and value that prove a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// The field, e.g. a tag key as it is spelt on the resource.
    pub field: String,
    /// Its value; none when the field is absent, or, of what is undetermined, when its value was not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// What would mend a finding. Each cloud prints its own command for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "do")]
pub enum Suggestion {
    /// Write this tag. No value: a person has to choose one.
    SetTag {
        /// The key in this cloud's spelling.
        key: String,
        /// The value to write.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<String>,
    },
    /// Write the tag under another key.
    RenameTag {
        /// The key as it is.
        from: String,
        /// The key as it should be.
        to: String,
    },
    /// Take the tag away.
    RemoveTag {
        /// The key as it is.
        key: String,
    },
    /// Something other than a tag, in a sentence.
    Other {
        /// The sentence.
        text: String,
    },
}

impl std::fmt::Display for Suggestion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::SetTag { key, value: Some(value) } => write!(f, "set {key}={value}"),
            Self::SetTag { key, value: None } => write!(f, "set {key}"),
            Self::RenameTag { from, to } => write!(f, "rename {from} to {to}"),
            Self::RemoveTag { key } => write!(f, "remove {key}"),
            Self::Other { text } => f.write_str(text),
        }
    }
}

/// The waiver that covers a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Waived {
    /// Why it is accepted.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Until when, `YYYY-MM-DD`.
    pub expires: String,
}

/// Kinds of findings about many resources at once, about money mostly: what they are about is made of what other findings are about, so that their money is never added to theirs.
pub const KINDS_OF_SUMS: [&str; 4] = ["spend", "budget", "environment", "release"];

impl Finding {
    /// Whether its money is a sum over things that have findings of their own.
    pub fn is_sum(&self) -> bool {
        KINDS_OF_SUMS.contains(&self.kind.as_str())
    }
}

/// One row that breaks a rule, put into words. What a finding does not have is left out of its JSON: a large estate has millions of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// Stable from run to run.
    pub fingerprint: Fingerprint,
    /// Rule id.
    #[schemars(with = "String")]
    pub rule: Text,
    /// Level.
    pub level: Level,
    /// Violated or undetermined.
    pub verdict: Verdict,
    /// The cloud.
    pub cloud: CloudId,
    /// The scope.
    #[schemars(with = "String")]
    pub scope: Text,
    /// Region, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub region: Option<Text>,
    /// The cloud's own kind.
    #[schemars(with = "String")]
    pub kind: Text,
    /// Id in the source's spelling.
    #[schemars(with = "String")]
    pub resource: Text,
    /// Display name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub name: Option<Text>,
    /// The effective Environment, where known: what reports group by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub environment: Option<Text>,
    /// The effective Application, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub application: Option<Text>,
    /// The effective Owner, where known: who has to mend it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub owner: Option<Text>,
    /// The taxonomy key it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub key: Option<Text>,
    /// What is wrong, one sentence.
    pub message: String,
    /// What proves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// Where the value came from, e.g. "own tag" or "resource group rg-shop".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provenance: Option<String>,
    /// The line of taxonomy.yaml that demands it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub demanded_by: Option<Place>,
    /// What to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<Suggestion>,
    /// What the resource cost in the last full month of the bill, one entry per currency; empty without a bill.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub money: Vec<Money>,
    /// The waiver, when one covers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waived: Option<Waived>,
    /// When a run first had it, RFC 3339; none without a history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub first_seen: Option<Text>,
    /// An earlier run had seen its place whole, and not it: it is no older than `first_seen`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub age_known: bool,
}
