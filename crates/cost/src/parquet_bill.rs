//! FOCUS bills as Parquet, row group by row group.
//!
//! Where a column chunk is dictionary-encoded throughout, the reader is asked for the dictionary instead of the texts,
//! and each entry is judged once per row group; where the writer fell back to plain text, asking for a dictionary would cost
//! more than it saves, so each text is scanned. Which of the two a chunk is, its metadata says.

mod map_tags;
mod memo;

use crate::CostError;
use crate::aggregate::{Context, Sums};
use crate::book::{Book, NO_WORD, Owned};
use crate::cells::{Broken, Cell, Texts, amounts, days, months};
use crate::focus::{Column, Layout, Measure, is_null};
use crate::rounding::COMPARED;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use map_tags::map_tags;
use memo::Memo;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::basic::Encoding;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tagledger_model::{Amount, Month};

/// Rows decoded at once: large enough to amortise, small enough to stay in the processor's cache.
const BATCH: usize = 16 * 1024;

/// A Parquet file whose metadata was read.
pub(crate) struct Opened {
    path: PathBuf,
    metadata: ArrowReaderMetadata,
    layout: Layout,
}

impl Opened {
    pub fn new(path: &Path) -> Result<Self, CostError> {
        let io = |source| CostError::Io { path: path.display().to_string(), source };
        let file = File::open(path).map_err(io)?;
        let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new().with_skip_arrow_metadata(true)).map_err(|e| damaged(path, &e))?;
        let header: Vec<String> = metadata.schema().fields().iter().map(|f| f.name().clone()).collect();
        Ok(Self { path: path.to_owned(), layout: Layout::of(&header, path), metadata })
    }

    pub fn header(&self) -> Vec<String> {
        self.metadata.schema().fields().iter().map(|f| f.name().clone()).collect()
    }

    pub fn row_groups(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    /// The columns that this bill is read for.
    fn wanted(&self, book: &Book<'_>) -> Vec<Column> {
        let billing = book.billing;
        let mut wanted =
            vec![Column::BillingPeriodStart, Column::BillingCurrency, Column::Provider, Column::FormerProvider, Column::Tags, Column::AllocatedTags];
        wanted.extend(billing.measures().map(Measure::wanted));
        if billing.needs_account() || billing.owners.is_some() {
            wanted.push(Column::SubAccountId);
        }
        if billing.dimensions.service {
            wanted.push(Column::ServiceName);
        }
        if billing.days_from.is_some() {
            wanted.extend([Column::ChargePeriodStart, Column::ConsumedUnit, Column::PricingUnit]);
        }
        // Without an inventory an id still says whether there was a resource to tag.
        wanted.extend([Column::ResourceId, Column::AllocatedResourceId]);
        wanted.retain(|c| self.layout.position(*c).is_some());
        wanted
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
                c.dictionary_page_offset().is_some() && c.page_encoding_stats_mask().is_some_and(only)
            });
            // Views leave plain texts in the decoded page instead of copying each.
            let kind = if dictionary { DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)) } else { DataType::Utf8View };
            Arc::new(Field::new(field.name(), kind, field.is_nullable()).with_metadata(field.metadata().clone()))
        });
        Arc::new(Schema::new_with_metadata(fields.collect::<Vec<_>>(), self.metadata.schema().metadata().clone()))
    }

    /// Reads some columns of one row group.
    fn reader(&self, group: usize, columns: &[Column]) -> Result<ParquetRecordBatchReaderBuilder<File>, CostError> {
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true).with_schema(self.schema(group));
        let metadata = ArrowReaderMetadata::try_new(Arc::clone(self.metadata.metadata()), options).map_err(|e| damaged(&self.path, &e))?;
        let file = File::open(&self.path).map_err(|source| CostError::Io { path: self.path.display().to_string(), source })?;
        let roots: Vec<usize> = columns.iter().filter_map(|c| self.layout.position(*c)).collect();
        let mask = ProjectionMask::roots(metadata.parquet_schema(), roots);
        Ok(ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata).with_row_groups(vec![group]).with_projection(mask).with_batch_size(BATCH))
    }

    /// Enters the rows of one row group; returns its compressed bytes.
    pub fn enter(&self, group: usize, book: &mut Book<'_>) -> Result<u64, CostError> {
        let reader = self.reader(group, &self.wanted(book))?.build().map_err(|e| damaged(&self.path, &e))?;
        let groups = self.metadata.metadata().row_groups();
        let mut first_row: u64 = groups[..group].iter().map(|g| u64::try_from(g.num_rows()).unwrap_or(0)).sum();
        let mut work = Work::default();
        for batch in reader {
            let batch = batch.map_err(|e| CostError::File {
                path: self.path.display().to_string(),
                what: format!("the file is damaged or cut off: {e}; export it again"),
            })?;
            work.enter(self, &batch, book).map_err(|(column, broken)| CostError::At {
                path: self.path.display().to_string(),
                line: first_row + broken.row as u64 + 1,
                column: column.to_string(),
                what: broken.what,
            })?;
            first_row += batch.num_rows() as u64;
        }
        Ok(u64::try_from(groups[group].compressed_size()).unwrap_or(0))
    }

    /// Hands over EffectiveCost and BilledCost of the first rows of the first row group, as far as they can be read.
    pub fn first_costs(&self, rows: usize, each: &mut dyn FnMut(&Sums)) -> Result<(), CostError> {
        if !self.layout.has_both_costs() || self.row_groups() == 0 {
            return Ok(());
        }
        let reader = self.reader(0, &COMPARED.map(Measure::wanted))?.with_limit(rows).build().map_err(|e| damaged(&self.path, &e))?;
        for batch in reader.map_while(Result::ok) {
            let mut all = vec![Sums::default(); batch.num_rows()];
            for measure in COMPARED {
                let (mut column, mut rounded) = (Vec::new(), 0);
                let Some(Ok(())) = self.column(&batch, measure.wanted()).map(|array| amounts(array, &mut column, &mut rounded)) else { return Ok(()) };
                for (sums, amount) in all.iter_mut().zip(column) {
                    sums[measure.position()] = amount.unwrap_or_default();
                }
            }
            all.iter().for_each(&mut *each);
        }
        Ok(())
    }

    fn column<'b>(&self, batch: &'b RecordBatch, column: Column) -> Option<&'b ArrayRef> {
        let name = self.metadata.schema().field(self.layout.position(column)?).name();
        // A column of the type Null holds nothing, as if it were not there.
        batch.column_by_name(name).filter(|array| *array.data_type() != DataType::Null)
    }
}

