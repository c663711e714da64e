//! The table of resource kinds, by their asset type in lower case.

use std::sync::LazyLock;
use tagledger_model::Kinds;

/// Read from `kinds.tsv` on first use.
pub(crate) static KINDS: LazyLock<Kinds> = LazyLock::new(|| Kinds::from_table(include_str!("kinds.tsv")));

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_line_of_the_table_has_six_columns_in_lower_case() {
        let lines: Vec<&str> = include_str!("kinds.tsv").lines().filter(|l| !l.starts_with('#') && !l.trim().is_empty()).collect();
        assert_eq!(KINDS.len(), lines.len(), "a line has another shape, or a kind is listed twice");
        let mut seen = HashSet::new();
        for line in lines {
            let columns: Vec<&str> = line.split('\t').collect();
            let [native, shared, terraform, taggable, attribute, searched] = columns[..] else { panic!("`{line}` has {} columns", columns.len()) };
            assert!(seen.insert(native), "{native} is listed twice");
            assert_eq!(native, native.to_lowercase(), "{line}");
            assert!(native.contains('/') && !native.contains(' '), "{line}");
            assert!(shared.split_once('.').is_some_and(|(family, thing)| !family.is_empty() && !thing.is_empty()), "{line}");
            assert!(terraform == "-" || terraform.starts_with("google_"), "{line}");
            assert!(matches!(taggable, "yes" | "no") && matches!(searched, "yes" | "no" | "-"), "{line}");
            assert!(attribute == "-" || (taggable == "yes" && terraform != "-" && attribute.ends_with("labels")), "{line}");
        }
    }
}
