//! Answers that are kept: a file for each month, and beside it what was said with it.

use super::{CostKey, CostRows, CostService, CostsError};
use std::fs;
use std::hash::BuildHasher;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use tagledger_model::{Month, Timestamp};

/// Seconds after which a month is not changed any more once it is over: bills are final some days into the next month, and corrected for about two weeks.
const SETTLED: i64 = 15 * 86_400;

/// Seconds for which an answer is used again: services renew theirs a few times a day.
const FRESH: i64 = 6 * 3_600;

/// Bytes of a name that are written out.
const LONGEST: usize = 160;

/// The answers of one source.
pub(super) struct Kept {
    folder: PathBuf,
}

/// What was said with the rows of a month.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(super) struct Said {
    /// When.
    pub asked: String,
    /// How long the file of the rows is: one that was written by halves is none.
    bytes: u64,
    pub notes: Vec<String>,
    pub keys: Vec<CostKey>,
    /// By which version of the program: another may ask for more, or write it differently.
    #[serde(default)]
    by: String,
    /// Not everything was shown, so that it is asked for again as soon as it is hours old.
    #[serde(default)]
    is_part: bool,
}

/// The version that keeps answers.
const BY: &str = env!("CARGO_PKG_VERSION");

impl Kept {
    pub fn of(cache: &Path, service: &CostService, rest: &str, identity: &str) -> Self {
        let mut folder = cache.join("asked").join(service.scheme);
        // What an address or an identity says may be no name of a folder.
        folder.extend([name(rest), name(identity)]);
        Self { folder }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn file(&self, month: Month) -> PathBuf {
        self.folder.join(format!("{month}.csv"))
    }

    /// True when a month need not be asked for.
    pub fn holds(&self, month: Month, now: Timestamp) -> bool {
        let Ok(said) = self.said(month) else { return false };
        let Some(asked) = Timestamp::parse(&said.asked) else { return false };
        let is_whole = fs::metadata(self.file(month)).is_ok_and(|file| file.len() == said.bytes);
        let over = month.next().start().0 + SETTLED;
        is_whole && said.by == BY && asked.0 <= now.0 && (asked.0 >= over && !said.is_part || now.0 - asked.0 < FRESH)
    }

    pub fn said(&self, month: Month) -> Result<Said, CostsError> {
        let path = self.beside(month);
        let text = fs::read(&path).map_err(|source| unkept(&path, source))?;
        serde_json::from_slice(&text).map_err(|error| unkept(&path, error.into()))
    }

    fn beside(&self, month: Month) -> PathBuf {
        self.folder.join(format!("{month}.json"))
    }

    /// Begins the rows of a month under a name that nobody reads.
    pub fn begin(&self, month: Month) -> Result<Partial, CostsError> {
        make(&self.folder).map_err(|source| unkept(&self.folder, source))?;
        let path = self.folder.join(format!(".{month}.{}", std::process::id()));
        let file = fs::File::create(&path).map_err(|source| unkept(&path, source))?;
        Ok(Partial { path, out: csv::Writer::from_writer(BufWriter::new(file)), is_begun: false })
    }

    /// Keeps what was answered, now that all of it is there.
    pub fn take(&self, rows: CostRows, now: Timestamp) -> Result<(), CostsError> {
        let CostRows { columns, months, notes, keys, is_part, .. } = rows;
        let notes: Vec<String> = notes.into_iter().collect();
        for (month, mut partial) in months {
            let bytes = partial.finish(&columns)?;
            let said = Said { asked: now.to_string(), bytes, notes: notes.clone(), keys: keys.clone(), by: BY.to_owned(), is_part };
            let text = serde_json::to_vec_pretty(&said).map_err(|error| unkept(&self.folder, error.into()))?;
            let beside = self.folder.join(format!(".{month}.json.{}", std::process::id()));
            fs::write(&beside, text).map_err(|source| unkept(&beside, source))?;
            // Each stands when it is whole, also while another run reads the one before; the second says how long the first has to be.
            for (from, to) in [(&partial.path, self.file(month)), (&beside, self.beside(month))] {
                fs::rename(from, &to).map_err(|source| unkept(&to, source))?;
            }
        }
        Ok(())
    }
}

/// The rows of a month that are not all there yet. They are gone with this unless they were kept.
pub(super) struct Partial {
    path: PathBuf,
    out: csv::Writer<BufWriter<fs::File>>,
    /// The names of the columns are there.
    is_begun: bool,
}

impl Partial {
    pub fn row(&mut self, columns: &[&str], fields: &[&str]) -> Result<(), CostsError> {
        if !std::mem::replace(&mut self.is_begun, true) {
            self.write(columns)?;
        }
        self.write(fields)
    }

    fn write(&mut self, fields: &[&str]) -> Result<(), CostsError> {
        self.out.write_record(fields).map_err(|error| unkept(&self.path, std::io::Error::other(error)))
    }

    /// How long it is, now that it is on the disk.
    fn finish(&mut self, columns: &[&str]) -> Result<u64, CostsError> {
        if !self.is_begun {
            self.write(columns)?;
        }
        self.out.flush().and_then(|()| fs::metadata(&self.path)).map(|file| file.len()).map_err(|source| unkept(&self.path, source))
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // It is not there any more where it was kept.
        let _gone = fs::remove_file(&self.path);
    }
}

/// Costs are nobody's but their owner's to read.
fn make(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn unkept(path: &Path, source: std::io::Error) -> CostsError {
    CostsError::Write { path: path.display().to_string(), source }
}

/// A text as the name of a folder: what is no letter, digit, `-` or `_` as its bytes in hexadecimal.
pub(super) fn name(text: &str) -> String {
    let letter = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => char::from(byte).to_string(),
        other => format!("%{other:02x}"),
    };
    let name: String = text.bytes().map(letter).collect();
    match name.len() {
        0 => "-".to_owned(),
        1..=LONGEST => name,
        // No system takes longer names than 255 bytes.
        _ => format!("{}-{:016x}", &name[..LONGEST], rustc_hash::FxBuildHasher.hash_one(text)),
    }
}
