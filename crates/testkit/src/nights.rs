//! Nights of a small estate, for what only a history knows: which version of which application ran where before. Everything is first decided and then written down, an
//! inventory a night; what must be found on the last of them follows from what was decided.
//!
//! Decisions where the page of the rule is silent, so that a difference can be traced:
//!
//! * What runs on the night itself counts as well as what ran before; without a history alone it proves that a version was rehearsed, and never that one was not.
//! * Before is what is earlier, in whatever order the nights are scanned: a scan that is made up for later counts where it belongs, and one of a later night does not.
//! * A resource without an Environment, an Application or a version that are known says nothing.
//! * A version that several resources state is one finding; a resource may state several.
//! * An Environment that the scope lends, or that it is declared for, is one like any other.

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

const STAGING: usize = 1;
const PRODUCTION: usize = 3;
/// Accounts: one that says nothing, one that lends its Environment to what has none, and one that is declared to be for one.
const SCOPES: [&str; 3] = ["111111111111", "222222222222", "333333333333"];

/// What a resource says that runs: Environment, application and versions, by position; none where it says nothing of it that is known.
#[derive(Debug, Clone)]
struct States {
    environment: Option<usize>,
    application: Option<usize>,
    versions: Vec<usize>,
}

impl States {
    /// What runs where; nothing where something of it is not known.
    fn known(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        let place = self.environment.zip(self.application);
        self.versions.iter().filter_map(move |version| place.map(|(environment, application)| (environment, application, *version)))
    }
}

/// A night, and what runs on it.
#[derive(Debug, Clone)]
struct Night {
    /// Of which day, after some other.
    day: i64,
    states: Vec<States>,
}

/// Nights with known truth.
#[derive(Debug)]
pub struct Nights {
    seed: u64,
    nights: Vec<Night>,
}

impl Nights {
    /// Rolls them; everything follows from the seed.
    pub fn new(seed: u64) -> Self {
        let mut rng = Rng::of(seed, 130, 0);
        let count = 1 + rng.index(5);
        // Of some applications no night shows what comes before.
        let hidden = rng.index(APPLICATIONS.len());
        let mut days: Vec<i64> = (0..).take(count).collect();
        // Some scans are made up for later than others that come after them.
        if rng.chance(500) {
            (0..count).for_each(|at| days.swap(at, rng.index(count)));
        }
        let nights = days.into_iter().map(|day| Night { day, states: night(&mut rng, hidden) }).collect();
        Self { seed, nights }
    }

    /// The moment of a night, by position.
    pub fn moment(&self, night: usize) -> String {
        let first = crate::calendar::parse("2026-10-27T03:00:00Z").unwrap_or_default();
        crate::calendar::rfc3339(first + self.nights.get(night).map_or(0, |night| night.day) * crate::calendar::DAY)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.nights.len()
    }

