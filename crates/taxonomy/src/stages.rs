//! Which Environment a container is declared to be for.

use crate::Taxonomy;
use tagledger_model::{ContainerRef, Place};
use wildmatch::WildMatch;

/// The compiled `stages:` of a taxonomy.
#[derive(Debug, Clone)]
pub struct Stages {
    entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    environment: String,
    cloud: String,
    kind: String,
    pattern: WildMatch,
    place: Place,
}

/// The entry that declares a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// Canonical value of the Environment key.
    pub environment: String,
    /// Which container matched, e.g. `accounts 111111111111`.
    pub by: String,
    /// The pattern's place in the taxonomy.
    pub place: Place,
}

impl Stages {
    /// Compiles the patterns: `*` and `?`, without case.
    pub fn new(taxonomy: &Taxonomy) -> Self {
        let entries = taxonomy.stages.iter().flat_map(|stage| {
            stage.containers.iter().flat_map(|c| {
                c.patterns.iter().map(|p| Entry {
                    environment: stage.environment.clone(),
                    cloud: c.cloud.clone(),
                    kind: c.kind.clone(),
                    pattern: WildMatch::new_case_insensitive(&p.text),
                    place: p.place.clone(),
                })
            })
        });
        Self { entries: entries.collect() }
    }

    /// True when the taxonomy declares no stage at all.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The stage of the nearest declared container. `chain` goes from the nearest (resource group, then scope) to the
    /// root; within one container the first entry of the file wins.
    pub fn find(&self, cloud: &str, chain: &[ContainerRef]) -> Option<Declared> {
        chain.iter().find_map(|container| {
            let hit = |e: &&Entry| {
                e.cloud == cloud
                    && e.kind == container.kind.as_str()
                    && (e.pattern.matches(&container.id) || container.name.as_deref().is_some_and(|n| e.pattern.matches(n)))
            };
            let entry = self.entries.iter().find(hit)?;
            let shown = container.name.as_ref().unwrap_or(&container.id);
            Some(Declared { environment: entry.environment.clone(), by: format!("{} {shown}", container.kind), place: entry.place.clone() })
        })
    }
}
