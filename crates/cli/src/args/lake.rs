//! Flags about bills that are added up where they lie.

use clap::{Args, ValueEnum};
use std::path::PathBuf;
use tagledger_cost::Dialect;

/// For a bill that is too large to move.
#[derive(Debug, Args)]
pub(crate) struct Lake {
    /// Print the SQL that adds the bill up where it lies, and stop. docs/lake.md says how to go on.
    #[arg(long, requires = "table")]
    pub print_sql: bool,
    /// The engine that the SQL is for.
    #[arg(long, value_name = "ENGINE", default_value = "duckdb", requires = "print_sql")]
    pub dialect: DialectArg,
    /// What the engine calls the bill: a table, or anything that stands after FROM.
    #[arg(long, value_name = "TABLE", requires = "print_sql")]
    pub table: Option<String>,
    /// The columns of the table, as they stand there; `:map` behind one that is a map. Without it, those of the file that --bill names.
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', requires = "print_sql")]
    pub columns: Vec<String>,
    /// Keep days apart, which only --outlook and rules about single days need.
    #[arg(long, requires = "print_sql")]
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
