//! Everything that a cloud returns was written by anyone with an account. Here it is as bad as it can be, and comes out inert in every format.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

#[path = "hostile/gate.rs"]
mod gate;
#[path = "hostile/others.rs"]
mod others;

use serde_json::{Value, json};
use std::fmt::Write;
use tagledger_tests::{Desk, TAXONOMY, columns, is_invisible, records};

fn texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        "<script>alert(1)</script>",
        "</script><script>alert(2)</script>",
        "<img src=x onerror=alert(3)>",
        "\"><svg onload=alert(4)>",
        "'><b>bold</b>",
        "<!--",
        "]]>",
        "{{ 7 * 7 }}{% raw %}",
        "=cmd|' /C calc'!A0",
        "=HYPERLINK(\"http://example.com\",\"x\")",
        "+1+1",
        "-1+1",
        "@SUM(1)",
        "\t=1+1",
        "\r=1+1",
        "  =1+1",
        "a;=1+1",
        "\u{ff1d}1+1",
        "\u{feff}=1+1",
        "\u{1b}[31mred\u{1b}[0m\u{7}",
        "\u{1b}]0;title\u{7}\u{9b}2J",
        "first\nsecond\r\n::error::third",
        "a\u{0}b\u{8}\u{8}c",
        "\u{202e}gpj.exe\u{2066}x\u{2069}",
        "zero\u{200b}width\u{200d}join",
        "| cell | `code` | [link](javascript:alert(5)) |",
        "a,b,\"c\",'d'",
        "a`` <img src=x> `` ``` @team https://example.com",
        "\\\" \\u0041 \\n",
        "line\u{2028}separator\u{2029}s",
        "$(reboot) `reboot` %PATH% ${HOME}",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.push("日本語🦀é".chars().cycle().take(256).collect());
    texts.push("e\u{301}\u{302}\u{303}\u{304}".repeat(64));
    texts.push("x".repeat(256));
    texts
}

/// A desk whose inventory and bill hold each text in every place that a cloud's users can write: id, name, region, kind, scope, group, key and value.
fn hostile() -> Desk {
    let desk = Desk::new();
    desk.put("taxonomy.yaml", TAXONOMY);
    let mut inventory = String::new();
    let mut bill = csv::Writer::from_writer(Vec::new());
    bill.write_record(["EffectiveCost", "BillingCurrency", "BillingPeriodStart", "ProviderName", "SubAccountId", "ServiceName", "ResourceId", "Tags"]).unwrap();
    for (number, text) in (0..).zip(texts()) {
        let records = [
            json!({"cloud": "onprem", "scope": format!("dc{text}"), "kind": "scope", "name": text, "tags": {text.clone(): text}}),
            json!({"cloud": "onprem", "scope": format!("dc{text}"), "kind": "vm", "id": format!("{text}{number}"), "name": text, "region": text, "group": text,
                "taggable": "yes", "tags": {"Environment": text, "env": "production", text.clone(): text}}),
            json!({"cloud": "onprem", "scope": "dc", "kind": text, "id": format!("plain-{number}"), "taggable": "yes", "tags": {"Application": text}}),
        ];
        for record in records {
            writeln!(inventory, "{record}").unwrap();
        }
        let tags = json!({"Application": text, text.clone(): text}).to_string();
        let id = format!("{text}{number}");
        bill.write_record(["1.25", "EUR", "2026-10-01", text.as_str(), &format!("dc{text}"), &text, &id, &tags]).unwrap();
        bill.write_record(["2.5", &format!("X{text}"), "2026-10-01", "onprem", "dc", &text, &text, &text]).unwrap();
    }
    desk.put("inventory.ndjson", inventory);
    desk.put("bill.csv", bill.into_inner().unwrap());
    desk
}

const SCAN: &str = "scan --from inventory.ndjson --bill bill.csv --now 2026-11-01 --out run";

#[track_caller]
fn fits_a_terminal(text: &str) {
    if let Some(found) = text.chars().find(|c| is_invisible(*c)) {
        panic!("{found:?} reaches the terminal");
    }
    for line in text.lines() {
        assert!(columns(line) <= 80, "{} columns: {line}", columns(line));
    }
}

/// A text of Markdown without what we put between letters ourselves, so that nobody is called by name and nothing becomes a link.
fn without_breaks(markdown: &str) -> String {
    [("@\u{200b}", "@"), (":\u{200b}//", "://"), ("www\u{200b}.", "www.")].iter().fold(markdown.to_owned(), |text, (broken, whole)| text.replace(broken, whole))
}

