//! The accounts, subscriptions and projects of an estate, each with its stretch of resources.

use crate::{
    habits::Writer,
    kinds::Cloud,
    random::{Rng, mix},
    tag::{Tag, Value},
    vocabulary::{ENVIRONMENTS, Key, environment},
};

/// An AWS account, an Azure subscription, a Google project.
#[derive(Debug, Clone)]
pub struct Scope {
    /// Its cloud.
    pub cloud: Cloud,
    /// Account id, subscription id, project id.
    pub id: String,
    /// A Google project's number.
    pub number: u64,
    /// Display name, e.g. `shop-prod`.
    pub name: String,
    /// The stage it is declared for; none for a scope that the taxonomy does not declare.
    pub stage: Option<u8>,
    /// Index of its first resource.
    pub first: u64,
    /// How many resources it has.
    pub count: u64,
    /// Its own tags; AWS exports of accounts carry none.
    pub tags: Vec<Tag>,
    /// Resource groups; Azure only.
    pub groups: Vec<Group>,
    /// Exported through the Tagging API only, which cannot hold never-tagged resources.
    pub tagging_only: bool,
    /// Exported through the Tagging API besides Resource Explorer.
    pub tagging_too: bool,
}

/// An Azure resource group.
#[derive(Debug, Clone)]
pub struct Group {
    /// As written: `RG-webshop-prod`.
    pub name: String,
    /// The application that its resources belong to.
    pub application: u32,
    /// Its region.
    pub region: &'static str,
    /// Its own tags.
    pub tags: Vec<Tag>,
}

/// Domain and stage (none: undeclared) and share of the scopes of a small estate.
const SMALL: [&[(&str, Option<&str>, u64)]; 3] = [
    &[
        ("shop", Some("production"), 36),
        ("shop", Some("staging"), 16),
        ("shop", Some("development"), 20),
        ("data", Some("production"), 18),
        ("sandbox", None, 10),
    ],
    &[("retail", Some("production"), 40), ("retail", Some("test"), 24), ("platform", Some("integration"), 18), ("platform", Some("recovery"), 18)],
    &[
        ("analytics", Some("production"), 34),
        ("analytics", Some("development"), 22),
        ("web", Some("staging"), 18),
        ("ml", Some("demo"), 14),
        ("ml", Some("preview"), 12),
    ],
];

/// Stages of the scopes of a large estate, in turn.
const CYCLE: [Option<&str>; 12] = [
    Some("production"),
    Some("staging"),
    Some("development"),
    Some("production"),
    Some("test"),
    Some("integration"),
    Some("production"),
    Some("demo"),
    Some("recovery"),
    Some("preview"),
    Some("production"),
    None,
];

/// Resources that a scope of a large estate has, about.
const SCOPE_SIZE: u64 = 20_000;

/// Estates up to this size get the hand-named scopes.
pub const SMALL_ESTATE: u64 = 20_000;

/// Lays out all scopes of an estate of that many resources, in the order of their resources.
pub fn lay_out(resources: u64, seed: u64, applications: u32) -> Vec<Scope> {
    let azure = resources * 30 / 100;
    let gcp = resources * 25 / 100;
    let shares = [resources - azure - gcp, azure, gcp];
    let mut scopes = Vec::new();
    let mut first = 0;
    for (cloud, total) in Cloud::ALL.into_iter().zip(shares) {
        let plan = plan(cloud, resources, total);
        let weights: u64 = plan.iter().map(|p| p.2).sum();
        let mut left = total;
        for (at, (domain, stage, weight)) in plan.iter().enumerate() {
            let count = if at + 1 == plan.len() { left } else { (total * weight / weights).min(left) };
            left -= count;
            scopes.push(scope(cloud, at, domain, *stage, (first, count), seed, applications));
            first += count;
        }
    }
    scopes
}

