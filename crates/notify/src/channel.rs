//! From news to a message on its way: laid out for its channel, shown for a dry run, or sent.

use crate::alarm::Alarm;
use crate::clock::Clock;
use crate::email;
use crate::http;
use crate::news::News;
use crate::persist::{Failed, persist};
use crate::route::{Address, Channel, Hook, Patience, Route};
use crate::secret::{HIDDEN, Secret, SecretError, without};
use crate::sign;
use crate::slack;
use crate::smtp;
use crate::teams;
use crate::words::Words;
use reqwest::blocking::Client;
use reqwest::header::{HeaderMap, HeaderValue, InvalidHeaderValue};
use std::ffi::OsString;
use std::fmt::Write;
use url::Url;

/// Why a route cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum NotReady {
    /// A secret of it cannot be had.
    #[error("route {0}: {1}")]
    Secret(String, SecretError),
    /// Its secret is there and cannot be what it is for.
    #[error("route {0}: {1}")]
    Unfit(String, String),
}

/// A message that was not sent, and why. No secret is in it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("route {route}: {why}")]
pub struct SendError {
    /// The route.
    pub route: String,
    /// Why.
    pub why: String,
}

/// A message as it will be sent.
#[derive(Debug)]
pub enum Message {
    /// A body of JSON.
    Json {
        /// The name that the call is known by.
        id: String,
        /// The body.
        body: String,
    },
    /// An e-mail.
    Mail(Box<lettre::Message>),
}

impl Message {
    /// Lays news out for a route.
    pub fn of(news: &News, route: &Route, clock: &dyn Clock) -> Result<Self, SendError> {
        let json = |body: String| Self::Json { id: news.id.clone(), body };
        let failed = |why: String| SendError { route: route.name.clone(), why };
        match &route.channel {
            Channel::Slack(_) => Ok(json(slack::body(&Words::of(news)).to_string())),
            Channel::Teams(_) => Ok(json(teams::body(&Words::of(news)).to_string())),
            Channel::Webhook { .. } => serde_json::to_string(news).map(json).map_err(|error| failed(error.to_string())),
            Channel::Email(mail) => email::message(&news.id, &Words::of(news), mail, clock).map(|message| Self::Mail(Box::new(message))).map_err(failed),
        }
    }

    /// Lays an alarm out for a route.
    pub fn of_alarm(alarm: &Alarm, route: &Route, clock: &dyn Clock) -> Result<Self, SendError> {
        let json = |body: String| Self::Json { id: alarm.id.clone(), body };
        let failed = |why: String| SendError { route: route.name.clone(), why };
        let words = Words::of_alarm(alarm);
        match &route.channel {
            Channel::Slack(_) => Ok(json(slack::body(&words).to_string())),
            Channel::Teams(_) => Ok(json(teams::body(&words).to_string())),
            Channel::Webhook { .. } => serde_json::to_string(alarm).map(json).map_err(|error| failed(error.to_string())),
            Channel::Email(mail) => email::message(&alarm.id, &words, mail, clock).map(|message| Self::Mail(Box::new(message))).map_err(failed),
        }
    }

    /// What would be sent, and where to, without any secret: for a dry run.
    pub fn shown(&self, route: &Route) -> String {
        let mut out = String::new();
        let posted = |out: &mut String, hook: &Hook| {
            let to = match &hook.address {
                Address::Written(url) => url.clone(),
                Address::Secret(source) => format!("{HIDDEN} (the address in {source})"),
            };
            let _written = writeln!(out, "POST {to}\ncontent-type: application/json");
        };
        match &route.channel {
            Channel::Slack(hook) | Channel::Teams(hook) => posted(&mut out, hook),
            Channel::Webhook { hook, sign, .. } => {
                posted(&mut out, hook);
                if let Self::Json { id, .. } = self {
                    let _written = writeln!(out, "webhook-id: {id}\nidempotency-key: {id}");
                }
                if let Some(source) = sign {
                    let _written = writeln!(out, "webhook-timestamp: (when it is sent)\nwebhook-signature: {HIDDEN} (by the key in {source})");
                }
            }
            Channel::Email(mail) => {
                let _written = writeln!(out, "SMTP {}:{} ({:?})", mail.host, mail.port, mail.tls);
                if let Some((user, source)) = &mail.login {
                    let _written = writeln!(out, "AUTH {user} {HIDDEN} (the password in {source})");
                }
            }
        }
        match self {
            Self::Json { body, .. } => {
                let _written = writeln!(out, "\n{body}");
            }
            Self::Mail(message) => {
                let _written = writeln!(out, "\n{}", String::from_utf8_lossy(&message.formatted()).replace("\r\n", "\n").trim_end());
            }
        }
        out
    }
}

/// A route with its secrets, and a way to where it leads.
pub struct Ready<'r> {
    route: &'r Route,
    patience: Patience,
    way: Way,
    /// What must not be shown, whatever an answer repeats.
    secrets: Vec<String>,
}

