//! Bills, wherever they are: what lies in an object store is brought here first, and what a service knows it is asked for.

mod asked;

pub(crate) use asked::Asking;

use crate::failure::Failure;
use crate::progress;
use crate::stores;
use asked::Answers;
use std::path::{Path, PathBuf};
use tagledger_cost::{Bill, Elsewhere, Names};
use tagledger_engine::CostKeyStatus;
use tagledger_store::{Listing, Mirror};

/// A bill that can be read for as long as this lives.
pub(crate) struct Bills {
    bill: Bill,
    _brought: Option<Mirror>,
    _answered: Option<tempfile::TempDir>,
    /// What was said with answers of services.
    pub notes: Vec<String>,
    /// Whether the tags of keys can reach the bill, as far as services say.
    pub keys: Vec<CostKeyStatus>,
}

impl Bills {
    pub fn bill(&self) -> &Bill {
        &self.bill
    }
}

/// What an engine has answered, as a bill; `name` is what it goes by.
pub(crate) fn answered(folder: tempfile::TempDir, file: PathBuf, name: &str) -> Result<Bills, Failure> {
    let names = Names::new(&[(file.clone(), name.to_owned())]);
    Ok(Bills { bill: Bill::find_as(&[file], names)?, _brought: None, _answered: Some(folder), notes: Vec::new(), keys: Vec::new() })
}

/// What one of the user's words means.
enum Named {
    Here(PathBuf),
    There(Listing, Elsewhere),
}

/// Finds the files of a bill. Of what is named by an address, those are brought here that are read, and services are asked; `cache` is where copies and answers are kept.
pub(crate) fn find(paths: &[PathBuf], cache: Option<&Path>, quiet: bool, asking: &Asking<'_>) -> Result<Bills, Failure> {
    let (services, paths): (Vec<&Path>, Vec<&Path>) = paths.iter().map(PathBuf::as_path).partition(|path| address(path).and_then(asked::service).is_some());
    let services: Vec<&str> = services.into_iter().filter_map(address).collect();
    let Answers { files, names: asked, notes, keys } = asked::ask(&services, cache, asking)?;
    let (here, mut names, brought) = brought(&paths, cache, quiet, asking)?;
    names.extend(asked);
    let all: Vec<PathBuf> = here.into_iter().chain(files).collect();
    let mut bill = Bill::find_as(&all, Names::new(&names))?;
    // Nobody's own folders are written to unless a copy is wanted, or has to be made.
    if let Some(kept) = cache.map(Path::to_owned).or_else(|| brought.as_ref().and_then(|_| default_cache().ok())) {
        bill = bill.kept(&kept);
    }
    Ok(Bills { bill, _brought: brought, _answered: None, notes, keys })
}

/// Paths of a bill that is here, folders with the addresses that they stand for, and what has to live for as long as they are read.
type Brought = (Vec<PathBuf>, Vec<(PathBuf, String)>, Option<Mirror>);

fn brought(paths: &[&Path], cache: Option<&Path>, quiet: bool, asking: &Asking<'_>) -> Result<Brought, Failure> {
    if !paths.iter().any(|path| address(path).is_some()) {
        return Ok((paths.iter().map(|path| (*path).to_owned()).collect(), Vec::new(), None));
    }
    let cache = cache.map_or_else(default_cache, |named| Ok(named.to_owned()))?;
    let (mut mirror, finder) = (Mirror::begin(&cache)?, stores::finder(asking.config)?);
    let mut all = Vec::new();
    let looking = progress::spinner("listing bill", quiet);
    for path in paths {
        let Some(at) = address(path) else {
            all.push(Named::Here((*path).to_owned()));
            continue;
        };
        let listing = mirror.list(at, &finder, &Elsewhere::may_be_bill)?;
        let files = Elsewhere::of(&listing.root, listing.pattern.as_deref(), &listing.files).map_err(|e| Names::new(&mirror.names()).told(e))?;
        all.push(Named::There(listing, files));
    }
    looking.finish_and_clear();
    let names = Names::new(&mirror.names());
    let there = || all.iter().filter_map(|named| if let Named::There(listing, files) = named { Some((listing, files)) } else { None });
    let manifests: Vec<PathBuf> = there().flat_map(|(_, files)| files.manifests()).collect();
    fetch(&mirror, &manifests, quiet)?;
    let mut wanted = Vec::new();
    for (_, files) in there() {
        wanted.extend(files.wanted().map_err(|e| names.told(e))?);
    }
    fetch(&mirror, &wanted, quiet)?;
    wanted.extend(manifests);
    for (listing, _) in there() {
        // Of a folder that a pattern chooses from, another pattern may choose the rest.
        let chosen_from = if listing.pattern.is_some() { listing.files.as_slice() } else { &[] };
        mirror.forget_others(listing, &[&wanted, chosen_from].concat());
    }
    let here = |named: Named| match named {
        Named::Here(path) => vec![path],
        Named::There(_, files) => files.paths(),
    };
    let paths: Vec<PathBuf> = all.into_iter().flat_map(here).collect();
    Ok((paths, mirror.names(), Some(mirror)))
}

fn address(path: &Path) -> Option<&str> {
    path.to_str().filter(|text| text.contains("://"))
}

fn fetch(mirror: &Mirror, files: &[PathBuf], quiet: bool) -> Result<(), Failure> {
    let bar = progress::bar("fetching bill", quiet);
    mirror.fetch(files, &|done, total| {
        bar.set_length(total);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    Ok(())
}

/// Where programs of this user keep what they can fetch again.
fn default_cache() -> Result<PathBuf, Failure> {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let own = if cfg!(windows) { folder("LOCALAPPDATA") } else { folder("HOME").map(|home| home.join(".cache")) };
    let cache = folder("XDG_CACHE_HOME").or(own);
    let none = || Failure::Usage("there is no cache folder here to keep copies of the bill in; name one with --bill-cache".to_owned());
    cache.map(|cache| cache.join("tagledger/bills")).ok_or_else(none)
}
