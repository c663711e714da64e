//! The commands: what they print, and the exit codes that others build on.

use serde_json::Value;
use tagledger_tests::{Desk, INVENTORY, TAXONOMY, columns, is_invisible, records, root, tagledger};

const SCAN: &str = "scan --from inventory.csv --now 2026-11-01 --out run";

/// Nothing but text reaches something that is no terminal.
#[track_caller]
fn is_plain(text: &str) {
    assert!(!text.contains(is_invisible), "{:?}", text.chars().find(|c| is_invisible(*c)));
}

#[test]
fn demo_does_the_main_job_and_says_how_it_would_have_ended() {
    let desk = Desk::new();
    let done = desk.call("demo").exits(0);
    assert!(done.out.trim_end().ends_with("would have exited with 1."), "{}", done.out);
    assert_eq!(done.err, "");
    assert!(desk.names().contains("reports/demo/report.html"));
    assert!(desk.names().iter().all(|n| n.starts_with("reports/")), "{:?}", desk.names());
    let truth: Value = serde_json::from_slice(&std::fs::read(root().join("examples/estate/truth.json")).unwrap()).unwrap();
    let report = desk.report("reports/demo");
    assert_eq!(report["costs"]["by"][0], "Environment");
    let months = report["costs"]["totals"].as_array().unwrap().iter().flat_map(|t| t["by_month"].as_array().unwrap());
    let mut told: Vec<&str> = months.map(|m| m.as_str().unwrap()).collect();
    let mut true_sums: Vec<&str> = truth["costs"].as_array().unwrap().iter().map(|s| s["effective"].as_str().unwrap()).collect();
    told.sort_unstable();
    true_sums.sort_unstable();
    assert_eq!(told, true_sums);
    // Again over its own run, and elsewhere.
    desk.call("demo").exits(0);
    desk.call("demo --out elsewhere").exits(0);
    assert!(desk.names().contains("elsewhere/run.json"));
}

#[test]
fn the_summary_fits_a_terminal_of_80_columns() {
    let desk = Desk::new();
    let done = desk.call("demo").exits(0);
    let summary = desk.call("report --from reports/demo").exits(0).out;
    is_plain(&done.out);
    for line in summary.lines().chain(done.out.lines().filter(|l| !l.contains("The run is in"))) {
        assert!(columns(line) <= 80 || line.starts_with('`') || line.starts_with("This was"), "{} columns: {line}", columns(line));
    }
    for part in ["COMPLIANCE BY KEY", "RULES", "MOST EXPENSIVE FINDINGS", "COST BY ENVIRONMENT × APPLICATION", "COVERAGE", "(equal)"] {
        assert!(summary.contains(part), "{part}");
    }
    let wide = desk.call("report --from reports/demo").env("COLUMNS", "120").exits(0).out;
    assert!(wide.lines().any(|l| columns(l) > 80) && wide.lines().all(|l| columns(l) <= 120));
}

#[test]
fn no_colour_where_nobody_sees_it() {
    let desk = Desk::laid();
    for value in ["", "1"] {
        let done = desk.call(SCAN).env("NO_COLOR", value).env("TERM", "xterm-256color").env("CLICOLOR_FORCE", "1").exits(0);
        is_plain(&done.out);
        assert_eq!(done.err, "");
    }
    desk.put("taxonomy.yaml", TAXONOMY.replace("required", "requird"));
    is_plain(&desk.call(SCAN).exits(2).err);
}

#[test]
fn rules_are_explained() {
    for rule in [
        "missing-required-key",
        "untagged",
        "empty-value",
        "unknown-value",
        "nonstandard-key",
        "nonstandard-value",
        "conflicting-keys",
        "stage-mismatch",
        "stage-undeclared",
        "expired",
        "waiver-expired",
        "waiver-unused",
    ] {
        let page = tagledger(["explain", rule]).exits(0).out;
        assert!(page.starts_with("# ") || page.contains(rule), "{page}");
        assert!(page.lines().count() > 5, "{rule}: {page}");
        let file = root().join(format!("crates/rules/src/{}.md", rule.replace('-', "_")));
        if file.exists() {
            assert_eq!(page, std::fs::read_to_string(file).unwrap());
        }
    }
}

