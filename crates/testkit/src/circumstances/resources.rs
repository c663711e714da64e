//! Resources, each with the state that it was decided to be in.

use super::Limits;
use super::applications::Application;
use super::containers::{Part, Scope};
use super::tags::{Habit, Tags};
use super::words::{Home, text_in};
use super::{repeats, secrets};
use crate::calendar::DAY;
use crate::random::{Rng, mix};

/// A resource.
#[derive(Debug, Clone)]
pub struct Resource {
    /// Position of its scope.
    pub scope: usize,
    /// Position of its group in the scope.
    pub group: Option<usize>,
    /// What it is.
    pub kind: Kind,
    /// Id.
    pub id: String,
    /// Its tags; none where nobody read them.
    pub tags: Option<Tags>,
    /// Versions that its tags state.
    pub versions: Vec<Version>,
    /// A credential stands in one of its tags.
    pub holds_secret: bool,
    /// A name of the user's own is there in several spellings.
    pub repeats: bool,
    /// Tags beside those, as they are written.
    pub further: Vec<(String, String)>,
    /// The name of a tag beside those whose value was not read.
    pub unread: Option<&'static str>,
    /// Where it lies.
    pub region: Region,
    /// When it was made, in seconds since 1970.
    pub created: Option<i64>,
    /// Something uses it.
    pub attached: Option<bool>,
    /// It runs.
    pub running: Option<bool>,
    /// Since when it is so.
    pub since: Option<i64>,
    /// How long it keeps what is written to it.
    pub kept: Option<Kept>,
}

/// A kind of resource.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// As inventories write it.
    pub word: &'static str,
    /// As all clouds call it, where one of them knows it.
    pub shared: Option<&'static str>,
    /// It keeps logs.
    pub keeps_logs: bool,
    /// It can carry no tags at all, and so nobody reads any.
    pub is_bare: bool,
}

/// For how long something is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// So many days.
    Days(u32),
    /// For ever.
    Forever,
}

/// Where something lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Region {
    /// No source says.
    Unknown,
    /// A source has a field for it with nothing in it.
    Blank,
    /// Everywhere.
    Everywhere,
    /// A place of the table.
    At(usize),
}

/// A Region, and what may lie there: personal data, data about health, what is in production, what is a demo.
pub const REGIONS: [(&str, [bool; 4]); 12] = [
    ("eu-central-1", [true, true, true, false]),
    ("eu-west-3", [true, false, true, false]),
    ("EU-NORTH-1", [true, false, true, false]),
    ("europe-west3", [true, false, false, false]),
    ("westeurope", [true, false, true, false]),
    ("WestEurope", [true, false, true, false]),
    ("northeurope", [false, false, false, false]),
    ("us-east-1", [false, false, false, true]),
    ("eastus", [false, false, false, false]),
    ("us-central1", [false, false, false, true]),
    ("eu", [false, false, false, false]),
    ("cellar-7", [false, false, false, false]),
];

/// What a tag states as the version that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// One that was released.
    Released,
    /// One before a release, or none at all.
    Unreleased,
    /// Nothing.
    Blank,
}

const HABIT: Habit = Habit { environment: [470, 90, 80, 60], application: [560, 80, 60, 60], class: [450, 60, 60, 60] };

const RELEASED: [&str; 10] = ["1.4.2", "v1.4", "2026.11.01", "4711", "1-4-2", "1.4.2.Final", "3.0-GA", "2.1-RELEASE", "v2.0.0+build.7", "V3"];
const UNRELEASED: [&str; 10] = ["1.5.0-rc.1", "2.0-SNAPSHOT", "v3.1.0-beta", "1.2.3rc1", "2-alpha", "latest", "main", "f3a9c2e", "release-candidate", "stable"];

const fn kind(word: &'static str, shared: &'static str) -> Kind {
    Kind { word, shared: Some(shared), keeps_logs: false, is_bare: false }
}

const fn own(word: &'static str, is_bare: bool) -> Kind {
    Kind { word, shared: None, keeps_logs: false, is_bare }
}

