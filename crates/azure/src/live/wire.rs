//! What carries every call: one connection pool, the patience that services ask for, and the refusal to send a token to anybody else.

use super::credentials::Credentials;
use super::quota::Quota;
use async_trait::async_trait;
use azure_core::Bytes;
use azure_core_legacy as legacy;
use legacy::error::{Error, ErrorKind};
use legacy::headers::{HeaderName, HeaderValue, Headers};
use legacy::{Body, HttpClient, Request, Response, StatusCode, Url};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// How often one call is made where its answers are errors that may pass: as often as by Microsoft's own SDKs.
const ATTEMPTS: u32 = 4;

/// How often one call is made where the service asks to wait: it says itself for how long.
const THROTTLED_ATTEMPTS: u32 = 20;

/// The first pause where the service does not say how long to wait; each further one is twice as long.
const PAUSE: Duration = Duration::from_millis(250);

/// A service that asks for more than this is not waited for: the ledger says so.
const LONGEST: Duration = Duration::from_mins(10);

/// The endpoint of Resource Manager, and nothing else.
#[derive(Debug)]
pub(super) struct Wire {
    client: reqwest::Client,
    endpoint: Url,
    credentials: Arc<Credentials>,
    queries: Quota,
}

/// An answer with all of its body.
struct Answer {
    status: reqwest::StatusCode,
    headers: reqwest::header::HeaderMap,
    body: Bytes,
}

impl Wire {
    pub fn new(endpoint: Url, credentials: Arc<Credentials>, timeout: Duration) -> Result<Self, reqwest::Error> {
        // A redirect could lead to another host, and Resource Manager sends none for what is asked here.
        let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(timeout);
        let client = builder.connect_timeout(timeout.min(Duration::from_secs(10))).user_agent(concat!("tagledger/", env!("CARGO_PKG_VERSION"))).build()?;
        Ok(Self { client, endpoint, credentials, queries: Quota::default() })
    }

    /// The whole answer; a body that breaks off is no answer.
    async fn send(&self, request: &Request, token: Option<&str>) -> Result<Answer, reqwest::Error> {
        let method = reqwest::Method::from_bytes(request.method().as_ref().as_bytes()).unwrap_or(reqwest::Method::GET);
        let mut call = self.client.request(method, request.url().clone());
        for (name, value) in request.headers().iter() {
            let renewed = token.filter(|_| name.as_str().eq_ignore_ascii_case("authorization"));
            call = call.header(name.as_str(), renewed.unwrap_or(value.as_str()));
        }
        if let Body::Bytes(body) = request.body() {
            call = call.body(body.clone());
        }
        let answer = call.send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        Ok(Answer { status, headers, body: answer.bytes().await? })
    }

    /// A nextLink is the service's own text: whoever could change it would be sent the token with the next call.
    fn is_ours(&self, url: &Url) -> bool {
        url.origin() == self.endpoint.origin()
    }

    /// A token in the place of the one that this request carries.
    async fn token(&self, request: &Request) -> legacy::Result<String> {
        let refused = request.headers().iter().find(|(name, _)| name.as_str().eq_ignore_ascii_case("authorization"));
        let refused = refused.map(|(_, value)| value.as_str().trim_start_matches("Bearer ")).unwrap_or_default();
        let token = self.credentials.renewed(refused).await.map_err(|error| Error::full(ErrorKind::Credential, error, "the token could not be renewed"))?;
        Ok(format!("Bearer {}", token.token.secret()))
    }
}

