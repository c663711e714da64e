//! Which versions of which application run in which Environment.

use crate::context::Context;
use crate::judge::environment_code;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use tagledger_model::Text;
use tagledger_taxonomy::decode_label;

/// A version of an application in an Environment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Release {
    /// The Environment.
    pub environment: Text,
    /// The Application.
    pub application: Text,
    /// The version, as a tag says it.
    pub version: Text,
}

impl Context<'_> {
    /// What the resources say that runs; those that lack an Environment, an Application or a version say nothing.
    pub fn releases(&self) -> BTreeSet<Release> {
        let (inventory, parts, taxonomy) = (self.inventory, &self.inventory.parts, self.taxonomy());
        let (Some(environment), Some(application)) = (taxonomy.key("Environment"), taxonomy.key("Application")) else { return BTreeSet::new() };
        // Most tags say no version: each distinct one is looked at once.
        let stated = |pair: &crate::Pair| {
            let value = pair.value.as_ref().filter(|_| parts.names(&taxonomy.version_keys, pair))?;
            let is_encoded = parts.clouds[usize::from(pair.cloud)].grammar.encoded;
            let plain = if is_encoded { decode_label(value) } else { value.as_str().into() };
            Some(Text::new(plain.trim())).filter(|version| !version.is_empty())
        };
        let versions: Vec<Option<Text>> = parts.sets.pairs.iter().map(stated).collect();
        let mut found = BTreeSet::new();
        for (row, set) in parts.resources.sets.iter().enumerate().filter(|(_, set)| **set != crate::inventory::NONE) {
            for version in parts.sets.pairs_of(*set).iter().filter_map(|pair| versions[*pair as usize].as_ref()) {
                let of = (
                    parts.dictionary.value(environment, environment_code(inventory, environment, row)),
                    parts.dictionary.value(application, inventory.resolved.effective(parts, row, application).value),
                );
                if let (Some(environment), Some(application)) = of {
                    found.insert(Release { environment, application, version: version.clone() });
                }
            }
        }
        found
    }
}
