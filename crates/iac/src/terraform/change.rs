//! One entry of `resource_changes`, reduced to what tags need while it is parsed.

use super::configuration::source_key;
use super::families::{Family, TagsAt, text};
use super::tags::{Pair, Said};
use crate::address::Address;
use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde_json::{Map, Value};
use tagledger_model::{Action, NativeId, TagPlace, TagSyntax, Text};

/// The tags of a change: where they stand, and what the own and the merged attribute say.
#[derive(Debug, PartialEq)]
pub(super) struct Found {
    pub at: &'static TagsAt,
    pub own: Said,
    pub merged: Said,
}

impl PartialEq for TagsAt {
    fn eq(&self, other: &Self) -> bool {
        self.own == other.own
    }
}

/// A change of a managed resource.
pub(super) struct Change {
    pub address: Text,
    /// The resource in the configuration.
    pub source_key: Option<String>,
    pub module: Option<Text>,
    pub previous: Option<Text>,
    pub kind: Text,
    pub provider: Option<String>,
    pub family: Option<&'static Family>,
    /// None for what is destroyed, forgotten or only read.
    pub action: Option<Action>,
    pub tags: Option<Found>,
    /// Something is called tags in this type and is none.
    pub never_tagged: bool,
    /// The plan lists every attribute of the schema, so that what it does not list the type does not have.
    pub lists_schema: bool,
    pub live_id: Option<NativeId>,
    pub name: Option<Text>,
    pub region: Option<Text>,
    pub project: Option<Text>,
    pub group: Option<Text>,
}

#[derive(Deserialize)]
struct Raw {
    address: Option<String>,
    previous_address: Option<String>,
    mode: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    provider_name: Option<String>,
    deposed: Option<String>,
    #[serde(default)]
    change: RawChange,
}

#[derive(Default, Deserialize)]
struct RawChange {
    #[serde(default)]
    actions: Vec<String>,
    #[serde(default)]
    before: Value,
    #[serde(default)]
    after: Value,
    #[serde(default)]
    after_unknown: Value,
    #[serde(default)]
    after_sensitive: Value,
    #[serde(default)]
    importing: Value,
}

/// The changes of a plan.
#[derive(Default)]
pub(super) struct Changes(pub Vec<Change>);

impl<'de> Deserialize<'de> for Changes {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Changes;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a list of changes")
            }
            fn visit_unit<E>(self) -> Result<Changes, E> {
                Ok(Changes::default())
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Changes, A::Error> {
                let mut all = Vec::new();
                while let Some(raw) = seq.next_element::<Raw>()? {
                    all.extend(Change::of(raw));
                }
                Ok(Changes(all))
            }
        }
        d.deserialize_any(Each)
    }
}

impl Change {
    /// None for what is only read.
    fn of(raw: Raw) -> Option<Self> {
        let address = raw.address?;
        let parsed = Address::parse(&address);
        let is_data = raw.mode.as_deref().map_or_else(|| parsed.as_ref().is_some_and(|a| a.is_data), |mode| mode != "managed");
        if is_data {
            return None;
        }
        let kind = raw.kind.or_else(|| parsed.as_ref().map(|a| a.kind.clone()))?;
        let family = Family::of(raw.provider_name.as_deref(), &kind);
        let (before, after, unknown) = (object(&raw.change.before), object(&raw.change.after), object(&raw.change.after_unknown));
        let never_tagged = family.is_some_and(|f| f.never.contains(&kind.as_str()));
        let view = Side { values: after, unknown, sensitive: &raw.change.after_sensitive };
        let tags = family
            .filter(|_| !never_tagged)
            .and_then(|f| f.places.iter().filter(|at| !f.except.contains(&(kind.as_str(), at.own))).find_map(|at| view.found(at)));
        let is_there = !raw.change.after.is_null() && raw.deposed.is_none();
        let action = action(&raw.change, is_there, || touches_tags(before, tags.as_ref()));
        let word = |name: &str| text(after.get(name)).map(Text::new);
        let live = (!before.is_empty()).then_some(before);
        Some(Self {
            source_key: parsed.as_ref().map(source_key),
            module: parsed.as_ref().and_then(Address::module).map(Text::from),
            previous: raw.previous_address.map(Text::from),
            live_id: live.and_then(|before| (family?.live_id)(&kind, before)),
            lists_schema: after.len() + unknown.len() >= SCHEMA && (after.contains_key("id") || unknown.contains_key("id")),
            name: word("name").or_else(|| word("bucket")).or_else(|| word("identifier")),
            region: word("region").or_else(|| word("location")).or_else(|| word("zone")).or_else(|| word("availability_zone")),
            project: word("project").or_else(|| live.and_then(|before| text(before.get("project")).map(Text::new))),
            group: word("resource_group_name"),
            provider: raw.provider_name,
            address: address.into(),
            kind: kind.into(),
            family,
            action,
            tags,
            never_tagged,
        })
    }

    /// Where the source writes the tags.
    pub fn place(&self) -> Option<TagPlace> {
        self.tags.as_ref().map(|found| TagPlace { attribute: Text::new(found.at.own), syntax: found.at.syntax })
    }
}

/// A whole schema has an `id` and more than this; what people trim by hand for a test has fewer attributes.
const SCHEMA: usize = 3;

static NOTHING: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);

fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().unwrap_or(&NOTHING)
}

