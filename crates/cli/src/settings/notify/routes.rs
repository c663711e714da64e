//! Routes out of settings that have no mistakes.

use super::{
    ALWAYS, APPLICATIONS, CA, EMAIL, ENVIRONMENTS, EXCEPT_APPLICATIONS, EXCEPT_ENVIRONMENTS, EXCEPT_OWNERS, FINDINGS_ONLY, FROM, IMPLICIT, LEVEL, MOST, NAME,
    NONE, OWNERS, PASSWORD_FROM, REPORT_URL, RETRIES, ROUTES, SERVER, SIGN_WITH, SLACK, TEAMS, TIMEOUT, TLS, TO, TOP, URL_FROM, URL_NAME, USER, WEBHOOK, WHEN,
};
use std::path::PathBuf;
use std::time::Duration;
use tagledger_collect::{ENV, FILE, Settings};
use tagledger_model::Level;
use tagledger_notify::{Address, Channel, Filter, Hook, Mail, Patience, Route, Source, Tls, Values, When, server};

/// Who is told of a run.
#[derive(Debug, Clone)]
pub(crate) struct Notify {
    pub routes: Vec<Route>,
    pub patience: Patience,
    report_url: Option<String>,
}

type Beside<'f> = dyn Fn(&str) -> PathBuf + 'f;

impl Notify {
    /// From a file that has no mistakes; paths are beside it.
    pub fn of(settings: &Settings, beside: &Beside<'_>) -> Self {
        Self {
            routes: settings.sections(ROUTES).iter().filter_map(|one| route(one, beside)).collect(),
            patience: Patience { timeout: Duration::from_secs(settings.count(TIMEOUT).unwrap_or(30).into()), retries: settings.count(RETRIES).unwrap_or(4) },
            report_url: settings.text(REPORT_URL).map(str::to_owned),
        }
    }

    /// Where the report of a run is, by the name of its folder.
    pub fn link(&self, run: &str) -> Option<String> {
        let letters = run.bytes().map(|b| if b.is_ascii_alphanumeric() || b"-._~".contains(&b) { char::from(b).to_string() } else { format!("%{b:02X}") });
        self.report_url.as_ref().map(|url| url.replace("{run}", &letters.collect::<String>()))
    }
}

fn route(one: &Settings, beside: &Beside<'_>) -> Option<Route> {
    let values = |only: &str, except: &str| Values { only: one.texts(only).to_vec(), except: one.texts(except).to_vec() };
    Some(Route {
        name: one.text(NAME)?.to_owned(),
        filter: Filter {
            level: one.text(LEVEL).and_then(Level::from_word).unwrap_or(Level::Error),
            environments: values(ENVIRONMENTS, EXCEPT_ENVIRONMENTS),
            applications: values(APPLICATIONS, EXCEPT_APPLICATIONS),
            owners: values(OWNERS, EXCEPT_OWNERS),
        },
        when: if one.text(WHEN) == Some(ALWAYS) { When::Always } else { When::New },
        findings_only: one.flag(FINDINGS_ONLY),
        top: one.count(TOP).unwrap_or(10) as usize,
        channel: channel(one, beside)?,
    })
}

fn channel(one: &Settings, beside: &Beside<'_>) -> Option<Channel> {
    let secret = |settings: &Settings, name: &str| -> Option<Source> {
        let said = settings.section(name)?;
        said.text(ENV).map(|name| Source::Env(name.to_owned())).or_else(|| said.text(FILE).map(|path| Source::File(beside(path))))
    };
    let ca = |settings: &Settings| settings.text(CA).map(beside);
    let hook = |settings: &Settings| {
        let written = settings.text(URL_NAME).map(|url| Address::Written(url.to_owned()));
        let address = written.or_else(|| secret(settings, URL_FROM).map(Address::Secret))?;
        Some(Hook { address, ca: ca(settings) })
    };
    if let Some(slack) = one.section(SLACK) {
        return hook(slack).map(Channel::Slack);
    }
    if let Some(teams) = one.section(TEAMS) {
        return hook(teams).map(Channel::Teams);
    }
    if let Some(webhook) = one.section(WEBHOOK) {
        let most = webhook.count(MOST).unwrap_or(1000) as usize;
        return Some(Channel::Webhook { hook: hook(webhook)?, sign: secret(webhook, SIGN_WITH), most });
    }
    let mail = one.section(EMAIL)?;
    let (host, port) = server(mail.text(SERVER)?)?;
    Some(Channel::Email(Mail {
        host,
        port,
        tls: match mail.text(TLS) {
            Some(NONE) => Tls::None,
            Some(IMPLICIT) => Tls::Implicit,
            _ => Tls::StartTls,
        },
        login: mail.text(USER).map(str::to_owned).zip(secret(mail, PASSWORD_FROM)),
        from: mail.text(FROM)?.to_owned(),
        to: mail.texts(TO).to_vec(),
        ca: ca(mail),
    }))
}
