//! The formats beside the first screen: gauges, digests, comparisons, and the script that somebody will run.

use super::{gate, hostile, runs_nothing, texts, without_breaks};
use serde_json::json;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use tagledger_tests::{Desk, contents, is_invisible, python};

#[test]
fn gauges_are_one_sample_a_line() {
    let desk = hostile();
    desk.call(super::SCAN).exits(1);
    let text = desk.text("run/openmetrics.txt");
    assert!(text.ends_with("# EOF\n") && text.matches("# EOF\n").count() == 1);
    for line in text.lines().filter(|line| !line.starts_with("# ")) {
        let (name, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("{line}"));
        assert!(name.starts_with("tagledger_") && value.parse::<f64>().is_ok(), "{line}");
    }
    assert_eq!(desk.call("report --from run --format openmetrics").exits(0).out, text);
    let Some(mut python) = python() else { return };
    let script = "import sys\nfrom prometheus_client.openmetrics.parser import text_string_to_metric_families as read\n\
                  print(sum(len(f.samples) for f in read(open(sys.argv[1], newline='').read())))";
    let done = python.args(["-c", script]).arg(desk.path("run/openmetrics.txt")).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(String::from_utf8(done.stdout).unwrap().trim().parse::<usize>().unwrap(), text.lines().filter(|line| !line.starts_with('#')).count());
}

#[test]
fn digests_are_files_of_their_folder_and_hold_text_as_text() {
    let desk = hostile();
    // Values that are names of files, or would be.
    let mut inventory = desk.text("inventory.ndjson");
    for (number, value) in ["../../etc/passwd", "/etc/passwd", "..", ".", "a/../../b", "con", "x\u{0}y", "-rf", "a\nb", "\u{202e}dm."].iter().enumerate() {
        let record = json!({"cloud": "onprem", "scope": "dc", "kind": "vm", "id": format!("path-{number}"), "taggable": "yes", "tags": {"Application": value}});
        writeln!(inventory, "{record}").unwrap();
    }
    desk.put("inventory.ndjson", inventory);
    desk.put("taxonomy.yaml", "version: 1\nkeys: { Environment: { required: true, values: { production: [] } }, Application: {} }\n");
    desk.call(super::SCAN).exits(1);
    let before = desk.names();
    desk.call("report --from run --digest Application --out out/digests").exits(0);
    let written: Vec<String> = desk.names().into_iter().filter(|name| !before.contains(name)).collect();
    assert!(written.iter().all(|name| name == "out/" || name.starts_with("out/digests/")), "{written:?}");
    let files = contents(&desk.path("out/digests"));
    assert!(files.len() > 40, "{}", files.len());
    for (name, bytes) in files {
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.@".contains(c)) && !name.starts_with(['-', '.']), "{name}");
        let text = String::from_utf8(bytes).unwrap();
        if Path::new(&name).extension().is_some_and(|extension| extension == "csv") {
            runs_nothing(&text);
        } else {
            assert!(!without_breaks(&text).contains(is_invisible), "{name}: {text:?}");
            gate::is_harmless_markdown(&text);
        }
    }
}

#[test]
fn comparisons_show_no_control_and_run_nothing() {
    let desk = hostile();
    let scan = |now: &str| desk.call(&format!("scan --from inventory.ndjson --bill bill.csv --history history --format none --now {now} --out run")).exits(1);
    scan("2026-11-01");
    // Every text is in what is new, and in what is gone.
    let inventory = desk.text("inventory.ndjson");
    desk.put("inventory.ndjson", inventory.replace("\"id\":\"", "\"id\":\"new"));
    scan("2026-11-02");
    for words in ["diff 2026-11-01 2026-11-02 --history history", "trend --history history"] {
        let done = desk.call(words).exits(0);
        assert!(!done.out.contains(is_invisible), "{:?}", done.out);
        runs_nothing(&desk.call(&format!("{words} --format csv")).exits(0).out);
    }
}

#[test]
fn the_script_runs_nothing_of_a_name() {
    let desk = Desk::new();
    desk.put("taxonomy.yaml", "version: 1\nkeys: { Environment: { required: true, aliases: [env], values: { production: [prd] } } }\n");
    let mut inventory = String::new();
    let more =
        ["'; touch pwned; '", "$(touch pwned)", "`touch pwned`", "\n touch pwned\n", "--cli-input-json=file://x", "\\'; touch pwned #"].map(str::to_owned);
    for (number, text) in texts().into_iter().chain(more).enumerate() {
        let arn = format!("arn:aws:ec2:eu-west-1:111122223333:volume/{text}{number}");
        let at_google = format!("//compute.googleapis.com/projects/{text}/zones/{text}/disks/{text}{number}");
        let azure = format!("/subscriptions/s/resourceGroups/{text}/providers/Microsoft.Compute/disks/{text}{number}");
        for (cloud, kind, id) in [("aws", "ec2:volume", arn), ("gcp", "compute.googleapis.com/Disk", at_google), ("azure", "microsoft.compute/disks", azure)] {
            // The names of scopes and Regions become flags.
            let resource =
                json!({"cloud": cloud, "scope": text, "region": text, "kind": kind, "id": id, "name": text, "tags": {"env": "prd", text.clone(): text}});
            writeln!(inventory, "{resource}").unwrap();
        }
    }
    desk.put("inventory.ndjson", inventory);
    desk.call("scan --from inventory.ndjson --out run --now 2026-11-01 --allow-partial --format none").done().ends(&[0, 1]);
    desk.call("fix --run run --out scripts").exits(0);
    let mut called = 0;
    for program in ["aws", "az", "gcloud"] {
        let path = desk.put(&format!("bin/{program}"), "#!/bin/sh\nprintf '%s\\n' \"called $#\" >> \"$CALLED\"\necho '{\"FailedResourcesMap\": {}}'\n");
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    for cloud in ["aws", "azure", "gcp"] {
        let script = desk.text(&format!("scripts/fix-{cloud}.sh"));
        if let Some(line) = script.lines().find(|line| line.contains(|c| is_invisible(c) && c != '\t')) {
            panic!("{cloud}: {line:?}");
        }
        let path = format!("{}:{}", desk.path("bin").display(), std::env::var("PATH").unwrap());
        let mut shell = Command::new("bash");
        shell.arg(desk.path(&format!("scripts/fix-{cloud}.sh"))).current_dir(desk.path("bin")).env("PATH", path).env("CALLED", desk.path("called"));
        let done = shell.output().unwrap();
        assert!(!desk.path("bin/pwned").exists(), "{cloud}: {}", String::from_utf8_lossy(&done.stderr));
        called += usize::from(desk.path("called").exists());
        let _gone = std::fs::remove_file(desk.path("called"));
    }
    assert!(called > 0, "no script called anything");
}
