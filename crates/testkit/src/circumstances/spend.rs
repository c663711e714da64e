//! What is found of money.

use super::Circumstances;
use super::charges::{Charge, Paid, Payer, Unit};
use super::containers::{Part, Scope};
use super::finding::{Finding, Sure};
use super::resources::Resource;
use super::tags::Tags;
use super::words::{ENVIRONMENTS, Home, Said};
use crate::calendar::{DAY, Month};
use crate::money::Units;
use std::collections::{BTreeMap, BTreeSet};

/// Whose a charge is, on a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// This value's.
    To(String),
    /// Nobody's; whether that is so because nobody has read what would say it.
    Nobody {
        /// It may be somebody's.
        is_open: bool,
    },
}

/// Sums of one period in one currency.
#[derive(Debug, Default)]
pub struct Sums {
    /// By value.
    pub by_value: BTreeMap<String, Units>,
    /// What may be anybody's.
    pub open: Units,
}

/// By period and currency.
pub type Periods = BTreeMap<i64, BTreeMap<&'static str, Sums>>;

/// By home and id of the scope, then by currency.
type Places<'a> = BTreeMap<(Home, &'a str), BTreeMap<&'static str, [Units; 2]>>;

/// For how many days, the last included, something must have been paid for.
const STILL: i64 = 31;

impl Charge {
    /// The day that it lies on, since 1970.
    pub fn day(&self) -> Option<i64> {
        self.at.map(|at| at.div_euclid(DAY))
    }

    fn is_use(&self) -> bool {
        matches!(self.unit, Unit::Use(_) | Unit::PricedUse(_))
    }
}

impl Circumstances {
    /// Whose a charge is: by its own tags, those of its resource, of the group, of the scope, and for Environment by what the container is declared for.
    pub(super) fn whose(&self, charge: &Charge, is_of_environment: bool) -> Whose {
        let of = |tags: &Tags| if is_of_environment { tags.environment } else { tags.application };
        let word = |at: usize| if is_of_environment { ENVIRONMENTS[at].0.to_owned() } else { self.applications[at].text.clone() };
        let held = if let Paid::Held(at) = charge.paid { Some(&self.resources[at]) } else { None };
        let scope = if let Payer::Scope(at) = charge.payer { Some(&self.scopes[at]) } else { None };
        let group = match (&charge.paid, scope) {
            (Paid::Gone(_, group), Some(scope)) => group.map(|at| (scope, at)),
            _ => held.and_then(|one| Some((&self.scopes[one.scope], one.group?))),
        };
        let row = charge.tags.as_ref().map_or(Said::Nothing, of);
        let of_resource = held.and_then(|one| one.tags.as_ref()).map(of);
        let lent = |tags: Option<&Tags>| tags.and_then(|tags| of(tags).known());
        let value = row
            .known()
            .or_else(|| of_resource?.known())
            .or_else(|| group.and_then(|(scope, at)| lent(scope.groups[at].tags.as_ref())))
            .or_else(|| scope.and_then(|scope| lent(scope.own.tags.as_ref())))
            .or_else(|| self.declared(scope, group).filter(|_| is_of_environment));
        match value {
            Some(at) => Whose::To(word(at)),
            None => Whose::Nobody { is_open: is_open(row, of_resource, held, &charge.paid) },
        }
    }

    /// The one Environment that the container of a charge is for: the group that it lies in, else the scope.
    fn declared(&self, scope: Option<&Scope>, group: Option<(&Scope, usize)>) -> Option<usize> {
        let (scope, group) = group.map(|(scope, at)| (scope, Some(at))).or_else(|| scope.map(|scope| (scope, None)))?;
        scope.stage(&self.above, group, self.do_names_count)?.single()
    }

