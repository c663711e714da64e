use super::*;
use crate::SAMPLES;
use tagledger_collect::Found;
use tagledger_collect::ReadError;
use tagledger_model::{Container, RawResource, Scope};

/// Everything a reader found, by kind.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub resources: Vec<RawResource>,
    pub scopes: Vec<Scope>,
    pub containers: Vec<Container>,
    pub incomplete: Vec<String>,
}

/// Reads a text with the one reader that recognises it, which has to be the one named.
pub(super) fn read(id: &str, text: &str) -> Result<Seen, ReadError> {
    let document = Document::from_bytes("azure.json", text.as_bytes().to_vec())?;
    let sample = Sample::of(&document);
    let by: Vec<_> = READERS.iter().filter(|r| r.recognises(&sample)).collect();
    assert_eq!(by.iter().map(|r| r.info().id).collect::<Vec<_>>(), [id], "{text}");
    let mut seen = Seen::default();
    by[0].read(&document, &mut |found| match found {
        Found::Resource(resource) => seen.resources.push(resource),
        Found::Scope(scope) => seen.scopes.push(scope),
        Found::Container(container) => seen.containers.push(container),
        Found::Incomplete(why) => seen.incomplete.push(why),
    })?;
    Ok(seen)
}

#[test]
fn each_sample_is_recognised_by_its_reader_alone() {
    for (id, text) in SAMPLES {
        let seen = read(id, text).unwrap();
        // A subscription with its tags is both.
        let found = (seen.resources.len(), seen.scopes.len());
        assert!([(1, 0), (0, 1), (1, 1)].contains(&found) && seen.incomplete.is_empty(), "{text}: {seen:?}");
    }
    for reader in READERS {
        assert!(SAMPLES.iter().any(|(id, _)| *id == reader.info().id), "{} has no sample", reader.info().id);
    }
}

#[test]
fn strangers_are_not_recognised() {
    let strangers = [
        "{}",
        "[]",
        "[{}]",
        "[1]",
        "{\"value\": []}",
        "{\"data\": []}",
        "{\"data\": [{\"id\": 1}], \"count\": 1}",
        "[{\"id\": \"x\", \"type\": \"y\"}]",
        "{\"count\": 1, \"data\": [{\"type\": \"x\", \"count_\": 3}]}",
        "id,type\n/x,y\n",
    ];
    for text in strangers {
        let document = Document::from_bytes("azure.json", text.as_bytes().to_vec()).unwrap();
        let sample = Sample::of(&document);
        assert!(READERS.iter().all(|r| !r.recognises(&sample)), "{text}");
    }
}
