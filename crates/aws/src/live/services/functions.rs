//! Lambda functions: <https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html>.

use super::list::{List, Reading, one_kind};
use super::tags::of_map;
use aws_sdk_lambda::Client;
use tagledger_collect::{Asked, CollectorInfo, Operation, Page, Rate};
use tagledger_model::{Observed, RawResource, RawTag, Timestamp};

/// One number for the calls that manage functions: <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html#api-requests>.
const RATE: Option<Rate> = Some(Rate::of(15).shared("lambda"));
const LIST_FUNCTIONS: Operation = Operation { name: "ListFunctions", permission: "lambda:ListFunctions", rate: RATE };
const LIST_TAGS: Operation = Operation { name: "ListTags", permission: "lambda:ListTags", rate: RATE };

static INFO: CollectorInfo = one_kind("aws.lambda.list-functions", "Functions, tagged or not.", &[LIST_FUNCTIONS, LIST_TAGS]);

pub(super) static FUNCTIONS: List<Client> = List { info: &INFO, client: Client::new, page };

fn page<'a>(at: &'a Reading<'a, Client>, token: Option<String>) -> Asked<'a, Page> {
    Box::pin(async move {
        // However many are asked for, the service gives fifty.
        let call = at.client.list_functions().set_marker(token).send();
        let page = at.place.ask(&LIST_FUNCTIONS, call).await?;
        let asking = page.functions().iter().filter_map(|function| {
            let arn = function.function_arn()?;
            let found = at.place.resource(INFO.id, arn, Observed::Unknown);
            let changed = function.last_modified().and_then(Timestamp::parse);
            Some((RawResource { changed, ..found }, ask(at, arn)))
        });
        Ok((at.tags.of(asking.collect()).await, page.next_marker.clone()))
    })
}

fn ask<'a>(at: &'a Reading<'a, Client>, arn: &'a str) -> Asked<'a, Vec<RawTag>> {
    Box::pin(async move {
        let answer = at.place.ask(&LIST_TAGS, at.client.list_tags().resource(arn).send()).await?;
        Ok(of_map(answer.tags()))
    })
}
