//! `scan`: inventory in, audit, price, reports out.

mod inventory;
mod kept;
mod told;
mod wanted;

pub(crate) use inventory::{Sources, read_inventory};

use crate::args::{Audit as AuditArgs, Format, Scan};
use crate::assemble::{Billed, ExitRules, Parts, prices, summary};
use crate::bills::{self, Asking, Bills};
use crate::exit::Code;
use crate::failure::Failure;
use crate::history::{Before, Record, point};
use crate::log;
use crate::money::Money;
use crate::notify::Routes;
use crate::output::{Folder, Stdout};
use crate::progress;
use crate::rows::{LiveRows, store_compliance, store_cube, store_findings, store_resources, store_tags};
use crate::seen;
use crate::shared::share;
use inventory::{Gathered, Live};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tagledger_cost::{Bill, Billing, Dimensions, Measure, Owners, Rates};
use tagledger_engine::{Context, FindingSource, Inventory, Prices, audit};
use tagledger_model::Timestamp;
use tagledger_report::{Costs, FORMATS, Report, Summary, TerminalOptions, terminal};
use tagledger_rules::RULES;
use tagledger_store::{Claim, NewRun};
use tagledger_taxonomy::Taxonomy;
use wanted::Wanted;

/// What `run.json` holds.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Head {
    /// Version of the run's layout.
    pub layout: u32,
    /// How many findings the table holds.
    pub findings: u64,
    /// The taxonomy's text, so that a finding can be explained when the file has changed.
    pub taxonomy: String,
    /// The short part of the report.
    pub summary: Summary,
    /// What later runs are compared with.
    pub record: Record,
}

/// The layout of this version.
pub(crate) const LAYOUT: u32 = 4;

pub(crate) fn run(args: &Scan) -> Result<Code, Failure> {
    let now = args.audit.now.unwrap_or_else(Timestamp::now);
    let began = Instant::now();
    let Wanted { taxonomy, from, bill, bill_cache, rates, outlook, clouds, at_once, time_limit, out, history, history_days, notify } = Wanted::of(args, now)?;
    let taxonomy = crate::taxonomy::load(&taxonomy)?;
    let _alone = claim(&out, args.wait.unwrap_or_default())?;
    let _scan = tracing::info_span!("scan", out = %out.display(), clouds = clouds.len(), exports = from.len(), bills = bill.len()).entered();
    let version = env!("CARGO_PKG_VERSION");
    tracing::info!(event = "scan.begun", version, out = %out.display(), clouds = clouds.len(), exports = from.len(), bills = bill.len(), resume = args.resume);
    let asking = Asking { config: args.config.as_deref(), taxonomy: &taxonomy, now, most_bytes: None };
    let found = if bill.is_empty() { None } else { Some(bills::find(&bill, bill_cache.as_deref(), args.audit.quiet, &asking)?) };
    let bill = found.as_ref().map(Bills::bill);
    // Nobody wants to hear after an hour of asking that the run cannot be written, or that there is no way to the history, or to whoever is told.
    let routes = notify.as_ref().map(|notify| Routes::of(notify, &taxonomy, history.is_some())).transpose()?;
    let before = history.as_deref().map(|at| Before::open(at, args.config.as_deref())).transpose()?;
    let (mut run, mut journal) = (None, None);
    if !clouds.is_empty() {
        run = Some(NewRun::begin(&out)?);
        journal = Some(kept::open(&out, args.resume)?);
    }
    let live = journal.as_mut().map(|journal| Live { clouds: &clouds, at_once, until: time_limit.map(|limit| began + limit), journal });
    let Gathered { inventory, imported, is_whole } = read_inventory(Sources { from: &from, live }, &taxonomy, args.audit.quiet)?;
    let run = run.map_or_else(|| NewRun::begin(&out), Ok)?;
    let owners = bill.map(|_| Owners::new(&inventory));
    let mut billing = billing(&taxonomy, &inventory, owners.as_ref(), rates, (args.audit.measure.into(), now));
    let money = found.as_ref().map(|found| Money::read(found, &mut billing, now, args.audit.quiet)).transpose()?;
    let prices = money.as_ref().map_or_else(Prices::default, |money| prices(&money.aggregate, money.month));
    let cube = money.as_ref().map(|money| &money.cube);
    let billed = money.as_ref().map(|money| money.billed(&billing, now));
    let judged = seen::judge(&imported.coverage, &inventory);
    let (whole, unseen) = (whole_scopes(&judged), unseen_scopes(&judged, &inventory));
    let ran = before.as_ref().map(|before| before.releases(now));
    let cx = Context {
        spend: money.as_ref().map(|money| &money.spend),
        whole: Some(&whole),
        unseen: Some(&unseen),
        ran: ran.as_ref(),
        ..Context::new(&inventory, now)
    };
    let audited = std::thread::scope(|threads| {
        // The order in which rows are shown takes as long as a rule, and is asked for when the audit has ended.
        threads.spawn(|| inventory.in_order());
        tracing::info_span!("judging").in_scope(|| audit(&cx, RULES))
    })?;
    let known = before.as_ref().map(|before| before.state(&inventory, &imported.coverage, now));
    let past = known.as_ref().map(|known| known.past(now));
    let findings = FindingSource::new(cx, RULES, &audited, &prices, past.as_ref());
    let parts = Parts { cx, audit: &audited, findings: &findings, imported: &imported, known: known.as_ref(), billed: billed.as_ref(), exit: exit_rules(args) };
    let (mut summary, places) = summary(&parts);
    let record = Record::new(point(&summary), places, &audited, RULES, &cx);
    let ahead = bill.zip(billed.as_ref()).filter(|_| outlook);
    ahead.map_or(Ok(()), |(bill, billed)| look_ahead(&mut summary.costs, bill, billed, now))?;
    summary.notes.extend(found.iter().flat_map(|found| found.notes.iter().cloned()));
    if let Some((before, known)) = before.as_ref().zip(known.as_ref()) {
        summary.history = Some(before.changes(&inventory, &findings, known, &record, now));
        summary.runs = before.points(&record, now);
        summary.notes.extend(before.damaged().iter().chain(&known.damaged).map(|why| format!("A run of the history is passed over: {why}")));
    }
    let rows = LiveRows { cx, findings: &findings, prices: &prices, cube };
    write(run, &Written { summary: &summary, rows: &rows, taxonomy: &taxonomy, record: &record }, args.audit.quiet)?;
    // Whoever reads standard output may go away, and the history may be out of reach: neither keeps the other from being done.
    // What is too old goes when the run is kept, and may be what it is compared with.
    let news = routes.as_ref().map(|routes| routes.news(&out, before.as_ref().zip(known.as_ref()), now));
    told::written(&summary, &out, args.audit.format != Format::Terminal && !args.audit.quiet);
    let kept = before.map_or(Ok(()), |before| before.keep(&out, &record, now, history_days));
    let shown = show(&Report { summary: &summary, rows: &rows }, &args.audit, &out);
    routes.zip(news).into_iter().for_each(|(routes, news)| routes.tell(news, &out, args.audit.quiet));
    shown.and(kept)?;
    if let Some(journal) = journal {
        kept::close(journal, is_whole, args, &out)?;
    }
    Ok(Code(summary.exit.code))
}

