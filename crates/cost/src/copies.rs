//! Files that hold the same rows: two snapshots of one month, or one bill in two containers, whatever they are called and wherever they lie.
//!
//! Of each file those rows are remembered whose digests are the least: what a row costs, what it is of, whose it is and when it began. Of what two files share they remember
//! the same, however much else they hold and in whatever order. Where nearly all that is remembered of a file, or of some days of it, is in others as well, the rows in
//! question are read once more with everything that the files say of them (`again`): parts of one bill may have much in common, but no rows.

mod again;
mod cell;

use crate::CostError;
use crate::cells::{Cell, Texts, seconds};
use crate::columns::Rows;
use crate::focus::{Column, is_null};
pub(crate) use again::{Copy, Open, proven};
use arrow_array::ArrayRef;
use foldhash::fast::FixedState;
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, Hasher};
use std::path::Path;
use tagledger_model::{Amount, Month, Timestamp};

/// What rows are told apart by, beside what they cost.
pub(crate) const COLUMNS: [Column; 3] = [Column::SubAccountId, Column::ChargePeriodStart, Column::ResourceId];

/// Digests that are remembered of a file.
const REMEMBERED: usize = 256;

/// Fewer may be alike by chance.
const FEWEST: usize = 4;

/// The same of days that two files have in common.
const FEWEST_OF_DAYS: usize = 8;

/// What is quickly known of a row, and all that it is known by, with the day that it began on in the first sixteen bits.
pub(crate) type Digest = (u64, u64);

/// Stands for the day of a row that has none, or that names no resource: flat fees are alike wherever they are paid, and prove no overlap.
const UNDATED: u16 = u16::MAX;

/// Days since 1970-01-01 on which a row began.
fn day(digest: &Digest) -> u16 {
    u16::try_from(digest.1 >> 48).unwrap_or(UNDATED)
}

/// Rows of a file that are remembered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sketch {
    /// The least digests.
    least: BTreeSet<Digest>,
    /// Rows that cost anything.
    rows: u64,
    /// Whether rows say when they began.
    is_dated: bool,
}

impl Sketch {
    /// Takes in rows with what they cost.
    pub fn note(&mut self, rows: &Rows<'_>, months: &[Month], amounts: &[Option<Amount>]) {
        let known = Known::of(rows);
        self.is_dated |= known.at.iter().any(Option::is_some);
        let mut most = self.most();
        for (row, amount) in amounts.iter().enumerate() {
            let Some(amount) = amount.filter(|amount| *amount != Amount::ZERO) else { continue };
            self.rows += 1;
            // Nearly every row is passed over here.
            let quick = known.quick(row, amount);
            if quick <= most {
                self.least.insert((quick, known.whole(row, months[row])));
                most = self.shorten();
            }
        }
    }

    /// What is greater is not remembered.
    fn most(&self) -> u64 {
        if self.least.len() < REMEMBERED { u64::MAX } else { self.least.last().map_or(u64::MAX, |(quick, _)| *quick) }
    }

    fn shorten(&mut self) -> u64 {
        while self.least.len() > REMEMBERED {
            self.least.pop_last();
        }
        self.most()
    }

    fn absorb(&mut self, other: Self) {
        self.least.extend(other.least);
        self.rows += other.rows;
        self.is_dated |= other.is_dated;
        self.shorten();
    }

    /// What is remembered below a bound; at the bound itself one may have forgotten what another remembers.
    fn below(&self, most: u64) -> impl Iterator<Item = &Digest> {
        self.least.iter().filter(move |(quick, _)| most == u64::MAX || *quick < most)
    }
}

/// The columns that rows of a batch are known by.
pub(crate) struct Known<'r> {
    ids: Option<Texts<'r>>,
    /// Ids, accounts and currencies.
    all: [Option<&'r ArrayRef>; 3],
    at: Vec<Option<i64>>,
}

impl<'r> Known<'r> {
    pub fn of(rows: &'r Rows<'_>) -> Self {
        let texts = |column| rows.get(column).and_then(|array| Texts::of(array).ok());
        let mut at = Vec::new();
        match rows.get(Column::ChargePeriodStart) {
            Some(array) => seconds(array, &mut at),
            None => at.resize(rows.len(), None),
        }
        let all = [Column::ResourceId, Column::SubAccountId, Column::BillingCurrency].map(|column| rows.get(column));
        Self { ids: texts(Column::ResourceId), all, at }
    }

