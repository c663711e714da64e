//! Templates as a tree that knows its lines: YAML, and JSON, which is YAML to this parser.
//!
//! Short tags are written out: `!Ref x` becomes `{Ref: x}` and `!If [a, b, c]` becomes `{Fn::If: [a, b, c]}`, so that whoever reads the tree
//! meets one form. Aliases are copied, within a limit, because a few lines of them can stand for a tree of any size.

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span, StructureStyle, Tag};
use std::collections::{HashMap, HashSet};

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// The last line that belongs to it.
    pub end_line: usize,
    pub value: Value,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// Nothing: `null`, `~`, or a key without a value.
    Null,
    /// A word; quotes are gone.
    Scalar(String),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
}

/// A template that cannot be read, with the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TemplateError {
    pub line: usize,
    pub column: usize,
    pub what: String,
}

/// Deeper trees are no templates.
const DEEPEST: usize = 128;
/// More nodes than any template has, aliases copied.
const MOST: usize = 2_000_000;

/// What is said of either.
const TOO_MUCH: &str = "this is nested deeper, or repeats itself more often, than a template does";

impl Node {
    /// The value under a key of a map.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|(k, _)| k.text() == Some(key)).map(|(_, value)| value)
    }

    /// The word of a scalar.
    pub fn text(&self) -> Option<&str> {
        if let Value::Scalar(text) = &self.value { Some(text) } else { None }
    }

    /// The entries of a map; none of anything else.
    pub fn entries(&self) -> &[(Node, Node)] {
        if let Value::Map(entries) = &self.value { entries } else { &[] }
    }

    /// The items of a list; none of anything else.
    pub fn items(&self) -> &[Node] {
        if let Value::List(items) = &self.value { items } else { &[] }
    }

    /// The name and the argument of a function such as `{Ref: x}`.
    pub fn function(&self) -> Option<(&str, &Node)> {
        let [(name, argument)] = self.entries() else { return None };
        name.text().filter(|name| *name == "Ref" || *name == "Condition" || name.starts_with("Fn::")).map(|name| (name, argument))
    }

    fn size(&self) -> usize {
        1 + match &self.value {
            Value::Null | Value::Scalar(_) => 0,
            Value::List(items) => items.iter().map(Node::size).sum(),
            Value::Map(entries) => entries.iter().map(|(k, v)| k.size() + v.size()).sum(),
        }
    }
}

/// Reads every document of a text.
pub(crate) fn parse(text: &str) -> Result<Vec<Node>, TemplateError> {
    let mut builder = Builder { parser: Parser::new_from_str(text), anchors: HashMap::new(), nodes: 0 };
    let mut documents = Vec::new();
    while let Some((event, span)) = builder.next()? {
        match event {
            Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
            Event::StreamEnd => break,
            event => documents.push(builder.node(event, span, 0)?),
        }
    }
    Ok(documents)
}

struct Builder<'t> {
    parser: Parser<'t, granit_parser::StrInput<'t>>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
}

fn refuse(span: Span, what: &str) -> TemplateError {
    TemplateError { line: span.start.line(), column: span.start.col() + 1, what: what.to_owned() }
}

impl<'t> Builder<'t> {
    fn next(&mut self) -> Result<Option<(Event<'t>, Span)>, TemplateError> {
        let broken = |error: ScanError| TemplateError { line: error.marker().line(), column: error.marker().col() + 1, what: error.info() };
        self.parser.next().transpose().map_err(broken)
    }

    fn node(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<Node, TemplateError> {
        self.nodes += 1;
        if depth > DEEPEST || self.nodes > MOST {
            return Err(refuse(span, TOO_MUCH));
        }
        let mut last = None;
        let (value, anchor, tag, end) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_null = style == ScalarStyle::Plain && tag.is_none() && matches!(text.as_ref(), "" | "~" | "null" | "Null" | "NULL");
                (if is_null { Value::Null } else { Value::Scalar(text.into_owned()) }, anchor, tag, span)
            }
            Event::SequenceStart(style, anchor, tag) => {
                let (items, end) = self.items(depth)?;
                last = items.last().filter(|_| style == StructureStyle::Block).map(|item| item.end_line);
                (Value::List(items), anchor, tag, end)
            }
            Event::MappingStart(style, anchor, tag) => {
                let (items, end) = self.items(depth)?;
                last = items.last().filter(|_| style == StructureStyle::Block).map(|item| item.end_line);
                let mut entries = Vec::with_capacity(items.len() / 2);
                let mut items = items.into_iter();
                while let (Some(key), Some(value)) = (items.next(), items.next()) {
                    entries.push((key, value));
                }
                (Value::Map(merged(entries)), anchor, tag, end)
            }
            Event::Alias(anchor) => {
                let Some(copy) = self.anchors.get(&anchor).cloned() else { return Err(refuse(span, "this alias has no anchor before it")) };
                self.nodes += copy.size();
                return Ok(copy);
            }
            _ => return Err(refuse(span, "this is not a value")),
        };
        // The end of a block is found somewhere after it: what is last in it says more. A text of several lines ends before the next line.
        let own = if end.end.col() == 0 && end.end.line() > span.start.line() { end.end.line() - 1 } else { end.end.line() };
        let end_line = last.unwrap_or(own);
        let node = Node { line: span.start.line(), column: span.start.col() + 1, end_line, value };
        let node = match tag.as_deref() {
            Some(tag) => written_out(node, tag),
            None => node,
        };
        if anchor > 0 {
            // What is kept for an alias takes room as well: anchors within anchors would keep each level once more.
            self.nodes += node.size();
            if self.nodes > MOST {
                return Err(refuse(span, TOO_MUCH));
            }
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    /// Everything up to the end of a list or map, and the span of that end.
    fn items(&mut self, depth: usize) -> Result<(Vec<Node>, Span), TemplateError> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                Some((Event::SequenceEnd | Event::MappingEnd, end)) => return Ok((items, end)),
                Some((event @ (Event::Scalar(..) | Event::SequenceStart(..) | Event::MappingStart(..) | Event::Alias(_)), span)) => {
                    items.push(self.node(event, span, depth + 1)?);
                }
                Some(_) => {}
                None => return Err(TemplateError { line: 1, column: 1, what: "the template ends too early".to_owned() }),
            }
        }
    }
}

