//! One pass over the tag text of a bill row that answers all keys at once.
//!
//! Bills carry tags as the text of a JSON object, some without its braces, some as the word NULL. The scanner never
//! builds a tree: it walks the bytes, hands each pair to the normaliser, and copies text only where it holds escapes.

use crate::{KeyState, Normaliser, apply};
use tagledger_model::Standing;

/// What the scanner made of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scanned {
    /// A tag set, and how many of its tags are the user's own.
    Tags(u32),
    /// No tags: an empty text, `{}`, `null`, the word NULL.
    Nothing,
    /// Not a tag set; the keys read before the break are void, because half a tag set attributes wrongly.
    Malformed,
}

impl Normaliser {
    /// Reads the tag text of a bill row into `states` (one per key). `prefixes` are schemes that bills put before the
    /// user's own keys, such as `user:`; they are taken off.
    pub fn scan(&mut self, text: &str, prefixes: &[&str], states: &mut Vec<KeyState>) -> Scanned {
        self.begin(states);
        let text = text.trim();
        let body = match text.as_bytes() {
            [] | b"NULL" | b"null" | b"{}" | b"Null" => return Scanned::Nothing,
            [b'{', .., b'}'] => &text[1..text.len() - 1],
            [b'"', ..] => text,
            _ => return self.broken(states),
        };
        let mut cursor = Cursor { text: body, bytes: body.as_bytes(), at: 0 };
        let (mut own, mut position, mut key_text, mut value_text) = (0, 0_u32, String::new(), String::new());
        loop {
            cursor.blank();
            if cursor.at == cursor.bytes.len() {
                break;
            }
            let Some(key) = cursor.string(&mut key_text) else { return self.broken(states) };
            cursor.blank();
            if !cursor.eat(b':') {
                return self.broken(states);
            }
            cursor.blank();
            let Some(value) = cursor.value(&mut value_text) else { return self.broken(states) };
            let key = prefixes.iter().find_map(|p| key.strip_prefix(p)).unwrap_or(key);
            own += u32::from(apply(states, position, &self.meaning(key, Some(value))));
            position += 1;
            cursor.blank();
            if !cursor.eat(b',') && cursor.at < cursor.bytes.len() {
                return self.broken(states);
            }
        }
        if position == 0 { Scanned::Nothing } else { Scanned::Tags(own) }
    }

    fn broken(&self, states: &mut Vec<KeyState>) -> Scanned {
        self.begin(states);
        for state in states.iter_mut() {
            state.standing = Standing::Undetermined;
        }
        Scanned::Malformed
    }
}

/// Position of the first `"` or `\`. Tag texts are short, so eight bytes at a time within a register beat a call.
#[inline]
fn quote_or_escape(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
    const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);
    // A byte of the word is zero where its top bit is set in the result, and the lowest such bit is exact.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
    let mut at = 0;
    while let Some(eight) = bytes.get(at..at + 8).and_then(|b| <[u8; 8]>::try_from(b).ok()) {
        let word = u64::from_le_bytes(eight);
        let hits = zeros(word ^ u64::from_ne_bytes([b'"'; 8])) | zeros(word ^ u64::from_ne_bytes([b'\\'; 8]));
        if hits != 0 {
            return Some(at + hits.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    bytes[at..].iter().position(|b| matches!(b, b'"' | b'\\')).map(|n| at + n)
}

struct Cursor<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
}

impl<'t> Cursor<'t> {
    #[inline]
    fn blank(&mut self) {
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }

    #[inline]
    fn eat(&mut self, byte: u8) -> bool {
        let hit = self.bytes.get(self.at) == Some(&byte);
        self.at += usize::from(hit);
        hit
    }

    #[inline]
    /// A quoted string; borrowed from the text unless it holds escapes.
    fn string<'s>(&mut self, buffer: &'s mut String) -> Option<&'s str>
    where
        't: 's,
    {
        if !self.eat(b'"') {
            return None;
        }
        let rest = &self.bytes[self.at..];
        let end = quote_or_escape(rest)?;
        if rest[end] == b'"' {
            let start = self.at;
            self.at += end + 1;
            // Both ends stand beside ASCII quotes, so this is never inside a character.
            return self.text.get(start..start + end);
        }
        let mut close = end;
        while rest.get(close)? != &b'"' {
            close += if rest[close] == b'\\' { 2 } else { 1 };
        }
        let quoted = &self.bytes[self.at - 1..=self.at + close];
        self.at += close + 1;
        *buffer = serde_json::from_slice(quoted).ok()?;
        Some(buffer)
    }

    /// A string, number, boolean or null; a valueless tag is `true` in FOCUS, and a null is an empty value.
    fn value<'s>(&mut self, buffer: &'s mut String) -> Option<&'s str>
    where
        't: 's,
    {
        if self.bytes.get(self.at) == Some(&b'"') {
            return self.string(buffer);
        }
        let rest = &self.bytes[self.at..];
        let end = rest.iter().position(|b| matches!(b, b',') || b.is_ascii_whitespace()).unwrap_or(rest.len());
        self.at += end;
        match &rest[..end] {
            [] => None,
            b"null" => Some(""),
            [b't' | b'f' | b'-' | b'0'..=b'9', ..] => self.text.get(self.at - end..self.at),
            _ => None,
        }
    }
}
