//! A bill that an engine adds up where it lies: which engine, what it is asked, and where its answer is kept until the report stands.

use crate::args::Lake;
use crate::bills::{self, Bills};
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::progress;
use crate::settings::{EngineSettings, File, MOST_GROUPS};
use std::path::Path;
use std::time::Duration;
use tagledger_collect::Stop;
use tagledger_cost::{Asked, push_down};
use tagledger_notify::Source;
use tagledger_spark::Connection;

/// Has the bill added up; `address` is empty where that of the settings is meant.
pub(crate) fn added_up(address: &str, lake: &Lake, days: bool, config: Option<&Path>, quiet: bool) -> Result<Bills, Failure> {
    let settings = File::find(config)?.engine();
    let named = Some(address.to_owned()).filter(|address| !address.is_empty());
    let Some(url) = named.or_else(|| settings.as_ref()?.url.clone()) else {
        let what = "--engine names no address, and the settings have no `engine:`; write `--engine sc://host:15002 --table finops.focus`";
        return Err(Failure::Usage(what.to_owned()));
    };
    // A table of the settings is one of their engine, and so is the token.
    let settings = settings.filter(|settings| settings.url.as_ref() == Some(&url));
    let Some(table) = lake.table.clone().or_else(|| settings.as_ref()?.table.clone()) else {
        return Err(Failure::Usage("--engine: name what the bill is called there with --table, such as --table finops.focus".to_owned()));
    };
    let most = lake.max_groups.or(settings.as_ref().map(|settings| settings.max_groups)).unwrap_or(MOST_GROUPS);
    let stop = Stop::default();
    let engine = tagledger_spark::connect(connection(&url, settings.as_ref(), stop.clone())?).map_err(tagledger_cost::PushdownError::Engine)?;
    let failed = |source| Failure::Output { what: "the engine's answer".to_owned(), source };
    let folder = tempfile::Builder::new().prefix("tagledger-").tempdir().map_err(failed)?;
    let file = folder.path().join("stage1.parquet");
    let _held = Interrupt::stops(stop, "the engine is told to end the question").map_err(failed)?;
    let waiting = progress::spinner("adding up where the bill lies", quiet);
    push_down(engine.as_ref(), Asked { table: &table, days: days || lake.days, most: Some(u64::from(most)) }, &file)?;
    waiting.finish_and_clear();
    bills::answered(folder, file, &format!("{url} {table}"))
}

fn connection(url: &str, settings: Option<&EngineSettings>, stop: Stop) -> Result<Connection, Failure> {
    let read = |source: &Source| source.read(&|name| std::env::var_os(name));
    let token = settings.and_then(|settings| settings.token.as_ref()).map(read).transpose();
    let token = token.map_err(|error| Failure::Usage(format!("the token of {url}: {error}")))?;
    Ok(Connection {
        url: url.to_owned(),
        token: token.map(|secret| secret.reveal().to_owned()),
        patience: Duration::from_mins(settings.map_or(60, |settings| u64::from(settings.minutes))),
        is_stopped: Box::new(move || stop.stopped().is_some()),
        announce: Box::new(crate::log::say),
    })
}