const fn logs(word: &'static str, is_bare: bool) -> Kind {
    Kind { word, shared: Some("monitoring.logs"), keeps_logs: true, is_bare }
}

const VOLUME: Kind = kind("ec2:volume", "compute.disk");

/// Kinds of a home; the first keeps logs where anything there does.
fn kinds(home: Home) -> &'static [Kind] {
    match home {
        Home::Aws => {
            const {
                &[
                    logs("logs:log-group", false),
                    kind("ec2:instance", "compute.instance"),
                    VOLUME,
                    kind("s3:bucket", "storage.bucket"),
                    kind("rds:db", "database.sql"),
                ]
            }
        }
        Home::Azure => {
            const {
                &[
                    logs("microsoft.operationalinsights/workspaces", false),
                    kind("microsoft.compute/virtualmachines", "compute.instance"),
                    kind("microsoft.compute/disks", "compute.disk"),
                ]
            }
        }
        Home::Gcp => {
            const {
                &[
                    logs("logging.googleapis.com/logbucket", true),
                    kind("compute.googleapis.com/instance", "compute.instance"),
                    kind("storage.googleapis.com/bucket", "storage.bucket"),
                ]
            }
        }
        Home::Cellar => const { &[own("vm", false), own("disk", false), own("switch", true)] },
        Home::Field => const { &[own("box", false), own("sensor", false)] },
    }
}

/// What is rolled, and for which moment.
pub struct Roll<'a> {
    /// The seed.
    pub seed: u64,
    /// The stream.
    pub rng: Rng,
    /// The moment of the audit.
    pub now: i64,
    /// The limits.
    pub limits: Limits,
    /// The applications.
    pub applications: &'a [Application],
    /// The scopes.
    pub scopes: &'a [Scope],
}

