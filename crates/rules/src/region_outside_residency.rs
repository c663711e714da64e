//! `region-outside-residency`: a resource lies in a Region where its data, or what is of its Environment, may not be.

use crate::words;
use tagledger_engine::{Check, Context, Explanation, Family, Hit, Rule, RuleMeta, Table, any};
use tagledger_model::{Level, Suggestion, Text};

pub struct RegionOutsideResidency;

static META: RuleMeta = RuleMeta {
    id: "region-outside-residency",
    family: Family::MisStaged,
    level: Level::Error,
    since: "0.1.0",
    summary: "A resource lies in a Region that is not among those of its data or its Environment",
    options: &[],
    page: include_str!("../pages/region-outside-residency.md"),
};

impl Rule for RegionOutsideResidency {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn checks(&self, cx: &Context<'_>) -> Vec<Check> {
        let mut checks = Vec::new();
        let (residency, environments) = (&cx.taxonomy().residency, &cx.taxonomy().environments);
        if let Some(class) = cx.key("DataClass").filter(|_| !residency.is_empty()) {
            let breaks = residency.iter().map(|(name, regions)| {
                let is_class = cx.judged_by_value(class.id, |value| Some(value == name));
                is_class.and(cx.judged_by_region(|region| lies_outside(region, regions)))
            });
            let population = cx.judged_by_value(class.id, |value| Some(residency.contains_key(value.as_str()))).fill_null(false);
            checks.push(Check::Columns { table: Table::Resources, key: Some(class.id), population, violated: any(breaks), demanded_by: None });
        }
        let bound = || environments.iter().filter(|(_, environment)| !environment.regions.is_empty());
        if let Some(key) = cx.key("Environment").filter(|_| bound().next().is_some()) {
            let breaks = bound().map(|(name, environment)| {
                let is_in = cx.judged_by_environment(|value| Some(value == name));
                is_in.and(cx.judged_by_region(|region| lies_outside(region, &environment.regions)))
            });
            let is_bound = |name: &Text| environments.get(name.as_str()).is_some_and(|environment| !environment.regions.is_empty());
            let population = cx.judged_by_environment(|value| Some(is_bound(value))).fill_null(false);
            checks.push(Check::Columns { table: Table::Resources, key: Some(key.id), population, violated: any(breaks), demanded_by: None });
        }
        checks
    }

    fn explain(&self, hit: &Hit<'_>) -> Explanation {
        let Some(at) = words::KeyHit::of(hit) else { return words::summary(&META) };
        let (taxonomy, of_class) = (at.resource.taxonomy(), at.key.name() == "DataClass");
        let value = if of_class { at.key.value() } else { at.resource.environment() }.unwrap_or_default();
        let regions = if of_class { taxonomy.residency.get(value.as_str()) } else { taxonomy.environments.get(value.as_str()).map(|e| &e.regions) };
        let allowed = regions.map(|regions| regions.join(", ")).unwrap_or_default();
        let is = if of_class { format!("It holds {value} data") } else { format!("It is in {value}") };
        let (message, suggestion) = match at.resource.region().filter(|_| hit.is_violated()) {
            Some(region) => {
                let unless = if of_class { format!("if its data is not {value}") } else { format!("if it is not in {value}") };
                let text = format!("Move it to one of {allowed}; {unless}, say so in its {}", at.resource.cloud_facts().grammar.noun);
                let which = if of_class { "which may be" } else { "whose resources may be" };
                let place = if of_class {
                    format!("{is} in {region}, {which} in {allowed} only")
                } else {
                    format!("{is}, {which} in {allowed} only, and lies in {region}")
                };
                (place, Some(Suggestion::Other { text }))
            }
            None => (format!("{is}, and where it lies is not known, so whether that is in {allowed} cannot be said"), None),
        };
        let evidence = words::evidence_of("region", at.resource.region().map(Text::as_str));
        let provenance = at.provenance().or_else(|| at.resource.stage().filter(|_| !of_class).map(|stage| words::container(at.resource.cloud_facts(), stage)));
        Explanation { message, evidence: Some(evidence), provenance, suggestion, ..Explanation::default() }
    }
}

/// Whether a Region is none of these; nothing can be said of what is everywhere, unless it is among them.
fn lies_outside(region: &str, allowed: &[String]) -> Option<bool> {
    let is_everywhere = region.trim().is_empty() || region.eq_ignore_ascii_case("global");
    if words::matches_any(allowed, region) { Some(false) } else { (!is_everywhere).then_some(true) }
}
