//! What has to be allowed: a role that reads and nothing else, and how it is given to whoever scans.

use crate::live::costs::QUERY;
use crate::live::{COLLECTORS, settings};
use serde_json::json;
use tagledger_collect::{Permissions, Settings};

/// Where the role is made and given when no management group is named: the one at the top has the id of the tenant.
const ROOT: &str = "TENANT-ID";

/// <https://learn.microsoft.com/azure/role-based-access-control/permissions/databases#microsoftdocumentdb>
const KEYS: &[&str] = &["Microsoft.DocumentDB/databaseAccounts/readonlykeys/read"];

const MANAGEMENT_GROUP: &str = "/providers/Microsoft.Management/managementGroups/";

/// The role, and the commands that make and assign it.
pub(crate) fn documents(settings: &Settings) -> Vec<Permissions> {
    let groups = settings.texts(settings::MANAGEMENT_GROUPS);
    let groups: Vec<&str> = if groups.is_empty() { vec![ROOT] } else { groups.iter().map(String::as_str).collect() };
    let scopes: Vec<String> = groups.iter().map(|group| format!("{MANAGEMENT_GROUP}{group}")).collect();
    // A role can be made for one management group only (https://learn.microsoft.com/azure/role-based-access-control/custom-roles): for several, at the top.
    let made_at = if let [only] = scopes.as_slice() { only.clone() } else { format!("{MANAGEMENT_GROUP}{ROOT}") };
    let mut actions: Vec<&str> = COLLECTORS.iter().flat_map(|info| info.operations).map(|operation| operation.permission).collect();
    // Resource Graph shows a resource only to those who may read it.
    actions.push("*/read");
    actions.sort_unstable();
    actions.dedup();
    let role = json!({
        "Name": "Tagledger",
        "IsCustom": true,
        "Description": "Lets tagledger read resources and their tags",
        "Actions": actions,
        // Nearly all that gives keys away is an action and no reading; these are.
        "NotActions": KEYS,
        "DataActions": [],
        "NotDataActions": [],
        "AssignableScopes": [made_at],
    });
    let make = String::from(
        "# Once, by somebody who may assign roles there; APP-ID is the application or managed identity that scans.\n\
         tagledger permissions azure role > tagledger-role.json\naz role definition create --role-definition @tagledger-role.json\n",
    );
    let assign = |scope: &String| format!("az role assignment create --assignee APP-ID --role Tagledger --scope {scope}\n");
    let text = std::iter::once(make).chain(scopes.iter().map(assign)).collect();
    let read = |scope: &String| format!("az role assignment create --assignee APP-ID --role \"Cost Management Reader\" --scope {scope}\n");
    let costs = std::iter::once(format!("# {} is in it.\n", QUERY.permission)).chain(scopes.iter().map(read)).collect();
    vec![
        Permissions {
            name: "role",
            summary: "A custom role that reads, to be given on the management group above all subscriptions that are asked.".to_owned(),
            text: format!("{role:#}\n"),
        },
        Permissions {
            name: "costs",
            summary: "The commands that give Microsoft's own role for costs to whoever asks for a bill at cost-management://.".to_owned(),
            text: costs,
        },
        Permissions { name: "assignment", summary: "The commands that make the role and give it to whoever scans.".to_owned(), text },
    ]
}
