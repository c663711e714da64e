//! The tags of a record: what stands for a value, and what says that a value was not read.

use serde_json::Value;
use tagledger_model::{Layer, Observed, RawTag, Text};

/// The member `tags`, as it was read.
pub(super) type Tags = serde_json::Map<String, Value>;

/// The member that says whether a value was read. An object is no value of any tag, so that it cannot be mistaken for one.
const READ: &str = "read";

/// The tags of the record of that name; unknown without the member. The error says what to write.
pub(super) fn tags(map: Option<&Tags>, of: &str) -> Result<Observed<Vec<RawTag>>, String> {
    let Some(map) = map else { return Ok(Observed::Unknown) };
    let tag = |(key, value): (&String, &Value)| {
        let wrong = || format!("the tag `{key}` of {of} is `{value}`; write a text, or {{\"read\": false}} where its value was not read");
        Ok(RawTag { key: Text::new(key), value: said(value).ok_or_else(wrong)?, layer: Layer::Own })
    };
    map.iter().map(tag).collect::<Result<_, _>>().map(Observed::Known)
}

/// A null is an empty value; numbers and booleans are their text. None for what is no value.
fn said(value: &Value) -> Option<Observed<Text>> {
    Some(match value {
        Value::Null => Observed::Known(Text::default()),
        Value::String(text) => Observed::Known(Text::new(text)),
        Value::Number(_) | Value::Bool(_) => Observed::Known(Text::from(value.to_string())),
        Value::Object(members) if members.len() == 1 && members.get(READ) == Some(&Value::Bool(false)) => Observed::Unknown,
        Value::Object(_) | Value::Array(_) => return None,
    })
}
