//! Nights of a small estate, for what only a history knows: which version of which application ran where before. Everything is first decided and then written down, an
//! inventory a night; what must be found on the last of them follows from what was decided.
//!
//! Decisions where the page of the rule is silent, so that a difference can be traced:
//!
//! * What runs on the night itself counts as well as what ran before.
//! * A resource without an Environment, an Application or a version that are known says nothing.
//! * A version that several resources state is one finding.

use crate::labels;
use crate::random::Rng;
use serde_json::{Map, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::{fs, io, path::Path};

/// Environments, with another spelling of each and those that come before it.
const ENVIRONMENTS: [(&str, &str, &[usize]); 4] = [("test", "QA", &[]), ("staging", "stg", &[]), ("demo", "Demo", &[0]), ("production", "prod", &[1, 2])];
const APPLICATIONS: [&str; 5] = ["shop", "crm", "search", "billing", "ingest"];
const VERSIONS: [&str; 6] = ["1.4", "1.5", "1.5.1", "2.0-rc.1", "2.0", "main"];
const CLOUDS: [(&str, &str); 3] = [("aws", "ec2:volume"), ("azure", "microsoft.compute/disks"), ("gcp", "compute.googleapis.com/Disk")];

/// What a resource says that runs: Environment, application and version, by position; none where it says nothing of it that is known.
type States = (Option<usize>, Option<usize>, Option<usize>);

/// Nights with known truth.
#[derive(Debug)]
pub struct Nights {
    seed: u64,
    nights: Vec<Vec<States>>,
}

impl Nights {
    /// Rolls them; everything follows from the seed.
    pub fn new(seed: u64) -> Self {
        let mut rng = Rng::of(seed, 130, 0);
        let count = 1 + rng.index(5);
        // Of some applications no night shows what comes before.
        let hidden = rng.index(APPLICATIONS.len());
        let nights = (0..count).map(|_| night(&mut rng, hidden)).collect();
        Self { seed, nights }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.nights.len()
    }

    /// What must be found of `unreleased-artifact` on the last night, by subject and verdict; with the nights before it in a history, or without one.
    pub fn findings(&self, has_history: bool) -> BTreeSet<(String, String)> {
        let Some((last, before)) = self.nights.split_last() else { return BTreeSet::new() };
        let known = |night: &[States]| {
            night.iter().filter_map(|(environment, application, version)| Some(((*environment)?, (*application)?, (*version)?))).collect::<Vec<_>>()
        };
        let now = known(last);
        let mut ran = now.clone();
        if has_history {
            ran.extend(before.iter().flat_map(|night| known(night)));
        }
        let mut all = BTreeSet::new();
        for (environment, application, version) in now {
            let (name, _, above) = ENVIRONMENTS[environment];
            let rehearsed: Vec<usize> = ran.iter().filter(|(other, of, _)| above.contains(other) && *of == application).map(|(.., version)| *version).collect();
            if above.is_empty() || rehearsed.contains(&version) {
                continue;
            }
            let verdict = if has_history && !rehearsed.is_empty() { "violated" } else { "undetermined" };
            all.insert((format!("{} {} in {name}", APPLICATIONS[application], VERSIONS[version]), verdict.to_owned()));
        }
        all
    }

    /// Writes `taxonomy.yaml` and `night-1.ndjson` to the last into a folder.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let values: Vec<String> = ENVIRONMENTS.iter().map(|(name, other, _)| format!("{name}: [{other}]")).collect();
        let mut taxonomy = format!(
            "version: 1\nkeys:\n  Environment: {{ values: {{ {} }} }}\n  Application: {{}}\nversion_keys: [Version]\nenvironments:\n",
            values.join(", ")
        );
        for (name, _, above) in ENVIRONMENTS.iter().filter(|(.., above)| !above.is_empty()) {
            let above: Vec<&str> = above.iter().map(|at| ENVIRONMENTS[*at].0).collect();
            let _infallible = writeln!(taxonomy, "  {name}: {{ after: [{}] }}", above.join(", "));
        }
        fs::write(folder.join("taxonomy.yaml"), taxonomy)?;
        for (number, night) in (1_u64..).zip(&self.nights) {
            let mut out = String::new();
            for (at, states) in (0_u64..).zip(night) {
                let _infallible = writeln!(out, "{}", self.record(number, at, *states));
            }
            fs::write(folder.join(format!("night-{number}.ndjson")), out)?;
        }
        Ok(())
    }

    fn record(&self, night: u64, at: u64, (environment, application, version): States) -> serde_json::Value {
        let mut rng = Rng::of(self.seed, 131, night * 1_000 + at);
        let (cloud, kind) = *rng.pick(&CLOUDS);
        let is_label = cloud == "gcp";
        let mut tags = Map::new();
        let mut tag = |name: &str, text: &str| {
            let (name, text) = if is_label { (name.to_lowercase(), labels::encode(text)) } else { (name.to_owned(), text.to_owned()) };
            tags.insert(name, json!(text));
        };
        match environment.map(|at| ENVIRONMENTS[at]) {
            Some((name, other, _)) => tag("Environment", if rng.chance(500) { name } else { other }),
            None if rng.chance(500) => tag("Environment", "banana"),
            None => {}
        }
        if let Some(application) = application {
            tag("Application", APPLICATIONS[application]);
        }
        match version {
            Some(version) => tag("Version", VERSIONS[version]),
            None if rng.chance(500) => tag("Version", ""),
            None => {}
        }
        json!({"cloud": cloud, "scope": "111111111111", "kind": kind, "id": format!("r-{at}"), "tags": tags})
    }
}

fn night(rng: &mut Rng, hidden: usize) -> Vec<States> {
    let mut all = Vec::new();
    for application in 0..APPLICATIONS.len() {
        for (environment, (.., above)) in ENVIRONMENTS.iter().enumerate() {
            let is_shown = application != hidden || !above.is_empty();
            for _ in 0..rng.index(3) {
                let said = |value: usize, rng: &mut Rng| rng.chance(900).then_some(value);
                let (version, others) = (rng.index(VERSIONS.len()), (said(environment, rng), said(application, rng)));
                if is_shown {
                    all.push((others.0, others.1, said(version, rng)));
                }
            }
        }
    }
    all
}
