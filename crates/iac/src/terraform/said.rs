//! What an attribute of a change says about tags: there, there with an unknown value, open, or not there at all.

use super::change::Found;
use super::families::TagsAt;
use super::tags::{Pair, Said};
use serde_json::{Map, Value};
use tagledger_model::{TagSyntax, Text};

/// One side of a change.
pub(super) struct Side<'c> {
    pub values: &'c Map<String, Value>,
    pub unknown: &'c Map<String, Value>,
    pub sensitive: &'c Value,
}

/// What a side says that is not there.
pub(super) static NOTHING: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
static NULL: Value = Value::Null;

impl<'c> Side<'c> {
    /// The blocks of one name, each looked at alone.
    pub fn blocks(&self, name: &str) -> Vec<Side<'c>> {
        let all = self.values.get(name).and_then(Value::as_array);
        let within = |part: Option<&'c Value>, at: usize| part.and_then(|part| part.get(at));
        let hidden = |at: usize| match self.sensitive {
            Value::Bool(true) => self.sensitive,
            some => some.get(name).map_or(&NULL, |some| if some.is_boolean() { some } else { some.get(at).unwrap_or(&NULL) }),
        };
        let blocks = all.into_iter().flatten().enumerate().filter_map(|(at, block)| Some((at, block.as_object()?)));
        let marks = |at: usize| within(self.unknown.get(name), at).and_then(Value::as_object).unwrap_or(&NOTHING);
        blocks.map(|(at, values)| Side { values, unknown: marks(at), sensitive: hidden(at) }).collect()
    }

    /// Whether the schema has an attribute.
    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name) || self.unknown.contains_key(name)
    }

    /// Whether an attribute is known only after apply, as a whole.
    pub fn is_unknown(&self, name: &str) -> bool {
        self.unknown.get(name) == Some(&Value::Bool(true))
    }
}

impl Side<'_> {
    /// The tags at a place, when the schema has it.
    fn found(&self, kind: &str, at: &'static TagsAt) -> Option<Found> {
        let own = match self.said(at.own, at.syntax) {
            Said::NotThere if at.types.contains(&kind) && self.unknown.get(outer(at.own)) == Some(&Value::Bool(true)) => Said::Unknown,
            // An empty block shows nothing of what could lie in it.
            Said::NotThere if at.types.contains(&kind) && self.has_empty_block(at.own) => Said::Known(Vec::new()),
            said => said,
        };
        let merged = at.merged.iter().map(|path| self.said(path, at.syntax)).find(|said| *said != Said::NotThere).unwrap_or(Said::NotThere);
        (own != Said::NotThere || merged != Said::NotThere).then_some(Found { at, own, merged })
    }

    /// Whether the block that a place lies in is there and empty.
    fn has_empty_block(&self, path: &str) -> bool {
        match self.values.get(outer(path)) {
            Some(Value::Array(blocks)) => blocks.is_empty(),
            Some(Value::Null) | None => true,
            Some(_) => false,
        }
    }

    /// The place that says something, of several that a type has; the first where none does.
    pub fn best(&self, kind: &str, places: impl Iterator<Item = &'static TagsAt>) -> Option<Found> {
        let all: Vec<Found> = places.filter_map(|at| self.found(kind, at)).collect();
        let speaks = |found: &Found| found.merged != Said::NotThere || !matches!(&found.own, Said::Known(pairs) if pairs.is_empty());
        let at = all.iter().position(speaks).unwrap_or(0);
        all.into_iter().nth(at)
    }

    /// What an attribute says.
    pub fn said(&self, path: &str, syntax: TagSyntax) -> Said {
        let (outer, inner) = path.split_once('.').map_or((path, None), |(outer, inner)| (outer, Some(inner)));
        let (value, mark) = (self.values.get(outer), self.unknown.get(outer).filter(|mark| **mark != Value::Bool(false)));
        let all = (*self.sensitive == Value::Bool(true)).then_some(self.sensitive);
        let hidden = all.or_else(|| self.sensitive.get(outer)).filter(|hidden| **hidden != Value::Bool(false));
        let Some(inner) = inner else { return said(value, mark, hidden, syntax) };
        // What a whole body holds is open when the body is.
        if outer == "body" && mark == Some(&Value::Bool(true)) {
            return Said::Unknown;
        }
        // A block is a list of one object; older code writes a body as the text of one.
        let within = |outer: &Value| match outer {
            Value::String(text) => serde_json::from_str::<Value>(text).ok()?.get(inner).cloned(),
            outer => outer.get(0).unwrap_or(outer).get(inner).cloned(),
        };
        let concealed = hidden.and_then(|hidden| if hidden.is_boolean() { Some(hidden.clone()) } else { within(hidden) });
        said(value.and_then(within).as_ref(), mark.and_then(within).as_ref(), concealed.as_ref(), syntax)
    }
}