enum Way {
    Post { client: Client, url: Url, key: Option<Vec<u8>>, is_webhook: bool },
    Smtp(Box<lettre::SmtpTransport>),
}

impl std::fmt::Debug for Ready<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ready").field("route", &self.route.name).finish_non_exhaustive()
    }
}

impl<'r> Ready<'r> {
    /// Reads the secrets of a route; `env` is the environment. Nothing is sent.
    pub fn of(route: &'r Route, patience: Patience, env: &dyn Fn(&str) -> Option<OsString>) -> Result<Self, NotReady> {
        let unfit = |why: String| NotReady::Unfit(route.name.clone(), why);
        let read = |source: &crate::secret::Source| source.read(env).map_err(|error| NotReady::Secret(route.name.clone(), error));
        let mut secrets = Vec::new();
        let mut post = |hook: &Hook, key, is_webhook| {
            let address = match &hook.address {
                Address::Written(url) => Secret::new(url),
                Address::Secret(source) => {
                    let address = read(source)?;
                    if let Some(why) = http::insecure(address.reveal()) {
                        return Err(unfit(format!("the address in {source} {why}")));
                    }
                    address
                }
            };
            let url = Url::parse(address.reveal()).map_err(|error| unfit(error.to_string()))?;
            if matches!(hook.address, Address::Secret(_)) {
                secrets.push(address.reveal().to_owned());
                // A server may repeat a part of it; words as short as `hook` are none.
                let parts = [url.as_str(), &url[url::Position::BeforePath..], url.path()]
                    .into_iter()
                    .chain(url.query())
                    .chain(url.path_segments().into_iter().flatten());
                secrets.extend(parts.filter(|part| part.len() >= 8).map(str::to_owned));
                secrets.extend(url.query_pairs().map(|(_, value)| value.into_owned()).filter(|value| value.len() >= 8));
            }
            let client = http::client(&url, hook.ca.as_deref(), patience.timeout).map_err(unfit)?;
            Ok(Way::Post { client, url, key, is_webhook })
        };
        let way = match &route.channel {
            Channel::Slack(hook) | Channel::Teams(hook) => post(hook, None, false)?,
            Channel::Webhook { hook, sign, .. } => {
                let secret = sign.as_ref().map(read).transpose()?;
                let key = secret.as_ref().map(|secret| {
                    sign::key(secret).filter(|key| !key.is_empty()).ok_or_else(|| unfit("the key begins with whsec_, and what follows is no base64".to_owned()))
                });
                let way = post(hook, key.transpose()?, true)?;
                secrets.extend(secret.iter().map(|secret| secret.reveal().to_owned()));
                way
            }
            Channel::Email(mail) => {
                let password = mail.login.as_ref().map(|(_, source)| read(source)).transpose()?;
                secrets.extend(password.iter().map(|password| password.reveal().to_owned()));
                Way::Smtp(Box::new(smtp::transport(mail, password.as_ref(), patience.timeout).map_err(unfit)?))
            }
        };
        // What contains another one is taken out first.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Ok(Self { route, patience, way, secrets })
    }

    /// Sends a message, again where that may help.
    pub fn send(&self, message: &Message, clock: &dyn Clock) -> Result<(), SendError> {
        let sent = persist(self.patience.retries, clock, || match (&self.way, message) {
            (Way::Smtp(transport), Message::Mail(message)) => smtp::send(transport, message),
            (Way::Post { client, url, key, is_webhook }, Message::Json { id, body }) => {
                let headers = if *is_webhook { headers(id, key.as_deref(), body, clock).map_err(|e| Failed::Never(e.to_string()))? } else { HeaderMap::new() };
                http::post(client, url, headers, body.as_bytes(), clock)
            }
            _ => Err(Failed::Never("the message is of another channel".to_owned())),
        });
        let secrets: Vec<&str> = self.secrets.iter().map(String::as_str).collect();
        sent.map_err(|why| SendError { route: self.route.name.clone(), why: without(&why, &secrets) })
    }
}

/// The name of the message, and its signature at the moment of sending: what was tried for long is not old.
fn headers(id: &str, key: Option<&[u8]>, body: &str, clock: &dyn Clock) -> Result<HeaderMap, InvalidHeaderValue> {
    let mut headers = HeaderMap::new();
    for name in ["webhook-id", "idempotency-key"] {
        headers.insert(name, HeaderValue::from_str(id)?);
    }
    let now = clock.now().duration_since(std::time::UNIX_EPOCH).map_or(0, |time| time.as_secs());
    if let Some(signature) = key.and_then(|key| sign::signature(key, id, now, body.as_bytes())) {
        headers.insert("webhook-timestamp", HeaderValue::from(now));
        headers.insert("webhook-signature", HeaderValue::from_str(&signature)?);
    }
    Ok(headers)
}
