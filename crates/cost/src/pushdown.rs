//! An engine adds a bill up where it lies, and its answer becomes a file here that is read like any bill.
//!
//! What comes over the wire is Arrow's own stream format, batch by batch, so that a client may be built on any version of Arrow. Nothing of an answer counts that was
//! not complete: an engine that has to begin anew says so, and what had come is thrown away.

use crate::lake::{Dialect, LakeColumn, Question, question};
use arrow_array::RecordBatch;
use arrow_ipc::reader::StreamReader;
use arrow_schema::{DataType, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use std::fs::File;
use std::path::Path;

/// Rows of the file that are kept in memory until they are written, and of which each thread reads as many at a time: memory of the report follows it.
const ROW_GROUP: usize = 8 * 1024;

/// An engine that can be asked.
pub trait Engine {
    /// How it is spoken to.
    fn dialect(&self) -> Dialect;

    /// The columns of what stands after FROM.
    fn columns(&self, table: &str) -> Result<Vec<LakeColumn>, EngineError>;

    /// Asks, and hands over the answer as it comes. Once this has ended well, every row since the last [`Piece::Anew`] was handed over exactly once.
    fn ask(&self, sql: &str, take: &mut dyn FnMut(Piece<'_>) -> Result<(), PushdownError>) -> Result<(), PushdownError>;
}

/// A part of an answer.
#[derive(Debug, Clone, Copy)]
pub enum Piece<'a> {
    /// The engine has begun anew: what was handed over until now does not count.
    Anew,
    /// Some rows, as a whole stream of Arrow's own format.
    Batch(&'a [u8]),
}

/// Why an engine does not answer. The texts say what is wrong and what to do.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// What the user said of it cannot be: the address, the table, a column, the token.
    #[error("{0}")]
    Asked(String),
    /// It could not be reached, failed, took too long or was interrupted: the same question may be answered another time.
    #[error("{0}")]
    Failed(String),
}

/// Why a bill was not added up where it lies. Nothing of it counts.
#[derive(Debug, thiserror::Error)]
pub enum PushdownError {
    /// The engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The table is no bill.
    #[error("{0}")]
    Table(String),
    /// The answer is not what was asked for.
    #[error("the engine's answer cannot be used: {0}")]
    Answer(String),
    /// The answer is larger than was allowed.
    #[error(
        "the bill comes to {found} groups, and at most {most} were allowed: allow more with --max-groups (about 100 bytes each are kept here while they are read), or give the engine a view with fewer months or scopes"
    )]
    TooMany {
        /// Groups of the answer.
        found: u64,
        /// Groups that were allowed.
        most: u64,
    },
    /// The answer cannot be kept here.
    #[error("the answer cannot be kept here: {0}")]
    Write(String),
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// What stands after FROM, in the engine's own words.
    pub table: &'a str,
    /// Keep days apart.
    pub days: bool,
    /// Groups that the answer may have; any number where none is given.
    pub most: Option<u64>,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summed {
    /// Rows of the answer.
    pub groups: u64,
}

/// Has a bill added up, and writes the answer as Parquet; batches are written as they come, so that memory does not grow with it.
pub fn push_down(engine: &dyn Engine, asked: Asked<'_>, into: &Path) -> Result<Summed, PushdownError> {
    let columns = engine.columns(asked.table)?;
    let question = question(engine.dialect(), asked.table, &columns, asked.days).map_err(PushdownError::Table)?;
    let mut answer = Answer { question: &question, into, most: asked.most, groups: 0, writer: None };
    let ended = engine.ask(&question.sql, &mut |piece| answer.take(piece));
    match ended {
        Ok(()) => answer.close(),
        // How many there are is worth a second question: whoever has to decide what to allow wants the number.
        Err(PushdownError::TooMany { most, .. }) => Err(PushdownError::TooMany { found: count(engine, &question)?, most }),
        Err(error) => Err(error),
    }
}

/// How many rows an answer has, by the engine's own count.
fn count(engine: &dyn Engine, question: &Question) -> Result<u64, PushdownError> {
    let sql = format!("SELECT CAST(COUNT(*) AS BIGINT) AS counted FROM (\n{}) AS summed", question.sql);
    let mut counted = None;
    engine.ask(&sql, &mut |piece| {
        let Piece::Batch(bytes) = piece else {
            counted = None;
            return Ok(());
        };
        for batch in batches(bytes)? {
            use arrow_array::cast::AsArray as _;
            let column = batch.column(0).as_primitive_opt::<arrow_array::types::Int64Type>();
            let value = column.filter(|column| !column.is_empty()).map(|column| column.value(0));
            counted = counted.or(value.and_then(|value| u64::try_from(value).ok()));
        }
        Ok(())
    })?;
    counted.ok_or_else(|| PushdownError::Answer("it does not say how many groups there are".to_owned()))
}

fn batches(bytes: &[u8]) -> Result<Vec<RecordBatch>, PushdownError> {
    let broken = |error: arrow_schema::ArrowError| PushdownError::Answer(format!("it is not in Arrow's format: {error}"));
    StreamReader::try_new(bytes, None).map_err(broken)?.collect::<Result<_, _>>().map_err(broken)
}

/// An answer under way.
struct Answer<'a> {
    question: &'a Question,
    into: &'a Path,
    most: Option<u64>,
    groups: u64,
    writer: Option<(SchemaRef, ArrowWriter<File>)>,
}

