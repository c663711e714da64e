//! Lists of EC2. Each answer gives the tags with the resources, and each list is one call, page by page.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Operations.html>

mod addresses;
mod images;
mod instances;
mod nat_gateways;
mod network_interfaces;
mod snapshots;
mod volumes;

use super::list::{List, Reading, one_kind};
use super::lists::moment;
use crate::live::place::{Place, tag};
use aws_sdk_ec2::types::Tag;
use tagledger_collect::{CollectorInfo, Operation, Rate};
use tagledger_model::{Observed, RawResource};

pub(super) use addresses::ADDRESSES;
pub(super) use images::IMAGES;
pub(super) use instances::INSTANCES;
pub(super) use nat_gateways::NAT_GATEWAYS;
pub(super) use network_interfaces::NETWORK_INTERFACES;
pub(super) use snapshots::SNAPSHOTS;
pub(super) use volumes::VOLUMES;

/// Resources on a page; 1,000 is the most that any of the lists gives.
const PAGE: i32 = 500;

/// A call of EC2. Each has a bucket of its own, this one where it asks for pages or for what a filter lets through:
/// <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>
const fn call(name: &'static str, permission: &'static str) -> Operation {
    Operation { name, permission, rate: Some(Rate::of(20).burst(100)) }
}

/// A resource that a list shows. `kind` and `id` are the two halves of the last part of its ARN.
fn resource(place: &Place, info: &CollectorInfo, kind: &str, id: &str, tags: &[Tag]) -> RawResource {
    let tags = tags.iter().filter_map(|t| tag(t.key(), t.value())).collect();
    place.resource(info.id, &place.arn("ec2", &format!("{kind}/{id}")), Observed::Known(tags))
}
