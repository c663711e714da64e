//! The rules of the definitions: when a resource breaks one.

use super::{Definition, slug};
use serde_json::{Value, json};
use tagledger_collect::{GuardrailKey, Pattern};

/// The tag that the parameter names.
const TAG: &str = "[concat('tags[', parameters('tagName'), ']')]";
const GROUP_TAG: &str = "[resourceGroup().tags[parameters('tagName')]]";
const SUBSCRIPTION_TAG: &str = "[subscription().tags[parameters('tagName')]]";

fn text(name: &str, description: &str) -> Value {
    json!({"type": "String", "metadata": {"displayName": name, "description": description}})
}

fn list(name: &str, description: &str) -> Value {
    json!({"type": "Array", "metadata": {"displayName": name, "description": description}})
}

fn tag_name() -> Value {
    text("Tag", "The name of the tag.")
}

/// Absent, or there without a value.
fn is_missing() -> Value {
    json!({"anyOf": [{"field": TAG, "exists": "false"}, {"field": TAG, "equals": ""}]})
}

/// There, with a value.
fn is_there() -> Value {
    json!({"allOf": [{"field": TAG, "exists": "true"}, {"field": TAG, "notEquals": ""}]})
}

/// A lender that may not lend counts as one that has nothing to lend.
fn does_not_lend(word: &str, tag: &str) -> Value {
    json!({"anyOf": [{"value": format!("[contains(parameters('lenders'), '{word}')]"), "equals": false}, {"value": tag, "equals": ""}]})
}

/// A resource has to carry a tag, or lie in something that lends it.
pub(super) fn required() -> Definition {
    Definition {
        name: "required".to_owned(),
        title: "A resource carries a tag".to_owned(),
        description: "A resource without the tag breaks the rule, unless the resource group or the subscription may lend it and has it.",
        mode: "Indexed",
        parameters: json!({
            "tagName": tag_name(),
            "types": list("Types", "Types of resources that must carry it; empty for all."),
            "lenders": list("Lenders", "Whose tag counts where the resource has none: group, subscription."),
        }),
        condition: json!({"allOf": [
            {"anyOf": [{"value": "[length(parameters('types'))]", "equals": 0}, {"field": "type", "in": "[parameters('types')]"}]},
            is_missing(),
            does_not_lend("group", GROUP_TAG),
            does_not_lend("subscription", SUBSCRIPTION_TAG),
        ]}),
    }
}

/// A resource group or a subscription has to carry a tag.
pub(super) fn groups_required() -> Definition {
    Definition {
        name: "required-of-groups".to_owned(),
        title: "A resource group or a subscription carries a tag".to_owned(),
        description: "A resource group or a subscription without the tag breaks the rule.",
        mode: "All",
        parameters: json!({"tagName": tag_name(), "types": list("Types", "Resource groups, subscriptions, or both.")}),
        condition: json!({"allOf": [{"field": "type", "in": "[parameters('types')]"}, is_missing()]}),
    }
}

/// A tag that is there has one of the values.
pub(super) fn values() -> Definition {
    Definition {
        name: "values".to_owned(),
        title: "A tag has one of the values".to_owned(),
        description: "A tag that is there and says something else breaks the rule; one that is missing does not.",
        mode: "All",
        parameters: json!({"tagName": tag_name(), "values": list("Values", "What the tag may say.")}),
        condition: json!({"allOf": [is_there(), {"field": TAG, "notIn": "[parameters('values')]"}]}),
    }
}

/// A tag that is there has one of these forms; a definition for each key, because forms cannot be handed over as a list.
pub(super) fn form(key: &GuardrailKey, forms: &[Form]) -> Definition {
    let not = forms.iter().map(|form| json!({"not": {"field": TAG, form.operator: form.text}}));
    let all: Vec<Value> = std::iter::once(is_there()).chain(not).collect();
    Definition {
        name: format!("form-{}", slug(&key.name)),
        title: format!("The form of {}", key.name),
        description: "A tag that is there and has another form breaks the rule; one that is missing does not.",
        mode: "All",
        parameters: json!({"tagName": tag_name()}),
        condition: json!({"allOf": all}),
    }
}

/// A form as a condition says it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Form {
    /// `match` for a text of fixed length, `like` for one with a star.
    operator: &'static str,
    text: String,
}

impl Form {
    /// True where it is compared without case.
    pub(super) fn has_no_case(&self) -> bool {
        self.operator == LIKE
    }
}

