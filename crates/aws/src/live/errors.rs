//! What an error of the SDK means to the ledger.

use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use std::error::Error;
use tagledger_collect::CollectError;

/// Codes by which services refuse: each has its own.
const DENIED: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "UnauthorizedException",
    "NotAuthorized",
    "AuthorizationError",
    "AuthorizationErrorException",
];
const THROTTLED: &[&str] =
    &["Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException", "RequestLimitExceeded", "RequestThrottled", "SlowDown"];
const NOBODY: &[&str] = &[
    "ExpiredToken",
    "ExpiredTokenException",
    // What EC2 says of a session that has ended.
    "RequestExpired",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "AuthFailure",
];

/// Codes by which services refuse the token of a page; others say so in their words alone.
const STALE: &[&str] = &[
    "ExpiredNextToken",
    "ExpiredNextTokenException",
    "ExpiredPaginationToken",
    "InvalidNextToken",
    "InvalidNextTokenException",
    "InvalidPaginationToken",
    "InvalidPaginationTokenException",
    "PaginationTokenExpiredException",
];
const INVALID: &[&str] =
    &["InvalidInputException", "InvalidParameterException", "InvalidParameterValue", "InvalidRequestException", "ValidationError", "ValidationException"];
/// Parts of codes by which services say that there is no such thing.
const GONE: &[&str] = &["NotFound", "NonExistent", "NoSuch", "DoesNotExist"];

/// Puts it into words; `permission` is what the call needs.
pub(crate) fn told<E>(error: &SdkError<E>, permission: &str) -> CollectError
where
    E: Error + ProvideErrorMetadata + 'static,
{
    let said = || {
        let own = error.as_service_error().and_then(ProvideErrorMetadata::message).map(str::to_owned);
        // What no service says comes from something between: a proxy's page, a load balancer's.
        let answer = error.raw_response().filter(|answer| !answer.status().is_success());
        let between = || answer.map(|answer| format!("HTTP {} without a message that the service defines", answer.status().as_u16()));
        own.or_else(between).unwrap_or_else(|| chain(error)).chars().take(200).collect::<String>()
    };
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
    match (error, code) {
        (_, Some(code)) if DENIED.contains(&code) => CollectError::Denied { permission: permission.to_owned() },
        (_, Some(code)) if THROTTLED.contains(&code) => CollectError::Throttled(said()),
        (_, Some(code)) if STALE.contains(&code) => CollectError::StaleToken(said()),
        (_, Some(code)) if INVALID.contains(&code) && ["token", "marker"].iter().any(|word| said().to_ascii_lowercase().contains(word)) => {
            CollectError::StaleToken(said())
        }
        (_, Some(code)) if GONE.iter().any(|part| code.contains(part)) => CollectError::Gone(format!("{code}: {}", said())),
        (_, Some(code)) if NOBODY.contains(&code) => CollectError::NoCredentials(format!("the credentials are not accepted ({code}): {}", said())),
        (SdkError::TimeoutError(_) | SdkError::DispatchFailure(_), _) => {
            let text = said();
            if text.contains("credentials") {
                let help = if text.to_ascii_lowercase().contains("sso") { "log in with `aws sso login`" } else { "see `aws configure`, or set AWS_PROFILE" };
                CollectError::NoCredentials(format!("no credentials: {text}; {help}"))
            } else {
                CollectError::Unreachable(text)
            }
        }
        (SdkError::ConstructionFailure(_), _) => CollectError::NoCredentials(said()),
        (_, Some(code)) => CollectError::Malformed(format!("{code}: {}", said())),
        (_, None) => CollectError::Malformed(said()),
    }
}

/// What an error and its causes say, each once.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut said = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(at) = cause {
        let words = at.to_string();
        if said.last().is_none_or(|last| !last.contains(&words)) {
            said.push(words);
        }
        cause = at.source();
    }
    said.join(": ")
}
