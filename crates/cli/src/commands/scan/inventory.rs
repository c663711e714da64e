//! Exports and clouds into one inventory.

use super::kept;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::{clouds, log, progress};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;
use tagledger_collect::{Cloud, Connecting, Found, Import, Imported, Journal, LiveError, LiveOptions, Settings, Stop, Stopped, import};
use tagledger_engine::{Inventory, InventoryBuilder};
use tagledger_model::Coverage;
use tagledger_taxonomy::Taxonomy;

/// What an inventory is made of.
#[derive(Default)]
pub(crate) struct Sources<'a> {
    /// Exports.
    pub from: &'a [PathBuf],
    /// Clouds.
    pub live: Option<Live<'a>>,
}

/// Clouds to ask, and how.
pub(crate) struct Live<'a> {
    pub clouds: &'a [(&'static dyn Cloud, Settings)],
    /// Places that are asked at the same time.
    pub at_once: usize,
    /// When nobody is asked any more.
    pub until: Option<Instant>,
    pub journal: &'a mut Journal,
}

/// An inventory, and what is known about it.
pub(crate) struct Gathered {
    pub inventory: Inventory,
    pub imported: Imported,
    /// No cloud was left half asked.
    pub is_whole: bool,
}

/// Reads exports, and asks clouds, into an inventory.
pub(crate) fn read_inventory(sources: Sources<'_>, taxonomy: &Arc<Taxonomy>, quiet: bool) -> Result<Gathered, Failure> {
    let mut builder = InventoryBuilder::new(taxonomy, &clouds::facts(), &clouds::readers());
    let mut enter = |found| match found {
        Found::Resource(resource) => builder.resource(&resource),
        Found::Scope(scope) => builder.scope(&scope),
        Found::Container(container) => builder.container(&container),
        // The ledger has noted it.
        Found::Incomplete(_) => {}
    };
    let (mut imported, mut is_whole) = (Imported::default(), true);
    if !sources.from.is_empty() {
        let _reading = tracing::info_span!("reading exports").entered();
        let (bar, all) = (progress::bar("reading inventory", quiet), clouds::all());
        imported = import(&Import { paths: sources.from, clouds: &all }, &mut enter, &mut |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        })?;
        bar.finish_and_clear();
    }
    if let Some(live) = sources.live {
        let rows = ask(live, &mut enter, quiet)?;
        is_whole = kept::is_whole(&rows);
        imported.coverage.extend(rows);
    }
    if builder.has_too_many_clouds() {
        return Err(Failure::Usage(format!(
            "the inventory names more than {} clouds; `cloud` is the provider, and `scope` the account in it",
            tagledger_engine::MOST_CLOUDS
        )));
    }
    Ok(Gathered { inventory: builder.finish(), imported, is_whole })
}

fn ask(live: Live<'_>, enter: &mut dyn FnMut(Found), quiet: bool) -> Result<Vec<Coverage>, Failure> {
    let Live { clouds, at_once, until, journal } = live;
    let _asking = tracing::info_span!("asking clouds").entered();
    let connections = clouds.iter().map(|(cloud, settings)| connecting(*cloud, settings)).collect::<Result<_, _>>()?;
    let (bar, stop) = (progress::jobs("asking clouds", quiet), Stop::default());
    let interrupt = Interrupt::stops(stop.clone(), "what was read so far is audited and written").map_err(LiveError::System)?;
    let mut progress = |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    };
    let options = LiveOptions { at_once, journal: Some(&mut *journal), stop: stop.clone(), until, progress: &mut progress };
    let rows = tagledger_collect::collect(connections, options, enter);
    drop(interrupt);
    if stop.stopped() == Some(Stopped::TimeLimit) {
        log::warn("the time limit was reached: what was read so far is audited and written");
    }
    bar.finish_and_clear();
    if rows.is_err() && journal.is_empty() {
        journal.discard()?;
    }
    Ok(rows?)
}

fn connecting(cloud: &dyn Cloud, settings: &Settings) -> Result<Connecting, Failure> {
    cloud.connect(settings).ok_or_else(|| Failure::Usage(format!("--cloud {}: this cloud can only be read from exports", cloud.id())))
}
