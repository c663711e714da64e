//! The files of a run: rendered again they are the same bytes, they agree with one another, and the committed sample is what the program writes.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use tagledger_tests::{Decimal, Desk, INVENTORY, NOW, contents, records, report, root, scan, tagledger};

/// The files that people and programs read.
const RENDERED: [&str; 7] =
    ["cost-by-environment-application.csv", "environments.csv", "findings.csv", "report.html", "report.json", "resources.csv", "openmetrics.txt"];
/// What a run holds besides.
const STORED: [&str; 6] = ["compliance.parquet", "cube.parquet", "findings.parquet", "resources.parquet", "run.json", "tags.parquet"];

fn names(folder: &Path) -> BTreeSet<String> {
    contents(folder).into_keys().collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|n| (*n).to_owned()).collect()
}

#[track_caller]
fn same(name: &str, a: &[u8], b: &[u8]) {
    if a != b {
        let at = a.iter().zip(b).position(|(x, y)| x != y).unwrap_or(a.len().min(b.len()));
        let around = |bytes: &[u8]| String::from_utf8_lossy(&bytes[at.saturating_sub(60)..(at + 60).min(bytes.len())]).into_owned();
        panic!("{name} differs at byte {at}:\n  {:?}\n  {:?}", around(a), around(b));
    }
}

#[test]
fn a_run_renders_again_byte_for_byte_and_so_does_a_second_scan() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let estate = root().join("examples/estate");
    scan(&estate, &path("one")).exits(1);
    scan(&estate, &path("two")).exits(1);
    let (one, two) = (contents(&path("one")), contents(&path("two")));
    assert_eq!(names(&path("one")), set(&RENDERED).union(&set(&STORED)).cloned().collect());
    assert_eq!(names(&path("two")), names(&path("one")));
    for (name, bytes) in &one {
        same(name, &two[name], bytes);
    }
    tagledger(["report", "--from"]).with([path("one")]).with(["--out"]).with([path("again")]).exits(0);
    let again = contents(&path("again"));
    assert_eq!(names(&path("again")), set(&RENDERED));
    for (name, bytes) in &again {
        same(name, bytes, &one[name]);
    }
}

/// The smallest tables: one row, one value in each column, and none at all.
#[test]
fn tables_of_one_row_and_of_none_are_read_back() {
    let desk = Desk::laid();
    for inventory in [INVENTORY.to_owned(), INVENTORY.replace("production", "nowhere"), format!("{INVENTORY}onprem,dc-1,vm,vm-2,yes,production,shop\n")] {
        desk.put("inventory.csv", inventory);
        desk.call("scan --from inventory.csv --bill bill.csv --now 2026-11-01 --out run").done();
        desk.call("report --from run --out again").exits(0);
        for (name, bytes) in contents(&desk.path("again")) {
            same(&name, &bytes, &std::fs::read(desk.path("run").join(&name)).unwrap());
        }
    }
}

#[test]
fn standard_output_is_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let said = scan(&root().join("examples/estate"), &run).with(["--format", "json"]).exits(1);
    same("scan --format json", said.out.as_bytes(), &std::fs::read(run.join("report.json")).unwrap());
    for (format, file) in [("json", "report.json"), ("html", "report.html"), ("csv", "findings.csv")] {
        let said = tagledger(["report", "--format", format, "--from"]).with([&run]).exits(0);
        same(file, said.out.as_bytes(), &std::fs::read(run.join(file)).unwrap());
    }
    for (format, files) in
        [("json", &["report.json"][..]), ("html", &["report.html"]), ("csv", &[RENDERED[0], "environments.csv", "findings.csv", "resources.csv"])]
    {
        let out = folder.path().join(format);
        let said = tagledger(["report", "--format", format, "--from"]).with([&run]).with(["--out"]).with([&out]).exits(0);
        assert_eq!((said.out.as_str(), names(&out)), ("", set(files)));
    }
}

