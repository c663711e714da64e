//! `waiver-unused`: a waiver that covers no finding.

use crate::words;
use tagledger_engine::{Check, Context, Explanation, Family, Hit, Rule, RuleMeta};
use tagledger_model::{Level, Suggestion};

pub struct WaiverUnused;

static META: RuleMeta = RuleMeta {
    id: "waiver-unused",
    family: Family::Housekeeping,
    level: Level::Info,
    since: "0.1.0",
    summary: "A waiver covers no finding",
    options: &[],
    page: include_str!("../pages/waiver-unused.md"),
};

impl Rule for WaiverUnused {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn checks(&self, _: &Context<'_>) -> Vec<Check> {
        // An expired waiver covers nothing by definition, and has a rule of its own.
        vec![Check::Waivers { violated: |waiver, used, now| !used && waiver.expires_at > now }]
    }

    fn explain(&self, hit: &Hit<'_>) -> Explanation {
        let Some(waiver) = hit.waiver else { return words::summary(&META) };
        Explanation {
            message: format!("The waiver of {} for {} covers no finding", waiver.rule, words::waived(waiver)),
            evidence: waiver.names().next().map(|(name, text)| words::evidence_of(name, Some(text))),
            suggestion: Some(Suggestion::Other { text: "Take it away, or correct what it names".to_owned() }),
            ..Explanation::default()
        }
    }
}
