//! `cost`: a bill by any keys, without an audit.

use super::scan::{Sources, read_bill, read_inventory, terminal_options};
use crate::args::{Cost, Format};
use crate::assemble::Billed;
use crate::bill_notes::bill_notes;
use crate::bills::{self, Asking};
use crate::clouds;
use crate::costs::{Only, cloud, costs, usual_keys};
use crate::engine;
use crate::exit::{self, Code};
use crate::failure::Failure;
use crate::log;
use crate::settings::File;
use std::sync::Arc;
use tagledger_cost::{Axis, Billing, Cube, CubeCell, Dimensions, LakeColumn, Owners, account, lake_columns, question};
use tagledger_model::Timestamp;
use tagledger_report::cost_report;
use tagledger_taxonomy::{Dictionary, Domain, KeyId, SplitBy, Taxonomy};
use wildmatch::WildMatch;

pub(crate) fn run(args: &Cost) -> Result<Code, Failure> {
    if args.lake.print_sql {
        return print_sql(args);
    }
    let taxonomy = crate::taxonomy::load(&args.taxonomy)?;
    let by = axes(&taxonomy, &args.by)?;
    if args.money.outlook && (!args.r#where.is_empty() || by.iter().any(|on| !matches!(on, On::Key(_)))) {
        return Err(Failure::Usage("--outlook is of the whole bill, by keys of the taxonomy; leave --where, cloud, scope, service and month out".to_owned()));
    }
    let wanted = Wanted::of(&taxonomy, &args.r#where)?;
    let all_keys = with_weights(&taxonomy, keys(by.iter().chain(wanted.iter().map(|wanted| &wanted.on))));
    let asking =
        Asking { config: args.config.as_deref(), taxonomy: &taxonomy, now: args.now.unwrap_or_else(Timestamp::now), most_bytes: args.max_bytes_billed };
    let bill = match &args.lake.engine {
        Some(address) => engine::added_up(address, &args.lake, args.money.outlook, args.config.as_deref(), args.quiet)?,
        None => bills::find(if args.bill.is_empty() { &args.lake.from_stage1 } else { &args.bill }, args.bill_cache.as_deref(), args.quiet, &asking)?,
    };
    let inventory = if args.from.is_empty() { None } else { Some(read_inventory(Sources { from: &args.from, live: None }, &taxonomy, args.quiet)?.inventory) };
    let owners = inventory.as_ref().map(Owners::new);
    let billing = Billing {
        dictionary: inventory.as_ref().map_or_else(|| Dictionary::new(&taxonomy), |i| i.dictionary().clone()),
        taxonomy: Arc::clone(&taxonomy),
        clouds: clouds::in_bills(),
        owners: owners.as_ref(),
        measure: args.measure.into(),
        all_measures: false,
        keys: all_keys,
        dimensions: dimensions(by.iter().chain(wanted.iter().map(|wanted| &wanted.on))),
        price_resources: false,
        price_before: None,
        days_from: None,
        rates: args.money.exchange(&File::find(args.config.as_deref())?)?,
        prefixes: clouds::TAG_PREFIXES,
    };
    let aggregate = read_bill(bill.bill(), &billing, args.quiet)?;
    let cube = Cube::new(&aggregate, &billing)?;
    let billed = Billed::unpriced(&billing, &aggregate, &cube, asking.now);
    let position = |on: &On| match on {
        On::Key(key) => Axis::Key(billing.keys.iter().position(|other| other == key).unwrap_or(0)),
        On::Cloud => Axis::Provider,
        On::Scope => Axis::Scope,
        On::Service => Axis::Service,
        On::Month => Axis::Month,
    };
    let axes: Vec<Axis> = by.iter().map(position).collect();
    let keeps = |cell: &CubeCell| {
        Wanted::all_hold(&wanted, |on| cell.on(position(on)).map(|text| if *on == On::Cloud { cloud(&billing.clouds, &text) } else { text.to_string() }))
    };
    let only = Only { keeps: &keeps, said: args.r#where.clone() };
    let mut costs = costs(&billed, &axes, Some(&only).filter(|_| !wanted.is_empty()));
    if args.money.outlook {
        let keys = keys(by.iter());
        costs.outlook = Some(crate::costs::outlook(tagledger_cost::outlook(bill.bill(), &billing, &keys, &aggregate.months(), asking.now.days())?));
    }
    let mut notes = [bill.notes.clone(), bill_notes(&billed)].concat();
    if !wanted.is_empty() && costs.cells.is_empty() {
        notes.push(format!("Nothing of the bill is of {}; what it is of, --by says without --where", args.r#where.join(", ")));
    }
    let failed = |source| Failure::Output { what: "standard output".to_owned(), source };
    let mut out = Vec::new();
    match args.format {
        Format::Terminal => cost_report::terminal(&costs, &notes, terminal_options(), &mut out).map_err(failed)?,
        Format::Csv => {
            // The table has no place for them.
            notes.iter().filter(|_| !args.quiet).for_each(|note| log::note(note));
            cost_report::csv(&costs, &mut out).map_err(failed)?;
        }
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, &Noted { costs: &costs, notes: &notes }).map_err(|e| failed(e.into()))?;
            out.push(b'\n');
        }
        Format::Html | Format::Openmetrics | Format::Xlsx => {
            return Err(Failure::Usage("cost prints terminal, csv or json; `tagledger scan --bill` writes an HTML report".to_owned()));
        }
        Format::None => {}
    }
    super::print(&out)?;
    Ok(exit::CLEAN)
}

/// Costs as JSON, with what a reader of them must know.
#[derive(serde::Serialize)]
struct Noted<'a> {
    #[serde(flatten)]
    costs: &'a tagledger_report::Costs,
    notes: &'a [String],
}

/// Prints what an engine is to be asked where the bill lies.
fn print_sql(args: &Cost) -> Result<Code, Failure> {
    let named = args
        .lake
        .table
        .clone()
        .map_or_else(|| Ok(File::find(args.config.as_deref())?.engine().and_then(|engine| engine.table)), |table| Ok::<_, Failure>(Some(table)))?;
    let Some(table) = named else {
        return Err(Failure::Usage(
            "--print-sql: name what the bill is called there with --table, such as --table finops.focus, or by `engine:` in the settings".to_owned(),
        ));
    };
    let columns = match args.bill.first() {
        Some(file) if args.lake.columns.is_empty() => lake_columns(file)?,
        None if args.lake.columns.is_empty() => {
            return Err(Failure::Usage("--print-sql: name the columns of the table with --columns, or a file that has the same ones with --bill".to_owned()));
        }
        _ => args.lake.columns.iter().map(|text| LakeColumn::parse(text)).collect(),
    };
    let asked = question(args.lake.dialect.into(), &table, &columns, args.lake.days).map_err(|why| Failure::Usage(format!("--print-sql: {why}")))?;
    super::print(asked.sql.as_bytes())?;
    Ok(exit::CLEAN)
}

/// What costs are broken down by, or narrowed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum On {
    Key(KeyId),
    Cloud,
    Scope,
    Service,
    Month,
}

