//! The compiled taxonomy: what the file means, after every mistake in it was reported.

use crate::{Assign, Split};
use regex::Regex;
use std::collections::BTreeMap;
use std::path::PathBuf;
use tagledger_model::{Amount, Level, Place, Timestamp};

/// Position of a key in the taxonomy, in file order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(pub u8);

impl KeyId {
    /// As an index into `Taxonomy::keys`.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// The most keys a taxonomy may have.
pub const MAX_KEYS: usize = 32;

/// taxonomy.yaml, valid as a whole.
#[derive(Debug, Clone)]
pub struct Taxonomy {
    /// The file as the user named it.
    pub path: PathBuf,
    /// Its text, kept with every run so that a run can be read back.
    pub text: String,
    /// Keys in file order; `KeyId` is the index. At least one, at most `MAX_KEYS`.
    pub keys: Vec<Key>,
    /// Where a required key is, or is not, asked for.
    pub requirements: Vec<Requirement>,
    /// Which Environment a container is declared to be for, in file order; the first match wins.
    pub stages: Vec<Stage>,
    /// Whether a container's name says its stage where nothing else does.
    pub stage_from_name: bool,
    /// Settings by rule id; rules not named here run at their default level.
    pub rules: BTreeMap<String, RuleSetting>,
    /// Accepted exceptions.
    pub waivers: Vec<Waiver>,
    /// What each environment is for, by canonical value of the Environment key.
    pub environments: BTreeMap<String, Environment>,
    /// Keys that say until when a resource is meant to live (compared folded, like aliases), e.g. `ExpiresOn`, `TTL`.
    pub lifetime_keys: Vec<Spelt>,
    /// Keys that say which version runs.
    pub version_keys: Vec<Spelt>,
    /// Resources younger than this many seconds give warnings instead of errors.
    pub grace: i64,
    /// Days that logs are kept, per environment.
    pub retention: BTreeMap<String, Retention>,
    /// Region patterns per DataClass value.
    pub residency: BTreeMap<String, Vec<String>>,
    /// How cost is attributed.
    pub costs: Costs,
}

impl Taxonomy {
    /// A key by its exact canonical name.
    pub fn key(&self, name: &str) -> Option<KeyId> {
        self.keys.iter().position(|k| k.name == name).and_then(|i| u8::try_from(i).ok()).map(KeyId)
    }

    /// All keys with their ids.
    pub fn ids(&self) -> impl Iterator<Item = (KeyId, &Key)> {
        (0_u8..).map(KeyId).zip(&self.keys)
    }
}

/// A word of the file with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spelt {
    /// The word.
    pub text: String,
    /// Where it stands.
    pub place: Place,
}

/// One key of the taxonomy.
#[derive(Debug, Clone)]
pub struct Key {
    /// Canonical name.
    pub name: String,
    /// True when every taggable resource must carry it.
    pub required: bool,
    /// Other names for it.
    pub aliases: Vec<Spelt>,
    /// What its values may be.
    pub domain: Domain,
    /// Which containers may lend a value, nearest first whatever the order in the file; none unless listed.
    pub inherit: Vec<Lender>,
    /// The value of a resource that has none after inheritance.
    pub default: Option<String>,
    /// Which tags that are bound to a resource as objects of their own speak for it, where a cloud has such.
    pub bindings: Bindings,
    /// Its spelling per cloud, where the user overrides the derived one.
    pub spelling: BTreeMap<String, String>,
    /// The register of known values: `catalogue`, `directory` or `register`.
    pub register: Option<Register>,
    /// Where it is declared.
    pub place: Place,
}

/// Which bound tags speak for a key, after the tags that a resource carries itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bindings {
    /// None.
    #[default]
    None,
    /// Those bound to the resource itself.
    Direct,
    /// Those, and those bound to something above it.
    Effective,
}

/// Who may lend a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lender {
    /// The resource group.
    ResourceGroup,
    /// The account, subscription or project.
    Scope,
}

/// What the values of a key may be.
#[derive(Debug, Clone)]
pub enum Domain {
    /// Anything that is not empty.
    Any,
    /// A list, each with other accepted spellings.
    Values(Vec<Value>),
    /// Whatever the pattern matches as a whole; it is compiled anchored at both ends.
    Pattern {
        /// As the user wrote it.
        text: String,
        /// Anchored.
        regex: Regex,
    },
}

/// One allowed value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// Canonical spelling.
    pub name: String,
    /// Other accepted spellings.
    pub aliases: Vec<String>,
    /// Where it is declared.
    pub place: Place,
}

/// A CSV side file, read and valid.
#[derive(Debug, Clone)]
pub struct Register {
    /// `catalogue`, `directory` or `register`.
    pub word: &'static str,
    /// The file.
    pub path: PathBuf,
    /// Its rows by id (the `id` column).
    pub rows: BTreeMap<String, RegisterRow>,
}

/// A row of a side file: its id is the map's key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RegisterRow {
    /// `name` column, if there is one.
    pub name: Option<String>,
    /// `owner` column, if there is one.
    pub owner: Option<String>,
    /// The first moment of the day in the `valid_from` column.
    pub valid_from: Option<Timestamp>,
    /// The first moment after the day in the `valid_to` column: from then on the id no longer counts.
    pub valid_to: Option<Timestamp>,
}

/// Narrows where a key is asked for: an entry limits its key to the kinds and clouds it names; of several entries for one key any may ask.
#[derive(Debug, Clone)]
pub struct Requirement {
    /// The key.
    pub key: KeyId,
    /// Patterns over shared kinds (`storage.*`) and native kinds; empty means all.
    pub kinds: Vec<String>,
    /// Clouds; empty means all.
    pub clouds: Vec<String>,
    /// `required: false` takes the key off what the entry names.
    pub required: bool,
    /// Where it stands.
    pub place: Place,
}

