//! Interning without storing keys twice: the table holds row numbers, the rows hold the words.

use rustc_hash::{FxHashMap, FxHasher};
use std::hash::{Hash, Hasher};

/// Finds the row that holds a value, by hash and a look at the row.
#[derive(Debug, Default, Clone)]
pub(crate) struct Table {
    /// By half a hash: twice as many entries lie in the same room, and values that share one stand side by side as well.
    rows: FxHashMap<u32, u32>,
}

/// Half a hash, which the look at the row makes whole.
#[expect(clippy::cast_possible_truncation, reason = "half of it is meant")]
pub(crate) fn hash(value: &impl Hash) -> u32 {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    let hash = hasher.finish();
    (hash ^ hash >> 32) as u32
}

impl Table {
    /// The row for a hash for which `same` holds, or the place where it would stand. Two values with one hash stand side by side.
    pub fn find(&self, mut hash: u32, same: impl Fn(u32) -> bool) -> Result<u32, u32> {
        loop {
            match self.rows.get(&hash) {
                None => return Err(hash),
                Some(row) if same(*row) => return Ok(*row),
                Some(_) => hash = hash.wrapping_add(0x9e37_79b9),
            }
        }
    }

    /// Remembers a row at a place that `find` gave.
    pub fn insert(&mut self, place: u32, row: u32) {
        self.rows.insert(place, row);
    }
}

/// Interned words.
#[derive(Debug, Default, Clone)]
pub(crate) struct Words {
    table: Table,
    words: Vec<tagledger_model::Text>,
}

impl Words {
    /// The number of a word, given out on first use.
    pub fn intern(&mut self, word: &str) -> u32 {
        match self.table.find(hash(&word), |row| self.words[row as usize] == word) {
            Ok(row) => row,
            Err(place) => {
                let row = number(self.words.len());
                self.table.insert(place, row);
                self.words.push(tagledger_model::Text::new(word));
                row
            }
        }
    }

    /// The words so far.
    pub fn words(&self) -> &[tagledger_model::Text] {
        &self.words
    }

    /// The words in order of first use.
    pub fn into_vec(self) -> Vec<tagledger_model::Text> {
        self.words
    }
}

/// Makes room for so many more in steps of a quarter: a list that doubles holds twice what it needs, and thrice while it moves.
pub(crate) fn room<T>(list: &mut Vec<T>, more: usize) {
    if list.len() + more > list.capacity() {
        list.reserve_exact(list.len() / 4 + more + 1024);
    }
}

/// A length as a row number. Four thousand million rows do not fit this machine's memory, so the limit is never met.
pub(crate) fn number(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
