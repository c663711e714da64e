//! Part e: a tenant asked while the scan runs, against what the quota of the loopback server allows.

use super::Rig;
use super::figures::{Aim, compare, table};
use crate::{Failure, workspace};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

const TENANT: &str = "7b1c9a52-3d0e-4c7f-9e55-0c2f6a1d8e40";
const CLIENT: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
const SUBSCRIPTIONS: u64 = 400;

/// Queries that the documented quota lets through in a window, and how long that is.
const QUOTA: (u64, u64) = (15, 5);

/// Rows of a page.
const PAGE: u64 = 1000;

/// Spellings are counted and not reported: the estate's teams write the same two tags in a dozen ways.
const TAXONOMY: &str = "version: 1\nkeys:\n  Environment: { required: true, aliases: [env], values: { production: [prod, prd], staging: [], test: [], development: [dev] } }\n  \
    Application: { required: true, aliases: [app] }\nrules: { nonstandard-key: off, nonstandard-value: off }\n";

/// A loopback tenant that ends with the bench.
struct Tenant {
    child: Child,
    http: String,
    https: String,
    authority: String,
}

impl Drop for Tenant {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _killed = self.child.kill();
        let _waited = self.child.wait();
    }
}

impl Tenant {
    fn start(rig: &Rig, resources: u64, limited: bool) -> Result<Self, Failure> {
        let failed = |e: std::io::Error| Failure(format!("The loopback tenant did not start: {e}"));
        let python = rig.python_with(&["cryptography==50.0.2"])?;
        let quota = if limited { format!("{{\"queries\": {}, \"window\": {}}}", QUOTA.0, QUOTA.1) } else { "null".to_owned() };
        let seed = format!(
            "{{\"tenant\": \"{TENANT}\", \"clients\": [{{\"id\": \"{CLIENT}\", \"secret\": \"s\"}}], \"quota\": {quota}, \
             \"count\": {{\"subscriptions\": {SUBSCRIPTIONS}, \"resources\": {}}}}}",
            resources / SUBSCRIPTIONS
        );
        let mut command = Command::new(python);
        let command = command.arg(workspace::root()?.join("tests/servers/azure")).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(failed)?;
        if let Some(mut input) = child.stdin.take() {
            input.write_all(seed.as_bytes()).map_err(failed)?;
        }
        let mut port = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut port).map_err(failed)?;
        }
        let mut tenant = Self { child, http: format!("127.0.0.1:{}", port.trim()), https: String::new(), authority: String::new() };
        let text = tenant.get("/-/ports")?;
        tenant.https = format!("https://127.0.0.1:{}", member(&text, "https")?);
        tenant.authority = member(&text, "ca")?;
        Ok(tenant)
    }
}

impl Tenant {
    /// What the server says of itself.
    fn get(&self, path: &str) -> Result<String, Failure> {
        let failed = |e: std::io::Error| Failure(format!("The loopback tenant did not answer: {e}"));
        let mut stream = TcpStream::connect(&self.http).map_err(failed)?;
        stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes()).map_err(failed)?;
        let mut text = String::new();
        stream.read_to_string(&mut text).map_err(failed)?;
        Ok(text)
    }
}

/// A member of a flat JSON object, as text.
fn member(json: &str, name: &str) -> Result<String, Failure> {
    let at = json.split_once(&format!("\"{name}\":")).map(|(_, rest)| rest.trim_start());
    let value = at.and_then(|rest| rest.split([',', '}']).next()).map(|value| value.trim().trim_matches('"').to_owned());
    value.ok_or_else(|| Failure(format!("The loopback tenant tells no `{name}`.")))
}

/// Scans so many resources; `limited`: the server enforces the quota.
pub(super) fn scan(rig: &Rig, resources: u64, limited: bool) -> Result<(), Failure> {
    let tenant = Tenant::start(rig, resources, limited)?;
    let taxonomy = rig.write("graph-taxonomy.yaml", TAXONOMY)?.display().to_string();
    let settings = format!(
        "version: 1\nclouds:\n  azure: {{ tenant: {TENANT}, authority: \"{0}\", resource_manager: \"{0}\", audience: \"https://management.azure.com\", pace: none }}\n",
        tenant.https
    );
    let settings = rig.write("graph.yaml", &settings)?.display().to_string();
    let limit = if limited { format!("at {} queries in {} s", QUOTA.0, QUOTA.1) } else { "as fast as they are answered".to_owned() };
    println!("\n(e) {resources} resources in {SUBSCRIPTIONS} subscriptions, {limit}");
    let out = rig.folder.join("graph");
    let ours = rig.binary("tagledger", &["scan", "--config", &settings, "--taxonomy", &taxonomy, "--out", &out.display().to_string(), "-q"]);
    let mut words = vec!["env".to_owned(), format!("SSL_CERT_FILE={}", tenant.authority), "NO_PROXY=127.0.0.1".to_owned()];
    words.extend([format!("AZURE_CLIENT_ID={CLIENT}"), "AZURE_CLIENT_SECRET=s".to_owned()]);
    words.extend(ours);
    let mut scanning = rig.side("tagledger scan", words, &[0, 1, 3]);
    scanning.fresh = Some(out);
    let figures = compare(&rig.measure, std::slice::from_ref(&scanning), rig.repetitions)?;
    let aim = if limited {
        Aim { what: "wall time against the quota".to_owned(), value: figures[0].wall / least(resources), below: 1.1, unit: "×" }
    } else {
        // What comes after, the audit and the reports, has nothing to do with how fast a cloud is read.
        let rate = member(&tenant.get("/-/rate")?, "rate")?.parse().unwrap_or(0.0_f64);
        Aim { what: "seconds from question to last answer for 100,000 rows".to_owned(), value: 1e5 / rate, below: 1.0, unit: " s" }
    };
    // A small tenant is over before there is a rate.
    let aims = if limited || resources >= 100_000 { vec![aim] } else { Vec::new() };
    println!("\n{}", table(&[scanning], &figures, 0, &aims));
    Ok(())
}

/// The seconds that the quota leaves at least: so many full pages, in windows of which the first begins at once.
fn least(resources: u64) -> f64 {
    let pages = resources.div_ceil(PAGE);
    ((pages.max(1) - 1) / QUOTA.0 * QUOTA.1) as f64
}
