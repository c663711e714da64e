//! Months that are over do not change: a file that has not changed for a while is added up once, over everything that no report tells apart (which leaves out days), and
//! what is left of it is read from then on. Neither the taxonomy nor the inventory has a part in that, so that both may change.
//!
//! ```text
//! <cache>/added-up/<path>-<version>.parquet   by digests of where a file is, and of what it is
//! ```
//!
//! A file gets its name when it is whole. One that holds no row at all says that its bill repeats too little to be worth it.

mod form;
mod table;

pub(crate) use form::COMPACT;
pub(crate) use table::Told;

use crate::columns::{Columns, Fault, Rows};
use crate::focus::{Column, Measure};
use arrow_array::RecordBatch;
use foldhash::fast::FixedState;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use std::fs::File;
use std::hash::BuildHasher;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use table::Table;

/// How long a file must have stood unchanged: what a service writes anew every night is not added up.
const SETTLED: Duration = Duration::from_hours(36);

/// Smaller files are read as quickly as they are.
const SMALLEST: u64 = 256 * 1024;

/// Bytes at each end of a file that tell it from another of the same size and time.
const ENDS: u64 = 64 * 1024;

/// Rows that are written at a time: a writer holds them until they are a row group.
const AT_ONCE: usize = 1 << 14;

/// Counts what is kept beside the rows of a file: what was kept otherwise is made anew.
const FORM: u32 = 5;

/// What is written into each file, under this name.
const TOLD: &str = "tagledger";

/// The folder of what was added up.
#[derive(Debug, Clone)]
pub(crate) struct Closed {
    folder: PathBuf,
}

/// A file as it was added up, or is to be.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    path: PathBuf,
    /// How every file of the same origin begins.
    origin: String,
}

impl Closed {
    pub fn below(cache: &Path) -> Self {
        Self { folder: cache.join("added-up") }
    }

    /// Where a file is added up; none where it is too small or too young for that, or cannot be looked at.
    pub fn place(&self, path: &Path, shown: &str) -> Option<Place> {
        let meta = std::fs::metadata(path).ok()?;
        let changed = meta.modified().ok()?;
        let age = SystemTime::now().duration_since(changed).ok()?;
        if meta.len() < SMALLEST || age < SETTLED {
            return None;
        }
        let mut file = File::open(path).ok()?;
        let mut ends = Vec::new();
        (&mut file).take(ENDS).read_to_end(&mut ends).ok()?;
        file.seek(SeekFrom::Start(meta.len().saturating_sub(ENDS))).ok()?;
        file.take(ENDS).read_to_end(&mut ends).ok()?;
        // How a form is told onto FOCUS may change from version to version.
        let version = (env!("CARGO_PKG_VERSION"), FORM, meta.len(), changed.duration_since(SystemTime::UNIX_EPOCH).ok()?, ends);
        let digest = FixedState::default();
        let origin = format!("{:016x}", digest.hash_one(shown));
        Some(Place { path: self.folder.join(format!("{origin}-{:016x}.parquet", digest.hash_one(version))), origin })
    }
}

impl Place {
    /// The file, where it was added up before.
    pub fn path(&self) -> Option<&Path> {
        self.path.exists().then_some(&*self.path)
    }

    /// Takes the place of what was added up of the same origin before. Whatever goes wrong, the bill itself is still there to be read.
    fn keep(&self, partial: &Path) -> std::io::Result<()> {
        std::fs::rename(partial, &self.path)?;
        for entry in std::fs::read_dir(self.path.parent().unwrap_or(Path::new("")))?.flatten() {
            let is_older = entry.file_name().to_string_lossy().starts_with(&self.origin) && entry.path() != self.path;
            if is_older {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

/// Adds up a file batch by batch; `feed` hands the batches over until it is told to stop.
pub(crate) struct Adding<'c> {
    table: Table<'c>,
    wanted: Vec<Column>,
    columns: &'c Columns,
    is_worth_it: bool,
}

impl<'c> Adding<'c> {
    pub fn new(columns: &'c Columns) -> Self {
        Self { table: Table::new(columns), wanted: table::wanted(), columns, is_worth_it: true }
    }

    /// What is read for it.
    pub fn columns(&self) -> (&[Column], &[Measure]) {
        (&self.wanted, self.table.measures())
    }

    /// Adds a batch; false where the rest need not be read.
    pub fn add(&mut self, batch: &RecordBatch) -> Result<bool, Fault> {
        self.is_worth_it = self.table.add(&Rows::new(self.columns, batch, &self.wanted))?;
        Ok(self.is_worth_it)
    }

    /// Writes what is left; an empty file where that is hardly less.
    pub fn write(self, place: &Place) -> std::io::Result<()> {
        let Self { table, is_worth_it, .. } = self;
        let told = if is_worth_it && table.is_worth_it() { table.told.clone() } else { Told::default() };
        let mut batches = table.batches(AT_ONCE);
        // The first says what columns there are, whether its rows are wanted or not.
        let Some(first) = batches.next().transpose().map_err(std::io::Error::other)? else { return Ok(()) };
        let rows = std::iter::once(Ok(first.clone())).chain(batches).take_while(|_| told != Told::default());
        let folder = place.path.parent().unwrap_or(Path::new(""));
        make(folder)?;
        let partial = folder.join(format!(".{}.{}", place.origin, std::process::id()));
        let text = serde_json::to_string(&told)?;
        let properties = WriterProperties::builder()
            .set_max_row_group_row_count(Some(AT_ONCE))
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).map_err(std::io::Error::other)?))
            .set_key_value_metadata(Some(vec![KeyValue::new(TOLD.to_owned(), text)]))
            .build();
        let written = File::create(&partial).and_then(|file| {
            let mut writer = ArrowWriter::try_new(file, first.schema(), Some(properties)).map_err(std::io::Error::other)?;
            for batch in rows {
                writer.write(&batch.map_err(std::io::Error::other)?).map_err(std::io::Error::other)?;
            }
            writer.close().map_err(std::io::Error::other)?;
            place.keep(&partial)
        });
        if written.is_err() {
            let _gone = std::fs::remove_file(&partial);
        }
        written
    }
}

/// What was told of a file that was added up, nothing where it was not worth it; none where it is no such file.
pub(crate) fn told(metadata: &[KeyValue]) -> Option<Told> {
    let text = metadata.iter().find(|pair| pair.key == TOLD)?.value.as_deref()?;
    serde_json::from_str(text).ok()
}

/// Costs are nobody's but their owner's to read.
fn make(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
