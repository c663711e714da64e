//! What resources make beside themselves without showing its tags, as notes: one for each kind of child, plan and set of keys.

use std::fmt::Write as _;
use tagledger_iac::{Lacks, Unseen};
use tagledger_report::plural;
use tagledger_taxonomy::{Key, Taxonomy, fold};

/// Addresses that are named; the others are counted.
const NAMED: usize = 3;

/// What is alike, with the addresses of those that are.
struct Group<'u> {
    first: &'u Unseen,
    /// Required keys that are surely missing; none where only the deploy knows.
    keys: Option<Vec<&'u str>>,
    addresses: Vec<&'u str>,
}

/// The notes about children; what lacks nothing that the taxonomy requires is not worth one.
pub(super) fn notes(taxonomy: &Taxonomy, unseen: &[Unseen]) -> Vec<String> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for one in unseen {
        let missing = |has: &dyn Fn(&Key) -> bool| taxonomy.keys.iter().filter(|key| is_due(key) && !has(key)).map(|key| key.name.as_str()).collect();
        let keys: Option<Vec<&str>> = match &one.lacks {
            Lacks::AllBut(keys) => Some(missing(&|key| keys.iter().any(|k| is_spelt(key, k, one)))),
            Lacks::These(keys) => Some(missing(&|key| !keys.iter().any(|k| is_spelt(key, k, one)))),
            Lacks::Unknown => None,
        };
        if keys.as_ref().is_some_and(Vec::is_empty) {
            continue;
        }
        let alike = |g: &&mut Group<'_>| g.keys == keys && (&g.first.file, g.first.maker, g.first.what) == (&one.file, one.maker, one.what);
        match groups.iter_mut().find(alike) {
            Some(group) => group.addresses.push(&one.maker_address),
            None => groups.push(Group { first: one, keys, addresses: vec![&one.maker_address] }),
        }
    }
    groups.iter().map(worded).collect()
}

/// A key that is missing where nothing is written: nobody may lend it, and it has no default.
fn is_due(key: &Key) -> bool {
    key.required && key.inherit.is_empty() && key.default.is_none()
}

fn is_spelt(key: &Key, word: &str, one: &Unseen) -> bool {
    let word = fold(word);
    let aliases = key.aliases.iter().map(|alias| alias.text.as_str());
    let own = key.spelling.get(one.cloud.as_str()).map(String::as_str);
    std::iter::once(key.name.as_str()).chain(aliases).chain(own).any(|name| fold(name) == word)
}

fn worded(group: &Group<'_>) -> String {
    let Unseen { file, maker, what, remedy, .. } = group.first;
    let count = group.addresses.len();
    let (gives, their) = if count == 1 { ("gives", "its") } else { ("give", "their") };
    let mut who = group.addresses.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    if count > NAMED {
        let _ = write!(who, " and {} more", count - NAMED);
    }
    let makers = plural(count as u64, maker);
    match &group.keys {
        Some(keys) => format!("{file}: {makers} {gives} {their} {what} no {} ({who}): write {remedy}", keys.join(", no ")),
        None => format!("{file}: {makers} {gives} {their} {what} tags that only the deploy knows ({who}): they are not judged"),
    }
}
