//! Costs that a service is asked for instead of being read from files: what a cloud offers of that kind (`CostService`), and the driver that asks for whole
//! months and keeps the answers as a bill in FOCUS, so that everything behind it reads a file like any other.
//!
//! Asking may cost money, so it happens as rarely as the answer can change: a month that is over for long enough is asked once, and an answer
//! that is hours old is used again. Nothing is kept by halves: the months of one address are written when all of them were answered.

mod kept;
#[cfg(test)]
mod tests;

use crate::{CollectError, Operation, Settings};
use kept::{Kept, Partial};
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use tagledger_model::{Month, Text, Timestamp};

/// Months that are asked for where an address does not say how many: this one and the one before.
const MONTHS: i32 = 2;

/// As many as any of the services keeps.
const MOST_MONTHS: i32 = 38;

/// A service of a cloud that can be asked what things cost.
#[derive(Debug)]
pub struct CostService {
    /// How its addresses begin, without `://`.
    pub scheme: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// What an address looks like.
    pub example: &'static str,
    /// The columns that its rows may have, in order: those of FOCUS, or of one of its cloud's own forms of bills.
    pub columns: &'static [&'static str],
    /// Everything that it calls.
    pub operations: &'static [Operation],
    /// The setting that says how many GiB a question may have billed, where bytes are.
    pub gib_setting: Option<&'static str>,
    /// Resolves credentials. The error says what is wrong with the address, before anything is asked.
    pub open: fn(&CostAddress, &Settings) -> Result<OpeningCosts, String>,
}

/// A source of costs that is about to be opened.
pub type OpeningCosts = Pin<Box<dyn Future<Output = Result<Box<dyn CostSource>, CollectError>> + Send>>;

/// Says which key of the taxonomy, by its position, the key of a tag stands for, and how near it comes to the name that is wanted: the least is the nearest.
pub type TagKeys = Arc<dyn Fn(&str) -> Option<(usize, u8)> + Send + Sync>;

/// What is asked of a service.
#[derive(Clone)]
pub struct CostAddress {
    /// What stands between `://` and `?`.
    pub rest: String,
    /// The taxonomy's word for the keys of tags.
    pub keys: TagKeys,
    /// Every name that it has for them: what is answered by its keys is no answer for another taxonomy.
    pub names: String,
}

/// A service with credentials.
pub trait CostSource: Send + Sync {
    /// Whose costs these are: answers to one are never taken for those to another.
    fn identity(&self) -> String;
    /// Hands over the rows of whole months.
    fn ask<'a>(&'a self, months: &'a [Month], out: &'a mut CostRows) -> AskedCosts<'a>;
}

/// An answer that is waited for.
pub type AskedCosts<'a> = Pin<Box<dyn Future<Output = Result<(), CostsError>> + Send + 'a>>;

/// Why costs are not known.
#[derive(Debug, thiserror::Error)]
pub enum CostsError {
    /// Nothing that could be asked.
    #[error("{0}")]
    Address(String),
    /// The service did not answer.
    #[error("{0}")]
    Asked(#[from] CollectError),
    /// Asking costs more than was allowed.
    #[error("{0}")]
    OverCap(String),
    /// The answer could not be kept.
    #[error("{path}: the answer cannot be kept: {source}")]
    Write {
        /// Where.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
}

/// Whether the tags of a key can reach the bill.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct CostKey {
    /// The key of the tag, as it is spelt.
    pub tag: String,
    /// Whether it does.
    pub is_active: bool,
    /// What the service says of it, in a sentence.
    pub said: String,
}

/// Where rows go, and what is to be told of them.
pub struct CostRows {
    columns: Vec<&'static str>,
    announce: Box<dyn Fn(&str) + Send + Sync>,
    months: BTreeMap<Month, Partial>,
    notes: BTreeSet<String>,
    keys: Vec<CostKey>,
    is_part: bool,
}

impl CostRows {
    fn new(service: &CostService, months: &[Month], kept: &Kept, announce: Box<dyn Fn(&str) + Send + Sync>) -> Result<Self, CostsError> {
        let months = months.iter().map(|month| Ok((*month, kept.begin(*month)?))).collect::<Result<_, CostsError>>()?;
        Ok(Self { columns: service.columns.to_vec(), announce, months, notes: BTreeSet::new(), keys: Vec::new(), is_part: false })
    }