    /// What must be found of `unreleased-artifact` on a night, by subject and verdict; with those that were scanned before it in a history, or without one.
    pub fn findings(&self, night: usize, has_history: bool) -> BTreeSet<(String, String)> {
        let Some(((day, now), before)) = self.nights.get(night).map(|night| (night.day, night.known())).zip(self.nights.get(..night)) else {
            return BTreeSet::new();
        };
        let mut ran = now.clone();
        if has_history {
            ran.extend(before.iter().filter(|earlier| earlier.day < day).flat_map(Night::known));
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

    /// Writes `taxonomy.yaml` and `night-0.ndjson` to the last into a folder.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let values: Vec<String> = ENVIRONMENTS.iter().map(|(name, other, _)| format!("{name}: [{other}]")).collect();
        let mut taxonomy = format!(
            "version: 1\nkeys:\n  Environment: {{ values: {{ {} }}, inherit: [scope] }}\n  Application: {{}}\nversion_keys: [Version, AppVersion]\n\
             stages: [{{ environment: production, aws: {{ accounts: [\"{}\"] }} }}]\nenvironments:\n",
            values.join(", "),
            SCOPES[2]
        );
        for (name, _, above) in ENVIRONMENTS.iter().filter(|(.., above)| !above.is_empty()) {
            let above: Vec<&str> = above.iter().map(|at| ENVIRONMENTS[*at].0).collect();
            let _infallible = writeln!(taxonomy, "  {name}: {{ after: [{}] }}", above.join(", "));
        }
        fs::write(folder.join("taxonomy.yaml"), taxonomy)?;
        for (number, night) in (0_u64..).zip(&self.nights) {
            let mut out = String::new();
            for (scope, lent) in SCOPES.into_iter().zip([None, Some(ENVIRONMENTS[STAGING].0), None]) {
                let tags: Map<_, _> = lent.map(|lent| ("Environment".to_owned(), json!(lent))).into_iter().collect();
                for cloud in CLOUDS.iter().map(|(cloud, _)| cloud) {
                    let _infallible = writeln!(out, "{}", json!({"cloud": cloud, "scope": scope, "kind": "scope", "tags": tags}));
                }
            }
            for (at, states) in (0_u64..).zip(&night.states) {
                let _infallible = writeln!(out, "{}", self.record(number, at, states));
            }
            fs::write(folder.join(format!("night-{number}.ndjson")), out)?;
        }
        Ok(())
    }

    fn record(&self, night: u64, at: u64, states: &States) -> serde_json::Value {
        let mut rng = Rng::of(self.seed, 131, night * 1_000 + at);
        let (cloud, kind) = *rng.pick(&CLOUDS);
        let is_label = cloud == "gcp";
        let mut tags = Map::new();
        let mut tag = |name: &str, text: &str| {
            let (name, text) = if is_label { (name.to_lowercase(), labels::encode(text)) } else { (name.to_owned(), text.to_owned()) };
            tags.insert(name, json!(text));
        };
        let mut scope = SCOPES[0];
        match states.environment {
            Some(STAGING) if rng.chance(300) => scope = SCOPES[1],
            Some(PRODUCTION) if cloud == "aws" && rng.chance(300) => scope = SCOPES[2],
            Some(at) => tag("Environment", if rng.chance(500) { ENVIRONMENTS[at].0 } else { ENVIRONMENTS[at].1 }),
            None if rng.chance(500) => {
                // What is said and not known keeps a scope from lending.
                tag("Environment", "banana");
                scope = SCOPES[1];
            }
            None => {}
        }
        if let Some(application) = states.application {
            tag("Application", APPLICATIONS[application]);
        }
        let names = ["Version", "AppVersion"];
        let first = rng.index(names.len());
        for (at, version) in states.versions.iter().enumerate() {
            let blank = if is_label || rng.chance(800) { "" } else { " " };
            tag(names[(first + at) % names.len()], &format!("{}{blank}", VERSIONS[*version]));
        }
        if states.versions.is_empty() && rng.chance(500) {
            tag(names[first], "");
        }
        let mut record = json!({"cloud": cloud, "scope": scope, "kind": kind, "id": format!("r-{at}"), "tags": tags});
        // Where the Environment is not known, that may be so because nobody read any tag.
        let is_unread = states.environment.is_none() && scope == SCOPES[0] && rng.chance(300);
        if let Some(members) = record.as_object_mut().filter(|_| is_unread) {
            members.remove("tags");
        }
        record
    }
}

impl Night {
    fn known(&self) -> Vec<(usize, usize, usize)> {
        self.states.iter().flat_map(States::known).collect()
    }
}

fn night(rng: &mut Rng, hidden: usize) -> Vec<States> {
    let mut all = Vec::new();
    for application in 0..APPLICATIONS.len() {
        for (environment, (.., above)) in ENVIRONMENTS.iter().enumerate() {
            let is_shown = application != hidden || !above.is_empty();
            for _ in 0..rng.index(3) {
                let said = |value: usize, rng: &mut Rng| rng.chance(900).then_some(value);
                let (environment, application) = (said(environment, rng), said(application, rng));
                let count = *rng.pick(&[0, 1, 1, 1, 1, 1, 1, 1, 2, 2]);
                let versions = (0..count).map(|_| rng.index(VERSIONS.len())).collect();
                if is_shown {
                    all.push(States { environment, application, versions });
                }
            }
        }
    }
    all
}
