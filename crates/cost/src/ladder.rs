//! The attribution ladder: who pays for what, key by key, and why.
//!
//! It works on the aggregate, never on bill rows. Each rung claims, for one key, groups that no rung before it claimed. After
//! every rung the sum per currency and month is held against what it was before, in release builds too.

use crate::aggregate::{Aggregate, Context, OwnerKind, Said};
use crate::billing::Billing;
use crate::book::NO_WORD;
use crate::enter::containers;
use crate::owners::NONE;
use crate::{CostError, Measure};
use rustc_hash::FxHashMap;
use tagledger_engine::CloudFacts;
use tagledger_model::{Amount, ContainerRef, Month, Standing, Text};
use tagledger_taxonomy::{CostFacts, KeyId, KeyState, Rung, Stages};

/// Why a unit of cost was attributed where it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Basis {
    /// The tag on the cost row.
    Row,
    /// The tag of the owning resource.
    Resource,
    /// The tag of its resource group.
    Group,
    /// The tag of its account, subscription or project.
    Scope,
    /// What its container is declared for.
    Stage,
    /// An assignment in the taxonomy.
    Assign,
    /// A share of what another value costs, or of what nobody was charged for.
    Split,
    /// No rung claimed it.
    Unattributed(Reason),
}

/// Why no rung claimed a unit of cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// The row names no resource: tax, support, fees, traffic.
    NoResource,
    /// The inventory does not hold the resource.
    NotInInventory,
    /// The tag is there, with a value the taxonomy does not know.
    UnknownValue,
    /// The tag is there and empty.
    EmptyValue,
    /// Tags disagree, or could not be read.
    Undetermined,
    /// Nothing says anything about the key.
    Untagged,
}

impl Basis {
    /// The words in reports.
    pub fn words(self) -> &'static str {
        match self {
            Self::Row => "row tag",
            Self::Resource => "resource tag",
            Self::Group => "resource group",
            Self::Scope => "scope",
            Self::Stage => "stage",
            Self::Assign => "assigned",
            Self::Split => "shared cost",
            Self::Unattributed(Reason::NoResource) => "unattributed: no resource on the bill row",
            Self::Unattributed(Reason::NotInInventory) => "unattributed: resource not in the inventory",
            Self::Unattributed(Reason::UnknownValue) => "unattributed: value not in the taxonomy",
            Self::Unattributed(Reason::EmptyValue) => "unattributed: empty value",
            Self::Unattributed(Reason::Undetermined) => "unattributed: tags disagree or were not read",
            Self::Unattributed(Reason::Untagged) => "unattributed: untagged",
        }
    }
}

/// What one key got: per group of the aggregate the value's code (0 for none) and the basis.
#[derive(Debug, Clone)]
pub(crate) struct Attribution {
    pub values: Vec<u32>,
    pub bases: Vec<Basis>,
}

/// What a rung may look at.
pub(crate) struct LadderContext<'a> {
    pub aggregate: &'a Aggregate,
    pub billing: &'a Billing<'a>,
    /// Scope row of each context.
    scopes: Vec<u32>,
    /// What `stages:` says of the account of each context that the inventory does not have: the code of an Environment, 0 for none.
    stages: Vec<u32>,
}

/// One rung: for a key, the value that it gives to a group, 0 for none.
pub(crate) trait Step: Sync {
    fn basis(&self) -> Basis;
    fn claim(&self, cx: &LadderContext<'_>, key: KeyId, group: usize) -> u32;
}

/// The one list of rungs.
fn step(rung: Rung) -> &'static dyn Step {
    match rung {
        Rung::Row => &RowTag,
        Rung::Resource => &ResourceTag,
        Rung::Group => &GroupTag,
        Rung::Scope => &ScopeTag,
        Rung::Stage => &DeclaredStage,
        Rung::Assign => &Assigned,
    }
}

struct RowTag;
struct ResourceTag;
struct GroupTag;
struct ScopeTag;
struct DeclaredStage;
struct Assigned;

