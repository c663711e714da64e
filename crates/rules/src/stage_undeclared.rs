//! `stage-undeclared`: an account, subscription or project that no entry of `stages:` covers.

use crate::words;
use tagledger_engine::{Check, Context, Explanation, Family, Hit, Rule, RuleMeta, Table};
use tagledger_model::{Level, Suggestion};

pub struct StageUndeclared;

static META: RuleMeta = RuleMeta {
    id: "stage-undeclared",
    family: Family::MisStaged,
    level: Level::Warn,
    since: "0.1.0",
    summary: "A scope is not declared to be for any Environment",
    options: &[],
    page: include_str!("../pages/stage-undeclared.md"),
};

impl Rule for StageUndeclared {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn checks(&self, cx: &Context<'_>) -> Vec<Check> {
        if cx.taxonomy().stages.is_empty() {
            return Vec::new();
        }
        vec![Check::Columns {
            table: Table::Scopes,
            key: None,
            population: cx.scope_is_seen(),
            // A scope that only resources name has a name and a place in the hierarchy that a pattern may well match.
            violated: cx.has_stage().not().and(cx.scope_is_described()),
            demanded_by: None,
        }]
    }

    fn explain(&self, hit: &Hit<'_>) -> Explanation {
        let Some(scope) = hit.scope else { return words::summary(&META) };
        let shown = match &scope.name {
            Some(name) => format!("{name} ({})", scope.id),
            None => scope.id.to_string(),
        };
        let (message, text) = if hit.is_violated() {
            (format!("No entry of `stages` covers {shown}"), "Add it, or a container above it, to `stages` in the taxonomy")
        } else {
            let message = format!("Only resources name {shown}: its name and what is above it were not read, so whether `stages` covers it cannot be said");
            (message, "Add the export that lists it, or its id to `stages` in the taxonomy")
        };
        Explanation {
            message,
            evidence: Some(words::evidence_of("id", Some(scope.id.as_str()))),
            suggestion: Some(Suggestion::Other { text: text.to_owned() }),
            ..Explanation::default()
        }
    }
}
