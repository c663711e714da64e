//! Part g: all rules against one of them. Part h: a year of nights, compared and followed.

use super::{Aim, Rig, compare, process, table};
use crate::{Failure, workspace};
use std::{
    fs,
    path::{Path, PathBuf},
};

fn failed(path: &Path) -> impl Fn(std::io::Error) -> Failure + '_ {
    move |e| Failure(format!("{}: {e}", path.display()))
}

/// Part g: the same estate with every rule, and with the one that everybody has.
pub(super) fn rules(rig: &Rig, resources: u64) -> Result<(), Failure> {
    const ONE: &str = "missing-required-key";
    let data = rig.data(&format!("estate-{resources}"), &["estate", "--resources", &resources.to_string(), "--seed", "1", "--bill-months", "0"])?;
    println!("\n(g) {resources} resources by all rules, and by {ONE} alone");
    let all = data.join("taxonomy.yaml");
    let text = fs::read_to_string(&all).map_err(failed(&all))?;
    let pages = workspace::root()?.join("crates/rules/pages");
    let mut off: Vec<String> = Vec::new();
    for entry in fs::read_dir(&pages).map_err(failed(&pages))? {
        let name = entry.map_err(failed(&pages))?.file_name().to_string_lossy().into_owned();
        let rule = name.trim_end_matches(".md").to_owned();
        if rule != ONE && rule != "README" {
            off.push(format!("  {rule}: off"));
        }
    }
    off.sort();
    // The estate's own levels make way; its side files lie beside the file.
    let kept: Vec<&str> = sections(&text).into_iter().filter(|section| !section.starts_with("rules:")).collect();
    let one = data.join("one-rule.yaml");
    fs::write(&one, format!("{}\nrules:\n{}\n", kept.concat(), off.join("\n"))).map_err(failed(&one))?;
    let (inventory, out) = (data.join("inventory").display().to_string(), rig.folder.join("scan"));
    let side = |name: &'static str, taxonomy: &Path| {
        let words = ["scan", "--from", &inventory, "--taxonomy", &taxonomy.display().to_string(), "--out", &out.display().to_string()].map(str::to_owned);
        let mut side = rig.side(name, rig.binary("tagledger", &words.each_ref().map(String::as_str)), &[0, 1, 3]);
        side.fresh = Some(out.clone());
        side
    };
    let sides = [side("one rule", &one), side("all rules", &all)];
    let figures = compare(&rig.measure, &sides, rig.repetitions)?;
    let aims = [
        Aim { what: "wall time against one rule".to_owned(), value: figures[1].wall / figures[0].wall, below: 3.0, unit: "×" },
        Aim { what: "CPU against one rule".to_owned(), value: figures[1].cpu / figures[0].cpu, below: 3.0, unit: "×" },
    ];
    println!("\n{}", table(&sides, &figures, 1, &aims));
    Ok(())
}

/// The top-level parts of a YAML file, each with its lines.
fn sections(text: &str) -> Vec<&str> {
    let starts = |at: &usize| text[*at..].chars().next().is_some_and(|c| c.is_ascii_alphabetic());
    let mut cuts: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).filter(|at| *at < text.len() && starts(at)).collect();
    cuts.insert(0, 0);
    cuts.push(text.len());
    cuts.dedup();
    cuts.windows(2).map(|two| &text[two[0]..two[1]]).collect()
}

const NIGHTS: u64 = 365;

/// Part h: what a year of nights weighs, and how long it takes to compare two of them and to follow all.
pub(super) fn year(rig: &Rig, resources: u64) -> Result<(), Failure> {
    let data = rig.data(&format!("estate-{resources}"), &["estate", "--resources", &resources.to_string(), "--seed", "1", "--bill-months", "1"])?;
    let history = rig.folder.join(format!("history-{resources}"));
    if !history.join("complete").exists() {
        println!("Making {NIGHTS} nights in {} (once; remove it to have them made anew).", history.display());
        let _absent = fs::remove_dir_all(&history);
        make(rig, &data, &history)?;
    }
    let night = bytes(&history, "2026-01-02")?;
    println!("\n(h) {NIGHTS} nights of {resources} resources: {:.1} MB a night, {:.0} MB in all", night as f64 / 1e6, night as f64 * NIGHTS as f64 / 1e6);
    let at = history.display().to_string();
    let last = day(NIGHTS);
    let read: Vec<String> = ["2026-01-01", &last].iter().flat_map(|day| ["findings", "resources"].map(|table| format!("{at}/{table}/date={day}"))).collect();
    let bare = format!("cat {} | wc -c", read.iter().map(|folder| format!("{folder}/*/*.parquet")).collect::<Vec<_>>().join(" "));
    let sides = [
        rig.side("the bytes of two nights", ["sh", "-c", &bare].map(str::to_owned).to_vec(), &[0]),
        rig.side("tagledger diff, two days", rig.binary("tagledger", &["diff", "2026-01-01", &last, "--history", &at, "--format", "csv"]), &[0]),
        rig.side("tagledger diff, the newest", rig.binary("tagledger", &["diff", "--history", &at]), &[0]),
        rig.side("tagledger trend", rig.binary("tagledger", &["trend", "--history", &at, "--format", "csv"]), &[0]),
    ];
    let figures = compare(&rig.measure, &sides, rig.repetitions)?;
    let mut aims = Vec::new();
    for (side, figures) in sides.iter().zip(&figures).skip(1) {
        aims.push(Aim { what: format!("{}: wall time", side.name), value: figures.wall, below: 5.0, unit: " s" });
        aims.push(Aim { what: format!("{}: peak memory", side.name), value: figures.memory, below: 1000.0, unit: " MB" });
    }
    println!("\n{}", table(&sides, &figures, 1, &aims));
    Ok(())
}

