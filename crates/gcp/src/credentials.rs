//! What on a machine Google's own programs would take for application default credentials:
//! <https://cloud.google.com/docs/authentication/application-default-credentials>.

use crate::live::settings;
use serde_json::Value;
use std::path::PathBuf;
use tagledger_collect::{FoundCredentials, Machine};

const VARIABLE: &str = "GOOGLE_APPLICATION_CREDENTIALS";
const FILE: &str = "application_default_credentials.json";

pub(crate) fn find(machine: &Machine<'_>) -> FoundCredentials {
    let mut out = FoundCredentials::default();
    let named = machine.get(VARIABLE).map(PathBuf::from);
    let of_login = machine.path("CLOUDSDK_CONFIG", ".config/gcloud").map(|folder| folder.join(FILE));
    let from = if named.is_some() { format!("{VARIABLE} names them") } else { "`gcloud auth application-default login` wrote them".to_owned() };
    let Some(key) = named.or(of_login).and_then(|path| machine.read(&path)).and_then(|text| serde_json::from_str::<Value>(&text).ok()) else { return out };
    let what = match key["type"].as_str() {
        Some("service_account") => "the key of a service account",
        Some("authorized_user") => "a login of a person",
        Some("external_account" | "external_account_authorized_user") => "the identity of a workload elsewhere",
        Some("impersonated_service_account") => "a service account that is impersonated",
        _ => return out,
    };
    out.found.push(format!("{what} as application default credentials ({from})"));
    let quota = machine.get("GOOGLE_CLOUD_QUOTA_PROJECT");
    // Whoever logged in named the project for other programs as well; the clients read it by themselves, so that it is said and not set.
    if let Some(project) = quota.or_else(|| key["quota_project_id"].as_str().map(str::to_owned)).filter(|project| settings::is_project(project)) {
        out.settings.push((settings::QUOTA_PROJECT, project));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_says_what_it_is_and_whose_quota_counts() {
        let folder = std::env::temp_dir().join(format!("tagledger-gcp-home-{}", std::process::id()));
        std::fs::create_dir_all(folder.join(".config/gcloud")).unwrap();
        let nothing = |_: &str| None;
        let found = || find(&Machine { variable: &nothing, home: Some(folder.clone()) });
        assert_eq!(found(), FoundCredentials::default());
        let file = folder.join(".config/gcloud").join(FILE);
        std::fs::write(&file, r#"{"type": "authorized_user", "refresh_token": "hush", "quota_project_id": "finops-tools"}"#).unwrap();
        let login = found();
        assert_eq!(login.settings, [("quota_project", "finops-tools".to_owned())]);
        assert!(login.found[0].starts_with("a login of a person") && !format!("{login:?}").contains("hush"), "{login:?}");
        std::fs::write(&file, r#"{"type": "service_account", "quota_project_id": "no project\n"}"#).unwrap();
        assert_eq!(found().settings, []);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
