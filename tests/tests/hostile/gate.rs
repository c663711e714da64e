//! Plans as bad as they can be, in every format of `check`: whoever opens a pull request writes them.

use super::{texts, without_breaks};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tagledger_tests::{Desk, TAXONOMY, is_invisible, python};

/// A plan with each text in every place that its author can write: address, module, name, key and value of a tag.
fn hostile() -> Desk {
    let desk = Desk::new();
    desk.put("taxonomy.yaml", TAXONOMY);
    let change = |(number, text): (usize, String)| {
        json!({
            "address": format!("module.m[\"{text}\"].aws_s3_bucket.b{number}[\"{text}\"]"), "module_address": format!("module.m[\"{text}\"]"), "mode": "managed",
            "type": "aws_s3_bucket", "name": text, "index": text, "provider_name": "registry.terraform.io/hashicorp/aws",
            "change": {"actions": ["create"], "before": null, "after_unknown": {}, "after": {
                "bucket": text, "tags": {"Environment": text, text.clone(): text, "env": "production"}, "tags_all": {"Environment": text, text.clone(): text, "env": "production"}}}
        })
    };
    let changes: Vec<Value> = texts().into_iter().enumerate().map(change).collect();
    desk.put("plan.json", json!({"format_version": "1.2", "resource_changes": changes}).to_string());
    desk
}

/// `check` in one format, which nothing invisible is in.
fn checked(desk: &Desk, format: &str) -> String {
    let out = desk.call(&format!("check plan.json --all --format {format}")).exits(1).out;
    if let Some(found) = without_breaks(&out).chars().find(|c| is_invisible(*c)) {
        panic!("{format}: {found:?} in {out}");
    }
    out
}

#[test]
fn the_check_prints_no_control_and_no_command() {
    // Addresses are not cut, because people copy them; everything else is wrapped.
    let text = checked(&hostile(), "text");
    // Nothing begins a command of a runner, of GitHub's or of Azure's.
    assert!(text.lines().all(|line| !line.trim_start().starts_with("::")) && !text.contains("##vso[") && !text.contains("##["), "{text}");
}

#[test]
fn annotations_are_one_command_a_line() {
    let out = checked(&hostile(), "github");
    for line in out.lines() {
        let rest = ["::error ", "::warning ", "::notice "].iter().find_map(|command| line.strip_prefix(command)).unwrap_or_else(|| panic!("{line}"));
        let (properties, _) = rest.split_once("::").unwrap();
        for property in properties.split(',') {
            let (name, value) = property.split_once('=').unwrap_or_else(|| panic!("{line}"));
            assert!(["file", "line", "endLine", "title"].contains(&name) && !value.contains("::"), "{line}");
        }
    }
}

/// A line without its spans of code: as many backquotes end one as began it, and a backslash takes one of its meaning.
fn outside_of_code(line: &str) -> String {
    let (mut out, mut rest) = (String::new(), line);
    while let Some(at) = rest.find('`') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let ticks = from.len() - from.trim_start_matches('`').len();
        let inner = &from[ticks..];
        let is_end = |(end, _): &(usize, &str)| {
            let run = inner[*end..].len() - inner[*end..].trim_start_matches('`').len();
            run == ticks && !inner[..*end].ends_with('`')
        };
        rest = match inner.match_indices('`').find(is_end) {
            Some((end, _)) if !before.ends_with('\\') => &inner[end + ticks..],
            _ => inner,
        };
    }
    out + rest
}

/// What a reader of Markdown makes of it: no markup of HTML but ours, tables with as many cells as their heads, and no links; blocks of code are closed.
#[track_caller]
pub(super) fn is_harmless_markdown(text: &str) {
    let (mut columns, mut fence) = (0, None);
    for line in text.lines() {
        // A block is ended by as many backquotes as began it, or more.
        let ticks = line.len() - line.trim_start_matches('`').len();
        let is_bare = line[ticks..].is_empty();
        if fence.is_some_and(|begun| ticks >= begun && is_bare) {
            fence = None;
        } else if fence.is_none() && ticks >= 3 && !line[ticks..].contains('`') {
            // With further ones on its line it is a span of code.
            fence = Some(ticks);
        }
        if fence.is_some() {
            continue;
        }
        if line.starts_with("|---") {
            columns = line.matches("---").count();
        } else if line.starts_with('|') && columns > 0 {
            let bars = line.char_indices().filter(|(at, c)| *c == '|' && !line[..*at].ends_with('\\')).count();
            assert_eq!(bars, columns + 1, "{line}");
        } else if !line.starts_with('|') {
            columns = 0;
        }
        let outside = outside_of_code(line);
        let tags: BTreeSet<&str> = outside.split('<').skip(1).map(|rest| rest.split(['>', ' ']).next().unwrap_or_default()).collect();
        assert!(tags.iter().all(|tag| ["sub", "/sub", "br", "details", "/details", "summary", "/summary", "!--"].contains(tag)), "{tags:?} in {line}");
        assert!(!outside.contains("://") && !outside.replace("@\u{200b}", "").contains('@'), "a link, or a call: {line}");
        assert!(!outside.contains("](") || outside.contains("\\](") || outside.contains("\\["), "a link: {line}");
    }
    assert_eq!(fence, None, "a block of code is not closed");
}

#[test]
fn comments_hold_no_markup_of_others() {
    let desk = hostile();
    for format in ["markdown", "github-summary"] {
        is_harmless_markdown(&checked(&desk, format));
    }
    // The hidden line by which a bot finds its comment is ended by nothing in it.
    let text = desk.call("check plan.json --format markdown --category").with(["x --> <b>bold</b>\n# y"]).exits(1).out;
    let first = text.lines().next().unwrap();
    assert!(first.starts_with("<!-- tagledger ") && first.matches("-->").count() == 1 && first.ends_with("-->"), "{first}");
}

#[test]
fn documents_of_programs_parse() {
    let desk = hostile();
    let gitlab: Value = serde_json::from_str(&checked(&desk, "gitlab")).unwrap();
    let fingerprints: BTreeSet<&str> = gitlab.as_array().unwrap().iter().map(|finding| finding["fingerprint"].as_str().unwrap()).collect();
    assert!(fingerprints.len() == gitlab.as_array().unwrap().len() && fingerprints.len() > 20);
    // JSON and SARIF hold the text as it was, escaped: programs compare it.
    for format in ["json", "sarif"] {
        let out = desk.call(&format!("check plan.json --all --format {format}")).exits(1).out;
        assert!(!out.contains(['\u{1b}', '\u{7}', '\u{0}']), "{format}");
        let _document: Value = serde_json::from_str(&out).unwrap();
    }
    desk.call("check plan.json --format junit=check.xml").exits(1);
    let xml = desk.text("check.xml");
    assert!(!xml.contains("<script") && !xml.contains("<img") && !xml.contains(|c| is_invisible(c) && c != '\t'), "{xml}");
    let Some(mut python) = python() else { return };
    let cases = "import sys, xml.etree.ElementTree as e; print(len(list(e.parse(sys.argv[1]).iter('testcase'))))";
    let done = python.args(["-c", cases]).arg(desk.path("check.xml")).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    // One for each resource, and the one that is always there.
    assert_eq!(String::from_utf8(done.stdout).unwrap().trim(), (texts().len() + 1).to_string());
}
