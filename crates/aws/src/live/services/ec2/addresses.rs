//! Elastic IP addresses: <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAddresses.html>.

use super::{List, Reading, call, one_kind, resource};
use crate::live::place::Place;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::Address;
use tagledger_collect::{Asked, CollectorInfo, Found, Operation, Page};
use tagledger_model::{Fact, Facts, RawResource};

const DESCRIBE_ADDRESSES: Operation = call("DescribeAddresses", "ec2:DescribeAddresses");

static INFO: CollectorInfo =
    one_kind("aws.ec2.describe-addresses", "Elastic IP addresses, tagged or not, and whether anything uses them.", &[DESCRIBE_ADDRESSES]);

pub(in super::super) static ADDRESSES: List<Client> = List { info: &INFO, client: Client::new, page };

/// The call knows no pages.
fn page<'a>(at: &'a Reading<'a, Client>, _: Option<String>) -> Asked<'a, Page> {
    Box::pin(async move {
        let answer = at.place.ask(&DESCRIBE_ADDRESSES, at.client.describe_addresses().send()).await?;
        Ok((answer.addresses().iter().filter_map(|address| found(at.place, address)).map(Found::Resource).collect(), None))
    })
}

/// An address without an allocation is one of EC2-Classic, which AWS has switched off.
fn found(place: &Place, address: &Address) -> Option<RawResource> {
    let mut resource = resource(place, &INFO, "elastic-ip", address.allocation_id()?, address.tags());
    resource.facts = attached(address).map(|attached| Box::new(Facts { attached: Some(attached), ..Facts::default() }));
    Some(resource)
}

/// What a service holds for its own use comes and goes with the service: that nothing uses it right now is nobody's neglect.
fn attached(address: &Address) -> Option<Fact<bool>> {
    match address.association_id().filter(|id| !id.is_empty()) {
        Some(id) => Some(Fact::new(true, "AssociationId", id)),
        None if address.service_managed().is_none() => Some(Fact::new(false, "AssociationId", "absent")),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ec2::types::ServiceManaged;

    #[test]
    fn an_association_is_the_proof() {
        let address = || Address::builder().allocation_id("eipalloc-1");
        assert_eq!(attached(&address().association_id("eipassoc-1").build()), Some(Fact::new(true, "AssociationId", "eipassoc-1")));
        assert_eq!(attached(&address().build()), Some(Fact::new(false, "AssociationId", "absent")));
        assert_eq!(attached(&address().association_id("").build()), Some(Fact::new(false, "AssociationId", "absent")));
        assert_eq!(attached(&address().service_managed(ServiceManaged::Alb).build()), None);
    }
}
