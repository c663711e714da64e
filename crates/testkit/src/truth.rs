//! What is true of an estate, counted from what the generator knows and never by reading tags, ids or files back.
//!
//! Decisions where the design is silent, so that a difference can be traced:
//!
//! * **Standing** is that of a resource's own tags, before a container lends anything. Of several tags of one key the one in the cloud's standard spelling wins;
//!   otherwise two that say different things (an unknown or an empty value differs from everything) are a conflict. A kind that cannot carry tags
//!   is `not_taggable` and counts for no rule.
//! * **missing-required-key**: absent (not empty, not unknown, not in conflict), required for that kind, and not lent. Only a key that is absent is lent to, and only
//!   Environment is (`inherit: [resource_group, scope]`). All keys are required; DataClass of storage and databases only. Resources without any user tag are
//!   counted here too, and under `untagged` besides.
//! * **untagged**: a taggable resource without any tag of the user's; tags of the platform do not count, tags outside the taxonomy do.
//! * **empty-value**, **unknown-value**: one for each resource and key, required or not.
//! * **nonstandard-key**: the key is present, not in conflict, and spelt otherwise than its cloud spells it, whatever its value.
//! * **nonstandard-value**: recognised, but not the canonical spelling; on Google the label encoding of the canonical spelling is standard.
//! * **conflicting-keys**: such a key counts under no other rule.
//! * **stage-mismatch**: a recognised own Environment other than the stage of its scope. What containers lend never disagrees, because they carry their own stage.
//! * **stage-undeclared**: scopes that no entry of `stages:` names, and the resources in them.
//! * **expired**: a lifetime tag whose date lies at least five days back, or whose duration since creation is over; without such a tag what is in preview,
//!   whose lifetime is a week, because everything is older than that; only Google's exports show when it was made.
//! * **owner-gone**, **cost-center-closed**: a recognised own value of somebody who has left, or of a cost centre that is closed, and whatever text stands there
//!   that is in neither file. All applications are in the catalogue.
//! * **personal-data-outside-stage**: a recognised own DataClass other than none in demo, the one Environment whose entry says what it may hold. A
//!   resource is in what its own tag says; when that is absent or empty, in what its group or its scope says, else in the stage of its scope.
//! * **waived**: hits of missing-required-key on buckets named `legacy-…`, which the estate's taxonomy waives; they are counted above as well.
//! * **Cost** by invoice month. A row is attributed per key by the first of: its own tags, its resource's, that resource's group's, those of the scope it names. Unknown and
//!   empty values and conflicts do not answer. Rows of deleted resources reach the scope's rung, not the group's. Stages attribute nothing.

mod costs;

pub use costs::{Cell, Rung, Sum};

use crate::{
    bill::each_row,
    calendar::rfc3339,
    estate::{Estate, Resource},
    inventory::has_user_tag,
    kinds::Cloud,
    scopes::Scope,
    tag::{Meaning, Standing, Value},
    vocabulary::{CLOSED, ENVIRONMENTS, Key, LEFT, cost_center, owner},
};
use costs::CostTables;
use serde::Serialize;
use std::collections::BTreeMap;

/// Counts by a name.
pub type Counts = BTreeMap<&'static str, u64>;

/// The whole truth.
#[derive(Debug, Serialize)]
pub struct Truth {
    /// The seed.
    pub seed: u64,
    /// The moment of the inventory.
    pub now: String,
    /// What there is.
    pub resources: Resources,
    /// Resources by key and standing.
    pub standing: BTreeMap<&'static str, Counts>,
    /// Hits by rule.
    pub findings: Findings,
    /// Sums of the bill by month and currency.
    pub costs: Vec<Sum>,
    /// The same by cloud.
    pub costs_by_cloud: Vec<Sum>,
    /// EffectiveCost by month, currency, Environment and Application.
    pub by_environment_application: Vec<Cell>,
    /// EffectiveCost by month, currency, key and the rung that answered.
    pub by_basis: Vec<Rung>,
}

/// Counts of resources.
#[derive(Debug, Default, Serialize)]
pub struct Resources {
    /// All.
    pub total: u64,
    /// Those that can carry tags.
    pub taggable: u64,
    /// By cloud.
    pub by_cloud: Counts,
    /// By id of the scope.
    pub by_scope: BTreeMap<String, u64>,
}

/// Hits by rule; those that have a key by key.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Findings {
    /// Hits.
    pub missing_required_key: Counts,
    /// Hits.
    pub untagged: u64,
    /// Hits.
    pub empty_value: Counts,
    /// Hits.
    pub unknown_value: Counts,
    /// Hits.
    pub nonstandard_key: Counts,
    /// Hits.
    pub nonstandard_value: Counts,
    /// Hits.
    pub conflicting_keys: Counts,
    /// Hits.
    pub stage_mismatch: u64,
    /// Scopes that nothing declares.
    pub stage_undeclared_scopes: u64,
    /// Resources in them.
    pub stage_undeclared_resources: u64,
    /// Hits.
    pub owner_gone: Counts,
    /// Hits.
    pub cost_center_closed: Counts,
    /// Hits.
    pub personal_data_outside_stage: Counts,
    /// Hits.
    pub expired: u64,
    /// Hits of missing-required-key that a waiver covers.
    pub waived: u64,
    /// Absent, but lent by a container.
    pub lent: Counts,
}

