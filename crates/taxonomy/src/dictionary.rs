//! Canonical values as small numbers, the same ones for everybody who compares them.

use crate::{Domain, KeyId, Taxonomy};
use rustc_hash::FxHashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tagledger_model::Text;

/// The canonical values that occur, per key, by code. Code 0 is "none". Shared by everything that compares codes.
#[derive(Debug, Clone)]
pub struct Dictionary {
    keys: Arc<Vec<Mutex<Words>>>,
}

#[derive(Debug, Default)]
struct Words {
    by_text: FxHashMap<Text, u32>,
    texts: Vec<Text>,
}

impl Dictionary {
    /// A dictionary that already knows the listed values of each key, in the taxonomy's order.
    pub fn new(taxonomy: &Taxonomy) -> Self {
        let keys = taxonomy.keys.iter().map(|key| {
            let mut words = Words::default();
            if let Domain::Values(values) = &key.domain {
                for value in values {
                    words.code(&value.name);
                }
            }
            Mutex::new(words)
        });
        Self { keys: Arc::new(keys.collect()) }
    }

    /// The code of a canonical value, given out on first use.
    pub fn code(&self, key: KeyId, value: &str) -> u32 {
        self.keys[key.index()].lock().unwrap_or_else(PoisonError::into_inner).code(value)
    }

    /// All values of a key; the value with code `n` is at `n - 1`.
    pub fn values(&self, key: KeyId) -> Vec<Text> {
        self.keys[key.index()].lock().unwrap_or_else(PoisonError::into_inner).texts.clone()
    }

    /// The value with a code; none for 0.
    pub fn value(&self, key: KeyId, code: u32) -> Option<Text> {
        let words = self.keys[key.index()].lock().unwrap_or_else(PoisonError::into_inner);
        words.texts.get(usize::try_from(code).ok()?.checked_sub(1)?).cloned()
    }
}

impl Words {
    fn code(&mut self, value: &str) -> u32 {
        if let Some(code) = self.by_text.get(value) {
            return *code;
        }
        let text = Text::new(value);
        self.texts.push(text.clone());
        let code = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.by_text.insert(text, code);
        code
    }
}
