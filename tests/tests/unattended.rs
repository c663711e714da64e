//! What a night needs that nobody watches: one scan at a time, a log that programs read, and manual pages for whoever looks in the morning. Limits of time, and
//! traces, are tested where clouds are asked (`live.rs`).

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs::File;
use std::process::Command;
use tagledger_tests::{Desk, skipped};

const LOCK: &str = ".run.lock";
const SCAN: &str = "scan --from inventory.csv --bill bill.csv --now 2026-11-01 --out run";

/// Every line of a log, each of which must be an event.
#[track_caller]
fn events(log: &str) -> Vec<Value> {
    let event = |line: &str| serde_json::from_str::<Value>(line).ok().filter(|event| event["event"].is_string() && event["timestamp"].is_string());
    log.lines().map(|line| event(line).unwrap_or_else(|| panic!("no event: {line}"))).collect()
}

fn named<'e>(events: &'e [Value], name: &str) -> Vec<&'e Value> {
    events.iter().filter(|event| event["event"] == name).collect()
}

#[test]
fn a_second_scan_into_the_same_folder_does_not_begin() {
    let desk = Desk::laid();
    let held = File::create(desk.path(LOCK)).unwrap();
    held.lock().unwrap();
    for words in ["", "--wait 300ms"] {
        let done = desk.call(&format!("{SCAN} {words} --format none")).exits(4);
        assert!(done.err.contains("error: run: another scan writes its run here and has not ended; name another --out, or wait"), "{}", done.err);
        assert_eq!(done.err.contains("run: waiting for another scan to end"), !words.is_empty(), "{}", done.err);
    }
    assert!(!desk.path("run").exists());
    assert!(desk.call(&format!("{SCAN} --wait 400000000000y")).exits(2).err.contains("write a duration"));
    // Another folder is free; and the same one is when whoever held it was killed, or has ended while somebody waits.
    desk.call(&SCAN.replace("--out run", "--out other")).exits(0);
    let waiting = desk.call(&format!("{SCAN} --wait 5m --format none")).0.stderr(std::process::Stdio::piped()).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(400));
    drop(held);
    let done = waiting.wait_with_output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(desk.path("run/run.json").exists() && !desk.path(LOCK).exists());
}

#[test]
fn a_log_for_programs_is_one_event_a_line_and_says_what_the_run_says() {
    let desk = Desk::laid();
    let done = desk.call(&format!("{SCAN} --format json --log-format json --history history")).exits(0);
    let told = events(&done.err);
    let report: Value = serde_json::from_str(&done.out).unwrap();
    let names: Vec<&str> = told.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(names, ["scan.begun", "run.written", "ended"]);
    let written = named(&told, "run.written")[0];
    assert_eq!(written["exit_code"], report["exit"]["code"]);
    assert_eq!(written["resources"], report["inventory"]["resources"]);
    assert_eq!(written["cost"], "11.75 EUR");
    assert_eq!(written["places"], report["seen"]["places"]);
    assert_eq!(named(&told, "ended")[0]["exit_code"], 0);
    // The variable means the same, and quiet leaves warnings and errors.
    let done = desk.call(&format!("{SCAN} --format none --quiet")).env("TAGLEDGER_LOG_FORMAT", "json").exits(0);
    assert_eq!(done.err, "");
}

#[test]
fn mistakes_are_events_as_well() {
    let desk = Desk::laid();
    desk.put("wrong.yaml", "version: 1\nkeys:\n  Environment: { requird: true }\n");
    let done = desk.call(&format!("{SCAN} --taxonomy wrong.yaml --log-format json")).exits(2);
    let told = events(&done.err);
    let mistake = named(&told, "mistake")[0];
    assert_eq!((&mistake["level"], &mistake["file"], &mistake["line"], &mistake["column"]), (&"ERROR".into(), &"wrong.yaml".into(), &3.into(), &18.into()));
    assert!(mistake["help"].as_str().unwrap().contains("required"), "{mistake}");
    assert_eq!(named(&told, "ended")[0]["exit_code"], 2);
    for (words, said) in [
        ("scan --from nowhere --log-format json", "nowhere: cannot be read"),
        ("scan --nonsense --log-format=json", "unexpected argument '--nonsense' found"),
        ("scan --time-limit soon --log-format json", "write a duration such as 90m, 5h or 1h 30m"),
    ] {
        let done = desk.call(words).exits(2);
        let told = events(&done.err);
        let failed = named(&told, "failed");
        assert!(failed.len() == 1 && failed[0]["message"].as_str().unwrap().contains(said), "{words}: {}", done.err);
        assert_eq!(failed[0]["exit_code"], 2);
    }
    // What asks for help gets it on standard output, and no error.
    let done = desk.call("scan --help --log-format json").exits(0);
    assert!(done.out.contains("--time-limit") && named(&events(&done.err), "failed").is_empty());
}