#[async_trait]
impl HttpClient for Wire {
    async fn execute_request(&self, request: &Request) -> legacy::Result<Response> {
        if !self.is_ours(request.url()) {
            let host = request.url().host_str().unwrap_or_default();
            return Err(Error::message(ErrorKind::Other, format!("the answer names a next page on {host}, which is not followed: the token would go with it")));
        }
        let is_query = request.url().path().eq_ignore_ascii_case("/providers/Microsoft.ResourceGraph/resources");
        // To be asked to wait is no failure: it does not use up the patience with those.
        let (mut waits, mut failures, mut token) = (0, 0, None);
        loop {
            let turn = if is_query { Some(self.queries.turn().await) } else { None };
            let sent = self.send(request, token.as_deref()).await;
            if let (Some(_), Ok(answer)) = (&turn, &sent) {
                self.queries.told(&answer.headers);
            }
            // Only now that it is known what is left.
            drop(turn);
            let asked = match sent {
                Ok(answer) => {
                    let asked = wait(&answer.headers);
                    match answer.status.as_u16() {
                        // A token that the service takes no more, whatever it said of its time, is asked for once more.
                        401 if token.is_none() => {
                            token = Some(self.token(request).await?);
                            continue;
                        }
                        _ if asked.is_some_and(|asked| asked > LONGEST) => return Ok(answer.into_legacy()),
                        429 if waits + 1 < THROTTLED_ATTEMPTS => waits += 1,
                        408 | 500..=599 if failures + 1 < ATTEMPTS => failures += 1,
                        _ => return Ok(answer.into_legacy()),
                    }
                    asked
                }
                Err(error) if failures + 1 < ATTEMPTS && !error.is_builder() => {
                    failures += 1;
                    None
                }
                Err(error) => return Err(Error::new(ErrorKind::Io, error)),
            };
            let pause = asked.unwrap_or_else(|| (PAUSE * 2_u32.pow((waits + failures - 1).min(6))).min(Duration::from_secs(15)));
            sleep(pause).await;
        }
    }
}

impl Answer {
    fn into_legacy(self) -> Response {
        let name = |name: &reqwest::header::HeaderName| HeaderName::from(name.as_str().to_owned());
        let headers: HashMap<HeaderName, HeaderValue> =
            self.headers.iter().filter_map(|(key, value)| Some((name(key), HeaderValue::from(value.to_str().ok()?.to_owned())))).collect();
        let status = StatusCode::try_from(self.status.as_u16()).unwrap_or(StatusCode::InternalServerError);
        let body = if self.status.is_success() { self.body } else { said(&self.body).unwrap_or(self.body) };
        Response::new(status, Headers::from(headers), Box::pin(futures_util::stream::once(async move { Ok(body) })))
    }
}

/// An error in which what the service has to say stands where its clients look. Resource Graph writes a request for support there, and its reason
/// into the details.
fn said(body: &Bytes) -> Option<Bytes> {
    let error: serde_json::Value = serde_json::from_slice(body).ok()?;
    let mut inner = error.get("error")?.get("details")?.get(0)?;
    while let Some(deeper) = inner.get("details").and_then(|details| details.get(0)) {
        inner = deeper;
    }
    serde_json::to_vec(&serde_json::json!({"error": {"code": inner.get("code")?, "message": inner.get("message")?}})).ok().map(Bytes::from)
}

/// How long an answer asks to wait. Several headers may say so, one for each limit that was reached: the longest counts.
/// <https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling>
fn wait(headers: &reqwest::header::HeaderMap) -> Option<Duration> {
    let said = headers.iter().filter_map(|(name, value)| {
        let (name, value) = (name.as_str(), value.to_str().ok()?.trim());
        if name.ends_with("retry-after-ms") {
            return value.parse().ok().map(Duration::from_millis);
        }
        let seconds = name.ends_with("retry-after").then(|| value.parse().ok().map(Duration::from_secs));
        seconds.and_then(|seconds| seconds.or_else(|| until(value)))
    });
    said.max()
}

/// A date instead of seconds, as HTTP allows.
fn until(date: &str) -> Option<Duration> {
    let at = legacy::date::parse_rfc1123(date).ok()?;
    let now = azure_core::time::OffsetDateTime::now_utc();
    Some((at - now).try_into().unwrap_or_default())
}

pub(super) async fn sleep(pause: Duration) {
    azure_core::sleep::sleep(pause.try_into().unwrap_or(azure_core::time::Duration::MAX)).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap())).collect()
    }

    #[test]
    fn of_several_waits_the_longest_counts() {
        assert_eq!(wait(&headers(&[("content-type", "application/json")])), None);
        let several = [("Retry-After", "2"), ("x-ms-ratelimit-microsoft.costmanagement-tenant-retry-after", "40"), ("x-ms-retry-after-ms", "5000")];
        assert_eq!(wait(&headers(&several)), Some(Duration::from_secs(40)));
        assert_eq!(wait(&headers(&[("Retry-After", "Fri, 01 Jan 2021 00:00:00 GMT")])), Some(Duration::ZERO), "a date that has passed");
        assert_eq!(wait(&headers(&[("Retry-After", "soon")])), None);
    }
}
