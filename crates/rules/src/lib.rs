//! The rules: each says which rows break it, as columns over the engine's tables, and how to put one such row into words.
//!
//! How a rule is run, waived and counted is in `engine`; what keys, values and stages there are is in `taxonomy`. Every rule has
//! one file here and one page in `pages/`, and the page is run as its test.

mod abandoned_environment;
mod application_unknown;
mod certain;
mod conflicting_keys;
mod cost_center_closed;
mod empty_value;
mod expired;
mod inactive_cost_key;
mod log_retention;
mod missing_required_key;
mod nonstandard_key;
mod nonstandard_value;
mod over_budget;
mod owner_gone;
mod personal_data_outside_stage;
mod region_outside_residency;
mod register;
mod repeated_key;
mod secret_in_tag;
mod spend_without_resource;
mod stage_containers_disagree;
mod stage_mismatch;
mod stage_name_mismatch;
mod stage_undeclared;
mod stopped_too_long;
mod unattached;
mod unknown_value;
mod unread;
mod unreleased_artifact;
mod untagged;
mod untagged_spend;
mod waiver_expired;
mod waiver_unused;
mod words;

pub use certain::is_certain;

use tagledger_engine::Rule;

/// Every rule, by id. A new rule is its file, its page and one line here.
pub static RULES: &[&dyn Rule] = &[
    &abandoned_environment::AbandonedEnvironment,
    &application_unknown::ApplicationUnknown,
    &conflicting_keys::ConflictingKeys,
    &cost_center_closed::CostCenterClosed,
    &empty_value::EmptyValue,
    &expired::Expired,
    &inactive_cost_key::InactiveCostKey,
    &log_retention::LogRetention,
    &missing_required_key::MissingRequiredKey,
    &nonstandard_key::NonstandardKey,
    &nonstandard_value::NonstandardValue,
    &over_budget::OverBudget,
    &owner_gone::OwnerGone,
    &personal_data_outside_stage::PersonalDataOutsideStage,
    &region_outside_residency::RegionOutsideResidency,
    &repeated_key::RepeatedKey,
    &secret_in_tag::SecretInTag,
    &spend_without_resource::SpendWithoutResource,
    &stage_containers_disagree::StageContainersDisagree,
    &stage_mismatch::StageMismatch,
    &stage_name_mismatch::StageNameMismatch,
    &stage_undeclared::StageUndeclared,
    &stopped_too_long::StoppedTooLong,
    &unattached::Unattached,
    &unknown_value::UnknownValue,
    &unreleased_artifact::UnreleasedArtifact,
    &untagged::Untagged,
    &untagged_spend::UntaggedSpend,
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