impl Roll<'_> {
    /// All resources but those of stands: so many, spread over every place there is, and one in each scope that tests a limit.
    pub fn resources(&mut self, count: usize) -> Vec<Resource> {
        let of = |at: usize| std::iter::once((at, None)).chain((0..self.scopes[at].groups.len()).map(move |group| (at, Some(group))));
        let any = |scope: &Scope| scope.part == Part::Any;
        let places: Vec<(usize, Option<usize>)> = (0..self.scopes.len()).filter(|at| any(&self.scopes[*at])).flat_map(of).collect();
        let mut all: Vec<Resource> = (0..count).map(|number| self.resource(number, places[number % places.len()])).collect();
        for at in (0..self.scopes.len()).filter(|at| matches!(self.scopes[*at].part, Part::Limit(_))) {
            all.push(self.bare(all.len(), at));
        }
        all
    }

    /// A resource of which nothing is known but that it is there, without tags.
    pub fn bare(&mut self, number: usize, scope: usize) -> Resource {
        let kind = VOLUME;
        Resource {
            scope,
            group: None,
            kind,
            id: self.id(number, (scope, None), kind),
            tags: Some(Tags::none()),
            versions: Vec::new(),
            holds_secret: false,
            repeats: false,
            further: Vec::new(),
            unread: None,
            region: Region::Unknown,
            created: None,
            attached: None,
            running: None,
            since: None,
            kept: None,
        }
    }

    fn resource(&mut self, number: usize, place: (usize, Option<usize>)) -> Resource {
        let home = self.scopes[place.0].home;
        let kind = if self.rng.chance(350) { kinds(home)[0] } else { *self.rng.pick(kinds(home)) };
        let tags = (!kind.is_bare && self.rng.chance(900)).then(|| Tags::roll(&mut self.rng, home, self.applications, HABIT));
        let mut resource = Resource { kind, group: place.1, id: self.id(number, place, kind), tags, ..self.bare(number, place.0) };
        resource.region = match self.rng.below(20) {
            0 | 1 => Region::Unknown,
            2 => Region::Blank,
            3 | 4 => Region::Everywhere,
            _ => Region::At(self.rng.index(REGIONS.len())),
        };
        self.state(number, &mut resource);
        if resource.tags.is_some() {
            self.further(home, &mut resource);
            repeats::roll(&mut Rng::of(self.seed, 97, number as u64), home, &mut resource);
        }
        resource
    }

    /// The state: each case of a moment and of a time in its turn, so that none is left to chance.
    fn state(&mut self, number: usize, resource: &mut Resource) {
        let long_ago = self.now - self.limits.stopped;
        let days = i64::try_from(self.rng.below(400)).unwrap_or(0) * DAY;
        let moments =
            [None, Some(long_ago), Some(long_ago + 1), Some(long_ago - 1), Some(long_ago + DAY), Some(long_ago - DAY), Some(self.now - days), Some(self.now)];
        resource.running = *self.rng.pick(&[None, Some(true), Some(false), Some(false)]);
        resource.attached = *self.rng.pick(&[None, None, Some(true), Some(false)]);
        if resource.running.is_some() || resource.attached.is_some() {
            resource.since = moments[number / 3 % moments.len()];
        }
        resource.created = self.rng.chance(700).then(|| self.now - i64::try_from(self.rng.below(900)).unwrap_or(0) * DAY - 3_600);
        let any = u32::try_from(1 + self.rng.below(800)).unwrap_or(1);
        let times = [1, 2, 13, 14, 15, 29, 30, 31, 399, 400, 401, any];
        let time = self.rng.index(times.len() + 1);
        let kept = times.get(time).map_or(Kept::Forever, |days| Kept::Days(*days));
        resource.kept = (if resource.kind.keeps_logs { self.rng.chance(900) } else { self.rng.chance(100) }).then_some(kept);
    }

    /// Versions, credentials, and text that means nothing.
    fn further(&mut self, home: Home, resource: &mut Resource) {
        let names: &[&str] = if home.has_labels() { &["version", "app-version"] } else { &["Version", "AppVersion"] };
        for name in names {
            let (version, text) = match self.rng.below(10) {
                0 | 1 => (Version::Released, (*self.rng.pick(&RELEASED)).to_owned()),
                2 => (Version::Released, format!("{}.{}", self.rng.below(90), self.rng.below(90))),
                3 => (Version::Unreleased, (*self.rng.pick(&UNRELEASED)).to_owned()),
                4 => (Version::Blank, String::new()),
                _ => continue,
            };
            resource.versions.push(version);
            resource.further.push(((*name).to_owned(), text_in(home, &text)));
        }
        // Labels hold no capital letters, and so hardly a credential.
        if !home.has_labels() {
            let (tags, holds_secret) = secrets::roll(&mut self.rng);
            resource.further.extend(tags);
            resource.holds_secret = holds_secret;
        }
        for _ in 0..self.rng.below(3) {
            let key = format!("note-{}", self.rng.below(50));
            if resource.further.iter().all(|(other, _)| *other != key) {
                let value = secrets::noise(&mut self.rng);
                resource.further.push((key, text_in(home, &value)));
            }
        }
    }

    fn id(&mut self, number: usize, (scope, group): (usize, Option<usize>), kind: Kind) -> String {
        let hex = format!("{:012x}", mix(self.seed ^ mix(0x1d ^ number as u64)) >> 16);
        let last = kind.word.rsplit(['/', ':']).next().unwrap_or_default();
        let scope = &self.scopes[scope];
        let own = &scope.own.id;
        match scope.home {
            Home::Aws => format!("arn:aws:{}:eu-west-1:{own}:{last}/{last}-{hex}", kind.word.split(':').next().unwrap_or_default()),
            Home::Azure => {
                let group = group.map_or("elsewhere", |at| scope.groups[at].id.rsplit('/').next().unwrap_or_default());
                format!("/subscriptions/{own}/resourceGroups/{group}/providers/{}/{last}-{hex}", kind.word)
            }
            Home::Gcp => format!("//compute.googleapis.com/projects/{own}/zones/z/{last}s/{last}-{hex}"),
            Home::Cellar | Home::Field => format!("{last}-{hex}"),
        }
    }
}
