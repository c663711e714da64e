//! What was made of each entry of a dictionary, so that it is made once.

use crate::cells::Texts;
use arrow_array::Array;

/// What was made of each entry of a dictionary.
#[derive(Default)]
pub(super) struct Memo<T> {
    /// The dictionary itself: while it is held, its address cannot be given to another.
    of: Option<arrow_array::StringArray>,
    pub made: Vec<Option<T>>,
}

impl<T: Clone> Memo<T> {
    /// Ready for this dictionary, with room for `variants` answers to an entry.
    pub fn fit(&mut self, texts: &Texts<'_>, variants: usize) {
        let size = texts.entries() * variants;
        let same = texts
            .dictionary()
            .zip(self.of.as_ref())
            .is_some_and(|(new, held)| std::ptr::eq(new.value_offsets().as_ptr(), held.value_offsets().as_ptr()) && new.len() == held.len());
        if !same || self.made.len() != size {
            self.of = texts.dictionary().cloned();
            self.made.clear();
            self.made.resize(size, None);
        }
    }
}
