//! Counts, amounts and nouns as people read them.

use crate::MoneyRow;
use std::io;
use tagledger_model::Amount;

/// With commas between groups of three: `12,345`.
pub fn grouped(count: u64) -> String {
    group(&count.to_string())
}

/// Digits with commas between groups of three.
fn group(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// `1 scope`, `2 scopes`: for nouns that take an s.
pub fn plural(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// Reads an amount of the document. Another text than a decimal is a mistake of ours, and is said rather than taken for nothing.
pub(crate) fn amount(text: &str) -> io::Result<Amount> {
    Amount::of_sum(text).map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e))
}

/// Every digit, with commas in the whole part: `1,234.5678`. What is compared must not be rounded.
pub fn exact(amount: Amount) -> String {
    let text = amount.to_string();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |d| ("-", d));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "00"));
    format!("{sign}{}.{fraction}", group(whole))
}

/// `1,234.50 USD + 3.00 EUR`: currencies stand side by side and are never added. A dash when there is nothing.
pub(crate) fn money(rows: &[MoneyRow]) -> io::Result<String> {
    let sums = rows.iter().map(|r| Ok((amount(&r.amount)?, r.currency.as_str()))).collect::<io::Result<Vec<_>>>()?;
    Ok(money_parts(&sums).join(" "))
}

/// `1,234.50 USD`, `+ 3.00 EUR`, `− 7.00 CHF`: a part for each currency, all but the first with their sign. A dash when there is nothing.
pub(crate) fn money_parts(sums: &[(Amount, &str)]) -> Vec<String> {
    let part = |(at, (amount, currency)): (usize, &(Amount, &str))| {
        let text = amount.grouped();
        match text.strip_prefix('-') {
            _ if at == 0 => format!("{text} {currency}"),
            Some(size) => format!("− {size} {currency}"),
            None => format!("+ {text} {currency}"),
        }
    };
    if sums.is_empty() { vec!["–".to_owned()] } else { sums.iter().enumerate().map(part).collect() }
}

/// The whole number nearest to a quotient, a half away from nought.
fn rounded(part: i128, whole: i128) -> i128 {
    let (size, of) = (part.saturating_abs(), whole.saturating_abs().max(1));
    let quotient = size.saturating_mul(2).saturating_add(of) / of.saturating_mul(2);
    if (part < 0) == (whole < 0) { quotient } else { -quotient }
}

/// An amount without what comes after the point, rounded: `1,235`.
pub(crate) fn whole(amount: Amount) -> String {
    /// An amount counts 10⁻¹².
    const UNIT: i128 = 10_i128.pow(12);
    let units = rounded(amount.0, UNIT);
    format!("{}{}", if units < 0 { "-" } else { "" }, group(&units.unsigned_abs().to_string()))
}

/// What a part is of a whole whose parts stand side by side, in tenths of a percent, rounded so that they come to all of it as nearly as they can. A part may be
/// less than nothing, and one beside it more than all; none where the whole is nothing or less.
pub(crate) fn share_of_parts(part: i128, whole: i128) -> Option<i128> {
    (whole > 0).then(|| rounded(part.saturating_mul(1000), whole))
}

/// Tenths of a percent as `78.3 %`.
pub(crate) fn percent(tenths: i128) -> String {
    format!("{}{}.{} %", if tenths < 0 { "-" } else { "" }, tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10)
}

/// Share of a whole in tenths of a percent, rounded down so that 100 % means all. None where credits make shares meaningless.
pub(crate) fn share(part: i128, whole: i128) -> Option<i128> {
    // 10³ more than the amounts of 10³⁰ that are read still fits.
    (whole > 0 && part >= 0).then(|| part.saturating_mul(1000) / whole)
}

/// Share of spend that has a value, in tenths of a percent, of what has one and all of it. Where credits make one of the two sides less than nothing, each side counts by
/// its size, so that a share is never more than all; none where there is nothing.
pub(crate) fn share_of_spend(attributed: i128, total: i128) -> Option<i128> {
    let open = total.saturating_sub(attributed);
    share(attributed.saturating_abs(), attributed.saturating_abs().saturating_add(open.saturating_abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_nothing_is_rounded() {
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(plural(1, "scope"), "1 scope");
        assert_eq!(plural(1200, "scope"), "1,200 scopes");
        assert_eq!(exact(Amount(-1_234_567_000_000_000_001)), "-1,234,567.000000000001");
        assert_eq!(exact(Amount(0)), "0.00");
    }

    #[test]
    fn what_is_rounded_is_rounded_half_away_from_nought() {
        assert_eq!([rounded(5, 10), rounded(-5, 10), rounded(4, 10), rounded(-14, 10), rounded(15, -10)], [1, -1, 0, -1, -2]);
        assert_eq!([1_234_500_000_000_000, -499_999_999_999, -286_410_000_000_000].map(|units| whole(Amount(units))), ["1,235", "0", "-286"]);
        assert_eq!([share_of_parts(2, 3), share_of_parts(1, 3), share_of_parts(-1, 2), share_of_parts(1, 0)], [Some(667), Some(333), Some(-500), None]);
    }

    #[test]
    fn currencies_stand_side_by_side_with_their_signs() {
        let sums = [(Amount(-5_000_000_000_000), "EUR"), (Amount(-71_510_000_000_000), "USD"), (Amount(3_000_000_000_000), "CHF")];
        assert_eq!(money_parts(&sums), ["-5.00 EUR", "− 71.51 USD", "+ 3.00 CHF"]);
        assert_eq!(money_parts(&[]), ["–"]);
    }

    #[test]
    fn a_share_is_all_only_when_it_is_all() {
        assert_eq!(share(999_999, 1_000_000).map(percent).as_deref(), Some("99.9 %"));
        assert_eq!(share(5, 5).map(percent).as_deref(), Some("100.0 %"));
        assert_eq!(share(5, 0), None);
        assert_eq!(share(-5, 10), None);
        assert_eq!([share_of_spend(75, 100), share_of_spend(100, 100), share_of_spend(0, 100), share_of_spend(0, 0)], [Some(750), Some(1000), Some(0), None]);
        // Credits that nobody owns, credits of somebody, and a month that gives money back.
        assert_eq!([share_of_spend(100, 75), share_of_spend(-5, 10), share_of_spend(-75, -100)], [Some(800), Some(250), Some(750)]);
    }
}
