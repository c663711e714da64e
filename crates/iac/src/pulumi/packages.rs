//! The packages of each vendor, and the one list of them.

mod aws;
mod azure;
mod google;

use super::steps::State;
use super::types;
use crate::found::Carries;
use crate::reader::squeezed;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use tagledger_model::{NativeId, ScopeId};

/// Finds a scope by the id of what exists, the resource's new state, and the configuration of the stack.
type ScopeOf = fn(Option<&NativeId>, &State, &BTreeMap<String, String>) -> Option<ScopeId>;

/// A package.
pub(super) struct Package {
    /// The first part of its types.
    pub name: &'static str,
    /// The cloud.
    pub cloud: &'static str,
    /// What Terraform's names of the same types begin with.
    pub terraform: &'static str,
    /// What is known of a type; nothing for one that no table has.
    pub known: fn(kind: &str) -> Option<Carries>,
    /// Inputs that hold tags in types that the table does not know.
    pub attributes: &'static [&'static str],
    /// The input beside them that holds the same with the provider's defaults.
    pub merged: Option<&'static str>,
    /// The provider's setting that holds default tags, and the member within it.
    pub defaults: Option<(&'static str, Option<&'static str>)>,
    /// Types that default tags do not reach.
    pub no_defaults: &'static [&'static str],
    /// Modules whose types Terraform names without the module.
    pub bare: &'static [&'static str],
    /// Types that Terraform calls otherwise.
    pub named: &'static [(&'static str, &'static str)],
    /// The setting that names the region.
    pub region: &'static str,
    /// The id of what exists, as inventories write it.
    pub live_id: fn(id: &str, outputs: &Map<String, Value>) -> Option<NativeId>,
    /// The account, subscription or project.
    pub scope: ScopeOf,
}

static PACKAGES: &[&Package] = &[&aws::CLASSIC, &aws::NATIVE, &azure::NATIVE, &azure::CLASSIC, &google::CLASSIC, &google::NATIVE];

impl Package {
    /// The package of a type; none for one that is no cloud's.
    pub fn of(kind: &str) -> Option<&'static Self> {
        // `pulumi package add azure-native storage v20240101` makes a package of a part, whose name goes on behind an underscore.
        let name = kind.split([':', '_']).next()?;
        PACKAGES.iter().find(|package| package.name == name).copied()
    }

    /// The input of an unknown type that shows that it can carry tags.
    pub fn shown(&self, state: &State) -> Option<&'static str> {
        let is_shown = |name: &str| state.inputs.get(name).or_else(|| state.outputs.get(name)).is_some_and(|value| value.is_object() || value.is_string());
        let merged = self.merged.is_some_and(|name| state.inputs.contains_key(name) || state.outputs.contains_key(name));
        self.attributes.iter().find(|name| is_shown(name)).or_else(|| self.attributes.first().filter(|_| merged)).copied()
    }
}

/// What Terraform may call a type, without separators: module and name, or the name alone where that is the custom of the module. No name is
/// better than another type's.
pub(super) fn terraform_names(kind: &str, package: &Package) -> impl Iterator<Item = String> {
    let mut parts = kind.split(':').skip(1);
    let module = parts.next().and_then(|module| module.split('/').next()).unwrap_or_default().to_owned();
    let name = parts.next().unwrap_or_default().to_owned();
    let prefix = package.terraform;
    let short = format!("{module}/{name}");
    let pinned = package.named.iter().find(|(known, _)| *known == short).map(|(_, terraform)| (*terraform).to_owned());
    let is_bare = pinned.is_none() && package.bare.contains(&module.as_str());
    let long = pinned.is_none().then(|| format!("{prefix}{module}{name}"));
    pinned.into_iter().chain(long).chain(is_bare.then(|| format!("{prefix}{name}"))).map(|name| squeezed(&name))
}
