//! Network interfaces: <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkInterfaces.html>.

use super::{List, PAGE, Reading, call, moment, one_kind, resource};
use crate::live::place::Place;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{NetworkInterface, NetworkInterfaceStatus, OperatorResponse};
use tagledger_collect::{Asked, CollectorInfo, Found, Operation, Page};
use tagledger_model::{Fact, Facts, RawResource};

const DESCRIBE_NETWORK_INTERFACES: Operation = call("DescribeNetworkInterfaces", "ec2:DescribeNetworkInterfaces");

static INFO: CollectorInfo =
    one_kind("aws.ec2.describe-network-interfaces", "Network interfaces, tagged or not, and whether anything uses them.", &[DESCRIBE_NETWORK_INTERFACES]);

pub(in super::super) static NETWORK_INTERFACES: List<Client> = List { info: &INFO, client: Client::new, page };

fn page<'a>(at: &'a Reading<'a, Client>, token: Option<String>) -> Asked<'a, Page> {
    Box::pin(async move {
        let call = at.client.describe_network_interfaces().include_managed_resources(true).max_results(PAGE).set_next_token(token);
        let page = at.place.ask(&DESCRIBE_NETWORK_INTERFACES, call.send()).await?;
        Ok((page.network_interfaces().iter().filter_map(|interface| found(at.place, interface)).map(Found::Resource).collect(), page.next_token))
    })
}

fn found(place: &Place, interface: &NetworkInterface) -> Option<RawResource> {
    let mut resource = resource(place, &INFO, "network-interface", interface.network_interface_id()?, interface.tag_set());
    resource.facts = Some(Box::new(facts(interface)));
    Some(resource)
}

/// What people make themselves. Branches hang on a trunk, and everything else is made and taken away by a service.
const OWN_TYPES: &[&str] = &["interface", "efa", "efa-only", "trunk"];

fn facts(interface: &NetworkInterface) -> Facts {
    let is_own = !interface.requester_managed().unwrap_or(false)
        && !interface.operator().and_then(OperatorResponse::managed).unwrap_or(false)
        && interface.interface_type().is_none_or(|kind| OWN_TYPES.contains(&kind.as_str()));
    match interface.status().map(NetworkInterfaceStatus::as_str) {
        Some(status @ "in-use") => Facts {
            attached: Some(Fact::new(true, "Status", status)),
            since: interface.attachment().and_then(|attachment| attachment.attach_time()).map(moment),
            ..Facts::default()
        },
        // A service keeps its own free ones for a while and takes them away itself; nobody else could.
        Some(status @ "available") if is_own => Facts { attached: Some(Fact::new(false, "Status", status)), ..Facts::default() },
        // The other states are on the way to or from these.
        _ => Facts::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ec2::types::builders::NetworkInterfaceBuilder;
    use aws_sdk_ec2::types::{NetworkInterfaceAttachment, NetworkInterfaceType};
    use aws_smithy_types::DateTime;
    use tagledger_model::Timestamp;

    fn interface(status: &str) -> NetworkInterfaceBuilder {
        NetworkInterface::builder().status(NetworkInterfaceStatus::from(status)).interface_type(NetworkInterfaceType::Interface)
    }

    #[test]
    fn a_free_one_is_proven_by_its_status() {
        assert_eq!(facts(&interface("available").build()).attached, Some(Fact::new(false, "Status", "available")));
        let attachment = NetworkInterfaceAttachment::builder().attach_time(DateTime::from_secs(7)).build();
        let used = facts(&interface("in-use").attachment(attachment).build());
        assert_eq!((used.attached, used.since), (Some(Fact::new(true, "Status", "in-use")), Some(Timestamp(7))));
        for status in ["associated", "attaching", "detaching", "pending"] {
            assert_eq!(facts(&interface(status).build()), Facts::default(), "{status}");
        }
    }

    #[test]
    fn what_services_keep_is_nobodys_neglect() {
        assert_eq!(facts(&interface("available").requester_managed(true).build()).attached, None);
        assert_eq!(facts(&interface("available").operator(OperatorResponse::builder().managed(true).build()).build()).attached, None);
        for kind in ["lambda", "nat_gateway", "load_balancer", "vpc_endpoint", "branch", "a_word_to_come"] {
            assert_eq!(facts(&interface("available").interface_type(NetworkInterfaceType::from(kind)).build()).attached, None, "{kind}");
        }
        let managed = interface("in-use").requester_managed(true).interface_type(NetworkInterfaceType::Lambda).build();
        assert_eq!(facts(&managed).attached, Some(Fact::new(true, "Status", "in-use")), "that it is used is true all the same");
    }
}
