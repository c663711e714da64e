//! The label encoding: how a value that a cloud's labels cannot hold is written so that it can be read back.
//!
//! Labels hold lower-case letters (of any script), digits, `_` and `-`, at most 63 characters. Every other byte of the
//! UTF-8 text becomes `__` and two lower-case hexadecimal digits: `jane.doe@example.com` is written
//! `jane__2edoe__40example__2ecom`. A literal `__` that is followed by two such digits would look encoded, so its first
//! underscore is written `__5f`. What does not fit is cut and ends in `__h` and eight digits of a hash; it cannot be
//! read back and matches only by comparing encodings.

use std::fmt::Write;

/// The longest label.
const MAX_CHARS: usize = 63;

/// True for what a label can hold as it is.
fn is_plain(c: char) -> bool {
    matches!(c, 'a'..='z' | '0'..='9' | '_' | '-') || (!c.is_ascii() && c.is_alphabetic() && !c.is_uppercase())
}

/// The byte that `__xx` at the start of `text` stands for.
fn escape(text: &[u8]) -> Option<u8> {
    let [b'_', b'_', high, low, ..] = *text else { return None };
    Some(hex_digit(high)? * 16 + hex_digit(low)?)
}

fn hex_digit(b: u8) -> Option<u8> {
    match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'a'..=b'f' => Some(b - b'a' + 10),
        _ => None,
    }
}

/// A value as labels hold it. Reversible by [`decode_label`] for every value whose encoding fits 63 characters.
pub fn encode_label(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 8);
    for (at, c) in value.char_indices() {
        let looks_encoded = c == '_' && escape(&value.as_bytes()[at..]).is_some();
        if is_plain(c) && !looks_encoded {
            out.push(c);
        } else {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                // Writing to a string cannot fail.
                let _written = write!(out, "__{byte:02x}");
            }
        }
    }
    if out.chars().count() <= MAX_CHARS {
        return out;
    }
    // FNV-1a: stable over releases and short; it tells values apart, it guards nothing.
    let hash = value.bytes().fold(0x811c_9dc5_u32, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193));
    let kept: String = out.chars().take(MAX_CHARS - 11).collect();
    format!("{kept}__h{hash:08x}")
}

/// The value that a label stands for. Text that is no encoding, or no UTF-8 once decoded, is returned as it is.
pub fn decode_label(label: &str) -> std::borrow::Cow<'_, str> {
    if !label.contains("__") {
        return label.into();
    }
    let (bytes, mut out, mut at, mut changed) = (label.as_bytes(), Vec::with_capacity(label.len()), 0, false);
    while at < bytes.len() {
        if let Some(byte) = escape(&bytes[at..]) {
            out.push(byte);
            at += 4;
            changed = true;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    match String::from_utf8(out) {
        Ok(text) if changed => text.into(),
        _ => label.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_and_cost_centres_survive() {
        assert_eq!(encode_label("jane.doe@example.com"), "jane__2edoe__40example__2ecom");
        assert_eq!(decode_label("jane__2edoe__40example__2ecom"), "jane.doe@example.com");
        assert_eq!(encode_label("a__2e"), "a__5f_2e");
        assert_eq!(decode_label("batch_20"), "batch_20");
        let long = encode_label(&"X".repeat(40));
        assert_eq!(long.chars().count(), 63);
        assert_ne!(long, encode_label(&format!("{}Y", "X".repeat(39))));
    }

    proptest! {
        #[test]
        fn decode_undoes_encode(value in "[a-z0-9_.@ A-Zéß漢-]{0,24}|[_0-9a-f]{0,40}") {
            let label = encode_label(&value);
            prop_assume!(!label.contains("__h"));
            prop_assert!(label.chars().all(is_plain), "{}", label);
            prop_assert_eq!(decode_label(&label), value);
        }

        #[test]
        fn decoding_never_panics(label in ".{0,80}") {
            let _value = decode_label(&label);
        }
    }
}
