//! One scan at a time where a run will stand: two would replace each other's run, and take each other's pages for their own.

use crate::StoreError;
use crate::beside::{claimed, parent, write_error};
use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How often a scan that waits looks whether the other one has ended.
const LOOK: Duration = Duration::from_millis(200);

/// The right to write a run, for as long as it lives. It is a lock of the system on a hidden file beside the run: a scan that is killed holds nothing.
#[derive(Debug)]
pub struct Claim {
    path: PathBuf,
    /// None where files cannot be locked: there is no telling then.
    held: Option<File>,
}

impl Claim {
    /// Takes it, at once or within this time; `waiting` is told once who has it. `who` is what others are told of us.
    pub fn take(target: &Path, patience: Duration, who: &str, waiting: &mut dyn FnMut(&str)) -> Result<Self, StoreError> {
        let (path, until) = (claimed(target), Instant::now() + patience);
        let folder = parent(target);
        fs::create_dir_all(folder).map_err(write_error(folder))?;
        let mut is_told = false;
        loop {
            let mut file = File::options().read(true).write(true).create(true).truncate(false).open(&path).map_err(write_error(&path))?;
            match file.try_lock() {
                Ok(()) => {
                    // Between opening and locking it, whoever had it may have taken it away: then it is nobody's, and another one counts.
                    if !is_there(&file, &path) {
                        continue;
                    }
                    let _noted = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(who.as_bytes()));
                    return Ok(Self { path, held: Some(file) });
                }
                Err(TryLockError::Error(_)) => return Ok(Self { path, held: None }),
                Err(TryLockError::WouldBlock) => {}
            }
            let mut other = String::new();
            let _read = file.take(200).read_to_string(&mut other);
            let other = if other.is_empty() { "another scan".to_owned() } else { format!("another scan ({})", other.trim()) };
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let what = format!("{other} writes its run here and has not ended; name another --out, or wait for it with --wait 30m");
                return Err(StoreError::Busy { path: target.display().to_string(), what });
            }
            if !std::mem::replace(&mut is_told, true) {
                waiting(&other);
            }
            std::thread::sleep(LOOK.min(left));
        }
    }
}

impl Claim {
    /// True where root is at work in a folder of somebody else, who could not replace later what root leaves there.
    pub fn is_root_elsewhere(&self) -> bool {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let owner = |metadata: io::Result<fs::Metadata>| metadata.ok().map(|metadata| metadata.uid());
            let ours = self.held.as_ref().and_then(|file| owner(file.metadata()));
            ours == Some(0) && owner(fs::metadata(parent(&self.path))).is_some_and(|theirs| theirs != 0)
        }
        #[cfg(not(unix))]
        false
    }
}

/// True when this file is the one that has the name.
fn is_there(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let same = |ours: fs::Metadata, named: fs::Metadata| ours.ino() == named.ino() && ours.dev() == named.dev();
        file.metadata().and_then(|ours| Ok(same(ours, fs::metadata(path)?))).unwrap_or(false)
    }
    // Elsewhere a file that somebody has open keeps its name.
    #[cfg(not(unix))]
    {
        let _ = file;
        path.exists()
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // Taken away while it is held, so that nobody takes it for their own. Nobody is left to hear of a failure to tidy up.
        let _removed: io::Result<()> = if self.held.is_some() { fs::remove_file(&self.path) } else { Ok(()) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    const NONE: Duration = Duration::ZERO;

    #[test]
    fn one_has_it_and_the_others_are_told_who() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("deep/run");
        let held = Claim::take(&target, NONE, "process 17", &mut |_| panic!("nobody has it")).unwrap();
        let error = Claim::take(&target, NONE, "process 18", &mut |_| {}).unwrap_err().to_string();
        assert!(error.contains("another scan (process 17)"), "{error}");
        let mut told = Vec::new();
        let error = Claim::take(&target, Duration::from_millis(300), "process 18", &mut |who| told.push(who.to_owned()));
        assert!(error.is_err() && told == ["another scan (process 17)"], "told once: {told:?}");
        drop(held);
        assert_eq!(fs::read_dir(folder.path().join("deep")).unwrap().count(), 0, "nothing is left of it");
        // What a killed scan left is nobody's.
        fs::write(claimed(&target), "process 16, and much of it").unwrap();
        let _held = Claim::take(&target, NONE, "process 19", &mut |_| {}).unwrap();
        assert_eq!(fs::read_to_string(claimed(&target)).unwrap(), "process 19");
    }

    #[test]
    fn never_two_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let (target, inside) = (folder.path().join("run"), AtomicU32::new(0));
        std::thread::scope(|threads| {
            for _ in 0..8 {
                threads.spawn(|| {
                    for _ in 0..20 {
                        let claim = loop {
                            if let Ok(claim) = Claim::take(&target, NONE, "", &mut |_| {}) {
                                break claim;
                            }
                        };
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                        std::thread::yield_now();
                        inside.fetch_sub(1, Ordering::SeqCst);
                        drop(claim);
                    }
                });
            }
        });
    }
}
