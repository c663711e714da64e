//! `diff`: what is new, what is fixed, what still stands, and what cannot be said.

use super::scan::terminal_options;
use crate::args::{Diff as Args, Format};
use crate::exit::{self, Code};
use crate::failure::{Failure, inert};
use crate::history::{Known, Looked, Record, Source, Standing, State, at, fate, open, words_of};
use std::collections::{BTreeSet, HashSet};
use std::path::Path;
use tagledger_engine::resource_number;
use tagledger_model::Amount;
use tagledger_report::MoneyRow;
use tagledger_report::diff::{self, Change, Diff, Difference, SCHEMA, Side, Total};
use tagledger_store::{History, PastRun, RUN_FILE, RunFolder, Runs};

pub(crate) fn run(args: &Args) -> Result<Code, Failure> {
    let is_folder = |word: &Option<String>| word.as_ref().is_some_and(|word| Path::new(word).join(RUN_FILE).is_file());
    // Two folders need no history.
    let history = if is_folder(&args.from) && is_folder(&args.to) {
        None
    } else {
        Some(open(&at(args.history.as_deref(), args.config.as_deref())?, args.config.as_deref())?)
    };
    let runs = history.as_ref().map(crate::history::runs).transpose()?.unwrap_or(Runs { runs: Vec::new(), damaged: Vec::new() });
    let place = Place { history: history.as_ref(), runs: &runs };
    let to = place.later(args.to.as_deref())?;
    let from = place.earlier(args.from.as_deref(), &to)?;
    let notes = runs.damaged.iter().map(|why| format!("A run of the history is passed over: {why}")).collect();
    let document = compare(&from, &to, notes)?;
    let failed = |source| Failure::output(&"standard output", source);
    let mut out = Vec::new();
    match args.format {
        Format::Terminal => diff::terminal(&document, terminal_options(), &mut out).map_err(failed)?,
        Format::Csv => diff::csv(&document, &mut out).map_err(failed)?,
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, &document).map_err(|e| failed(e.into()))?;
            out.push(b'\n');
        }
        Format::Html | Format::Openmetrics | Format::Xlsx => return Err(Failure::Usage("diff prints terminal, csv or json".to_owned())),
        Format::None => {}
    }
    super::print(&out)?;
    Ok(exit::CLEAN)
}

/// One side: the runs that speak for it, newest first, and of which scopes.
struct Asked<'h> {
    what: String,
    sources: Vec<Source<'h>>,
    wanted: Option<BTreeSet<(String, String)>>,
    /// It was named itself: where it is damaged, nothing can stand in for it.
    is_one: bool,
}

/// Where runs are looked for.
struct Place<'h> {
    history: Option<&'h History>,
    runs: &'h Runs<Record>,
}

impl<'h> Place<'h> {
    fn shown(&self) -> &str {
        self.history.map_or("", History::shown)
    }

    fn source(&self, run: &'h PastRun<Record>) -> Option<Source<'h>> {
        Some(Source::Past(self.history?, run))
    }

    fn later(&self, word: Option<&str>) -> Result<Asked<'h>, Failure> {
        if let Some(word) = word {
            return self.named(word);
        }
        let newest = self.runs.runs.last().ok_or_else(|| Failure::Usage(format!("{}: there is no run in this history", self.shown())))?;
        Ok(Asked { what: newest.id.clone(), sources: self.source(newest).into_iter().collect(), wanted: None, is_one: true })
    }

