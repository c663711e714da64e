//! A resource as Resource Explorer shows it.

use super::INFO;
use crate::ID;
use crate::arn::{Arn, native_id};
use crate::live::place::tag;
use aws_sdk_resourceexplorer2::types::Resource;
use aws_smithy_types::Document;
use tagledger_model::{CloudId, Further, Observed, Origin, RawResource, RawTag, Taggable, Text};

/// `account` is whose it is where nothing says it, `region` where the view is.
pub(super) fn resource(found: &Resource, account: &Text, region: &Text) -> Option<RawResource> {
    let id = found.arn()?;
    let arn = Arn::parse(id);
    let tags = found.properties().iter().find(|property| property.name().is_some_and(|name| name.eq_ignore_ascii_case("tags")));
    // Tags of IAM resources are not indexed, so that their absence means nothing.
    let is_blind = tags.is_none() && arn.is_some_and(|arn| arn.service == "iam");
    let pairs = tags.and_then(|property| property.data()).map(pairs).unwrap_or_default();
    Some(RawResource {
        cloud: CloudId::new(ID),
        scope: found.owning_account_id().map(Text::new).or_else(|| arn.and_then(|arn| arn.account_id()).map(Text::new)).unwrap_or_else(|| account.clone()),
        region: Some(found.region().map_or_else(|| region.clone(), Text::new)),
        group: None,
        kind: found
            .resource_type()
            .map(|kind| Text::from(kind.to_ascii_lowercase()))
            .or_else(|| arn.map(|arn| arn.kind()))
            .unwrap_or_else(|| Text::const_new("unknown")),
        name: arn.and_then(|arn| arn.name()).map(Text::new),
        tags: if is_blind { Observed::Unknown } else { Observed::Known(pairs) },
        further: Further::None,
        taggable: Taggable::Unknown,
        created: None,
        changed: None,
        facts: None,
        origin: Origin::Live { collector: INFO.id },
        id: native_id(id, found.owning_account_id().unwrap_or(account)),
    })
}

/// `[{"Key": …, "Value": …}]`; some services leave an empty value out.
fn pairs(data: &Document) -> Vec<RawTag> {
    let text = |item: &Document, name: &str| item.as_object().and_then(|object| object.get(name)).and_then(Document::as_string).map(str::to_owned);
    let items = data.as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(|item| tag(text(item, "Key").as_deref(), text(item, "Value").as_deref())).collect()
}
