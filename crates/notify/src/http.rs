//! One call: posting a body, and what its answer means.

use crate::clock::Clock;
use crate::persist::Failed;
use reqwest::blocking::{Client, Response};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Certificate, StatusCode};
use std::error::Error;
use std::io::Read;
use std::path::Path;
use std::time::Duration;
use tagledger_report::visible;
use time::format_description::well_known::Rfc2822;
use url::{Host, Url};

/// Bytes of an answer that are looked at.
const MOST: u64 = 4096;
/// Characters of an answer that are shown.
const SHOWN: usize = 200;

/// True for addresses of this machine.
pub fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    address.map_or_else(|_| host.eq_ignore_ascii_case("localhost"), |address| address.is_loopback())
}

/// What is wrong with an address that messages are posted to; none where nothing is. The address itself is not in the sentence.
pub fn insecure(text: &str) -> Option<&'static str> {
    let Ok(url) = Url::parse(text) else { return Some("is no address such as https://example.com/hook") };
    let is_here = match url.host() {
        Some(Host::Domain(name)) => is_loopback(name),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return Some("names no host"),
    };
    match url.scheme() {
        "https" => None,
        "http" if is_here => None,
        "http" => Some("is http, by which anybody on the way reads it: write https"),
        _ => Some("is neither https nor http"),
    }
}

/// A client for one address. Redirects are not followed: a signed message, or one with a secret address, goes where it was sent and nowhere else.
pub(crate) fn client(url: &Url, ca: Option<&Path>, timeout: Duration) -> Result<Client, String> {
    let agent = concat!("tagledger/", env!("CARGO_PKG_VERSION"));
    let mut builder = Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(timeout).user_agent(agent);
    if url.host_str().is_some_and(is_loopback) {
        builder = builder.no_proxy();
    }
    if let Some(path) = ca {
        let failed = |why: String| format!("{}: {why}", path.display());
        let pem = std::fs::read(path).map_err(|error| failed(format!("cannot be read: {error}")))?;
        let certificates = Certificate::from_pem_bundle(&pem).map_err(|error| failed(format!("holds no certificates in PEM: {error}")))?;
        if certificates.is_empty() {
            return Err(failed("holds no certificate in PEM".to_owned()));
        }
        builder = builder.tls_certs_merge(certificates);
    }
    builder.build().map_err(said)
}

/// Posts a body of JSON once.
pub(crate) fn post(client: &Client, url: &Url, headers: HeaderMap, body: &[u8], clock: &dyn Clock) -> Result<(), Failed> {
    let call = client.post(url.clone()).headers(headers).header("content-type", "application/json").body(body.to_vec());
    match call.send() {
        Ok(answer) => judge(answer, clock),
        // The address is what must not be shown, and nothing in here may be forbidden for ever: a name that does not resolve today may do so later.
        Err(error) => Err(Failed::Again(said(error), None)),
    }
}

fn judge(answer: Response, clock: &dyn Clock) -> Result<(), Failed> {
    let (status, wait) = (answer.status(), wait(answer.headers(), clock));
    let mut body = Vec::new();
    // An answer without its end still has a status.
    let _read = answer.take(MOST).read_to_end(&mut body);
    let text = visible(String::from_utf8_lossy(&body).trim()).chars().take(SHOWN).collect::<String>();
    let why = if text.is_empty() { format!("the answer was {status}") } else { format!("the answer was {status}: {text}") };
    match status {
        // The older connectors of Teams say in the text of a good answer that nothing was posted.
        StatusCode::OK if text.starts_with("Webhook message delivery failed") => Err(Failed::Never(why)),
        status if status.is_success() => Ok(()),
        status if status.is_redirection() => Err(Failed::Never(format!("{why}; redirects are not followed"))),
        StatusCode::TOO_MANY_REQUESTS => Err(Failed::Again(why, wait)),
        status if status.is_server_error() => Err(Failed::Again(why, wait)),
        _ => Err(Failed::Never(why)),
    }
}

/// `Retry-After`: seconds, or a date.
fn wait(headers: &HeaderMap, clock: &dyn Clock) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    // RFC 9110 writes GMT where RFC 2822 knows it as an obsolete zone.
    let date = time::OffsetDateTime::parse(&text.replace("GMT", "+0000"), &Rfc2822).ok()?;
    let now = clock.now().duration_since(std::time::UNIX_EPOCH).ok()?.as_secs();
    Some(Duration::from_secs(u64::try_from(date.unix_timestamp()).ok()?.saturating_sub(now)))
}

/// An error and its causes, without the address.
fn said(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut words = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(next) = cause {
        let text = next.to_string();
        if words.last() != Some(&text) {
            words.push(text);
        }
        cause = next.source();
    }
    visible(&words.join(": ")).into_owned()
}

#[cfg(test)]
mod tests;
