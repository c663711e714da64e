//! Money as whole units of 10^-12, and its decimal text.

/// Units of 10^-12 of a currency.
pub type Units = i128;

/// One unit of a currency.
pub const ONE: Units = 1_000_000_000_000;

/// The exact decimal text without trailing zeros: `-0.5`, `12`, `0.000000000001`.
pub fn text(units: Units) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let size = units.unsigned_abs();
    let one = ONE.unsigned_abs();
    let (whole, fraction) = (size / one, size % one);
    if fraction == 0 {
        return format!("{sign}{whole}");
    }
    let digits = format!("{fraction:012}");
    format!("{sign}{whole}.{}", digits.trim_end_matches('0'))
}

/// Cuts to so many decimals, towards zero.
pub fn cut(units: Units, decimals: u32) -> Units {
    let step = 10_i128.pow(12_u32.saturating_sub(decimals));
    units / step * step
}

/// The share of an amount in millionths.
pub fn share(units: Units, millionths: u64) -> Units {
    units * i128::from(millionths) / 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_exact() {
        assert_eq!(text(0), "0");
        assert_eq!(text(-ONE / 2), "-0.5");
        assert_eq!(text(12 * ONE), "12");
        assert_eq!(text(1), "0.000000000001");
        assert_eq!(text(-3 * ONE - 10), "-3.00000000001");
        assert_eq!(cut(-1_234_567, 9), -1_234_000);
        assert_eq!(share(ONE, 250_000), ONE / 4);
    }
}
