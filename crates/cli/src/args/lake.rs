//! Flags about bills that are added up where they lie.

use clap::{Args, ValueEnum};
use std::path::PathBuf;
use tagledger_cost::Dialect;

/// For a bill that is too large to move.
#[derive(Debug, Args)]
pub(crate) struct Lake {
    /// Print the SQL that adds the bill up where it lies, and stop. docs/lake.md says how to go on.
    #[arg(long, group = "lies")]
    pub print_sql: bool,
    /// Have an engine add the bill up where it lies, and go on from there: the one at this address, such as sc://spark.example.com:15002, else that of the settings.
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, default_missing_value = "", group = "lies", conflicts_with_all = ["bill", "from_stage1"])]
    pub engine: Option<String>,
    /// How many groups the bill may come to there [default: max_groups of the settings, or 10000000].
    #[arg(long, value_name = "N", requires = "engine", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_groups: Option<u32>,
    /// The engine that the SQL is for.
    #[arg(long, value_name = "ENGINE", default_value = "duckdb", requires = "print_sql")]
    pub dialect: DialectArg,
    /// What the engine calls the bill: a table, or anything that stands after FROM [default: that of `engine:` in the settings].
    #[arg(long, value_name = "TABLE", requires = "lies")]
    pub table: Option<String>,
    /// The columns of the table, as they stand there; `:map` behind one that is a map, `:double` behind one of binary numbers, `:record` behind a record. Without it, those of the file that --bill names.
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', requires = "print_sql")]
    pub columns: Vec<String>,
    /// Keep days apart, which only --outlook and rules about single days need.
    #[arg(long, requires = "lies")]
    pub days: bool,
    /// What such SQL has come to, as CSV or Parquet: goes on from there.
    #[arg(long, value_name = "PATH", num_args = 1.., conflicts_with_all = ["bill", "print_sql"])]
    pub from_stage1: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DialectArg {
    Duckdb,
    /// Apache Spark, Databricks, Sail.
    Spark,
    Bigquery,
    Athena,
    /// ClickHouse, chDB.
    Clickhouse,
    Trino,
}

impl From<DialectArg> for Dialect {
    fn from(arg: DialectArg) -> Self {
        match arg {
            DialectArg::Duckdb => Self::Duckdb,
            DialectArg::Spark => Self::Spark,
            DialectArg::Bigquery => Self::Bigquery,
            DialectArg::Athena => Self::Athena,
            DialectArg::Clickhouse => Self::Clickhouse,
            DialectArg::Trino => Self::Trino,
        }
    }
}
