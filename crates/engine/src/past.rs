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
    /// By cloud, scope and Region; no Region stands for the scope as a whole.
    whole: FxHashSet<(Text, Text, Option<Text>)>,
    ran: FxHashSet<Text>,
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

    /// Notes that an earlier run saw a scope whole, or a scope in a Region.
    pub fn whole(&mut self, cloud: &str, scope: &str, region: Option<&str>) {
        self.whole.insert((Text::new(cloud), Text::new(scope), region.map(Text::new)));
    }

    /// Notes that an earlier run ran a check, by the rule and the key: `rule key`, or `rule -`.
    pub fn ran(&mut self, check: &str) {
        self.ran.insert(Text::new(check));
    }

    /// Notes that an earlier run saw these resources, by their numbers.
    pub fn resources(&mut self, numbers: impl Iterator<Item = u64>) {
        self.resources.extend(numbers);
    }

    /// When a finding of this moment was first seen.
    pub(crate) fn first_seen(&self, fingerprint: u64, of: &Asked<'_>, now: Timestamp) -> FirstSeen {
        // A finding cannot have been seen after now, whatever a clock said.
        let before = self.findings.get(&fingerprint).map(|seen| FirstSeen { at: seen.at.min(now), ..*seen });
        before.unwrap_or_else(|| FirstSeen { at: now, is_new: self.ran.contains(of.check) && self.had_looked(of) })
    }

    fn had_looked(&self, of: &Asked<'_>) -> bool {
        let place = |region: Option<&str>| (Text::new(of.cloud), Text::new(of.scope), region.map(Text::new));
        self.resources.contains(&resource_number(of.cloud, of.id)) || self.whole.contains(&place(of.region)) || self.whole.contains(&place(None))
    }
}

/// What is asked about a finding.
pub(crate) struct Asked<'a> {
    pub cloud: &'a str,
    pub scope: &'a str,
    pub region: Option<&'a str>,
    /// The id as it is shown.
    pub id: &'a str,
    /// `rule key`.
    pub check: &'a str,
}
