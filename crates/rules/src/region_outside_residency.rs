//! `region-outside-residency`: data of a class lies in a Region that the class must not leave for.

use crate::words;
use tagledger_engine::{Check, Context, Explanation, Family, Hit, Rule, RuleMeta, Table, any};
use tagledger_model::{Level, Suggestion};

pub struct RegionOutsideResidency;

static META: RuleMeta = RuleMeta {
    id: "region-outside-residency",
    family: Family::MisStaged,
    level: Level::Error,
    since: "0.1.0",
    summary: "Data lies in a Region that is not among those of its class",
    options: &[],
    page: include_str!("../pages/region-outside-residency.md"),
};

impl Rule for RegionOutsideResidency {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn checks(&self, cx: &Context<'_>) -> Vec<Check> {
        let (residency, Some(class)) = (&cx.taxonomy().residency, cx.key("DataClass")) else { return Vec::new() };
        if residency.is_empty() {
            return Vec::new();
        }
        let breaks = residency.iter().map(|(name, regions)| {
            let is_class = cx.judged_by_value(class.id, |value| Some(value == name));
            is_class.and(cx.judged_by_region(|region| lies_outside(region, regions)))
        });
        vec![Check::Columns {
            table: Table::Resources,
            key: Some(class.id),
            population: cx.judged_by_value(class.id, |value| Some(residency.contains_key(value.as_str()))).fill_null(false),
            violated: any(breaks),
            demanded_by: None,
        }]
    }

    fn explain(&self, hit: &Hit<'_>) -> Explanation {
        let Some(at) = words::KeyHit::of(hit) else { return words::summary(&META) };
        let class = at.key.value().unwrap_or_default();
        let allowed = at.resource.taxonomy().residency.get(class.as_str()).map(|regions| regions.join(", ")).unwrap_or_default();
        let (message, suggestion) = match at.resource.region().filter(|_| hit.is_violated()) {
            Some(region) => {
                let mend = format!("Move it to one of {allowed}; if its data is not {class}, say so in its tag");
                (format!("It holds {class} data in {region}, which may be in {allowed} only"), Some(Suggestion::Other { text: mend }))
            }
            None => (format!("It holds {class} data, and where it lies is not known, so whether that is in {allowed} cannot be said"), None),
        };
        let evidence = words::evidence_of("region", at.resource.region().map(tagledger_model::Text::as_str));
        Explanation { message, evidence: Some(evidence), provenance: at.provenance(), suggestion, ..Explanation::default() }
    }
}

/// Whether a Region is none of these; nothing can be said of what is everywhere, unless it is among them.
fn lies_outside(region: &str, allowed: &[String]) -> Option<bool> {
    let is_everywhere = region.trim().is_empty() || region.eq_ignore_ascii_case("global");
    if words::matches_any(allowed, region) { Some(false) } else { (!is_everywhere).then_some(true) }
}
