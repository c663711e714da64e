//! SECURITY.md promises tests by name: each of them is there.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use std::collections::BTreeSet;
use std::path::Path;
use tagledger_tests::root;

/// The names of all tests below a folder.
fn tests_below(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            tests_below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            for attribute in ["#[test]", "#[tokio::test]"] {
                let bodies = text.split(attribute).skip(1).filter_map(|rest| rest.split_once("fn ")?.1.split_once('('));
                found.extend(bodies.map(|(name, _)| name.to_owned()));
            }
        }
    }
}

#[test]
fn every_threat_has_proofs_that_are_there() {
    let page = std::fs::read_to_string(root().join("SECURITY.md")).unwrap();
    let mut there = BTreeSet::new();
    tests_below(&root().join("crates"), &mut there);
    tests_below(&root().join("tests"), &mut there);
    let table = page.split_once("| threat | defence | proof |").unwrap().1;
    let rows: Vec<&str> = table.lines().skip(2).take_while(|line| line.starts_with('|')).collect();
    assert!(rows.len() > 20, "{}", rows.len());
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        let [threat, _, proofs] = cells[..] else { panic!("{row}") };
        let names: Vec<&str> = proofs.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "no proof: {threat}");
        for name in names {
            assert!(there.contains(name), "there is no test `{name}`, which is to prove: {threat}");
        }
    }
}
