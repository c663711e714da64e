//! The estate: any resource of it is derived from the seed and its index alone, so that nothing needs to be held in memory but its scopes.

use crate::{
    calendar::{DAY, Month, days},
    habits,
    kinds::{Cloud, Kind},
    random::{Rng, mix},
    scopes::{self, SMALL_ESTATE, Scope},
    tag::Tag,
    vocabulary::{APPLICATIONS, ENVIRONMENTS, OWNERS, cost_center},
};

/// What to generate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spec {
    /// How many resources; from 100 to 10,000,000.
    pub resources: u64,
    /// Everything else follows from it.
    pub seed: u64,
    /// The moment at which the inventory is exported, in seconds since 1970.
    pub now: i64,
    /// How many full months of bill before `now`.
    pub bill_months: u32,
    /// Of a thousand tagged resources of AWS and Azure, how many carry hostile text.
    pub hostile_per_mille: u64,
}

impl Spec {
    /// 2026-11-01T00:00:00Z, so that the last full month is 2026-10.
    pub const NOW: i64 = 1_793_491_200;

    /// An estate of that size with three months of bill and no hostile text.
    pub fn new(resources: u64, seed: u64) -> Self {
        Self { resources, seed, now: Self::NOW, bill_months: 3, hostile_per_mille: 0 }
    }

    /// The committed example: about 300 resources, a few of them hostile.
    pub fn example() -> Self {
        Self { hostile_per_mille: 60, ..Self::new(300, 2026) }
    }
}

/// An estate with known truth.
#[derive(Debug)]
pub struct Estate {
    spec: Spec,
    scopes: Vec<Scope>,
    applications: u32,
    owners: u32,
}

/// A resource as it truly is, with the tags that its team wrote.
#[derive(Debug, Clone)]
pub struct Resource {
    /// Position in the estate.
    pub index: u64,
    /// Its cloud.
    pub cloud: Cloud,
    /// Position of its scope.
    pub scope: usize,
    /// Position of its group within the scope.
    pub group: Option<usize>,
    /// What it is.
    pub kind: &'static Kind,
    /// Region.
    pub region: &'static str,
    /// Display name.
    pub name: String,
    /// The id as the inventory spells it.
    pub id: String,
    /// True environment.
    pub environment: u8,
    /// True application.
    pub application: u32,
    /// True owner.
    pub owner: u32,
    /// True class of data.
    pub data_class: u8,
    /// When it was made.
    pub created: i64,
    /// Older than the tagging rules: never tagged, and waived where it is a bucket.
    pub legacy: bool,
    /// Its tags; empty for kinds that cannot carry any.
    pub tags: Vec<Tag>,
    /// The position of the first month whose bill carries its tags; they are not retroactive.
    pub tagged_from: u32,
}

impl Estate {
    /// Lays out scopes and words. Sizes outside 100 to 10,000,000 are brought to the nearer bound.
    pub fn new(spec: Spec) -> Self {
        let spec = Spec { resources: spec.resources.clamp(100, 10_000_000), bill_months: spec.bill_months.min(60), ..spec };
        let small = APPLICATIONS.len() as u64;
        let applications = if spec.resources <= 5_000 { small } else { small + (spec.resources / 400).min(5_000) };
        let owners = (applications * 5 / 6).max(OWNERS.len() as u64);
        let narrow = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        let scopes = scopes::lay_out(spec.resources, spec.seed, narrow(applications));
        Self { spec, scopes, applications: narrow(applications), owners: narrow(owners) }
    }

    /// What was asked for.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// All scopes, in the order of their resources.
    pub fn scopes(&self) -> &[Scope] {
        &self.scopes
    }

    /// How many applications there are.
    pub fn applications(&self) -> u32 {
        self.applications
    }

    /// How many owners there are.
    pub fn owners(&self) -> u32 {
        self.owners
    }

    /// How many cost centres there are.
    pub fn cost_centers(&self) -> u32 {
        self.applications.div_ceil(2)
    }

    /// True for estates whose scopes are named by hand, and whose files are written as people's terminals show them.
    pub fn is_small(&self) -> bool {
        self.spec.resources <= SMALL_ESTATE
    }

    /// The months of the bill, oldest first.
    pub fn months(&self) -> Vec<Month> {
        let last = Month::of(self.spec.now).0;
        (last - i64::from(self.spec.bill_months)..last).map(Month).collect()
    }

    /// The cost centre that pays for an application.
    pub fn cost_center_of(&self, application: u32) -> String {
        cost_center(application % self.cost_centers())
    }

    fn owner_of(&self, application: u32) -> u32 {
        u32::try_from(mix(self.spec.seed ^ 0x0e ^ u64::from(application)) % u64::from(self.owners)).unwrap_or(0)
    }

