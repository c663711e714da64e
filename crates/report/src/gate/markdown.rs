//! Markdown: the comment on a pull request, with a hidden line by which a bot finds its own, and the summary of a step.

use super::group::{Group, blocks, groups, headline, instances};
use super::{Gate, GateFormat, GateOptions, Standing};
use crate::inert::visible;
use std::fmt::Write as _;
use std::io::{self, Write};

/// A comment on a pull request.
pub(super) struct Comment;

/// The summary of a step of GitHub Actions.
pub(super) struct Summary;

/// A comment is refused beyond 65,536 characters; a table that stays below leaves room for the lines around it.
const COMMENT: usize = 60_000;
/// Longer texts are cut: one of them must not push everything else out.
const LONGEST: usize = 400;
/// Gaps and notes shown.
const NOTES: usize = 20;
/// A step's summary is refused beyond 1 MiB.
const SUMMARY: usize = 900_000;

impl GateFormat for Comment {
    fn id(&self) -> &'static str {
        "markdown"
    }

    fn write(&self, gate: &Gate, options: &GateOptions, out: &mut dyn Write) -> io::Result<()> {
        let category = options.category.as_deref().map_or_else(String::new, |c| format!(" {}", c.replace(['-', '>', '\n'], "_")));
        writeln!(out, "<!-- tagledger{category} -->\n{}", body(gate, COMMENT))
    }
}

impl GateFormat for Summary {
    fn id(&self) -> &'static str {
        "github-summary"
    }

    fn write(&self, gate: &Gate, _: &GateOptions, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", body(gate, SUMMARY))
    }
}

fn body(gate: &Gate, most: usize) -> String {
    let mark = if gate.counts.failing > 0 { "❌" } else { "✅" };
    let mut text = format!("### {mark} Tags: {}\n\n", headline(gate));
    let costs = gate.findings.iter().any(|f| !f.finding.money.is_empty());
    // Each instance costs on its own.
    let all = if costs { groups(gate, Standing::is_open) } else { blocks(gate, Standing::is_open) };
    if !all.is_empty() {
        text.push_str(if costs { "| | resource | what | costs today |\n|---|---|---|---:|\n" } else { "| | resource | what |\n|---|---|---|\n" });
    }
    let mut cut = 0;
    for group in &all {
        let sign = match group.worst() {
            Some(Standing::Failing) => "❌",
            Some(Standing::Undetermined) => "❔",
            _ => "⚠️",
        };
        let what: Vec<String> = group.said(gate).iter().map(|said| format!("{} <sub>{}</sub>", cell(&said.message), said.rules.join(", "))).collect();
        let resource = match group.resources.as_slice() {
            [one] => code(&one.address),
            several => format!("{}<br>{}", code(&group.resource.block), cell(&instances(several))),
        };
        let mut row = format!("| {sign} | {resource} <sub>{}</sub> | {} |", group.resource.action, what.join("<br>"));
        if costs {
            let money: Vec<String> =
                group.findings.first().map_or(&[][..], |f| &f.finding.money).iter().map(|m| format!("{} {}", m.amount, cell(&m.currency))).collect();
            let _ = write!(row, " {} |", money.join("<br>"));
        }
        row.push('\n');
        if cut > 0 || text.chars().count() + row.chars().count() > most {
            cut += group.resources.len() as u64;
            continue;
        }
        text.push_str(&row);
    }
    if cut > 0 {
        let _ = writeln!(text, "\n… and {} more, which would not fit here.", crate::plural(cut, "resource"));
    }
    patches(&mut text, &all, most);
    for line in gate.gaps.iter().chain(&gate.notes).take(NOTES) {
        let _ = writeln!(text, "\n> {}", cell(line));
    }
    let _ = write!(text, "\n<sub>exit {}: {}</sub>", gate.exit.code, cell(&gate.exit.why));
    text
}

fn patches(text: &mut String, groups: &[Group<'_>], most: usize) {
    if groups.iter().all(|group| group.patch().is_none()) {
        return;
    }
    let mut block = String::from("\n<details><summary>What to write</summary>\n");
    for (group, patch) in groups.iter().filter_map(|group| Some((group, group.patch()?))) {
        let patch = patch.replace("```", "'''");
        let place = group.resource.place.as_ref().map_or_else(String::new, |place| format!(" in {}", code(&place.to_string())));
        let address = if group.resources.len() > 1 { &group.resource.block } else { &group.resource.address };
        let entry = format!("\n{}{place}\n\n```hcl\n{}\n```\n", code(address), visible_lines(&patch));
        if text.chars().count() + block.chars().count() + entry.chars().count() > most + 4_000 {
            break;
        }
        block.push_str(&entry);
    }
    block.push_str("\n</details>\n");
    text.push_str(&block);
}

fn visible_lines(text: &str) -> String {
    // Tabs stay, because these lines are to be copied.
    let line = |line: &str| line.split('\t').map(visible).collect::<Vec<_>>().join("\t");
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Text within a table: nothing in it is markup, ends the cell, or calls anybody.
pub(crate) fn cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(LONGEST));
    for c in visible(text).chars().take(LONGEST) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '@' => out.push_str("@\u{200b}"),
            '`' => out.push_str("\\`"),
            '|' | '*' | '_' | '[' | ']' | '\\' | '#' | '~' | '!' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out.replace("://", ":\u{200b}//").replace("www.", "www\u{200b}.")
}

/// An address in code: a fence of its own length, because it may hold backticks.
fn code(text: &str) -> String {
    let text: String = visible(text).chars().take(LONGEST).collect();
    let text = text.replace('|', "\\|");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    if longest == 0 {
        return format!("`{text}`");
    }
    let fence = "`".repeat(longest + 1);
    format!("{fence} {text} {fence}")
}
