//! NAT gateways: <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNatGateways.html>.

use super::{List, PAGE, Reading, call, moment, one_kind, resource};
use crate::live::place::Place;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{NatGateway, NatGatewayState};
use tagledger_collect::{Asked, CollectorInfo, Found, Operation, Page};
use tagledger_model::{Fact, Facts, RawResource};

const DESCRIBE_NAT_GATEWAYS: Operation = call("DescribeNatGateways", "ec2:DescribeNatGateways");

static INFO: CollectorInfo = one_kind("aws.ec2.describe-nat-gateways", "NAT gateways, tagged or not.", &[DESCRIBE_NAT_GATEWAYS]);

pub(in super::super) static NAT_GATEWAYS: List<Client> = List { info: &INFO, client: Client::new, page };

fn page<'a>(at: &'a Reading<'a, Client>, token: Option<String>) -> Asked<'a, Page> {
    Box::pin(async move {
        let page = at.place.ask(&DESCRIBE_NAT_GATEWAYS, at.client.describe_nat_gateways().max_results(PAGE).set_next_token(token).send()).await?;
        Ok((page.nat_gateways().iter().filter_map(|gateway| found(at.place, gateway)).map(Found::Resource).collect(), page.next_token))
    })
}

fn found(place: &Place, gateway: &NatGateway) -> Option<RawResource> {
    let state = gateway.state().map(NatGatewayState::as_str);
    // What was deleted is listed for about an hour more.
    if matches!(state, Some("deleting" | "deleted")) {
        return None;
    }
    let mut resource = resource(place, &INFO, "natgateway", gateway.nat_gateway_id()?, gateway.tags());
    resource.created = gateway.create_time().map(moment);
    resource.facts = running(state).map(|running| Box::new(Facts { running: Some(running), ..Facts::default() }));
    Some(resource)
}

/// One that failed never ran, and goes away by itself. Whether routes lead to one is not said here: only its traffic would show that nothing uses it.
fn running(state: Option<&str>) -> Option<Fact<bool>> {
    state.filter(|state| *state == "available").map(|state| Fact::new(true, "State", state))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_available_runs_and_nothing_is_said_of_the_rest() {
        assert_eq!(running(Some("available")), Some(Fact::new(true, "State", "available")));
        for state in [None, Some("pending"), Some("failed"), Some("a-word-to-come")] {
            assert_eq!(running(state), None, "{state:?}");
        }
    }
}
