//! All resources of a run as columns of codes, with the words beside them.

use crate::facts::{CloudFacts, Reader};
use crate::merge::Merged;
use crate::order::Order;
use crate::resolve::Resolved;
use crate::resources::{Common, Resources, SourceMask, bit};
use crate::stage::ContainerStage;
use crate::tag_sets::TagSets;
use crate::view::ResourceView;
use polars::prelude::DataFrame;
use rustc_hash::FxHashMap;
use std::sync::{Arc, OnceLock};
use tagledger_model::{ContainerRef, Taggable, Text};
use tagledger_taxonomy::{Bindings, Declared, Dictionary, KeyState, Normaliser, Stages, Taxonomy};

/// "No row": a resource without group, an unknown tag set.
pub(crate) const NONE: u32 = u32::MAX;

/// An account, subscription or project.
#[derive(Debug, Clone, PartialEq)]
pub struct ScopeRow {
    /// Index into the run's clouds.
    pub cloud: u8,
    /// Id.
    pub id: Text,
    /// Other ids of it.
    pub aliases: Vec<Text>,
    /// Name.
    pub name: Option<Text>,
    /// Nearest to root.
    pub ancestors: Vec<ContainerRef>,
    /// False when the cloud says that it is suspended or being deleted.
    pub active: bool,
    /// False when only resources name it.
    pub described: bool,
    /// True for another id of a scope that has its own row.
    pub merged: bool,
    pub(crate) set: u32,
    /// The tag sets of `ancestors`.
    pub(crate) ancestor_sets: Vec<u32>,
}

impl ScopeRow {
    pub(crate) fn named_only(cloud: u8, id: Text) -> Self {
        Self {
            cloud,
            id,
            aliases: Vec::new(),
            name: None,
            ancestors: Vec::new(),
            active: true,
            described: false,
            merged: false,
            set: NONE,
            ancestor_sets: Vec::new(),
        }
    }
}

/// A resource group.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupRow {
    /// Index into the run's clouds.
    pub cloud: u8,
    /// Kind of container.
    pub kind: Text,
    /// Canonical id.
    pub id: Text,
    /// Name.
    pub name: Option<Text>,
    /// Row of its scope.
    pub scope: u32,
    pub(crate) set: u32,
}

/// What the builder hands over.
pub(crate) struct Parts {
    pub taxonomy: Arc<Taxonomy>,
    pub dictionary: Dictionary,
    pub clouds: Vec<CloudFacts>,
    pub normalisers: Vec<Normaliser>,
    pub resources: Resources,
    pub regions: Vec<Text>,
    pub kinds: Vec<Text>,
    pub readers: Vec<Reader>,
    pub scopes: Vec<ScopeRow>,
    pub groups: Vec<GroupRow>,
    pub sets: TagSets,
    pub stages: Stages,
    /// The stage that everything is deployed to, where the caller said so.
    pub target: Option<Declared>,
}

impl Parts {
    /// What can carry no tags has none, though no source shows them: what it lies in speaks for it, as for whatever is bare. Not so where tags that are bound
    /// to it as objects of their own may speak.
    fn bare_what_cannot_carry_tags(&mut self, taggable: &[Taggable]) {
        let asks_for_bound = self.taxonomy.keys.iter().any(|key| key.bindings != Bindings::None);
        let mut bare: FxHashMap<u8, u32> = FxHashMap::default();
        for (row, taggable) in taggable.iter().enumerate() {
            let cloud = self.resources.at(row).cloud;
            let may_be_bound = asks_for_bound && self.clouds[usize::from(cloud)].grammar.bindings;
            if *taggable == Taggable::No && self.resources.sets[row] == NONE && !may_be_bound {
                let states = vec![KeyState::ABSENT; self.taxonomy.keys.len()];
                self.resources.sets[row] = *bare.entry(cloud).or_insert_with(|| self.sets.push(cloud, &[], &states, 0, false));
            }
        }
    }

    fn combination(&self, mask: SourceMask) -> Combination {
        let readers = || self.readers.iter().enumerate();
        let blind = readers().filter(|(_, reader)| reader.is_blind).fold(0, |blind, (at, _)| blind | bit(at));
        Combination { readers: readers().filter(|(at, _)| mask & bit(*at) != 0).map(|(_, reader)| reader.id).collect(), are_all_blind: mask & !blind == 0 }
    }
}

/// All resources of a run, each once.
pub struct Inventory {
    pub(crate) parts: Parts,
    /// Whether the kind, the source or the tags say that a resource can be tagged.
    pub(crate) taggable: Vec<Taggable>,
    /// The state of those resources of which any source shows it.
    pub(crate) facts: Merged,
    pub(crate) resolved: Resolved,
    /// By `Common::source`.
    pub(crate) combinations: Vec<Combination>,
    /// The orders in which resources, scopes and groups are shown, made when asked for.
    orders: [OnceLock<Order>; 3],
}

/// Readers that some resources were known to.
pub(crate) struct Combination {
    pub readers: Vec<&'static str>,
    pub are_all_blind: bool,
}

