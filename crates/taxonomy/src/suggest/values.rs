//! Values of keys that list theirs, where the list does not have them.

use super::likeness::{letters, parts, slip};
use super::{Cluster, Proposal, Proposed, SeenTag, clusters, plain};
use crate::{Domain, Key, KeyId, Taxonomy, Value, fold};
use std::collections::BTreeSet;

/// Of the resources with a key, the share that must have a value before it is worth a place in the list: a twentieth.
const SHARE: u64 = 20;
/// The shortest beginning of a value that may stand for it.
const BEGINNING: usize = 3;

pub(super) fn proposals(taxonomy: &Taxonomy, seen: &[SeenTag]) -> Vec<Proposal> {
    let listed = taxonomy.ids().filter_map(|(id, key)| if let Domain::Values(values) = &key.domain { Some((id, key, values.as_slice())) } else { None });
    listed.flat_map(|(id, key, values)| of_key(id, key, values, seen)).collect()
}

fn of_key(id: KeyId, key: &Key, values: &[Value], seen: &[SeenTag]) -> Vec<Proposal> {
    let is_named = |tag: &&SeenTag| {
        let folded = fold(&plain(tag, &tag.key));
        let set = key.spelling.get(tag.cloud.as_str()).is_some_and(|spelling| fold(spelling) == folded);
        set || fold(&key.name) == folded || key.aliases.iter().any(|alias| fold(&alias.text) == folded)
    };
    let own: Vec<&SeenTag> = seen.iter().filter(|tag| !tag.key.is_empty()).filter(is_named).collect();
    let total: u64 = own.iter().filter(|tag| tag.value.is_none()).map(|tag| tag.resources).sum();
    let names: Vec<(String, &Value)> =
        values.iter().flat_map(|value| std::iter::once(&value.name).chain(&value.aliases).map(move |name| (fold(name), value))).collect();
    let spelt = own.iter().filter_map(|tag| tag.value.as_ref().map(|value| (*tag, plain(tag, value))));
    let unknown = clusters(spelt).into_iter().filter(|(folded, _)| !names.iter().any(|(name, _)| name == folded));
    let one = |(folded, cluster): (String, Cluster)| {
        if let Some((value, because)) = look(&names, &folded, &cluster) {
            return Some(cluster.proposal(Proposed::ValueAlias(id, value.name.clone()), because));
        }
        let resources = cluster.resources();
        let is_frequent = resources >= 2 && resources * SHARE >= total;
        let because = || format!("{} % of what carries {} says so", (resources * 100 / total.max(1)).min(100), key.name);
        is_frequent.then(|| cluster.proposal(Proposed::NewValue(id), because()))
    };
    unknown.filter_map(one).collect()
}

/// The value that it is another spelling of.
fn look<'v>(names: &[(String, &'v Value)], folded: &str, cluster: &Cluster) -> Option<(&'v Value, String)> {
    let slips = names.iter().filter_map(|(name, value)| Some((slip(folded, name)?, name, *value)));
    if let Some((apart, name, value)) = slips.min_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1))) {
        return Some((value, format!("{} from `{name}`", letters(apart))));
    }
    // Only one value may be meant.
    let only = |found: Vec<(&'v Value, String)>| {
        let distinct: BTreeSet<&str> = found.iter().map(|(value, _)| value.name.as_str()).collect();
        if distinct.len() == 1 { found.into_iter().next() } else { None }
    };
    let begins = |(name, value): &(String, &'v Value)| {
        (folded.chars().count() >= BEGINNING && name.starts_with(folded)).then(|| (*value, format!("it begins `{name}`")))
    };
    if let Some(found) = only(names.iter().filter_map(begins).collect()) {
        return Some(found);
    }
    let parts: Vec<String> = cluster.texts().flat_map(parts).collect();
    let part = |part: &String| names.iter().find(|(name, _)| name == part).map(|(name, value)| (*value, format!("`{name}` is a word of it")));
    only(parts.iter().filter_map(part).collect())
}
