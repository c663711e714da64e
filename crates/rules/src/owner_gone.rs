//! `owner-gone`: a resource whose owner is in the directory no more, or never was.

use crate::register::{self, Words};
use tagledger_engine::{Check, Context, Explanation, Family, Hit, Rule, RuleMeta};
use tagledger_model::Level;

pub struct OwnerGone;

static META: RuleMeta = RuleMeta {
    id: "owner-gone",
    family: Family::Orphaned,
    level: Level::Warn,
    since: "0.1.0",
    summary: "Its owner is not in the directory, or not any more",
    options: &[],
    page: include_str!("../pages/owner-gone.md"),
};

const WORDS: Words = Words { file: "directory", over: "left", mend: "Find who answers for it now, and write that; what nobody claims can go" };

impl Rule for OwnerGone {
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
