//! Tags in the two shapes that a value can have, `{ Key = "value" }` and `[{ key = "Key", value = "value" }]`.

use super::block::indent_before;
use super::{STEP, Tag, pair};
use hcl_edit::Span;
use hcl_edit::expr::{Expression, Object, ObjectKey};

/// The shape of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Map,
    List,
}

/// One line of a map, before it is aligned: the key as HCL wants it, and what stands behind the equals sign.
type Line = (String, String);

impl Shape {
    fn brackets(self) -> (char, char) {
        if self == Self::Map { ('{', '}') } else { ('[', ']') }
    }

    /// The function that puts two values of this shape together.
    pub fn join(self) -> &'static str {
        if self == Self::Map { "merge" } else { "concat" }
    }

    /// Whether an expression is written out in this shape.
    pub fn is_literal(self, value: &Expression) -> bool {
        if self == Self::Map { value.is_object() } else { value.is_array() }
    }

    /// A whole attribute.
    pub fn attribute(self, name: &str, missing: &[Tag], indent: &str) -> Vec<String> {
        format!("{indent}{name} = {}", self.literal(&[], missing, indent)).lines().map(str::to_owned).collect()
    }

    /// A whole value: what is there already, and what is missing. `indent` is that of the line on which it begins.
    pub fn literal(self, there: &[Line], missing: &[Tag], indent: &str) -> String {
        let (open, close) = self.brackets();
        let lines: Vec<Line> = there.iter().cloned().chain(missing.iter().map(|tag| self.line(tag))).collect();
        let inside = self.aligned(&lines, &format!("{indent}{STEP}"), 0).join("\n");
        format!("{open}\n{inside}\n{indent}{close}")
    }

    /// The lines to add to a literal, and where; none where its end does not stand on a line of its own, or where a key is there already.
    pub fn insertion(self, text: &str, value: &Expression, missing: &[Tag]) -> Option<(usize, Vec<String>)> {
        let span = value.span()?;
        let end = span.end.checked_sub(1)?;
        let outside = indent_before(text, end).filter(|_| text.get(span).is_some_and(|t| t.contains('\n')))?;
        let (first, width) = match value {
            Expression::Object(object) => {
                let width = object.iter().map(|(key, _)| key_text(text, key).chars().count()).max();
                (object.iter().next().and_then(|(_, value)| value.expr().span()), width)
            }
            // Without its comma the last element would have to be changed as well.
            Expression::Array(array) if array.is_empty() || array.trailing_comma() => (array.get(0).and_then(Span::span), None),
            _ => return None,
        };
        if missing.iter().any(|(key, _)| holds(value, key)) {
            return None;
        }
        let inside = first.and_then(|first| leading(text, first.start)).map_or_else(|| format!("{outside}{STEP}"), str::to_owned);
        let lines: Vec<Line> = missing.iter().map(|tag| self.line(tag)).collect();
        Some((end - outside.len(), self.aligned(&lines, &inside, width.unwrap_or(0))))
    }

    /// A literal written anew, in which a tag that is there has its new value. None where nothing would be new.
    pub fn rewritten(self, text: &str, value: &Expression, missing: &[Tag], indent: &str) -> Option<String> {
        let mut missing = missing.to_vec();
        let mut there = Vec::new();
        match value {
            Expression::Object(object) => {
                for (key, value) in object {
                    let known = plain(key).and_then(|key| missing.iter().position(|(new, _)| new == key));
                    let new = match known {
                        Some(at) => self.line(&missing.remove(at)).1,
                        None => text.get(value.expr().span()?)?.to_owned(),
                    };
                    there.push((key_text(text, key).to_owned(), new));
                }
            }
            Expression::Array(array) => {
                missing.retain(|(key, _)| !holds(value, key));
                if missing.is_empty() {
                    return None;
                }
                for item in array {
                    there.push((String::new(), format!("{},", text.get(item.span()?)?)));
                }
            }
            _ => return None,
        }
        Some(self.literal(&there, &missing, indent))
    }

    fn line(self, tag: &Tag) -> Line {
        let (key, value, comment) = pair(tag);
        match self {
            Self::Map if is_name(&tag.0) => (tag.0.clone(), format!("{value}{comment}")),
            Self::Map => (key, format!("{value}{comment}")),
            Self::List => (String::new(), format!("{{ key = {key}, value = {value} }},{comment}")),
        }
    }

    fn aligned(self, lines: &[Line], indent: &str, least: usize) -> Vec<String> {
        // A key of thousands of letters moves nothing but itself; widths beyond 65535 cannot even be formatted.
        let width = lines.iter().map(|(key, _)| key.chars().count()).max().unwrap_or(0).max(least).min(WIDEST);
        let line = |(key, value): &Line| if self == Self::Map { format!("{indent}{key:width$} = {value}") } else { format!("{indent}{value}") };
        lines.iter().map(line).collect()
    }
}

/// Columns that keys are aligned in, at most.
const WIDEST: usize = 64;

/// Whether a literal has a key, as far as it is written out.
fn holds(value: &Expression, key: &str) -> bool {
    let is_named = |object: &Object| object.iter().any(|(k, v)| plain(k) == Some("key") && v.expr().as_str() == Some(key));
    match value {
        Expression::Object(object) => object.iter().any(|(k, _)| plain(k) == Some(key)),
        Expression::Array(array) => array.iter().filter_map(Expression::as_object).any(is_named),
        _ => false,
    }
}

/// A key that is written out.
fn plain(key: &ObjectKey) -> Option<&str> {
    match key {
        ObjectKey::Ident(name) => Some(name.as_str()),
        ObjectKey::Expression(expression) => expression.as_str(),
    }
}

fn key_text<'k>(text: &'k str, key: &'k ObjectKey) -> &'k str {
    match key {
        ObjectKey::Ident(name) => name.as_str(),
        ObjectKey::Expression(expression) => expression.span().and_then(|span| text.get(span)).unwrap_or_default(),
    }
}

/// Whether a key needs no quotes. The words that HCL keeps for itself do.
fn is_name(key: &str) -> bool {
    let mut letters = key.chars();
    letters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && letters.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
        && !matches!(key, "for" | "null" | "true" | "false")
}

/// The white space that the line of an offset begins with.
fn leading(text: &str, at: usize) -> Option<&str> {
    let before = text.get(..at)?;
    let line = before.get(before.rfind('\n')? + 1..)?;
    Some(&line[..line.len() - line.trim_start_matches([' ', '\t']).len()])
}
