//! What a rule is.

use crate::context::Context;
use crate::facts::CloudFacts;
use crate::inventory::{GroupRow, ScopeRow};
use crate::stage::ContainerStage;
use crate::view::ResourceView;
use crate::waive::WaiverUse;
use polars::prelude::Expr;
use tagledger_model::{Level, Money, Place, Suggestion, Text, Timestamp, Verdict};
use tagledger_taxonomy::{KeyId, RuleOption, Waiver};

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Tags that are not as they should be.
    Untagged,
    /// Things in the wrong place.
    MisStaged,
    /// Things nobody needs.
    Orphaned,
    /// Money.
    Spend,
    /// The exceptions themselves.
    Housekeeping,
}

impl Family {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Untagged => "untagged",
            Self::MisStaged => "mis-staged",
            Self::Orphaned => "orphaned",
            Self::Spend => "spend",
            Self::Housekeeping => "housekeeping",
        }
    }
}

/// A rule as data.
#[derive(Debug)]
pub struct RuleMeta {
    /// Names the flaw and reads well after "allow".
    pub id: &'static str,
    /// Family.
    pub family: Family,
    /// Level unless the taxonomy sets another.
    pub level: Level,
    /// Version that brought it.
    pub since: &'static str,
    /// One line.
    pub summary: &'static str,
    /// Its options in taxonomy.yaml.
    pub options: &'static [RuleOption],
    /// Its documentation page, whole.
    pub page: &'static str,
}

/// Which rows a check judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// One row per resource.
    Resources,
    /// One row per account, subscription or project.
    Scopes,
    /// One row per resource group.
    Groups,
    /// Rows that a rule has put together itself.
    Rows,
    /// One row per waiver of the taxonomy.
    Waivers,
}

/// What a rule asks of the engine.
#[expect(clippy::large_enum_variant, reason = "a run makes a few dozen of them, once; boxes would burden every rule")]
pub enum Check {
    /// Columns over a table.
    Columns {
        /// The table: resources, scopes or groups.
        table: Table,
        /// The key that it is about.
        key: Option<KeyId>,
        /// Which rows are judged; never null.
        population: Expr,
        /// True = violated, false = passed, null = undetermined.
        violated: Expr,
        /// The line of the taxonomy that demands it.
        demanded_by: Option<Place>,
    },
    /// Rows that the rule has put together and judged itself, because no table has them: a budget, an environment, a share of the bill.
    Rows {
        /// The key that they are about.
        key: Option<KeyId>,
        /// The rows, passing ones as well.
        rows: Vec<JudgedRow>,
    },
    /// Runs after the others, over the waivers: is this waiver, after all that became of it, in breach now?
    Waivers {
        /// The test; none where it passes.
        judge: fn(&Waiver, became: &WaiverUse, now: Timestamp) -> Option<Verdict>,
    },
}

/// What a row is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// Cloud; `-` for what is of none.
    pub cloud: Text,
    /// Scope; empty for what is of none.
    pub scope: Text,
    /// What sort of thing it is, e.g. `budget`.
    pub kind: &'static str,
    /// A name that stays the same from run to run.
    pub id: Text,
    /// What people call it.
    pub name: Option<Text>,
    /// The Environment that it is about.
    pub environment: Option<Text>,
    /// The Application that it is about.
    pub application: Option<Text>,
    /// The Owner that it is about.
    pub owner: Option<Text>,
}

/// A row that a rule has put together.
#[derive(Debug, Clone, Default)]
pub struct JudgedRow {
    /// What it is about.
    pub subject: Subject,
    /// The verdict; none where it passes.
    pub verdict: Option<Verdict>,
    /// The money that is at stake.
    pub money: Vec<Money>,
    /// In words.
    pub said: Explanation,
}

/// A rule: which rows break it, and how to say so.
pub trait Rule: Send + Sync {
    /// The rule as data.
    fn meta(&self) -> &'static RuleMeta;
    /// The checks, for this taxonomy.
    fn checks(&self, cx: &Context<'_>) -> Vec<Check>;
    /// Whether it judges what sources show of the state of a resource: where they show none of it, it says nothing.
    fn judges_facts(&self) -> bool {
        false
    }
    /// Words, only for rows that will be shown.
    fn explain(&self, hit: &Hit<'_>) -> Explanation;
}

/// One row that breaks a rule, or that could not be judged.
#[derive(Debug, Clone, Copy)]
pub struct Hit<'a> {
    /// The resource, for a check over resources.
    pub resource: Option<ResourceView<'a>>,
    /// The scope, for a check over scopes.
    pub scope: Option<&'a ScopeRow>,
    /// The resource group, for a check over groups.
    pub group: Option<&'a GroupRow>,
    /// What is known of the stage of the scope or group.
    pub stage: Option<&'a ContainerStage>,
    /// The cloud that the row is of; none for a waiver.
    pub cloud: Option<&'a CloudFacts>,
    /// The waiver, for a check over waivers.
    pub waiver: Option<&'a Waiver>,
    /// What became of it.
    pub became: Option<&'a WaiverUse>,
    /// The key that the check is about.
    pub key: Option<KeyId>,
    /// Violated or undetermined.
    pub verdict: Verdict,
    /// The moment of the audit.
    pub now: Timestamp,
}

impl<'a> Hit<'a> {
    /// The id of the scope or group that a check over containers is about.
    pub fn container_id(&self) -> Option<&'a Text> {
        self.group.map(|group| &group.id).or_else(|| self.scope.map(|scope| &scope.id))
    }

    /// Its name; what stands for one in its id where it has none.
    pub fn container_name(&self) -> Option<Text> {
        let last = |group: &GroupRow| Text::new(group.id.rsplit('/').next().unwrap_or(&group.id));
        let of_group = self.group.map(|group| group.name.clone().unwrap_or_else(|| last(group)));
        of_group.or_else(|| self.scope.map(|scope| scope.name.clone().unwrap_or_else(|| scope.id.clone())))
    }

    /// True for a violated row, false for an undetermined one.
    pub fn is_violated(&self) -> bool {
        self.verdict == Verdict::Violated
    }
}

/// A hit in words.
#[derive(Debug, Clone, Default)]
pub struct Explanation {
    /// What is wrong, one sentence without full stop.
    pub message: String,
    /// The field and value that prove it.
    pub evidence: Option<Evidence>,
    /// Where the value came from.
    pub provenance: Option<String>,
    /// What to do.
    pub suggestion: Option<Suggestion>,
    /// The line of the taxonomy that demands it of this row, where rows of one check differ; else the check's own counts.
    pub demanded_by: Option<Place>,
}

/// The field and value that prove a finding.
pub type Evidence = tagledger_model::Evidence;
