//! Files that hold the same rows: two snapshots of one month, or one bill in two containers, whatever they are called and wherever they lie.
//!
//! Of each file those rows are remembered whose digests are the least. Of what two files share they remember the same, however much else they hold and in whatever order,
//! so that one that is a part of the other shows, as a month to date is of the month to date of a later day. A row is known by what it costs, what it is of, whose it is
//! and when it began; parts of one bill share hardly any.

use crate::CostError;
use crate::cells::{Cell, Texts, seconds};
use crate::columns::Rows;
use crate::focus::Column;
use foldhash::fast::FixedState;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, Hasher};
use std::path::Path;
use tagledger_model::{Amount, Month};

/// What rows are told apart by, beside what they cost.
pub(crate) const COLUMNS: [Column; 4] = [Column::SubAccountId, Column::ServiceName, Column::ChargePeriodStart, Column::ResourceId];

/// Digests that are remembered of a file.
const REMEMBERED: usize = 256;

/// Fewer may be alike by chance.
const FEWEST: usize = 16;

/// Rows of a file that are remembered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sketch {
    /// What is quickly known of a row, and all of it; the least ones.
    least: BTreeSet<(u64, u64)>,
    /// Rows that cost anything.
    rows: u64,
    /// Whether rows say when they began.
    is_dated: bool,
}

impl Sketch {
    /// Takes in rows with what they cost.
    pub fn note(&mut self, rows: &Rows<'_>, months: &[Month], amounts: &[Option<Amount>]) {
        let state = FixedState::default();
        let ids = rows.get(Column::ResourceId).and_then(|array| Texts::of(array).ok());
        self.is_dated |= rows.get(Column::ChargePeriodStart).is_some();
        let mut most = self.most();
        for (row, amount) in amounts.iter().enumerate() {
            let Some(amount) = amount.filter(|amount| *amount != Amount::ZERO) else { continue };
            self.rows += 1;
            // Nearly every row is passed over here, by the end of its id: ids of one bill begin alike.
            let id = ids.as_ref().and_then(|ids| ids.text(row)).unwrap_or_default().as_bytes();
            let tail = id.last_chunk::<8>().map_or_else(|| id.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)), |tail| u64::from_le_bytes(*tail));
            let quick = state.hash_one((amount.0, tail, id.len()));
            if quick <= most {
                self.least.insert((quick, whole(&state, rows, row, months[row])));
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

    /// How many rows of either are compared, and how many of them are in both.
    fn shared(&self, other: &Self) -> (usize, usize) {
        let most = self.most().min(other.most());
        // At the bound itself one may have forgotten what the other remembers.
        let compared = |sketch: &Self| sketch.least.iter().filter(|(quick, _)| most == u64::MAX || *quick < most).count();
        let both = self.least.intersection(&other.least).filter(|(quick, _)| most == u64::MAX || *quick < most).count();
        (compared(self).min(compared(other)), both)
    }
}

/// The digest of all that a row is known by.
fn whole(state: &FixedState, rows: &Rows<'_>, row: usize, month: Month) -> u64 {
    let mut hasher = state.build_hasher();
    hasher.write_i32(month.0);
    for column in COLUMNS {
        let Some(array) = rows.get(column) else { continue };
        if column == Column::ChargePeriodStart {
            let mut at = Vec::new();
            seconds(&array.slice(row, 1), &mut at);
            hasher.write_i64(at.first().copied().flatten().unwrap_or(i64::MIN));
            continue;
        }
        let Ok(texts) = Texts::of(array) else { continue };
        match texts.get(row) {
            Cell::Null => {}
            // An account's number is text in one container and a number in another.
            Cell::Number(number) => hasher.write(number.to_string().as_bytes()),
            Cell::Entry(entry) => hasher.write(texts.entry(entry).as_bytes()),
            Cell::Text(text) => hasher.write(text.as_bytes()),
        }
        hasher.write_u8(0xff);
    }
    hasher.finish()
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

    /// Refuses a file that is a part of another one.
    pub fn no_two(&self, files: &[&Path]) -> Result<(), CostError> {
        // Few files share anything with each other, and only those are held against each other.
        let mut holders: BTreeMap<&(u64, u64), Vec<usize>> = BTreeMap::new();
        for (file, sketch) in &self.of_file {
            sketch.least.iter().for_each(|digest| holders.entry(digest).or_default().push(*file));
        }
        let mut pairs: BTreeSet<(usize, usize)> = BTreeSet::new();
        for holders in holders.values() {
            pairs.extend(holders.iter().zip(holders.iter().skip(1)).map(|(one, other)| (*one, *other)));
            pairs.extend(holders.first().copied().zip(holders.last().copied()).filter(|(one, other)| one != other));
        }
        for (one, other) in pairs {
            let (a, b) = (&self.of_file[&one], &self.of_file[&other]);
            let (compared, both) = a.shared(b);
            // Rows that do not say when they began may be of two days, unless the two lie side by side and are alike in everything.
            let is_alike = a.least == b.least && a.rows == b.rows && (a.is_dated && b.is_dated || files[one].parent() == files[other].parent());
            let is_part = compared >= FEWEST && both * 4 >= compared * 3 && a.is_dated && b.is_dated;
            if is_alike || is_part {
                return Err(CostError::File {
                    path: files[other].display().to_string(),
                    what: format!(
                        "it holds the same rows as {} ({both} of {compared} that were compared): two snapshots of one month, or one bill twice, would count twice; name \
                         one of them",
                        files[one].display()
                    ),
                });
            }
        }
        Ok(())
    }
}
