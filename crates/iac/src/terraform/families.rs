//! What a provider's plans look like, as data and small functions: one file per vendor, and the one list of them.

mod aws;
mod aws_children;
mod azure;
mod azure_children;
mod google;
mod google_children;

use super::change::Change;
use super::children::Child;
use super::said::Side;
use serde_json::{Map, Value};
use tagledger_model::{NativeId, ScopeId, TagSyntax, Text};

/// A place in a type's schema where tags are written.
#[derive(Debug)]
pub(super) struct TagsAt {
    /// The attribute, with a dot for a block that it lies in.
    pub own: &'static str,
    /// Attributes beside it that hold the same with the provider's defaults, best first.
    pub merged: &'static [&'static str],
    /// How the source writes it.
    pub syntax: TagSyntax,
    /// Whether the provider's default tags join here.
    pub defaults: Reach,
    /// Types that have the place even where the plan shows an empty block around it.
    pub types: &'static [&'static str],
}

/// Where a provider's default tags join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Nowhere.
    Never,
    /// In versions that have a merged attribute for it.
    Merged,
    /// In every version that has default tags.
    Always,
}

/// Finds a scope by a change, the expressions of its provider, and the variables of the root module.
type ScopeOf = fn(&Change, Option<&Value>, &Map<String, Value>) -> Option<ScopeId>;

/// In which resource group something lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lies {
    /// In none.
    Nowhere,
    /// In one of this name.
    In(Text),
    /// In the one with this id.
    Id(Text),
    /// In one that is known only after apply.
    Somewhere,
}

/// The providers of one vendor.
pub(super) struct Family {
    /// The cloud.
    pub cloud: &'static str,
    /// Last parts of the providers' source addresses.
    pub providers: &'static [&'static str],
    /// Places, first that the schema has counts.
    pub places: &'static [TagsAt],
    /// Types whose attributes are called like tags and are none.
    pub never: &'static [&'static str],
    /// The same for one attribute of a type.
    pub except: &'static [(&'static str, &'static str)],
    /// Providers that have default tags.
    pub defaulting: &'static [&'static str],
    /// Types that the provider's default tags do not reach.
    pub no_defaults: &'static [&'static str],
    /// Default tags stand in for own ones that are not set, instead of joining them.
    pub defaults_stand_in: bool,
    /// Types that change a part of something, whose other tags the plan does not show.
    pub partial: &'static [&'static str],
    /// The expression of a provider's configuration that holds default tags, and the attribute within its block, if it is one.
    pub defaults: &'static [(&'static str, Option<&'static str>)],
    /// The id of a resource that exists already, as inventories write it.
    pub live_id: fn(kind: &str, before: &Map<String, Value>) -> Option<NativeId>,
    /// The account, subscription or project.
    pub scope: ScopeOf,
    /// What a plan says of the resource group that a resource lies in; `live` is its id where it exists already.
    pub lies: fn(kind: &str, side: &Side<'_>, live: Option<&NativeId>) -> Lies,
    /// The id of that group.
    pub group: fn(&Lies, &ScopeId) -> Option<Text>,
    /// The type that a resource itself names, where that of the provider stands for any.
    pub names_type: fn(kind: &str, side: &Side<'_>) -> Option<Text>,
    /// What a resource makes beside itself.
    pub children: fn(kind: &str, &Side<'_>) -> Vec<Child>,
    /// The id of the container that a resource is.
    pub container: fn(&Change, &ScopeId) -> Option<Text>,
}

/// Every vendor.
static FAMILIES: &[&Family] = &[&aws::FAMILY, &azure::FAMILY, &google::FAMILY];

impl Family {
    /// The family of a provider, by its source address (`registry.terraform.io/hashicorp/…`), or by the type where an old or trimmed
    /// plan does not name it.
    pub fn of(provider: Option<&str>, kind: &str) -> Option<&'static Self> {
        let name = provider.map_or_else(|| kind.split('_').next().unwrap_or(kind), |p| p.rsplit('/').next().unwrap_or(p));
        FAMILIES.iter().find(|family| family.providers.contains(&name)).copied()
    }
}

/// A value that a provider's configuration writes out, or takes whole from a variable of the root module.
pub(super) fn constant<'v>(expression: Option<&'v Value>, variables: &'v Map<String, Value>) -> Option<&'v Value> {
    let expression = expression?;
    if let Some(value) = expression.get("constant_value") {
        return Some(value);
    }
    let references = expression.get("references")?.as_array()?;
    let [Value::String(reference)] = &references[..] else { return None };
    variables.get(reference.strip_prefix("var.")?)?.get("value")
}

/// The text of a value.
pub(super) fn text(value: Option<&Value>) -> Option<&str> {
    value?.as_str().filter(|text| !text.is_empty())
}