/// Merge keys (`<<`) bring in the entries of another map, under its own.
fn merged(entries: Vec<(Node, Node)>) -> Vec<(Node, Node)> {
    if entries.iter().all(|(key, _)| key.text() != Some("<<")) {
        return entries;
    }
    let (merges, mut own): (Vec<_>, Vec<_>) = entries.into_iter().partition(|(key, _)| key.text() == Some("<<"));
    let mut there: HashSet<Option<String>> = own.iter().map(|(key, _)| key.text().map(str::to_owned)).collect();
    for (_, source) in merges {
        for map in std::iter::once(&source).chain(source.items()) {
            for (key, value) in map.entries() {
                if there.insert(key.text().map(str::to_owned)) {
                    own.push((key.clone(), value.clone()));
                }
            }
        }
    }
    own
}

/// A node with a short tag as the function that it is short for.
fn written_out(node: Node, tag: &Tag) -> Node {
    let tag = tag.to_string();
    let Some(name) = tag.strip_prefix('!').filter(|name| !name.is_empty() && !name.starts_with('!')) else { return node };
    let name = if matches!(name, "Ref" | "Condition") { name.to_owned() } else { format!("Fn::{name}") };
    let (line, column, end_line) = (node.line, node.column, node.end_line);
    let key = Node { line, column, end_line, value: Value::Scalar(name) };
    Node { line, column, end_line, value: Value::Map(vec![(key, node)]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_and_json_become_one_tree_with_lines() {
        let yaml = "A:\n  B: [x, !Ref p]\n  C: !If [c, 'on', !Ref \"AWS::NoValue\"]\nD: |\n  text\n";
        let tree = parse(yaml).unwrap().remove(0);
        let b = tree.get("A").unwrap().get("B").unwrap();
        assert_eq!((b.line, b.items()[0].text()), (2, Some("x")));
        assert_eq!(
            b.items()[1].function().map(|(name, argument)| (name.to_owned(), argument.text().map(str::to_owned))),
            Some(("Ref".to_owned(), Some("p".to_owned())))
        );
        assert_eq!(tree.get("A").unwrap().get("C").unwrap().function().unwrap().0, "Fn::If");
        let json = parse("{\"A\": {\"B\": [\"x\", {\"Ref\": \"p\"}]},\n \"N\": 7}").unwrap().remove(0);
        assert_eq!(json.get("A").unwrap().get("B").unwrap().items()[1].function().unwrap().0, "Ref");
        assert_eq!((json.get("N").unwrap().line, json.get("N").unwrap().text()), (2, Some("7")));
    }

    #[test]
    fn nothing_is_no_word() {
        let tree = parse("a:\nb: ~\nc: null\nd: 'null'\ne: ''\nf: \"~\"\n").unwrap().remove(0);
        let texts: Vec<Option<&str>> = tree.entries().iter().map(|(_, value)| value.text()).collect();
        assert_eq!(texts, [None, None, None, Some("null"), Some(""), Some("~")]);
        assert_eq!(parse("{\"a\": null}").unwrap()[0].get("a").unwrap().value, Value::Null);
    }

    #[test]
    fn anchors_merge_keys_and_documents() {
        let tree = parse("base: &b {a: 1, c: 2}\nx:\n  <<: *b\n  a: 3\n---\nsecond: true\n").unwrap();
        assert_eq!(tree.len(), 2);
        assert_eq!((tree[0].get("x").unwrap().get("a").unwrap().text(), tree[0].get("x").unwrap().get("c").unwrap().text()), (Some("3"), Some("2")));
    }

    #[test]
    fn broken_and_hostile_texts_are_refused_with_their_place() {
        let broken = parse("A:\n  - x\n B: [").unwrap_err();
        assert!(broken.line >= 2, "{broken:?}");
        let bomb: String = (0..30)
            .map(|n| format!("a{n}: &a{n} [{}]\n", if n == 0 { "x".to_owned() } else { format!("*a{0}, *a{0}, *a{0}", n - 1) }))
            .collect::<Vec<_>>()
            .concat();
        assert!(parse(&bomb).unwrap_err().what.contains("repeats itself"));
        assert!(parse(&"[".repeat(5_000)).is_err());
        // Each level keeps all below it: a file of a megabyte would fill the memory of a machine.
        let levels = (0..100).fold(String::new(), |text, n| text + &format!("&a{n} ["));
        let refused = parse(&format!("{levels}{}{}", "x, ".repeat(50_000), "]".repeat(100))).err();
        assert!(refused.is_some_and(|error| error.what == TOO_MUCH));
    }

    #[test]
    fn a_large_map_is_merged_in_one_pass() {
        let many = (0..30_000).fold(String::new(), |text, n| text + &format!("  k{n}: v\n"));
        let tree = parse(&format!("base: &b\n{many}own:\n  <<: *b\n  k1: mine\n")).unwrap();
        let own = tree[0].get("own").unwrap();
        assert_eq!((own.entries().len(), own.get("k1").unwrap().text()), (30_000, Some("mine")));
    }
}
