//! Every command of the documentation is one that the program knows, and the guides are carried out from top to bottom.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use tagledger_tests::{Desk, root};

/// Pages whose commands need nothing but exports, bills and a taxonomy: they are run as they stand.
const GUIDES: [&str; 2] = [BEGINNING, "docs/manager.md"];

/// The one that begins without a taxonomy.
const BEGINNING: &str = "docs/first-scan.md";

/// The fenced blocks of a page that a shell is meant to read, with the line that each begins at.
fn blocks(page: &str) -> Vec<(usize, String)> {
    let text = std::fs::read_to_string(root().join(page)).unwrap();
    let mut all = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (number, line) in text.lines().enumerate() {
        match &mut open {
            Some(_) if line.trim_start().starts_with("```") => all.extend(open.take()),
            Some((_, block)) => writeln!(block, "{line}").unwrap(),
            None if matches!(line.trim_start(), "```sh" | "```bash" | "```console") => open = Some((number + 2, String::new())),
            None => {}
        }
    }
    all
}

fn pages() -> Vec<String> {
    let docs = std::fs::read_dir(root().join("docs")).unwrap().map(|entry| format!("docs/{}", entry.unwrap().file_name().to_str().unwrap()));
    let mut all: Vec<String> = docs.filter(|name| Path::new(name).extension().is_some_and(|e| e == "md")).chain(["README.md".to_owned()]).collect();
    all.sort();
    all
}

/// The program, beside the tests.
fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(2).unwrap().join("tagledger")
}

#[test]
fn every_command_is_known() {
    let desk = Desk::new();
    let mut count = 0;
    for page in pages() {
        for (line, block) in blocks(&page) {
            if !block.contains("tagledger") {
                continue;
            }
            // The shell takes the lines apart; what is not ours succeeds and does nothing. Asked for its help last, the program reads all before it and does none.
            let mut script = String::from("set -u\nROOT=r ORG=1 PROJECT=p\ncommand_not_found_handle() { return 0; }\nPATH=/nonexistent\nbad=0\n");
            writeln!(script, "tagledger() {{ \"{}\" \"$@\" --help >/dev/null || bad=1; }}", program().display()).unwrap();
            writeln!(script, "set +u\n{block}\nexit $bad").unwrap();
            let file = desk.put("block.sh", &script);
            let output = Command::new("/bin/bash").arg(&file).current_dir(desk.path(".")).env("LC_ALL", "C").output().unwrap();
            assert!(output.status.success(), "{page}:{line}\n{block}\n{}", String::from_utf8_lossy(&output.stderr));
            count += block.matches("tagledger ").count();
        }
    }
    assert!(count > 40, "{count} commands only");
}

#[test]
fn guides_are_carried_out() {
    for page in GUIDES {
        let desk = Desk::new();
        let estate = root().join("examples/estate");
        for (from, to) in [("inventory", "exports"), ("bill", "bills")] {
            assert!(Command::new("cp").arg("-r").arg(estate.join(from)).arg(desk.path(to)).status().unwrap().success());
        }
        let beside: &[&str] = if page == BEGINNING { &[] } else { &["taxonomy.yaml", "applications.csv", "cost-centers.csv", "owners.csv"] };
        for name in beside {
            std::fs::copy(estate.join(name), desk.path(name)).unwrap();
        }
        let all = blocks(page);
        assert!(!all.is_empty(), "{page}");
        for (line, block) in all {
            // Findings are no failure of a guide.
            let script = format!("tagledger() {{ local code=0; \"{}\" \"$@\" || code=$?; [ $code -le 1 ] || exit $code; }}\n{block}", program().display());
            let file = desk.put("block.sh", script);
            let output = Command::new("bash").args(["-e"]).arg(&file).current_dir(desk.path(".")).env("TAGLEDGER_NOW", "2026-11-22").output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{page}:{line}\n{block}\n{said}");
        }
    }
}
