//! The plain Polars formulation of the cube: slow, short, and what the hand-written pass is held against bit by bit.
//!
//! Group the bill by month, currency, provider, sub-account, resource id and tag text, adding up exact integers; judge
//! each distinct text once; look each distinct id up once; group again by the values. Only Parquet files with times
//! as timestamps and cost as doubles or text are read: it is a witness, not a reader.

use crate::billing::Billing;
use crate::focus::is_null;
use crate::owners::{NONE, Owners};
use polars::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tagledger_model::{Amount, Month, Standing, Text, Timestamp};
use tagledger_taxonomy::{KeyState, Normaliser, Rung};

/// Month, currency, one value per wanted key → rows and sum.
pub type Slices = BTreeMap<(Month, Text, Vec<Option<Text>>), (u64, Amount)>;

/// Reads Parquet files the plain way.
pub fn slices(files: &[PathBuf], billing: &Billing<'_>) -> PolarsResult<Slices> {
    let mut all = Slices::new();
    for file in files {
        add(&grouped(file, billing)?, billing, &mut all)?;
    }
    Ok(all)
}

/// One file, grouped by everything that attribution looks at, with amounts as integers of 10⁻¹².
fn grouped(file: &Path, billing: &Billing<'_>) -> PolarsResult<DataFrame> {
    let path = PlRefPath::new(file.to_string_lossy());
    let cost = billing.measure.column();
    let units = move |column: Column| -> PolarsResult<Column> {
        let exact = |a: Option<(Amount, tagledger_model::Rounded)>| a.map_or(0, |a| a.0.0);
        let values: Vec<i128> = match column.dtype() {
            DataType::String => column.str()?.iter().map(|v| exact(v.filter(|t| !is_null(t)).and_then(|t| Amount::parse(t).ok()))).collect(),
            _ => column.cast(&DataType::Float64)?.f64()?.iter().map(|v| exact(v.and_then(Amount::from_f64))).collect(),
        };
        Ok(Int128Chunked::from_vec("units".into(), values).into_column())
    };
    let text = |name: &str| {
        let column = if name == "BillingPeriodStart" { col(name).cast(DataType::Date) } else { col(name) };
        column.cast(DataType::String).fill_null(lit("")).alias(name)
    };
    let keys = ["BillingPeriodStart", "BillingCurrency", "ProviderName", "SubAccountId", "ResourceId", "Tags"];
    LazyFrame::scan_parquet(path, ScanArgsParquet::default())?
        .select(
            keys.iter()
                .map(|k| text(k))
                .chain([col(cost).map(units, |_, _| Ok(Field::new("units".into(), DataType::Int128))).alias("units")])
                .collect::<Vec<_>>(),
        )
        .group_by(keys.map(col))
        .agg([col("units").sum(), len().alias("rows")])
        .collect()
}

fn add(frame: &DataFrame, billing: &Billing<'_>, all: &mut Slices) -> PolarsResult<()> {
    let text = |name: &str| frame.column(name)?.str().cloned();
    let (months, currencies, providers, accounts, ids, tags) =
        (text("BillingPeriodStart")?, text("BillingCurrency")?, text("ProviderName")?, text("SubAccountId")?, text("ResourceId")?, text("Tags")?);
    let (units, rows) = (frame.column("units")?.i128()?.clone(), frame.column("rows")?.cast(&DataType::UInt64)?.u64()?.clone());
    let grammar = |at: usize| billing.clouds.known.get(at).map_or((&tagledger_model::TagGrammar::ANY, ""), |(c, _)| (c.grammar, c.id.as_str()));
    let mut normalisers: Vec<Normaliser> =
        (0..=billing.clouds.known.len()).map(|at| Normaliser::new(&billing.taxonomy, grammar(at).0, grammar(at).1, &billing.dictionary)).collect();
    let mut states: Vec<KeyState> = Vec::new();
    for row in 0..frame.height() {
        let cell = |column: &StringChunked| column.get(row).unwrap_or_default().to_owned();
        let provider = cell(&providers);
        let cloud =
            billing.clouds.known.iter().position(|(_, names)| names.iter().any(|n| n.eq_ignore_ascii_case(&provider))).unwrap_or(billing.clouds.known.len());
        let (tag_text, id) = (cell(&tags), cell(&ids));
        normalisers[cloud].scan(if is_null(&tag_text) { "" } else { &tag_text }, billing.prefixes, &mut states);
        let month = Timestamp::parse(&cell(&months)).map_or(Month(0), Timestamp::month);
        let values = billing.keys.iter().map(|key| {
            let code = Some(states[key.index()]).filter(|s| s.standing == Standing::Canonical).map_or(0, |s| s.value);
            let code = if code != 0 { code } else { inherited(billing, *key, billing.cloud_of(&provider), &cell(&accounts), &id) };
            billing.dictionary.value(*key, code)
        });
        let slice = all.entry((month, Text::from(cell(&currencies)), values.collect())).or_default();
        slice.0 += rows.get(row).unwrap_or(0);
        slice.1 += Amount(units.get(row).unwrap_or(0));
    }
    Ok(())
}

/// The rungs below the row's own tag.
fn inherited(billing: &Billing<'_>, key: tagledger_taxonomy::KeyId, cloud: u8, account: &str, id: &str) -> u32 {
    let Some(owners): Option<&Owners<'_>> = billing.owners else { return 0 };
    let inventory = owners.inventory();
    let scope = owners.scope(cloud, account);
    let owner = if is_null(id) { crate::owners::Owner::NOBODY } else { owners.resource(cloud, scope, id) };
    let value = |states: Option<&[KeyState]>| states.map(|s| s[key.index()]).filter(|s| s.standing == Standing::Canonical).map_or(0, |s| s.value);
    let rung = |rung: &Rung| match rung {
        Rung::Row | Rung::Assign => 0,
        Rung::Resource => {
            if owner.resource == NONE {
                0
            } else {
                value(inventory.own_states(owner.resource))
            }
        }
        Rung::Group => {
            if owner.group == NONE {
                0
            } else {
                value(inventory.group_states(owner.group))
            }
        }
        Rung::Scope => {
            if scope == NONE || account.is_empty() {
                0
            } else {
                value(inventory.scope_states(scope))
            }
        }
        Rung::Stage => {
            let of_scope = || if scope == NONE || account.is_empty() { None } else { inventory.scope_stage(scope) };
            let declared = if owner.group == NONE { of_scope() } else { inventory.stage_of_group(owner.group).stage.as_ref() };
            let declared = declared.filter(|_| billing.taxonomy.key("Environment") == Some(key));
            declared.and_then(|d| d.environment()).map_or(0, |one| billing.dictionary.code(key, one))
        }
    };
    billing.taxonomy.costs.ladder.iter().map(rung).find(|v| *v != 0).unwrap_or(0)
}
