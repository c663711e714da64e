//! Loads the taxonomy with everything the program knows.

use crate::failure::Failure;
use crate::log;
use std::path::Path;
use std::sync::Arc;
use tagledger_taxonomy::{Known, KnownCloud, KnownRule, Taxonomy};

/// Reads a taxonomy; warnings go to standard error.
pub(crate) fn load(path: &Path) -> Result<Arc<Taxonomy>, Failure> {
    let loaded = with_known(|known| tagledger_taxonomy::load(path, known))?;
    log::warnings((path, &loaded.taxonomy.text), &loaded.warnings);
    Ok(Arc::new(loaded.taxonomy))
}

/// Holds text that is about to be written to the form of a taxonomy.
pub(crate) fn parse(path: &Path, text: &str) -> Result<(), Failure> {
    with_known(|known| tagledger_taxonomy::parse(path, text, known, &|side| std::fs::read_to_string(side)))?;
    Ok(())
}

/// The rules and the clouds of this program.
fn with_known<T>(read: impl FnOnce(&Known<'_>) -> T) -> T {
    let rules: Vec<KnownRule<'_>> = tagledger_rules::RULES.iter().map(|r| KnownRule { id: r.meta().id, options: r.meta().options }).collect();
    let clouds = crate::clouds::all();
    let words: Vec<(tagledger_model::CloudId, Vec<&str>)> = clouds.iter().map(|c| (c.id(), c.containers().iter().map(|k| k.word).collect())).collect();
    let known_clouds: Vec<KnownCloud<'_>> = words.iter().map(|(id, containers)| KnownCloud { id: id.as_str(), containers }).collect();
    read(&Known { rules: &rules, clouds: &known_clouds })
}
