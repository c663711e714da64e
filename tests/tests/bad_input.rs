//! Bad input: one clear message that names file and place, the exit code of DESIGN §8, nothing on standard output and nothing left behind.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use flate2::{Compression, write::GzEncoder};
use std::fmt::Write as _;
use std::io::Write;
use tagledger_tests::{BILL, Desk, INVENTORY, TAXONOMY, root};

/// A scan of the whole desk.
const SCAN: &str = "scan --from inventory.csv --bill bill.csv --now 2026-11-01 --out run";

fn utf16(text: &str) -> Vec<u8> {
    [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::default());
    out.write_all(text.as_bytes()).unwrap();
    out.finish().unwrap()
}

/// The call fails with this code and one message, which begins with these words and holds those; nothing is left behind.
#[track_caller]
fn refused(desk: &Desk, words: &str, code: i32, begins: &str, holds: &[&str]) {
    let before = desk.names();
    let done = desk.call(words).exits(code);
    assert_eq!(done.out, "", "nothing on standard output");
    assert_eq!(done.err.lines().count(), 1, "one message: {}", done.err);
    let message = done.err.strip_prefix("error: ").unwrap_or_else(|| panic!("no error: {}", done.err));
    assert!(message.starts_with(begins), "`{message}` does not begin with `{begins}`");
    for part in holds {
        assert!(message.contains(part), "`{message}` does not hold `{part}`");
    }
    assert_eq!(desk.names(), before, "something is left behind");
}

/// The same for an inventory file of that name and content.
#[track_caller]
fn inventory(name: &str, bytes: impl AsRef<[u8]>, begins: &str, holds: &[&str]) {
    let desk = Desk::laid();
    desk.put(name, bytes);
    refused(&desk, &SCAN.replace("inventory.csv", name), 2, begins, holds);
}

/// The same for a bill file of that name and content; `cost` and `scan` say the same.
#[track_caller]
fn bill(name: &str, bytes: impl AsRef<[u8]>, begins: &str, holds: &[&str]) {
    let desk = Desk::laid();
    desk.put(name, bytes);
    refused(&desk, &SCAN.replace("bill.csv", name), 2, begins, holds);
    refused(&desk, &format!("cost --bill {name}"), 2, begins, holds);
}

const ACCOUNTS: &str = r#"{
    "Accounts": [
        {"Id": "111122223333", "Arn": "arn:aws:organizations::999900001111:account/o-a/111122223333", "Name": "one", "Status": "ACTIVE"},
        {"Id": "444455556666", "Arn": "arn:aws:organizations::999900001111:account/o-a/444455556666", "Name": "two", "Status": "ACTIVE"}
    ]
}
"#;

#[test]
fn the_desk_is_fine() {
    let desk = Desk::laid();
    desk.call(SCAN).exits(0);
    assert!(desk.names().contains("run/report.json"));
    assert!(!desk.names().iter().any(|n| n.starts_with('.')), "{:?}", desk.names());
}

#[test]
fn json_that_is_cut_off() {
    inventory("cut.json", &ACCOUNTS[..180], "cut.json:4:", &[]);
    // Inside the first record, before anything tells what the file is.
    inventory("cut.json", &ACCOUNTS[..40], "cut.json:3:", &["cut off"]);
    inventory("cut.json", "{\"Accounts\": [", "cut.json:1:1", &["cut off"]);
    inventory("cut.json", "{", "cut.json:1:", &["cut off"]);
    inventory("broken.json", "{\"Accounts\": [{\"Id\": 1,,}]}", "broken.json:1:", &["not the JSON"]);
    let desk = Desk::laid();
    desk.put("in/a.csv", INVENTORY);
    desk.put("in/cut.json", &ACCOUNTS[..40]);
    refused(&desk, "scan --from in --out run", 2, "in/cut.json:3:", &["cut off"]);
    // A template of somebody else's in the folder is a gap, not a mistake.
    desk.put("in/cut.json", "{% for a in b %}");
    desk.call("scan --from in --out run").exits(3);
    inventory("cut.ndjson", "{\"cloud\":\"onprem\",\"scope\":\"a\",\"kind\":\"vm\",\"id\":\"1\"}\n{\"cloud\":\"onpr", "cut.ndjson:2:", &[]);
    inventory("twice.json", "{\"Accounts\": []}}", "twice.json:1:17", &[]);
}

