//! Of which resources a key is asked.

use crate::{KeyId, Requirement, Taxonomy};
use wildmatch::WildMatch;

impl Taxonomy {
    /// Whether a key is asked of resources of a kind, by the cloud's own name of the kind and, where it has one, the shared one.
    pub fn asks(&self, key: KeyId, cloud: &str, native: &str, shared: Option<&str>) -> bool {
        let names = |r: &&Requirement| {
            let kind_hit = |p: &String| {
                let pattern = WildMatch::new_case_insensitive(p);
                pattern.matches(native) || shared.is_some_and(|s| pattern.matches(s))
            };
            (r.clouds.is_empty() || r.clouds.iter().any(|c| c == cloud)) && (r.kinds.is_empty() || r.kinds.iter().any(kind_hit))
        };
        let entries = || self.requirements.iter().filter(|r| r.key == key);
        let exempt = entries().filter(|r| !r.required).any(|r| names(&r));
        let mut asking = entries().filter(|r| r.required).peekable();
        // Without an entry that asks, the key is asked for everywhere; with one, only where an entry names it.
        self.keys[key.index()].required && !exempt && (asking.peek().is_none() || asking.any(|r| names(&r)))
    }
}
