//! Instances: <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html>.

use super::{List, PAGE, Reading, call, moment, one_kind, resource};
use crate::live::place::Place;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{Instance, Reservation};
use tagledger_collect::{Asked, CollectorInfo, Found, Operation, Page};
use tagledger_model::{Fact, Facts, RawResource, Timestamp};

const DESCRIBE_INSTANCES: Operation = call("DescribeInstances", "ec2:DescribeInstances");

static INFO: CollectorInfo = one_kind("aws.ec2.describe-instances", "Instances, tagged or not, and since when they run or stand still.", &[DESCRIBE_INSTANCES]);

pub(in super::super) static INSTANCES: List<Client> = List { info: &INFO, client: Client::new, page };

fn page<'a>(at: &'a Reading<'a, Client>, token: Option<String>) -> Asked<'a, Page> {
    Box::pin(async move {
        let call = at.client.describe_instances().include_managed_resources(true).max_results(PAGE).set_next_token(token);
        let page = at.place.ask(&DESCRIBE_INSTANCES, call.send()).await?;
        let instances = page.reservations().iter().flat_map(Reservation::instances);
        Ok((instances.filter_map(|instance| found(at.place, instance)).map(Found::Resource).collect(), page.next_token))
    })
}

fn state(instance: &Instance) -> Option<&str> {
    Some(instance.state()?.name()?.as_str())
}

fn found(place: &Place, instance: &Instance) -> Option<RawResource> {
    // What was terminated is listed for about an hour more; there is no way back from either state.
    if matches!(state(instance), Some("terminated" | "shutting-down")) {
        return None;
    }
    let mut resource = resource(place, &INFO, "instance", instance.instance_id()?, instance.tags());
    resource.created = created(instance);
    resource.facts = Some(Box::new(facts(instance)));
    Some(resource)
}

/// `LaunchTime` is that of the last start. The first interface is made with the instance and cannot be detached.
fn created(instance: &Instance) -> Option<Timestamp> {
    let attachments = instance.network_interfaces().iter().filter_map(|interface| interface.attachment());
    attachments.filter(|attachment| attachment.device_index() == Some(0)).filter_map(|attachment| attachment.attach_time()).map(moment).min()
}

fn facts(instance: &Instance) -> Facts {
    match state(instance) {
        Some(state @ "running") => Facts { running: Some(Fact::new(true, "State.Name", state)), since: instance.launch_time().map(moment), ..Facts::default() },
        Some(state @ "stopped") => {
            Facts { running: Some(Fact::new(false, "State.Name", state)), since: instance.state_transition_reason().and_then(time_of), ..Facts::default() }
        }
        // On the way.
        _ => Facts::default(),
    }
}

/// `User initiated (2026-10-01 10:00:00 GMT)`. Other reasons say no time.
fn time_of(reason: &str) -> Option<Timestamp> {
    let (_, time) = reason.trim_end().strip_suffix(')')?.rsplit_once('(')?;
    Timestamp::parse(time.strip_suffix(" GMT").unwrap_or(time))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ec2::types::{InstanceNetworkInterface, InstanceNetworkInterfaceAttachment, InstanceState, InstanceStateName};
    use aws_smithy_types::DateTime;

    fn instance(state: &str) -> Instance {
        let state = InstanceState::builder().name(InstanceStateName::from(state)).build();
        Instance::builder().state(state).launch_time(DateTime::from_secs(500)).state_transition_reason("User initiated (2026-10-01 10:00:00 GMT)").build()
    }

    #[test]
    fn a_reason_ends_in_its_time_or_in_none() {
        let moment = Timestamp::parse("2026-10-01T10:00:00Z");
        assert!(moment.is_some());
        assert_eq!(time_of("User initiated (2026-10-01 10:00:00 GMT)"), moment);
        assert_eq!(time_of("Service (i-1) initiated (2026-10-01 10:00:00 UTC)"), moment);
        for reason in ["", "User initiated", "User initiated ()", "User initiated (2026-10-01 10:00:00 PST)", "(", ")", "Client.UserInitiatedShutdown: x (y)"] {
            assert_eq!(time_of(reason), None, "{reason}");
        }
    }

    #[test]
    fn what_runs_runs_since_its_last_start_and_what_stands_since_its_stop() {
        let running = facts(&instance("running"));
        assert_eq!((running.running, running.since), (Some(Fact::new(true, "State.Name", "running")), Some(Timestamp(500))));
        let stopped = facts(&instance("stopped"));
        let stop = Timestamp::parse("2026-10-01T10:00:00Z");
        assert_eq!((stopped.running, stopped.since), (Some(Fact::new(false, "State.Name", "stopped")), stop));
        for state in ["pending", "stopping", "a-word-to-come"] {
            assert_eq!(facts(&instance(state)), Facts::default(), "{state}");
        }
    }

    #[test]
    fn it_is_as_old_as_its_first_interface() {
        let interface = |index, secs| {
            let attachment = InstanceNetworkInterfaceAttachment::builder().device_index(index).attach_time(DateTime::from_secs(secs)).build();
            InstanceNetworkInterface::builder().attachment(attachment).build()
        };
        let started_again =
            Instance::builder().launch_time(DateTime::from_secs(500)).network_interfaces(interface(1, 50)).network_interfaces(interface(0, 100));
        assert_eq!(created(&started_again.build()), Some(Timestamp(100)));
        assert_eq!(created(&instance("running")), None, "the last start is no answer");
    }
}