    /// The home and the id by which a finding names whoever pays; a dash where the bill names nobody.
    fn place<'a>(&'a self, payer: &'a Payer) -> (Home, &'a str) {
        match payer {
            Payer::Scope(at) => (self.scopes[*at].home, self.scopes[*at].own.id.as_str()),
            Payer::Stranger(home, id) => (*home, id),
            Payer::Nobody(home) => (*home, "-"),
        }
    }

    /// Everything that is found of money.
    pub(super) fn of_money(&self, has_units: bool, out: &mut Vec<Finding>) {
        self.untagged(out);
        self.over_budget(out);
        self.without_resource(out);
        self.abandoned(has_units, out);
    }

    fn untagged(&self, out: &mut Vec<Finding>) {
        for (key, is_of_environment) in [("Environment", true), ("Application", false)] {
            let mut places = Places::new();
            for charge in self.charges.iter().filter(|charge| charge.month == self.last_month()) {
                let sums = places.entry(self.place(&charge.payer)).or_default().entry(charge.currency).or_default();
                if let Whose::Nobody { is_open } = self.whose(charge, is_of_environment) {
                    sums[usize::from(is_open)] += charge.amount;
                }
            }
            for ((_, id), sums) in places {
                let is_above = |of: fn(&[Units; 2]) -> Units| sums.values().any(|sums| of(sums) > self.limits.nobodys);
                let sure = if is_above(|sums| sums[0]) { Some(Sure::Violated) } else { is_above(|sums| sums[0] + sums[1]).then_some(Sure::Undetermined) };
                out.extend(sure.map(|sure| Finding::of("untagged-spend", Some(key), id, sure)));
            }
        }
    }

    fn over_budget(&self, out: &mut Vec<Finding>) {
        for (is_of_environment, is_daily) in [(true, false), (true, true), (false, false), (false, true)] {
            let periods = self.periods(is_of_environment, is_daily);
            let values: BTreeSet<&String> = periods.values().flat_map(BTreeMap::values).flat_map(|sums| sums.by_value.keys()).collect();
            let key = if is_of_environment { "Environment" } else { "Application" };
            for value in values {
                for currency in ["EUR", "USD"] {
                    let is_for = |one: &&super::budgets::Budget| {
                        (one.is_of_environment, one.is_daily, one.currency) == (is_of_environment, is_daily, currency) && one.of.is_for(value)
                    };
                    let Some(budget) = self.budgets.iter().find(is_for) else { continue };
                    let subject = format!("{key}={value} per {} in {currency}", if is_daily { "day" } else { "month" });
                    let sure = is_over(&periods, value, currency, budget.limit);
                    out.extend(sure.map(|sure| Finding::of("over-budget", Some(key), &subject, sure)));
                }
            }
        }
    }

    /// Rows of the bill whose days are looked at.
    fn daily(&self) -> impl Iterator<Item = (&Charge, i64)> {
        let from = self.last_month();
        self.charges.iter().filter(move |charge| charge.month >= from).filter_map(|charge| Some((charge, charge.day()?)))
    }

    fn without_resource(&self, out: &mut Vec<Finding>) {
        let mut last: BTreeMap<Home, i64> = BTreeMap::new();
        for (charge, day) in self.daily() {
            let slot = last.entry(self.home_of(&charge.payer)).or_insert(day);
            *slot = day.max(*slot);
        }
        let mut places = Places::new();
        for (charge, day) in self.daily() {
            let place = self.place(&charge.payer);
            if day == last[&place.0] && matches!(charge.paid, Paid::Gone(..)) {
                places.entry(place).or_default().entry(charge.currency).or_default()[0] += charge.amount;
            }
        }
        for ((home, id), sums) in places {
            if sums.values().all(|sums| sums[0] <= self.limits.ownerless) {
                continue;
            }
            // Of a scope without a resource, and of one that nothing but the bill names, nobody says that it was seen whole.
            let is_whole = self.scopes.iter().any(|scope| scope.own.id == id && scope.part != Part::Empty);
            let is_fresh = self.now.div_euclid(DAY) - last[&home] <= 7;
            out.push(Finding::of("spend-without-resource", None, id, if is_whole && is_fresh { Sure::Violated } else { Sure::Undetermined }));
        }
    }

    fn abandoned(&self, has_units: bool, out: &mut Vec<Finding>) {
        let mut stands: BTreeMap<(usize, usize), Vec<&Resource>> = BTreeMap::new();
        for resource in &self.resources {
            let application = resource.tags.as_ref().and_then(|tags| tags.application.known());
            if let Some(place) = self.environment(resource).zip(application) {
                stands.entry(place).or_default().push(resource);
            }
        }
        let last = self.daily().map(|(_, day)| day).max().unwrap_or_default();
        let first = last - self.limits.quiet_days + 1;
        for ((environment, application), resources) in stands {
            let (environment, application) = (ENVIRONMENTS[environment].0, &self.applications[application].text);
            let is_of =
                |charge: &Charge| self.whose(charge, true) == Whose::To(environment.to_owned()) && self.whose(charge, false) == Whose::To(application.clone());
            let (mut is_paid, mut used, mut unsaid) = (false, BTreeMap::<&str, Units>::new(), BTreeMap::<&str, Units>::new());
            for (charge, day) in self.daily().filter(|(charge, _)| is_of(charge)) {
                is_paid |= charge.amount > 0 && day > last - STILL;
                if charge.is_use() && day >= first {
                    *used.entry(charge.currency).or_default() += charge.amount;
                }
                if matches!(charge.unit, Unit::Unsaid) && day >= first {
                    *unsaid.entry(charge.currency).or_default() += charge.amount;
                }
            }
            let changed = resources.iter().flat_map(|one| [one.created, one.since]).flatten().max();
            let is_young = changed.is_some_and(|at| self.now - at < self.limits.quiet_days * DAY);
            let is_used = used.values().any(|sum| *sum > self.limits.floor);
            let is_idle = resources.iter().all(|one| one.running == Some(false) || one.attached == Some(false));
            let sure = match has_units {
                _ if !is_paid || is_young => continue,
                true if is_used => continue,
                true if changed.is_some() && unsaid.values().all(|sum| *sum <= self.limits.floor) => Sure::Violated,
                _ if is_idle && changed.is_some() => Sure::Violated,
                _ => Sure::Undetermined,
            };
            out.push(Finding::of("abandoned-environment", None, &format!("{application} in {environment}"), sure));
        }
    }

    /// The months of the bill, oldest first.
    pub(super) fn months(&self) -> BTreeSet<Month> {
        self.charges.iter().map(|charge| charge.month).collect()
    }
}

