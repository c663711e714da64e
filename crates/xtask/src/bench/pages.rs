//! Part i: a report of 100,000 findings, as a page in a browser and as a workbook.

use super::{Aim, Rig, compare, process, table};
use crate::{Failure, judges, workspace};
use std::{
    fs,
    io::Write as _,
    process::{Command, Stdio},
};

/// What writes workbooks in Python, row by row as we do.
const PEER: &str = "XlsxWriter==3.2.9";
const BROWSERS: &[&str] = &["chromium", "chromium-browser", "google-chrome"];

pub(super) fn report(rig: &Rig, resources: u64) -> Result<(), Failure> {
    let data = rig.data(&format!("estate-page-{resources}"), &["estate", "--resources", &resources.to_string(), "--seed", "1", "--bill-months", "3"])?;
    let run = rig.folder.join(format!("run-page-{resources}"));
    let at = run.display().to_string();
    if !run.join("run.json").exists() {
        let part = |name: &str| data.join(name).display().to_string();
        let words = ["scan", "--from", &part("inventory"), "--bill", &part("bill"), "--taxonomy", &part("taxonomy.yaml"), "--out", &at, "--format", "none"];
        let command = rig.binary("tagledger", &[&words[..], &["--history", "none", "--now", "2026-11-22"]].concat());
        let ended = Command::new(&command[0]).args(&command[1..]).status().map_err(|e| Failure(format!("{}: {e}", command[0])))?;
        if !matches!(ended.code(), Some(0 | 1 | 3)) {
            return Err(Failure(format!("`{}` ended with {ended}", command.join(" "))));
        }
    }
    let python = rig.python_with(&[PEER])?.display().to_string();
    let script = rig.folder.join("workbook.py");
    fs::write(&script, include_str!("workbook.py")).map_err(|e| Failure(format!("{}: {e}", script.display())))?;
    println!("\n(i) a run of {resources} resources rendered again");
    let out = |name: &str| rig.folder.join(format!("rendered-{name}"));
    let render = |name: &'static str, format: &str| {
        let mut side =
            rig.side(name, rig.binary("tagledger", &["report", "--from", &at, "--format", format, "--out", &out(format).display().to_string()]), &[0]);
        side.fresh = Some(out(format));
        side
    };
    let peer = out("peer.xlsx").display().to_string();
    let sides = [
        render("CSV files", "csv"),
        render("the page", "html"),
        render("the workbook", "xlsx"),
        rig.side("XlsxWriter, the same tables", vec![python, script.display().to_string(), at, peer], &[0]),
    ];
    let figures = compare(&rig.measure, &sides, rig.repetitions)?;
    let size = |path: std::path::PathBuf| fs::metadata(&path).map_or(0.0, |file| file.len() as f64 / 1e6);
    let page = out("html").join("report.html");
    let seen = browse(&page.display().to_string())?;
    let aims = [
        Aim { what: "wall time of the page against the CSV files".to_owned(), value: figures[1].wall / figures[0].wall, below: 2.0, unit: "×" },
        Aim { what: "size of the page".to_owned(), value: size(page), below: 40.0, unit: " MB" },
        Aim { what: "wall time of the workbook against XlsxWriter".to_owned(), value: figures[2].wall / figures[3].wall, below: 0.5, unit: "×" },
        // XlsxWriter is handed tables; ours reads a run first, as the CSV files do.
        Aim { what: "memory of the workbook against the CSV files".to_owned(), value: figures[2].memory / figures[0].memory, below: 1.5, unit: "×" },
        Aim { what: "size of the workbook".to_owned(), value: size(out("xlsx").join("report.xlsx")), below: 60.0, unit: " MB" },
        Aim { what: "first paint".to_owned(), value: seen[0], below: 2_000.0, unit: " ms" },
        Aim { what: "until it can be used".to_owned(), value: seen[1], below: 5_000.0, unit: " ms" },
        Aim { what: "longest task while scrolling".to_owned(), value: seen[2], below: 50.0, unit: " ms" },
    ];
    println!("\n{}", table(&sides, &figures, 2, &aims));
    Ok(())
}

/// First paint, until it can be used, and the longest task while the findings are scrolled, in milliseconds.
fn browse(page: &str) -> Result<[f64; 3], Failure> {
    let root = workspace::root()?;
    judges::install(&root)?;
    let browser = process::find(BROWSERS).ok_or("The bench of the page needs Chromium.")?;
    let steps = format!("[{{\"do\":\"open\",\"url\":\"file://{page}\"}},{{\"do\":\"timing\"}},{{\"do\":\"scroll\",\"of\":\"#viewport\",\"steps\":300}}]");
    let mut node = Command::new("node");
    node.arg(root.join("tests/browser/drive.js")).arg(browser).arg(std::env::temp_dir()).env(judges::VARIABLE, judges::folder(&root));
    let failed = |e: std::io::Error| Failure(format!("Node.js: {e}"));
    let mut child = node.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(failed)?;
    child.stdin.take().ok_or("Node.js takes no input.")?.write_all(steps.as_bytes()).map_err(failed)?;
    let output = child.wait_with_output().map_err(failed)?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    // `[null,{"paint":1,"interactive":2,"complete":3},4,[]]`, and nothing that could be mistaken for it.
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let after = |name: &str| text.split_once(name)?.1.split([',', '}']).next().and_then(number);
    let longest = || text.split_once("},")?.1.split(',').next().and_then(number);
    match (after("\"paint\":"), after("\"complete\":"), longest()) {
        (Some(paint), Some(complete), Some(longest)) => Ok([paint, complete, longest]),
        _ => Err(Failure(format!("The browser said `{}`.", text.trim()))),
    }
}