#[test]
fn every_cut_of_an_export_is_refused_or_read_whole() {
    let desk = Desk::laid();
    let path = "examples/estate/inventory/aws/organizations-accounts.json";
    let whole = std::fs::read(root().join(path)).unwrap();
    let last = whole.iter().rposition(|b| *b == b'}').unwrap();
    for at in [1, 2, 15, 30, 60, 100, 250, whole.len() / 2, last - 4, last] {
        desk.put("cut.json", &whole[..at]);
        refused(&desk, "scan --from cut.json --out run", 2, "cut.json", &[]);
    }
}

#[test]
fn wrong_encodings() {
    for (name, text) in [("a.json", ACCOUNTS), ("a.csv", INVENTORY)] {
        inventory(name, utf16(text), &format!("{name}:1:1: "), &["UTF-16", "-Encoding utf8"]);
    }
    bill("b.csv", utf16(BILL), "b.csv:1:1: ", &["UTF-16", "-Encoding utf8"]);
    let mut latin1 = INVENTORY.replace("vm-1", "vm-M").into_bytes();
    let at = latin1.iter().position(|b| *b == b'M').unwrap();
    latin1[at] = 0xfc;
    inventory("latin1.csv", latin1, "latin1.csv:2:", &["UTF-8"]);
    let latin1: Vec<u8> = BILL.replace("Support,,", "Support,,M\u{1}").bytes().map(|b| if b == 1 { 0xfc } else { b }).collect();
    bill("latin1.csv", latin1, "latin1.csv:3:Tags: ", &["UTF-8"]);
}

#[test]
fn a_byte_order_mark_is_accepted() {
    let desk = Desk::laid();
    for name in ["inventory.csv", "bill.csv", "taxonomy.yaml"] {
        desk.put(name, format!("\u{feff}{}", desk.text(name)));
    }
    desk.call(SCAN).exits(0);
    assert_eq!(desk.report("run")["costs"]["totals"][0]["bill"], "11.75");
    desk.put("accounts.json", format!("\u{feff}{ACCOUNTS}"));
    desk.call("scan --from accounts.json --allow-partial --out run").exits(0);
}

#[test]
fn a_small_file_does_not_fill_the_memory() {
    // A hundred kilobytes that become one row without end.
    let row = format!("{BILL}1,1,1,1,EUR,2026-10-01,onprem,dc-1,Machines,\"{}", "a".repeat(90 << 20));
    bill("bomb.csv.gz", gzip(&row), "bomb.csv.gz: ", &["a row is longer than 64 MiB"]);
}

#[test]
fn thousands_of_mistakes_in_one_line_do_not_draw_it_each_time() {
    let desk = Desk::new();
    let many = "quired: true, ".repeat(3_000);
    desk.put("taxonomy.yaml", format!("version: 1\nkeys:\n  A: {{ {many} }}\n  B: {{ requird: true }}\n"));
    let done = desk.call("taxonomy check").within_limits(30, 4 << 10).exits(2);
    // Every mistake is told with its place; a line that fits a screen is drawn.
    assert!(done.err.contains("taxonomy.yaml:3:41994: error: `quired` is given twice") && done.err.contains("3001 mistakes"), "{:.2000}", done.err);
    assert!(done.err.len() < 1_000_000, "{}", done.err.len());
    let few = desk.text("taxonomy.yaml").replace(&many, "");
    desk.put("taxonomy.yaml", few);
    assert!(desk.call("taxonomy check").exits(2).err.contains("B: { requird: true }"));
}

