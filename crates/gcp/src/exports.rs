//! The readers, one file for each call whose output they understand.

mod asset_list;
mod projects_list;
mod search_all_resources;

use serde_json::{Map, Value};
use tagledger_collect::{Document, ExportReader, Sample};
use tagledger_model::Origin;

/// Every reader of this crate. A new one is a file and a line here.
pub(crate) static READERS: &[&dyn ExportReader] = &[&search_all_resources::SearchAllResources, &asset_list::AssetList, &projects_list::ProjectsList];

fn origin(reader: &'static str, document: &Document) -> Origin {
    Origin::Exported { reader, file: document.path().clone() }
}

/// How the records of a call lie in a file: in the list that the API itself answers, or bare, in an array or one a line, as `gcloud` prints them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrapping {
    Enveloped,
    Bare,
}

/// Finds the wrapping, none for another export; `is_record` knows the call's records.
fn wrapping(sample: &Sample, list: &str, is_record: impl Fn(&Map<String, Value>) -> bool) -> Option<Wrapping> {
    if sample.is_array {
        let first = sample.record.as_ref()?;
        let page = first.get(list).and_then(Value::as_array).and_then(|list| list.first()).and_then(Value::as_object);
        return if page.is_some_and(&is_record) { Some(Wrapping::Enveloped) } else { is_record(first).then_some(Wrapping::Bare) };
    }
    if sample.list.as_deref() == Some(list) {
        return sample.record.as_ref().is_some_and(&is_record).then_some(Wrapping::Enveloped);
    }
    is_record(&sample.envelope).then_some(Wrapping::Bare)
}

/// The lists that `Document::records` is to look for.
fn lists<'l>(wrapping: Option<Wrapping>, list: &'l [&'l str]) -> &'l [&'l str] {
    if wrapping == Some(Wrapping::Enveloped) { list } else { &[] }
}

/// True when an answer of the API names a page that should follow.
fn has_next(envelope: &Map<String, Value>) -> bool {
    envelope.get("nextPageToken").and_then(Value::as_str).is_some_and(|token| !token.is_empty())
}

/// What a leftover token means, in a sentence.
const MORE_PAGES: &str = "the last page holds a `nextPageToken` for a page that is not in the file; export with gcloud, which follows it";

/// True for a record that is named and typed as Cloud Asset Inventory does it.
fn is_asset(record: &Map<String, Value>) -> bool {
    let is_named = record.get("name").and_then(Value::as_str).is_some_and(|name| name.starts_with("//"));
    // The members are sorted: of a record by itself only what stands before its first list of objects is seen.
    let is_typed = ["assetType", "asset_type"].iter().any(|member| record.get(*member).and_then(Value::as_str).is_some_and(|kind| kind.contains('/')));
    is_typed && (is_named || !record.contains_key("name"))
}

/// True for an asset of `gcloud asset list`, which always names its ancestors; a search result never does.
fn is_listed(record: &Map<String, Value>) -> bool {
    record.contains_key("ancestors") || record.contains_key("resource")
}

#[cfg(test)]
mod tests;