impl Answer<'_> {
    fn take(&mut self, piece: Piece<'_>) -> Result<(), PushdownError> {
        let Piece::Batch(bytes) = piece else {
            // The file is begun anew by the next batch.
            (self.groups, self.writer) = (0, None);
            return Ok(());
        };
        for batch in batches(bytes)? {
            self.groups += batch.num_rows() as u64;
            if let Some(most) = self.most.filter(|most| self.groups > *most) {
                return Err(PushdownError::TooMany { found: self.groups, most });
            }
            let (schema, writer) = match &mut self.writer {
                Some(begun) => begun,
                none => none.insert(begin(&batch, self.question, self.into)?),
            };
            if *schema != batch.schema() {
                return Err(PushdownError::Answer("its columns change from batch to batch".to_owned()));
            }
            writer.write(&batch).map_err(unwritten)?;
        }
        Ok(())
    }

    fn close(self) -> Result<Summed, PushdownError> {
        let Some((_, writer)) = self.writer else {
            return Err(PushdownError::Table("the table has no rows, as far as the engine shows them".to_owned()));
        };
        writer.close().map_err(unwritten)?;
        Ok(Summed { groups: self.groups })
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
fn unwritten(error: parquet::errors::ParquetError) -> PushdownError {
    PushdownError::Write(error.to_string())
}

fn begin(batch: &RecordBatch, question: &Question, into: &Path) -> Result<(SchemaRef, ArrowWriter<File>), PushdownError> {
    judge(batch.schema_ref(), &question.sums)?;
    let file = File::create(into).map_err(|error| PushdownError::Write(error.to_string()))?;
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).set_max_row_group_row_count(Some(ROW_GROUP)).build();
    let writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).map_err(unwritten)?;
    Ok((batch.schema(), writer))
}