#[track_caller]
fn runs_nothing(csv: &str) {
    assert!(!csv.contains(is_invisible), "a character that cannot be seen");
    let rows = records(csv);
    assert_eq!(csv.lines().count(), rows.len() + 1, "a cell spans lines");
    for cell in rows.iter().flat_map(|r| r.iter().flat_map(|(name, cell)| [name, cell])).flat_map(|c| c.split(';')) {
        let first = cell.trim_start().chars().next();
        let is_formula = matches!(first, Some('=' | '+' | '-' | '@' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}'));
        assert!(!is_formula || cell.parse::<f64>().is_ok(), "a formula: {cell}");
    }
}

#[test]
fn the_terminal_shows_no_control_and_fits() {
    let desk = hostile();
    let done = desk.call(SCAN).exits(1);
    fits_a_terminal(&done.out);
    assert_eq!(done.err, "");
    fits_a_terminal(&desk.call("report --from run").exits(0).out);
    fits_a_terminal(&desk.call("cost --bill bill.csv --from inventory.ndjson").exits(0).out);
}

#[test]
fn tables_run_nothing() {
    let desk = hostile();
    desk.call(SCAN).exits(1);
    for name in ["findings.csv", "resources.csv", "cost-by-environment-application.csv"] {
        runs_nothing(&desk.text(&format!("run/{name}")));
    }
    runs_nothing(&desk.call("cost --bill bill.csv --from inventory.ndjson --format csv").exits(0).out);
}

#[test]
fn the_page_holds_text_as_text() {
    let desk = hostile();
    desk.call(SCAN).exits(1);
    let page = desk.text("run/report.html");
    for tag in ["<script>alert", "<img src=x", "<svg onload", "<b>bold", "</script><script>alert", "javascript:alert(5)\"", "49{%"] {
        assert!(!page.contains(tag), "`{tag}` is markup in the page");
    }
    assert_eq!(page.matches("<script").count(), 2, "the data and the page's own script");
    assert_eq!(page.matches("</script").count(), 2);
    assert!(!page.contains(|c| is_invisible(c) && c != '\t'), "a character that cannot be seen");
    assert!(page.contains("&lt;img src"), "the text itself is shown");
}

#[test]
fn json_holds_the_text_as_it_was() {
    let desk = hostile();
    desk.call(SCAN).exits(1);
    let report = desk.report("run");
    let findings = report["findings"].as_array().unwrap();
    for (number, text) in (0..).zip(texts()) {
        let id = format!("{text}{number}");
        assert!(findings.iter().any(|f| f["resource"] == id.as_str()), "{id:?} is not in report.json");
    }
    let cost: Value = desk.cost("--bill bill.csv --from inventory.ndjson");
    assert!(cost["totals"].as_array().unwrap().iter().all(|t| t["equal"] == true));
}

#[test]
fn explanations_hold_no_control() {
    let desk = hostile();
    desk.call(SCAN).exits(1);
    let report = desk.report("run");
    let mut seen = 0;
    // Every thirteenth: the texts and the rules both come round.
    for finding in report["findings"].as_array().unwrap().iter().step_by(13) {
        let done = desk.call("explain --run run").with([finding["fingerprint"].as_str().unwrap()]).exits(0);
        assert!(!done.out.contains(is_invisible), "{:?}", done.out);
        let labels = ["finding", "rule", "what", "resource", "name", "where", "evidence", "from", "demanded by", " ", "mend", "command", "at stake", "page"];
        assert!(done.out.lines().all(|l| labels.iter().any(|label| l.starts_with(label))), "a line that no label begins: {}", done.out);
        seen += 1;
    }
    assert!(seen > 10, "{seen}");
}

#[test]
fn messages_hold_no_control() {
    let desk = Desk::laid();
    for name in ["\u{1b}[31mred.json", "two\nlines.json", "\u{202e}gnp.json"] {
        desk.put(name, "{\"\u{1b}[2J\": 1}");
        let done = desk.call("scan --out run --from").with([name]).exits(2);
        assert!(!done.err.contains(is_invisible), "{:?}", done.err);
        assert_eq!(done.err.lines().count(), 1, "{:?}", done.err);
    }
    desk.put("bill.csv", "Effective\u{1b}[31mCost,\u{202e}x\n1,2\n");
    let done = desk.call("cost --bill bill.csv").exits(2);
    assert!(!done.err.contains(is_invisible), "{:?}", done.err);
    desk.put("taxonomy.yaml", "version: 1\nkeys: { \"\u{1b}[31mred\u{202e}\": { requird: true } }\n");
    let done = desk.call("taxonomy check").exits(2);
    assert!(!done.err.contains(is_invisible), "{:?}", done.err);
}

/// Every file below a folder, as bytes.
fn files_below(folder: &std::path::Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files_below(&path));
        } else {
            all.push((path.clone(), std::fs::read(&path).unwrap()));
        }
    }
    all
}

#[test]
fn a_credential_is_in_nothing_that_a_run_writes() {
    const TOKEN: &str = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
    let desk = Desk::new();
    desk.put("taxonomy.yaml", "version: 1\nkeys: { Environment: { values: { production: [] } }, Owner: { aliases: [team] }, Application: {} }\n");
    let record = json!({"cloud":"aws","scope":"111111111111","kind":"ec2:volume","id":"vol-1","tags":{"team":TOKEN,"note":format!("Bearer {TOKEN}")}});
    desk.put("inventory.ndjson", format!("{record}\n"));
    let tags = json!({"Owner": TOKEN, "Application": "postgres://a:hunter22@h/x"}).to_string().replace('"', "\"\"");
    desk.put(
        "bill.csv",
        format!(
            "BillingPeriodStart,BillingCurrency,BilledCost,EffectiveCost,ListCost,ContractedCost,ProviderName,SubAccountId,ResourceId,Tags\n\
             2026-10-01T00:00:00Z,USD,1,1,1,1,AWS,111111111111,vol-9,\"{tags}\"\n"
        ),
    );
    let scan = desk.call("scan --from inventory.ndjson --bill bill.csv --out run --now 2026-11-01 --allow-partial").done();
    let cost = desk.call("cost --bill bill.csv --by Owner,Application").done();
    let found = desk.report("run");
    assert!(found["findings"].as_array().unwrap().iter().any(|f| f["rule"] == "secret-in-tag"), "{}", scan.out);
    assert!(cost.out.contains("redacted"), "{}{}", cost.out, cost.err);
    let mut all = files_below(&desk.path("run"));
    all.extend([&scan.out, &scan.err, &cost.out, &cost.err].map(|text| ("printed".into(), text.clone().into_bytes())));
    for (path, bytes) in all {
        let has = |what: &[u8]| bytes.windows(what.len()).any(|part| part == what);
        assert!(!has(b"ghp_0123") && !has(b"hunter22"), "{}", path.display());
    }
}
