//! The history: the tables of every run, and a record of each, on disk or in an object store.
//!
//! ```text
//! <history>/_runs/date=2026-11-27/<run>.json               what the run knew of itself; written last
//! <history>/findings/date=2026-11-27/run=<run>/findings.parquet
//! <history>/resources/date=2026-11-27/run=<run>/resources.parquet   and so on, one tree per table
//! ```
//!
//! Each tree is plain Parquet with hive partitions, so that any engine can query it as it is. A run is in the history from the moment at which its
//! record is there: the record is one object, written at once, and two runs at the same time write different ones. A table that its record does not
//! describe to the byte is damaged, and so is a record that cannot be read: such a run is reported and passed over.

use crate::StoreError;
use crate::passes::Finder;
use crate::schemes::{self, said};
use futures_util::StreamExt;
use object_store::path::Path as Key;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt, PutPayload};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use tagledger_model::Timestamp;
use tokio::runtime::Runtime;

const RECORDS: &str = "_runs";

/// Objects that are asked for at the same time.
const AT_ONCE: usize = 32;

/// Seconds after which tables without a record are taken for what a killed run left.
const ABANDONED: i64 = 86_400;

/// A history that can be read and added to.
pub struct History {
    store: Box<dyn ObjectStore>,
    root: Key,
    shown: String,
    runtime: Runtime,
}

/// A run in a history, with what its record says.
#[derive(Debug, Clone)]
pub struct PastRun<T> {
    /// Its id: when it started, then digits that tell it from others of that second. Ids in the order of their text are in the order of time.
    pub id: String,
    /// The record.
    pub record: T,
    tables: BTreeMap<String, Written>,
}

/// What is in a history.
#[derive(Debug)]
pub struct Runs<T> {
    /// Oldest first.
    pub runs: Vec<PastRun<T>>,
    /// Runs whose record cannot be read, with why.
    pub damaged: Vec<String>,
}

/// A table as it was written.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Written {
    bytes: u64,
    sha256: String,
}

#[derive(Serialize, Deserialize)]
struct Record<T> {
    layout: u32,
    tables: BTreeMap<String, Written>,
    run: T,
}

/// The layout of this version.
const LAYOUT: u32 = 1;

/// The id of a run that started at a moment; `apart` tells it from others of that second.
pub fn run_id(started: Timestamp, apart: &str) -> String {
    let digest = Sha256::digest(apart.as_bytes());
    format!("{}-{}", run_stamp(started), hex(&digest[..4]))
}

/// Whether a text is an id as `run_id` makes them.
fn is_id(text: &str) -> bool {
    let form = "00000000T000000Z-xxxxxxxx".bytes();
    text.len() == 25
        && text.bytes().zip(form).all(|(byte, form)| match form {
            b'0' => byte.is_ascii_digit(),
            b'x' => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
            other => byte == other,
        })
}

/// The day of a run, as its partition is named.
fn day_of(id: &str) -> String {
    [id.get(..4), id.get(4..6), id.get(6..8)].map(Option::unwrap_or_default).join("-")
}

impl History {
    /// Opens the history in a folder, or at an address of an object store: `s3://bucket/path`, `az://container/path`, `gs://bucket/path`. One that is
    /// not there yet is empty. Credentials of a store are its own in the environment, else what `finder` finds.
    pub fn open(at: &str, finder: Finder<'_>) -> Result<Self, StoreError> {
        let refused = |what: String| StoreError::Read { path: at.to_owned(), what };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.map_err(|source| StoreError::Write { path: at.to_owned(), source })?;
        let (store, root) = schemes::history(at, finder, &runtime).map_err(refused)?;
        Ok(Self { store, root, shown: at.to_owned(), runtime })
    }