    /// Amount, beginning and the end of the id: ids of one bill begin alike. A number has fewer digits as a double, and letters may be of either case.
    fn quick(&self, row: usize, amount: Amount) -> u64 {
        let id = self.ids.as_ref().map(|ids| text(ids, row)).unwrap_or_default();
        let id = id.as_bytes();
        let tail = id.last_chunk::<8>().map_or_else(|| id.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)), |tail| u64::from_le_bytes(*tail));
        let folded = tail | 0x2020_2020_2020_2020;
        FixedState::default().hash_one((cell::of_amount(amount), folded, id.len(), self.at.get(row).copied().flatten()))
    }

    /// What a row is of, and when that began, whatever it costs.
    pub fn of_whom(&self, row: usize) -> u64 {
        let id = self.ids.as_ref().map(|ids| text(ids, row)).unwrap_or_default();
        FixedState::default().hash_one((id.to_lowercase(), self.at.get(row).copied().flatten()))
    }

    fn whole(&self, row: usize, month: Month) -> u64 {
        let mut hasher = FixedState::default().build_hasher();
        hasher.write_i32(month.0);
        for array in self.all.into_iter().flatten() {
            let name = match Texts::of(array) {
                Ok(texts) => text(&texts, row).to_lowercase(),
                Err(_) => cell::whole_number(array, row),
            };
            // One form names a subscription by its path, and one container an account by a number.
            hasher.write(name.rsplit('/').next().unwrap_or_default().trim_start_matches('0').as_bytes());
            hasher.write_u8(0xff);
        }
        let has_id = self.ids.as_ref().is_some_and(|ids| !text(ids, row).is_empty());
        let at = self.at.get(row).copied().flatten().filter(|_| has_id);
        let day = at.and_then(|at| u16::try_from(at.div_euclid(86_400)).ok()).unwrap_or(UNDATED);
        u64::from(day) << 48 | hasher.finish() >> 16
    }
}

fn text<'a>(texts: &Texts<'a>, row: usize) -> Cow<'a, str> {
    let plain = |text: &'a str| Cow::Borrowed(if is_null(text) { "" } else { text });
    match texts.get(row) {
        Cell::Null => Cow::Borrowed(""),
        Cell::Number(number) => Cow::Owned(number.to_string()),
        Cell::Entry(entry) => plain(texts.entry(entry)),
        Cell::Text(text) => plain(text),
    }
}

/// Rows that are looked for.
struct Among {
    quick: FxHashSet<u64>,
    all: FxHashSet<Digest>,
}

impl Among {
    fn new(all: impl Iterator<Item = Digest>) -> Self {
        let all: FxHashSet<Digest> = all.collect();
        Self { quick: all.iter().map(|(quick, _)| *quick).collect(), all }
    }

    /// Hands over the rows of a batch that are among them.
    fn found(&self, rows: &Rows<'_>, months: &[Month], amounts: &[Option<Amount>], each: &mut dyn FnMut(usize, Digest)) {
        let known = Known::of(rows);
        for (row, amount) in amounts.iter().enumerate() {
            let Some(amount) = amount.filter(|amount| *amount != Amount::ZERO) else { continue };
            let quick = known.quick(row, amount);
            if self.quick.contains(&quick) {
                let digest = (quick, known.whole(row, months[row]));
                if self.all.contains(&digest) {
                    each(row, digest);
                }
            }
        }
    }
}

/// Files that may hold what others hold: which, the others, and the rows in question.
#[derive(Debug)]
pub(crate) struct Suspected {
    pub file: usize,
    pub others: BTreeSet<usize>,
    pub rows: BTreeSet<Digest>,
    /// The days in question; none where it is about all of the file.
    pub days: Vec<u16>,
}

/// What is remembered of the files that others might be copies of.
#[derive(Default)]
pub(crate) struct Copies {
    /// The file at hand, where it may be one.
    at: Option<usize>,
    of_file: BTreeMap<usize, Sketch>,
}

impl Copies {
    /// Begins with a file; none that is not compared.
    pub fn begin(&mut self, file: Option<usize>) {
        self.at = file;
    }

    /// Whether rows of the file at hand are looked at.
    pub fn is_asked(&self) -> bool {
        self.at.is_some()
    }

    /// Takes in rows of the file at hand.
    pub fn note(&mut self, rows: &Rows<'_>, months: &[Month], amounts: &[Option<Amount>]) {
        if let Some(file) = self.at {
            self.of_file.entry(file).or_default().note(rows, months, amounts);
        }
    }

    /// Takes in what was remembered when the file at hand was added up, and looks at none of its rows.
    pub fn put(&mut self, sketch: &Sketch) {
        if let Some(file) = self.at.take() {
            self.of_file.insert(file, sketch.clone());
        }
    }

    /// Takes in what another thread saw.
    pub fn absorb(&mut self, other: Self) {
        for (file, sketch) in other.of_file {
            self.of_file.entry(file).or_default().absorb(sketch);
        }
    }

