//! The files over a rich and hostile report, read back.

#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

#[path = "../examples/sample/fixture.rs"]
mod fixture;

use std::collections::BTreeMap;
use std::io::{self, Write};
use tagledger_model::{Amount, Finding};
use tagledger_report::{FORMATS, Report, Sink, Summary, json_schema};

#[derive(Default)]
struct Memory(BTreeMap<String, Vec<u8>>);

impl Sink for Memory {
    fn file(&mut self, name: &str) -> io::Result<Box<dyn Write + '_>> {
        Ok(Box::new(self.0.entry(name.to_owned()).or_default()))
    }
}

fn bytes(format: &str, summary: &Summary, lists: &fixture::Lists) -> BTreeMap<String, Vec<u8>> {
    let mut memory = Memory::default();
    let format = FORMATS.iter().find(|f| f.id() == format).unwrap();
    format.write(&Report { summary, rows: lists }, &mut memory).unwrap();
    memory.0
}

fn written(format: &str, summary: &Summary, lists: &fixture::Lists) -> BTreeMap<String, String> {
    bytes(format, summary, lists).into_iter().map(|(name, bytes)| (name, String::from_utf8(bytes).unwrap())).collect()
}

fn records(text: &str) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_reader(text.as_bytes()).deserialize().map(Result::unwrap).collect()
}

#[test]
fn csv_holds_every_row_and_the_sum_of_the_bill() {
    let (summary, lists) = fixture::sample(300, true);
    let files = written("csv", &summary, &lists);
    assert_eq!(files.keys().collect::<Vec<_>>(), ["cost-by-environment-application.csv", "environments.csv", "findings.csv", "resources.csv"]);
    let findings = records(&files["findings.csv"]);
    assert_eq!(findings.len(), 300);
    assert_eq!(findings[0]["fingerprint"], lists.findings[0].fingerprint.0);
    assert_eq!(records(&files["resources.csv"]).len(), 50);
    let costs = records(&files["cost-by-environment-application.csv"]);
    for total in &summary.costs.as_ref().unwrap().totals {
        let sum: Amount = costs.iter().filter(|r| r["currency"] == total.currency).map(|r| Amount::parse(&r["amount"]).unwrap().0).sum();
        assert_eq!(sum.to_string(), total.bill);
    }
    assert!(costs.iter().any(|r| r["Application"] == "unattributed"));
}

#[test]
fn csv_runs_nothing_in_a_spreadsheet() {
    let (summary, lists) = fixture::sample(300, true);
    for (name, text) in written("csv", &summary, &lists) {
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{name}");
        assert_eq!(text.lines().count(), records(&text).len() + 1, "{name}: no cell spans lines");
        for cell in records(&text).iter().flat_map(|r| r.values()) {
            let first = cell.trim_start().chars().next();
            assert!(!matches!(first, Some('=' | '+' | '-' | '@')) || cell.parse::<f64>().is_ok(), "{name}: {cell}");
        }
    }
}

#[test]
fn csv_keys_name_the_file_and_stray_money_is_an_error() {
    let (mut summary, lists) = fixture::sample(30, false);
    summary.costs.as_mut().unwrap().by = vec!["Cost/Center..".into()];
    for cell in &mut summary.costs.as_mut().unwrap().cells {
        cell.values.truncate(1);
    }
    assert!(written("csv", &summary, &lists).contains_key("cost-by-costcenter.csv"));
    summary.costs.as_mut().unwrap().totals.retain(|t| t.currency == "USD");
    let error = FORMATS[0].write(&Report { summary: &summary, rows: &lists }, &mut Memory::default()).unwrap_err();
    assert!(error.to_string().contains("`EUR`"), "{error}");
}

#[test]
fn json_reads_back_as_what_was_written() {
    for count in [0, 1, 300] {
        let (summary, lists) = fixture::sample(count, true);
        let text = &written("json", &summary, &lists)["report.json"];
        let mut value: serde_json::Value = serde_json::from_str(text).unwrap();
        let findings: Vec<Finding> = serde_json::from_value(value["findings"].take()).unwrap();
        assert_eq!(findings, lists.findings);
        assert_eq!(serde_json::from_str::<Summary>(text).unwrap(), summary);
        assert_eq!(text.lines().filter(|l| l.starts_with("    {\"fingerprint\"")).count() as u64, count, "one finding a line");
    }
}

