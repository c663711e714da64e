//! `cargo xtask bench`: what the program costs, as ratios to what the same files cost at least, all in one run.
//!
//! A machine's seconds mean little elsewhere; its ratios do. docs/performance.md keeps them with what limits them.

mod figures;
mod graph;
mod lake;
mod live;
mod nights;
mod organization;
mod pages;

use crate::{Failure, arguments, engines, features, process, workspace};
use figures::{Aim, Side, compare, table};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// The version that the figures in docs/performance.md are about.
const DUCKDB: &str = "duckdb==2.0.0";

/// What `cost` reads of the bench's bill, and therefore what the bare decode touches: an inventory needs the sub-account, within which bare ids are looked
/// up, and what a row is charged for is told by its category, its class and its service.
const COLUMNS: &str = "EffectiveCost,BillingCurrency,BillingPeriodStart,ProviderName,SubAccountId,ResourceId,Tags,ChargeCategory,ChargeClass,ServiceName";

const PARTS: [&str; 20] = [
    "a",
    "b-typical",
    "b-hard",
    "c-start",
    "c-5mb",
    "c-50mb",
    "d-20k",
    "d-200k",
    "d-paced",
    "e-20k",
    "e-200k",
    "e-quota",
    "f-100k",
    "f-1m",
    "f-quota",
    "g",
    "h",
    "i",
    "j-typical",
    "j-hard",
];

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
struct Options {
    parts: Vec<&'static str>,
    resources: u64,
    rows: u64,
    repetitions: u64,
}

impl Options {
    fn parse(words: &[&str]) -> Result<Self, Failure> {
        let mut options = Self { parts: Vec::new(), resources: 1_000_000, rows: 10_000_000, repetitions: 3 };
        for (name, value) in arguments::options(words, &["only", "resources", "rows", "reps"])? {
            match name {
                "resources" => options.resources = arguments::count(name, value)?,
                "rows" => options.rows = arguments::count(name, value)?,
                "reps" => options.repetitions = arguments::count(name, value)?,
                _ => match PARTS.iter().find(|part| **part == value) {
                    Some(part) => options.parts.push(part),
                    None => return Err(Failure(format!("--only {value}: the parts are {}.", PARTS.join(", ")))),
                },
            }
        }
        if options.parts.is_empty() {
            options.parts = PARTS.to_vec();
        }
        Ok(options)
    }
}

/// Programs and folders of a bench.
#[derive(Debug)]
struct Rig {
    /// Binaries of the release build.
    binaries: PathBuf,
    /// Generated data and output.
    folder: PathBuf,
    /// The target folder, for the virtual environment.
    target: PathBuf,
    measure: PathBuf,
    reference: PathBuf,
    repetitions: u64,
}

/// Builds, generates what is missing, measures, prints.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    let options = Options::parse(words)?;
    let root = workspace::root()?;
    if process::find(&["python3"]).is_none() {
        return Err("The bench measures with `python3` and compares with DuckDB from PyPI; install Python 3.9 or later.".into());
    }
    let build = ["build", "--release", "--workspace", "--bins"];
    if options.parts.iter().any(|part| part.starts_with('j')) {
        engines::install(&root)?;
        process::run(engines::cargo(&root).args(build).args(["--features", features::TESTED]))?;
    } else {
        process::run(process::cargo(&root).args(build))?;
    }
    let rig = Rig::new(&workspace::target(&root), options.repetitions)?;
    for part in &options.parts {
        match *part {
            "a" => scan(&rig, options.resources)?,
            "c-start" => plan(&rig, 6_000)?,
            "c-5mb" => plan(&rig, 5_000_000)?,
            "c-50mb" => plan(&rig, 50_000_000)?,
            "d-20k" => live::scan(&rig, 20_000, false)?,
            "d-200k" => live::scan(&rig, 200_000, false)?,
            "d-paced" => live::scan(&rig, 200_000, true)?,
            "e-20k" => graph::scan(&rig, 20_000, false)?,
            "e-200k" => graph::scan(&rig, 200_000, false)?,
            "e-quota" => graph::scan(&rig, 200_000, true)?,
            "f-100k" => organization::scan(&rig, 100_000, false)?,
            "f-1m" => organization::scan(&rig, 1_000_000, false)?,
            "f-quota" => organization::scan(&rig, 1_000_000, true)?,
            "g" => nights::rules(&rig, options.resources)?,
            "h" => nights::year(&rig, 100_000)?,
            "i" => pages::report(&rig, 30_000)?,
            "j-typical" => lake::cost(&rig, "typical", options.rows)?,
            "j-hard" => lake::cost(&rig, "hard", options.rows)?,
            shape => cost(&rig, shape.trim_start_matches("b-"), options.rows)?,
        }
    }
    println!("Seconds are this machine's; compare the ratios with docs/performance.md.");
    Ok(())
}

