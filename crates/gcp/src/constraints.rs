//! A taxonomy as custom constraints of Google's organisation policy, and the policies that put them to use.
//!
//! Form and limits: <https://docs.cloud.google.com/organization-policy/reference/rest/v2/organizations.customConstraints>; what a condition may say:
//! <https://docs.cloud.google.com/resource-manager/docs/organization-policy/creating-managing-custom-constraints>.

mod condition;

use crate::live::settings;
use serde_json::json;
use std::fmt::Write;
use std::sync::LazyLock;
use tagledger_collect::{AskedOf, GuardrailFiles, GuardrailFormat, GuardrailKey, Guardrails, Settings, some_of};

pub(crate) static FORMAT: GuardrailFormat = GuardrailFormat {
    name: "gcp-org-policy",
    summary: "Custom constraints of the organisation policy on the types whose labels they can see, and the policies that put them to use: \
              `gcloud org-policies set-custom-constraint FILE` for each constraint-*.yaml, then `gcloud org-policies set-policy FILE` for each policy-*.yaml.",
    joined_by: Some("---\n"),
    write,
};

/// A type whose labels a constraint can ask for.
struct Type {
    name: &'static str,
    short: &'static str,
    labels: &'static str,
    methods: Vec<&'static str>,
}

static TYPES: LazyLock<Vec<Type>> = LazyLock::new(|| {
    let one = |line: &'static str| {
        let [name, short, labels, methods] = line.split('\t').collect::<Vec<_>>().try_into().ok()?;
        Some(Type { name, short, labels, methods: methods.split(' ').collect() })
    };
    include_str!("constraints/types.tsv").lines().filter(|line| !line.starts_with('#')).filter_map(one).collect()
});

/// Which organisation when none is named.
const ORGANIZATION: &str = "ORGANIZATION";

/// The longest condition, and the longest id without its `custom.`.
const MOST_CONDITION: usize = 1_000;
const MOST_ID: usize = 63;

/// What a constraint holds.
enum Holds {
    Presence,
    Values,
}

fn write(wanted: &Guardrails, settings: &Settings) -> GuardrailFiles {
    let organization = settings.texts(settings::ORGANIZATIONS).first().map_or(ORGANIZATION, String::as_str).trim_start_matches("organizations/");
    let mut out = GuardrailFiles::default();
    let (mut constraints, mut policies, mut ids) = (Vec::new(), Vec::new(), Vec::<String>::new());
    for key in &wanted.keys {
        beyond(key, &mut out.notes);
        for holds in [Holds::Presence, Holds::Values] {
            for of in TYPES.iter().filter(|of| matches!(holds, Holds::Values) || is_asked(key, of)) {
                let Some(condition) = said(key, of, &holds, &mut out.notes) else { continue };
                let id = id(key, of, &holds, &ids);
                constraints.push((format!("constraint-{id}.yaml"), constraint(organization, &id, key, of, &holds, &condition)));
                policies.push((format!("policy-{id}.yaml"), policy(organization, &id, wanted.enforce)));
                ids.push(id);
            }
        }
    }
    out.files = [constraints, policies].concat();
    out.notes.dedup();
    out
}

fn is_asked(key: &GuardrailKey, of: &Type) -> bool {
    match &key.asked {
        AskedOf::Nothing => false,
        AskedOf::Everything => true,
        AskedOf::Kinds(kinds) => kinds.iter().any(|kind| kind.eq_ignore_ascii_case(of.name)),
    }
}

