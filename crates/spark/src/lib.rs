//! Engines that speak Spark Connect: Apache Spark and what is made of it, and Sail.
//!
//! What they are asked, and what becomes of their answer, is not here but in `cost`; here is how the question gets there and the answer back, once and whole. Without the
//! feature `client` there is no client in the program, and [`connect`] says so; what the settings may say is judged either way.

#[cfg(feature = "client")]
mod answer;
#[cfg(feature = "client")]
mod session;
#[cfg(feature = "client")]
mod status;

use std::time::Duration;
use tagledger_cost::{Engine, EngineError};

/// The port of an address that names none.
pub const PORT: u16 = 15002;

/// How an engine is reached.
pub struct Connection {
    /// Its address: `sc://host:port`, and `/;use_ssl=true` behind it for TLS.
    pub url: String,
    /// The token that it wants. Never sent without TLS, except to this machine.
    pub token: Option<String>,
    /// How long a question may take, together with its answer.
    pub patience: Duration,
    /// True once somebody has asked the program to end.
    pub is_stopped: Box<dyn Fn() -> bool>,
    /// Told what a person wants to know while it takes its time, in a sentence.
    pub announce: Box<dyn Fn(&str)>,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The token is nobody's business.
        f.debug_struct("Connection").field("url", &self.url).field("patience", &self.patience).finish_non_exhaustive()
    }
}

/// What is wrong with an address, in a sentence; none where it is one. A token in it would end up in logs and lists of processes, so that it is refused.
pub fn unfit(url: &str) -> Option<String> {
    let Some(rest) = url.strip_prefix("sc://") else {
        return Some("an engine's address begins with sc://, such as sc://spark.example.com:15002/;use_ssl=true".to_owned());
    };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let parameters = path.trim_start_matches(';').split(';').filter(|text| !text.is_empty());
    if parameters.clone().any(|text| text.trim_start().starts_with("token")) {
        return Some("the token does not belong into the address: name the variable or file that holds it with `token_from`".to_owned());
    }
    if (!path.is_empty() && !path.starts_with(';')) || parameters.clone().any(|text| text.split('=').count() != 2) {
        return Some("behind host and port stand only parameters, as in sc://spark.example.com:15002/;use_ssl=true".to_owned());
    }
    let port = authority.rsplit_once(':').filter(|(_, port)| !port.ends_with(']'));
    let host = port.map_or(authority, |(host, _)| host);
    if host.is_empty() || host.contains(|c: char| c.is_whitespace() || c.is_control() || c == '@') {
        return Some("the address names no host".to_owned());
    }
    port.filter(|(_, port)| port.parse::<u16>().is_err()).map(|(_, port)| format!("`{}` is no port", port.escape_debug()))
}

/// The engine at an address. Nothing is sent yet.
#[cfg(feature = "client")]
pub fn connect(connection: Connection) -> Result<Box<dyn Engine>, EngineError> {
    session::Spark::new(connection).map(|engine| Box::new(engine) as Box<dyn Engine>)
}

/// The engine at an address, were there a client for it.
#[cfg(not(feature = "client"))]
#[expect(clippy::needless_pass_by_value, reason = "the client keeps it")]
pub fn connect(connection: Connection) -> Result<Box<dyn Engine>, EngineError> {
    Err(EngineError::Asked(format!(
        "{}: this build has no client for Spark Connect; build it with `--features spark` (docs/lake.md says what that needs), or print the question with `cost --print-sql --dialect spark`",
        connection.url
    )))
}

#[cfg(test)]
mod tests {
    use super::unfit;

    #[test]
    fn addresses_are_judged_without_a_client() {
        for fine in ["sc://localhost", "sc://spark.example.com:15002", "sc://[::1]:15002/", "sc://[::1]", "sc://h:1/;use_ssl=true;user_id=finops"] {
            assert_eq!(unfit(fine), None, "{fine}");
        }
        for (url, why) in [
            ("spark://h", "sc://"),
            ("sc://", "no host"),
            ("sc://:15002", "no host"),
            ("sc://h:http", "no port"),
            ("sc://h/;use_ssl", "parameters"),
            ("sc://h/path", "parameters"),
            ("sc://h/;use_ssl=true;token=dapi0123456789", "token_from"),
            ("sc://user:word@h:1", "no host"),
        ] {
            let said = unfit(url).unwrap_or_default();
            assert!(said.contains(why) && !said.contains("dapi"), "{url}: {said}");
        }
    }
}
