//! Estates of circumstances go through `scan`, and what is found by the rules that they are made for is what the generator decided: nothing is missing, nothing
//! is there beside it, and every verdict is the right one.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use std::collections::BTreeSet;
use std::path::Path;
use tagledger_testkit::{Bill, Circumstances, Finding};
use tagledger_tests::{report, tagledger, waived};

/// What a scan of the estate finds by those rules, and how many of each it counts as violated, undetermined and waived.
fn found(folder: &Path, estate: &Circumstances, bill: Bill) -> (Vec<Finding>, Vec<[u64; 3]>) {
    let run = folder.join("runs").join(bill.folder());
    let scan = tagledger(["scan", "--format", "none", "--now", &estate.now(), "--from"]).with([&folder.join("inventory")]);
    let scan = scan.with(["--bill"]).with([&folder.join(bill.folder())]).with(["--taxonomy"]).with([&folder.join("taxonomy.yaml")]);
    scan.with(["--out"]).with([&run]).exits(1);
    let report = report(&run);
    let text = |finding: &serde_json::Value, name: &str| finding[name].as_str().unwrap_or("-").to_owned();
    let finding = |one: &serde_json::Value| Finding {
        rule: text(one, "rule"),
        subject: text(one, "resource"),
        key: text(one, "key"),
        verdict: text(one, "verdict"),
        waived: waived(one),
    };
    let is_asked = |one: &Finding| Circumstances::RULES.iter().any(|(rule, _)| one.rule == *rule);
    let listed = report["findings"].as_array().unwrap().iter().map(finding).filter(is_asked).collect();
    let rules = report["rules"].as_array().unwrap();
    let row = |rule: &str| rules.iter().find(|row| row["rule"] == rule).unwrap();
    let counted = Circumstances::RULES.map(|(rule, _)| ["violated", "undetermined", "waived"].map(|name| row(rule)[name].as_u64().unwrap()));
    (listed, counted.to_vec())
}

/// The same counts of what must be found.
fn counts(truth: &BTreeSet<Finding>) -> Vec<[u64; 3]> {
    let of = |rule: &str, word: &str| {
        let is = |one: &&Finding| one.rule == rule && if one.waived.is_some() { word == "waived" } else { one.verdict == word };
        truth.iter().filter(is).count() as u64
    };
    Circumstances::RULES.iter().map(|(rule, _)| ["violated", "undetermined", "waived"].map(|word| of(rule, word))).collect()
}

/// What one has and the other has not, a line each.
fn beyond(one: &BTreeSet<Finding>, other: &BTreeSet<Finding>) -> String {
    one.difference(other).map(|finding| ["  ", &finding.to_string(), "\n"].concat()).collect()
}

/// Scans the estate of a seed with both of its bills.
#[track_caller]
fn holds(seed: u64) {
    let estate = Circumstances::new(seed);
    let folder = tempfile::tempdir().unwrap();
    estate.write(folder.path()).unwrap();
    let mut all = BTreeSet::new();
    for bill in [Bill::WithUnits, Bill::WithoutUnits] {
        let (listed, counted) = found(folder.path(), &estate, bill);
        let (truth, scanned): (_, BTreeSet<Finding>) = (estate.findings(bill), listed.iter().cloned().collect());
        let (missing, surplus) = (beyond(&truth, &scanned), beyond(&scanned, &truth));
        assert!(missing.is_empty() && surplus.is_empty(), "seed {seed}, {bill:?}\nmust be found and is not:\n{missing}is found and must not be:\n{surplus}");
        assert_eq!(counted, counts(&truth), "seed {seed}, {bill:?}: the counts of {:?}", Circumstances::RULES);
        // The bill names nobody for one cloud alone, so that no two findings have one name.
        assert_eq!(listed.len(), scanned.len(), "a finding is listed twice");
        all.extend(truth);
    }
    for (rule, can_be_open) in Circumstances::RULES {
        for verdict in ["violated", "undetermined"] {
            let has = all.iter().any(|one| one.rule == rule && one.verdict == verdict);
            assert_eq!(has, verdict == "violated" || can_be_open, "{rule} {verdict} with seed {seed}");
        }
    }
    for verdict in ["violated", "undetermined"] {
        assert!(all.iter().any(|one| one.waived.is_some() && one.verdict == verdict), "nothing {verdict} is waived with seed {seed}");
    }
}

#[test]
fn what_was_decided_is_what_is_found() {
    holds(1);
}

#[test]
fn at_midnight_and_where_names_do_not_count() {
    holds(4);
}

#[test]
fn of_other_seeds_as_well() {
    [2, 3, 2026].into_iter().for_each(holds);
}
