//! A provider's default tags: written in its configuration, or learnt from what it does to other resources of the plan.

use super::change::Change;
use super::configuration::{Provider, Source};
use super::families::{Family, constant};
use super::tags::{Pair, Said};
use serde_json::{Map, Value};
use std::collections::HashMap;
use tagledger_model::{Further, Text};

/// The default tags of one provider, and what it may have beside them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct OfProvider {
    pub tags: Vec<Pair>,
    pub further: Further,
}

/// Own and merged tags of a resource whose both are known.
type Sibling<'c> = (&'c [Pair], &'c [Pair]);

/// The default tags of every provider of a plan.
#[derive(Debug, Default)]
pub(super) struct Defaults {
    by_key: HashMap<String, OfProvider>,
    /// What is said of a provider that the configuration does not show.
    unseen: OfProvider,
}

impl Defaults {
    /// Reads what the configuration writes out; where that is an expression, looks at resources whose own and merged tags are
    /// both known: what the second has beyond the first came from the provider. A key that each of them sets itself stays open.
    pub fn learn(changes: &[Change], source: &Source<'_>, variables: &Map<String, Value>) -> Self {
        let mut siblings: HashMap<&str, Vec<Sibling<'_>>> = HashMap::new();
        for change in changes {
            if let (Some(found), Some((key, _))) = (&change.tags, source.provider_of(change))
                && let (Said::Known(own), Said::Known(merged)) = (&found.own, &found.merged)
            {
                siblings.entry(key).or_default().push((own, merged));
            }
        }
        let of = |(key, provider): (&String, &Provider)| {
            let learnt = || siblings.get(key.as_str()).map_or_else(|| OfProvider { tags: Vec::new(), further: Further::Any }, |all| inferred(all));
            (key.clone(), written(provider, variables).unwrap_or_else(learnt))
        };
        let by_key: HashMap<String, OfProvider> = source.providers().map(of).collect();
        // A provider that the configuration does not show may be like one that it shows.
        let is_plain = by_key.values().all(|p| *p == OfProvider::default());
        Self { unseen: OfProvider { tags: Vec::new(), further: if is_plain { Further::None } else { Further::Any } }, by_key }
    }

    /// Those of the provider that makes a change.
    pub fn of(&self, change: &Change, source: &Source<'_>) -> &OfProvider {
        source.provider_of(change).and_then(|(key, _)| self.by_key.get(key)).unwrap_or(&self.unseen)
    }
}

/// What the configuration writes out; none where it is an expression that cannot be followed.
fn written(provider: &Provider, variables: &Map<String, Value>) -> Option<OfProvider> {
    let family = Family::of(provider.full_name.as_deref().or(provider.name.as_deref()), "");
    let places = family.map_or(&[][..], |family| family.defaults);
    let Some((expression, inner)) = places.iter().find_map(|(name, inner)| Some((provider.expressions.get(name)?, inner))) else {
        return Some(OfProvider::default());
    };
    let expression = match inner {
        // A block is a list of one; without the attribute in it there are no tags.
        Some(inner) => match expression.get(0).unwrap_or(expression).get(inner) {
            Some(expression) => expression,
            None if expression.is_array() => return Some(OfProvider::default()),
            None => return None,
        },
        None => expression,
    };
    // A variable of a module is not among the root's.
    let variables = if provider.module_address.is_some() { &Map::new() } else { variables };
    match constant(Some(expression), variables)? {
        Value::Object(map) => Some(OfProvider { tags: super::said::pairs_of(map), further: Further::None }),
        Value::Null => Some(OfProvider::default()),
        _ => None,
    }
}

fn inferred(all: &[Sibling<'_>]) -> OfProvider {
    let has = |pairs: &[Pair], key: &Text| pairs.iter().any(|(k, _)| k == key);
    let mut tags: Vec<Pair> = Vec::new();
    for (own, merged) in all {
        for (key, value) in *merged {
            if !has(own, key) && !has(&tags, key) {
                tags.push((key.clone(), value.clone()));
            }
        }
    }
    // What one resource has and another lacks does not come from the provider alone.
    if tags.iter().any(|(key, _)| all.iter().any(|(_, merged)| !has(merged, key))) {
        let common = |key: &Text| all.iter().all(|(_, merged)| has(merged, key));
        return OfProvider { tags: tags.into_iter().filter(|(key, _)| common(key)).collect(), further: Further::Any };
    }
    let hidden: Vec<Text> =
        all.first().map_or(&[][..], |(own, _)| own).iter().map(|(key, _)| key.clone()).filter(|key| all.iter().all(|(own, _)| has(own, key))).collect();
    OfProvider { tags, further: if hidden.is_empty() { Further::None } else { Further::Keys(hidden) } }
}
