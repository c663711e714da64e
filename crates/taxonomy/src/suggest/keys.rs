//! Keys that the taxonomy does not know.

use super::likeness::{letters, parts, slip};
use super::{Cluster, Proposal, Proposed, SeenTag, clusters, plain};
use crate::{Domain, Key, KeyId, Taxonomy, fold};
use std::collections::{BTreeMap, BTreeSet};

/// Of the resources with tags, the share that must carry a key before it is worth one of the taxonomy's: a twentieth.
const SHARE: u64 = 20;

pub(super) fn proposals(taxonomy: &Taxonomy, seen: &[SeenTag]) -> Vec<Proposal> {
    let names = names(taxonomy);
    let ignored: BTreeSet<String> = taxonomy.lifetime_keys.iter().chain(&taxonomy.version_keys).map(|key| fold(&key.text)).collect();
    let tagged: u64 = seen.iter().filter(|tag| tag.key.is_empty() && tag.value.is_none()).map(|tag| tag.resources).sum();
    let keys = seen.iter().filter(|tag| tag.value.is_none() && !tag.key.is_empty()).map(|tag| (tag, plain(tag, &tag.key)));
    let mut values = BTreeMap::<String, Vec<&SeenTag>>::new();
    for tag in seen.iter().filter(|tag| tag.value.is_some()) {
        values.entry(fold(&plain(tag, &tag.key))).or_default().push(tag);
    }
    let unknown = clusters(keys).into_iter().filter(|(folded, _)| !names.iter().any(|(name, _)| name == folded) && !ignored.contains(folded));
    let one = |(folded, cluster): (String, Cluster)| {
        let values = values.get(&folded).map_or(&[][..], Vec::as_slice);
        let (what, because) = look(taxonomy, &names, &folded, &cluster, values).or_else(|| is_a_key(&cluster, values, tagged))?;
        Some(cluster.proposal(what, because))
    };
    unknown.filter_map(one).collect()
}

/// Every name by which a key is found, in comparable form.
fn names(taxonomy: &Taxonomy) -> Vec<(String, KeyId)> {
    let of = |(id, key): (KeyId, &Key)| {
        let aliases = key.aliases.iter().map(|alias| fold(&alias.text));
        let spellings = key.spelling.values().map(|spelling| fold(spelling));
        std::iter::once(fold(&key.name)).chain(aliases).chain(spellings).map(move |name| (name, id)).collect::<Vec<_>>()
    };
    taxonomy.ids().flat_map(of).collect()
}

/// The key that it is another name of.
fn look(taxonomy: &Taxonomy, names: &[(String, KeyId)], folded: &str, cluster: &Cluster, values: &[&SeenTag]) -> Option<(Proposed, String)> {
    let fits = |key: KeyId| fits(&taxonomy.keys[key.index()], values);
    let slips = names.iter().filter_map(|(name, key)| Some((slip(folded, name)?, name, *key))).filter(|(.., key)| fits(*key).unwrap_or(1.0) >= 0.5);
    if let Some((apart, name, key)) = slips.min_by_key(|(apart, name, key)| (*apart, *key, (*name).clone())) {
        return Some((Proposed::KeyAlias(key), format!("{} from `{name}`", letters(apart))));
    }
    let parts: Vec<String> = cluster.texts().flat_map(parts).collect();
    // A longer run of words says more than a shorter one within it, but two keys named in one text say nothing.
    let words: Vec<(&String, KeyId)> = parts.iter().filter_map(|part| names.iter().find(|(name, _)| name == part).map(|(name, key)| (name, *key))).collect();
    let keys: BTreeSet<KeyId> = words.iter().map(|(_, key)| *key).collect();
    if let (1, Some((name, key))) = (keys.len(), words.first())
        && fits(*key).unwrap_or(1.0) >= 0.5
    {
        return Some((Proposed::KeyAlias(*key), format!("`{name}` is a word of it")));
    }
    let by_values = taxonomy.ids().filter(|(_, key)| matches!(key.domain, Domain::Values(_)) && known(key, values).len() >= 2);
    let (id, key) = by_values.into_iter().find(|(id, _)| fits(*id).is_some_and(|share| share >= 0.8))?;
    Some((Proposed::KeyAlias(id), format!("its values are those of {}", key.name)))
}

/// The values of a listed key among these.
fn known<'k>(key: &'k Key, values: &[&SeenTag]) -> BTreeSet<&'k str> {
    let Domain::Values(listed) = &key.domain else { return BTreeSet::new() };
    let folded: BTreeSet<String> = values.iter().filter_map(|tag| Some(fold(&plain(tag, tag.value.as_deref()?)))).collect();
    let is_there = |name: &String| folded.contains(&fold(name));
    listed.iter().filter(|value| is_there(&value.name) || value.aliases.iter().any(is_there)).map(|value| value.name.as_str()).collect()
}

/// Which share of the resources has a value that the key allows; none where it allows any, or where there is nothing to look at.
fn fits(key: &Key, values: &[&SeenTag]) -> Option<f64> {
    let is_allowed = |text: &str| match &key.domain {
        Domain::Any => true,
        Domain::Pattern { regex, .. } => regex.is_match(text),
        Domain::Values(listed) => listed.iter().any(|value| value.is_called(text)),
    };
    let (mut fitting, mut all) = (0_u64, 0_u64);
    for tag in values {
        let text = plain(tag, tag.value.as_deref().unwrap_or_default());
        all += tag.resources;
        fitting += if is_allowed(&text) { tag.resources } else { 0 };
    }
    (all > 0 && !matches!(key.domain, Domain::Any)).then(|| fitting as f64 / all as f64)
}

/// A key that many carry, and that groups them: not one whose value is another one on each resource, like a name.
fn is_a_key(cluster: &Cluster, values: &[&SeenTag], tagged: u64) -> Option<(Proposed, String)> {
    let resources = cluster.resources();
    let distinct: BTreeSet<String> = values.iter().filter_map(|tag| Some(fold(&plain(tag, tag.value.as_deref()?)))).collect();
    let groups = distinct.len() as u64;
    let is_frequent = tagged > 0 && resources >= 2 && resources * SHARE >= tagged;
    (is_frequent && groups * 2 <= resources).then(|| {
        let percent = (resources * 100 / tagged).min(100);
        (Proposed::NewKey, format!("{percent} % of the resources with tags carry it, with {groups} value{}", if groups == 1 { "" } else { "s" }))
    })
}
