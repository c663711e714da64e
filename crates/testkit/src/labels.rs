//! Tagledger's encoding of values that Google labels cannot hold, written here a second time so that the program's own is held against it.

use std::fmt::Write as _;

/// Bytes outside `[a-z0-9_-]` become `__` and two lower-case hex digits; lower-case international letters stay; a literal `__` before two hex digits has
/// its first underscore written as `__5f`.
///
/// International letters with an upper case are encoded when they are in upper case; letters of scripts without case stay.
pub fn encode(value: &str) -> String {
    let hex = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(b));
    let bytes = value.as_bytes();
    let mut out = String::with_capacity(value.len());
    for (at, c) in value.char_indices() {
        let looks_encoded = c == '_' && bytes.get(at + 1) == Some(&b'_') && hex(bytes.get(at + 2)) && hex(bytes.get(at + 3));
        let plain = c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-') || (!c.is_ascii() && c.is_alphabetic() && !c.is_uppercase());
        if plain && !looks_encoded {
            out.push(c);
        } else {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                let _infallible = write!(out, "__{byte:02x}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn known_encodings() {
        assert_eq!(encode("jane.doe@example.com"), "jane__2edoe__40example__2ecom");
        assert_eq!(encode("CC-1001"), "__43__43-1001");
        assert_eq!(encode("data-lake"), "data-lake");
        assert_eq!(encode("a__2eb"), "a__5f_2eb");
        assert_eq!(encode("a__zz"), "a__zz");
        assert_eq!(encode("größe"), "größe");
    }
}
