//! `waiver-unused`: a waiver that covers no finding.

use crate::words;
use tagledger_engine::{Check, Context, Explanation, Family, Hit, Rule, RuleMeta, WaiverUse};
use tagledger_model::{Level, Suggestion, Text, Timestamp, Verdict};
use tagledger_taxonomy::Waiver;

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
        vec![Check::Waivers { judge }]
    }

    fn explain(&self, hit: &Hit<'_>) -> Explanation {
        let Some(waiver) = hit.waiver else { return words::summary(&META) };
        let message = format!("The waiver of {} for {} covers no finding", waiver.rule, words::waived(waiver));
        let evidence = waiver.names().next().map(|(name, text)| words::evidence_of(name, Some(text)));
        if !hit.is_violated() {
            let unseen = hit.became.map(|became| listed(&became.unseen)).unwrap_or_default();
            let message = format!("{message}, and not everything was seen in {unseen}, so whether it is of use cannot be said");
            return Explanation { message, evidence, ..Explanation::default() };
        }
        let suggestion = Some(Suggestion::Other { text: "Take it away, or correct what it names".to_owned() });
        Explanation { message, evidence, suggestion, ..Explanation::default() }
    }
}

/// An expired waiver covers nothing by definition, and has a rule of its own.
fn judge(waiver: &Waiver, became: &WaiverUse, now: Timestamp) -> Option<Verdict> {
    let verdict = if became.unseen.is_empty() { Verdict::Violated } else { Verdict::Undetermined };
    (became.used == 0 && waiver.expires_at > now).then_some(verdict)
}

/// Places, as many as a line can take.
fn listed(places: &[Text]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<&str> = places.iter().take(SHOWN).map(Text::as_str).collect();
    let more = places.len().saturating_sub(SHOWN);
    if more == 0 { shown.join(", ") } else { format!("{}, and {more} more", shown.join(", ")) }
}
