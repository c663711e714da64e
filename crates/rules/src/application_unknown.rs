//! `application-unknown`: a resource of an application that the catalogue does not know, or that was retired.

use crate::register::{self, Words};
use tagledger_engine::{Check, Context, Explanation, Family, Hit, Rule, RuleMeta};
use tagledger_model::Level;

pub struct ApplicationUnknown;

static META: RuleMeta = RuleMeta {
    id: "application-unknown",
    family: Family::Orphaned,
    level: Level::Warn,
    since: "0.1.0",
    summary: "Its application is not in the catalogue, or was retired",
    options: &[],
    page: include_str!("../pages/application-unknown.md"),
};

const WORDS: Words = Words {
    file: "catalogue",
    over: "was retired",
    mend: "Write the application that it belongs to, or put a new one into the catalogue; what a retired one left behind can go",
};

impl Rule for ApplicationUnknown {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn checks(&self, cx: &Context<'_>) -> Vec<Check> {
        register::checks(cx, &META, &WORDS)
    }

    fn explain(&self, hit: &Hit<'_>) -> Explanation {
        register::explain(hit, &META, &WORDS)
    }
}
