//! One snapshot of each month: which files of a folder count, and how two snapshots are told from two parts.
//!
//! Exports that are not overwritten leave a whole month beside the same month of the day before. A manifest says which files are one snapshot: where there is one,
//! it alone decides. What no manifest tells apart is told by what is read: the same account in the same month from two folders is two snapshots, and an error.

use crate::CostError;
use foldhash::fast::FixedState;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::hash::BuildHasher;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use tagledger_model::{BillMapping, Month};

/// What a manifest lists, in the words of the clouds: exports of Azure, Data Exports of AWS, and its older reports.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Manifest {
    blobs: Vec<Blob>,
    data_files: Vec<String>,
    report_keys: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Blob {
    blob_name: String,
    /// Bytes that it was written with; what is no number of them says nothing.
    byte_count: Option<serde_json::Value>,
}

/// Bytes at the beginning of a file that tell it from others of its size.
const DIGESTED: u64 = 1 << 20;

/// True for the name of a file that may hold rows of a bill.
pub(crate) fn is_data(name: &str) -> bool {
    [".csv", ".csv.gz", ".parquet"].iter().any(|end| name.ends_with(end))
}

/// True for the name of a file that may hold rows of a bill in a form that is not read: older reports of AWS are packed so.
pub(crate) fn is_packed(name: &str) -> bool {
    [".zip", ".bz2", ".xz", ".zst", ".gzip", ".parquet.gz", ".tar.gz", ".tgz", ".7z", ".xlsx", ".tsv", ".tsv.gz", ".orc", ".avro"]
        .iter()
        .any(|end| name.ends_with(end))
}

/// Refuses what would be missing from a bill without a word.
pub(crate) fn none_packed(packed: &[PathBuf]) -> Result<(), CostError> {
    packed.first().map_or(Ok(()), |path| {
        Err(CostError::File {
            path: path.display().to_string(),
            what: "this may be a part of the bill, and is packed in a form that is not read; unpack it, export with gzip, or put it elsewhere".to_owned(),
        })
    })
}

/// True for the name of a manifest.
pub(crate) fn is_manifest(name: &str) -> bool {
    name.ends_with("manifest.json")
}

/// Leaves of the files of a folder those that its manifests list. Files in folders that no manifest speaks of stay.
pub(crate) fn listed(files: Vec<PathBuf>, manifests: &[PathBuf]) -> Result<Vec<PathBuf>, CostError> {
    let mut manifests: Vec<&PathBuf> = manifests.iter().collect();
    // One further up speaks for everything below it: older reports of AWS keep one beside each of their versions, and above them that of the newest.
    manifests.sort_by_key(|path| path.components().count());
    let mut kept: BTreeSet<&PathBuf> = BTreeSet::new();
    let mut governed: Vec<(&Path, bool)> = Vec::new();
    let is_governed =
        |governed: &[(&Path, bool)], path: &Path| governed.iter().any(|(folder, deep)| path.parent() == Some(*folder) || (*deep && path.starts_with(folder)));
    for manifest in manifests {
        if is_governed(&governed, manifest) {
            continue;
        }
        let shown = || manifest.display().to_string();
        let text = std::fs::read_to_string(manifest).map_err(|source| CostError::Io { path: shown(), source })?;
        // What cannot be read may say that half of the files do not count.
        let said_of: serde_json::Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| CostError::At {
            path: shown(),
            line: error.line() as u64,
            column: error.column().to_string(),
            what: format!("this is a manifest by its name, and cannot be read: {error}; copy it again, or name the files that are to be read"),
        })?;
        // Folders hold manifests of many things; what lists no files is none of ours.
        let Ok(said) = serde_json::from_value::<Manifest>(said_of.clone()) else { continue };
        // One of a run that wrote nothing lists nothing: what lies below it is of another run.
        let is_empty = said_of.as_object().is_some_and(|own| ["blobs", "dataFiles", "reportKeys"].iter().any(|list| own.contains_key(*list)));
        let blobs = said.blobs.into_iter().map(|blob| (blob.blob_name, blob.byte_count.and_then(|count| count.as_u64())));
        let names: Vec<(String, Option<u64>)> = blobs.chain(said.data_files.into_iter().chain(said.report_keys).map(|name| (name, None))).collect();
        let mut own: Vec<&PathBuf> = Vec::new();
        for (name, size) in &names {
            let Some(file) = named(&files, name, manifest) else {
                return Err(CostError::File {
                    path: shown(),
                    what: format!("the manifest lists {name}, which is not here; copy the whole export, or name the files that are to be read"),
                });
            };
            is_whole(file, *size, manifest)?;
            own.push(file);
        }
        let folder = manifest.parent().unwrap_or_else(|| Path::new(""));
        if own.iter().any(|file| file.starts_with(folder)) || (names.is_empty() && is_empty) {
            governed.push((folder, true));
        } else {
            governed.extend(own.iter().filter_map(|file| Some((file.parent()?, false))));
        }
        kept.extend(own);
    }
    let keep: BTreeSet<PathBuf> = files.iter().filter(|file| kept.contains(file) || !is_governed(&governed, file)).cloned().collect();
    Ok(files.into_iter().filter(|file| keep.contains(file)).collect())
}

/// Refuses a file that is shorter than its manifest says: cut off at the end of a line it would be a smaller bill. What is packed says so itself.
fn is_whole(file: &Path, size: Option<u64>, manifest: &Path) -> Result<(), CostError> {
    let Some(size) = size.filter(|_| file.extension().is_some_and(|end| end.eq_ignore_ascii_case("csv"))) else { return Ok(()) };
    let found = std::fs::metadata(file).map_err(|source| CostError::Io { path: file.display().to_string(), source })?.len();
    if found >= size {
        return Ok(());
    }
    Err(CostError::File {
        path: file.display().to_string(),
        what: format!("the file has {found} of the {size} bytes that {} says; copy it again", manifest.display()),
    })
}

