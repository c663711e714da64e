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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use tagledger_collect::Cloud;

    /// Kinds that AWS lets carry tags, and whose CloudFormation type has no property for them: both tables are right, and a template cannot be
    /// blamed. The service's own API takes tags when such a resource is made (models of botocore 1.44.8).
    const TAGGED_ONLY_OUTSIDE_TEMPLATES: [&str; 9] = [
        "config:config-rule",
        "dms:cert",
        "ec2:security-group-rule",
        "elasticbeanstalk:application",
        "elasticbeanstalk:applicationversion",
        "elasticbeanstalk:configurationtemplate",
        "glue:database",
        "iam:instance-profile",
        "iam:policy",
    ];

    #[test]
    fn every_cloudformation_type_of_the_table_of_kinds_is_known_here() {
        let kinds = tagledger_aws::AWS.kinds();
        let unknown: Vec<_> = kinds.iter().filter_map(|kind| kind.template).filter(|template| !TYPES.contains_key(template)).collect();
        assert!(unknown.is_empty(), "not in types.tsv: {unknown:?}");
        assert!(kinds.iter().filter(|kind| kind.template.is_some()).count() > 300, "the table of kinds has lost its CloudFormation types");
    }

    #[test]
    fn the_table_of_kinds_and_the_types_agree_on_what_can_carry_tags() {
        let mut apart = BTreeSet::new();
        for kind in tagledger_aws::AWS.kinds().iter() {
            let Some(at) = kind.template.and_then(|template| TYPES.get(template)) else { continue };
            if (kind.taggable == Taggable::Yes) != at.is_some() {
                assert_eq!(kind.taggable, Taggable::Yes, "a template can write tags on {}, so it can carry them", kind.native);
                apart.insert(kind.native);
            }
        }
        assert_eq!(apart, BTreeSet::from(TAGGED_ONLY_OUTSIDE_TEMPLATES));
    }
}