    /// The files of which nearly all that can be compared is in others as well.
    pub fn suspected(&self, files: &[&Path]) -> Vec<Suspected> {
        let mut holders: BTreeMap<&Digest, Vec<usize>> = BTreeMap::new();
        for (file, sketch) in &self.of_file {
            sketch.least.iter().for_each(|digest| holders.entry(digest).or_default().push(*file));
        }
        let mut all = Vec::new();
        for (file, sketch) in &self.of_file {
            // Few files share anything with each other.
            let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
            for other in sketch.least.iter().flat_map(|digest| &holders[digest]).filter(|other| *other != file) {
                *shared.entry(*other).or_default() += 1;
            }
            // The one that has most of it, and those that have it together.
            let alone = shared.iter().max_by_key(|(_, count)| **count).map(|(other, _)| BTreeSet::from([*other]));
            let together = Some(shared.keys().copied().collect::<BTreeSet<usize>>()).filter(|all| all.len() > 1);
            all.extend(alone.into_iter().chain(together).filter_map(|others| self.suspects(*file, others, files)));
        }
        all
    }

    fn suspects(&self, file: usize, others: BTreeSet<usize>, files: &[&Path]) -> Option<Suspected> {
        let sketch = &self.of_file[&file];
        let held = |digest: &Digest| others.iter().any(|other| self.of_file[other].least.contains(digest));
        let most = others.iter().map(|other| self.of_file[other].most()).chain([sketch.most()]).min()?;
        let compared: BTreeSet<Digest> = sketch.below(most).copied().collect();
        let both = compared.iter().filter(|digest| held(digest)).count();
        let is_few = compared.len() < FEWEST;
        // Of few rows it takes one bill under one name, in two containers.
        let is_one = |other: &usize| {
            let twin = &self.of_file[other];
            (sketch.rows, &sketch.least) == (twin.rows, &twin.least)
                && stem(files[file]) == stem(files[*other])
                && files[file].parent() == files[*other].parent()
        };
        let is_enough = if is_few { !compared.is_empty() && others.iter().all(is_one) } else { both * 4 >= compared.len() * 3 };
        // Rows that do not say when they began may be of two days, unless the files lie side by side.
        let is_dated = |other: &usize| sketch.is_dated && self.of_file[other].is_dated || files[file].parent() == files[*other].parent();
        if is_enough {
            return others.iter().all(is_dated).then_some(Suspected { file, others, rows: compared, days: Vec::new() });
        }
        let (rows, days) = overlap(&compared, &held)?;
        Some(Suspected { file, others, rows, days })
    }
}

/// Of what is remembered that on days of which nearly all is in others as well, and these days: periods that overlap.
fn overlap(compared: &BTreeSet<Digest>, held: &dyn Fn(&Digest) -> bool) -> Option<(BTreeSet<Digest>, Vec<u16>)> {
    let mut days: BTreeMap<u16, (usize, usize)> = BTreeMap::new();
    for digest in compared.iter().filter(|digest| day(digest) != UNDATED) {
        let (all, both) = days.entry(day(digest)).or_default();
        *all += 1;
        *both += usize::from(held(digest));
    }
    days.retain(|_, (all, both)| *both > 0 && *both * 10 >= *all * 9);
    let rows: BTreeSet<Digest> = compared.iter().filter(|digest| days.contains_key(&day(digest))).copied().collect();
    (rows.len() >= FEWEST_OF_DAYS).then(|| (rows, days.into_keys().collect()))
}

/// The name of a file without what says which container it is.
fn stem(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    [".csv.gz", ".csv", ".parquet"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name).to_owned()
}

/// Days, those that follow on each other as one: `2026-10-03 to 2026-10-05, 2026-10-09`.
fn in_words(days: &[u16]) -> String {
    let name = |day: u16| Timestamp(i64::from(day) * 86_400).day();
    let runs = days.chunk_by(|one, next| one + 1 == *next).filter_map(|run| Some((*run.first()?, *run.last()?)));
    runs.map(|(first, last)| if first == last { name(first) } else { format!("{} to {}", name(first), name(last)) }).collect::<Vec<_>>().join(", ")
}

/// That a file is a copy.
pub(crate) fn refused(file: &Path, others: &[&Path], days: &[u16], Copy { compared, both, .. }: &Copy) -> CostError {
    let shown = match others {
        [one] => one.display().to_string(),
        [one, rest @ ..] => format!("{} and {} more", one.display(), rest.len()),
        [] => String::new(),
    };
    if !days.is_empty() {
        let what = format!(
            "its rows of {} are in {shown} as well ({both} of {compared} that were compared): they would count twice; export each day once",
            in_words(days)
        );
        return CostError::File { path: file.display().to_string(), what };
    }
    CostError::File {
        path: file.display().to_string(),
        what: format!(
            "it holds the same rows as {shown} ({both} of {compared} that were compared): two snapshots of one month, or one bill twice, would count twice; name one of them"
        ),
    }
}
