//! Part d: clouds asked while the scan runs, against a bare boto3 loop that asks the same server the same questions.

use super::Rig;
use super::figures::{Aim, compare, table};
use crate::{Failure, process};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The version that the figures in docs/performance.md are about.
const BOTO3: &str = "boto3==1.44.8";

/// Five accounts, three Regions.
const PLACES: u64 = 15;

/// What the cloud and both sides agree on.
const ACCOUNTS: [&str; 5] = ["111122220000", "111122220001", "111122220002", "111122220003", "111122220004"];

const TAXONOMY: &str = "version: 1\nkeys:\n  Environment: { required: true, values: { production: [], staging: [], development: [] } }\n  \
    Application: { required: true }\n  Owner: { required: true }\n";

/// A loopback cloud that ends with the bench.
struct Cloud {
    child: Child,
    url: String,
}

impl Drop for Cloud {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _killed = self.child.kill();
        let _waited = self.child.wait();
    }
}

impl Cloud {
    fn start(script: &Path, resources: u64, rates: &str) -> Result<Self, Failure> {
        let failed = |e: std::io::Error| Failure(format!("The loopback cloud did not start: {e}"));
        let mut child = Command::new("python3").arg(script).arg(resources.to_string()).arg(rates).stdout(Stdio::piped()).spawn().map_err(failed)?;
        let mut port = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut port).map_err(failed)?;
        }
        Ok(Self { child, url: format!("http://127.0.0.1:{}", port.trim()) })
    }
}

/// Scans so many resources; `paced`: the server enforces the documented rates, and the program keeps them.
pub(super) fn scan(rig: &Rig, resources: u64, paced: bool) -> Result<(), Failure> {
    let script = rig.write("cloud.py", include_str!("cloud.py"))?;
    let bare = rig.write("bare.py", include_str!("bare.py"))?;
    let taxonomy = rig.write("live-taxonomy.yaml", TAXONOMY)?;
    let accounts = ACCOUNTS.map(|account| format!("\"{account}\"")).join(", ");
    let pace = if paced { "documented" } else { "none" };
    let settings = rig.write("live.yaml", &format!("version: 1\nclouds:\n  aws: {{ accounts: [{accounts}], pace: {pace} }}\n"))?;
    let python = rig.python_with(&[BOTO3])?.display().to_string();
    let cloud = Cloud::start(&script, resources, if paced { "documented" } else { "free" })?;
    println!("\n(d) {resources} resources in 5 accounts and 3 Regions, {}", if paced { "at the documented rates" } else { "as fast as they are answered" });
    let out = rig.folder.join("live");
    let words = ["scan", "--config", &settings.display().to_string(), "--taxonomy", &taxonomy.display().to_string(), "--out", &out.display().to_string(), "-q"]
        .map(str::to_owned);
    let ours = rig.binary("tagledger", &words.each_ref().map(String::as_str));
    let mut scanning = rig.side("tagledger scan", at(&cloud, ours), &[0, 1, 3]);
    scanning.fresh = Some(out);
    if paced {
        scanning.pause = Duration::from_secs(1);
        // One place after the other, boto3 would take minutes here: the rates themselves are what a scan is held to.
        let figures = compare(&rig.measure, std::slice::from_ref(&scanning), rig.repetitions)?;
        let aim = Aim { what: "wall time against the documented rates".to_owned(), value: figures[0].wall / least(resources), below: 1.1, unit: "×" };
        println!("\n{}", table(&[scanning], &figures, 0, &[aim]));
        return Ok(());
    }
    let theirs = rig.side("boto3", at(&cloud, vec![python, bare.display().to_string(), cloud.url.clone(), resources.to_string()]), &[0]);
    let sides = [theirs, scanning];
    let figures = compare(&rig.measure, &sides, rig.repetitions)?;
    let aims = [
        Aim { what: "CPU against boto3".to_owned(), value: figures[1].cpu / figures[0].cpu, below: 0.3, unit: "×" },
        Aim { what: "wall time against boto3".to_owned(), value: figures[1].wall / figures[0].wall, below: 0.3, unit: "×" },
    ];
    println!("\n{}", table(&sides, &figures, 1, &aims));
    Ok(())
}

/// The seconds that the documented rates leave at least: pages of 100 at 15 a second, and pages of 1,000 and three further calls at 3 a second,
/// each after a first second's worth that may come at once; the places do not wait for each other.
fn least(resources: u64) -> f64 {
    let here = (resources / PLACES) as f64;
    let tagging = ((here / 100.0).ceil() - 15.0).max(0.0) / 15.0;
    let explorer = ((here / 1000.0).ceil() + 3.0 - 3.0).max(0.0) / 3.0;
    tagging.max(explorer)
}

fn at(cloud: &Cloud, command: Vec<String>) -> Vec<String> {
    let environment =
        ["AWS_ACCESS_KEY_ID=AKIDBENCH", "AWS_SECRET_ACCESS_KEY=s", "AWS_REGION=eu-central-1", "AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE=none"];
    let mut words = vec!["env".to_owned(), format!("AWS_ENDPOINT_URL={}", cloud.url)];
    words.extend(environment.map(str::to_owned));
    words.extend(command);
    words
}

impl Rig {
    /// Writes a script, or what one reads, beside the data.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<PathBuf, Failure> {
        let path = self.folder.join(name);
        std::fs::write(&path, text).map_err(|e| Failure(format!("{}: cannot be written: {e}", path.display())))?;
        Ok(path)
    }

    /// Python with these packages; installed once.
    pub(super) fn python_with(&self, packages: &[&str]) -> Result<PathBuf, Failure> {
        let venv = self.target.join("venv");
        let python = venv.join("bin/python");
        if !python.exists() {
            process::run(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
        }
        process::run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(packages))?;
        Ok(python)
    }
}