impl On {
    fn of(taxonomy: &Taxonomy, name: &str, flag: &str) -> Result<Self, Failure> {
        let words = [("cloud", Self::Cloud), ("scope", Self::Scope), ("service", Self::Service), ("month", Self::Month)];
        let key = taxonomy.key(name).map(Self::Key);
        key.or_else(|| words.iter().find(|(word, _)| *word == name).map(|(_, on)| *on)).ok_or_else(|| {
            let known: Vec<&str> = taxonomy.keys.iter().map(|k| k.name.as_str()).chain(words.iter().map(|(word, _)| *word)).collect();
            Failure::Usage(format!("{flag}: `{name}` is no key of {}; write {}", taxonomy.path.display(), known.join(", ")))
        })
    }
}

/// What is asked for, in the order asked, each once; where nothing is, what reports are sliced by.
fn axes(taxonomy: &Taxonomy, by: &[String]) -> Result<Vec<On>, Failure> {
    if by.is_empty() {
        return Ok(usual_keys(taxonomy).into_iter().map(On::Key).collect());
    }
    let mut axes = Vec::new();
    for name in by {
        let on = On::of(taxonomy, name.trim(), "--by")?;
        if !axes.contains(&on) {
            axes.push(on);
        }
    }
    Ok(axes)
}

