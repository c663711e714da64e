//! Which Environment a container is for: by an entry of `stages:`, by its own tag, or by its name.

use crate::{Domain, Taxonomy, fold};
use std::collections::BTreeMap;
use tagledger_model::{ContainerRef, Place};
use wildmatch::WildMatch;

/// The compiled `stages:` of a taxonomy, and the words by which a name says an Environment.
#[derive(Debug, Clone)]
pub struct Stages {
    entries: Vec<Entry>,
    words: BTreeMap<String, String>,
    names_count: bool,
}

#[derive(Debug, Clone)]
struct Entry {
    environments: Vec<String>,
    cloud: String,
    kind: String,
    pattern: WildMatch,
    place: Place,
}

/// What says the stage of a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StageSource {
    /// An entry of `stages:`, or the one who deploys.
    Entry,
    /// Its own Environment tag.
    Tag,
    /// Its name.
    Name,
}

/// What a container is for, and what says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// Canonical values of the Environment key: one, or several for a container that is shared between them.
    pub environments: Vec<String>,
    /// Which container, e.g. `accounts shop-prod`.
    pub by: String,
    /// What says it.
    pub source: StageSource,
    /// The pattern's place in the taxonomy; line 0 where no entry says it.
    pub place: Place,
}

impl Declared {
    /// The Environment that it is for; none for one that is shared between several.
    pub fn environment(&self) -> Option<&str> {
        match self.environments.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    /// Whether a value of Environment belongs in it.
    pub fn holds(&self, environment: &str) -> bool {
        self.environments.iter().any(|own| own == environment)
    }

    /// Whether there is an Environment that belongs in both.
    pub fn meets(&self, other: &Self) -> bool {
        self.environments.iter().any(|own| other.holds(own))
    }

    /// In words: `production`, `development or test`.
    pub fn words(&self) -> String {
        match self.environments.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, others)) => format!("{} or {last}", others.join(", ")),
            None => String::new(),
        }
    }

    /// How it says so: `declared`, `tagged`, `named`.
    pub fn how(&self) -> &'static str {
        match self.source {
            StageSource::Entry => "declared",
            StageSource::Tag => "tagged",
            StageSource::Name => "named",
        }
    }
}

impl Stages {
    /// Compiles the patterns: `*` and `?`, without case.
    pub fn new(taxonomy: &Taxonomy) -> Self {
        let entries = taxonomy.stages.iter().flat_map(|stage| {
            stage.containers.iter().flat_map(|c| {
                c.patterns.iter().map(|p| Entry {
                    environments: stage.environments.clone(),
                    cloud: c.cloud.clone(),
                    kind: c.kind.clone(),
                    pattern: WildMatch::new_case_insensitive(&p.text),
                    place: p.place.clone(),
                })
            })
        });
        let mut words = BTreeMap::new();
        if let Some(Domain::Values(values)) = taxonomy.key("Environment").map(|key| &taxonomy.keys[key.index()].domain) {
            for value in values {
                for spelling in std::iter::once(&value.name).chain(&value.aliases) {
                    words.entry(fold(spelling)).or_insert_with(|| value.name.clone());
                }
            }
        }
        Self { entries: entries.collect(), words, names_count: taxonomy.stage_from_name }
    }

    /// True when the taxonomy declares no stage at all.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What an entry of `stages:` says of this very container; the first of the file wins.
    pub fn entry(&self, cloud: &str, container: &ContainerRef) -> Option<Declared> {
        let hit = |e: &&Entry| {
            e.cloud == cloud
                && e.kind == container.kind.as_str()
                && (e.pattern.matches(&container.id) || container.name.as_deref().is_some_and(|n| e.pattern.matches(n)))
        };
        let entry = self.entries.iter().find(hit)?;
        let by = shown(container);
        Some(Declared { environments: entry.environments.clone(), by, source: StageSource::Entry, place: entry.place.clone() })
    }

    /// What a container's own Environment tag says, by its canonical value.
    pub fn tagged(container: &ContainerRef, environment: &str) -> Declared {
        Declared { environments: vec![environment.to_owned()], by: shown(container), source: StageSource::Tag, place: Place::default() }
    }

    /// The stage that a container's name says, where the taxonomy lets names count and the name says one Environment only.
    pub fn named(&self, container: &ContainerRef) -> Option<Declared> {
        let said = if self.names_count { self.said_by_name(container.name.as_deref().unwrap_or(&container.id)) } else { Vec::new() };
        let [one] = said.as_slice() else { return None };
        Some(Declared { environments: vec![(*one).to_owned()], by: shown(container), source: StageSource::Name, place: Place::default() })
    }

    /// The values of Environment that words of a name are, or spellings of, each once and in their order: `shop-prod` says production. Words end
    /// at punctuation, and where a capital letter follows a small one; two that are one spelling together (`pre-prod`) count as that.
    pub fn said_by_name(&self, name: &str) -> Vec<&str> {
        let (words, mut said, mut at) = (words_of(name), Vec::new(), 0);
        while at < words.len() {
            let two = words.get(at + 1).and_then(|next| self.words.get(&format!("{}{next}", words[at])));
            at += 1 + usize::from(two.is_some());
            let is_denied = at.checked_sub(2).is_some_and(|before| DENIALS.contains(&words[before].as_str()));
            let one = two.or_else(|| self.words.get(&words[at - 1]).filter(|_| !is_denied));
            if let Some(value) = one.filter(|value| !said.contains(&value.as_str())) {
                said.push(value.as_str());
            }
        }
        said
    }
}

/// Words after which a value is just what a name does not say: `non-prod`.
const DENIALS: [&str; 4] = ["no", "non", "not", "pre"];

fn shown(container: &ContainerRef) -> String {
    format!("{} {}", container.kind, container.name.as_ref().unwrap_or(&container.id))
}

/// The words of a name in lower case.
fn words_of(name: &str) -> Vec<String> {
    let (mut words, mut word, mut after_small) = (Vec::new(), String::new(), false);
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && after_small) {
            words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        after_small = c.is_lowercase();
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_apart_at_punctuation_and_at_capital_letters() {
        assert_eq!(words_of("rg-shop_PROD.weu"), ["rg", "shop", "prod", "weu"]);
        assert_eq!(words_of("ShopProdEU2"), ["shop", "prod", "eu2"]);
        assert_eq!(words_of("--"), [""; 0]);
    }
}
