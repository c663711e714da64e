//! What a record may say of the state that its resource is in, under the names that `resources.csv` has for it.

use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Value;
use tagledger_model::{Fact, Facts, Retention, Text, Timestamp};

/// What a record says of whether anything uses its resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attached {
    Yes,
    No,
    /// It was asked for, and the answer did not say.
    Unknown,
}

/// The fields as they were read.
#[derive(Debug, Default)]
pub(super) struct State {
    pub attached: Option<Attached>,
    pub running: Option<bool>,
    pub since: Option<Timestamp>,
    pub retention: Option<Retention>,
    pub made_from: Option<Text>,
}

impl State {
    /// The facts, each proved by the field that states it; none where the record states nothing. The error says what to write.
    pub fn facts(self, id: &str) -> Result<Option<Box<Facts>>, String> {
        let told = |yes: bool| if yes { "yes" } else { "no" };
        let kept = |retention: Retention| match retention {
            Retention::Days(days) => days.to_string(),
            Retention::Forever => "forever".to_owned(),
        };
        let attached = match self.attached {
            Some(Attached::Yes) => Some(true),
            Some(Attached::No) => Some(false),
            Some(Attached::Unknown) | None => None,
        };
        if self.since.is_some() && attached.is_none() && self.running.is_none() {
            return Err(format!("`state_since` of {id} says since when, but not what; write `attached` or `running` beside it"));
        }
        let facts = Facts {
            attached: attached.map(|yes| Fact::new(yes, "attached", told(yes))),
            unanswered: (self.attached == Some(Attached::Unknown)).then(|| Text::const_new("attached = unknown")),
            running: self.running.map(|yes| Fact::new(yes, "running", told(yes))),
            since: self.since,
            retention: self.retention.map(|r| Fact::new(r, "retention_days", &kept(r))),
            source: self.made_from.map(|id| Fact::new(id.clone(), "made_from", &id)),
            ends: None,
        };
        Ok((facts != Facts::default()).then(|| Box::new(facts)))
    }
}

/// A field that holds one of a few things, or nothing.
pub(super) struct Field<T> {
    name: &'static str,
    /// What may stand there.
    write: &'static str,
    read: fn(&Value) -> Option<T>,
}

pub(super) const ATTACHED: Field<Attached> = Field { name: "attached", write: "yes, no or unknown", read: attached };
pub(super) const RUNNING: Field<bool> = Field { name: "running", write: "yes or no", read: yes_no };
pub(super) const STATE_SINCE: Field<Timestamp> = Field { name: "state_since", write: "2026-01-31 or 2026-01-31T12:00:00Z", read: moment };
pub(super) const RETENTION_DAYS: Field<Retention> = Field { name: "retention_days", write: "a whole number of days from 1, or forever", read: retention };
pub(super) const MADE_FROM: Field<Text> = Field { name: "made_from", write: "the id of a resource", read: id };

impl<T> Field<T> {
    fn value(&self, value: &Value) -> Result<Option<T>, String> {
        if value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty()) {
            return Ok(None);
        }
        let shown = || value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        (self.read)(value).map(Some).ok_or_else(|| format!("`{}` is `{}`; write {}", self.name, shown(), self.write))
    }

    /// Reads a CSV cell.
    pub fn cell(&self, cell: &str) -> Result<Option<T>, String> {
        self.value(&Value::String(cell.to_owned()))
    }

    /// Reads a JSON member; a mistake is an error of the reader, which knows the place.
    pub fn member<'de, D: Deserializer<'de>>(&self, d: D) -> Result<Option<T>, D::Error> {
        self.value(&Value::deserialize(d)?).map_err(D::Error::custom)
    }
}

fn attached(value: &Value) -> Option<Attached> {
    match yes_no(value) {
        Some(true) => Some(Attached::Yes),
        Some(false) => Some(Attached::No),
        None => (value.as_str() == Some("unknown")).then_some(Attached::Unknown),
    }
}

fn yes_no(value: &Value) -> Option<bool> {
    match value.as_str() {
        Some("yes") => Some(true),
        Some("no") => Some(false),
        _ => value.as_bool(),
    }
}

fn moment(value: &Value) -> Option<Timestamp> {
    Timestamp::parse(value.as_str()?)
}

fn retention(value: &Value) -> Option<Retention> {
    if value.as_str() == Some("forever") {
        return Some(Retention::Forever);
    }
    let days = value.as_str().map_or_else(|| value.as_u64().and_then(|n| u32::try_from(n).ok()), |text| text.trim().parse().ok());
    days.filter(|days| *days > 0).map(Retention::Days)
}

fn id(value: &Value) -> Option<Text> {
    value.as_str().map(Text::new)
}
