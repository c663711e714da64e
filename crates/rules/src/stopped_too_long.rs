//! `stopped-too-long`: a machine or database that has been stopped for longer than anybody pauses it.

use crate::words;
use tagledger_engine::{Check, Context, Explanation, Family, Hit, Rule, RuleMeta, Table};
use tagledger_model::{Level, Suggestion};
use tagledger_taxonomy::{OptionShape, RuleOption};

pub struct StoppedTooLong;

/// The option that says how long something may be stopped, and how long when nothing says.
const AFTER: &str = "after";
const DAY: i64 = 86_400;
const DAYS: i64 = 30;

static META: RuleMeta = RuleMeta {
    id: "stopped-too-long",
    family: Family::Orphaned,
    level: Level::Warn,
    since: "0.1.0",
    summary: "What is stopped has been so for long, and is still paid for in part",
    options: &[RuleOption { name: AFTER, shape: OptionShape::Duration, beside: None }],
    page: include_str!("../pages/stopped-too-long.md"),
};

impl Rule for StoppedTooLong {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn judges_facts(&self) -> bool {
        true
    }

    fn checks(&self, cx: &Context<'_>) -> Vec<Check> {
        if !cx.is_known(|facts| facts.running.is_some()) {
            return Vec::new();
        }
        let after = cx.setting(META.id).and_then(|setting| setting.seconds(AFTER)).unwrap_or(DAYS * DAY);
        vec![Check::Columns {
            table: Table::Resources,
            key: None,
            population: cx.is_running().is_not_null(),
            // What runs passes, whatever is known of since when.
            violated: cx.is_running().not().and(cx.has_been_so_for(after)),
            demanded_by: None,
        }]
    }

    fn explain(&self, hit: &Hit<'_>) -> Explanation {
        let Some(facts) = hit.resource.and_then(|r| r.facts()) else { return words::summary(&META) };
        let message = match facts.since {
            Some(since) => {
                format!("Stopped for {}, since {}: its disks and addresses are still paid for", words::days((hit.now.0 - since.0) / DAY), since.day())
            }
            None => "It is stopped, and for how long is not known".to_owned(),
        };
        let mend = || Suggestion::Other { text: "Delete it, after a copy where its content may be needed; or start it, if it is".to_owned() };
        Explanation {
            message,
            evidence: facts.running.as_ref().map(|fact| words::proof(&fact.proof)),
            suggestion: hit.is_violated().then(mend),
            ..Explanation::default()
        }
    }
}
