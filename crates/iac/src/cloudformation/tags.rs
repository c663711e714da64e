//! The tags of a resource in a template, through functions and conditions.

use super::types::Shape;
use crate::found::Found;
use crate::template::{Node, Value};
use tagledger_model::{Layer, Observed, RawTag, Text};

/// The tags that a property holds.
pub(super) fn of(node: &Node, shape: Shape) -> Found {
    if let Some((name, argument)) = node.function() {
        return match (name, argument.items()) {
            ("Fn::If", [_, yes, no]) => of(yes, shape).either(&of(no, shape)),
            ("Ref", _) if is_nothing(node) => Found::default(),
            _ => Found { open: true, ..Found::default() },
        };
    }
    let mut found = Found::default();
    match (&node.value, shape) {
        (Value::Map(entries), Shape::Map) => {
            for (key, value) in entries {
                match key.text() {
                    Some(name) if name.starts_with("Fn::") => found.open = true,
                    Some(name) => found.and(one(name, value)),
                    None => found.open = true,
                }
            }
        }
        (Value::List(items), Shape::List) => items.iter().for_each(|each| found.and(item(each))),
        (Value::List(items), Shape::Specifications) => {
            for each in items {
                match each.get("Tags") {
                    Some(tags) => found.and(of(tags, Shape::List)),
                    None if each.function().is_some() => found.open = true,
                    None => {}
                }
            }
        }
        // A map where a list belongs, and the other way round: some types changed theirs, and both are read.
        (Value::Map(_), Shape::List) => return of(node, Shape::Map),
        (Value::List(_), Shape::Map) => return of(node, Shape::List),
        (Value::Null | Value::Scalar(_) | Value::Map(_), _) => {}
    }
    found
}

/// One item of a list.
fn item(node: &Node) -> Found {
    if let Some((name, argument)) = node.function() {
        return match (name, argument.items()) {
            ("Fn::If", [_, yes, no]) => item(yes).either(&item(no)),
            ("Ref", _) if is_nothing(node) => Found::default(),
            _ => Found { open: true, ..Found::default() },
        };
    }
    match (node.get("Key"), node.get("Value")) {
        (Some(key), value) => match (literal(key), value) {
            (Some(key), Some(value)) => one(&key, value),
            (Some(key), None) => Found { tags: vec![RawTag::own(key, "")], ..Found::default() },
            (None, _) => Found { open: true, ..Found::default() },
        },
        (None, _) => Found { open: !node.entries().is_empty(), ..Found::default() },
    }
}

/// One key with its value.
fn one(key: &str, value: &Node) -> Found {
    let tag = |value| Found { tags: vec![RawTag { key: Text::new(key), value, layer: Layer::Own }], ..Found::default() };
    match literal(value) {
        Some(text) => tag(Observed::Known(text)),
        None if is_nothing(value) || value.value == Value::Null => Found::default(),
        None => match value.function().map(|(name, argument)| (name, argument.items())) {
            Some(("Fn::If", [_, yes, no])) => one(key, yes).either(&one(key, no)),
            _ => tag(Observed::Unknown),
        },
    }
}

/// Text that no deploy changes. A dynamic reference is looked up by it:
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html>.
fn literal(node: &Node) -> Option<Text> {
    let text = match node.function() {
        Some(("Fn::Sub", argument)) => argument.text().filter(|text| !text.contains("${")),
        Some(_) => None,
        None => node.text(),
    };
    text.filter(|text| !text.contains("{{resolve:")).map(Text::new)
}

/// The function that takes away what it stands for.
fn is_nothing(node: &Node) -> bool {
    node.function().is_some_and(|(name, argument)| name == "Ref" && argument.text() == Some("AWS::NoValue"))
}
