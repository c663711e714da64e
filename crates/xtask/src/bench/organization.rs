//! Part f: an organisation asked while the scan runs, against what the quotas of the loopback server allow.

use super::Rig;
use super::figures::{Aim, compare, table};
use crate::{Failure, process, workspace};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

/// The documented quotas, in calls a minute, and the rows of their pages.
const SEARCHES: (u64, u64) = (400, 500);
const LISTS: (u64, u64) = (100, 1000);

/// How many times faster than the clock a minute of these quotas goes by, for the server and for the program alike.
const HASTE: u64 = 2;

/// Spellings are counted and not reported, as what the estate's teams write is not what is measured.
const TAXONOMY: &str = "version: 1\nkeys:\n  Environment: { required: true, aliases: [env], values: { production: [prod], staging: [], test: [], development: [dev] } }\n  \
    Application: { required: true, aliases: [app] }\nrules: { nonstandard-key: off, nonstandard-value: off, unknown-value: off }\n";

/// A loopback organisation that ends with the bench.
struct Organization {
    child: Child,
    host: String,
}

impl Drop for Organization {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _killed = self.child.kill();
        let _waited = self.child.wait();
    }
}

impl Organization {
    fn start(resources: u64, projects: u64, limited: bool) -> Result<Self, Failure> {
        let failed = |e: std::io::Error| Failure(format!("The loopback organisation did not start: {e}"));
        let seconds = 60 / HASTE;
        // A second's worth may come at once, as the program thinks.
        let quota = |calls: u64| format!("[{calls}, {seconds}, {}]", (calls * HASTE).div_ceil(60).max(2));
        let quotas = if limited { format!("{{\"search\": {}, \"list\": {}}}", quota(SEARCHES.0), quota(LISTS.0)) } else { "{}".to_owned() };
        let seed = format!("{{\"count\": {{\"assets\": {resources}, \"projects\": {projects}}}, \"quota\": {quotas}}}");
        let python = process::find(&["python3"]).ok_or_else(|| Failure("The bench needs python3.".to_owned()))?;
        let mut command = Command::new(python);
        let command = command.arg(workspace::root()?.join("tests/servers/gcp")).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(failed)?;
        if let Some(mut input) = child.stdin.take() {
            input.write_all(seed.as_bytes()).map_err(failed)?;
        }
        let mut port = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut port).map_err(failed)?;
        }
        Ok(Self { child, host: format!("127.0.0.1:{}", port.trim()) })
    }

    /// Rows of searches in a second, from the first question of the last scan to its last answer.
    fn rate(&self) -> Result<f64, Failure> {
        let failed = |e: std::io::Error| Failure(format!("The loopback organisation did not answer: {e}"));
        let mut stream = TcpStream::connect(&self.host).map_err(failed)?;
        stream.write_all(b"GET /-/rate HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").map_err(failed)?;
        let mut text = String::new();
        stream.read_to_string(&mut text).map_err(failed)?;
        let number = text.rsplit(':').next().map(|rest| rest.trim().trim_end_matches('}').trim());
        number.and_then(|number| number.parse().ok()).ok_or_else(|| Failure(format!("The loopback organisation tells no rate: {text}")))
    }
}

/// Scans so many resources; `limited`: the server enforces the quotas, and the program keeps them.
pub(super) fn scan(rig: &Rig, resources: u64, limited: bool) -> Result<(), Failure> {
    let projects = (resources / 500).max(1);
    let organization = Organization::start(resources, projects, limited)?;
    let taxonomy = rig.write("organization-taxonomy.yaml", TAXONOMY)?.display().to_string();
    let paced = format!("searches_per_minute: {}, lists_per_minute: {}", SEARCHES.0 * HASTE, LISTS.0 * HASTE);
    let pace = if limited { paced.as_str() } else { "pace: none" };
    let url = format!("http://{}", organization.host);
    let settings = format!("version: 1\nclouds:\n  gcp: {{ asset_inventory: \"{url}\", resource_manager: \"{url}\", {pace} }}\n");
    let settings = rig.write("organization.yaml", &settings)?.display().to_string();
    let limit = if limited { format!("at the documented quotas, {HASTE} times as fast") } else { "as fast as they are answered".to_owned() };
    println!("\n(f) {resources} assets in {projects} projects, {limit}");
    let out = rig.folder.join("organization");
    let ours = rig.binary("tagledger", &["scan", "--config", &settings, "--taxonomy", &taxonomy, "--out", &out.display().to_string(), "-q"]);
    let mut words: Vec<String> = ["env", "NO_PROXY=127.0.0.1", "HOME=/nowhere"].map(str::to_owned).into();
    words.push(format!("GCE_METADATA_HOST={}", organization.host));
    words.extend(ours);
    let mut scanning = rig.side("tagledger scan", words, &[0, 1, 3]);
    scanning.fresh = Some(out);
    if !limited {
        // The server makes its pages when they are first asked for, which is its own work and nobody's speed.
        compare(&rig.measure, std::slice::from_ref(&scanning), 1)?;
    }
    let figures = compare(&rig.measure, std::slice::from_ref(&scanning), rig.repetitions)?;
    let aim = if limited {
        Aim { what: "wall time against the quotas".to_owned(), value: figures[0].wall / least(resources), below: 1.1, unit: "×" }
    } else {
        // What comes after, the audit and the reports, has nothing to do with how fast a cloud is read.
        Aim { what: "time from question to last answer for 100,000 rows".to_owned(), value: 1e8 / organization.rate()?, below: 1000.0, unit: " ms" }
    };
    println!("\n{}", table(&[scanning], &figures, 0, &[aim]));
    Ok(())
}

/// The seconds that the quotas leave at least: so many full pages of searches, after those that may come at once; what is listed, a third of the estate,
/// takes less.
fn least(resources: u64) -> f64 {
    let (calls, rows) = SEARCHES;
    let rate = (calls * HASTE) as f64 / 60.0;
    ((resources as f64 / rows as f64) - rate) / rate
}
