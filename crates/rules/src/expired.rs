//! `expired`: a resource that has outlived its lifetime.

use crate::words;
use tagledger_engine::{Check, Context, Explanation, Family, Hit, ResourceView, Rule, RuleMeta, Table};
use tagledger_model::{Fact, Level, Suggestion, Text, Timestamp};
use tagledger_taxonomy::duration_seconds;

pub struct Expired;

static META: RuleMeta = RuleMeta {
    id: "expired",
    family: Family::Orphaned,
    level: Level::Warn,
    since: "0.1.0",
    summary: "A resource has outlived the lifetime that it states, or that its Environment gives it",
    options: &[],
    page: include_str!("../pages/expired.md"),
};

impl Rule for Expired {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn checks(&self, cx: &Context<'_>) -> Vec<Check> {
        let is_limited = cx.taxonomy().environments.values().any(|environment| environment.lifetime.is_some());
        if cx.taxonomy().lifetime_keys.is_empty() && !is_limited && !cx.is_known(|facts| facts.ends.is_some()) {
            return Vec::new();
        }
        vec![Check::Columns { table: Table::Resources, key: None, population: cx.states_lifetime(), violated: cx.is_expired(), demanded_by: None }]
    }

    fn explain(&self, hit: &Hit<'_>) -> Explanation {
        let Some((resource, tag)) = hit.resource.and_then(|r| r.lifetime_tag().map(|tag| (r, tag))) else {
            let Some(resource) = hit.resource else { return words::summary(&META) };
            return resource.facts().and_then(|facts| facts.ends).map_or_else(|| outlived(&resource, hit.is_violated()), |end| ended(&end));
        };
        let message = match tag.value.as_deref() {
            Some(value) => lifetime(&resource, &tag.key, value, hit.is_violated()),
            None => format!("The value of `{}` was not read, so whether its lifetime is over cannot be said", tag.key),
        };
        let mend = || Suggestion::Other { text: format!("Delete it, or write a later `{}`", tag.key) };
        Explanation {
            message,
            evidence: Some(words::evidence_of(&tag.key, tag.value.as_deref())),
            provenance: words::own(&resource),
            suggestion: hit.is_violated().then(mend),
            ..Explanation::default()
        }
    }
}

/// What ends by itself.
fn ended(end: &Fact<Timestamp>) -> Explanation {
    Explanation {
        message: format!("It ended on {}: nobody can use it any more", end.value.day()),
        evidence: Some(words::proof(&end.proof)),
        suggestion: Some(Suggestion::Other { text: "Delete it, or put a new one in its place".to_owned() }),
        ..Explanation::default()
    }
}

/// What its Environment lets live for so long only.
fn outlived(resource: &ResourceView<'_>, over: bool) -> Explanation {
    let taxonomy = resource.taxonomy();
    let of = |name: Text| Some((name.clone(), duration(taxonomy.environments.get(name.as_str())?.lifetime?)));
    let Some((environment, limit)) = resource.environment().and_then(of) else { return words::summary(&META) };
    let (message, suggestion) = match resource.created() {
        Some(created) if over => {
            let later = taxonomy.lifetime_keys.first().map(|key| format!(", or write until when it is needed into `{}`", key.text)).unwrap_or_default();
            let text = format!("Its lifetime is over: what is in {environment} lives for {limit}, and it was made on {}", created.day());
            (text, Some(Suggestion::Other { text: format!("Delete it{later}") }))
        }
        Some(_) => (format!("What is in {environment} lives for {limit}, and its tags, which may say otherwise, were not read"), None),
        None => (format!("What is in {environment} lives for {limit}, and when it was made is not known"), None),
    };
    let evidence = resource.created().map(|created| words::evidence_of("created", Some(&created.day())));
    Explanation { message, evidence, suggestion, ..Explanation::default() }
}

/// A duration as people write it.
fn duration(seconds: i64) -> String {
    let unit = [(86_400, "d"), (3_600, "h"), (60, "m")].into_iter().find(|(unit, _)| seconds % unit == 0);
    unit.map_or_else(|| format!("{seconds}s"), |(unit, letter)| format!("{}{letter}", seconds / unit))
}

/// Which lifetime is over, or why it cannot be told.
fn lifetime(resource: &ResourceView<'_>, key: &str, raw: &str, over: bool) -> String {
    let plain = words::plain(resource, raw.trim());
    match (over, duration_seconds(&plain).is_some(), resource.created()) {
        (true, true, Some(created)) => format!("Its lifetime is over: `{key}` gave it {plain} from its creation on {}", created.day()),
        (true, _, _) => format!("Its lifetime is over: `{key}` says {plain}"),
        (false, true, _) => format!("`{key}` counts {plain} from a creation that is not known, so whether its lifetime is over cannot be said"),
        (false, false, _) => format!("`{key}` says `{plain}`, neither a date nor a duration, so whether its lifetime is over cannot be said"),
    }
}
