//! EBS volumes: <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVolumes.html>.

use super::{List, PAGE, Reading, call, moment, one_kind, resource};
use crate::live::place::Place;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{Volume, VolumeState};
use tagledger_collect::{Asked, CollectorInfo, Found, Operation, Page};
use tagledger_model::{Fact, Facts, RawResource};

const DESCRIBE_VOLUMES: Operation = call("DescribeVolumes", "ec2:DescribeVolumes");

static INFO: CollectorInfo = one_kind("aws.ec2.describe-volumes", "Volumes, tagged or not, and whether a machine uses them.", &[DESCRIBE_VOLUMES]);

pub(in super::super) static VOLUMES: List<Client> = List { info: &INFO, client: Client::new, page };

fn page<'a>(at: &'a Reading<'a, Client>, token: Option<String>) -> Asked<'a, Page> {
    Box::pin(async move {
        let call = at.client.describe_volumes().include_managed_resources(true).max_results(PAGE).set_next_token(token);
        let page = at.place.ask(&DESCRIBE_VOLUMES, call.send()).await?;
        Ok((page.volumes().iter().filter_map(|volume| found(at.place, volume)).map(Found::Resource).collect(), page.next_token))
    })
}

fn found(place: &Place, volume: &Volume) -> Option<RawResource> {
    let mut resource = resource(place, &INFO, "volume", volume.volume_id()?, volume.tags());
    resource.created = volume.create_time().map(moment);
    resource.facts = Some(Box::new(facts(volume)));
    Some(resource)
}

fn facts(volume: &Volume) -> Facts {
    // `in-use` and `available` are lasting; the other states are on the way to or from them.
    let attached = volume.state().map(VolumeState::as_str).and_then(|state| match state {
        "in-use" => Some(Fact::new(true, "State", state)),
        "available" => Some(Fact::new(false, "State", state)),
        _ => None,
    });
    // When it was detached is not said.
    let since = volume.attachments().iter().filter_map(|attachment| attachment.attach_time()).map(moment).min();
    Facts { since: since.filter(|_| attached.as_ref().is_some_and(|attached| attached.value)), attached, ..Facts::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ec2::types::VolumeAttachment;
    use aws_smithy_types::DateTime;
    use tagledger_model::Timestamp;

    #[test]
    fn only_lasting_states_prove_something() {
        let attachment = |secs| VolumeAttachment::builder().attach_time(DateTime::from_secs(secs)).build();
        let volume = |state: &str| Volume::builder().state(VolumeState::from(state)).attachments(attachment(20)).attachments(attachment(10)).build();
        let used = facts(&volume("in-use"));
        assert_eq!((used.attached, used.since), (Some(Fact::new(true, "State", "in-use")), Some(Timestamp(10))));
        let free = facts(&volume("available"));
        assert_eq!((free.attached, free.since), (Some(Fact::new(false, "State", "available")), None));
        for state in ["creating", "deleting", "deleted", "error", "a-word-to-come"] {
            assert_eq!(facts(&volume(state)), Facts::default(), "{state}");
        }
    }
}
