//! Exact money: 128-bit integers in units of 10⁻¹². No floating point carries a cost.

use crate::Text;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// Digits after the point.
const SCALE: u32 = 12;
const UNIT: i128 = 10_i128.pow(SCALE);
/// The largest single amount, 10¹⁸ of a currency: a hundred million of them still add up within 128 bits.
const LIMIT: i128 = 10_i128.pow(30);

/// An amount of some currency, in units of 10⁻¹².
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Amount(pub i128);

/// Whether an amount had to be rounded on entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounded {
    /// The source's digits all fit.
    Exact,
    /// The source had more than 12 digits after the point; rounded half to even.
    Rounded,
}

/// Text that is no amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no decimal number of at most 10^18 with a point before its fraction and nothing between thousands")]
pub struct AmountError(pub String);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Reads a decimal such as `-12.5`, `0.00000080000` or `1.5E-7`, rounding half to even at the 12th digit.
    pub fn parse(text: &str) -> Result<(Self, Rounded), AmountError> {
        let error = || AmountError(text.chars().take(40).collect());
        let bytes = text.trim().as_bytes();
        let (negative, digits) = match bytes {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] | rest => (false, rest),
        };
        let (mantissa, exponent) = match digits.iter().position(|b| matches!(b, b'e' | b'E')) {
            Some(at) => {
                let exponent: i16 = std::str::from_utf8(&digits[at + 1..]).ok().and_then(|e| e.parse().ok()).ok_or_else(error)?;
                (&digits[..at], i32::from(exponent))
            }
            None => (digits, 0),
        };
        let (mut value, mut places, mut seen, mut point) = (0_i128, 0_i32, false, false);
        let (mut cut_digit, mut cut_rest) = (None, false);
        for &b in mantissa {
            match b {
                b'.' if !point => point = true,
                b'0'..=b'9' => {
                    seen = true;
                    // 30 digits are kept exactly; what lies beyond can only matter for rounding.
                    if value < 10_i128.pow(30) {
                        value = value * 10 + i128::from(b - b'0');
                        places += i32::from(point);
                    } else if !point {
                        return Err(error());
                    } else if cut_digit.is_none() {
                        cut_digit = Some(b - b'0');
                    } else {
                        cut_rest |= b != b'0';
                    }
                }
                _ => return Err(error()),
            }
        }
        if !seen {
            return Err(error());
        }
        let shift = SCALE.cast_signed() - places + exponent;
        let beyond = cut_digit.is_some_and(|d| d != 0) || cut_rest;
        let (scaled, rounded) = if value == 0 {
            (0, beyond)
        } else if shift >= 0 {
            let factor = u32::try_from(shift).ok().filter(|s| *s <= 38).map(|s| 10_i128.pow(s));
            (factor.and_then(|f| value.checked_mul(f)).ok_or_else(error)?, beyond)
        } else if shift < -38 {
            (0, true)
        } else {
            let divisor = 10_i128.pow(shift.unsigned_abs());
            let (quotient, rest) = (value / divisor, value % divisor);
            let up = match (rest * 2).cmp(&divisor) {
                std::cmp::Ordering::Greater => true,
                std::cmp::Ordering::Equal => beyond || quotient % 2 == 1,
                std::cmp::Ordering::Less => false,
            };
            (quotient + i128::from(up), rest != 0 || beyond)
        };
        if scaled > LIMIT {
            return Err(error());
        }
        let value = if negative { -scaled } else { scaled };
        Ok((Self(value), if rounded { Rounded::Rounded } else { Rounded::Exact }))
    }

    /// Reads a sum as it is shown, of any size that a sum can have.
    pub fn of_sum(text: &str) -> Result<Self, AmountError> {
        let whole = || {
            let digits = text.strip_prefix('-').unwrap_or(text);
            let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
            let is_number = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
            if whole.is_empty() || fraction.len() > SCALE as usize || !is_number(whole) || !is_number(fraction) {
                return None;
            }
            let units = whole.parse::<i128>().ok()?.checked_mul(UNIT)?;
            let units = units.checked_add(format!("{fraction:0<width$}", width = SCALE as usize).parse().ok()?)?;
            Some(Self(if text.starts_with('-') { -units } else { units }))
        };
        whole().ok_or_else(|| AmountError(text.chars().take(40).collect()))
    }

    /// The same for what costs mostly are, between 2⁻³⁸ and 2²⁶: one multiplication and one shift of two words.
    #[inline]
    fn of_ordinary(value: f64) -> Option<(Self, Rounded)> {
        const UNITS: u64 = 1_000_000_000_000;
        let bits = value.to_bits();
        let shift = 1075_u64.wrapping_sub(bits >> 52 & 0x7ff);
        if !(27..=90).contains(&shift) {
            return None;
        }
        let scaled = u128::from(bits & ((1 << 52) - 1) | 1 << 52) * u128::from(UNITS);
        let (quotient, rest) = (scaled >> shift, scaled & ((1 << shift) - 1));
        let half = 1_u128 << (shift - 1);
        let up = u64::from(rest > half) | u64::from(rest == half) & u64::try_from(quotient & 1).unwrap_or(0);
        let magnitude = i128::try_from(quotient).ok()? + i128::from(up);
        Some((Self(if value < 0.0 { -magnitude } else { magnitude }), if rest == 0 { Rounded::Exact } else { Rounded::Rounded }))
    }

    /// The exact value of a binary double, rounded half to even at the 12th digit. None for NaN, infinities and what does not fit.
    #[inline]
    pub fn from_f64(value: f64) -> Option<(Self, Rounded)> {
        if !value.is_finite() {
            return None;
        }
        if let Some(known) = Self::of_ordinary(value) {
            return Some(known);
        }
        let bits = value.to_bits();
        let exponent = i32::try_from((bits >> 52) & 0x7ff).ok()?;
        let fraction = i128::from(bits & ((1 << 52) - 1));
        let (mantissa, exponent) = if exponent == 0 { (fraction, -1074) } else { (fraction | (1 << 52), exponent - 1075) };
        let scaled = mantissa * UNIT;
        let (magnitude, rounded) = if exponent >= 0 {
            let factor = 1_i128.checked_shl(exponent.unsigned_abs()).filter(|f| *f > 0)?;
            (scaled.checked_mul(factor)?, false)
        } else if exponent < -126 {
            (0, scaled != 0)
        } else {
            let shift = exponent.unsigned_abs();
            let (quotient, rest, half) = (scaled >> shift, scaled & ((1 << shift) - 1), 1_i128 << (shift - 1));
            let up = rest > half || (rest == half && quotient & 1 == 1);
            (quotient + i128::from(up), rest != 0)
        };
        if magnitude > LIMIT {
            return None;
        }
        let signed = if value.is_sign_negative() { -magnitude } else { magnitude };
        Some((Self(signed), if rounded { Rounded::Rounded } else { Rounded::Exact }))
    }

    /// An integer of `scale` digits after the point, rounded half to even where it has more than 12. None when it does not fit.
    pub fn from_scaled(value: i128, scale: i32) -> Option<(Self, Rounded)> {
        let shift = SCALE.cast_signed() - scale;
        if shift >= 0 {
            let factor = 10_i128.checked_pow(shift.unsigned_abs())?;
            return value.checked_mul(factor).filter(|v| v.abs() <= LIMIT).map(|v| (Self(v), Rounded::Exact));
        }
        let divisor = 10_i128.checked_pow(shift.unsigned_abs())?;
        let (quotient, rest) = (value.div_euclid(divisor), value.rem_euclid(divisor));
        let up = rest > divisor / 2 || (rest == divisor / 2 && quotient.rem_euclid(2) == 1);
        let rounded = if rest == 0 { Rounded::Exact } else { Rounded::Rounded };
        Some((Self(quotient + i128::from(up)), rounded)).filter(|(a, _)| a.0.abs() <= LIMIT)
    }

    /// As many units of another currency as a rate says, rounded half to even at the 12th digit. None when it does not fit.
    pub fn times(self, rate: Self) -> Option<Self> {
        let (whole, part) = (self.0.div_euclid(UNIT), self.0.rem_euclid(UNIT).checked_mul(rate.0)?);
        let (quotient, rest) = (part.div_euclid(UNIT), part.rem_euclid(UNIT));
        let below = whole.checked_mul(rate.0)?.checked_add(quotient)?;
        let up = rest * 2 > UNIT || (rest * 2 == UNIT && below.rem_euclid(2) == 1);
        Some(Self(below + i128::from(up))).filter(|product| product.0.abs() <= LIMIT)
    }

    /// The same part of it that one amount is of another, rounded half to even at the 12th digit. None when it does not fit, or the other is nothing.
    pub fn share(self, part: Self, whole: Self) -> Option<Self> {
        let [amount, of, total] = [self, part, whole].map(|one| one.0.unsigned_abs());
        let times = of.checked_div(total)?;
        let (quotient, rest) = portion(amount, of % total, total);
        let quotient = amount.checked_mul(times)?.checked_add(quotient)?;
        let up = rest > total - rest || (rest == total - rest && quotient % 2 == 1);
        let size = i128::try_from(quotient).ok()? + i128::from(up);
        let is_negative = [self, part, whole].iter().filter(|one| one.0 < 0).count() % 2 == 1;
        Some(Self(if is_negative { -size } else { size })).filter(|share| share.0.abs() <= LIMIT)
    }

    /// Hundredths of the currency, rounded half to even, for people.
    pub fn cents(self) -> i128 {
        let unit = UNIT / 100;
        let (quotient, rest) = (self.0.div_euclid(unit), self.0.rem_euclid(unit));
        let up = rest * 2 > unit || (rest * 2 == unit && quotient.rem_euclid(2) == 1);
        quotient + i128::from(up)
    }

    /// With two digits and a blank between thousands' groups left out: `-1234.50`.
    pub fn to_cents(self) -> String {
        let cents = self.cents();
        let sign = if cents < 0 { "-" } else { "" };
        format!("{sign}{}.{:02}", cents.unsigned_abs() / 100, cents.unsigned_abs() % 100)
    }

    /// With two digits and commas between groups of three: `1,234.50`.
    pub fn grouped(self) -> String {
        let plain = self.to_cents();
        let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |d| ("-", d));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "00"));
        let mut out = String::with_capacity(plain.len() + 8);
        for (i, c) in whole.chars().enumerate() {
            if i > 0 && (whole.len() - i) % 3 == 0 {
                out.push(',');
            }
            out.push(c);
        }
        format!("{sign}{out}.{fraction}")
    }
}

