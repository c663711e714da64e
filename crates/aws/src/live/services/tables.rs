//! DynamoDB tables: <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTables.html>.

use super::list::{List, Reading, one_kind};
use super::lists::whole;
use crate::live::place::tag;
use aws_sdk_dynamodb::Client;
use tagledger_collect::{Asked, CollectorInfo, Operation, Page, Rate};
use tagledger_model::{Observed, RawTag};

/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-control-plane.html>
const LIST_TABLES: Operation = Operation { name: "ListTables", permission: "dynamodb:ListTables", rate: Some(Rate::of(2500)) };
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTagsOfResource.html>
const LIST_TAGS: Operation = Operation { name: "ListTagsOfResource", permission: "dynamodb:ListTagsOfResource", rate: Some(Rate::of(10)) };

static INFO: CollectorInfo = one_kind("aws.dynamodb.list-tables", "Tables, tagged or not.", &[LIST_TABLES, LIST_TAGS]);

/// The largest page that the service gives.
const PAGE: i32 = 100;

pub(super) static TABLES: List<Client> = List { info: &INFO, client: Client::new, page };

fn page<'a>(at: &'a Reading<'a, Client>, token: Option<String>) -> Asked<'a, Page> {
    Box::pin(async move {
        let call = at.client.list_tables().limit(PAGE).set_exclusive_start_table_name(token).send();
        let page = at.place.ask(&LIST_TABLES, call).await?;
        let asking = page.table_names().iter().map(|name| {
            let arn = at.place.arn("dynamodb", &format!("table/{name}"));
            (at.place.resource(INFO.id, &arn, Observed::Unknown), ask(at, arn))
        });
        Ok((at.tags.of(asking.collect()).await, page.last_evaluated_table_name.clone()))
    })
}

fn ask<'a>(at: &'a Reading<'a, Client>, arn: String) -> Asked<'a, Vec<RawTag>> {
    Box::pin(async move {
        whole(|token| {
            let call = at.client.list_tags_of_resource().resource_arn(&arn).set_next_token(token).send();
            async move {
                let page = at.place.ask(&LIST_TAGS, call).await?;
                Ok((page.tags().iter().filter_map(|t| tag(Some(t.key()), Some(t.value()))).collect(), page.next_token.clone()))
            }
        })
        .await
    })
}
