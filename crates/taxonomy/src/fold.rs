//! Folding: the form in which keys and values are compared.

use crate::Value;

/// The comparable form of a key or value: lower case, without `-`, `_`, `.`, `:`, `/` and spaces.
/// `Cost-Center`, `cost_center` and `costCenter` fold to the same text. Folding twice changes nothing.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !matches!(c, '-' | '_' | '.' | ':' | '/' | ' ')) {
        if c.is_ascii() { folded.push(c.to_ascii_lowercase()) } else { folded.extend(c.to_lowercase()) }
    }
    folded
}

impl Value {
    /// Whether a text is one of its spellings.
    pub fn is_called(&self, text: &str) -> bool {
        let folded = fold(text);
        std::iter::once(&self.name).chain(&self.aliases).any(|spelling| fold(spelling) == folded)
    }
}

#[cfg(test)]
mod tests {
    use super::fold;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_one_key_meet() {
        for text in ["CostCenter", "cost-center", "COST_CENTER", "cost.center", "cost:center", "cost/center", "Cost Center"] {
            assert_eq!(fold(text), "costcenter", "{text}");
        }
        assert_eq!(fold("Größe"), "größe");
        assert_eq!(fold("-_. :/"), "");
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in ".*") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