fn damaged(path: &Path, error: &parquet::errors::ParquetError) -> CostError {
    CostError::File { path: path.display().to_string(), what: format!("the file is no readable Parquet: {error}; export it again") }
}

type Fault = (Column, Broken);

/// Buffers and memories of one row group.
#[derive(Default)]
struct Work {
    months: Vec<Month>,
    currency: Vec<u32>,
    provider: Vec<u32>,
    former: Vec<u32>,
    account: Vec<u32>,
    service: Vec<u32>,
    days: Vec<Option<i64>>,
    units: Vec<u32>,
    former_units: Vec<u32>,
    tags: Vec<u32>,
    amounts: [Vec<Option<Amount>>; 4],
    words: [Memo<u32>; 6],
    tag_memo: [Memo<u32>; 2],
    id_memo: Memo<(u32, Owned)>,
}

impl Work {
    fn enter(&mut self, file: &Opened, batch: &RecordBatch, book: &mut Book<'_>) -> Result<(), Fault> {
        let rows = batch.num_rows();
        let billing = book.billing;
        if let Some(array) = file.column(batch, Column::BillingPeriodStart) {
            months(array, &mut self.months).map_err(|b| (Column::BillingPeriodStart, b))?;
        } else if let Some(month) = file.layout.month {
            self.months.clear();
            self.months.resize(rows, month);
        }
        words(file, batch, Column::BillingCurrency, &mut self.words[0], &mut self.currency, book)?;
        words(file, batch, Column::Provider, &mut self.words[1], &mut self.provider, book)?;
        if file.layout.position(Column::FormerProvider).is_some() {
            words(file, batch, Column::FormerProvider, &mut self.words[4], &mut self.former, book)?;
            for (provider, former) in self.provider.iter_mut().zip(&self.former) {
                *provider = if *provider == NO_WORD { *former } else { *provider };
            }
        }
        words(file, batch, Column::SubAccountId, &mut self.words[2], &mut self.account, book)?;
        if billing.days_from.is_some() {
            self.day_words(file, batch, book)?;
        } else {
            words(file, batch, Column::ServiceName, &mut self.words[3], &mut self.service, book)?;
        }
        for measure in billing.measures() {
            let out = &mut self.amounts[measure.position()];
            out.clear();
            if let Some(array) = file.column(batch, measure.wanted()) {
                amounts(array, out, &mut book.repairs.rounded).map_err(|b| (measure.wanted(), b))?;
            }
        }
        self.tag_numbers(file, batch, book)?;
        let id_column = |c| file.column(batch, c).map(|a| Texts::of(a).map_err(|what| (c, Broken { row: 0, what }))).transpose();
        let (ids, allocated) = (id_column(Column::ResourceId)?, id_column(Column::AllocatedResourceId)?);
        if let Some(ids) = &ids {
            self.id_memo.fit(ids, 1);
        }
        let measures: Vec<Measure> = billing.measures().collect();
        let (by_provider, compares) = (billing.dimensions.provider, billing.all_measures && file.layout.has_both_costs());
        let (mut tally, mut tallied, mut counted) = ((Month(0), NO_WORD), Sums::default(), 0);
        for row in 0..rows {
            if self.currency[row] == NO_WORD {
                return Err((Column::BillingCurrency, Broken { row, what: "the row has no currency; amounts without one cannot be added".to_owned() }));
            }
            let mut sums = Sums::default();
            for measure in &measures {
                match self.amounts[measure.position()].get(row).copied().flatten() {
                    Some(amount) => sums[measure.position()] = amount,
                    None => book.repairs.without_amount += u64::from(*measure == billing.measure),
                }
            }
            if compares {
                book.repairs.compare(&sums);
            }
            let owned = if book.needs_no_owner(self.tags[row]) { Book::not_needed() } else { self.owned(book, row, ids.as_ref(), allocated.as_ref()) };
            let account = if book.needs_account(self.tags[row], owned) { self.account[row] } else { NO_WORD };
            let context = book.context(Context {
                month: self.months[row],
                currency: self.currency[row],
                // Which account an id means depends on the provider.
                provider: if by_provider || account != NO_WORD { self.provider[row] } else { NO_WORD },
                account,
                service: self.service[row],
            });
            book.enter(context, self.tags[row], owned, &sums);
            if tally != (self.months[row], self.currency[row]) {
                if counted > 0 {
                    book.tally(tally.0, tally.1, counted, &tallied);
                }
                (tally, tallied, counted) = ((self.months[row], self.currency[row]), Sums::default(), 0);
            }
            counted += 1;
            for (sum, amount) in tallied.iter_mut().zip(&sums) {
                *sum += *amount;
            }
        }
        if counted > 0 {
            book.tally(tally.0, tally.1, counted, &tallied);
        }
        Ok(())
    }

