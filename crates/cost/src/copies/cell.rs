//! Cells that are compared across containers: what one file has as text another has as a number, a time or a double.

use crate::cells::{Cell, Texts, seconds};
use crate::focus::is_null;
use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Float32Type, Float64Type, Int32Type, UInt64Type};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use std::hash::Hasher;
use tagledger_model::{Amount, Timestamp};

/// About ten digits of a number: a double that was made of a decimal agrees with it in these.
fn digits(number: f64) -> u64 {
    const LESS: u32 = 19;
    // No number is two: -0 is 0.
    (number + 0.0).to_bits().saturating_add(1 << (LESS - 1)) >> LESS
}

/// The same of an amount.
#[expect(clippy::cast_precision_loss, reason = "ten digits are compared, of numbers of which a double holds fifteen")]
pub(super) fn of_amount(amount: Amount) -> u64 {
    digits(amount.0 as f64)
}

/// Writes what a cell holds: a number by its first digits, a time by its second, and text without regard to case.
pub(super) fn write(array: &ArrayRef, row: usize, into: &mut impl Hasher) {
    if array.is_null(row) {
        return text("", into);
    }
    #[expect(clippy::cast_precision_loss, reason = "ten digits are compared, of numbers of which a double holds fifteen")]
    match array.data_type() {
        DataType::Float64 => number(array.as_primitive::<Float64Type>().value(row), into),
        DataType::Float32 => number(array.as_primitive::<Float32Type>().value(row).into(), into),
        DataType::UInt64 => number(array.as_primitive::<UInt64Type>().value(row) as f64, into),
        DataType::Int32 => number(array.as_primitive::<Int32Type>().value(row).into(), into),
        DataType::Decimal128(_, scale) => number(array.as_primitive::<Decimal128Type>().value(row) as f64 / 10_f64.powi((*scale).into()), into),
        DataType::Boolean => text(if array.as_boolean().value(row) { "true" } else { "false" }, into),
        DataType::Timestamp(_, _) | DataType::Date32 => {
            let mut at = Vec::new();
            seconds(&array.slice(row, 1), &mut at);
            time(at.first().copied().flatten().unwrap_or_default(), into);
        }
        _ => match Texts::of(array).map(|texts| (texts.get(row), texts)) {
            Ok((Cell::Null, _)) => text("", into),
            Ok((Cell::Number(value), _)) => number(value as f64, into),
            Ok((Cell::Entry(entry), texts)) => text(texts.entry(entry), into),
            Ok((Cell::Text(value), _)) => text(value, into),
            // Lists, maps and records are compared as they are shown.
            Err(_) => text(&format!("{:?}", array.slice(row, 1)), into),
        },
    }
}

fn number(number: f64, into: &mut impl Hasher) {
    into.write_u8(1);
    into.write_u64(digits(number));
}

fn time(seconds: i64, into: &mut impl Hasher) {
    into.write_u8(2);
    into.write_i64(seconds);
}

/// A number that names something, digit by digit; nothing where a column holds none.
pub(super) fn whole_number(array: &ArrayRef, row: usize) -> String {
    if array.is_null(row) {
        return String::new();
    }
    match array.data_type() {
        DataType::Float64 => format!("{:.0}", array.as_primitive::<Float64Type>().value(row)),
        DataType::UInt64 => array.as_primitive::<UInt64Type>().value(row).to_string(),
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).to_string(),
        DataType::Decimal128(_, scale) => {
            let one = 10_i128.checked_pow(u32::try_from(*scale).unwrap_or_default()).unwrap_or(1);
            (array.as_primitive::<Decimal128Type>().value(row) / one).to_string()
        }
        _ => String::new(),
    }
}

/// Writes a text, which may be a number or a time.
fn text(text: &str, into: &mut impl Hasher) {
    let text = text.trim();
    if is_null(text) {
        return into.write_u8(0);
    }
    let is_number = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '.'));
    if let Some(value) = text.parse::<f64>().ok().filter(|value| is_number && value.is_finite()) {
        return number(value, into);
    }
    if let Some(at) = Timestamp::parse(text) {
        return time(at.0, into);
    }
    into.write_u8(3);
    into.write(text.to_lowercase().as_bytes());
    into.write_u8(0xff);
}
