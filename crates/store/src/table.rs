//! Long lists as Parquet, written and read in batches, so that a million rows need no memory of their own.

use crate::StoreError;
use parquet::arrow::{ARROW_SCHEMA_META_KEY, encode_arrow_schema};
use polars::io::parquet::write::{BatchedWriter, KeyValueMetadata};
use polars::prelude::*;
use std::fs::File;
use std::io::BufWriter;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;
use tagledger_model::Amount;

/// What a column holds; every column may hold nulls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// Whole numbers.
    Int,
    /// Exact money: decimal with 12 digits after the point.
    Amount,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
}

/// A cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Nothing.
    Null,
    /// Text.
    Text(&'a str),
    /// Whole number.
    Int(i64),
    /// Money.
    Amount(Amount),
}

impl<'a> Cell<'a> {
    /// Text or nothing.
    pub fn text(text: Option<&'a str>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&'a str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The number, if it is one.
    pub fn as_int(&self) -> Option<i64> {
        if let Self::Int(number) = self { Some(*number) } else { None }
    }
}

enum Buffer {
    Text(StringChunkedBuilder),
    Int(Vec<Option<i64>>),
    Amount(Vec<Option<i128>>),
}

/// Rows gathered before they are written as one row group: few, since they are held until then, and twice while they are written.
const BATCH: usize = 8_192;

/// Writes a table row by row; a thread beside packs and writes what was gathered.
pub struct TableWriter {
    path: PathBuf,
    columns: Vec<Column>,
    buffers: Vec<Buffer>,
    rows: usize,
    packer: Packer,
}

impl TableWriter {
    /// Creates the file.
    pub fn create(path: &Path, columns: &[Column]) -> Result<Self, StoreError> {
        let file = File::create(path).map_err(|source| StoreError::Write { path: path.display().to_string(), source })?;
        let field = |c: &Column| {
            let kind = match c.kind {
                Kind::Text => DataType::String,
                Kind::Int => DataType::Int64,
                Kind::Amount => DataType::Decimal(38, 12),
            };
            Field::new(c.name.as_str().into(), kind)
        };
        let schema: Schema = columns.iter().map(field).collect();
        // Its writer hands out a few bytes at a time.
        let file = BufWriter::new(file);
        // Least and greatest texts of each row group would be held until the end, and nobody looks for ranges of them. Counts of nulls alone are no way out: its
        // writer then makes an index in which every page holds nothing else, and engines that look there pass all of them over.
        let writer = ParquetWriter::new(file).with_compression(ParquetCompression::Zstd(None)).with_statistics(StatisticsOptions::empty());
        let writer = writer.with_key_value_metadata(Some(KeyValueMetadata::from_static(vec![(ARROW_SCHEMA_META_KEY.to_owned(), arrow_types(columns))])));
        let writer = writer.batched(&schema).map_err(|e| broken(path, &e))?;
        let packer = Packer::begin(writer).map_err(|e| broken(path, &e))?;
        let mut table = Self { path: path.to_owned(), columns: columns.to_vec(), buffers: Vec::new(), rows: 0, packer };
        table.empty();
        Ok(table)
    }

    fn empty(&mut self) {
        self.rows = 0;
        self.buffers = self
            .columns
            .iter()
            .map(|c| match c.kind {
                Kind::Text => Buffer::Text(StringChunkedBuilder::new(c.name.as_str().into(), BATCH)),
                Kind::Int => Buffer::Int(Vec::new()),
                Kind::Amount => Buffer::Amount(Vec::new()),
            })
            .collect();
    }

    /// Adds a row; a cell of another kind than its column is written as null. That an earlier row could not be written may be said here.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), StoreError> {
        for (buffer, cell) in self.buffers.iter_mut().zip(cells) {
            match (buffer, cell) {
                (Buffer::Text(texts), Cell::Text(text)) => texts.append_value(text),
                (Buffer::Text(texts), _) => texts.append_null(),
                (Buffer::Int(numbers), Cell::Int(number)) => numbers.push(Some(*number)),
                (Buffer::Int(numbers), _) => numbers.push(None),
                (Buffer::Amount(amounts), Cell::Amount(amount)) => amounts.push(Some(amount.0)),
                (Buffer::Amount(amounts), _) => amounts.push(None),
            }
        }
        self.rows += 1;
        if self.rows == BATCH { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        let rows = self.rows;
        let buffers = std::mem::take(&mut self.buffers);
        let series = buffers.into_iter().zip(&self.columns).map(|(buffer, column)| {
            let name: PlSmallStr = column.name.as_str().into();
            Ok(match buffer {
                Buffer::Text(texts) => texts.finish().into_column(),
                Buffer::Int(numbers) => Int64Chunked::from_iter_options(name, numbers.into_iter()).into_column(),
                Buffer::Amount(amounts) => Int128Chunked::from_iter_options(name, amounts.into_iter()).into_decimal(38, 12)?.into_column(),
            })
        });
        let columns = series.collect::<PolarsResult<Vec<_>>>().map_err(|e| broken(&self.path, &e))?;
        let frame = DataFrame::new(rows, columns).map_err(|e| broken(&self.path, &e))?;
        self.packer.take(frame).map_err(|e| broken(&self.path, &e))?;
        self.empty();
        Ok(())
    }

