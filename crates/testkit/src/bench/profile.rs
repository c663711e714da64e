//! Tag texts of a bench bill, each derived from a number.

use crate::random::Rng;

/// Applications of a bench bill.
pub const APPLICATIONS: u32 = 60;

/// Environments with five recognised spellings each; the first is canonical.
pub const ENVIRONMENTS: [(&str, [&str; 5]); 6] = [
    ("development", ["development", "dev", "Dev", "DEV", "Development"]),
    ("integration", ["integration", "ci", "int", "CI", "Integration"]),
    ("test", ["test", "qa", "tst", "QA", "Test"]),
    ("staging", ["staging", "stage", "stg", "uat", "Staging"]),
    ("production", ["production", "prod", "Prod", "PRD", "live"]),
    ("recovery", ["recovery", "dr", "DR", "failover", "Recovery"]),
];

const KEYS: [[&str; 6]; 4] = [
    ["Environment", "environment", "env", "Env", "stage", "ENVIRONMENT"],
    ["Application", "application", "app", "App", "service", "Service"],
    ["Owner", "owner", "team", "Team", "contact", "Contact"],
    ["CostCenter", "costcenter", "cost-center", "cost_centre", "cc", "CC"],
];

/// The name of an application.
pub fn application(index: u32) -> String {
    format!("app-{index:03}")
}

/// All tag texts there can be.
#[derive(Debug)]
pub struct Profiles {
    seed: u64,
    space: u64,
}

/// What one set of tags says.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Index into `ENVIRONMENTS`.
    pub environment: usize,
    /// Which application.
    pub application: u32,
    /// The bill carries Environment.
    pub environment_billed: bool,
    /// The bill carries Application.
    pub application_billed: bool,
    tags: [(String, String); 5],
}

impl Profiles {
    /// So many.
    pub fn new(seed: u64, space: u64) -> Self {
        Self { seed, space: space.max(1) }
    }

    /// One of them, by chance.
    pub fn draw(&self, rng: &mut Rng, lower: bool) -> Profile {
        let number = rng.below(self.space);
        let mut rng = Rng::of(self.seed, 50, number);
        let environment = rng.index(ENVIRONMENTS.len());
        let app = u32::try_from(rng.below(u64::from(APPLICATIONS))).unwrap_or(0);
        let spelling = rng.index(5);
        let mut key = |at: usize| rng.pick(&KEYS[at]).to_string();
        let (k0, k1, k2, k3) = (key(0), key(1), key(2), key(3));
        let tags = [
            (k0, ENVIRONMENTS[environment].1[spelling].to_owned()),
            (k1, application(app)),
            // The number makes texts distinct.
            (k2, format!("unit-{number:06}")),
            (k3, format!("CC-{}", 1001 + rng.below(10))),
            ("Name".to_owned(), format!("node-{:02}", rng.below(100))),
        ];
        let tags = if lower { tags.map(|(k, v)| (k.to_lowercase(), v.to_lowercase())) } else { tags };
        Profile { environment, application: app, environment_billed: rng.chance(850), application_billed: rng.chance(800), tags }
    }
}

impl Profile {
    /// All tags, as the inventory has them.
    pub fn tags(&self) -> Vec<(&str, &str)> {
        self.tags.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect()
    }

    /// The text of the bill, which leaves out what is not activated.
    pub fn text(&self) -> String {
        let billed = |at: &usize| match at {
            0 => self.environment_billed,
            1 => self.application_billed,
            _ => true,
        };
        let members: Vec<String> = (0..self.tags.len()).filter(billed).map(|at| format!("\"{}\":\"{}\"", self.tags[at].0, self.tags[at].1)).collect();
        format!("{{{}}}", members.join(","))
    }
}
