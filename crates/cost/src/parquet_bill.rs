//! Bills as Parquet, row group by row group.
//!
//! Where a column chunk is dictionary-encoded throughout, the reader is asked for the dictionary instead of the texts,
//! and each entry is judged once per row group; where the writer fell back to plain text, asking for a dictionary would cost
//! more than it saves, so each text is scanned. Which of the two a chunk is, its metadata says.

use crate::CostError;
use crate::aggregate::Sums;
use crate::book::Book;
use crate::closed::Adding;
use crate::columns::{Columns, Fault, Header, Rows};
use crate::enter::{Work, wanted};
use crate::focus::{Column, Measure};
use crate::lake::LakeKind;
use crate::rounding::COMPARED;
use arrow_array::RecordBatch;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::basic::Encoding;
use parquet::file::metadata::KeyValue;
use parquet::file::statistics::Statistics;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tagledger_model::BillMapping;

/// Rows decoded at once: large enough to amortise, small enough to stay in the processor's cache.
const BATCH: usize = 16 * 1024;

/// A Parquet file whose metadata was read.
pub(crate) struct Opened {
    path: PathBuf,
    metadata: ArrowReaderMetadata,
    pub columns: Columns,
}

impl Opened {
    pub fn new(path: &Path, mappings: &[&'static BillMapping]) -> Result<Self, CostError> {
        let io = |source| CostError::Io { path: path.display().to_string(), source };
        let file = File::open(path).map_err(io)?;
        let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new().with_skip_arrow_metadata(true)).map_err(|e| damaged(path, &e))?;
        let members = |field: &Field| match field.data_type() {
            DataType::Struct(fields) => fields.iter().map(|member| member.name().clone()).collect(),
            _ => Vec::new(),
        };
        let header = Header::nested(metadata.schema().fields().iter().map(|field| (field.name().clone(), members(field))).collect());
        Ok(Self { path: path.to_owned(), columns: Columns::of(header, path, mappings), metadata })
    }

    /// The columns at the top, each with what it holds.
    pub fn tops(&self) -> impl Iterator<Item = (&str, LakeKind)> {
        let kind = |kind: &DataType| match kind {
            DataType::Map(..) => LakeKind::Map,
            DataType::Struct(fields) if fields.iter().any(|field| field.name().eq_ignore_ascii_case("id")) => LakeKind::Record,
            DataType::Float16 | DataType::Float32 | DataType::Float64 => LakeKind::Float,
            _ => LakeKind::Plain,
        };
        self.metadata.schema().fields().iter().map(move |field| (field.name().as_str(), kind(field.data_type())))
    }