/// What the plan does, whatever combination of actions it names; none where nothing is left to judge.
fn action(change: &RawChange, is_there: bool, touches_tags: impl Fn() -> bool) -> Option<Action> {
    let has = |word: &str| change.actions.iter().any(|action| action == word);
    let only_goes = !change.actions.is_empty() && change.actions.iter().all(|a| matches!(a.as_str(), "delete" | "forget" | "read"));
    if !is_there || only_goes {
        return None;
    }
    Some(match () {
        () if has("create") && (has("delete") || has("forget")) => Action::Replace,
        () if !change.importing.is_null() => Action::Import,
        () if has("create") => Action::Create,
        () if has("update") => {
            if touches_tags() {
                Action::Retag
            } else {
                Action::Update
            }
        }
        () => Action::Keep,
    })
}

/// Whether an update writes tags: the own or the merged attribute is another one afterwards, or is not known yet.
fn touches_tags(before: &Map<String, Value>, after: Option<&Found>) -> bool {
    let Some(after) = after else { return false };
    let old = Side { values: before, unknown: &NOTHING, sensitive: &Value::Null };
    let was = |path: &str| sorted(old.said(path, after.at.syntax));
    let merged = after.at.merged.iter().map(|path| was(path)).find(|said| *said != Said::NotThere).unwrap_or(Said::NotThere);
    was(after.at.own) != sorted(after.own.clone()) || (after.merged != Said::NotThere && merged != sorted(after.merged.clone()))
}

fn sorted(said: Said) -> Said {
    match said {
        Said::Known(mut pairs) => {
            pairs.sort();
            Said::Known(pairs)
        }
        // An attribute that is not there and an empty one say the same.
        other => other,
    }
}

/// One side of a change.
struct Side<'c> {
    values: &'c Map<String, Value>,
    unknown: &'c Map<String, Value>,
    sensitive: &'c Value,
}

impl Side<'_> {
    /// The tags at a place, when the schema has it.
    fn found(&self, at: &'static TagsAt) -> Option<Found> {
        let own = self.said(at.own, at.syntax);
        let merged = at.merged.iter().map(|path| self.said(path, at.syntax)).find(|said| *said != Said::NotThere).unwrap_or(Said::NotThere);
        (own != Said::NotThere || merged != Said::NotThere).then_some(Found { at, own, merged })
    }

    /// What an attribute says.
    fn said(&self, path: &str, syntax: TagSyntax) -> Said {
        let (outer, inner) = path.split_once('.').map_or((path, None), |(outer, inner)| (outer, Some(inner)));
        let (value, mark) = (self.values.get(outer), self.unknown.get(outer).filter(|mark| **mark != Value::Bool(false)));
        let all = (*self.sensitive == Value::Bool(true)).then_some(self.sensitive);
        let hidden = all.or_else(|| self.sensitive.get(outer)).filter(|hidden| **hidden != Value::Bool(false));
        let Some(inner) = inner else { return said(value, mark, hidden, syntax) };
        // A block is a list of one object.
        let within = |outer: &Value| outer.get(0).unwrap_or(outer).get(inner).cloned();
        let concealed = hidden.and_then(|hidden| if hidden.is_boolean() { Some(hidden.clone()) } else { within(hidden) });
        said(value.and_then(within).as_ref(), mark.and_then(within).as_ref(), concealed.as_ref(), syntax)
    }
}

fn said(value: Option<&Value>, mark: Option<&Value>, hidden: Option<&Value>, syntax: TagSyntax) -> Said {
    let mut pairs = match (value, mark) {
        (None, None) => return Said::NotThere,
        (None | Some(Value::Null), Some(Value::Bool(true))) => return Said::Unknown,
        (Some(Value::Object(map)), _) if syntax != TagSyntax::HclBlocks => pairs_of(map),
        (Some(Value::Array(items)), mark) => match listed(items, mark) {
            Some(pairs) => pairs,
            None if items.is_empty() || items.iter().any(Value::is_object) => return Said::Unknown,
            // A list of words is called tags in a few types and is none.
            None => return Said::NotThere,
        },
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
    Said::Known(pairs)
}

/// The tags of a map. A null value is a tag that is not set.
pub(super) fn pairs_of(map: &Map<String, Value>) -> Vec<Pair> {
    map.iter().filter(|(_, value)| !value.is_null()).map(|(key, value)| (Text::new(key), Some(plain(value)))).collect()
}

/// Tags as a list of objects with a key and a value; none for another list, or where a key is not known.
fn listed(items: &[Value], marks: Option<&Value>) -> Option<Vec<Pair>> {
    if matches!(marks, Some(Value::Bool(true))) {
        return None;
    }
    let word = |item: &'_ Value, name: &str, upper: &str| item.get(name).or_else(|| item.get(upper)).cloned();
    let pair = |(at, item): (usize, &Value)| {
        let key = word(item, "key", "Key")?;
        let value = word(item, "value", "Value").filter(|value| !value.is_null());
        let is_unknown = marks.and_then(|marks| marks.get(at)).is_some_and(|mark| mark.get("value").or_else(|| mark.get("Value")).is_some());
        Some((Text::new(key.as_str()?), if is_unknown { None } else { Some(value.as_ref().map_or_else(Text::default, plain)) }))
    };
    items.iter().enumerate().map(pair).collect()
}

/// A value as text: some providers take numbers and truth values.
fn plain(value: &Value) -> Text {
    match value {
        Value::String(text) => Text::new(text),
        other => Text::from(other.to_string()),
    }
}
