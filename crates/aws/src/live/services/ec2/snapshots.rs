//! EBS snapshots of the account: <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSnapshots.html>.

use super::{List, PAGE, Reading, call, moment, one_kind, resource};
use crate::live::place::Place;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::Snapshot;
use tagledger_collect::{Asked, CollectorInfo, Found, Operation, Page};
use tagledger_model::{Fact, Facts, RawResource, Text};

const DESCRIBE_SNAPSHOTS: Operation = call("DescribeSnapshots", "ec2:DescribeSnapshots");

static INFO: CollectorInfo =
    one_kind("aws.ec2.describe-snapshots", "Snapshots of volumes, tagged or not, and the volume that each was made from.", &[DESCRIBE_SNAPSHOTS]);

pub(in super::super) static SNAPSHOTS: List<Client> = List { info: &INFO, client: Client::new, page };

fn page<'a>(at: &'a Reading<'a, Client>, token: Option<String>) -> Asked<'a, Page> {
    Box::pin(async move {
        // Without an owner, everything that others share or publish is listed too.
        let call = at.client.describe_snapshots().owner_ids("self").max_results(PAGE).set_next_token(token);
        let page = at.place.ask(&DESCRIBE_SNAPSHOTS, call.send()).await?;
        Ok((page.snapshots().iter().filter_map(|snapshot| found(at.place, snapshot)).map(Found::Resource).collect(), page.next_token))
    })
}

fn found(place: &Place, snapshot: &Snapshot) -> Option<RawResource> {
    let mut resource = resource(place, &INFO, "snapshot", snapshot.snapshot_id()?, snapshot.tags());
    resource.created = snapshot.start_time().map(moment);
    let source = source(snapshot).map(|volume| Fact::new(Text::from(place.arn("ec2", &format!("volume/{volume}"))), "VolumeId", volume));
    resource.facts = source.map(|source| Box::new(Facts { source: Some(source), ..Facts::default() }));
    Some(resource)
}

/// What AWS writes where no volume is behind a snapshot.
const NO_VOLUME: &str = "vol-ffffffff";

/// The volume that it was made from. A copy names an arbitrary one, "that you should not use for any purpose".
fn source(snapshot: &Snapshot) -> Option<&str> {
    // Said of copies only.
    let is_copy = snapshot.transfer_type().is_some() || snapshot.completion_duration_minutes().is_some();
    snapshot.volume_id().filter(|volume| *volume != NO_VOLUME && volume.starts_with("vol-") && !is_copy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ec2::types::TransferType;

    #[test]
    fn a_copy_has_no_source() {
        let of = |volume: &str| Snapshot::builder().volume_id(volume);
        assert_eq!(source(&of("vol-0a1b").build()), Some("vol-0a1b"));
        assert_eq!(source(&of(NO_VOLUME).build()), None);
        assert_eq!(source(&of("").build()), None);
        assert_eq!(source(&of("vol-0a1b").transfer_type(TransferType::Standard).build()), None);
        assert_eq!(source(&of("vol-0a1b").completion_duration_minutes(30).build()), None);
        assert_eq!(source(&Snapshot::builder().build()), None);
    }
}