impl Rig {
    fn new(target: &Path, repetitions: u64) -> Result<Self, Failure> {
        let folder = target.join("bench");
        let write = |name: &str, text: &str| -> Result<PathBuf, Failure> {
            let path = folder.join(name);
            fs::create_dir_all(&folder).and_then(|()| fs::write(&path, text)).map_err(|e| Failure(format!("{}: cannot be written: {e}", path.display())))?;
            Ok(path)
        };
        Ok(Self {
            binaries: target.join("release"),
            measure: write("measure.py", include_str!("bench/measure.py"))?,
            reference: write("reference.py", include_str!("bench/reference.py"))?,
            target: target.to_owned(),
            folder,
            repetitions,
        })
    }

    /// A command line of one of our binaries.
    fn binary(&self, name: &str, words: &[&str]) -> Vec<String> {
        std::iter::once(self.binaries.join(name).display().to_string()).chain(words.iter().map(|w| (*w).to_owned())).collect()
    }

    /// A side whose standard output is kept beside the data.
    fn side(&self, name: &'static str, command: Vec<String>, accepted: &'static [i32]) -> Side {
        let file: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        Side { name, command, output: self.folder.join(format!("{file}.out")), fresh: None, pause: Duration::ZERO, accepted }
    }

    /// The folder of generated data; made once, and again only after an interrupted try.
    fn data(&self, name: &str, words: &[&str]) -> Result<PathBuf, Failure> {
        let folder = self.folder.join(name);
        let whole = folder.join("complete");
        if !whole.exists() {
            println!("Generating {} (once; remove it to have it made anew).", folder.display());
            // What an interrupted try left behind.
            let _absent = fs::remove_dir_all(&folder);
            process::run(Command::new(self.binaries.join("tagledger-testkit")).args(words).arg("--out").arg(&folder))?;
            fs::write(&whole, "").map_err(|e| Failure(format!("{}: cannot be written: {e}", whole.display())))?;
        }
        Ok(folder)
    }
}

/// Part a: files in, findings out, against merely parsing the same files.
fn scan(rig: &Rig, resources: u64) -> Result<(), Failure> {
    let data = rig.data(&format!("estate-{resources}"), &["estate", "--resources", &resources.to_string(), "--seed", "1", "--bill-months", "0"])?;
    println!("\n(a) {resources} resources read, audited and reported");
    let (inventory, taxonomy) = (data.join("inventory").display().to_string(), data.join("taxonomy.yaml").display().to_string());
    let out = rig.folder.join("scan");
    let parse = rig.side("parsing with serde", rig.binary("tagledger-testkit", &["parse", &inventory]), &[0]);
    // Findings, or coverage that is incomplete, are what an estate is generated with.
    let mut ours = rig.side(
        "tagledger scan",
        rig.binary("tagledger", &["scan", "--from", &inventory, "--taxonomy", &taxonomy, "--out", &out.display().to_string()]),
        &[0, 1, 3],
    );
    ours.fresh = Some(out);
    let sides = [parse, ours];
    let figures = compare(&rig.measure, &sides, rig.repetitions)?;
    let aims = [
        Aim { what: "CPU against parsing".to_owned(), value: figures[1].cpu / figures[0].cpu, below: 2.0, unit: "×" },
        Aim { what: "peak memory".to_owned(), value: figures[1].memory, below: 1500.0, unit: " MB" },
    ];
    println!("\n{}", table(&sides, &figures, 1, &aims));
    Ok(())
}

/// Part c: a plan judged, against merely reading the same file with `jq .` and with Python; a small one shows the start of the program.
fn plan(rig: &Rig, bytes: u64) -> Result<(), Failure> {
    if process::find(&["jq"]).is_none() {
        return Err("The bench of plans compares with `jq`; install it (Debian: `apt-get install jq`).".into());
    }
    let data = rig.data(&format!("plan-{bytes}"), &["plan", "--bytes", &bytes.to_string()])?;
    let file = data.join("plan.json");
    let size = fs::metadata(&file).map_err(|e| Failure(format!("{}: cannot be read: {e}", file.display())))?.len();
    let (file, taxonomy) = (file.display().to_string(), data.join("taxonomy.yaml").display().to_string());
    println!("\n(c) a plan of {:.1} MB", size as f64 / 1e6);
    let sides = [
        rig.side("jq .", vec!["jq".to_owned(), ".".to_owned(), file.clone()], &[0]),
        rig.side("Python json.load", ["python3", "-c", "import json, sys; json.load(open(sys.argv[1]))", &file].map(str::to_owned).to_vec(), &[0]),
        rig.side("tagledger check", rig.binary("tagledger", &["check", &file, "--taxonomy", &taxonomy]), &[0, 1]),
    ];
    let figures = compare(&rig.measure, &sides, rig.repetitions)?;
    let small = bytes < 1_000_000;
    let aims = if small {
        vec![Aim { what: "wall time in milliseconds".to_owned(), value: figures[2].wall * 1000.0, below: 30.0, unit: " ms" }]
    } else {
        vec![
            Aim { what: "wall time against jq".to_owned(), value: figures[2].wall / figures[0].wall, below: 1.0, unit: "×" },
            Aim { what: "peak memory against the file".to_owned(), value: figures[2].memory * 1e6 / size as f64, below: 4.0, unit: "×" },
        ]
    };
    println!("\n{}", table(&sides, &figures, 2, &aims));
    Ok(())
}

