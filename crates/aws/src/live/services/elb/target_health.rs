//! Whether anything stands behind a balancer, by the health of the targets in its groups.
//!
//! States and reasons: <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html>. Failing open:
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health.html>, and the like for network balancers.

use aws_sdk_elasticloadbalancingv2::types::{LoadBalancer, TargetHealthDescription, TargetHealthReasonEnum, TargetHealthStateEnum};
use tagledger_model::Fact;

/// What the targets of one group show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Targets {
    /// At least one can answer: the field and value that say so.
    Serving(&'static str, String),
    /// It holds none.
    Empty,
    /// It holds some, and none of them can answer: their state.
    Idle(String),
    /// It is not settled: some are on their way in or out, or their health is not known.
    Unsettled,
}

impl Targets {
    /// `target_type` is that of the group.
    pub fn of(target_type: Option<&str>, targets: &[TargetHealthDescription]) -> Self {
        if targets.is_empty() {
            return Self::Empty;
        }
        // A function is called when it is needed, and its health mostly not checked at all.
        if target_type == Some("lambda") {
            return Self::Serving("TargetType", "lambda".to_owned());
        }
        let mut idle = None;
        let mut is_settled = true;
        for health in targets.iter().map(TargetHealthDescription::target_health) {
            let state = health.and_then(|health| health.state()).map(TargetHealthStateEnum::as_str);
            let reason = health.and_then(|health| health.reason()).map(TargetHealthReasonEnum::as_str);
            match (state, reason) {
                (Some(state @ "healthy"), _) => return Self::Serving("TargetHealth.State", state.to_owned()),
                // Registered, and asked like any other: nobody wanted its health to be checked.
                (Some("unavailable"), Some(reason @ "Target.HealthCheckDisabled")) => return Self::Serving("TargetHealth.Reason", reason.to_owned()),
                (Some(state @ "unused"), _) => idle = idle.or_else(|| Some(state.to_owned())),
                // Registered just now, on its way out, or not known. Where all are unhealthy a balancer fails open and sends requests to each of them, which
                // those may well answer: only the check of their health fails.
                _ => is_settled = false,
            }
        }
        match idle {
            Some(state) if is_settled => Self::Idle(state),
            _ => Self::Unsettled,
        }
    }
}

/// Whether anything stands behind a balancer. `behind` has what is known of each of its groups; `all` says whether these are all of them.
pub(super) fn attached(balancer: &LoadBalancer, behind: &[Option<Targets>], all: bool) -> Option<Fact<bool>> {
    let serving = behind.iter().flatten().find_map(|targets| match targets {
        Targets::Serving(field, said) => Some(Fact::new(true, field, said)),
        Targets::Empty | Targets::Idle(_) | Targets::Unsettled => None,
    });
    if serving.is_some() {
        return serving;
    }
    // One that is being set up has nobody behind it yet.
    let is_up = balancer.state().and_then(|state| state.code()).is_some_and(|code| matches!(code.as_str(), "active" | "active_impaired"));
    let is_settled = behind.iter().all(|targets| matches!(targets, Some(Targets::Empty | Targets::Idle(_))));
    if !(all && is_up && is_settled) {
        return None;
    }
    if behind.is_empty() {
        // All that these two can do is forward. An application balancer may redirect, or answer by itself, and is used without any target.
        let forwards = balancer.r#type().is_some_and(|kind| matches!(kind.as_str(), "network" | "gateway"));
        return forwards.then(|| Fact::new(false, "TargetGroups", "[]"));
    }
    let idle = behind.iter().flatten().find_map(|targets| if let Targets::Idle(state) = targets { Some(state) } else { None });
    Some(idle.map_or_else(|| Fact::new(false, "TargetHealthDescriptions", "[]"), |state| Fact::new(false, "TargetHealth.State", state)))
}

