//! `cargo xtask new rule <id>`: a rule that compiles, its page, and its line in the list, ready to be made true.

use crate::{Failure, workspace};
use std::{fs, path::Path};

const LIST: &str = "crates/rules/src/lib.rs";

/// Writes the rule and its page; nothing that exists is touched but the list.
pub(crate) fn run(id: &str) -> Result<(), Failure> {
    check(id)?;
    let root = workspace::root()?;
    let list = enlist(&workspace::read(&root, LIST)?, id)?;
    let rule = fill(include_str!("new_rule/rule.txt"), id);
    let page = fill(include_str!("new_rule/page.txt"), id);
    let files = [(format!("crates/rules/src/{}.rs", module(id)), rule), (format!("crates/rules/pages/{id}.md"), page)];
    if let Some((path, _)) = files.iter().find(|(path, _)| root.join(path).exists()) {
        return Err(Failure(format!("{path} exists already.")));
    }
    for (path, text) in &files {
        write(&root.join(path), text)?;
    }
    write(&root.join(LIST), &list)?;
    println!("Written: {}, {} and a line in {LIST}.", files[0].0, files[1].0);
    println!(
        "Next: say in the page what breaks the rule and what passes, make the checks do that, and run `cargo nextest run --workspace -E 'package(tagledger-rules)'`."
    );
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).and_then(|()| fs::write(path, text)).map_err(|e| Failure(format!("{}: cannot be written: {e}", path.display())))
}

/// Rule ids name the flaw: words of small letters and digits, joined by hyphens.
fn check(id: &str) -> Result<(), Failure> {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if id.split('-').all(is_word) && id.starts_with(|c: char| c.is_ascii_lowercase()) {
        return Ok(());
    }
    Err(Failure(format!("`{id}` is no rule id: it names the flaw in small letters with hyphens, and reads well after \"allow\", e.g. missing-required-key.")))
}

fn module(id: &str) -> String {
    id.replace('-', "_")
}

/// `missing-required-key` → `MissingRequiredKey`.
fn type_name(id: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    id.split('-').map(capital).collect()
}

fn fill(template: &str, id: &str) -> String {
    template.replace("{id}", id).replace("{Type}", &type_name(id)).replace("{version}", env!("CARGO_PKG_VERSION"))
}

/// The list with the rule in its place: a `mod` line and an entry, both in the order of the alphabet.
fn enlist(list: &str, id: &str) -> Result<String, Failure> {
    let module = module(id);
    let with_module = insert(list, |line| line.strip_prefix("mod ")?.strip_suffix(';'), &module, &format!("mod {module};"));
    let with_entry = with_module
        .and_then(|text| insert(&text, |line| Some(line.strip_prefix("    &")?.split_once("::")?.0), &module, &format!("    &{module}::{},", type_name(id))));
    with_entry.ok_or_else(|| Failure(format!("`{id}` is in {LIST} already, or the lists in that file do not look as they used to.")))
}

/// Puts `new` before the first line whose name comes after `name`, else after the last line that has a name; none when there is no such list, or the name is taken.
fn insert(text: &str, name_of: impl Fn(&str) -> Option<&str>, name: &str, new: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let named: Vec<(usize, &str)> = lines.iter().enumerate().filter_map(|(at, line)| Some((at, name_of(line)?))).collect();
    if named.iter().any(|(_, other)| *other == name) {
        return None;
    }
    let at = named.iter().find(|(_, other)| *other > name).map(|(at, _)| *at).or_else(|| named.last().map(|(at, _)| at + 1))?;
    let mut all = lines;
    all.insert(at, new);
    Some(all.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = "//! Rules.\n\nmod apple;\nmod pear;\n\npub static RULES: &[&dyn Rule] = &[\n    &apple::Apple,\n    &pear::Pear,\n];\n";

    #[test]
    fn a_rule_gets_its_place_in_the_list() {
        let middle = enlist(RULES, "no-owner").unwrap();
        assert_eq!(
            middle,
            "//! Rules.\n\nmod apple;\nmod no_owner;\nmod pear;\n\npub static RULES: &[&dyn Rule] = &[\n    &apple::Apple,\n    &no_owner::NoOwner,\n    &pear::Pear,\n];\n"
        );
        let last = enlist(RULES, "zebra").unwrap();
        assert!(last.contains("mod pear;\nmod zebra;\n\n") && last.contains("&pear::Pear,\n    &zebra::Zebra,\n];"), "{last}");
        assert!(enlist(RULES, "pear").is_err() && enlist("", "pear").is_err());
    }

    #[test]
    fn the_projects_own_list_can_be_extended() {
        let list = workspace::read(&workspace::root().unwrap(), LIST).unwrap();
        let longer = enlist(&list, "a-rule-for-this-test").unwrap();
        assert_eq!(longer.lines().count(), list.lines().count() + 2);
    }

    #[test]
    fn ids_are_words_with_hyphens() {
        assert!(check("missing-required-key").is_ok() && check("http2-off").is_ok());
        for id in ["", "Missing", "missing_key", "-a", "a-", "a--b", "2a", "../a", "ä"] {
            assert!(check(id).is_err(), "{id}");
        }
    }

    #[test]
    fn templates_are_filled() {
        let rule = fill(include_str!("new_rule/rule.txt"), "no-owner");
        assert!(rule.contains("pub struct NoOwner;") && rule.contains("id: \"no-owner\"") && !rule.contains("{id}") && !rule.contains("{Type}"), "{rule}");
    }
}
