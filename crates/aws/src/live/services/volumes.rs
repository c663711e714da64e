//! EBS volumes: <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVolumes.html>.

use super::{RANK, Service};
use crate::live::place::{Place, tag};
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::Volume;
use tagledger_collect::{Asked, CollectorInfo, Found, Operation, Outlet, Rate, pages};
use tagledger_model::{Fact, Facts, Observed, RawResource, Timestamp};

/// <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>
const DESCRIBE_VOLUMES: Operation = Operation { name: "DescribeVolumes", permission: "ec2:DescribeVolumes", rate: Some(Rate::of(20).burst(100)) };

static INFO: CollectorInfo = CollectorInfo {
    id: "aws.ec2.describe-volumes",
    summary: "Volumes, tagged or not, and whether a machine uses them.",
    operations: &[DESCRIBE_VOLUMES],
    rank: RANK,
    blind_spot: None,
    whole: false,
};

pub(super) struct Volumes;

impl Service for Volumes {
    fn info(&self) -> &'static CollectorInfo {
        &INFO
    }

    fn read<'a>(&'a self, place: &'a Place, out: &'a Outlet) -> Asked<'a, ()> {
        Box::pin(async move {
            let client = Client::new(&place.config());
            pages(out, |token| {
                let call = client.describe_volumes().max_results(500).set_next_token(token).send();
                async move {
                    let page = place.ask(&DESCRIBE_VOLUMES, call).await?;
                    Ok((page.volumes().iter().filter_map(|volume| resource(place, volume)).map(Found::Resource).collect(), page.next_token.clone()))
                }
            })
            .await
        })
    }
}

fn resource(place: &Place, volume: &Volume) -> Option<RawResource> {
    let tags = volume.tags().iter().filter_map(|t| tag(t.key(), t.value())).collect();
    let mut resource = place.resource(INFO.id, &place.arn("ec2", &format!("volume/{}", volume.volume_id()?)), Observed::Known(tags));
    resource.created = volume.create_time().map(|time| Timestamp(time.secs()));
    // `in-use` and `available` are lasting; the other states are on the way to or from them.
    let attached = volume.state().map(|state| state.as_str()).and_then(|state| match state {
        "in-use" => Some(Fact::new(true, "State", state)),
        "available" => Some(Fact::new(false, "State", state)),
        _ => None,
    });
    resource.facts = Some(Box::new(Facts { attached, ..Facts::default() }));
    Some(resource)
}
