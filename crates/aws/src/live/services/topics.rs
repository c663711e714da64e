//! SNS topics: <https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html>.

use super::list::{List, Reading, one_kind};
use crate::live::place::tag;
use aws_sdk_sns::Client;
use tagledger_collect::{Asked, CollectorInfo, Operation, Page, Rate};
use tagledger_model::{Observed, RawTag};

/// <https://docs.aws.amazon.com/general/latest/gr/sns.html>
const LIST_TOPICS: Operation = Operation { name: "ListTopics", permission: "sns:ListTopics", rate: Some(Rate::of(30)) };
const LIST_TAGS: Operation = Operation { name: "ListTagsForResource", permission: "sns:ListTagsForResource", rate: Some(Rate::of(10)) };

static INFO: CollectorInfo = one_kind("aws.sns.list-topics", "Topics, tagged or not.", &[LIST_TOPICS, LIST_TAGS]);

pub(super) static TOPICS: List<Client> = List { info: &INFO, client: Client::new, page };

fn page<'a>(at: &'a Reading<'a, Client>, token: Option<String>) -> Asked<'a, Page> {
    Box::pin(async move {
        let call = at.client.list_topics().set_next_token(token).send();
        let page = at.place.ask(&LIST_TOPICS, call).await?;
        let asking = page.topics().iter().filter_map(|topic| {
            let arn = topic.topic_arn()?;
            Some((at.place.resource(INFO.id, arn, Observed::Unknown), ask(at, arn)))
        });
        Ok((at.tags.of(asking.collect()).await, page.next_token.clone()))
    })
}

fn ask<'a>(at: &'a Reading<'a, Client>, arn: &'a str) -> Asked<'a, Vec<RawTag>> {
    Box::pin(async move {
        let answer = at.place.ask(&LIST_TAGS, at.client.list_tags_for_resource().resource_arn(arn).send()).await?;
        Ok(answer.tags().iter().filter_map(|t| tag(Some(t.key()), Some(t.value()))).collect())
    })
}
