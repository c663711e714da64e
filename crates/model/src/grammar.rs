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
    /// True where tags can also be objects of their own that are bound to a resource, or to something above it; see [`Binding`].
    pub bindings: bool,
    /// How a tag of a resource gets onto the bill.
    pub onto_bill: OntoBill,
}

/// How tags of resources get onto a cloud's bill, in its own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OntoBill {
    /// Of a key that is on resources and on no row of the bill: what that means or asks for, in a few words.
    pub in_short: &'static str,
    /// What to do about it and what to know of it, in a sentence without its full stop.
    pub mend: &'static str,
    /// The command that does it, and what stands behind it for each spelling of the key, with `{key}` in its place; none where no command does it.
    pub command: Option<(&'static str, &'static str)>,
}

/// A tag that is an object of its own, bound to a resource. Among the tags of a resource its key is written `bound:namespace/name`, or
/// `inherited:namespace/name` where it is bound to something above: keys of the other sort of tags do not begin so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding<'a> {
    /// Who defined the key.
    pub namespace: &'a str,
    /// The key's own name.
    pub name: &'a str,
    /// Bound to something above the resource.
    pub inherited: bool,
}

/// What a key begins with that is bound to the resource, or to something above it.
const BOUND: &str = "bound:";
const INHERITED: &str = "inherited:";

impl std::fmt::Display for Binding<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}/{}", if self.inherited { INHERITED } else { BOUND }, self.namespace, self.name)
    }
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
        bindings: false,
        onto_bill: OntoBill {
            in_short: "look up how tags get onto this bill",
            mend: "Look up how tags of resources get onto this bill, and since when",
            command: None,
        },
    };

    /// True for a key that the platform wrote.
    pub fn is_reserved(&self, key: &str) -> bool {
        let starts = |p: &&str| key.len() >= p.len() && key.is_char_boundary(p.len()) && key[..p.len()].eq_ignore_ascii_case(p);
        self.reserved.iter().any(starts) || self.vendor_keys.iter().any(|k| key.eq_ignore_ascii_case(k))
    }

    /// The binding that a key stands for; none for a key of the other sort, and in a cloud that has but one.
    pub fn binding<'a>(&self, key: &'a str) -> Option<Binding<'a>> {
        if !self.bindings {
            return None;
        }
        let above = key.strip_prefix(INHERITED);
        let (namespace, name) = above.or_else(|| key.strip_prefix(BOUND))?.split_once('/')?;
        Some(Binding { namespace, name, inherited: above.is_some() })
    }
}
