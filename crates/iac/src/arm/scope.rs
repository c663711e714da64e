//! What expressions mean: the parameters and variables that a template sees, and what of them only the deploy decides.

use super::expression::{Expression, read};
use crate::found::Found;
use crate::template::{Node, Value};

/// The parameters and variables of a template.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'s> {
    template: &'s Node,
    /// What the deployment around it hands over; none for the root, whose parameters a deploy decides whatever their defaults are.
    given: Option<Given<'s>>,
}

#[derive(Debug, Clone, Copy)]
struct Given<'s> {
    parameters: Option<&'s Node>,
    outer: &'s Scope<'s>,
}

/// Longer chains of references are nobody's.
const DEEPEST: usize = 64;

/// The value of a name, which templates compare without case.
pub(super) fn member<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    node.entries().iter().find(|(key, _)| key.text().is_some_and(|key| key.eq_ignore_ascii_case(name))).map(|(_, value)| value)
}

impl<'s> Scope<'s> {
    /// Of the template that is deployed.
    pub fn root(template: &'s Node) -> Self {
        Self { template, given: None }
    }

    /// Of a template in a deployment whose expressions see its own parameters only.
    pub fn inner(template: &'s Node, parameters: Option<&'s Node>, outer: &'s Scope<'s>) -> Self {
        Self { template, given: Some(Given { parameters, outer }) }
    }

    /// The tags that a value stands for.
    pub fn tags(&self, node: &Node) -> Found {
        self.tags_of(node, DEEPEST)
    }

    /// The text that a value stands for, where no deploy can change it.
    pub fn text(&self, node: &Node) -> Option<String> {
        self.text_of(node, DEEPEST)
    }

    fn tags_of(&self, node: &Node, depth: usize) -> Found {
        match &node.value {
            _ if depth == 0 => Found::anything(),
            Value::Scalar(text) => match read(text) {
                Ok(expression) => self.found(&expression, depth - 1),
                Err("null" | "") => Found::default(),
                Err(_) => Found::anything(),
            },
            Value::Map(entries) => {
                let mut all = Found::default();
                for (key, value) in entries {
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
        if depth == 0 {
            return Found::anything();
        }
        if let Some((value, scope)) = self.referenced(expression) {
            return scope.tags_of(value, depth - 1);
        }
        match (name.as_str(), &arguments[..], members.is_empty()) {
            // Of several objects with one key the last counts.
            ("union", parts, true) => parts.iter().fold(Found::default(), |all, part| self.found(part, depth - 1).over(all)),
            ("if", [_, yes, no], true) => self.found(yes, depth - 1).either(&self.found(no, depth - 1)),
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
        match read(node.text().filter(|_| depth > 0)?) {
            Ok(expression) => self.said(&expression, depth - 1),
            Err(text) => Some(text.to_owned()),
        }
    }

    fn said(&self, expression: &Expression, depth: usize) -> Option<String> {
        match expression {
            _ if depth == 0 => None,
            Expression::Text(text) | Expression::Number(text) => Some(text.clone()),
            Expression::Call { name, arguments, members } if name == "concat" && members.is_empty() => {
                arguments.iter().map(|part| self.said(part, depth - 1)).collect()
            }
            Expression::Call { .. } => {
                let (value, scope) = self.referenced(expression)?;
                scope.text_of(value, depth - 1)
            }
        }
    }

    /// The value that a reference to a parameter or a variable names, and the scope that it is to be read in.
    fn referenced(&self, expression: &Expression) -> Option<(&'s Node, Self)> {
        let Expression::Call { name, arguments, members } = expression else { return None };
        let [Expression::Text(argument)] = &arguments[..] else { return None };
        let (mut value, scope) = match name.as_str() {
            "variables" => (member(member(self.template, "variables")?, argument)?, *self),
            "parameters" => self.parameter(argument)?,
            _ => return None,
        };
        for member_name in members {
            let Expression::Text(name) = member_name else { return None };
            value = member(value, name)?;
        }
        Some((value, scope))
    }

    fn parameter(&self, name: &str) -> Option<(&'s Node, Self)> {
        let given = self.given?;
        match given.parameters.and_then(|all| member(all, name)) {
            Some(handed) => Some((member(handed, "value")?, *given.outer)),
            None => Some((member(member(member(self.template, "parameters")?, name)?, "defaultValue")?, *self)),
        }
    }
}
