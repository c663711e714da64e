//! SQS queues: <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html>.

use super::list::{List, Reading, one_kind};
use super::tags::of_map;
use crate::live::place::Place;
use aws_sdk_sqs::Client;
use tagledger_collect::{Asked, CollectorInfo, Operation, Page};
use tagledger_model::{Observed, RawTag};

const LIST_QUEUES: Operation = Operation { name: "ListQueues", permission: "sqs:ListQueues", rate: None };
const LIST_TAGS: Operation = Operation { name: "ListQueueTags", permission: "sqs:ListQueueTags", rate: None };

static INFO: CollectorInfo = one_kind("aws.sqs.list-queues", "Queues, tagged or not.", &[LIST_QUEUES, LIST_TAGS]);

/// Without a number the service gives 1,000 and no token for more.
const PAGE: i32 = 1000;

pub(super) static QUEUES: List<Client> = List { info: &INFO, client: Client::new, page };

fn page<'a>(at: &'a Reading<'a, Client>, token: Option<String>) -> Asked<'a, Page> {
    Box::pin(async move {
        let call = at.client.list_queues().max_results(PAGE).set_next_token(token).send();
        let page = at.place.ask(&LIST_QUEUES, call).await?;
        let asking = page.queue_urls().iter().filter_map(|url| Some((at.place.resource(INFO.id, &arn(at.place, url)?, Observed::Unknown), ask(at, url))));
        Ok((at.tags.of(asking.collect()).await, page.next_token.clone()))
    })
}

fn ask<'a>(at: &'a Reading<'a, Client>, url: &'a str) -> Asked<'a, Vec<RawTag>> {
    Box::pin(async move {
        let answer = at.place.ask(&LIST_TAGS, at.client.list_queue_tags().queue_url(url).send()).await?;
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
