//! A resource as a source described it, before anything is normalised.

use crate::{CloudId, Facts, Observed, Planned, RawTag, ScopeId, Text, Timestamp};
use std::sync::Arc;

/// An ARN, ARM id, full resource name or plan address: canonical for joins, raw kept for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NativeId {
    /// The form that two sources of one resource agree on.
    pub canonical: Text,
    /// The spelling of the source, where it differs.
    pub raw: Option<Text>,
}

impl NativeId {
    /// An id that is its own canonical form.
    pub fn exact(id: impl Into<Text>) -> Self {
        Self { canonical: id.into(), raw: None }
    }

    /// An id whose canonical form is its lower case.
    pub fn lowered(id: &str) -> Self {
        let canonical = Text::new(id).to_lowercase();
        let raw = (canonical != id).then(|| Text::new(id));
        Self { canonical, raw }
    }

    /// The spelling to show.
    pub fn shown(&self) -> &Text {
        self.raw.as_ref().unwrap_or(&self.canonical)
    }
}

/// Whether a resource can carry tags at all, as far as the source itself says. The kinds table fills what it leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Taggable {
    /// It can.
    Yes,
    /// It cannot: no rule asks it for a tag.
    No,
    /// Not said.
    Unknown,
}

/// Which door a resource came in by.
#[derive(Debug, Clone, PartialEq)]
pub enum Origin {
    /// A file that a cloud's command line, or a person, wrote.
    Exported {
        /// The reader that understood the file, e.g. `aws.resource-explorer-2.list-resources`.
        reader: &'static str,
        /// The file.
        file: Arc<str>,
    },
    /// The cloud itself, asked while the scan ran.
    Live {
        /// The collector that asked, e.g. `aws.resource-explorer-2`.
        collector: &'static str,
    },
    /// A plan: it is about to exist or to change.
    Planned(Box<Planned>),
}

impl Origin {
    /// The reader that understood the source.
    pub fn reader(&self) -> &'static str {
        match self {
            Self::Exported { reader, .. } => reader,
            Self::Live { collector } => collector,
            Self::Planned(planned) => planned.reader,
        }
    }

    /// What a plan knows beyond, for a resource of a plan.
    pub fn planned(&self) -> Option<&Planned> {
        if let Self::Planned(planned) = self { Some(planned) } else { None }
    }
}

/// Which tags a resource may have beside those that its source shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub enum Further {
    /// No others.
    #[default]
    None,
    /// Perhaps these keys, which depend on something that only the deploy decides.
    Keys(Vec<Text>),
    /// Perhaps any: the source could not show them all.
    Any,
}

/// What a source said, in the source's own words.
#[derive(Debug, Clone, PartialEq)]
pub struct RawResource {
    /// The cloud.
    pub cloud: CloudId,
    /// Account, subscription or project: its id, or an alias of it (a project number).
    pub scope: ScopeId,
    /// Region or location, in the cloud's words.
    pub region: Option<Text>,
    /// Canonical id of the resource group.
    pub group: Option<Text>,
    /// Id.
    pub id: NativeId,
    /// The cloud's own name of the kind, in the form of its kinds table.
    pub kind: Text,
    /// Display name.
    pub name: Option<Text>,
    /// Order and duplicates kept.
    pub tags: Observed<Vec<RawTag>>,
    /// What it may have beside them.
    pub further: Further,
    /// Whether it can carry tags.
    pub taggable: Taggable,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it was last changed, where its source says so.
    pub changed: Option<Timestamp>,
    /// The state it is in; none where the source does not show it.
    pub facts: Option<Box<Facts>>,
    /// Where we know it from.
    pub origin: Origin,
}
