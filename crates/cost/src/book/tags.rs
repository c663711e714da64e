//! What tags say, as a number: each distinct set of answers has one.

use super::{Book, MEMORY};
use crate::aggregate::Said;
use tagledger_taxonomy::Scanned;

/// The mark of a tag text that could not be read; state numbers never come near it.
const MALFORMED: u32 = 1 << 31;

/// A bit for each key that has a value.
fn answered(said: &[Said]) -> u32 {
    said.iter().enumerate().fold(0, |bits, (at, said)| bits | u32::from(said.value != 0) << at)
}

impl Book<'_> {
    /// The state number of what `tag_text` gave, with the row counted when its text could not be read.
    #[inline]
    pub fn counted(&mut self, tags: u32) -> u32 {
        self.repairs.malformed_tags += u64::from(tags & MALFORMED != 0);
        tags & !MALFORMED
    }

    /// What a tag text says, as a number; marked when it could not be read, so that every row that has it can be counted.
    pub fn tag_text(&mut self, cloud: u8, text: Option<&str>) -> u32 {
        let normaliser = &mut self.normalisers[usize::from(cloud)];
        match text {
            Some(text) => {
                if normaliser.scan(text, self.billing.prefixes, &mut self.states) == Scanned::Malformed {
                    return self.state_number() | MALFORMED;
                }
            }
            None => normaliser.begin(&mut self.states),
        }
        self.state_number()
    }

    /// The same, remembering texts: for sources without a dictionary of their own where texts repeat.
    pub fn tag_text_remembered(&mut self, cloud: u8, text: &str) -> u32 {
        let digest = self.digest.of(cloud.into(), text);
        if let Some(number) = self.texts.get(&digest) {
            return *number;
        }
        let number = self.tag_text(cloud, Some(text));
        if self.texts.len() < MEMORY {
            self.texts.insert(digest, number);
        }
        number
    }

    /// What tags say that come as pairs.
    pub fn tag_pairs<'t>(&mut self, cloud: u8, pairs: impl Iterator<Item = (&'t str, Option<&'t str>)>) -> u32 {
        let normaliser = &mut self.normalisers[usize::from(cloud)];
        normaliser.begin(&mut self.states);
        for (position, (key, value)) in (0_u32..).zip(pairs) {
            let key = self.billing.prefixes.iter().find_map(|p| key.strip_prefix(p)).unwrap_or(key);
            let meaning = normaliser.meaning(key, Some(value.unwrap_or("")));
            tagledger_taxonomy::apply(&mut self.states, position, &meaning);
        }
        self.state_number()
    }

    fn state_number(&mut self) -> u32 {
        self.said.clear();
        for key in &self.billing.keys {
            let state = &self.states[key.index()];
            self.said.push(Said { value: state.value, standing: state.standing });
        }
        self.said_number()
    }

    /// The number of `said`.
    pub(super) fn said_number(&mut self) -> u32 {
        if let Some(number) = self.tag_states.get(&self.said) {
            return *number;
        }
        let number = u32::try_from(self.tag_list.len()).unwrap_or(u32::MAX);
        self.tag_states.insert(self.said.clone(), number);
        self.answered.push(answered(&self.said));
        self.tag_list.push(self.said.clone());
        number
    }
}
