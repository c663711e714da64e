//! What on a machine Azure's own programs would take for credentials:
//! <https://learn.microsoft.com/dotnet/api/azure.identity.environmentcredential> and the profile of the Azure command line.

use serde_json::Value;
use std::collections::BTreeSet;
use tagledger_collect::{FoundCredentials, Machine};

/// Variables that are enough together, and what they are.
const VARIABLES: [(&[&str], &str); 4] = [
    (&["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"], "an application with its secret"),
    (&["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_CERTIFICATE_PATH"], "an application with its certificate"),
    (&["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE"], "the identity of a workload"),
    (&["IDENTITY_ENDPOINT", "IDENTITY_HEADER"], "a managed identity"),
];

pub(crate) fn find(machine: &Machine<'_>) -> FoundCredentials {
    let mut out = FoundCredentials::default();
    for (names, what) in VARIABLES {
        if names.iter().all(|name| machine.get(name).is_some()) {
            out.found.push(format!("{what} ({} are set)", names.join(", ")));
        }
    }
    let folder = machine.path("AZURE_CONFIG_DIR", ".azure");
    let profile = folder.and_then(|folder| machine.read(&folder.join("azureProfile.json"))).and_then(|text| serde_json::from_str::<Value>(&text).ok());
    let subscriptions = profile.as_ref().and_then(|profile| profile["subscriptions"].as_array()).map_or(&[][..], Vec::as_slice);
    if !subscriptions.is_empty() {
        let tenants: BTreeSet<&str> = subscriptions.iter().filter_map(|one| one["tenantId"].as_str()).collect();
        let of = if tenants.len() > 1 { format!(" of {} tenants", tenants.len()) } else { String::new() };
        let plural = if subscriptions.len() == 1 { "" } else { "s" };
        out.found.push(format!("a login of the Azure command line, with {} subscription{plural}{of}", subscriptions.len()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_count_together_and_a_login_by_its_subscriptions() {
        let folder = std::env::temp_dir().join(format!("tagledger-azure-home-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let shown = folder.display().to_string();
        let found = |names: &[&str]| {
            let variable = |name: &str| (name == "AZURE_CONFIG_DIR").then(|| shown.clone()).or_else(|| names.contains(&name).then(|| "hush".to_owned()));
            find(&Machine { variable: &variable, home: None })
        };
        assert_eq!(found(&["AZURE_TENANT_ID", "AZURE_CLIENT_ID"]), FoundCredentials::default());
        let application = found(&["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"]).found;
        assert!(application.len() == 1 && !application[0].contains("hush"), "{application:?}");
        // The command line writes a byte order mark.
        let profile = "\u{feff}{\"subscriptions\": [{\"tenantId\": \"a\"}, {\"tenantId\": \"b\"}]}";
        std::fs::write(folder.join("azureProfile.json"), profile).unwrap();
        assert_eq!(found(&[]).found, ["a login of the Azure command line, with 2 subscriptions of 2 tenants"]);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
