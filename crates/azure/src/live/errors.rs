//! What an error of Azure's clients means to the ledger.

use azure_core_legacy::StatusCode;
use azure_core_legacy::error::{Error, ErrorKind};
use tagledger_collect::CollectError;

/// Puts it into words; `permission` is what the call needs.
pub(super) fn told(error: &Error, permission: &str) -> CollectError {
    let Some(answer) = error.as_http_error() else {
        return match error.kind() {
            ErrorKind::Credential => CollectError::NoCredentials(chain(error)),
            ErrorKind::Io => CollectError::Unreachable(chain(error)),
            _ => CollectError::Malformed(chain(error)),
        };
    };
    let status = answer.status();
    let said = || {
        let told = answer.error_message().map(str::to_owned);
        // What has no message of the service's own comes from something between: a proxy's page, a load balancer's.
        told.unwrap_or_else(|| format!("HTTP {} without a message that the service defines", u16::from(status))).chars().take(300).collect::<String>()
    };
    let code = answer.error_code().unwrap_or_default();
    match status {
        // What Cost Management says, with the status of a token that is not accepted, to whoever has no role there.
        _ if code == "RBACAccessDenied" => CollectError::Denied { permission: permission.to_owned() },
        StatusCode::Unauthorized => CollectError::NoCredentials(format!("the token is not accepted ({code}): {}", said())),
        // What Resource Graph says when none of the subscriptions may be read.
        _ if code == "NoValidSubscriptionsInQueryRequest" => CollectError::Denied { permission: permission.to_owned() },
        StatusCode::Forbidden => CollectError::Denied { permission: permission.to_owned() },
        StatusCode::TooManyRequests => CollectError::Throttled(said()),
        StatusCode::NotFound => CollectError::Gone(format!("{code}: {}", said())),
        _ if status.is_server_error() => CollectError::Unreachable(said()),
        _ => CollectError::Malformed(format!("{code}: {}", said())),
    }
}

/// What an error and its causes say, each once, without the SDK's advice in further lines.
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
