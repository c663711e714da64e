//! `conflicting-keys`: two tags speak for one key and disagree.

use crate::unread;
use crate::words::{self, KeyHit};
use tagledger_engine::{Check, Context, Explanation, Family, Hit, KeyColumns, Rule, RuleMeta, Table};
use tagledger_model::{Level, Suggestion};
use tagledger_taxonomy::fold;

pub struct ConflictingKeys;

static META: RuleMeta = RuleMeta {
    id: "conflicting-keys",
    family: Family::Untagged,
    level: Level::Error,
    since: "0.1.0",
    summary: "Two tags speak for one key and disagree",
    options: &[],
    page: include_str!("../pages/conflicting-keys.md"),
};

impl Rule for ConflictingKeys {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn checks(&self, cx: &Context<'_>) -> Vec<Check> {
        let check = |key: KeyColumns<'_>| Check::Columns {
            table: Table::Resources,
            key: Some(key.id),
            population: key.is_present().and(key.may_conflict().not().or(unread::told(cx, &key, META.id))),
            violated: key.is_conflicting(),
            demanded_by: Some(key.key.place.clone()),
        };
        cx.keys().map(check).collect()
    }

    fn explain(&self, hit: &Hit<'_>) -> Explanation {
        let Some(at) = KeyHit::of(hit) else { return words::summary(&META) };
        let (tags, unread) = speakers(&at);
        let joined = |part: fn(&(&str, &str)) -> String| tags.iter().map(part).collect::<Vec<_>>().join(", ");
        let said = joined(|(key, value)| format!("`{key}` says {value}"));
        if !hit.is_violated() {
            let named: Vec<String> = unread.iter().map(|key| format!("`{key}`")).collect();
            let said = if said.is_empty() { format!("More than one tag speaks for {}", at.key.name()) } else { said };
            let (values, were) = if unread.len() == 1 { ("value", "was") } else { ("values", "were") };
            let message = format!("{said}, and the {values} of {} {were} not read, so whether they disagree cannot be said", named.join(", "));
            return Explanation { message, evidence: unread.first().map(|key| words::evidence_of(key, None)), ..Explanation::default() };
        }
        Explanation {
            message: format!("{} has more than one value: {said}", at.key.name()),
            evidence: Some(words::evidence_of(&joined(|(key, _)| (*key).to_owned()), Some(&joined(|(_, value)| (*value).to_owned())))),
            provenance: at.own(),
            // The exact spelling wins over all others, so writing it settles the matter.
            suggestion: Some(Suggestion::SetTag { key: at.key.spelling().to_string(), value: None }),
            ..Explanation::default()
        }
    }
}

/// The tags that disagree: those with the rank of the one that stands for them, the key's own name or an alias of it; and the keys of those whose values
/// were not read. In the order of their words, because the order of tags says nothing.
fn speakers<'a>(at: &KeyHit<'a>) -> (Vec<(&'a str, &'a str)>, Vec<&'a str>) {
    let key = at.key.declaration();
    let name = fold(&key.name);
    let grammar = at.resource.cloud_facts().grammar;
    // Bound tags disagree among themselves: those that the resource carries come before them.
    let bound = grammar.binding(at.raw_key()).map(|binding| binding.inherited);
    let folded = |raw: &str| fold(&words::plain(&at.resource, raw));
    let by_name = folded(at.raw_key()) == name;
    let speaks = |raw: &str| {
        let binding = grammar.binding(raw);
        if bound.is_some() || binding.is_some() {
            let name_of = |name: &str| fold(name) == fold(&key.name) || key.aliases.iter().any(|alias| fold(&alias.text) == fold(name));
            return binding.is_some_and(|binding| Some(binding.inherited) == bound && name_of(binding.name));
        }
        let raw = folded(raw);
        if by_name { raw == name } else { key.aliases.iter().any(|alias| fold(&alias.text) == raw) }
    };
    let tags = || at.resource.tags().into_iter().flatten().filter(|tag| speaks(&tag.key));
    let mut said: Vec<_> = tags().filter_map(|tag| Some((tag.key.as_str(), tag.value.as_deref()?))).filter(|(_, value)| !value.trim().is_empty()).collect();
    let mut unread: Vec<_> = tags().filter(|tag| tag.value.is_none()).map(|tag| tag.key.as_str()).collect();
    said.sort_unstable();
    unread.sort_unstable();
    (said, unread)
}
