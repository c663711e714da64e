//! A bill that is added up where it lies: the printed SQL is run by real engines, and what comes back makes the same report, byte for byte.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use tagledger_testkit::{Estate, Spec};
use tagledger_tests::{Desk, python, root};

const REST: &str = "--from estate/inventory --taxonomy estate/taxonomy.yaml --format csv";

/// Runs a script with the packages of the tests.
fn engine(desk: &Desk, script: &str, arguments: &[&str]) -> Option<()> {
    let file = desk.put("engine.py", script);
    let output = python()?.arg(file).args(arguments).current_dir(desk.path(".")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(())
}

fn estate(desk: &Desk) -> String {
    Estate::new(Spec::new(250, 21)).write(&desk.path("estate")).unwrap();
    "estate/bill/aws/BILLING_PERIOD=2026-10/focus-export-00001.csv.gz".to_owned()
}

const DUCKDB: &str = "import duckdb, sys\nsql = open(sys.argv[1]).read()\nduckdb.sql(f\"COPY ({sql}) TO '{sys.argv[2]}'\")\n";

#[test]
fn duckdb_and_this_program_say_the_same() {
    let desk = Desk::new();
    let bill = estate(&desk);
    let table = format!("read_csv('{bill}', all_varchar = true)");
    for (days, out) in [("", "stage1.parquet"), (" --days", "stage1.csv")] {
        let sql = desk.call(&format!("cost --print-sql{days} --bill {bill}")).with(["--table", &table]).exits(0).out;
        desk.put("stage1.sql", &sql);
        let Some(()) = engine(&desk, DUCKDB, &["stage1.sql", out]) else { return };
        for by in ["Environment,Application", "Owner,service,cloud", "scope"] {
            let of = |source: &str| desk.call(&format!("cost {source} --by {by} {REST}")).exits(0).out;
            assert_eq!(of(&format!("--bill {bill}")), of(&format!("--from-stage1 {out}")), "{by} from {out}");
        }
    }
}

#[test]
fn maps_become_text_that_is_read_back() {
    let desk = Desk::new();
    let bill = estate(&desk);
    // As AWS delivers it: the tags a map, the costs decimals.
    let load = "import duckdb, json, sys\n\
                duckdb.sql(f\"COPY (SELECT * REPLACE (CASE WHEN Tags IS NULL OR Tags IN ('', 'NULL') THEN NULL ELSE CAST(CAST(Tags AS JSON) AS MAP(VARCHAR, VARCHAR)) END AS Tags) \
                FROM read_csv('{sys.argv[1]}', all_varchar = true)) TO 'focus.parquet'\")\n";
    let Some(()) = engine(&desk, load, &[&bill]) else { return };
    let sql = desk.call("cost --print-sql --bill focus.parquet").with(["--table", "'focus.parquet'"]).exits(0).out;
    assert!(sql.contains("to_json(\"Tags\")"), "{sql}");
    desk.put("stage1.sql", &sql);
    engine(&desk, DUCKDB, &["stage1.sql", "stage1.parquet"]).unwrap();
    let of = |source: &str| desk.call(&format!("cost {source} {REST}")).exits(0).out;
    assert_eq!(of(&format!("--bill {bill}")), of("--from-stage1 stage1.parquet"));
}

/// The SQL of docs/lake.md about one resource that stands for all that are alike, with the names of this test.
fn views(bill: &str) -> String {
    let page = std::fs::read_to_string(root().join("docs/lake.md")).unwrap();
    let sql = page.split("```sql\n").find(|part| part.starts_with("CREATE VIEW finops.alike")).and_then(|part| part.split("```").next()).unwrap();
    sql.replace("finops.focus AS", &format!("read_csv('{bill}', all_varchar = true) AS"))
        .replace("finops.", "")
        .replace("night/resources.parquet", "run/resources.parquet")
}

#[test]
fn one_resource_stands_for_all_that_are_alike() {
    let desk = Desk::new();
    let bill = estate(&desk);
    desk.call(&format!("scan --from estate/inventory --bill {bill} --taxonomy estate/taxonomy.yaml --now 2026-11-01 --out run --format none --history none"))
        .done()
        .ends(&[0, 1, 3]);
    let sql = desk.call(&format!("cost --print-sql --bill {bill}")).with(["--table", "focus_by_class"]).exits(0).out;
    desk.put("stage1.sql", sql);
    desk.put("views.sql", views(&bill));
    let plain = desk.call(&format!("cost --print-sql --bill {bill}")).with(["--table", &format!("read_csv('{bill}', all_varchar = true)")]).exits(0).out;
    desk.put("plain.sql", plain);
    let script = "import duckdb\nduckdb.sql(open('views.sql').read())\nfor name in ['stage1', 'plain']:\n    duckdb.sql(f\"COPY ({open(name + '.sql').read()}) TO '{name}.parquet'\")\n\
                  count = [duckdb.sql(f\"SELECT count(*), count(DISTINCT ResourceId) FROM '{name}.parquet'\").fetchone() for name in ['stage1', 'plain']]\n\
                  assert count[0][0] < count[1][0] and count[0][1] < count[1][1] * 0.9, count\n";
    let Some(()) = engine(&desk, script, &[]) else { return };
    for by in ["Environment,Application", "Application,service,cloud", "Environment,scope"] {
        let of = |source: &str| desk.call(&format!("cost {source} --by {by} {REST}")).exits(0).out;
        assert_eq!(of(&format!("--bill {bill}")), of("--from-stage1 stage1.parquet"), "{by}");
    }
}

#[test]
fn what_cannot_be_asked_is_said() {
    let desk = Desk::laid();
    let said = desk.call("cost --print-sql --table t --columns EffectiveCost,Tags").exits(2).err;
    assert!(said.contains("BillingCurrency and BillingPeriodStart") && said.contains("FOCUS"), "{said}");
    let said = desk.call("cost --print-sql --columns EffectiveCost").exits(2).err;
    assert!(said.contains("--table") && said.contains("`engine:`"), "{said}");
    let said = desk.call("cost --print-sql --table t").exits(2).err;
    assert!(said.contains("--columns") && said.contains("--bill"), "{said}");
    // The settings say what the bill is called; a flag counts more.
    desk.put("tagledger.yaml", "version: 1\nengine: { kind: spark, url: \"sc://127.0.0.1:9\", table: finops.focus }\n");
    assert!(desk.call("cost --print-sql --dialect trino --bill bill.csv").exits(0).out.contains("FROM finops.focus"));
    assert!(desk.call("cost --print-sql --dialect trino --bill bill.csv --table other").exits(0).out.contains("FROM other"));
    let said = desk.call("cost --dialect oracle --print-sql --table t --columns EffectiveCost").exits(2).err;
    assert!(said.contains("duckdb") && said.contains("trino"), "{said}");
}