#[test]
fn findings_are_explained() {
    let desk = Desk::laid();
    desk.put("inventory.csv", INVENTORY.replace("production", "nowhere"));
    desk.call(SCAN).with(["--bill", "bill.csv"]).exits(1);
    let finding = desk.report("run")["findings"][0].clone();
    let fingerprint = finding["fingerprint"].as_str().unwrap();
    let whole = desk.call("explain --run run").with([fingerprint]).exits(0).out;
    for part in [fingerprint, "unknown-value", "vm-1", "nowhere", "taxonomy.yaml:3:", "Environment: {", "10.25 EUR", "2026-10"] {
        assert!(whole.contains(part), "{part} in\n{whole}");
    }
    assert_eq!(desk.call("explain --run run").with([&fingerprint[..4]]).exits(0).out, whole);
    assert_eq!(desk.call("explain --run run").with([fingerprint.to_uppercase()]).exits(0).out, whole);
    // Without --run, the newest below reports/.
    std::fs::create_dir(desk.path("reports")).unwrap();
    std::fs::rename(desk.path("run"), desk.path("reports/run")).unwrap();
    assert_eq!(desk.call("explain").with([fingerprint]).exits(0).out, whole);
}

#[test]
fn the_run_keeps_the_taxonomy_that_it_was_judged_by() {
    let desk = Desk::laid();
    desk.put("inventory.csv", INVENTORY.replace("production", "nowhere"));
    desk.call(SCAN).exits(1);
    let fingerprint = desk.report("run")["findings"][0]["fingerprint"].as_str().unwrap().to_owned();
    let before = desk.call("explain --run run").with([&fingerprint]).exits(0).out;
    std::fs::remove_file(desk.path("taxonomy.yaml")).unwrap();
    assert_eq!(desk.call("explain --run run").with([&fingerprint]).exits(0).out, before);
}

#[test]
fn taxonomies_are_checked() {
    let said = tagledger(["taxonomy", "check"]).within(&root()).exits(0).out;
    assert!(said.starts_with("taxonomy.yaml: valid; ") && said.contains(" keys"), "{said}");
    let desk = Desk::laid();
    assert_eq!(desk.call("taxonomy check").exits(0).out, "taxonomy.yaml: valid; 2 keys, 0 stages, 0 waivers\n");
    std::fs::rename(desk.path("taxonomy.yaml"), desk.path("other.yaml")).unwrap();
    assert!(desk.call("taxonomy check other.yaml").exits(0).out.starts_with("other.yaml: valid"));
    // Of several, each is told, and mistakes in all of them at once.
    desk.put("a.yaml", "version: 1\nkeyz: {}\n");
    desk.put("b.yaml", "version: 7\n");
    let done = desk.call("taxonomy check a.yaml other.yaml b.yaml").exits(2);
    assert!(done.out.starts_with("other.yaml: valid") && done.err.contains("a.yaml:2:1") && done.err.contains("b.yaml:1:10"), "{} {}", done.out, done.err);
    assert!(desk.call("taxonomy check").env("TAGLEDGER_TAXONOMY", "other.yaml").exits(0).out.starts_with("other.yaml: valid"));
    desk.call("taxonomy check").exits(2);
}

#[test]
fn shells_complete() {
    for (shell, part) in [("bash", "complete -F _tagledger"), ("zsh", "#compdef tagledger"), ("fish", "complete -c tagledger")] {
        let script = tagledger(["completions", shell]).exits(0).out;
        assert!(script.contains(part) && script.contains("fail-on"), "{shell}");
    }
}

#[test]
fn help_and_version() {
    for words in ["--help", "scan --help", "cost --help", "report --help", "explain --help", "taxonomy --help", "demo --help", "completions --help"] {
        let done = tagledger(words.split(' ')).exits(0);
        assert!(done.out.contains("Usage: tagledger") && done.err.is_empty(), "{words}");
        assert!(done.out.lines().all(|l| columns(l) <= 100), "{words}");
        is_plain(&done.out);
    }
    let help = tagledger(["--help"]).exits(0).out;
    for code in ["0  clean", "1  violated", "2  bad usage", "3  no such findings", "4  could not run"] {
        assert!(help.contains(code), "{code}");
    }
    assert_eq!(tagledger(["--version"]).exits(0).out, format!("tagledger {}\n", env!("CARGO_PKG_VERSION")));
}

