//! The Resource Groups Tagging API: resources that carry tags now, or once did.
//! <https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html>

use super::place::{Place, tag};
use std::sync::Arc;
use tagledger_collect::{Asked, Collector, CollectorInfo, Found, Operation, Outlet, Rate, Target, pages};
use tagledger_model::Observed;

/// <https://docs.aws.amazon.com/tag-editor/latest/userguide/reference.html>
const GET_RESOURCES: Operation = Operation { name: "GetResources", permission: "tag:GetResources", rate: Some(Rate::of(15)) };

pub(super) static INFO: CollectorInfo = CollectorInfo {
    id: "aws.resourcegroupstaggingapi",
    summary: "Tags where they are kept; resources that never had one are not listed.",
    operations: &[GET_RESOURCES],
    // It reads the tags where they are kept; Resource Explorer reads a copy of them.
    rank: 30,
    blind_spot: Some("the Tagging API does not list resources that were never tagged; Resource Explorer with a view that includes tags sees them"),
    whole: false,
};

/// The largest page that the service gives.
const PAGE: i32 = 100;

pub(super) struct Tagging {
    pub place: Arc<Place>,
}

impl Collector for Tagging {
    fn info(&self) -> &'static CollectorInfo {
        &INFO
    }

    fn collect<'a>(&'a self, _: &'a [Target], out: &'a Outlet) -> Asked<'a, ()> {
        Box::pin(async move {
            let client = aws_sdk_resourcegroupstagging::Client::new(&self.place.config());
            pages(out, |token| {
                let call = client.get_resources().resources_per_page(PAGE).set_pagination_token(token).send();
                async move {
                    let page = self.place.ask(&GET_RESOURCES, call).await?;
                    let found = page.resource_tag_mapping_list().iter().filter_map(|mapping| {
                        let arn = mapping.resource_arn()?;
                        self.place.tagged.add(arn);
                        let tags = mapping.tags().iter().filter_map(|t| tag(Some(t.key()), Some(t.value()))).collect();
                        Some(Found::Resource(self.place.resource(INFO.id, arn, Observed::Known(tags))))
                    });
                    Ok((found.collect(), page.pagination_token.clone()))
                }
            })
            .await
        })
    }
}
