//! `stage-name-mismatch`: the name of a container says another Environment than the one it is for.

use crate::words;
use tagledger_engine::{Check, Context, Explanation, Family, Hit, Rule, RuleMeta, Table};
use tagledger_model::{Level, Suggestion};

pub struct StageNameMismatch;

static META: RuleMeta = RuleMeta {
    id: "stage-name-mismatch",
    family: Family::MisStaged,
    level: Level::Warn,
    since: "0.1.0",
    summary: "The name of a container says another Environment than the one it is for",
    options: &[],
    page: include_str!("../pages/stage-name-mismatch.md"),
};

impl Rule for StageNameMismatch {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn checks(&self, cx: &Context<'_>) -> Vec<Check> {
        let Some(environment) = cx.key("Environment") else { return Vec::new() };
        let check = |table| Check::Columns {
            table,
            key: Some(environment.id),
            population: cx.scope_is_seen().and(cx.name_says_stage()),
            violated: cx.is_misnamed(),
            demanded_by: None,
        };
        vec![check(Table::Scopes), check(Table::Groups)]
    }

    fn explain(&self, hit: &Hit<'_>) -> Explanation {
        let (Some(cloud), Some(known)) = (hit.cloud, hit.stage) else { return words::summary(&META) };
        let Some(stage) = &known.stage else { return words::summary(&META) };
        let name = hit.container_name().unwrap_or_default();
        let named = known.named.iter().map(tagledger_model::Text::as_str).collect::<Vec<_>>().join(" and ");
        let is = format!("{} is {} {}", words::container(cloud, stage), stage.how(), stage.words());
        let (message, suggestion) = if hit.is_violated() {
            let text = "Find out which of the two is right: move what is in it, or mend what says its stage; a name that misleads is best retired".to_owned();
            (format!("The name `{name}` says {named}, but {is}"), Some(Suggestion::Other { text }))
        } else {
            (format!("The name `{name}` says {named}, and {is}, so which of them the name means cannot be said"), None)
        };
        Explanation {
            message,
            evidence: Some(words::evidence_of("name", Some(&name))),
            provenance: Some(words::container(cloud, stage)),
            suggestion,
            demanded_by: Some(stage.place.clone()).filter(|place| place.line > 0),
        }
    }
}
