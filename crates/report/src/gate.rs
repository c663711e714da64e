//! The one document of a check before deploy, and the formats it is written in: one file per format.
//!
//! A gate speaks about resources that do not exist yet: each finding has the address and, where it is known, the line of source that
//! has to change. Formats compute nothing; what is failing and what is debt was decided before.

mod demand;
mod frame;
mod github;
mod gitlab;
mod group;
mod json;
mod junit;
pub(crate) mod markdown;
mod sarif;
mod text;

#[cfg(test)]
mod tests;

pub use json::gate_json_schema;

use crate::Exit;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::io::{self, Write};
use tagledger_model::{Finding, Level, Place};

/// Version of the document's shape.
pub const GATE_SCHEMA: &str = "tagledger.check/1";

/// What a check found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Gate {
    /// `tagledger.check/1`.
    pub schema: String,
    /// Program and version.
    pub tool: String,
    /// The taxonomy file, as the user named it.
    pub taxonomy: String,
    /// Plans and templates read, in order.
    pub inputs: Vec<GateInput>,
    /// Exit code and why.
    pub exit: Exit,
    /// Counts of resources.
    pub counts: GateCounts,
    /// Every resource that was judged, in order of address.
    pub resources: Vec<GateResource>,
    /// The rules that findings name, in order of id.
    pub rules: Vec<GateRule>,
    /// Lines that open findings name, of the source and of the taxonomy, each once, in order of place. What could not be read is left out.
    pub excerpts: Vec<Excerpt>,
    /// Findings: failing first, then undetermined, then warnings, debt, known ones and waived ones; by address within.
    pub findings: Vec<GateFinding>,
    /// What the plans leave open as a whole, one sentence each.
    pub gaps: Vec<String>,
    /// What a reader should know beside. One sentence each.
    pub notes: Vec<String>,
}

impl Gate {
    /// The line that begins at a place, if it could be read.
    pub fn excerpt(&self, place: &Place) -> Option<&Excerpt> {
        let at = self.excerpts.binary_search_by(|excerpt| excerpt.place.cmp(place)).ok()?;
        self.excerpts.get(at)
    }
}

/// A plan or template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GateInput {
    /// File as the user named it, `-` for standard input.
    pub file: String,
    /// Format, e.g. `terraform.plan`.
    pub format: String,
}

/// Counts of resources, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GateCounts {
    /// All that the plans leave standing.
    pub resources: u64,
    /// Those that the plans answer for: created, replaced, imported, retagged.
    pub gated: u64,
    /// Those that cannot carry tags.
    pub not_taggable: u64,
    /// Gated resources with a failing finding.
    pub failing: u64,
    /// Gated resources that could not be judged to the end.
    pub undetermined: u64,
}

/// A resource of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GateResource {
    /// Address, logical id or URN.
    pub address: String,
    /// The block of source that makes it: the address without instance keys.
    pub block: String,
    /// Module or stack; none for the root.
    pub module: Option<String>,
    /// The plan's own type.
    pub kind: String,
    /// Cloud.
    pub cloud: String,
    /// create, replace, import, retag, update, keep.
    pub action: String,
    /// yes, no, unknown.
    pub taggable: String,
    /// Index into `Gate::inputs`.
    pub input: usize,
    /// Where it stands in the source, when known.
    pub place: Option<Place>,
    /// The last line of its block; 0 when not known.
    pub end_line: u32,
    /// Id of the resource that exists already, when the plan shows it.
    pub id: Option<String>,
}

/// What a rule says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GateRule {
    /// Its id.
    pub id: String,
    /// One line.
    pub summary: String,
    /// Why it matters and how to mend it, in Markdown.
    pub help: String,
    /// Its level unless the taxonomy sets another.
    pub level: Level,
}

/// A line of a file with a part of it marked. Of a block only the head is there, because its inside may hold secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Excerpt {
    /// Where the marked part begins.
    pub place: Place,
    /// What stands before it on its line.
    pub before: String,
    /// The marked part.
    pub marked: String,
    /// What stands behind it.
    pub after: String,
}

/// What becomes of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It makes the check fail.
    Failing,
    /// It could not be judged; it fails only where that was asked for.
    Undetermined,
    /// Violated, below the level that fails, or not yet: warn mode has a date.
    Warning,
    /// Violated on a resource that the plan leaves alone.
    Debt,
    /// Listed in the baseline.
    Known,
    /// Covered by a waiver.
    Waived,
}

impl Standing {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Failing => "failing",
            Self::Undetermined => "undetermined",
            Self::Warning => "warning",
            Self::Debt => "debt",
            Self::Known => "known",
            Self::Waived => "waived",
        }
    }

    /// Whether somebody has to look at it now.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Failing | Self::Undetermined | Self::Warning)
    }
}

/// A finding about a resource of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GateFinding {
    /// What becomes of it.
    pub standing: Standing,
    /// Index into `Gate::resources`; none for a finding about a waiver or an account.
    pub resource: Option<usize>,
    /// The finding. Its `resource` is the address, its fingerprint is made of the address.
    pub finding: Finding,
    /// The fingerprint of the same finding in a scan, when the plan shows the id of the resource that exists.
    pub live_fingerprint: Option<String>,
    /// Source text that would mend it, several lines, in the plan's own language.
    pub patch: Option<String>,
    /// Index into `Gate::findings` of one about the same resource that says this as well; outputs for people leave this one out.
    pub told_by: Option<usize>,
}

/// What a format may be told beside the document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GateOptions {
    /// Columns of a terminal.
    pub width: usize,
    /// Colour on a terminal.
    pub colour: bool,
    /// Tells several uploads of one tool apart, e.g. the workspace; none for the default.
    pub category: Option<String>,
    /// The repository that the working folder is in, where it is in one.
    pub repository: Option<Repository>,
}

/// Where a working folder is in a repository. Services that show findings beside the code know paths from its root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// The absolute path of its root, with forward slashes.
    pub root: String,
    /// The working folder below it; empty for the root itself.
    pub below: String,
}

impl Repository {
    /// A path as it is called in the working folder, from the root. What lies elsewhere keeps its name.
    fn path(&self, path: &str) -> String {
        if let Some(rest) = path.strip_prefix(&self.root).and_then(|rest| rest.strip_prefix('/')) {
            return rest.to_owned();
        }
        // `-` is standard input, and a letter before a colon a drive.
        let is_drive = |path: &str| cfg!(windows) && path.as_bytes().get(1) == Some(&b':');
        if path == "-" || path.starts_with('/') || is_drive(path) {
            return path.to_owned();
        }
        let mut parts: Vec<&str> = self.below.split('/').filter(|part| !part.is_empty()).collect();
        for part in path.split('/').filter(|part| !matches!(*part, "" | ".")) {
            if part == ".." && parts.pop().is_none() {
                return path.to_owned();
            }
            if part != ".." {
                parts.push(part);
            }
        }
        parts.join("/")
    }
}

/// Writes a gate in one format.
pub trait GateFormat: Send + Sync {
    /// The name on the command line.
    fn id(&self) -> &'static str;
    /// Writes the document.
    fn write(&self, gate: &Gate, options: &GateOptions, out: &mut dyn Write) -> io::Result<()>;
}

/// Every format.
pub static GATE_FORMATS: &[&dyn GateFormat] =
    &[&text::Text, &json::Json, &sarif::Sarif, &junit::JUnit, &github::Annotations, &markdown::Summary, &gitlab::CodeQuality, &markdown::Comment];
