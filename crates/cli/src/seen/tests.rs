//! Ledgers in a few words, and how many places of them were seen.

use super::judge;
use std::path::Path;
use std::sync::Arc;
use tagledger_engine::{Inventory, InventoryBuilder};
use tagledger_model::{CloudId, Coverage, Observed, Outcome, Scope};
use tagledger_report::Seen;
use tagledger_taxonomy::Known;

/// An inventory of no resource and one scope: `one`, which is also called `number-1`.
fn nothing() -> Inventory {
    let missing = |_: &Path| Err(std::io::Error::from(std::io::ErrorKind::NotFound));
    let taxonomy = tagledger_taxonomy::parse(Path::new("t.yaml"), "version: 1\nkeys:\n  Owner: {}\n", &Known { rules: &[], clouds: &[] }, &missing);
    let Ok(loaded) = taxonomy else { panic!("the taxonomy is right") };
    let mut builder = InventoryBuilder::new(&Arc::new(loaded.taxonomy), &[], &[]);
    let (id, aliases) = ("one".into(), vec!["number-1".into()]);
    builder.scope(&Scope { cloud: CloudId::new("aws"), id, aliases, name: None, ancestors: Vec::new(), tags: Observed::Unknown, active: true });
    builder.finish()
}

/// `scope region collector outcome`; the collector `index` sees everything, `tags` has a blind spot, any other sees one kind. A dash is no Region.
fn row(text: &str) -> Coverage {
    let words: Vec<&str> = text.split(' ').collect();
    let [scope, region, collector, outcome] = words[..] else { panic!("{text}") };
    let why = || "why".to_owned();
    Coverage {
        cloud: CloudId::new("aws"),
        scope: scope.into(),
        region: (region != "-").then(|| region.into()),
        collector: collector.into(),
        file: None,
        blind: collector == "tags" && outcome == "partial",
        whole: collector == "index",
        outcome: match outcome {
            "complete" => Outcome::Complete { count: 1 },
            "partial" => Outcome::Partial { count: 1, why: why() },
            "denied" => Outcome::Denied { permission: why() },
            "skipped" => Outcome::Skipped { why: why() },
            _ => Outcome::Failed { why: why() },
        },
    }
}

fn seen(rows: &[&str]) -> (Seen, Vec<bool>) {
    let judged = judge(&rows.iter().map(|r| row(r)).collect::<Vec<_>>(), &nothing());
    (judged.seen, judged.made_up_for)
}

#[test]
fn a_place_is_whole_where_a_source_that_sees_everything_was_read() {
    let (seen, made_up_for) = seen(&["1 eu index complete", "1 eu tags partial", "1 eu volumes complete", "1 us index skipped", "1 us tags partial"]);
    assert_eq!(seen, Seen { places: 2, whole: 1, partial: 1, scopes: 1, regions: 2, ..Seen::default() });
    assert_eq!(made_up_for, [false, true, false, false, false]);
}

#[test]
fn a_source_of_all_regions_is_made_up_for_where_each_of_them_was_seen_whole() {
    let (whole, made_up_for) = seen(&["1 - tags partial", "1 eu index complete", "1 us index complete"]);
    assert_eq!((whole.places, whole.whole, made_up_for), (2, 2, vec![true, false, false]));
    let (some, made_up_for) = seen(&["1 - tags partial", "1 eu index complete", "1 us index skipped"]);
    assert_eq!((some.places, some.partial, made_up_for), (3, 1, vec![false, false, false]));
}

#[test]
fn an_index_over_all_regions_covers_those_it_was_not_asked_about_by_itself() {
    let (seen, made_up_for) = seen(&["1 - index complete", "1 eu tags partial", "1 us tags partial", "1 us index failed"]);
    assert_eq!(seen, Seen { places: 2, whole: 1, failed: 1, scopes: 1, regions: 2, ..Seen::default() });
    assert_eq!(made_up_for, [false, true, false, false]);
}

#[test]
fn one_refused_call_leaves_a_place_that_was_seen_incomplete() {
    let (seen, _) = seen(&["1 eu index complete", "1 eu volumes denied", "2 eu index complete", "2 eu volumes denied", "2 eu buckets failed"]);
    assert_eq!(seen, Seen { places: 2, denied: 1, failed: 1, scopes: 2, regions: 1, ..Seen::default() });
    assert_eq!(seen.gaps(), 2);
}

#[test]
fn what_has_no_region_is_a_place_only_by_itself_or_when_something_is_missing() {
    // The organisation was listed by account 1, whose tags could not be read in account 2; account 3 is suspended.
    let (seen, _) = seen(&["1 - organisation complete", "1 eu index complete", "2 - import partial", "2 eu index complete", "3 - organisation skipped"]);
    assert_eq!(seen, Seen { places: 4, whole: 2, partial: 1, skipped: 1, scopes: 3, regions: 1, ..Seen::default() });
}

#[test]
fn a_list_that_somebody_keeps_is_no_gap_and_not_the_whole() {
    let (seen, _) = seen(&["1 - generic.csv complete", "* - generic.csv complete", "* - import failed"]);
    assert_eq!(seen, Seen { places: 1, listed: 1, scopes: 1, elsewhere: 1, ..Seen::default() });
    assert_eq!(seen.gaps(), 1);
}

#[test]
fn two_names_of_one_scope_are_one_place() {
    let (seen, made_up_for) = seen(&["one - index complete", "number-1 - tags partial"]);
    assert_eq!(seen, Seen { places: 1, whole: 1, scopes: 1, ..Seen::default() });
    assert_eq!(made_up_for, [false, true]);
}
