//! `stage-mismatch`: a resource says an Environment that does not belong in its container.

use crate::words::{self, KeyHit};
use tagledger_engine::{Check, Context, Explanation, Family, Hit, Rule, RuleMeta, Table};
use tagledger_model::{Level, Suggestion};
use tagledger_taxonomy::Conflict;

pub struct StageMismatch;

static META: RuleMeta = RuleMeta {
    id: "stage-mismatch",
    family: Family::MisStaged,
    level: Level::Error,
    since: "0.1.0",
    summary: "A resource says another Environment than the one its container is for",
    options: &[],
    page: include_str!("../pages/stage-mismatch.md"),
};

impl Rule for StageMismatch {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn checks(&self, cx: &Context<'_>) -> Vec<Check> {
        let Some(environment) = cx.key("Environment").filter(|_| cx.inventory.knows_stages()) else { return Vec::new() };
        let says_something = environment.is_present().and(environment.is_empty().fill_null(false).not());
        vec![Check::Columns {
            table: Table::Resources,
            key: Some(environment.id),
            population: cx.may_be_taggable().and(cx.has_stage()).and(says_something),
            violated: cx.is_outside_stage(),
            demanded_by: None,
        }]
    }

    fn explain(&self, hit: &Hit<'_>) -> Explanation {
        let Some(at) = KeyHit::of(hit) else { return words::summary(&META) };
        let Some(stage) = at.resource.stage() else { return words::summary(&META) };
        let (name, container, how, declared) = (at.key.name(), words::container(at.resource.cloud_facts(), stage), stage.how(), stage.words());
        let (message, suggestion) = match at.key.own_value().filter(|_| hit.is_violated()) {
            Some(value) => {
                let one = stage.environment().map(|one| at.key.value_spelling(one));
                let mend = Suggestion::SetTag { key: at.key.spelling().to_string(), value: one };
                (format!("{name} says {value}, but {container} is {how} {declared}"), Some(mend))
            }
            None => (format!("{}, so whether it belongs in {container}, {how} {declared}, cannot be said", unclear(&at)), None),
        };
        Explanation {
            message,
            evidence: Some(at.evidence()),
            provenance: at.own(),
            suggestion,
            demanded_by: Some(stage.place.clone()).filter(|place| place.line > 0),
        }
    }
}

/// Why the resource's own Environment cannot be compared.
fn unclear(at: &KeyHit<'_>) -> String {
    let name = at.key.name();
    match at.tag {
        _ if at.key.own().conflict == Conflict::Certain => format!("{name} has more than one value"),
        Some(tag) if tag.value.is_none() => format!("The value of `{}` was not read", tag.key),
        _ => format!("{name} `{}` is not a known value", at.raw_value()),
    }
}
