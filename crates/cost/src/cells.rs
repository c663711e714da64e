//! Columns of a Parquet batch as numbers.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};
use arrow_array::{Array, ArrayRef, DictionaryArray, StringArray, StringViewArray};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, TimeUnit};
use tagledger_model::{Amount, Month, Rounded, Timestamp};

/// Which rows of a column hold nothing; nothing is kept where none does.
#[derive(Clone, Copy)]
pub(crate) struct Nulls<'a>(Option<&'a NullBuffer>);

impl<'a> Nulls<'a> {
    fn of(array: &'a dyn Array) -> Self {
        Self(array.nulls().filter(|nulls| nulls.null_count() > 0))
    }

    /// The array's own question is a call for each cell.
    #[expect(clippy::inline_always, reason = "it is a few instructions, called for every cell of a bill")]
    #[inline(always)]
    fn has(self, row: usize) -> bool {
        self.0.is_some_and(|nulls| nulls.is_null(row))
    }

    fn is_empty(self) -> bool {
        self.0.is_none()
    }
}

/// A text column, as dictionary or plain.
pub(crate) enum Texts<'a> {
    Dictionary {
        keys: &'a [i32],
        nulls: Nulls<'a>,
        values: &'a StringArray,
        no_values: Nulls<'a>,
    },
    Plain(&'a StringArray, Nulls<'a>),
    /// Texts that were left where the page had them.
    Views(&'a StringViewArray, Nulls<'a>),
    /// Whole numbers, as some exports write account ids.
    Numbers(&'a arrow_array::Int64Array, Nulls<'a>),
}

impl<'a> Texts<'a> {
    /// The column as text, or its type when it holds none.
    pub fn of(array: &'a ArrayRef) -> Result<Self, String> {
        let nulls = Nulls::of(array.as_ref());
        match array.data_type() {
            DataType::Utf8 => Ok(Self::Plain(array.as_string::<i32>(), nulls)),
            DataType::Utf8View => Ok(Self::Views(array.as_string_view(), nulls)),
            DataType::Int64 => Ok(Self::Numbers(array.as_primitive::<Int64Type>(), nulls)),
            DataType::Dictionary(_, _) => {
                let dictionary: &DictionaryArray<Int32Type> = array.as_dictionary_opt().ok_or_else(|| array.data_type().to_string())?;
                let values = dictionary.values().as_string_opt::<i32>().ok_or_else(|| array.data_type().to_string())?;
                Ok(Self::Dictionary { keys: dictionary.keys().values(), nulls: Nulls::of(dictionary.keys()), values, no_values: Nulls::of(values) })
            }
            other => Err(other.to_string()),
        }
    }

    /// The cell, or the dictionary entry, of a row.
    #[expect(clippy::inline_always, reason = "it is a few instructions for each form, called for every cell of a bill")]
    #[inline(always)]
    pub fn get(&self, row: usize) -> Cell<'a> {
        match self {
            Self::Dictionary { keys, nulls, no_values, .. } => {
                if nulls.has(row) {
                    return Cell::Null;
                }
                let entry = usize::try_from(keys[row]).unwrap_or(0);
                if no_values.has(entry) { Cell::Null } else { Cell::Entry(entry) }
            }
            Self::Plain(_, nulls) | Self::Views(_, nulls) | Self::Numbers(_, nulls) if nulls.has(row) => Cell::Null,
            Self::Plain(texts, _) => Cell::Text(texts.value(row)),
            Self::Views(texts, _) => Cell::Text(texts.value(row)),
            Self::Numbers(numbers, _) => Cell::Number(numbers.value(row)),
        }
    }

    /// The keys of rows into a small dictionary without any gap.
    pub fn keys(&self) -> Option<(&'a [i32], &'a StringArray)> {
        const FEW: usize = 1024;
        match self {
            Self::Dictionary { keys, nulls, values, no_values } if values.len() <= FEW && nulls.is_empty() && no_values.is_empty() => Some((keys, values)),
            _ => None,
        }
    }

    /// The text of a row; none where there is none.
    #[inline]
    pub fn text(&self, row: usize) -> Option<&'a str> {
        match self.get(row) {
            Cell::Entry(entry) => Some(self.entry(entry)),
            Cell::Text(text) => Some(text),
            Cell::Null | Cell::Number(_) => None,
        }
    }

    /// The text of a dictionary entry.
    pub fn entry(&self, entry: usize) -> &'a str {
        match self {
            Self::Dictionary { values, .. } => values.value(entry),
            _ => "",
        }
    }

    /// Entries of the dictionary; 0 without one.
    pub fn entries(&self) -> usize {
        match self {
            Self::Dictionary { values, .. } => values.len(),
            _ => 0,
        }
    }

    /// The dictionary: batches of one row group share theirs.
    pub fn dictionary(&self) -> Option<&'a StringArray> {
        if let Self::Dictionary { values, .. } = self { Some(values) } else { None }
    }
}

