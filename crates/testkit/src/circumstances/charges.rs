//! Charges: rows of the bill, each with what it is for, and those that bring a sum to a limit or over it.

use super::Circumstances;
use super::containers::Part;
use super::tags::{Habit, Tags};
use super::words::{DEMO, Home, PRODUCTION, Said};
use crate::calendar::{DAY, Month};
use crate::money::{ONE, Units};
use crate::random::Rng;

/// A row of the bill.
#[derive(Debug, Clone)]
pub struct Charge {
    /// The month of the bill.
    pub month: Month,
    /// When it began, in seconds since 1970; none for what is charged for no time.
    pub at: Option<i64>,
    /// Currency.
    pub currency: &'static str,
    /// Whose account it is charged to.
    pub payer: Payer,
    /// It is charged by somebody in between, whom nothing knows.
    pub is_resold: bool,
    /// What it is for.
    pub paid: Paid,
    /// In which unit it is counted.
    pub unit: Unit,
    /// How much.
    pub amount: Units,
    /// Tags on the row; none where it has no cell for them.
    pub tags: Option<Tags>,
}

/// Whose account a row is charged to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payer {
    /// A scope of the inventory, by position.
    Scope(usize),
    /// One that the inventory does not hold.
    Stranger(Home, &'static str),
    /// The row does not say.
    Nobody(Home),
}

/// What a row is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paid {
    /// It names no resource.
    Nothing,
    /// A resource of the inventory, by position.
    Held(usize),
    /// One that the inventory does not hold, and the group that its id names.
    Gone(String, Option<usize>),
}

