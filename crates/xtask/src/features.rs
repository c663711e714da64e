//! The program and the tests share every compiled dependency: the same features in both, or Polars is compiled twice.

use crate::{Failure, process};
use std::{collections::BTreeMap, path::Path};

/// The package that a newcomer builds first.
const PROGRAM: &str = "tagledger-cli";

/// What is built and tested beside what a newcomer builds.
pub(crate) const TESTED: &str = "tagledger-cli/spark";

/// Compares the dependencies of the program, with and without what is not built by default, with those of the whole workspace, tests included. Needs no compiler.
pub(crate) fn check(root: &Path) -> Result<(), Failure> {
    let workspace = tree(root, &["--workspace", "--features", TESTED, "--edges", "normal,build,dev"])?;
    let mut differences = Vec::new();
    for features in ["", "spark"] {
        differences.extend(self::differences(&tree(root, &["--package", PROGRAM, "--features", features, "--edges", "normal,build"])?, &workspace));
    }
    differences.sort();
    differences.dedup();
    if differences.is_empty() {
        println!("The program's build, with and without {TESTED}, and the tests' share every dependency.");
        return Ok(());
    }
    Err(Failure(format!(
        "The tests build these dependencies with other features than the program, so that they and all that uses them are compiled twice:\n{}\n\
         Ask for the features in the program's crate too, or do without the development dependency that asks for them (`cargo tree --workspace -e features -i <name>`).",
        differences.join("\n")
    )))
}

fn tree(root: &Path, words: &[&str]) -> Result<String, Failure> {
    process::output(process::cargo(root).args(["tree", "--prefix", "none", "--format", "{p}|{f}"]).args(words))
}

/// Each package of the program that the workspace builds otherwise, with what differs.
fn differences(program: &str, workspace: &str) -> Vec<String> {
    let (program, workspace) = (packages(program), packages(workspace));
    let builds = |(package, features): (&&str, &Vec<&str>)| -> Option<String> {
        let there = workspace.get(*package).map_or(&[][..], Vec::as_slice);
        let missing = features.iter().find(|set| !there.contains(set))?;
        let more: Vec<&str> = there.iter().flat_map(|set| set.split(',')).filter(|f| !missing.split(',').any(|own| own == *f)).collect();
        Some(format!("  {package}: the tests add {}", if more.is_empty() { "another build of it".to_owned() } else { more.join(", ") }))
    };
    program.iter().filter_map(builds).collect()
}

/// Package → the sets of features that it is built with: one for the program, another where build scripts use it.
fn packages(tree: &str) -> BTreeMap<&str, Vec<&str>> {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in tree.lines() {
        let Some((package, features)) = line.trim_end_matches(" (*)").split_once('|') else { continue };
        // Crates of this workspace are leaves: what is built twice of them is small.
        if package.starts_with("tagledger-") {
            continue;
        }
        let sets = found.entry(package).or_default();
        if !sets.contains(&features) {
            sets.push(features);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_features_are_fine() {
        let program = "cli v0.1.0 (/x)|\nserde v1.0.0|derive,std\nserde v1.0.0|derive,std (*)\n";
        let workspace = "serde v1.0.0|derive,std\ncli v0.1.0 (/x)|\nproptest v1.0.0|std\n";
        assert_eq!(differences(program, workspace), [""; 0]);
    }

    #[test]
    fn more_features_in_tests_are_named() {
        let program = "serde_json v1.0.0|alloc,std\nsyn v2.0.0|full\nsyn v2.0.0|full,visit\n";
        let workspace = "serde_json v1.0.0|alloc,float_roundtrip,std\nsyn v2.0.0|full,visit\n";
        assert_eq!(differences(program, workspace), ["  serde_json v1.0.0: the tests add float_roundtrip", "  syn v2.0.0: the tests add visit"]);
    }
}
