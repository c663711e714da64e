//! What must be found: each way in which a resource can be labelled on Google Cloud, and what is wrong with it, written down by hand.

use serde_json::{Value, json};
use std::collections::BTreeSet;

type Wrong = &'static [(&'static str, &'static str)];

/// A way to be labelled.
pub struct Template {
    pub name: &'static str,
    /// None where the member is left out.
    labels: Option<&'static str>,
    pub network_tags: &'static [&'static str],
    /// Keys and values of tags that are bound to it.
    pub bound: &'static [(&'static str, &'static str)],
    /// Rule and key of everything that is wrong where labels alone speak.
    wrong: Wrong,
    /// The same where bound tags speak for the environment.
    wrong_if_bound: Wrong,
}

impl Template {
    pub fn labels(&self) -> Option<Value> {
        self.labels.map(|text| serde_json::from_str(text).unwrap())
    }
}

const BARE: Wrong = &[("untagged", "-"), ("missing-required-key", "Environment"), ("missing-required-key", "Application")];
const NO_APPLICATION: Wrong = &[("missing-required-key", "Application")];

const fn labelled(name: &'static str, labels: &'static str, wrong: Wrong) -> Template {
    Template { name, labels: Some(labels), network_tags: &[], bound: &[], wrong, wrong_if_bound: wrong }
}

