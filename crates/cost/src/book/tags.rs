//! What tags say, as a number: each distinct set of answers has one.

use super::{Book, MEMORY};
use crate::aggregate::Said;
use crate::owners::{ByDigest, NONE, SIDE_BY_SIDE};
use tagledger_model::{Month, Standing};
use tagledger_taxonomy::Scanned;

/// The mark of a tag text that could not be read; state numbers never come near it.
const MALFORMED: u32 = 1 << 31;

/// A bit for each key that has a value.
fn answered(said: &[Said]) -> u32 {
    said.iter().enumerate().fold(0, |bits, (at, said)| bits | u32::from(said.value != 0) << at)
}

/// What was made of whole tag texts, under the schemes that the files at hand write before keys. A resource's rows carry one text.
#[derive(Default)]
pub(super) struct Remembered {
    made: ByDigest,
    schemes: &'static [&'static str],
    found: u32,
    missed: u32,
}

/// Texts after which it is decided whether to remember more: a large estate shows few of them twice before.
const TRIED: u32 = 1 << 20;

impl Remembered {
    /// Whether looking up is less work than reading: not in a bill that has another text on every row.
    fn pays(&mut self) -> bool {
        if self.found + self.missed > TRIED && self.missed > self.found {
            self.made = ByDigest::default();
            return false;
        }
        true
    }
}

impl Book<'_> {
    /// Says which schemes stand before the user's own keys in what is read next.
    pub fn read_under(&mut self, schemes: &'static [&'static str]) {
        self.schemes = schemes;
        if self.remembered.schemes != schemes {
            self.remembered = Remembered { schemes, ..Remembered::default() };
        }
    }

    /// What the tag texts of some rows say, each with its cloud, as [`Self::tag_text`] gives it; at most as many as are looked up side by side.
    pub fn tag_texts(&mut self, texts: &[(usize, u8, &str)], numbers: &mut [u32]) {
        if !self.remembered.pays() {
            for (row, cloud, text) in texts {
                numbers[*row] = self.tag_text(*cloud, Some(text));
            }
            return;
        }
        let mut digests = [0; SIDE_BY_SIDE];
        for (digest, (_, cloud, text)) in digests.iter_mut().zip(texts) {
            *digest = self.digest.of((*cloud).into(), text);
        }
        for (digest, (row, ..)) in digests.iter().zip(texts) {
            numbers[*row] = self.remembered.made.find(*digest).unwrap_or(NONE);
        }
        for (digest, (row, cloud, text)) in digests.iter().zip(texts) {
            if numbers[*row] != NONE {
                self.remembered.found = self.remembered.found.saturating_add(1);
                continue;
            }
            self.remembered.missed = self.remembered.missed.saturating_add(1);
            let number = self.tag_text(*cloud, Some(text));
            numbers[*row] = number;
            if self.remembered.made.len() < MEMORY {
                self.remembered.made.put(*digest, number);
            }
        }
    }

    /// The state number of what `tag_text` gave, with the row, of this month and provider, counted when its text could not be read.
    #[inline]
    pub fn counted(&mut self, tags: u32, rows: u64, month: Month, provider: u32) -> u32 {
        if tags & MALFORMED != 0 {
            self.repairs.malformed_tags += rows;
            self.leave_untold(month, provider);
        }
        tags & !MALFORMED
    }

    /// What a tag text says, as a number; marked when it could not be read, so that every row that has it can be counted.
    pub fn tag_text(&mut self, cloud: u8, text: Option<&str>) -> u32 {
        let normaliser = &mut self.normalisers[usize::from(cloud)];
        match text {
            Some(text) => {
                if normaliser.scan(text, self.schemes, &mut self.states) == Scanned::Malformed {
                    return self.state_number() | MALFORMED;
                }
            }
            None => normaliser.begin(&mut self.states),
        }
        self.state_number()
    }

    /// What tags say that come as pairs.
    pub fn tag_pairs<'t>(&mut self, cloud: u8, pairs: impl Iterator<Item = (&'t str, Option<&'t str>)>) -> u32 {
        let normaliser = &mut self.normalisers[usize::from(cloud)];
        normaliser.begin(&mut self.states);
        for (position, (key, value)) in (0_u32..).zip(pairs) {
            let key = self.schemes.iter().find_map(|p| key.strip_prefix(p)).unwrap_or(key);
            let meaning = normaliser.meaning(key, Some(value.unwrap_or("")));
            tagledger_taxonomy::apply(&mut self.states, position, &meaning);
        }
        self.state_number()
    }

    /// What tags say together with others, which have a say on keys of which the first hold nothing.
    pub fn filled(&mut self, tags: u32, further: u32) -> u32 {
        let mark = (tags | further) & MALFORMED;
        let (own, other) = (tags & !MALFORMED, further & !MALFORMED);
        if own == other {
            return own | mark;
        }
        if let Some(number) = self.both_tags.get(&(own, other)) {
            return number | mark;
        }
        let pairs = self.tag_list[own as usize].iter().zip(&self.tag_list[other as usize]);
        self.said = pairs.map(|(own, other)| if own.standing == Standing::Absent { *other } else { *own }).collect();
        let number = self.said_number();
        self.both_tags.insert((own, other), number);
        number | mark
    }

    fn state_number(&mut self) -> u32 {
        let all = self.billing.keys.iter().map(|key| &self.states[key.index()]).map(|state| Said { value: state.value, standing: state.standing });
        if let Some(number) = packed(all, self.billing.keys.len()).and_then(|packed| self.tag_states.get(&packed)) {
            return *number;
        }
        self.said.clear();
        for key in &self.billing.keys {
            let state = &self.states[key.index()];
            self.said.push(Said { value: state.value, standing: state.standing });
        }
        self.said_number()
    }

    /// The number of `said`.
    pub(super) fn said_number(&mut self) -> u32 {
        let packed = packed(self.said.iter().copied(), self.said.len());
        let known = match packed {
            Some(packed) => self.tag_states.get(&packed),
            None => self.wide_states.get(&self.said),
        };
        if let Some(number) = known {
            return *number;
        }
        let number = u32::try_from(self.tag_list.len()).unwrap_or(u32::MAX);
        match packed {
            Some(packed) => self.tag_states.insert(packed, number),
            None => self.wide_states.insert(self.said.clone(), number),
        };
        self.answered.push(answered(&self.said));
        self.tag_list.push(self.said.clone());
        number
    }
}

