//! ECS clusters and services. Tags come with what is described when they are asked for; without a list of tags in such an answer there are none.
//! <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html>

use super::Service;
use super::list::one_kind;
use super::lists::{moment, whole};
use crate::live::place::{Place, tag};
use aws_sdk_ecs::Client;
use aws_sdk_ecs::types::{Cluster, ClusterField, Failure, Service as Described, ServiceField, Tag};
use tagledger_collect::{Asked, CollectError, CollectorInfo, Found, Operation, Outlet, Rate};
use tagledger_model::{Observed, RawResource, RawTag};

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html>
const CLUSTER_RATE: Option<Rate> = Some(Rate::of(20).burst(50).shared("ecs clusters"));
const SERVICE_RATE: Option<Rate> = Some(Rate::of(20).burst(100).shared("ecs services"));
const LIST_CLUSTERS: Operation = Operation { name: "ListClusters", permission: "ecs:ListClusters", rate: CLUSTER_RATE };
const DESCRIBE_CLUSTERS: Operation = Operation { name: "DescribeClusters", permission: "ecs:DescribeClusters", rate: CLUSTER_RATE };
const LIST_SERVICES: Operation = Operation { name: "ListServices", permission: "ecs:ListServices", rate: SERVICE_RATE };
const DESCRIBE_SERVICES: Operation = Operation { name: "DescribeServices", permission: "ecs:DescribeServices", rate: SERVICE_RATE };

static INFO: CollectorInfo = one_kind(
    "aws.ecs.list-clusters",
    "Container clusters and their services, tagged or not.",
    &[LIST_CLUSTERS, DESCRIBE_CLUSTERS, LIST_SERVICES, DESCRIBE_SERVICES],
);

/// The largest page of both lists, and so many clusters can be described at once.
const PAGE: i32 = 100;
/// So many services can be described at once.
const SERVICES: usize = 10;
/// What was deleted is still described for a while.
const DELETED: &str = "INACTIVE";

pub(super) struct Containers;

impl Service for Containers {
    fn info(&self) -> &'static CollectorInfo {
        &INFO
    }

    fn read<'a>(&'a self, place: &'a Place, out: &'a Outlet) -> Asked<'a, ()> {
        Box::pin(async move {
            let reading = Reading { place, out, client: Client::new(&place.config()) };
            let clusters = reading.clusters().await?;
            for some in clusters.chunks(100) {
                reading.describe_clusters(some).await;
            }
            for cluster in &clusters {
                match reading.services(cluster).await {
                    // A cluster that was deleted meanwhile has no services.
                    Ok(()) | Err(CollectError::Gone(_)) => {}
                    Err(error) => out.flaw(error),
                }
            }
            Ok(())
        })
    }
}

struct Reading<'a> {
    place: &'a Place,
    out: &'a Outlet,
    client: Client,
}

impl Reading<'_> {
    async fn clusters(&self) -> Result<Vec<String>, CollectError> {
        whole(|token| {
            let call = self.client.list_clusters().max_results(PAGE).set_next_token(token).send();
            async move {
                let page = self.place.ask(&LIST_CLUSTERS, call).await?;
                Ok((page.cluster_arns().to_vec(), page.next_token.clone()))
            }
        })
        .await
    }

    async fn describe_clusters(&self, arns: &[String]) {
        let call = self.client.describe_clusters().set_clusters(Some(arns.to_vec())).include(ClusterField::Tags).send();
        let found = match self.place.ask(&DESCRIBE_CLUSTERS, call).await {
            Ok(answer) => {
                let mut found = self.failed(answer.failures());
                found.extend(answer.clusters().iter().filter_map(|it| cluster(self.place, it)));
                found
            }
            Err(error) => self.bare(error, arns),
        };
        self.out.give(found.into_iter().map(Found::Resource).collect()).await;
    }

    async fn services(&self, cluster: &str) -> Result<(), CollectError> {
        let arns = whole(|token| {
            let call = self.client.list_services().cluster(cluster).max_results(PAGE).set_next_token(token).send();
            async move {
                let page = self.place.ask(&LIST_SERVICES, call).await?;
                Ok((page.service_arns().to_vec(), page.next_token.clone()))
            }
        })
        .await?;
        for some in arns.chunks(SERVICES) {
            let call = self.client.describe_services().cluster(cluster).set_services(Some(some.to_vec())).include(ServiceField::Tags).send();
            let found = match self.place.ask(&DESCRIBE_SERVICES, call).await {
                Ok(answer) => {
                    let mut found = self.failed(answer.failures());
                    found.extend(answer.services().iter().filter_map(|it| service(self.place, it)));
                    found
                }
                Err(error) => self.bare(error, some),
            };
            self.out.give(found.into_iter().map(Found::Resource).collect()).await;
        }
        Ok(())
    }

    /// What is listed and cannot be described is there, with unknown tags.
    fn bare(&self, why: CollectError, arns: &[String]) -> Vec<RawResource> {
        self.out.flaw(why);
        arns.iter().map(|arn| self.place.resource(INFO.id, arn, Observed::Unknown)).collect()
    }

    /// The same for single ones of those that were asked for.
    fn failed(&self, failures: &[Failure]) -> Vec<RawResource> {
        let here: Vec<&Failure> = failures.iter().filter(|failure| failure.reason() != Some("MISSING")).collect();
        for failure in &here {
            let (arn, reason) = (failure.arn().unwrap_or("something"), failure.reason().unwrap_or("no reason given"));
            self.out.flaw(CollectError::Incomplete(format!("{arn} was not described: {reason}")));
        }
        here.iter().filter_map(|failure| Some(self.place.resource(INFO.id, failure.arn()?, Observed::Unknown))).collect()
    }
}

fn tags(tags: &[Tag]) -> Observed<Vec<RawTag>> {
    Observed::Known(tags.iter().filter_map(|t| tag(t.key(), t.value())).collect())
}

fn cluster(place: &Place, cluster: &Cluster) -> Option<RawResource> {
    let resource = place.resource(INFO.id, cluster.cluster_arn()?, tags(cluster.tags()));
    (cluster.status() != Some(DELETED)).then_some(resource)
}

fn service(place: &Place, service: &Described) -> Option<RawResource> {
    let mut resource = place.resource(INFO.id, service.service_arn()?, tags(service.tags()));
    resource.created = service.created_at().map(moment);
    (service.status() != Some(DELETED)).then_some(resource)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::place::here;

    #[test]
    fn what_was_deleted_is_not_there_and_what_has_no_list_of_tags_has_none() {
        let arn = "arn:aws:ecs:eu-west-1:111122223333:service/shop/web";
        let found = service(&here(), &Described::builder().service_arn(arn).status("DRAINING").build()).unwrap();
        assert_eq!((found.kind.as_str(), found.name.as_deref(), found.tags), ("ecs:service", Some("web"), Observed::Known(Vec::new())));
        assert!(service(&here(), &Described::builder().service_arn(arn).status("INACTIVE").build()).is_none());
        let arn = "arn:aws:ecs:eu-west-1:111122223333:cluster/shop";
        let tagged = Cluster::builder().cluster_arn(arn).status("ACTIVE").tags(Tag::builder().key("Environment").build());
        let found = cluster(&here(), &tagged.build()).unwrap();
        assert_eq!((found.kind.as_str(), found.tags), ("ecs:cluster", Observed::Known(vec![RawTag::own("Environment", "")])));
        assert!(cluster(&here(), &Cluster::builder().cluster_arn(arn).status("INACTIVE").build()).is_none());
    }
}
