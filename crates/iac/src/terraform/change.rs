//! One entry of `resource_changes`, reduced to what tags need while it is parsed.

use super::children::{self, Child};
use super::configuration::source_key;
use super::families::{Family, Lies, TagsAt, text};
use super::said::{NOTHING, Side};
use super::tags::Said;
use super::types;
use crate::address::Address;
use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde_json::{Map, Value};
use tagledger_model::{Action, NativeId, TagPlace, Text};

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
    pub parsed: Option<Address>,
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
    /// What it makes beside itself.
    pub children: Vec<Child>,
    /// Something is called tags in this type and is none.
    pub never_tagged: bool,
    /// The plan lists every attribute of the schema, `id` among them, so that what it does not list the type does not have. What people
    /// trim by hand for a test has no `id`.
    pub lists_schema: bool,
    pub live_id: Option<NativeId>,
    pub name: Option<Text>,
    pub region: Option<Text>,
    pub project: Option<Text>,
    /// In which resource group it lies.
    pub lies: Lies,
    /// The type that it names itself.
    pub names_type: Option<Text>,
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
        let places = family.filter(|_| !never_tagged).map_or(&[][..], |f| f.places).iter();
        let lists_schema = after.contains_key("id") || unknown.get("id").is_some_and(|mark| *mark != Value::Bool(false));
        let shown = view.best(&kind, places.filter(|at| family.is_some_and(|f| !f.except.contains(&(kind.as_str(), at.own)))));
        let bare = || Some(Found { at: types::find(family?, &kind)?, own: Said::Known(Vec::new()), merged: Said::NotThere });
        let tags = shown.or_else(|| bare().filter(|_| !lists_schema && !never_tagged));
        let is_there = !raw.change.after.is_null() && raw.deposed.is_none();
        let action = action(&raw.change, is_there, || touches_tags(before, tags.as_ref()));
        let was = Side { values: before, unknown: &NOTHING, sensitive: &Value::Null };
        let children = family.filter(|_| action.is_some()).map_or_else(Vec::new, |f| children::of(f.children, &kind, &was, &view));
        let word = |name: &str| text(after.get(name)).map(Text::new);
        let live = (!before.is_empty()).then_some(before);
        let live_id = live.and_then(|before| (family?.live_id)(&kind, before));
        Some(Self {
            source_key: parsed.as_ref().map(source_key),
            module: parsed.as_ref().and_then(Address::module).map(Text::from),
            previous: raw.previous_address.map(Text::from),
            lies: family.map_or(Lies::Nowhere, |family| (family.lies)(&kind, &view, live_id.as_ref())),
            names_type: family.and_then(|family| (family.names_type)(&kind, &view)),
            live_id,
            lists_schema,
            name: word("name").or_else(|| word("bucket")).or_else(|| word("identifier")),
            region: word("region").or_else(|| word("location")).or_else(|| word("zone")).or_else(|| word("availability_zone")),
            project: word("project").or_else(|| live.and_then(|before| text(before.get("project")).map(Text::new))),
            provider: raw.provider_name,
            address: address.into(),
            kind: kind.into(),
            parsed,
            family,
            action,
            tags,
            children,
            never_tagged,
        })
    }

    /// Where the source writes the tags.
    pub fn place(&self) -> Option<TagPlace> {
        self.tags.as_ref().map(|found| TagPlace { attribute: Text::new(found.at.own), syntax: found.at.syntax })
    }
}

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
