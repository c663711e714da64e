//! What an error of Google's clients means: to the caller, who may ask again, and to the ledger.

use google_cloud_auth::errors::CredentialsError;
use google_cloud_gax::error::Error;
use google_cloud_gax::error::rpc::{Code, StatusDetails};
use std::collections::HashMap;
use std::error::Error as _;
use std::time::Duration;
use tagledger_collect::{CollectError, Operation};
use tagledger_model::Timestamp;

/// What to do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Advice {
    /// Ask again, after this time where the service says one.
    Again(Option<Duration>),
    /// Ask for as long as the service has more to do than it can: it said so.
    Wait(Option<Duration>),
    /// Ask again with a new token.
    Renew,
    /// Asking again would be answered alike.
    Stop,
}

/// What a service says of itself when an API is off: <https://cloud.google.com/apis/design/errors#error_info>.
const DISABLED: &str = "SERVICE_DISABLED";

/// The project of gcloud itself, which a user's own credentials count for where they name no other.
const GCLOUD: &str = "764086051850";

/// How BigQuery says that it is asked too much, and that something of its own broke; the code of the first is that of a refusal.
/// <https://cloud.google.com/bigquery/docs/error-messages>
const BUSY: [&str; 2] = ["rateLimitExceeded", "jobRateLimitExceeded"];
const PASSING: [&str; 4] = ["backendError", "internalError", "jobBackendError", "jobInternalError"];

/// What an error says, taken apart.
struct Said<'e> {
    code: Option<Code>,
    status: Option<u16>,
    message: &'e str,
    reason: &'e str,
    metadata: Option<&'e HashMap<String, String>>,
    delay: Option<Duration>,
}

impl<'e> Said<'e> {
    fn of(error: &'e Error) -> Self {
        let status = error.status();
        let details = status.map(|status| status.details.as_slice()).unwrap_or_default();
        let info = details.iter().find_map(|detail| if let StatusDetails::ErrorInfo(info) = detail { Some(info) } else { None });
        let delay = details.iter().find_map(|detail| if let StatusDetails::RetryInfo(info) = detail { info.retry_delay } else { None });
        let delay = delay.and_then(|delay| Duration::try_from(delay).ok());
        Self {
            code: status.map(|status| status.code),
            status: error.http_status_code(),
            message: status.map(|status| status.message.as_str()).unwrap_or_default(),
            reason: info.map(|info| info.reason.as_str()).unwrap_or_default(),
            metadata: info.map(|info| &info.metadata),
            delay: delay.or_else(|| header(error, "retry-after")?.trim().parse().ok().map(Duration::from_secs)),
        }
    }

    fn told(&self, name: &str) -> Option<&'e str> {
        self.metadata?.get(name).map(String::as_str)
    }

    /// A quota of the day is not there again within any time that a scan could wait.
    fn is_of_the_day(&self) -> bool {
        ["quota_limit", "quota_unit"]
            .iter()
            .filter_map(|name| self.told(name))
            .any(|limit| limit.contains("PerDay") || limit.contains("/d/") || limit.ends_with("/d"))
    }

    /// In the service's own words; what has none comes from something between, such as a proxy.
    fn words(&self) -> String {
        match (self.message, self.status) {
            ("", Some(status)) => format!("HTTP {status} without a message that the service defines"),
            ("", None) => "no message".to_owned(),
            (message, _) => message.chars().take(300).collect(),
        }
    }
}

fn header<'e>(error: &'e Error, name: &str) -> Option<&'e str> {
    error.http_headers()?.get(name)?.to_str().ok()
}

/// What to do about it.
pub(super) fn advice(error: &Error) -> Advice {
    if error.is_authentication() {
        return if is_passing(error) { Advice::Again(None) } else { Advice::Stop };
    }
    let said = Said::of(error);
    match (said.code, said.status) {
        (Some(Code::Unauthenticated), _) | (None, Some(401)) => Advice::Renew,
        (Some(Code::ResourceExhausted), _) | (None, Some(429)) if said.is_of_the_day() => Advice::Stop,
        (Some(Code::ResourceExhausted), _) | (None, Some(429)) => Advice::Wait(said.delay),
        _ if BUSY.contains(&said.reason) => Advice::Wait(said.delay),
        _ if PASSING.contains(&said.reason) => Advice::Again(said.delay),
        (Some(Code::Unavailable), _) | (None, Some(503)) if said.delay.is_some() => Advice::Wait(said.delay),
        (Some(Code::Unavailable | Code::Internal | Code::DeadlineExceeded | Code::Unknown | Code::Aborted), _) => Advice::Again(said.delay),
        (None, Some(status)) if status == 408 || status >= 500 => Advice::Again(said.delay),
        // Nothing that the service itself said: the way to it broke, or an answer was cut off.
        (None, None) => Advice::Again(None),
        _ => Advice::Stop,
    }
}

/// Whether credentials may be had when asked for again.
fn is_passing(error: &Error) -> bool {
    error.source().and_then(|source| source.downcast_ref::<CredentialsError>()).is_some_and(CredentialsError::is_transient)
}