/// Answers side by side in one number, when there are few keys and few values: comparing numbers is several times as fast as comparing lists.
#[inline]
fn packed(all: impl Iterator<Item = Said>, keys: usize) -> Option<u128> {
    const STANDING: u32 = 3;
    let width = 128_u32.checked_div(u32::try_from(keys).ok()?).map_or(0, |width| width.min(32 + STANDING));
    if keys > 0 && width <= STANDING {
        return None;
    }
    let mut number = 0_u128;
    for said in all {
        if u64::from(said.value) >> (width - STANDING) != 0 {
            return None;
        }
        number = number << width | u128::from(said.value) << STANDING | said.standing as u128;
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_answers_never_share_a_number_and_wide_ones_have_none() {
        let of = |all: &[(u32, Standing)]| packed(all.iter().map(|(value, standing)| Said { value: *value, standing: *standing }), all.len());
        let mut seen = std::collections::HashSet::new();
        for a in [0, 1, 7, 8, u32::MAX] {
            for b in [0, 1, 7, 8, u32::MAX] {
                for standing in [Standing::Canonical, Standing::Absent, Standing::NotTaggable] {
                    assert!(seen.insert(of(&[(a, standing), (b, Standing::Empty)]).unwrap()), "{a} {b} {standing:?}");
                }
            }
        }
        assert_eq!(of(&[(1 << 22, Standing::Canonical); 5]), None);
        assert!(of(&[((1 << 22) - 1, Standing::NotTaggable); 5]).is_some());
        assert_eq!(of(&[(0, Standing::Absent); 60]), None);
        assert_eq!(of(&[]), Some(0));
    }
}
