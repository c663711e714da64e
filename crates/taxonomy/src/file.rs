//! The form of taxonomy.yaml as types, for the JSON Schema. Their doc comments are what an editor shows.
//!
//! The reading itself is done in `load`, which can name every mistake at once; a test holds the two to the same fields.
#![expect(dead_code, reason = "the types exist for their schema; `load` reads the file")]

use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// One taxonomy over all clouds: which tags there are, where they are asked for, and what is accepted instead.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Tagledger taxonomy")]
pub struct TaxonomyFile {
    /// The version of this file's form: 1.
    #[schemars(extend("const" = 1))]
    pub version: u32,
    /// The keys, by canonical name.
    #[schemars(extend("minProperties" = 1, "maxProperties" = 32))]
    pub keys: BTreeMap<String, Option<KeyForm>>,
    /// Narrows where a key is, or is not, asked for.
    pub requirements: Option<Vec<RequirementForm>>,
    /// Which Environment a container is for. The first entry that matches wins.
    pub stages: Option<Vec<StageForm>>,
    /// Whether the name of a container says its stage where neither an entry, nor its tag, nor anything above it does: one word of it is a
    /// value of Environment, or another spelling of one. Default: false.
    pub stage_from_name: Option<bool>,
    /// Level, and options, by rule id. A rule that is not named runs at its default level.
    pub rules: Option<BTreeMap<String, RuleForm>>,
    /// Accepted exceptions. Reason, owner and expiry are mandatory.
    pub waivers: Option<Vec<WaiverForm>>,
    /// What each environment is for, by value of the Environment key.
    pub environments: Option<BTreeMap<String, EnvironmentForm>>,
    /// Keys that say until when a resource is meant to live: a date, or a duration counted from its creation.
    pub lifetime_keys: Option<Vec<Word>>,
    /// Keys that say which version runs.
    pub version_keys: Option<Vec<Word>>,
    /// Findings about younger resources are warnings.
    pub grace: Option<Duration>,
    /// How long logs are kept, by value of the Environment key.
    pub retention: Option<BTreeMap<String, RetentionForm>>,
    /// Region patterns in which data may lie, by value of the DataClass key.
    pub residency: Option<BTreeMap<String, Vec<Word>>>,
    /// How cost is attributed.
    pub costs: Option<CostsForm>,
}

/// One key. Its name, aliases and spellings are compared ignoring case and the characters - _ . : / and space.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyForm {
    /// True when every taggable resource must carry it. Default: false.
    pub required: Option<bool>,
    /// Other names under which it is found.
    pub aliases: Option<Vec<Word>>,
    /// The allowed values: canonical value to its other accepted spellings. Not together with `pattern`.
    #[schemars(extend("minProperties" = 1))]
    pub values: Option<BTreeMap<String, Option<Vec<Word>>>>,
    /// A regular expression that must match the whole value. Not together with `values`.
    pub pattern: Option<Word>,
    /// A CSV file of known applications or services: id, name, owner, valid_from, valid_to.
    pub catalogue: Option<Word>,
    /// A CSV file of known people or teams: id, name, owner, valid_from, valid_to.
    pub directory: Option<Word>,
    /// A CSV file of known numbers, such as cost centres: id, name, owner, valid_from, valid_to.
    pub register: Option<Word>,
    /// Which containers may lend a value to what lies in them; the nearest wins. None unless listed.
    pub inherit: Option<Vec<LenderWord>>,
    /// Whether tags that are bound to a resource as objects of their own speak for the key as well, where a cloud has such beside
    /// its labels (Google's tags): those bound to the resource itself, or also those bound to what is above it. None unless said.
    pub bindings: Option<BindingsWord>,
    /// The value of a resource that has none after inheritance.
    pub default: Option<Word>,
    /// Its spelling by cloud, where the derived one does not fit.
    pub spelling: Option<BTreeMap<String, Word>>,
}

/// A word under `inherit`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LenderWord {
    /// The resource group.
    ResourceGroup,
    /// The account, subscription or project.
    Scope,
}

/// A word for `bindings`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BindingsWord {
    /// None.
    None,
    /// Those bound to the resource itself.
    Direct,
    /// Those, and those bound to something above it.
    Effective,
}

/// Limits where a key is asked for to the kinds and clouds it names. Of several entries for one key any may ask.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequirementForm {
    /// The key.
    pub key: Word,
    /// Patterns over shared kinds (`storage.*`) and the cloud's own kinds. Default: all.
    pub kinds: Option<Vec<Word>>,
    /// Clouds. Default: all.
    pub clouds: Option<Vec<Word>>,
    /// False takes the key off what the entry names. Default: true.
    pub required: Option<bool>,
}

/// Declares containers to be for one environment, or for several that share them. Beside `environment` stand clouds, each with its words for containers
/// and patterns (`*` and `?`) over their id, name or path.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct StageForm {
    /// A value of the Environment key, or several.
    pub environment: OptionForm,
    /// By cloud and word for a container.
    #[serde(flatten)]
    pub clouds: BTreeMap<String, BTreeMap<String, Vec<Word>>>,
}

/// A level, or a level with options beside it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum RuleForm {
    /// The level alone.
    Level(LevelWord),
    /// Level and options.
    Settings(RuleSettingsForm),
}

/// Level and options of a rule.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct RuleSettingsForm {
    /// The level. Default: the rule's own.
    pub level: Option<LevelWord>,
    /// The options of this rule.
    #[serde(flatten)]
    pub options: BTreeMap<String, OptionForm>,
}

/// How much a rule's findings matter.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LevelWord {
    /// The rule is not run.
    Off,
    /// Worth knowing.
    Info,
    /// Should be mended.
    Warn,
    /// Must be mended.
    Error,
}