/// Part b: a bill to the cube, against decoding its columns and against DuckDB.
fn cost(rig: &Rig, shape: &str, rows: u64) -> Result<(), Failure> {
    let data = rig.data(&format!("bill-{shape}-{rows}"), &["bench-bill", "--rows", &rows.to_string(), "--shape", shape])?;
    let python = rig.python_with(&[DUCKDB])?.display().to_string();
    let script = rig.reference.display().to_string();
    let folder = data.display().to_string();
    if !data.join("inventory.parquet").exists() {
        process::run(Command::new(&python).args([&script, "prepare", &folder]))?;
    }
    println!("\n(b) {rows} rows of a {shape} bill to month × Environment × Application");
    let (bill, inventory, taxonomy) = (format!("{folder}/bill"), format!("{folder}/inventory"), format!("{folder}/taxonomy.yaml"));
    let words = ["cost", "--bill", &bill, "--from", &inventory, "--taxonomy", &taxonomy, "--by", "Environment,Application", "--format", "csv"];
    settle(&data.join("bill"))?;
    let kept = |name: &str| rig.folder.join(format!("kept-{name}-{shape}"));
    let nightly = |cache: &Path| rig.binary("tagledger", &[&words[..], &["--bill-cache", &cache.display().to_string()]].concat());
    let mut first = rig.side("tagledger cost, adding up", nightly(&kept("first")), &[0]);
    first.fresh = Some(kept("first"));
    let sides = [
        rig.side("bare decode", rig.binary("tagledger-testkit", &["decode", &bill, "--columns", COLUMNS]), &[0]),
        rig.side("tagledger cost", rig.binary("tagledger", &words), &[0]),
        rig.side("DuckDB, pre-aggregated", vec![python.clone(), script.clone(), "run".to_owned(), folder.clone()], &[0]),
        first,
        // The run that is not counted has added up all months but the newest.
        rig.side("tagledger cost, the next night", nightly(&kept("next")), &[0]),
    ];
    let figures = compare(&rig.measure, &sides, rig.repetitions)?;
    for side in &sides[1..] {
        process::run(Command::new(&python).args([&script, "check", &folder]).arg(&side.output))?;
    }
    let below = if shape == "hard" { 2.5 } else { 2.0 };
    let aims = [
        Aim { what: "CPU against the bare decode".to_owned(), value: figures[1].cpu / figures[0].cpu, below, unit: "×" },
        Aim { what: "peak memory".to_owned(), value: figures[1].memory, below: 500.0, unit: " MB" },
        Aim { what: "CPU against DuckDB".to_owned(), value: figures[1].cpu / figures[2].cpu, below: 1.0, unit: "×" },
        Aim { what: "wall time against DuckDB".to_owned(), value: figures[1].wall / figures[2].wall, below: 1.0, unit: "×" },
        Aim { what: "CPU of the next night against the first".to_owned(), value: figures[4].cpu / figures[1].cpu, below: 0.5, unit: "×" },
        Aim { what: "CPU of the next night against DuckDB".to_owned(), value: figures[4].cpu / figures[2].cpu, below: 0.5, unit: "×" },
    ];
    println!("\nTagledger and DuckDB give the cube of truth.json to the last digit.\n\n{}", table(&sides, &figures, 1, &aims));
    Ok(())
}

/// Lets every month but the newest have stood for long.
fn settle(bill: &Path) -> Result<(), Failure> {
    let failed = |e: std::io::Error| Failure(format!("{}: {e}", bill.display()));
    let mut files = Vec::new();
    list(bill, &mut files).map_err(failed)?;
    files.sort();
    let before = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_760_000_000);
    files.iter().rev().skip(1).try_for_each(|path| fs::File::options().write(true).open(path)?.set_modified(before)).map_err(failed)
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_measured_unless_told_otherwise() {
        let all = Options::parse(&[]).unwrap();
        assert_eq!(all, Options { parts: PARTS.to_vec(), resources: 1_000_000, rows: 10_000_000, repetitions: 3 });
        let some = Options::parse(&["--only", "b-hard", "--rows=1000", "--reps", "1"]).unwrap();
        assert_eq!(some, Options { parts: vec!["b-hard"], resources: 1_000_000, rows: 1000, repetitions: 1 });
        assert_eq!(
            Options::parse(&["--only", "b"]).unwrap_err().0,
            "--only b: the parts are a, b-typical, b-hard, c-start, c-5mb, c-50mb, d-20k, d-200k, d-paced, e-20k, e-200k, e-quota, f-100k, f-1m, f-quota, g, h, i, j-typical, j-hard."
        );
    }
}
