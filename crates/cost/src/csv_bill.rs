//! FOCUS bills as CSV, plain or gzipped, row by row.

use crate::CostError;
use crate::aggregate::{Context, Sums};
use crate::book::{Book, NO_WORD};
use crate::days::day_of;
use crate::focus::{Column, Layout, is_null};
use crate::rounding::COMPARED;
use csv::ByteRecord;
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use tagledger_model::{Amount, Month, Rounded, Timestamp};

/// Opens a CSV file, unpacked, without its byte-order mark; UTF-16 is refused with the way out.
fn open(path: &Path) -> Result<csv::Reader<Box<dyn Read>>, CostError> {
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
    let whole = std::io::Cursor::new(mark[..keep].to_vec()).chain(plain);
    Ok(csv::ReaderBuilder::new().buffer_capacity(1 << 18).from_reader(Box::new(whole)))
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
pub(crate) fn header(path: &Path) -> Result<Vec<String>, CostError> {
    let mut reader = open(path)?;
    let header = reader.byte_headers().map_err(|e| broken(path, e))?;
    Ok(header.iter().map(|h| String::from_utf8_lossy(h).into_owned()).collect())
}

/// Columns of one file, and what the row before held in them: neighbours mostly agree.
struct Rows {
    layout: Layout,
    last: [(Vec<u8>, u32); 5],
    last_month: (Vec<u8>, Month),
    /// Both costs are there and read.
    compares: bool,
}

/// Enters every row of a file.
pub(crate) fn enter(path: &Path, book: &mut Book<'_>, advance: &dyn Fn(u64)) -> Result<(), CostError> {
    let mut reader = open(path)?;
    let header: Vec<String> = reader.byte_headers().map_err(|e| broken(path, e))?.iter().map(|h| String::from_utf8_lossy(h).into_owned()).collect();
    let layout = Layout::of(&header, path);
    let compares = book.billing.all_measures && layout.has_both_costs();
    let mut rows = Rows { layout, last: Default::default(), last_month: (Vec::new(), Month(0)), compares };
    let size = std::fs::metadata(path).map_or(0, |m| m.len());
    let mut record = ByteRecord::new();
    let (mut told, mut count) = (0_u64, 0_u64);
    while reader.read_byte_record(&mut record).map_err(|e| broken(path, e))? {
        enter_row(path, book, &mut rows, &record)?;
        count += 1;
        if count.is_multiple_of(65_536) {
            // A gzipped file's own position is not known here, so progress stops short of its size.
            let at = reader.position().byte().min(size);
            advance(at.saturating_sub(told));
            told = told.max(at);
        }
    }
    advance(size.saturating_sub(told));
    Ok(())
}

fn at(path: &Path, record: &ByteRecord, column: Column, what: String) -> CostError {
    CostError::At { path: path.display().to_string(), line: record.position().map_or(0, csv::Position::line), column: column.to_string(), what }
}

/// A cell as text; none when it is null or the file has no such column.
fn text<'r>(path: &Path, record: &'r ByteRecord, layout: &Layout, column: Column) -> Result<Option<&'r str>, CostError> {
    let Some(cell) = layout.position(column).and_then(|p| record.get(p)) else { return Ok(None) };
    let text = std::str::from_utf8(cell).map_err(|_| at(path, record, column, "the cell is not UTF-8; convert the file to UTF-8".to_owned()))?;
    Ok(Some(text).filter(|t| !is_null(t)))
}

