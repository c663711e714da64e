//! What a cloud's tags may look like. Plain data, so that shared code never branches on a cloud.

/// How a cloud compares two keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyCase {
    /// `Env` and `env` are two tags.
    Exact,
    /// `Env` and `env` are one tag, and the first spelling is kept.
    Ignored,
    /// Only lower case exists.
    Lower,
}

/// The grammar of one cloud's tags.
#[derive(Debug, Clone, Copy)]
pub struct TagGrammar {
    /// "tag" or "label".
    pub noun: &'static str,
    /// Longest key, in characters.
    pub key_max: usize,
    /// Longest value, in characters.
    pub value_max: usize,
    /// Most tags on one resource.
    pub per_resource: usize,
    /// How keys compare.
    pub key_case: KeyCase,
    /// Characters other than letters and digits that keys and values may hold everywhere in this cloud.
    pub punctuation: &'static str,
    /// True when values hold lower-case letters, digits, `_` and `-` only, so that anything else is written in the
    /// label encoding of the taxonomy.
    pub encoded: bool,
    /// Keys that begin so belong to the platform, never to the user: not judged, not counted. Compared without case.
    pub reserved: &'static [&'static str],
    /// Whole keys that belong to the platform. Compared without case.
    pub vendor_keys: &'static [&'static str],
}

impl TagGrammar {
    /// The grammar of a generic inventory: nothing is forbidden, nothing is reserved.
    pub const ANY: Self = Self {
        noun: "tag",
        key_max: 512,
        value_max: 1024,
        per_resource: 1024,
        key_case: KeyCase::Exact,
        punctuation: " _.:/=+-@",
        encoded: false,
        reserved: &[],
        vendor_keys: &[],
    };

    /// True for a key that the platform wrote.
    pub fn is_reserved(&self, key: &str) -> bool {
        let starts = |p: &&str| key.len() >= p.len() && key.is_char_boundary(p.len()) && key[..p.len()].eq_ignore_ascii_case(p);
        self.reserved.iter().any(starts) || self.vendor_keys.iter().any(|k| key.eq_ignore_ascii_case(k))
    }
}
