//! Where report files go.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use tagledger_report::Sink;

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