/// What decides the exit code.
fn exit_rules(args: &Scan) -> ExitRules {
    ExitRules { fail_on: args.audit.fail_on.into(), fail_on_undetermined: args.audit.fail_on_undetermined, allow_partial: args.audit.allow_partial }
}

/// Takes the place of the run, or waits for it.
fn claim(out: &Path, patience: Duration) -> Result<Claim, Failure> {
    let who = format!("process {}, since {}", std::process::id(), Timestamp::now());
    let claim = Claim::take(out, patience, &who, &mut |other| log::say(&format!("{}: waiting for {other} to end", out.display())))?;
    if claim.is_root_elsewhere() {
        log::warn(&format!("{}: root writes here in a folder of another user, who cannot replace later what root leaves; scan as that user", out.display()));
    }
    Ok(claim)
}

/// How the bill of a scan is read: with all that its findings, and its cube, ask of it.
fn billing<'a>(
    taxonomy: &Arc<Taxonomy>,
    inventory: &Inventory,
    owners: Option<&'a Owners>,
    rates: Option<Rates>,
    (measure, now): (Measure, Timestamp),
) -> Billing<'a> {
    Billing {
        taxonomy: Arc::clone(taxonomy),
        dictionary: inventory.dictionary().clone(),
        clouds: crate::clouds::in_bills(),
        owners,
        measure,
        all_measures: true,
        keys: taxonomy.ids().map(|(id, _)| id).collect(),
        dimensions: Dimensions::ALL,
        price_resources: true,
        price_before: Some(now.month()),
        days_from: None,
        rates,
        prefixes: crate::clouds::TAG_PREFIXES,
    }
}

/// Scopes of which every place was seen whole.
fn whole_scopes(judged: &seen::Judged) -> BTreeSet<(String, String)> {
    let name = |place: &seen::Place| (place.cloud.clone(), place.scope.clone());
    let partly: BTreeSet<_> = judged.partly.iter().map(name).collect();
    judged.whole.iter().map(name).filter(|scope| !partly.contains(scope)).collect()
}

/// Scopes of which something was not seen: where a row says so, and where nothing that was read holds a resource. What was left out on purpose is none.
fn unseen_scopes(judged: &seen::Judged, inventory: &Inventory) -> BTreeSet<(String, String)> {
    let named = |cloud: &str, scope: &str| (cloud.to_owned(), scope.to_owned());
    let known: BTreeSet<_> = judged.whole.iter().chain(&judged.skipped).map(|place| named(&place.cloud, &place.scope)).collect();
    let scopes = inventory.scopes().iter().filter(|scope| scope.active && !scope.merged && !scope.id.is_empty());
    let unnamed = scopes.map(|scope| named(inventory.clouds()[usize::from(scope.cloud)].id.as_str(), &scope.id)).filter(|scope| !known.contains(scope));
    let partly = judged.partly.iter().map(|place| named(&place.cloud, &place.scope));
    let elsewhere = (judged.seen.elsewhere > 0).then(|| named("-", "*"));
    unnamed.chain(partly).chain(elsewhere).collect()
}

