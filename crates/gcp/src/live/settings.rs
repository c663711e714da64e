//! What can be said of Google Cloud in `tagledger.yaml`.

use tagledger_collect::{Conflict, Form, Setting, Settings, Shape};

pub(crate) const ORGANIZATIONS: &str = "organizations";
pub(crate) const FOLDERS: &str = "folders";
pub(crate) const PROJECTS: &str = "projects";
pub(crate) const SKIP_PROJECTS: &str = "skip_projects";
pub(crate) const QUOTA_PROJECT: &str = "quota_project";
pub(crate) const ASSET_INVENTORY: &str = "asset_inventory";
pub(crate) const RESOURCE_MANAGER: &str = "resource_manager";
pub(crate) const BIGQUERY: &str = "bigquery";
pub(crate) const BIGQUERY_GIB: &str = "bigquery_gib";
pub(crate) const TIMEOUT: &str = "timeout";
pub(crate) const PACE: &str = "pace";
pub(crate) const SEARCHES: &str = "searches_per_minute";
pub(crate) const LISTS: &str = "lists_per_minute";

/// The word by which the documented rates are not kept.
pub(crate) const UNPACED: &str = "none";

fn is_digits(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

/// <https://cloud.google.com/resource-manager/docs/creating-managing-projects>; those of old domains have the domain before a colon.
pub(crate) fn is_project(text: &str) -> bool {
    let (domain, id) = text.split_once(':').map_or((None, text), |(domain, id)| (Some(domain), id));
    let is_name = |text: &str, more: &[u8]| text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || more.contains(&b));
    let is_domain = domain.is_none_or(|domain| !domain.is_empty() && is_name(domain, b"."));
    is_domain && (1..=63).contains(&id.len()) && id.starts_with(|c: char| c.is_ascii_lowercase()) && is_name(id, b"")
}

const ORGANIZATION: Form = Form { is: is_digits, words: "the number of an organisation, such as 123456789012", pattern: "^[0-9]{1,20}$" };
const FOLDER: Form = Form { words: "the number of a folder, such as 123456789012", ..ORGANIZATION };
const PROJECT: Form = Form {
    is: is_project,
    words: "the id of a project, such as shop-prod (not its number, nor its display name)",
    pattern: "^([a-z0-9.-]+:)?[a-z][a-z0-9-]{0,62}$",
};
/// Without encryption only to this machine: an emulator.
const ENDPOINT: Form = Form {
    is: |text| (text.len() > 8 && text.starts_with("https://")) || ["http://127.0.0.1:", "http://localhost:"].iter().any(|local| text.starts_with(local)),
    words: "a URL that begins with https://",
    pattern: r"^(https://.|http://(127\.0\.0\.1|localhost):)",
};

/// All of it.
pub(crate) static SETTINGS: &[Setting] = &[
    Setting {
        name: ORGANIZATIONS,
        shape: Shape::Texts(ORGANIZATION),
        summary: "Only what lies in these organisations; without any of these three lists, all that the caller can see.",
    },
    Setting { name: FOLDERS, shape: Shape::Texts(FOLDER), summary: "Only what lies below these folders, beside what the two other lists name." },
    Setting { name: PROJECTS, shape: Shape::Texts(PROJECT), summary: "Only these projects, beside what the two other lists name." },
    Setting { name: SKIP_PROJECTS, shape: Shape::Texts(PROJECT), summary: "Projects that are left out on purpose; the ledger says so." },
    Setting {
        name: QUOTA_PROJECT,
        shape: Shape::Text(PROJECT),
        summary: "The project whose quota the calls use up, and in which the APIs are enabled; GOOGLE_CLOUD_QUOTA_PROJECT comes first, else the credentials say.",
    },
    Setting {
        name: ASSET_INVENTORY,
        shape: Shape::Text(ENDPOINT),
        summary: "Where Cloud Asset Inventory answers, such as a private endpoint [default: https://cloudasset.googleapis.com].",
    },
    Setting {
        name: RESOURCE_MANAGER,
        shape: Shape::Text(ENDPOINT),
        summary: "Where Resource Manager answers [default: https://cloudresourcemanager.googleapis.com].",
    },
    Setting { name: BIGQUERY, shape: Shape::Text(ENDPOINT), summary: "Where BigQuery answers [default: https://bigquery.googleapis.com]." },
    Setting {
        name: BIGQUERY_GIB,
        shape: Shape::Count(1..=10_000_000),
        summary: "How many GiB a bill at bigquery:// may let BigQuery read and bill each time that it is asked [default: 100].",
    },
    Setting { name: TIMEOUT, shape: Shape::Count(1..=600), summary: "How many seconds one answer is waited for before it is asked for again [default: 60]." },
    Setting {
        name: PACE,
        shape: Shape::Choice(&["documented", UNPACED]),
        summary: "Whether Cloud Asset Inventory is asked at the rates that it documents for one project, or as fast as it answers.",
    },
    Setting {
        name: SEARCHES,
        shape: Shape::Count(1..=60_000),
        summary: "Calls of SearchAllResources in a minute, where the quota of the project is another than the documented one [default: 400].",
    },
    Setting {
        name: LISTS,
        shape: Shape::Count(1..=60_000),
        summary: "Calls of ListAssets in a minute, where the quota of the project is another than the documented one [default: 100].",
    },
];

/// What does not go together.
pub(crate) fn conflict(settings: &Settings) -> Option<Conflict> {
    if let Some(rate) = [SEARCHES, LISTS].into_iter().find(|rate| settings.has(rate) && settings.text(PACE) == Some(UNPACED)) {
        let what = format!("`{rate}` is given, and `{PACE}: {UNPACED}` says that no rate is kept");
        return Some(Conflict { setting: rate, what, mend: "Take one of them away".to_owned() });
    }
    let skipped = settings.texts(SKIP_PROJECTS);
    let id = settings.texts(PROJECTS).iter().find(|id| skipped.contains(id))?;
    let what = format!("`{PROJECTS}` and `{SKIP_PROJECTS}` both name {id}");
    Some(Conflict { setting: SKIP_PROJECTS, what, mend: "Take it out of one of them".to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_take_what_the_service_takes() {
        for id in ["shop-prod", "example.com:shop", "a", "p123456"] {
            assert!((PROJECT.is)(id), "{id}");
        }
        for other in ["", "123456789012", "Shop", "shop_prod", ":shop", "-shop", "projects/shop"] {
            assert!(!(PROJECT.is)(other), "{other}");
        }
        assert!((FOLDER.is)("123456789012") && !(FOLDER.is)("folders/1") && !(FOLDER.is)(""));
        assert!((ENDPOINT.is)("http://127.0.0.1:8080") && !(ENDPOINT.is)("http://cloudasset.example"));
    }
}
