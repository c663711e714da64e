//! Lambda functions: <https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html>.

use super::tags::{Tags, of_map};
use super::{RANK, Service};
use crate::live::place::Place;
use aws_sdk_lambda::Client;
use tagledger_collect::{Asked, CollectorInfo, Operation, Outlet, Rate, pages};
use tagledger_model::{Observed, RawTag};

/// One number for the calls that manage functions: <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html#api-requests>.
const RATE: Option<Rate> = Some(Rate::of(15).shared("lambda"));
const LIST_FUNCTIONS: Operation = Operation { name: "ListFunctions", permission: "lambda:ListFunctions", rate: RATE };
const LIST_TAGS: Operation = Operation { name: "ListTags", permission: "lambda:ListTags", rate: RATE };

static INFO: CollectorInfo = CollectorInfo {
    id: "aws.lambda.list-functions",
    summary: "Functions, tagged or not.",
    operations: &[LIST_FUNCTIONS, LIST_TAGS],
    rank: RANK,
    blind_spot: None,
    whole: false,
};

pub(super) struct Functions;

impl Service for Functions {
    fn info(&self) -> &'static CollectorInfo {
        &INFO
    }

    fn read<'a>(&'a self, place: &'a Place, out: &'a Outlet) -> Asked<'a, ()> {
        Box::pin(async move {
            let client = Client::new(&place.config());
            let tags = Tags::new(place, out);
            pages(out, |token| {
                // However many are asked for, the service gives fifty.
                let call = client.list_functions().set_marker(token).send();
                let (client, tags) = (&client, &tags);
                async move {
                    let page = place.ask(&LIST_FUNCTIONS, call).await?;
                    let asking = page.functions().iter().filter_map(|function| {
                        let arn = function.function_arn()?;
                        Some((place.resource(INFO.id, arn, Observed::Unknown), ask(place, client, arn)))
                    });
                    Ok((tags.of(asking.collect()).await, page.next_marker.clone()))
                }
            })
            .await
        })
    }
}

fn ask<'a>(place: &'a Place, client: &'a Client, arn: &'a str) -> Asked<'a, Vec<RawTag>> {
    Box::pin(async move {
        let answer = place.ask(&LIST_TAGS, client.list_tags().resource(arn).send()).await?;
        Ok(of_map(answer.tags()))
    })
}