/// The top of the checkout that the test runs in: its binary may be older, where checkouts share a target folder.
fn top() -> std::path::PathBuf {
    std::path::PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("../..")
}

#[test]
fn the_committed_schema_of_a_check_is_the_one_of_the_types() {
    let path = top().join("check.schema.json");
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, tagledger_report::gate::gate_json_schema()).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == tagledger_report::gate::gate_json_schema(), "check.schema.json is out of date; UPDATE_SCHEMA=1 writes it anew");
}

#[test]
fn the_committed_schema_is_the_one_of_the_types() {
    let path = top().join("report.schema.json");
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, json_schema()).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == json_schema(),
        "report.schema.json is out of date; UPDATE_SCHEMA=1 cargo nextest run --workspace -E 'package(tagledger-report)' writes it anew"
    );
}

#[test]
fn html_is_inert() {
    let (summary, lists) = fixture::sample(300, true);
    let page = &written("html", &summary, &lists)["report.html"];
    // The page's own two scripts and nothing else; no address that a browser would fetch.
    assert_eq!(page.matches("<script").count(), 2);
    assert_eq!(page.matches("</script>").count(), 2);
    // The name of a kind of element is no address, and what the page makes to be taken along is fetched from nowhere.
    let quiet = page.to_lowercase().replace("\"http://www.w3.org/2000/svg\"", "").replace("objecturl(", "");
    for word in ["<img", "http:", "https:", "src=", "@import", "url("] {
        assert!(!quiet.contains(&format!("{word}\"")) && (word == "src=" || !quiet.contains(word)), "{word}");
    }
    assert!(!page.chars().any(|c| c.is_control() && c != '\n'));
    assert!(!page.contains('\u{202e}') && !page.contains('\u{2028}'));
    assert!(page.contains("&lt;&#x2f;script&gt;"), "the hostile application is shown as text");
    assert!(page.contains("script-src &#x27;sha256-") && !page.contains(" style=\"") && !page.contains(" onclick="));
}

#[test]
fn html_embeds_what_it_says() {
    let (summary, lists) = fixture::sample(300, true);
    let page = &written("html", &summary, &lists)["report.html"];
    let json = page.split_once("id=\"data\">").unwrap().1.split_once("</script>").unwrap().0;
    let data: serde_json::Value = serde_json::from_str(json).unwrap();
    assert!(
        written("html", &fixture::sample(30, false).0, &lists)["report.html"]
            .contains("<td class=\"break\">*<br><span class=\"soft small\">eu-central-1</span>")
    );
    let column = &data["findings"]["columns"]["fingerprint"];
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let width = usize::try_from(column["width"].as_u64().unwrap()).unwrap();
    let codes = column["codes"].as_str().unwrap();
    assert_eq!(codes.len(), 300 * width);
    for (row, finding) in lists.findings.iter().enumerate() {
        let code = codes[row * width..(row + 1) * width].chars().fold(0, |n, c| n * 64 + letters.find(c).unwrap());
        assert_eq!(column["words"][code], finding.fingerprint.0.as_str());
    }
}

#[test]
fn equal_input_gives_equal_bytes() {
    for format in FORMATS {
        let (summary, lists) = fixture::sample(300, true);
        assert!(bytes(format.id(), &summary, &lists) == bytes(format.id(), &summary, &lists), "{}", format.id());
    }
}

#[test]
fn a_run_without_a_bill_is_a_report_too() {
    let (mut summary, mut lists) = fixture::sample(30, true);
    summary.costs = None;
    lists.findings.iter_mut().for_each(|f| f.money.clear());
    lists.resources.iter_mut().for_each(|r| r.cost.clear());
    assert_eq!(written("csv", &summary, &lists).len(), 3);
    assert!(written("html", &summary, &lists)["report.html"].contains("Findings"));
}
