//! Estates of exceptions go through `scan`: names that are there twice, waivers that cover what they cover, those that are over, and those of no use. Nothing is missing,
//! nothing is there beside it, and every verdict and every waived finding is the right one.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use std::collections::BTreeSet;
use tagledger_testkit::{Exceptions, Excused};
use tagledger_tests::{report, tagledger, waived};

fn found(estate: &Exceptions) -> Vec<Excused> {
    let folder = tempfile::tempdir().unwrap();
    estate.write(folder.path()).unwrap();
    let run = folder.path().join("run");
    let scan = tagledger(["scan", "--format", "none", "--history", "none", "--now", &estate.now(), "--from"]).with([&folder.path().join("inventory.ndjson")]);
    scan.with(["--taxonomy"]).with([&folder.path().join("taxonomy.yaml")]).with(["--out"]).with([&run]).done().ends(&[0, 1, 3]);
    let report = report(&run);
    let text = |finding: &serde_json::Value, name: &str| finding[name].as_str().unwrap_or("-").to_owned();
    let finding = |one: &serde_json::Value| Excused {
        rule: text(one, "rule"),
        subject: text(one, "resource"),
        key: text(one, "key"),
        verdict: text(one, "verdict"),
        waived: waived(one),
    };
    let is_asked = |one: &Excused| Exceptions::RULES.iter().any(|(rule, _)| one.rule == *rule);
    report["findings"].as_array().unwrap().iter().map(finding).filter(is_asked).collect()
}

#[test]
fn what_was_decided_is_what_is_found() {
    let mut all = BTreeSet::new();
    for seed in 1..=24 {
        let estate = Exceptions::new(seed);
        let (truth, listed) = (estate.findings(), found(&estate));
        let scanned: BTreeSet<Excused> = listed.iter().cloned().collect();
        let (missing, surplus): (Vec<_>, Vec<_>) = (truth.difference(&scanned).collect(), scanned.difference(&truth).collect());
        assert!(missing.is_empty() && surplus.is_empty(), "seed {seed}\nmust be found and is not: {missing:#?}\nis found and must not be: {surplus:#?}");
        assert_eq!(listed.len(), scanned.len(), "seed {seed}: a finding is listed twice");
        all.extend(truth);
    }
    for (rule, can_be_open) in Exceptions::RULES {
        for verdict in ["violated", "undetermined"] {
            let has = all.iter().any(|one| one.rule == rule && one.verdict == verdict);
            assert_eq!(has, verdict == "violated" || can_be_open, "{rule} {verdict}");
        }
    }
    assert!(
        all.iter().any(|one| one.waived.is_some() && one.verdict == "undetermined") && all.iter().any(|one| one.rule == "repeated-key" && one.waived.is_some())
    );
}
