//! A resource as a line of the journal holds it.

use crate::Found;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use tagledger_model::{CloudId, Fact, Facts, Further, NativeId, Observed, Origin, RawResource, RawTag, Retention, Taggable, Text, Timestamp};

#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    cloud: CloudId,
    collector: Text,
    scope: Text,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    region: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    group: Option<Text>,
    id: Text,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    raw: Option<Text>,
    kind: Text,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    name: Option<Text>,
    /// None where they were not read.
    tags: Option<Vec<(Text, Text)>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    taggable: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    created: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    facts: Option<KeptFacts>,
}

#[derive(Serialize, Deserialize)]
struct KeptFacts {
    attached: Option<(bool, Text)>,
    running: Option<(bool, Text)>,
    since: Option<Timestamp>,
    /// Days; none for ever.
    retention: Option<(Option<u32>, Text)>,
    source: Option<(Text, Text)>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    ends: Option<(Timestamp, Text)>,
}

impl Kept {
    /// What the journal keeps: resources. Scopes and containers are found out anew.
    pub fn of(found: &Found) -> Option<Self> {
        let Found::Resource(resource) = found else { return None };
        let pair = |tag: &RawTag| Some((tag.key.clone(), tag.value.known()?.clone()));
        Some(Self {
            cloud: resource.cloud.clone(),
            collector: Text::new(resource.origin.reader()),
            scope: resource.scope.clone(),
            region: resource.region.clone(),
            group: resource.group.clone(),
            id: resource.id.canonical.clone(),
            raw: resource.id.raw.clone(),
            kind: resource.kind.clone(),
            name: resource.name.clone(),
            tags: resource.tags.known().map(|tags| tags.iter().filter_map(pair).collect()),
            taggable: match resource.taggable {
                Taggable::Yes => Some(true),
                Taggable::No => Some(false),
                Taggable::Unknown => None,
            },
            created: resource.created,
            facts: resource.facts.as_deref().map(KeptFacts::of),
        })
    }

    pub fn resource(self) -> Option<RawResource> {
        let own = |(key, value): (Text, Text)| RawTag::own(key, value);
        Some(RawResource {
            cloud: self.cloud,
            scope: self.scope,
            region: self.region,
            group: self.group,
            id: NativeId { canonical: self.id, raw: self.raw },
            kind: self.kind,
            name: self.name,
            tags: self.tags.map_or(Observed::Unknown, |tags| Observed::Known(tags.into_iter().map(own).collect())),
            further: Further::None,
            taggable: self.taggable.map_or(Taggable::Unknown, |can| if can { Taggable::Yes } else { Taggable::No }),
            created: self.created,
            facts: self.facts.map(|facts| Box::new(facts.facts())),
            origin: Origin::Live { collector: lasting(&self.collector)? },
        })
    }
}

/// Names of collectors live as long as the program; a file's are made to, each once. They are few: a file that says otherwise is none of ours.
fn lasting(name: &str) -> Option<&'static str> {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name) {
        return Some(known);
    }
    if names.len() >= 256 {
        return None;
    }
    let kept: &'static str = Box::leak(name.to_owned().into_boxed_str());
    names.insert(kept);
    Some(kept)
}

impl KeptFacts {
    fn of(facts: &Facts) -> Self {
        let flag = |fact: &Fact<bool>| (fact.value, fact.proof.clone());
        let days = |fact: &Fact<Retention>| (if let Retention::Days(days) = fact.value { Some(days) } else { None }, fact.proof.clone());
        Self {
            attached: facts.attached.as_ref().map(flag),
            running: facts.running.as_ref().map(flag),
            since: facts.since,
            retention: facts.retention.as_ref().map(days),
            source: facts.source.as_ref().map(|fact| (fact.value.clone(), fact.proof.clone())),
            ends: facts.ends.as_ref().map(|fact| (fact.value, fact.proof.clone())),
        }
    }

    fn facts(self) -> Facts {
        let flag = |(value, proof)| Fact { value, proof };
        let days = |(days, proof): (Option<u32>, Text)| Fact { value: days.map_or(Retention::Forever, Retention::Days), proof };
        Facts {
            attached: self.attached.map(flag),
            running: self.running.map(flag),
            since: self.since,
            retention: self.retention.map(days),
            source: self.source.map(|(value, proof)| Fact { value, proof }),
            ends: self.ends.map(|(value, proof)| Fact { value, proof }),
        }
    }
}
