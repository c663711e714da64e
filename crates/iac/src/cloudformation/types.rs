//! What the schemas of CloudFormation say about each type: whether it can carry tags, under which property, and in which shape.

use crate::Options;
use crate::template::Node;
use std::collections::HashMap;
use std::sync::LazyLock;
use tagledger_model::{Taggable, Text};

/// How a property holds tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// `[{Key, Value}]`.
    List,
    /// `{key: value}`.
    Map,
    /// `[{ResourceType, Tags: [{Key, Value}]}]`.
    Specifications,
}

/// Where a type has its tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct At {
    pub attribute: &'static str,
    pub shape: Shape,
}

static TYPES: LazyLock<HashMap<&'static str, Option<At>>> = LazyLock::new(|| {
    let line = |line: &'static str| {
        let mut columns = line.split('\t');
        let (kind, attribute, shape) = (columns.next()?, columns.next()?, columns.next()?);
        let shape = match shape {
            "list" => Some(Shape::List),
            "map" => Some(Shape::Map),
            "specs" => Some(Shape::Specifications),
            _ => None,
        };
        Some((kind, shape.map(|shape| At { attribute, shape })))
    };
    include_str!("types.tsv").lines().filter(|l| !l.starts_with('#')).filter_map(line).collect()
});

/// Where a resource has its tags. A type that the table does not know may still show them.
pub(super) fn find(kind: &str, properties: Option<&Node>) -> Option<At> {
    if let Some(known) = TYPES.get(kind).copied().flatten() {
        return Some(known);
    }
    let shown = properties?.get("Tags").filter(|_| !is_custom(kind))?;
    Some(At { attribute: "Tags", shape: if shown.entries().is_empty() || shown.function().is_some() { Shape::List } else { Shape::Map } })
}

/// A custom resource is a call of a function; whether what it makes has tags is the function's affair.
fn is_custom(kind: &str) -> bool {
    kind.starts_with("Custom::") || kind == "AWS::CloudFormation::CustomResource"
}

/// Whether a type can carry tags.
pub(super) fn taggable(kind: &str, at: Option<At>) -> Taggable {
    match (at, TYPES.get(kind)) {
        (Some(_), _) => Taggable::Yes,
        (None, Some(_)) => Taggable::No,
        (None, None) if is_custom(kind) || kind == "AWS::CDK::Metadata" => Taggable::No,
        (None, None) => Taggable::Unknown,
    }
}

/// The kind as inventories name it, where it can be derived: `AWS::S3::Bucket` is `s3:bucket`.
pub(super) fn native(kind: &str, options: &Options<'_>) -> Text {
    let mut parts = kind.split("::").skip(1);
    let derived = parts.next().zip(parts.next()).map(|(service, thing)| format!("{service}:{thing}").to_ascii_lowercase());
    let table = options.kinds.iter().find(|(id, _)| id.as_str() == super::CLOUD).map(|(_, kinds)| kinds);
    derived.filter(|name| table.is_some_and(|kinds| kinds.find(name).is_some())).map_or_else(|| Text::new(kind), Text::from)
}
