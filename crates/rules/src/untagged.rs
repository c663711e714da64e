//! `untagged`: a resource that can carry tags and has none of the user's own.

use crate::words;
use tagledger_engine::{Check, Context, Explanation, Family, Hit, ResourceView, Rule, RuleMeta, Table};
use tagledger_model::{Level, Suggestion};

pub struct Untagged;

static META: RuleMeta = RuleMeta {
    id: "untagged",
    family: Family::Untagged,
    level: Level::Error,
    since: "0.1.0",
    summary: "A resource has no tags of its own",
    options: &[],
    page: include_str!("../pages/untagged.md"),
};

impl Rule for Untagged {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn checks(&self, cx: &Context<'_>) -> Vec<Check> {
        vec![Check::Columns {
            table: Table::Resources,
            key: None,
            population: cx.may_be_taggable(),
            violated: cx.is_taggable().and(cx.own_tags().eq(0_u32)),
            demanded_by: None,
        }]
    }

    fn explain(&self, hit: &Hit<'_>) -> Explanation {
        let Some(resource) = hit.resource else { return words::summary(&META) };
        let noun = resource.cloud_facts().grammar.noun;
        if !hit.is_violated() {
            return Explanation { message: unseen(&resource), ..Explanation::default() };
        }
        // Only the platform's own are left, or there is nothing at all.
        let reserved: Vec<&str> = resource.tags().into_iter().flatten().map(|tag| tag.key.as_str()).collect();
        let is_bound = |key: &&&str| resource.cloud_facts().grammar.binding(key).is_some();
        let (bound, own) = (reserved.iter().filter(is_bound).count(), reserved.len());
        let message = match own {
            0 => format!("It has no {noun}s"),
            _ if bound == own => format!("It has no {noun}s, only bound tags that the taxonomy does not ask for: {}", reserved.join(", ")),
            _ => format!("It has no {noun}s of its own, only the platform's: {}", reserved.join(", ")),
        };
        Explanation {
            message,
            evidence: Some(words::evidence_of(&format!("{noun}s"), (!reserved.is_empty()).then(|| reserved.join(", ")).as_deref())),
            suggestion: Some(Suggestion::Other { text: format!("Set the {noun}s that missing-required-key lists for it") }),
            ..Explanation::default()
        }
    }
}

fn unseen(resource: &ResourceView<'_>) -> String {
    let noun = resource.cloud_facts().grammar.noun;
    match resource.tags() {
        None => format!("The {noun}s of this resource were not read, so whether it has any cannot be said"),
        Some(_) if resource.own_tags().is_none() => format!("Whether it has any {noun}s depends on something that only the deploy decides"),
        Some(_) => format!("It has no {noun}s, and whether `{}` can carry any is not known", resource.kind()),
    }
}
