//! The description of an asset in its service's own words, and where among them the labels are.

use crate::labels::{Labels, Word};
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use std::fmt;
use tagledger_model::{RawTag, Text, Timestamp};

/// The few members of a service's own description that are read. Each service fills them differently, so that nothing in them is an error.
#[derive(Debug, Default)]
pub(crate) struct Data {
    labels: Labels,
    user_labels: Labels,
    resource_labels: Labels,
    settings: Nested,
    metadata: Nested,
    config: Nested,
    pub project_id: Option<Text>,
    pub project_number: Option<Text>,
    pub name: Option<Text>,
    pub display_name: Option<Text>,
    pub state: Option<Text>,
    pub created: Option<Timestamp>,
}

/// Labels one level below.
#[derive(Debug, Default)]
struct Nested {
    labels: Labels,
    user_labels: Labels,
    resource_labels: Labels,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum Member {
    Labels,
    UserLabels,
    ResourceLabels,
    Settings,
    Metadata,
    Config,
    ProjectId,
    ProjectNumber,
    Name,
    DisplayName,
    #[serde(alias = "lifecycleState")]
    State,
    #[serde(alias = "creationTimestamp", alias = "timeCreated")]
    CreateTime,
    #[serde(other)]
    Other,
}

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Data;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object that describes an asset")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Data, A::Error> {
                let mut data = Data::default();
                while let Some(member) = map.next_key::<Member>()? {
                    match member {
                        Member::Labels => data.labels = map.next_value()?,
                        Member::UserLabels => data.user_labels = map.next_value()?,
                        Member::ResourceLabels => data.resource_labels = map.next_value()?,
                        Member::Settings => data.settings = map.next_value()?,
                        Member::Metadata => data.metadata = map.next_value()?,
                        Member::Config => data.config = map.next_value()?,
                        Member::ProjectId => data.project_id = map.next_value::<Word>()?.0,
                        Member::ProjectNumber => data.project_number = map.next_value::<Word>()?.0,
                        Member::Name => data.name = map.next_value::<Word>()?.0,
                        Member::DisplayName => data.display_name = map.next_value::<Word>()?.0,
                        Member::State => data.state = map.next_value::<Word>()?.0,
                        Member::CreateTime => data.created = map.next_value::<Word>()?.0.as_deref().and_then(Timestamp::parse),
                        Member::Other => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                Ok(data)
            }
        }
        d.deserialize_map(Members)
    }
}

impl<'de> Deserialize<'de> for Nested {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Nested;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object, a list or null")
            }
            fn visit_unit<E>(self) -> Result<Nested, E> {
                Ok(Nested::default())
            }
            fn visit_str<E>(self, _: &str) -> Result<Nested, E> {
                Ok(Nested::default())
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Nested, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Nested::default())
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Nested, A::Error> {
                let mut nested = Nested::default();
                while let Some(member) = map.next_key::<Member>()? {
                    match member {
                        Member::Labels => nested.labels = map.next_value()?,
                        Member::UserLabels => nested.user_labels = map.next_value()?,
                        Member::ResourceLabels => nested.resource_labels = map.next_value()?,
                        _ => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                Ok(nested)
            }
        }
        d.deserialize_any(Members)
    }
}

/// Takes the labels out of a description.
type Take = fn(Data) -> Labels;

/// Where the labels of a kind sit; `labels` for all others.
const PLACES: &[(&str, Take)] = &[
    ("sqladmin.googleapis.com/instance", |data| data.settings.user_labels),
    ("container.googleapis.com/cluster", |data| data.resource_labels),
    ("container.googleapis.com/nodepool", |data| data.config.resource_labels),
    // The first generation of Cloud Run is described as Kubernetes does it, the second as everything else.
    ("run.googleapis.com/service", |data| if data.labels.0.is_some() { data.labels } else { data.metadata.labels }),
    ("run.googleapis.com/domainmapping", |data| data.metadata.labels),
    ("monitoring.googleapis.com/alertpolicy", |data| data.user_labels),
    ("monitoring.googleapis.com/notificationchannel", |data| data.user_labels),
    ("monitoring.googleapis.com/uptimecheckconfig", |data| data.user_labels),
    ("monitoring.googleapis.com/service", |data| data.user_labels),
    ("monitoring.googleapis.com/servicelevelobjective", |data| data.user_labels),
];

/// The kinds whose labels sit elsewhere than those of most.
#[cfg(test)]
pub(crate) fn kinds_with_labels_elsewhere() -> impl Iterator<Item = &'static str> {
    PLACES.iter().map(|(kind, _)| *kind)
}

/// Whether labels of a kind sit elsewhere than those of most.
pub(crate) fn keeps_labels_elsewhere(kind: &str) -> bool {
    PLACES.iter().any(|(known, _)| *known == kind)
}

impl Data {
    /// The labels; a description without any is bare.
    pub fn labels(self, kind: &str) -> Vec<RawTag> {
        let take = PLACES.iter().find(|(known, _)| *known == kind).map_or((|data| data.labels) as Take, |(_, take)| *take);
        take(self).0.unwrap_or_default()
    }
}
