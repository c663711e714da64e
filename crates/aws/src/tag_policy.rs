//! Tag policies of AWS Organizations: a taxonomy's keys written as one, and read from several.
//!
//! The grammar: <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_example-tag-policies.html>.

mod read;
mod types;

pub(crate) use read::SOURCE;

use serde_json::{Map, Value, json};
use std::fmt::Write;
use tagledger_collect::{AllowedValues, AskedOf, GuardrailFiles, GuardrailFormat, GuardrailKey, Guardrails, Settings, some_of};

pub(crate) static FORMAT: GuardrailFormat = GuardrailFormat {
    name: "aws-tag-policy",
    summary: "A tag policy of AWS Organizations: which keys, how they are spelt, what they may say, and on which types their absence is reported. \
              `aws organizations create-policy --type TAG_POLICY --name tagledger --description Taxonomy --content file://aws-tag-policy.json`, \
              then `attach-policy`.",
    joined_by: None,
    write,
};

/// Characters of one policy: <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html>.
const MOST_CHARACTERS: usize = 10_000;
/// Policies that may be attached to one place, by the same page.
const MOST_POLICIES: usize = 10;
/// A list of values longer than this says more about the pattern than about the policy.
const MOST_VALUES: usize = 200;

fn write(wanted: &Guardrails, _settings: &Settings) -> GuardrailFiles {
    let mut out = GuardrailFiles::default();
    let entries: Vec<(String, String)> = wanted.keys.iter().map(|key| (key.name.clone(), entry(key, wanted.enforce, &mut out.notes))).collect();
    let mut policies: Vec<Vec<&str>> = Vec::new();
    for (name, text) in &entries {
        if document(&[text]).chars().count() > MOST_CHARACTERS {
            let size = document(&[text]).chars().count();
            out.refused.push(format!(
                "{name} alone makes a policy of {size} characters; AWS takes {MOST_CHARACTERS}. Ask for it on fewer kinds, or list fewer values"
            ));
            continue;
        }
        match policies.last_mut() {
            Some(last) if document(&[last.as_slice(), &[text]].concat()).chars().count() <= MOST_CHARACTERS => last.push(text),
            _ => policies.push(vec![text]),
        }
    }
    if policies.len() > MOST_POLICIES {
        out.refused.push(format!("{} policies would be needed, and AWS attaches {MOST_POLICIES} to one place", policies.len()));
    }
    if policies.len() > 1 {
        out.notes.push(format!("a policy takes {MOST_CHARACTERS} characters, so that the keys are spread over {} of them: attach all", policies.len()));
    }
    let single = policies.len() == 1;
    let name = |at: usize| if single { "aws-tag-policy.json".to_owned() } else { format!("aws-tag-policy-{}.json", at + 1) };
    out.files = policies.iter().enumerate().map(|(at, texts)| (name(at), document(texts))).collect();
    out
}

/// One line for each key: what a person looks at is the keys, and AWS counts every blank.
fn document(entries: &[&str]) -> String {
    let mut text = "{\"tags\":{\n".to_owned();
    for (at, entry) in entries.iter().enumerate() {
        // Writing to a string cannot fail.
        let _written = writeln!(text, "{entry}{}", if at + 1 < entries.len() { "," } else { "" });
    }
    text.push_str("}}\n");
    text
}

fn entry(key: &GuardrailKey, enforce: bool, notes: &mut Vec<String>) -> String {
    let mut fields = Map::new();
    let mut set = |field: &str, value: Value| fields.insert(field.to_owned(), json!({ "@@assign": value }));
    set("tag_key", json!(key.spelling));
    if let Some(values) = values(key, notes) {
        set("tag_value", json!(values));
    }
    let (types, unknown) = types::of(&key.asked);
    if !types.is_empty() {
        set("report_required_tag_for", json!(types));
    }
    if !unknown.is_empty() {
        notes.push(format!("{}: a tag policy cannot require it of {}", key.name, some_of(&unknown)));
    }
    if (key.group_lends || key.scope_lends) && key.asked != AskedOf::Nothing {
        notes.push(format!("{}: a tag policy knows no value that an account lends, so that each resource has to carry it itself", key.name));
    }
    if enforce {
        let services = types::enforced(&key.asked);
        if !services.is_empty() {
            set("enforced_for", json!(services));
        }
    }
    format!("{}:{}", json!(key.spelling.to_lowercase()), Value::Object(fields))
}

/// What `tag_value` lists; none where anything may stand, or where it cannot be said.
fn values(key: &GuardrailKey, notes: &mut Vec<String>) -> Option<Vec<String>> {
    let (values, why) = match &key.allowed {
        AllowedValues::Any => return None,
        AllowedValues::Values(values) => {
            // A star of the value's own would stand for any text.
            (Some(values.clone()).filter(|all| all.iter().all(|value| !value.contains('*'))), "a value with a `*` in it")
        }
        AllowedValues::Pattern { text, form } => {
            let values = form.spelt_out(MOST_VALUES).filter(|all| all.iter().all(|value| value.matches('*').count() <= 1));
            if values.is_none() {
                notes.push(format!("{}: the pattern `{text}` cannot be said by values with one `*`, so that a tag policy takes any value", key.name));
                return None;
            }
            (values, "")
        }
    };
    if values.is_none() {
        notes.push(format!("{}: {why} cannot be said, so that a tag policy takes any value", key.name));
    }
    values
}
