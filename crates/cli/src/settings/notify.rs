//! `notify:` of the settings: who is told of a run.

mod judge;
mod routes;

pub(super) use judge::{field, hide, judge, mask};
pub(crate) use routes::Notify;

use tagledger_collect::{Form, Setting, Shape};
use tagledger_notify::{insecure, is_mailbox, server};

const PATH: Form = Form { words: "a path", ..Form::ANY };
const URL: Form = Form { is: |text| insecure(text).is_none(), words: "an https address; http is for this machine only", pattern: r"^https?://\S+$" };
const LINK: Form = Form {
    is: |text| (text.starts_with("https://") || text.starts_with("http://")) && !text.contains(|c: char| c.is_whitespace() || c.is_control()),
    words: "an https or http address, with {run} where the name of the run's folder belongs",
    pattern: r"^https?://\S+$",
};
const NAME_FORM: Form = Form {
    is: |text| text.len() <= 64 && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_')),
    words: "up to 64 small letters, digits, - and _",
    pattern: "^[a-z0-9_-]{1,64}$",
};
const SERVER_FORM: Form = Form { is: |text| server(text).is_some(), words: "a name and a port, such as smtp.example.com:587", pattern: r"^\S+:[0-9]{1,5}$" };
const MAILBOX: Form = Form { is: is_mailbox, words: "an address such as jane@example.com or Jane Doe <jane@example.com>", pattern: "^.+@.+$" };
const VALUE: Form = Form { words: "a value of the taxonomy, or unattributed", ..Form::ANY };

const REPORT_URL: &str = "report_url";
const TIMEOUT: &str = "timeout";
const RETRIES: &str = "retries";
const ROUTES: &str = "routes";
const NAME: &str = "name";
const SLACK: &str = "slack";
const TEAMS: &str = "teams";
const WEBHOOK: &str = "webhook";
const EMAIL: &str = "email";
const ENVIRONMENTS: &str = "environments";
const EXCEPT_ENVIRONMENTS: &str = "except_environments";
const APPLICATIONS: &str = "applications";
const EXCEPT_APPLICATIONS: &str = "except_applications";
const OWNERS: &str = "owners";
const EXCEPT_OWNERS: &str = "except_owners";
const LEVEL: &str = "level";
const WHEN: &str = "when";
const FINDINGS_ONLY: &str = "findings_only";
const TOP: &str = "top";
const URL_FROM: &str = "url_from";
const URL_NAME: &str = "url";
const SIGN_WITH: &str = "sign_with";
const MOST: &str = "most";
const CA: &str = "ca";
const SERVER: &str = "server";
const TLS: &str = "tls";
const USER: &str = "user";
const PASSWORD_FROM: &str = "password_from";
const FROM: &str = "from";
const TO: &str = "to";

const ALWAYS: &str = "always";
const IMPLICIT: &str = "implicit";
const NONE: &str = "none";

const CA_SETTING: Setting = Setting { name: CA, shape: Shape::Text(PATH), summary: "A PEM file with authorities that are trusted beside those of the system." };

/// What stands under `notify:`.
pub(super) static NOTIFY: &[Setting] = &[
    Setting {
        name: REPORT_URL,
        shape: Shape::Text(LINK),
        summary: "Where the report will be for whoever is told; {run} stands for the name of the run's folder.",
    },
    Setting { name: TIMEOUT, shape: Shape::Count(1..=300), summary: "How many seconds one attempt to send may take [default: 30]." },
    Setting {
        name: RETRIES,
        shape: Shape::Count(0..=10),
        summary: "How often it is tried again when the server is busy, breaks or does not answer [default: 4].",
    },
    Setting { name: ROUTES, shape: Shape::Sections(ROUTE), summary: "Who is told, of what, and how; each by one of slack, teams, webhook and email." },
];

static ROUTE: &[Setting] = &[
    Setting { name: NAME, shape: Shape::Text(NAME_FORM), summary: "Its name, once among all." },
    Setting { name: SLACK, shape: Shape::Section(CHAT), summary: "An incoming webhook of Slack." },
    Setting { name: TEAMS, shape: Shape::Section(CHAT), summary: "A webhook of Teams' Workflows." },
    Setting { name: WEBHOOK, shape: Shape::Section(HOOK), summary: "A server that takes the document tagledger.notification/1." },
    Setting { name: EMAIL, shape: Shape::Section(MAIL), summary: "E-mail by SMTP." },
    Setting { name: ENVIRONMENTS, shape: Shape::Texts(VALUE), summary: "Only findings in these; `unattributed` is what is in none [default: all]." },
    Setting { name: EXCEPT_ENVIRONMENTS, shape: Shape::Texts(VALUE), summary: "No findings in these." },
    Setting { name: APPLICATIONS, shape: Shape::Texts(VALUE), summary: "Only findings of these; `unattributed` is what is of none [default: all]." },
    Setting { name: EXCEPT_APPLICATIONS, shape: Shape::Texts(VALUE), summary: "No findings of these." },
    Setting { name: OWNERS, shape: Shape::Texts(VALUE), summary: "Only findings of these; `unattributed` is what nobody owns [default: all]." },
    Setting { name: EXCEPT_OWNERS, shape: Shape::Texts(VALUE), summary: "No findings of these." },
    Setting {
        name: LEVEL,
        shape: Shape::Choice(&["error", "warn", "info"]),
        summary: "The lowest level [default: error]. It is the rule's own that counts, also while grace lowers that of a finding.",
    },
    Setting {
        name: WHEN,
        shape: Shape::Choice(&["new", ALWAYS]),
        summary: "`new` tells of what no earlier run had, and nothing where there is none [default]; `always` of everything open, after every run.",
    },
    Setting { name: FINDINGS_ONLY, shape: Shape::Flag, summary: "Send nothing only because coverage is incomplete." },
    Setting { name: TOP, shape: Shape::Count(1..=100), summary: "How many findings are listed in a message for people [default: 10]." },
];

/// Slack and Teams.
static CHAT: &[Setting] =
    &[Setting { name: URL_FROM, shape: Shape::Secret, summary: "Where its address is, which is a secret: whoever has it can post." }, CA_SETTING];

static HOOK: &[Setting] = &[
    Setting { name: URL_NAME, shape: Shape::Text(URL), summary: "Its address, where that is no secret." },
    Setting { name: URL_FROM, shape: Shape::Secret, summary: "Where its address is, where that is a secret." },
    Setting {
        name: SIGN_WITH,
        shape: Shape::Secret,
        summary: "Where the key is that signs each call, as Standard Webhooks defines it; whsec_ stands before a key in base64.",
    },
    Setting { name: MOST, shape: Shape::Count(1..=10_000), summary: "How many findings the document holds [default: 1000]." },
    CA_SETTING,
];

static MAIL: &[Setting] = &[
    Setting { name: SERVER, shape: Shape::Text(SERVER_FORM), summary: "The server and its port." },
    Setting {
        name: TLS,
        shape: Shape::Choice(&["starttls", IMPLICIT, NONE]),
        summary: "How the connection is protected: by STARTTLS, which the server must offer [default], from the first byte, or not at all.",
    },
    Setting { name: USER, shape: Shape::Text(Form::ANY), summary: "Who signs in, where the server asks for it." },
    Setting { name: PASSWORD_FROM, shape: Shape::Secret, summary: "Where the password is." },
    Setting { name: FROM, shape: Shape::Text(MAILBOX), summary: "The sender." },
    Setting { name: TO, shape: Shape::Texts(MAILBOX), summary: "The recipients." },
    CA_SETTING,
];
