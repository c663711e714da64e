//! GitLab's Code Quality report: <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>. Findings that share a
//! fingerprint are collapsed there, so each has its own.

use super::group::{loudness, path_and_line};
use super::{Gate, GateFormat, GateOptions, Standing};
use crate::inert::visible;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::io::{self, Write};
use tagledger_model::Level;

/// One JSON array.
pub(super) struct CodeQuality;

impl GateFormat for CodeQuality {
    fn id(&self) -> &'static str {
        "gitlab"
    }

    fn write(&self, gate: &Gate, options: &GateOptions, out: &mut dyn Write) -> io::Result<()> {
        let mut seen = HashSet::new();
        let mut all: Vec<Value> = Vec::new();
        for finding in gate.findings.iter().filter(|f| (f.standing.is_open() || f.standing == Standing::Debt) && f.told_by.is_none()) {
            let Some(resource) = finding.resource.and_then(|r| gate.resources.get(r)) else { continue };
            let (path, line) = path_and_line(gate, resource, options);
            let mut fingerprint = finding.finding.fingerprint.0.to_string();
            while !seen.insert(fingerprint.clone()) {
                fingerprint.push('+');
            }
            all.push(json!({
                "description": visible(&format!("{}: {}", resource.address, finding.finding.message)),
                "check_name": finding.finding.rule,
                "fingerprint": fingerprint,
                "severity": match loudness(finding) {
                    Level::Error => "major",
                    Level::Warn => "minor",
                    _ => "info",
                },
                "location": { "path": path, "lines": { "begin": line } },
            }));
        }
        serde_json::to_writer_pretty(&mut *out, &all)?;
        out.write_all(b"\n")
    }
}
