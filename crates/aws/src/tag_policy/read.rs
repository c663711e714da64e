//! Reads tag policies, one below the other, as AWS itself would merge them:
//! <https://docs.aws.amazon.com/organizations/latest/userguide/policy-operators.html>.

use super::types;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use tagledger_collect::{FoundAsked, FoundKey, FoundKeys, GuardrailError, GuardrailSource};

pub(crate) static SOURCE: GuardrailSource = GuardrailSource { name: "aws-tag-policy", read };

const ASSIGN: &str = "@@assign";
const APPEND: &str = "@@append";
const REMOVE: &str = "@@remove";
/// What policies further below may do.
const ALLOWED: &str = "@@operators_allowed_for_child_policies";
const NONE: &str = "@@none";
const EVERY: &str = "@@all";

/// A setting as far as it is known: its words, and which operators may still change them.
#[derive(Debug, Clone, Default)]
struct Setting {
    words: Option<Vec<String>>,
    /// None for every operator.
    allowed: Option<Vec<String>>,
}

/// What is known of a key.
#[derive(Debug, Default)]
struct Entry {
    key: Setting,
    values: Setting,
    enforced: Setting,
    required: Setting,
    /// Policies below may not touch any of it.
    closed: bool,
}

/// Where something stands, for messages.
#[derive(Clone, Copy)]
struct At<'a> {
    file: &'a str,
    key: &'a str,
}

impl At<'_> {
    fn error(self, what: impl Into<String>) -> GuardrailError {
        let place = if self.key.is_empty() { String::new() } else { format!(" at tags.{}", self.key) };
        GuardrailError { file: self.file.to_owned(), place, what: what.into() }
    }
}

fn read(files: &[(String, String)]) -> Result<FoundKeys, GuardrailError> {
    let (mut entries, mut notes, mut closed) = (BTreeMap::<String, Entry>::new(), Vec::new(), false);
    for (file, text) in files {
        let policy = parse(file, text)?;
        let at = At { file, key: "" };
        let tags = policy.get("tags").and_then(Value::as_object).ok_or_else(|| at.error("No tag policy: the file has no object `tags`"))?;
        // What a policy forbids is for those below it, not for itself.
        let (was_closed, mut sets) = (closed, Vec::new());
        for (name, entry) in tags {
            if name == ALLOWED {
                closed |= words(at, entry)?.iter().any(|word| word == NONE);
                continue;
            }
            let at = At { file, key: name };
            let fields = entry.as_object().ok_or_else(|| at.error("A key of a tag policy is an object"))?;
            sets.push((at, fields));
        }
        for (at, fields) in sets {
            let folded = at.key.to_lowercase();
            if was_closed && !entries.contains_key(&folded) {
                notes.push(format!("{}: a policy above it allows no further keys, so that {} is left out", at.file, at.key.escape_debug()));
                continue;
            }
            merge(at, entries.entry(folded).or_default(), fields, &mut notes)?;
        }
    }
    Ok(found(entries, notes))
}

/// The policy of a file, also where it is what `describe-policy` or `describe-effective-policy` answered.
fn parse(file: &str, text: &str) -> Result<Value, GuardrailError> {
    let read = |text: &str| -> Result<Value, GuardrailError> {
        serde_json::from_str(text).map_err(|error| {
            let place = format!(":{}:{}", error.line(), error.column());
            GuardrailError { file: file.to_owned(), place, what: format!("No JSON: {}", error.to_string().split(" at line").next().unwrap_or_default()) }
        })
    };
    let value = read(text.trim_start_matches('\u{feff}'))?;
    let content = value.pointer("/EffectivePolicy/PolicyContent").or_else(|| value.pointer("/Policy/Content")).and_then(Value::as_str);
    content.map_or(Ok(value.clone()), read)
}