    /// The day of each row, in the place of its service.
    fn day_words(&mut self, file: &Opened, batch: &RecordBatch, book: &mut Book<'_>) -> Result<(), Fault> {
        let rows = batch.num_rows();
        self.days.clear();
        match file.column(batch, Column::ChargePeriodStart) {
            Some(array) => days(array, &mut self.days),
            None => self.days.resize(rows, None),
        }
        words(file, batch, Column::ConsumedUnit, &mut self.words[3], &mut self.units, book)?;
        words(file, batch, Column::PricingUnit, &mut self.words[5], &mut self.former_units, book)?;
        self.service.clear();
        let mut last = None;
        for row in 0..rows {
            let unit = if self.units[row] == NO_WORD { self.former_units[row] } else { self.units[row] };
            let asked = (self.months[row], self.days[row], unit);
            let number = match last {
                Some((other, number)) if other == asked => number,
                _ => {
                    let word = book.text_of(unit);
                    book.day(asked.0, asked.1, (unit != NO_WORD).then_some(word.as_str()))
                }
            };
            last = Some((asked, number));
            self.service.push(number);
        }
        Ok(())
    }

    /// What each row's tags say: the tags of the part that cost was allocated to, else those of the row.
    fn tag_numbers(&mut self, file: &Opened, batch: &RecordBatch, book: &mut Book<'_>) -> Result<(), Fault> {
        let rows = batch.num_rows();
        self.tags.clear();
        self.tags.resize(rows, u32::MAX);
        for (memo, column) in self.tag_memo.iter_mut().zip([Column::AllocatedTags, Column::Tags]) {
            let Some(array) = file.column(batch, column) else { continue };
            if let DataType::Map(_, _) = array.data_type() {
                map_tags(array, &self.provider, &mut self.tags, book).map_err(|b| (column, b))?;
                continue;
            }
            let texts = Texts::of(array).map_err(|t| (column, Broken { row: 0, what: format!("the column has the type {t}, which holds no tags") }))?;
            let variants = book.clouds();
            memo.fit(&texts, variants);
            for row in 0..rows {
                if self.tags[row] != u32::MAX {
                    continue;
                }
                let cloud = book.cloud(self.provider[row]);
                match texts.get(row) {
                    Cell::Null | Cell::Number(_) => {}
                    Cell::Text(text) => self.tags[row] = if is_null(text) { u32::MAX } else { book.tag_text(cloud, Some(text)) },
                    Cell::Entry(entry) => {
                        let slot = entry * variants + usize::from(cloud);
                        let number = memo.made[slot].unwrap_or_else(|| {
                            let text = texts.entry(entry);
                            let number = if is_null(text) { u32::MAX } else { book.tag_text(cloud, Some(text)) };
                            memo.made[slot] = Some(number);
                            number
                        });
                        self.tags[row] = number;
                    }
                }
            }
        }
        let mut bare = None;
        for number in &mut self.tags {
            *number = if *number == u32::MAX { *bare.get_or_insert_with(|| book.tag_text(0, None)) } else { book.counted(*number) };
        }
        Ok(())
    }

