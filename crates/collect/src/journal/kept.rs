//! A resource as a line of the journal holds it.

use crate::Found;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use tagledger_model::{
    CloudId, Container, ContainerRef, Fact, Facts, Further, NativeId, Observed, Origin, RawResource, RawTag, Retention, Scope, Taggable, Text, Timestamp,
};

/// As it is written.
#[derive(Serialize)]
pub(super) struct Keeping<'a> {
    cloud: &'a CloudId,
    /// Empty for a container and for a scope.
    collector: &'a str,
    scope: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<&'a str>,
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    /// None where they were not read.
    tags: Option<Vec<(&'a str, &'a str)>>,
    /// There may be others that this source does not show.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    open: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    taggable: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    facts: Option<KeptFacts>,
    /// There for a scope alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    above: Option<KeptScope>,
}

/// What a scope has beside what everything has.
#[derive(Serialize, Deserialize)]
struct KeptScope {
    aliases: Vec<Text>,
    /// From the nearest.
    ancestors: Vec<KeptStep>,
    active: bool,
}

/// Kind, id, name and tags of what a scope lies in.
type KeptStep = (Text, Text, Option<Text>, Option<Vec<(Text, Text)>>);

/// As it is read again.
#[derive(Deserialize)]
pub(super) struct Kept {
    cloud: CloudId,
    collector: Text,
    scope: Text,
    #[serde(default)]
    region: Option<Text>,
    #[serde(default)]
    group: Option<Text>,
    id: Text,
    #[serde(default)]
    raw: Option<Text>,
    kind: Text,
    #[serde(default)]
    name: Option<Text>,
    /// None where they were not read.
    tags: Option<Vec<(Text, Text)>>,
    #[serde(default)]
    open: bool,
    #[serde(default)]
    taggable: Option<bool>,
    #[serde(default)]
    created: Option<Timestamp>,
    #[serde(default)]
    changed: Option<Timestamp>,
    #[serde(default)]
    facts: Option<KeptFacts>,
    #[serde(default)]
    above: Option<KeptScope>,
}

/// What stands for the kind of a scope, which needs none.
static SCOPE: Text = Text::const_new("scope");

#[derive(Serialize, Deserialize)]
struct KeptFacts {
    attached: Option<(bool, Text)>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    unanswered: Option<Text>,
    running: Option<(bool, Text)>,
    since: Option<Timestamp>,
    /// Days; none for ever.
    retention: Option<(Option<u32>, Text)>,
    source: Option<(Text, Text)>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    ends: Option<(Timestamp, Text)>,
}

impl<'a> Keeping<'a> {
    /// What the journal keeps.
    pub fn of(found: &'a Found) -> Option<Self> {
        match found {
            Found::Resource(resource) => Some(Self::resource(resource)),
            Found::Container(container) => Some(Self::container(container)),
            Found::Scope(scope) => Some(Self::scope(scope)),
            Found::Incomplete(_) => None,
        }
    }

    fn scope(scope: &'a Scope) -> Self {
        let owned = |tags: Vec<(&str, &str)>| tags.into_iter().map(|(key, value)| (Text::new(key), Text::new(value))).collect();
        let step = |step: &ContainerRef| (step.kind.clone(), step.id.clone(), step.name.clone(), pairs(&step.tags).map(owned));
        let above = KeptScope { aliases: scope.aliases.clone(), ancestors: scope.ancestors.iter().map(step).collect(), active: scope.active };
        Self {
            cloud: &scope.cloud,
            collector: "",
            scope: &scope.id,
            region: None,
            group: None,
            id: &scope.id,
            raw: None,
            kind: &SCOPE,
            name: scope.name.as_deref(),
            tags: pairs(&scope.tags),
            open: false,
            taggable: None,
            created: None,
            changed: None,
            facts: None,
            above: Some(above),
        }
    }

    fn container(container: &'a Container) -> Self {
        Self {
            cloud: &container.cloud,
            collector: "",
            scope: &container.scope,
            region: None,
            group: None,
            id: &container.id,
            raw: None,
            kind: &container.kind,
            name: container.name.as_deref(),
            tags: pairs(&container.tags),
            open: false,
            taggable: None,
            created: None,
            changed: None,
            facts: None,
            above: None,
        }
    }

    fn resource(resource: &'a RawResource) -> Self {
        Self {
            cloud: &resource.cloud,
            collector: resource.origin.reader(),
            scope: &resource.scope,
            region: resource.region.as_deref(),
            group: resource.group.as_deref(),
            id: &resource.id.canonical,
            raw: resource.id.raw.as_deref(),
            kind: &resource.kind,
            name: resource.name.as_deref(),
            tags: pairs(&resource.tags),
            open: resource.further == Further::Any,
            taggable: match resource.taggable {
                Taggable::Yes => Some(true),
                Taggable::No => Some(false),
                Taggable::Unknown => None,
            },
            created: resource.created,
            changed: resource.changed,
            facts: resource.facts.as_deref().map(KeptFacts::of),
            above: None,
        }
    }
}

fn pairs(tags: &Observed<Vec<RawTag>>) -> Option<Vec<(&str, &str)>> {
    tags.known().map(|tags| tags.iter().filter_map(|tag| Some((tag.key.as_str(), tag.value.known()?.as_str()))).collect())
}

impl Kept {
    /// True for a resource; what no collector is named for is a container or a scope.
    pub fn is_resource(&self) -> bool {
        !self.collector.is_empty()
    }

    /// Where it is.
    pub fn place(self) -> (Text, Option<Text>) {
        (self.scope, self.region)
    }

    pub fn found(self) -> Option<Found> {
        if self.is_resource() {
            return self.resource().map(Found::Resource);
        }
        let Self { cloud, scope, id, kind, name, tags, above, .. } = self;
        if let Some(KeptScope { aliases, ancestors, active }) = above {
            let step = |(kind, id, name, tags): KeptStep| ContainerRef { tags: known(tags), ..ContainerRef::new(kind, id, name) };
            let ancestors = ancestors.into_iter().map(step).collect();
            return Some(Found::Scope(Scope { cloud, id, aliases, name, ancestors, tags: known(tags), active }));
        }
        Some(Found::Container(Container { cloud, kind, id, name, scope, tags: known(tags) }))
    }

    fn resource(self) -> Option<RawResource> {
        Some(RawResource {
            cloud: self.cloud,
            scope: self.scope,
            region: self.region,
            group: self.group,
            id: NativeId { canonical: self.id, raw: self.raw },
            kind: self.kind,
            name: self.name,
            tags: known(self.tags),
            further: if self.open { Further::Any } else { Further::None },
            taggable: self.taggable.map_or(Taggable::Unknown, |can| if can { Taggable::Yes } else { Taggable::No }),
            created: self.created,
            changed: self.changed,
            facts: self.facts.map(|facts| Box::new(facts.facts())),
            origin: Origin::Live { collector: lasting(&self.collector)? },
        })
    }
}

fn known(tags: Option<Vec<(Text, Text)>>) -> Observed<Vec<RawTag>> {
    tags.map_or(Observed::Unknown, |tags| Observed::Known(tags.into_iter().map(|(key, value)| RawTag::own(key, value)).collect()))
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
            unanswered: facts.unanswered.clone(),
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
            unanswered: self.unanswered,
            running: self.running.map(flag),
            since: self.since,
            retention: self.retention.map(days),
            source: self.source.map(|(value, proof)| Fact { value, proof }),
            ends: self.ends.map(|(value, proof)| Fact { value, proof }),
        }
    }
}
