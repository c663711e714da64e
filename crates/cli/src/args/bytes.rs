//! A number of bytes as people write it.

/// What stands behind a number, and how many bytes that is.
const UNITS: [(&str, u64); 6] = [("GiB", 1 << 30), ("TiB", 1 << 40), ("MiB", 1 << 20), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000), ("", 1)];

/// `107374182400` or `100GiB`.
pub(crate) fn bytes(text: &str) -> Result<u64, String> {
    let refused = || format!("`{text}` is no number of bytes; write 107374182400 or 100GiB");
    let (unit, factor) = UNITS.iter().find(|(unit, _)| text.ends_with(unit)).ok_or_else(refused)?;
    let number: u64 = text.trim_end_matches(unit).trim().parse().map_err(|_| refused())?;
    number.checked_mul(*factor).ok_or_else(refused)
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn bytes_have_units() {
        assert_eq!(bytes("107374182400"), bytes("100GiB"));
        assert_eq!(bytes("2 TB"), Ok(2_000_000_000_000));
        assert!(bytes("lots").is_err() && bytes("-1").is_err() && bytes("99999999999TiB").is_err() && bytes("").is_err());
    }
}