/// The file that a manifest means: of those with its name, the one that shares most folders with it, from the end. Every month has a file of one name: where that is
/// all that agrees, it is meant only if it lies beside the manifest.
fn named<'f>(files: &'f [PathBuf], name: &str, manifest: &Path) -> Option<&'f PathBuf> {
    let parts: Vec<&str> = name.split('/').rev().collect();
    let shared = |file: &&PathBuf| {
        let own = file.components().rev().filter_map(|part| part.as_os_str().to_str());
        let ends = own.zip(&parts).take_while(|(a, b)| a == *b).count();
        let beside = file.parent() == manifest.parent();
        (ends, beside)
    };
    let is_meant = |(ends, beside): (usize, bool)| ends > 1 || (ends == 1 && beside);
    files.iter().filter(|file| is_meant(shared(file))).max_by_key(shared)
}

/// True for a folder that holds a part of a table, as `month=2026-10` does, and no snapshot of it, as `run=2` does.
fn is_partition(name: &str) -> bool {
    const SNAPSHOTS: [&str; 8] = ["snap", "run", "version", "export", "load", "ingest", "delivery", "asof"];
    name.split_once('=').is_some_and(|(key, _)| !SNAPSHOTS.iter().any(|word| key.to_lowercase().replace(['_', '-'], "").contains(word)))
}

/// What a file is a part of: its folder, without the partitions of a table, and the form that it has, in words.
pub(crate) fn delivery(path: &Path, form: Option<&BillMapping>) -> String {
    let folder = path.parent().unwrap_or_else(|| Path::new(""));
    let folder: PathBuf = folder.components().filter(|part| !part.as_os_str().to_str().is_some_and(is_partition)).collect();
    let shown = if folder.as_os_str().is_empty() { ".".to_owned() } else { folder.display().to_string() };
    form.map_or_else(|| shown.clone(), |form| format!("{shown} ({})", form.name))
}

/// An account in a month: month, position of the cloud, sub-account.
pub(crate) type Held = (Month, u8, String);

/// Refuses accounts that two deliveries hold in one month. `held` names deliveries by number, `shown` and `first_files` say what they are.
pub(crate) fn no_two_snapshots(held: impl Iterator<Item = (usize, Held)>, shown: &[String], first_files: &[String]) -> Result<(), CostError> {
    let mut first: BTreeMap<Held, usize> = BTreeMap::new();
    let mut all: Vec<(usize, Held)> = held.collect();
    all.sort();
    for (delivery, (month, cloud, account)) in all {
        let before = *first.entry((month, cloud, account.clone())).or_insert(delivery);
        if before != delivery {
            let whose = if account.is_empty() { String::new() } else { format!(" for {account}") };
            return Err(CostError::File {
                path: first_files.get(delivery).cloned().unwrap_or_default(),
                what: format!(
                    "{month}{whose} is in {} and in {}: two snapshots of one month would count twice; name one of them, or put files that are parts of one bill into one folder",
                    shown.get(before).map_or("", String::as_str),
                    shown.get(delivery).map_or("", String::as_str)
                ),
            });
        }
    }
    Ok(())
}

/// Refuses a file that is another one again: `holds_rows` says of a file whether there is anything in it.
pub(crate) fn no_copies(files: &[&Path], holds_rows: &dyn Fn(usize) -> bool) -> Result<(), CostError> {
    let mut by_size: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for (at, path) in files.iter().enumerate() {
        by_size.entry(std::fs::metadata(path).map_or(0, |meta| meta.len())).or_default().push(at);
    }
    for alike in by_size.values().filter(|alike| alike.len() > 1) {
        // Of many files of one size each is read once, and those that seem the same are held against each other.
        let mut by_digest: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for at in alike {
            let io = |source| CostError::Io { path: files[*at].display().to_string(), source };
            by_digest.entry(digest(files[*at]).map_err(io)?).or_default().push(*at);
        }
        for pair in by_digest.values().filter(|same| holds_rows(same[0])).flat_map(|same| same.windows(2)) {
            let io = |source| CostError::Io { path: files[pair[0]].display().to_string(), source };
            if is_same(files[pair[0]], files[pair[1]]).map_err(io)? {
                return Err(CostError::File {
                    path: files[pair[1]].display().to_string(),
                    what: format!("the file is the same as {}, byte by byte; a bill that is read twice would count twice", files[pair[0]].display()),
                });
            }
        }
    }
    Ok(())
}

/// A digest of the beginning of a file.
fn digest(path: &Path) -> std::io::Result<u64> {
    let mut start = Vec::new();
    File::open(path)?.take(DIGESTED).read_to_end(&mut start)?;
    Ok(FixedState::default().hash_one(&start))
}

fn is_same(one: &Path, other: &Path) -> std::io::Result<bool> {
    let (mut one, mut other) = (BufReader::new(File::open(one)?), BufReader::new(File::open(other)?));
    let (mut a, mut b) = ([0_u8; 8192], [0_u8; 8192]);
    loop {
        let got = one.read(&mut a)?;
        if got == 0 {
            return Ok(other.read(&mut b)? == 0);
        }
        other.read_exact(&mut b[..got])?;
        if a[..got] != b[..got] {
            return Ok(false);
        }
    }
}
