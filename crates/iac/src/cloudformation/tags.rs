//! The tags of a resource in a template, through functions and conditions.

use super::types::Shape;
use crate::template::{Node, Value};
use tagledger_model::{Further, Layer, Observed, RawTag, Text};

/// What is there, what may be there, and whether more may be.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Found {
    pub tags: Vec<RawTag>,
    /// Keys that are there under a condition.
    pub perhaps: Vec<Text>,
    /// Any other key may be there.
    pub open: bool,
}

impl Found {
    fn has(&self, key: &str) -> bool {
        self.tags.iter().any(|tag| tag.key == key)
    }

    /// These over others: of one key these count; what is only perhaps here is surely there when the others have it.
    pub fn over(mut self, others: Self) -> Self {
        for tag in others.tags {
            if !self.has(&tag.key) {
                // Where a condition decides between two values, neither is known.
                let value = if self.perhaps.contains(&tag.key) || self.open { Observed::Unknown } else { tag.value };
                self.perhaps.retain(|key| *key != tag.key);
                self.tags.push(RawTag { value, ..tag });
            }
        }
        for key in others.perhaps {
            if !self.has(&key) && !self.perhaps.contains(&key) {
                self.perhaps.push(key);
            }
        }
        self.open |= others.open;
        self
    }

    /// One of two, and nobody knows which.
    fn either(&self, other: &Self) -> Self {
        let mut out = Self { open: self.open || other.open, ..Self::default() };
        let mut perhaps: Vec<Text> = self.perhaps.iter().chain(&other.perhaps).cloned().collect();
        for tag in &self.tags {
            match other.tags.iter().find(|t| t.key == tag.key) {
                Some(same) if same.value == tag.value => out.tags.push(tag.clone()),
                Some(_) => out.tags.push(RawTag { value: Observed::Unknown, ..tag.clone() }),
                None => perhaps.push(tag.key.clone()),
            }
        }
        perhaps.extend(other.tags.iter().filter(|tag| !self.has(&tag.key)).map(|tag| tag.key.clone()));
        for key in perhaps {
            if !out.has(&key) && !out.perhaps.contains(&key) {
                out.perhaps.push(key);
            }
        }
        out
    }

    /// What follows another part of one list.
    fn and(&mut self, other: Self) {
        for tag in other.tags {
            self.perhaps.retain(|key| *key != tag.key);
            self.tags.push(tag);
        }
        for key in other.perhaps {
            if !self.has(&key) && !self.perhaps.contains(&key) {
                self.perhaps.push(key);
            }
        }
        self.open |= other.open;
    }

    /// What the resource may have beside its tags.
    pub fn further(&self) -> Further {
        match (self.open, self.perhaps.is_empty()) {
            (true, _) => Further::Any,
            (false, true) => Further::None,
            (false, false) => Further::Keys(self.perhaps.clone()),
        }
    }
}

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
        (Value::Scalar(_) | Value::Map(_), _) => {}
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
        None if is_nothing(value) => Found::default(),
        None => match value.function().map(|(name, argument)| (name, argument.items())) {
            Some(("Fn::If", [_, yes, no])) => one(key, yes).either(&one(key, no)),
            _ => tag(Observed::Unknown),
        },
    }
}

/// Text that no deploy changes.
fn literal(node: &Node) -> Option<Text> {
    match node.function() {
        Some(("Fn::Sub", argument)) => argument.text().filter(|text| !text.contains("${")).map(Text::new),
        Some(_) => None,
        None => node.text().map(Text::new),
    }
}

/// The function that takes away what it stands for.
fn is_nothing(node: &Node) -> bool {
    node.function().is_some_and(|(name, argument)| name == "Ref" && argument.text() == Some("AWS::NoValue"))
}
