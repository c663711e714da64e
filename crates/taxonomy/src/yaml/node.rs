//! YAML as a tree that knows its places, built from parser events, so that every later mistake can be named in one go.

use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle, ScanError, Span, options};
use std::collections::HashMap;

/// How many nodes all aliases (`*name`) of a file may stand for together; a taxonomy needs few, a bomb needs billions.
const ALIASED_NODES: usize = 100_000;

/// Where something stands: line and column from 1, width in characters, 0 when it runs over several lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct At {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in characters.
    pub column: usize,
    /// Characters; 0 when it runs over several lines.
    pub width: usize,
}

impl From<Span> for At {
    fn from(span: Span) -> Self {
        let width = if span.start.line() == span.end.line() { span.len() } else { 0 };
        Self { line: span.start.line(), column: span.start.col() + 1, width }
    }
}

/// A node with its place.
#[derive(Debug, Clone)]
pub struct Node {
    /// What it is.
    pub shape: Shape,
    /// Where it stands.
    pub at: At,
}

/// What a node is. Scalars keep their text as written: what it means depends on where it is asked for.
#[derive(Debug, Clone)]
pub enum Shape {
    /// One value.
    Scalar {
        /// As it is written.
        text: String,
        /// Without quotes.
        plain: bool,
    },
    /// Items.
    List(Vec<Node>),
    /// Names and values, in the order of the file; a name may stand there twice.
    Map(Vec<(Node, Node)>),
}

