//! Telling people of a run that stands: which findings are new, whose they are, and to which routes they go.

use crate::failure::Failure;
use crate::history::{Before, Known, Record, Source, Standing, State, fate, words_of};
use crate::log;
use crate::rows::StoredRows;
use crate::settings::Notify;
use std::path::Path;
use tagledger_model::{Finding, Timestamp, Verdict};
use tagledger_notify::{Gather, Message, News, Patience, Ready, Route, Run, SystemClock, UNATTRIBUTED, When};
use tagledger_report::diff::Change;
use tagledger_store::RunFolder;
use tagledger_taxonomy::{Domain, Taxonomy, yaml::suggest};

/// Earlier runs, newest first, and what they knew.
pub(crate) struct Earlier<'h> {
    pub sources: Vec<Source<'h>>,
    pub state: &'h State,
}

/// Routes whose secrets were there before anything was asked.
pub(crate) struct Routes<'n> {
    notify: &'n Notify,
    ready: Vec<Ready<'n>>,
}

/// A route with its secrets.
pub(crate) fn ready(route: &Route, patience: Patience) -> Result<Ready<'_>, Failure> {
    Ok(Ready::of(route, patience, &|name| std::env::var_os(name))?)
}

impl<'n> Routes<'n> {
    /// Checks that everybody can be told, and that the taxonomy knows what they want to be told of.
    pub fn of(notify: &'n Notify, taxonomy: &Taxonomy, has_history: bool) -> Result<Self, Failure> {
        known(&notify.routes, taxonomy)?;
        if let Some(route) = notify.routes.iter().find(|route| route.when == When::New && !has_history) {
            return Err(Failure::Usage(format!(
                "route {}: without a history nobody knows what is new; name one with --history, write `when: always`, or scan with --no-notify",
                route.name
            )));
        }
        let ready = notify.routes.iter().map(|route| ready(route, notify.patience)).collect::<Result<_, _>>()?;
        Ok(Self { notify, ready })
    }

    /// What each route is told of a run that stands.
    pub fn news(&self, folder: &Path, earlier: Option<(&Before, &State)>, now: Timestamp) -> Result<Vec<Option<News>>, Failure> {
        let earlier = earlier.map(|(before, state)| Earlier { sources: before.before(now), state });
        let routes: Vec<&Route> = self.notify.routes.iter().collect();
        news(self.notify, &routes, &RunFolder::open(folder)?, earlier.as_ref())
    }

    /// Tells it. That a message was not sent is said, and is no reason to call the run anything but what it is.
    pub fn tell(&self, news: Result<Vec<Option<News>>, Failure>, folder: &Path, quiet: bool) {
        let all = match news {
            Ok(all) => all,
            Err(error) => return log::warn(&format!("nobody was told: {error}; `tagledger notify {}` tries again", folder.display())),
        };
        for ((route, ready), news) in self.notify.routes.iter().zip(&self.ready).zip(all) {
            let Some(news) = news else { continue };
            let sent = Message::of(&news, route, &SystemClock).and_then(|message| ready.send(&message, &SystemClock));
            match sent {
                Ok(()) if quiet => {}
                Ok(()) => log::say(&format!("route {}: told of {}", route.name, extent(&news))),
                Err(error) => log::warn(&format!("{error}; `tagledger notify {} --route {}` tries again", folder.display(), route.name)),
            }
        }
    }
}

/// What a message is about, in a few words.
pub(crate) fn extent(news: &News) -> String {
    let findings = tagledger_report::plural(news.findings.len() as u64 + news.not_listed, "finding");
    if news.is_complete { findings } else { format!("{findings} and of incomplete coverage") }
}

