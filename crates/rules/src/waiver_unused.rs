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
            evidence: Some(match (&waiver.resource, &waiver.fingerprint) {
                (None, Some(fingerprint)) => words::evidence_of("fingerprint", Some(fingerprint.as_str())),
                (pattern, _) => words::evidence_of("resource", pattern.as_deref()),
            }),
            suggestion: Some(Suggestion::Other { text: "Take it away, or correct what it names".to_owned() }),
            ..Explanation::default()
        }
    }
}
