//! Tags as inputs hold them: plain, secret, or not known before the deploy.

use crate::found::Found;
use serde_json::{Map, Value};
use tagledger_model::Layer;

/// Stands for a value that only the deploy will know:
/// <https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/plugin/rpc.go>.
const UNKNOWN: &str = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/// Stands for a secret in what is printed.
const SECRET: &str = "[secret]";
/// The member by which an object says that it is something else, such as a secret.
const SIGNATURE: &str = "4dabf18193072939515e22adb298388d";

/// Whether a text stands for one that is not shown.
pub(super) fn is_hidden(text: &str) -> bool {
    text == UNKNOWN || text == SECRET
}

/// Whether an object stands for one that is not shown.
pub(super) fn is_hidden_map(map: &Map<String, Value>) -> bool {
    map.contains_key(SIGNATURE)
}

/// Whether a value sets no tag.
pub(super) fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(map) => map.keys().all(|key| key == "__defaults"),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// The value at a path with dots; a block may be a list of one.
pub(super) fn dig<'v>(inputs: &'v Map<String, Value>, path: &str) -> Option<&'v Value> {
    let mut parts = path.split('.');
    let first = parts.next()?;
    // Properties of CloudFormation begin with a capital, inputs of Pulumi never do.
    let first = inputs.get(first).or_else(|| inputs.iter().find(|(name, _)| name.eq_ignore_ascii_case(first)).map(|(_, value)| value))?;
    parts.try_fold(first, |value, name| match value {
        Value::Array(items) => items.first()?.get(name),
        // What hides the block hides the tags in it.
        Value::String(_) => Some(value),
        value => value.get(name),
    })
}

/// The tags that a value sets.
pub(super) fn of(value: Option<&Value>) -> Found {
    match value {
        None | Some(Value::Null) => Found::default(),
        Some(Value::Object(map)) if !is_hidden_map(map) => {
            let mut all = Found::default();
            for (key, value) in map.iter().filter(|(key, value)| *key != "__defaults" && !value.is_null()) {
                all.and(Found::one(key, plain(value).as_deref()));
            }
            all
        }
        Some(Value::Array(items)) => {
            let mut all = Found::default();
            for item in items {
                // Tags of what a launch template makes, type by type.
                if let Some(inner) = item.get("tags").filter(|_| item.get("resourceType").is_some()) {
                    all.and(of(Some(inner)));
                    continue;
                }
                match item.get("key").and_then(Value::as_str).filter(|key| !is_hidden(key)) {
                    Some(key) => all.and(Found::one(key, item.get("value").map_or(Some(String::new()), plain).as_deref())),
                    None => all.open = true,
                }
            }
            all
        }
        Some(_) => Found::anything(),
    }
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => (!is_hidden(text)).then(|| text.clone()),
        Value::Object(_) | Value::Array(_) => None,
        other => Some(other.to_string()),
    }
}

impl Found {
    /// What is not among the resource's own tags is the provider's.
    pub(super) fn with_defaults(mut self, own: &Self) -> Self {
        for tag in &mut self.tags {
            if !own.open && !own.tags.iter().any(|of| of.key == tag.key) {
                tag.layer = Layer::ProviderDefault;
            }
        }
        self
    }
}