fn merge(at: At<'_>, entry: &mut Entry, fields: &Map<String, Value>, notes: &mut Vec<String>) -> Result<(), GuardrailError> {
    let was_closed = entry.closed;
    for (field, value) in fields {
        let setting = match field.as_str() {
            "tag_key" => &mut entry.key,
            "tag_value" => &mut entry.values,
            "enforced_for" => &mut entry.enforced,
            "report_required_tag_for" => &mut entry.required,
            ALLOWED => {
                entry.closed |= words(at, value)?.iter().any(|word| word == NONE);
                continue;
            }
            other => {
                notes.push(format!("{}: `{}` of {} is no field that is known, and is left out", at.file, other.escape_debug(), at.key.escape_debug()));
                continue;
            }
        };
        if was_closed {
            notes.push(format!("{}: a policy above it closes {}, so that its `{field}` is left out", at.file, at.key.escape_debug()));
        } else {
            apply(at, field, setting, value, notes)?;
        }
    }
    Ok(())
}

/// Applies what one policy says of a setting to what stands above it.
fn apply(at: At<'_>, field: &str, setting: &mut Setting, value: &Value, notes: &mut Vec<String>) -> Result<(), GuardrailError> {
    // An effective policy has no operators: what stands there counts.
    let Some(operators) = value.as_object() else {
        setting.words = Some(words(at, value)?);
        return Ok(());
    };
    let above = setting.allowed.clone();
    for (operator, value) in operators {
        let said = words(at, value)?;
        if operator == ALLOWED {
            setting.allowed = (!said.iter().any(|word| word == EVERY)).then_some(said);
            continue;
        }
        if above.as_ref().is_some_and(|allowed| !allowed.contains(operator)) {
            notes.push(format!("{}: a policy above it does not allow `{operator}` of `{field}` of {}, so that it is left out", at.file, at.key.escape_debug()));
            continue;
        }
        let now = setting.words.get_or_insert_default();
        match operator.as_str() {
            ASSIGN => *now = said,
            APPEND => said.into_iter().for_each(|word| {
                if !now.contains(&word) {
                    now.push(word);
                }
            }),
            REMOVE => now.retain(|word| !said.contains(word)),
            other => return Err(at.error(format!("`{}` is no operator; there are {ASSIGN}, {APPEND} and {REMOVE}", other.escape_debug()))),
        }
    }
    Ok(())
}

/// One word or a list of them; AWS takes numbers as well.
fn words(at: At<'_>, value: &Value) -> Result<Vec<String>, GuardrailError> {
    match value {
        Value::String(text) => Ok(vec![text.clone()]),
        Value::Number(number) => Ok(vec![number.to_string()]),
        Value::Bool(flag) => Ok(vec![flag.to_string()]),
        Value::Array(values) => values.iter().map(|value| words(at, value)).collect::<Result<Vec<_>, _>>().map(|all| all.concat()),
        Value::Null | Value::Object(_) => Err(at.error("A text or a list of texts belongs here")),
    }
}

