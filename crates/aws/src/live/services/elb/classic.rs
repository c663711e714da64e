//! Classic balancers: <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DescribeLoadBalancers.html>.

use super::tags::Tags;
use super::{DESCRIBE_LOAD_BALANCERS, DESCRIBE_TAGS, PAGE, Service, as_far_as_it_goes, moment, one_kind};
use crate::live::place::{Place, tag};
use aws_sdk_elasticloadbalancing::Client;
use aws_sdk_elasticloadbalancing::types::LoadBalancerDescription;
use tagledger_collect::{Asked, CollectorInfo, Found, Outlet};
use tagledger_model::{Fact, Facts, RawResource, RawTag};

static INFO: CollectorInfo = one_kind(
    "aws.elasticloadbalancing.describe-load-balancers",
    "Classic balancers, tagged or not, and whether instances stand behind them.",
    &[DESCRIBE_LOAD_BALANCERS, DESCRIBE_TAGS],
);

pub(in super::super) struct ClassicLoadBalancers;

impl Service for ClassicLoadBalancers {
    fn info(&self) -> &'static CollectorInfo {
        &INFO
    }

    fn read<'a>(&'a self, place: &'a Place, out: &'a Outlet) -> Asked<'a, ()> {
        Box::pin(async move {
            let client = Client::new(&place.config());
            let (balancers, ended) = as_far_as_it_goes(|marker| {
                let call = client.describe_load_balancers().page_size(PAGE).set_marker(marker);
                async move {
                    let page = place.ask(&DESCRIBE_LOAD_BALANCERS, call.send()).await?;
                    Ok((page.load_balancer_descriptions.unwrap_or_default(), page.next_marker))
                }
            })
            .await;
            let names = balancers.iter().filter_map(LoadBalancerDescription::load_balancer_name).map(str::to_owned).collect();
            let mut tags = Tags::of(names, |names| {
                let call = client.describe_tags().set_load_balancer_names(Some(names));
                async move {
                    let answer = place.ask(&DESCRIBE_TAGS, call.send()).await?;
                    let pairs = |tags: &[aws_sdk_elasticloadbalancing::types::Tag]| tags.iter().filter_map(|t| tag(Some(t.key()), t.value())).collect();
                    let shown = answer.tag_descriptions().iter();
                    Ok(shown.filter_map(|d| Some((d.load_balancer_name()?.to_owned(), pairs(d.tags())))).collect::<Vec<(String, Vec<RawTag>)>>())
                }
            })
            .await;
            out.give(balancers.iter().filter_map(|one| balancer(place, one, &mut tags)).map(Found::Resource).collect()).await;
            ended.and(tags.ended())
        })
    }
}

fn balancer(place: &Place, balancer: &LoadBalancerDescription, tags: &mut Tags) -> Option<RawResource> {
    let name = balancer.load_balancer_name()?;
    let arn = place.arn("elasticloadbalancing", &format!("loadbalancer/{name}"));
    let mut resource = place.resource(INFO.id, &arn, tags.take(name)?);
    resource.created = balancer.created_time().map(moment);
    resource.facts = Some(Box::new(Facts { attached: Some(attached(balancer)), ..Facts::default() }));
    Some(resource)
}

/// These have no targets but instances.
fn attached(balancer: &LoadBalancerDescription) -> Fact<bool> {
    let first = balancer.instances().first();
    first.map_or_else(|| Fact::new(false, "Instances", "[]"), |instance| Fact::new(true, "Instances", instance.instance_id().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_elasticloadbalancing::types::Instance;

    #[test]
    fn instances_are_the_proof() {
        assert_eq!(attached(&LoadBalancerDescription::builder().build()), Fact::new(false, "Instances", "[]"));
        let used = LoadBalancerDescription::builder().instances(Instance::builder().instance_id("i-1").build()).build();
        assert_eq!(attached(&used), Fact::new(true, "Instances", "i-1"));
    }
}