/// Whether what nobody has read may say whose it is. What the row says of the key counts first, as it carries the tags of its resource.
fn is_open(row: Said<usize>, of_resource: Option<Said<usize>>, held: Option<&Resource>, paid: &Paid) -> bool {
    for said in [Some(row), of_resource].into_iter().flatten() {
        match said {
            Said::Strange | Said::Blank => return false,
            Said::Torn => return true,
            Said::Nothing | Said::Known(_) => {}
        }
    }
    let is_unread = held.is_some_and(|one| one.tags.is_none() && !one.kind.is_bare);
    is_unread || matches!(paid, Paid::Gone(..))
}

fn is_over(periods: &Periods, value: &str, currency: &str, limit: Units) -> Option<Sure> {
    let of = |sums: &Sums| sums.by_value.get(value).copied().unwrap_or(0);
    let own = |plus_open: bool| {
        let each = periods.values().filter_map(|period| period.get(currency));
        each.map(|sums| of(sums) + if plus_open { sums.open } else { 0 }).max().unwrap_or(0)
    };
    let elsewhere = || periods.values().flatten().any(|(other, sums)| *other != currency && of(sums) > 0);
    if own(false) > limit {
        return Some(Sure::Violated);
    }
    (elsewhere() || own(true) > limit).then_some(Sure::Undetermined)
}