fn value(states: Option<&[KeyState]>, key: KeyId) -> u32 {
    states.and_then(|s| s.get(key.index())).filter(|s| s.standing == Standing::Canonical).map_or(0, |s| s.value)
}

impl LadderContext<'_> {
    fn said(&self, key: KeyId, group: usize) -> Said {
        let tags = self.aggregate.groups[group].tags as usize;
        let at = self.billing.keys.iter().position(|k| *k == key);
        at.map_or(Said { value: 0, standing: Standing::Absent }, |at| self.aggregate.tag_states[tags][at])
    }

    fn owner(&self, group: usize) -> OwnerKind {
        self.aggregate.owners[self.aggregate.groups[group].owner as usize]
    }

    /// What the owning resource's tags say; none without a known resource.
    fn owner_said(&self, key: KeyId, group: usize) -> Option<Said> {
        let OwnerKind::Known { state, .. } = self.owner(group) else { return None };
        let at = self.billing.keys.iter().position(|k| *k == key)?;
        Some(self.aggregate.tag_states[state as usize][at])
    }

    fn scope(&self, group: usize) -> u32 {
        self.scopes[self.aggregate.groups[group].context as usize]
    }
}

impl Step for RowTag {
    fn basis(&self) -> Basis {
        Basis::Row
    }
    fn claim(&self, cx: &LadderContext<'_>, key: KeyId, group: usize) -> u32 {
        cx.said(key, group).value
    }
}

impl Step for ResourceTag {
    fn basis(&self) -> Basis {
        Basis::Resource
    }
    fn claim(&self, cx: &LadderContext<'_>, key: KeyId, group: usize) -> u32 {
        cx.owner_said(key, group).map_or(0, |said| said.value)
    }
}

impl Step for GroupTag {
    fn basis(&self) -> Basis {
        Basis::Group
    }
    fn claim(&self, cx: &LadderContext<'_>, key: KeyId, group: usize) -> u32 {
        let (OwnerKind::Known { group: row, .. } | OwnerKind::Unknown { group: row }) = cx.owner(group) else { return 0 };
        match cx.billing.owners {
            Some(owners) if row != NONE => value(owners.inventory().group_states(row), key),
            _ => 0,
        }
    }
}

impl Step for ScopeTag {
    fn basis(&self) -> Basis {
        Basis::Scope
    }
    fn claim(&self, cx: &LadderContext<'_>, key: KeyId, group: usize) -> u32 {
        match (cx.scope(group), cx.billing.owners) {
            (NONE, _) | (_, None) => 0,
            (scope, Some(owners)) => value(owners.inventory().scope_states(scope), key),
        }
    }
}

impl Step for DeclaredStage {
    fn basis(&self) -> Basis {
        Basis::Stage
    }
    fn claim(&self, cx: &LadderContext<'_>, key: KeyId, group: usize) -> u32 {
        if cx.billing.taxonomy.key("Environment") != Some(key) {
            return 0;
        }
        let by_account = cx.stages[cx.aggregate.groups[group].context as usize];
        let Some(owners) = cx.billing.owners.filter(|_| by_account == 0) else { return by_account };
        // The nearest container speaks, as it does for rules: a group may be declared for something else than the scope around it.
        let stage = match (cx.owner(group), cx.scope(group)) {
            (OwnerKind::Known { group: row, .. } | OwnerKind::Unknown { group: row }, _) if row != NONE => {
                owners.inventory().stage_of_group(row).stage.as_ref()
            }
            (_, NONE) => None,
            (_, scope) => owners.inventory().scope_stage(scope),
        };
        stage.and_then(|declared| declared.environment()).map_or(0, |one| cx.billing.dictionary.code(key, one))
    }
}