/// One cell of a text column.
#[derive(Clone, Copy)]
pub(crate) enum Cell<'a> {
    Null,
    Entry(usize),
    Text(&'a str),
    Number(i64),
}

/// What is said of an amount that no bill has.
const TOO_LARGE: &str = "the amount is above 10^18; no bill has such, so look where the number came from";

/// Amounts of a column, null where the cell is; and the rows of those that were rounded.
pub(crate) fn amounts(array: &ArrayRef, out: &mut Vec<Option<Amount>>, rounded: &mut Vec<usize>) -> Result<(), Broken> {
    out.clear();
    let mut note = |row: usize, parsed: Option<(Amount, Rounded)>| {
        parsed.map(|(amount, r)| {
            if r == Rounded::Rounded {
                rounded.push(row);
            }
            amount
        })
    };
    let no_number = |row: usize, what: String| Broken { row, what };
    let no_amount = |value: f64| format!("`{value}` is no amount; a cost is a decimal number, or empty");
    match array.data_type() {
        DataType::Float64 => {
            for (row, value) in array.as_primitive::<Float64Type>().iter().enumerate() {
                let Some(value) = value else {
                    out.push(None);
                    continue;
                };
                out.push(Some(note(row, Amount::from_f64(value)).ok_or_else(|| no_number(row, no_amount(value)))?));
            }
        }
        DataType::Float32 => {
            for (row, value) in array.as_primitive::<Float32Type>().iter().enumerate() {
                let Some(value) = value else {
                    out.push(None);
                    continue;
                };
                out.push(Some(note(row, Amount::from_f64(value.into())).ok_or_else(|| no_number(row, no_amount(value.into())))?));
            }
        }
        DataType::Decimal128(_, scale) => {
            for (row, value) in array.as_primitive::<Decimal128Type>().iter().enumerate() {
                let Some(value) = value else {
                    out.push(None);
                    continue;
                };
                out.push(Some(note(row, Amount::from_scaled(value, i32::from(*scale))).ok_or_else(|| no_number(row, TOO_LARGE.to_owned()))?));
            }
        }
        DataType::Int64 => {
            for (row, value) in array.as_primitive::<Int64Type>().iter().enumerate() {
                let exact = value.map(|v| Amount::from_scaled(i128::from(v), 0).ok_or_else(|| no_number(row, TOO_LARGE.to_owned())));
                out.push(exact.transpose()?.map(|(amount, _)| amount));
            }
        }
        DataType::Int32 => {
            for (row, value) in array.as_primitive::<Int32Type>().iter().enumerate() {
                let exact = value.map(|v| Amount::from_scaled(i128::from(v), 0).ok_or_else(|| no_number(row, TOO_LARGE.to_owned())));
                out.push(exact.transpose()?.map(|(amount, _)| amount));
            }
        }
        _ => {
            let texts = Texts::of(array)
                .map_err(|t| no_number(0, format!("the column has the type {t}, which holds no amounts; export it as decimals, doubles or text")))?;
            for row in 0..array.len() {
                let text = match texts.get(row) {
                    Cell::Null | Cell::Number(_) => None,
                    Cell::Entry(entry) => Some(texts.entry(entry)),
                    Cell::Text(text) => Some(text),
                };
                let Some(text) = text.filter(|t| !crate::focus::is_null(t)) else {
                    out.push(None);
                    continue;
                };
                out.push(Some(note(row, Some(Amount::parse(text).map_err(|e| no_number(row, e.to_string()))?)).unwrap_or_default()));
            }
        }
    }
    Ok(())
}

