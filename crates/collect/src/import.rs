//! From paths to resources and coverage rows: every file is recognised by its content, read once, and accounted for.

use crate::{Cloud, Document, ExportInfo, ExportReader, Found, GENERIC, ReadError, Sample};
use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use tagledger_model::{CloudId, Coverage, Outcome, ScopeId, Text};

/// What to import.
pub struct Import<'a> {
    /// Files and folders; a folder is read whole, with the folders in it, hidden files apart.
    pub paths: &'a [PathBuf],
    /// The clouds whose exports are known.
    pub clouds: &'a [&'static dyn Cloud],
}

impl std::fmt::Debug for Import<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Import").field("paths", &self.paths).finish_non_exhaustive()
    }
}

/// What an import left behind, beside what it handed over.
#[derive(Debug, Default)]
pub struct Imported {
    /// One row per file and scope, and one for each file that nothing recognised.
    pub coverage: Vec<Coverage>,
    /// The files read, in order.
    pub files: Vec<String>,
}

/// A step forward: how many bytes of how many were read.
pub type Progress<'p> = dyn FnMut(u64, u64) + 'p;

enum Step {
    Found(Vec<Found>),
    Read(u64),
    File { reader: &'static dyn ExportReader, cloud: Option<CloudId>, path: String },
    Unknown { path: String, what: String },
}

/// Records handed from the reading to the consuming thread at once.
const BATCH: usize = 1024;

/// Reads everything, handing each record to `each` in file order. One thread reads and one consumes, so that parsing
/// and normalising share two cores; at most a few thousand records wait in between.
///
/// Broken files and a path without anything readable are errors. A file that nothing recognises is an error when it was
/// named itself, and a `Failed` coverage row when it lay in a folder.
pub fn import(what: &Import<'_>, each: &mut dyn FnMut(Found), progress: &mut Progress<'_>) -> Result<Imported, ReadError> {
    let files = files(what.paths)?;
    let total: u64 = files.iter().map(|(path, _)| std::fs::metadata(path).map_or(0, |m| m.len())).sum();
    let readers: Vec<(Option<CloudId>, &'static dyn ExportReader)> =
        what.clouds.iter().flat_map(|c| c.exports().iter().map(|r| (Some(c.id()), *r))).chain(GENERIC.iter().map(|r| (None, *r))).collect();
    std::thread::scope(|threads| {
        let (send, receive) = sync_channel::<Step>(16);
        let reading = threads.spawn(move || files.iter().try_for_each(|(path, named)| read_file(path, *named, &readers, &send)));
        let imported = consume(&receive, what.clouds, each, progress, total);
        // A panic in the reading thread is a bug; it goes on in this one.
        reading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        if imported.files.is_empty() {
            let path = what.paths.first().map(|p| p.display().to_string()).unwrap_or_default();
            let found: Vec<String> = imported.coverage.iter().filter_map(|c| c.file.clone()).collect();
            let what = if found.is_empty() {
                "there is no file in it that could be read".to_owned()
            } else {
                format!("no file in it is an export that Tagledger knows; found {}; see docs/exports.md", found.join(", "))
            };
            return Err(ReadError::File { path, what });
        }
        Ok(imported)
    })
}

fn consume(receive: &Receiver<Step>, clouds: &[&'static dyn Cloud], each: &mut dyn FnMut(Found), progress: &mut Progress<'_>, total: u64) -> Imported {
    let mut imported = Imported::default();
    let mut done = 0;
    let mut ledger: Option<Ledger> = None;
    while let Ok(step) = receive.recv() {
        match step {
            Step::Found(batch) => {
                for mut found in batch {
                    if ledger.as_ref().is_some_and(|l| l.cloud.is_none()) {
                        canonicalise(&mut found, clouds);
                    }
                    if let Some(ledger) = &mut ledger {
                        ledger.note(&found);
                    }
                    each(found);
                }
            }
            Step::Read(bytes) => {
                done += bytes;
                progress(done, total);
            }
            Step::File { reader, cloud, path } => {
                imported.coverage.extend(ledger.take().map(Ledger::close).unwrap_or_default());
                imported.files.push(path.clone());
                ledger = Some(Ledger {
                    reader,
                    cloud,
                    path,
                    counts: FxHashMap::default(),
                    order: Vec::new(),
                    scopes: 0,
                    inactive: Vec::new(),
                    incomplete: Vec::new(),
                });
            }
            Step::Unknown { path, what } => {
                imported.coverage.extend(ledger.take().map(Ledger::close).unwrap_or_default());
                let why = format!("not an export that Tagledger knows: {what}");
                imported.coverage.push(Coverage {
                    cloud: CloudId::new("-"),
                    scope: ScopeId::from("*"),
                    region: None,
                    collector: Text::new("import"),
                    file: Some(path),
                    blind: false,
                    whole: false,
                    outcome: Outcome::Failed { why },
                });
            }
        }
    }
    imported.coverage.extend(ledger.take().map(Ledger::close).unwrap_or_default());
    imported
}

/// A generic record may spell the ids of a cloud that is known as a person does: they are put into the form of that cloud's exports.
fn canonicalise(found: &mut Found, clouds: &[&'static dyn Cloud]) {
    let of = |id: &CloudId| clouds.iter().find(|c| c.id() == *id);
    match found {
        Found::Resource(resource) => {
            if let Some(cloud) = of(&resource.cloud) {
                resource.id = cloud.native_id(resource.id.shown());
                resource.group = resource.group.as_ref().map(|g| cloud.native_id(g).canonical);
                if let Some(source) = resource.facts.as_deref_mut().and_then(|f| f.source.as_mut()) {
                    source.value = cloud.native_id(&source.value).canonical;
                }
            }
        }
        Found::Container(container) => {
            if let Some(cloud) = of(&container.cloud) {
                container.id = cloud.native_id(&container.id).canonical;
            }
        }
        Found::Scope(_) | Found::Incomplete(_) => {}
    }
}

/// What one file held, for its coverage rows.
struct Ledger {
    reader: &'static dyn ExportReader,
    cloud: Option<CloudId>,
    path: String,
    counts: FxHashMap<(CloudId, ScopeId), u64>,
    order: Vec<(CloudId, ScopeId)>,
    scopes: u64,
    inactive: Vec<(CloudId, ScopeId)>,
    incomplete: Vec<String>,
}

impl Ledger {
    fn note(&mut self, found: &Found) {
        match found {
            Found::Resource(resource) => {
                let place = (resource.cloud.clone(), resource.scope.clone());
                if let Some(count) = self.counts.get_mut(&place) {
                    *count += 1;
                } else {
                    self.order.push(place.clone());
                    self.counts.insert(place, 1);
                }
            }
            Found::Scope(scope) => {
                self.scopes += 1;
                if !scope.active {
                    self.inactive.push((scope.cloud.clone(), scope.id.clone()));
                }
            }
            Found::Container(_) => {}
            Found::Incomplete(why) => self.incomplete.push(why.clone()),
        }
    }

    fn close(self) -> Vec<Coverage> {
        let info = self.reader.info();
        let whys: Vec<&str> = info.blind_spot.into_iter().chain(self.incomplete.iter().map(String::as_str)).collect();
        let row = |cloud: CloudId, scope: ScopeId, outcome| Coverage {
            cloud,
            scope,
            region: None,
            collector: Text::new(info.id),
            file: Some(self.path.clone()),
            blind: info.blind_spot.is_some() && self.incomplete.is_empty(),
            // What a person wrote down says nothing about what else there is.
            whole: info.blind_spot.is_none() && self.cloud.is_some(),
            outcome,
        };
        let outcome = |count: u64| if whys.is_empty() { Outcome::Complete { count } } else { Outcome::Partial { count, why: whys.join("; ") } };
        let mut rows: Vec<Coverage> =
            self.order.iter().map(|key| row(key.0.clone(), key.1.clone(), outcome(self.counts.get(key).copied().unwrap_or(0)))).collect();
        if rows.is_empty() {
            let cloud = self.cloud.clone().unwrap_or_else(|| CloudId::new("-"));
            rows.push(row(cloud, ScopeId::from("*"), outcome(self.scopes)));
        }
        rows.extend(self.inactive.iter().map(|(cloud, scope)| {
            row(cloud.clone(), scope.clone(), Outcome::Skipped { why: "suspended, disabled or being deleted, as its own cloud says".to_owned() })
        }));
        rows
    }
}

fn read_file(path: &Path, named: bool, readers: &[(Option<CloudId>, &'static dyn ExportReader)], send: &SyncSender<Step>) -> Result<(), ReadError> {
    let size = std::fs::metadata(path).map_or(0, |m| m.len());
    let shown = path.display().to_string();
    // The receiver outlives this thread, so that sending cannot fail; were it gone, there would be nobody to tell.
    let post = |step| drop(send.send(step));
    if !named && is_binary(path)? {
        post(Step::Unknown { path: shown, what: "binary data, not text".to_owned() });
        post(Step::Read(size));
        return Ok(());
    }
    let document = Document::open(path)?;
    let sample = Sample::of(&document);
    let Some((cloud, reader)) = readers.iter().find(|(_, r)| r.recognises(&sample)) else {
        // What is cut off before anything tells what it is may well be an export; other broken JSON in a folder is somebody else's file.
        if let Some(broken) = sample.broken.as_ref().filter(|b| named || b.is_cut_off) {
            return Err(document.error_at(broken.offset, broken.what.clone()));
        }
        if named {
            return Err(ReadError::File { path: shown, what: format!("not an export that Tagledger knows: found {}; see docs/exports.md", sample.describe()) });
        }
        post(Step::Unknown { path: shown, what: sample.describe() });
        post(Step::Read(size));
        return Ok(());
    };
    post(Step::File { reader: *reader, cloud: cloud.clone(), path: shown });
    let (mut batch, mut told) = (Vec::with_capacity(BATCH), 0_u64);
    reader.read(&document, &mut |found| {
        batch.push(found);
        if batch.len() == BATCH {
            post(Step::Found(std::mem::replace(&mut batch, Vec::with_capacity(BATCH))));
            // Half of a file's share is shown while it is read, the rest when it is done: its length in records is not known before.
            let step = (size / 200).max(1);
            if told + step < size / 2 {
                told += step;
                post(Step::Read(step));
            }
        }
    })?;
    post(Step::Found(batch));
    post(Step::Read(size - told));
    Ok(())
}

/// The export that a file is, by its content; none for any other file, and for one that cannot be read.
pub fn recognised(path: &Path, clouds: &[&'static dyn Cloud]) -> Option<&'static ExportInfo> {
    if is_binary(path).ok()? {
        return None;
    }
    let document = Document::open(path).ok()?;
    let sample = Sample::of(&document);
    let readers = clouds.iter().flat_map(|cloud| cloud.exports()).chain(GENERIC);
    readers.into_iter().find(|reader| reader.recognises(&sample)).map(|reader| reader.info())
}

/// True for a picture, a Parquet file and the like: a zero byte among the first, and neither gzip nor UTF-16, which have messages of their own.
fn is_binary(path: &Path) -> Result<bool, ReadError> {
    use std::io::Read;
    let io = |source| ReadError::Io { path: path.display().to_string(), source };
    let mut start = Vec::with_capacity(512);
    std::fs::File::open(path).map_err(io)?.take(512).read_to_end(&mut start).map_err(io)?;
    let other = start.starts_with(&[0x1f, 0x8b]) || start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]);
    let utf16 = start.len() > 3 && (start[1] == 0 && start[3] == 0 || start[0] == 0 && start[2] == 0);
    Ok(!other && !utf16 && start.contains(&0))
}

/// Every file below the paths, sorted within each path; the flag says that the user named the file itself.
fn files(paths: &[PathBuf]) -> Result<Vec<(PathBuf, bool)>, ReadError> {
    let mut all = Vec::new();
    for path in paths {
        let io = |source| ReadError::Io { path: path.display().to_string(), source };
        if std::fs::metadata(path).map_err(io)?.is_dir() {
            let before = all.len();
            walk(path, &mut all)?;
            if all.len() == before {
                return Err(ReadError::File { path: path.display().to_string(), what: "the folder holds no files".to_owned() });
            }
        } else {
            all.push((path.clone(), true));
        }
    }
    Ok(all)
}

fn walk(folder: &Path, all: &mut Vec<(PathBuf, bool)>) -> Result<(), ReadError> {
    let io = |source| ReadError::Io { path: folder.display().to_string(), source };
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).map_err(io)?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>().map_err(io)?;
    entries.sort();
    for entry in entries {
        let hidden = entry.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.'));
        if hidden {
            continue;
        }
        if entry.is_dir() {
            walk(&entry, all)?;
        } else {
            all.push((entry, false));
        }
    }
    Ok(())
}
