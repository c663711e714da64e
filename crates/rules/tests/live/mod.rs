//! The live door: a taxonomy and what readers found, through the real clouds and the engine, to findings.

use std::io;
use std::path::Path;
use std::sync::Arc;
use tagledger_collect::{Cloud, Found, GENERIC};
use tagledger_cost::{Bill, Billing, Clouds, CostError, Cube, Dimensions, Measure, Owners};
use tagledger_engine::{CloudFacts, Context, FindingSource, Inventory, InventoryBuilder, Prices, Reader, Spend, audit};
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

/// What all rules say about what was found; of the scopes with these ids not everything was seen.
pub fn findings(taxonomy: &Arc<Taxonomy>, found: &[Found], bill: Option<&str>, now: Timestamp, unseen: &[String]) -> Result<Vec<Finding>, String> {
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
    let spend = bill.map(|bill| spend(taxonomy, &inventory, &facts, bill, now)).transpose()?;
    // Whoever writes an example writes down all there is, but for what the example says.
    let scopes = inventory.scopes().iter().map(|scope| (inventory.clouds()[usize::from(scope.cloud)].id.to_string(), scope.id.to_string()));
    let (unseen, whole) = scopes.partition(|(_, id)| unseen.contains(id));
    let cx = Context { spend: spend.as_ref(), whole: Some(&whole), unseen: Some(&unseen), ..Context::new(&inventory, now) };
    let (result, prices) = (audit(&cx, RULES).map_err(|e| e.to_string())?, Prices::default());
    let source = FindingSource::new(cx, RULES, &result, &prices, None);
    Ok(source.iter().collect())
}

/// What a bill says, read and attributed as a scan does it.
fn spend(taxonomy: &Arc<Taxonomy>, inventory: &Inventory, facts: &[CloudFacts], bill: &str, now: Timestamp) -> Result<Spend, String> {
    const NAMES: [&[&str]; 3] = [&["AWS"], &["Microsoft"], &["Google Cloud"]];
    let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
    let file = folder.path().join("bill.csv");
    std::fs::write(&file, bill).map_err(|e| e.to_string())?;
    let owners = Owners::new(inventory);
    let billing = Billing {
        taxonomy: Arc::clone(taxonomy),
        dictionary: inventory.dictionary().clone(),
        clouds: Clouds { known: facts.iter().cloned().zip(NAMES).collect(), mappings: Vec::new() },
        owners: Some(&owners),
        measure: Measure::Effective,
        all_measures: false,
        keys: taxonomy.ids().map(|(id, _)| id).collect(),
        dimensions: Dimensions::ALL,
        price_resources: true,
        price_before: Some(now.month()),
        days_from: None,
        rates: None,
        prefixes: &[],
    };
    let read = || {
        let bill = Bill::find(&[file])?;
        let aggregate = tagledger_cost::read(&bill, &billing, &|_, _| {})?;
        let months = aggregate.months();
        let month = months.iter().rev().find(|month| **month < now.month()).or(months.last()).copied();
        let mut spend = Cube::new(&aggregate, &billing)?.spend(&billing, month);
        if let Some(month) = month {
            tagledger_cost::read_days(&bill, &billing, &billing.keys, month, &mut spend)?;
        }
        Ok(spend)
    };
    read().map_err(|e: CostError| e.to_string())
}
