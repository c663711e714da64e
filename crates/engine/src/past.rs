//! What earlier runs knew: since when a finding stands, and whether its place was looked at before without it.

use rustc_hash::{FxHashMap, FxHashSet};
use std::hash::{Hash, Hasher};
use tagledger_model::{Text, Timestamp};

/// When a finding was first seen, and what that says of its age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FirstSeen {
    /// The moment of the first run that had it.
    pub at: Timestamp,
    /// An earlier run had seen its resource, or its place whole, and not it: it is as young as that moment says. Otherwise it may be older.
    pub is_new: bool,
}

/// The findings and the places that earlier runs knew.
#[derive(Debug, Default)]
pub struct Past {
    findings: FxHashMap<u64, FirstSeen>,
    whole: FxHashSet<(Text, Text)>,
    resources: FxHashSet<u64>,
}

/// A number that stands for a resource, by its cloud and its id as it is shown.
pub fn resource_number(cloud: &str, id: &str) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    (cloud, id).hash(&mut hasher);
    hasher.finish()
}

impl Past {
    /// Notes a finding of an earlier run by the number of its fingerprint.
    pub fn finding(&mut self, fingerprint: u64, seen: FirstSeen) {
        self.findings.insert(fingerprint, seen);
    }

    /// Notes that an earlier run saw a scope whole.
    pub fn whole(&mut self, cloud: &str, scope: &str) {
        self.whole.insert((Text::new(cloud), Text::new(scope)));
    }

    /// Notes that an earlier run saw these resources, by their numbers.
    pub fn resources(&mut self, numbers: impl Iterator<Item = u64>) {
        self.resources.extend(numbers);
    }

    /// When a finding of this moment, about something of that id in a scope of a cloud, was first seen.
    pub(crate) fn first_seen(&self, fingerprint: u64, (cloud, scope, id): (&str, &str, &str), now: Timestamp) -> FirstSeen {
        // A finding cannot have been seen after now, whatever a clock said.
        let before = self.findings.get(&fingerprint).map(|seen| FirstSeen { at: seen.at.min(now), ..*seen });
        let had_looked = || self.whole.contains(&(Text::new(cloud), Text::new(scope))) || self.resources.contains(&resource_number(cloud, id));
        before.unwrap_or_else(|| FirstSeen { at: now, is_new: had_looked() })
    }
}
