//! The stage of a container, and what speaks against it.
//!
//! Derived in this order: an entry of `stages:` about the container itself, its own Environment tag, the same two of what it lies in, from the nearest
//! to the root, and at last, where the taxonomy lets names count, its name, then the names above it.

use crate::inventory::Parts;
use tagledger_model::{ContainerRef, Standing, Text};
use tagledger_taxonomy::{Declared, StageSource, Stages};

/// The stage of an account, subscription, project or resource group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContainerStage {
    /// What it is for.
    pub stage: Option<Declared>,
    /// What the container itself says, and what says another Environment: its own tag against its entry, or what it lies in.
    pub against: Option<(Declared, Declared)>,
    /// Both the container itself and something else say what it is for, so that the two can be compared.
    pub is_said_twice: bool,
    /// Something says what it is for, and it has an Environment tag of its own that says nothing that is known.
    pub is_tag_unclear: bool,
    /// The Environments that words of its name say, each once.
    pub named: Vec<Text>,
}

impl ContainerStage {
    /// Whether its name can be held against its stage: it says an Environment, and something else says the stage.
    pub fn name_counts(&self) -> bool {
        !self.named.is_empty() && self.stage.as_ref().is_some_and(|stage| stage.source != StageSource::Name)
    }

    /// Whether its name says other Environments than those that it is for; null for a name that says one of those and others.
    pub fn is_misnamed(&self) -> Option<bool> {
        let stage = self.stage.as_ref()?;
        let within = self.named.iter().filter(|name| stage.holds(name)).count();
        if within == self.named.len() { Some(false) } else { (within == 0).then_some(true) }
    }
}

/// A container on the way to the root, with its tag set.
struct Step {
    container: ContainerRef,
    set: u32,
}

impl ContainerStage {
    pub(crate) fn of_scope(parts: &Parts, scope: u32) -> Self {
        let above = parts.scopes[scope as usize].ancestors.len();
        Self::of(parts, scope, &chain(parts, scope), above > 0)
    }

    pub(crate) fn of_group(parts: &Parts, group: u32) -> Self {
        let row = &parts.groups[group as usize];
        let name = row.name.clone().or_else(|| row.id.rsplit('/').next().map(Text::new));
        let own = Step { container: ContainerRef::new(row.kind.clone(), row.id.clone(), name), set: row.set };
        let whole: Vec<Step> = std::iter::once(own).chain(chain(parts, row.scope)).collect();
        // A group that has an entry is the exception that the file makes of what lies around it.
        Self::of(parts, row.scope, &whole, false)
    }

    fn of(parts: &Parts, scope: u32, chain: &[Step], entry_must_agree: bool) -> Self {
        let cloud = parts.clouds[usize::from(parts.scopes[scope as usize].cloud)].id.as_str();
        let Some((own, above)) = chain.split_first() else { return Self::default() };
        let said = |step: &Step| [parts.stages.entry(cloud, &step.container), tagged(parts, step)];
        let [entry, tag] = said(own);
        let around = above.iter().find_map(|step| said(step).into_iter().flatten().next());
        let mut against = None;
        let mut compare = |one: &Option<Declared>, other: &Option<Declared>| {
            let (Some(one), Some(other)) = (one, other) else { return false };
            if against.is_none() && !one.meets(other) {
                against = Some((one.clone(), other.clone()));
            }
            true
        };
        let mut is_said_twice = compare(&tag, &entry);
        if entry.is_none() {
            is_said_twice |= compare(&tag, &around);
        } else if entry_must_agree {
            is_said_twice |= compare(&entry, &around);
        }
        let name = own.container.name.as_deref().unwrap_or(&own.container.id);
        let named = parts.stages.said_by_name(name).into_iter().map(Text::new).collect();
        let is_tag_unclear = tag.is_none() && has_unclear_tag(parts, own) && (entry.is_some() || around.is_some());
        let by_name = || chain.iter().find_map(|step| parts.stages.named(&step.container));
        Self { stage: entry.or(tag).or(around).or_else(by_name), against, is_said_twice, is_tag_unclear, named }
    }
}

fn chain(parts: &Parts, scope: u32) -> Vec<Step> {
    let row = &parts.scopes[scope as usize];
    let word = parts.clouds[usize::from(row.cloud)].scope_word();
    let own = Step { container: ContainerRef::new(word, row.id.clone(), row.name.clone()), set: row.set };
    let above = row.ancestors.iter().zip(&row.ancestor_sets).map(|(container, set)| Step { container: container.clone(), set: *set });
    std::iter::once(own).chain(above).collect()
}

/// What a container's own Environment tag says.
fn tagged(parts: &Parts, step: &Step) -> Option<Declared> {
    let key = parts.taxonomy.key("Environment")?;
    let state = parts.sets.states(step.set)?[key.index()];
    let value = (state.standing == Standing::Canonical).then(|| parts.dictionary.value(key, state.value))??;
    Some(Stages::tagged(&step.container, &value))
}

fn has_unclear_tag(parts: &Parts, step: &Step) -> bool {
    let state = parts.taxonomy.key("Environment").and_then(|key| Some(parts.sets.states(step.set)?[key.index()]));
    state.is_some_and(|state| matches!(state.standing, Standing::Unrecognised | Standing::Undetermined))
}
