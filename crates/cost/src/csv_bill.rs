//! Bills as CSV, plain or gzipped.

use crate::CostError;
use crate::aggregate::Sums;
use crate::book::Book;
use crate::closed::Adding;
use crate::columns::{Columns, Header, Rows};
use crate::enter::{Work, wanted};
use crate::focus::{Column, Measure, same_name};
use crate::rounding::{COMPARED, SAMPLED_ROWS};
use arrow_array::builder::StringBuilder;
use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use csv::ByteRecord;
use flate2::read::MultiGzDecoder;
use std::cell::Cell;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use tagledger_model::Timestamp;

/// Longer than any row by far. A quote that nothing closes makes the rest of a file one row, and a gzip stream can stand for a thousand times its size.
const LONGEST_ROW: usize = 64 << 20;

/// Hands over so many bytes and no more, until it is given a new ration.
struct Rationed {
    inner: Box<dyn Read>,
    left: Rc<Cell<usize>>,
    /// Whether the quotes that were read are an odd number.
    is_odd: Rc<Cell<bool>>,
}

impl Read for Rationed {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.left.get() == 0 {
            return Err(std::io::Error::other(format!("a row is longer than {} MiB, its quotes are broken", LONGEST_ROW >> 20)));
        }
        let read = self.inner.read(buffer)?;
        self.left.set(self.left.get().saturating_sub(read));
        self.is_odd.set(self.is_odd.get() ^ (memchr::memchr_iter(b'"', &buffer[..read]).count() % 2 == 1));
        Ok(read)
    }
}

/// A file under way.
struct Csv {
    reader: csv::Reader<Rationed>,
    left: Rc<Cell<usize>>,
    is_odd: Rc<Cell<bool>>,
}

impl Csv {
    fn header(&mut self) -> Result<&ByteRecord, csv::Error> {
        self.reader.byte_headers()
    }

    /// The next row; false at the end.
    fn row(&mut self, record: &mut ByteRecord) -> Result<bool, csv::Error> {
        self.left.set(LONGEST_ROW);
        self.reader.read_byte_record(record)
    }
}

