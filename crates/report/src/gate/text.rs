//! A check for people: each resource with what is wrong with it, where, and what to write.

use super::group::{count, groups, headline};
use super::{Gate, GateFinding, GateFormat, GateOptions, GateResource, Standing};
use crate::inert::visible;
use std::fmt::Write as _;
use std::io::{self, Write};
use tagledger_model::Level;

/// Text for a terminal.
pub(super) struct Text;

/// Findings shown one by one; what is beyond is counted.
const SHOWN: usize = 500;

impl GateFormat for Text {
    fn id(&self) -> &'static str {
        "text"
    }

    fn write(&self, gate: &Gate, options: &GateOptions, out: &mut dyn Write) -> io::Result<()> {
        let mut text = String::new();
        let all = groups(gate, Standing::is_open);
        for group in all.iter().take(SHOWN) {
            resource(&mut text, gate, group.resource);
            // Findings of one resource share the patch that mends them together.
            let is_patched = group.findings.iter().any(|f| f.patch.is_some());
            for finding in &group.findings {
                line(&mut text, finding, is_patched, options);
            }
            if let Some(patch) = group.findings.iter().find_map(|f| f.patch.as_deref()) {
                for line in patch.lines() {
                    let _ = writeln!(text, "    + {}", visible(line));
                }
            }
            text.push('\n');
        }
        if all.len() > SHOWN {
            let _ = writeln!(text, "… and {} more; --format json has them all\n", crate::plural((all.len() - SHOWN) as u64, "resource"));
        }
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
        // Some pipelines take `##vso[…]` for a command wherever it stands in a line of the log.
        out.write_all(text.replace("##vso[", "# #vso[").replace("##[", "# #[").as_bytes())
    }
}

/// The line that names a resource; its place stands first, in the form that editors and terminals make a link of.
fn resource(text: &mut String, gate: &Gate, resource: &GateResource) {
    if let Some(place) = &resource.place {
        let _ = write!(text, "{}: ", visible(&place.to_string()));
    }
    let input = gate.inputs.get(resource.input).map_or("", |input| input.file.as_str());
    let _ = writeln!(text, "{} ({}, {})", visible(&resource.address), resource.action, visible(input));
}

fn line(text: &mut String, finding: &GateFinding, is_patched: bool, options: &GateOptions) {
    let (word, colour) = match (finding.standing, finding.finding.level) {
        (Standing::Failing, Level::Error) => ("error", "31"),
        (Standing::Undetermined, _) => ("undetermined", "36"),
        (_, Level::Info) => ("info", "34"),
        _ => ("warning", "33"),
    };
    let (on, off) = if options.colour { (format!("\u{1b}[{colour}m"), "\u{1b}[0m") } else { (String::new(), "") };
    let _ = writeln!(text, "  {on}{word}{off}[{}] {}", finding.finding.rule, visible(&finding.finding.message));
    if let Some(place) = &finding.finding.demanded_by {
        let _ = writeln!(text, "    required by {}", visible(&place.to_string()));
    }
    // A patch shows it better.
    if let (false, Some(suggestion)) = (is_patched, &finding.finding.suggestion) {
        let _ = writeln!(text, "    {}", visible(&suggestion.to_string()));
    }
}
