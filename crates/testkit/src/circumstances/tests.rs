//! Every estate holds every case.

use super::{Bill, Circumstances};
use std::collections::BTreeSet;

#[test]
fn each_rule_is_broken_and_left_open_in_every_estate() {
    for seed in 0..60 {
        let estate = Circumstances::new(seed);
        let all: BTreeSet<_> = [Bill::WithUnits, Bill::WithoutUnits].into_iter().flat_map(|bill| estate.findings(bill)).collect();
        for (rule, can_be_open) in Circumstances::RULES {
            let has = |verdict: &str| all.iter().any(|one| one.rule == rule && one.verdict == verdict);
            assert!(has("violated"), "{rule} is never violated with seed {seed}");
            assert_eq!(has("undetermined"), can_be_open, "{rule} with seed {seed}");
        }
    }
}

#[test]
fn an_estate_repeats_and_another_seed_makes_another() {
    let written = |seed| {
        let folder = tempfile::tempdir().unwrap();
        Circumstances::new(seed).write(folder.path()).unwrap();
        let names = ["taxonomy.yaml", "applications.csv", "inventory/containers.ndjson", "inventory/resources.ndjson"];
        names.map(|name| std::fs::read(folder.path().join(name)).unwrap())
    };
    assert_eq!(written(5), written(5));
    assert_ne!(written(5), written(6));
}

#[test]
fn ids_are_each_their_own() {
    let estate = Circumstances::new(3);
    let ids: BTreeSet<String> = estate.resources.iter().map(|one| one.id.to_lowercase()).collect();
    assert_eq!(ids.len(), estate.resources.len());
    let scopes: BTreeSet<&str> = estate.scopes.iter().map(|scope| scope.own.id.as_str()).collect();
    assert_eq!(scopes.len(), estate.scopes.len());
}

#[test]
fn waivers_of_every_rule_cover_something_and_miss_something() {
    let (mut covered, mut missed) = (BTreeSet::new(), BTreeSet::new());
    for seed in 0..30 {
        for finding in Circumstances::new(seed).findings(Bill::WithUnits) {
            match finding.waived {
                Some(_) => covered.insert(finding.rule),
                None => missed.insert(finding.rule),
            };
        }
    }
    for (rule, _) in Circumstances::RULES {
        assert!(missed.contains(rule), "no {rule} is left");
        assert_eq!(covered.contains(rule), !rule.starts_with("waiver-"), "{rule}");
    }
}