impl Step for Assigned {
    fn basis(&self) -> Basis {
        Basis::Assign
    }
    fn claim(&self, cx: &LadderContext<'_>, key: KeyId, group: usize) -> u32 {
        let context = cx.aggregate.contexts[cx.aggregate.groups[group].context as usize];
        let word = |number| cx.aggregate.word(number).as_str();
        let scope = cx.billing.owners.filter(|_| cx.scope(group) != NONE).map(|owners| &owners.inventory().scopes()[cx.scope(group) as usize]);
        let facts = CostFacts {
            cloud: cx.billing.clouds.known.get(usize::from(cx.billing.cloud_of(word(context.provider)))).map_or("", |(cloud, _)| cloud.id.as_str()),
            scope: word(context.account),
            known_scope: scope.map(|scope| (scope.id.as_str(), scope.name.as_deref())),
            service: word(context.service),
            charge: word(context.charge),
        };
        let named = |at: usize| word(context.named).split(' ').any(|position| position.parse() == Ok(at));
        let all = cx.billing.taxonomy.costs.assign.iter().enumerate();
        let found =
            all.filter(|(_, assign)| assign.key == key).find(|(at, assign)| (assign.costs.resource.is_none() || named(*at)) && assign.costs.matches(&facts));
        found.map_or(0, |(_, assign)| cx.billing.dictionary.code(key, &assign.value))
    }
}

fn reason(cx: &LadderContext<'_>, key: KeyId, group: usize) -> Reason {
    let kind = cx.owner(group);
    let owner_standing = cx.owner_said(key, group).map(|said| said.standing);
    for standing in [Some(cx.said(key, group).standing), owner_standing].into_iter().flatten() {
        match standing {
            Standing::Unrecognised => return Reason::UnknownValue,
            Standing::Empty => return Reason::EmptyValue,
            Standing::Undetermined => return Reason::Undetermined,
            _ => {}
        }
    }
    match kind {
        OwnerKind::NoId => Reason::NoResource,
        OwnerKind::Unknown { .. } if cx.billing.owners.is_some() => Reason::NotInInventory,
        _ => Reason::Untagged,
    }
}

/// Sums per month and currency over some groups.
fn sums<'g>(aggregate: &Aggregate, measure: Measure, groups: impl Iterator<Item = &'g usize>) -> FxHashMap<(Month, u32), Amount> {
    let mut all = FxHashMap::default();
    for group in groups {
        let group = &aggregate.groups[*group];
        let context = aggregate.contexts[group.context as usize];
        *all.entry((context.month, context.currency)).or_insert(Amount::ZERO) += group.sums[measure.position()];
    }
    all
}

/// Climbs the ladder for one key.
pub(crate) fn attribute(cx: &LadderContext<'_>, key: KeyId) -> Result<Attribution, CostError> {
    let (aggregate, measure) = (cx.aggregate, cx.billing.measure);
    let count = aggregate.groups.len();
    let mut attribution = Attribution { values: vec![0; count], bases: vec![Basis::Unattributed(Reason::Untagged); count] };
    let mut unclaimed: Vec<usize> = (0..count).collect();
    let mut claimed: FxHashMap<(Month, u32), Amount> = FxHashMap::default();
    for rung in &cx.billing.taxonomy.costs.ladder {
        let step = step(*rung);
        let (mut taken, mut left) = (Vec::new(), Vec::new());
        for group in unclaimed {
            let value = step.claim(cx, key, group);
            if value == 0 {
                left.push(group);
            } else {
                attribution.values[group] = value;
                attribution.bases[group] = step.basis();
                taken.push(group);
            }
        }
        for (at, sum) in sums(aggregate, measure, taken.iter()) {
            *claimed.entry(at).or_insert(Amount::ZERO) += sum;
        }
        conserve(aggregate, measure, step.basis().words(), &claimed, &sums(aggregate, measure, left.iter()))?;
        unclaimed = left;
    }
    for group in unclaimed {
        attribution.bases[group] = Basis::Unattributed(reason(cx, key, group));
    }
    Ok(attribution)
}

