//! RDS: instances, clusters, and the snapshots that somebody took of them by hand. Neptune and DocumentDB come in the same lists.
//! <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBInstances.html>

use super::list::{List, Reading, one_kind};
use super::lists::moment;
use crate::arn::Arn;
use crate::live::place::{Place, tag};
use aws_sdk_rds::Client;
use aws_sdk_rds::types::{DbCluster, DbClusterSnapshot, DbInstance, DbSnapshot, Tag};
use tagledger_collect::{Asked, CollectorInfo, Found, Operation, Page, Rate};
use tagledger_model::{Fact, Facts, Observed, RawResource, RawTag, Text};

/// One number for all calls of an account: <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-api-throttling.html>.
const RATE: Option<Rate> = Some(Rate::of(12).burst(300).shared("rds"));
const DESCRIBE_INSTANCES: Operation = Operation { name: "DescribeDBInstances", permission: "rds:DescribeDBInstances", rate: RATE };
const DESCRIBE_CLUSTERS: Operation = Operation { name: "DescribeDBClusters", permission: "rds:DescribeDBClusters", rate: RATE };
const DESCRIBE_SNAPSHOTS: Operation = Operation { name: "DescribeDBSnapshots", permission: "rds:DescribeDBSnapshots", rate: RATE };
const DESCRIBE_CLUSTER_SNAPSHOTS: Operation = Operation { name: "DescribeDBClusterSnapshots", permission: "rds:DescribeDBClusterSnapshots", rate: RATE };

static INSTANCES: CollectorInfo = one_kind("aws.rds.describe-db-instances", "Database instances, tagged or not, and whether they run.", &[DESCRIBE_INSTANCES]);
static CLUSTERS: CollectorInfo = one_kind("aws.rds.describe-db-clusters", "Database clusters, tagged or not, and whether they run.", &[DESCRIBE_CLUSTERS]);
static SNAPSHOTS: CollectorInfo = one_kind(
    "aws.rds.describe-db-snapshots",
    "Snapshots of database instances that were taken by hand, tagged or not, and what they were taken of.",
    &[DESCRIBE_SNAPSHOTS],
);
static CLUSTER_SNAPSHOTS: CollectorInfo = one_kind(
    "aws.rds.describe-db-cluster-snapshots",
    "Snapshots of database clusters that were taken by hand, tagged or not, and what they were taken of.",
    &[DESCRIBE_CLUSTER_SNAPSHOTS],
);

/// The largest page that the service gives.
const PAGE: i32 = 100;

pub(super) static DATABASE_INSTANCES: List<Client> = List { info: &INSTANCES, client: Client::new, page: instances };
pub(super) static DATABASE_CLUSTERS: List<Client> = List { info: &CLUSTERS, client: Client::new, page: clusters };
pub(super) static DATABASE_SNAPSHOTS: List<Client> = List { info: &SNAPSHOTS, client: Client::new, page: snapshots };
pub(super) static CLUSTER_DATABASE_SNAPSHOTS: List<Client> = List { info: &CLUSTER_SNAPSHOTS, client: Client::new, page: cluster_snapshots };

type At<'a> = Reading<'a, Client>;

fn instances<'a>(at: &'a At<'a>, token: Option<String>) -> Asked<'a, Page> {
    Box::pin(async move {
        let call = at.client.describe_db_instances().max_records(PAGE).set_marker(token);
        let page = at.place.ask(&DESCRIBE_INSTANCES, call.send()).await?;
        Ok((page.db_instances().iter().filter_map(|it| instance(at.place, it)).map(Found::Resource).collect(), page.marker))
    })
}

fn clusters<'a>(at: &'a At<'a>, token: Option<String>) -> Asked<'a, Page> {
    Box::pin(async move {
        let call = at.client.describe_db_clusters().max_records(PAGE).set_marker(token);
        let page = at.place.ask(&DESCRIBE_CLUSTERS, call.send()).await?;
        Ok((page.db_clusters().iter().filter_map(|it| cluster(at.place, it)).map(Found::Resource).collect(), page.marker))
    })
}

