//! Part j: a bill that an engine adds up, against the same files read here: what the engine takes, and what is left for this program.

use super::{Aim, DUCKDB, Rig, compare, process, table};
use crate::{Failure, engines, workspace};
use std::{
    fs,
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// Runs the printed question and writes its answer.
const RUN: &str =
    "import duckdb, sys\nduckdb.sql('SET threads = 2')\nduckdb.sql(f\"COPY ({open(sys.argv[1]).read()}) TO '{sys.argv[2]}' (ROW_GROUP_SIZE 8192)\")\n";

pub(super) fn cost(rig: &Rig, shape: &str, rows: u64) -> Result<(), Failure> {
    let data = rig.data(&format!("bill-{shape}-{rows}"), &["bench-bill", "--rows", &rows.to_string(), "--shape", shape])?;
    let root = workspace::root()?;
    let folder = data.display().to_string();
    let (bill, inventory, taxonomy) = (format!("{folder}/bill"), format!("{folder}/inventory"), format!("{folder}/taxonomy.yaml"));
    let rest = ["--from", &inventory, "--taxonomy", &taxonomy, "--by", "Environment,Application", "--format", "csv", "--quiet"];
    let command = |first: &[&str]| rig.binary("tagledger", &[&["cost"], first, &rest[..]].concat());
    println!("\n(j) {rows} rows of a {shape} bill, added up by an engine");
    let sail = Sail::start(&engines::folder(&root))?;
    let (address, files) = (format!("sc://127.0.0.1:{}", sail.port), format!("parquet.`{bill}`"));
    let (sql, answer) = (rig.folder.join(format!("stage1-{shape}.sql")), rig.folder.join(format!("stage1-{shape}.parquet")));
    let one = first_file(Path::new(&bill)).ok_or_else(|| Failure(format!("{bill} holds no Parquet file.")))?;
    let every = format!("read_parquet('{bill}/**/*.parquet')");
    let printed = process::output(Command::new(rig.binaries.join("tagledger")).args(["cost", "--print-sql", "--table", &every, "--bill", &one]))?;
    let script = rig.folder.join("printed.py");
    let write = |path: &Path, text: &str| fs::write(path, text).map_err(|e| Failure(format!("{}: cannot be written: {e}", path.display())));
    write(&sql, &printed)?;
    write(&script, RUN)?;
    let python = rig.python_with(&[DUCKDB])?.display().to_string();
    let shown = |path: &Path| path.display().to_string();
    let sides = [
        rig.side("tagledger cost, the files", command(&["--bill", &bill]), &[0]),
        rig.side("tagledger cost --engine", command(&["--engine", &address, "--table", &files]), &[0]),
        rig.side("DuckDB, the printed SQL", vec![python, shown(&script), shown(&sql), shown(&answer)], &[0]),
        rig.side("tagledger cost --from-stage1", command(&["--from-stage1", &shown(&answer)]), &[0]),
    ];
    let figures = compare(&rig.measure, &sides, rig.repetitions)?;
    let texts: Vec<String> = [0, 1, 3].iter().filter_map(|at| fs::read_to_string(&sides[*at].output).ok()).collect();
    if texts.len() != 3 || texts.iter().any(|text| *text != texts[0]) {
        return Err("The engines and the files do not give the same report.".into());
    }
    let (cpu, memory) = sail.figures();
    let aims = [Aim { what: "peak memory of the program beside the engine".to_owned(), value: figures[1].memory, below: 300.0, unit: " MB" }];
    println!("\nAll give the same report, byte for byte.\n\n{}", table(&sides, &figures, 1, &aims));
    println!("Sail itself: {:.2} CPU s for each of {} answers, {memory:.0} MB at most.", cpu / (rig.repetitions + 1) as f64, rig.repetitions + 1);
    Ok(())
}

fn first_file(folder: &Path) -> Option<String> {
    let mut files = Vec::new();
    super::list(folder, &mut files).ok()?;
    files.into_iter().find(|file| file.extension().is_some_and(|e| e == "parquet")).map(|file| file.display().to_string())
}

/// An engine that ends with the bench.
struct Sail {
    child: Child,
    port: u16,
}

impl Sail {
    fn start(python: &Path) -> Result<Self, Failure> {
        let failed = |e: std::io::Error| Failure(format!("Sail cannot be started: {e}"));
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).map_err(failed)?.port();
        let words = ["spark", "server", "--ip", "127.0.0.1", "--port", &port.to_string()];
        let child = Command::new(python.join("bin/sail")).args(words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().map_err(failed)?;
        let sail = Self { child, port };
        let patience = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if Instant::now() > patience {
                return Err("Sail did not come up within 30 seconds.".into());
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(sail)
    }

    /// Processor time in seconds and largest resident memory in MB, as the kernel has counted them; zero where it does not say.
    fn figures(&self) -> (f64, f64) {
        let read = |name: &str| fs::read_to_string(format!("/proc/{}/{name}", self.child.id())).unwrap_or_default();
        let number = |word: Option<&str>| word.and_then(|word| word.parse::<f64>().ok()).unwrap_or_default();
        // Behind the name in parentheses: state and ten more fields, then user and system time in hundredths of a second.
        let stat = read("stat");
        let mut times = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11);
        let ticks = number(times.next()) + number(times.next());
        let status = read("status");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).and_then(|rest| rest.split_whitespace().next());
        (ticks / 100.0, number(peak) * 1.024 / 1000.0)
    }
}

impl Drop for Sail {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _killed = self.child.kill();
        let _waited = self.child.wait();
    }
}