/// In which unit something is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// The row does not say.
    Unsaid,
    /// Hours, months: it is paid for standing there.
    Standing(&'static str),
    /// It is paid for being used.
    Use(&'static str),
    /// The same in the other column that bills have for it.
    PricedUse(&'static str),
}

const STANDING: [&str; 6] = ["Hrs", "Hours", "GB-Mo", "1 Hour", "GiB-month", "vCPU-Hours"];
const USE: [&str; 6] = ["Requests", "GB", "Lambda-GB-Second", "Messages", "10K", "Operations"];
/// Rows carry tags less often than resources do, and of applications only those that at least one resource may have.
const HABIT: Habit = Habit { environment: [350, 60, 60, 60], application: [350, 60, 60, 60], class: [0; 4] };

/// A cent.
pub const CENT: Units = ONE / 100;

impl Circumstances {
    /// The last day of each cloud's bill: one of them is as old as a bill may be, one is a day older.
    pub(super) fn last_days(&self) -> [i64; 5] {
        let mut rng = Rng::of(self.seed, 90, 0);
        let today = self.now.div_euclid(DAY);
        let mut some = || 1 + i64::try_from(rng.below(6)).unwrap_or(0);
        let (aws, other, cellar) = (some(), some(), some());
        let (azure, gcp) = if self.seed.is_multiple_of(2) { (8, other) } else { (other, 8) };
        [if self.seed.is_multiple_of(3) { aws } else { 7 }, azure, gcp, cellar, 0].map(|before| today - before)
    }

    /// The last month that is over.
    pub(super) fn last_month(&self) -> Month {
        Month(Month::of(self.now).0 - 1)
    }

    /// The home of whoever pays.
    pub(super) fn home_of(&self, payer: &Payer) -> Home {
        match payer {
            Payer::Scope(at) => self.scopes[*at].home,
            Payer::Stranger(home, _) | Payer::Nobody(home) => *home,
        }
    }

    /// Rolls what is charged to scopes of all sorts.
    pub(super) fn roll_charges(&self) -> Vec<Charge> {
        let mut roll = RollCharges { all: self, rng: Rng::of(self.seed, 91, 0), last: self.last_days(), made: Vec::new() };
        roll.each_resource();
        roll.without_resource();
        roll.what_is_gone();
        roll.other_currencies();
        roll.made
    }

    /// Brings sums of the scopes that test a limit to it, or over it by the least there is.
    pub(super) fn roll_limits(&self) -> Vec<Charge> {
        let last = self.last_days()[Home::Aws as usize];
        let month = self.last_month();
        let (nobodys, ownerless) = (self.limits.nobodys, self.limits.ownerless);
        let mut rng = Rng::of(self.seed, 92, 0);
        let mut says = |environment, application| Tags::saying(&mut rng, Home::Aws, &self.applications, (environment, application, Said::Nothing));
        // What only the application is missing of, what only the environment is, and what misses neither.
        let tags = [says(Said::Known(PRODUCTION), Said::Nothing), says(Said::Nothing, Said::Known(0)), says(Said::Known(DEMO), Said::Known(0))];
        let charge = |limit: usize, amount: Units, is_gone: bool, tags: &Tags| {
            let scope = self.scopes.iter().position(|scope| scope.part == Part::Limit(limit)).unwrap_or(0);
            let gone = Paid::Gone(format!("arn:aws:ec2:eu-west-1:{}:volume/vol-gone-{limit}", self.scopes[scope].own.id), None);
            Charge {
                month,
                at: Some(month.start() + DAY),
                currency: "EUR",
                payer: Payer::Scope(scope),
                is_resold: false,
                paid: if is_gone { gone } else { Paid::Nothing },
                unit: Unit::Standing("Hrs"),
                amount,
                tags: Some(tags.clone()),
            }
        };
        let lately = |charge: Charge| Charge { at: Some(last * DAY), month: Month::of(last * DAY), ..charge };
        vec![
            charge(0, nobodys, false, &tags[0]),
            charge(1, nobodys + 1, false, &tags[0]),
            charge(2, nobodys - CENT, false, &tags[1]),
            charge(2, CENT, true, &tags[1]),
            charge(3, nobodys - CENT, false, &tags[1]),
            charge(3, CENT + 1, true, &tags[1]),
            // A credit brings it below.
            charge(4, nobodys + CENT, false, &tags[0]),
            charge(4, -CENT, false, &tags[0]),
            // Rows that are fully tagged name resources as well as any other.
            lately(charge(5, ownerless, true, &tags[2])),
            lately(charge(6, ownerless + 1, true, &tags[2])),
            // What was charged the day before is gone by now.
            Charge { at: Some((last - 1) * DAY), ..lately(charge(7, ownerless * 50, true, &tags[2])) },
            lately(charge(7, ownerless, true, &tags[2])),
        ]
    }
}

/// What is rolled.
struct RollCharges<'a> {
    all: &'a Circumstances,
    rng: Rng,
    last: [i64; 5],
    made: Vec<Charge>,
}

impl RollCharges<'_> {
    /// A day of a month that the bill of a cloud reaches; none where it reaches none of it.
    fn day(&mut self, home: Home, month: Month) -> Option<i64> {
        let first = month.start().div_euclid(DAY);
        let count = self.last[home as usize].min(month.end().div_euclid(DAY) - 1) - first + 1;
        (count > 0).then(|| first + i64::try_from(self.rng.below(count.unsigned_abs())).unwrap_or(0))
    }

    fn amount(&mut self) -> Units {
        let cents = Units::from(1 + self.rng.below(900));
        cents * CENT + Units::from(self.rng.chance(100))
    }

    /// A charge on some day of that month, for something that stands there or is used.
    fn charge(&mut self, payer: Payer, paid: Paid, month: Month) {
        let home = self.all.home_of(&payer);
        let Some(day) = self.day(home, month) else { return };
        let (standing, used) = (*self.rng.pick(&STANDING), *self.rng.pick(&USE));
        let unit = *self.rng.pick(&[Unit::Standing(standing), Unit::Standing(standing), Unit::Use(used), Unit::PricedUse(used), Unit::Unsaid]);
        let is_resold = matches!(payer, Payer::Scope(_)) && self.rng.chance(120);
        let spelt = if is_resold { Home::Cellar } else { home };
        let tags = self.rng.chance(450).then(|| Tags::roll(&mut self.rng, spelt, &self.all.applications, HABIT));
        let mut at = Some(day * DAY + i64::try_from(self.rng.below(86_400)).unwrap_or(0));
        // Charges of a month may lie on a day outside of it, or on none.
        match self.rng.below(40) {
            0 => at = Some(month.start() - 1),
            1 => at = None,
            _ => {}
        }
        let amount = self.amount();
        self.made.push(Charge { month, at, currency: "EUR", payer, is_resold, paid, unit, amount, tags });
    }

    fn months(&self) -> [Month; 4] {
        let last = self.all.last_month().0;
        [last - 2, last - 1, last, last + 1].map(Month)
    }

    fn each_resource(&mut self) {
        let all = self.all;
        for (at, resource) in all.resources.iter().enumerate().filter(|(_, one)| all.scopes[one.scope].part == Part::Any) {
            for month in self.months() {
                // Where a resource lies in no group, a row may leave out whose account it is.
                let is_unsaid = resource.group.is_none() && all.scopes[resource.scope].home == Home::Aws && self.rng.chance(60);
                let payer = if is_unsaid { Payer::Nobody(Home::Aws) } else { Payer::Scope(resource.scope) };
                for _ in 0..self.rng.below(3) {
                    self.charge(payer.clone(), Paid::Held(at), month);
                }
            }
        }
        // Every bill has a first day and a last one.
        for home in Home::ALL {
            let Some(at) = all.resources.iter().position(|one| all.scopes[one.scope].home == home) else { continue };
            for day in [self.last[home as usize], all.last_month().start().div_euclid(DAY)] {
                let (payer, amount) = (Payer::Scope(all.resources[at].scope), self.amount());
                let (month, at, paid) = (Month::of(day * DAY), Some(day * DAY), Paid::Held(at));
                self.made.push(Charge { month, at, currency: "EUR", payer, is_resold: false, paid, unit: Unit::Unsaid, amount, tags: None });
            }
        }
    }

    /// Support, tax, and credits.
    fn without_resource(&mut self) {
        for scope in (0..self.all.scopes.len()).filter(|at| self.all.scopes[*at].part == Part::Any) {
            for month in self.months() {
                if self.rng.chance(350) {
                    self.charge(Payer::Scope(scope), Paid::Nothing, month);
                }
            }
            // A credit, where it lowers what no application has.
            let lends = self.all.scopes[scope].own.tags.as_ref().is_some_and(|tags| tags.application.known().is_some());
            if !lends && self.rng.chance(300) {
                let made = self.made.len();
                self.charge(Payer::Scope(scope), Paid::Nothing, self.all.last_month());
                if let Some(credit) = self.made.get_mut(made) {
                    *credit = Charge { amount: -credit.amount, tags: None, ..credit.clone() };
                }
            }
        }
    }

    /// What the inventory does not hold: on the last day, on others, in groups that it does hold, and in accounts that it does not.
    fn what_is_gone(&mut self) {
        let all = self.all;
        for (at, scope) in all.scopes.iter().enumerate().filter(|(_, one)| matches!(one.part, Part::Any | Part::Empty)) {
            for number in 0..self.rng.below(4) {
                let month = *self.rng.pick(&self.months()[2..]);
                let group = if scope.home == Home::Azure { Some(self.rng.index(scope.groups.len())).filter(|_| self.rng.chance(600)) } else { None };
                let paid = Paid::Gone(gone(scope.home, &scope.own.id, group.map(|at| scope.groups[at].id.as_str()), number), group);
                self.charge(Payer::Scope(at), paid, month);
            }
            if scope.part == Part::Empty || self.rng.chance(500) {
                let paid = Paid::Gone(gone(scope.home, &scope.own.id, None, 9), None);
                self.on_the_last_day(Payer::Scope(at), paid, all.limits.ownerless + CENT);
            }
        }
        for home in [Home::Aws, Home::Azure, Home::Gcp] {
            let stranger = ["999988887777", "ffffffff-0000-4000-8000-ffffffffffff", "gone-n999"][home as usize];
            let paid = Paid::Gone(gone(home, stranger, None, 1), None);
            self.charge(Payer::Stranger(home, stranger), paid.clone(), self.all.last_month());
            let amount = all.limits.ownerless + if self.rng.chance(500) { CENT } else { 0 };
            self.on_the_last_day(Payer::Stranger(home, stranger), paid, amount);
        }
    }

    fn on_the_last_day(&mut self, payer: Payer, paid: Paid, amount: Units) {
        let home = self.all.home_of(&payer);
        let at = self.last[home as usize] * DAY;
        let tags = self.rng.chance(500).then(|| Tags::roll(&mut self.rng, home, &self.all.applications, HABIT));
        self.made.push(Charge { month: Month::of(at), at: Some(at), currency: "EUR", payer, is_resold: false, paid, unit: Unit::Unsaid, amount, tags });
    }

    /// Dollars are spent on demos, by one application, and by strangers: each is a reason to leave a budget in euros open.
    fn other_currencies(&mut self) {
        let all = self.all;
        let any: Vec<usize> = (0..all.scopes.len()).filter(|at| all.scopes[*at].part == Part::Any && all.scopes[*at].home == Home::Aws).collect();
        let says = [(Said::Known(DEMO), Said::Known(1)), (Said::Known(DEMO), Said::Strange), (Said::Blank, Said::Known(1))];
        for number in 0..9 {
            let payer = Payer::Scope(*self.rng.pick(&any));
            let made = self.made.len();
            self.charge(payer, Paid::Nothing, self.months()[2 + number % 2]);
            let (environment, application) = says[number % says.len()];
            let tags = Tags::saying(&mut self.rng, Home::Aws, &all.applications, (environment, application, Said::Nothing));
            if let Some(charge) = self.made.get_mut(made) {
                *charge = Charge { currency: "USD", tags: Some(tags), ..charge.clone() };
            }
        }
    }
}

/// The id of what is gone.
fn gone(home: Home, scope: &str, group: Option<&str>, number: u64) -> String {
    match home {
        Home::Aws => format!("arn:aws:ec2:eu-west-1:{scope}:volume/vol-gone-{number}"),
        Home::Azure => {
            let place = group.map_or_else(|| format!("/subscriptions/{scope}/resourceGroups/long-gone"), str::to_owned);
            format!("{place}/providers/Microsoft.Compute/disks/gone-{number}")
        }
        Home::Gcp => format!("//compute.googleapis.com/projects/{scope}/zones/z/disks/gone-{number}"),
        Home::Cellar | Home::Field => format!("gone-{scope}-{number}"),
    }
}