#[test]
fn every_format_tells_the_same() {
    let folder = tempfile::tempdir().unwrap();
    scan(&root().join("examples/estate"), folder.path()).exits(1);
    let text = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let report = report(folder.path());
    let list = |value: &Value| value.as_array().unwrap().clone();

    let findings = records(&text("findings.csv"));
    let fingerprints: Vec<&str> = findings.iter().map(|f| f["fingerprint"].as_str()).collect();
    let all = list(&report["findings"]);
    assert_eq!(fingerprints, all.iter().map(|f| f["fingerprint"].as_str().unwrap()).collect::<Vec<_>>());
    assert_eq!(fingerprints.iter().collect::<BTreeSet<_>>().len(), fingerprints.len(), "a fingerprint names one finding");
    let mut by_rule: BTreeMap<(String, String), u64> = BTreeMap::new();
    for finding in &findings {
        let verdict = if finding["waived"] == "yes" { "waived" } else { &finding["verdict"] };
        *by_rule.entry((finding["rule"].clone(), verdict.to_owned())).or_default() += 1;
    }
    for rule in list(&report["rules"]) {
        for verdict in ["violated", "undetermined", "waived"] {
            let counted = by_rule.remove(&(rule["rule"].as_str().unwrap().to_owned(), verdict.to_owned())).unwrap_or(0);
            assert_eq!(rule[verdict], counted, "{} {verdict}", rule["rule"]);
        }
    }
    assert!(by_rule.is_empty(), "{by_rule:?}");

    let resources = records(&text("resources.csv"));
    assert_eq!(report["inventory"]["resources"], resources.len());
    let by_id: BTreeMap<&str, &BTreeMap<String, String>> = resources.iter().map(|r| (r["id"].as_str(), r)).collect();
    let mut costs: BTreeMap<String, (Decimal, u64)> = BTreeMap::new();
    for cell in records(&text(RENDERED[0])) {
        let slot = costs.entry(cell["currency"].clone()).or_default();
        *slot = (slot.0 + Decimal::parse(&cell["amount"]), slot.1 + cell["bill_rows"].parse::<u64>().unwrap());
    }
    for total in list(&report["costs"]["totals"]) {
        assert_eq!(costs[total["currency"].as_str().unwrap()].0.to_string(), total["bill"].as_str().unwrap());
    }
    assert_eq!(report["costs"]["rows"], costs.values().map(|(_, rows)| rows).sum::<u64>());

    // What is at stake: each resource once, however many findings it has; waived and undetermined ones do not count.
    for row in list(&report["at_stake"]) {
        let currency = row["currency"].as_str().unwrap();
        let at_stake: BTreeSet<&str> = findings.iter().filter(|f| f["verdict"] == "violated" && f["waived"] == "no").map(|f| f["resource"].as_str()).collect();
        let price = |id: &&str| by_id.get(id).map(|r| r[&format!("cost_{currency}")].as_str()).filter(|c| !c.is_empty()).map(Decimal::parse);
        assert_eq!(at_stake.iter().filter_map(price).sum::<Decimal>().to_string(), row["amount"].as_str().unwrap(), "{currency}");
    }
}

/// `reports/sample` is the run of `examples/estate`, without `report.json`, which is as large as all others together and is rendered from the rest. `BLESS=1` writes it.
#[test]
fn the_committed_sample_is_what_the_program_writes() {
    let folder = tempfile::tempdir().unwrap();
    let (fresh, sample) = (folder.path().join("run"), root().join("reports/sample"));
    let words = "scan --from examples/estate/inventory --bill examples/estate/bill --taxonomy examples/estate/taxonomy.yaml --format none --now";
    tagledger(words.split(' ')).with([NOW, "--out"]).with([&fresh]).within(&root()).exits(1);
    let json = std::fs::read(fresh.join("report.json")).unwrap();
    std::fs::remove_file(fresh.join("report.json")).unwrap();
    let summary = tagledger(["report", "--from"]).with([&fresh]).exits(0).out;
    std::fs::write(fresh.join("summary.txt"), &summary).unwrap();

    if std::env::var_os("BLESS").is_some_and(|v| !v.is_empty()) {
        std::fs::create_dir_all(&sample).unwrap();
        for name in names(&sample) {
            std::fs::remove_file(sample.join(name)).unwrap();
        }
        for (name, bytes) in contents(&fresh) {
            std::fs::write(sample.join(name), bytes).unwrap();
        }
    }
    let hint = "`BLESS=1 cargo nextest run --workspace -E 'test(committed_sample)'` writes reports/sample anew";
    assert_eq!(names(&sample), names(&fresh), "{hint}");
    let committed = contents(&sample);
    for (name, bytes) in contents(&fresh) {
        // Another version of the Parquet library may write other bytes; that they say the same is held below.
        if !name.ends_with(".parquet") {
            assert!(committed[&name] == bytes, "{name} in reports/sample is not what the program writes; {hint}");
        }
    }
    let rendered = tagledger(["report", "--format", "json", "--from"]).with([&sample]).exits(0).out;
    same("report.json", rendered.as_bytes(), &json);
    let size: usize = committed.values().map(Vec::len).sum();
    assert!(size < 1_400_000, "reports/sample has grown to {size} bytes");
}