#[test]
fn folders_without_anything_to_read() {
    let desk = Desk::laid();
    std::fs::create_dir(desk.path("empty")).unwrap();
    refused(&desk, "scan --from empty --out run", 2, "empty: ", &["no files"]);
    refused(&desk, "scan --from inventory.csv --bill empty --out run", 2, "empty: ", &["no .csv"]);
    refused(&desk, "scan --from nowhere --out run", 2, "nowhere: ", &["No such file"]);
    refused(&desk, "cost --bill nowhere.csv", 2, "nowhere.csv: ", &["No such file"]);
    refused(&desk, "cost --bill nowhere/*.csv", 2, "nowhere/*.csv: ", &["no file matches"]);
    desk.put("strange/notes.txt", "buy milk\n");
    desk.put("strange/other.json", "{\"hello\": [1, 2]}");
    refused(&desk, "scan --from strange --out run", 2, "strange: ", &["notes.txt", "other.json", "docs/exports.md"]);
    refused(&desk, "scan --from inventory.csv --bill strange --out run", 2, "strange: ", &["no .csv"]);
}

#[test]
fn an_unknown_file_among_good_ones_is_a_gap() {
    let desk = Desk::laid();
    desk.put("in/a.csv", INVENTORY);
    desk.put("in/b.json", "{\"hello\": [1, 2]}");
    let done = desk.call("scan --from in --out run").exits(3);
    assert!(done.out.contains("b.json") && done.out.contains("failed"), "{}", done.out);
    let report = desk.report("run");
    let row = report["coverage"].as_array().unwrap().iter().find(|c| c["outcome"] == "failed").unwrap().clone();
    assert_eq!(row["file"], "in/b.json");
    assert!(row["why"].as_str().unwrap().contains("`hello`"), "{row}");
    desk.call("scan --from in --out run --allow-partial").exits(0);
    // Findings come before gaps.
    desk.put("in/a.csv", INVENTORY.replace("production", ""));
    desk.call("scan --from in --out run").exits(1);
    // Named itself, it is a mistake.
    refused(&desk, "scan --from in/a.csv in/b.json --out other", 2, "in/b.json: ", &["not an export", "`hello`"]);
}

#[test]
fn files_that_are_empty_broken_or_something_else() {
    inventory("zero.json", "", "zero.json: ", &["0 bytes"]);
    inventory("blank.json", " \n\n", "blank.json: ", &[]);
    bill("zero.csv", "", "zero.csv: ", &["0 bytes"]);
    inventory("notes.txt", "buy milk\nand bread\n", "notes.txt: ", &["not an export", "docs/exports.md"]);
    inventory("table.csv", "id,colour\n1,red\n", "table.csv: ", &["colour"]);
    inventory("bill-as-inventory.csv", BILL, "bill-as-inventory.csv: ", &["BilledCost"]);
    let whole = gzip(&INVENTORY.repeat(200));
    inventory("a.csv.gz", &whole[..whole.len() - 9], "a.csv.gz: ", &["gzip"]);
    let mut flipped = whole;
    for byte in &mut flipped[12..20] {
        *byte ^= 0x5a;
    }
    inventory("a.csv.gz", flipped, "a.csv.gz: ", &["gzip"]);
}

#[test]
fn generic_inventories_with_mistakes() {
    inventory("a.csv", INVENTORY.replace(",vm-1,", ",,"), "a.csv:2:", &["`id`"]);
    inventory("a.csv", INVENTORY.replace(",yes,", ",maybe,"), "a.csv:2:", &["taggable", "maybe"]);
    inventory("a.csv", format!("{INVENTORY}onprem,dc-1\n"), "a.csv:3:", &[]);
    inventory("a.csv", "cloud,scope,kind,id,created\nonprem,dc-1,vm,a,2026-01-01\nonprem,dc-1,vm,b,yesterday\n", "a.csv:3:", &["yesterday", "2026-01-31"]);
    inventory("a.ndjson", "{\"cloud\":\"onprem\",\"scope\":\"a\",\"kind\":\"vm\",\"id\":\"1\",\"created\":\"soon\"}\n", "a.ndjson", &["soon"]);
    inventory("a.csv", "cloud,scope,kind,id,tags\nonprem,dc-1,vm,a,{broken\n", "a.csv:2:", &["tags"]);
}

