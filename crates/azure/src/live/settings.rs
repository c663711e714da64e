//! What can be said of Azure in `tagledger.yaml`.

use tagledger_collect::{Conflict, Form, Setting, Settings, Shape};

pub(crate) const TENANT: &str = "tenant";
pub(crate) const CREDENTIAL: &str = "credential";
pub(crate) const CLIENT_ID: &str = "client_id";
pub(crate) const CLOUD: &str = "cloud";
pub(crate) const AUTHORITY: &str = "authority";
pub(crate) const RESOURCE_MANAGER: &str = "resource_manager";
pub(crate) const AUDIENCE: &str = "audience";
pub(crate) const MANAGEMENT_GROUPS: &str = "management_groups";
pub(crate) const SUBSCRIPTIONS: &str = "subscriptions";
pub(crate) const SKIP_SUBSCRIPTIONS: &str = "skip_subscriptions";
pub(crate) const SOURCE: &str = "source";
pub(crate) const TIMEOUT: &str = "timeout";
pub(crate) const PACE: &str = "pace";

pub(crate) const PUBLIC: &str = "public";
pub(crate) const US_GOVERNMENT: &str = "us-government";
pub(crate) const CHINA: &str = "china";

/// The words for where credentials come from.
pub(crate) const ANY: &str = "any";
pub(crate) const ENVIRONMENT: &str = "environment";
pub(crate) const WORKLOAD_IDENTITY: &str = "workload-identity";
pub(crate) const MANAGED_IDENTITY: &str = "managed-identity";
pub(crate) const AZURE_CLI: &str = "azure-cli";
pub(crate) const AZURE_DEVELOPER_CLI: &str = "azure-developer-cli";

/// The word by which Resource Manager's own lists are read.
pub(crate) const BY_MANAGER: &str = "resource-manager";
/// The word by which the documented rates are not kept.
pub(crate) const UNPACED: &str = "none";

pub(super) fn is_guid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]) && parts.iter().all(|part| part.bytes().all(|b| b.is_ascii_hexdigit()))
}

const SUBSCRIPTION: Form = Form {
    is: is_guid,
    words: "the id of a subscription, such as 00000000-0000-0000-0000-000000000000",
    pattern: "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
};
const CLIENT: Form = Form { words: "a client id, such as 00000000-0000-0000-0000-000000000000", ..SUBSCRIPTION };
const TENANT_NAME: Form = Form {
    is: |text| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b)),
    words: "the id of a tenant, or one of its domains",
    pattern: "^[A-Za-z0-9.-]+$",
};
/// <https://learn.microsoft.com/azure/governance/management-groups/overview>
const GROUP: Form = Form {
    is: |text| (1..=90).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-().".contains(&b)),
    words: "the id of a management group (not its display name)",
    pattern: r"^[A-Za-z0-9_().-]{1,90}$",
};
const SECURE: Form = Form { is: |text| text.len() > 8 && text.starts_with("https://"), words: "a URL that begins with https://", pattern: "^https://." };
/// Without encryption only to this machine: an emulator.
const ENDPOINT: Form = Form {
    is: |text| (SECURE.is)(text) || ["http://127.0.0.1:", "http://localhost:"].iter().any(|local| text.starts_with(local)),
    words: "a URL that begins with https://",
    pattern: r"^(https://.|http://(127\.0\.0\.1|localhost):)",
};

