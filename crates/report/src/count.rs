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
    let parts = rows.iter().map(|r| Ok(format!("{} {}", amount(&r.amount)?.grouped(), r.currency))).collect::<io::Result<Vec<String>>>()?;
    Ok(if parts.is_empty() { "–".to_owned() } else { parts.join(" + ") })
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