impl Node {
    /// True for `~`, `null` and nothing at all.
    pub fn is_null(&self) -> bool {
        matches!(&self.shape, Shape::Scalar { text, plain: true } if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// The truth value of a plain `true` or `false`, as YAML 1.2 spells them.
    pub fn flag(&self) -> Option<bool> {
        match &self.shape {
            Shape::Scalar { text, plain: true } => match text.as_str() {
                "true" | "True" | "TRUE" => Some(true),
                "false" | "False" | "FALSE" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    /// What it is, for a sentence.
    pub fn described(&self) -> String {
        match &self.shape {
            _ if self.is_null() => "nothing".to_owned(),
            Shape::Scalar { text, plain: true } => format!("`{}`", text.escape_debug()),
            Shape::Scalar { text, .. } => format!("`\"{}\"`", text.escape_debug()),
            Shape::List(_) => "a list".to_owned(),
            Shape::Map(_) => "a map".to_owned(),
        }
    }

    fn count(&self) -> usize {
        1 + match &self.shape {
            Shape::Scalar { .. } => 0,
            Shape::List(items) => items.iter().map(Self::count).sum(),
            Shape::Map(entries) => entries.iter().map(|(key, value)| key.count() + value.count()).sum(),
        }
    }
}

/// Why there is no tree.
#[derive(Debug)]
pub struct Unreadable {
    /// Where it was noticed.
    pub at: At,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

/// A list or map that is still open.
struct Open {
    at: At,
    anchor: usize,
    list: bool,
    /// Items of a list; keys and values of a map in turn.
    nodes: Vec<Node>,
}

impl Open {
    fn close(self) -> Node {
        let shape = if self.list {
            Shape::List(self.nodes)
        } else {
            let mut nodes = self.nodes.into_iter();
            let mut entries = Vec::with_capacity(nodes.len() / 2);
            while let (Some(key), Some(value)) = (nodes.next(), nodes.next()) {
                entries.push((key, value));
            }
            Shape::Map(entries)
        };
        Node { shape, at: self.at }
    }
}

/// Reads the one document of a YAML text. A text without any content has no tree.
pub fn tree(text: &str) -> Result<Option<Node>, Unreadable> {
    // Comments are plentiful in a taxonomy and the parser would buffer them; nesting is bounded so that no text can exhaust the stack.
    let limits = options! { emit_comments: false, flow_nesting_limit: 32, block_nesting_limit: 32 };
    let mut open: Vec<Open> = Vec::new();
    let mut anchors: HashMap<usize, Node> = HashMap::new();
    let (mut root, mut documents, mut aliased) = (None, 0, 0);
    for event in Parser::new_from_str_with_options(text, limits) {
        let (event, span) = event.map_err(|e| syntax(&e, text))?;
        let (node, anchor) = match event {
            Event::DocumentStart(..) if documents > 0 => {
                let help = "Keep one document; take the line `---` away".to_owned();
                return Err(Unreadable { at: span.into(), message: "A second YAML document starts here".to_owned(), help });
            }
            Event::DocumentStart(..) => {
                documents += 1;
                continue;
            }
            Event::Scalar(text, style, anchor, _) => {
                let shape = Shape::Scalar { text: text.into_owned(), plain: style == ScalarStyle::Plain };
                (Node { shape, at: span.into() }, anchor)
            }
            Event::SequenceStart(_, anchor, _) => {
                open.push(Open { at: span.into(), anchor, list: true, nodes: Vec::new() });
                continue;
            }
            Event::MappingStart(_, anchor, _) => {
                open.push(Open { at: span.into(), anchor, list: false, nodes: Vec::new() });
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some(done) => {
                    let anchor = done.anchor;
                    (done.close(), anchor)
                }
                None => continue,
            },
            Event::Alias(id) => (resolve(anchors.get(&id), span.into(), &mut aliased)?, 0),
            _ => continue,
        };
        if anchor > 0 {
            anchors.insert(anchor, node.clone());
        }
        match open.last_mut() {
            Some(parent) => parent.nodes.push(node),
            None => root = Some(node),
        }
    }
    Ok(root)
}

fn resolve(anchored: Option<&Node>, at: At, aliased: &mut usize) -> Result<Node, Unreadable> {
    // The parser itself refuses unknown names, so an absent node is one that is not complete yet.
    let Some(node) = anchored else {
        return Err(Unreadable { at, message: "This alias stands inside what it names".to_owned(), help: "Write the value out".to_owned() });
    };
    *aliased += node.count();
    if *aliased > ALIASED_NODES {
        return Err(Unreadable { at, message: "Aliases make this file too large".to_owned(), help: "Write the values out".to_owned() });
    }
    Ok(node.clone())
}

fn syntax(error: &ScanError, text: &str) -> Unreadable {
    let at = At { line: error.marker().line().max(1), column: error.marker().col() + 1, width: 0 };
    let tabbed = |line: usize| text.lines().nth(line.wrapping_sub(1)).is_some_and(|l| l.trim_start_matches(' ').starts_with('\t'));
    // The parser may notice a tab only on the line after it.
    if let Some(line) = [at.line, at.line - 1].into_iter().find(|l| tabbed(*l)) {
        let column = text.lines().nth(line - 1).and_then(|l| l.chars().position(|c| c == '\t')).unwrap_or(0) + 1;
        return Unreadable { at: At { line, column, width: 1 }, message: "A tab is used to indent".to_owned(), help: "Indent with spaces".to_owned() };
    }
    let help = "Patterns and values that begin with one of * & ! % @ ` [ ] { } or hold `: ` or ` #` must stand in quotes".to_owned();
    Unreadable { at, message: format!("This is not valid YAML: {}", error.kind()), help }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Node {
        match tree(text) {
            Ok(Some(node)) => node,
            other => panic!("{other:?}"),
        }
    }

    fn refusal(text: &str) -> String {
        match tree(text) {
            Ok(node) => panic!("{node:?}"),
            Err(why) => why.message,
        }
    }

    #[test]
    fn places_count_from_one_and_span_the_scalar() {
        let Shape::Map(entries) = read("a:  value # why\nb: \"quoted\"\nc: { é: [x] }\n").shape else { panic!("a map") };
        assert_eq!(entries[0].0.at, At { line: 1, column: 1, width: 1 });
        assert_eq!(entries[0].1.at, At { line: 1, column: 5, width: 5 });
        assert_eq!(entries[1].1.at, At { line: 2, column: 4, width: 8 });
        let Shape::Map(inner) = &entries[2].1.shape else { panic!("a map") };
        assert_eq!(inner[0].1.at.column, 9);
    }

    #[test]
    fn an_alias_stands_for_its_anchor_and_a_bomb_is_refused() {
        assert_eq!(read("a: &x [1, 2]\nb: *x\n").count(), 1 + 1 + 3 + 1 + 3);
        let ten = |i: usize| vec![format!("*a{i}"); 10].join(", ");
        let bomb: Vec<String> = (1..9).map(|i| format!("a{i}: &a{i} [{}]\n", ten(i - 1))).collect();
        assert_eq!(refusal(&format!("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n{}", bomb.concat())), "Aliases make this file too large");
        assert_eq!(refusal("a: &a [*a]"), "This alias stands inside what it names");
        assert!(refusal("a: *b").contains("unknown anchor"));
    }

    #[test]
    fn nothing_is_no_tree() {
        for text in ["", "\n\n", "# only a comment\n"] {
            assert!(tree(text).is_ok_and(|node| node.is_none_or(|n| n.is_null())), "{text:?}");
        }
    }

    #[test]
    fn nesting_without_end_is_refused() {
        assert!(tree(&"[".repeat(100_000)).is_err());
        assert!(tree(&"- ".repeat(10_000)).is_err());
    }
}