/// A word or a list of words.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum OptionForm {
    /// One word.
    One(Word),
    /// Several.
    Many(Vec<Word>),
}

/// An accepted exception.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaiverForm {
    /// A rule id, or a pattern (`*` and `?`) over them.
    pub rule: Word,
    /// A pattern (`*` and `?`) over resource ids.
    pub resource: Option<Word>,
    /// A pattern over accounts, subscriptions and projects: their ids or names, without case.
    pub scope: Option<Word>,
    /// A pattern over shared kinds (`storage.*`) and the cloud's own kinds, without case.
    pub kind: Option<Word>,
    /// The fingerprint of one finding. Either this or patterns.
    pub fingerprint: Option<Word>,
    /// Narrows it to findings about this key, or about the keys that a pattern matches.
    pub key: Option<Word>,
    /// Why the exception is accepted.
    pub reason: Word,
    /// Who answers for it.
    pub owner: Word,
    /// The last day it counts.
    pub expires: Day,
}

/// What an environment is for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnvironmentForm {
    /// In a sentence.
    pub purpose: Option<Word>,
    /// Who answers for it.
    pub owner: Option<Word>,
    /// True when it takes released versions only. Default: false.
    pub releases_only: Option<bool>,
    /// The DataClass values it may hold. Default: not said.
    pub data: Option<Vec<Word>>,
    /// The environments in one of which a version must have run before it runs in this one. Default: not said.
    pub after: Option<Vec<Word>>,
    /// Region patterns in which its resources may be. Default: not said.
    pub regions: Option<Vec<Word>>,
    /// How long a resource in it may live. Default: no limit, and a week where it is ephemeral.
    pub lifetime: Option<Duration>,
    /// True when its resources come and go: each may live for a week unless `lifetime` says otherwise. Default: false.
    pub ephemeral: Option<bool>,
}

/// How long logs are kept.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RetentionForm {
    /// At least.
    pub min: Option<Duration>,
    /// At most.
    pub max: Option<Duration>,
}

/// How cost is attributed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CostsForm {
    /// The rungs, first to last. Default: row, resource, group, scope, stage, assign, split.
    #[schemars(extend("minItems" = 1, "uniqueItems" = true))]
    pub ladder: Option<Vec<RungWord>>,
    /// Costs that are given to a value by hand: of several entries for one key the first that matches counts.
    pub assign: Option<Vec<AssignForm>>,
    /// Costs that are shared between values.
    pub splits: Option<Vec<SplitForm>>,
    /// What values of keys may cost. Of several that name one value for one period and currency the first counts.
    pub budgets: Option<Vec<BudgetForm>>,
}

/// Gives a value of a key to costs; all that is said of them must match. Patterns have `*` and `?`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignForm {
    /// The key.
    pub key: Word,
    /// The value.
    pub value: Word,
    /// The cloud, by its short name.
    pub cloud: Option<Word>,
    /// A pattern over the id and the name of the account, subscription or project.
    pub scope: Option<Word>,
    /// A pattern over the service, as the bill calls it.
    pub service: Option<Word>,
    /// A pattern over the resource's id and the last part of it.
    pub resource: Option<Word>,
    /// A pattern over the category of the charge: Usage, Purchase, Tax, Credit, Adjustment.
    pub charge: Option<Word>,
}

/// Shares costs between values of a key.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SplitForm {
    /// The key.
    pub key: Word,
    /// The value whose costs are shared.
    pub from: Option<Word>,
    /// True to share what has no value.
    pub unattributed: Option<bool>,
    /// The values that they are shared between. Default: every value that costs something itself in the month.
    pub to: Option<Vec<Word>>,
    /// By what.
    pub by: SplitWord,
    /// With `by: cost`, a key and a value: only what was spent there weighs.
    pub r#where: Option<BTreeMap<String, Word>>,
    /// With `by: fixed`, how much each value gets, in any unit.
    pub weights: Option<BTreeMap<String, Word>>,
    /// With `by: usage`, a CSV file with the columns value, weight and, where it differs, month.
    pub usage: Option<Word>,
}

/// A way to share costs.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SplitWord {
    /// To all alike.
    Even,
    /// By what each costs itself in the month.
    Cost,
    /// By `weights`.
    Fixed,
    /// By the file that `usage` names.
    Usage,
}

/// What a value of a key may cost.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BudgetForm {
    /// The key.
    pub key: Word,
    /// A value of the key, or a pattern (`*` and `?`): each value that matches may cost that much.
    pub value: Word,
    /// The time that it is for.
    pub per: PeriodWord,
    /// How much, in decimals.
    #[schemars(extend("minimum" = 0))]
    pub limit: Word,
    /// The currency, as the bill spells it.
    pub currency: Word,
}

/// A word for `per`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PeriodWord {
    /// A day, UTC.
    Day,
    /// A billing month.
    Month,
}

/// A rung of the attribution ladder.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RungWord {
    /// The tag on the cost row.
    Row,
    /// The tag of the owning resource.
    Resource,
    /// The tag of its resource group.
    Group,
    /// The tag of its account, subscription or project.
    Scope,
    /// The Environment its container is declared for.
    Stage,
    /// The entries of `assign`.
    Assign,
    /// The entries of `splits`.
    Split,
}

/// Text. Numbers and `true` or `false` are taken as they are written, so that account numbers need no quotes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("type" = ["string", "number", "boolean"]))]
pub struct Word(pub String);

/// A whole number and a unit: 30s, 15m, 24h, 7d, 4w.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("pattern" = "^[0-9]+[smhdw]$"))]
pub struct Duration(pub String);

/// A day: YYYY-MM-DD.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("pattern" = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))]
pub struct Day(pub String);