/// Whether nothing is known of a balancer because the health of a group behind it was not told. What is not settled yet, or is one of many of which the
/// list was cut off, leaves no question that was asked about this one.
pub(super) fn is_unanswered(attached: Option<&Fact<bool>>, behind: &[Option<Targets>]) -> bool {
    attached.is_none() && behind.iter().any(Option::is_none)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_elasticloadbalancingv2::types::{LoadBalancerState, LoadBalancerStateEnum, LoadBalancerTypeEnum, TargetHealth};

    fn target(state: &str, reason: &str) -> TargetHealthDescription {
        let health = TargetHealth::builder().state(TargetHealthStateEnum::from(state));
        let health = if reason.is_empty() { health } else { health.reason(TargetHealthReasonEnum::from(reason)) };
        TargetHealthDescription::builder().target_health(health.build()).build()
    }

    fn balancer(kind: &str, state: &str) -> LoadBalancer {
        let state = LoadBalancerState::builder().code(LoadBalancerStateEnum::from(state)).build();
        LoadBalancer::builder().r#type(LoadBalancerTypeEnum::from(kind)).state(state).build()
    }

    fn serving() -> Targets {
        Targets::Serving("TargetHealth.State", "healthy".to_owned())
    }

    fn idle(state: &str) -> Targets {
        Targets::Idle(state.to_owned())
    }

    #[test]
    fn a_group_is_what_its_targets_are() {
        let of = |states: &[&str]| Targets::of(Some("instance"), &states.iter().map(|state| target(state, "")).collect::<Vec<_>>());
        assert_eq!(of(&[]), Targets::Empty);
        assert_eq!(of(&["unhealthy", "draining", "healthy"]), serving());
        assert_eq!(of(&["unused"]), idle("unused"));
        for word in ["initial", "draining", "unhealthy", "unhealthy.draining", "unavailable", "a-word-to-come"] {
            assert_eq!(of(&["unused", word]), Targets::Unsettled, "{word}");
        }
        assert_eq!(Targets::of(Some("ip"), &[TargetHealthDescription::builder().build()]), Targets::Unsettled);
    }

    #[test]
    fn what_nobody_checks_serves_when_it_is_registered() {
        let unchecked = [target("unavailable", "Target.HealthCheckDisabled")];
        assert_eq!(Targets::of(Some("ip"), &unchecked), Targets::Serving("TargetHealth.Reason", "Target.HealthCheckDisabled".to_owned()));
        assert_eq!(Targets::of(Some("ip"), &[target("unavailable", "Elb.InternalError")]), Targets::Unsettled);
        assert_eq!(Targets::of(Some("lambda"), &[target("unhealthy", "")]), Targets::Serving("TargetType", "lambda".to_owned()));
        assert_eq!(Targets::of(Some("lambda"), &[]), Targets::Empty);
    }

    #[test]
    fn one_healthy_target_is_enough_and_none_is_proven_by_all_groups() {
        let of = |behind: &[Option<Targets>]| attached(&balancer("application", "active"), behind, true);
        assert_eq!(of(&[None, Some(Targets::Empty), Some(serving())]), Some(Fact::new(true, "TargetHealth.State", "healthy")));
        assert_eq!(of(&[Some(Targets::Empty), Some(Targets::Empty)]), Some(Fact::new(false, "TargetHealthDescriptions", "[]")));
        assert_eq!(of(&[Some(Targets::Empty), Some(idle("unused"))]), Some(Fact::new(false, "TargetHealth.State", "unused")));
        assert_eq!(of(&[Some(Targets::Empty), None]), None, "what was not asked may serve");
        assert_eq!(of(&[Some(idle("unused")), Some(Targets::Unsettled)]), None);
    }

    #[test]
    fn only_a_question_that_was_asked_is_left_without_an_answer() {
        let of = |behind: &[Option<Targets>], all: bool| is_unanswered(attached(&balancer("application", "active"), behind, all).as_ref(), behind);
        assert!(of(&[Some(Targets::Empty), None], true));
        assert!(!of(&[Some(serving()), None], true), "one that serves is enough");
        assert!(!of(&[Some(Targets::Unsettled)], true) && !of(&[], true) && !of(&[Some(Targets::Empty)], false));
    }

    #[test]
    fn without_a_group_only_what_cannot_answer_by_itself_is_idle() {
        for kind in ["network", "gateway"] {
            assert_eq!(attached(&balancer(kind, "active"), &[], true), Some(Fact::new(false, "TargetGroups", "[]")), "{kind}");
        }
        for kind in ["application", "a-word-to-come"] {
            assert_eq!(attached(&balancer(kind, "active"), &[], true), None, "{kind}");
        }
    }

    #[test]
    fn nothing_is_proven_by_half_a_list_or_while_it_is_set_up() {
        let behind = [Some(Targets::Empty)];
        assert_eq!(attached(&balancer("network", "active"), &behind, false), None);
        assert_eq!(attached(&balancer("network", "active"), &[], false), None);
        for state in ["provisioning", "failed"] {
            assert_eq!(attached(&balancer("network", state), &behind, true), None, "{state}");
        }
        assert!(attached(&balancer("network", "active_impaired"), &behind, true).is_some());
        assert!(attached(&balancer("network", "active"), &[Some(serving())], false).is_some(), "one that serves is enough");
    }
}
