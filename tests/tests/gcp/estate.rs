//! Estates that servers are filled with.

use super::kinds::KINDS;
use super::truth::TEMPLATES;
use serde_json::{Value, json};
use tagledger_tests::Desk;

const KEYS: &str = "  Environment: { required: true, aliases: [env, stage], values: { production: [prod, prd], test: [] }BOUND }
  Application: { required: true, pattern: \"[a-z][a-z0-9-]+\" }
  Owner: { pattern: \".+@example[.]com\" }
";

/// For how long logs are kept, by what a project is declared for where no bound tag says it.
const RETENTION: &str = "stages:
  - { environment: production, gcp: { projects: [shop-prod, data-prod] } }
  - { environment: test, gcp: { projects: [shop-test, sandbox] } }
retention: { production: { min: 30d, max: 365d }, test: { max: 14d } }
";

/// A taxonomy in which labels alone speak.
pub fn desk() -> Desk {
    taxonomy("")
}

/// One in which bound tags speak for the environment.
pub fn bound_desk() -> Desk {
    taxonomy(", bindings: effective")
}

fn taxonomy(bound: &str) -> Desk {
    let desk = Desk::new();
    desk.put("taxonomy.yaml", format!("version: 1\nkeys:\n{}{RETENTION}", KEYS.replace("BOUND", bound)));
    desk
}

/// A settings file, which is YAML and so may be JSON.
pub fn file(settings: &Value) -> String {
    json!({"version": 1, "clouds": {"gcp": settings}}).to_string()
}

pub const ORGANIZATION: &str = "organizations/123456789012";

fn organization(folders: &Value, projects: &Value, assets: &Value) -> Value {
    json!({
        "organizations": [{"id": "123456789012", "name": "example.com"}],
        "folders": folders,
        "projects": projects,
        "assets": assets,
    })
}

/// Two projects of 250 secrets each, of which every fifth has no labels. Pages hold 100.
pub fn plain(weather: &Value) -> Value {
    let good = json!({"environment": "production", "application": "shop"});
    let secret = |of: &str, n: usize| {
        let labels = if n.is_multiple_of(5) { json!({}) } else { good.clone() };
        json!({
            "project": of, "type": "secretmanager.googleapis.com/Secret", "labels": labels, "location": "global",
            "name": format!("//secretmanager.googleapis.com/projects/{of}/secrets/s{n:03}"), "displayName": format!("s{n:03}"), "data": {},
        })
    };
    let folders = json!([{"id": "100", "name": "Production", "parent": ORGANIZATION}, {"id": "200", "name": "Workloads", "parent": ORGANIZATION}]);
    let projects = json!([
        {"id": "one", "number": "1001", "name": "One", "parent": "folders/100", "labels": good},
        {"id": "two", "number": "1002", "name": "Two", "parent": "folders/200", "labels": good},
    ]);
    let assets: Vec<Value> = ["one", "two"].iter().flat_map(|of| (0..250).map(|n| secret(of, n))).collect();
    let mut seed = organization(&folders, &projects, &json!(assets));
    seed["page"] = json!({"search": 100, "list": 100});
    seed["weather"] = weather.clone();
    seed
}

/// The projects that are asked, and the folders that they lie in.
pub const ASKED: [(&str, &str); 5] = [("shop-prod", "100"), ("shop-test", "200"), ("data-prod", "100"), ("sandbox", "210"), ("hollow", "200")];

/// True for what is in them, and for themselves.
pub fn is_asked(thing: &Value) -> bool {
    let of = thing["project"].as_str().or(thing["id"].as_str()).unwrap_or_default();
    of == "alone" || ASKED.iter().any(|(id, _)| *id == of)
}

/// The full name of an asset in a project.
fn full_name(kind: &str, project: &str, number: &str, rest: &str) -> String {
    let (service, thing) = kind.split_once('/').unwrap();
    match thing {
        "Bucket" => format!("//{service}/{project}-data"),
        // These go by the number.
        "LogBucket" => format!("//{service}/projects/{number}/{rest}"),
        _ => format!("//{service}/projects/{project}/{rest}"),
    }
}

/// What a project is declared for.
fn stage(project: &str) -> &'static str {
    if project.ends_with("-prod") { "production" } else { "test" }
}

/// An organisation with everything: projects that are asked and others that are not, each kind in four of them, labelled in every way in turn.
pub fn whole() -> Value {
    let mut at = 0_usize;
    let mut bindings = vec![json!({"on": "folders/210", "key": "123456789012/environment", "value": "test"})];
    let mut labelled = |mut thing: Value, on: String| {
        // One step more than there are ways: the same kind is not always labelled alike.
        let template = &TEMPLATES[at % TEMPLATES.len()];
        at += 1;
        if let Some(labels) = template.labels() {
            thing["labels"] = labels;
        }
        if !template.network_tags.is_empty() {
            thing["networkTags"] = json!(template.network_tags);
        }
        bindings.extend(template.bound.iter().map(|(key, value)| json!({"on": on, "key": key, "value": value})));
        thing["template"] = json!(template.name);
        thing
    };
    let (mut projects, mut assets) = (Vec::new(), Vec::new());
    for (n, (id, folder)) in ASKED.iter().enumerate() {
        let number = (1001 + n).to_string();
        let mut project =
            labelled(json!({"id": id, "number": number, "name": format!("The {id}"), "parent": format!("folders/{folder}")}), format!("projects/{id}"));
        // What lies below something bound has its tag as well.
        let inherits = *folder == "210" || project["template"].as_str().is_some_and(|template| template.starts_with("bound") && !template.ends_with("else"));
        project["inherits"] = json!(*folder == "210");
        project["used"] = json!(*id != "hollow");
        let bound = match project["template"].as_str() {
            _ if *folder == "210" => Some("test"),
            Some("bound" | "bound otherwise") => Some("production"),
            Some("bound in two minds") => None,
            _ => Some(stage(id)),
        };
        projects.push(project);
        // What every project gets by itself.
        assets.push(json!({"project": id, "type": "serviceusage.googleapis.com/Service", "name": format!("//serviceusage.googleapis.com/projects/{number}/services/compute.googleapis.com"), "data": {}}));
        assets.push(json!({"project": id, "type": "compute.googleapis.com/Network", "name": format!("//compute.googleapis.com/projects/{id}/global/networks/default"), "data": {}}));
        if *id == "hollow" {
            continue;
        }
        for kind in KINDS {
            let name = full_name(kind.asset_type, id, &number, kind.name);
            let location = if kind.name.contains("europe-west1-b") { "europe-west1-b" } else { "europe-west1" };
            let mut asset = json!({
                "project": id, "type": kind.asset_type, "name": name, "displayName": name.rsplit('/').next(), "location": location,
                "data": (kind.data)(id), "used": kind.used, "inherits": inherits, "createTime": "2026-01-05T08:00:00Z",
                "stages": [stage(id), bound],
            });
            if kind.labelled {
                asset = labelled(asset, name);
            }
            assets.push(asset);
        }
        // A kind that nobody knows yet: whether it can be labelled is not known either.
        assets.push(json!({"project": id, "type": "novelty.googleapis.com/Gadget", "name": format!("//novelty.googleapis.com/projects/{id}/gadgets/g"), "data": {}, "location": "europe-west1"}));
        // One that no search shows.
        let name = format!("//parametermanager.googleapis.com/projects/{id}/locations/global/parameters/p");
        let hidden =
            json!({"project": id, "type": "parametermanager.googleapis.com/Parameter", "name": name, "location": "global", "data": {}, "searchable": false});
        // What is bound to it no list shows.
        let mut hidden = hidden;
        hidden["labels"] = json!({"environment": "prodd", "application": "shop"});
        hidden["template"] = json!("slip");
        assets.push(hidden);
    }
    projects.push(json!({"id": "left", "number": "1077", "name": "Left", "parent": "folders/200", "state": "DELETE_REQUESTED"}));
    assets.push(json!({"project": "left", "type": "storage.googleapis.com/Bucket", "name": "//storage.googleapis.com/left-data", "data": {}}));
    // Nobody's organisation.
    projects
        .push(json!({"id": "alone", "number": "1088", "name": "Alone", "labels": {"environment": "production", "application": "shop"}, "template": "good"}));
    assets.push(labelled(
        json!({"project": "alone", "type": "storage.googleapis.com/Bucket", "name": "//storage.googleapis.com/alone-data", "data": {}}),
        "//storage.googleapis.com/alone-data".to_owned(),
    ));
    // What lies in the organisation itself.
    assets.push(json!({"parent": ORGANIZATION, "type": "cloudresourcemanager.googleapis.com/TagKey", "name": "//cloudresourcemanager.googleapis.com/tagKeys/9", "data": {}}));
    let folders = json!([
        {"id": "100", "name": "Production", "parent": ORGANIZATION},
        {"id": "200", "name": "Workloads", "parent": ORGANIZATION},
        {"id": "210", "name": "Bound", "parent": "folders/200"},
    ]);
    let mut seed = organization(&folders, &json!(projects), &json!(assets));
    seed["bindings"] = json!(bindings);
    seed["page"] = json!({"search": 30, "list": 20, "projects": 3, "folders": 2});
    seed
}
