//! Inheritance and stages: what a resource's containers lend it and what they are declared for.

use crate::inventory::{NONE, Parts};
use crate::resources::Common;
use crate::stage::ContainerStage;
use tagledger_model::Standing;
use tagledger_taxonomy::{Declared, KeyId, KeyState, Lender};

/// Where an effective value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Provenance {
    /// There is no value.
    None = 0,
    /// The resource's own tag.
    Own = 1,
    /// The resource group's tag.
    Group = 2,
    /// The tag of the account, subscription or project.
    Scope = 3,
    /// The taxonomy's default.
    Default = 4,
}

/// A key after inheritance and default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effective {
    /// Standing.
    pub standing: Standing,
    /// Code of the value; 0 for none.
    pub value: u32,
    /// Where it came from.
    pub provenance: Provenance,
}

/// What containers say, looked up once per container.
#[derive(Debug, Default)]
pub(crate) struct Resolved {
    pub scopes: Vec<ContainerStage>,
    pub groups: Vec<ContainerStage>,
    defaults: Vec<u32>,
}

impl Resolved {
    pub fn new(parts: &Parts) -> Self {
        let scopes = (0..crate::intern::number(parts.scopes.len())).map(|scope| ContainerStage::of_scope(parts, scope)).collect();
        let groups = (0..crate::intern::number(parts.groups.len())).map(|group| ContainerStage::of_group(parts, group)).collect();
        let defaults = parts.taxonomy.ids().map(|(id, k)| k.default.as_ref().map_or(0, |d| parts.dictionary.code(id, d))).collect();
        Self { scopes, groups, defaults }
    }

    /// The stage of a resource: its group's, which is the scope's where nothing says another, else its scope's.
    pub fn stage<'a>(&'a self, parts: &'a Parts, row: usize) -> Option<&'a Declared> {
        if parts.target.is_some() {
            return parts.target.as_ref();
        }
        let Common { scope, group, .. } = *parts.resources.at(row);
        let container = if group == NONE { &self.scopes[scope as usize] } else { &self.groups[group as usize] };
        container.stage.as_ref()
    }

    /// A key of a resource after inheritance and default: the own tag decides unless it is absent or empty; then the
    /// lenders that the taxonomy lists, nearest first; then the default.
    pub fn effective(&self, parts: &Parts, row: usize, key: KeyId) -> Effective {
        let own = parts.sets.states(parts.resources.sets[row]).map_or(KeyState::UNDETERMINED, |s| s[key.index()]);
        if own.standing == Standing::Canonical {
            return Effective { standing: own.standing, value: own.value, provenance: Provenance::Own };
        }
        if matches!(own.standing, Standing::Absent | Standing::Empty) {
            for lender in &parts.taxonomy.keys[key.index()].inherit {
                let (set, provenance) = match lender {
                    Lender::ResourceGroup => (parts.groups.get(parts.resources.at(row).group as usize).map(|g| g.set), Provenance::Group),
                    Lender::Scope => (Some(parts.scopes[parts.resources.at(row).scope as usize].set), Provenance::Scope),
                };
                let Some(set) = set else { continue };
                match parts.sets.states(set).map(|s| s[key.index()]) {
                    Some(state) if state.standing == Standing::Canonical => {
                        return Effective { standing: Standing::Canonical, value: state.value, provenance };
                    }
                    // A container whose tags were not read, or disagree, may well lend a value, and it is nearer than what follows:
                    // nothing can be said.
                    None => return Effective { standing: Standing::Undetermined, value: 0, provenance: Provenance::None },
                    Some(state) if state.standing == Standing::Undetermined => {
                        return Effective { standing: Standing::Undetermined, value: 0, provenance: Provenance::None };
                    }
                    Some(_) => {}
                }
            }
            if self.defaults[key.index()] != 0 {
                return Effective { standing: Standing::Canonical, value: self.defaults[key.index()], provenance: Provenance::Default };
            }
        }
        Effective { standing: own.standing, value: 0, provenance: Provenance::None }
    }
}
