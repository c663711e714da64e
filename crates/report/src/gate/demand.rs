//! The lines of the taxonomy that demand what is missing: each is drawn once, however many resources break it.

use super::frame::{Mark, draw, room};
use super::group::is_missing;
use super::{Gate, GateOptions};
use crate::inert::visible;
use crate::terminal::table::wrap;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use tagledger_model::{Place, Verdict};

/// Lines drawn of one file; the rest is counted.
const MOST: usize = 40;

/// The resources that break one demand, each once.
#[derive(Default)]
struct Broken {
    missing: BTreeSet<usize>,
    undetermined: BTreeSet<usize>,
    otherwise: BTreeSet<usize>,
}

impl Broken {
    fn label(&self) -> String {
        let on = |word: &str, all: &BTreeSet<usize>| (!all.is_empty()).then(|| format!("{word} {}", crate::plural(all.len() as u64, "resource")));
        let parts: Vec<String> =
            [on("missing on", &self.missing), on("broken by", &self.otherwise), on("undetermined for", &self.undetermined)].into_iter().flatten().collect();
        format!("{} here, {}", if self.missing.is_empty() && !self.otherwise.is_empty() { "demanded" } else { "required" }, parts.join(", "))
    }
}

/// Every demand of open findings, file by file.
pub(super) fn demands(text: &mut String, gate: &Gate, options: &GateOptions) {
    let mut files: BTreeMap<&std::path::Path, BTreeMap<&Place, Broken>> = BTreeMap::new();
    for finding in gate.findings.iter().filter(|f| f.standing.is_open()) {
        let (Some(place), Some(resource)) = (&finding.finding.demanded_by, finding.resource) else { continue };
        let broken = files.entry(&place.file).or_default().entry(place).or_default();
        match finding.finding.verdict {
            Verdict::Undetermined => broken.undetermined.insert(resource),
            Verdict::Violated if is_missing(finding) => broken.missing.insert(resource),
            Verdict::Violated => broken.otherwise.insert(resource),
        };
    }
    for (file, places) in files {
        let mut marks = Vec::new();
        let _ = writeln!(text, "{}", visible(&file.display().to_string()));
        for (place, broken) in places.iter().take(MOST) {
            match gate.excerpt(place) {
                Some(excerpt) => marks.push(Mark { excerpt, sign: '-', label: broken.label(), colour: "34" }),
                // The file or its line is gone: its place is what is left.
                None => {
                    for line in wrap(&format!("{}: {}", visible(&place.to_string()), broken.label()), room(options) - 2) {
                        let _ = writeln!(text, "  {line}");
                    }
                }
            }
        }
        if !marks.is_empty() {
            draw(text, &marks, options);
        }
        if places.len() > MOST {
            let _ = writeln!(text, "  … and {}; --format json has them all", crate::plural((places.len() - MOST) as u64, "line"));
        }
        text.push('\n');
    }
}
