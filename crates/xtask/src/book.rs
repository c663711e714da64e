//! `cargo xtask book`: the site of the documentation. Pages come from `docs/`, the rules' own pages, and the files that are references themselves.

use crate::{Failure, process, workspace};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const MDBOOK: &str = "0.5.4";
/// Pages that lie at the top of the repository.
const TOP: [&str; 4] = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "SECURITY.md"];
/// Pages made of a file that explains itself: page, title, file.
const FILES: [(&str, &str, &str); 2] =
    [("taxonomy.md", "The taxonomy, line by line", "taxonomy.yaml"), ("settings.md", "tagledger.yaml, line by line", "examples/live/tagledger.yaml")];
const RULES: &str = "crates/rules/pages";

/// Puts the pages together and builds the site.
pub(crate) fn run() -> Result<(), Failure> {
    let root = workspace::root()?;
    let book = workspace::target(&root).join("book");
    assemble(&root, &book)?;
    let tool = mdbook(&root)?;
    process::run(Command::new(tool).arg("build").arg(&book))?;
    println!("The site is in {}.", book.join("book").display());
    Ok(())
}

/// mdBook where it is installed, else one of our own in the target folder.
fn mdbook(root: &Path) -> Result<PathBuf, Failure> {
    let tools = workspace::target(root).join("tools");
    let own = tools.join("bin/mdbook");
    if let Some(found) = process::find(&["mdbook"]).or_else(|| own.is_file().then(|| own.clone())) {
        return Ok(found);
    }
    println!("Installing mdBook {MDBOOK} into {}; this takes some minutes, once.", tools.display());
    let wanted = ["install", "--locked", "--no-default-features", "--features", "search", "--version", MDBOOK, "mdbook", "--root"];
    process::run(process::cargo(root).args(wanted).arg(&tools))?;
    Ok(own)
}

/// Writes the source of the book: every page, with links that lead to pages and files of the book.
pub(crate) fn assemble(root: &Path, book: &Path) -> Result<(), Failure> {
    let source = book.join("src");
    if source.exists() {
        fs::remove_dir_all(&source).map_err(failed(&source))?;
    }
    let mut pages: Vec<(String, String)> = Vec::new();
    for name in TOP.iter().filter(|name| root.join(name).is_file()) {
        pages.push(((*name).to_owned(), from_the_top(&workspace::read(root, name)?)));
    }
    for file in workspace::texts(root, &["docs"])?.into_iter().filter(|file| workspace::extension(&file.path) == "md") {
        pages.push((file.path.trim_start_matches("docs/").to_owned(), file.text));
    }
    for (page, title, file) in FILES {
        let text = workspace::read(root, file)?;
        pages.push((
            page.to_owned(),
            format!("# {title}\n\nThe file [`{file}`](files/{file}) as it stands; it is what `tagledger` reads.\n\n```yaml\n{text}```\n"),
        ));
    }
    let schemas: Vec<String> = names(root)?.into_iter().filter(|name| name.ends_with(".schema.json")).collect();
    let list: Vec<String> = schemas.iter().map(|name| format!("- [`{name}`](files/{name})\n")).collect();
    pages.push(("schemas.md".to_owned(), format!("# Schemas\n\nThe shapes of what the program reads and writes, as JSON Schemas.\n\n{}", list.concat())));
    let rules: Vec<(String, String)> = workspace::texts(root, &[RULES])?
        .into_iter()
        .map(|file| (format!("rules/{}", file.path.rsplit('/').next().unwrap_or_default()), file.text.replace("](../../../docs/", "](../")))
        .collect();
    let listed: Vec<String> = rules.iter().map(|(page, text)| format!("- [{}]({page})\n", heading(text))).collect();
    pages.push(("rules.md".to_owned(), format!("# Rules\n\n`tagledger explain <rule>` prints the page of a rule.\n\n{}", listed.concat())));
    let nested: Vec<String> = rules.iter().map(|(page, text)| format!("  - [{}]({page})\n", heading(text))).collect();
    pages.extend(rules);
    for (name, text) in &mut pages {
        if name == "SUMMARY.md" {
            *text = text.replace("- [Rules](rules.md)\n", &format!("- [Rules](rules.md)\n{}", nested.concat()));
        }
        if !name.starts_with("rules/") {
            *text = outside(text);
        }
    }
    let known: BTreeSet<&str> = pages.iter().map(|(name, _)| name.as_str()).collect();
    for (name, text) in &pages {
        for link in links(text).filter(|link| is_ours(link)) {
            copy(root, &source, &known, name, link)?;
        }
        write(&source.join(name), text)?;
    }
    let listed: BTreeSet<&str> = pages.iter().find(|(name, _)| name == "SUMMARY.md").map(|(_, text)| links(text).collect()).unwrap_or_default();
    if let Some(lost) = known.iter().find(|name| **name != "SUMMARY.md" && !listed.contains(**name)) {
        return Err(Failure(format!("docs/SUMMARY.md does not list {lost}, so nobody finds it.")));
    }
    fs::copy(root.join("docs/book.toml"), book.join("book.toml")).map_err(failed(book))?;
    Ok(())
}

