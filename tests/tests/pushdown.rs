//! A bill that an engine adds up where it lies: the same report as from its files, byte for byte, whatever happens on the way, or none.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

#[path = "pushdown/engines.rs"]
mod engines;
#[path = "pushdown/settings.rs"]
mod settings;
#[path = "pushdown/weather.rs"]
mod weather;

use std::process::Command;
use tagledger_testkit::{Estate, Spec};
use tagledger_tests::{Desk, Server, python};

const REST: &str = "--from estate/inventory --taxonomy estate/taxonomy.yaml --format csv";

/// What costs are broken down by, so that every column that is asked for matters.
const BY: [&str; 3] = ["Environment,Application", "Owner,service,cloud", "scope"];

/// Runs a script that must end well.
fn runs(desk: &Desk, python: Option<Command>, script: &str, arguments: &[&str]) -> Option<()> {
    let file = desk.put("script.py", script);
    let output = python?.arg(file).args(arguments).current_dir(desk.path(".")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(())
}

/// Writes the bill as text in every column, and as a lake would have it: tags a map, costs binary numbers, moments moments.
const LOAD: &str = "
import duckdb, sys
bill = f\"read_csv('{sys.argv[1]}', all_varchar = true)\"
costs = ', '.join(f'CAST({c} AS DOUBLE) AS {c}' for c in ('BilledCost', 'EffectiveCost', 'ListCost', 'ContractedCost'))
times = ', '.join(f'CAST({c} AS TIMESTAMPTZ) AS {c}' for c in ('BillingPeriodStart', 'ChargePeriodStart'))
tags = \"CASE WHEN Tags IS NULL OR Tags IN ('', 'NULL') THEN NULL ELSE CAST(CAST(Tags AS JSON) AS MAP(VARCHAR, VARCHAR)) END AS Tags\"
duckdb.sql(\"SET TimeZone = 'UTC'\")
duckdb.sql(f\"COPY (SELECT * EXCLUDE (BILLING_PERIOD) FROM {bill}) TO 'text.parquet'\")
duckdb.sql(f\"COPY (SELECT * EXCLUDE (BILLING_PERIOD) REPLACE ({costs}, {times}, {tags}) FROM {bill}) TO 'typed.parquet'\")
duckdb.sql(f\"COPY (SELECT * EXCLUDE (BILLING_PERIOD) FROM {bill}) TO 'rows.json' (FORMAT JSON)\")
";

/// An estate whose bill lies on the desk as `text.parquet`, `typed.parquet` and `rows.json`; none where there is no Python to write them.
fn laid() -> Option<(Desk, String)> {
    let desk = Desk::new();
    Estate::new(Spec::new(250, 21)).write(&desk.path("estate")).unwrap();
    let bill = "estate/bill/aws/BILLING_PERIOD=2026-10/focus-export-00001.csv.gz".to_owned();
    runs(&desk, python(), LOAD, &[&bill])?;
    Some((desk, bill))
}

/// A file on the desk, as the engine has it.
fn table(desk: &Desk, file: &str) -> String {
    format!("parquet.`{}`", desk.path(file).display())
}

fn address(server: &Server) -> String {
    format!("sc://127.0.0.1:{}", server.port)
}
