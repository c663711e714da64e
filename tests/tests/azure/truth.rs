//! What must be found: each way in which a resource can be tagged on Azure, and what is wrong with it, written down by hand.

use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A way to be tagged.
pub struct Template {
    pub name: &'static str,
    /// None where the member is left out.
    tags: Option<&'static str>,
    /// Rule and key of everything that is wrong.
    wrong: &'static [(&'static str, &'static str)],
}

impl Template {
    pub fn tags(&self) -> Option<Value> {
        self.tags.map(|text| serde_json::from_str(text).unwrap())
    }
}

const BARE: &[(&str, &str)] = &[("untagged", "-"), ("missing-required-key", "Environment"), ("missing-required-key", "Application")];

const fn tagged(name: &'static str, tags: &'static str, wrong: &'static [(&'static str, &'static str)]) -> Template {
    Template { name, tags: Some(tags), wrong }
}

pub const TEMPLATES: &[Template] = &[
    tagged("good", r#"{"Environment": "production", "Application": "shop"}"#, &[]),
    Template { name: "absent", tags: None, wrong: BARE },
    tagged("null", "null", BARE),
    tagged("empty object", "{}", BARE),
    tagged("alias of a value", r#"{"Environment": "prd", "Application": "shop"}"#, &[("nonstandard-value", "Environment")]),
    tagged("alias of the key", r#"{"env": "production", "Application": "shop"}"#, &[("nonstandard-key", "Environment")]),
    tagged("another case of the key", r#"{"environment": "production", "Application": "shop"}"#, &[("nonstandard-key", "Environment")]),
    tagged("two spellings", r#"{"Environment": "production", "ENVIRONMENT": "production", "Application": "shop"}"#, &[("repeated-key", "-")]),
    tagged("two spellings of another", r#"{"Team": "a", "team": "b", "Environment": "test", "Application": "shop"}"#, &[("repeated-key", "-")]),
    tagged("slip", r#"{"Environment": "prodd", "Application": "shop"}"#, &[("unknown-value", "Environment")]),
    tagged("empty value", r#"{"Environment": "", "Application": "shop"}"#, &[("empty-value", "Environment")]),
    tagged("two minds", r#"{"env": "production", "stage": "test", "Application": "shop"}"#, &[("conflicting-keys", "Environment")]),
    tagged("shouted", r#"{"Environment": "test", "Application": "SHOP"}"#, &[("unknown-value", "Application")]),
    tagged("the platform's", r#"{"hidden-link:/app/x": "Resource", "ms-resource-usage": "azure-cloud-shell", "link:y": "z"}"#, BARE),
    tagged("the platform's and good", r#"{"hidden-title": "t", "Environment": "test", "Application": "shop"}"#, &[]),
    tagged("else", r#"{"Team": "shop"}"#, &[("missing-required-key", "Environment"), ("missing-required-key", "Application")]),
];

const RULES: &[&str] = &[
    "untagged",
    "missing-required-key",
    "nonstandard-value",
    "nonstandard-key",
    "unknown-value",
    "empty-value",
    "conflicting-keys",
    "repeated-key",
    "unattached",
    "expired",
];

type Findings = BTreeSet<(String, String, String)>;

/// Everything that is wrong with what the world holds and `sees` lets through: rule, key, id in lower case.
pub fn expected(world: &Value, sees: impl Fn(&Value) -> bool) -> Findings {
    let mut all = Findings::new();
    let lists = ["subscriptions", "groups", "resources"].map(|list| world[list].as_array().unwrap().iter());
    for thing in lists.into_iter().flatten().filter(|thing| sees(thing)) {
        let Some(name) = thing["template"].as_str() else { continue };
        let template = TEMPLATES.iter().find(|template| template.name == name).unwrap();
        let id = id(thing);
        all.extend(template.wrong.iter().map(|(rule, key)| ((*rule).to_owned(), (*key).to_owned(), id.clone())));
        // Scans are made on the first of November.
        if thing["properties"]["expirationDate"].as_str().is_some_and(|end| end < "2026-11-01") {
            all.insert(("expired".to_owned(), "-".to_owned(), id.clone()));
        }
        if thing["used"] == json!(false) {
            all.insert(("unattached".to_owned(), "-".to_owned(), id.clone()));
        }
    }
    all
}

/// A subscription is known by its number alone to those who own it.
pub fn id(thing: &Value) -> String {
    let id = thing["id"].as_str().unwrap().to_lowercase();
    if id.starts_with('/') { id } else { format!("/subscriptions/{id}") }
}

/// What the program says.
pub fn found(report: &Value) -> Findings {
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let all = report["findings"].as_array().unwrap().iter().filter(|f| f["verdict"] == "violated" && RULES.contains(&word(&f["rule"]).as_str()));
    all.map(|f| (word(&f["rule"]), word(&f["key"]), word(&f["resource"]).to_lowercase())).collect()
}

/// The rules by which something was left open.
pub fn undetermined(report: &Value) -> Vec<String> {
    let open = report["findings"].as_array().unwrap().iter().filter(|f| f["verdict"] != "violated");
    open.map(|f| f["rule"].as_str().unwrap().to_owned()).collect()
}
