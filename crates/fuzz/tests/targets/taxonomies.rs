//! Files that people write: the taxonomy, its side files, and the settings.

use crate::{door, found, world};
use std::path::Path;
use tagledger_fuzz::{Said, Target};
use tagledger_taxonomy::{LoadError, yaml};

pub static TAXONOMY: Target = Target {
    name: "taxonomy",
    samples: || {
        let doors = world::sample("tests/tests/check/doors.yaml");
        vec![world::sample("taxonomy.yaml"), world::sample("examples/estate/taxonomy.yaml"), doors, tagledger_tests::TAXONOMY.into()]
    },
    words: &[
        "version",
        "keys",
        "required",
        "aliases",
        "values",
        "pattern",
        "inherit",
        "default",
        "case",
        "directory",
        "register",
        "catalogue",
        "requirements",
        "stages",
        "environment",
        "accounts",
        "subscriptions",
        "projects",
        "rules",
        "level",
        "error",
        "warning",
        "off",
        "waivers",
        "reason",
        "owner",
        "expires",
        "costs",
        "ladder",
        "assign",
        "split",
        "bindings",
        "grace",
        "90d",
        "2026-12-31",
        "owners.csv",
        "[a-z]{1000}",
        "(a|b)*",
        "*",
        "prod-*",
        "aws",
        "azure",
        "gcp",
    ],
    is_packed: false,
    law: taxonomy,
    door: |folder, input| {
        beside(folder);
        door::put(folder, "taxonomy.yaml", input);
        door::ends(folder, "taxonomy check", &[0]).map(drop)
    },
};

pub static REGISTER: Target = Target {
    name: "register",
    samples: || [world::samples("examples/registers", ".csv"), world::samples("examples/estate", ".csv")].concat(),
    words: &["id", "name", "owner", "valid_from", "valid_to", "2026-11-01", "9999-12-31", ",,,,", "\"\"", "jane.doe@example.com"],
    is_packed: false,
    law: |input| {
        beside(&world::folder());
        let taxonomy = world::file("taxonomy.yaml", &world::sample("examples/estate/taxonomy.yaml"));
        let register = world::file("owners.csv", input);
        loaded(input, &taxonomy, &register)
    },
    door: |folder, input| {
        beside(folder);
        door::put(folder, "taxonomy.yaml", world::sample("examples/estate/taxonomy.yaml"));
        door::put(folder, "owners.csv", input);
        door::ends(folder, "taxonomy check", &[0]).map(drop)
    },
};

pub static SETTINGS: Target = Target {
    name: "settings",
    samples: || {
        vec![world::sample("examples/live/tagledger.yaml"), b"version: 1\nclouds: { aws: , azure: {}, gcp: ~ }\nscan: { from: [a], concurrency: 4 }\n".to_vec()]
    },
    words: &[
        "version",
        "clouds",
        "scan",
        "aws",
        "azure",
        "gcp",
        "from",
        "bill",
        "history",
        "history_days",
        "concurrency",
        "outlook",
        "currency",
        "rates",
        "s3://b/p",
        "az://a/c",
    ],
    is_packed: false,
    law: tree,
    door: |folder, input| {
        door::put(folder, "tagledger.yaml", input);
        door::ends(folder, "settings check tagledger.yaml", &[0]).map(drop)
    },
};

/// Mistakes of one file whose places are looked up, at most: each is a walk through the file.
const LOOKED_AT: usize = 50;

/// The side files of the samples.
fn beside(folder: &Path) {
    if folder.join("examples/registers/owners.csv").exists() && folder.join("owners.csv").exists() {
        return;
    }
    for (to, from) in [("", "examples/estate"), ("examples/registers/", "examples/registers")] {
        for name in ["owners.csv", "applications.csv", "cost-centers.csv"] {
            door::put(folder, &format!("{to}{name}"), world::sample(&format!("{from}/{name}")));
        }
    }
}

fn taxonomy(input: &[u8]) -> Result<Said, String> {
    beside(&world::folder());
    let path = world::file("taxonomy.yaml", input);
    loaded(input, &path, &path)
}

/// The taxonomy at a path, read as often as the law asks; `changed` is the file that was changed.
fn loaded(input: &[u8], path: &Path, changed: &Path) -> Result<Said, String> {
    let read = || match world::taxonomy(path) {
        Ok(loaded) => {
            for warning in loaded.warnings.iter().filter(|warning| warning.place.file == changed).take(LOOKED_AT) {
                found::at(input, warning.place.line as usize, warning.place.column as usize, &warning.message)?;
            }
            Ok(loaded)
        }
        Err(LoadError::Mistakes { diagnostics, .. }) => {
            for mistake in diagnostics.iter().filter(|mistake| mistake.place.file == changed).take(LOOKED_AT) {
                found::at(input, mistake.place.line as usize, mistake.place.column as usize, &mistake.message)?;
                if mistake.help.as_ref().is_none_or(|help| help.trim().is_empty()) {
                    return Err(format!("no way out is named: {mistake:?}"));
                }
            }
            if diagnostics.len() > input.len() + 64 {
                return Err(format!("{} mistakes in {} bytes", diagnostics.len(), input.len()));
            }
            Err(format!("mistakes: {}", diagnostics.first().map_or("", |mistake| &mistake.message)))
        }
        Err(error) => Err(error.to_string()),
    };
    // What breaks a law is an error of the law, not of the file.
    match found::repeated(input, |loaded: &tagledger_taxonomy::Loaded| (loaded.taxonomy.keys.len() + loaded.warnings.len(), shown(&loaded.warnings)), read) {
        Ok(said) if said.answer.starts_with("read") || said.answer.starts_with("mistakes: ") => Ok(said),
        Ok(said) => Err(said.answer),
        broken => broken,
    }
}

/// The tree that settings are read from.
fn tree(input: &[u8]) -> Result<Said, String> {
    let Ok(text) = std::str::from_utf8(input) else { return Ok(Said { answer: "not UTF-8".to_owned(), made: 0, most: 1 }) };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let said = found::repeated(
        input,
        |tree: &Option<yaml::Node>| {
            (1, tree.as_ref().map_or_else(String::new, |node| format!("{:?}", node.shape).chars().filter(|c| "[](".contains(*c)).take(40).collect()))
        },
        || match yaml::tree(text) {
            Ok(tree) => Ok(tree),
            Err(why) => Err(match found::at(text.as_bytes(), why.at.line, why.at.column, &why.message) {
                Ok(()) => format!("mistake: {}", why.message),
                Err(law) => law,
            }),
        },
    )?;
    if said.answer.starts_with("read") || said.answer.starts_with("mistake: ") { Ok(said) } else { Err(said.answer) }
}

fn shown(warnings: &[tagledger_model::Diagnostic]) -> String {
    warnings.iter().take(2).map(|warning| warning.message.clone()).collect()
}
