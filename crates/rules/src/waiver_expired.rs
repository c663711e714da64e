//! `waiver-expired`: a waiver whose last day has passed.

use crate::words;
use tagledger_engine::{Check, Context, Explanation, Family, Hit, Rule, RuleMeta};
use tagledger_model::{Level, Suggestion, Verdict};

pub struct WaiverExpired;

static META: RuleMeta = RuleMeta {
    id: "waiver-expired",
    family: Family::Housekeeping,
    level: Level::Warn,
    since: "0.1.0",
    summary: "A waiver no longer counts",
    options: &[],
    page: include_str!("../pages/waiver-expired.md"),
};

impl Rule for WaiverExpired {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn checks(&self, _: &Context<'_>) -> Vec<Check> {
        vec![Check::Waivers { judge: |waiver, _, now| (waiver.expires_at <= now).then_some(Verdict::Violated) }]
    }

    fn explain(&self, hit: &Hit<'_>) -> Explanation {
        let Some(waiver) = hit.waiver else { return words::summary(&META) };
        Explanation {
            message: format!("The waiver of {} for {} counted until {}", waiver.rule, words::waived(waiver), waiver.expires),
            evidence: Some(words::evidence_of("expires", Some(waiver.expires.as_str()))),
            suggestion: Some(Suggestion::Other { text: format!("Mend what it covered, or ask {} for a new reason and day", waiver.owner) }),
            ..Explanation::default()
        }
    }
}
