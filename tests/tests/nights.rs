//! Nights go through `scan` one after the other, and what is found on each of them of versions that came past a rehearsal is what the generator decided.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use std::collections::BTreeSet;
use tagledger_testkit::Nights;
use tagledger_tests::Desk;

type Found = BTreeSet<(String, String)>;

fn scan(desk: &Desk, nights: &Nights, night: usize, history: &str) -> Found {
    let words = format!("scan --from night-{night}.ndjson --now {} --out run-{night} --format none --history {history}", nights.moment(night));
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
    let (mut all, mut passing, mut made_up_for) = (Found::new(), 0, 0);
    for seed in 1..=16 {
        let (nights, desk) = (Nights::new(seed), Desk::new());
        nights.write(&desk.path(".")).unwrap();
        for night in 0..nights.count() {
            let found = scan(&desk, &nights, night, "history");
            assert_eq!(found, nights.findings(night, true), "seed {seed}, night {night} with its history");
            made_up_for += usize::from(night > 0 && nights.moment(night) < nights.moment(night - 1));
            all.extend(found);
        }
        let last = nights.count() - 1;
        let without = scan(&desk, &nights, last, "none");
        assert_eq!(without, nights.findings(last, false), "seed {seed} without a history");
        passing += usize::from(nights.findings(last, true).len() < without.len());
    }
    for verdict in ["violated", "undetermined"] {
        assert!(all.iter().any(|(_, other)| other == verdict), "nothing is {verdict}");
    }
    assert!(passing > 0, "a history never made a version known");
    assert!(made_up_for > 0, "no night was scanned after a later one");
}
