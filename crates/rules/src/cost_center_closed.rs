//! `cost-center-closed`: a resource that is charged to a cost centre that is closed, or that nobody has opened.

use crate::register::{self, Words};
use tagledger_engine::{Check, Context, Explanation, Family, Hit, Rule, RuleMeta};
use tagledger_model::Level;

pub struct CostCenterClosed;

static META: RuleMeta = RuleMeta {
    id: "cost-center-closed",
    family: Family::Orphaned,
    level: Level::Warn,
    since: "0.1.0",
    summary: "Its cost centre is closed, or not in the register",
    options: &[],
    page: include_str!("../pages/cost-center-closed.md"),
};

const WORDS: Words = Words { file: "register", over: "was closed", mend: "Write the cost centre that pays for it now" };

impl Rule for CostCenterClosed {
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