    /// Keeps only these of the service's columns, before the first row. One that is not there says that nobody knows; an empty cell, that there is nothing.
    pub fn holds(&mut self, columns: &[&'static str]) {
        self.columns.retain(|column| columns.contains(column));
    }

    /// Tells at once, before money is spent.
    pub fn announce(&self, what: &str) {
        (self.announce)(what);
    }

    /// Tells with every report that counts these costs.
    pub fn note(&mut self, what: String) {
        self.notes.insert(what);
    }

    /// Tells that rows were kept from the caller: what is known is no last word of a month that is over.
    pub fn is_part(&mut self, what: String) {
        self.is_part = true;
        self.note(what);
    }

    /// Says whether a key's tags can reach the bill.
    pub fn key(&mut self, key: CostKey) {
        self.keys.push(key);
    }

    /// A row of a month, one text for each column. A month that was not asked for is not counted.
    pub fn row(&mut self, month: Month, fields: &[&str]) -> Result<(), CostsError> {
        debug_assert_eq!(fields.len(), self.columns.len(), "a text for each column");
        match self.months.get_mut(&month) {
            Some(partial) => partial.row(&self.columns, fields),
            None => Err(CollectError::Malformed(format!("a cost of {month}, which was not asked for")).into()),
        }
    }
}

/// What is wanted of a service, and where its answers are kept.
pub struct CostsWanted<'a> {
    /// The service.
    pub service: &'static CostService,
    /// The whole address.
    pub at: &'a str,
    /// The settings of its cloud.
    pub settings: &'a Settings,
    /// The taxonomy's word for the keys of tags.
    pub keys: TagKeys,
    /// Every name that it has for them.
    pub names: String,
    /// Now.
    pub now: Timestamp,
    /// The folder of answers.
    pub cache: &'a Path,
    /// Told before money is spent.
    pub announce: Box<dyn Fn(&str) + Send + Sync>,
}

/// Costs as files.
#[derive(Debug, Default)]
pub struct CostsKept {
    /// The folder in which they are.
    pub folder: PathBuf,
    /// A file for each month.
    pub files: Vec<PathBuf>,
    /// What has to be told with them.
    pub notes: Vec<String>,
    /// Whether the tags of keys can reach the bill, as far as the service says.
    pub keys: Vec<CostKey>,
}

/// Asks for what is not known well enough yet, and says where everything is.
pub fn costs(wanted: CostsWanted<'_>) -> Result<CostsKept, CostsError> {
    let CostsWanted { service, at, settings, keys, names, now, cache, announce } = wanted;
    let (rest, months) = address(service, at, now)?;
    let address = CostAddress { rest: rest.to_owned(), keys, names };
    let opening = (service.open)(&address, settings).map_err(|what| CostsError::Address(format!("{what}; an address is {}", service.example)))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|source| CostsError::Write { path: at.to_owned(), source })?;
    let source = runtime.block_on(opening)?;
    let kept = Kept::of(cache, service, rest, &source.identity());
    let stale: Vec<Month> = months.iter().filter(|month| !kept.holds(**month, now)).copied().collect();
    if !stale.is_empty() {
        let mut rows = CostRows::new(service, &stale, &kept, announce)?;
        runtime.block_on(source.ask(&stale, &mut rows))?;
        kept.take(rows, now)?;
    }
    let mut all = CostsKept { folder: kept.folder().to_owned(), ..CostsKept::default() };
    let mut notes = BTreeSet::new();
    for month in &months {
        let said = kept.said(*month)?;
        let first = if stale.contains(month) { "was asked" } else { "was asked before," };
        notes.insert((*month, format!("{month} {first} on {}", said.asked)));
        all.notes.extend(said.notes);
        all.keys = said.keys;
        all.files.push(kept.file(*month));
    }
    let asked: Vec<String> = notes.into_iter().map(|(_, said)| said).collect();
    all.notes.sort();
    all.notes.dedup();
    all.notes.insert(0, format!("{}, {}: {}", service.name, Text::new(at), asked.join(", ")));
    Ok(all)
}

/// What stands before `?`, and the months that are asked for, the oldest first.
fn address<'a>(service: &CostService, at: &'a str, now: Timestamp) -> Result<(&'a str, Vec<Month>), CostsError> {
    let rest = at.strip_prefix(service.scheme).and_then(|rest| rest.strip_prefix("://")).unwrap_or(at);
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut count = MONTHS;
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let number = part.strip_prefix("months=").and_then(|number| number.parse().ok()).filter(|count| (1..=MOST_MONTHS).contains(count));
        count = number.ok_or_else(|| CostsError::Address(format!("`?{part}` is nothing to ask for; write ?months=1 to ?months={MOST_MONTHS}")))?;
    }
    let this = now.month();
    Ok((rest, (0..count).rev().map(|back| Month(this.0 - back)).collect()))
}
