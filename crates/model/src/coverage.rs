//! What a scan was asked to read, and what it could read.

use crate::{CloudId, ScopeId, Text};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// How the reading of one source ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    /// Everything the source holds was read.
    Complete {
        /// Resources read.
        count: u64,
    },
    /// Read, but the source cannot hold everything, or stopped early.
    Partial {
        /// Resources read.
        count: u64,
        /// What may be missing, in a sentence.
        why: String,
    },
    /// Refused by the cloud.
    Denied {
        /// The permission that is missing.
        permission: String,
    },
    /// Not read on purpose.
    Skipped {
        /// The reason.
        why: String,
    },
    /// Not read because something broke.
    Failed {
        /// What broke.
        why: String,
    },
}

impl Outcome {
    /// True when something that was asked for may not have been seen.
    pub fn is_incomplete(&self) -> bool {
        !matches!(self, Self::Complete { .. } | Self::Skipped { .. })
    }

    /// Resources read.
    pub fn count(&self) -> u64 {
        match self {
            Self::Complete { count } | Self::Partial { count, .. } => *count,
            _ => 0,
        }
    }

    /// The word for it: complete, partial, denied, skipped or failed.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Complete { .. } => "complete",
            Self::Partial { .. } => "partial",
            Self::Denied { .. } => "denied",
            Self::Skipped { .. } => "skipped",
            Self::Failed { .. } => "failed",
        }
    }

    /// Why it is not complete, in a sentence.
    pub fn why(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Complete { .. } => None,
            Self::Denied { permission } => Some(Cow::Owned(format!("permission {permission} is missing"))),
            Self::Partial { why, .. } | Self::Skipped { why } | Self::Failed { why } => Some(Cow::Borrowed(why)),
        }
    }
}

/// One row of the coverage ledger: one source for one scope, in one Region where the source is asked Region by Region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// The cloud.
    pub cloud: CloudId,
    /// The scope; `*` for a source that was read before any scope was known.
    pub scope: ScopeId,
    /// The Region that was asked; none for a source that answers for all that have no row of their own.
    pub region: Option<Text>,
    /// Collector or export reader.
    pub collector: Text,
    /// The file, for an export.
    pub file: Option<String>,
    /// What may be missing is only what this kind of source never holds: a source that sees the scope whole makes up for it.
    #[serde(skip)]
    pub blind: bool,
    /// This kind of source sees a scope whole.
    #[serde(skip)]
    pub whole: bool,
    /// How it ended.
    #[serde(flatten)]
    pub outcome: Outcome,
}
