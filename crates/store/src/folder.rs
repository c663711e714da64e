//! Where a run stands.

use crate::StoreError;
use crate::beside::{Staging, parent, write_error};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs;
use std::path::{Path, PathBuf};

/// The file that makes a folder a run.
pub const RUN_FILE: &str = "run.json";

/// A run being written, in a folder beside its final name. Dropped without `commit`, it leaves nothing behind.
#[derive(Debug)]
pub struct NewRun {
    staging: Staging,
    target: PathBuf,
    done: bool,
}

impl NewRun {
    /// Begins a run that will stand at `target`. A folder there is replaced when it is a run (or empty) and refused otherwise.
    pub fn begin(target: &Path) -> Result<Self, StoreError> {
        if target.is_file() {
            return Err(StoreError::Occupied { path: target.display().to_string(), what: "is a file; name a folder for the run".to_owned() });
        }
        let foreign = target.is_dir() && !target.join(RUN_FILE).exists() && fs::read_dir(target).map_err(write_error(target))?.next().is_some();
        if foreign {
            let what = "holds files that are no run of Tagledger, and would be replaced; name another folder".to_owned();
            return Err(StoreError::Occupied { path: target.display().to_string(), what });
        }
        let parent = parent(target);
        fs::create_dir_all(parent).map_err(write_error(parent))?;
        let staging = Staging::begin(target)?;
        Ok(Self { staging, target: target.to_owned(), done: false })
    }

    /// Where the files go until the run is whole.
    pub fn path(&self) -> &Path {
        &self.staging.path
    }

    /// Where the run will stand when it is whole.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// An error about a file written so far, told by the place that was asked for: nobody but this crate knows of the hidden folder.
    pub fn told(&self, error: StoreError) -> StoreError {
        match error {
            StoreError::Write { path, source } => {
                let asked = Path::new(&path).strip_prefix(&self.staging.path).map(|file| self.target.join(file).display().to_string());
                StoreError::Write { path: asked.unwrap_or(path), source }
            }
            other => other,
        }
    }

    /// Writes `run.json` and puts the run in its place; a run that stood there before is gone only when the new one stands.
    pub fn commit(mut self, head: &impl Serialize) -> Result<RunFolder, StoreError> {
        let shown = self.target.join(RUN_FILE);
        let mut text = serde_json::to_vec_pretty(head).map_err(|e| StoreError::Write { path: shown.display().to_string(), source: e.into() })?;
        text.push(b'\n');
        fs::write(self.staging.path.join(RUN_FILE), text).map_err(write_error(&shown))?;
        let old = Staging::replaced(&self.target);
        let replacing = self.target.exists();
        if replacing {
            fs::rename(&self.target, &old).map_err(write_error(&self.target))?;
        }
        if let Err(source) = fs::rename(&self.staging.path, &self.target) {
            if replacing {
                // The old run goes back to where it stood; should that fail too, its folder's name is in the message's place.
                fs::rename(&old, &self.target).map_err(write_error(&old))?;
            }
            return Err(StoreError::Write { path: self.target.display().to_string(), source });
        }
        self.done = true;
        if replacing {
            fs::remove_dir_all(&old).map_err(write_error(&old))?;
        }
        Ok(RunFolder { path: self.target.clone() })
    }
}

impl Drop for NewRun {
    fn drop(&mut self) {
        if !self.done {
            // Nobody is left to hear of a failure to tidy up.
            let _removed = fs::remove_dir_all(&self.staging.path);
        }
    }
}

/// A run that stands.
#[derive(Debug, Clone)]
pub struct RunFolder {
    path: PathBuf,
}

impl RunFolder {
    /// Opens a run.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        if path.join(RUN_FILE).is_file() {
            return Ok(Self { path: path.to_owned() });
        }
        Err(StoreError::Read {
            path: path.display().to_string(),
            what: format!("is no run of Tagledger: there is no {RUN_FILE} in it; `tagledger scan --out` writes one"),
        })
    }

    /// The newest run below a folder, by the time in its name, then by name.
    pub fn newest(below: &Path) -> Result<Self, StoreError> {
        let read =
            |source: std::io::Error| StoreError::Read { path: below.display().to_string(), what: format!("cannot be read: {source}; name a run with --run") };
        let mut runs: Vec<(std::time::SystemTime, PathBuf)> = fs::read_dir(below)
            .map_err(read)?
            .filter_map(Result::ok)
            .filter_map(|e| Some((e.path().join(RUN_FILE).metadata().ok()?.modified().ok()?, e.path())))
            .collect();
        runs.sort();
        let newest = runs.pop().ok_or_else(|| StoreError::Read { path: below.display().to_string(), what: "holds no run; name one with --run".to_owned() })?;
        Self::open(&newest.1)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// `run.json`, typed.
    pub fn head<T: DeserializeOwned>(&self) -> Result<T, StoreError> {
        let file = self.path.join(RUN_FILE);
        let read = |what: String| StoreError::Read { path: file.display().to_string(), what };
        let text = fs::read(&file).map_err(|e| read(format!("cannot be read: {e}")))?;
        serde_json::from_slice(&text).map_err(|e| read(format!("is damaged, or was written by another version: {e}")))
    }
}
