//! `check`: what a plan is about to make, judged by the taxonomy, rules and waivers of the nightly scan.

mod baseline;
mod children;
mod inputs;
mod mend;
mod sources;
mod verdict;

use crate::args::Check;
use crate::assemble::{priced_month, prices};
use crate::bills::{self, Asking};
use crate::exit::{self, Code};
use crate::failure::Failure;
use crate::{clouds, progress};
use baseline::Baseline;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use tagledger_collect::{Found, Import, import};
use tagledger_cost::{Billing, Dimensions, Measure, Owners};
use tagledger_engine::{Context, FindingSource, Inventory, InventoryBuilder, Prices, Reader, audit};
use tagledger_iac::Reading;
use tagledger_model::{NativeId, Observed, Timestamp};
use tagledger_report::gate::{GATE_FORMATS, Gate, GateFormat, GateOptions, Repository};
use tagledger_rules::RULES;
use tagledger_taxonomy::{Domain, Taxonomy};

pub(crate) fn run(args: &Check) -> Result<Code, Failure> {
    let now = args.now.unwrap_or_else(Timestamp::now);
    let outputs = outputs(&args.format)?;
    let taxonomy = crate::taxonomy::load(&args.taxonomy)?;
    let known = args.baseline.as_deref().map(Baseline::read).transpose()?.unwrap_or_default();
    let mut plans = inputs::read(args)?;
    let inventory = inventory(args, &taxonomy, &mut plans.reading)?;
    let prices = if args.bill.is_empty() { Prices::default() } else { priced(args, &taxonomy, &inventory, now)? };
    let cx = Context::new(&inventory, now);
    let audited = audit(&cx, RULES)?;
    let findings = FindingSource::new(cx, RULES, &audited, &prices, None);
    let gate = verdict::gate(args, &taxonomy, plans, &findings, &known, now);
    // What is written next needs room of its own.
    drop(findings);
    drop((audited, prices, inventory));
    if let Some(path) = &args.write_baseline {
        Baseline::of(&gate).write(path)?;
    }
    write(&outputs, &gate, args)?;
    Ok(if args.write_baseline.is_some() { exit::CLEAN } else { Code(gate.exit.code) })
}

/// A format, and the file that it goes to; standard output without one.
type Output<'a> = (&'static dyn GateFormat, Option<&'a Path>);

fn outputs(words: &[String]) -> Result<Vec<Output<'_>>, Failure> {
    let all: Vec<Output<'_>> = words
        .iter()
        .map(|word| {
            let (id, file) = word.split_once('=').map_or((word.as_str(), None), |(id, file)| (id, Some(Path::new(file))));
            let names = || GATE_FORMATS.iter().map(|f| f.id()).collect::<Vec<_>>().join(", ");
            let format = GATE_FORMATS.iter().find(|f| f.id() == id).ok_or_else(|| Failure::Usage(format!("--format {word}: the formats are {}", names())))?;
            Ok((*format, file.filter(|f| !f.as_os_str().is_empty())))
        })
        .collect::<Result<_, Failure>>()?;
    if all.iter().filter(|(_, file)| file.is_none()).count() > 1 {
        return Err(Failure::Usage("--format: only one format can go to standard output; write the others as FORMAT=FILE".to_owned()));
    }
    Ok(all)
}

/// Everything the plans leave standing, as an inventory. Accounts and resource groups of `--from` may lend their tags.
fn inventory(args: &Check, taxonomy: &Arc<Taxonomy>, reading: &mut Reading) -> Result<Inventory, Failure> {
    let plans = tagledger_iac::READERS.iter().map(|r| Reader { id: r.id(), rank: 0, is_blind: false });
    let readers: Vec<Reader> = clouds::readers().into_iter().chain(plans).collect();
    let mut builder = InventoryBuilder::new(taxonomy, &clouds::facts(), &readers);
    if let Some(environment) = &args.environment {
        builder.deploy_to(&target(taxonomy, environment)?);
    }
    if !args.from.is_empty() {
        let (all, bar) = (clouds::all(), progress::bar("reading inventory", args.quiet));
        import(
            &Import { paths: &args.from, clouds: &all },
            &mut |found| match found {
                Found::Scope(scope) => builder.scope(&scope),
                Found::Container(container) => builder.container(&container),
                // What exists is the scan's to judge.
                Found::Resource(_) | Found::Incomplete(_) => {}
            },
            &mut |done, total| {
                bar.set_length(total);
                bar.set_position(done);
            },
        )?;
        bar.finish_and_clear();
    }
    for container in &reading.containers {
        builder.container(container);
    }
    let mut seen = BTreeSet::new();
    for resource in &mut reading.resources {
        // One address in two plans, or twice in one, is two resources.
        let mut id = resource.id.canonical.clone();
        let mut number = 1;
        while !seen.insert((resource.cloud.clone(), id.clone())) {
            number += 1;
            id = format!("{} ({number})", resource.id.canonical).into();
        }
        resource.id = NativeId::exact(id);
        builder.resource(resource);
        // The inventory has them now; a plan of 50 MB should not be kept twice.
        resource.tags = Observed::Unknown;
    }
    Ok(builder.finish())
}

