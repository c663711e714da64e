//! The expressions of templates: `[union(variables('tags'), createObject('env', parameters('env')))]`.
//!
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions>

/// An expression, or a part of one.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    /// `'text'`.
    Text(String),
    /// A number.
    Number(String),
    /// A call, and the members that are taken of its result.
    Call {
        /// In lower case.
        name: String,
        arguments: Vec<Expression>,
        members: Vec<Expression>,
    },
}

/// What a text of a template is: an expression, or itself.
pub(super) fn read(text: &str) -> Result<Expression, &str> {
    match text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        // Two brackets stand for one that is meant.
        Some(inner) if !inner.starts_with('[') => Ok(parse(inner)),
        Some(_) => Err(&text[1..]),
        None => Err(text),
    }
}

/// An expression that cannot be read is a call that nobody knows.
fn parse(text: &str) -> Expression {
    let mut parser = Parser { rest: text, depth: 0 };
    let all = parser.expression();
    match all {
        Some(expression) if parser.rest.trim().is_empty() => expression,
        _ => Expression::Call { name: String::new(), arguments: Vec::new(), members: Vec::new() },
    }
}

struct Parser<'t> {
    rest: &'t str,
    depth: usize,
}

/// Deeper expressions are nobody's.
const DEEPEST: usize = 64;

impl Parser<'_> {
    fn takes(&mut self, what: char) -> bool {
        self.rest = self.rest.trim_start();
        let rest = self.rest.strip_prefix(what);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn while_is(&mut self, is: impl Fn(char) -> bool) -> String {
        let end = self.rest.find(|c| !is(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word.to_owned()
    }

    fn expression(&mut self) -> Option<Expression> {
        self.depth += 1;
        let read = if self.depth > DEEPEST { None } else { self.one() };
        self.depth -= 1;
        read
    }

    fn one(&mut self) -> Option<Expression> {
        if self.takes('\'') {
            return self.text().map(Expression::Text);
        }
        if self.rest.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
            return Some(Expression::Number(self.while_is(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'))));
        }
        // A function of a namespace of the user's has a dot in its name.
        let name = self.while_is(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
        if name.is_empty() || !self.takes('(') {
            return None;
        }
        let arguments = self.list(')')?;
        let mut members = Vec::new();
        loop {
            if self.takes('.') {
                members.push(Expression::Text(self.while_is(|c| c.is_ascii_alphanumeric() || c == '_')));
            } else if self.takes('[') {
                members.push(self.expression()?);
                if !self.takes(']') {
                    return None;
                }
            } else {
                return Some(Expression::Call { name: name.to_lowercase(), arguments, members });
            }
        }
    }

    fn list(&mut self, end: char) -> Option<Vec<Expression>> {
        let mut all = Vec::new();
        if self.takes(end) {
            return Some(all);
        }
        loop {
            all.push(self.expression()?);
            if self.takes(end) {
                return Some(all);
            }
            if !self.takes(',') {
                return None;
            }
        }
    }

    /// The rest of a text behind its first quote; two quotes stand for one.
    fn text(&mut self) -> Option<String> {
        let mut text = String::new();
        loop {
            let end = self.rest.find('\'')?;
            text.push_str(&self.rest[..end]);
            self.rest = &self.rest[end + 1..];
            match self.rest.strip_prefix('\'') {
                Some(rest) => {
                    text.push('\'');
                    self.rest = rest;
                }
                None => return Some(text),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(name: &str, arguments: &[Expression], members: &[&str]) -> Expression {
        let members = members.iter().map(|m| Expression::Text((*m).to_owned())).collect();
        Expression::Call { name: name.to_owned(), arguments: arguments.to_vec(), members }
    }

    #[test]
    fn texts_are_themselves_unless_brackets_make_them_expressions() {
        assert_eq!(read("plain"), Err("plain"));
        assert_eq!(read("[[x]"), Err("[x]"));
        assert_eq!(read("[x"), Err("[x"));
        assert_eq!(read("['it''s']"), Ok(Expression::Text("it's".to_owned())));
        assert_eq!(read("[parameters('t')]"), Ok(call("parameters", &[Expression::Text("t".to_owned())], &[])));
    }

    #[test]
    fn calls_nest_and_have_members() {
        let inner = call("variables", &[Expression::Text("c".to_owned())], &["tags", "a b"]);
        assert_eq!(read("[Union( variables('c').tags['a b'], createObject() )]"), Ok(call("union", &[inner, call("createobject", &[], &[])], &[])));
    }

    #[test]
    fn what_cannot_be_read_is_a_call_that_nobody_knows() {
        let unknown = Ok(call("", &[], &[]));
        let deep = format!("[{}1{}]", "f(".repeat(5_000), ")".repeat(5_000));
        for text in ["[]", "[f(]", "[f('x]", "[f() g()]", "[,]", "[f('é'", &deep] {
            let read = read(text);
            assert!(read == unknown || read == Err(text), "{text}: {read:?}");
        }
    }
}
