//! A check for people: each resource with what is wrong with it, where, and what to write.

use super::demand::demands;
use super::frame::{GUTTER, Mark, draw, no_command, plain, room};
use super::group::{Group, Said, blocks, count, headline, instances, is_missing};
use super::{Gate, GateFormat, GateOptions, Standing};
use crate::inert::visible;
use crate::terminal::table::{cut_end, wrap};
use std::fmt::Write as _;
use std::io::{self, Write};
use tagledger_model::{Level, Suggestion, Verdict};

/// Text for a terminal.
pub(super) struct Text;

/// Findings shown one by one; what is beyond is counted.
const SHOWN: usize = 500;
/// Columns of one sentence: a longer one must not push the others out of sight.
const LONGEST: usize = 2_000;

impl GateFormat for Text {
    fn id(&self) -> &'static str {
        "text"
    }

    fn write(&self, gate: &Gate, options: &GateOptions, out: &mut dyn Write) -> io::Result<()> {
        let mut text = String::new();
        let all = blocks(gate, Standing::is_open);
        for group in all.iter().take(SHOWN) {
            block(&mut text, gate, group, options);
            text.push('\n');
        }
        if all.len() > SHOWN {
            let _ = writeln!(
                text,
                "… and {} more; --format json has them all\n",
                crate::plural(all[SHOWN..].iter().map(|g| g.resources.len() as u64).sum(), "resource")
            );
        }
        demands(&mut text, gate, options);
        for (standing, what) in [
            (Standing::Debt, "on resources that the plan leaves alone (--all judges them too)"),
            (Standing::Known, "in the baseline"),
            (Standing::Waived, "waived"),
        ] {
            let number = count(gate, standing);
            if number > 0 {
                let _ = writeln!(text, "{} {what}", crate::plural(number, "finding"));
            }
        }
        for gap in &gate.gaps {
            let _ = writeln!(text, "open: {}", visible(gap));
        }
        for note in &gate.notes {
            let _ = writeln!(text, "note: {}", visible(note));
        }
        let _ = writeln!(text, "{}", headline(gate));
        let _ = writeln!(text, "exit {}: {}", gate.exit.code, visible(&gate.exit.why));
        out.write_all(no_command(&text).as_bytes())
    }
}

/// What was found about a resource. Its place stands first, in the form that editors and terminals make a link of.
fn block(text: &mut String, gate: &Gate, group: &Group<'_>, options: &GateOptions) {
    let resource = group.resource;
    if let Some(place) = &resource.place {
        let _ = write!(text, "{}: ", visible(&place.to_string()));
    }
    let input = gate.inputs.get(resource.input).map_or("", |input| input.file.as_str());
    let address = if group.resources.len() > 1 { &resource.block } else { &resource.address };
    let _ = writeln!(text, "{} ({}, {})", visible(address), resource.action, visible(input));
    if group.resources.len() > 1 {
        wrapped(text, &instances(&group.resources), options);
    }
    let all = group.said(gate);
    for said in &all {
        sentence(text, said, options);
    }
    if let Some(excerpt) = resource.place.as_ref().and_then(|place| gate.excerpt(place)) {
        let missing = all.iter().flat_map(|said| &said.findings).any(|f| is_missing(f));
        let failing = all.iter().any(|said| said.standing() == Standing::Failing);
        let violated = group.findings.iter().any(|f| f.finding.verdict == Verdict::Violated);
        let label = match (missing, violated) {
            (true, _) => "missing here",
            (false, true) => "wrong here",
            (false, false) => "undetermined here",
        };
        draw(text, &[Mark { excerpt, sign: '^', label: label.to_owned(), colour: if failing { "31" } else { "33" } }], options);
    }
    match group.patch() {
        Some(patch) => {
            for line in patch.lines() {
                let _ = writeln!(text, "{:GUTTER$} + {}", "", plain(line));
            }
        }
        None => suggestions(text, &all, options),
    }
}

/// A sentence with its level and rules in front.
fn sentence(text: &mut String, said: &Said<'_>, options: &GateOptions) {
    let (word, colour) = match (said.standing(), said.findings[0].finding.level) {
        (Standing::Failing, Level::Error) => ("error", "31"),
        (Standing::Undetermined, _) => ("undetermined", "36"),
        (_, Level::Info) => ("info", "34"),
        _ => ("warning", "33"),
    };
    let mut line = String::new();
    wrapped(&mut line, &format!("{word}[{}] {}", said.rules.join(", "), said.message), options);
    // Colour goes in last, so that it takes no columns.
    text.push_str(&if options.colour { line.replacen(word, &format!("\u{1b}[{colour}m{word}\u{1b}[0m"), 1) } else { line });
}

/// What to do, where no patch shows it. Tags to set are one line.
fn suggestions(text: &mut String, all: &[Said<'_>], options: &GateOptions) {
    let (mut tags, mut others): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for suggestion in all.iter().flat_map(|said| &said.findings).filter_map(|f| f.finding.suggestion.as_ref()) {
        let (list, line) = match suggestion {
            Suggestion::SetTag { .. } => (&mut tags, suggestion.to_string().trim_start_matches("set ").to_owned()),
            _ => (&mut others, suggestion.to_string()),
        };
        if !list.contains(&line) {
            list.push(line);
        }
    }
    if !tags.is_empty() {
        others.insert(0, format!("set {}", tags.join(", ")));
    }
    for line in others {
        wrapped(text, &format!("= {line}"), options);
    }
}

/// Text that is broken into lines, the first indented by two and the others by four.
fn wrapped(text: &mut String, line: &str, options: &GateOptions) {
    let line = cut_end(&visible(line), LONGEST);
    for (at, line) in wrap(&line, room(options) - 4).iter().enumerate() {
        let _ = writeln!(text, "{}{line}", if at == 0 { "  " } else { "    " });
    }
}
