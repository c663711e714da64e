//! SQS queues: <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html>.

use super::tags::{Tags, of_map};
use super::{RANK, Service};
use crate::live::place::Place;
use aws_sdk_sqs::Client;
use tagledger_collect::{Asked, CollectorInfo, Operation, Outlet, pages};
use tagledger_model::{Observed, RawTag};

const LIST_QUEUES: Operation = Operation { name: "ListQueues", permission: "sqs:ListQueues", rate: None };
const LIST_TAGS: Operation = Operation { name: "ListQueueTags", permission: "sqs:ListQueueTags", rate: None };

static INFO: CollectorInfo = CollectorInfo {
    id: "aws.sqs.list-queues",
    summary: "Queues, tagged or not.",
    operations: &[LIST_QUEUES, LIST_TAGS],
    rank: RANK,
    blind_spot: None,
    whole: false,
};

/// Without a number the service gives 1,000 and no token for more.
const PAGE: i32 = 1000;

pub(super) struct Queues;

impl Service for Queues {
    fn info(&self) -> &'static CollectorInfo {
        &INFO
    }

    fn read<'a>(&'a self, place: &'a Place, out: &'a Outlet) -> Asked<'a, ()> {
        Box::pin(async move {
            let client = Client::new(&place.config());
            let tags = Tags::new(place, out);
            pages(out, |token| {
                let call = client.list_queues().max_results(PAGE).set_next_token(token).send();
                let (client, tags) = (&client, &tags);
                async move {
                    let page = place.ask(&LIST_QUEUES, call).await?;
                    let asking = page
                        .queue_urls()
                        .iter()
                        .filter_map(|url| Some((place.resource(INFO.id, &arn(place, url)?, Observed::Unknown), ask(place, client, url))));
                    Ok((tags.of(asking.collect()).await, page.next_token.clone()))
                }
            })
            .await
        })
    }
}

fn ask<'a>(place: &'a Place, client: &'a Client, url: &'a str) -> Asked<'a, Vec<RawTag>> {
    Box::pin(async move {
        let answer = place.ask(&LIST_TAGS, client.list_queue_tags().queue_url(url).send()).await?;
        Ok(of_map(answer.tags()))
    })
}

/// The list has no ARNs, but a URL ends in account and name, whatever host it begins with.
fn arn(place: &Place, url: &str) -> Option<String> {
    let mut words = url.rsplit('/');
    let (name, account) = (words.next()?, words.next()?);
    let is_account = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
    (is_account && !name.is_empty()).then(|| format!("arn:{}:sqs:{}:{account}:{name}", place.session.partition, place.region))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::place::here;

    #[test]
    fn the_arn_of_a_queue_is_in_its_url() {
        let said = |url: &str| arn(&here(), url);
        let expected = Some("arn:aws:sqs:eu-west-1:111122223333:jobs.fifo".to_owned());
        assert_eq!(said("https://sqs.eu-west-1.amazonaws.com/111122223333/jobs.fifo"), expected);
        assert_eq!(said("https://eu-west-1.queue.amazonaws.com/111122223333/jobs.fifo"), expected);
        assert_eq!(said("http://127.0.0.1:5000/111122223333/jobs.fifo"), expected);
        assert_eq!((said("jobs"), said("https://sqs.eu-west-1.amazonaws.com/jobs"), said("https://x/111122223333/")), (None, None, None));
    }
}