pub const TEMPLATES: &[Template] = &[
    labelled("good", r#"{"environment": "production", "application": "shop"}"#, &[]),
    Template { name: "absent", labels: None, network_tags: &[], bound: &[], wrong: BARE, wrong_if_bound: BARE },
    labelled("empty object", "{}", BARE),
    labelled("alias of a value", r#"{"environment": "prd", "application": "shop"}"#, &[("nonstandard-value", "Environment")]),
    labelled("alias of the key", r#"{"env": "production", "application": "shop"}"#, &[("nonstandard-key", "Environment")]),
    labelled("encoded", r#"{"environment": "production", "application": "shop", "owner": "jane__2edoe__40example__2ecom"}"#, &[]),
    labelled("not encoded", r#"{"environment": "production", "application": "shop", "owner": "jane_doe_example_com"}"#, &[("unknown-value", "Owner")]),
    labelled(
        "encoded and wrong",
        r#"{"environment": "production", "application": "shop", "owner": "jane__2edoe__40example__2eorg"}"#,
        &[("unknown-value", "Owner")],
    ),
    labelled("slip", r#"{"environment": "prodd", "application": "shop"}"#, &[("unknown-value", "Environment")]),
    labelled("empty value", r#"{"environment": "", "application": "shop"}"#, &[("empty-value", "Environment")]),
    labelled("two minds", r#"{"env": "production", "stage": "test", "application": "shop"}"#, &[("conflicting-keys", "Environment")]),
    labelled("the platform's", r#"{"goog-gke-node": "", "goog-k8s-cluster-name": "c", "managed-by-cnrm": "true"}"#, BARE),
    labelled("the platform's and good", r#"{"goog-terraform-provisioned": "true", "environment": "test", "application": "shop"}"#, &[]),
    labelled("else", r#"{"team": "shop"}"#, &[("missing-required-key", "Environment"), ("missing-required-key", "Application")]),
    // The names by which firewall rules know machines are no tags, whatever they say.
    Template {
        name: "network tags",
        labels: None,
        network_tags: &["environment", "production", "application-shop"],
        bound: &[],
        wrong: BARE,
        wrong_if_bound: BARE,
    },
    Template {
        name: "bound",
        labels: None,
        network_tags: &[],
        bound: &[("123456789012/environment", "production")],
        wrong: BARE,
        wrong_if_bound: NO_APPLICATION,
    },
    // What a resource carries itself comes first.
    Template {
        name: "bound otherwise",
        labels: Some(r#"{"environment": "test", "application": "shop"}"#),
        network_tags: &[],
        bound: &[("123456789012/environment", "production")],
        wrong: &[],
        wrong_if_bound: &[],
    },
    // Two keys of one name that two organisations have defined.
    Template {
        name: "bound in two minds",
        labels: Some(r#"{"application": "shop"}"#),
        network_tags: &[],
        bound: &[("123456789012/environment", "production"), ("shop-prod/environment", "test")],
        wrong: &[("missing-required-key", "Environment")],
        wrong_if_bound: &[("conflicting-keys", "Environment")],
    },
    // A tag of which the taxonomy knows nothing.
    Template { name: "bound to else", labels: None, network_tags: &[], bound: &[("123456789012/backup", "weekly")], wrong: BARE, wrong_if_bound: BARE },
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
    "stopped-too-long",
    "log-retention",
];

type Findings = BTreeSet<(String, String, String)>;

/// The full name of a project or an asset.
pub fn id(thing: &Value) -> String {
    match thing["name"].as_str() {
        Some(name) if name.starts_with("//") => name.to_lowercase(),
        _ => format!("//cloudresourcemanager.googleapis.com/projects/{}", thing["id"].as_str().unwrap()),
    }
}

/// Everything that is wrong with what the world holds and `sees` lets through: rule, key, id in lower case. `bound`: whether bound tags speak for the
/// environment; what says that it lies below something that has one has it as well.
pub fn expected(world: &Value, bound: bool, sees: impl Fn(&Value) -> bool) -> Findings {
    let mut all = Findings::new();
    let lists = ["projects", "assets"].map(|list| world[list].as_array().unwrap().iter());
    for thing in lists.into_iter().flatten().filter(|thing| sees(thing)) {
        let id = id(thing);
        if let Some(name) = thing["template"].as_str() {
            let template = TEMPLATES.iter().find(|template| template.name == name).unwrap();
            let mut wrong = if bound { template.wrong_if_bound } else { template.wrong }.to_vec();
            if bound && thing["inherits"] == json!(true) && wrong.contains(&("missing-required-key", "Environment")) {
                wrong.retain(|(rule, key)| *rule != "untagged" && *key != "Environment");
            }
            all.extend(wrong.iter().map(|(rule, key)| ((*rule).to_owned(), (*key).to_owned(), id.clone())));
        }
        // Scans are made on the first of November.
        if thing["data"]["expireTime"].as_str().is_some_and(|end| end < "2026-11-01") {
            all.insert(("expired".to_owned(), "-".to_owned(), id.clone()));
        }
        if thing["data"]["status"] == "TERMINATED" {
            all.insert(("stopped-too-long".to_owned(), "-".to_owned(), id.clone()));
        }
        if thing["type"] == "logging.googleapis.com/LogBucket" && !id.ends_with("/_required") {
            let days = thing["data"]["retentionDays"].as_u64().unwrap_or(30);
            // Where bound tags disagree nothing is asked for.
            let is_wrong = match thing["stages"][usize::from(bound)].as_str() {
                Some("production") => !(30..=365).contains(&days),
                Some(_) => days > 14,
                None => false,
            };
            if is_wrong {
                all.insert(("log-retention".to_owned(), "-".to_owned(), id.clone()));
            }
        }
        if thing["used"] == json!(false) {
            all.insert(("unattached".to_owned(), "-".to_owned(), id.clone()));
        }
    }
    all
}

/// What the program says.
pub fn found(report: &Value) -> Findings {
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let all = report["findings"].as_array().unwrap().iter().filter(|f| f["verdict"] == "violated" && RULES.contains(&word(&f["rule"]).as_str()));
    all.map(|f| (word(&f["rule"]), word(&f["key"]), word(&f["resource"]).to_lowercase())).collect()
}

/// What is missed, and what is said although it is not so.
pub fn difference(report: &Value, wanted: &Findings) -> (Vec<String>, Vec<String>) {
    let told = found(report);
    let words = |(rule, key, id): &(String, String, String)| format!("{rule} {key} {id}");
    (wanted.difference(&told).map(words).collect(), told.difference(wanted).map(words).collect())
}

/// What was left open.
pub fn undetermined(report: &Value) -> Vec<String> {
    let open = report["findings"].as_array().unwrap().iter().filter(|f| f["verdict"] != "violated");
    open.map(|f| format!("{} {}", f["rule"], f["resource"])).collect()
}