    /// Where it is, as it was named.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    fn key(&self, parts: &[&str]) -> Key {
        parts.iter().fold(self.root.clone(), |key, part| key.join(*part))
    }

    fn record_key(&self, id: &str) -> Key {
        self.key(&[RECORDS, &format!("date={}", day_of(id)), &format!("{id}.json")])
    }

    fn table_key(&self, table: &str, id: &str) -> Key {
        self.key(&[table, &format!("date={}", day_of(id)), &format!("run={id}"), &format!("{table}.parquet")])
    }

    fn unread(&self, error: &object_store::Error) -> StoreError {
        StoreError::Read { path: self.shown.clone(), what: format!("the history cannot be read: {}", said(error)) }
    }

    fn unwritten(&self, error: &object_store::Error) -> StoreError {
        StoreError::Write { path: self.shown.clone(), source: std::io::Error::other(said(error)) }
    }

    /// What is below a part of the history; nothing where it is not there yet.
    async fn list(&self, part: &str) -> Result<Vec<ObjectMeta>, object_store::Error> {
        let mut found = Vec::new();
        let mut all = self.store.list(Some(&self.key(&[part])));
        while let Some(one) = all.next().await {
            match one {
                Ok(meta) => found.push(meta),
                Err(object_store::Error::NotFound { .. }) => {}
                // A list that breaks off is no list: what comes after would be taken for gone.
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    /// Every run, oldest first, and those whose record is damaged.
    pub fn runs<T: DeserializeOwned + Send>(&self) -> Result<Runs<T>, StoreError> {
        let keys = self.runtime.block_on(self.list(RECORDS)).map_err(|e| self.unread(&e))?;
        let ids: BTreeSet<String> =
            keys.iter().filter_map(|meta| Some(meta.location.filename()?.strip_suffix(".json")?.to_owned())).filter(|id| is_id(id)).collect();
        let read = async |id: String| {
            let bytes = match self.store.get(&self.record_key(&id)).await {
                Ok(answer) => answer.bytes().await,
                Err(error) => Err(error),
            };
            (id, bytes)
        };
        let mut answers: Vec<_> = self.runtime.block_on(futures_util::stream::iter(ids).map(read).buffer_unordered(AT_ONCE).collect());
        answers.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut all = Runs { runs: Vec::new(), damaged: Vec::new() };
        for (id, answer) in answers {
            let bytes = match answer {
                // It was pruned since it was listed.
                Err(object_store::Error::NotFound { .. }) => continue,
                Err(error) => {
                    all.damaged.push(format!("{id}: its record cannot be read: {}", said(&error)));
                    continue;
                }
                Ok(bytes) => bytes,
            };
            match serde_json::from_slice::<Record<T>>(&bytes) {
                Ok(Record { layout: LAYOUT, tables, run }) => all.runs.push(PastRun { id, record: run, tables }),
                Ok(other) => all.damaged.push(format!("{id}: its record has layout {}, and this program reads layout {LAYOUT}", other.layout)),
                Err(error) => all.damaged.push(format!("{id}: its record cannot be read: {error}")),
            }
        }
        Ok(all)
    }

    /// The bytes of a table of a run, held against its record; the error says why they cannot be used.
    pub fn table<T>(&self, run: &PastRun<T>, table: &str) -> Result<Vec<u8>, StoreError> {
        let damaged = |what: String| StoreError::Read { path: format!("{} in {}", run.id, self.shown), what: format!("its {table} {what}") };
        let written = run.tables.get(table).ok_or_else(|| damaged("were never written".to_owned()))?;
        let read = async {
            let answer = self.store.get(&self.table_key(table, &run.id)).await?;
            answer.bytes().await
        };
        let bytes = self.runtime.block_on(read).map_err(|e| damaged(format!("cannot be read: {}", said(&e))))?;
        if bytes.len() as u64 != written.bytes || sha256(&bytes) != written.sha256 {
            return Err(damaged("are not what was written: the file is damaged".to_owned()));
        }
        Ok(bytes.into())
    }

    /// Adds a run: those tables of its folder that are there, then the record. Another run of that id is never overwritten by half.
    pub fn add(&self, id: &str, folder: &Path, tables: &[&str], record: &(impl Serialize + Sync)) -> Result<(), StoreError> {
        let mut written = BTreeMap::new();
        for table in tables {
            let file = folder.join(format!("{table}.parquet"));
            if !file.exists() {
                continue;
            }
            let bytes = std::fs::read(&file).map_err(|source| StoreError::Write { path: file.display().to_string(), source })?;
            written.insert((*table).to_owned(), Written { bytes: bytes.len() as u64, sha256: sha256(&bytes) });
            self.put(&self.table_key(table, id), bytes)?;
        }
        let record = Record { layout: LAYOUT, tables: written, run: record };
        let mut text = serde_json::to_vec_pretty(&record).map_err(|e| StoreError::Write { path: self.shown.clone(), source: e.into() })?;
        text.push(b'\n');
        self.put(&self.record_key(id), text)
    }

    fn put(&self, key: &Key, bytes: Vec<u8>) -> Result<(), StoreError> {
        self.runtime.block_on(self.store.put(key, PutPayload::from(bytes))).map_err(|e| self.unwritten(&e))?;
        Ok(())
    }

    /// Takes away the runs that started before a moment, records first, and of these tables what killed runs left without a record. What is not named as
    /// this history names its objects is somebody else's. Says how many runs went.
    pub fn prune(&self, before: Timestamp, tables: &[&str]) -> Result<usize, StoreError> {
        let (before, abandoned) = (run_stamp(before), Timestamp::now().0 - ABANDONED);
        let work = async {
            // Tables before records: a run that ends in between has its record by the time that records are looked at.
            let mut found = Vec::new();
            for table in tables {
                for meta in self.list(table).await? {
                    let id = meta.location.parts().find_map(|part| part.as_ref().strip_prefix("run=").map(str::to_owned));
                    found.extend(
                        id.filter(|id| is_id(id) && self.table_key(table, id) == meta.location).map(|id| (id, meta.location, meta.last_modified.timestamp())),
                    );
                }
            }
            let id_of = |meta: &ObjectMeta| meta.location.filename().and_then(|name| name.strip_suffix(".json")).map(str::to_owned);
            let records: Vec<String> =
                self.list(RECORDS).await?.iter().filter_map(|meta| id_of(meta).filter(|id| is_id(id) && self.record_key(id) == meta.location)).collect();
            let (old, kept): (Vec<&String>, BTreeSet<&String>) =
                (records.iter().filter(|id| **id < before).collect(), records.iter().filter(|id| **id >= before).collect());
            for id in &old {
                self.delete(&self.record_key(id)).await?;
            }
            for (id, key, written) in &found {
                if old.contains(&id) || (!kept.contains(id) && *written < abandoned) {
                    self.delete(key).await?;
                }
            }
            Ok(old.len())
        };
        self.runtime.block_on(work).map_err(|e: object_store::Error| self.unwritten(&e))
    }

    /// Two runs may tidy up at the same time: what is gone already is gone.
    async fn delete(&self, key: &Key) -> Result<(), object_store::Error> {
        match self.store.delete(key).await {
            Err(object_store::Error::NotFound { .. }) => Ok(()),
            other => other,
        }
    }
}

/// How the id of a run begins that started at a moment.
pub fn run_stamp(started: Timestamp) -> String {
    started.to_string().replace(['-', ':'], "")
}

fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

impl std::fmt::Debug for History {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("History").field("at", &self.shown).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
