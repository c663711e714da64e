//! Distinct words are judged once, and rows by the codes of their words: for rules whose question no comparison of columns can put.

use crate::context::Context;
use crate::inventory::{Inventory, NONE};
use crate::tag_sets::Pair;
use polars::prelude::*;
use rustc_hash::FxHashMap;
use tagledger_model::{Standing, Text};
use tagledger_taxonomy::{Declared, KeyId, Spelt, decode_label};

/// What a distinct word says: true, false, or nothing.
type Answer = Option<bool>;

impl Context<'_> {
    /// Judges the value that a key has after inheritance and default; null where there is none.
    pub fn judged_by_value(&self, key: KeyId, judge: impl Fn(&Text) -> Answer) -> Expr {
        let answers = self.answers(key, judge);
        let (parts, resolved) = (&self.inventory.parts, &self.inventory.resolved);
        self.column((0..self.inventory.len()).map(|row| answers[resolved.effective(parts, row, key).value as usize]))
    }

    /// Judges the value of the resource's own tag; null where there is none that the taxonomy knows.
    pub fn judged_by_own_value(&self, key: KeyId, judge: impl Fn(&Text) -> Answer) -> Expr {
        let answers = self.answers(key, judge);
        let parts = &self.inventory.parts;
        let own = |set: &u32| parts.sets.states(*set).map_or(0, |states| states[key.index()].value);
        self.column(parts.resources.sets.iter().map(|set| answers[own(set) as usize]))
    }

    /// Judges the Environment that a resource is in: what it or a container says, else what its container is declared for; null where nothing says.
    pub fn judged_by_environment(&self, judge: impl Fn(&Text) -> Answer) -> Expr {
        let Some(key) = self.taxonomy().key("Environment") else { return lit(NULL) };
        // A stage may be a value that no tag says and no list names: it has its code only when it was looked up.
        let codes: Vec<u32> = (0..self.inventory.len()).map(|row| environment_code(self.inventory, key, row)).collect();
        let answers = self.answers(key, judge);
        self.column(codes.into_iter().map(|code| answers[code as usize]))
    }

    /// Judges the value that a key has together with the Environment; null where there is no value. Each distinct pair is judged once.
    pub fn judged_in_environment(&self, key: KeyId, judge: impl Fn(&Text, Option<&Text>) -> Answer) -> Expr {
        let (parts, resolved) = (&self.inventory.parts, &self.inventory.resolved);
        let environment = self.taxonomy().key("Environment");
        let words = |key: KeyId| parts.dictionary.values(key);
        let code_of = |row: usize| environment.map_or(0, |environment| environment_code(self.inventory, environment, row));
        let codes: Vec<(u32, u32)> = (0..self.inventory.len()).map(|row| (resolved.effective(parts, row, key).value, code_of(row))).collect();
        let (values, environments) = (words(key), environment.map(words).unwrap_or_default());
        let word = |all: &[Text], code: u32| (code as usize).checked_sub(1).and_then(|at| all.get(at).cloned());
        let mut answers: FxHashMap<(u32, u32), Answer> = FxHashMap::default();
        let answer = |pair: (u32, u32)| {
            let new = || judge(&word(&values, pair.0)?, word(&environments, pair.1).as_ref());
            *answers.entry(pair).or_insert_with(new)
        };
        self.column(codes.into_iter().map(answer))
    }

    /// Judges the Region; null where none is known.
    pub fn judged_by_region(&self, judge: impl Fn(&Text) -> Answer) -> Expr {
        let parts = &self.inventory.parts;
        let answers: Vec<Answer> = parts.regions.iter().map(judge).collect();
        self.column(parts.resources.every().map(|common| answers.get(common.region as usize).copied().flatten()))
    }

    /// Judges the kind, by the cloud's own name and the shared one.
    pub fn judged_by_kind(&self, judge: impl Fn(&str, Option<&str>) -> bool) -> Expr {
        let parts = &self.inventory.parts;
        let shared = |cloud: usize, native: &Text| parts.clouds[cloud].kinds.find(native).map(|kind| kind.shared);
        let answers: Vec<Vec<bool>> =
            (0..parts.clouds.len()).map(|cloud| parts.kinds.iter().map(|native| judge(native, shared(cloud, native))).collect()).collect();
        self.column(parts.resources.every().map(|common| Some(answers[usize::from(common.cloud)][common.kind as usize])))
    }

    /// Whether any tag of a resource answers; null where its tags were not read.
    pub fn has_tag(&self, judge: impl Fn(&Pair) -> bool) -> Expr {
        self.has_tag_that_may(|tag| Some(judge(tag)))
    }

    /// The same, where a tag may leave the question open: null as well where none answers and one may.
    pub fn has_tag_that_may(&self, judge: impl Fn(&Pair) -> Answer) -> Expr {
        let sets = &self.inventory.parts.sets;
        let answers: Vec<Answer> = sets.pairs.iter().map(judge).collect();
        let of = |set: &u32| sets.pairs_of(*set).iter().map(|pair| answers[*pair as usize]);
        let any = |set: &u32| if *set == NONE { None } else { of(set).max_by_key(|answer| rank(*answer)).unwrap_or(Some(false)) };
        self.column(self.inventory.parts.resources.sets.iter().map(any))
    }

    /// Whether the tags of a resource were read.
    pub fn has_read_tags(&self) -> Expr {
        self.column(self.inventory.parts.resources.sets.iter().map(|set| Some(*set != NONE)))
    }

    /// Whether a tag that one of these names answers, its value as it was before any encoding; null where its tags were not read.
    pub fn has_tag_named(&self, keys: &[Spelt], judge: impl Fn(&str) -> bool) -> Expr {
        let parts = &self.inventory.parts;
        self.has_tag(|tag| {
            let Some(value) = tag.value().filter(|_| parts.names(keys, tag)) else { return false };
            judge(&if parts.clouds[usize::from(tag.cloud)].grammar.encoded { decode_label(value) } else { value.into() })
        })
    }

    /// The answers by code; code 0 stands for no value.
    fn answers(&self, key: KeyId, judge: impl Fn(&Text) -> Answer) -> Vec<Answer> {
        std::iter::once(None).chain(self.inventory.parts.dictionary.values(key).iter().map(judge)).collect()
    }

    /// One answer per resource, as a column beside those of the frame.
    #[expect(clippy::unused_self, reason = "it only makes sense of the rows of this inventory")]
    fn column(&self, rows: impl Iterator<Item = Answer>) -> Expr {
        let column: BooleanChunked = rows.collect();
        lit(column.into_series())
    }
}

/// Of several answers the one that counts: a yes, else one that is open.
fn rank(answer: Answer) -> u8 {
    match answer {
        Some(false) => 0,
        None => 1,
        Some(true) => 2,
    }
}

/// Whether the stage of the container speaks in the place of the resource: of what says something that nobody understands, and of what was not read, it
/// is not known. A container that lends and was not read is in its way no more than one that was and says nothing: its stage is declared.
pub(crate) fn gives_way(own: Standing) -> bool {
    matches!(own, Standing::Absent | Standing::Empty)
}

/// The code of the Environment that a resource is in: what it or a container says, else what its container is declared for; 0 where nothing says.
pub(crate) fn environment_code(inventory: &Inventory, key: KeyId, row: usize) -> u32 {
    let (parts, resolved) = (&inventory.parts, &inventory.resolved);
    let effective = resolved.effective(parts, row, key);
    let own = || parts.sets.states(parts.resources.sets[row]).map_or(Standing::Undetermined, |states| states[key.index()].standing);
    if effective.value == 0 && gives_way(own()) {
        return resolved.stage(parts, row).and_then(Declared::environment).map_or(0, |declared| parts.dictionary.code(key, declared));
    }
    effective.value
}
