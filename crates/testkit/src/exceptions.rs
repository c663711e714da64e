//! Small estates for the rules about exceptions and about names: waivers of every sort over findings of every sort, and names that are there twice. A third
//! generator beside the example's and that of circumstances, since a waiver is judged by what was *not* seen, which has to be decided scope by scope.
//!
//! Decisions where the pages of the rules are silent, so that a difference can be traced:
//!
//! * A waiver covers undetermined findings as well as violated ones; of several the first in the file that still counts.
//! * Ids are compared as they are spelt; scopes, by id or name, and kinds without regard to case.
//! * Of a scope that a source lists and in which nothing is, something may not have been seen. Tags of a resource that were not read leave open what names that resource.
//! * The name of a scope is known where a source describes it with one, and its having none where a source describes it without.
//! * What a waiver is called has no key in it: two that differ in nothing else go by one name.

mod waivers;

use crate::calendar::{DAY, rfc3339};
use crate::random::Rng;
use crate::waiver::{On, Waiver};
use serde_json::{Map, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::{fs, io, path::Path};

/// Clouds, each with two of its kinds and whether it takes names without case.
const CLOUDS: [(&str, [&str; 2], bool); 3] = [
    ("aws", ["ec2:volume", "s3:bucket"], false),
    ("azure", ["microsoft.compute/disks", "microsoft.keyvault/vaults"], true),
    ("gcp", ["compute.googleapis.com/disk", "storage.googleapis.com/bucket"], false),
];

/// The keys that everything has to carry, with their spelling as labels.
const KEYS: [(&str, &str); 2] = [("CostCenter", "costcenter"), ("Owner", "owner")];

/// An estate with known truth.
#[derive(Debug)]
pub struct Exceptions {
    now: i64,
    scopes: Vec<Scope>,
    resources: Vec<Resource>,
    waivers: Vec<Waiver>,
}

#[derive(Debug)]
struct Scope {
    cloud: usize,
    id: String,
    /// Described by a source.
    is_described: bool,
    /// The name that it is described with.
    name: Option<String>,
}

#[derive(Debug)]
struct Resource {
    scope: usize,
    id: String,
    kind: &'static str,
    /// Whether each key is there; none where nobody read the tags.
    carries: Option<[bool; 2]>,
    /// A name of the user's own is there in two spellings.
    repeats: bool,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Excused {
    /// The rule.
    pub rule: String,
    /// What is judged, by the id that reports show.
    pub subject: String,
    /// The key that it is about; `-` where it is about none.
    pub key: String,
    /// `violated` or `undetermined`.
    pub verdict: String,
    /// The waiver that covers it: its reason, who answers for it, and its last day.
    pub waived: Option<String>,
}

impl Excused {
    fn of(rule: &str, subject: &str, key: &str, is_known: bool) -> Self {
        let verdict = if is_known { "violated" } else { "undetermined" };
        Self { rule: rule.to_owned(), subject: subject.to_owned(), key: key.to_owned(), verdict: verdict.to_owned(), waived: None }
    }
}

impl Exceptions {
    /// The rules that it is made for, and whether each can be undetermined.
    pub const RULES: [(&'static str, bool); 4] = [("missing-required-key", true), ("repeated-key", false), ("waiver-expired", false), ("waiver-unused", true)];

    /// Rolls an estate; everything follows from the seed.
    pub fn new(seed: u64) -> Self {
        let mut rng = Rng::of(seed, 120, 0);
        // Every other audit is at midnight, when a day is over to the second.
        let clock = if seed.is_multiple_of(2) { 0 } else { 1 + i64::try_from(rng.below(86_000)).unwrap_or(0) };
        let now = crate::calendar::parse("2026-10-01T00:00:00Z").unwrap_or_default() + i64::try_from(rng.below(60)).unwrap_or(0) * DAY + clock;
        let count = 3 + rng.index(6);
        let scopes: Vec<Scope> = (0..count).map(|number| scope(&mut rng, number)).collect();
        // Where everything is described and read, a waiver that covers nothing is unused for certain.
        let is_open = !seed.is_multiple_of(3);
        let mut resources = Vec::new();
        for (at, scope) in scopes.iter().enumerate() {
            let is_empty = is_open && scope.is_described && rng.chance(200);
            let few = if is_empty { 0 } else { 1 + rng.index(7) };
            resources.extend((0..few).map(|number| resource(&mut rng, at, scope, number, is_open)));
        }
        let mut all = Self { now, scopes, resources, waivers: Vec::new() };
        all.waivers = all.roll_waivers(&mut rng);
        all
    }

    /// The moment for which it is made.
    pub fn now(&self) -> String {
        rfc3339(self.now)
    }

    /// What must be found: all findings of the rules that it is made for, and no others of them.
    pub fn findings(&self) -> BTreeSet<Excused> {
        let mut used = vec![false; self.waivers.len()];
        let mut all = BTreeSet::new();
        for (resource, mut finding) in self.open() {
            let covers = |waiver: &&Waiver| waiver.counts(self.now) && waiver.is_about(&finding.rule, &finding.key) && waiver.names(&self.on(resource));
            if let Some(at) = self.waivers.iter().position(|waiver| covers(&waiver)) {
                used[at] = true;
                finding.waived = Some(self.waivers[at].told());
            }
            all.insert(finding);
        }
        for (waiver, used) in self.waivers.iter().zip(used) {
            if !waiver.counts(self.now) {
                all.insert(Excused::of("waiver-expired", &waiver.shown(), "-", true));
            } else if !used {
                let may_reach = |at: usize| self.is_empty(at) && self.may_lie_in(waiver, at);
                let is_unread = |one: &Resource| one.carries.is_none() && waiver.names(&self.on(one));
                let is_open = (0..self.scopes.len()).any(may_reach) || self.resources.iter().any(is_unread);
                all.insert(Excused::of("waiver-unused", &waiver.shown(), "-", !is_open));
            }
        }
        all
    }

    /// Findings before any waiver.
    fn open(&self) -> Vec<(&Resource, Excused)> {
        let mut all = Vec::new();
        for resource in &self.resources {
            for (at, (key, _)) in KEYS.iter().enumerate() {
                match resource.carries {
                    Some(carries) if carries[at] => {}
                    carries => all.push((resource, Excused::of("missing-required-key", &resource.id, key, carries.is_some()))),
                }
            }
            if resource.carries.is_some() && resource.repeats && CLOUDS[self.scopes[resource.scope].cloud].2 {
                all.push((resource, Excused::of("repeated-key", &resource.id, "-", true)));
            }
        }
        all
    }

    /// What a waiver may name of a resource.
    fn on<'a>(&'a self, resource: &'a Resource) -> On<'a> {
        let scope = &self.scopes[resource.scope];
        On { id: &resource.id, scopes: std::iter::once(scope.id.as_str()).chain(scope.name.as_deref()).collect(), kinds: vec![resource.kind] }
    }

    /// Whether something that a waiver names may lie in a scope.
    fn may_lie_in(&self, waiver: &Waiver, at: usize) -> bool {
        let scope = &self.scopes[at];
        !scope.is_described || waiver.may_lie_in(&scope.id, scope.name.as_deref())
    }

    fn is_empty(&self, scope: usize) -> bool {
        self.resources.iter().all(|resource| resource.scope != scope)
    }

    /// Writes `inventory.ndjson` and `taxonomy.yaml` into a folder.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let mut inventory = String::new();
        for scope in &self.scopes {
            if scope.is_described {
                let mut record = Map::new();
                record.extend(
                    [("cloud", json!(CLOUDS[scope.cloud].0)), ("scope", json!(scope.id)), ("kind", json!("scope"))]
                        .map(|(name, value)| (name.to_owned(), value)),
                );
                if let Some(name) = &scope.name {
                    record.insert("name".to_owned(), json!(name));
                }
                let _infallible = writeln!(inventory, "{}", serde_json::Value::Object(record));
            }
        }
        for resource in &self.resources {
            let scope = &self.scopes[resource.scope];
            let mut record = json!({"cloud": CLOUDS[scope.cloud].0, "scope": scope.id, "kind": resource.kind, "id": resource.id});
            if let Some(carries) = resource.carries {
                let mut tags = Map::new();
                let is_label = CLOUDS[scope.cloud].0 == "gcp";
                for ((name, label), _) in KEYS.iter().zip(carries).filter(|(_, carried)| *carried) {
                    tags.insert((if is_label { *label } else { *name }).to_owned(), json!("x-1"));
                }
                tags.insert("note".to_owned(), json!("n"));
                // Elsewhere these are two names.
                if resource.repeats && !is_label {
                    tags.extend([("Team".to_owned(), json!("a")), ("TEAM".to_owned(), json!("b"))]);
                }
                record["tags"] = tags.into();
            }
            let _infallible = writeln!(inventory, "{record}");
        }
        fs::write(folder.join("inventory.ndjson"), inventory)?;
        let mut taxonomy = String::from("version: 1\nkeys:\n  CostCenter: { required: true }\n  Owner: { required: true }\nwaivers:\n");
        taxonomy.extend(self.waivers.iter().map(Waiver::written));
        fs::write(folder.join("taxonomy.yaml"), taxonomy)
    }
}

fn scope(rng: &mut Rng, number: usize) -> Scope {
    let cloud = rng.index(CLOUDS.len());
    let word = *rng.pick(&["shop", "sandbox", "data"]);
    let id = match cloud {
        0 => format!("{:012}", 100_000_000_000 + number),
        1 => format!("0b1f6471-1bf0-4dda-aec3-{number:012x}"),
        _ => format!("{word}-{number}"),
    };
    let name = rng.chance(700).then(|| format!("{}-{number}", if rng.chance(500) { word.to_owned() } else { word.to_uppercase() }));
    let is_described = rng.chance(750);
    Scope { cloud, id, is_described, name: name.filter(|_| is_described) }
}

fn resource(rng: &mut Rng, at: usize, scope: &Scope, number: usize, is_open: bool) -> Resource {
    let kind = *rng.pick(&CLOUDS[scope.cloud].1);
    let last = kind.rsplit(['/', ':']).next().unwrap_or_default();
    let id = match scope.cloud {
        0 => format!("arn:aws:{}:eu-west-1:{}:{last}/{last}-{number}", kind.split(':').next().unwrap_or_default(), scope.id),
        1 => format!("/subscriptions/{}/resourceGroups/rg/providers/{kind}/{last}-{number}", scope.id),
        _ => format!("//compute.googleapis.com/projects/{}/zones/z/{last}s/{last}-{number}", scope.id),
    };
    let carries = (!is_open || rng.chance(900)).then(|| [rng.chance(500), rng.chance(500)]);
    Resource { scope: at, id, kind, carries, repeats: rng.chance(400) }
}
