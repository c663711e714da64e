//! The audit of environments: the list that lets somebody delete with a clear conscience.

use crate::MoneyRow;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EnvironmentRow {
    /// Canonical value of Environment; none for what is in no environment.
    pub environment: Option<String>,
    /// `keep`, `expired`, or `nobody knows`.
    pub verdict: String,
    /// Why, in words.
    pub why: String,
    /// Whether `environments:` of the taxonomy names it.
    pub registered: bool,
    /// What it is for, by the register.
    pub purpose: Option<String>,
    /// Who answers for it, by the register.
    pub owner: Option<String>,
    /// The Owners that most of its resources name, at most three.
    pub owners: Vec<String>,
    /// Accounts, subscriptions and projects that are for it alone.
    pub containers: u64,
    /// Applications with resources in it.
    pub applications: u64,
    /// Resources in it.
    pub resources: u64,
    /// Those of them whose time is over.
    pub expired: u64,
    /// The day on which the newest of them was made, or on which the state of one changed; none where no source shows any.
    pub changed: Option<String>,
    /// How many days a resource in it may live, by the register.
    pub lifetime_days: Option<u64>,
    /// What it cost in the last full month. The rows of one currency add up to the bill of that month.
    pub cost: Vec<MoneyRow>,
    /// That by the days of the month, rounded.
    pub per_day: Vec<MoneyRow>,
}