/// A cell that cannot be used.
pub(crate) struct Broken {
    pub row: usize,
    pub what: String,
}

fn months_of<T: ArrowPrimitiveType<Native = i64>>(array: &ArrayRef, per_second: i64, out: &mut Vec<Month>) -> Result<(), Broken> {
    let mut last = (i64::MIN, Month(0));
    let values = array.as_primitive::<T>();
    if let (0, Some(first)) = (values.null_count(), values.values().first())
        && values.values().iter().all(|value| value == first)
    {
        // A file mostly is of one month.
        out.resize(values.len(), Timestamp(first.div_euclid(per_second)).month());
        return Ok(());
    }
    for (row, value) in values.iter().enumerate() {
        let value = value.ok_or_else(|| Broken { row, what: "the row has no billing period".to_owned() })?;
        if value != last.0 {
            last = (value, Timestamp(value.div_euclid(per_second)).month());
        }
        out.push(last.1);
    }
    Ok(())
}

/// Months of a column of times, dates or texts.
pub(crate) fn months(array: &ArrayRef, out: &mut Vec<Month>) -> Result<(), Broken> {
    out.clear();
    match array.data_type() {
        DataType::Timestamp(TimeUnit::Second, _) => months_of::<TimestampSecondType>(array, 1, out),
        DataType::Timestamp(TimeUnit::Millisecond, _) => months_of::<TimestampMillisecondType>(array, 1_000, out),
        DataType::Timestamp(TimeUnit::Microsecond, _) => months_of::<TimestampMicrosecondType>(array, 1_000_000, out),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => months_of::<TimestampNanosecondType>(array, 1_000_000_000, out),
        DataType::Date32 => {
            for (row, value) in array.as_primitive::<Date32Type>().iter().enumerate() {
                let days = value.ok_or_else(|| Broken { row, what: "the row has no billing period".to_owned() })?;
                out.push(Timestamp(i64::from(days) * 86_400).month());
            }
            Ok(())
        }
        _ => {
            let texts = Texts::of(array)
                .map_err(|t| Broken { row: 0, what: format!("the column has the type {t}, which holds no times; export it as timestamps, dates or text") })?;
            let mut last: Option<(String, Month)> = None;
            for row in 0..array.len() {
                // Google writes months of invoices as `202610`, and some tables keep them as numbers.
                let number = if let Cell::Number(number) = texts.get(row) { number.to_string() } else { String::new() };
                let text = texts.text(row).or(Some(number.as_str()).filter(|text| !text.is_empty()));
                let text = text.ok_or_else(|| Broken { row, what: "the row has no billing period".to_owned() })?;
                let known = last.as_ref().filter(|(seen, _)| seen == text).map(|(_, month)| *month);
                let month = known.or_else(|| month_of(text));
                let month = month.ok_or_else(|| Broken {
                    row,
                    what: format!("`{}` is no date; write 2026-10-31", text.chars().take(40).collect::<String>().escape_debug()),
                })?;
                if known.is_none() {
                    last = Some((text.to_owned(), month));
                }
                out.push(month);
            }
            Ok(())
        }
    }
}

/// The month of a moment, or of `202610`, as Google writes months of invoices.
fn month_of(text: &str) -> Option<Month> {
    let digits = text.trim();
    let short = || (digits.len() == 6).then(|| Some(format!("{}-{}", digits.get(..4)?, digits.get(4..)?))).flatten();
    // A month that begins at midnight of some place begins with that day, whatever day it is elsewhere.
    let local = || {
        let (date, clock) = digits.split_at(digits.find(['T', 't', ' '])?);
        let day = Timestamp::parse(date).filter(|day| day.day().ends_with("-01") && Timestamp::parse(digits).is_some())?;
        ["00:00", "0:00"].iter().any(|midnight| clock[1..].starts_with(midnight)).then(|| day.month())
    };
    local().or_else(|| Timestamp::parse(text).map(Timestamp::month)).or_else(|| Month::parse(digits)).or_else(|| Month::parse(&short()?))
}

