//! What a live scan has collected so far, kept in a file until its run stands: a scan that was killed, or could not see everything, is gone on
//! with from there, page by page.
//!
//! A line of JSON that says when it was begun, and then an entry for each page as it came, written before anything else is done with it. It ends
//! before an entry that was cut off or is damaged.

mod entries;
mod kept;

use crate::Found;
use crate::live::{Step, Target};
use entries::Writer;
use kept::{Keeping, Kept};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::fs::{File, TryLockError};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tagledger_model::{Outcome, Timestamp};

/// How one collector ended at one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Row {
    /// What may be missing is only what the source never holds.
    pub blind: bool,
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// Why nothing could be kept.
#[derive(Debug, thiserror::Error)]
#[error("{path}: cannot be {what}: {source}")]
pub struct JournalError {
    /// The file.
    path: String,
    what: &'static str,
    source: std::io::Error,
}

#[derive(Serialize, Deserialize)]
struct Head {
    layout: u32,
    started: Timestamp,
}

const LAYOUT: u32 = 2;

/// An entry as it is read.
#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    key: std::borrow::Cow<'a, str>,
    #[serde(flatten)]
    what: What,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    Page { found: Vec<Kept>, next: Option<String> },
    Anew(()),
    Rows(Vec<Row>),
}

/// The same entries as they are written: nothing is copied for them, because every page of every scan passes here.
#[derive(Serialize)]
struct PageEntry<'a> {
    key: &'a str,
    page: Page<'a>,
}

#[derive(Serialize)]
struct Page<'a> {
    found: Vec<Keeping<'a>>,
    next: Option<&'a str>,
}

#[derive(Serialize)]
struct AnewEntry<'a> {
    key: &'a str,
    anew: (),
}

#[derive(Serialize)]
struct RowsEntry<'a> {
    key: &'a str,
    rows: &'a [Row],
}

/// What an earlier attempt left of a job.
#[derive(Debug, Default)]
pub(crate) struct Past {
    by_place: HashMap<Target, u64>,
    total: u64,
    pub next: Option<String>,
    rows: Option<Vec<Row>>,
}

impl Past {
    /// The rows, where nothing is left to ask.
    pub fn finished(&self, targets: usize) -> Option<&[Row]> {
        let is_final = |row: &Row| row.blind || matches!(row.outcome, Outcome::Complete { .. } | Outcome::Skipped { .. });
        self.rows.as_deref().filter(|rows| rows.len() == targets && rows.iter().all(is_final))
    }

    /// All resources.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Resources by target.
    pub fn counts(&self, targets: &[Target]) -> Vec<u64> {
        if let [_] = targets {
            return vec![self.total];
        }
        let at = |target: &Target| -> u64 {
            let is_at = |(place, _): &(&Target, &u64)| place.scope == target.scope && (target.region.is_none() || place.region == target.region);
            self.by_place.iter().filter(is_at).map(|(_, count)| count).sum()
        };
        targets.iter().map(at).collect()
    }
}

/// The file.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    writer: Writer,
    began: Option<Timestamp>,
    is_empty: bool,
}

/// What was collected longer ago than this is asked for again: tokens of pages do not live longer, and tags change.
const AGE: i64 = 24 * 3600;

impl Journal {
    /// A new one, in the place of any that is there.
    pub fn begin(path: &Path, now: Timestamp) -> Result<Self, JournalError> {
        let failed = |source| JournalError { path: path.display().to_string(), what: "written", source };
        // Only whoever has it alone may empty it.
        let mut file = File::options().write(true).create(true).truncate(false).open(path).and_then(alone).map_err(failed)?;
        file.set_len(0).map_err(failed)?;
        let mut head = serde_json::to_vec(&Head { layout: LAYOUT, started: now }).map_err(|error| failed(error.into()))?;
        head.push(b'\n');
        file.write_all(&head).map_err(failed)?;
        let writer = Writer::new(file).map_err(failed)?;
        Ok(Self { path: path.to_owned(), writer, began: None, is_empty: true })
    }

    /// The one that an earlier scan left, to be gone on with; a new one where there is none that could be, or it is older than a day.
    pub fn resume(path: &Path, now: Timestamp) -> Result<Self, JournalError> {
        let Some(started) = started(path).filter(|started| (0..=AGE).contains(&(now.0 - started.0))) else { return Self::begin(path, now) };
        let failed = |source| JournalError { path: path.display().to_string(), what: "written", source };
        let file = File::options().read(true).append(true).open(path).and_then(alone).map_err(failed)?;
        // An entry that was cut off must not swallow the next one, and what stands behind a damaged one is not read.
        let whole = entries::each(&file, |_| {}).map_err(failed)?;
        file.set_len(whole).map_err(failed)?;
        let writer = Writer::new(file).map_err(failed)?;
        Ok(Self { path: path.to_owned(), writer, began: Some(started), is_empty: false })
    }

