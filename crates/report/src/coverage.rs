//! The coverage ledger as a report shows it: how much was seen in a sentence, and row by row.

use crate::count::{grouped, plural};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How much of what was asked was seen, counted in places: an account, subscription or project, in one Region where sources are asked Region by
/// Region. Every place is counted once, by the worst that happened there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Seen {
    /// All of them.
    pub places: u64,
    /// A source that sees everything was read to its end there, and nothing else is missing.
    pub whole: u64,
    /// Nothing is missing of what was read, but no source there sees everything: a list that somebody keeps.
    pub listed: u64,
    /// Something may be missing.
    pub partial: u64,
    /// A permission is missing.
    pub denied: u64,
    /// Something broke.
    pub failed: u64,
    /// Not asked on purpose: suspended accounts, and what the settings leave out.
    pub skipped: u64,
    /// Different accounts, subscriptions and projects among the places.
    pub scopes: u64,
    /// Different Regions among the places.
    pub regions: u64,
    /// Rows of the ledger that belong to no place and left something unseen: a file that nobody understands, say.
    pub elsewhere: u64,
    /// Scopes that runs of the history looked at in the last week beside these, and this run did not: an export that did not arrive, or an account that is gone.
    #[serde(default, skip_serializing_if = "is_none")]
    pub no_longer: u64,
    /// Resources that only sources with a blind spot know of: next to them there may be others that nobody named.
    pub only_blind_sources: u64,
}

impl Seen {
    /// Places and sources that left something unseen.
    pub fn gaps(&self) -> u64 {
        self.partial + self.denied + self.failed + self.elsewhere
    }

    /// What is to be said of scopes that are no longer looked at.
    pub fn less(&self) -> String {
        format!("{} no longer looked at", plural(self.no_longer, "scope"))
    }

    /// A number, what it counts, and how these were seen: `12`, `of 15 places`, `whole`.
    pub(crate) fn share(&self) -> [String; 3] {
        let places = plural(self.places, "place");
        match places.split_once(' ') {
            Some((count, noun)) if self.is_listed() => [count.to_owned(), noun.to_owned(), "as listed".to_owned()],
            _ => [grouped(self.whole), format!("of {places}"), "whole".to_owned()],
        }
    }

    /// True where there is nothing but lists that somebody keeps.
    fn is_listed(&self) -> bool {
        self.places > 0 && self.listed == self.places
    }

    /// What the places are.
    pub(crate) fn extent(&self) -> String {
        let scopes = plural(self.scopes, "scope");
        if self.regions > 0 { format!("{scopes}, {}", plural(self.regions, "Region")) } else { scopes }
    }

    /// Why the others were not: `2 denied, 1 failed`.
    pub(crate) fn others(&self) -> Vec<String> {
        let listed = if self.is_listed() { 0 } else { self.listed };
        let all = [(self.failed, "failed"), (self.denied, "denied"), (self.partial, "in part"), (self.skipped, "skipped"), (listed, "as listed")];
        let mut words: Vec<String> = all.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{} {word}", grouped(*count))).collect();
        if self.elsewhere > 0 {
            words.push(format!("{} of no place not read", plural(self.elsewhere, "source")));
        }
        words.extend((self.no_longer > 0).then(|| self.less()));
        words
    }

    /// What is to be said of resources that only sources with a blind spot know.
    pub(crate) fn doubt(&self) -> Option<String> {
        (self.only_blind_sources > 0).then(|| format!("{} known only to sources with a blind spot", plural(self.only_blind_sources, "resource")))
    }

    /// All of it.
    pub fn sentence(&self) -> String {
        let whole = format!("Seen: {} ({})", self.share().join(" "), self.extent());
        let others = Some(self.others().join(", ")).filter(|words| !words.is_empty());
        [Some(whole), others, self.doubt()].into_iter().flatten().collect::<Vec<_>>().join("; ")
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
pub(crate) fn is_none(count: &u64) -> bool {
    *count == 0
}

/// A row of the coverage ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CoverageRow {
    /// Cloud.
    pub cloud: String,
    /// Scope, or `*`.
    pub scope: String,
    /// The Region that was asked, for a source that is asked Region by Region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Collector or export reader.
    pub collector: String,
    /// File, for an export.
    pub file: Option<String>,
    /// complete, partial, denied, skipped, failed.
    pub outcome: String,
    /// Resources read.
    pub count: u64,
    /// Why, unless complete.
    pub why: Option<String>,
    /// True where the row is partial only because of what this kind of source never shows, and another source saw the place whole.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub made_up_for: bool,
}

impl CoverageRow {
    /// True where everything was read, or another source made up for the rest: nothing to tell.
    pub(crate) fn is_settled(&self) -> bool {
        self.made_up_for || self.outcome == "complete"
    }
}

#[cfg(test)]
mod tests {
    use super::Seen;

    #[test]
    fn the_sentence_names_what_there_is_and_nothing_else() {
        let whole = Seen { places: 1, whole: 1, scopes: 1, ..Seen::default() };
        assert_eq!(whole.sentence(), "Seen: 1 of 1 place whole (1 scope)");
        let mixed = Seen { places: 15, whole: 12, denied: 2, failed: 1, scopes: 4, regions: 3, only_blind_sources: 1037, ..Seen::default() };
        assert_eq!(
            mixed.sentence(),
            "Seen: 12 of 15 places whole (4 scopes, 3 Regions); 1 failed, 2 denied; 1,037 resources known only to sources with a blind spot"
        );
        let elsewhere = Seen { places: 3, listed: 2, skipped: 1, scopes: 3, elsewhere: 1, ..Seen::default() };
        assert_eq!(elsewhere.sentence(), "Seen: 0 of 3 places whole (3 scopes); 1 skipped, 2 as listed, 1 source of no place not read");
        let listed = Seen { places: 2, listed: 2, scopes: 2, ..Seen::default() };
        assert_eq!(listed.sentence(), "Seen: 2 places as listed (2 scopes)");
        assert_eq!((whole.gaps(), mixed.gaps(), elsewhere.gaps()), (0, 3, 1));
    }
}
