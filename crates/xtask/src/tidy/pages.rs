//! Every rule has a page with examples, which is also its test.

use super::Break;
use crate::workspace::{TextFile, extension};

pub(crate) const DEMANDS: &str = "Every rule has a page with at least one example under `### Breaks` and one under `### Passes`: \
the page is what people read and what the tests run, so a rule without both is neither explained nor tested.";

const HEADINGS: [&str; 2] = ["### Breaks", "### Passes"];

pub(super) fn check(texts: &[TextFile]) -> Vec<Break> {
    let mut breaks = Vec::new();
    let ids: Vec<(String, &str)> = texts.iter().filter_map(|f| Some((rule_id(f)?, f.path.as_str()))).collect();
    let pages: Vec<(&str, &TextFile)> = texts.iter().filter_map(|f| Some((page_of(&f.path)?, f))).collect();
    for (id, path) in &ids {
        if !pages.iter().any(|(page, _)| page == id) {
            breaks.push(Break::new(path, 1, format!("the rule `{id}` has no page `pages/{id}.md`")));
        }
    }
    for (id, page) in &pages {
        if !ids.iter().any(|(rule, _)| rule == id) {
            breaks.push(Break::new(&page.path, 1, format!("there is no rule `{id}`")));
        }
        for heading in HEADINGS {
            if !has_example(&page.text, heading) {
                breaks.push(Break::new(&page.path, 1, format!("no example under `{heading}`")));
            }
        }
    }
    breaks
}

/// The id of the rule that a file declares as data: `id: "…"` within `RuleMeta { … }`.
fn rule_id(file: &TextFile) -> Option<String> {
    if !file.path.starts_with("crates/rules/src/") || extension(&file.path) != "rs" {
        return None;
    }
    let meta = &file.text[file.text.find("RuleMeta {")?..];
    let id = &meta[meta.find("id: \"")? + 5..];
    Some(id[..id.find('"')?].to_owned())
}

/// The rule that a page is about, by its file name.
fn page_of(path: &str) -> Option<&str> {
    let (folder, file) = path.rsplit_once('/')?;
    // The form of pages is described beside them.
    (path.starts_with("crates/rules/") && folder.ends_with("/pages") && file != "README.md").then(|| file.strip_suffix(".md"))?
}

/// True when a code block stands between this heading and the next one of its level or above.
fn has_example(page: &str, heading: &str) -> bool {
    let mut inside = false;
    for line in page.lines() {
        if line.starts_with('#') {
            // `### Breaks: an alias` is a heading of the same kind.
            inside = line.strip_prefix(heading).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
        } else if inside && line.trim_start().starts_with("```") {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str = "//! Doc.\npub(crate) static META: RuleMeta = RuleMeta {\n    id: \"no-owner\",\n};\n";
    const PAGE: &str = "# no-owner\n\n## Examples\n\n### Breaks\n\n```yaml\ntags: {}\n```\n\n### Passes\n\n```yaml\ntags: { Owner: x }\n```\n";

    fn said(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<TextFile> = files.iter().map(|(path, text)| TextFile { path: (*path).to_owned(), text: (*text).to_owned() }).collect();
        check(&files).into_iter().map(|b| b.what).collect()
    }

    #[test]
    fn a_rule_with_both_examples_passes() {
        assert_eq!(
            said(&[("crates/rules/src/no_owner.rs", RULE), ("crates/rules/pages/no-owner.md", PAGE), ("crates/rules/src/lib.rs", "use RuleMeta;")]),
            [""; 0]
        );
    }

    #[test]
    fn missing_pages_and_examples_are_breaks() {
        assert_eq!(said(&[("crates/rules/src/no_owner.rs", RULE)]), ["the rule `no-owner` has no page `pages/no-owner.md`"]);
        assert_eq!(said(&[("crates/rules/pages/no-owner.md", PAGE)]), ["there is no rule `no-owner`"]);
        let half = PAGE.replace("### Passes", "### Passages").replace("tags: {}", "").replacen("```", "", 2);
        let page = [("crates/rules/src/no_owner.rs", RULE), ("crates/rules/pages/no-owner.md", half.as_str())];
        assert_eq!(said(&page), ["no example under `### Breaks`", "no example under `### Passes`"]);
    }
}