/// Puts it into words.
pub(super) fn told(error: &Error, operation: &Operation) -> CollectError {
    if error.is_authentication() {
        let why = chain(error);
        return if is_passing(error) { CollectError::Unreachable(why) } else { CollectError::NoCredentials(why) };
    }
    if error.is_deserialization() {
        return CollectError::Malformed(chain(error));
    }
    let said = Said::of(error);
    let Some(code) = said.code else {
        return match said.status {
            Some(401) => CollectError::NoCredentials(format!("the token is not accepted: {}{}", said.words(), skew(error))),
            Some(429) => CollectError::Throttled(said.words()),
            Some(_) => CollectError::Unreachable(said.words()),
            None => CollectError::Unreachable(chain(error)),
        };
    };
    match code {
        _ if BUSY.contains(&said.reason) || said.reason == "quotaExceeded" => CollectError::Throttled(said.words()),
        Code::PermissionDenied => refused(&said, operation),
        Code::Unauthenticated => CollectError::NoCredentials(format!("the token is not accepted ({}): {}{}", said.reason, said.words(), skew(error))),
        Code::ResourceExhausted => CollectError::Throttled(said.words()),
        Code::NotFound => CollectError::Gone(said.words()),
        Code::Unavailable | Code::Internal | Code::DeadlineExceeded | Code::Unknown | Code::Aborted | Code::Cancelled => {
            CollectError::Unreachable(said.words())
        }
        // What a page token is refused with that is not accepted any more; whoever asked without one knows that it cannot be that.
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => CollectError::StaleToken(format!("{}: {}", code.name(), said.words())),
        _ => CollectError::Malformed(format!("{}: {}", code.name(), said.words())),
    }
}

/// What a refusal is when no page token was sent.
pub(super) fn first(error: CollectError) -> CollectError {
    if let CollectError::StaleToken(why) = error { CollectError::Malformed(why) } else { error }
}

fn refused(said: &Said<'_>, operation: &Operation) -> CollectError {
    let found = |name: &str| said.told(name).unwrap_or("?").to_owned();
    match said.reason {
        DISABLED if found("consumer") == format!("projects/{GCLOUD}") || said.message.contains("requires a quota project") => {
            let mend = "set `quota_project`, or run `gcloud auth application-default set-quota-project`";
            CollectError::NotEnabled(format!("{} is asked on behalf of nobody's project: {mend}", found("service")))
        }
        DISABLED => {
            let (service, consumer) = (found("service"), found("consumer"));
            let project = consumer.strip_prefix("projects/").unwrap_or(&consumer);
            CollectError::NotEnabled(format!("{service} is not enabled in {consumer}: gcloud services enable {service} --project={project}"))
        }
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT" => CollectError::NoCredentials(
            "the access scopes of the credentials do not allow it: give the machine, or the token, the scope cloud-platform".to_owned(),
        ),
        "USER_PROJECT_DENIED" => CollectError::Denied { permission: format!("serviceusage.services.use on the quota project ({})", found("consumer")) },
        "SECURITY_POLICY_VIOLATED" => CollectError::Denied { permission: format!("{} (VPC Service Controls: {})", operation.permission, said.words()) },
        // BigQuery's own words say on what.
        "accessDenied" => CollectError::Denied { permission: format!("{} ({})", permission(said.message).unwrap_or(operation.permission), said.words()) },
        _ => CollectError::Denied { permission: operation.permission.to_owned() },
    }
}

/// The permission that a message of BigQuery speaks of. To query a table is to read its data.
fn permission(message: &str) -> Option<&str> {
    let is_end = |c: char| !c.is_ascii_alphabetic() && c != '.';
    let named = message.split(is_end).map(|word| word.trim_end_matches('.')).find(|word| word.starts_with("bigquery."));
    named.or_else(|| message.contains("permission to query table").then_some("bigquery.tables.getData"))
}

/// What a refused token may come from: a clock that is minutes off. Empty where this machine's and the service's agree.
fn skew(error: &Error) -> String {
    let Some(there) = header(error, "date").and_then(http_date) else { return String::new() };
    let off = Timestamp::now().0 - there.0;
    match off.abs() / 60 {
        0 => String::new(),
        minutes => format!("; this machine's clock is {minutes} minutes {} the service's: set it right", if off < 0 { "behind" } else { "ahead of" }),
    }
}

/// `Thu, 26 Nov 2026 22:10:23 GMT`: <https://www.rfc-editor.org/rfc/rfc9110#name-date-time-formats>.
fn http_date(text: &str) -> Option<Timestamp> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut words = text.split(' ').skip(1);
    let (day, month, year, clock) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let month = MONTHS.iter().position(|known| *known == month)? + 1;
    Timestamp::parse(&format!("{year}-{month:02}-{day}T{clock}Z"))
}

