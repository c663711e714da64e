//! Nights go through `scan` one after the other, and what is found on the last of them of versions that came past a rehearsal is what the generator decided.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use std::collections::BTreeSet;
use tagledger_testkit::Nights;
use tagledger_tests::Desk;

type Found = BTreeSet<(String, String)>;

fn scan(desk: &Desk, night: usize, history: &str) -> Found {
    let words = format!("scan --from night-{night}.ndjson --now 2026-10-{night:02}T03:00:00Z --out run-{night} --format none --history {history}");
    desk.call(&words).done().ends(&[0, 1, 3]);
    let report = desk.report(&format!("run-{night}"));
    let all = report["findings"].as_array().unwrap().iter().filter(|one| one["rule"] == "unreleased-artifact");
    let listed: Vec<_> = all.map(|one| (one["resource"].as_str().unwrap().to_owned(), one["verdict"].as_str().unwrap().to_owned())).collect();
    let found: Found = listed.iter().cloned().collect();
    assert_eq!(found.len(), listed.len(), "a version is one finding");
    found
}

#[test]
fn what_was_decided_is_what_is_found() {
    let (mut all, mut passing) = (Found::new(), 0);
    for seed in 1..=16 {
        let (nights, desk) = (Nights::new(seed), Desk::new());
        nights.write(&desk.path(".")).unwrap();
        let mut last = Found::new();
        for night in 1..=nights.count() {
            last = scan(&desk, night, "history");
        }
        assert_eq!(last, nights.findings(true), "seed {seed} with its history");
        let without = scan(&desk, nights.count(), "none");
        assert_eq!(without, nights.findings(false), "seed {seed} without a history");
        passing += usize::from(last.len() < without.len());
        all.extend(last);
    }
    for verdict in ["violated", "undetermined"] {
        assert!(all.iter().any(|(_, other)| other == verdict), "nothing is {verdict}");
    }
    assert!(passing > 0, "a history never made a version known");
}