impl Inventory {
    pub(crate) fn assemble(mut parts: Parts) -> Self {
        let mut by_kind: FxHashMap<(u8, u32), Option<Taggable>> = FxHashMap::default();
        let rows = parts.resources.len();
        let mut taggable = Vec::with_capacity(rows);
        for row in 0..rows {
            let Common { cloud, kind, taggable: said, .. } = *parts.resources.at(row);
            let table = *by_kind.entry((cloud, kind)).or_insert_with(|| parts.clouds[usize::from(cloud)].kinds.taggable(&parts.kinds[kind as usize]));
            let has_tags = parts.sets.shows_that_it_can(parts.resources.sets[row], parts.clouds[usize::from(cloud)].grammar);
            taggable.push(crate::builder::taggable(said, table, has_tags));
        }
        parts.bare_what_cannot_carry_tags(&taggable);
        parts.sets.seal();
        let resolved = Resolved::new(&parts);
        let facts = std::mem::take(&mut parts.resources.given).merged();
        let combinations = parts.resources.masks.iter().map(|mask| parts.combination(*mask)).collect();
        Self { parts, taggable, facts, resolved, combinations, orders: Default::default() }
    }

    /// How many resources.
    pub fn len(&self) -> usize {
        self.parts.resources.len()
    }

    /// True without resources.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The taxonomy it was normalised by.
    pub fn taxonomy(&self) -> &Arc<Taxonomy> {
        &self.parts.taxonomy
    }

    /// Canonical values by code.
    pub fn dictionary(&self) -> &Dictionary {
        &self.parts.dictionary
    }

    /// The clouds, in the order of `ScopeRow::cloud`.
    pub fn clouds(&self) -> &[CloudFacts] {
        &self.parts.clouds
    }

    /// A copy of the normaliser of one cloud, with what it has learnt.
    pub fn normaliser(&self, cloud: u8) -> Normaliser {
        self.parts.normalisers[usize::from(cloud)].clone()
    }

    /// Every scope that is described or named; rows marked `merged` are other ids of one that has its own row.
    pub fn scopes(&self) -> &[ScopeRow] {
        &self.parts.scopes
    }

    /// Resource groups.
    pub fn groups(&self) -> &[GroupRow] {
        &self.parts.groups
    }

    /// The stage of a scope, when anything says it.
    pub fn scope_stage(&self, scope: u32) -> Option<&Declared> {
        self.resolved.scopes[scope as usize].stage.as_ref()
    }

    /// What is known of the stage of a scope.
    pub fn stage_of_scope(&self, scope: u32) -> &ContainerStage {
        &self.resolved.scopes[scope as usize]
    }

    /// What is known of the stage of a resource group.
    pub fn stage_of_group(&self, group: u32) -> &ContainerStage {
        &self.resolved.groups[group as usize]
    }

    /// How a scope's own tags stand on every key; none when they were not read.
    pub fn scope_states(&self, scope: u32) -> Option<&[KeyState]> {
        self.parts.sets.states(self.parts.scopes[scope as usize].set)
    }

    /// How a group's own tags stand on every key; none when they were not read.
    pub fn group_states(&self, group: u32) -> Option<&[KeyState]> {
        self.parts.sets.states(self.parts.groups[group as usize].set)
    }

    /// How a resource's own tags stand on every key; none when they were not read.
    pub fn own_states(&self, row: u32) -> Option<&[KeyState]> {
        self.parts.sets.states(self.parts.resources.sets[row as usize])
    }

    /// A number that is equal for resources whose own tags stand alike on every key.
    pub fn own_state_id(&self, row: u32) -> u32 {
        self.parts.sets.state_id(self.parts.resources.sets[row as usize])
    }

    /// The resources in the order in which they are shown: by cloud, scope and id.
    pub fn in_order(&self) -> &[u32] {
        &self.resource_order().rows
    }

    pub(crate) fn resource_order(&self) -> &Order {
        self.orders[0].get_or_init(|| Order::resources(self))
    }

    pub(crate) fn scope_order(&self) -> &Order {
        self.orders[1].get_or_init(|| Order::scopes(self))
    }

    pub(crate) fn group_order(&self) -> &Order {
        self.orders[2].get_or_init(|| Order::groups(self))
    }

    /// Canonical id of a resource: what bills are joined on.
    pub fn id(&self, row: u32) -> Text {
        self.parts.resources.names.id(row)
    }

    /// The id of what exists already, for a planned resource: it is joined on as well.
    pub fn live_id(&self, row: u32) -> Option<&Text> {
        self.parts.resources.live_ids.get(&row)
    }

    /// Whether anything can be said about stages: the taxonomy declares some, something says that of a container, or the caller said what is deployed to.
    pub fn knows_stages(&self) -> bool {
        let mut containers = self.resolved.scopes.iter().chain(&self.resolved.groups);
        self.parts.target.is_some() || !self.parts.stages.is_empty() || containers.any(|container| container.stage.is_some())
    }

    /// Position of a resource's cloud in `clouds`.
    pub fn cloud_of(&self, row: u32) -> u8 {
        self.parts.resources.at(row as usize).cloud
    }

    /// Row of a resource's scope.
    pub fn scope_of(&self, row: u32) -> u32 {
        self.parts.resources.at(row as usize).scope
    }

    /// Row of a resource's group.
    pub fn group_of(&self, row: u32) -> Option<u32> {
        Some(self.parts.resources.at(row as usize).group).filter(|g| *g != NONE)
    }

    /// The codes as a Polars frame, one row per resource, made anew: what rules are expressions over.
    pub fn frame(&self) -> DataFrame {
        crate::frame::resources(self)
    }

    /// One resource with its words.
    pub fn resource(&self, row: u32) -> ResourceView<'_> {
        ResourceView::new(self, row)
    }
}

impl std::fmt::Debug for Inventory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inventory").field("resources", &self.len()).field("scopes", &self.parts.scopes.len()).finish_non_exhaustive()
    }
}
