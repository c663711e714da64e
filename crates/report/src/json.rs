//! `report.json`: the summary and every finding, for programs. Its shape is `report.schema.json`.
//!
//! The summary is written first; findings stream behind it, one a line, so that a line-based tool can cut the file.

use crate::{Format, Report, Sink};
use std::io::{self, BufWriter, Write};

/// One JSON document.
#[derive(Debug)]
pub(crate) struct Json;

impl Format for Json {
    fn id(&self) -> &'static str {
        "json"
    }

    fn write(&self, report: &Report<'_>, out: &mut dyn Sink) -> io::Result<()> {
        let mut file = BufWriter::new(out.file("report.json")?);
        let summary = serde_json::to_string_pretty(report.summary)?;
        // The closing brace of the summary comes after the findings.
        file.write_all(summary.strip_suffix("\n}").unwrap_or(&summary).as_bytes())?;
        file.write_all(b",\n  \"findings\": [")?;
        let mut separator: &[u8] = b"\n    ";
        report.rows.findings(&mut |finding| {
            file.write_all(separator)?;
            separator = b",\n    ";
            Ok(serde_json::to_writer(&mut file, finding)?)
        })?;
        file.write_all(b"\n  ]\n}\n")?;
        file.flush()
    }
}
