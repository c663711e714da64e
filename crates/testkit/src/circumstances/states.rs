//! What is found of single resources.

use super::Circumstances;
use super::finding::{Finding, Sure};
use super::resources::{Kept, REGIONS, Region, Resource, Version};
use super::tags::Tags;
use super::words::{DEMO, DEVELOPMENT, HEALTH, PERSONAL, PRODUCTION, STAGING, Said};

impl Circumstances {
    /// The Environment that a resource is in.
    pub(super) fn environment(&self, resource: &Resource) -> Option<usize> {
        match own(resource, |tags| tags.environment)? {
            Said::Known(one) => Some(one),
            Said::Strange | Said::Torn => None,
            Said::Nothing | Said::Blank => {
                let scope = &self.scopes[resource.scope];
                self.lent(resource).or_else(|| scope.stage(&self.above, resource.group, self.do_names_count)?.single())
            }
        }
    }

    /// The Environment that its group lends to a resource, else its scope. What was not read or is torn may lend one, and so nothing behind it does.
    fn lent(&self, resource: &Resource) -> Option<usize> {
        let scope = &self.scopes[resource.scope];
        for lender in resource.group.map(|at| &scope.groups[at]).into_iter().chain([&scope.own]) {
            match lender.tags.as_ref()?.environment {
                Said::Known(one) => return Some(one),
                Said::Torn => return None,
                Said::Strange | Said::Nothing | Said::Blank => {}
            }
        }
        None
    }

    /// The class of its data, which the scope may lend.
    fn class(&self, resource: &Resource) -> Option<usize> {
        match own(resource, |tags| tags.class)? {
            Said::Known(one) => Some(one),
            Said::Strange | Said::Torn => None,
            Said::Nothing | Said::Blank => self.scopes[resource.scope].own.tags.as_ref()?.class.known(),
        }
    }

    /// What is found of a resource.
    pub(super) fn of_resource(&self, resource: &Resource, out: &mut Vec<Finding>) {
        let environment = self.environment(resource);
        let mut find = |rule, key, sure: Option<Sure>| out.extend(sure.map(|sure| Finding::of(rule, key, &resource.id, sure)));
        find("stopped-too-long", None, self.stopped(resource));
        find("unattached", None, (resource.attached == Some(false)).then_some(Sure::Violated));
        find("log-retention", None, retention(resource, environment));
        let class = self.class(resource);
        let place = |may: usize, lists_everywhere: bool| outside(resource.region, may, lists_everywhere);
        let of_class = match class {
            Some(PERSONAL) => place(0, false),
            Some(HEALTH) => place(1, true),
            _ => None,
        };
        find("region-outside-residency", Some("DataClass"), of_class);
        let of_environment = match environment {
            Some(PRODUCTION) => place(2, false),
            Some(DEMO) => place(3, false),
            _ => None,
        };
        find("region-outside-residency", Some("Environment"), of_environment);
        find("unreleased-artifact", None, unreleased(resource, environment));
        find("secret-in-tag", None, resource.holds_secret.then_some(Sure::Violated));
        let is_repeated = resource.repeats && self.scopes[resource.scope].home.ignores_case();
        find("repeated-key", None, is_repeated.then_some(Sure::Violated));
        let application = resource.tags.as_ref().and_then(|tags| tags.application.known());
        let is_off = application.is_some_and(|at| !self.applications[at].counts);
        find("application-unknown", Some("Application"), is_off.then_some(Sure::Violated));
    }

    fn stopped(&self, resource: &Resource) -> Option<Sure> {
        match (resource.running, resource.since) {
            (Some(false), None) => Some(Sure::Undetermined),
            (Some(false), Some(since)) => (self.now - since >= self.limits.stopped).then_some(Sure::Violated),
            _ => None,
        }
    }
}

/// What a resource itself says: nothing where it can carry no tags, and none where nobody read them.
fn own(resource: &Resource, of: impl Fn(&Tags) -> Said<usize>) -> Option<Said<usize>> {
    match &resource.tags {
        Some(tags) => Some(of(tags)),
        None => resource.kind.is_bare.then_some(Said::Nothing),
    }
}

fn retention(resource: &Resource, environment: Option<usize>) -> Option<Sure> {
    let kept = resource.kept.filter(|_| resource.kind.keeps_logs)?;
    let Some(environment) = environment else { return Some(Sure::Undetermined) };
    let is_off = match (environment, kept) {
        (PRODUCTION, Kept::Days(days)) => !(30..=400).contains(&days),
        (DEVELOPMENT, Kept::Days(days)) => days > 14,
        (PRODUCTION | DEVELOPMENT, Kept::Forever) => true,
        // 36 hours at least.
        (STAGING, Kept::Days(days)) => days * 24 < 36,
        _ => false,
    };
    is_off.then_some(Sure::Violated)
}

fn outside(region: Region, may: usize, lists_everywhere: bool) -> Option<Sure> {
    match region {
        Region::At(at) => (!REGIONS[at].1[may]).then_some(Sure::Violated),
        Region::Everywhere if lists_everywhere => None,
        Region::Everywhere | Region::Unknown | Region::Blank => Some(Sure::Undetermined),
    }
}

fn unreleased(resource: &Resource, environment: Option<usize>) -> Option<Sure> {
    if !resource.versions.contains(&Version::Unreleased) {
        return None;
    }
    match environment {
        None => Some(Sure::Undetermined),
        Some(PRODUCTION | DEMO) => Some(Sure::Violated),
        Some(_) => None,
    }
}