/// The block that a place lies in.
fn outer(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

fn said(value: Option<&Value>, mark: Option<&Value>, hidden: Option<&Value>, syntax: TagSyntax) -> Said {
    let mut is_open = false;
    let mut pairs = match (value, mark) {
        (None, None) => return Said::NotThere,
        (None | Some(Value::Null | Value::Array(_)), Some(Value::Bool(true))) => return Said::Unknown,
        (Some(Value::Object(map)), _) if syntax != TagSyntax::HclBlocks => pairs_of(map),
        // A list of words is called tags in a few types and is none.
        (Some(Value::Array(items)), _) if items.iter().any(|item| !item.is_object()) => return Said::NotThere,
        (Some(Value::Array(items)), mark) => listed(items, mark, &mut is_open),
        (None | Some(Value::Null), _) => Vec::new(),
        _ => return Said::NotThere,
    };
    if let Some(Value::Object(marks)) = mark {
        for (key, _) in marks.iter().filter(|(_, mark)| **mark != Value::Bool(false)) {
            pairs.retain(|(k, _)| k != key);
            pairs.push((Text::new(key), None));
        }
    }
    // What must not be shown is not known: it is there, and nothing is said about it.
    let conceals = |key: &str| hidden.is_some_and(|h| *h == Value::Bool(true) || h.get(key).is_some_and(|mark| *mark != Value::Bool(false)));
    for (key, value) in &mut pairs {
        if conceals(key) || matches!(hidden, Some(Value::Array(marks)) if !marks.is_empty()) {
            *value = None;
        }
    }
    if is_open { Said::Open(pairs) } else { Said::Known(pairs) }
}

/// The tags of a map. A null value is a tag that is not set.
pub(super) fn pairs_of(map: &Map<String, Value>) -> Vec<Pair> {
    map.iter().filter(|(_, value)| !value.is_null()).map(|(key, value)| (Text::new(key), Some(plain(value)))).collect()
}

/// Tags as a list of objects with a key and a value; a key that is not known leaves the set open.
fn listed(items: &[Value], marks: Option<&Value>, is_open: &mut bool) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let word = |name: &str, upper: &str| item.get(name).or_else(|| item.get(upper)).filter(|value| !value.is_null());
        let Some(key) = word("key", "Key").and_then(Value::as_str) else {
            *is_open = true;
            continue;
        };
        let mark = marks.and_then(|marks| marks.get(at)).and_then(|mark| mark.get("value").or_else(|| mark.get("Value")));
        let is_unknown = mark.is_some_and(|mark| *mark != Value::Bool(false));
        pairs.push((Text::new(key), if is_unknown { None } else { Some(word("value", "Value").map_or_else(Text::default, plain)) }));
    }
    pairs
}

/// A value as text: some providers take numbers and truth values.
fn plain(value: &Value) -> Text {
    match value {
        Value::String(text) => Text::new(text),
        other => Text::from(other.to_string()),
    }
}
