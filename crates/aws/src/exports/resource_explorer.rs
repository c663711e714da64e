//! `aws resource-explorer-2 list-resources` and `search`: everything that a view sees, tagged or not.
//!
//! Both calls answer in one shape (`Resources`), and the command line prints it before anything that would tell them apart, so one reader takes both:
//! <https://docs.aws.amazon.com/resource-explorer/latest/apireference/API_Resource.html>. Tags are in the answer only when the view includes them, and
//! views made by AWS itself never do: a file without any `tags` property says nothing about tags.

use super::{MORE_PAGES, OwnTag, has_token, lists, origin, wrapping};
use crate::{
    ID,
    arn::{Arn, native_id},
};
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::Value;
use std::{cell::Cell, fmt};
use tagledger_collect::{Document, ExportInfo, ExportReader, Found, ReadError, Sample, Sink};
use tagledger_model::{CloudId, Observed, RawResource, RawTag, Taggable, Text};

const LIST: &str = "Resources";

/// `Search` never gives more than this, whatever matches.
const SEARCH_LIMIT: u64 = 1000;

static INFO: ExportInfo = ExportInfo {
    id: "aws.resource-explorer-2.list-resources",
    command: "aws resource-explorer-2 list-resources --view-arn <view that includes tags> --output json",
    rank: 20,
    blind_spot: None,
};

pub(super) struct ResourceExplorer;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Record {
    arn: Text,
    owning_account_id: Option<Text>,
    region: Option<Text>,
    resource_type: Option<Text>,
    properties: Option<Vec<Property>>,
}

/// One property; only the one called `tags` is kept. What `Data` holds is different for each name.
struct Property(Option<Vec<RawTag>>);

impl<'de> Deserialize<'de> for Property {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Property;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a property with `Name` and `Data`")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Property, A::Error> {
                let (mut is_tags, mut tags, mut early) = (None, None, None);
                while let Some(key) = map.next_key::<Text>()? {
                    match (key.as_str(), is_tags) {
                        ("Name", _) => is_tags = Some(map.next_value::<Text>()?.eq_ignore_ascii_case("tags")),
                        ("Data", Some(true)) => tags = Some(map.next_value::<Option<Vec<OwnTag>>>()?.unwrap_or_default()),
                        // `Data` before `Name` does not come from the command line, but the order of members means nothing in JSON.
                        ("Data", None) => early = Some(map.next_value::<Value>()?),
                        _ => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                if let (Some(true), Some(data)) = (is_tags, early) {
                    tags = Some(Option::<Vec<OwnTag>>::deserialize(data).map_err(serde::de::Error::custom)?.unwrap_or_default());
                }
                let tags = if is_tags == Some(true) { Some(tags.unwrap_or_default()) } else { None };
                Ok(Property(tags.map(|tags| tags.into_iter().map(|tag| tag.0).collect())))
            }
        }
        d.deserialize_map(Members)
    }
}

impl ExportReader for ResourceExplorer {
    fn info(&self) -> &'static ExportInfo {
        &INFO
    }

    fn recognises(&self, sample: &Sample) -> bool {
        wrapping(sample, LIST, |r| r.get("Arn").is_some_and(Value::is_string) && r.contains_key("OwningAccountId")).is_some()
    }

    fn read(&self, document: &Document, out: &mut Sink<'_>) -> Result<(), ReadError> {
        let wrapping = wrapping(&Sample::of(document), LIST, |_| true);
        let (cloud, origin) = (CloudId::new(ID), origin(INFO.id, document));
        let (read, mut incomplete) = (Cell::new(0_u64), Vec::new());
        let (mut has_tags, mut waiting, mut token) = (false, Vec::new(), false);
        let mut each = |record: Record| {
            read.set(read.get() + 1);
            let arn = Arn::parse(&record.arn);
            let tags = record.properties.into_iter().flatten().find_map(|property| property.0);
            // Tags of IAM resources are not indexed, so that their absence means nothing.
            let is_blind = tags.is_none() && arn.is_some_and(|arn| arn.service == "iam");
            let is_first = !has_tags && tags.is_some();
            let id = native_id(&record.arn, record.owning_account_id.as_deref().unwrap_or_default());
            let resource = RawResource {
                cloud: cloud.clone(),
                scope: record.owning_account_id.or_else(|| arn.and_then(|arn| arn.account_id()).map(Text::new)).unwrap_or_else(|| Text::const_new("unknown")),
                region: record.region.or_else(|| arn.map(|arn| Text::new(arn.region))).filter(|region| !region.is_empty()),
                group: None,
                kind: record.resource_type.map(lowered).or_else(|| arn.map(|arn| arn.kind())).unwrap_or_else(|| Text::const_new("unknown")),
                name: arn.and_then(|arn| arn.name()).map(Text::new),
                tags: if is_blind { Observed::Unknown } else { Observed::Known(tags.unwrap_or_default()) },
                further: tagledger_model::Further::None,
                taggable: Taggable::Unknown,
                created: None,
                changed: None,
                facts: None,
                origin: origin.clone(),
                id,
            };
            // Until the first `tags` property is seen, nobody knows whether the resources before it are bare or just not described.
            if is_first {
                has_tags = true;
                waiting.drain(..).for_each(|resource| out(Found::Resource(resource)));
            }
            if has_tags { out(Found::Resource(resource)) } else { waiting.push(resource) }
        };
        document.records(lists(wrapping, &[LIST]), &mut each, &mut |envelope| {
            token = has_token(&envelope);
            if let Some(Value::Object(count)) = envelope.get("Count") {
                let total = count.get("TotalResources").and_then(Value::as_u64).unwrap_or_default();
                if count.get("Complete").and_then(Value::as_bool) == Some(false) || total >= SEARCH_LIMIT {
                    incomplete
                        .push(format!("`search` gives the first {SEARCH_LIMIT} matches and no more; export with `aws resource-explorer-2 list-resources`"));
                } else if total > read.get() {
                    incomplete.push(format!("the search counted {total} resources, the file holds {} of them", read.get()));
                }
            }
        })?;
        let is_blind = !waiting.is_empty();
        for mut resource in waiting {
            resource.tags = Observed::Unknown;
            out(Found::Resource(resource));
        }
        if is_blind {
            let why = "no resource in this file has a `tags` property: the view does not include tags, or the query asked for `tag:none`; \
                       export with --view-arn of a view whose included properties name tags";
            out(Found::Incomplete(why.to_owned()));
        }
        if token {
            incomplete.push(MORE_PAGES.to_owned());
        }
        incomplete.dedup();
        for why in incomplete {
            out(Found::Incomplete(why));
        }
        Ok(())
    }
}

fn lowered(mut kind: Text) -> Text {
    kind.make_ascii_lowercase();
    kind
}

#[cfg(test)]
mod tests;