fn snapshots<'a>(at: &'a At<'a>, token: Option<String>) -> Asked<'a, Page> {
    Box::pin(async move {
        let call = at.client.describe_db_snapshots().snapshot_type("manual").max_records(PAGE).set_marker(token);
        let page = at.place.ask(&DESCRIBE_SNAPSHOTS, call.send()).await?;
        Ok((page.db_snapshots().iter().filter_map(|it| snapshot(at.place, it)).map(Found::Resource).collect(), page.marker))
    })
}

fn cluster_snapshots<'a>(at: &'a At<'a>, token: Option<String>) -> Asked<'a, Page> {
    Box::pin(async move {
        let call = at.client.describe_db_cluster_snapshots().snapshot_type("manual").max_records(PAGE).set_marker(token);
        let page = at.place.ask(&DESCRIBE_CLUSTER_SNAPSHOTS, call.send()).await?;
        Ok((page.db_cluster_snapshots().iter().filter_map(|it| cluster_snapshot(at.place, it)).map(Found::Resource).collect(), page.marker))
    })
}

/// The service sends an empty list for what has no tags: no list at all says nothing.
fn tags(list: Option<&Vec<Tag>>) -> Observed<Vec<RawTag>> {
    list.map_or(Observed::Unknown, |tags| Observed::Known(tags.iter().filter_map(|t| tag(t.key(), t.value())).collect()))
}

fn instance(place: &Place, instance: &DbInstance) -> Option<RawResource> {
    let mut resource = place.resource(INSTANCES.id, instance.db_instance_arn()?, tags(instance.tag_list.as_ref()));
    resource.created = instance.instance_create_time().map(moment);
    resource.facts = Some(Box::new(Facts { running: running("DBInstanceStatus", instance.db_instance_status()), ..Facts::default() }));
    Some(resource)
}

fn cluster(place: &Place, cluster: &DbCluster) -> Option<RawResource> {
    let mut resource = place.resource(CLUSTERS.id, cluster.db_cluster_arn()?, tags(cluster.tag_list.as_ref()));
    resource.created = cluster.cluster_create_time().map(moment);
    resource.facts = Some(Box::new(Facts { running: running("Status", cluster.status()), ..Facts::default() }));
    Some(resource)
}

/// `available` and `stopped` are lasting; the other states are on the way to or from them, or say that something is wrong.
fn running(field: &str, status: Option<&str>) -> Option<Fact<bool>> {
    match status? {
        said @ "available" => Some(Fact::new(true, field, said)),
        said @ "stopped" => Some(Fact::new(false, field, said)),
        _ => None,
    }
}

fn snapshot(place: &Place, snapshot: &DbSnapshot) -> Option<RawResource> {
    let mut resource = place.resource(SNAPSHOTS.id, snapshot.db_snapshot_arn()?, tags(snapshot.tag_list.as_ref()));
    resource.created = snapshot.snapshot_create_time().map(moment);
    let source = source(place, snapshot.source_db_snapshot_identifier(), "DBInstanceIdentifier", "db", snapshot.db_instance_identifier());
    resource.facts = Some(Box::new(Facts { source, ..Facts::default() }));
    Some(resource)
}

fn cluster_snapshot(place: &Place, snapshot: &DbClusterSnapshot) -> Option<RawResource> {
    let mut resource = place.resource(CLUSTER_SNAPSHOTS.id, snapshot.db_cluster_snapshot_arn()?, tags(snapshot.tag_list.as_ref()));
    resource.created = snapshot.snapshot_create_time().map(moment);
    let source = source(place, snapshot.source_db_cluster_snapshot_arn(), "DBClusterIdentifier", "cluster", snapshot.db_cluster_identifier());
    resource.facts = Some(Box::new(Facts { source, ..Facts::default() }));
    Some(resource)
}

