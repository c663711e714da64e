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
    &databases::Databases::Instances,
    &databases::Databases::Clusters,
    &databases::Databases::Snapshots,
    &databases::Databases::ClusterSnapshots,
    &log_groups::LogGroups,
    &functions::Functions,
    &tables::Tables,
    &ecs::Containers,
    &eks::Kubernetes,
    &queues::Queues,
    &topics::Topics,
    &secrets::Secrets,
];

/// Asked once for an account, where global services answer.
pub(super) static GLOBAL: &[&dyn Service] = &[&buckets::Buckets, &distributions::Distributions];

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
