//! What the providers of Crossplane have in common.
//!
//! Tags are parameters: `spec.forProvider` counts over `spec.initProvider`, and labels of the manifest are the cluster's own. Providers whose groups
//! end in `upbound.io` are generated from Terraform's, and tables made from them know every kind. The older ones, in `crossplane.io`, wrote each kind
//! by hand: what they show counts, and what they do not show stays open.

use super::Shown;
use super::table::{Entry, Table};
use crate::found::{Carries, Found};
use crate::kubernetes::manifest::{Manifest, list};
use crate::kubernetes::tags_of;
use crate::template::Node;

/// The older providers' groups.
const CLASSIC: &str = ".crossplane.io";

/// The part of a group before the cloud's name, in any of the forms that groups had (`…upbound.io`, `….m.upbound.io`, `….crossplane.io`,
/// `….jet.crossplane.io`); empty where the group begins with the cloud, and nothing for a group that is not of the cloud.
fn package<'g>(group: &'g str, cloud: &str) -> Option<&'g str> {
    let rest = group.strip_suffix(".upbound.io").or_else(|| group.strip_suffix(CLASSIC))?;
    let rest = rest.strip_suffix(".m").or_else(|| rest.strip_suffix(".jet")).unwrap_or(rest);
    let before = rest.strip_suffix(cloud)?;
    if before.is_empty() { Some(before) } else { before.strip_suffix('.') }
}

/// Whether a group belongs to a cloud's provider.
pub(super) fn has(group: &str, cloud: &str) -> bool {
    package(group, cloud).is_some()
}

/// What a table knows of a kind; an older provider's kinds are none of it.
pub(super) fn known(table: &Table, manifest: &Manifest<'_>, cloud: &str) -> Option<Entry> {
    if manifest.group().ends_with(CLASSIC) { None } else { table.find(package(manifest.group(), cloud)?, &manifest.kind) }
}

/// What Terraform calls a kind. An older provider's kind that bears the name of a newer one's is the same.
pub(super) fn terraform(table: &Table, manifest: &Manifest<'_>, cloud: &str, prefix: &str) -> Vec<String> {
    let Some(package) = package(manifest.group(), cloud) else { return Vec::new() };
    let entry = table.find(package, &manifest.kind);
    entry.map(|entry| entry.terraform(&format!("{prefix}{package}{}", manifest.kind))).into_iter().collect()
}

/// The tags: where the table says, or wherever the cloud's kinds have them.
pub(super) fn tags(manifest: &Manifest<'_>, known: Option<Carries>, newer: &[&'static str], classic: &[&'static str]) -> Shown {
    let is_classic = manifest.group().ends_with(CLASSIC);
    let places: Vec<&'static str> = match known {
        Some(Carries::At(attribute)) => attribute.split('|').collect(),
        Some(Carries::Nothing) => Vec::new(),
        None if is_classic => classic.to_vec(),
        None => newer.to_vec(),
    };
    let spec = manifest.node.get("spec");
    let within = |part: &Node, path: &str| path.split('.').try_fold(part, |node, name| node.items().first().unwrap_or(node).get(name)).map(tags_of);
    let mut all = Found::default();
    let mut at = None;
    for place in &places {
        let of = |part: &str| spec.and_then(|spec| within(spec.get(part)?, place));
        // The oldest kinds have their parameters in `spec` itself.
        let oldest = || spec.filter(|_| is_classic).and_then(|spec| within(spec, place));
        let (own, initial) = (of("forProvider").or_else(oldest), of("initProvider"));
        if own.is_some() || initial.is_some() {
            at = at.or(Some(*place));
        }
        all = all.over(own.unwrap_or_default().over(initial.unwrap_or_default()));
    }
    if is_classic && all.tags.is_empty() {
        all.open = true;
    }
    Shown { attribute: at.or(places.first().copied()).unwrap_or("tags"), found: all }
}

/// Whether a manifest makes something: neither paused nor, by its policies, only looked at.
pub(super) fn makes(manifest: &Manifest<'_>) -> bool {
    let paused = manifest.metadata("annotations").and_then(|all| all.get("crossplane.io/paused")).and_then(Node::text) == Some("true");
    let spec = manifest.node.get("spec");
    let looks = spec.and_then(|spec| spec.get("managementPolicy")).and_then(Node::text) == Some("ObserveOnly");
    let policies = spec.and_then(|spec| spec.get("managementPolicies")).and_then(list);
    let creates = |policies: &[Node]| policies.iter().any(|policy| matches!(policy.text(), Some("Create" | "*")));
    !paused && !looks && policies.is_none_or(creates)
}