/// One entry of `stages:`.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Canonical values of the Environment key: one, or several for containers that are shared between them.
    pub environments: Vec<String>,
    /// Patterns by cloud and kind of container: `("aws", "accounts") → ["111111111111"]`.
    pub containers: Vec<StageContainer>,
    /// Where it stands.
    pub place: Place,
}

/// The patterns of one kind of container of one cloud.
#[derive(Debug, Clone)]
pub struct StageContainer {
    /// Cloud.
    pub cloud: String,
    /// Kind of container, as the cloud's `containers()` spells it.
    pub kind: String,
    /// Patterns with `*` and `?` over id, name or path, without case.
    pub patterns: Vec<Spelt>,
}

/// An option of a rule, as the rule declares it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleOption {
    /// Its name in the file.
    pub name: &'static str,
    /// What may stand there.
    pub shape: OptionShape,
    /// The option without which it says nothing.
    pub beside: Option<&'static str>,
}

/// What an option may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionShape {
    /// One word or several.
    Words,
    /// A duration, such as `30d`.
    Duration,
    /// An amount of money, such as `100` or `0.50`, in whatever currency the bill has.
    Amount,
    /// Values of this key, in their canonical spelling.
    ValuesOf(&'static str),
}

/// Level and options of a rule.
#[derive(Debug, Clone)]
pub struct RuleSetting {
    /// Level, when given.
    pub level: Option<Level>,
    /// Options beside it: each a list of words (a scalar is a list of one).
    pub options: BTreeMap<String, Vec<String>>,
    /// Where it stands.
    pub place: Place,
}

impl RuleSetting {
    /// The words of an option; none when it is not given.
    pub fn words(&self, option: &str) -> Option<&[String]> {
        self.options.get(option).map(Vec::as_slice)
    }

    /// An option that is an amount.
    pub fn amount(&self, option: &str) -> Option<Amount> {
        self.words(option)?.first().and_then(|text| Amount::parse(text).ok()).map(|(amount, _)| amount)
    }

    /// An option that is a duration, in seconds.
    pub fn seconds(&self, option: &str) -> Option<i64> {
        self.words(option)?.first().and_then(|text| crate::duration_seconds(text))
    }
}

/// An accepted exception.
#[derive(Debug, Clone)]
pub struct Waiver {
    /// Pattern over rule ids.
    pub rule: String,
    /// Pattern over the resource id.
    pub resource: Option<String>,
    /// Pattern over the account, subscription or project: its id or its name.
    pub scope: Option<String>,
    /// Pattern over the kind: the shared one or the cloud's own.
    pub kind: Option<String>,
    /// Exactly this finding.
    pub fingerprint: Option<String>,
    /// Narrows to findings about keys that this pattern matches.
    pub key: Option<String>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day it counts, as given.
    pub expires: String,
    /// The first moment at which it no longer counts.
    pub expires_at: Timestamp,
    /// Where it stands.
    pub place: Place,
}

impl Waiver {
    /// What it names, field by field.
    pub fn names(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let fields = [("resource", &self.resource), ("scope", &self.scope), ("kind", &self.kind), ("fingerprint", &self.fingerprint)];
        fields.into_iter().filter_map(|(name, text)| Some((name, text.as_deref()?)))
    }
}

/// What an environment is for.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// In a sentence.
    pub purpose: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Takes releases only.
    pub releases_only: bool,
    /// DataClass values it may hold; empty means not said.
    pub data: Vec<String>,
    /// Environments in one of which a version must have run before it runs in this one; empty means not said.
    pub after: Vec<String>,
    /// Region patterns in which its resources may be; empty means not said.
    pub regions: Vec<String>,
    /// Seconds that a resource in it may live: a week in an ephemeral one that gives none.
    pub lifetime: Option<i64>,
    /// Its resources come and go.
    pub ephemeral: bool,
}

/// Days that logs are kept.
#[derive(Debug, Clone, Copy, Default)]
pub struct Retention {
    /// At least, in seconds.
    pub min: Option<i64>,
    /// At most, in seconds.
    pub max: Option<i64>,
}

/// How cost is attributed.
#[derive(Debug, Clone)]
pub struct Costs {
    /// The rungs, first to last.
    pub ladder: Vec<Rung>,
    /// Costs that are given to a value by hand, in file order: the first that matches counts.
    pub assign: Vec<Assign>,
    /// Costs that are shared, in an order in which nothing is shared on before it has all arrived.
    pub splits: Vec<Split>,
    /// What a value of a key may cost, in file order; of those that name one value for one period and currency the first counts.
    pub budgets: Vec<Budget>,
}

/// What a value of a key may cost.
#[derive(Debug, Clone)]
pub struct Budget {
    /// The key.
    pub key: KeyId,
    /// A value, or a pattern with `*` and `?` over values: each that matches may cost that much.
    pub value: String,
    /// In which time.
    pub per: Period,
    /// How much.
    pub limit: Amount,
    /// In which currency, as bills spell it.
    pub currency: String,
    /// Where it stands.
    pub place: Place,
}

/// The time that a budget is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Period {
    /// A day, UTC.
    Day,
    /// A billing month.
    Month,
}

impl Period {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
        }
    }
}

/// One rung of the attribution ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rung {
    /// The tag on the cost row.
    Row,
    /// The tag of the owning resource.
    Resource,
    /// The tag of its resource group.
    Group,
    /// The tag of its account, subscription or project.
    Scope,
    /// The Environment its container is declared for (the Environment key only).
    Stage,
    /// The entries of `assign`.
    Assign,
}
