//! Flags and their environment variables.

mod bytes;
mod cost;
mod init;
mod lake;
mod money;
mod past;
mod policies;
mod report;
mod stored;
mod taxonomy;

pub(crate) use cost::Cost;
pub(crate) use init::Init;
pub(crate) use lake::Lake;
pub(crate) use money::Money;
pub(crate) use past::{Diff, Trend};
pub(crate) use policies::PolicyFiles;
pub(crate) use report::Report;
pub(crate) use stored::{Explain, Fix, Notify};
pub(crate) use taxonomy::{SuggestFormat, Taxonomy, TaxonomyExport, TaxonomyImport, TaxonomySuggest};

use crate::settings::{MOST_AT_ONCE, MOST_DAYS, NAME};
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;
use tagledger_cost::Measure;
use tagledger_model::{Level, Timestamp};

/// Audits tags and labels across clouds against one taxonomy, and says what every Environment and Application costs.
#[derive(Debug, Parser)]
#[command(
    name = "tagledger",
    version,
    propagate_version = true,
    max_term_width = 100,
    after_help = "Exit codes:\n  0  clean, and everything asked for was seen\n  1  violated findings at or above --fail-on\n  2  bad usage, bad taxonomy, unreadable input\n  3  no such findings, but coverage is incomplete (--allow-partial turns it into 0)\n  4  could not run: disk full, internal error"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub command: Command,
    /// How messages are written on standard error: for people, or as one JSON object for each event (docs/night.md).
    #[arg(long, global = true, value_name = "FORMAT", env = "TAGLEDGER_LOG_FORMAT", default_value = "text")]
    pub log_format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines.
    Text,
    /// One JSON object a line.
    Json,
}

