//! Application, network and gateway balancers with their target groups:
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Operations.html>.

use super::tags::Tags;
use super::target_health::{Targets, attached, is_unanswered};
use super::{DESCRIBE_LOAD_BALANCERS, DESCRIBE_TAGS, PAGE, Service, as_far_as_it_goes, call, moment, one_kind};
use crate::live::place::{Place, tag};
use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::types::{LoadBalancer, TargetGroup, TargetTypeEnum};
use std::collections::HashMap;
use tagledger_collect::{Asked, CollectError, CollectorInfo, Found, Operation, Outlet};
use tagledger_model::{Fact, Facts, RawResource, Text};

const DESCRIBE_TARGET_GROUPS: Operation = call("DescribeTargetGroups", "elasticloadbalancing:DescribeTargetGroups");
const DESCRIBE_TARGET_HEALTH: Operation = call("DescribeTargetHealth", "elasticloadbalancing:DescribeTargetHealth");

static INFO: CollectorInfo = one_kind(
    "aws.elasticloadbalancingv2.describe-load-balancers",
    "Application, network and gateway balancers and target groups, tagged or not, and whether targets stand behind them.",
    &[DESCRIBE_LOAD_BALANCERS, DESCRIBE_TARGET_GROUPS, DESCRIBE_TARGET_HEALTH, DESCRIBE_TAGS],
);

pub(in super::super) struct LoadBalancers;

impl Service for LoadBalancers {
    fn info(&self) -> &'static CollectorInfo {
        &INFO
    }

    /// What one call refuses is missing from what the others show, and nothing else.
    fn read<'a>(&'a self, place: &'a Place, out: &'a Outlet) -> Asked<'a, ()> {
        Box::pin(async move {
            let asked = Api { client: Client::new(&place.config()), place };
            let (balancers, balancers_ended) = asked.balancers().await;
            let (groups, groups_ended) = asked.groups().await;
            let (behind, health_ended) = asked.behind(&groups).await;
            let keys = |arns: &mut dyn Iterator<Item = Option<&str>>| arns.flatten().map(str::to_owned).collect::<Vec<_>>();
            let mut balancer_tags = asked.tags(keys(&mut balancers.iter().map(LoadBalancer::load_balancer_arn))).await;
            let mut group_tags = asked.tags(keys(&mut groups.iter().map(TargetGroup::target_group_arn))).await;

            let are_all = groups_ended.is_ok();
            let found = balancers.iter().filter_map(|one| balancer(place, one, &mut balancer_tags, &behind, are_all));
            let mut found: Vec<Found> = found.map(Found::Resource).collect();
            found.extend(groups.iter().filter_map(|one| group(place, one, &mut group_tags)).map(Found::Resource));
            out.give(found).await;
            balancers_ended.and(groups_ended).and(health_ended).and(balancer_tags.ended()).and(group_tags.ended())
        })
    }
}

/// What is known of the groups behind each balancer, by its ARN.
type Behind = HashMap<String, Vec<Option<Targets>>>;

fn balancer(place: &Place, balancer: &LoadBalancer, tags: &mut Tags, behind: &Behind, all: bool) -> Option<RawResource> {
    let arn = balancer.load_balancer_arn()?;
    let mut resource = place.resource(INFO.id, arn, tags.take(arn)?);
    resource.created = balancer.created_time().map(moment);
    let behind = behind.get(arn).map(Vec::as_slice).unwrap_or_default();
    let attached = attached(balancer, behind, all);
    let unanswered = is_unanswered(attached.as_ref(), behind).then(|| Text::from(format!("{} = not answered", DESCRIBE_TARGET_HEALTH.name)));
    resource.facts = Some(Box::new(Facts { attached, unanswered, ..Facts::default() }));
    Some(resource)
}

fn group(place: &Place, group: &TargetGroup, tags: &mut Tags) -> Option<RawResource> {
    let arn = group.target_group_arn()?;
    let mut resource = place.resource(INFO.id, arn, tags.take(arn)?);
    resource.facts = Some(Box::new(Facts { attached: Some(is_used(group)), ..Facts::default() }));
    Some(resource)
}

/// Whether a balancer forwards to a group.
fn is_used(group: &TargetGroup) -> Fact<bool> {
    group.load_balancer_arns().first().map_or_else(|| Fact::new(false, "LoadBalancerArns", "[]"), |arn| Fact::new(true, "LoadBalancerArns", arn))
}

struct Api<'a> {
    client: Client,
    place: &'a Place,
}

impl Api<'_> {
    async fn balancers(&self) -> (Vec<LoadBalancer>, Result<(), CollectError>) {
        as_far_as_it_goes(|marker| {
            let call = self.client.describe_load_balancers().page_size(PAGE).set_marker(marker);
            async move {
                let page = self.place.ask(&DESCRIBE_LOAD_BALANCERS, call.send()).await?;
                Ok((page.load_balancers.unwrap_or_default(), page.next_marker))
            }
        })
        .await
    }

    async fn groups(&self) -> (Vec<TargetGroup>, Result<(), CollectError>) {
        as_far_as_it_goes(|marker| {
            let call = self.client.describe_target_groups().page_size(PAGE).set_marker(marker);
            async move {
                let page = self.place.ask(&DESCRIBE_TARGET_GROUPS, call.send()).await?;
                Ok((page.target_groups.unwrap_or_default(), page.next_marker))
            }
        })
        .await
    }

    /// The health of every group that a balancer forwards to. After a failure nothing more is asked: none stands for each group whose health is not known.
    async fn behind(&self, groups: &[TargetGroup]) -> (Behind, Result<(), CollectError>) {
        let (mut behind, mut ended) = (Behind::new(), Ok(()));
        for group in groups.iter().filter(|group| !group.load_balancer_arns().is_empty()) {
            let health = match group.target_group_arn() {
                Some(arn) if ended.is_ok() => match self.health(arn, group).await {
                    Ok(targets) => Some(targets),
                    // It went while the others were asked: what forwarded to it does not any more.
                    Err(CollectError::Gone(_)) => continue,
                    Err(error) => {
                        ended = Err(error);
                        None
                    }
                },
                _ => None,
            };
            for balancer in group.load_balancer_arns() {
                behind.entry(balancer.clone()).or_default().push(health.clone());
            }
        }
        (behind, ended)
    }

    async fn health(&self, arn: &str, group: &TargetGroup) -> Result<Targets, CollectError> {
        let answer = self.place.ask(&DESCRIBE_TARGET_HEALTH, self.client.describe_target_health().target_group_arn(arn).send()).await?;
        Ok(Targets::of(group.target_type().map(TargetTypeEnum::as_str), answer.target_health_descriptions()))
    }

    async fn tags(&self, arns: Vec<String>) -> Tags {
        Tags::of(arns, |arns| {
            let call = self.client.describe_tags().set_resource_arns(Some(arns));
            async move {
                let answer = self.place.ask(&DESCRIBE_TAGS, call.send()).await?;
                let shown = answer.tag_descriptions().iter();
                Ok(shown.filter_map(|d| Some((d.resource_arn()?.to_owned(), d.tags().iter().filter_map(|t| tag(t.key(), t.value())).collect()))).collect())
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_used_by_the_balancers_that_it_names() {
        assert_eq!(is_used(&TargetGroup::builder().build()), Fact::new(false, "LoadBalancerArns", "[]"));
        assert_eq!(is_used(&TargetGroup::builder().load_balancer_arns("arn:x").build()), Fact::new(true, "LoadBalancerArns", "arn:x"));
    }
}