    fn earlier(&self, word: Option<&str>, to: &Asked<'_>) -> Result<Asked<'h>, Failure> {
        if let Some(word) = word {
            return self.named(word);
        }
        let oldest = to.sources.last().map(Source::name).unwrap_or_default();
        let before: Vec<_> = self.runs.runs.iter().rev().filter(|run| run.id < oldest).filter_map(|run| self.source(run)).collect();
        if before.is_empty() {
            return Err(Failure::Usage(format!("{}: there is no run before {oldest} to compare it with", self.shown())));
        }
        let places = to.sources.iter().flat_map(|source| source.record().places.whole.iter().chain(&source.record().places.partly));
        let scopes = places.map(|place| (place.cloud.clone(), place.scope.clone())).collect();
        Ok(Asked { what: "what was known before".to_owned(), sources: before, wanted: Some(scopes), is_one: false })
    }

    /// The folder of a run, a day of the history, or the first digits of a run in it.
    fn named(&self, word: &str) -> Result<Asked<'h>, Failure> {
        if Path::new(word).join(RUN_FILE).is_file() {
            let folder = RunFolder::open(Path::new(word))?;
            let record = super::report::open(&folder)?.record;
            return Ok(Asked { what: word.to_owned(), sources: vec![Source::Folder(folder, Box::new(record))], wanted: None, is_one: true });
        }
        let digits = word.replace('-', "");
        let is_day = word.len() == 10 && digits.len() == 8 && digits.bytes().all(|b| b.is_ascii_digit());
        let found: Vec<_> = self.runs.runs.iter().rev().filter(|run| run.id.starts_with(if is_day { &digits } else { word })).collect();
        if found.is_empty() || (found.len() > 1 && !is_day) {
            let days: BTreeSet<String> =
                self.runs.runs.iter().filter_map(|run| Some(format!("{}-{}-{}", run.id.get(..4)?, run.id.get(4..6)?, run.id.get(6..8)?))).collect();
            let extent = match (days.first(), days.last()) {
                (Some(first), Some(last)) => format!("it has runs of {} from {first} to {last}", tagledger_report::plural(days.len() as u64, "day")),
                _ => "it has no run".to_owned(),
            };
            let what = if found.is_empty() { "is neither the folder of a run, nor a day or a run" } else { "begins more than one run" };
            return Err(Failure::Usage(format!("`{}` {what} of the history {}; {extent}", inert(word), self.shown())));
        }
        Ok(Asked { what: word.to_owned(), sources: found.into_iter().filter_map(|run| self.source(run)).collect(), wanted: None, is_one: !is_day })
    }
}

fn compare(from: &Asked<'_>, to: &Asked<'_>, mut notes: Vec<String>) -> Result<Diff, Failure> {
    let (old, new) = (State::of(&from.sources, from.wanted.as_ref()), State::of(&to.sources, to.wanted.as_ref()));
    for (asked, state) in [(from, &old), (to, &new)] {
        if let Some(why) = state.damaged.first().filter(|_| asked.is_one) {
            return Err(Failure::Usage(why.clone()));
        }
    }
    notes.extend(old.damaged.iter().chain(&new.damaged).map(|why| format!("A run is passed over: {why}")));
    let standing = |state: &State, number: u64| state.findings.get(&number).map(|known| known.standing);
    let is_still = |(number, known): &(&u64, &Known)| known.standing == Standing::Open && standing(&old, **number) == Some(Standing::Open);
    let still = new.findings.iter().filter(is_still).count() as u64;
    let (mut differences, mut left) = (Vec::new(), Vec::new());
    let came = |number: u64, known: &Known| match standing(&old, number) {
        Some(Standing::Open) => None,
        Some(_) => Some(Change::Reopened),
        None if old.looked_at(&new, known) == Looked::Away => Some(Change::FirstLookedAt),
        None => Some(Change::New),
    };
    words_of(&new, &to.sources, came, |change, finding| differences.push(Difference { change, finding }))?;
    let went = |number: u64, known: &Known| fate(standing(&new, number), &new, &old, known);
    words_of(&old, &from.sources, went, |change, finding| left.push(Difference { change, finding }))?;
    differences.append(&mut left);
    differences.sort_by_key(|difference| difference.change);
    let side = |asked: &Asked<'_>, state: &State| Side {
        what: asked.what.clone(),
        runs: state.used.iter().map(|at| asked.sources[*at].name()).collect(),
        open: state.findings.values().filter(|known| known.standing == Standing::Open).count() as u64,
    };
    let totals = Change::ALL.map(|change| total(change, &differences)).into();
    Ok(Diff { schema: SCHEMA, from: side(from, &old), to: side(to, &new), still, totals, notes, differences })
}

fn total(change: Change, differences: &[Difference]) -> Total {
    let (mut findings, mut seen, mut sums) = (0, HashSet::new(), std::collections::BTreeMap::<String, Amount>::new());
    for finding in differences.iter().filter(|difference| difference.change == change).map(|difference| &difference.finding) {
        findings += 1;
        if !finding.is_sum() && seen.insert(resource_number(finding.cloud.as_str(), &finding.resource)) {
            for money in &finding.money {
                *sums.entry(money.currency.to_string()).or_default() += money.amount;
            }
        }
    }
    let at_stake = sums.into_iter().map(|(currency, amount)| MoneyRow { currency, amount: amount.to_string() }).collect();
    Total { change, findings, at_stake }
}