/// What the causes of an error say, where it has any: the outermost says only that there are no credentials.
pub(super) fn inner(error: &dyn std::error::Error) -> String {
    let said = chain(error.source().unwrap_or(error));
    let said = said.trim_start_matches("cannot create the authentication headers ").trim_end_matches('.');
    let short = said.char_indices().nth(220).map(|(at, _)| format!("{} …", said[..at].rsplit_once(' ').map_or(said, |(words, _)| words)));
    short.unwrap_or_else(|| said.to_owned())
}

/// What an error and its causes say, each once.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let first = |error: &dyn std::error::Error| error.to_string().lines().next().unwrap_or_default().to_owned();
    let mut said = vec![first(error)];
    let mut cause = error.source();
    while let Some(at) = cause {
        let words = first(at);
        if said.last().is_none_or(|last| !last.contains(&words)) {
            said.push(words);
        }
        cause = at.source();
    }
    said.join(": ").chars().take(500).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use google_cloud_gax::error::rpc::Status;

    const SEARCH: Operation = Operation { name: "SearchAllResources", permission: "x.search", rate: None };

    fn error(code: Code, details: &str) -> Error {
        let details: Vec<StatusDetails> = serde_json::from_str(&format!("[{details}]")).unwrap();
        Error::service(Status::default().set_code(code).set_message("words").set_details(details))
    }

    #[test]
    fn what_the_service_says_decides() {
        let info = |reason: &str, more: &str| {
            format!(r#"{{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "{reason}", "domain": "googleapis.com", "metadata": {{{more}}}}}"#)
        };
        let retry = r#"{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1.5s"}"#;
        assert_eq!(advice(&error(Code::ResourceExhausted, retry)), Advice::Wait(Some(Duration::from_millis(1500))));
        let day = error(Code::ResourceExhausted, &info("RATE_LIMIT_EXCEEDED", r#""quota_limit": "ListAssetsPerDayPerOrganization""#));
        assert_eq!(advice(&day), Advice::Stop);
        assert_eq!(advice(&error(Code::Unavailable, "")), Advice::Again(None));
        assert_eq!(advice(&error(Code::Unauthenticated, "")), Advice::Renew);
        assert_eq!(advice(&error(Code::PermissionDenied, "")), Advice::Stop);
        let off = told(&error(Code::PermissionDenied, &info(DISABLED, r#""service": "cloudasset.googleapis.com", "consumer": "projects/11""#)), &SEARCH);
        assert!(matches!(&off, CollectError::NotEnabled(why) if why.ends_with("gcloud services enable cloudasset.googleapis.com --project=11")), "{off}");
        assert_eq!(told(&error(Code::PermissionDenied, ""), &SEARCH), CollectError::Denied { permission: "x.search".to_owned() });
        let shared =
            told(&error(Code::PermissionDenied, &info(DISABLED, r#""service": "cloudasset.googleapis.com", "consumer": "projects/764086051850""#)), &SEARCH);
        assert!(matches!(&shared, CollectError::NotEnabled(why) if why.contains("set-quota-project")), "{shared}");
        let unit = error(Code::ResourceExhausted, &info("RATE_LIMIT_EXCEEDED", r#""quota_unit": "1/d/{organization}""#));
        assert_eq!(advice(&unit), Advice::Stop);
        let refused = told(&error(Code::InvalidArgument, ""), &SEARCH);
        assert!(matches!(refused, CollectError::StaleToken(_)) && matches!(first(refused), CollectError::Malformed(_)));
    }

    #[test]
    fn bigquery_says_why_in_a_word_of_its_own() {
        let info = |reason: &str| format!(r#"{{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "{reason}", "domain": "global"}}"#);
        let busy = error(Code::PermissionDenied, &info("rateLimitExceeded"));
        assert_eq!(advice(&busy), Advice::Wait(None));
        assert_eq!(told(&busy, &SEARCH), CollectError::Throttled("words".to_owned()));
        assert_eq!(advice(&error(Code::InvalidArgument, &info("jobBackendError"))), Advice::Again(None));
        let denied = told(&error(Code::PermissionDenied, &info("accessDenied")), &SEARCH);
        assert_eq!(denied, CollectError::Denied { permission: "x.search (words)".to_owned() });
        let named = "Access Denied: Table p:d.t: Permission bigquery.tables.get denied on table p:d.t (or it may not exist).";
        assert_eq!(permission(named), Some("bigquery.tables.get"));
        assert_eq!(permission("User does not have bigquery.jobs.create permission in project p."), Some("bigquery.jobs.create"));
        assert_eq!(permission("User does not have permission to query table p:d.t, or perhaps it does not exist."), Some("bigquery.tables.getData"));
        assert_eq!(permission("Access Denied: Project p"), None);
    }

    #[test]
    fn dates_of_answers_are_read() {
        assert_eq!(http_date("Thu, 26 Nov 2026 22:10:23 GMT"), Timestamp::parse("2026-11-26T22:10:23Z"));
        assert_eq!(http_date("yesterday"), None);
    }
}
