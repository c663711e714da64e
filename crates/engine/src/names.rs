//! Ids and names of resources in little room: what neighbours' ids have in common is held once, and a name that ends its id not at all.

use crate::intern::{Words, number, room};
use rustc_hash::FxHashMap;
use std::cmp::Ordering;
use tagledger_model::Text;

/// Rows of one block: no piece of memory has to grow with the estate.
const BLOCK: usize = 1 << 14;

/// The canonical id and the name of each row.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Ids up to their last separator, which the resources of one kind in one place share.
    heads: Words,
    blocks: Vec<Block>,
    /// Names that a later source knew better.
    renamed: FxHashMap<u32, Text>,
}

/// The ids and names of some rows.
#[derive(Debug, Default)]
struct Block {
    heads: Vec<u32>,
    /// What is left of each id behind its head.
    tails: Texts,
    /// Whether the name is the tail.
    are_tails: Vec<bool>,
    /// Names that are not; empty where there is none.
    names: Texts,
}

/// Texts one behind the other.
#[derive(Debug, Default)]
struct Texts {
    text: String,
    ends: Vec<u32>,
}

impl Texts {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(number(self.text.len()));
    }

    fn get(&self, at: usize) -> &str {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        &self.text[start..self.ends[at] as usize]
    }

    fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
}

fn joined(head: &str, tail: &str) -> Text {
    let mut whole = Text::with_capacity(head.len() + tail.len());
    whole.push_str(head);
    whole.push_str(tail);
    whole
}

/// Texts of which many begin alike, as what they name lies in one place: each begins with a head that is held once.
#[derive(Debug, Default)]
pub(crate) struct Phrases {
    heads: Words,
    heads_of: Vec<u32>,
    tails: Texts,
}

impl Phrases {
    /// Keeps a text, and numbers it. One without a separator is a head as a whole.
    pub fn push(&mut self, text: &str) -> u32 {
        let (head, tail) = text.split_at(text.rfind(['/', ':']).map_or(text.len(), |at| at + 1));
        room(&mut self.heads_of, 1);
        room(&mut self.tails.ends, 1);
        self.heads_of.push(self.heads.intern(head));
        self.tails.push(tail);
        number(self.heads_of.len() - 1)
    }

    /// The text of a number.
    pub fn get(&self, number: u32) -> Text {
        let at = number as usize;
        joined(&self.heads.words()[self.heads_of[at] as usize], self.tails.get(at))
    }
}

impl Names {
    /// Adds a row.
    pub fn push(&mut self, id: &str, name: Option<&str>) {
        if self.blocks.last().is_none_or(|last| last.heads.len() == BLOCK) {
            if let Some(full) = self.blocks.last_mut() {
                full.tails.shrink();
                full.names.shrink();
            }
            self.blocks.push(Block::default());
        }
        let (head, tail) = id.split_at(id.rfind(['/', ':']).map_or(0, |at| at + 1));
        let head = self.heads.intern(head);
        let Some(block) = self.blocks.last_mut() else { return };
        block.heads.push(head);
        block.tails.push(tail);
        block.are_tails.push(name == Some(tail));
        block.names.push(name.filter(|name| *name != tail).unwrap_or_default());
    }

    /// The two parts of a row's id, and what numbers the first.
    fn parts(&self, row: u32) -> (u32, &str, &str) {
        let (block, at) = (&self.blocks[row as usize / BLOCK], row as usize % BLOCK);
        let head = block.heads[at];
        (head, &self.heads.words()[head as usize], block.tails.get(at))
    }

    /// The id of a row.
    pub fn id(&self, row: u32) -> Text {
        let (_, head, tail) = self.parts(row);
        joined(head, tail)
    }

    /// Whether this is the id of a row.
    pub fn is(&self, row: u32, id: &str) -> bool {
        let (_, head, tail) = self.parts(row);
        id.strip_prefix(head) == Some(tail)
    }

    /// The ids of two rows in the order of their letters.
    pub fn order(&self, one: u32, other: u32) -> Ordering {
        let ((head, first, tail), (other_head, second, other_tail)) = (self.parts(one), self.parts(other));
        if head == other_head {
            return tail.cmp(other_tail);
        }
        // Two heads differ early, unless one is the beginning of the other.
        let shared = first.len().min(second.len());
        first.as_bytes()[..shared]
            .cmp(&second.as_bytes()[..shared])
            .then_with(|| first.bytes().chain(tail.bytes()).cmp(second.bytes().chain(other_tail.bytes())))
    }

    /// The name of a row.
    pub fn name(&self, row: u32) -> Option<&str> {
        let (block, at) = (&self.blocks[row as usize / BLOCK], row as usize % BLOCK);
        let first = || if block.are_tails[at] { block.tails.get(at) } else { block.names.get(at) };
        Some(self.renamed.get(&row).map_or_else(first, Text::as_str)).filter(|name| !name.is_empty())
    }

    /// Gives a row another name.
    pub fn rename(&mut self, row: u32, name: &str) {
        if self.name(row).unwrap_or_default() != name {
            self.renamed.insert(row, Text::new(name));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ids_and_names_come_back_and_stand_in_order(rows in prop::collection::vec(("[a/:é]{0,6}", prop::option::of("[a/:é]{0,3}"), prop::option::of("[ab]{0,2}")), 1..40)) {
            let mut names = Names::default();
            for (id, name, _) in &rows {
                names.push(id, name.as_deref());
            }
            for (row, (_, _, other)) in (0_u32..).zip(&rows) {
                if let Some(other) = other {
                    names.rename(row, other);
                }
            }
            for (row, (id, name, other)) in (0_u32..).zip(&rows) {
                prop_assert_eq!(&names.id(row), id);
                prop_assert!(names.is(row, id));
                let longer = format!("{id}x");
                prop_assert!(!names.is(row, &longer));
                let last = other.as_deref().or(name.as_deref()).filter(|name| !name.is_empty());
                prop_assert_eq!(names.name(row), last);
                for (second, (id2, _, _)) in (0_u32..).zip(&rows) {
                    prop_assert_eq!(names.order(row, second), id.cmp(id2));
                }
            }
        }
    }

    #[test]
    fn a_phrase_comes_back_whatever_it_shares() {
        let mut phrases = Phrases::default();
        let texts = ["status = RUNNING", "users = a/b/vm-1", "users = a/b/vm-2", "", "é:", "status = RUNNING", "users = a/b/"];
        let numbers = texts.map(|text| phrases.push(text));
        assert_eq!(numbers.map(|number| phrases.get(number).to_string()), texts);
    }

    #[test]
    fn more_rows_than_a_block_holds() {
        let mut names = Names::default();
        for row in 0..2 * BLOCK + 3 {
            names.push(&format!("arn:x:{row}"), (row % 3 == 0).then_some("web"));
        }
        let last = number(2 * BLOCK + 2);
        assert_eq!((names.id(last).as_str(), names.name(last), names.name(3)), (format!("arn:x:{last}").as_str(), None, Some("web")));
    }
}