#[test]
fn bills_with_mistakes() {
    bill("other.csv", "id,colour\n1,red\n", "other.csv: ", &["EffectiveCost", "BillingCurrency", "BillingPeriodStart", "`colour`"]);
    bill("short.csv", BILL.replace("EffectiveCost", "Cost"), "short.csv: ", &["EffectiveCost", "--measure"]);
    bill("a.csv", BILL.replace("10.25", "ten"), "a.csv:2:EffectiveCost: ", &["ten"]);
    bill("a.csv", BILL.replacen("1.5,1.5", "1.5,1.5.5", 1), "a.csv:3:EffectiveCost: ", &["1.5.5"]);
    bill("a.csv", BILL.replace("10.25", "\"10,25\""), "a.csv:2:EffectiveCost: ", &["10,25"]);
    bill("a.csv", BILL.replace("10.25", "NaN"), "a.csv:2:EffectiveCost: ", &["NaN"]);
    bill("a.csv", BILL.replace("10.25", "1e99"), "a.csv:2:EffectiveCost: ", &["1e99"]);
    bill("a.csv", BILL.replacen("2026-10-01T00:00:00Z", "October", 1), "a.csv:2:BillingPeriodStart: ", &["October"]);
    bill("a.csv", BILL.replacen("EUR", "", 1), "a.csv:2:BillingCurrency: ", &["currency"]);
    bill("a.csv", format!("{BILL}1,2,3\n"), "a.csv:4:", &["3 cells", "11"]);
    bill("a.csv", &BILL[..BILL.len() - 20], "a.csv:3:", &["cut off"]);
    bill("a.csv.gz", &gzip(&BILL.repeat(50))[..60], "a.csv.gz: ", &["cut off"]);
    bill("a.parquet", b"PAR1 and then nothing that is one", "a.parquet: ", &[]);
    bill("a.parquet", b"PAR1", "a.parquet: ", &[]);
    // Of several files the first broken one is named, whatever thread meets it.
    let desk = Desk::laid();
    for name in ["b/1.csv", "b/2.csv", "b/3.csv"] {
        desk.put(name, if name == "b/1.csv" { BILL.to_owned() } else { BILL.replace("10.25", "ten").replace("vm-1", name) });
    }
    refused(&desk, "cost --bill b", 2, "b/2.csv:2:EffectiveCost: ", &["ten"]);
}

#[test]
fn parquet_that_is_cut_or_scribbled_over() {
    let path = "examples/estate/bill/gcp/BILLING_PERIOD=2026-09/focus-000000000000.parquet";
    let whole = std::fs::read(root().join(path)).unwrap();
    bill("cut.parquet", &whole[..whole.len() / 2], "cut.parquet: ", &[]);
    for place in [6, 200, 1000, whole.len() / 2, whole.len() - 200] {
        let mut broken = whole.clone();
        for byte in &mut broken[place..place + 40] {
            *byte ^= 0xa5;
        }
        let desk = Desk::laid();
        desk.put("broken.parquet", broken);
        let done = desk.call(&SCAN.replace("bill.csv", "broken.parquet")).done();
        // Bits inside of a page may still be valid text; what must not happen is a panic.
        assert!(matches!(done.code, 0..=2), "at byte {place}: {} {}", done.code, done.err);
        assert!(done.code != 2 || done.err.starts_with("error: broken.parquet"), "{}", done.err);
        assert!(!done.err.contains("panicked"), "{}", done.err);
    }
}

