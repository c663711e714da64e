//! The readers, one file for each call whose output they understand.

mod account_list;
mod group_list;
mod resource_graph;
mod resource_list;

use crate::arm;
use serde_json::{Map, Value};
use tagledger_collect::{Document, ExportReader, Sample};
use tagledger_model::{Origin, Text};

/// Every reader of this crate. A new one is a file and a line here.
pub(crate) static READERS: &[&dyn ExportReader] =
    &[&resource_graph::ResourceGraph, &resource_list::ResourceList, &group_list::GroupList, &account_list::AccountList];

/// Where records of a file come from.
fn exported(reader: &'static str, document: &Document) -> Origin {
    Origin::Exported { reader, file: document.path().clone() }
}

/// How the records of a call lie in a file: in the `value` list that Resource Manager itself answers, or bare, in an array or one a line, as `az` prints them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrapping {
    Enveloped,
    Bare,
}

/// The list of an answer of Resource Manager.
const VALUE: &str = "value";

/// Finds the wrapping, none for another export; `is_record` knows the call's records.
fn wrapping(sample: &Sample, is_record: impl Fn(&Map<String, Value>) -> bool) -> Option<Wrapping> {
    if sample.list.as_deref() == Some(VALUE) {
        return sample.record.as_ref().is_some_and(&is_record).then_some(Wrapping::Enveloped);
    }
    let first = if sample.is_array { sample.record.as_ref()? } else { &sample.envelope };
    is_record(first).then_some(Wrapping::Bare)
}

/// The lists that `Document::records` is to look for.
fn lists(wrapping: Option<Wrapping>) -> &'static [&'static str] {
    if wrapping == Some(Wrapping::Enveloped) { &[VALUE] } else { &[] }
}

/// True when an answer of Resource Manager names a page that should follow.
fn has_next(envelope: &Map<String, Value>) -> bool {
    envelope.get("nextLink").and_then(Value::as_str).is_some_and(|link| !link.is_empty())
}

/// What a leftover link means, in a sentence.
const MORE_PAGES: &str = "the answer names a next page (`nextLink`) that is not in the file; export with the `az … list` command, which follows it";

/// True for a record with an id of Resource Manager.
fn has_arm_id(record: &Map<String, Value>) -> bool {
    record.get("id").and_then(Value::as_str).is_some_and(|id| id.starts_with('/'))
}

/// True for a record of a resource group.
fn is_group(record: &Map<String, Value>) -> bool {
    record.get("type").and_then(Value::as_str).is_some_and(|kind| arm::kind(Text::new(kind)) == arm::GROUP)
}

/// True for a record that Resource Graph made: it alone says subscription and tenant in members of their own.
fn is_from_graph(record: &Map<String, Value>) -> bool {
    record.contains_key("subscriptionId") || record.contains_key("tenantId")
}

#[cfg(test)]
mod tests;