/// Reads a bill.
pub(crate) fn read_bill(bill: &Bill, billing: &Billing<'_>, quiet: bool) -> Result<tagledger_cost::Aggregate, Failure> {
    let _reading = tracing::info_span!("reading bill").entered();
    let bar = progress::bar("reading bill", quiet);
    let aggregate = tagledger_cost::read(bill, billing, &|done, total| {
        bar.set_length(total);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    Ok(aggregate)
}

/// What a run is made of.
struct Written<'a> {
    summary: &'a Summary,
    rows: &'a LiveRows<'a>,
    taxonomy: &'a Taxonomy,
    record: &'a Record,
}

/// Writes the run: every format and table in a thread of its own, reading along while the findings are worded once; then
/// the folder is put in its place.
fn write(run: NewRun, written: &Written<'_>, quiet: bool) -> Result<(), Failure> {
    let Written { summary, rows, taxonomy, record } = *written;
    let _writing = tracing::info_span!("writing reports").entered();
    let spinner = progress::spinner("writing reports", quiet);
    // Files are written in a hidden folder; a message names the one that was asked for.
    let (folder, shown, told) = (run.path(), run.target(), |error| Failure::from(run.told(error)));
    let formats: Vec<_> = FORMATS.iter().filter(|format| format.is_in_every_run()).collect();
    let (speaker, readers) = share(rows, formats.len() + 1);
    std::thread::scope(|threads| -> Result<(), Failure> {
        let mut jobs = Vec::new();
        let formats = &formats;
        for (at, reader) in readers.iter().enumerate() {
            jobs.push(threads.spawn(move || {
                let done = match formats.get(at) {
                    Some(format) => {
                        format.write(&Report { summary, rows: reader }, &mut Folder::new(folder)).map_err(|source| Failure::output(&shown.display(), source))
                    }
                    None => store_findings(folder, reader).map_err(told),
                };
                reader.leave();
                done
            }));
        }
        jobs.push(threads.spawn(|| {
            store_resources(folder, &summary.keys, rows).map_err(told)?;
            store_compliance(folder, summary).map_err(told)?;
            store_tags(folder, rows.cx.inventory, rows.prices).map_err(told)?;
            rows.cube.map_or(Ok(()), |cube| store_cube(folder, taxonomy, cube).map_err(told))
        }));
        speaker.speak(rows.findings.iter());
        // A panic in another thread is a bug; it goes on in this one.
        jobs.into_iter().try_for_each(|job| job.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })?;
    run.commit(&Head {
        layout: LAYOUT,
        findings: rows.findings.len() as u64,
        taxonomy: taxonomy.text.clone(),
        summary: summary.clone(),
        record: record.clone(),
    })?;
    spinner.finish_and_clear();
    Ok(())
}

/// How the terminal is.
pub(crate) fn terminal_options() -> TerminalOptions {
    let tty = std::io::stdout().is_terminal();
    let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    let width = columns.or_else(|| if tty { terminal_size::terminal_size().map(|(w, _)| usize::from(w.0)) } else { None }).unwrap_or(80);
    let plain = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
    TerminalOptions { width, colour: tty && !plain }
}

/// Prints the result in the format asked for.
fn show(report: &Report<'_>, args: &AuditArgs, out: &Path) -> Result<(), Failure> {
    print_format(report, args.format)?;
    if args.format == Format::Terminal {
        super::print(format!("\nThe run is in {}: open report.html there, or\n`tagledger explain <fingerprint> --run {0}`\n", out.display()).as_bytes())?;
    }
    Ok(())
}

/// Prints a report on standard output.
pub(crate) fn print_format(report: &Report<'_>, format: Format) -> Result<(), Failure> {
    let failed = |source| Failure::output(&"standard output", source);
    let id = match format {
        Format::None => return Ok(()),
        Format::Terminal => {
            let mut text = Vec::new();
            terminal(report, terminal_options(), &mut text).map_err(failed)?;
            return super::print(&text);
        }
        Format::Json => "json",
        Format::Csv => "csv",
        Format::Html => "html",
        Format::Openmetrics => "openmetrics",
        Format::Xlsx => "xlsx",
    };
    match FORMATS.iter().find(|f| f.id() == id) {
        Some(format) => super::heard(format.write(report, &mut Stdout::default()).map_err(failed)),
        None => Ok(()),
    }
}

/// Says what the newest month will come to, by the keys that the costs are sliced by.
fn look_ahead(costs: &mut Option<Costs>, bill: &Bill, billed: &Billed<'_>, now: Timestamp) -> Result<(), Failure> {
    let Some(costs) = costs else { return Ok(()) };
    let keys: Vec<_> = costs.by.iter().filter_map(|name| billed.billing.taxonomy.key(name)).collect();
    costs.outlook = Some(crate::costs::outlook(tagledger_cost::outlook(bill, billed.billing, &keys, &billed.aggregate.months(), now.days())?));
    Ok(())
}
