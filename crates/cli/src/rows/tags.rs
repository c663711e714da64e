//! The raw tags of a run, added up: how many resources carry each key and each value, and what those cost. Findings say which resource breaks which rule;
//! this says what the taxonomy might lack.

use crate::failure::Failure;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use tagledger_engine::{Inventory, Prices};
use tagledger_model::{Amount, CloudId, Money, Text};
use tagledger_store::{Cell, Column, Kind, RunFolder, StoreError, TableWriter, read_table};
use tagledger_taxonomy::SeenTag;

const FILE: &str = "tags.parquet";
const COLUMNS: [&str; 5] = ["cloud", "key", "value", "resources", "cost"];

/// Values of one key that are kept, those of most resources: a key that names each resource has as many as there are resources.
const MOST_VALUES: usize = 1_000;

/// Resources, and what they cost in each currency.
#[derive(Clone, Default)]
struct Sum {
    resources: u64,
    cost: Vec<Amount>,
}

impl Sum {
    fn add(&mut self, more: &Self) {
        self.resources += more.resources;
        self.cost.resize(self.cost.len().max(more.cost.len()), Amount::ZERO);
        self.cost.iter_mut().zip(&more.cost).for_each(|(sum, one)| *sum += *one);
    }
}

/// A key, with its values.
#[derive(Default)]
struct Key<'i> {
    all: Sum,
    values: BTreeMap<&'i Text, Sum>,
}

/// Stores them: for each cloud a row without a key for all resources whose tags were read and are not empty, for each key one without a value, and one for
/// each of its values.
pub(crate) fn store_tags(folder: &Path, inventory: &Inventory, prices: &Prices) -> Result<(), StoreError> {
    let mut by_set = HashMap::<u32, Sum>::new();
    for row in inventory.in_order() {
        let Some(set) = inventory.tag_set(*row) else { continue };
        let sum = by_set.entry(set).or_default();
        sum.resources += 1;
        sum.cost.resize(prices.currencies.len(), Amount::ZERO);
        for (sum, (_, by_row)) in sum.cost.iter_mut().zip(&prices.currencies) {
            *sum += by_row.get(*row as usize).copied().unwrap_or(Amount::ZERO);
        }
    }
    let mut clouds = BTreeMap::<&str, (Sum, BTreeMap<&Text, Key<'_>>)>::new();
    for (set, sum) in &by_set {
        let mut keys: Vec<&Text> = Vec::new();
        for pair in inventory.tags_of_set(*set) {
            let facts = &inventory.clouds()[usize::from(pair.cloud())];
            // What the platform wrote is nobody's to name.
            if facts.grammar.is_reserved(&pair.key) || facts.grammar.binding(&pair.key).is_some() {
                continue;
            }
            let (all, known) = clouds.entry(facts.id.as_str()).or_default();
            if keys.is_empty() {
                all.add(sum);
            }
            let key = known.entry(&pair.key).or_default();
            if !keys.contains(&&pair.key) {
                key.all.add(sum);
                keys.push(&pair.key);
            }
            if let Some(value) = pair.value() {
                key.values.entry(value).or_default().add(sum);
            }
        }
    }
    let columns = COLUMNS.iter().map(|name| Column { name: (*name).to_owned(), kind: if *name == "resources" { Kind::Int } else { Kind::Text } });
    let mut table = TableWriter::create(&folder.join(FILE), &columns.collect::<Vec<_>>())?;
    let mut row = |cloud: &str, key: &str, value: Option<&str>, sum: &Sum| {
        let money = prices.currencies.iter().zip(&sum.cost).filter(|(_, amount)| **amount != Amount::ZERO);
        let money: Vec<Money> = money.map(|((currency, _), amount)| Money { currency: currency.clone(), amount: *amount }).collect();
        let cost = (!money.is_empty()).then(|| super::json(&money));
        let resources = i64::try_from(sum.resources).unwrap_or(i64::MAX);
        table.row(&[Cell::Text(cloud), Cell::Text(key), Cell::text(value), Cell::Int(resources), Cell::text(cost.as_deref())])
    };
    for (cloud, (all, keys)) in &clouds {
        row(cloud, "", None, all)?;
        for (name, key) in keys {
            row(cloud, name, None, &key.all)?;
            let mut values: Vec<(&&Text, &Sum)> = key.values.iter().collect();
            // The map has them by their text, and the sorting keeps that among equals.
            values.sort_by_key(|(_, sum)| std::cmp::Reverse(sum.resources));
            values.iter().take(MOST_VALUES).try_for_each(|(value, sum)| row(cloud, name, Some(value), sum))?;
        }
    }
    table.finish()
}

/// Reads them back.
pub(crate) fn read_tags(run: &RunFolder) -> Result<Vec<SeenTag>, Failure> {
    let path = run.path().join(FILE);
    if !path.exists() {
        return Err(Failure::Usage(format!(
            "{}: the run does not hold the tags that there are, as those of older programs do not: scan anew",
            run.path().display()
        )));
    }
    let mut tags = Vec::new();
    let damaged = |what: String| StoreError::Read { path: path.display().to_string(), what };
    read_table(&path, &COLUMNS, |cells| {
        let [cloud, key, value, resources, cost] = cells else { return Err(damaged("a row has another length".to_owned())) };
        let (Some(cloud), Some(key), Some(resources)) = (cloud.as_text(), key.as_text(), resources.as_int()) else {
            return Err(damaged("a cell is empty".to_owned()));
        };
        let money: Vec<Money> =
            cost.as_text().map(serde_json::from_str).transpose().map_err(|error| damaged(format!("no money: {error}")))?.unwrap_or_default();
        tags.push(SeenTag {
            encoded: crate::clouds::find(cloud).is_some_and(|known| known.grammar().encoded),
            cloud: CloudId::new(cloud),
            key: key.to_owned(),
            value: value.as_text().map(str::to_owned),
            resources: u64::try_from(resources).unwrap_or_default(),
            money,
        });
        Ok(())
    })??;
    Ok(tags)
}