/// What each route is told of a run that stands; none for a route that is left alone. Where earlier runs cannot be read any more, nothing is said of them.
pub(crate) fn news(notify: &Notify, routes: &[&Route], folder: &RunFolder, earlier: Option<&Earlier<'_>>) -> Result<Vec<Option<News>>, Failure> {
    match (earlier, compared(notify, routes, folder, earlier)) {
        (Some(_), Err(error)) => {
            log::warn(&format!("what became of earlier findings is not told: {error}"));
            compared(notify, routes, folder, None)
        }
        (_, all) => all,
    }
}

fn compared(notify: &Notify, routes: &[&Route], folder: &RunFolder, earlier: Option<&Earlier<'_>>) -> Result<Vec<Option<News>>, Failure> {
    let head = crate::commands::report::open(folder)?;
    let name = std::path::absolute(folder.path()).ok().and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned())).unwrap_or_default();
    let run = Run::new(&head.summary, notify.link(&name), earlier.is_some());
    let mut gathers: Vec<Gather<'_>> = routes.iter().map(|route| Gather::new(&run, route)).collect();
    let rows = StoredRows::new(folder, &head.summary, head.findings);
    let started = head.summary.started.as_str();
    rows.each_finding(|finding| {
        let change = came(&finding, started, earlier);
        for gather in &mut gathers {
            gather.take(&finding, change);
        }
        true
    })?;
    if let Some(earlier) = earlier {
        went(folder, &head.record, earlier, &mut gathers)?;
    }
    Ok(gathers.into_iter().map(Gather::news).collect())
}

/// Whether an open finding of the run is news: no earlier run had it, or it was not open.
fn came(finding: &Finding, started: &str, earlier: Option<&Earlier<'_>>) -> Option<Change> {
    if finding.verdict != Verdict::Violated || finding.waived.is_some() {
        return None;
    }
    if finding.first_seen.as_deref() == Some(started) {
        return Some(if finding.age_known { Change::New } else { Change::FirstLookedAt });
    }
    let known = earlier.zip(finding.fingerprint.number()).and_then(|(earlier, number)| earlier.state.findings.get(&number));
    known.filter(|known| known.standing != Standing::Open).map(|_| Change::Reopened)
}

/// Hands over what was open before and is not now.
fn went(folder: &RunFolder, record: &Record, earlier: &Earlier<'_>, gathers: &mut [Gather<'_>]) -> Result<(), Failure> {
    let here = [Source::Folder(RunFolder::open(folder.path())?, Box::new(record.clone()))];
    let now = State::of(&here, None);
    let fate = |number: u64, known: &Known| fate(now.findings.get(&number).map(|known| known.standing), &now, earlier.state, known);
    words_of(earlier.state, &earlier.sources, fate, |change, finding| {
        for gather in &mut *gathers {
            gather.take(&finding, Some(change));
        }
    })
}

/// A route that waits for a value which no resource can have would wait for ever.
fn known(routes: &[Route], taxonomy: &Taxonomy) -> Result<(), Failure> {
    for route in routes {
        let filter = &route.filter;
        for (key, values) in [("Environment", &filter.environments), ("Application", &filter.applications), ("Owner", &filter.owners)] {
            for value in values.named().filter(|value| *value != UNATTRIBUTED) {
                let wrong = |why: String| Err(Failure::Usage(format!("route {}: {why}", route.name)));
                let Some(id) = taxonomy.key(key) else { return wrong(format!("it asks for `{value}`, and the taxonomy has no key {key}")) };
                match &taxonomy.keys[id.index()].domain {
                    Domain::Any => {}
                    Domain::Pattern { regex, .. } if regex.is_match(value) => {}
                    Domain::Pattern { text, .. } => return wrong(format!("no {key} can be `{value}`: the taxonomy asks for {text}")),
                    Domain::Values(known) if known.iter().any(|known| known.name == value) => {}
                    Domain::Values(known) => {
                        let help = suggest(value, "values", known.iter().map(|known| known.name.as_str()));
                        return wrong(format!("the taxonomy has no {key} `{value}`. {help}"));
                    }
                }
            }
        }
    }
    Ok(())
}