#[test]
fn taxonomies_with_mistakes() {
    let desk = Desk::laid();
    refused(&desk, "scan --from inventory.csv --taxonomy no.yaml --out run", 2, "no.yaml: ", &["No such file"]);
    let wrong = "version: 1
keys:
  Environment: { required: yes please, values: { production: [prod], test: [prod] } }
  Application: { patern: \"[\" }
stages:
  - environment: prodction
    aws: { accounts: [\"111122223333\"] }
rules:
  missing-required-keys: warn
";
    desk.put("taxonomy.yaml", wrong);
    let before = desk.names();
    for words in [SCAN, "taxonomy check", "cost --bill bill.csv"] {
        let done = desk.call(words).exits(2);
        assert_eq!(done.out, "");
        for place in
            ["taxonomy.yaml:3:28: error: ", "taxonomy.yaml:3:", "taxonomy.yaml:4:18: error: ", "taxonomy.yaml:6:18: error: ", "taxonomy.yaml:9:3: error: "]
        {
            assert!(done.err.contains(place), "{place} in\n{}", done.err);
        }
        for nearest in ["`pattern`", "`production`", "`missing-required-key`"] {
            assert!(done.err.contains(nearest), "{nearest} in\n{}", done.err);
        }
        assert!(done.err.trim_end().ends_with("mistakes; nothing was done"), "{}", done.err);
        assert!(!done.err.contains('\u{1b}'));
    }
    assert_eq!(desk.names(), before);
    for broken in ["", "version: 1\n", "keys: [", "- a\n- b\n", "\t", "version: 99\nkeys: {}\n", "version: 1\nkeys: {}\nversion: 1\n"] {
        desk.put("taxonomy.yaml", broken);
        let done = desk.call(SCAN).exits(2);
        assert!(done.out.is_empty() && done.err.contains("taxonomy.yaml") && !done.err.contains("panicked"), "{broken:?}: {}", done.err);
    }
    desk.put("taxonomy.yaml", utf16(TAXONOMY));
    let done = desk.call(SCAN).exits(2);
    assert!(done.err.contains("taxonomy.yaml") && done.err.contains("UTF-8"), "{}", done.err);
    assert_eq!(desk.names(), before);
}

#[test]
fn side_files_with_mistakes() {
    let desk = Desk::laid();
    desk.put("taxonomy.yaml", TAXONOMY.replace("pattern: \"[a-z][a-z0-9-]+\"", "catalogue: applications.csv"));
    let said = |desk: &Desk| desk.call("taxonomy check").exits(2).err;
    assert!(said(&desk).contains("applications.csv"), "{}", said(&desk));
    desk.put("applications.csv", "");
    assert!(said(&desk).contains("applications.csv"), "{}", said(&desk));
    desk.put("applications.csv", utf16("application\nshop\n"));
    assert!(said(&desk).contains("applications.csv"), "{}", said(&desk));
}

#[test]
fn words_that_mean_nothing() {
    let desk = Desk::laid();
    refused(&desk, "cost --bill bill.csv --by Environment,Team", 2, "--by: `Team`", &["Environment, Application"]);
    refused(&desk, "cost --bill bill.csv --format html", 2, "cost prints", &[]);
    refused(&desk, "explain no-such-rule", 2, "`no-such-rule` is neither", &["missing-required-key"]);
    refused(&desk, "explain abc", 2, "`abc` is neither", &["4 to 16"]);
    refused(&desk, "explain abcdef01", 2, "reports: ", &["--run"]);
    refused(&desk, "explain abcdef01 --run nowhere", 2, "nowhere: ", &["no run"]);
    refused(&desk, "report --from nowhere", 2, "nowhere: ", &["no run"]);
    desk.call(SCAN).exits(0);
    refused(&desk, "explain abcdef01 --run run", 2, "run: ", &["abcdef01"]);
    for words in ["scan", "cost", "report", "explain", "frobnicate", "scan --from a --fail-on never", "scan --from a --now tomorrow", "completions tcsh", ""] {
        let done = desk.call(words).exits(2);
        assert!(done.out.is_empty() && !done.err.is_empty(), "{words}: {} {}", done.out, done.err);
    }
}

#[test]
fn damaged_runs() {
    let desk = Desk::laid();
    desk.call(SCAN).exits(0);
    let head = desk.text("run/run.json");
    desk.put("run/run.json", &head[..head.len() / 2]);
    refused(&desk, "report --from run", 2, "run/run.json: ", &["damaged"]);
    desk.put("run/run.json", head.replace("\"layout\": 4", "\"layout\": 7"));
    refused(&desk, "report --from run", 2, "run: ", &["layout 7"]);
    desk.put("run/run.json", &head);
    desk.put("run/findings.parquet", "PAR1");
    for words in ["report --from run", "report --from run --format json", "explain abcdef01 --run run"] {
        let done = desk.call(words).exits(2);
        assert!(done.err.contains("run/findings.parquet") && done.err.lines().count() == 1, "{words}: {}", done.err);
    }
}

#[test]
fn output_that_cannot_be_written() {
    let desk = Desk::laid();
    desk.put("file", "x");
    refused(&desk, &SCAN.replace("--out run", "--out file/run"), 4, "file", &["cannot be written"]);
    refused(&desk, &SCAN.replace("--out run", "--out /proc/run"), 4, "/proc", &["cannot be written"]);
    refused(&desk, &SCAN.replace("--out run", "--out file"), 2, "file: ", &["is a file"]);
    desk.put("mine/letter.txt", "dear");
    refused(&desk, &SCAN.replace("--out run", "--out mine"), 2, "mine: ", &["no run"]);
    assert_eq!(desk.text("mine/letter.txt"), "dear");
    desk.call(SCAN).exits(0);
    refused(&desk, "report --from run --out file", 4, "file", &["cannot be written"]);
    refused(&desk, "report --from run --out file/below", 4, "file", &["cannot be written"]);
}

#[test]
fn a_full_disk_leaves_no_half_report() {
    let desk = Desk::laid();
    let mut inventory = "cloud,scope,kind,id,taggable,tags\n".to_owned();
    for n in 0..400 {
        writeln!(inventory, "onprem,dc-1,vm,machine-{n:05},yes,{{}}").unwrap();
    }
    desk.put("inventory.csv", inventory);
    let before = desk.names();
    let done = desk.call(SCAN).on_a_full_disk(40).exits(4);
    assert!(done.err.contains("cannot be written") && done.err.lines().count() == 1, "{}", done.err);
    // The folder is named as it was asked for, not the hidden one beside it.
    assert!(done.err.starts_with("error: run") && !done.err.contains("partial"), "{}", done.err);
    assert_eq!((done.out.as_str(), desk.names()), ("", before.clone()));
    // A run that stood there before still stands.
    desk.call(SCAN).exits(1);
    let stood = desk.text("run/report.json");
    desk.call(SCAN).on_a_full_disk(40).exits(4);
    assert_eq!(desk.text("run/report.json"), stood);
    let done = desk.call("report --from run --out again").on_a_full_disk(40).exits(4);
    assert!(done.err.contains("cannot be written"), "{}", done.err);
    assert!(!desk.names().iter().any(|n| n.starts_with("again") || n.starts_with('.')), "{:?}", desk.names());
}

#[test]
fn a_reader_who_leaves_and_a_full_pipe() {
    let desk = Desk::laid();
    desk.call(SCAN).exits(0);
    let mut call = desk.call("report --from run --format json");
    call.0.stdout(std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
    let done = call.0.stderr(std::process::Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&done.stderr).contains("standard output: cannot be written"));
    for format in ["html", "csv", "json", "xlsx", "openmetrics", "terminal"] {
        let mut call = desk.call(&format!("report --from run --format {format}"));
        let mut child = call.0.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let done = child.wait_with_output().unwrap();
        assert_eq!((done.status.code(), String::from_utf8_lossy(&done.stderr).as_ref()), (Some(0), ""), "{format}");
    }
}
