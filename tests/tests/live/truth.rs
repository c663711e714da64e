//! What must be found: each way in which a resource can be tagged, and what is wrong with it, written down by hand.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use tagledger_tests::Desk;

/// A way to be tagged.
pub struct Template {
    pub name: &'static str,
    tags: &'static [(&'static str, Option<&'static str>)],
    /// In the words of the seed.
    pub life: &'static str,
    /// Nobody but the platform writes such tags.
    pub foreign: bool,
    /// Rule and key of everything that is wrong.
    wrong: &'static [(&'static str, &'static str)],
}

impl Template {
    pub fn tags(&self) -> Value {
        self.tags.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect::<serde_json::Map<_, _>>().into()
    }
}

const BARE: &[(&str, &str)] = &[("untagged", "-"), ("missing-required-key", "Environment"), ("missing-required-key", "Application")];

const fn tagged(name: &'static str, tags: &'static [(&'static str, Option<&'static str>)], wrong: &'static [(&'static str, &'static str)]) -> Template {
    Template { name, tags, life: "tagged", foreign: false, wrong }
}

const SHOP: (&str, Option<&str>) = ("Application", Some("shop"));

pub const TEMPLATES: &[Template] = &[
    tagged("good", &[("Environment", Some("production")), SHOP], &[]),
    tagged("alias of a value", &[("Environment", Some("prd")), SHOP], &[("nonstandard-value", "Environment")]),
    Template { name: "never", tags: &[], life: "never", foreign: false, wrong: BARE },
    tagged("alias of the key", &[("env", Some("production")), SHOP], &[("nonstandard-key", "Environment")]),
    tagged("slip", &[("Environment", Some("prodd")), SHOP], &[("unknown-value", "Environment")]),
    Template { name: "stripped", tags: &[], life: "stripped", foreign: false, wrong: BARE },
    tagged("empty", &[("Environment", Some("")), SHOP], &[("empty-value", "Environment")]),
    tagged("half", &[("Environment", Some("test")), ("Team", Some("a=b"))], &[("missing-required-key", "Application")]),
    tagged("two minds", &[("env", Some("production")), ("stage", Some("test")), SHOP], &[("conflicting-keys", "Environment")]),
    tagged("shouted", &[("Environment", Some("test")), ("Application", Some("SHOP"))], &[("unknown-value", "Application")]),
    tagged("without a value", &[("Environment", None), SHOP], &[("empty-value", "Environment")]),
    Template { name: "the platform's", tags: &[("aws:cloudformation:stack-name", Some("shop"))], life: "tagged", foreign: true, wrong: BARE },
    tagged("else", &[("Team", Some("shop"))], &[("missing-required-key", "Environment"), ("missing-required-key", "Application")]),
];

const TAXONOMY: &str = "version: 1
keys:
  Environment: { required: true, aliases: [env, stage], values: { production: [prod, prd], test: [] } }
  Application: { required: true, pattern: \"[a-z][a-z0-9-]+\" }
";

pub fn desk() -> Desk {
    let desk = Desk::new();
    desk.put("taxonomy.yaml", TAXONOMY);
    desk
}

/// The rules about tags; those about what state things are in have tests of their own.
const RULES: &[&str] = &["untagged", "missing-required-key", "nonstandard-value", "nonstandard-key", "unknown-value", "empty-value", "conflicting-keys"];

type Findings = BTreeSet<(String, String, String)>;

/// Everything that is wrong with what the world holds and `sees` lets through: rule, key, ARN.
pub fn expected(world: &Value, sees: impl Fn(&Value) -> bool) -> Findings {
    let mut all = Findings::new();
    for resource in world["resources"].as_array().unwrap().iter().filter(|resource| sees(resource)) {
        // What a service makes by itself is never tagged.
        let name = resource["template"].as_str().unwrap_or("never");
        let template = TEMPLATES.iter().find(|template| template.name == name).unwrap();
        all.extend(template.wrong.iter().map(|(rule, key)| ((*rule).to_owned(), (*key).to_owned(), resource["arn"].as_str().unwrap().to_owned())));
    }
    all
}

/// What the program says of tags.
pub fn found(report: &Value) -> Findings {
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let all = report["findings"].as_array().unwrap().iter().filter(|f| f["verdict"] == "violated" && RULES.contains(&word(&f["rule"]).as_str()));
    all.map(|f| (word(&f["rule"]), word(&f["key"]), word(&f["resource"]))).collect()
}

/// How often something was left open, beside whether a value that nobody knows belongs in the account that is tagged production.
pub fn undetermined(report: &Value) -> usize {
    let is_open = |f: &&Value| f["verdict"] != "violated" && f["rule"] != "stage-mismatch";
    report["findings"].as_array().unwrap().iter().filter(is_open).count()
}