    /// When the journal there was begun; none where there is none that could be read.
    pub fn started(path: &Path) -> Option<Timestamp> {
        started(path)
    }

    /// True when nothing was collected that would be worth going on from.
    pub fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// When what is gone on with was begun; none for a new one.
    pub fn began(&self) -> Option<Timestamp> {
        self.began
    }

    /// How far each job had come.
    pub(crate) fn past(&self) -> Result<HashMap<String, Past>, JournalError> {
        let mut past: HashMap<String, Past> = HashMap::new();
        self.entries(&mut |key, what| {
            let job = past.entry(key).or_default();
            match what {
                What::Page { found, next } => {
                    job.next = next;
                    for (scope, region) in found.into_iter().filter(Kept::is_resource).map(Kept::place) {
                        *job.by_place.entry(Target { scope, region }).or_default() += 1;
                        job.total += 1;
                    }
                }
                What::Anew(()) => *job = Past::default(),
                What::Rows(rows) => job.rows = Some(rows),
            }
        })?;
        Ok(past)
    }

    /// Hands over what these jobs had found already. What others had found is passed over: this scan did not ask for it.
    pub(crate) fn replay(&self, jobs: &HashSet<Arc<str>>, each: &mut dyn FnMut(Found)) -> Result<(), JournalError> {
        self.entries(&mut |key, what| {
            if let What::Page { found, .. } = what
                && jobs.contains(key.as_str())
            {
                found.into_iter().filter_map(Kept::found).for_each(&mut *each);
            }
        })
    }

    /// Reads what an earlier scan wrote; nothing of a new journal.
    fn entries(&self, each: &mut dyn FnMut(String, What)) -> Result<(), JournalError> {
        if self.began.is_none() {
            return Ok(());
        }
        let failed = |source| JournalError { path: self.path.display().to_string(), what: "read", source };
        let file = File::open(&self.path).map_err(failed)?;
        entries::each(&file, |text| {
            // What another version wrote is asked for again.
            if let Ok(entry) = serde_json::from_slice::<Entry<'_>>(text) {
                each(entry.key.into_owned(), entry.what);
            }
        })
        .map_err(failed)?;
        Ok(())
    }

    /// Keeps a step.
    pub(crate) fn note(&mut self, step: &Step) -> Result<(), JournalError> {
        match step {
            Step::Page { key, found, next } if !key.is_empty() => {
                let page = Page { found: found.iter().filter_map(Keeping::of).collect(), next: next.as_deref() };
                self.entry(&PageEntry { key, page })?;
            }
            Step::Anew { key } => self.entry(&AnewEntry { key, anew: () })?,
            Step::Rows { key, rows } => {
                let rows: Vec<Row> = rows.iter().map(|row| Row { blind: row.blind, outcome: row.outcome.clone() }).collect();
                self.entry(&RowsEntry { key, rows: &rows })?;
            }
            Step::Page { .. } | Step::Jobs(_) | Step::Row(_) | Step::Failed(_) => return Ok(()),
        }
        self.is_empty = false;
        Ok(())
    }

    fn entry(&mut self, entry: &impl Serialize) -> Result<(), JournalError> {
        self.writer.entry(entry).map_err(|source| JournalError { path: self.path.display().to_string(), what: "written", source })
    }

    /// Takes it away: the run stands, and nothing is left to go on with.
    pub fn remove(self) -> Result<(), JournalError> {
        self.discard()
    }

    /// Takes the file away, and leaves the journal without one.
    pub fn discard(&self) -> Result<(), JournalError> {
        std::fs::remove_file(&self.path).map_err(|source| JournalError { path: self.path.display().to_string(), what: "removed", source })
    }
}

/// The file, when no other scan writes it: two at once would take each other's pages for their own.
fn alone(file: File) -> std::io::Result<File> {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(std::io::Error::new(std::io::ErrorKind::WouldBlock, "another scan with this --out is running")),
        // Where files cannot be locked, there is no telling.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
    }
}

fn started(path: &Path) -> Option<Timestamp> {
    let mut line = String::new();
    BufReader::new(File::open(path).ok()?).read_line(&mut line).ok()?;
    // What is written behind a line that was cut off stands on that line.
    serde_json::from_str::<Head>(line.strip_suffix('\n')?).ok().filter(|head| head.layout == LAYOUT).map(|head| head.started)
}