fn plan(cloud: Cloud, resources: u64, total: u64) -> Vec<(String, Option<u8>, u64)> {
    let stage = |name: Option<&str>| name.and_then(environment);
    if resources <= SMALL_ESTATE {
        return SMALL[cloud as usize].iter().map(|(d, s, w)| ((*d).to_owned(), stage(*s), *w)).collect();
    }
    let count = (total / SCOPE_SIZE).clamp(12, 600);
    (0..count).map(|i| (format!("team{i:03}"), stage(CYCLE[usize::try_from(i).unwrap_or(0) % CYCLE.len()]), 1)).collect()
}

fn scope(cloud: Cloud, at: usize, domain: &str, stage: Option<u8>, (first, count): (u64, u64), seed: u64, applications: u32) -> Scope {
    let name = stage.map_or_else(
        || if domain == "sandbox" { domain.to_owned() } else { format!("{domain}-sandbox") },
        |s| format!("{domain}-{}", ENVIRONMENTS[usize::from(s)].suffix),
    );
    let position = at as u64;
    let item = position * 4 + cloud as u64;
    let mut rng = Rng::of(seed, 11, item);
    let number = 100_000_000_000 + mix(seed ^ item) % 800_000_000_000;
    let id = match cloud {
        Cloud::Aws if at < 9 => (position + 1).to_string().repeat(12),
        Cloud::Aws => number.to_string(),
        Cloud::Azure => uuid(&mut rng),
        Cloud::Gcp => name.clone(),
    };
    let tags = own_tags(cloud, at, stage, seed, item);
    let groups = if cloud == Cloud::Azure { groups(stage, count, applications, seed, item) } else { Vec::new() };
    let aws = cloud == Cloud::Aws;
    Scope { cloud, id, number, name, stage, first, count, tags, groups, tagging_only: aws && at % 12 == 3, tagging_too: aws && at % 12 == 1 }
}

/// Every second scope of Azure and Google lends its Environment, and every fourth its cost centre; now and then misspelt, but always recognised.
fn own_tags(cloud: Cloud, at: usize, stage: Option<u8>, seed: u64, item: u64) -> Vec<Tag> {
    let mut writer = Writer::new(cloud, Rng::of(seed, 12, item));
    match stage {
        Some(stage) if cloud != Cloud::Aws && at.is_multiple_of(2) => {
            writer.known(Key::Environment, Value::Environment(stage), at % 4 == 2, at % 4 == 2);
            if at.is_multiple_of(4) {
                writer.known(Key::CostCenter, Value::Text(crate::vocabulary::cost_center(0)), false, false);
            }
            writer.finish()
        }
        _ => Vec::new(),
    }
}

/// One group for about 12 resources; two of three carry tags.
fn groups(stage: Option<u8>, count: u64, applications: u32, seed: u64, item: u64) -> Vec<Group> {
    let groups = (count / 12).clamp(2, 400);
    let suffix = stage.map_or("sandbox", |s| ENVIRONMENTS[usize::from(s)].suffix);
    (0..groups)
        .map(|g| {
            let mut rng = Rng::of(seed, 13, item << 20 | g);
            let application = u32::try_from((item * 5 + g * 7 + rng.below(3)) % u64::from(applications)).unwrap_or(0);
            let region = rng.pick(Cloud::Azure.regions());
            let prefix = if rng.chance(400) { "RG" } else { "rg" };
            let mut writer = Writer::new(Cloud::Azure, rng.clone());
            if let (0 | 1, Some(stage)) = (g % 3, stage) {
                writer.known(Key::Environment, Value::Environment(stage), g % 4 == 1, g % 5 == 1);
                if g % 3 == 0 {
                    writer.known(Key::Application, Value::Application(application), g % 2 == 1, false);
                }
            }
            Group { name: format!("{prefix}-{}-{suffix}-{g:02}", crate::vocabulary::application(application)), application, region, tags: writer.finish() }
        })
        .collect()
}

fn uuid(rng: &mut Rng) -> String {
    let hex = format!("{:016x}{:016x}", rng.bits(), rng.bits());
    format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
}