/// The canonical value of `--environment`.
fn target(taxonomy: &Taxonomy, said: &str) -> Result<String, Failure> {
    let Some(key) = taxonomy.key("Environment") else {
        return Err(Failure::Usage("--environment: the taxonomy has no key Environment".to_owned()));
    };
    let Domain::Values(values) = &taxonomy.keys[key.index()].domain else { return Ok(said.to_owned()) };
    let folded = tagledger_taxonomy::fold(said);
    let names = |v: &tagledger_taxonomy::Value| std::iter::once(&v.name).chain(&v.aliases).any(|name| tagledger_taxonomy::fold(name) == folded);
    values.iter().find(|v| names(v)).map(|v| v.name.clone()).ok_or_else(|| {
        let all: Vec<&str> = values.iter().map(|v| v.name.as_str()).collect();
        Failure::Usage(format!("--environment {said}: the taxonomy knows {}", all.join(", ")))
    })
}

/// What the resources that exist already cost last month.
fn priced(args: &Check, taxonomy: &Arc<Taxonomy>, inventory: &Inventory, now: Timestamp) -> Result<Prices, Failure> {
    let owners = Owners::new(inventory);
    let billing = Billing {
        taxonomy: Arc::clone(taxonomy),
        dictionary: inventory.dictionary().clone(),
        clouds: clouds::in_bills(),
        owners: Some(&owners),
        measure: Measure::Effective,
        all_measures: false,
        keys: Vec::new(),
        dimensions: Dimensions::default(),
        price_resources: true,
        price_before: Some(now.month()),
        days_from: None,
        rates: None,
        prefixes: clouds::TAG_PREFIXES,
    };
    let bill = bills::find(&args.bill, args.bill_cache.as_deref(), args.quiet, &Asking { config: None, taxonomy, now, most_bytes: None })?;
    let aggregate = super::scan::read_bill(bill.bill(), &billing, args.quiet)?;
    Ok(prices(&aggregate, priced_month(&aggregate, now.month())))
}

fn write(outputs: &[Output<'_>], gate: &Gate, args: &Check) -> Result<(), Failure> {
    let terminal = super::scan::terminal_options();
    let options = GateOptions { width: terminal.width, colour: terminal.colour, category: args.category.clone(), repository: repository() };
    for (format, file) in outputs {
        let mut bytes = Vec::new();
        let named = file.map_or_else(|| "standard output".to_owned(), |f| f.display().to_string());
        format.write(gate, &options, &mut bytes).map_err(|source| Failure::output(&named, source))?;
        match file {
            None => super::print(&bytes)?,
            Some(file) => put(file, &bytes)?,
        }
    }
    Ok(())
}

/// The repository that the working folder is in: a folder above it, or it itself, has `.git`.
fn repository() -> Option<Repository> {
    let here = std::env::current_dir().ok()?;
    let root = here.ancestors().find(|folder| folder.join(".git").exists())?;
    let named = |path: &Path| path.to_str().map(|path| path.replace('\\', "/"));
    Some(Repository { root: named(root)?, below: named(here.strip_prefix(root).ok()?)? })
}

/// Writes a file whole or not at all.
fn put(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |source| Failure::output(&file.display(), source);
    // A device or a pipe, such as the step summary of a pipeline, is written to as it is.
    if file.exists() && !file.is_file() {
        return std::fs::write(file, bytes).map_err(failed);
    }
    if let Some(parent) = file.parent().filter(|p| !p.as_os_str().is_empty()) {
        std::fs::create_dir_all(parent).map_err(failed)?;
    }
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(format!(".partial-{}", std::process::id()));
    let beside = file.with_file_name(name);
    let written = std::fs::File::create(&beside).and_then(|mut f| f.write_all(bytes)).and_then(|()| std::fs::rename(&beside, file));
    written.map_err(|source| {
        // Nobody is left to hear of a failure to tidy up.
        let _removed = std::fs::remove_file(&beside);
        failed(source)
    })
}
