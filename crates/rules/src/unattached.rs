//! `unattached`: a resource that nothing uses, as its cloud itself says.

use crate::words;
use tagledger_engine::{Check, Context, Explanation, Family, Hit, Rule, RuleMeta, Table};
use tagledger_model::{Level, Suggestion};

pub struct Unattached;

static META: RuleMeta = RuleMeta {
    id: "unattached",
    family: Family::Orphaned,
    level: Level::Warn,
    since: "0.1.0",
    summary: "Nothing uses a resource that is there to be used",
    options: &[],
    page: include_str!("../pages/unattached.md"),
};

impl Rule for Unattached {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn judges_facts(&self) -> bool {
        true
    }

    fn checks(&self, cx: &Context<'_>) -> Vec<Check> {
        if !cx.is_known(|facts| facts.attached.is_some() || facts.unanswered.is_some()) {
            return Vec::new();
        }
        vec![Check::Columns {
            table: Table::Resources,
            key: None,
            // What no source was asked for is not judged: most kinds are not there to be attached to anything.
            population: cx.is_attached().is_not_null().or(cx.attachment_is_unanswered()),
            violated: cx.is_attached().not(),
            demanded_by: None,
        }]
    }

    fn explain(&self, hit: &Hit<'_>) -> Explanation {
        let Some(facts) = hit.resource.and_then(|r| r.facts()) else { return words::summary(&META) };
        if let Some(field) = facts.unanswered.as_ref().filter(|_| !hit.is_violated()) {
            let message = "Its source was asked whether anything uses it, and could not say".to_owned();
            return Explanation { message, evidence: Some(words::proof(field)), ..Explanation::default() };
        }
        let message = match facts.since {
            Some(since) => format!("Nothing uses it, since {}", since.day()),
            None => "Nothing uses it".to_owned(),
        };
        let text = "Delete it, after a copy where its content may be needed; or waive it, with the reason why it is kept".to_owned();
        Explanation {
            message,
            evidence: facts.attached.as_ref().map(|fact| words::proof(&fact.proof)),
            suggestion: Some(Suggestion::Other { text }),
            ..Explanation::default()
        }
    }
}