    /// The positions of a cloud's resources.
    pub fn range(&self, cloud: Cloud) -> std::ops::Range<u64> {
        let mut own = self.scopes.iter().filter(|s| s.cloud == cloud);
        let first = own.next();
        let last = own.next_back().or(first);
        first.map_or(0, |s| s.first)..last.map_or(0, |s| s.first + s.count)
    }

    /// The resource at a position below `spec().resources`.
    pub fn resource(&self, index: u64) -> Resource {
        let at = self.scopes.partition_point(|s| s.first + s.count <= index).min(self.scopes.len() - 1);
        let scope = &self.scopes[at];
        let mut rng = Rng::of(self.spec.seed, 20, index);
        let mut kind = pick_kind(scope.cloud, &mut rng);
        if scope.tagging_only && !kind.id.contains("{scope}") {
            kind = &scope.cloud.kinds()[0];
        }
        let group = (!scope.groups.is_empty()).then(|| rng.index(scope.groups.len()));
        let application = match group {
            Some(g) => scope.groups[g].application,
            None => u32::try_from(rng.below(u64::from(self.applications))).unwrap_or(0),
        };
        let astray = rng.below(ENVIRONMENTS.len() as u64);
        let environment = match scope.stage {
            Some(stage) if !rng.chance(45) => stage,
            _ => u8::try_from(astray).unwrap_or(0),
        };
        let region = group.map_or_else(|| *rng.pick(scope.cloud.regions()), |g| scope.groups[g].region);
        let legacy = kind.holds_data && rng.chance(60);
        let words = crate::vocabulary::application(application);
        let name = format!("{}{words}-{}-{index:05}", if legacy { "legacy-" } else { "" }, kind.short);
        let hex = format!("{:016x}", mix(self.spec.seed.rotate_left(17) ^ index));
        let id = kind
            .id
            .replace("{scope}", &scope.id)
            .replace("{region}", region)
            .replace("{group}", group.map_or("", |g| &scope.groups[g].name))
            .replace("{name}", &name)
            .replace("{app}", &words)
            .replace("{hex}", &hex);
        let name = if kind.id.ends_with("/st{hex}") { format!("st{hex}") } else { name };
        let created = days(2023, 1, 1) * DAY + i64::try_from(rng.below(1_200 * 86_400)).unwrap_or(0);
        // Everything is older than the first month of the bill, so that every month has its whole cost.
        let created = created.min(self.spec.now - 400 * DAY + i64::try_from(rng.below(100 * 86_400)).unwrap_or(0));
        let late = rng.chance(180) && self.spec.bill_months > 1;
        let tagged_from = if late { self.spec.bill_months - 1 } else { 0 };
        let data_class = *rng.pick(&[0_u8, 1, 1, 1, 2, 2, 3]);
        let owner = self.owner_of(application);
        let mut resource = Resource {
            index,
            cloud: scope.cloud,
            scope: at,
            group,
            kind,
            region,
            name,
            id,
            environment,
            application,
            owner,
            data_class,
            created,
            legacy,
            tags: Vec::new(),
            tagged_from,
        };
        if kind.taggable {
            resource.tags = habits::write(self, &resource);
        }
        resource
    }
}

fn pick_kind(cloud: Cloud, rng: &mut Rng) -> &'static Kind {
    let kinds = cloud.kinds();
    let total: u32 = kinds.iter().map(|k| k.weight).sum();
    let mut roll = rng.below(u64::from(total));
    for kind in kinds {
        if roll < u64::from(kind.weight) {
            return kind;
        }
        roll -= u64::from(kind.weight);
    }
    &kinds[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_are_unique_and_resources_repeat() {
        for size in [100, 20_000, 20_001] {
            let estate = Estate::new(Spec::new(size, 5));
            let ids: HashSet<String> = (0..size).map(|i| estate.resource(i).id.to_lowercase()).collect();
            assert_eq!(ids.len() as u64, size);
            assert_eq!(format!("{:?}", estate.resource(size - 1)), format!("{:?}", Estate::new(Spec::new(size, 5)).resource(size - 1)));
            assert_eq!(estate.scopes().iter().map(|s| s.count).sum::<u64>(), size);
            assert_eq!(Cloud::ALL.map(|c| estate.range(c).count() as u64).iter().sum::<u64>(), size);
        }
    }

    #[test]
    fn every_environment_and_an_undeclared_scope_exist() {
        let estate = Estate::new(Spec::example());
        let stages: HashSet<_> = estate.scopes().iter().map(|s| s.stage).collect();
        assert_eq!(stages.len(), ENVIRONMENTS.len() + 1);
        assert_eq!(estate.months().iter().map(ToString::to_string).collect::<Vec<_>>(), ["2026-08", "2026-09", "2026-10"]);
    }
}
