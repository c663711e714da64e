//! What has to be allowed: a role that reads and nothing else, and how it is given to whoever scans.

use crate::live::costs::BIGQUERY;
use crate::live::{COLLECTORS, settings};
use std::fmt::Write;
use tagledger_collect::{Operation, Permissions, Settings};

/// Which organisation when none is named.
const ORGANIZATION: &str = "ORGANIZATION";

/// To make calls on behalf of the project whose quota they use up: <https://cloud.google.com/docs/quotas/quota-project>.
const QUOTA: &str = "roles/serviceusage.serviceUsageConsumer";

/// The role, and the commands that make and bind it.
pub(crate) fn documents(settings: &Settings) -> Vec<Permissions> {
    vec![
        Permissions {
            name: "role",
            summary: "A custom role that reads, to be made in the organisation and bound to whatever is asked.".to_owned(),
            text: role("Tagledger", "Lets tagledger read resources and their labels", COLLECTORS.iter().flat_map(|info| info.operations)),
        },
        Permissions { name: "binding", summary: "The commands that make the role, bind it, and enable the APIs.".to_owned(), text: binding(settings) },
        Permissions {
            name: "costs",
            summary: "A custom role for a bill at bigquery://: in the project that pays for the question, and in that of the table or on its dataset."
                .to_owned(),
            text: role("Tagledger costs", "Lets tagledger add up a billing export in BigQuery", BIGQUERY.operations.iter()),
        },
    ]
}

fn role<'a>(title: &str, description: &str, operations: impl Iterator<Item = &'a Operation>) -> String {
    let mut allowed: Vec<&str> = operations.map(|operation| operation.permission).collect();
    allowed.sort_unstable();
    allowed.dedup();
    let mut role = format!("title: {title}\ndescription: {description}\nstage: GA\nincludedPermissions:\n");
    for permission in allowed {
        // Writing to a string cannot fail.
        let _written = writeln!(role, "- {permission}");
    }
    role
}

fn binding(settings: &Settings) -> String {
    let organizations = settings.texts(settings::ORGANIZATIONS);
    let (folders, projects) = (settings.texts(settings::FOLDERS), settings.texts(settings::PROJECTS));
    let organization = organizations.first().map_or(ORGANIZATION, String::as_str);
    let quota = settings.text(settings::QUOTA_PROJECT).unwrap_or("QUOTA-PROJECT");
    let mut text = format!(
        "# Once, by somebody who may do so. ORGANIZATION is the number of the organisation, SCANNER whoever scans, such as\n\
         # serviceAccount:tagledger@QUOTA-PROJECT.iam.gserviceaccount.com, and QUOTA-PROJECT the project that the calls are counted for.\n\
         tagledger permissions gcp role > tagledger-role.yaml\n\
         gcloud iam roles create tagledger --organization={organization} --file=tagledger-role.yaml\n\
         gcloud services enable cloudasset.googleapis.com cloudresourcemanager.googleapis.com --project={quota}\n\
         gcloud projects add-iam-policy-binding {quota} --member=SCANNER --role={QUOTA}\n"
    );
    let role = format!("organizations/{organization}/roles/tagledger");
    let mut bind = |command: &str, names: &[String]| {
        for name in names {
            let _written = writeln!(text, "gcloud {command} add-iam-policy-binding {name} --member=SCANNER --role={role}");
        }
    };
    bind("organizations", organizations);
    bind("resource-manager folders", folders);
    bind("projects", projects);
    if organizations.is_empty() && folders.is_empty() && projects.is_empty() {
        bind("organizations", &[ORGANIZATION.to_owned()]);
    }
    text
}
