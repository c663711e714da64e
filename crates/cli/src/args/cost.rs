//! Flags of `cost`.

use super::bytes::bytes;
use super::lake::Lake;
use super::{Format, MeasureArg, Money, moment};
use clap::Args as ClapArgs;
use std::path::PathBuf;
use tagledger_model::Timestamp;

#[derive(Debug, ClapArgs)]
pub(crate) struct Cost {
    /// Bills, in FOCUS or a cloud's own form: CSV, .csv.gz or Parquet; files, folders or patterns, here or at s3://, az:// or gs://.
    /// docs/bills.md says which.
    #[arg(long, value_name = "PATH", num_args = 1.., required_unless_present_any = ["columns", "engine", "from_stage1", "print_sql"])]
    pub bill: Vec<PathBuf>,
    /// Where copies of bills from object stores are kept [default: tagledger/bills in the cache folder of the user].
    #[arg(long, value_name = "DIR", env = "TAGLEDGER_BILL_CACHE")]
    pub bill_cache: Option<PathBuf>,
    /// How many bytes a service may bill for the question, where it bills bytes, such as 100GiB [default: what the settings of its cloud say].
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    pub max_bytes_billed: Option<u64>,
    #[command(flatten)]
    pub lake: Lake,
    /// The settings, for services that are asked what things cost [default: tagledger.yaml where it exists].
    #[arg(long, value_name = "FILE", env = "TAGLEDGER_CONFIG")]
    pub config: Option<PathBuf>,
    /// Exported inventories, for costs whose own row has no tag.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub from: Vec<PathBuf>,
    /// What to break costs down by: keys of the taxonomy, or cloud, scope, service, month [default: Environment,Application, or else the taxonomy's first two keys].
    #[arg(long, value_name = "KEY,…", value_delimiter = ',')]
    pub by: Vec<String>,
    /// Only costs of these: Environment=demo, cloud=aws, service=*Compute*; `Owner=` is what nobody owns. Several on one key are alternatives.
    #[arg(long, value_name = "KEY=VALUE")]
    pub r#where: Vec<String>,
    /// The taxonomy.
    #[arg(long, value_name = "FILE", env = "TAGLEDGER_TAXONOMY", default_value = "taxonomy.yaml")]
    pub taxonomy: PathBuf,
    /// The cost that is counted.
    #[arg(long, env = "TAGLEDGER_MEASURE", default_value = "effective")]
    pub measure: MeasureArg,
    #[command(flatten)]
    pub money: Money,
    /// The moment that counts as now: months up to it are asked for, and what is dated after it has no pace.
    #[arg(long, value_name = "TIME", env = "TAGLEDGER_NOW", value_parser = moment)]
    pub now: Option<Timestamp>,
    /// How to print it: terminal, csv or json.
    #[arg(long, value_name = "FORMAT", env = "TAGLEDGER_FORMAT", default_value = "terminal")]
    pub format: Format,
    /// No progress on standard error.
    #[arg(long, short, env = "TAGLEDGER_QUIET")]
    pub quiet: bool,
}
