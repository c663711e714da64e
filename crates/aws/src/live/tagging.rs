//! The Resource Groups Tagging API: resources that carry tags now, or once did.
//! <https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html>

use super::errors::told;
use crate::ID;
use crate::arn::Arn;
use aws_sdk_resourcegroupstagging::Client;
use aws_sdk_resourcegroupstagging::types::ResourceTagMapping;
use tagledger_collect::{Asked, Collector, CollectorInfo, Found, Operation, Outlet, Target};
use tagledger_model::{CloudId, Further, NativeId, Observed, Origin, RawResource, RawTag, Taggable, Text};

pub(super) static INFO: CollectorInfo = CollectorInfo {
    id: "aws.resourcegroupstaggingapi",
    summary: "Tags where they are kept; resources that never had one are not listed.",
    operations: &[Operation { name: "GetResources", permission: "tag:GetResources" }],
    // It reads the tags where they are kept; Resource Explorer reads a copy of them.
    rank: 30,
    blind_spot: Some("the Tagging API does not list resources that were never tagged; Resource Explorer with a view that includes tags sees them"),
};

/// The largest page that the service gives.
const PAGE: i32 = 100;

pub(super) struct Tagging {
    pub client: Client,
}

impl Collector for Tagging {
    fn info(&self) -> &'static CollectorInfo {
        &INFO
    }

    fn collect<'a>(&'a self, target: &'a Target, out: &'a Outlet) -> Asked<'a, ()> {
        Box::pin(async move {
            let mut token: Option<String> = None;
            loop {
                let call = self.client.get_resources().resources_per_page(PAGE).set_pagination_token(token.take());
                let page = call.send().await.map_err(|error| told(&error, INFO.operations[0].permission))?;
                out.give(page.resource_tag_mapping_list().iter().filter_map(|mapping| resource(mapping, target)).map(Found::Resource).collect()).await;
                token = page.pagination_token().filter(|token| !token.is_empty()).map(str::to_owned);
                if token.is_none() {
                    return Ok(());
                }
            }
        })
    }
}

fn resource(mapping: &ResourceTagMapping, target: &Target) -> Option<RawResource> {
    let id = mapping.resource_arn()?;
    let arn = Arn::parse(id);
    Some(RawResource {
        cloud: CloudId::new(ID),
        scope: arn.and_then(|arn| arn.account_id()).map_or_else(|| target.scope.clone(), Text::new),
        region: arn.map(|arn| arn.region).filter(|region| !region.is_empty()).map(Text::new).or_else(|| target.region.clone()),
        group: None,
        kind: arn.map_or_else(|| Text::const_new("unknown"), |arn| arn.kind()),
        name: arn.and_then(|arn| arn.name()).map(Text::new),
        tags: Observed::Known(mapping.tags().iter().map(|tag| RawTag::own(Text::new(tag.key()), Text::new(tag.value()))).collect()),
        further: Further::None,
        taggable: Taggable::Unknown,
        created: None,
        origin: Origin::Live { collector: INFO.id },
        id: NativeId::exact(id),
    })
}