#[test]
fn people_get_a_line_on_the_run_where_standard_output_does_not_say_it() {
    let desk = Desk::laid();
    let line = "run: no violated findings at level error or above, and everything asked for was seen (exit 0). 1 resource in 1 scope. ";
    let done = desk.call(&format!("{SCAN} --format none")).exits(0);
    assert!(done.err.starts_with(line) && done.err.ends_with("Cost: 11.75 EUR.\n"), "{}", done.err);
    assert_eq!(desk.call(&format!("{SCAN} --format none --quiet")).exits(0).err, "");
    assert_eq!(desk.call(SCAN).exits(0).err, "", "the terminal shows it");
}

#[test]
fn a_limit_in_the_settings_is_a_duration() {
    let desk = Desk::laid();
    let with = |limit: &str| format!("version: 1\nscan:\n  from: [inventory.csv]\n  time_limit: {limit}\n");
    for good in ["90m", "5h", "1h 30m", "\"45s\""] {
        desk.put("tagledger.yaml", with(good));
        desk.call("settings check").exits(0);
    }
    for wrong in ["soon", "0s", "90", "-5m", "400000000000y"] {
        desk.put("tagledger.yaml", with(wrong));
        let done = desk.call("settings check").exits(2);
        assert!(done.err.contains("tagledger.yaml:4:") && done.err.contains("a duration such as 90m, 5h or 1h 30m"), "{}", done.err);
    }
}

#[test]
fn every_command_has_a_manual_page_that_says_what_its_help_says() {
    let desk = Desk::new();
    desk.call("man pages").exits(0);
    let pages: BTreeSet<String> =
        desk.names().into_iter().filter_map(|name| name.strip_prefix("pages/").map(str::to_owned)).filter(|name| !name.is_empty()).collect();
    assert!(pages.contains("tagledger.1") && pages.contains("tagledger-scan.1") && pages.contains("tagledger-taxonomy-export.1"), "{pages:?}");
    assert_eq!(desk.text("pages/tagledger.1"), desk.call("man").exits(0).out);
    let is_here = Command::new("groff").arg("--version").output().is_ok_and(|done| done.status.success());
    if !is_here {
        return skipped("groff is not here; Debian has it in groff-base");
    }
    for page in pages {
        let done = Command::new("groff")
            .args(["-k", "-man", "-Tutf8", "-ww", "-rLL=200n"])
            .arg(desk.path(&format!("pages/{page}")))
            .env("GROFF_NO_SGR", "1")
            .output()
            .unwrap();
        let warned = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success() && warned.is_empty(), "{page}: {warned}");
        // Overstrikes make letters bold on old printers.
        let text = String::from_utf8(done.stdout).unwrap();
        let bold: Vec<char> = text.chars().collect();
        let plain: String = (0..bold.len()).filter(|at| bold[*at] != '\u{8}' && bold.get(at + 1) != Some(&'\u{8}')).map(|at| bold[at]).collect();
        let command = page.trim_end_matches(".1").replace('-', " ");
        let help = desk.call(&format!("{} --help", command.trim_start_matches("tagledger").trim())).exits(0).out;
        for flag in
            help.split_whitespace().filter(|word| word.starts_with("--") && word[2..].bytes().all(|b| b.is_ascii_lowercase() || b == b'-') && word.len() > 4)
        {
            assert!(plain.replace('‐', "-").contains(flag), "{page} does not have {flag}");
        }
    }
}
