//! Exact decimals, written apart from the program's own, so that both can be wrong only in different ways.

use std::{
    fmt,
    iter::Sum,
    ops::{Add, Sub},
};

/// A number of 10⁻¹⁸.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal(i128);

const DIGITS: usize = 18;

impl Decimal {
    /// Reads `-12.50`; anything else, and more than 18 digits after the point, fails the test.
    pub fn parse(text: &str) -> Self {
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        assert!(!whole.is_empty() && fraction.len() <= DIGITS, "`{text}` is no decimal");
        let units: i128 = format!("{whole}{fraction:0<DIGITS$}").parse().unwrap();
        Self(if negative { -units } else { units })
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = 10_u128.pow(18);
        let (whole, fraction) = (self.0.unsigned_abs() / one, self.0.unsigned_abs() % one);
        let fraction = format!("{fraction:0DIGITS$}");
        let text = format!("{}{whole}.{fraction}", if self.0 < 0 { "-" } else { "" });
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl Add for Decimal {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.checked_add(other.0).unwrap())
    }
}

impl Sub for Decimal {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.checked_sub(other.0).unwrap())
    }
}

impl Sum for Decimal {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    #[test]
    fn text_survives_and_sums_are_exact() {
        for text in ["0", "-0.5", "12.000000000001", "4133.175197494082"] {
            assert_eq!(Decimal::parse(text).to_string(), text);
        }
        assert_eq!(["0.1", "0.2", "-0.30"].into_iter().map(Decimal::parse).sum::<Decimal>(), Decimal::parse("0"));
    }
}
