//! `notify`: tells of a stored run whoever the settings name, or shows what would be said.

use super::print;
use super::scan::Head;
use crate::args::Notify as Args;
use crate::exit::{self, Code};
use crate::failure::Failure;
use crate::history::{Source, State, at, open, runs};
use crate::log;
use crate::notify::{Earlier, extent, news, ready};
use crate::settings::File;
use std::io::Read as _;
use std::path::Path;
use tagledger_model::Timestamp;
use tagledger_notify::{Alarm, Message, Patience, Ready, Route, SystemClock, When};
use tagledger_store::RunFolder;

pub(crate) fn run(args: &Args) -> Result<Code, Failure> {
    let notify = File::find(args.config.as_deref())?.notify().ok_or_else(|| {
        Failure::Usage(
            "nobody is to be told: write `notify:` with its routes into tagledger.yaml, or name another file with --config (docs/notifications.md)".into(),
        )
    })?;
    let names = || notify.routes.iter().map(|route| route.name.as_str()).collect::<Vec<_>>().join(", ");
    if let Some(unknown) = args.route.iter().find(|name| notify.routes.iter().all(|route| route.name != **name)) {
        return Err(Failure::Usage(format!("--route {}: there is no such route; there are {}", unknown.escape_debug(), names())));
    }
    let routes: Vec<&Route> = notify.routes.iter().filter(|route| args.route.is_empty() || args.route.contains(&route.name)).collect();
    if let Some(text) = &args.alarm {
        return alarm(text, &routes, notify.patience, args.dry_run);
    }
    let folder = match &args.run {
        Some(path) => RunFolder::open(path)?,
        None => RunFolder::newest(Path::new("reports"))?,
    };
    let Head { summary, record, .. } = super::report::open(&folder)?;
    if let Some(route) = routes.iter().find(|route| route.when == When::New && summary.history.is_none()) {
        return Err(Failure::Usage(format!(
            "route {}: the run {} was made without a history, so that nobody knows what is new in it; write `when: always`, or choose other routes with --route",
            route.name,
            folder.path().display()
        )));
    }
    // A dry run needs no secrets, and reads none.
    let mut ways: Vec<Option<Ready<'_>>> = Vec::new();
    for route in &routes {
        ways.push(if args.dry_run { None } else { Some(ready(route, notify.patience)?) });
    }
    let history = if summary.history.is_some() { open(&at(args.history.as_deref(), args.config.as_deref())?, args.config.as_deref()).ok() } else { None };
    let all = history.as_ref().map(runs).transpose().ok().flatten();
    let started = Timestamp::parse(&summary.started).unwrap_or(Timestamp(0));
    let mut sources: Vec<Source<'_>> = Vec::new();
    if let Some((history, all)) = history.as_ref().zip(all.as_ref()) {
        let is_before = |point: &str| Timestamp::parse(point).is_some_and(|at| at < started);
        sources.extend(all.runs.iter().rev().filter(|run| is_before(&run.record.point.started)).map(|run| Source::Past(history, run)));
    }
    let scopes = record.places.whole.iter().chain(&record.places.partly).map(|place| (place.cloud.clone(), place.scope.clone())).collect();
    let state = State::of(&sources, Some(&scopes));
    // Without those earlier runs nothing is said of what became of their findings, rather than that nothing did.
    let earlier = (!sources.is_empty()).then(|| Earlier { sources, state: &state });
    let mut failed = Vec::new();
    for ((route, way), told) in routes.iter().zip(ways).zip(news(&notify, &routes, &folder, earlier.as_ref())?) {
        let Some(told) = told else {
            print(format!("route {}: nothing to tell\n", route.name).as_bytes())?;
            continue;
        };
        let done = Message::of(&told, route, &SystemClock).and_then(|message| match &way {
            None => Ok(message.shown(route)),
            Some(way) => way.send(&message, &SystemClock).map(|()| String::new()),
        });
        match done {
            Ok(shown) if args.dry_run => print(format!("route {}: would be told of {}\n\n{shown}\n", route.name, extent(&told)).as_bytes())?,
            Ok(_) => print(format!("route {}: told of {}\n", route.name, extent(&told)).as_bytes())?,
            Err(error) => failed.push(error),
        }
    }
    all_sent(failed.into_iter().map(Failure::from).collect())
}

/// Every failure is said; the last one is that of the command.
fn all_sent(mut failed: Vec<Failure>) -> Result<Code, Failure> {
    let last = failed.pop();
    for error in failed {
        log::failed(&error);
    }
    last.map_or(Ok(exit::CLEAN), Err)
}

/// The end of a log may be long; nobody reads more of it in a message.
const MOST_READ: u64 = 1 << 20;

/// Tells routes that something went wrong, in the words of somebody else.
fn alarm(text: &str, routes: &[&Route], patience: Patience, is_dry: bool) -> Result<Code, Failure> {
    let text = if text == "-" {
        let mut bytes = Vec::new();
        let read = std::io::stdin().take(MOST_READ).read_to_end(&mut bytes);
        read.map_err(|error| Failure::Usage(format!("--alarm -: standard input cannot be read: {error}")))?;
        String::from_utf8_lossy(&bytes).into_owned()
    } else {
        text.to_owned()
    };
    if text.trim().is_empty() {
        return Err(Failure::Usage("--alarm: there is nothing to say; write a line, or hand one over on standard input with `-`".to_owned()));
    }
    let (at, tool) = (Timestamp::now().to_string(), concat!("tagledger ", env!("CARGO_PKG_VERSION")));
    let mut failed: Vec<Failure> = Vec::new();
    for route in routes {
        let way = match if is_dry { Ok(None) } else { ready(route, patience).map(Some) } {
            Ok(way) => way,
            // One route that is not ready keeps no other from being told.
            Err(failure) => {
                failed.push(failure);
                continue;
            }
        };
        let message = Message::of_alarm(&Alarm::new(&text, &at, &route.name, tool), route, &SystemClock);
        let done = message.and_then(|message| match &way {
            None => Ok(format!("route {}: would be told of an alarm\n\n{}\n", route.name, message.shown(route))),
            Some(way) => way.send(&message, &SystemClock).map(|()| format!("route {}: told of an alarm\n", route.name)),
        });
        match done {
            Ok(said) => print(said.as_bytes())?,
            Err(error) => failed.push(error.into()),
        }
    }
    all_sent(failed)
}