impl std::fmt::Display for Amount {
    /// All digits that carry something, and at least two.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, fraction) = (self.0.unsigned_abs() / UNIT.unsigned_abs(), self.0.unsigned_abs() % UNIT.unsigned_abs());
        let digits = format!("{fraction:012}");
        let kept = digits.trim_end_matches('0').len().max(2);
        write!(f, "{sign}{whole}.{}", &digits[..kept])
    }
}

impl std::ops::Add for Amount {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl std::ops::Sub for Amount {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl std::ops::AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl std::iter::Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, |a, b| a + b)
    }
}

impl Serialize for Amount {
    /// As text, so that no reader makes a double of it.
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        Self::parse(&text).map(|(a, _)| a).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Amount {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Amount".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": r"^-?[0-9]+\.[0-9]{2,12}$" })
    }
}

/// An amount with its currency. Two currencies are never added.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Money {
    /// ISO 4217 code as the bill spells it.
    #[schemars(with = "String")]
    pub currency: Text,
    /// How much.
    pub amount: Amount,
}

impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.amount.grouped(), self.currency)
    }
}

/// `size` × `part` ÷ `total` and what is left over; `part` is no more than `total`, which is not zero. The product may have twice as many digits as a number holds.
#[must_use]
pub fn portion(size: u128, part: u128, total: u128) -> (u128, u128) {
    if let Some(product) = size.checked_mul(part) {
        return (product / total, product % total);
    }
    // Binary digits of the size, the highest first: twice what there is, and the part once more where the digit is set.
    let (mut share, mut rest) = (0_u128, 0_u128);
    for digit in (0..u128::BITS).rev() {
        share <<= 1;
        for more in [rest, if size >> digit & 1 == 1 { part } else { 0 }] {
            // The sum of two that are no more than the total is less than twice the total, which need not fit.
            if more >= total - rest {
                rest = more - (total - rest);
                share += 1;
            } else {
                rest += more;
            }
        }
    }
    (share, rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> String {
        Amount::parse(text).map_or_else(|e| e.to_string(), |(a, r)| format!("{a}{}", if r == Rounded::Rounded { "~" } else { "" }))
    }

    #[test]
    fn decimals_read_exactly() {
        assert_eq!(read("0.00000080000"), "0.0000008");
        assert_eq!(read("-12.5"), "-12.50");
        assert_eq!(read("1.5E-7"), "0.00000015");
        assert_eq!(read(".5"), "0.50");
        assert_eq!(read("0.0000000000005"), "0.00~");
        assert_eq!(read("0.0000000000015"), "0.000000000002~");
        assert_eq!(read("0.00000000000050000000000000000000001"), "0.000000000001~");
        assert_eq!(read("1e3"), "1000.00");
    }

    #[test]
    fn what_is_no_decimal_is_refused() {
        for text in [
            "",
            "-",
            ".",
            "1,5",
            "NULL",
            "0x1",
            "1.2.3",
            "1e",
            "--1",
            "9999999999999999999999999999999999999999",
            "99999999999999999999999999",
            "1e2147483647",
            "-1e19",
        ] {
            assert!(Amount::parse(text).is_err(), "{text}");
        }
        assert_eq!(Amount::from_f64(f64::NAN), None);
        assert_eq!(Amount::from_f64(1e300), None);
    }

    #[test]
    fn people_see_cents() {
        assert_eq!(Amount::parse("1234567.895").unwrap().0.grouped(), "1,234,567.90");
        assert_eq!(Amount::parse("-0.005").unwrap().0.to_cents(), "0.00");
        assert_eq!(Amount::parse("-999.999").unwrap().0.grouped(), "-1,000.00");
    }

    #[test]
    fn a_rate_is_rounded_half_to_even_once() {
        let times = |a: &str, b: &str| Amount::parse(a).unwrap().0.times(Amount::parse(b).unwrap().0).map(|product| product.to_string());
        assert_eq!(times("-2.5", "0.92").as_deref(), Some("-2.30"));
        assert_eq!(times("0.000000000001", "0.5").as_deref(), Some("0.00"));
        assert_eq!(times("0.000000000003", "0.5").as_deref(), Some("0.000000000002"));
        assert_eq!(times("-0.000000000003", "0.5").as_deref(), Some("-0.000000000002"));
        assert_eq!(times("123456789012.345678901234", "1.000000000001").as_deref(), Some("123456789012.469135690246"));
        assert_eq!(times("999999999999999999", "2"), None, "more than an amount holds");
    }

    proptest! {
        #[test]
        fn printing_and_reading_is_the_identity(units in -(10_i128.pow(30))..10_i128.pow(30)) {
            prop_assert_eq!(Amount::parse(&Amount(units).to_string()), Ok((Amount(units), Rounded::Exact)));
        }

        #[test]
        fn a_double_reads_as_its_own_exact_digits(value in -1e9_f64..1e9) {
            // Rust prints every digit of a double when asked for enough of them.
            let text = format!("{value:.80}");
            prop_assert_eq!(Amount::from_f64(value).map(|a| a.0), Amount::parse(&text).ok().map(|a| a.0));
        }
    }
}
