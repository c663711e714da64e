//! EKS clusters and their node groups: <https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeCluster.html>.

use super::Service;
use super::list::one_kind;
use super::lists::{moment, whole};
use super::tags::of_map;
use crate::live::place::Place;
use aws_sdk_eks::Client;
use aws_sdk_eks::types::{Cluster, Nodegroup};
use futures_util::{StreamExt, stream};
use std::collections::HashMap;
use tagledger_collect::{Asked, CollectError, CollectorInfo, Found, Operation, Outlet};
use tagledger_model::{Observed, RawResource, RawTag};

const LIST_CLUSTERS: Operation = Operation { name: "ListClusters", permission: "eks:ListClusters", rate: None };
const DESCRIBE_CLUSTER: Operation = Operation { name: "DescribeCluster", permission: "eks:DescribeCluster", rate: None };
const LIST_NODEGROUPS: Operation = Operation { name: "ListNodegroups", permission: "eks:ListNodegroups", rate: None };
const DESCRIBE_NODEGROUP: Operation = Operation { name: "DescribeNodegroup", permission: "eks:DescribeNodegroup", rate: None };

static INFO: CollectorInfo = one_kind(
    "aws.eks.list-clusters",
    "Kubernetes clusters and their node groups, tagged or not.",
    &[LIST_CLUSTERS, DESCRIBE_CLUSTER, LIST_NODEGROUPS, DESCRIBE_NODEGROUP],
);

/// The largest page of both lists.
const PAGE: i32 = 100;
/// Clusters that are described at the same time.
const AT_ONCE: usize = 8;

pub(super) struct Kubernetes;

impl Service for Kubernetes {
    fn info(&self) -> &'static CollectorInfo {
        &INFO
    }

    fn read<'a>(&'a self, place: &'a Place, out: &'a Outlet) -> Asked<'a, ()> {
        Box::pin(async move {
            let reading = Reading { place, out, client: Client::new(&place.config()) };
            let names = reading.names().await?;
            let clusters: Vec<_> = names.iter().map(|name| reading.cluster(name)).collect();
            let mut found = stream::iter(clusters).buffered(AT_ONCE);
            while let Some(found) = found.next().await {
                out.give(found.into_iter().map(Found::Resource).collect()).await;
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
    async fn names(&self) -> Result<Vec<String>, CollectError> {
        whole(|token| {
            let call = self.client.list_clusters().max_results(PAGE).set_next_token(token).send();
            async move {
                let page = self.place.ask(&LIST_CLUSTERS, call).await?;
                Ok((page.clusters().to_vec(), page.next_token.clone()))
            }
        })
        .await
    }

    /// A cluster with its node groups. One that cannot be described is there, with unknown tags: its ARN can be told from its name.
    async fn cluster(&self, name: &str) -> Vec<RawResource> {
        let mut found = Vec::new();
        match self.place.ask(&DESCRIBE_CLUSTER, self.client.describe_cluster().name(name).send()).await {
            Ok(answer) => found.extend(answer.cluster().and_then(|it| cluster(self.place, it))),
            Err(CollectError::Gone(_)) => return found,
            Err(error) => {
                self.out.flaw(error);
                found.push(self.place.resource(INFO.id, &self.place.arn("eks", &format!("cluster/{name}")), Observed::Unknown));
            }
        }
        match self.groups(name).await {
            Ok(groups) => found.extend(groups),
            Err(CollectError::Gone(_)) => {}
            Err(error) => self.out.flaw(error),
        }
        found
    }

    async fn groups(&self, cluster: &str) -> Result<Vec<RawResource>, CollectError> {
        let names = whole(|token| {
            let call = self.client.list_nodegroups().cluster_name(cluster).max_results(PAGE).set_next_token(token).send();
            async move {
                let page = self.place.ask(&LIST_NODEGROUPS, call).await?;
                Ok((page.nodegroups().to_vec(), page.next_token.clone()))
            }
        })
        .await?;
        let mut found = Vec::new();
        for name in names {
            let call = self.client.describe_nodegroup().cluster_name(cluster).nodegroup_name(name).send();
            match self.place.ask(&DESCRIBE_NODEGROUP, call).await {
                Ok(answer) => found.extend(answer.nodegroup().and_then(|it| group(self.place, it))),
                Err(CollectError::Gone(_)) => {}
                // Its ARN ends in an id that only the description holds.
                Err(error) => self.out.flaw(error),
            }
        }
        Ok(found)
    }
}

/// The service sends an empty map for what has no tags: no map at all says nothing.
fn tags(tags: Option<&HashMap<String, String>>) -> Observed<Vec<RawTag>> {
    tags.map_or(Observed::Unknown, |tags| Observed::Known(of_map(Some(tags))))
}

fn cluster(place: &Place, cluster: &Cluster) -> Option<RawResource> {
    let mut resource = place.resource(INFO.id, cluster.arn()?, tags(cluster.tags()));
    resource.created = cluster.created_at().map(moment);
    Some(resource)
}

fn group(place: &Place, group: &Nodegroup) -> Option<RawResource> {
    let mut resource = place.resource(INFO.id, group.nodegroup_arn()?, tags(group.tags()));
    resource.created = group.created_at().map(moment);
    Some(resource)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::place::here;

    #[test]
    fn a_node_group_is_a_resource_of_its_own() {
        let arn = "arn:aws:eks:eu-west-1:111122223333:nodegroup/shop/workers/9ac5-1b";
        let found = group(&here(), &Nodegroup::builder().nodegroup_arn(arn).set_tags(Some(HashMap::new())).build()).unwrap();
        assert_eq!((found.kind.as_str(), found.name.as_deref(), found.tags), ("eks:nodegroup", Some("workers"), Observed::Known(Vec::new())));
        let found = cluster(&here(), &Cluster::builder().arn("arn:aws:eks:eu-west-1:111122223333:cluster/shop").build()).unwrap();
        assert_eq!((found.kind.as_str(), found.tags), ("eks:cluster", Observed::Unknown));
    }
}