/// Sums must be exact: binary numbers differ from engine to engine in their last digits, and no test of ours could find that.
fn judge(schema: &Schema, sums: &[String]) -> Result<(), PushdownError> {
    let Some((rows, costs)) = sums.split_last() else { return Ok(()) };
    let found = |name: &String| {
        let field = schema.field_with_name(name);
        field.map(arrow_schema::Field::data_type).map_err(|_| PushdownError::Answer(format!("it has no column `{name}`, which was asked for")))
    };
    for name in costs {
        let kind = found(name)?;
        if !matches!(kind, DataType::Decimal128(_, scale) if (0..=12).contains(scale)) {
            let what = format!("its column `{name}` is {kind}, and only DECIMAL(38, 12), which the question asks for, adds up to the last unit");
            return Err(PushdownError::Answer(what));
        }
    }
    match found(rows)? {
        DataType::Int64 => Ok(()),
        kind => Err(PushdownError::Answer(format!("its column `{rows}` is {kind} instead of a whole number of 64 bits"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::{ArrayRef, Decimal128Array, Float64Array, Int64Array, StringArray};
    use arrow_ipc::writer::StreamWriter;
    use std::cell::RefCell;
    use std::sync::Arc;

    /// An engine that answers with what it was given.
    struct Given(RefCell<Vec<Option<RecordBatch>>>);

    impl Given {
        fn of(pieces: impl IntoIterator<Item = Option<RecordBatch>>) -> Self {
            Self(RefCell::new(pieces.into_iter().collect()))
        }
    }

    impl Engine for Given {
        fn dialect(&self) -> Dialect {
            Dialect::Spark
        }

        fn columns(&self, _: &str) -> Result<Vec<LakeColumn>, EngineError> {
            Ok(["BillingPeriodStart", "BillingCurrency", "EffectiveCost"].map(LakeColumn::parse).to_vec())
        }

        fn ask(&self, sql: &str, take: &mut dyn FnMut(Piece<'_>) -> Result<(), PushdownError>) -> Result<(), PushdownError> {
            let pieces = if sql.starts_with("SELECT CAST(COUNT(*)") {
                vec![Some(RecordBatch::try_from_iter([("counted", Arc::new(Int64Array::from(vec![77])) as ArrayRef)]).unwrap())]
            } else {
                self.0.take()
            };
            for piece in pieces {
                let Some(batch) = piece else {
                    take(Piece::Anew)?;
                    continue;
                };
                let mut bytes = Vec::new();
                let mut writer = StreamWriter::try_new(&mut bytes, batch.schema_ref()).unwrap();
                writer.write(&batch).unwrap();
                writer.finish().unwrap();
                take(Piece::Batch(&bytes))?;
            }
            Ok(())
        }
    }

    fn batch(cost: ArrayRef) -> RecordBatch {
        let text = |text: &str| Arc::new(StringArray::from(vec![text; cost.len()])) as ArrayRef;
        let rows = Arc::new(Int64Array::from(vec![3; cost.len()])) as ArrayRef;
        let columns =
            [("BillingPeriodStart", text("2026-10-01T00:00:00Z")), ("BillingCurrency", text("EUR")), ("EffectiveCost", cost), ("x_TagledgerRows", rows)];
        RecordBatch::try_from_iter(columns).unwrap()
    }

    fn exact(units: &[i128]) -> RecordBatch {
        batch(Arc::new(Decimal128Array::from(units.to_vec()).with_precision_and_scale(38, 12).unwrap()))
    }

    fn pushed(pieces: impl IntoIterator<Item = Option<RecordBatch>>, most: Option<u64>) -> Result<(Summed, usize), PushdownError> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("stage1.parquet");
        let summed = push_down(&Given::of(pieces), Asked { table: "focus", days: false, most }, &file)?;
        let written = crate::parquet_bill::Opened::new(&file, &[]).unwrap().rows();
        Ok((summed, usize::try_from(written).unwrap()))
    }

    #[test]
    fn what_came_before_an_engine_began_anew_does_not_count() {
        let (summed, written) = pushed([Some(exact(&[1, 2])), None, Some(exact(&[1])), Some(exact(&[2, 3]))], Some(3)).unwrap();
        assert_eq!((summed.groups, written), (3, 3));
    }

    #[test]
    fn sums_that_are_not_exact_are_refused_by_name() {
        let said = pushed([Some(batch(Arc::new(Float64Array::from(vec![0.1]))))], None).unwrap_err().to_string();
        assert!(said.contains("`EffectiveCost` is Float64"), "{said}");
        let said = pushed([Some(RecordBatch::try_from_iter([("a", Arc::new(Int64Array::from(vec![1])) as ArrayRef)]).unwrap())], None).unwrap_err().to_string();
        assert!(said.contains("no column `EffectiveCost`"), "{said}");
    }

    #[test]
    fn too_many_groups_are_counted() {
        let said = pushed([Some(exact(&[1, 2]))], Some(1)).unwrap_err().to_string();
        assert!(said.contains("77 groups") && said.contains("at most 1 were") && said.contains("--max-groups"), "{said}");
    }

    #[test]
    fn no_rows_and_no_answer_are_no_report() {
        assert!(matches!(pushed([], None), Err(PushdownError::Table(_))));
        let mut bytes = Vec::new();
        StreamWriter::try_new(&mut bytes, exact(&[1]).schema_ref()).unwrap().finish().unwrap();
        bytes.truncate(20);
        assert!(matches!(batches(&bytes), Err(PushdownError::Answer(_))));
    }
}