impl Command {
    /// True where only warnings and errors are wanted.
    pub fn is_quiet(&self) -> bool {
        match self {
            Self::Scan(scan) => scan.audit.quiet,
            Self::Check(check) => check.quiet,
            Self::Cost(cost) => cost.quiet,
            _ => false,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Audit live clouds and exported inventories, and price the findings by a bill; writes a run and its reports.
    Scan(Scan),
    /// Judge plans before they are applied: the gate of a pipeline.
    Check(Box<Check>),
    /// Cost by Environment × Application, or by any other keys.
    Cost(Cost),
    /// Render a stored run again, in any format.
    Report(Report),
    /// What is new, fixed and still there between two runs, or two days of a history.
    Diff(Diff),
    /// How compliance and attributed spend went, run by run of a history.
    Trend(Trend),
    /// Explain a rule, or one finding with its whole chain of evidence.
    Explain(Explain),
    /// Write the commands that would mend the findings of a run, for a person to review; runs nothing.
    Fix(Fix),
    /// Tell those whom tagledger.yaml names of a stored run: by Slack, Microsoft Teams, webhook or e-mail.
    Notify(Notify),
    /// Check the taxonomy, propose what it lacks, write it as guardrails of a cloud and from them, print its JSON Schema.
    #[command(subcommand)]
    Taxonomy(Taxonomy),
    /// Check tagledger.yaml, or print its JSON Schema.
    #[command(subcommand)]
    Settings(SettingsCommand),
    /// Print what has to be allowed for a live scan, in the cloud's own form.
    Permissions(Permissions),
    /// Begin: write tagledger.yaml and taxonomy.yaml from the credentials, exports and bills that are here. Nobody is asked for anything.
    Init(Init),
    /// Run the main job on the embedded example estate; needs no credentials and no files.
    Demo(Demo),
    /// Write the manual pages, for `man`.
    Man {
        /// The folder for a page of each command; without it, the page of the program is printed.
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
    /// Print the completion script of a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MeasureArg {
    /// EffectiveCost: amortised, for showback.
    Effective,
    /// BilledCost: what the invoice says.
    Billed,
    /// ListCost: at list prices.
    List,
    /// ContractedCost: at contracted prices, before commitments.
    Contracted,
}

impl From<MeasureArg> for Measure {
    fn from(arg: MeasureArg) -> Self {
        match arg {
            MeasureArg::Effective => Self::Effective,
            MeasureArg::Billed => Self::Billed,
            MeasureArg::List => Self::List,
            MeasureArg::Contracted => Self::Contracted,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LevelArg {
    Info,
    Warn,
    Error,
}

impl From<LevelArg> for Level {
    fn from(arg: LevelArg) -> Self {
        match arg {
            LevelArg::Info => Self::Info,
            LevelArg::Warn => Self::Warn,
            LevelArg::Error => Self::Error,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A summary for people.
    Terminal,
    /// The whole report as one JSON document.
    Json,
    /// Tables for spreadsheets.
    Csv,
    /// One self-contained page.
    Html,
    /// Gauges for Prometheus.
    Openmetrics,
    /// A workbook for spreadsheets.
    Xlsx,
    /// Nothing.
    None,
}

/// Reads a length of time.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let read = humantime::parse_duration(text).ok().filter(|duration| !duration.is_zero() && *duration <= LONGEST);
    read.ok_or_else(|| format!("write {DURATION}"))
}

/// No night is longer than a year.
const LONGEST: Duration = Duration::from_hours(366 * 24);

/// A length of time, in words.
pub(crate) const DURATION: &str = "a duration such as 90m, 5h or 1h 30m";

fn moment(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).ok_or_else(|| "write a date such as 2026-11-01 or 2026-11-01T00:00:00Z".to_owned())
}

/// What every command that audits needs.
#[derive(Debug, ClapArgs)]
pub(crate) struct Audit {
    /// The taxonomy [default: taxonomy.yaml].
    #[arg(long, value_name = "FILE", env = "TAGLEDGER_TAXONOMY")]
    pub taxonomy: Option<PathBuf>,
    /// The lowest level of violated findings that makes the exit code 1.
    #[arg(long, value_name = "LEVEL", env = "TAGLEDGER_FAIL_ON", default_value = "error")]
    pub fail_on: LevelArg,
    /// Let undetermined findings make the exit code 1 as well.
    #[arg(long, env = "TAGLEDGER_FAIL_ON_UNDETERMINED")]
    pub fail_on_undetermined: bool,
    /// Exit with 0 instead of 3 when coverage is incomplete.
    #[arg(long, env = "TAGLEDGER_ALLOW_PARTIAL")]
    pub allow_partial: bool,
    /// The cost that is counted.
    #[arg(long, env = "TAGLEDGER_MEASURE", default_value = "effective")]
    pub measure: MeasureArg,
    #[command(flatten)]
    pub money: Money,
    /// Audit as of this moment instead of now.
    #[arg(long, value_name = "TIME", env = "TAGLEDGER_NOW", value_parser = moment)]
    pub now: Option<Timestamp>,
    /// What to print on standard output.
    #[arg(long, value_name = "FORMAT", env = "TAGLEDGER_FORMAT", default_value = "terminal")]
    pub format: Format,
    /// No progress on standard error.
    #[arg(long, short, env = "TAGLEDGER_QUIET")]
    pub quiet: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Scan {
    /// Exported inventories: files, or folders that are read whole. docs/exports.md says which commands write them.
    /// With neither --from nor --cloud, what tagledger.yaml names is read and asked.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub from: Vec<PathBuf>,
    /// Ask this cloud itself, with the credentials of this machine. docs/live.md says what is called.
    #[arg(long, value_name = "CLOUD")]
    pub cloud: Vec<String>,
    /// Regions to ask [default: those that the account has enabled].
    #[arg(long, value_name = "REGION", num_args = 1..)]
    pub region: Vec<String>,
    /// A profile of the cloud's own configuration.
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// How many places of a cloud are asked at the same time [default: 64].
    #[arg(long, value_name = "N", env = "TAGLEDGER_CONCURRENCY", value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_AT_ONCE)))]
    pub concurrency: Option<u32>,
    /// Go on from what an earlier scan with the same --out collected, when it was interrupted, killed or could not see everything; without --out, from
    /// the newest below reports/. What it has seen is not asked for again.
    #[arg(long, env = "TAGLEDGER_RESUME")]
    pub resume: bool,
    /// How long clouds are asked, counted from the beginning of the scan, such as 90m or 5h: what was seen by then is audited and written, the rest is in the
    /// coverage as `the time limit was reached`, and --resume goes on with it. Bills are always read whole.
    #[arg(long, value_name = "DURATION", env = "TAGLEDGER_TIME_LIMIT", value_parser = duration)]
    pub time_limit: Option<Duration>,
    /// How long to wait for another scan with the same --out to end [default: not at all].
    #[arg(long, value_name = "DURATION", env = "TAGLEDGER_WAIT", value_parser = duration)]
    pub wait: Option<Duration>,
    /// The settings [default: tagledger.yaml where it exists].
    #[arg(long, value_name = "FILE", env = "TAGLEDGER_CONFIG")]
    pub config: Option<PathBuf>,
    /// Bills, in FOCUS or a cloud's own form: CSV, .csv.gz or Parquet; files, folders or patterns, here or at s3://, az:// or gs://.
    /// docs/bills.md says which.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub bill: Vec<PathBuf>,
    /// Where copies of bills from object stores, answers of services and months that are over are kept [default: tagledger/bills in the cache folder of the
    /// user; months of bills on disk only where a folder is named].
    #[arg(long, value_name = "DIR", env = "TAGLEDGER_BILL_CACHE")]
    pub bill_cache: Option<PathBuf>,
    /// The folder of the run [default: reports/<time of the audit>].
    #[arg(long, short, value_name = "DIR", env = "TAGLEDGER_OUT")]
    pub out: Option<PathBuf>,
    /// The history that the run is compared with and added to: a folder, or s3://, az:// or gs:// with bucket and path; `none` keeps none
    /// [default: reports/history, unless --out is given].
    #[arg(long, value_name = "PLACE", env = "TAGLEDGER_HISTORY")]
    pub history: Option<String>,
    /// How many days a run stays in the history [default: for ever].
    #[arg(long, value_name = "DAYS", env = "TAGLEDGER_HISTORY_DAYS", value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_DAYS)))]
    pub history_days: Option<u32>,
    /// Tell nobody of the run, whatever `notify:` of tagledger.yaml says.
    #[arg(long, env = "TAGLEDGER_NO_NOTIFY")]
    pub no_notify: bool,
    #[command(flatten)]
    pub audit: Audit,
}

#[derive(Debug, ClapArgs)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct Check {
    /// Plans as `terraform show -json` prints them, CloudFormation and SAM templates, CDK assemblies, Azure what-if answers and templates,
    /// Pulumi previews, Config Connector and Crossplane manifests: files, folders, or `-` for standard input.
    #[arg(value_name = "PLAN", required_unless_present = "tf")]
    pub plans: Vec<PathBuf>,
    /// A plan in Terraform's own binary form; `terraform show -json`, or `tofu`, is run on it.
    #[arg(long, value_name = "FILE")]
    pub tf: Vec<PathBuf>,
    /// Pass over named files that are no plans, as in a folder: for hooks that hand over every changed file.
    #[arg(long)]
    pub skip_others: bool,
    /// The taxonomy.
    #[arg(long, value_name = "FILE", env = "TAGLEDGER_TAXONOMY", default_value = "taxonomy.yaml")]
    pub taxonomy: PathBuf,
    /// The Environment that is deployed to; otherwise the account, subscription or project of each provider says it.
    #[arg(long, value_name = "VALUE", env = "TAGLEDGER_ENVIRONMENT")]
    pub environment: Option<String>,
    /// The account, subscription or project that is deployed to, for plans that do not name it.
    #[arg(long, value_name = "ID", env = "TAGLEDGER_SCOPE")]
    pub scope: Option<String>,
    /// Tags that the deployment puts on every resource of a stack.
    #[arg(long, value_name = "KEY=VALUE,…", value_delimiter = ',')]
    pub stack_tags: Vec<String>,
    /// The folder that the source of the plans is in [default: beside each plan].
    #[arg(long, value_name = "DIR", env = "TAGLEDGER_SOURCE_ROOT")]
    pub source_root: Option<PathBuf>,
    /// Exported inventories that say what accounts and resource groups may lend their tags.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub from: Vec<PathBuf>,
    /// Bills, here or at s3://, az:// or gs://: what exists today is shown with its cost.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub bill: Vec<PathBuf>,
    /// Where copies of bills from object stores are kept [default: tagledger/bills in the cache folder of the user].
    #[arg(long, value_name = "DIR", env = "TAGLEDGER_BILL_CACHE")]
    pub bill_cache: Option<PathBuf>,
    /// Judge resources as well that the plan leaves alone.
    #[arg(long)]
    pub all: bool,
    /// The lowest level of violated findings that makes the exit code 1.
    #[arg(long, value_name = "LEVEL", env = "TAGLEDGER_FAIL_ON", default_value = "error")]
    pub fail_on: LevelArg,
    /// Let undetermined findings make the exit code 1 as well.
    #[arg(long, env = "TAGLEDGER_FAIL_ON_UNDETERMINED")]
    pub fail_on_undetermined: bool,
    /// Only warn until this day; from then on findings fail.
    #[arg(long, value_name = "DATE", env = "TAGLEDGER_WARN_UNTIL", value_parser = moment)]
    pub warn_until: Option<Timestamp>,
    /// Findings listed in this file are known and do not fail.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write the findings of now as a baseline, and exit with 0.
    #[arg(long, value_name = "FILE")]
    pub write_baseline: Option<PathBuf>,
    /// How to print it, several times for several outputs: text, json, sarif, junit, github, github-summary, gitlab, markdown; `=FILE` writes a file.
    #[arg(long, value_name = "FORMAT[=FILE]", default_value = "text")]
    pub format: Vec<String>,
    /// Tells several uploads of one tool apart (SARIF, comments), e.g. the name of the stack.
    #[arg(long, value_name = "NAME", env = "TAGLEDGER_CATEGORY")]
    pub category: Option<String>,
    /// Judge as of this moment instead of now.
    #[arg(long, value_name = "TIME", env = "TAGLEDGER_NOW", value_parser = moment)]
    pub now: Option<Timestamp>,
    /// No progress on standard error.
    #[arg(long, short, env = "TAGLEDGER_QUIET")]
    pub quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SettingsCommand {
    /// Read settings and say everything that is wrong with them.
    Check {
        /// The settings, or several.
        #[arg(value_name = "FILE", default_value = NAME, env = "TAGLEDGER_CONFIG")]
        files: Vec<PathBuf>,
    },
    /// Print the JSON Schema of tagledger.yaml, for editors.
    Schema,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Permissions {
    /// The cloud, by its short name.
    pub cloud: String,
    /// The document [default: the first that --list names].
    pub document: Option<String>,
    /// Say which documents there are, and what each is for.
    #[arg(long, conflicts_with = "document")]
    pub list: bool,
    /// The settings, for the names that they give [default: tagledger.yaml where it exists].
    #[arg(long, value_name = "FILE", env = "TAGLEDGER_CONFIG")]
    pub config: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Demo {
    /// The folder of the run.
    #[arg(long, short, value_name = "DIR", default_value = "reports/demo")]
    pub out: PathBuf,
}
