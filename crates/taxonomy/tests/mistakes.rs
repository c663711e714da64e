//! Bad taxonomies and what is said about them: `mistakes.md` holds both.
#![expect(clippy::unwrap_used, reason = "a test that cannot read its own page has failed")]

use std::fmt::Write as _;
use std::io;
use std::path::Path;
use tagledger_model::{Diagnostic, Severity};
use tagledger_taxonomy::{Known, KnownCloud, KnownRule, LoadError, OptionShape, RuleOption, parse};

const KNOWN: Known<'_> = Known {
    rules: &[
        KnownRule { id: "untagged", options: &[] },
        KnownRule { id: "missing-required-key", options: &[RuleOption { name: "keys", shape: OptionShape::Words, beside: None }] },
        KnownRule { id: "empty-value", options: &[RuleOption { name: "above", shape: OptionShape::Amount, beside: None }] },
        KnownRule { id: "unknown-value", options: &[] },
        KnownRule {
            id: "expired",
            options: &[
                RuleOption { name: "warn_before", shape: OptionShape::Duration, beside: None },
                RuleOption { name: "only", shape: OptionShape::ValuesOf("Environment"), beside: Some("warn_before") },
            ],
        },
    ],
    clouds: &[
        KnownCloud { id: "aws", containers: &["accounts", "units"] },
        KnownCloud { id: "azure", containers: &["subscriptions", "management_groups", "resource_groups"] },
        KnownCloud { id: "gcp", containers: &["projects", "folders"] },
    ],
};

fn side_file(path: &Path) -> io::Result<String> {
    match path.to_str() {
        Some("apps.csv") => Ok("id,name\nshop,Shop\nOld Shop,Old\n".to_owned()),
        Some("broken.csv") => Ok("id,valid_from,valid_to\nx,soon,\nx,,2026-01-01\n".to_owned()),
        Some("secret.csv") => Err(io::ErrorKind::PermissionDenied.into()),
        Some("utf16.csv") => Err(io::ErrorKind::InvalidData.into()),
        _ => Err(io::ErrorKind::NotFound.into()),
    }
}

/// As people see it, without the name of the taxonomy, and with a word before what is only a warning.
fn shown(diagnostic: &Diagnostic) -> String {
    let kind = if diagnostic.severity == Severity::Warning { "warning: " } else { "" };
    let text = diagnostic.to_string();
    format!("{kind}{}\n", text.trim_start_matches("taxonomy.yaml:"))
}

fn answer(text: &str) -> String {
    match parse(Path::new("taxonomy.yaml"), text, &KNOWN, &side_file) {
        Err(LoadError::Mistakes { diagnostics, .. }) => diagnostics.iter().map(shown).collect(),
        Err(error @ LoadError::Io { .. }) => panic!("{error}"),
        Ok(loaded) => panic!("no mistake was found in\n{text}\n{:?}", loaded.warnings),
    }
}

/// The page with the answers of today.
fn answered(page: &str) -> String {
    let mut out = String::new();
    let (mut yaml, mut inside, mut skip) = (String::new(), false, false);
    for line in page.lines() {
        match line {
            "```yaml" => (inside, yaml) = (true, String::new()),
            "```text" => skip = true,
            "```" if skip => {
                skip = false;
                continue;
            }
            "```" if inside => {
                inside = false;
                write!(out, "```\n```text\n{}```\n", answer(&yaml)).unwrap();
                continue;
            }
            _ if inside => yaml.extend([line, "\n"]),
            _ => {}
        }
        if !skip {
            out.extend([line, "\n"]);
        }
    }
    out
}

#[test]
fn every_mistake_is_named_with_its_place_and_its_mend() {
    let path = std::env::var("CARGO_MANIFEST_DIR").unwrap() + "/tests/mistakes.md";
    let page = std::fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
    assert!(page.matches("```yaml").count() > 30, "the page has lost its examples");
    let now = answered(&page);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &now).unwrap();
        return;
    }
    for (number, (said, expected)) in now.lines().zip(page.lines()).enumerate() {
        assert_eq!(said, expected, "tests/mistakes.md:{}", number + 1);
    }
    assert_eq!(now.lines().count(), page.lines().count());
}

#[test]
fn both_ends_of_a_file_are_reported_in_one_go() {
    let said = answer("version: 3\nkeys:\n  Owner: { requird: true }\nrules: { nope: warn }\ngrace: soon\n");
    assert_eq!(said.lines().map(|l| l.split(':').next().unwrap()).collect::<Vec<_>>(), ["1", "3", "4", "5"], "{said}");
}

#[test]
fn there_is_room_for_32_keys() {
    let keys = |count: usize| (0..count).map(|i| format!("  Key{i}:\n")).collect::<Vec<_>>().concat();
    assert_eq!(parse(Path::new("t"), &format!("version: 1\nkeys:\n{}", keys(32)), &KNOWN, &side_file).unwrap().taxonomy.keys.len(), 32);
    let said = answer(&format!("version: 1\nkeys:\n{}", keys(40)));
    assert_eq!(said, "35:3: More than 32 keys (Keep the keys that somebody reports by; a tag needs no key here to exist)\n");
}

#[test]
fn a_file_on_disk_that_is_no_text_is_a_mistake_and_one_that_is_not_there_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("taxonomy.yaml");
    assert!(matches!(tagledger_taxonomy::load(&path, &KNOWN), Err(LoadError::Io { .. })));
    for (bytes, place, message) in [(&b"\xff\xfev\0"[..], ":1:1", "UTF-16"), (&b"version: 1\nkeys: { \xe9t\xe9: }\n"[..], ":2:9", "UTF-8")] {
        std::fs::write(&path, bytes).unwrap();
        let Err(error) = tagledger_taxonomy::load(&path, &KNOWN) else { panic!("no mistake was found") };
        assert!(error.to_string().contains(place) && error.to_string().contains(message), "{error}");
    }
    std::fs::write(&path, "\u{feff}version: 1\r\nkeys:\r\n  Application: { catalogue: apps.csv }\r\n").unwrap();
    std::fs::write(folder.path().join("apps.csv"), "id\nshop\n").unwrap();
    let loaded = tagledger_taxonomy::load(&path, &KNOWN).unwrap();
    assert!(loaded.taxonomy.keys[0].register.as_ref().unwrap().rows.contains_key("shop"));
}
