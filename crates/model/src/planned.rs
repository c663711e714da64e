//! A resource that is about to exist, or to change, as a plan shows it.

use crate::{NativeId, Place, Text};
use std::sync::Arc;

/// What applying the plan does to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// It is made.
    Create,
    /// It is made anew, and the old one goes.
    Replace,
    /// It exists, and this tool takes it over.
    Import,
    /// It is changed, its tags among the rest.
    Retag,
    /// It is changed, and its tags stay as they are.
    Update,
    /// Nothing happens to it.
    Keep,
}

impl Action {
    /// Whether the plan answers for the resource's tags. What it leaves alone is debt that was there before: shown, and no reason to stop.
    pub fn is_gated(self) -> bool {
        matches!(self, Self::Create | Self::Replace | Self::Import | Self::Retag)
    }

    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Replace => "replace",
            Self::Import => "import",
            Self::Retag => "retag",
            Self::Update => "update",
            Self::Keep => "keep",
        }
    }
}

/// How a tool's source writes the tags of a resource: what a suggested patch is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagSyntax {
    /// `tags = { Key = "value" }`
    HclMap,
    /// `tag { key = "Key" value = "value" propagate_at_launch = true }`
    HclBlocks,
    /// A list of objects with `Key` and `Value`.
    KeyValueList,
    /// A map in JSON or YAML.
    Map,
}

/// Where the tags of a planned resource are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagPlace {
    /// The attribute, with dots for what it lies in: `tags`, `labels`, `settings.user_labels`, `Tags`.
    pub attribute: Text,
    /// Its syntax.
    pub syntax: TagSyntax,
}

/// What a plan knows of a resource beside what every source knows.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// The reader that understood the plan, e.g. `terraform.plan`.
    pub reader: &'static str,
    /// The file as the user named it.
    pub file: Arc<str>,
    /// The resource's name in the plan: an address, a logical id, a URN.
    pub address: Text,
    /// The address that it had before it was moved.
    pub previous: Option<Text>,
    /// The module or stack that it is in; none for the root.
    pub module: Option<Text>,
    /// What happens to it.
    pub action: Action,
    /// The plan's own name of the type, e.g. `aws_s3_bucket`.
    pub kind: Text,
    /// The id of the resource that exists already, where the plan shows it, in the form that inventories use.
    pub id: Option<NativeId>,
    /// Where its tags are written; none where the type has no place for them or the plan does not tell.
    pub tags_at: Option<TagPlace>,
    /// Where it stands in the source, once that is known.
    pub place: Option<Place>,
    /// The last line of its block; 0 when not known.
    pub end_line: u32,
}
