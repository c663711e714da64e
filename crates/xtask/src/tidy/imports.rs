//! Which crate may import which: the table of ARCHITECTURE.md against the manifests.

use super::Break;
use crate::workspace::TextFile;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const DEMANDS: &str = "Imports between crates equal the table in ARCHITECTURE.md, so that the picture people work from is the real one. \
Change the code so that it needs no new import, or change the table in the same commit and say why.";

/// The first cell of the table's head.
const HEAD: &str = "| crate |";

/// Crate, line of its row, and the crates it may import.
type Rows = BTreeMap<String, (usize, BTreeSet<String>)>;

pub(super) fn check(architecture: &str, manifests: &BTreeMap<String, TextFile>) -> Vec<Break> {
    let rows = rows(architecture);
    if rows.is_empty() {
        return vec![Break::new("ARCHITECTURE.md", 1, format!("the import table is missing (its head begins with `{HEAD}`)"))];
    }
    let mut breaks = Vec::new();
    for (name, (line, _)) in &rows {
        if !manifests.contains_key(name) {
            breaks.push(Break::new("ARCHITECTURE.md", *line, format!("the table names the crate `{name}`, which does not exist")));
        }
    }
    for (name, manifest) in manifests {
        let Some((line, allowed)) = rows.get(name) else {
            breaks.push(Break::new(&manifest.path, 1, format!("the crate `{name}` has no row in the table")));
            continue;
        };
        let actual = dependencies(&manifest.text);
        let own = |dependency: &str| dependency.strip_prefix("tagledger-").map(str::to_owned);
        for (dependency, at) in &actual {
            if let Some(import) = own(dependency).filter(|import| !allowed.contains(import)) {
                breaks.push(Break::new(&manifest.path, *at, format!("`{name}` imports `{import}`, which its row does not allow")));
            }
        }
        for import in allowed.iter().filter(|import| !actual.contains_key(&format!("tagledger-{import}"))) {
            breaks.push(Break::new("ARCHITECTURE.md", *line, format!("the row of `{name}` allows `{import}`, which it does not import")));
        }
    }
    breaks
}

/// The table: its third column lists crates, `–` stands for none; one row may be about several crates.
fn rows(architecture: &str) -> Rows {
    let lines = architecture.lines().enumerate().skip_while(|(_, line)| !line.starts_with(HEAD)).skip(2);
    let mut rows = Rows::new();
    for (number, line) in lines.take_while(|(_, line)| line.starts_with('|')) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let list = |at: usize| {
            cells.get(at).map_or(Vec::new(), |cell| {
                cell.split(',').map(|name| name.trim().trim_matches('`').to_owned()).filter(|name| !matches!(name.as_str(), "" | "–" | "-")).collect()
            })
        };
        for name in list(0) {
            // `testkit (dev)` is about testkit.
            let name = name.split(' ').next().unwrap_or_default().to_owned();
            rows.insert(name, (number + 1, list(2).into_iter().collect()));
        }
    }
    rows
}

/// What a manifest's normal dependencies are called, with the line of each. Tests may import what they like.
pub(super) fn dependencies(manifest: &str) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    let mut inside = false;
    for (number, line) in manifest.lines().enumerate() {
        let line = line.trim();
        if let Some(section) = line.strip_prefix('[') {
            let section = section.split(']').next().unwrap_or_default();
            inside = section == "dependencies" || section.ends_with(".dependencies");
            if let Some((_, name)) = section.split_once("dependencies.").filter(|(before, _)| before.is_empty() || before.ends_with('.')) {
                found.insert(name.trim_matches('"').to_owned(), number + 1);
            }
            continue;
        }
        let name: String = line.trim_start_matches('"').chars().take_while(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect();
        if inside && !name.is_empty() {
            found.insert(name, number + 1);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "# A\n\n| crate | what | may import | knows |\n|---|---|---|---|\n| model | nouns | – | serde |\n| red, blue | two | `model` | – |\n| kit (dev) | x | – | |\n\n| other | table |\n";

    fn manifests(of: &[(&str, &str)]) -> BTreeMap<String, TextFile> {
        of.iter().map(|(name, text)| ((*name).to_owned(), TextFile { path: format!("crates/{name}/Cargo.toml"), text: (*text).to_owned() })).collect()
    }

    const ONE: &str = "[dependencies]\ntagledger-model.workspace = true\nserde = { version = \"1\" }\n[dev-dependencies]\ntagledger-kit.workspace = true\n";

    #[test]
    fn equal_is_fine() {
        let all = manifests(&[("model", "[package]\nname = \"x\"\n"), ("red", ONE), ("blue", ONE), ("kit", "[dependencies]\n")]);
        assert_eq!(check(TABLE, &all), []);
    }

    #[test]
    fn more_less_and_strangers_are_breaks() {
        let all = manifests(&[("model", "[dependencies]\n\ntagledger-red.workspace = true\n"), ("red", "[dependencies]\n"), ("blue", ONE), ("new", "")]);
        let said: Vec<String> = check(TABLE, &all).into_iter().map(|b| format!("{}:{}: {}", b.path, b.line, b.what)).collect();
        assert_eq!(
            said,
            [
                "ARCHITECTURE.md:7: the table names the crate `kit`, which does not exist",
                "crates/model/Cargo.toml:3: `model` imports `red`, which its row does not allow",
                "crates/new/Cargo.toml:1: the crate `new` has no row in the table",
                "ARCHITECTURE.md:6: the row of `red` allows `model`, which it does not import",
            ]
        );
        assert_eq!(check("no table", &all).len(), 1);
    }

    #[test]
    fn dependencies_are_found_in_every_spelling() {
        let found = dependencies(
            "[target.'cfg(unix)'.dependencies]\na = \"1\"\n[dependencies.b]\nversion = \"1\"\n[dependencies]\nc.workspace = true\n\"d\" = \"1\"\n# e = 1\n[build-dependencies]\nf = \"1\"\n",
        );
        assert_eq!(found.keys().collect::<Vec<_>>(), ["a", "b", "c", "d"]);
    }
}