fn found(entries: BTreeMap<String, Entry>, mut notes: Vec<String>) -> FoundKeys {
    let mut keys = Vec::new();
    for (policy_key, entry) in entries {
        // Without `tag_key` the key is spelt in lower case.
        let name = entry.key.words.and_then(|words| words.into_iter().next()).unwrap_or(policy_key);
        let mut values = entry.values.words.unwrap_or_default();
        if values.iter().any(|value| value == "*") {
            values.clear();
        }
        if let Some(enforced) = entry.enforced.words.filter(|words| !words.is_empty()) {
            let on = enforced.join(", ");
            notes.push(format!(
                "{name}: `enforced_for` ({on}) has no place in a taxonomy, which judges the values of every resource; `taxonomy export --enforce` writes it"
            ));
        }
        let asked = match entry.required.words.filter(|words| !words.is_empty()) {
            None => FoundAsked::Nothing,
            Some(types) => types::patterns(&types).map_or(FoundAsked::Everything, FoundAsked::Kinds),
        };
        keys.push(FoundKey { name, values, asked });
    }
    FoundKeys { keys, notes }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policies(texts: &[&str]) -> Result<FoundKeys, GuardrailError> {
        let files: Vec<(String, String)> = texts.iter().enumerate().map(|(at, text)| (format!("{at}.json"), (*text).to_owned())).collect();
        read(&files)
    }

    fn values(found: &FoundKeys) -> Vec<&str> {
        found.keys[0].values.iter().map(String::as_str).collect()
    }

    /// The example of the page on operators: what the root assigns, a unit appends to and an account removes from.
    #[test]
    fn policies_are_merged_from_the_top_down() {
        let root = r#"{"tags": {"CostCenter": {"tag_key": {"@@assign": "CostCenter"}, "tag_value": {"@@assign": ["Dev", "Support"]}}}}"#;
        let unit = r#"{"tags": {"costcenter": {"tag_value": {"@@append": ["Marketing", "Dev"]}}}}"#;
        let account = r#"{"tags": {"COSTCENTER": {"tag_value": {"@@remove": ["Support"]}}}}"#;
        let found = policies(&[root, unit, account]).unwrap();
        assert_eq!(found.keys.len(), 1, "policy keys have no case");
        assert_eq!((found.keys[0].name.as_str(), values(&found)), ("CostCenter", vec!["Dev", "Marketing"]));
        let anew = policies(&[root, unit, r#"{"tags": {"costcenter": {"tag_value": {"@@assign": ["One"]}}}}"#]).unwrap();
        assert_eq!(values(&anew), ["One"]);
    }

    #[test]
    fn what_a_policy_above_forbids_is_left_out_and_said() {
        let root = r#"{"tags": {"a": {"tag_value": {"@@operators_allowed_for_child_policies": ["@@append"], "@@assign": ["x"]}}}}"#;
        let found =
            policies(&[root, r#"{"tags": {"a": {"tag_value": {"@@assign": ["y"]}}}}"#, r#"{"tags": {"a": {"tag_value": {"@@append": ["z"]}}}}"#]).unwrap();
        assert_eq!(values(&found), ["x", "z"]);
        assert!(found.notes.iter().any(|note| note.starts_with("1.json") && note.contains("@@assign")), "{:?}", found.notes);
        let closed = r#"{"tags": {"@@operators_allowed_for_child_policies": ["@@none"], "a": {"@@operators_allowed_for_child_policies": ["@@none"]}}}"#;
        let found = policies(&[closed, r#"{"tags": {"a": {"tag_value": {"@@assign": ["y"]}}, "b": {}}}"#]).unwrap();
        assert_eq!((found.keys.len(), values(&found).len(), found.notes.len()), (1, 0, 2), "{:?}", found.notes);
    }

    #[test]
    fn an_effective_policy_is_read_as_it_is_answered() {
        let effective = r#"{"tags": {"team": {"tag_value": ["*"], "report_required_tag_for": ["ec2:instance"]}}}"#;
        let answer = serde_json::json!({"EffectivePolicy": {"PolicyContent": effective, "PolicyType": "TAG_POLICY"}}).to_string();
        for text in [effective, answer.as_str()] {
            let found = policies(&[text]).unwrap();
            let key = FoundKey { name: "team".to_owned(), values: Vec::new(), asked: FoundAsked::Kinds(vec!["ec2:instance".to_owned()]) };
            assert_eq!(found.keys, [key]);
        }
    }

    #[test]
    fn what_is_wrong_has_a_place() {
        let told = |text: &str| policies(&[text]).unwrap_err().to_string();
        assert!(told("{\n  \"tags\": [}").starts_with("0.json:2:12: No JSON"), "{}", told("{\n  \"tags\": [}"));
        assert!(told("{}").contains("no object `tags`"));
        assert!(told(r#"{"tags": {"a": {"tag_value": {"@@asign": []}}}}"#).starts_with("0.json at tags.a: `@@asign` is no operator"));
        assert!(told(r#"{"tags": {"a": {"tag_value": {"@@assign": [{}]}}}}"#).starts_with("0.json at tags.a:"));
    }
}