/// Opens a CSV file, unpacked, without its byte-order mark; UTF-16 is refused with the way out.
fn open(path: &Path) -> Result<Csv, CostError> {
    let io = |source| CostError::Io { path: path.display().to_string(), source };
    let mut file = File::open(path).map_err(io)?;
    let mut start = [0_u8; 2];
    let got = file.read(&mut start).map_err(io)?;
    let file = std::io::Cursor::new(start[..got].to_vec()).chain(BufReader::with_capacity(1 << 18, file));
    let mut plain: Box<dyn Read> = if start == [0x1f, 0x8b] { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    let mut mark = [0_u8; 3];
    let mut held = 0;
    while held < 3 {
        match plain.read(&mut mark[held..]).map_err(|e| damaged(path, &e))? {
            0 => break,
            n => held += n,
        }
    }
    if mark.starts_with(&[0xff, 0xfe]) || mark.starts_with(&[0xfe, 0xff]) {
        let what = "the file is UTF-16, as Windows PowerShell's `>` writes it; export it again with `| Out-File -Encoding utf8`, or convert it to UTF-8";
        return Err(CostError::At { path: path.display().to_string(), line: 1, column: "1".to_owned(), what: what.to_owned() });
    }
    let keep = if mark == [0xef, 0xbb, 0xbf] { 0 } else { held };
    let left = Rc::new(Cell::new(LONGEST_ROW));
    let is_odd = Rc::new(Cell::new(false));
    let inner = Box::new(std::io::Cursor::new(mark[..keep].to_vec()).chain(plain));
    let whole = Rationed { inner, left: Rc::clone(&left), is_odd: Rc::clone(&is_odd) };
    Ok(Csv { reader: csv::ReaderBuilder::new().buffer_capacity(1 << 18).from_reader(whole), left, is_odd })
}

/// The line of a quote that is open at the end of a file; none where all are closed. What is cut off within one, or a quote that nobody closed, would make the rest of a file one cell.
fn unclosed(path: &Path) -> Result<Option<u64>, CostError> {
    let mut bytes = BufReader::new(open(path)?.reader.into_inner());
    let (mut line, mut opened, mut is_start) = (1_u64, None, true);
    let mut buffer = vec![0; 1 << 16];
    loop {
        bytes.get_ref().left.set(LONGEST_ROW);
        let read = bytes.read(&mut buffer).map_err(|e| damaged(path, &e))?;
        if read == 0 {
            return Ok(opened);
        }
        for byte in &buffer[..read] {
            match (byte, opened) {
                // Of two quotes within a cell the second opens it again.
                (b'"', Some(_)) => opened = None,
                (b'"', None) if is_start => opened = Some(line),
                _ => {}
            }
            is_start = matches!(byte, b',' | b'\n' | b'\r') && opened.is_none() || *byte == b'"' && opened.is_none();
            line += u64::from(*byte == b'\n');
        }
    }
}

fn damaged(path: &Path, error: &std::io::Error) -> CostError {
    CostError::File { path: path.display().to_string(), what: format!("the file is damaged or cut off: {error}; export it again") }
}

fn broken(path: &Path, error: csv::Error) -> CostError {
    let line = error.position().map_or(1, csv::Position::line);
    let shown = path.display().to_string();
    match error.into_kind() {
        csv::ErrorKind::Io(e) => damaged(path, &e),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => CostError::At {
            path: shown,
            line,
            column: "1".to_owned(),
            what: format!("the row has {len} cells where the header has {expected_len}; the file is cut off or its quotes are broken: export it again"),
        },
        other => CostError::At { path: shown, line, column: "1".to_owned(), what: format!("{other:?}") },
    }
}

/// The header of a file.
pub(crate) fn header(path: &Path) -> Result<Header, CostError> {
    let mut file = open(path)?;
    let header = file.header().map_err(|e| broken(path, e))?;
    Ok(Header::flat(header.iter().map(|h| String::from_utf8_lossy(h).into_owned()).collect()))
}

/// True when there is anything below the header.
pub(crate) fn holds_rows(path: &Path) -> bool {
    open(path).is_ok_and(|mut file| file.row(&mut ByteRecord::new()).is_ok_and(|found| found))
}

/// Rows read at once.
const BATCH: usize = 8 * 1024;

/// Some columns of a file, batch by batch, as text.
struct Batches<'p> {
    path: &'p Path,
    file: Csv,
    schema: SchemaRef,
    /// The positions of the columns in the file.
    tops: Vec<usize>,
    record: ByteRecord,
    /// The line of each row of the batch at hand.
    lines: Vec<u64>,
    /// What the reader counts too little: of two characters that end a line it sees the second with the next row.
    late: u64,
}

impl<'p> Batches<'p> {
    fn new(path: &'p Path, columns: &Columns, wanted: &[Column], measures: &[Measure]) -> Result<Self, CostError> {
        let mut file = open(path)?;
        file.header().map_err(|e| broken(path, e))?;
        let late = u64::from(file.reader.position().line() < 2);
        let tops = columns.tops(wanted, measures);
        Ok(Self::over(path, file, columns, tops, late))
    }

    fn over(path: &'p Path, file: Csv, columns: &Columns, tops: Vec<usize>, late: u64) -> Self {
        let fields: Vec<Field> = tops.iter().map(|top| Field::new(columns.top(*top), DataType::Utf8, true)).collect();
        Self { path, file, schema: Arc::new(Schema::new(fields)), tops, record: ByteRecord::new(), lines: Vec::new(), late }
    }

    /// The next rows; none at the end.
    fn next(&mut self, most: usize) -> Result<Option<RecordBatch>, CostError> {
        let mut columns: Vec<StringBuilder> = self.tops.iter().map(|_| StringBuilder::new()).collect();
        self.lines.clear();
        while self.lines.len() < most && self.file.row(&mut self.record).map_err(|e| broken(self.path, e))? {
            let line = self.record.position().map_or(0, csv::Position::line) + self.late;
            for ((builder, top), field) in columns.iter_mut().zip(&self.tops).zip(self.schema.fields()) {
                let cell = self.record.get(*top).unwrap_or_default();
                builder.append_value(std::str::from_utf8(cell).map_err(|_| CostError::At {
                    path: self.path.display().to_string(),
                    line,
                    column: field.name().clone(),
                    what: "the cell is not UTF-8; convert the file to UTF-8".to_owned(),
                })?);
            }
            self.lines.push(line);
        }
        if self.lines.len() < most
            && self.file.is_odd.get()
            && let Some(line) = unclosed(self.path)?
        {
            return Err(CostError::At {
                path: self.path.display().to_string(),
                line,
                column: "1".to_owned(),
                what: "a quote that begins here is never closed; the file is cut off, or its quotes are broken: export it again".to_owned(),
            });
        }
        if self.lines.is_empty() {
            return Ok(None);
        }
        let columns = columns.iter_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(self.lines.len()));
        let batch = RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options);
        batch.map(Some).map_err(|e| CostError::File { path: self.path.display().to_string(), what: e.to_string() })
    }
}