/// All of it.
pub(crate) static SETTINGS: &[Setting] = &[
    Setting { name: TENANT, shape: Shape::Text(TENANT_NAME), summary: "The tenant; else AZURE_TENANT_ID, or the one that the credentials are at home in." },
    Setting {
        name: CREDENTIAL,
        shape: Shape::Choice(&[ANY, ENVIRONMENT, WORKLOAD_IDENTITY, MANAGED_IDENTITY, AZURE_CLI, AZURE_DEVELOPER_CLI]),
        summary: "Whose credentials are used: those of one kind, or the first that there are, in this order.",
    },
    Setting {
        name: CLIENT_ID,
        shape: Shape::Text(CLIENT),
        summary: "The client id of a user-assigned managed identity, or of an application; else AZURE_CLIENT_ID.",
    },
    Setting { name: CLOUD, shape: Shape::Choice(&[PUBLIC, US_GOVERNMENT, CHINA]), summary: "Which of Microsoft's clouds is asked." },
    Setting { name: AUTHORITY, shape: Shape::Text(SECURE), summary: "Where tokens come from, in a cloud that is none of these." },
    Setting { name: RESOURCE_MANAGER, shape: Shape::Text(ENDPOINT), summary: "Where Resource Manager answers, in a cloud that is none of these." },
    Setting { name: AUDIENCE, shape: Shape::Text(Form::ANY), summary: "Whom tokens are meant for [default: where Resource Manager answers]." },
    Setting {
        name: MANAGEMENT_GROUPS,
        shape: Shape::Texts(GROUP),
        summary: "Only subscriptions below these management groups; all that the caller can see when none is named.",
    },
    Setting { name: SUBSCRIPTIONS, shape: Shape::Texts(SUBSCRIPTION), summary: "Only these subscriptions." },
    Setting { name: SKIP_SUBSCRIPTIONS, shape: Shape::Texts(SUBSCRIPTION), summary: "Subscriptions that are left out on purpose; the ledger says so." },
    Setting {
        name: SOURCE,
        shape: Shape::Choice(&["resource-graph", BY_MANAGER]),
        summary: "Resource Graph over all subscriptions at once, with what proves an orphan; or Resource Manager's lists, one subscription after the other.",
    },
    Setting { name: TIMEOUT, shape: Shape::Count(1..=600), summary: "How many seconds one answer is waited for before it is asked for again [default: 60]." },
    Setting {
        name: PACE,
        shape: Shape::Choice(&["documented", UNPACED]),
        summary: "Whether Resource Manager is read at the rates that it documents, or as fast as it answers. Resource Graph's own quota is always kept.",
    },
];

/// What does not go together.
pub(crate) fn conflict(settings: &Settings) -> Option<Conflict> {
    let skipped = settings.texts(SKIP_SUBSCRIPTIONS);
    if let Some(id) = settings.texts(SUBSCRIPTIONS).iter().find(|id| skipped.iter().any(|other| other.eq_ignore_ascii_case(id))) {
        let what = format!("`{SUBSCRIPTIONS}` and `{SKIP_SUBSCRIPTIONS}` both name {id}");
        return Some(Conflict { setting: SKIP_SUBSCRIPTIONS, what, mend: "Take it out of one of them".to_owned() });
    }
    let alone = [(AUTHORITY, RESOURCE_MANAGER), (RESOURCE_MANAGER, AUTHORITY)].into_iter().find(|(one, other)| settings.has(one) && !settings.has(other));
    let (one, other) = alone?;
    let what = format!("`{one}` is given without `{other}`: a token of one cloud would be sent to another");
    Some(Conflict { setting: one, what, mend: format!("Give both, or name the `{CLOUD}`; `{other}` may be the one of the public cloud") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tagledger_collect::Value;

    #[test]
    fn forms_take_what_the_service_takes() {
        let id = "0b1f6471-1bf0-4dda-aec3-cb9272f09590";
        assert!((SUBSCRIPTION.is)(id));
        for other in ["", "0b1f6471", "0b1f6471-1bf0-4dda-aec3-cb9272f0959g", "0b1f6471_1bf0_4dda_aec3_cb9272f09590"] {
            assert!(!(SUBSCRIPTION.is)(other), "{other}");
        }
        assert!((ENDPOINT.is)("http://127.0.0.1:8080") && !(ENDPOINT.is)("http://management.example") && !(SECURE.is)("http://127.0.0.1:1"));
        assert!((TENANT_NAME.is)("contoso.onmicrosoft.com") && !(TENANT_NAME.is)("a/b"));
    }

    #[test]
    fn a_token_of_one_cloud_is_not_sent_to_another() {
        let mut settings = Settings::default();
        settings.set(RESOURCE_MANAGER, Value::Text("https://management.example".to_owned()));
        assert_eq!(conflict(&settings).unwrap().setting, RESOURCE_MANAGER);
        settings.set(AUTHORITY, Value::Text("https://login.example".to_owned()));
        assert_eq!(conflict(&settings), None);
    }
}
