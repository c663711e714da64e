//! `stage-containers-disagree`: what a container says of itself, and what something else says of it, are different Environments.

use crate::words;
use tagledger_engine::{Check, Context, Explanation, Family, Hit, Rule, RuleMeta, Table};
use tagledger_model::{Level, Suggestion};
use tagledger_taxonomy::{Declared, StageSource};

pub struct StageContainersDisagree;

static META: RuleMeta = RuleMeta {
    id: "stage-containers-disagree",
    family: Family::MisStaged,
    level: Level::Error,
    since: "0.1.0",
    summary: "What a container says of its Environment contradicts its entry, or what it lies in",
    options: &[],
    page: include_str!("../pages/stage-containers-disagree.md"),
};

impl Rule for StageContainersDisagree {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn checks(&self, cx: &Context<'_>) -> Vec<Check> {
        let Some(environment) = cx.key("Environment") else { return Vec::new() };
        let check = |table| Check::Columns {
            table,
            key: Some(environment.id),
            population: cx.scope_is_seen().and(cx.stage_is_said_twice()),
            violated: cx.stage_is_contradicted(),
            demanded_by: None,
        };
        vec![check(Table::Scopes), check(Table::Groups)]
    }

    fn explain(&self, hit: &Hit<'_>) -> Explanation {
        let (Some(cloud), Some(known)) = (hit.cloud, hit.stage) else { return words::summary(&META) };
        let says = |one: &Declared| format!("{} is {} {}", words::container(cloud, one), one.how(), one.words());
        let Some((own, other)) = &known.against else {
            let said = known.stage.as_ref().map(says).unwrap_or_default();
            return Explanation {
                message: format!("Its Environment {} is not a known value, so whether it agrees that {said} cannot be said", cloud.grammar.noun),
                evidence: Some(words::evidence_of("id", hit.container_id().map(tagledger_model::Text::as_str))),
                suggestion: Some(Suggestion::Other { text: format!("Mend its {}", cloud.grammar.noun) }),
                ..Explanation::default()
            };
        };
        let is_one = own.by == other.by;
        let message = if is_one {
            format!("{}, and declared {} in the taxonomy", upper(&says(own)), other.words())
        } else {
            format!("{}, but {}", upper(&says(own)), says(other))
        };
        let text = match (is_one, own.source) {
            (true, _) => format!("Mend its {}, or its entry under `stages`", cloud.grammar.noun),
            (false, StageSource::Entry) => "Move it to where it belongs, or mend its entry under `stages`".to_owned(),
            (false, _) => format!("Move it to where it belongs, or mend its {}; an entry of its own under `stages` settles it", cloud.grammar.noun),
        };
        let place = [other, own].into_iter().map(|one| &one.place).find(|place| place.line > 0);
        Explanation {
            message,
            evidence: Some(words::evidence_of(&own.by, Some(&own.words()))),
            provenance: Some(words::container(cloud, other)),
            suggestion: Some(Suggestion::Other { text }),
            demanded_by: place.cloned(),
        }
    }
}

/// A sentence begins with a capital letter.
fn upper(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
