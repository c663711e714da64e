//! How much of what was asked was seen: the coverage ledger, looked at place by place.
//!
//! A place is a scope, or a scope in one Region, that any row names. It is whole when a source that sees everything was read to its end there and no
//! other row says that something is missing. The exit code and the first screen both follow from this, so that they cannot differ.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tagledger_engine::Inventory;
use tagledger_model::{Coverage, Outcome};
use tagledger_report::Seen;

/// The ledger, judged.
#[derive(Debug)]
pub(crate) struct Judged {
    /// Rows, in their order, that are partial only by their kind, where another source saw the place whole.
    pub made_up_for: Vec<bool>,
    /// The count.
    pub seen: Seen,
    /// Places of which nothing is missing that a source here could have shown.
    pub whole: Vec<Place>,
    /// Places that were looked at otherwise.
    pub partly: Vec<Place>,
    /// Places that were left out on purpose.
    pub skipped: Vec<Place>,
}

/// A scope, or a scope in one Region.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Place {
    pub cloud: String,
    pub scope: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

/// Judges every row, and counts places by the worst that happened there.
pub(crate) fn judge(coverage: &[Coverage], inventory: &Inventory) -> Judged {
    let known = known_as(inventory);
    let mut by_scope: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (at, row) in coverage.iter().enumerate() {
        let scope = (row.cloud.as_str(), row.scope.as_str());
        by_scope.entry(known.get(&scope).copied().unwrap_or(scope)).or_default().push(at);
    }
    let mut judged = Judged { made_up_for: vec![false; coverage.len()], seen: Seen::default(), whole: Vec::new(), partly: Vec::new(), skipped: Vec::new() };
    let mut regions: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut torn: Vec<&str> = Vec::new();
    for ((cloud, scope), rows) in by_scope {
        let group = Group { rows: rows.iter().map(|at| &coverage[*at]).collect() };
        for at in rows {
            judged.made_up_for[at] = group.makes_up_for(&coverage[at]);
        }
        if cloud == "-" || scope == "*" {
            let gaps = group.rows.iter().filter(|row| group.is_gap(row)).count() as u64;
            judged.seen.elsewhere += gaps;
            torn.extend((gaps > 0).then_some(cloud));
            continue;
        }
        judged.seen.scopes += 1;
        for region in group.places() {
            regions.extend(region.map(|r| (cloud, r)));
            let before = judged.seen.clone();
            group.count(region, &mut judged.seen);
            let place = Place { cloud: cloud.to_owned(), scope: scope.to_owned(), region: region.map(str::to_owned) };
            match (judged.seen.gaps() > before.gaps(), judged.seen.skipped > before.skipped) {
                (true, _) => judged.partly.push(place),
                (false, true) => judged.skipped.push(place),
                (false, false) => judged.whole.push(place),
            }
        }
    }
    // A source of no place may have held anything of its cloud, and one of no cloud anything at all.
    let is_torn = |place: &Place| torn.iter().any(|cloud| *cloud == "-" || *cloud == place.cloud);
    let (partly, whole) = std::mem::take(&mut judged.whole).into_iter().partition(is_torn);
    judged.whole = whole;
    judged.partly.extend::<Vec<Place>>(partly);
    judged.seen.regions = regions.len() as u64;
    let rows = 0..u32::try_from(inventory.len()).unwrap_or(u32::MAX);
    judged.seen.only_blind_sources = rows.filter(|row| inventory.resource(*row).has_only_blind_sources()).count() as u64;
    judged
}

/// A scope's own id by each of its others: one source may name a project by its number, another by its name.
fn known_as(inventory: &Inventory) -> HashMap<(&str, &str), (&str, &str)> {
    let mut known = HashMap::new();
    for scope in inventory.scopes().iter().filter(|s| !s.merged) {
        let cloud = inventory.clouds()[usize::from(scope.cloud)].id.as_str();
        known.extend(scope.aliases.iter().map(|alias| ((cloud, alias.as_str()), (cloud, scope.id.as_str()))));
    }
    known
}

/// All rows of one scope.
struct Group<'c> {
    rows: Vec<&'c Coverage>,
}

impl<'c> Group<'c> {
    /// True where a source that sees everything was read to its end. One that answers for all Regions answers for none that it was asked about by
    /// itself.
    fn is_covered(&self, region: Option<&str>) -> bool {
        let apart = |whole: &Coverage| self.rows.iter().any(|r| r.collector == whole.collector && r.region.as_deref() == region);
        let reaches = |whole: &Coverage| whole.region.as_deref() == region || (whole.region.is_none() && !apart(whole));
        self.rows.iter().any(|row| row.whole && matches!(row.outcome, Outcome::Complete { .. }) && reaches(row))
    }

    /// What a kind of source never shows counts only where no other source saw the place whole.
    fn makes_up_for(&self, row: &Coverage) -> bool {
        row.blind && row.outcome.is_incomplete() && (self.is_covered(row.region.as_deref()) || (row.region.is_none() && self.is_covered_everywhere()))
    }

    /// True where every Region that rows name was seen whole: that makes up for a source that answers for all of them at once.
    fn is_covered_everywhere(&self) -> bool {
        let mut regions = self.rows.iter().filter_map(|row| row.region.as_deref()).peekable();
        regions.peek().is_some() && regions.all(|region| self.is_covered(Some(region)))
    }

    fn is_gap(&self, row: &Coverage) -> bool {
        row.outcome.is_incomplete() && !self.makes_up_for(row)
    }

    /// The Regions that rows name. The scope as a whole is a place where none is named, and where something is missing that has no Region.
    fn places(&self) -> BTreeSet<Option<&'c str>> {
        let mut places: BTreeSet<Option<&str>> = self.rows.iter().filter(|row| row.region.is_some()).map(|row| row.region.as_deref()).collect();
        if places.is_empty() || self.rows.iter().any(|row| row.region.is_none() && self.is_gap(row)) {
            places.insert(None);
        }
        places
    }

    /// Counts a place once.
    fn count(&self, region: Option<&str>, seen: &mut Seen) {
        let here = || self.rows.iter().filter(|row| row.region.as_deref() == region);
        let gap = |is: fn(&Outcome) -> bool| here().any(|row| self.is_gap(row) && is(&row.outcome));
        seen.places += 1;
        let slot = if gap(|o| matches!(o, Outcome::Failed { .. })) {
            &mut seen.failed
        } else if gap(|o| matches!(o, Outcome::Denied { .. })) {
            &mut seen.denied
        } else if gap(Outcome::is_incomplete) {
            &mut seen.partial
        } else if self.is_covered(region) {
            &mut seen.whole
        } else if here().any(|row| matches!(row.outcome, Outcome::Complete { .. })) {
            &mut seen.listed
        } else {
            &mut seen.skipped
        };
        *slot += 1;
    }
}

#[cfg(test)]
mod tests;