fn enter_row(path: &Path, book: &mut Book<'_>, rows: &mut Rows, record: &ByteRecord) -> Result<(), CostError> {
    let month = month(path, rows, record)?;
    let dimensions = book.billing.dimensions;
    let mut word = |slot: usize, column: Column, wanted: bool| -> Result<u32, CostError> {
        let Some(cell) = rows.layout.position(column).and_then(|p| record.get(p)).filter(|_| wanted) else { return Ok(NO_WORD) };
        if rows.last[slot].0 == cell && !cell.is_empty() {
            return Ok(rows.last[slot].1);
        }
        let number = text(path, record, &rows.layout, column)?.map_or(NO_WORD, |t| book.word(t));
        rows.last[slot] = (cell.to_vec(), number);
        Ok(number)
    };
    let currency = word(0, Column::BillingCurrency, true)?;
    let provider = match word(1, Column::Provider, true)? {
        NO_WORD => word(4, Column::FormerProvider, true)?,
        provider => provider,
    };
    let account = word(2, Column::SubAccountId, true)?;
    let mut service = word(3, Column::ServiceName, dimensions.service)?;
    if currency == NO_WORD {
        return Err(at(path, record, Column::BillingCurrency, "the row has no currency; amounts without one cannot be added".to_owned()));
    }
    if book.billing.days_from.is_some() {
        let day = text(path, record, &rows.layout, Column::ChargePeriodStart)?.and_then(day_of);
        let unit =
            text(path, record, &rows.layout, Column::ConsumedUnit)?.map_or_else(|| text(path, record, &rows.layout, Column::PricingUnit), |u| Ok(Some(u)))?;
        service = book.day(month, day, unit);
    }
    let context = Context { month, currency, provider: if dimensions.provider { provider } else { NO_WORD }, account: NO_WORD, service };
    let sums = amounts(path, book, rows, record)?;
    let cloud = book.cloud(provider);
    let allocated = text(path, record, &rows.layout, Column::AllocatedTags)?;
    let tags = match allocated.map_or_else(|| text(path, record, &rows.layout, Column::Tags), |t| Ok(Some(t)))? {
        Some(tags) => book.tag_text_remembered(cloud, tags),
        None => book.tag_text(cloud, None),
    };
    let tags = book.counted(tags);
    let owned = if book.needs_no_owner(tags) {
        Book::not_needed()
    } else {
        let allocated = text(path, record, &rows.layout, Column::AllocatedResourceId)?;
        match allocated.map_or_else(|| text(path, record, &rows.layout, Column::ResourceId), |t| Ok(Some(t)))? {
            Some(id) => book.owned_remembered(cloud, account, id),
            None => book.owned(cloud, account, None),
        }
    };
    let account = if book.needs_account(tags, owned) { account } else { NO_WORD };
    let context = book.context(Context { account, provider: if account == NO_WORD { context.provider } else { provider }, ..context });
    book.enter(context, tags, owned, &sums);
    book.tally(month, currency, 1, &sums);
    Ok(())
}

fn month(path: &Path, rows: &mut Rows, record: &ByteRecord) -> Result<Month, CostError> {
    let column = rows.layout.position(Column::BillingPeriodStart);
    if let (None, Some(month)) = (column, rows.layout.month) {
        return Ok(month);
    }
    let cell = column.and_then(|p| record.get(p)).unwrap_or_default();
    if rows.last_month.0 == cell && !cell.is_empty() {
        return Ok(rows.last_month.1);
    }
    let seen = String::from_utf8_lossy(cell).into_owned();
    let parsed = Timestamp::parse(&seen)
        .ok_or_else(|| at(path, record, Column::BillingPeriodStart, format!("`{}` is no date", seen.chars().take(40).collect::<String>().escape_debug())))?;
    rows.last_month = (cell.to_vec(), parsed.month());
    Ok(parsed.month())
}

fn amounts(path: &Path, book: &mut Book<'_>, rows: &Rows, record: &ByteRecord) -> Result<Sums, CostError> {
    let mut sums = Sums::default();
    for measure in book.billing.measures() {
        let column = measure.wanted();
        match text(path, record, &rows.layout, column)? {
            Some(cell) => {
                let (amount, rounded) = Amount::parse(cell).map_err(|e| at(path, record, column, e.to_string()))?;
                sums[measure.position()] = amount;
                book.repairs.rounded += u64::from(rounded == Rounded::Rounded);
            }
            None if measure == book.billing.measure => book.repairs.without_amount += 1,
            None => {}
        }
    }
    if rows.compares {
        book.repairs.compare(&sums);
    }
    Ok(sums)
}

/// Hands over EffectiveCost and BilledCost of the first rows, as far as they can be read.
pub(crate) fn first_costs(path: &Path, rows: usize, each: &mut dyn FnMut(&Sums)) -> Result<(), CostError> {
    let layout = Layout::of(&header(path)?, path);
    if !layout.has_both_costs() {
        return Ok(());
    }
    for record in open(path)?.byte_records().take(rows).map_while(Result::ok) {
        let mut sums = Sums::default();
        for measure in COMPARED {
            let cell = text(path, &record, &layout, measure.wanted()).ok().flatten();
            sums[measure.position()] = cell.and_then(|c| Amount::parse(c).ok()).map_or(Amount::ZERO, |(amount, _)| amount);
        }
        each(&sums);
    }
    Ok(())
}
