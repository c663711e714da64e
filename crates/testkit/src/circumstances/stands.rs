//! Stands: an application in an environment, alone with its resources, of which nothing may have changed and which nobody may use.

use super::Circumstances;
use super::applications::of_stand;
use super::charges::{Charge, Paid, Payer, Unit};
use super::containers::Part;
use super::resources::{Resource, Roll};
use super::tags::Tags;
use super::words::{ENVIRONMENTS, Home, Said};
use crate::calendar::{DAY, Month};
use crate::money::{ONE, Units};
use crate::random::Rng;

/// What became of a stand.
struct Case {
    /// When it last changed, in seconds after the moment from which nothing may have changed; none where no source says.
    changed: Option<i64>,
    /// How many of its two resources do nothing.
    idle: usize,
    /// When it was last charged for standing there, in days before the last of the bill.
    standing: Option<i64>,
    /// What its use cost: in days after the first that counts, above the floor, and in which currency.
    used: &'static [(i64, Units, &'static str)],
}

const fn case(changed: Option<i64>, idle: usize, standing: Option<i64>, used: &'static [(i64, Units, &'static str)]) -> Case {
    Case { changed, idle, standing, used }
}

/// Each stand by itself.
const CASES: [Case; super::applications::STANDS] = [
    case(Some(-40 * DAY), 0, Some(8), &[]),
    // It changed just then, and a second later.
    case(Some(0), 0, Some(8), &[]),
    case(Some(1), 0, Some(8), &[]),
    // As much as is taken for nothing, and the least more.
    case(Some(-DAY), 0, Some(8), &[(1, 0, "EUR")]),
    case(Some(-DAY), 0, Some(8), &[(1, 1, "EUR")]),
    case(Some(-DAY), 0, Some(8), &[(-1, 50 * ONE, "EUR")]),
    case(Some(-DAY), 0, Some(8), &[(0, 50 * ONE, "EUR")]),
    // It was paid for on the first day of those that count, and the day before.
    case(Some(-DAY), 0, Some(30), &[]),
    case(Some(-DAY), 0, Some(31), &[]),
    case(Some(-DAY), 0, None, &[]),
    case(None, 0, Some(8), &[]),
    // All of it is stopped, and half.
    case(Some(-DAY), 2, Some(8), &[]),
    case(Some(-DAY), 1, Some(8), &[]),
    // Currencies are not added.
    case(Some(-DAY), 0, Some(8), &[(2, 0, "EUR"), (2, 0, "USD")]),
    case(None, 2, Some(8), &[]),
];

impl Roll<'_> {
    /// The resources of all stands, numbered from here on.
    pub fn stands(&mut self, from: usize) -> Vec<Resource> {
        let scope = self.scopes.iter().position(|scope| scope.part == Part::Stands).unwrap_or(0);
        let mut all = Vec::new();
        for (stand, case) in CASES.iter().enumerate() {
            let (environment, application) = (self.rng.index(ENVIRONMENTS.len()), of_stand(self.applications, stand));
            let changed = case.changed.map(|after| self.now - self.limits.quiet_days * DAY + after);
            for number in 0..2 {
                let mut resource = self.bare(from + all.len(), scope);
                let says = (Said::Known(environment), Said::Known(application), Said::Nothing);
                resource.tags = Some(Tags::saying(&mut self.rng, Home::Aws, self.applications, says));
                let is_idle = number < case.idle;
                // The youngest moment counts, whichever it is, and of whichever resource.
                match (number, self.rng.chance(500)) {
                    (0, true) => resource.created = changed,
                    (0, false) => {
                        resource.created = changed.map(|at| at - 500 * DAY);
                        resource.since = changed;
                    }
                    _ => resource.created = changed.map(|at| at - DAY),
                }
                let has_state = is_idle || resource.since.is_some();
                if self.rng.chance(500) {
                    resource.running = has_state.then_some(!is_idle);
                } else {
                    resource.attached = has_state.then_some(!is_idle);
                }
                all.push(resource);
            }
        }
        all
    }
}

impl Circumstances {
    /// What is charged for the stands.
    pub(super) fn roll_stands(&self) -> Vec<Charge> {
        let mut rng = Rng::of(self.seed, 93, 0);
        let days = self.last_days();
        let last = days.iter().copied().max().unwrap_or_default();
        let scope = self.scopes.iter().position(|scope| scope.part == Part::Stands).unwrap_or(0);
        let mut made = Vec::new();
        for (stand, case) in CASES.iter().enumerate() {
            let application = of_stand(&self.applications, stand);
            let is_of = |one: &&Resource| one.tags.as_ref().is_some_and(|tags| tags.application == Said::Known(application));
            let Some(resource) = self.resources.iter().find(is_of) else { continue };
            let first = self.resources.iter().position(|one| one.id == resource.id).unwrap_or(0);
            let mut charge = |day: i64, unit: Unit, amount: Units, currency: &'static str| {
                // No bill of a cloud is read beyond its last day.
                let day = day.min(days[Home::Aws as usize]);
                let tags = resource
                    .tags
                    .as_ref()
                    .filter(|_| rng.chance(500))
                    .map(|tags| Tags::saying(&mut rng, Home::Aws, &self.applications, (tags.environment, tags.application, Said::Nothing)));
                let (month, at, payer) = (Month::of(day * DAY), Some(day * DAY), Payer::Scope(scope));
                made.push(Charge { month, at, currency, payer, is_resold: false, paid: Paid::Held(first), unit, amount, tags });
            };
            if let Some(before) = case.standing {
                charge(last - before, Unit::Standing("Hrs"), 3 * ONE, "EUR");
            }
            for (after, above, currency) in case.used {
                charge(last - self.limits.quiet_days + 1 + after, Unit::Use("Requests"), self.limits.floor + above, currency);
            }
        }
        made
    }
}
