//! What expressions mean: the parameters and variables that a template sees, and what of them only the deploy decides.

use super::expression::{Expression, read};
use crate::found::Found;
use crate::template::{Node, Value};
use std::cell::Cell;

/// The parameters and variables of a template.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'s> {
    template: &'s Node,
    /// What the deployment around it hands over; none for the root, whose parameters a deploy decides whatever their defaults are.
    given: Option<Given<'s>>,
    /// Steps that are left for one question.
    steps: &'s Cell<usize>,
}

#[derive(Debug, Clone, Copy)]
struct Given<'s> {
    parameters: Option<&'s Node>,
    outer: &'s Scope<'s>,
}

/// Variables may name one another again and again: an answer that takes more steps is left open.
const MOST_STEPS: usize = 10_000;
/// Longer texts are no expression: <https://learn.microsoft.com/azure/azure-resource-manager/templates/best-practices#template-limits>.
const MOST_TEXT: usize = 24_576;
/// Deeper chains of references are nobody's.
const DEEPEST: usize = 64;

/// What an expression refers to.
enum Meaning<'s> {
    Node(&'s Node, Scope<'s>),
    Null,
    Unknown,
}

/// The value of a name, which templates compare without case.
pub(super) fn member<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    node.entries().iter().find(|(key, _)| key.text().is_some_and(|key| key.eq_ignore_ascii_case(name))).map(|(_, value)| value)
}

impl<'s> Scope<'s> {
    /// Of the template that is deployed; the cell counts steps.
    pub fn root(template: &'s Node, steps: &'s Cell<usize>) -> Self {
        Self { template, given: None, steps }
    }

    /// Of a template in a deployment whose expressions see its own parameters only.
    pub fn inner(template: &'s Node, parameters: Option<&'s Node>, outer: &'s Scope<'s>) -> Self {
        Self { template, given: Some(Given { parameters, outer }), steps: outer.steps }
    }

    /// The tags that a value stands for.
    pub fn tags(&self, node: &Node) -> Found {
        self.steps.set(MOST_STEPS);
        self.tags_of(node, DEEPEST)
    }

    /// The text that a value stands for, where no deploy can change it.
    pub fn text(&self, node: &Node) -> Option<String> {
        self.steps.set(MOST_STEPS);
        self.text_of(node, DEEPEST)
    }

    /// Takes a step; false when there is none left.
    fn goes_on(&self, depth: usize) -> bool {
        let left = self.steps.get();
        self.steps.set(left.saturating_sub(1));
        left > 0 && depth > 0
    }

    fn tags_of(&self, node: &Node, depth: usize) -> Found {
        if !self.goes_on(depth) {
            return Found::anything();
        }
        match &node.value {
            Value::Null => Found::default(),
            Value::Scalar(text) => match read(text) {
                Ok(expression) => self.found(&expression, depth - 1),
                Err(_) => Found::anything(),
            },
            Value::Map(entries) => {
                let mut all = Found::default();
                for (key, value) in entries.iter().filter(|(_, value)| value.value != Value::Null) {
                    match key.text().map(read) {
                        Some(Err(key)) => all.and(Found::one(key, self.text_of(value, depth - 1).as_deref())),
                        _ => all.open = true,
                    }
                }
                all
            }
            Value::List(_) => Found::anything(),
        }
    }

    fn found(&self, expression: &Expression, depth: usize) -> Found {
        let Expression::Call { name, arguments, members } = expression else { return Found::anything() };
        if !self.goes_on(depth) {
            return Found::anything();
        }
        match self.meaning(expression, depth - 1) {
            Meaning::Node(value, scope) => return scope.tags_of(value, depth - 1),
            Meaning::Null => return Found::default(),
            Meaning::Unknown => {}
        }
        // Of several objects with one key the last counts.
        let joined = |parts: &[Expression]| parts.iter().fold(Found::default(), |all, part| self.found(part, depth - 1).over(all));
        match (name.as_str(), &arguments[..], members.is_empty()) {
            ("union", parts, true) => joined(parts),
            ("shallowmerge", [Expression::Call { name, arguments, members }], true) if name == "createarray" && members.is_empty() => joined(arguments),
            ("if", [_, yes, no], true) => self.found(yes, depth - 1).either(&self.found(no, depth - 1)),
            // The first that is not null: what comes before it is known to be null.
            ("coalesce", parts, true) => {
                let first = parts.iter().find(|part| !matches!(self.meaning(part, depth - 1), Meaning::Null));
                let is_made = |part: &Expression| matches!(part, Expression::Call { name, .. } if name == "createobject" || name == "union");
                first.filter(|part| is_made(part)).map_or_else(Found::anything, |part| self.found(part, depth - 1))
            }
            ("createobject", pairs, true) if pairs.len().is_multiple_of(2) => {
                let mut all = Found::default();
                for pair in pairs.chunks(2) {
                    match self.said(&pair[0], depth - 1) {
                        Some(key) => all.and(Found::one(&key, self.said(&pair[1], depth - 1).as_deref())),
                        None => all.open = true,
                    }
                }
                all
            }
            _ => Found::anything(),
        }
    }

