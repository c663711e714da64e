//! `personal-data-outside-stage`: data of a class that its Environment must not hold.

use crate::words;
use tagledger_engine::{Check, Context, Explanation, Family, Hit, Rule, RuleMeta, Table};
use tagledger_model::{Level, Suggestion};
use tagledger_taxonomy::{OptionShape, RuleOption, Taxonomy};

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
        RuleOption { name: ALLOWED, shape: OptionShape::ValuesOf("Environment"), beside: None },
        RuleOption { name: CLASSES, shape: OptionShape::ValuesOf("DataClass"), beside: Some(ALLOWED) },
    ],
    page: include_str!("../pages/personal-data-outside-stage.md"),
};

impl Rule for PersonalDataOutsideStage {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn checks(&self, cx: &Context<'_>) -> Vec<Check> {
        let Some(class) = cx.key("DataClass") else { return Vec::new() };
        let limits = Limits::of(cx.taxonomy());
        vec![Check::Columns {
            table: Table::Resources,
            key: Some(class.id),
            population: cx.judged_by_value(class.id, |value| Some(limits.speak_of(value))).fill_null(false),
            violated: cx.judged_in_environment(class.id, |value, environment| Some(!limits.allow(value, environment?))),
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

/// Which data may be where.
struct Limits<'t> {
    /// Environments that classes are kept to, and which classes these are.
    kept: Option<(&'t [String], Vec<&'t str>)>,
    taxonomy: &'t Taxonomy,
}

impl<'t> Limits<'t> {
    fn of(taxonomy: &'t Taxonomy) -> Self {
        let setting = taxonomy.rules.get(META.id);
        let classes = || setting.and_then(|setting| setting.words(CLASSES)).map_or_else(|| vec![PERSONAL], |all| all.iter().map(String::as_str).collect());
        Self { kept: setting.and_then(|setting| setting.words(ALLOWED)).map(|allowed| (allowed, classes())), taxonomy }
    }

    /// The Environments whose entry in the register names the classes that they may hold.
    fn register(&self) -> impl Iterator<Item = (&'t String, &'t Vec<String>)> {
        self.taxonomy.environments.iter().map(|(name, environment)| (name, &environment.data)).filter(|(_, data)| !data.is_empty())
    }

    /// Whether anything limits where data of a class may be.
    fn speak_of(&self, class: &str) -> bool {
        let is_kept = self.kept.as_ref().is_some_and(|(_, classes)| classes.contains(&class));
        is_kept || self.register().any(|(_, data)| !data.iter().any(|one| one == class))
    }

    /// Whether an Environment may hold data of a class.
    fn allow(&self, class: &str, environment: &str) -> bool {
        let has = |all: &[String], word: &str| all.iter().any(|one| one == word);
        let is_kept_out = self.kept.as_ref().is_some_and(|(allowed, classes)| classes.contains(&class) && !has(allowed, environment));
        !is_kept_out && self.register().filter(|(name, _)| *name == environment).all(|(_, data)| has(data, class))
    }
}
