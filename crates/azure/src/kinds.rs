//! The table of resource kinds, by their Resource Manager type in lower case.

use std::sync::LazyLock;
use tagledger_model::Kinds;

/// Read from `kinds.tsv` on first use; `taggable.tsv` knows more types, but only whether they can carry tags.
pub(crate) static KINDS: LazyLock<Kinds> = LazyLock::new(|| Kinds::from_table(include_str!("kinds.tsv")).and_taggable(include_str!("taggable.tsv")));

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use tagledger_model::Taggable;

    #[test]
    fn types_without_a_line_of_their_own_may_still_be_known_to_carry_tags() {
        assert_eq!(KINDS.taggable("Microsoft.Web/sites/config"), Some(Taggable::No));
        assert_eq!(KINDS.taggable("Microsoft.Compute/virtualMachines/extensions"), Some(Taggable::Yes));
        assert_eq!(KINDS.taggable("microsoft.storage/storageaccounts"), Some(Taggable::Yes));
        assert_eq!((KINDS.taggable("microsoft.web/nosuch"), KINDS.taggable("microsoft.we/sites"), KINDS.taggable("sites")), (None, None, None));
        let mut namespaces = HashSet::new();
        for line in include_str!("taggable.tsv").lines().filter(|l| !l.starts_with('#')) {
            let columns: Vec<&str> = line.split('\t').collect();
            assert!(columns.len() == 3 && line == line.to_lowercase() && namespaces.insert(columns[0]), "{line}");
        }
        assert!(namespaces.len() > 200);
    }

    #[test]
    fn a_kind_says_whether_its_tags_reach_the_bill() {
        let told = |kind: &str| KINDS.find(kind).unwrap().tags_on_bill;
        assert_eq!(
            (told("Microsoft.Compute/disks"), told("microsoft.compute/capacityreservationgroups"), told("microsoft.app/jobs")),
            (Some(true), Some(false), None)
        );
    }

    #[test]
    fn every_line_of_the_table_has_five_columns_in_lower_case() {
        let lines: Vec<&str> = include_str!("kinds.tsv").lines().filter(|l| !l.starts_with('#') && !l.trim().is_empty()).collect();
        assert_eq!(KINDS.len(), lines.len(), "a line has another shape, or a kind is listed twice");
        let mut seen = HashSet::new();
        for line in lines {
            let columns: Vec<&str> = line.split('\t').collect();
            let [native, shared, terraform, taggable, on_bill] = columns[..] else { panic!("`{line}` has {} columns", columns.len()) };
            assert!(seen.insert(native), "{native} is listed twice");
            assert_eq!(native, native.to_lowercase(), "{line}");
            assert!(native.contains('/') && !native.contains(' '), "{line}");
            assert!(shared.split_once('.').is_some_and(|(family, thing)| !family.is_empty() && !thing.is_empty()), "{line}");
            assert!(terraform == "-" || terraform.starts_with("azurerm_"), "{line}");
            assert!(matches!(taggable, "yes" | "no"), "{line}");
            assert!(matches!(on_bill, "yes" | "no" | "-") && (taggable, on_bill) != ("no", "yes"), "{line}");
        }
    }
}