/// Enters every row of a file.
pub(crate) fn enter(path: &Path, columns: &Columns, book: &mut Book<'_>, advance: &dyn Fn(u64)) -> Result<(), CostError> {
    let wanted = wanted(book);
    let measures: Vec<Measure> = book.billing.measures().collect();
    let mut batches = Batches::new(path, columns, &wanted, &measures)?;
    let size = std::fs::metadata(path).map_or(0, |m| m.len());
    let (mut told, mut work) = (0_u64, Work::default());
    while let Some(batch) = batches.next(BATCH)? {
        work.enter(&Rows::new(columns, &batch, &wanted), book).map_err(|(column, broken)| CostError::At {
            path: path.display().to_string(),
            line: batches.lines.get(broken.row).copied().unwrap_or(0),
            column,
            what: broken.what,
        })?;
        // A gzipped file's own position is not known here, so progress stops short of its size.
        let at = batches.file.reader.position().byte().min(size);
        advance(at.saturating_sub(told));
        told = told.max(at);
    }
    advance(size.saturating_sub(told));
    Ok(())
}

/// Hands over all rows of a file with all of its columns.
pub(crate) fn whole(path: &Path, columns: &Columns, each: &mut dyn FnMut(&RecordBatch)) -> Result<(), CostError> {
    let mut file = open(path)?;
    file.header().map_err(|e| broken(path, e))?;
    let mut batches = Batches::over(path, file, columns, (0..columns.tops_of_all().len()).collect(), 0);
    while let Some(batch) = batches.next(BATCH)? {
        each(&batch);
    }
    Ok(())
}

/// Adds up all rows of a file.
pub(crate) fn add_up(path: &Path, columns: &Columns, adding: &mut Adding<'_>) -> Result<(), CostError> {
    let (wanted, measures) = (adding.columns().0.to_vec(), adding.columns().1.to_vec());
    let mut batches = Batches::new(path, columns, &wanted, &measures)?;
    while let Some(batch) = batches.next(BATCH)? {
        let goes_on = adding.add(&batch).map_err(|(column, broken)| CostError::At {
            path: path.display().to_string(),
            line: batches.lines.get(broken.row).copied().unwrap_or(0),
            column,
            what: broken.what,
        })?;
        if !goes_on {
            break;
        }
    }
    Ok(())
}

/// How a file writes dates with slashes.
#[derive(PartialEq, Eq)]
enum Order {
    MonthFirst,
    DayFirst,
    /// Neither number is above 12.
    Unknown,
}

/// The order of a date with slashes, and the two numbers; none for all else.
fn order(text: &str) -> Option<(Order, [u8; 2])> {
    let mut parts = text.split('/').map(|part| part.trim().parse::<u8>().ok());
    let (first, second) = (parts.next()??, parts.next()??);
    parts.next()?;
    Some(match (first > 12, second > 12) {
        (false, true) => (Order::MonthFirst, [first, second]),
        (true, false) => (Order::DayFirst, [first, second]),
        _ => (Order::Unknown, [first, second]),
    })
}

/// The order of dates with slashes by a period's two ends: only one of the orders makes about a month of it.
fn by_period(start: &str, end: &str) -> Option<Order> {
    order(start)?;
    order(end)?;
    let is_month = |start: &str, end: &str| {
        let days = Timestamp::parse(start).zip(Timestamp::parse(end)).map(|(start, end)| end.days() - start.days());
        days.is_some_and(|days| (27..=32).contains(&days))
    };
    let swapped = |text: &str| {
        let mut parts = text.splitn(3, '/');
        Some(format!("{1}/{0}/{2}", parts.next()?, parts.next()?, parts.next()?))
    };
    match (is_month(start, end), is_month(&swapped(start)?, &swapped(end)?)) {
        (true, false) => Some(Order::MonthFirst),
        (false, true) => Some(Order::DayFirst),
        _ => None,
    }
}