/// What a run would be worth to a script: the code for each mixture of findings, gaps and flags.
#[test]
fn exit_codes_are_an_interface() {
    let clean = INVENTORY.to_owned();
    let error = INVENTORY.replace("production", "nowhere");
    let warn = INVENTORY.replace("tag:Environment", "tag:env");
    let undetermined = "cloud,scope,kind,id\nonprem,dc-1,vm,vm-1\n".to_owned();
    let cases: [(&str, &str, i32); 17] = [
        (&clean, "", 0),
        (&clean, "--fail-on info", 0),
        (&error, "", 1),
        (&error, "--fail-on warn", 1),
        (&error, "--allow-partial", 1),
        (&warn, "", 0),
        (&warn, "--fail-on error", 0),
        (&warn, "--fail-on warn", 1),
        (&warn, "--fail-on info", 1),
        (&undetermined, "", 3),
        (&undetermined, "--allow-partial", 0),
        (&undetermined, "--fail-on-undetermined", 1),
        (&undetermined, "--fail-on-undetermined --fail-on info", 1),
        (&clean, "--fail-on-undetermined", 0),
        (&clean, "--from strange", 3),
        (&clean, "--from strange --allow-partial", 0),
        (&error, "--from strange", 1),
    ];
    let desk = Desk::laid();
    desk.put("strange/a.json", "{\"hello\": 1}");
    desk.put("strange/b.csv", "cloud,scope,kind,id,taggable,tag:Environment,tag:Application\nonprem,dc-2,vm,vm-9,yes,test,crm\n");
    for (inventory, flags, code) in cases {
        desk.put("inventory.csv", inventory);
        let done = desk.call(SCAN).with(flags.split_whitespace()).exits(code);
        let report = desk.report("run");
        assert_eq!(report["exit"]["code"], code, "{flags}");
        assert!(done.out.contains(&format!("(exit {code})")), "{flags}: {}", done.out);
    }
}

#[test]
fn waived_findings_do_not_fail_a_scan() {
    let desk = Desk::laid();
    desk.put("inventory.csv", INVENTORY.replace("production", "nowhere"));
    let waiver = |expires: &str| {
        format!("{TAXONOMY}waivers:\n  - {{ rule: unknown-value, resource: \"vm-*\", reason: \"moves\", owner: a@example.com, expires: {expires} }}\n")
    };
    desk.put("taxonomy.yaml", waiver("2026-12-31"));
    desk.call(SCAN).exits(0);
    assert_eq!(desk.report("run")["findings"][0]["waived"]["owner"], "a@example.com");
    desk.put("taxonomy.yaml", waiver("2026-10-31"));
    desk.call(SCAN).exits(1);
}

#[test]
fn formats_on_standard_output() {
    let desk = Desk::laid();
    desk.put("inventory.csv", INVENTORY.replace("production", "nowhere"));
    let out = |format: &str| desk.call(SCAN).with(["--bill", "bill.csv", "--format", format]).exits(1).out;
    assert_eq!(out("none"), "");
    assert_eq!(serde_json::from_str::<Value>(&out("json")).unwrap()["schema"], "tagledger.report/1");
    // The value that nobody knows, and what it costs with nobody to own it: by Environment, and for the row without a resource by Application.
    let rules: Vec<String> = records(&out("csv")).iter().map(|row| format!("{} {}", row["rule"], row["key"])).collect();
    assert_eq!(rules, ["unknown-value Environment", "untagged-spend Environment", "untagged-spend Application"]);
    assert!(out("html").starts_with("<!doctype html>"));
    assert!(out("terminal").contains("unknown-value"));
    let cost = |format: &str| desk.call("cost --bill bill.csv --format").with([format]).exits(0).out;
    assert_eq!(cost("none"), "");
    let table = records(&cost("csv"));
    assert_eq!(table.len(), 1);
    assert_eq!((table[0]["month"].as_str(), table[0]["amount"].as_str(), table[0]["Application"].as_str()), ("2026-10", "11.75", "unattributed"));
    assert_eq!(serde_json::from_str::<Value>(&cost("json")).unwrap()["totals"][0]["bill"], "11.75");
}