/// Claimed and unclaimed together must be the bill's own sum, which was added up row by row on its own.
fn conserve(
    aggregate: &Aggregate,
    measure: Measure,
    at: &str,
    claimed: &FxHashMap<(Month, u32), Amount>,
    left: &FxHashMap<(Month, u32), Amount>,
) -> Result<(), CostError> {
    for total in &aggregate.totals {
        let place = (total.month, total.currency);
        let part = |of: &FxHashMap<(Month, u32), Amount>| of.get(&place).copied().unwrap_or_default();
        let (before, after) = (total.sums[measure.position()], part(claimed) + part(left));
        if before != after {
            return Err(CostError::Conservation {
                at: at.to_owned(),
                currency: aggregate.word(total.currency).to_string(),
                month: total.month.to_string(),
                before: before.to_string(),
                after: after.to_string(),
            });
        }
    }
    Ok(())
}

impl<'a> LadderContext<'a> {
    /// Looks up the scopes of all sub-accounts.
    pub fn new(aggregate: &'a Aggregate, billing: &'a Billing<'a>) -> Self {
        let scope = |context: &Context| match billing.owners {
            Some(owners) if context.account != NO_WORD => owners.scope(billing.cloud_of(aggregate.word(context.provider)), aggregate.word(context.account)),
            _ => NONE,
        };
        let scopes: Vec<u32> = aggregate.contexts.iter().map(scope).collect();
        let stages = stages(aggregate, billing, &scopes);
        Self { aggregate, billing, scopes, stages }
    }
}

/// What is said of the stage of accounts that the inventory does not have, by context: a bill alone knows their ids, and some the containers around them.
fn stages(aggregate: &Aggregate, billing: &Billing<'_>, scopes: &[u32]) -> Vec<u32> {
    let declared = Stages::new(&billing.taxonomy);
    let is_told = !declared.is_empty() || billing.taxonomy.stage_from_name;
    let Some(key) = billing.taxonomy.key("Environment").filter(|_| is_told) else { return vec![0; scopes.len()] };
    let mut known: FxHashMap<(u32, u32, u32), u32> = FxHashMap::default();
    let stage = |context: &Context| {
        let (cloud, _) = billing.clouds.known.get(billing.clouds.position(aggregate.word(context.provider)))?;
        let (around, name) = around(aggregate.word(context.ancestors), cloud);
        let own = |id: Text| ContainerRef::new(cloud.scope_word(), id, name.clone());
        let (said, folded) = (own(aggregate.word(context.account).clone()), own(crate::cube::account(aggregate.word(context.account))));
        // As for the scopes of an inventory: an entry of the file for the nearest container, then names.
        let chain = || [&said, &folded].into_iter().chain(&around);
        let entry = chain().find_map(|container| declared.entry(cloud.id.as_str(), container));
        let stage = entry.or_else(|| chain().find_map(|container| declared.named(container)))?;
        Some(billing.dictionary.code(key, stage.environment()?))
    };
    let of = |(context, scope): (&Context, &u32)| {
        if *scope != NONE || context.account == NO_WORD {
            return 0;
        }
        *known.entry((context.provider, context.account, context.ancestors)).or_insert_with(|| stage(context).unwrap_or(0))
    };
    aggregate.contexts.iter().zip(scopes).map(of).collect()
}

/// The containers around an account, the nearest first, and what people call the account itself, where they tell that as well.
fn around(told: &Text, cloud: &CloudFacts) -> (Vec<ContainerRef>, Option<Text>) {
    let container = |(id, name): (String, Option<String>)| Some(ContainerRef::new(id.split_once('/')?.0, Text::from(id.as_str()), name.map(Text::from)));
    let mut all: Vec<ContainerRef> = containers(told).unwrap_or_default().into_iter().filter_map(container).collect();
    let is_own = |container: &ContainerRef| container.kind.as_str() == cloud.scope_word();
    // Which end comes first is not documented. A cloud names its kinds of containers from the account outwards; what it does not name lies around all of them.
    let depth = |container: &ContainerRef| cloud.containers.iter().position(|kind| kind.word == container.kind.as_str()).unwrap_or(cloud.containers.len());
    if all.first().zip(all.last()).is_some_and(|(first, last)| depth(first) > depth(last)) {
        all.reverse();
    }
    let name = all.iter().find(|container| is_own(container)).and_then(|container| container.name.clone());
    all.retain(|container| !is_own(container));
    (all, name)
}
