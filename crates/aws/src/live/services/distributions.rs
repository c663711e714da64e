//! CloudFront distributions: <https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ListDistributions.html>.

use super::list::{List, Reading, one_kind};
use crate::live::place::tag;
use aws_sdk_cloudfront::Client;
use tagledger_collect::{Asked, CollectError, CollectorInfo, Operation, Page};
use tagledger_model::{Observed, RawTag};

const LIST_DISTRIBUTIONS: Operation = Operation { name: "ListDistributions", permission: "cloudfront:ListDistributions", rate: None };
const LIST_TAGS: Operation = Operation { name: "ListTagsForResource", permission: "cloudfront:ListTagsForResource", rate: None };

static INFO: CollectorInfo = one_kind("aws.cloudfront.list-distributions", "Distributions, tagged or not.", &[LIST_DISTRIBUTIONS, LIST_TAGS]);

/// The largest page that the service gives.
const PAGE: i32 = 100;

pub(super) static DISTRIBUTIONS: List<Client> = List { info: &INFO, client: Client::new, page };

fn page<'a>(at: &'a Reading<'a, Client>, token: Option<String>) -> Asked<'a, Page> {
    Box::pin(async move {
        if at.place.session.partition.starts_with("aws-us-gov") {
            return Err(CollectError::NotEnabled("CloudFront has no distributions in this partition".to_owned()));
        }
        let call = at.client.list_distributions().max_items(PAGE).set_marker(token);
        let page = at.place.ask(&LIST_DISTRIBUTIONS, call.send()).await?;
        let Some(list) = page.distribution_list() else { return Ok((Vec::new(), None)) };
        let asking = list.items().iter().map(|it| (at.place.resource(INFO.id, it.arn(), Observed::Unknown), ask(at, it.arn())));
        let next = list.next_marker().filter(|_| list.is_truncated()).map(str::to_owned);
        Ok((at.tags.of(asking.collect()).await, next))
    })
}

fn ask<'a>(at: &'a Reading<'a, Client>, arn: &'a str) -> Asked<'a, Vec<RawTag>> {
    Box::pin(async move {
        let answer = at.place.ask(&LIST_TAGS, at.client.list_tags_for_resource().resource(arn).send()).await?;
        Ok(answer.tags().map(aws_sdk_cloudfront::types::Tags::items).unwrap_or_default().iter().filter_map(|t| tag(Some(t.key()), t.value())).collect())
    })
}