    /// Writes what is left and the footer.
    pub fn finish(mut self) -> Result<(), StoreError> {
        if self.rows > 0 {
            self.flush()?;
        }
        self.packer.end().map_err(|e| broken(&self.path, &e))
    }
}

/// The types of the columns as readers with Arrow take them from a file. Left to itself, the writer names those that it computes with, of which the one for text
/// is too new for most of what others do with it.
fn arrow_types(columns: &[Column]) -> String {
    let field = |column: &Column| {
        let kind = match column.kind {
            Kind::Text => arrow_schema::DataType::Utf8,
            Kind::Int => arrow_schema::DataType::Int64,
            Kind::Amount => arrow_schema::DataType::Decimal128(38, 12),
        };
        arrow_schema::Field::new(&column.name, kind, true)
    };
    encode_arrow_schema(&arrow_schema::Schema::new(columns.iter().map(field).collect::<Vec<_>>()))
}

/// The thread that packs and writes, one row group behind the one that gathers.
struct Packer {
    /// None is the end; without one, the table was given up.
    frames: Option<SyncSender<Option<DataFrame>>>,
    thread: Option<JoinHandle<PolarsResult<()>>>,
}

impl Packer {
    fn begin(mut writer: BatchedWriter<BufWriter<File>>) -> PolarsResult<Self> {
        let (send, frames) = sync_channel::<Option<DataFrame>>(0);
        let thread = std::thread::Builder::new().spawn(move || {
            for frame in frames {
                match frame {
                    Some(frame) => writer.write_batch(&frame)?,
                    None => return writer.finish().map(|_size| ()),
                }
            }
            Ok(())
        })?;
        Ok(Self { frames: Some(send), thread: Some(thread) })
    }

    /// Hands over a row group, once the one before is written.
    fn take(&mut self, frame: DataFrame) -> PolarsResult<()> {
        self.send(Some(frame))
    }

    fn end(&mut self) -> PolarsResult<()> {
        self.send(None)?;
        self.join()
    }

    fn send(&mut self, frame: Option<DataFrame>) -> PolarsResult<()> {
        if self.frames.as_ref().is_some_and(|frames| frames.send(frame).is_ok()) {
            return Ok(());
        }
        // A thread that takes no more has met an error, which is told once.
        self.join()?;
        Err(PolarsError::ComputeError("what came before could not be written".into()))
    }

    fn join(&mut self) -> PolarsResult<()> {
        self.frames = None;
        // A panic in another thread is a bug; it goes on in this one.
        self.thread.take().map_or(Ok(()), |thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    }
}

impl Drop for Packer {
    /// A table that was given up is written no further when whoever gave it up takes its folder away.
    fn drop(&mut self) {
        self.frames = None;
        let _given_up = self.thread.take().map(JoinHandle::join);
    }
}

impl std::fmt::Debug for TableWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TableWriter").field("path", &self.path).field("rows", &self.rows).finish_non_exhaustive()
    }
}

fn broken(path: &Path, error: &PolarsError) -> StoreError {
    StoreError::Write { path: path.display().to_string(), source: std::io::Error::other(error.to_string()) }
}