/// The day of a night, from 2026-01-01.
fn day(night: u64) -> String {
    const MONTHS: [u64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut left = night - 1;
    for (month, days) in (1..).zip(MONTHS) {
        if left < days {
            return format!("2026-{month:02}-{:02}", left + 1);
        }
        left -= days;
    }
    "2026-12-31".to_owned()
}

/// Two real nights, one with a waiver that the other does not have, and then one or the other again, under the names of later nights.
fn make(rig: &Rig, data: &Path, history: &Path) -> Result<(), Failure> {
    let plain = data.join("taxonomy.yaml");
    let text = fs::read_to_string(&plain).map_err(failed(&plain))?;
    let kept: String = sections(&text).into_iter().filter(|section| !section.starts_with("waivers:")).collect();
    let waived = data.join("waived.yaml");
    let exception = "waivers:\n  - { rule: \"*\", resource: \"arn:aws:*\", reason: bench, owner: bench, expires: 2099-01-01 }\n";
    fs::write(&waived, format!("{kept}\n{exception}")).map_err(failed(&waived))?;
    for (night, taxonomy) in [(1, &plain), (2, &waived)] {
        let mut scan = std::process::Command::new(rig.binaries.join("tagledger"));
        scan.args(["scan", "-q", "--format", "none", "--now", &day(night), "--from"]).arg(data.join("inventory")).arg("--bill").arg(data.join("bill"));
        scan.arg("--taxonomy").arg(taxonomy).arg("--out").arg(rig.folder.join("night")).arg("--history").arg(history);
        let status = scan.status().map_err(|e| Failure(e.to_string()))?;
        if !matches!(status.code(), Some(0 | 1 | 3)) {
            return Err(Failure(format!("A night of the bench ended with {status}.")));
        }
    }
    let files = [tree(history, &day(1))?, tree(history, &day(2))?];
    for night in 3..=NIGHTS {
        let (from, to) = (day(2 - night % 2), day(night));
        for file in &files[usize::from(night.is_multiple_of(2))] {
            let name = file.display().to_string();
            let copy = PathBuf::from(name.replace(&from, &to).replace(&from.replace('-', ""), &to.replace('-', "")));
            let folder = copy.parent().unwrap_or(history);
            fs::create_dir_all(folder).map_err(failed(folder))?;
            if file.extension().is_some_and(|extension| extension == "json") {
                let record = fs::read_to_string(file).map_err(failed(file))?;
                fs::write(&copy, record.replace(&from, &to)).map_err(failed(&copy))?;
            } else {
                // One file on the disk under many names: the program reads each as its own.
                fs::hard_link(file, &copy).map_err(failed(&copy))?;
            }
        }
    }
    fs::write(history.join("complete"), "").map_err(failed(history))
}

/// The files of a day, in whatever tree.
fn tree(history: &Path, day: &str) -> Result<Vec<PathBuf>, Failure> {
    let text = process::output(std::process::Command::new("find").arg(history).args(["-type", "f", "-path", &format!("*date={day}*")]))?;
    Ok(text.lines().map(PathBuf::from).collect())
}

fn bytes(history: &Path, day: &str) -> Result<u64, Failure> {
    tree(history, day)?.iter().map(|file| fs::metadata(file).map(|meta| meta.len()).map_err(failed(file))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_has_its_days_and_a_file_its_sections() {
        assert_eq!([1, 31, 32, 60, 365].map(day), ["2026-01-01", "2026-01-31", "2026-02-01", "2026-03-01", "2026-12-31"]);
        assert_eq!(sections("# x\na: 1\n  b\nc:\n- d\n"), ["# x\n", "a: 1\n  b\n", "c:\n- d\n"]);
    }
}
