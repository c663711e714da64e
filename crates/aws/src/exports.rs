//! The readers, one file for each call whose output they understand.

mod get_resources;
mod list_accounts;
mod resource_explorer;

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use tagledger_collect::{Document, ExportReader, Sample};
use tagledger_model::{Observed, Origin, RawTag, Text};

/// Every reader of this crate. A new one is a file and a line here.
pub(crate) static READERS: &[&dyn ExportReader] = &[&get_resources::GetResources, &resource_explorer::ResourceExplorer, &list_accounts::ListAccounts];

/// A list of `{Key, Value}` pairs. Absent is unknown, null and `[]` are bare.
#[derive(Debug)]
struct Tags(Observed<Vec<RawTag>>);

impl Default for Tags {
    fn default() -> Self {
        Self(Observed::Unknown)
    }
}

impl<'de> Deserialize<'de> for Tags {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let tags = Option::<Vec<OwnTag>>::deserialize(d)?.unwrap_or_default();
        Ok(Self(Observed::Known(tags.into_iter().map(|tag| tag.0).collect())))
    }
}

#[derive(Debug, Deserialize)]
#[serde(from = "Pair")]
struct OwnTag(RawTag);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Pair {
    key: Text,
    /// Left out, or null, by some services for an empty value.
    value: Option<Text>,
}

impl From<Pair> for OwnTag {
    fn from(pair: Pair) -> Self {
        Self(RawTag::own(pair.key, pair.value.unwrap_or_default()))
    }
}

fn origin(reader: &'static str, document: &Document) -> Origin {
    Origin::Exported { reader, file: document.path().clone() }
}

/// How the records of a call lie in a file: in its envelope's list (or an array of such envelopes), or bare, one a line or in an array, as `jq` leaves them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrapping {
    Enveloped,
    Bare,
}

/// Finds the wrapping, none for another export: `list` is the call's list, `is_record` knows its records.
fn wrapping(sample: &Sample, list: &str, is_record: impl Fn(&Map<String, Value>) -> bool) -> Option<Wrapping> {
    if sample.is_array {
        let first = sample.record.as_ref()?;
        return if first.get(list).is_some_and(Value::is_array) { Some(Wrapping::Enveloped) } else { is_record(first).then_some(Wrapping::Bare) };
    }
    if sample.list.as_deref() == Some(list) {
        // The list may be empty; if it is not, its records have to be this call's.
        return sample.record.as_ref().is_none_or(is_record).then_some(Wrapping::Enveloped);
    }
    is_record(&sample.envelope).then_some(Wrapping::Bare)
}

/// The lists that `Document::records` is to look for.
fn lists<'l>(wrapping: Option<Wrapping>, list: &'l [&'l str]) -> &'l [&'l str] {
    if wrapping == Some(Wrapping::Bare) { &[] } else { list }
}

/// True when an envelope holds a token for a page that should follow. `NextToken` is also what the command line itself adds after `--max-items`.
fn has_token(envelope: &Map<String, Value>) -> bool {
    ["NextToken", "PaginationToken"].iter().any(|name| envelope.get(*name).and_then(Value::as_str).is_some_and(|token| !token.is_empty()))
}

/// What a leftover token means, in a sentence.
const MORE_PAGES: &str = "the last page holds a token for a next page that is not in the file; export again without --max-items and --no-paginate";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SAMPLES;

    #[test]
    fn each_sample_is_recognised_by_its_reader_alone() {
        for (id, text) in SAMPLES {
            let document = Document::from_bytes("sample", text.as_bytes().to_vec()).unwrap();
            let sample = Sample::of(&document);
            let by: Vec<&str> = READERS.iter().filter(|r| r.recognises(&sample)).map(|r| r.info().id).collect();
            assert_eq!(by, [*id], "{text}");
            let reader = READERS.iter().find(|r| r.info().id == *id).unwrap();
            let mut found = 0;
            reader.read(&document, &mut |_| found += 1).unwrap();
            assert!(found > 0, "{text}");
        }
        for reader in READERS {
            assert!(SAMPLES.iter().any(|(id, _)| *id == reader.info().id), "{} has no sample", reader.info().id);
        }
    }

    #[test]
    fn strangers_are_not_recognised() {
        for text in [
            "{}",
            "[]",
            "[{}]",
            "[1]",
            "{\"Resources\": [{\"Name\": \"x\"}]}",
            "{\"Accounts\": [{\"Name\": \"x\"}]}",
            "id,name\n1,2\n",
            "{\"Tags\": []}",
            "nonsense",
            "[{\"Id\": 1}]",
        ] {
            let document = Document::from_bytes("sample", text.as_bytes().to_vec()).unwrap();
            let sample = Sample::of(&document);
            assert!(READERS.iter().all(|r| !r.recognises(&sample)), "{text}");
        }
    }
}