/// What of a key no constraint reaches.
fn beyond(key: &GuardrailKey, notes: &mut Vec<String>) {
    match &key.asked {
        AskedOf::Nothing => {}
        AskedOf::Everything => {
            let types: Vec<&str> = TYPES.iter().map(|of| of.name).collect();
            let note = format!("constraints see labels on {} only: no other type is held to what is asked of all", types.join(", "));
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        AskedOf::Kinds(kinds) => {
            let unseen: Vec<&str> = kinds.iter().filter(|kind| !TYPES.iter().any(|of| kind.eq_ignore_ascii_case(of.name))).copied().collect();
            if !unseen.is_empty() {
                notes.push(format!("{}: constraints do not see labels on {}", key.name, some_of(&unseen)));
            }
        }
    }
    if key.scope_lends && key.asked != AskedOf::Nothing {
        notes.push(format!("{}: a constraint knows no value that a project lends, so that each resource has to carry it itself", key.name));
    }
}

/// The condition under which a resource is fine; none where there is nothing to say, or where it cannot be said.
fn said(key: &GuardrailKey, of: &Type, holds: &Holds, notes: &mut Vec<String>) -> Option<String> {
    let label = json!(key.spelling).to_string();
    let labels = of.labels;
    let condition = match holds {
        Holds::Presence => format!("{label} in {labels} && {labels}[{label}] != \"\""),
        Holds::Values => {
            let value = format!("{labels}[{label}]");
            match condition::of_values(&key.allowed, &value) {
                condition::Said::Nothing => return None,
                condition::Said::Condition(allowed) => format!("!({label} in {labels}) || {value} == \"\" || {allowed}"),
                condition::Said::Impossible(why) => {
                    notes.push(format!("{}: {why}, so that constraints take any value", key.name));
                    return None;
                }
            }
        }
    };
    let length = condition.chars().count();
    if length > MOST_CONDITION {
        notes.push(format!("{}: its condition on {} takes {length} characters and a constraint {MOST_CONDITION}, so that it is left out", key.name, of.name));
        return None;
    }
    Some(condition)
}

/// Letters and digits only, and no id twice.
fn id(key: &GuardrailKey, of: &Type, holds: &Holds, taken: &[String]) -> String {
    let what = match holds {
        Holds::Presence => "require",
        Holds::Values => "values",
    };
    let mut name = String::new();
    for word in key.name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        name.push_str(&word[..1].to_uppercase());
        name.push_str(&word[1..]);
    }
    name.truncate(MOST_ID - what.len() - "On".len() - of.short.len() - "99".len());
    let plain = format!("{what}{name}On{}", of.short);
    let numbered = (2..).map(|number| format!("{plain}{number}"));
    std::iter::once(plain.clone()).chain(numbered).find(|id| !taken.contains(id)).unwrap_or(plain)
}

fn constraint(organization: &str, id: &str, key: &GuardrailKey, of: &Type, holds: &Holds, condition: &str) -> String {
    let (title, description) = match holds {
        Holds::Presence => ("carries the label", "What is made or changed without it breaks the taxonomy."),
        Holds::Values => ("has a known value in the label", "What is made or changed with another value breaks the taxonomy; without the label it does not."),
    };
    let mut text = format!("name: organizations/{organization}/customConstraints/custom.{id}\nresourceTypes:\n- {}\nmethodTypes:\n", of.name);
    for method in &of.methods {
        // Writing to a string cannot fail.
        let _written = writeln!(text, "- {method}");
    }
    // A text of JSON is one of YAML.
    let quoted = |text: String| json!(text).to_string();
    let _written = writeln!(text, "condition: {}", quoted(condition.to_owned()));
    let _written = writeln!(text, "actionType: ALLOW\ndisplayName: {}", quoted(format!("{} {title} {}", of.short, key.spelling)));
    let _written = writeln!(text, "description: {}", quoted(format!("Written by tagledger for {}. {description}", key.name)));
    text
}

fn policy(organization: &str, id: &str, enforce: bool) -> String {
    let spec = if enforce { "spec" } else { "dryRunSpec" };
    format!("name: organizations/{organization}/policies/custom.{id}\n{spec}:\n  rules:\n  - enforce: true\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::KINDS;
    use tagledger_collect::AllowedValues;
    use tagledger_model::Taggable;

    #[test]
    fn every_type_is_a_kind_that_can_have_labels() {
        let lines = include_str!("constraints/types.tsv").lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(lines, TYPES.len(), "a line has another shape");
        for of in TYPES.iter() {
            assert_eq!(KINDS.taggable(of.name), Some(Taggable::Yes), "{}", of.name);
            assert!(of.methods[0] == "CREATE" && of.labels.starts_with("resource."), "{}", of.name);
        }
    }

    #[test]
    fn ids_are_letters_and_digits_and_stand_once() {
        let key = |name: &str| GuardrailKey {
            name: name.to_owned(),
            spelling: "x".to_owned(),
            asked: AskedOf::Everything,
            allowed: AllowedValues::Any,
            group_lends: false,
            scope_lends: false,
        };
        let of = &TYPES[0];
        let first = id(&key("cost-center_größe"), of, &Holds::Presence, &[]);
        assert_eq!(first, "requireCostCenterGrEOnComputeInstance");
        assert_eq!(id(&key("cost.center grße"), of, &Holds::Presence, std::slice::from_ref(&first)), "requireCostCenterGrEOnComputeInstance2");
        let long = id(&key(&"x".repeat(200)), of, &Holds::Values, &[]);
        assert!(long.len() <= MOST_ID && long.ends_with("OnComputeInstance"), "{long}");
    }
}