/// Refuses a file whose dates have the day before the month, as a spreadsheet of most countries writes them: on the first twelve days of a month nobody
/// could tell, and a bill of 1 October would count in January. What bills write with slashes themselves has the month first, and mostly says so in its first
/// row, by the end of its period; else it is read until a row does.
pub(crate) fn month_first(path: &Path, columns: &Columns) -> Result<(), CostError> {
    const BOUND: [Column; 3] = [Column::BillingPeriodStart, Column::ChargePeriodStart, Column::ChargePeriodEnd];
    // Nobody else asks for the end of a billing period. What stands in a column of tags is no date of the bill.
    const ENDS: [&str; 3] = ["BillingPeriodEnd", "BillingPeriodEndDate", "bill/BillingPeriodEndDate"];
    let bound = columns.tops(&BOUND, &[]);
    let is_date = |(at, name): &(usize, &String)| bound.contains(at) || ENDS.iter().any(|end| same_name(end, name));
    let tops: Vec<usize> = columns.tops_of_all().iter().enumerate().filter(is_date).map(|(at, _)| at).collect();
    if tops.is_empty() {
        return Ok(());
    }
    let mut file = open(path)?;
    file.header().map_err(|e| broken(path, e))?;
    let late = u64::from(file.reader.position().line() < 2);
    let starts = columns.tops(&[Column::BillingPeriodStart], &[]);
    let is_start: Vec<bool> = tops.iter().map(|top| starts.contains(top)).collect();
    let is_end: Vec<bool> = tops.iter().map(|top| ENDS.iter().any(|end| same_name(end, columns.top(*top)))).collect();
    let mut batches = Batches::over(path, file, columns, tops, late);
    let mut has_slashes = false;
    let mut doubtful: Option<(u64, String, String)> = None;
    while let Some(batch) = batches.next(SAMPLED_ROWS)? {
        for (at, array) in batch.columns().iter().enumerate() {
            let name = batch.schema_ref().field(at).name();
            for (row, text) in array.as_string::<i32>().iter().enumerate() {
                let Some((order, numbers)) = text.and_then(order) else { continue };
                has_slashes = true;
                let told = || (batches.lines[row], name.clone(), text.unwrap_or_default().chars().take(40).collect::<String>());
                match order {
                    Order::MonthFirst => return Ok(()),
                    Order::DayFirst => return Err(day_first(path, told(), "has the day before the month, and of other dates nobody could tell")),
                    // Periods begin on the first of a month.
                    Order::Unknown if is_start[at] && numbers[0] == 1 && numbers[1] != 1 => doubtful = doubtful.or_else(|| Some(told())),
                    Order::Unknown => {}
                }
            }
        }
        let text = |of: &[bool], row: usize| of.iter().position(|is| *is).map(|at| batch.column(at).as_string::<i32>().value(row));
        // The first row that tells its period says which of its numbers is the month, for it is about a month long.
        let told = (0..batch.num_rows()).find_map(|row| Some((row, by_period(text(&is_start, row)?, text(&is_end, row)?)?)));
        match told {
            Some((_, Order::MonthFirst)) => return Ok(()),
            Some((row, _)) => {
                let shown =
                    (batches.lines[row], columns.shown(Column::BillingPeriodStart), text(&is_start, row).unwrap_or_default().chars().take(40).collect());
                return Err(day_first(path, shown, "has the day before the month, as the end of its period shows"));
            }
            None => {}
        }
        if !has_slashes {
            break;
        }
    }
    doubtful.map_or(Ok(()), |told| Err(day_first(path, told, "may have the day before the month, and no other date of the file says which it is")))
}

fn day_first(path: &Path, (line, column, shown): (u64, String, String), why: &str) -> CostError {
    CostError::At { path: path.display().to_string(), line, column, what: format!("`{}` {why}; export dates as 2026-10-31", shown.escape_debug()) }
}

/// Hands over EffectiveCost and BilledCost of the first rows, as far as they can be read.
pub(crate) fn first_costs(path: &Path, columns: &Columns, rows: usize, each: &mut dyn FnMut(&Sums)) -> Result<(), CostError> {
    if !columns.may_be_rounded() {
        return Ok(());
    }
    if let Ok(Some(batch)) = Batches::new(path, columns, &[], &COMPARED)?.next(rows) {
        Rows::new(columns, &batch, &[]).compared(each);
    }
    Ok(())
}
