//! `report.html` in a real browser: its script runs, shows what is there, survives 100,000 findings, and executes nothing that a cloud wrote.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use tagledger_tests::{Desk, NOW, browser, report, root, scan};

/// The page as it stands after its script ran, and what the browser had to say.
struct Page {
    dom: String,
    said: String,
    took: Duration,
}

fn open(page: &Path) -> Option<Page> {
    let profile = tempfile::tempdir().unwrap();
    let mut command = Command::new(browser()?);
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]);
    command.args([
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--enable-logging=stderr",
        "--v=0",
        "--virtual-time-budget=20000",
        "--dump-dom",
    ]);
    command.arg(format!("--user-data-dir={}", profile.path().display())).arg(format!("file://{}", page.display()));
    let start = Instant::now();
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    Some(Page { dom: String::from_utf8(output.stdout).unwrap(), said, took: start.elapsed() })
}

impl Page {
    /// What stands between the tags of the first element with this id.
    #[track_caller]
    fn element(&self, id: &str, end: &str) -> &str {
        let at = self.dom.find(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("there is no #{id}"));
        let inner = self.dom[at..].find('>').unwrap() + at + 1;
        &self.dom[inner..inner + self.dom[inner..].find(end).unwrap()]
    }

    /// Errors, and what the content security policy had to refuse.
    #[track_caller]
    fn is_silent(&self) {
        let loud: Vec<&str> = self.said.lines().filter(|l| l.contains("CONSOLE")).collect();
        assert!(loud.is_empty(), "{loud:?}");
    }
}

/// 1234567 as `1,234,567`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[test]
fn the_sample_works() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    scan(&root().join("examples/estate"), &run).exits(1);
    let Some(page) = open(&run.join("report.html")) else { return };
    page.is_silent();
    let count = report(&run)["findings"].as_array().unwrap().len();
    let status = page.element("status", "</p>");
    assert!(status.contains(&grouped(count)), "{count} findings, and the page says `{status}`");
    let rows = page.element("visible", "</tbody>").matches("<tr").count();
    assert!(rows > 5 && rows < 200, "{rows} rows are drawn");
    assert!(!page.dom.contains("id=\"browser\" class=\"js\" hidden"), "the list is shown");
    let first = report(&run)["findings"][0]["resource"].as_str().unwrap().to_owned();
    assert!(page.element("visible", "</tbody>").contains(&first), "the first finding is drawn first");
    assert!(page.element("cost-tables", "</section>").contains("production"));
}

/// A required key of the taxonomy.
fn key(name: &str) -> String {
    format!("  {name}: {{ required: true, pattern: \"[a-z]+\" }}\n")
}

#[test]
fn a_hundred_thousand_findings_do_not_freeze_it() {
    let Some(_) = browser() else { return };
    // A little more than the page holds: of each resource every key is missing, and that it is untagged is one more.
    let desk = Desk::new();
    let keys: String = ["Environment", "Application", "Owner", "CostCenter", "DataClass", "Team", "Product", "Contact", "Ticket"].map(key).concat();
    desk.put("taxonomy.yaml", format!("version: 1\nkeys:\n{keys}"));
    let mut inventory = "cloud,scope,kind,id,name,region,taggable,tags\n".to_owned();
    for n in 0..10_050 {
        writeln!(inventory, "onprem,dc-{},vm,machine-{n:06},{} {},rack-{},yes,{{}}", n % 40, ["web", "db", "queue"][n % 3], n / 7, n % 97).unwrap();
    }
    desk.put("inventory.csv", inventory);
    let run = desk.path("run");
    desk.call("scan --format none --from inventory.csv --out run --now").with([NOW]).exits(1);
    let page = open(&run.join("report.html")).unwrap();
    page.is_silent();
    let all = std::fs::read_to_string(run.join("findings.csv")).unwrap().lines().count() - 1;
    assert!(all > 100_000, "{all} findings only");
    let status = page.element("status", "</p>");
    assert!(status.contains("100,000"), "{status}");
    let rows = page.element("visible", "</tbody>").matches("<tr").count();
    assert!(rows > 5 && rows < 200, "{rows} rows are drawn: the others must wait outside of the page");
    assert!(page.dom.contains(&format!("{} in all", grouped(all))), "the page says how many there are");
    assert!(page.took < Duration::from_secs(20), "{:?}", page.took);
}

#[test]
fn hostile_text_is_not_executed() {
    let desk = Desk::laid();
    let attacks = [
        "<script>document.title='owned'</script>",
        "</script><script>document.title='owned'</script>",
        "<img src=x onerror=\"document.title='owned'\">",
        "'-alert(1)-'",
        "javascript:document.title='owned'",
    ];
    let mut inventory = String::new();
    for (n, attack) in attacks.iter().enumerate() {
        let record = serde_json::json!({"cloud": "onprem", "scope": attack, "kind": attack, "id": format!("{attack}{n}"), "name": attack, "region": attack, "taggable": "yes", "tags": {"Environment": attack, *attack: attack}});
        writeln!(inventory, "{record}").unwrap();
    }
    desk.put("inventory.ndjson", inventory);
    desk.put(
        "bill.csv",
        format!(
            "EffectiveCost,BillingCurrency,BillingPeriodStart,ProviderName,SubAccountId\n1,{},2026-10-01,onprem,dc\n",
            attacks[2].replace('"', "\"\"").replace(',', "")
        )
        .replace("1,<", "1,\"<")
        .replace(">,2026", ">\",2026"),
    );
    desk.call("scan --from inventory.ndjson --bill bill.csv --out run --now").with([NOW]).exits(1);
    let Some(page) = open(&desk.path("run/report.html")) else { return };
    page.is_silent();
    assert!(page.dom.contains(&format!("<title>Tagledger report, {NOW}</title>")), "the title was changed");
    assert!(page.element("visible", "</tbody>").contains("&lt;img"), "the text is drawn as text");
    assert!(!page.dom.contains("<img"), "an element of the text was made");
}
