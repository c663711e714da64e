//! The live door: a taxonomy and what readers found, through the real clouds and the engine, to findings.

use std::io;
use std::path::Path;
use std::sync::Arc;
use tagledger_collect::{Cloud, Found, GENERIC};
use tagledger_engine::{CloudFacts, Context, FindingSource, InventoryBuilder, Prices, Reader, audit};
use tagledger_model::{Finding, Timestamp};
use tagledger_rules::RULES;
use tagledger_taxonomy::{Known, KnownCloud, KnownRule, Taxonomy};

static CLOUDS: &[&dyn Cloud] = &[&tagledger_aws::AWS, &tagledger_azure::AZURE, &tagledger_gcp::GCP];

/// A taxonomy with these side files, by name. Warnings count as mistakes: an example has to be a good one.
pub fn taxonomy(path: &str, text: &str, files: &[(&str, &str)]) -> Result<Arc<Taxonomy>, String> {
    let rules: Vec<KnownRule<'_>> = RULES.iter().map(|rule| KnownRule { id: rule.meta().id, options: rule.meta().options }).collect();
    let ids: Vec<_> = CLOUDS.iter().map(|cloud| cloud.id()).collect();
    let words: Vec<Vec<&str>> = CLOUDS.iter().map(|cloud| cloud.containers().iter().map(|kind| kind.word).collect()).collect();
    let clouds: Vec<KnownCloud<'_>> = ids.iter().zip(&words).map(|(id, words)| KnownCloud { id: id.as_str(), containers: words.as_slice() }).collect();
    let known = Known { rules: &rules, clouds: &clouds };
    let loaded = tagledger_taxonomy::parse(Path::new(path), text, &known, &|path| {
        let text = files.iter().find(|(name, _)| path.ends_with(name)).map(|(_, text)| (*text).to_owned());
        text.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    })
    .map_err(|e| e.to_string())?;
    match loaded.warnings.first() {
        Some(warning) => Err(warning.to_string()),
        None => Ok(Arc::new(loaded.taxonomy)),
    }
}

/// What all rules say about what was found.
pub fn findings(taxonomy: &Arc<Taxonomy>, found: &[Found], now: Timestamp) -> Result<Vec<Finding>, String> {
    let facts = |cloud: &&dyn Cloud| CloudFacts { id: cloud.id(), grammar: cloud.grammar(), kinds: cloud.kinds(), containers: cloud.containers() };
    let facts: Vec<CloudFacts> = CLOUDS.iter().map(facts).collect();
    let readers: Vec<Reader> = GENERIC.iter().map(|reader| Reader { id: reader.info().id, rank: reader.info().rank, is_blind: false }).collect();
    let mut builder = InventoryBuilder::new(taxonomy, &facts, &readers);
    for one in found {
        match one {
            Found::Resource(resource) => builder.resource(resource),
            Found::Scope(scope) => builder.scope(scope),
            Found::Container(container) => builder.container(container),
            Found::Incomplete(_) => {}
        }
    }
    let inventory = builder.finish();
    let cx = Context { inventory: &inventory, now };
    let (result, prices) = (audit(&cx, RULES).map_err(|e| e.to_string())?, Prices::default());
    let source = FindingSource::new(cx, RULES, &result, &prices, None);
    Ok(source.iter().collect())
}
