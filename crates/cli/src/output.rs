//! Where report files go.

use crate::failure::Failure;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use tagledger_report::Sink;

/// Writes a file that must not exist yet: what somebody wrote by hand is not gone because of us.
pub(crate) fn new_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::AlreadyExists => Failure::Usage(format!("{}: is there already; name another file, or take it away first", path.display())),
        _ => Failure::Output { what: path.display().to_string(), source },
    };
    let mut file = File::options().write(true).create_new(true).open(path).map_err(failed)?;
    file.write_all(bytes).map_err(failed)
}

/// A folder; every file is written under its final name (the folder itself is not final until the run is whole).
pub(crate) struct Folder {
    pub path: PathBuf,
}

impl Folder {
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }
}

impl Sink for Folder {
    fn file(&mut self, name: &str) -> io::Result<Box<dyn Write + '_>> {
        Ok(Box::new(BufWriter::with_capacity(1 << 18, File::create(self.path.join(name))?)))
    }
}

/// Files for a folder that may hold others: written beside it first and moved in when all of them are whole. Dropped
/// before that, nothing of them is left.
pub(crate) struct Delivery {
    staging: PathBuf,
    target: PathBuf,
}

impl Delivery {
    /// Makes the place where the files are written.
    pub fn begin(target: &Path) -> Result<Self, Failure> {
        let failed = |source| Failure::Output { what: target.display().to_string(), source };
        if target.exists() && !target.is_dir() {
            return Err(failed(io::ErrorKind::NotADirectory.into()));
        }
        let parent = target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(failed)?;
        let name = target.file_name().map_or_else(|| "report".to_owned(), |n| n.to_string_lossy().into_owned());
        let staging = parent.join(format!(".{name}.delivery-{}", std::process::id()));
        fs::create_dir_all(&staging).map_err(failed)?;
        Ok(Self { staging, target: target.to_owned() })
    }

    /// Where the files go.
    pub fn folder(&self) -> Folder {
        Folder::new(&self.staging)
    }

    /// Moves the files to where they were asked for; what has their names there is replaced.
    pub fn commit(self) -> Result<(), Failure> {
        let failed = |source| Failure::Output { what: self.target.display().to_string(), source };
        fs::create_dir_all(&self.target).map_err(failed)?;
        for entry in fs::read_dir(&self.staging).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            fs::rename(entry.path(), self.target.join(entry.file_name())).map_err(failed)?;
        }
        Ok(())
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        // Nobody is left to hear of a failure to tidy up.
        let _removed = fs::remove_dir_all(&self.staging);
    }
}

/// Standard output: the first file of a format, and no other.
#[derive(Default)]
pub(crate) struct Stdout {
    used: bool,
}

impl Sink for Stdout {
    fn file(&mut self, _name: &str) -> io::Result<Box<dyn Write + '_>> {
        if std::mem::replace(&mut self.used, true) {
            return Ok(Box::new(io::sink()));
        }
        Ok(Box::new(BufWriter::new(io::stdout().lock())))
    }
}
