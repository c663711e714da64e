//! What the others of a stack say: a hint for a person, never a command that is run.
//!
//! A stack is the resource group; where there is none, the resources of one Application in one account, subscription or project.

use super::{Key, Mends};
use crate::rows::StoredRows;
use std::collections::{BTreeMap, HashMap};
use std::io;
use tagledger_model::{Suggestion, Text};
use tagledger_report::{KeyInfo, ResourceRow, Rows};
use tagledger_taxonomy::encode_label;

/// Others that have to say the same, at least.
const FEWEST: u64 = 3;

/// A stack: cloud, scope, and the group or the Application.
type Stack = (Text, Text, Text);

/// What the resources of a stack say themselves, by the position of the key.
#[derive(Default)]
struct Votes {
    by_key: HashMap<usize, BTreeMap<Text, u64>>,
}

impl Votes {
    /// What more than half of those that say anything say.
    fn most(&self, key: usize) -> Option<(&Text, u64, u64)> {
        let votes = self.by_key.get(&key)?;
        let all: u64 = votes.values().sum();
        let (value, count) = votes.iter().max_by_key(|(_, count)| **count)?;
        (*count >= FEWEST && *count * 2 > all).then_some((value, *count, all))
    }
}

fn stack(resource: &ResourceRow, application: Option<usize>) -> Option<Stack> {
    let of_application = || application.and_then(|at| resource.keys[at].value.clone()).map(|value| Text::from(format!("Application {value}")));
    let named = resource.group.as_ref().map(|group| Text::from(format!("the group {group}"))).or_else(of_application)?;
    Some((resource.cloud.clone(), resource.scope.clone(), named))
}

/// Adds what most of the others of its stack say to what is only likely of a resource.
pub(super) fn ask(all: &mut BTreeMap<Key, Mends>, rows: &StoredRows, keys: &[KeyInfo]) -> io::Result<()> {
    if all.values().all(|mends| mends.missing.is_empty()) {
        return Ok(());
    }
    let application = keys.iter().position(|key| key.name == "Application");
    let (mut votes, mut stacks): (HashMap<Stack, Votes>, HashMap<Key, Stack>) = (HashMap::new(), HashMap::new());
    rows.resources(&mut |resource| {
        let Some(stack) = stack(resource, application) else { return Ok(()) };
        let of_stack = votes.entry(stack.clone()).or_default();
        for (at, cell) in resource.keys.iter().enumerate().filter(|(_, cell)| cell.provenance.as_deref() == Some("own tag")) {
            if let Some(value) = &cell.value {
                *of_stack.by_key.entry(at).or_default().entry(value.clone()).or_default() += 1;
            }
        }
        let key = (resource.cloud.to_string(), resource.scope.to_string(), resource.id.to_string());
        if all.get(&key).is_some_and(|mends| !mends.missing.is_empty()) {
            stacks.insert(key, stack);
        }
        Ok(())
    })?;
    for (resource, mends) in all {
        let Some((stack, votes)) = stacks.get(resource).and_then(|stack| Some((stack, votes.get(stack)?))) else { continue };
        for (name, tag) in std::mem::take(&mut mends.missing) {
            let at = keys.iter().position(|key| key.name == name);
            if let Some((value, count, voters)) = at.and_then(|at| votes.most(at)) {
                let message = format!("{name} has no value; {count} of {voters} in {} that have one say {value}", stack.2);
                let encoded = crate::clouds::find(&resource.0).filter(|cloud| cloud.grammar().encoded).map(|_| encode_label(value));
                let value = encoded.unwrap_or_else(|| value.to_string());
                mends.perhaps.push((message, Suggestion::SetTag { key: tag, value: Some(value) }));
            }
        }
    }
    Ok(())
}