/// The database behind a snapshot. A copy from another Region or account keeps the name of a database there, which says nothing of one here.
fn source(place: &Place, copied: Option<&str>, field: &str, kind: &str, name: Option<&str>) -> Option<Fact<Text>> {
    let is_here = |arn: Arn<'_>| arn.region == place.region && arn.account == place.session.account;
    let from_elsewhere = copied.is_some_and(|from| Arn::parse(from).is_some_and(|arn| !is_here(arn)));
    let name = name.filter(|_| !from_elsewhere)?;
    Some(Fact::new(Text::from(place.arn("rds", &format!("{kind}:{name}"))), field, name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::place::here;
    use aws_smithy_types::DateTime;
    use tagledger_model::Timestamp;

    const ARN: &str = "arn:aws:rds:eu-west-1:111122223333";

    #[test]
    fn only_lasting_states_say_whether_a_database_runs() {
        let said = |status: &str| {
            let found = instance(&here(), &DbInstance::builder().db_instance_arn(format!("{ARN}:db:main")).db_instance_status(status).build()).unwrap();
            found.facts.unwrap().running.map(|fact| (fact.value, fact.proof.to_string()))
        };
        assert_eq!(said("stopped"), Some((false, "DBInstanceStatus = stopped".to_owned())));
        assert_eq!(said("available"), Some((true, "DBInstanceStatus = available".to_owned())));
        assert_eq!(said("stopping"), None);
        let found = cluster(&here(), &DbCluster::builder().db_cluster_arn(format!("{ARN}:cluster:main")).status("stopped").build()).unwrap();
        assert_eq!((found.kind.as_str(), found.facts.unwrap().running.unwrap().proof.as_str()), ("rds:cluster", "Status = stopped"));
    }

    #[test]
    fn an_empty_list_of_tags_is_bare_and_none_says_nothing() {
        let builder = || DbInstance::builder().db_instance_arn(format!("{ARN}:db:main"));
        let known = |found: DbInstance| instance(&here(), &found).unwrap().tags;
        assert_eq!(known(builder().set_tag_list(Some(Vec::new())).build()), Observed::Known(Vec::new()));
        assert_eq!(known(builder().build()), Observed::Unknown);
        let valueless = Tag::builder().key("Environment").build();
        assert_eq!(known(builder().tag_list(valueless).build()), Observed::Known(vec![RawTag::own("Environment", "")]));
    }

    #[test]
    fn a_snapshot_names_the_database_that_it_was_taken_of_unless_it_came_from_elsewhere() {
        let taken = |from: Option<&str>| {
            let time = DateTime::from_secs(1_700_000_000);
            let builder = DbSnapshot::builder().db_snapshot_arn(format!("{ARN}:snapshot:s")).db_instance_identifier("main").snapshot_create_time(time);
            let found = snapshot(&here(), &builder.set_source_db_snapshot_identifier(from.map(str::to_owned)).build()).unwrap();
            assert_eq!((found.kind.as_str(), found.created), ("rds:snapshot", Some(Timestamp(1_700_000_000))));
            found.facts.unwrap().source
        };
        let fact = taken(None).unwrap();
        assert_eq!((fact.value.as_str(), fact.proof.as_str()), (format!("{ARN}:db:main").as_str(), "DBInstanceIdentifier = main"));
        assert!(taken(Some("arn:aws:rds:eu-west-1:111122223333:snapshot:first")).is_some());
        assert_eq!(taken(Some("arn:aws:rds:us-east-1:111122223333:snapshot:first")), None);
        assert_eq!(taken(Some("arn:aws:rds:eu-west-1:999988887777:snapshot:first")), None);
        let builder = DbClusterSnapshot::builder().db_cluster_snapshot_arn(format!("{ARN}:cluster-snapshot:s")).db_cluster_identifier("main");
        let found = cluster_snapshot(&here(), &builder.build()).unwrap();
        assert_eq!(
            (found.kind.as_str(), found.facts.unwrap().source.unwrap().value.as_str()),
            ("rds:cluster-snapshot", format!("{ARN}:cluster:main").as_str())
        );
    }
}