/// Hands over a table row by row, in the order written; columns are found by name. The callback's own failure stops the reading and is returned.
pub fn read_table<E>(path: &Path, columns: &[&str], each: impl FnMut(&[Cell<'_>]) -> Result<(), E>) -> Result<Result<(), E>, StoreError> {
    let shown = path.display().to_string();
    let file = File::open(path).map_err(|e| StoreError::Read { path: shown.clone(), what: format!("cannot be read: {e}") })?;
    read(&shown, ParquetReader::new(file), columns, each)
}

/// The same for a table that lies in memory; `shown` names it in messages.
pub fn read_table_of<E>(bytes: &[u8], shown: &str, columns: &[&str], each: impl FnMut(&[Cell<'_>]) -> Result<(), E>) -> Result<Result<(), E>, StoreError> {
    read(shown, ParquetReader::new(std::io::Cursor::new(bytes)), columns, each)
}

fn read<E, R: polars::io::mmap::MmapBytesReader>(
    shown: &str,
    reader: ParquetReader<R>,
    columns: &[&str],
    mut each: impl FnMut(&[Cell<'_>]) -> Result<(), E>,
) -> Result<Result<(), E>, StoreError> {
    let read = |what: String| StoreError::Read { path: shown.to_owned(), what };
    let reader = reader.with_columns(Some(columns.iter().map(|c| (*c).to_owned()).collect()));
    let frame = decoded(|| reader.finish())
        .ok_or_else(|| read("is damaged: its reader gave up on it".to_owned()))?
        .map_err(|e| read(format!("is damaged, or was written by another version: {e}")))?;
    let mut cells = Vec::with_capacity(columns.len());
    // In one piece, so that each cell is found at once, and as series: a column that holds one value in all of its rows would hand out copies, which
    // cannot be lent.
    let series = |name: &&str| Ok(frame.column(name)?.as_materialized_series().rechunk());
    let named: Vec<Series> = columns.iter().map(series).collect::<PolarsResult<_>>().map_err(|e| read(format!("was written by another version: {e}")))?;
    let typed: Vec<Typed<'_>> = named.iter().map(Typed::of).collect();
    for row in 0..frame.height() {
        cells.clear();
        cells.extend(typed.iter().map(|column| column.cell(row)));
        if let Err(error) = each(&cells) {
            return Ok(Err(error));
        }
    }
    Ok(Ok(()))
}

/// Tables that are being decoded.
static DECODING: AtomicUsize = AtomicUsize::new(0);

/// Whether a table is being decoded. The decoder panics over some damaged files; that becomes an error which names the file, so that a program's panic hook may
/// stay silent meanwhile.
pub fn is_decoding() -> bool {
    DECODING.load(Ordering::SeqCst) > 0
}

/// What a decoder says; none when it panicked.
fn decoded<T>(decode: impl FnOnce() -> T) -> Option<T> {
    DECODING.fetch_add(1, Ordering::SeqCst);
    let said = catch_unwind(AssertUnwindSafe(decode)).ok();
    DECODING.fetch_sub(1, Ordering::SeqCst);
    said
}

/// A column by what it holds.
enum Typed<'s> {
    Text(&'s StringChunked),
    Int(&'s Int64Chunked),
    Amount(&'s Int128Chunked),
    Other,
}

impl<'s> Typed<'s> {
    fn of(series: &'s Series) -> Self {
        if let Ok(texts) = series.str() {
            return Self::Text(texts);
        }
        if let Ok(numbers) = series.i64() {
            return Self::Int(numbers);
        }
        series.decimal().map_or(Self::Other, |amounts| Self::Amount(amounts.physical()))
    }

    fn cell(&self, row: usize) -> Cell<'s> {
        match self {
            Self::Text(texts) => Cell::text(texts.get(row)),
            Self::Int(numbers) => numbers.get(row).map_or(Cell::Null, Cell::Int),
            Self::Amount(amounts) => amounts.get(row).map_or(Cell::Null, |units| Cell::Amount(Amount(units))),
            Self::Other => Cell::Null,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_reads_back_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.parquet");
        let columns = [("a", Kind::Text), ("b", Kind::Int), ("c", Kind::Amount)].map(|(name, kind)| Column { name: name.to_owned(), kind });
        let mut table = TableWriter::create(&path, &columns).unwrap();
        let amount = Amount::parse("-12345678901234.000000000001").unwrap().0;
        table.row(&[Cell::Text("é\u{1b}"), Cell::Int(-7), Cell::Amount(amount)]).unwrap();
        table.row(&[Cell::Null, Cell::Null, Cell::Null]).unwrap();
        table.finish().unwrap();
        let mut seen = Vec::new();
        let () = read_table(&path, &["c", "a", "b"], |cells| {
            seen.push(format!("{cells:?}"));
            Ok::<(), ()>(())
        })
        .unwrap()
        .unwrap();
        assert_eq!(seen[0], format!("{:?}", [Cell::Amount(amount), Cell::Text("é\u{1b}"), Cell::Int(-7)]));
        assert_eq!(seen[1], "[Null, Null, Null]");
        // What others take the columns for, and no index that would hide rows from them.
        let read = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(File::open(&path).unwrap()).unwrap();
        let types: Vec<String> = read.schema().fields().iter().map(|field| field.data_type().to_string()).collect();
        assert_eq!(types, ["Utf8", "Int64", "Decimal128(38, 12)"]);
        let groups = read.metadata().row_groups().iter();
        assert!(groups.flat_map(parquet::file::metadata::RowGroupMetaData::columns).all(|column| column.column_index_offset().is_none()));
    }

    #[test]
    fn a_decoder_that_panics_says_nothing() {
        let print = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        let said = decoded(|| -> u32 { panic!("a file that no decoder expects") });
        std::panic::set_hook(print);
        assert_eq!((said, decoded(|| 7), is_decoding()), (None, Some(7), false));
        assert_eq!(decoded(is_decoding), Some(true));
    }
}
