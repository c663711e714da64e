//! What somebody asked to be told.

use crate::secret::Source;
use std::path::PathBuf;
use std::time::Duration;
use tagledger_model::{Finding, Level};

/// Stands for what has no value, in the lists of a filter.
pub const UNATTRIBUTED: &str = "unattributed";

/// One who is told: of what, when, and how.
#[derive(Debug, Clone)]
pub struct Route {
    /// Its name, once among all.
    pub name: String,
    /// Of which findings.
    pub filter: Filter,
    /// When.
    pub when: When,
    /// Whether incomplete coverage alone is no reason to send.
    pub findings_only: bool,
    /// How many findings are listed; a channel may hold fewer.
    pub top: usize,
    /// How.
    pub channel: Channel,
}

/// When a route is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum When {
    /// When something is new, or coverage is incomplete; of what is new.
    #[default]
    New,
    /// After every run; of everything that is open.
    Always,
}

/// Of which findings a route is told. A list that is empty leaves nothing out.
#[derive(Debug, Clone)]
pub struct Filter {
    /// The lowest level.
    pub level: Level,
    /// By effective Environment.
    pub environments: Values,
    /// By effective Application.
    pub applications: Values,
    /// By effective Owner.
    pub owners: Values,
}

impl Filter {
    /// Whether it admits a finding, whatever its level.
    pub(crate) fn admits(&self, finding: &Finding) -> bool {
        let [environment, application, owner] = [&finding.environment, &finding.application, &finding.owner].map(Option::as_deref);
        self.environments.admit(environment) && self.applications.admit(application) && self.owners.admit(owner)
    }
}

/// Values of a key that are admitted.
#[derive(Debug, Clone, Default)]
pub struct Values {
    /// These; all where there are none.
    pub only: Vec<String>,
    /// But not these.
    pub except: Vec<String>,
}

impl Values {
    /// All values that are named.
    pub fn named(&self) -> impl Iterator<Item = &str> {
        self.only.iter().chain(&self.except).map(String::as_str)
    }

    fn admit(&self, value: Option<&str>) -> bool {
        let names = |list: &[String]| list.iter().any(|named| named == value.unwrap_or(UNATTRIBUTED));
        (self.only.is_empty() || names(&self.only)) && !names(&self.except)
    }
}

/// How a route is told.
#[derive(Debug, Clone)]
pub enum Channel {
    /// An incoming webhook of Slack, or of what takes its messages.
    Slack(Hook),
    /// A webhook of Microsoft Teams' Workflows.
    Teams(Hook),
    /// An HTTP server that takes `tagledger.notification/1`.
    Webhook {
        /// Where.
        hook: Hook,
        /// What signs it.
        sign: Option<Source>,
        /// How many findings the document holds.
        most: usize,
    },
    /// E-mail.
    Email(Mail),
}

/// Where a message is posted.
#[derive(Debug, Clone)]
pub struct Hook {
    /// The address.
    pub address: Address,
    /// A PEM file with authorities that are trusted beside those of the system.
    pub ca: Option<PathBuf>,
}

/// An address.
#[derive(Debug, Clone)]
pub enum Address {
    /// As it is written in the settings.
    Written(String),
    /// A secret: whoever knows it can post.
    Secret(Source),
}

/// How e-mail is sent.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The server's name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: Tls,
    /// User and password.
    pub login: Option<(String, Source)>,
    /// The sender.
    pub from: String,
    /// The recipients.
    pub to: Vec<String>,
    /// A PEM file with authorities that are trusted beside those of the system.
    pub ca: Option<PathBuf>,
}

/// How a connection to a mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// By STARTTLS, which the server must offer.
    StartTls,
    /// From the first byte.
    Implicit,
    /// Not at all.
    None,
}

/// How long, and how often, sending is tried.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// How long one attempt may take.
    pub timeout: Duration,
    /// How often it is tried again.
    pub retries: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(only: &[&str], except: &[&str]) -> Values {
        let owned = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect();
        Values { only: owned(only), except: owned(except) }
    }

    #[test]
    fn lists_admit_what_they_name_and_what_has_no_value_has_a_name() {
        assert!(values(&[], &[]).admit(Some("development")) && values(&[], &[]).admit(None));
        let production = values(&["production"], &[]);
        assert!(production.admit(Some("production")) && !production.admit(Some("development")) && !production.admit(None));
        assert!(values(&["production", UNATTRIBUTED], &[]).admit(None));
        let but = values(&[], &["development"]);
        assert!(but.admit(Some("production")) && but.admit(None) && !but.admit(Some("development")));
        assert!(!values(&["production"], &["production"]).admit(Some("production")), "an exception counts more");
    }
}
