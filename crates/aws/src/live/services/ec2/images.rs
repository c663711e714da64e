//! Machine images of the account: <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html>.

use super::{List, PAGE, Reading, call, one_kind, resource};
use crate::live::place::Place;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{Image, ImageState};
use tagledger_collect::{Asked, CollectorInfo, Found, Operation, Page};
use tagledger_model::{RawResource, Text, Timestamp};

const DESCRIBE_IMAGES: Operation = call("DescribeImages", "ec2:DescribeImages");

static INFO: CollectorInfo = one_kind("aws.ec2.describe-images", "Machine images of the account, tagged or not.", &[DESCRIBE_IMAGES]);

pub(in super::super) static IMAGES: List<Client> = List { info: &INFO, client: Client::new, page };

fn page<'a>(at: &'a Reading<'a, Client>, token: Option<String>) -> Asked<'a, Page> {
    Box::pin(async move {
        // Disabled ones are left out unless asked for; their snapshots cost as much.
        let call = at.client.describe_images().owners("self").include_disabled(true).max_results(PAGE).set_next_token(token);
        let page = at.place.ask(&DESCRIBE_IMAGES, call.send()).await?;
        Ok((page.images().iter().filter_map(|image| found(at.place, image)).map(Found::Resource).collect(), page.next_token))
    })
}

fn found(place: &Place, image: &Image) -> Option<RawResource> {
    if image.state() == Some(&ImageState::Deregistered) {
        return None;
    }
    let mut resource = resource(place, &INFO, "image", image.image_id()?, image.tags());
    resource.created = image.creation_date().and_then(Timestamp::parse);
    if let Some(name) = image.name().filter(|name| !name.is_empty()) {
        resource.name = Some(Text::new(name));
    }
    Some(resource)
}