#[test]
fn cost_by_any_keys_and_with_an_inventory() {
    let desk = Desk::laid();
    let by = |keys: &str| {
        let cost = desk.cost(&format!("--bill bill.csv --from inventory.csv --by {keys}"));
        cost["cells"].as_array().unwrap().iter().map(|c| format!("{} {}", c["values"], c["amount"].as_str().unwrap())).collect::<Vec<_>>()
    };
    assert_eq!(by("Application"), ["[null] 1.50", "[\"shop\"] 10.25"]);
    assert_eq!(by("Application,Environment"), ["[null,null] 1.50", "[\"shop\",\"production\"] 10.25"]);
    assert_eq!(by("Environment"), ["[null] 1.50", "[\"production\"] 10.25"]);
    for (measure, sum) in [("effective", "11.75"), ("billed", "12.00"), ("list", "13.50"), ("contracted", "12.50")] {
        assert_eq!(desk.cost(&format!("--bill bill.csv --measure {measure}"))["totals"][0]["bill"], sum);
    }
}

#[test]
fn the_environment_stands_in_for_flags_and_flags_beat_it() {
    let desk = Desk::laid();
    desk.put("inventory.csv", INVENTORY.replace("tag:Environment", "tag:env"));
    std::fs::rename(desk.path("taxonomy.yaml"), desk.path("other.yaml")).unwrap();
    let call = |words: &str| {
        let set = [
            ("TAXONOMY", "other.yaml"),
            ("FAIL_ON", "warn"),
            ("MEASURE", "billed"),
            ("NOW", "2026-11-01"),
            ("FORMAT", "json"),
            ("OUT", "there"),
            ("QUIET", "true"),
        ];
        set.iter().fold(desk.call(words), |call, (name, value)| call.env(&format!("TAGLEDGER_{name}"), value))
    };
    let said: Value = serde_json::from_str(&call("scan --from inventory.csv --bill bill.csv").exits(1).out).unwrap();
    assert_eq!((&said["costs"]["measure"], &said["started"]), (&"BilledCost".into(), &"2026-11-01T00:00:00Z".into()));
    assert!(desk.names().contains("there/run.json"));
    let said = call("scan --from inventory.csv --bill bill.csv --fail-on error --measure list --format csv --out here --now 2026-12-01").exits(0).out;
    assert!(said.starts_with("level,verdict"), "{said}");
    assert_eq!(desk.report("here")["costs"]["measure"], "ListCost");
    assert_eq!(desk.report("here")["started"], "2026-12-01T00:00:00Z");
    desk.put("inventory.csv", "cloud,scope,kind,id\nonprem,dc-1,vm,vm-1\n");
    call("scan --from inventory.csv").env("TAGLEDGER_FAIL_ON_UNDETERMINED", "true").exits(1);
    desk.put("in/inventory.csv", INVENTORY.replace("tag:env", "tag:Environment"));
    desk.put("in/strange.json", "{}");
    call("scan --from in").exits(3);
    call("scan --from in").env("TAGLEDGER_ALLOW_PARTIAL", "true").exits(0);
    call("scan --from in").env("TAGLEDGER_FAIL_ON", "never").exits(2);
}

#[test]
fn a_run_without_a_name_is_named_by_its_time() {
    let desk = Desk::laid();
    desk.call("scan --from inventory.csv --now 2026-11-01T10:30:00Z").exits(0);
    assert!(desk.names().contains("reports/2026-11-01T103000Z/run.json"), "{:?}", desk.names());
}

#[test]
fn large_counts_have_their_thousands_apart() {
    let desk = Desk::laid();
    let machines: Vec<String> = (0..1_234).map(|n| format!("onprem,dc-1,vm,vm-{n},yes,production,")).collect();
    desk.put("inventory.csv", format!("cloud,scope,kind,id,taggable,tag:Environment,tag:Application\n{}\n", machines.join("\n")));
    desk.call("scan --from inventory.csv --now 2026-11-01 --out run").exits(1);
    assert_eq!(desk.report("run")["exit"]["why"], "1,234 violated findings at level error or above");
}
