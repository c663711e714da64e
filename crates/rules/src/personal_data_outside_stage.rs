//! `personal-data-outside-stage`: data of a class that its Environment must not hold.

use crate::words;
use std::collections::{BTreeMap, BTreeSet};
use tagledger_engine::{Check, Context, Explanation, Family, Hit, Rule, RuleMeta, Table, any};
use tagledger_model::{Level, Suggestion};
use tagledger_taxonomy::{Domain, OptionShape, RuleOption, Taxonomy};

pub struct PersonalDataOutsideStage;

/// The options that say which classes of data may be in which Environments only.
const ALLOWED: &str = "allowed";
const CLASSES: &str = "classes";

/// The class that is meant when no other is named.
const PERSONAL: &str = "personal";

static META: RuleMeta = RuleMeta {
    id: "personal-data-outside-stage",
    family: Family::MisStaged,
    level: Level::Error,
    since: "0.1.0",
    summary: "Data of a class that its Environment must not hold",
    options: &[
        RuleOption { name: ALLOWED, shape: OptionShape::ValuesOf("Environment") },
        RuleOption { name: CLASSES, shape: OptionShape::ValuesOf("DataClass") },
    ],
    page: include_str!("../pages/personal-data-outside-stage.md"),
};

impl Rule for PersonalDataOutsideStage {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn checks(&self, cx: &Context<'_>) -> Vec<Check> {
        let Some(class) = cx.key("DataClass") else { return Vec::new() };
        let forbidden = forbidden(cx.taxonomy());
        if forbidden.is_empty() {
            return Vec::new();
        }
        let breaks = forbidden.iter().map(|(name, environments)| {
            let is_class = cx.judged_by_value(class.id, |value| Some(value == name));
            is_class.and(cx.judged_by_environment(|environment| Some(environments.contains(environment.as_str()))))
        });
        vec![Check::Columns {
            table: Table::Resources,
            key: Some(class.id),
            population: cx.judged_by_value(class.id, |value| Some(forbidden.contains_key(value.as_str()))).fill_null(false),
            violated: any(breaks),
            demanded_by: cx.setting(META.id).map(|setting| setting.place.clone()),
        }]
    }

    fn explain(&self, hit: &Hit<'_>) -> Explanation {
        let Some(at) = words::KeyHit::of(hit) else { return words::summary(&META) };
        let class = at.key.value().unwrap_or_default();
        let (message, suggestion) = match at.resource.environment().filter(|_| hit.is_violated()) {
            Some(environment) => {
                let mend = "Move the data to where it may be, or mask it; if it is not of that class, say so in its tag".to_owned();
                (format!("It holds {class} data in {environment}, which must not hold any"), Some(Suggestion::Other { text: mend }))
            }
            None => (format!("It holds {class} data, and which Environment it is in is not known, so whether it may cannot be said"), None),
        };
        Explanation { message, evidence: Some(at.evidence()), provenance: at.provenance(), suggestion, ..Explanation::default() }
    }
}

/// Per class of data, the Environments that must not hold it: those that the option leaves out, and those whose entry in the register names the
/// classes that it may hold.
fn forbidden(taxonomy: &Taxonomy) -> BTreeMap<String, BTreeSet<String>> {
    let values = |key: &str| -> Vec<String> {
        let domain = taxonomy.key(key).map(|key| &taxonomy.keys[key.index()].domain);
        if let Some(Domain::Values(values)) = domain { values.iter().map(|value| value.name.clone()).collect() } else { Vec::new() }
    };
    let (environments, classes) = (values("Environment"), values("DataClass"));
    let mut forbidden: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let setting = taxonomy.rules.get(META.id);
    if let Some(allowed) = setting.and_then(|setting| setting.words(ALLOWED)) {
        let named = setting.and_then(|setting| setting.words(CLASSES)).map_or_else(|| vec![PERSONAL.to_owned()], <[String]>::to_vec);
        for class in named {
            forbidden.entry(class).or_default().extend(environments.iter().filter(|one| !allowed.contains(one)).cloned());
        }
    }
    for (name, environment) in taxonomy.environments.iter().filter(|(_, environment)| !environment.data.is_empty()) {
        for class in classes.iter().filter(|class| !environment.data.contains(class)) {
            forbidden.entry(class.clone()).or_default().insert(name.clone());
        }
    }
    forbidden
}
