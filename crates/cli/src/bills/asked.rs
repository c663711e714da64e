//! Bills that a service is asked for: which service an address means, and what was said with its answers.

use super::default_cache;
use crate::clouds;
use crate::failure::Failure;
use crate::log;
use crate::settings::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tagledger_collect::{Cloud, CostService, CostsKept, CostsWanted, TagKeys, Value, costs};
use tagledger_engine::CostKeyStatus;
use tagledger_model::{Text, Timestamp};
use tagledger_taxonomy::{Dictionary, KeyId, Meaning, Normaliser, Taxonomy};

/// How services are asked.
pub(crate) struct Asking<'a> {
    /// The settings file that is named.
    pub config: Option<&'a Path>,
    pub taxonomy: &'a Arc<Taxonomy>,
    pub now: Timestamp,
    /// Bytes that a question may have billed, where a service bills them and somebody has said so here.
    pub most_bytes: Option<u64>,
}

/// What was answered.
#[derive(Default)]
pub(super) struct Answers {
    pub files: Vec<PathBuf>,
    /// Folders, each with the address that it stands for.
    pub names: Vec<(PathBuf, String)>,
    pub notes: Vec<String>,
    pub keys: Vec<CostKeyStatus>,
}

/// The service that an address means, if it means one.
pub(super) fn service(at: &str) -> Option<(&'static dyn Cloud, &'static CostService)> {
    let scheme = at.split_once("://")?.0;
    let all = clouds::all().into_iter().flat_map(|cloud| cloud.costs().iter().map(move |service| (cloud, *service)));
    all.into_iter().find(|(_, service)| service.scheme == scheme)
}

/// Asks for the costs at each of these addresses.
pub(super) fn ask(addresses: &[&str], cache: Option<&Path>, asking: &Asking<'_>) -> Result<Answers, Failure> {
    let mut all = Answers::default();
    let wanted: Vec<_> = addresses.iter().filter_map(|at| Some((*at, service(at)?))).collect();
    if wanted.is_empty() {
        return Ok(all);
    }
    let cache = cache.map_or_else(default_cache, |named| Ok(named.to_owned()))?;
    let file = File::find(asking.config)?;
    for (at, (cloud, service)) in wanted {
        let keys = keys(asking.taxonomy, cloud);
        let mut settings = file.of(cloud);
        if let Some((name, gib)) = service.gib_setting.zip(gib(asking.most_bytes)?) {
            settings.set(name, Value::Count(gib));
        }
        let wanted = CostsWanted {
            service,
            at,
            settings: &settings,
            keys: Arc::clone(&keys),
            names: names(asking.taxonomy),
            now: asking.now,
            cache: &cache,
            announce: Box::new(log::say),
        };
        let CostsKept { folder, files, notes, keys: said } = costs(wanted).map_err(|error| Failure::Costs(at.to_owned(), error))?;
        all.names.push((folder, at.to_owned()));
        all.files.extend(files);
        all.notes.extend(notes);
        all.keys.extend(said.into_iter().filter_map(|key| {
            let id = u8::try_from(keys(&key.tag)?.0).ok().map(KeyId)?;
            Some(CostKeyStatus { cloud: cloud.id(), key: id, tag: Text::new(&key.tag), is_active: key.is_active, said: key.said })
        }));
    }
    Ok(all)
}

/// Whole GiB, by which services are capped: never more than was said.
fn gib(bytes: Option<u64>) -> Result<Option<u32>, Failure> {
    let Some(bytes) = bytes else { return Ok(None) };
    match u32::try_from(bytes >> 30).unwrap_or(u32::MAX) {
        0 => Err(Failure::Usage(format!("--max-bytes-billed {bytes}: the cap is in whole GiB; allow at least 1GiB"))),
        gib => Ok(Some(gib)),
    }
}

/// The names of every key, the key's own first.
fn names(taxonomy: &Taxonomy) -> String {
    let of = |key: &tagledger_taxonomy::Key| {
        std::iter::once(key.name.as_str()).chain(key.aliases.iter().map(|alias| alias.text.as_str())).collect::<Vec<_>>().join("=")
    };
    taxonomy.keys.iter().map(of).collect::<Vec<_>>().join(",")
}

/// Which key of the taxonomy a tag's key stands for, by the one hand that says so of resources.
fn keys(taxonomy: &Arc<Taxonomy>, cloud: &dyn Cloud) -> TagKeys {
    let (taxonomy, grammar, id) = (Arc::clone(taxonomy), cloud.grammar(), cloud.id());
    Arc::new(move |tag: &str| {
        let mut normaliser = Normaliser::new(&taxonomy, grammar, id.as_str(), &Dictionary::new(&taxonomy));
        match normaliser.meaning(tag, Some("x")) {
            Meaning::Key { key, state } => Some((key.index(), state.rank)),
            _ => None,
        }
    })
}