    fn owned(&mut self, book: &mut Book<'_>, row: usize, ids: Option<&Texts<'_>>, allocated: Option<&Texts<'_>>) -> Owned {
        let (cloud, account) = (book.cloud(self.provider[row]), self.account[row]);
        // An allocated id is rare: only provider-made splits have one.
        if let Some(texts) = allocated {
            let text = match texts.get(row) {
                Cell::Entry(entry) => Some(texts.entry(entry)),
                Cell::Text(text) => Some(text),
                _ => None,
            };
            if let Some(id) = text.filter(|t| !is_null(t)) {
                return book.owned_remembered(cloud, account, id);
            }
        }
        let Some(texts) = ids else { return book.owned(cloud, account, None) };
        match texts.get(row) {
            Cell::Null | Cell::Number(_) => book.owned(cloud, account, None),
            Cell::Text(id) if is_null(id) => book.owned(cloud, account, None),
            Cell::Text(id) => book.owned_remembered(cloud, account, id),
            Cell::Entry(entry) => match self.id_memo.made[entry] {
                Some((seen, owned)) if seen == account => owned,
                _ => {
                    let id = texts.entry(entry);
                    let owned = if is_null(id) { book.owned(cloud, account, None) } else { book.owned_remembered(cloud, account, id) };
                    self.id_memo.made[entry] = Some((account, owned));
                    owned
                }
            },
        }
    }
}

/// Word numbers of a column that repeats a few words; `NO_WORD` where the file does not have it or it was not asked for.
fn words(file: &Opened, batch: &RecordBatch, column: Column, memo: &mut Memo<u32>, out: &mut Vec<u32>, book: &mut Book<'_>) -> Result<(), Fault> {
    out.clear();
    let Some(array) = file.column(batch, column) else {
        out.resize(batch.num_rows(), NO_WORD);
        return Ok(());
    };
    let texts = Texts::of(array).map_err(|t| (column, Broken { row: 0, what: format!("the column has the type {t}, which holds no text") }))?;
    memo.fit(&texts, 1);
    let mut last: (&str, u32) = ("", NO_WORD);
    for row in 0..array.len() {
        let number = match texts.get(row) {
            Cell::Null => NO_WORD,
            Cell::Number(number) => book.word(&number.to_string()),
            Cell::Entry(entry) => memo.made[entry].unwrap_or_else(|| {
                let text = texts.entry(entry);
                let number = if is_null(text) { NO_WORD } else { book.word(text) };
                memo.made[entry] = Some(number);
                number
            }),
            Cell::Text(text) if text == last.0 => last.1,
            Cell::Text(text) => {
                last = (text, if is_null(text) { NO_WORD } else { book.word(text) });
                last.1
            }
        };
        out.push(number);
    }
    Ok(())
}
