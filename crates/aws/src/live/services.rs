//! The services' own calls: what was never tagged, and what state things are in. Each lists one kind, or a few, in one Region.
//!
//! Tags come with the list where the service gives them; else they are asked for one by one, for what the Tagging API has not shown.

mod buckets;
mod databases;
mod distributions;
mod ec2;
mod ecs;
mod eks;
mod elb;
mod functions;
mod list;
pub(super) mod lists;
mod log_groups;
mod queues;
mod secrets;
mod tables;
mod tags;
mod topics;

use super::place::Place;
use std::sync::Arc;
use tagledger_collect::{Asked, Collector, CollectorInfo, Job, Outlet, Target};

/// One service's call.
pub(super) trait Service: Send + Sync {
    /// What it is.
    fn info(&self) -> &'static CollectorInfo;
    /// Reads all of it at one place.
    fn read<'a>(&'a self, place: &'a Place, out: &'a Outlet) -> Asked<'a, ()>;
}

/// Asked in each Region. A new one is a file and a line here.
pub(super) static REGIONAL: &[&dyn Service] = &[
    &ec2::VOLUMES,
    &ec2::SNAPSHOTS,
    &ec2::INSTANCES,
    &ec2::IMAGES,
    &ec2::ADDRESSES,
    &ec2::NETWORK_INTERFACES,
    &ec2::NAT_GATEWAYS,
    &elb::LoadBalancers,
    &elb::ClassicLoadBalancers,
    &databases::DATABASE_INSTANCES,
    &databases::DATABASE_CLUSTERS,
    &databases::DATABASE_SNAPSHOTS,
    &databases::CLUSTER_DATABASE_SNAPSHOTS,
    &log_groups::LOG_GROUPS,
    &functions::FUNCTIONS,
    &tables::TABLES,
    &ecs::Containers,
    &eks::Kubernetes,
    &queues::QUEUES,
    &topics::TOPICS,
    &secrets::SECRETS,
];

/// Asked once for an account, where global services answer.
pub(super) static GLOBAL: &[&dyn Service] = &[&buckets::Buckets, &distributions::DISTRIBUTIONS];

/// The rank of what a service itself says of its tags: it is where they are kept.
pub(super) const RANK: u8 = 40;

/// A service at a place.
struct At {
    service: &'static dyn Service,
    place: Arc<Place>,
}

impl Collector for At {
    fn info(&self) -> &'static CollectorInfo {
        self.service.info()
    }

    fn collect<'a>(&'a self, _: &'a [Target], out: &'a Outlet) -> Asked<'a, ()> {
        self.service.read(&self.place, out)
    }
}

/// A job of one service at one place.
pub(super) fn job(service: &'static dyn Service, place: &Arc<Place>, target: Target) -> Job {
    Job { collector: Arc::new(At { service, place: Arc::clone(place) }), targets: vec![target] }
}
