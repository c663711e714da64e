//! What a status of the protocol means for whoever has asked.

use spark_connect_core::{SparkError, SparkErrorKind};
use std::error::Error as _;
use tagledger_cost::EngineError;
use tonic::{Code, Status};

/// Characters of a server's message that are shown; some send the plan of the query along.
const SHOWN: usize = 500;

/// True where the connection is what failed, so that the operation may still be running: a status that no server has sent, or that stands for a restart in between.
pub(crate) fn is_passing(status: &Status) -> bool {
    let message = status.message();
    match status.code() {
        Code::Unavailable => true,
        Code::Internal if message.contains("INVALID_CURSOR.DISCONNECTED") => true,
        Code::Unknown | Code::Internal | Code::Cancelled => status.source().is_some(),
        _ => false,
    }
}

/// True where the server no longer knows the operation or the session, so that only a new one can answer.
pub(crate) fn is_forgotten(text: &str) -> bool {
    ["INVALID_HANDLE", "OPERATION_NOT_FOUND", "SESSION_NOT_FOUND", "SESSION_CLOSED", "SESSION_CHANGED", "INVALID_CURSOR", "context not found for operation"]
        .iter()
        .any(|word| text.contains(word))
}

/// An error of the client in words, with what to do; `token` is not repeated, whatever the server says.
pub(crate) fn told(error: &SparkError, url: &str, token: Option<&str>) -> EngineError {
    // Its own rendering puts the name of the error before a text that begins with it.
    let text = if error.message.is_empty() { error.message() } else { error.message.clone() };
    let said = shown(&text, token);
    let is = |code: Code| error.grpc_code() == Some(code as i32);
    if is(Code::Unauthenticated) || is(Code::PermissionDenied) {
        let has = if token.is_some() { "refuses the token that it was sent" } else { "wants a token, or another one" };
        return EngineError::Asked(format!("{url} {has} ({said}): name the variable or file that holds the right one with `token_from`"));
    }
    match error.kind {
        SparkErrorKind::Analysis
        | SparkErrorKind::Parse
        | SparkErrorKind::NumberFormat
        | SparkErrorKind::Arithmetic
        | SparkErrorKind::DateTime
        | SparkErrorKind::IllegalArgument
        | SparkErrorKind::UnsupportedOperation => EngineError::Asked(format!("{url} cannot answer: {said}")),
        // The last is what a connection comes to that another protocol is spoken on, or whose certificate nobody stands for.
        _ if is(Code::Unavailable) || (is(Code::Unknown) && text.contains("transport error")) => EngineError::Failed(format!(
            "{url} cannot be reached ({said}): look whether the engine runs there, whether it wants TLS (`/;use_ssl=true` in its address), and whether this machine trusts its certificate (or SSL_CERT_FILE names what does)"
        )),
        _ if error.grpc_code().is_none() => EngineError::Asked(format!("{url}: {said}")),
        _ => EngineError::Failed(format!("{url} failed: {said}")),
    }
}

/// The first lines of what a server says.
pub(crate) fn shown(message: &str, token: Option<&str>) -> String {
    let lines = message.lines().map(str::trim).filter(|line| !line.is_empty());
    // What follows is the plan or the stack of the server.
    let text =
        lines.take_while(|line| !line.starts_with("at ") && !line.starts_with("JVM stacktrace") && !line.starts_with('\'')).collect::<Vec<_>>().join(" ");
    let text = match token.filter(|token| !token.is_empty()) {
        Some(token) => text.replace(token, "***"),
        None => text,
    };
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_told_from_what_does_not() {
        assert!(is_passing(&Status::unavailable("gone")));
        assert!(!is_passing(&Status::unknown("a server says so")));
        assert!(!is_passing(&Status::internal("java.lang.ArithmeticException")));
        let mut cut = Status::unknown("h2 protocol error");
        cut.set_source(std::sync::Arc::new(std::io::Error::other("reset")));
        assert!(is_passing(&cut));
        assert!(is_forgotten("[INVALID_HANDLE.OPERATION_NOT_FOUND] The handle is invalid"));
    }

    #[test]
    fn secrets_and_stacks_are_not_shown() {
        assert_eq!(shown("token dapi1 is bad\n\nJVM stacktrace:\nat x", Some("dapi1")), "token *** is bad");
        assert_eq!(shown(&"ä".repeat(600), None).chars().count(), SHOWN + 1);
        let refused = told(&SparkError::from_grpc_status(Status::unauthenticated("who")), "sc://h", Some("x")).to_string();
        assert!(refused.contains("refuses the token") && refused.contains("token_from"), "{refused}");
    }
}
