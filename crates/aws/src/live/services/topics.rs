//! SNS topics: <https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html>.

use super::tags::Tags;
use super::{RANK, Service};
use crate::live::place::{Place, tag};
use aws_sdk_sns::Client;
use tagledger_collect::{Asked, CollectorInfo, Operation, Outlet, Rate, pages};
use tagledger_model::{Observed, RawTag};

/// <https://docs.aws.amazon.com/general/latest/gr/sns.html>
const LIST_TOPICS: Operation = Operation { name: "ListTopics", permission: "sns:ListTopics", rate: Some(Rate::of(30)) };
const LIST_TAGS: Operation = Operation { name: "ListTagsForResource", permission: "sns:ListTagsForResource", rate: Some(Rate::of(10)) };

static INFO: CollectorInfo = CollectorInfo {
    id: "aws.sns.list-topics",
    summary: "Topics, tagged or not.",
    operations: &[LIST_TOPICS, LIST_TAGS],
    rank: RANK,
    blind_spot: None,
    whole: false,
};

pub(super) struct Topics;

impl Service for Topics {
    fn info(&self) -> &'static CollectorInfo {
        &INFO
    }

    fn read<'a>(&'a self, place: &'a Place, out: &'a Outlet) -> Asked<'a, ()> {
        Box::pin(async move {
            let client = Client::new(&place.config());
            let tags = Tags::new(place, out);
            pages(out, |token| {
                let call = client.list_topics().set_next_token(token).send();
                let (client, tags) = (&client, &tags);
                async move {
                    let page = place.ask(&LIST_TOPICS, call).await?;
                    let asking = page.topics().iter().filter_map(|topic| {
                        let arn = topic.topic_arn()?;
                        Some((place.resource(INFO.id, arn, Observed::Unknown), ask(place, client, arn)))
                    });
                    Ok((tags.of(asking.collect()).await, page.next_token.clone()))
                }
            })
            .await
        })
    }
}

fn ask<'a>(place: &'a Place, client: &'a Client, arn: &'a str) -> Asked<'a, Vec<RawTag>> {
    Box::pin(async move {
        let answer = place.ask(&LIST_TAGS, client.list_tags_for_resource().resource_arn(arn).send()).await?;
        Ok(answer.tags().iter().filter_map(|t| tag(Some(t.key()), Some(t.value()))).collect())
    })
}