/// Links of a page at the top of the repository, as they would be in `docs/`.
fn from_the_top(text: &str) -> String {
    let all: BTreeSet<&str> = links(text).filter(|link| is_ours(link)).collect();
    let moved = |text: String, link: &str| {
        text.replace(&format!("]({link})"), &link.strip_prefix("docs/").map_or_else(|| format!("](../{link})"), |page| format!("]({page})")))
    };
    all.into_iter().fold(text.to_owned(), moved)
}

/// Neither an address elsewhere nor a place on the same page.
fn is_ours(link: &str) -> bool {
    !link.contains("://") && !link.starts_with(['#', '<']) && !link.starts_with("mailto:")
}

/// Links out of `docs/` lead to the pages and files that the book has of them.
fn outside(text: &str) -> String {
    let mut text = text.replace("](../", "](files/");
    for name in TOP {
        text = text.replace(&format!("](files/{name}"), &format!("]({name}"));
    }
    text.replace("](files/docs/", "](")
}

/// What a link of a page leads to must be there; a file that is no page is taken along.
fn copy(root: &Path, source: &Path, known: &BTreeSet<&str>, page: &str, link: &str) -> Result<(), Failure> {
    let target = link.split('#').next().unwrap_or_default();
    if target.is_empty()
        || known.contains(target)
        || page.starts_with("rules/")
            && (known.contains(format!("rules/{target}").as_str()) || target.strip_prefix("../").is_some_and(|page| known.contains(page)))
    {
        return Ok(());
    }
    let file = target.strip_prefix("files/").unwrap_or(target).trim_end_matches('/');
    let from = root.join(file);
    if !from.exists() {
        return Err(Failure(format!("{page} links to {link}, which is not there.")));
    }
    if from.is_file() && target.starts_with("files/") {
        let to = source.join(target);
        fs::create_dir_all(to.parent().unwrap_or(source)).map_err(failed(&to))?;
        fs::copy(&from, &to).map_err(failed(&to))?;
    }
    Ok(())
}

/// Where the links of a page lead, outside of its code.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    let plain = text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        is_code ^= fence;
        !is_code && !fence
    });
    plain.flat_map(|line| line.split("](").skip(1).filter_map(|rest| rest.split(')').next()))
}

fn heading(page: &str) -> &str {
    page.lines().next().unwrap_or_default().trim_start_matches('#').trim()
}

fn names(root: &Path) -> Result<Vec<String>, Failure> {
    let entries = fs::read_dir(root).map_err(failed(root))?.flatten();
    let mut all: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    all.sort();
    Ok(all)
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::create_dir_all(path.parent().unwrap_or(path)).map_err(failed(path))?;
    fs::write(path, text).map_err(failed(path))
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> Failure + '_ {
    move |e| Failure(format!("{}: {e}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_listed_and_every_link_leads_somewhere() {
        let root = workspace::root().unwrap_or_else(|e| panic!("{e}"));
        let book = std::env::temp_dir().join(format!("tagledger-book-{}", std::process::id()));
        let done = assemble(&root, &book);
        let rules = fs::read_to_string(book.join("src/rules.md")).unwrap_or_default();
        let _removed = fs::remove_dir_all(&book);
        done.unwrap_or_else(|e| panic!("{e}"));
        assert!(rules.contains("[untagged](rules/untagged.md)"));
    }

    #[test]
    fn links_in_code_are_none() {
        assert_eq!(links("[a](b.md) and [c](../d)\n```\n[e](f)\n```\n").collect::<Vec<_>>(), ["b.md", "../d"]);
        assert_eq!(outside("[a](../README.md#x) [b](../taxonomy.yaml)"), "[a](README.md#x) [b](files/taxonomy.yaml)");
    }
}
