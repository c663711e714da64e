//! Costs that no tag says anything about: given to a value by hand, or shared between several.

use crate::KeyId;
use std::fmt;
use tagledger_model::{Amount, Month, Place};
use wildmatch::WildMatch;

/// Gives a value of a key to costs that it describes.
#[derive(Debug, Clone)]
pub struct Assign {
    /// The key.
    pub key: KeyId,
    /// The canonical value.
    pub value: String,
    /// Which costs.
    pub costs: Selector,
    /// Where it stands.
    pub place: Place,
}

/// Describes costs; every part that is there must match. Patterns compare without case.
#[derive(Debug, Clone, Default)]
pub struct Selector {
    /// The cloud, by its short name.
    pub cloud: Option<String>,
    /// The account, subscription or project, by its id or its name.
    pub scope: Option<WildMatch>,
    /// The service, as the bill calls it.
    pub service: Option<WildMatch>,
    /// The resource on the row, by its id or the last part of it.
    pub resource: Option<WildMatch>,
    /// The category of the charge, as FOCUS calls it: Tax, Credit, Purchase, …
    pub charge: Option<WildMatch>,
}

/// What a selector may look at.
#[derive(Debug, Clone, Copy, Default)]
pub struct CostFacts<'a> {
    /// The cloud's short name.
    pub cloud: &'a str,
    /// The sub-account's id as the bill writes it.
    pub scope: &'a str,
    /// The scope's id and name in the inventory.
    pub known_scope: Option<(&'a str, Option<&'a str>)>,
    /// The service.
    pub service: &'a str,
    /// The category of the charge.
    pub charge: &'a str,
}

impl Selector {
    /// Whether it matches, but for the resource.
    pub fn matches(&self, facts: &CostFacts<'_>) -> bool {
        let is = |pattern: &Option<WildMatch>, texts: &[&str]| pattern.as_ref().is_none_or(|pattern| texts.iter().any(|text| pattern.matches(text)));
        let last = last_part(facts.scope);
        let (id, name) = facts.known_scope.map_or(("", ""), |(id, name)| (id, name.unwrap_or_default()));
        self.cloud.as_deref().is_none_or(|cloud| cloud.eq_ignore_ascii_case(facts.cloud))
            && is(&self.scope, &[facts.scope, last, id, name])
            && is(&self.service, &[facts.service])
            && is(&self.charge, &[facts.charge])
    }

    /// Whether it matches a resource's id; true where it does not ask for one.
    pub fn matches_resource(&self, id: &str) -> bool {
        self.resource.as_ref().is_none_or(|pattern| !id.is_empty() && (pattern.matches(id) || pattern.matches(last_part(id))))
    }
}

fn last_part(id: &str) -> &str {
    id.rsplit(['/', ':']).next().unwrap_or(id)
}

/// Shares what one value of a key costs, or what nobody is charged for, between other values.
#[derive(Debug, Clone)]
pub struct Split {
    /// The key.
    pub key: KeyId,
    /// The value whose costs are shared; none for costs without a value.
    pub from: Option<String>,
    /// The values that they are shared between; where none is named, every value that costs something itself.
    pub to: Vec<String>,
    /// By what.
    pub by: SplitBy,
    /// Where it stands.
    pub place: Place,
}

/// By what costs are shared. All weights are zero or more.
#[derive(Debug, Clone)]
pub enum SplitBy {
    /// To all alike.
    Even,
    /// By what each costs itself in the same month and currency, everywhere or where another key has a value.
    Cost(Option<(KeyId, String)>),
    /// By weights that stand in the taxonomy.
    Fixed(Vec<(String, Amount)>),
    /// By the weights of a file.
    Usage(Vec<Usage>),
}

/// A line of a file of usage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// The value.
    pub value: String,
    /// The month that it is for; none: every month that has no lines of its own.
    pub month: Option<Month>,
    /// How much.
    pub weight: Amount,
}

impl fmt::Display for Split {
    /// What is shared: `platform`, or `what is unattributed`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.from.as_deref().unwrap_or("what is unattributed"))
    }
}