/// These keys, and those without which costs of theirs cannot be shared: a split may weigh what each value costs where another key has one.
fn with_weights(taxonomy: &Taxonomy, mut keys: Vec<KeyId>) -> Vec<KeyId> {
    let mut at = 0;
    while let Some(key) = keys.get(at).copied() {
        for split in taxonomy.costs.splits.iter().filter(|split| split.key == key) {
            if let SplitBy::Cost(Some((other, _))) = &split.by
                && !keys.contains(other)
            {
                keys.push(*other);
            }
        }
        at += 1;
    }
    keys
}

/// The keys among them, each once.
fn keys<'a>(all: impl Iterator<Item = &'a On>) -> Vec<KeyId> {
    let mut keys = Vec::new();
    for on in all {
        if let On::Key(key) = on
            && !keys.contains(key)
        {
            keys.push(*key);
        }
    }
    keys
}

fn dimensions<'a>(all: impl Iterator<Item = &'a On>) -> Dimensions {
    all.fold(Dimensions::default(), |kept, on| match on {
        On::Key(_) | On::Month => kept,
        On::Cloud => Dimensions { provider: true, ..kept },
        On::Scope => Dimensions { scope: true, ..kept },
        On::Service => Dimensions { service: true, ..kept },
    })
}

/// A condition of `--where`.
struct Wanted {
    on: On,
    /// Any of these; an empty one is what nothing is known of.
    patterns: Vec<String>,
}

impl Wanted {
    /// Reads conditions: those on one thing are alternatives.
    fn of(taxonomy: &Taxonomy, conditions: &[String]) -> Result<Vec<Self>, Failure> {
        let mut all: Vec<Self> = Vec::new();
        for condition in conditions {
            let Some((name, value)) = condition.split_once('=') else {
                return Err(Failure::Usage(format!("--where: `{condition}` is no condition; write KEY=VALUE, such as Environment=demo")));
            };
            let on = On::of(taxonomy, name.trim(), "--where")?;
            let pattern = match on {
                On::Key(key) => canonical(taxonomy, key, value.trim())?,
                On::Scope if !value.contains(['*', '?']) => account(value).to_string(),
                _ => value.trim().to_owned(),
            };
            match all.iter_mut().find(|wanted| wanted.on == on) {
                Some(wanted) => wanted.patterns.push(pattern),
                None => all.push(Self { on, patterns: vec![pattern] }),
            }
        }
        Ok(all)
    }

    fn all_hold(all: &[Self], value: impl Fn(&On) -> Option<String>) -> bool {
        all.iter().all(|wanted| {
            let value = value(&wanted.on).unwrap_or_default();
            wanted.patterns.iter().any(|pattern| if pattern.is_empty() { value.is_empty() } else { WildMatch::new_case_insensitive(pattern).matches(&value) })
        })
    }
}

/// A value as the taxonomy writes it, whatever spelling of it was asked for.
fn canonical(taxonomy: &Taxonomy, key: KeyId, said: &str) -> Result<String, Failure> {
    let key = &taxonomy.keys[key.index()];
    let Domain::Values(values) = &key.domain else { return Ok(said.to_owned()) };
    match values.iter().find(|value| value.is_called(said)) {
        Some(value) => Ok(value.name.clone()),
        None if said.is_empty() || said.contains(['*', '?']) => Ok(said.to_owned()),
        None => {
            let known: Vec<&str> = values.iter().map(|value| value.name.as_str()).collect();
            Err(Failure::Usage(format!("--where: `{said}` is no value of {}; it has {}", key.name, known.join(", "))))
        }
    }
}
