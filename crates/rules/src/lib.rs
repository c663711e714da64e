//! The rules: each says which rows break it, as columns over the engine's tables, and how to put one such row into words.
//!
//! How a rule is run, waived and counted is in `engine`; what keys, values and stages there are is in `taxonomy`. Every rule has
//! one file here and one page in `pages/`, and the page is run as its test.

mod conflicting_keys;
mod empty_value;
mod expired;
mod missing_required_key;
mod nonstandard_key;
mod nonstandard_value;
mod repeated_key;
mod stage_mismatch;
mod stage_undeclared;
mod unattached;
mod unknown_value;
mod untagged;
mod waiver_expired;
mod waiver_unused;
mod words;

use tagledger_engine::Rule;

/// Every rule, by id. A new rule is its file, its page and one line here.
pub static RULES: &[&dyn Rule] = &[
    &conflicting_keys::ConflictingKeys,
    &empty_value::EmptyValue,
    &expired::Expired,
    &missing_required_key::MissingRequiredKey,
    &nonstandard_key::NonstandardKey,
    &nonstandard_value::NonstandardValue,
    &repeated_key::RepeatedKey,
    &stage_mismatch::StageMismatch,
    &stage_undeclared::StageUndeclared,
    &unattached::Unattached,
    &unknown_value::UnknownValue,
    &untagged::Untagged,
    &waiver_expired::WaiverExpired,
    &waiver_unused::WaiverUnused,
];

/// The rule with that id.
pub fn find(id: &str) -> Option<&'static dyn Rule> {
    RULES.iter().copied().find(|rule| rule.meta().id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_every_id_finds_its_rule() {
        let ids: Vec<&str> = RULES.iter().map(|rule| rule.meta().id).collect();
        assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
        for id in ids {
            assert_eq!(find(id).map(|rule| rule.meta().id), Some(id));
        }
        assert!(find("no-such-rule").is_none());
    }
}