/// Days since 1970 of a column of times, dates or texts; none where a row has none that can be read.
pub(crate) fn days(array: &ArrayRef, out: &mut Vec<Option<i64>>) {
    seconds(array, out);
    for at in out.iter_mut().flatten() {
        *at = at.div_euclid(DAY);
    }
}

const DAY: i64 = 86_400;

/// The same in seconds.
pub(crate) fn seconds(array: &ArrayRef, out: &mut Vec<Option<i64>>) {
    fn of<T: ArrowPrimitiveType<Native = i64>>(array: &ArrayRef, per_second: i64, out: &mut Vec<Option<i64>>) {
        out.extend(array.as_primitive::<T>().iter().map(|value| Some(value?.div_euclid(per_second))));
    }
    out.clear();
    match array.data_type() {
        DataType::Timestamp(TimeUnit::Second, _) => of::<TimestampSecondType>(array, 1, out),
        DataType::Timestamp(TimeUnit::Millisecond, _) => of::<TimestampMillisecondType>(array, 1_000, out),
        DataType::Timestamp(TimeUnit::Microsecond, _) => of::<TimestampMicrosecondType>(array, 1_000_000, out),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => of::<TimestampNanosecondType>(array, 1_000_000_000, out),
        DataType::Date32 => out.extend(array.as_primitive::<Date32Type>().iter().map(|days| Some(i64::from(days?) * DAY))),
        _ => {
            let Ok(texts) = Texts::of(array) else { return out.resize(array.len(), None) };
            let mut last = (String::new(), None);
            for row in 0..array.len() {
                let text = match texts.get(row) {
                    Cell::Entry(entry) => texts.entry(entry),
                    Cell::Text(text) => text,
                    _ => "",
                };
                if text != last.0 {
                    last = (text.to_owned(), Timestamp::parse(text).map(|at| at.0));
                }
                out.push(last.1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::{BooleanArray, Int64Array};
    use std::sync::Arc;

    #[test]
    fn a_month_begins_with_the_day_of_its_own_place() {
        for text in [
            "2026-10-01 00:00:00+02",
            "2026-10-01T00:00+02:00",
            "2026-10-01t00:00:00+02:00",
            "2026-10-01T00:00:00.000+02:00",
            "2026-10-01T00:00:00Z",
            "2026-10-01",
        ] {
            assert_eq!(month_of(text).map(|month| month.to_string()).as_deref(), Some("2026-10"), "{text}");
        }
        assert_eq!(month_of("2026-10-01T00:00rubbish"), None);
        assert_eq!(month_of("2026-10-01T01:00:00+02:00").map(|month| month.to_string()).as_deref(), Some("2026-09"));
    }

    #[test]
    fn months_may_be_numbers_and_what_is_no_month_is_named() {
        let mut out = Vec::new();
        let said = |array: ArrayRef, out: &mut Vec<Month>| months(&array, out).err().map(|broken| (broken.row, broken.what));
        assert!(said(Arc::new(Int64Array::from(vec![202_610, 202_701])), &mut out).is_none());
        assert_eq!(out.iter().map(Month::to_string).collect::<Vec<_>>(), ["2026-10", "2027-01"]);
        assert_eq!(said(Arc::new(Int64Array::from(vec![202_610, 7])), &mut out), Some((1, "`7` is no date; write 2026-10-31".to_owned())));
        assert_eq!(said(Arc::new(Int64Array::from(vec![None])), &mut out), Some((0, "the row has no billing period".to_owned())));
        assert!(said(Arc::new(BooleanArray::from(vec![true])), &mut out).is_some_and(|(_, what)| what.contains("holds no times; export it as")));
    }
}
