//! `aws resourcegroupstaggingapi get-resources`: resources that carry tags now, or once did.
//!
//! <https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html>. A resource whose last tag was taken away is
//! listed with an empty list; one that never had any is not listed at all, which is the blind spot of this export.

use super::{MORE_PAGES, Tags, has_token, lists, origin, wrapping};
use crate::{
    ID,
    arn::{Arn, native_id},
};
use serde::Deserialize;
use tagledger_collect::{Document, ExportInfo, ExportReader, Found, ReadError, Sample, Sink};
use tagledger_model::{CloudId, RawResource, Taggable, Text};

const LIST: &str = "ResourceTagMappingList";

static INFO: ExportInfo = ExportInfo {
    id: "aws.resourcegroupstaggingapi.get-resources",
    command: "aws resourcegroupstaggingapi get-resources --output json",
    // It reads the tags where they are kept; Resource Explorer reads a copy of them.
    rank: 30,
    blind_spot: Some("the Tagging API does not list resources that were never tagged; add `aws resource-explorer-2 list-resources` to see them"),
};

pub(super) struct GetResources;

/// `ComplianceDetails`, which may stand beside the tags, are the organisation's tag policy speaking, not the resource: they are not read.
#[derive(Deserialize)]
struct Mapping {
    #[serde(rename = "ResourceARN")]
    arn: Text,
    #[serde(rename = "Tags", default)]
    tags: Tags,
}

/// The account that all ARNs of a file agree on.
#[derive(Debug, Default)]
enum Account {
    #[default]
    None,
    One(Text),
    Several,
}

impl Account {
    fn saw(&mut self, id: &str) {
        match self {
            Self::None => *self = Self::One(Text::new(id)),
            Self::One(known) if known != id => *self = Self::Several,
            Self::One(_) | Self::Several => {}
        }
    }
}

impl ExportReader for GetResources {
    fn info(&self) -> &'static ExportInfo {
        &INFO
    }

    fn recognises(&self, sample: &Sample) -> bool {
        wrapping(sample, LIST, |r| r.get("ResourceARN").is_some_and(serde_json::Value::is_string)).is_some()
    }

    /// Resources whose ARN names no account follow after all others: their account is the one that the rest of the file agrees on, which is
    /// known at the end only. A call asks one account, so that they agree unless exports of several accounts were joined.
    fn read(&self, document: &Document, out: &mut Sink<'_>) -> Result<(), ReadError> {
        let wrapping = wrapping(&Sample::of(document), LIST, |_| true);
        let (cloud, origin) = (CloudId::new(ID), origin(INFO.id, document));
        let (mut account, mut homeless, mut token) = (Account::None, Vec::new(), false);
        let mut each = |mapping: Mapping| {
            let arn = Arn::parse(&mapping.arn);
            let own = arn.and_then(|arn| arn.account_id());
            let resource = RawResource {
                cloud: cloud.clone(),
                scope: own.map(Text::new).unwrap_or_default(),
                region: arn.map(|arn| arn.region).filter(|region| !region.is_empty()).map(Text::new),
                group: None,
                kind: arn.map_or_else(|| Text::const_new("unknown"), |arn| arn.kind()),
                name: arn.and_then(|arn| arn.name()).map(Text::new),
                tags: mapping.tags.0,
                further: tagledger_model::Further::None,
                taggable: Taggable::Unknown,
                created: None,
                changed: None,
                facts: None,
                origin: origin.clone(),
                id: native_id(&mapping.arn, ""),
            };
            if resource.scope.is_empty() {
                homeless.push(resource);
            } else {
                account.saw(&resource.scope);
                out(Found::Resource(resource));
            }
        };
        document.records(lists(wrapping, &[LIST]), &mut each, &mut |envelope| token = has_token(&envelope))?;
        let account = if let Account::One(id) = account { id } else { Text::const_new("unknown") };
        for mut resource in homeless {
            resource.scope.clone_from(&account);
            out(Found::Resource(resource));
        }
        if token {
            out(Found::Incomplete(MORE_PAGES.to_owned()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
