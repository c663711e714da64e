//! Every page is run as the test of its rule: the examples go through the real reader, clouds and engine.

mod live;
mod page;

use page::{Block, Example, Page};
use std::collections::BTreeSet;
use tagledger_collect::{Document, Found, GENERIC, Sample};
use tagledger_engine::Rule;
use tagledger_model::{Finding, Verdict};
use tagledger_rules::RULES;

const README: &str = include_str!("../pages/README.md");

/// Rules that can never be undetermined, and why: their pages need no example of it, and say so under `## Limits`.
const ALWAYS_DECIDED: &[(&str, &str)] = &[
    ("nonstandard-key", "it judges the names of tags that were read, whatever their values"),
    ("repeated-key", "it judges the names of tags that were read, whatever their values"),
    ("waiver-expired", "a waiver has its last day, and the audit its moment"),
];

#[test]
fn every_page_does_what_it_says() {
    let common = page::parse(README).unwrap().taxonomy.unwrap();
    let mistakes: Vec<String> = RULES.iter().flat_map(|rule| run(*rule, &common)).collect();
    assert!(mistakes.is_empty(), "\n{}", mistakes.join("\n"));
}

#[test]
fn every_page_belongs_to_a_rule() {
    let folder = std::fs::read_dir(std::env::var("CARGO_MANIFEST_DIR").unwrap() + "/pages").unwrap();
    let files: BTreeSet<String> = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let pages = RULES.iter().map(|rule| format!("{}.md", rule.meta().id)).chain(["README.md".to_owned()]);
    assert_eq!(files, pages.collect::<BTreeSet<_>>());
}

/// Every mistake of one page.
fn run(rule: &dyn Rule, common: &Block) -> Vec<String> {
    let meta = rule.meta();
    let path = format!("pages/{}.md", meta.id);
    let page = match page::parse(meta.page) {
        Ok(page) => page,
        Err(mistake) => return vec![format!("{path}:{mistake}")],
    };
    let mut mistakes = Vec::new();
    let title = format!("# {}", meta.id);
    if page.title != title {
        mistakes.push(format!("{path}:1: the title should be `{title}`"));
    }
    let facts = format!("Family {} · level {} · since {}", meta.family.word(), meta.level.word(), meta.since);
    if page.facts != facts {
        mistakes.push(format!("{path}:3: this line should be `{facts}`"));
    }
    let has = |verdict| page.examples.iter().any(|example| example.verdict == verdict);
    for (verdict, word) in [(Some(Verdict::Violated), "breaks"), (None, "passes")] {
        if !has(verdict) {
            mistakes.push(format!("{path}: no example {word}"));
        }
    }
    let is_decided = ALWAYS_DECIDED.iter().any(|(id, _)| *id == meta.id);
    match (has(Some(Verdict::Undetermined)), is_decided) {
        (false, false) => mistakes.push(format!("{path}: no example is undetermined")),
        (true, true) => mistakes.push(format!("{path}: an example is undetermined, and the rule is listed as one that never is")),
        (true, false) => {}
        (false, true) => {
            if !meta.page.contains("never undetermined") {
                mistakes.push(format!("{path}: its limits do not say that it is never undetermined"));
            }
        }
    }
    mistakes.extend(page.examples.iter().filter_map(|example| judge(rule, &path, &page, example, common).err()));
    mistakes
}

/// Runs one example; the error is the difference.
fn judge(rule: &dyn Rule, path: &str, page: &Page, example: &Example, common: &Block) -> Result<(), String> {
    let at = |what: &str| format!("{path}:{}: {what}", example.line);
    if example.expect.is_empty() != example.verdict.is_none() {
        return Err(at("a block `expect` stands in every example that does not pass, and only there"));
    }
    let (taxonomy_path, block) = match example.taxonomy.as_ref().or(page.taxonomy.as_ref()) {
        Some(block) => (path, block),
        None => ("pages/README.md", common),
    };
    let files: Vec<(&str, &str)> = page.files.iter().map(|(name, block)| (name.as_str(), block.text())).collect();
    let taxonomy = live::taxonomy(taxonomy_path, &block.in_place(), &files)?;
    let inventory = example.inventory.as_ref().ok_or_else(|| at("this example has no block `json inventory`"))?;
    let findings =
        live::findings(&taxonomy, &read(path, inventory)?, example.bill.as_ref().map(Block::text), example.now, &example.unseen).map_err(|e| at(&e))?;
    if let Some(unfit) = findings.iter().find_map(unfit) {
        return Err(at(&unfit));
    }
    let mut missing: Vec<_> = example.expect.iter().collect();
    let mut difference = Vec::new();
    for finding in findings.iter().filter(|f| f.rule == rule.meta().id) {
        match missing.iter().position(|expected| expected.matches(finding)) {
            Some(position) if Some(finding.verdict) == example.verdict => {
                missing.remove(position);
            }
            _ => difference.push(format!("  found    [{}] {}", finding.verdict.word(), shown(finding))),
        }
    }
    difference.extend(missing.iter().map(|expected| format!("  expected [{}] {expected}", example.verdict.map_or("nothing", Verdict::word))));
    if difference.is_empty() { Ok(()) } else { Err(at(&format!("the findings are not the expected ones\n{}", difference.join("\n")))) }
}

/// The records of an example, by the reader of the generic inventory.
fn read(path: &str, block: &Block) -> Result<Vec<Found>, String> {
    let document = Document::from_bytes(path, block.in_place().into_bytes()).map_err(|e| e.to_string())?;
    let sample = Sample::of(&document);
    let reader = GENERIC.iter().find(|reader| reader.recognises(&sample)).ok_or_else(|| format!("{path}: {} is no generic inventory", sample.describe()))?;
    let mut found = Vec::new();
    reader.read(&document, &mut |one| found.push(one)).map_err(|e| e.to_string())?;
    Ok(found)
}

/// What no finding of any rule may be like.
fn unfit(finding: &Finding) -> Option<String> {
    let violated = finding.verdict == Verdict::Violated;
    let why = match finding {
        f if f.message.is_empty() || f.message.ends_with('.') => "the message is empty or ends in a full stop",
        f if violated && f.evidence.is_none() => "nothing proves it",
        f if violated && f.suggestion.is_none() => "it does not say what to do",
        _ => return None,
    };
    Some(format!("{why}: {}", shown(finding)))
}

fn shown(finding: &Finding) -> String {
    let mend = finding.suggestion.as_ref().map_or_else(String::new, ToString::to_string);
    format!("{} | {} | {} | {} | {mend}", finding.rule, finding.key.as_deref().unwrap_or("-"), finding.resource, finding.message)
}