    pub fn row_groups(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    /// Rows of the file.
    pub fn rows(&self) -> i64 {
        self.metadata.metadata().file_metadata().num_rows()
    }

    /// The schema to ask for: text as text, or as a dictionary where this row group's chunk has one throughout.
    fn schema(&self, group: usize) -> SchemaRef {
        let chunks = self.metadata.metadata().row_group(group);
        let root_of_leaf = |leaf: usize| self.metadata.parquet_schema().get_column_root_idx(leaf);
        let fields = self.metadata.schema().fields().iter().enumerate().map(|(at, field)| {
            let text = matches!(field.data_type(), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(_, _));
            if !text {
                return Arc::clone(field);
            }
            let chunk = (0..chunks.num_columns()).find(|leaf| root_of_leaf(*leaf) == at).map(|leaf| chunks.column(leaf));
            let dictionary = chunk.is_some_and(|c| {
                let only = |mask: &parquet::basic::EncodingMask| mask.is_only(Encoding::RLE_DICTIONARY) || mask.is_only(Encoding::PLAIN_DICTIONARY);
                // Of a chunk without any value the reader would make a dictionary row by row.
                let is_empty = c.statistics().and_then(Statistics::null_count_opt).is_some_and(|nulls| i64::try_from(nulls) == Ok(c.num_values()));
                c.dictionary_page_offset().is_some() && !is_empty && c.page_encoding_stats_mask().is_some_and(only)
            });
            // Views leave plain texts in the decoded page instead of copying each.
            let kind = if dictionary { DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)) } else { DataType::Utf8View };
            Arc::new(Field::new(field.name(), kind, field.is_nullable()).with_metadata(field.metadata().clone()))
        });
        Arc::new(Schema::new_with_metadata(fields.collect::<Vec<_>>(), self.metadata.schema().metadata().clone()))
    }

    /// The columns at the top that hold lists, maps or records.
    pub fn nested(&self) -> Vec<&str> {
        let is_nested = |field: &&Arc<Field>| matches!(field.data_type(), DataType::List(_) | DataType::Map(_, _) | DataType::Struct(_));
        self.metadata.schema().fields().iter().filter(is_nested).map(|field| field.name().as_str()).collect()
    }

    /// Hands over all rows with all of their columns.
    pub fn whole(&self, each: &mut dyn FnMut(&RecordBatch)) -> Result<(), CostError> {
        for group in 0..self.row_groups() {
            let all = (0..self.columns.tops_of_all().len()).collect();
            for batch in self.reader_of(group, all)?.build().map_err(|e| damaged(&self.path, &e))? {
                each(&batch.map_err(|e| self.cut_off(&e))?);
            }
        }
        Ok(())
    }

    /// Reads some columns of one row group.
    fn reader(&self, group: usize, columns: &[Column], measures: &[Measure]) -> Result<ParquetRecordBatchReaderBuilder<File>, CostError> {
        self.reader_of(group, self.columns.tops(columns, measures))
    }

    fn reader_of(&self, group: usize, tops: Vec<usize>) -> Result<ParquetRecordBatchReaderBuilder<File>, CostError> {
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true).with_schema(self.schema(group));
        let metadata = ArrowReaderMetadata::try_new(Arc::clone(self.metadata.metadata()), options).map_err(|e| damaged(&self.path, &e))?;
        let file = File::open(&self.path).map_err(|source| CostError::Io { path: self.path.display().to_string(), source })?;
        let mask = ProjectionMask::roots(metadata.parquet_schema(), tops);
        Ok(ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata).with_row_groups(vec![group]).with_projection(mask).with_batch_size(BATCH))
    }

    /// What was written beside the rows.
    pub fn pairs(&self) -> &[KeyValue] {
        self.metadata.metadata().file_metadata().key_value_metadata().map_or(&[], Vec::as_slice)
    }

    /// Adds up all rows.
    pub fn add_up(&self, adding: &mut Adding<'_>) -> Result<(), CostError> {
        let (columns, measures) = (adding.columns().0.to_vec(), adding.columns().1.to_vec());
        let mut first_row = 0_u64;
        for group in 0..self.row_groups() {
            for batch in self.reader(group, &columns, &measures)?.build().map_err(|e| damaged(&self.path, &e))? {
                let batch = batch.map_err(|e| self.cut_off(&e))?;
                if !adding.add(&batch).map_err(|fault| self.at(first_row, fault))? {
                    return Ok(());
                }
                first_row += batch.num_rows() as u64;
            }
        }
        Ok(())
    }

    fn cut_off(&self, error: &arrow_schema::ArrowError) -> CostError {
        CostError::File { path: self.path.display().to_string(), what: format!("the file is damaged or cut off: {error}; export it again") }
    }

    fn at(&self, first_row: u64, (column, broken): Fault) -> CostError {
        CostError::At { path: self.path.display().to_string(), line: first_row + broken.row as u64 + 1, column, what: broken.what }
    }

    /// Enters the rows of one row group; returns its compressed bytes.
    pub fn enter(&self, group: usize, book: &mut Book<'_>) -> Result<u64, CostError> {
        let columns = wanted(book);
        let measures: Vec<Measure> = book.billing.measures().collect();
        let reader = self.reader(group, &columns, &measures)?.build().map_err(|e| damaged(&self.path, &e))?;
        let groups = self.metadata.metadata().row_groups();
        let mut first_row: u64 = groups[..group].iter().map(|g| u64::try_from(g.num_rows()).unwrap_or(0)).sum();
        let mut work = Work::default();
        for batch in reader {
            let batch = batch.map_err(|e| self.cut_off(&e))?;
            work.enter(&Rows::new(&self.columns, &batch, &columns), book).map_err(|fault| self.at(first_row, fault))?;
            first_row += batch.num_rows() as u64;
        }
        Ok(u64::try_from(groups[group].compressed_size()).unwrap_or(0))
    }

    /// Hands over EffectiveCost and BilledCost of the first rows of the first row group, as far as they can be read.
    pub fn first_costs(&self, rows: usize, each: &mut dyn FnMut(&Sums)) -> Result<(), CostError> {
        if !self.columns.may_be_rounded() || self.row_groups() == 0 {
            return Ok(());
        }
        let reader = self.reader(0, &[], &COMPARED)?.with_limit(rows).build().map_err(|e| damaged(&self.path, &e))?;
        for batch in reader.map_while(Result::ok) {
            Rows::new(&self.columns, &batch, &[]).compared(each);
        }
        Ok(())
    }
}

fn damaged(path: &Path, error: &parquet::errors::ParquetError) -> CostError {
    CostError::File { path: path.display().to_string(), what: format!("the file is no readable Parquet: {error}; export it again") }
}