impl Estate {
    /// Counts the truth in one pass over resources and bill.
    pub fn truth(&self) -> Truth {
        let mut counted = Counted::default();
        for index in 0..self.spec().resources {
            counted.resource(self, &self.resource(index));
        }
        let undeclared = self.scopes().iter().filter(|s| s.stage.is_none());
        counted.findings.stage_undeclared_scopes = undeclared.clone().count() as u64;
        counted.findings.stage_undeclared_resources = undeclared.map(|s| s.count).sum();
        for scope in self.scopes() {
            counted.resources.by_scope.insert(scope.id.clone(), scope.count);
        }
        let mut costs = CostTables::default();
        for (position, month) in (0_u32..).zip(self.months()) {
            for cloud in Cloud::ALL {
                each_row(self, cloud, position, &mut |row| costs.add((month.0, cloud.currency()), cloud, row));
            }
        }
        let Counted { resources, standing, findings } = counted;
        let seed = self.spec().seed;
        Truth {
            seed,
            now: rfc3339(self.spec().now),
            resources,
            standing,
            findings,
            costs: costs.sums(),
            costs_by_cloud: costs.sums_by_cloud(),
            by_environment_application: costs.cells(),
            by_basis: costs.rungs(),
        }
    }
}

#[derive(Default)]
struct Counted {
    resources: Resources,
    standing: BTreeMap<&'static str, Counts>,
    findings: Findings,
}

fn up(counts: &mut Counts, name: &'static str) {
    *counts.entry(name).or_default() += 1;
}

impl Counted {
    fn resource(&mut self, estate: &Estate, resource: &Resource) {
        self.resources.total += 1;
        up(&mut self.resources.by_cloud, resource.cloud.id());
        if !resource.kind.taggable {
            for key in Key::ALL {
                up(self.standing.entry(key.name()).or_default(), "not_taggable");
            }
            return;
        }
        self.resources.taggable += 1;
        let scope = &estate.scopes()[resource.scope];
        self.findings.untagged += u64::from(!has_user_tag(&resource.tags));
        for key in Key::ALL {
            let name = key.name();
            let standing = Standing::of(&resource.tags, key);
            let (word, key_standard) = match standing {
                Standing::Recognised { key_standard, value_standard, value } => {
                    self.registers(estate, key, &value.canonical());
                    if !value_standard {
                        up(&mut self.findings.nonstandard_value, name);
                    }
                    ("recognised", key_standard)
                }
                Standing::Unrecognised { key_standard } => {
                    up(&mut self.findings.unknown_value, name);
                    ("unrecognised", key_standard)
                }
                Standing::Empty { key_standard } => {
                    up(&mut self.findings.empty_value, name);
                    ("empty", key_standard)
                }
                Standing::Absent => {
                    self.absent(estate, resource, key);
                    ("absent", true)
                }
                Standing::Conflict => {
                    up(&mut self.findings.conflicting_keys, name);
                    ("conflict", true)
                }
            };
            up(self.standing.entry(name).or_default(), word);
            if !key_standard {
                up(&mut self.findings.nonstandard_key, name);
            }
        }
        if let (Some(stage), Some(Value::Environment(own))) = (scope.stage, Standing::of(&resource.tags, Key::Environment).value()) {
            self.findings.stage_mismatch += u64::from(stage != *own);
        }
        let holds = Standing::of(&resource.tags, Key::DataClass).value().map(Value::canonical);
        let environment = environment_of(scope, resource).map(|index| ENVIRONMENTS[usize::from(index)].name);
        let states = resource.tags.iter().any(|tag| matches!(tag.meaning, Meaning::Lifetime(_)));
        let is_over = resource.tags.iter().any(|tag| tag.meaning == Meaning::Lifetime(true))
            || (!states && environment == Some("preview") && resource.cloud == Cloud::Gcp);
        self.findings.expired += u64::from(is_over);
        if environment == Some("demo") && holds.is_some_and(|class| class != "none") {
            up(&mut self.findings.personal_data_outside_stage, Key::DataClass.name());
        }
    }

    fn registers(&mut self, estate: &Estate, key: Key, value: &str) {
        let stands = |count: u32, id: fn(u32) -> String, over: u32| (0..count).any(|at| at != over && id(at).eq_ignore_ascii_case(value));
        match key {
            Key::Owner if !stands(estate.owners(), owner, LEFT) => up(&mut self.findings.owner_gone, key.name()),
            Key::CostCenter if !stands(estate.cost_centers(), cost_center, CLOSED) => up(&mut self.findings.cost_center_closed, key.name()),
            _ => {}
        }
    }

    fn absent(&mut self, estate: &Estate, resource: &Resource, key: Key) {
        let scope = &estate.scopes()[resource.scope];
        let group = resource.group.map(|g| &scope.groups[g].tags);
        let lends = |tags: &Vec<crate::tag::Tag>| Standing::of(tags, key).value().is_some();
        let lent = key == Key::Environment && (group.is_some_and(lends) || lends(&scope.tags));
        if lent {
            up(&mut self.findings.lent, key.name());
        } else if key != Key::DataClass || resource.kind.holds_data {
            up(&mut self.findings.missing_required_key, key.name());
            self.findings.waived += u64::from(resource.legacy && resource.kind.native == "s3:bucket");
        }
    }
}

/// The Environment that a resource is in.
fn environment_of(scope: &Scope, resource: &Resource) -> Option<u8> {
    let said = |tags| match Standing::of(tags, Key::Environment).value() {
        Some(Value::Environment(index)) => Some(*index),
        _ => None,
    };
    let lent = || resource.group.and_then(|group| said(&scope.groups[group].tags)).or_else(|| said(&scope.tags));
    match Standing::of(&resource.tags, Key::Environment) {
        Standing::Absent | Standing::Empty { .. } => lent().or(scope.stage),
        Standing::Recognised { .. } | Standing::Unrecognised { .. } | Standing::Conflict => said(&resource.tags),
    }
}
