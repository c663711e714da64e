//! CloudFront distributions: <https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ListDistributions.html>.

use super::tags::Tags;
use super::{RANK, Service};
use crate::live::place::{Place, tag};
use aws_sdk_cloudfront::Client;
use tagledger_collect::{Asked, CollectError, CollectorInfo, Operation, Outlet, pages};
use tagledger_model::{Observed, RawTag};

const LIST_DISTRIBUTIONS: Operation = Operation { name: "ListDistributions", permission: "cloudfront:ListDistributions", rate: None };
const LIST_TAGS: Operation = Operation { name: "ListTagsForResource", permission: "cloudfront:ListTagsForResource", rate: None };

static INFO: CollectorInfo = CollectorInfo {
    id: "aws.cloudfront.list-distributions",
    summary: "Distributions, tagged or not.",
    operations: &[LIST_DISTRIBUTIONS, LIST_TAGS],
    rank: RANK,
    blind_spot: None,
    whole: false,
};

/// The largest page that the service gives.
const PAGE: i32 = 100;

pub(super) struct Distributions;

impl Service for Distributions {
    fn info(&self) -> &'static CollectorInfo {
        &INFO
    }

    fn read<'a>(&'a self, place: &'a Place, out: &'a Outlet) -> Asked<'a, ()> {
        Box::pin(async move {
            if place.session.partition.starts_with("aws-us-gov") {
                return Err(CollectError::NotEnabled("CloudFront has no distributions in this partition".to_owned()));
            }
            let client = Client::new(&place.config());
            let tags = Tags::new(place, out);
            pages(out, |token| {
                let call = client.list_distributions().max_items(PAGE).set_marker(token).send();
                let (client, tags) = (&client, &tags);
                async move {
                    let page = place.ask(&LIST_DISTRIBUTIONS, call).await?;
                    let Some(list) = page.distribution_list() else { return Ok((Vec::new(), None)) };
                    let asking = list.items().iter().map(|it| (place.resource(INFO.id, it.arn(), Observed::Unknown), ask(place, client, it.arn())));
                    let next = list.next_marker().filter(|_| list.is_truncated()).map(str::to_owned);
                    Ok((tags.of(asking.collect()).await, next))
                }
            })
            .await
        })
    }
}

fn ask<'a>(place: &'a Place, client: &'a Client, arn: &'a str) -> Asked<'a, Vec<RawTag>> {
    Box::pin(async move {
        let answer = place.ask(&LIST_TAGS, client.list_tags_for_resource().resource(arn).send()).await?;
        Ok(answer.tags().map(aws_sdk_cloudfront::types::Tags::items).unwrap_or_default().iter().filter_map(|t| tag(Some(t.key()), t.value())).collect())
    })
}