#[test]
fn digests_hold_every_open_finding_once() {
    let folder = tempfile::tempdir().unwrap();
    let sample = root().join("reports/sample");
    let all = records(&std::fs::read_to_string(sample.join("findings.csv")).unwrap());
    let open: BTreeSet<&str> = all.iter().filter(|f| f["verdict"] == "violated" && f["waived"] == "no").map(|f| f["fingerprint"].as_str()).collect();
    for key in ["Owner", "Application"] {
        let out = folder.path().join(key);
        tagledger(["report", "--digest", key, "--from"]).with([&sample]).with(["--out"]).with([&out]).exits(0);
        let mut seen = BTreeSet::new();
        for (name, bytes) in contents(&out) {
            let text = String::from_utf8(bytes).unwrap();
            let Some(value) = name.strip_suffix(".csv") else {
                assert!(text.starts_with("# ") && text.contains("| level | what is wrong |") && !text.contains('\u{1b}'), "{name}");
                continue;
            };
            let rows = records(&text);
            for row in &rows {
                assert!(seen.insert(row["fingerprint"].clone()), "{name} repeats {row:?}");
                assert!(key == "Owner" || row["application"] == value || value == "nobody" && row["application"].is_empty(), "{name}: {row:?}");
            }
            let dearest = |row: &BTreeMap<String, String>| {
                ["cost_EUR", "cost_USD"].iter().filter(|c| !row[**c].is_empty()).map(|c| Decimal::parse(&row[*c])).max().unwrap_or_default()
            };
            assert!(rows.windows(2).all(|two| dearest(&two[0]) >= dearest(&two[1])), "{name} is not in the order of money");
            assert!(out.join(format!("{value}.md")).exists());
        }
        assert_eq!(seen.iter().map(String::as_str).collect::<BTreeSet<_>>(), open);
    }
    let done = tagledger(["report", "--digest", "Team", "--out", "x", "--from"]).with([&sample]).within(folder.path()).exits(2);
    assert!(done.err.contains("--digest Team: the taxonomy of this run has no such key; it has Environment"), "{}", done.err);
}

#[test]
fn the_order_of_what_is_read_changes_no_byte() {
    let mut lines: Vec<String> = Vec::new();
    for n in 0..60 {
        let (scope, group) = (format!("sub-{}", n % 4), format!("/subscriptions/sub-{}/resourcegroups/rg-{}", n % 4, n % 7));
        let tags =
            [r#"{"Environment":"prod"}"#, r#"{"env":"banana","Owner":"x"}"#, "{}", r#"{"Environment":"test","ExpiresOn":"2026-01-01"}"#][(n % 4) ^ (n % 3)];
        let (kind, id) = (["microsoft.compute/disks", "microsoft.network/networkinterfaces"][n % 2], format!("{group}/providers/x/{n}"));
        lines.push(format!(r#"{{"cloud":"azure","scope":"{scope}","kind":"{kind}","id":"{id}","group":"{group}","tags":{tags}}}"#));
        // A second source of the same resource, which knows something else of it.
        if n % 5 == 0 {
            lines.push(format!(r#"{{"cloud":"azure","scope":"{scope}","kind":"{kind}","id":"{id}","attached":"no"}}"#));
        }
    }
    for n in 0..4 {
        lines.push(format!(r#"{{"cloud":"azure","scope":"sub-{n}","kind":"scope","name":"test-{n}","tags":{{"Environment":"prod"}}}}"#));
        lines.push(format!(r#"{{"cloud":"azure","scope":"sub-{n}","kind":"resource_group","id":"/subscriptions/sub-{n}/resourcegroups/rg-{n}","name":"dev-{n}","tags":{{"Environment":"test"}}}}"#));
    }
    let taxonomy = "version: 1\nkeys:\n  Environment: { required: true, aliases: [env], values: { development: [dev], test: [], production: [prod] }, inherit: [resource_group, scope] }\n  Owner: { required: true }\nlifetime_keys: [ExpiresOn]\n";
    let mut first: Option<BTreeMap<String, Vec<u8>>> = None;
    for turn in [0, 1, 17, 40] {
        let desk = Desk::new();
        desk.put("taxonomy.yaml", taxonomy);
        let mut other = lines.clone();
        other.rotate_left(turn);
        if turn % 2 == 1 {
            other.reverse();
        }
        desk.put("a.json", other.join("\n"));
        desk.call("scan -q --from a.json --now 2026-11-01 --out run --format none").done().ends(&[1]);
        let files: BTreeMap<String, Vec<u8>> = contents(&desk.path("run"));
        match &first {
            None => first = Some(files),
            Some(first) => files.iter().for_each(|(name, bytes)| same(name, bytes, &first[name])),
        }
    }
}
