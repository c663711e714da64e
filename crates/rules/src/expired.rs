//! `expired`: a resource that has outlived the lifetime it states.

use crate::words;
use tagledger_engine::{Check, Context, Explanation, Family, Hit, ResourceView, Rule, RuleMeta, Table};
use tagledger_model::{Fact, Level, Suggestion, Timestamp};
use tagledger_taxonomy::duration_seconds;

pub struct Expired;

static META: RuleMeta = RuleMeta {
    id: "expired",
    family: Family::Orphaned,
    level: Level::Warn,
    since: "0.1.0",
    summary: "A resource has outlived the lifetime it states",
    options: &[],
    page: include_str!("../pages/expired.md"),
};

impl Rule for Expired {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn checks(&self, cx: &Context<'_>) -> Vec<Check> {
        if cx.taxonomy().lifetime_keys.is_empty() && !cx.is_known(|facts| facts.ends.is_some()) {
            return Vec::new();
        }
        vec![Check::Columns { table: Table::Resources, key: None, population: cx.states_lifetime(), violated: cx.is_expired(), demanded_by: None }]
    }

    fn explain(&self, hit: &Hit<'_>) -> Explanation {
        let Some((resource, tag)) = hit.resource.and_then(|r| r.lifetime_tag().map(|tag| (r, tag))) else {
            return hit.resource.and_then(|r| r.facts()?.ends.as_ref()).map_or_else(|| words::summary(&META), ended);
        };
        let value = tag.value.as_deref().unwrap_or("");
        let message = lifetime(&resource, &tag.key, value, hit.is_violated());
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
