//! Annotations of GitHub Actions: `::error file=…,line=…::message`, one a line:
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.
//!
//! A step shows ten errors and ten warnings and drops the others in silence, so the worst ten go out and the rest is counted.

use super::group::{blocks, loudness, name, path_and_line};
use super::{Gate, GateFormat, GateOptions, Standing};
use crate::inert::visible;
use std::io::{self, Write};
use tagledger_model::Level;

/// Workflow commands.
pub(super) struct Annotations;

/// What one step shows of each loudness.
const MOST: usize = 10;

impl GateFormat for Annotations {
    fn id(&self) -> &'static str {
        "github"
    }

    fn write(&self, gate: &Gate, options: &GateOptions, out: &mut dyn Write) -> io::Result<()> {
        let (mut counts, mut left) = ([0_usize; 3], 0_usize);
        for group in blocks(gate, |s| s.is_open() || s == Standing::Debt) {
            let level = group.findings.iter().map(|f| loudness(f)).max().unwrap_or(Level::Info);
            let (slot, command) = match level {
                Level::Error => (0, "error"),
                Level::Warn => (1, "warning"),
                _ => (2, "notice"),
            };
            counts[slot] += 1;
            if counts[slot] > MOST {
                left += group.resources.len();
                continue;
            }
            let (path, line) = path_and_line(gate, group.resource, options);
            let messages: Vec<String> = group.said(gate).into_iter().map(|said| said.message).collect();
            let title = format!("Tagledger: {}", group.findings.first().map_or("", |f| f.finding.rule.as_str()));
            let end = if group.resource.end_line > line { format!(",endLine={}", group.resource.end_line) } else { String::new() };
            writeln!(
                out,
                "::{command} file={},line={line}{end},title={}::{}",
                property(&path),
                property(&title),
                data(&format!("{}: {}", name(&group.resources), messages.join("; ")))
            )?;
        }
        if left > 0 {
            writeln!(out, "::notice title=Tagledger::{left} more resources have findings; the step summary and the other formats have them all")?;
        }
        Ok(())
    }
}

/// Text behind `::`: a line break would begin another command.
fn data(text: &str) -> String {
    visible(&text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")).into_owned()
}

/// Text of a property, which ends at a comma or a colon as well.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