    fn text_of(&self, node: &Node, depth: usize) -> Option<String> {
        match read(node.text().filter(|_| self.goes_on(depth))?) {
            Ok(expression) => self.said(&expression, depth - 1),
            Err(text) => Some(text.to_owned()),
        }
    }

    fn said(&self, expression: &Expression, depth: usize) -> Option<String> {
        if !self.goes_on(depth) {
            return None;
        }
        let text = match expression {
            Expression::Text(text) | Expression::Number(text) => text.clone(),
            Expression::Call { name, arguments, members } if name == "concat" && members.is_empty() => {
                let mut all = String::new();
                for part in arguments {
                    all.push_str(&self.said(part, depth - 1)?);
                    if all.len() > MOST_TEXT {
                        return None;
                    }
                }
                all
            }
            Expression::Call { name, arguments, members } if name == "format" && members.is_empty() => {
                let (pattern, values) = arguments.split_first()?;
                let mut text = self.said(pattern, depth - 1)?;
                for (at, value) in values.iter().enumerate() {
                    text = text.replace(&format!("{{{at}}}"), &self.said(value, depth - 1)?);
                }
                // What is left has a form of its own, such as `{0:D2}`.
                (!text.contains('{')).then_some(text)?
            }
            Expression::Call { .. } => match self.meaning(expression, depth - 1) {
                Meaning::Node(value, scope) => scope.text_of(value, depth - 1)?,
                Meaning::Null | Meaning::Unknown => return None,
            },
        };
        (text.len() <= MOST_TEXT).then_some(text)
    }

    /// The value that a reference names, and the scope that it is to be read in.
    fn meaning(&self, expression: &Expression, depth: usize) -> Meaning<'s> {
        let Expression::Call { name, arguments, members } = expression else { return Meaning::Unknown };
        if !self.goes_on(depth) {
            return Meaning::Unknown;
        }
        let start = match (name.as_str(), &arguments[..]) {
            ("variables", [Expression::Text(name)]) => {
                member(self.template, "variables").and_then(|all| member(all, name)).map_or(Meaning::Unknown, |node| Meaning::Node(node, *self))
            }
            ("parameters", [Expression::Text(name)]) => self.parameter(name),
            ("null", []) => Meaning::Null,
            // The safe way to a member: none where the plain way would fail.
            ("tryget", [of, path @ ..]) => path.iter().fold(self.meaning(of, depth - 1), |at, part| at.then(part, true, depth - 1)),
            ("coalesce", parts) => {
                parts.iter().map(|part| self.meaning(part, depth - 1)).find(|meaning| !matches!(meaning, Meaning::Null)).unwrap_or(Meaning::Null)
            }
            _ => return Meaning::Unknown,
        };
        members.iter().fold(start, |at, part| at.then(part, false, depth - 1)).settled(depth - 1)
    }

    fn parameter(&self, name: &str) -> Meaning<'s> {
        let Some(given) = self.given else { return Meaning::Unknown };
        if let Some(handed) = given.parameters.and_then(|all| member(all, name)) {
            return member(handed, "value").map_or(Meaning::Unknown, |value| Meaning::Node(value, *given.outer));
        }
        let Some(declared) = member(self.template, "parameters").and_then(|all| member(all, name)) else { return Meaning::Unknown };
        match (member(declared, "defaultValue"), member(declared, "nullable").and_then(Node::text)) {
            (Some(value), _) => Meaning::Node(value, *self),
            // Nobody hands it over, and it may be left out.
            (None, Some("true")) => Meaning::Null,
            (None, _) => Meaning::Unknown,
        }
    }
}

impl Meaning<'_> {
    /// A member of what is meant.
    fn then(self, part: &Expression, is_safe: bool, depth: usize) -> Self {
        let Expression::Text(name) = part else { return Self::Unknown };
        match self.settled(depth) {
            Self::Node(node, scope) => match member(node, name) {
                Some(value) => Self::Node(value, scope),
                None if is_safe && matches!(node.value, Value::Map(_)) => Self::Null,
                None => Self::Unknown,
            },
            Self::Null if is_safe => Self::Null,
            Self::Null | Self::Unknown => Self::Unknown,
        }
    }

    /// The same, when it is a reference to something else, as that.
    fn settled(self, depth: usize) -> Self {
        let Self::Node(node, scope) = &self else { return self };
        match (&node.value, node.text().map(read)) {
            (Value::Null, _) => Self::Null,
            (_, Some(Ok(expression))) => match scope.meaning(&expression, depth) {
                // A call that makes something is read where it stands.
                Self::Unknown => self,
                further => further,
            },
            _ => self,
        }
    }
}
