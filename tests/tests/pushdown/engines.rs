//! Engines that others wrote, each asked for the same bill.

use super::{BY, REST, address, laid, runs, table};
use tagledger_tests::{Desk, Server, engines, python};

fn report(desk: &Desk, by: &str, source: &[&str]) -> String {
    desk.call(&format!("cost --by {by} {REST}")).with(source).exits(0).out
}

/// The printed question for a table.
fn printed(desk: &Desk, dialect: &str, of: &str, table: &str) {
    let sql = desk.call(&format!("cost --print-sql --dialect {dialect} --bill {of}")).with(["--table", table]).exits(0).out;
    desk.put("stage1.sql", sql);
}

const DUCKDB: &str = "import duckdb, sys\nduckdb.sql(f\"COPY ({open('stage1.sql').read()}) TO '{sys.argv[1]}'\")\n";

const CHDB: &str = "import chdb, sys\nopen(sys.argv[1], 'wb').write(chdb.query(open('stage1.sql').read(), 'Parquet').bytes())\n";

/// Asks by HTTP, and writes the answer down page by page.
const BIGQUERY: &str = "
import csv, json, sys, urllib.request
base = f'http://127.0.0.1:{sys.argv[2]}/bigquery/v2/projects/p/queries'
def ask(url, body=None):
    with urllib.request.urlopen(urllib.request.Request(url, body and json.dumps(body).encode(), {'Content-Type': 'application/json'})) as answer:
        return json.load(answer)
answer = ask(base, {'query': open('stage1.sql').read(), 'useLegacySql': False})
with open(sys.argv[1], 'w', newline='') as file:
    out = csv.writer(file)
    out.writerow([field['name'] for field in answer['schema']['fields']])
    while True:
        out.writerows([[cell['v'] for cell in row['f']] for row in answer.get('rows', [])])
        if not (token := answer.get('pageToken')):
            break
        answer = ask(f\"{base}/{answer['jobReference']['jobId']}?pageToken={token}\")
";

#[test]
fn every_engine_says_what_the_files_say() {
    let Some((desk, bill)) = laid() else { return };
    let Some(sail) = Server::spark(&[]) else { return };
    let files = BY.map(|by| report(&desk, by, &["--bill", &bill]));
    assert!(files.iter().all(|text| text.lines().count() > 3), "{files:?}");
    for file in ["text.parquet", "typed.parquet"] {
        printed(&desk, "duckdb", file, &format!("'{file}'"));
        runs(&desk, python(), DUCKDB, &["duckdb.parquet"]).unwrap();
        printed(&desk, "clickhouse", file, &format!("file('{file}', Parquet)"));
        runs(&desk, engines(), CHDB, &["chdb.parquet"]).unwrap();
        let (address, table) = (address(&sail), table(&desk, file));
        for (by, files) in BY.iter().zip(&files) {
            assert_eq!(*files, report(&desk, by, &["--bill", file]), "{file} as a file by {by}");
            assert_eq!(*files, report(&desk, by, &["--engine", &address, "--table", &table, "--quiet"]), "{file} by Sail, by {by}");
            for answer in ["duckdb.parquet", "chdb.parquet"] {
                assert_eq!(*files, report(&desk, by, &["--from-stage1", answer]), "{file} as {answer}, by {by}");
            }
        }
    }
}

/// Costs that engines miss in the last digits when they multiply them out, and some of other magnitudes.
const NUMBERS: &str = "
import duckdb
rows = ', '.join(f\"({cost}, 'r{at % 7}')\" for at, cost in enumerate(
    [98765432.12345679, -12345678901.125, 4095.999999999999, 4096.000000000001, 123456.789, 1e-7, 2.5e-9, -0.1, 0.30000000000000004, 0, 7654321.000001] * 9))
