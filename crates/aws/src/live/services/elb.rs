//! Elastic Load Balancing: balancers of both generations, and the groups of targets behind them. Tags are a call of their own, for twenty at a time.

mod classic;
mod load_balancers;
mod tags;
mod target_health;

pub(super) use classic::ClassicLoadBalancers;
pub(super) use load_balancers::LoadBalancers;

use super::Service;
use super::list::one_kind;
use super::lists::{as_far_as_it_goes, moment};
use tagledger_collect::{Operation, Rate};

/// The size of the largest page of both generations.
const PAGE: i32 = 400;

/// One bucket for all calls of an account in a Region:
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-throttling.html>
const fn call(name: &'static str, permission: &'static str) -> Operation {
    Operation { name, permission, rate: Some(Rate::of(10).burst(40).shared("elasticloadbalancing")) }
}

// The two generations are two APIs, but these calls have one name and one permission in both.
const DESCRIBE_LOAD_BALANCERS: Operation = call("DescribeLoadBalancers", "elasticloadbalancing:DescribeLoadBalancers");
const DESCRIBE_TAGS: Operation = call("DescribeTags", "elasticloadbalancing:DescribeTags");
