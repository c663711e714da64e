//! What can be said of AWS in `tagledger.yaml`.

use tagledger_collect::{Conflict, Form, Setting, Settings, Shape};

pub(crate) const PROFILE: &str = "profile";
pub(crate) const REGIONS: &str = "regions";
pub(crate) const ORGANIZATION: &str = "organization";
pub(crate) const ACCOUNTS: &str = "accounts";
pub(crate) const SKIP_ACCOUNTS: &str = "skip_accounts";
pub(crate) const ROLE: &str = "role";
pub(crate) const VIEW: &str = "resource_explorer_view";
pub(crate) const AGGREGATOR: &str = "config_aggregator";
pub(crate) const TIMEOUT: &str = "timeout";
pub(crate) const COST_REQUESTS: &str = "cost_explorer_requests";
pub(crate) const PACE: &str = "pace";
/// The word by which the documented rates are not kept.
pub(crate) const UNPACED: &str = "none";

const ACCOUNT: Form = Form {
    is: |text| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()),
    words: "an account id of twelve digits, in quotes",
    pattern: "^[0-9]{12}$",
};
const REGION: Form = Form {
    is: |text| text.split('-').count() >= 3 && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
    words: "a Region such as eu-central-1",
    pattern: "^[a-z]+(-[a-z0-9]+){2,}$",
};
const VIEW_ARN: Form = Form {
    is: |text| text.starts_with("arn:") && text.contains(":resource-explorer-2:") && text.contains(":view/"),
    words: "the ARN of a Resource Explorer view",
    pattern: "^arn:[a-z-]+:resource-explorer-2:[a-z0-9-]+:[0-9]{12}:view/.+$",
};
/// <https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigurationAggregator.html>
const AGGREGATOR_NAME: Form = Form {
    is: |text| (1..=256).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b)),
    words: "the name of an AWS Config aggregator",
    pattern: "^[A-Za-z0-9_-]{1,256}$",
};
const ROLE_NAME: Form = Form {
    is: |text| !text.is_empty() && !text.contains(':') && text.bytes().all(|b| b.is_ascii_graphic()),
    words: "the name of a role, with its path if it has one, and not its ARN",
    pattern: "^[^:\\s]+$",
};
const SESSION_NAME: Form = Form {
    is: |text| (2..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_=,.@-".contains(&b)),
    words: "2 to 64 letters, digits and _ = , . @ -",
    pattern: "^[A-Za-z0-9_=,.@-]{2,64}$",
};

/// All of it.
pub(crate) static SETTINGS: &[Setting] = &[
    Setting { name: PROFILE, shape: Shape::Text(Form::ANY), summary: "A profile of the AWS configuration: whose credentials are used." },
    Setting { name: REGIONS, shape: Shape::Texts(REGION), summary: "The Regions to ask; those that each account has enabled when none is named." },
    Setting { name: ORGANIZATION, shape: Shape::Flag, summary: "Ask every active account of the caller's organisation." },
    Setting {
        name: ACCOUNTS,
        shape: Shape::Texts(ACCOUNT),
        summary: "The accounts to ask: with `organization`, only these of it; without, these and no others. Neither: the caller's own.",
    },
    Setting { name: SKIP_ACCOUNTS, shape: Shape::Texts(ACCOUNT), summary: "Accounts that are left out on purpose; the ledger says so." },
    Setting {
        name: ROLE,
        shape: Shape::Section(&[
            Setting { name: "name", shape: Shape::Text(ROLE_NAME), summary: "Its name, the same in every account [default: tagledger]." },
            Setting { name: "external_id", shape: Shape::Text(Form::ANY), summary: "The external id that its trust policy asks for." },
            Setting { name: "session_name", shape: Shape::Text(SESSION_NAME), summary: "What CloudTrail calls the session [default: tagledger]." },
        ]),
        summary: "The role that is assumed in every account but the caller's own.",
    },
    Setting { name: VIEW, shape: Shape::Text(VIEW_ARN), summary: "The Resource Explorer view to read; otherwise the widest that includes tags is looked for." },
    Setting {
        name: AGGREGATOR,
        shape: Shape::Section(&[
            Setting { name: "name", shape: Shape::Text(AGGREGATOR_NAME), summary: "Its name." },
            Setting { name: "region", shape: Shape::Text(REGION), summary: "Where it is [default: the caller's own Region]." },
        ]),
        summary: "An aggregator of AWS Config in the caller's account: what it has gathered is read too.",
    },
    Setting { name: TIMEOUT, shape: Shape::Count(1..=600), summary: "How many seconds one answer is waited for before it is asked for again [default: 60]." },
    Setting {
        name: COST_REQUESTS,
        shape: Shape::Count(1..=100_000),
        summary: "How many requests a bill at cost-explorer:// may take, each of which AWS charges 0.01 USD for [default: 100].",
    },
    Setting {
        name: PACE,
        shape: Shape::Choice(&["documented", UNPACED]),
        summary: "Whether calls are made at the rates that AWS documents, or as fast as they are answered.",
    },
];

/// What does not go together.
pub(crate) fn conflict(settings: &Settings) -> Option<Conflict> {
    let both = settings.texts(ACCOUNTS).iter().find(|id| settings.texts(SKIP_ACCOUNTS).contains(id));
    if let Some(id) = both {
        let what = format!("`{ACCOUNTS}` and `{SKIP_ACCOUNTS}` both name {id}");
        return Some(Conflict { setting: SKIP_ACCOUNTS, what, mend: "Take it out of one of them".to_owned() });
    }
    let nameless = settings.section(AGGREGATOR).is_some_and(|aggregator| aggregator.text("name").is_none());
    nameless.then(|| Conflict { setting: AGGREGATOR, what: format!("`{AGGREGATOR}` says no `name`"), mend: "Add the `name` of the aggregator".to_owned() })
}
