//! Hidden names beside a run: the folder that it is written in, the one that it replaces, and the file that a scan can be gone on with from.
//!
//! A scan that was killed leaves them behind. Whether one of them belongs to a scan that still runs is asked of the system, by a lock that ends
//! with the program: a process id says nothing where every container has a process of that number.

use crate::StoreError;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

const COLLECTED: &str = ".collected";
const CLAIMED: &str = ".lock";
const PARTIAL: &str = ".partial-";
const REPLACED: &str = ".replaced";

pub(crate) fn write_error(path: &Path) -> impl Fn(std::io::Error) -> StoreError + '_ {
    move |source| StoreError::Write { path: path.display().to_string(), source }
}

/// The folder that a run stands in.
pub(crate) fn parent(target: &Path) -> &Path {
    target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn hidden(target: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(target.file_name().unwrap_or(OsStr::new("run")));
    name.push(suffix);
    parent(target).join(name)
}

/// What a live scan has collected for the run at `target`, until that run stands.
pub fn collected(target: &Path) -> PathBuf {
    hidden(target, COLLECTED)
}

/// What one scan at a time holds that writes a run at `target`.
pub(crate) fn claimed(target: &Path) -> PathBuf {
    hidden(target, CLAIMED)
}

/// The run below a folder that was begun last and can be gone on with.
pub fn newest_collected(below: &Path) -> Option<PathBuf> {
    let found = fs::read_dir(below).ok()?.filter_map(Result::ok).filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let run = name.strip_prefix('.')?.strip_suffix(COLLECTED)?.to_owned();
        Some((entry.metadata().ok()?.modified().ok()?, run))
    });
    found.max().map(|(_, run)| below.join(run))
}

/// Where a run is written until it is whole, held by a lock for as long as this lives.
#[derive(Debug)]
pub(crate) struct Staging {
    pub path: PathBuf,
    _held: Option<File>,
}

impl Staging {
    /// Makes the folder, and takes away what killed scans left of theirs.
    pub fn begin(target: &Path) -> Result<Self, StoreError> {
        sweep(target)?;
        let mut name = u64::from(std::process::id());
        loop {
            let path = hidden(target, &format!("{PARTIAL}{name}"));
            match fs::create_dir(&path) {
                // A program of that number in another container holds it.
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                    name += 1 << 32;
                    continue;
                }
                made => made.map_err(write_error(target))?,
            }
            let held = File::open(&path).ok();
            if let Some(held) = &held {
                // Where folders cannot be locked, nobody takes them for abandoned either.
                let _locked = held.lock();
            }
            // Between making and locking it, another scan may have swept it away.
            if path.exists() {
                return Ok(Self { path, _held: held });
            }
        }
    }

    /// Where the run goes that stood there before, until the new one stands.
    pub fn replaced(target: &Path) -> PathBuf {
        hidden(target, REPLACED)
    }
}

fn sweep(target: &Path) -> Result<(), StoreError> {
    // A scan that was killed between two renames: the run that stood there goes back.
    let replaced = Staging::replaced(target);
    if replaced.exists() {
        let mended = if target.exists() { fs::remove_dir_all(&replaced) } else { fs::rename(&replaced, target) };
        mended.map_err(write_error(&replaced))?;
    }
    let begins = hidden(target, PARTIAL);
    let Some(begins) = begins.file_name().and_then(OsStr::to_str) else { return Ok(()) };
    for entry in fs::read_dir(parent(target)).map_err(write_error(target))?.filter_map(Result::ok) {
        let is_staging = |name: &str| name.strip_prefix(begins).is_some_and(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()));
        if entry.file_name().to_str().is_some_and(is_staging)
            // Held until it is gone, so that whoever has just made it and waits for the lock sees that it went.
            && let Some(_held) = abandoned(&entry.path())
        {
            fs::remove_dir_all(entry.path()).map_err(write_error(&entry.path()))?;
        }
    }
    Ok(())
}

/// The lock of a folder that no program holds.
fn abandoned(folder: &Path) -> Option<File> {
    let file = File::open(folder).ok()?;
    match file.try_lock() {
        Ok(()) => Some(file),
        Err(TryLockError::WouldBlock | TryLockError::Error(_)) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_scan_left_is_taken_away_and_what_is_being_written_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("run");
        let names = || {
            let mut names: Vec<String> = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
            names.sort();
            names
        };
        for left in [".run.partial-1", ".run.partial-2", ".other.partial-3", ".run.partial-x"] {
            fs::create_dir_all(folder.path().join(left).join("deep")).unwrap();
        }
        let alive = File::open(folder.path().join(".run.partial-2")).unwrap();
        alive.lock().unwrap();
        let staging = Staging::begin(&target).unwrap();
        let twin = Staging::begin(&target).unwrap();
        assert_ne!(twin.path, staging.path, "a program of the same number in another container");
        fs::remove_dir(&twin.path).unwrap();
        let own = format!(".run.partial-{}", std::process::id());
        assert_eq!(staging.path, folder.path().join(&own));
        let mut expected = vec![".other.partial-3", ".run.partial-2", own.as_str(), ".run.partial-x"];
        expected.sort_unstable();
        assert_eq!(names(), expected);
        assert!(abandoned(&staging.path).is_none(), "it is ours as long as we live");
        drop(staging);
        assert!(abandoned(&folder.path().join(own)).is_some());
    }

    #[test]
    fn a_run_that_was_being_replaced_goes_back() {
        let folder = tempfile::tempdir().unwrap();
        let (target, replaced) = (folder.path().join("run"), folder.path().join(".run.replaced"));
        fs::create_dir(&replaced).unwrap();
        fs::write(replaced.join("run.json"), "{}").unwrap();
        Staging::begin(&target).unwrap();
        assert!(target.join("run.json").exists() && !replaced.exists());
    }

    #[test]
    fn what_was_collected_lies_beside_its_run() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(newest_collected(folder.path()), None);
        assert_eq!(newest_collected(&folder.path().join("nowhere")), None);
        assert_eq!(collected(Path::new("reports/tonight")), Path::new("reports/.tonight.collected"));
        assert_eq!(collected(Path::new("tonight")), Path::new("./.tonight.collected"));
        for (name, age) in [("b", 30), ("a", 10), ("c", 20)] {
            let file = File::create(collected(&folder.path().join(name))).unwrap();
            file.set_modified(std::time::SystemTime::now() - std::time::Duration::from_secs(age)).unwrap();
        }
        assert_eq!(newest_collected(folder.path()), Some(folder.path().join("a")));
    }
}