/// The condition with a star; it is the one that is compared without case.
const LIKE: &str = "like";

/// A pattern as conditions; none where it takes more than `most` or cannot be said.
pub(super) fn forms(pattern: &Pattern, most: usize) -> Option<Vec<Form>> {
    if let Some(texts) = fixed(pattern, most) {
        return Some(texts.into_iter().map(|text| Form { operator: "match", text }).collect());
    }
    let texts = pattern.spelt_out(most)?;
    let one_star = texts.iter().all(|text| text.matches('*').count() <= 1);
    one_star.then(|| texts.into_iter().map(|text| Form { operator: LIKE, text }).collect())
}

/// The texts of a `match`, in which `#` is a digit, `?` a letter and `.` any character.
fn fixed(pattern: &Pattern, most: usize) -> Option<Vec<String>> {
    let joined = |first: &[String], second: &[String]| -> Option<Vec<String>> {
        let all: Vec<String> = first.iter().flat_map(|a| second.iter().map(move |b| format!("{a}{b}"))).collect();
        (all.len() <= most).then_some(all)
    };
    let texts = match pattern {
        Pattern::Text(text) => (!text.contains(['#', '?', '.'])).then(|| vec![text.clone()])?,
        Pattern::OneOf(ranges) if ranges.as_slice() == [('0', '9')] => vec!["#".to_owned()],
        Pattern::OneOf(ranges) if ranges.as_slice() == [('A', 'Z'), ('a', 'z')] => vec!["?".to_owned()],
        Pattern::OneOf(_) if pattern.is_any_character() => vec![".".to_owned()],
        Pattern::OneOf(_) => pattern.spelt_out(most)?.into_iter().map(|text| fixed(&Pattern::Text(text), most)).collect::<Option<Vec<_>>>()?.concat(),
        Pattern::Sequence(parts) => parts.iter().try_fold(vec![String::new()], |texts, part| joined(&texts, &fixed(part, most)?))?,
        Pattern::Either(parts) => parts.iter().map(|part| fixed(part, most)).collect::<Option<Vec<_>>>()?.concat(),
        Pattern::Repeat { of, least, most: Some(times) } => {
            let one = fixed(of, most)?;
            let mut so_far = vec![String::new()];
            let mut all = if *least == 0 { so_far.clone() } else { Vec::new() };
            for time in 1..=*times {
                so_far = joined(&so_far, &one)?;
                if time >= *least {
                    all.extend(so_far.iter().cloned());
                }
            }
            all
        }
        Pattern::Repeat { most: None, .. } => return None,
    };
    (texts.len() <= most).then_some(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(pattern: &Pattern) -> Option<Vec<(&'static str, String)>> {
        forms(pattern, 9).map(|forms| forms.into_iter().map(|form| (form.operator, form.text)).collect())
    }

    fn times(of: &[(char, char)], least: u32, most: Option<u32>) -> Pattern {
        Pattern::Repeat { of: Box::new(Pattern::OneOf(of.to_vec())), least, most }
    }

    fn after(text: &str, rest: Pattern) -> Pattern {
        Pattern::Sequence(vec![Pattern::Text(text.to_owned()), rest])
    }

    #[test]
    fn forms_of_fixed_length_are_matched_and_open_ends_are_like() {
        assert_eq!(said(&after("CC-", times(&[('0', '9')], 4, Some(4)))), Some(vec![("match", "CC-####".to_owned())]));
        let one_or_two = said(&after("v", times(&[('0', '9')], 1, Some(2))));
        assert_eq!(one_or_two, Some(vec![("match", "v#".to_owned()), ("match", "v##".to_owned())]));
        let any = [('\0', '\t'), ('\u{b}', char::MAX)];
        assert_eq!(said(&after("team-", times(&any, 0, None))), Some(vec![("like", "team-*".to_owned())]));
        assert_eq!(said(&after("x", times(&[('A', 'Z'), ('a', 'z')], 1, Some(1)))), Some(vec![("match", "x?".to_owned())]));
    }

    #[test]
    fn what_neither_says_exactly_is_not_said() {
        assert_eq!(said(&times(&[('a', 'z')], 1, Some(1))), None, "small letters are not any letter, and too many to list");
        assert_eq!(said(&times(&[('a', 'z'), ('0', '9')], 1, None)), None);
        assert_eq!(said(&after("v1.", times(&[('0', '9')], 1, Some(1)))), None, "a dot would be any character, and ten digits are too many to list");
    }
}
