//! DynamoDB tables: <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTables.html>.

use super::lists::whole;
use super::tags::Tags;
use super::{RANK, Service};
use crate::live::place::{Place, tag};
use aws_sdk_dynamodb::Client;
use tagledger_collect::{Asked, CollectorInfo, Operation, Outlet, Rate, pages};
use tagledger_model::{Observed, RawTag};

/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-control-plane.html>
const LIST_TABLES: Operation = Operation { name: "ListTables", permission: "dynamodb:ListTables", rate: Some(Rate::of(2500)) };
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTagsOfResource.html>
const LIST_TAGS: Operation = Operation { name: "ListTagsOfResource", permission: "dynamodb:ListTagsOfResource", rate: Some(Rate::of(10)) };

static INFO: CollectorInfo = CollectorInfo {
    id: "aws.dynamodb.list-tables",
    summary: "Tables, tagged or not.",
    operations: &[LIST_TABLES, LIST_TAGS],
    rank: RANK,
    blind_spot: None,
    whole: false,
};

/// The largest page that the service gives.
const PAGE: i32 = 100;

pub(super) struct Tables;

impl Service for Tables {
    fn info(&self) -> &'static CollectorInfo {
        &INFO
    }

    fn read<'a>(&'a self, place: &'a Place, out: &'a Outlet) -> Asked<'a, ()> {
        Box::pin(async move {
            let client = Client::new(&place.config());
            let tags = Tags::new(place, out);
            pages(out, |token| {
                let call = client.list_tables().limit(PAGE).set_exclusive_start_table_name(token).send();
                let (client, tags) = (&client, &tags);
                async move {
                    let page = place.ask(&LIST_TABLES, call).await?;
                    let asking = page.table_names().iter().map(|name| {
                        let arn = place.arn("dynamodb", &format!("table/{name}"));
                        (place.resource(INFO.id, &arn, Observed::Unknown), ask(place, client, arn))
                    });
                    Ok((tags.of(asking.collect()).await, page.last_evaluated_table_name.clone()))
                }
            })
            .await
        })
    }
}

fn ask<'a>(place: &'a Place, client: &'a Client, arn: String) -> Asked<'a, Vec<RawTag>> {
    Box::pin(async move {
        whole(|token| {
            let call = client.list_tags_of_resource().resource_arn(&arn).set_next_token(token).send();
            async move {
                let page = place.ask(&LIST_TAGS, call).await?;
                Ok((page.tags().iter().filter_map(|t| tag(Some(t.key()), Some(t.value()))).collect(), page.next_token.clone()))
            }
        })
        .await
    })
}
