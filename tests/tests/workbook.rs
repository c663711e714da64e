//! report.xlsx, read by a library of others: typed, inert, and its formulas come to the numbers that stand beside them.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use serde_json::{Value, json};
use tagledger_testkit::{Estate, Spec};
use tagledger_tests::{Desk, python, skipped};

/// Reads a workbook: per sheet its rows, and of each formula its text, the value stored with it, and what it comes to.
fn read(desk: &Desk, file: &str) -> Option<Value> {
    let script = desk.put("read.py", include_str!("workbook/read.py"));
    let output = python()?.arg(script).arg(desk.path(file)).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn its_sums_are_formulas_that_come_to_the_bill() {
    let desk = Desk::new();
    Estate::new(Spec::new(300, 5)).write(&desk.path("estate")).unwrap();
    desk.call("scan --from estate/inventory --bill estate/bill --taxonomy estate/taxonomy.yaml --now 2026-11-01 --out run --format none --history none")
        .exits(1);
    desk.call("report --from run --format xlsx --out book").exits(0);
    desk.call("report --from run --format xlsx --out again").exits(0);
    assert_eq!(std::fs::read(desk.path("book/report.xlsx")).unwrap(), std::fs::read(desk.path("again/report.xlsx")).unwrap(), "the same run, the same bytes");
    let Some(book) = read(&desk, "book/report.xlsx") else { return };
    let report = desk.report("run");
    assert_eq!(book["sheets"], json!(["Summary", "Table", "Cost", "Findings", "Resources", "Environments", "Coverage", "Columns"]));
    let formulas = book["formulas"].as_array().unwrap();
    let months = report["costs"]["months"].as_array().unwrap().len();
    let currencies = report["costs"]["totals"].as_array().unwrap();
    assert!(formulas.len() > 3 * (months + 1) * currencies.len(), "{} formulas", formulas.len());
    for formula in formulas {
        assert_eq!(formula["stored"], formula["recomputed"], "{formula}");
    }
    let words: Vec<&Value> = formulas.iter().filter(|f| f["formula"].as_str().unwrap().contains("\"equal\"")).collect();
    assert_eq!(words.len(), (months + 1) * currencies.len());
    assert!(words.iter().all(|f| f["recomputed"] == "equal"), "{words:?}");
    // What the bill's sums are is known from elsewhere.
    for total in currencies {
        let bill: f64 = total["bill"].as_str().unwrap().parse().unwrap();
        let found = formulas.iter().any(|f| f["sheet"] == "Summary" && f["recomputed"].as_f64().is_some_and(|sum| (sum - bill).abs() < 0.005));
        assert!(found, "no formula comes to {bill}");
    }
    assert_eq!(book["rows"]["Findings"], report["findings"].as_array().unwrap().len() + 1);
    assert_eq!(book["rows"]["Resources"].as_u64().unwrap() - 1, report["inventory"]["resources"].as_u64().unwrap());
    assert_eq!(book["frozen"]["Findings"], "A2");
    let types = &book["types"];
    assert!(types["Cost"]["amount"] == json!(["n"]) && types["Cost"]["bill_rows"] == json!(["n"]), "{types}");
    assert_eq!(types["Resources"]["created"], json!(["d"]));
    // Every column has its meaning, in the words of the docs.
    let named: Vec<&str> = book["columns"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    for sheet in ["Findings", "Resources", "Environments", "Cost"] {
        for column in types[sheet].as_object().unwrap().keys() {
            let key = report["keys"].as_array().unwrap().iter().find_map(|key| column.strip_prefix(key["name"].as_str().unwrap()));
            let stands =
                if column.starts_with("cost_") { "cost_<currency>".to_owned() } else { key.map_or_else(|| column.clone(), |rest| format!("<Key>{rest}")) };
            assert!(named.contains(&stands.as_str()) || named.contains(&column.as_str()), "{sheet}: {column} is not among {named:?}");
        }
    }
}

#[test]
fn another_spreadsheet_comes_to_the_same_numbers() {
    let Some(office) = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).map(|folder| folder.join("soffice")).find(|file| file.exists())
    else {
        return skipped("there is no LibreOffice on PATH; `cargo xtask test` installs its Calc on Debian");
    };
    let desk = Desk::new();
    Estate::new(Spec::new(300, 6)).write(&desk.path("estate")).unwrap();
    desk.call("scan --from estate/inventory --bill estate/bill --taxonomy estate/taxonomy.yaml --now 2026-11-01 --out run --format none --history none")
        .exits(1);
    desk.call("report --from run --format xlsx --out book").exits(0);
    let Some(mut python) = python() else { return };
    let script = desk.put("recompute.py", include_str!("workbook/recompute.py"));
    let output = python.arg(script).arg(office).arg(desk.path("book/report.xlsx")).current_dir(desk.path("")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let compared: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(compared["formulas"].as_u64() > Some(20), "{compared}");
    assert_eq!(compared["differ"], json!([]), "it adds up by itself: the values that the file had were taken out");
}

#[test]
fn hostile_text_is_text() {
    let desk = Desk::laid();
    let hostile = "=HYPERLINK(\"http://127.0.0.1/\",\"x\")";
    let record = json!({"cloud": "onprem", "scope": "dc", "kind": "vm", "id": hostile, "name": "+1+cmd|' /C calc'!A0", "taggable": "yes", "tags": {"Environment": "@SUM(1)", "Note": "a\u{1}\nb"}});
    desk.put("inventory.ndjson", record.to_string());
    desk.call("scan --from inventory.ndjson --taxonomy taxonomy.yaml --out run --format none --history none --now 2026-11-01").exits(1);
    desk.call("report --from run --format xlsx --out book").exits(0);
    let Some(book) = read(&desk, "book/report.xlsx") else { return };
    assert_eq!(book["formulas"], json!([]), "without a bill there is nothing to add up, and nothing of a tag is run");
    let texts: Vec<&str> = book["texts"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(texts.contains(&format!("'{hostile}").as_str()), "as in the CSV files, it would be inert if saved as one");
    assert!(texts.iter().all(|text| !text.starts_with(['=', '+', '@'])), "{texts:?}");
}
