//! What a scan is asked to do: a flag counts more than an environment variable, that more than the settings file, and that more than a default.

use crate::args::Scan;
use crate::commands::live_cloud;
use crate::failure::Failure;
use crate::settings::{File, NAME, Notify};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tagledger_collect::{Cloud, Settings, Shape, Value};
use tagledger_cost::Rates;
use tagledger_model::Timestamp;

/// Places that are asked at the same time where nobody says otherwise.
const AT_ONCE: u32 = 64;

/// Where runs go that nobody gave a place.
const RUNS: &str = "reports";

/// All of it.
pub(super) struct Wanted {
    pub taxonomy: PathBuf,
    /// Exports.
    pub from: Vec<PathBuf>,
    pub bill: Vec<PathBuf>,
    /// Where copies of bills are kept, if somebody says so.
    pub bill_cache: Option<PathBuf>,
    /// What converts the bill, if one currency is wanted.
    pub rates: Option<Rates>,
    /// Whether the newest month is looked at day by day.
    pub outlook: bool,
    /// Clouds to ask, each with what it is told.
    pub clouds: Vec<(&'static dyn Cloud, Settings)>,
    /// Places that are asked at the same time.
    pub at_once: usize,
    /// How long clouds are asked.
    pub time_limit: Option<Duration>,
    /// The folder of the run.
    pub out: PathBuf,
    /// Where the history is, if one is kept.
    pub history: Option<String>,
    /// Days that a run stays in it.
    pub history_days: Option<u32>,
    /// Who is told of the run.
    pub notify: Option<Notify>,
}

impl Wanted {
    pub fn of(args: &Scan, now: Timestamp) -> Result<Self, Failure> {
        let file = File::find(args.config.as_deref())?;
        let (from, mut clouds) = sources(args, &file)?;
        for (cloud, settings) in &mut clouds {
            overlay(*cloud, settings, args)?;
        }
        let flags = [("--region", "regions", !args.region.is_empty()), ("--profile", "profile", args.profile.is_some()), ("--resume", "", args.resume)];
        for (flag, setting, _) in flags.into_iter().filter(|(.., given)| *given) {
            if clouds.is_empty() {
                return Err(Failure::Usage(format!("{flag} is about clouds that are asked, and none is: name one with --cloud, or in {NAME}")));
            }
            let may_be_told = |cloud: &dyn Cloud| setting.is_empty() || cloud.settings().iter().any(|known| known.name == setting);
            if !clouds.iter().any(|(cloud, _)| may_be_told(*cloud)) {
                let names: Vec<String> = clouds.iter().map(|(cloud, _)| cloud.id().to_string()).collect();
                return Err(Failure::Usage(format!("{flag}: {} cannot be told that", names.join(" and "))));
            }
        }
        let (out, history) = (out(args, now), history(args, &file));
        let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        if let Some(at) = history.as_deref().filter(|at| !at.contains("://") && absolute(Path::new(at)).starts_with(absolute(&out))) {
            return Err(Failure::Usage(format!(
                "{at}: the history would lie in the run {}, and go with it when the next run takes its place; name a folder beside it",
                out.display()
            )));
        }
        Ok(Self {
            taxonomy: args.audit.taxonomy.clone().or_else(|| file.taxonomy()).unwrap_or_else(|| PathBuf::from("taxonomy.yaml")),
            from,
            bill: if args.bill.is_empty() { file.bill() } else { args.bill.clone() },
            bill_cache: args.bill_cache.clone().or_else(|| file.bill_cache()),
            rates: args.audit.money.exchange(&file)?,
            outlook: args.audit.money.outlook || file.outlook(),
            clouds,
            at_once: args.concurrency.or(file.concurrency()).unwrap_or(AT_ONCE) as usize,
            time_limit: args.time_limit.or_else(|| file.time_limit()),
            out,
            history,
            history_days: args.history_days.or(file.history_days()),
            notify: if args.no_notify { None } else { file.notify() },
        })
    }
}

/// Clouds to ask, and how.
type Clouds = Vec<(&'static dyn Cloud, Settings)>;

/// What is read: what the flags name and nothing else, or else what the file names.
fn sources(args: &Scan, file: &File) -> Result<(Vec<PathBuf>, Clouds), Failure> {
    if args.from.is_empty() && args.cloud.is_empty() {
        let (from, clouds) = (file.from(), file.clouds.clone());
        if from.is_empty() && clouds.is_empty() {
            let help = format!("name exports with --from, a cloud with --cloud, or both in {NAME} (docs/live.md)");
            return Err(Failure::Usage(format!("nothing to scan: {help}")));
        }
        return Ok((from, clouds));
    }
    let mut clouds: Vec<(&'static dyn Cloud, Settings)> = Vec::new();
    for name in &args.cloud {
        let cloud = live_cloud(name)?;
        // A cloud that is named twice is asked once.
        if clouds.iter().all(|(known, _)| known.id() != cloud.id()) {
            clouds.push((cloud, file.of(cloud)));
        }
    }
    Ok((args.from.clone(), clouds))
}

/// Lays the flags over what the file says.
fn overlay(cloud: &dyn Cloud, settings: &mut Settings, args: &Scan) -> Result<(), Failure> {
    let mut regions = args.region.clone();
    regions.sort();
    regions.dedup();
    let flags =
        [("--region", "regions", (!regions.is_empty()).then_some(Value::Texts(regions))), ("--profile", "profile", args.profile.clone().map(Value::Text))];
    for (flag, name, value) in flags {
        let Some(value) = value else { continue };
        // Another cloud is meant.
        let Some(setting) = cloud.settings().iter().find(|setting| setting.name == name) else { continue };
        let unfit = match (&setting.shape, &value) {
            (Shape::Texts(form), Value::Texts(texts)) => texts.iter().find(|text| !(form.is)(text)).map(|text| (text, form)),
            (Shape::Text(form), Value::Text(text)) => (!(form.is)(text)).then_some((text, form)),
            _ => None,
        };
        if let Some((text, form)) = unfit {
            return Err(Failure::Usage(format!("{flag} {}: write {}", text.escape_debug(), form.words)));
        }
        settings.set(setting.name, value);
    }
    match cloud.conflict(settings) {
        Some(conflict) => Err(Failure::Usage(format!("{}: {}. {}", cloud.id(), conflict.what, conflict.mend))),
        None => Ok(()),
    }
}

fn out(args: &Scan, now: Timestamp) -> PathBuf {
    let latest = || if args.resume { tagledger_store::newest_collected(Path::new(RUNS)) } else { None };
    args.out.clone().or_else(latest).unwrap_or_else(|| Path::new(RUNS).join(now.to_string().replace(':', "")))
}

/// Runs that nobody gave a place have their history beside them; others only where one is named.
fn history(args: &Scan, file: &File) -> Option<String> {
    let beside = || args.out.is_none().then(|| crate::history::DEFAULT.to_owned());
    args.history.clone().or_else(|| file.history()).or_else(beside).filter(|at| at != crate::history::NONE)
}
