//! What the schemas of CloudFormation say about each type: whether it can carry tags, under which property, and in which shape.

use crate::Options;
use crate::found::Carries;
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

/// The property that holds the tags of a type, by its service and name without case.
pub(crate) fn tags_of_type(service: &str, thing: &str) -> Option<Carries> {
    let name = |kind: &str| {
        let mut parts = kind.split("::").skip(1);
        parts.next().is_some_and(|s| s.eq_ignore_ascii_case(service)) && parts.next().is_some_and(|t| t.eq_ignore_ascii_case(thing)) && parts.next().is_none()
    };
    TYPES.iter().find(|(kind, _)| name(kind)).map(|(_, at)| at.map_or(Carries::Nothing, |at| Carries::At(at.attribute)))
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
    derived.filter(|name| options.kinds_of(super::CLOUD).is_some_and(|kinds| kinds.find(name).is_some())).map_or_else(|| Text::new(kind), Text::from)
}