table = f\"SELECT 'EUR' AS BillingCurrency, '2026-10-01T00:00:00Z' AS BillingPeriodStart, 'onprem' AS ProviderName, c::DOUBLE AS EffectiveCost, r AS ResourceId FROM (VALUES {rows}) t(c, r)\"
duckdb.sql(f\"COPY ({table}) TO 'numbers.parquet'\")
";

#[test]
fn binary_numbers_are_what_they_are_in_files() {
    let Some((desk, _)) = laid() else { return };
    let Some(sail) = Server::spark(&[]) else { return };
    runs(&desk, python(), NUMBERS, &[]).unwrap();
    let files = report(&desk, "scope", &["--bill", "numbers.parquet"]);
    assert!(files.contains("-110"), "{files}");
    assert_eq!(files, report(&desk, "scope", &["--engine", &address(&sail), "--table", &table(&desk, "numbers.parquet"), "--quiet"]), "by Sail");
    printed(&desk, "duckdb", "numbers.parquet", "'numbers.parquet'");
    runs(&desk, python(), DUCKDB, &["duckdb.parquet"]).unwrap();
    assert_eq!(files, report(&desk, "scope", &["--from-stage1", "duckdb.parquet"]), "by DuckDB");
    printed(&desk, "clickhouse", "numbers.parquet", "file('numbers.parquet', Parquet)");
    runs(&desk, engines(), CHDB, &["chdb.parquet"]).unwrap();
    assert_eq!(files, report(&desk, "scope", &["--from-stage1", "chdb.parquet"]), "by chDB");
    if let Some(spark) = Server::apache_spark() {
        assert_eq!(files, report(&desk, "scope", &["--engine", &address(&spark), "--table", &table(&desk, "numbers.parquet"), "--quiet"]), "by Spark");
    }
}

#[test]
fn bigquery_says_what_the_files_say() {
    let Some((desk, bill)) = laid() else { return };
    let header = desk.call(&format!("cost --print-sql --dialect bigquery --bill {bill} --table t")).exits(0).out;
    assert!(header.contains("BIGNUMERIC"), "{header}");
    let names = first_line(&desk, &bill);
    let fields: Vec<_> = names.iter().map(|name| serde_json::json!({"name": name, "type": "STRING"})).collect();
    let seed = serde_json::json!({"project": "p", "dataset": "d", "tables": {"focus": {"fields": fields, "rows": desk.path("rows.json")}}});
    let Some(server) = Server::script("bigquery.py", &[], &seed.to_string()) else { return };
    printed(&desk, "bigquery", &bill, "`p.d.focus`");
    runs(&desk, python(), BIGQUERY, &["bigquery.csv", &server.port.to_string()]).unwrap();
    for by in BY {
        assert_eq!(report(&desk, by, &["--bill", &bill]), report(&desk, by, &["--from-stage1", "bigquery.csv"]), "by {by}");
    }
}

/// The columns of a packed CSV file.
fn first_line(desk: &Desk, bill: &str) -> Vec<String> {
    let file = std::fs::File::open(desk.path(bill)).unwrap();
    let mut reader = csv::Reader::from_reader(flate2::read::GzDecoder::new(file));
    reader.headers().unwrap().iter().map(str::to_owned).collect()
}

/// Apache Spark takes ten seconds to start and minutes to install: `cargo xtask test --all` does both.
#[test]
fn apache_spark_says_what_the_files_say() {
    let Some((desk, bill)) = laid() else { return };
    let Some(spark) = Server::apache_spark() else { return };
    for (by, file) in BY.iter().flat_map(|by| ["text.parquet", "typed.parquet"].map(|file| (*by, file))) {
        let answer = report(&desk, by, &["--engine", &address(&spark), "--table", &table(&desk, file), "--quiet"]);
        assert_eq!(report(&desk, by, &["--bill", &bill]), answer, "{file} by {by}");
    }
    // It keeps operations itself when a connection breaks, or a stream ends before its result does.
    for fault in ["break=0", "end=0", "break=1"] {
        let Some(between) = Server::spark(&[&format!("engine={}", spark.port), fault]) else { return };
        let done = desk.call(&format!("cost --engine {} {REST} --quiet", address(&between))).with(["--table", &table(&desk, "text.parquet")]).exits(0);
        assert_eq!((done.out, done.err.as_str()), (report(&desk, BY[0], &["--bill", &bill]), ""), "{fault}");
    }
    let call = || desk.call(&format!("cost --engine {} {REST} --quiet", address(&spark)));
    let said = call().with(["--table", "nowhere.bill"]).exits(2).err;
    assert!(said.contains("TABLE_OR_VIEW_NOT_FOUND") && said.contains("nowhere"), "{said}");
    let said = call().with(["--table", &table(&desk, "text.parquet"), "--max-groups", "3"]).exits(2).err;
    assert!(said.contains("at most 3 were allowed"), "{said}");
}
